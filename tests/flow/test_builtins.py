"""What the shell's own commands do to the process: folders, options, parameters, variables, and where they leave."""

from __future__ import annotations

import pytest

from migrator.ir.paths import Top, only
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen
from tests.flow.test_launching import ran


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("pushd a\npushd b\npopd\npopd\nsee", ""),
        ("pushd a\npushd b\npopd\npushd c\npopd\nsee", "a"),
        ("pushd a\npopd -n\nsee", None),
        ("pushd a\npopd -n\npopd\nsee", None),
        ("pushd a\npushd -n b\nsee", None),
        ("pushd a\npushd -1\nsee", None),
        ("pushd a\npushd\nsee", None),
        ("pushd a\npushd\npopd\nsee", None),
        ("popd\nsee", None),
        ("popd\npushd $BITBUCKET_CLONE_DIR/a\nsee", "a"),
        ("popd\npushd $BITBUCKET_CLONE_DIR/a\npopd\nsee", None),
        ("cd a\ncd -\nsee", ""),
        ("cd a\ncd -- b\nsee", "a/b"),
        ("cd -P a\nsee", "a"),
        ("cd a b\nsee", None),
        ("cd\nsee", None),
        ("CDPATH=\ncd a\nsee", None),
        ("read CDPATH\ncd a\nsee", None),
        ("declare -n X=$Y\ncd a\nsee", None),
        ("unset CDPATH\ncd a\nsee", None),
    ],
)
def test_where_a_change_of_the_folder_leads(text: str, folder: str | None) -> None:
    assert only(command(text, "see").folders) == folder


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("cd d\nsee", {"d"}),
        ("set +e\ncd d\nsee", {"d"}),
        ("set +e\ncd missing\nsee", {"", "missing"}),
        ("set +e\ncd $BITBUCKET_CLONE_DIR\nsee", {""}),
        ("set +e\ncd d\ncd ..\nsee", {""}),
        ("cd missing\nsee", {"missing"}),
        ("cd missing || true\nsee", {"", "missing"}),
        ("set +e\ncd $X\nsee", None),
    ],
)
def test_a_shell_stays_where_it_is_if_a_folder_is_not_there(text: str, folders: set[str] | None) -> None:
    (one,) = [one for one in ran(text, {"d/a": "see"}).commands if one.name == "see"]
    assert (None if isinstance(one.folders, Top) else set(one.folders)) == folders


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("printf -v T %s a\nsee $T", [None]),
        ("printf -vT %s a\nsee $T", [None]),
        ("printf -v U %s a\nsee $T", ["${T}"]),
        ("printf -v 'T[1]' %s a\nsee $T", [None]),
        ("T=b\nprintf -v $X %s a\nsee $T", ["b", None]),
        ("T=b\nprintf %s a\nsee $T", ["b"]),
        ("T=b\nprintf '%s -v' T\nsee $T", ["b"]),
        ("T=b\nprintf $X T\nsee $T", ["b"]),
        ("printf\nsee $T", ["${T}"]),
        ("set -- a b c\nshift\nsee $1", ["b"]),
        ("set -- a b c\nshift 2\nsee $1", ["c"]),
        ("set -- a b c\nshift $X\nsee $1", ["b"]),
        ("set -- a b c\nshift x\nsee $1", ["b"]),
        ("set -- a\nshift 0\nsee $1", ["a"]),
        ("T=b\nunset U\nsee $T", ["b"]),
        ("T=b\nunset -v T\nsee x$T", ["x"]),
        ("T=b\nunset 'T[0]'\nsee x$T", [None]),
        ("T=b\nunset -f T\nsee $T", ["b"]),
        ("T=b\nread -r U\nsee $T", ["b"]),
        ("T=b\nread -r $X\nsee $T", ["b", None]),
        ("T=b\ngetopts ab T\nsee $T", [None]),
        ("T=b\nreadarray T\nsee $T", [None]),
        ("read -r T <<< a\nsee $T", ["a"]),
        ("read -rs T <<< a\nsee $T", ["a"]),
        ("read -r -s T <<< a\nsee $T", ["a"]),
        ("read -s T <<< a\nsee $T", ["a"]),
        ("read T <<< a\nsee $T", ["a"]),
        ("read -s T <<< 'a\\b'\nsee $T", [None]),
        ("read -r T <<< 'a\\b'\nsee $T", ["a\\b"]),
        ("read T <<< $X'a\\b'\nsee $T", [None]),
        ('read -r T <<E\n a \nb\nE\nsee "$T"', ["a"]),
        ('read -r T <<E\n $X \nb\nE\nsee "$T"', ["${X}"]),
        ('read -r T <<E\n$X b \nE\nsee "$T"', ["${X} b"]),
        ('read -r T <<E\n \n b\nE\nsee "x$T"', ["x"]),
        ("read -r <<< a\nsee $T", ["${T}"]),
        ("echo a > f\nread -r T < f\nsee $T", ["a"]),
        ("T=b\nf() { :; }\nsee $T", ["b"]),
    ],
)
def test_what_a_builtin_makes_of_a_variable(text: str, given: list[str | None]) -> None:
    assert seen(text) == [given]


def test_a_function_that_is_unset_is_not_called() -> None:
    flow = follow("f() { x; }\ng() { y; }\nunset -f f\nf\ng")
    assert [(one.name, one.followed) for one in flow.commands if one.name in "fg"] == [("f", False), ("g", True)]
    assert [one.followed for one in follow("f() { x; }\nunset f\nf").commands if one.name == "f"] == [True]


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("shopt -so xtrace", True),
        ("shopt -o -s xtrace", True),
        ("shopt -uo xtrace", False),
        ("set -x\nshopt -uo xtrace", False),
        ("shopt -o xtrace", False),
        ("shopt -s xtrace", False),
        ("shopt -so pipefail", False),
        ("set -o xtrace", True),
        ("set -o errexit", False),
        ("set +o xtrace", False),
        ("set -x\nset +o xtrace", False),
        ("set -e $X", True),
        ("set $X", True),
    ],
)
def test_which_option_shows_what_runs(text: str, traced: bool) -> None:
    assert command(f"{text}\nsee", "see").traced is (traced and "$X" not in text)


@pytest.mark.parametrize(
    ("text", "exported"),
    [
        ("set -a", True),
        ("set -o allexport", True),
        ("set -ea", True),
        ("shopt -so allexport", True),
        ("set -a\nset +a", False),
        ("set -o posix", False),
        ("set -o errexit", False),
        ("set -e", False),
    ],
)
def test_which_option_exports_what_is_set(text: str, exported: bool) -> None:
    assert ("T" in command(f"{text}\nT=a\nsee", "see").exported) is exported


@pytest.mark.parametrize(("text", "reads"), [("set", 1), ("set -e", 0), ("set -- a", 0), ("set +x", 0)])
def test_set_alone_shows_what_is_set(text: str, reads: int) -> None:
    read = [one for use in follow(f"T=a\n{text}").uses for one in use.definitions if one and one.name == "T"]
    assert len(read) == reads


@pytest.mark.parametrize(
    ("before", "stops"),
    [
        ("set -e", True),
        ("true", True),
        ("set +e", False),
        ("set -o errexit", True),
        ("set +o errexit", False),
        ("shopt -uo errexit", False),
        ("set +e\nset -e", True),
        ("set $X", False),
        ("set -- a", True),
    ],
)
def test_whether_a_command_that_fails_ends_the_step(before: str, stops: bool) -> None:
    flow = follow(f'{before}\nif [ -z "$T" ]; then\nfalse\nfi\ntrue')
    assert [one.stops for test in flow.presences if test.reads for one in test.decisions] == [stops]


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("f() { T=a; return; T=b; }\nf", {"a"}),
        ("f() { T=a; x && return; T=b; }\nf", {"a", "b"}),
        ("for i in x; do T=a; break; T=b; done", {"a", "${T}"}),
        ("for i in x; do T=a; continue; T=b; done", {"a", "${T}"}),
        ("for i in x; do for j in y; do T=a; break 2; T=b; done; T=c; done", {"a", "c", "${T}"}),
        ("f() { break; T=b; }\nT=a\nf", {"b"}),
        ("f() { break; T=b; }\nT=a\nfor i in x; do f; done", {"a", "b"}),
        ("f() { for i in x; do break; T=b; done; }\nT=a\nfor j in y; do f; done", {"a"}),
        ("T=a\nreturn\nT=b", {"b"}),
        ("T=a\n(exit)\nT=b", {"b"}),
        ("x && exit\nT=b", {"b"}),
        ("T=a\nx && { T=b; exit; }", {"a"}),
        ("T=a\nbreak\nT=b", {"b"}),
        ("f() { for i in x; do T=a; return; T=b; done; }\nf", {"a", "${T}"}),
    ],
)
def test_where_a_way_ends_and_goes_on(text: str, ways: set[str]) -> None:
    (found,) = seen(f"{text}\nsee $T")
    assert set(found) == ways


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("exit 1", True),
        ("exit 0", False),
        ("exit 256", False),
        ("exit 257", True),
        ("exit $X", False),
        ("exit x", False),
        ("f() { return 1; }\nf", True),
        ("f() { return 0; }\nf", False),
        ("f() { return $X; }\nf", False),
        ("f() { false; return; }\nf", True),
        ("f() { true; return; }\nf", False),
        ("f() { return 1; }\nf || true", False),
        ("f() { exit 1; }\nf || true", True),
        ("(exit 1) || true", False),
        ("break 1", False),
        ("continue 1", False),
    ],
)
def test_what_leaves_with_a_failure(text: str, stops: bool) -> None:
    flow = follow(f'if [ -z "$T" ]; then\n{text}\nfi\ntrue')
    assert [one.stops for test in flow.presences for one in test.decisions] == [stops]


@pytest.mark.parametrize(("text", "leaves"), [("exit 1", True), ("return", True), ("break", True), ("x", False)])
def test_a_branch_that_leaves_says_so(text: str, leaves: bool) -> None:
    flow = follow(f'if [ -z "$T" ]; then {text}; fi\ntrue')
    assert [one.leaves for test in flow.presences for one in test.decisions] == [leaves]
