"""Which kind a name has where it stands, how many places of it are kept, and what a file says that is no text."""

from __future__ import annotations

import pytest

from migrator.secrets.references.finding import MOST, Finder, placed
from migrator.secrets.references.records import Doubt, Found, NotLooked, OpaqueKind, Reference, UseKind
from migrator.secrets.references.rules import Rules
from tests.memory import step

NAMES = ("MY_PAT", "OTHER", "TWINE_PASSWORD")


def told(path: str, text: str) -> list[tuple[str, str, int, int, str]]:
    """Name, kind, place, and what is shown of each reference."""
    found = Finder(NAMES).look(text.encode(), path).references
    return [(one.name, str(one.kind), one.line, one.column, one.text) for one in found]


def kinds(path: str, text: str) -> list[str]:
    return [kind for _, kind, *_ in told(path, text)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("run.sh", "export MY_PAT; x $OTHER MY_PAT", ["export", "shell", "word"]),
        ("run.sh", "# $MY_PAT", ["mention"]),
        ("run.sh", "x # $MY_PAT", ["shell"]),
        ("run.sh", "x # MY_PAT", ["mention"]),
        ("run.sh", "x # twine", ["mention"]),
        ("run.sh", "twine upload", ["implicit"]),
        ("run.sh", "# twine upload", ["mention"]),
        ("a.py", "# twine", ["mention"]),
        ("notes.txt", "MY_PAT $MY_PAT twine", ["mention", "shell", "mention"]),
        ("README.md", "MY_PAT and $MY_PAT", ["mention", "mention"]),
        ("README.md", "twine", ["mention"]),
        ("a.ps1", "$env:my_pat + $Env:OTHER", ["powershell", "powershell"]),
        ("a.sh", "$env:my_pat", []),
        ("a.js", "const { A, MY_PAT, OTHER } = process.env", ["node", "node"]),
        ("a.js", "const { A, NO } = process.env", []),
        ("unknown.xyz", "#!/usr/bin/env bash\n# $MY_PAT", ["mention"]),
        ("unended", "#!/usr/bin/env bash\n# $MY_PAT", ["mention"]),
        ("unknown.xyz", "#!/usr/bin/env nothing\n// $MY_PAT", ["shell"]),
        ("a.js", "#!/usr/bin/env bash\n# $MY_PAT", ["shell"]),
    ],
)
def test_a_name_has_the_kind_of_its_form_and_of_its_place(path: str, text: str, expected: list[str]) -> None:
    assert kinds(path, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image: $MY_PAT", ["image"]),
        ("image: {name: a, password: $MY_PAT}", ["image"]),
        ("- MY_PAT\n- image: a", ["word"]),
        ("- image: a\n- MY_PAT", ["word"]),
        ("- image: x\n- $MY_PAT\n- image: y", ["shell"]),
        ("- pipe: a\n  variables: {MY_PAT: $OTHER}", ["assignment", "pipe"]),
        ("- pipe: a\n  variables: {$MY_PAT: x}", ["shell"]),
        ("- variables: [{name: MY_PAT}, {name: $OTHER}]", ["declaration", "shell"]),
        ("- image: a # MY_PAT", ["mention"]),
        ("- {image: OTHER, x: MY_PAT}", ["image", "word"]),
    ],
)
def test_in_a_pipelines_file_the_place_counts_first(text: str, expected: list[str]) -> None:
    assert kinds("bitbucket-pipelines.yml", text) == expected
    assert "image" not in kinds("other.yml", text)


def test_so_many_places_of_each_name_and_kind_are_kept() -> None:
    text = "echo $OTHER $MY_PAT\n# MY_PAT\nMY_PAT x\n" * (MOST + 5)
    found = told("run.sh", text)
    for name, kind in (("OTHER", "shell"), ("MY_PAT", "shell"), ("MY_PAT", "mention"), ("MY_PAT", "word")):
        lines = [line for one, of, line, *_ in found if (one, of) == (name, kind)]
        first = {"mention": 2, "word": 3}.get(kind, 1)
        assert lines == [first + 3 * number for number in range(MOST)], (name, kind)
    assert len(found) == 4 * MOST


def test_places_come_in_their_order_and_those_of_one_word_by_name() -> None:
    assert told("run.sh", "é $OTHER $MY_PAT\n  ${MY_PAT:-x}") == [
        ("OTHER", "shell", 1, 4, "$OTHER"),
        ("MY_PAT", "shell", 1, 11, "$MY_PAT"),
        ("MY_PAT", "shell", 2, 5, "${MY_PAT"),
    ]


def test_a_file_of_another_system_has_doubts_in_place_of_uses() -> None:
    found = Finder(NAMES).look(b"script:\n  - echo $MY_PAT\n  # $OTHER\n", ".gitlab-ci.yml")
    assert [(one.name, str(one.kind), one.line) for one in found.references] == [("OTHER", "mention", 3)]
    assert found.opaque == (Doubt(OpaqueKind.ELSEWHERE, ".gitlab-ci.yml", 2, 11, "$MY_PAT", "MY_PAT"),)


NOT_TEXT = NotLooked("x", "it is not text")
PROGRAM = Doubt(OpaqueKind.PROGRAM, "x", 1, 1, "", "")
HOLDS, HOLDS_OTHER = (Doubt(OpaqueKind.BINARY, "x", 1, 1, name, name) for name in ("MY_PAT", "OTHER"))


@pytest.mark.parametrize(
    ("path", "data", "executable", "found"),
    [
        ("x", b"\0\1", False, Found(not_looked=(NOT_TEXT,))),
        ("x", b"\0\1", True, Found(opaque=(PROGRAM,), not_looked=(NOT_TEXT,))),
        ("x", b"\x7fELF\0", False, Found(opaque=(PROGRAM,), not_looked=(NOT_TEXT,))),
        ("x", b"\0MY_PAT", False, Found(opaque=(HOLDS,))),
        ("x", b"\0MY_PAT OTHER", True, Found(opaque=(
            HOLDS, HOLDS_OTHER,
            PROGRAM))),
        ("x", b"\x89PNG\r\n\x1a\n\0", True, Found()),
        ("gradle/wrapper/gradle-wrapper.jar", b"PK\0", True, Found()),
        ("x", b"\x89PNG\r\n\x1a\n\0MY_PAT", True, Found(opaque=(HOLDS,))),
    ],
)  # fmt: skip
def test_what_is_no_text_says_which_names_it_holds_and_whether_it_can_be_run(
    path: str, data: bytes, executable: bool, found: Found
) -> None:
    assert Finder(NAMES).look(data, path, executable) == found


@pytest.mark.parametrize("count", [1, 39, 40, 41, 60])
def test_few_names_are_looked_for_as_many_are(count: int) -> None:
    names = [f"NAME_{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(count)]
    last = names[-1]
    finder = Finder([*names, *names])
    assert finder.names == tuple(names)
    found = finder.look(f"echo ${last} x{last} {last}x\n".encode(), "run.sh").references
    assert [(one.name, str(one.kind)) for one in found] == [(last, "shell")]
    assert finder.look(b"echo $NAME_ZZ", "run.sh") == Found()
    assert [one.name for one in finder.look(f"$env:{last.lower()}".encode(), "a.ps1").references] == [last]


def test_rules_of_ones_own_take_the_place_of_those_that_ship() -> None:
    assert Finder(NAMES, Rules((), (), (), ())).look(b"env | sort; echo $MY_PAT", "run.sh") == Found(
        (Reference("MY_PAT", UseKind.WORD, "run.sh", 1, 19, "MY_PAT"),)
    )


def test_the_same_content_at_another_path_says_the_same_there() -> None:
    every = Found(
        (Reference("MY_PAT", UseKind.SHELL, "a", 1, 2, "$MY_PAT"),),
        (Doubt(OpaqueKind.DUMP, "a", 3, 4, "env"),),
        (NotLooked("a", "why"),),
    )
    assert placed(every, "b") == Found(
        (Reference("MY_PAT", UseKind.SHELL, "b", 1, 2, "$MY_PAT"),),
        (Doubt(OpaqueKind.DUMP, "b", 3, 4, "env"),),
        (NotLooked("b", "why"),),
    )


def test_a_pipelines_file_of_many_assignments_hides_no_use_behind_them() -> None:
    pipes = "".join(
        f"          - pipe: a{number}\n            variables: {{MY_PAT: x}}\n" for number in range(MOST + 5)
    )
    text = step("true") + pipes + "          - echo MY_PAT\n"
    assert kinds("bitbucket-pipelines.yml", text) == ["assignment"] * MOST + ["word"]


def test_of_several_names_in_one_form_each_is_shown_alone() -> None:
    assert told("a.js", "const { MY_PAT = 'x', OTHER } = process.env") == [
        ("MY_PAT", "node", 1, 9, "MY_PAT"),
        ("OTHER", "node", 1, 23, "OTHER"),
    ]
    assert [one[4] for one in told("a.js", "const { MY_PAT } = process.env")] == ["MY_PAT"]


def test_a_text_without_any_name_may_be_a_doubt() -> None:
    assert [str(one.kind) for one in Finder(NAMES).look(b"env | sort", "run.sh").opaque] == ["dump"]
    assert [str(one.kind) for one in Finder(NAMES).look(b'"MY_" + x', "a.py").opaque] == ["part"]


def test_a_word_stands_for_a_variable_in_the_languages_that_its_rule_names() -> None:
    finder = Finder(["TF_VAR_token"])
    assert [one.name for one in finder.look(b"x = var.token", "main.tf").references] == ["TF_VAR_token"]
    assert finder.look(b"x = var.token", "main.py").references == ()
