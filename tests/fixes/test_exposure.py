"""Where a step shows the password elsewhere: in what it prints, and in front of each command that it traces."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"'
PUSH = "docker push crg.apkg.io/acme/web:1"


def shown(*script: str, after: str = "ls") -> list[str]:
    """What is said of it; each line of `after` is an item of the after-script."""
    tail = "".join(f"          - {line}\n" for line in after.splitlines())
    (finding,) = report_on(step(*script, LOGIN, PUSH) + f"        after-script:\n{tail}").findings
    assert {reason.code for reason in finding.reasons} <= {"traced"}
    return [reason.detail for reason in finding.reasons]


TRACED = ("set -x", "ls", "set +x")


@pytest.mark.parametrize(
    ("script", "after"),
    [
        (('echo "$USR"',), 'echo "$OTHER"'),
        (("PS4='$PATH '", *TRACED), "ls"),
        (("PS4='$OTHER '", *TRACED), "ls"),
        (("PS1='$PAT '", *TRACED), "ls"),
        (("PS4='$PAT '",), "ls"),
        (("PS4='$PAT '",), "set -x\nls"),
    ],
)
def test_what_shows_something_else_or_nothing(script: tuple[str, ...], after: str) -> None:
    assert shown(*script, after=after) == []


@pytest.mark.parametrize(
    ("script", "after"),
    [
        (("PS4='$PAT '", *TRACED), "ls"),
        (("PS4='${PAT} '", *TRACED), "ls"),
        (('PS4="$PAT "', *TRACED), "ls"),
        ((), "PS4='$PAT '\nset -x\nls"),
        ((), 'echo "$PAT"'),
        (("echo {a,$PAT}",), "ls"),
        (("for x in {a,$PAT}; do printf %s $x; done",), "ls"),
        (("ls", 'echo "$USR" "$PAT"'), "ls"),
    ],
)
def test_what_shows_the_password(script: tuple[str, ...], after: str) -> None:
    assert shown(*script, after=after) == ["the step prints PAT elsewhere"]


@pytest.mark.parametrize(
    ("words", "given", "granted"),
    [('"-p", os.environ["T"]', "", True), ('"--password-stdin"', ', input=os.environ["T"].encode()', False)],
)
def test_the_log_is_taken_not_to_show_a_token_that_python_would_print(words: str, given: str, granted: bool) -> None:
    call = f'["docker", "login", "crg.apkg.io", "-u", os.environ["U"], {words}], check=True{given}'
    files = {PATH: step("python3 a.py", PUSH), "a.py": f"import os, subprocess\nsubprocess.run({call})\n"}
    (finding,) = report_on({path: text.encode() for path, text in files.items()}).findings
    assert any("Python then prints" in one for one in finding.assumptions) == granted


@pytest.mark.parametrize(
    ("login", "reasons"),
    [
        ('docker login crg.apkg.io -u "$USR" --password-stdin <<< "$PAT"', []),
        (LOGIN, ["traced"]),
    ],
)
def test_a_trace_may_show_the_user_name_and_never_the_token(login: str, reasons: list[str]) -> None:
    (finding,) = report_on(step("set -x", f"'{login}'", PUSH)).findings
    assert [reason.code for reason in finding.reasons] == reasons


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        (("set -x", "T=$PAT", "set +x"), ["traced"]),
        (("set -x", "T=hunter", "set +x"), ["traced"]),
        (("T=hunter", "set -x", "ls", "set +x"), []),
        (("T=$PAT", "set -x", "ls", "set +x"), []),
        (("set -x", "O=$OTHER", "set +x", "T=$PAT"), []),
    ],
)
def test_a_trace_shows_the_assignments_on_the_way_of_the_token(script: tuple[str, ...], reasons: list[str]) -> None:
    (finding,) = report_on(step(*script, LOGIN.replace("$PAT", "$T"), PUSH)).findings
    assert [reason.code for reason in finding.reasons] == reasons
