"""Functions that a program hands to those that it starts: which files are followed for that, and what the log shows."""

from __future__ import annotations

import pytest

from migrator.flow import launching, nested
from migrator.flow.lattice import State
from tests.flow.test_launching import ran
from tests.memory import PATH, report_on, step

FUNCTION = "f() { see x; }"


@pytest.mark.parametrize(
    ("text", "files", "traced"),
    [
        (f"{FUNCTION}\nexport -f f\nbash a.sh", {"a.sh": "f"}, [False]),
        (f"{FUNCTION}\nexport -f f\nbash -x a.sh", {"a.sh": "f"}, [True]),
        (f"{FUNCTION}\nexport -f f\n./a.sh", {"a.sh": "#!/bin/bash -x\nf"}, [True]),
        (f"{FUNCTION}\ndeclare -fx f\nbash -x a.sh", {"a.sh": "f"}, [True]),
        (f"set -a\n{FUNCTION}\nbash -x a.sh", {"a.sh": "f"}, [True]),
        (f"{FUNCTION}\nexport -f f\nbash a.sh", {"a.sh": "bash -x b.sh", "b.sh": "f"}, [True]),
        (f"{FUNCTION}\nexport -f f\nbash a.sh\nbash -x a.sh", {"a.sh": "f"}, [False, True]),
    ],
)
def test_a_file_that_calls_a_function_that_it_is_handed_is_followed(
    text: str, files: dict[str, str], traced: list[bool]
) -> None:
    flow = ran(text, files)
    assert [one.traced for one in flow.commands if one.name == "see"] == traced


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("export -f f\necho a | xargs bash -xc f", True),
        ("export -f f\nfind . -exec /bin/bash -xc f {} +", True),
        ("export -f f\necho a | xargs bash -o xtrace -c 'y;f'", True),
        ("export -f f\necho a | xargs bash $X f", True),
        ('export -f f\necho a | xargs bash -c "$X"', True),
        ("export -f f\nfind . -exec bash -c f {} +", False),
        ("export -f f\necho a | xargs bash -xc g", False),
        ("export -f f\necho a | xargs $X f", True),
        ("export -f f\n$X f", True),
        ("export -f f\necho a | xargs $X g", False),
        ("export -f f\nls -x f", False),
        ("echo a | xargs bash -xc f", False),
    ],
)
def test_a_function_that_another_program_may_have_a_shell_run_is_shown_where_that_prints_its_commands(
    text: str, traced: bool
) -> None:
    flow = ran(f"{FUNCTION}\n{text}", {})
    assert [one.traced for one in flow.commands if one.name == "see"] == [traced]


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        (f"{FUNCTION}\nexport -f f\nbash -x a.sh", True),
        (f"{FUNCTION}\nbash -x a.sh", False),
        (f"{FUNCTION}\nexport -f f\nexport -f g\nunset -f f\nbash -x a.sh", False),
        (f"{FUNCTION}\nset -a\nbash -x a.sh", False),
        (f"set -a\nset +a\n{FUNCTION}\nbash -x a.sh", False),
        ("bash -x a.sh", False),
    ],
)
def test_a_file_that_is_handed_no_function_that_it_names_is_not(text: str, followed: bool) -> None:
    (one,) = (one for one in ran(text, {"a.sh": "f"}).commands if one.name == "bash")
    assert one.followed is followed


def test_a_file_that_is_not_followed_is_given_no_state_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which costs as much as the variables that were read until then."""
    made: list[State] = []

    def child(state: State, outside: set[str]) -> State:
        made.append(nested.child(state, outside))
        return made[-1]

    monkeypatch.setattr(launching, "child", child)
    ran(f"{FUNCTION}\nexport -f f\n" + "./a.sh $X\n" * 3, {"a.sh": "true"})
    assert not made
    ran(f"{FUNCTION}\nexport -f f\n./a.sh $X", {"a.sh": "f"})
    assert len(made) == 1


@pytest.mark.parametrize(
    ("script", "codes"),
    [
        (("login() { docker login crg.apkg.io -u $U -p $T; }; export -f login", "bash -x a.sh"), {"traced"}),
        (("login() { docker login crg.apkg.io -u $U -p $T; }; export -f login", "bash a.sh"), set()),
    ],
)
def test_a_login_in_a_function_that_another_program_shows_is_held_back(
    script: tuple[str, ...], codes: set[str]
) -> None:
    push = "docker push crg.apkg.io/acme/web:1"
    texts = {PATH: step(*(f"'{one}'" for one in (*script, push))), "a.sh": "login\n"}
    (finding,) = report_on({path: text.encode() for path, text in texts.items()}).findings
    assert {one.code for one in finding.reasons} == codes
