"""Commands that a shell runs itself, one question in each row: options, parameters, and what is read into variables."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from migrator.flow.builtins import set_options, shell_options
from migrator.flow.lattice import State
from migrator.ir.paths import Top, only
from migrator.ir.values import Unknown
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen

NOTHING, ALL = (False, False, False), (True, True, True)


@pytest.mark.parametrize(
    ("texts", "before", "after", "rest"),
    [
        ([], NOTHING, NOTHING, []),
        (["-x"], NOTHING, (True, False, False), []),
        (["+x"], ALL, (False, True, True), []),
        (["-o", "xtrace"], NOTHING, (True, False, False), []),
        (["+o", "xtrace"], ALL, (False, True, True), []),
        (["-a"], NOTHING, (False, True, False), []),
        (["+a"], ALL, (True, False, True), []),
        (["-o", "allexport"], NOTHING, (False, True, False), []),
        (["+o", "allexport"], ALL, (True, False, True), []),
        (["-e"], NOTHING, (False, False, True), []),
        (["+e"], ALL, (True, True, False), []),
        (["-o", "errexit"], NOTHING, (False, False, True), []),
        (["+o", "errexit"], ALL, (True, True, False), []),
        (["-aex"], NOTHING, ALL, []),
        (["-euo", "pipefail"], NOTHING, (False, False, True), []),
        (["-uo", "xtrace", "b"], NOTHING, (True, False, False), ["b"]),
        (["-o"], ALL, ALL, []),
        (["-u", "+x", "-e"], (True, False, False), (False, False, True), []),
        (["--", "-x"], NOTHING, NOTHING, ["--", "-x"]),
        (["a", "-x"], NOTHING, NOTHING, ["a", "-x"]),
        ([None, "-x"], NOTHING, NOTHING, [None, "-x"]),
        (["-", "-x"], NOTHING, NOTHING, ["-", "-x"]),
        (["-o", None, "-x"], NOTHING, (True, False, False), []),
    ],
    ids=range(23),
)
def test_what_set_is_told(
    texts: Sequence[str | None], before: tuple[bool, ...], after: tuple[bool, ...], rest: Sequence[str | None]
) -> None:
    traced, allexport, errexit = before
    state = State(traced=traced, allexport=allexport, errexit=errexit)
    assert (set_options(texts, state), state.options) == (rest, after)


@pytest.mark.parametrize(
    ("texts", "before", "after"),
    [
        (["-so", "xtrace"], NOTHING, (True, False, False)),
        (["-s", "-o", "xtrace", "errexit"], NOTHING, (True, False, True)),
        (["-uo", "xtrace"], ALL, (False, True, True)),
        (["-s", "xtrace"], NOTHING, NOTHING),
        (["-o", "xtrace"], NOTHING, NOTHING),
        ([None, "-so", "xtrace"], NOTHING, (True, False, False)),
        (["extglob"], ALL, ALL),
    ],
    ids=range(7),
)
def test_what_shopt_is_told(texts: Sequence[str | None], before: tuple[bool, ...], after: tuple[bool, ...]) -> None:
    traced, allexport, errexit = before
    state = State(traced=traced, allexport=allexport, errexit=errexit)
    shell_options(texts, state)
    assert state.options == after


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("set -- a", True),
        ("set +e\nset -- a", False),
        ("set $X", False),
        ("set -e $X", False),
        ("set -e", True),
        ("shopt $X", True),
        ("exit \u00b2 || true", True),
    ],
)
def test_whether_a_failure_ends_the_step_behind_a_set(text: str, stops: bool) -> None:
    (presence,) = follow(f'{text}\n[ -n "$T" ]\ntrue').presences
    assert any(one.stops for one in presence.decisions) is stops


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("shopt -s lastpipe\nx | T=a\nsee $T", ["a"]),
        ("shopt -s lastpipe\nshopt -u lastpipe\nx | T=a\nsee $T", ["${T}"]),
        ("shopt -s lastpipe\nshopt -s extglob\nx | T=a\nsee $T", ["a"]),
        ("T=a\nmapfile T\nsee $T", [None]),
        ("T=a\nreadarray T\nsee $T", [None]),
        ("T=a\ngetopts ab T\nsee $T", [None]),
        ("mapfile T <<< a\nsee $T", [None]),
        ("printf -vT %s a\nsee $T", [None]),
        ("printf -v T %s a\nsee $T", [None]),
        ("T=a\nprintf -v\nsee $T", ["a", None]),
        ("T=a\nprintf -v $X %s b\nsee $T", ["a", None]),
        ("T=a\nprintf -v U %s b\nsee $T", ["a"]),
        ("T=a\nprintf $X\nsee $T", ["a"]),
        ("f() { shift; see $1; }", [None]),
        ("set -- a b c\nshift 2\nsee $1", ["c"]),
        ("set -- a b\nshift $X\nsee $1", ["b"]),
        ("A=a\nset -- $A b\nsee $2", ["b"]),
        ("set -- $A b\nsee $2", [None]),
        ('set -- "$(x)" b\nsee $2', ["b"]),
        ("set -- $(x) b\nsee $2", [None]),
        ('set -- "$A" $B\nsee $1', [None]),
        ("set -- a$A b\nsee $2", [None]),
        ("set a b\nsee $1", [None]),
        ("read T <<< a\nsee $T", ["a"]),
        ("read T <<< a 2> /dev/null\nsee $T", ["a"]),
        ("read T <<E\na\nb\nE\nsee $T", ["a"]),
        ("read -s T <<< a\nsee $T", ["a"]),
        ("read -rs T <<< a\nsee $T", ["a"]),
        ("read -sr T <<< a\nsee $T", ["a"]),
        ("read -r -s T <<< a\nsee $T", ["a"]),
        ("read -d x T <<< a\nsee $T", [None]),
        ("read -n 1 T <<< a\nsee $T", [None]),
        ("read -n1 T <<< a\nsee $T", [None]),
        ("read T U <<< 'a b'\nsee $T", [None]),
        ("read <<< a\nsee $T", ["${T}"]),
        ("read T\nsee $T", [None]),
        ("read T < f\nsee $T", [None]),
        ("read T <<< 'a\\b'\nsee $T", [None]),
        ("read -r T <<< 'a\\b'\nsee $T", ["a\\b"]),
        ('read T <<< "a$X"\nsee $T', ["a${X}"]),
        ("read T <<< ' a '\nsee \"$T\"", ["a"]),
        ("read T <<< '  '\nsee \"$T\"", [""]),
        ("read -r T <<E\n$X\n$Y\nE\nsee $T", ["${X}"]),
        ("unset -f T\nsee $T", ["${T}"]),
        ("T() { x; }\nT=a\nunset -f T\nsee $T", ["a"]),
    ],
)
def test_what_a_variable_is_behind_a_command_of_the_shell(text: str, given: list[str | None]) -> None:
    assert sorted(seen(text)[-1], key=str) == sorted(given, key=str)


@pytest.mark.parametrize("how", ["export", "declare", "typeset", "readonly"])
def test_a_declaration_that_shows_when_it_runs_sets_its_variable(how: str) -> None:
    assert seen(f"command {how} T=a\nsee $T") == [["a"]]
    assert set(seen(f"f() {{ command {how} T=a; see $T; }}\nf")[-1]) >= {"a"}
    assert ("T" in command(f"command {how} T=a\nsee", "see").exported) is (how == "export")


def test_what_is_read_says_what_it_is_made_of_and_is_a_part_of_it() -> None:
    (row,) = command('read T U <<< "$X"\nsee $T').arguments[0].value.alternatives
    assert [one.names for one in row if isinstance(one, Unknown)] == [("X",)]
    assert [one.loose for one in follow("read T <<< $X").definitions] == [True]
    assert [one.loose for one in follow("T=$X").definitions] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "popd",
        "pushd a\npushd +1",
        "pushd a\npushd -n b",
        "cd",
        "cd a b",
        "CDPATH=x\ncd a",
        "pushd a\npushd b\npopd -n\npopd",
        "cd -",
    ],
)
def test_a_folder_that_cannot_be_told_may_be_any(text: str) -> None:
    assert isinstance(command(f"{text}\nsee", "see").folders, Top)


@pytest.mark.parametrize(("text", "folder"), [("cd +1", "+1"), ("cd -- -1", None), ("pushd a\npushd b\npopd", "a")])
def test_a_folder_that_looks_like_a_number_is_one(text: str, folder: str | None) -> None:
    assert only(command(f"{text}\nsee", "see").folders) == folder
