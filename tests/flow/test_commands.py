"""Commands: in which process they run, which words they get, and what is told of a program without a name."""

from __future__ import annotations

import pytest

from migrator.flow.events import LOOP
from migrator.ir.paths import only
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen
from tests.flow.test_launching import ran


@pytest.mark.parametrize(
    ("wrapper", "same"),
    [
        ("exec ", False),
        ("env ", False),
        ("sudo ", False),
        ("nohup ", False),
        ("/bin/", False),
        ("", True),
        ("command ", True),
        ("builtin ", True),
        ("time ", True),
        ("command builtin ", True),
    ],
)
def test_a_builtin_changes_the_process_that_runs_it_and_no_other(wrapper: str, same: bool) -> None:
    after = command(f"{wrapper}cd a || exit\nsee", "see")
    assert only(after.folders) == ("a" if same else "")
    assert seen(f"{wrapper}unset T\nsee x$T") == [["x" if same else "x${T}"]]


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("f a b", [["a"], ["b"]]),
        ("command f a b", []),
        ("exec f a b", []),
        ("./f a b", []),
        ("time f a b", [["a"], ["b"]]),
    ],
)
def test_a_function_runs_by_its_name_alone(call: str, given: list[list[str]]) -> None:
    assert seen(f'f() {{ see "$1"; see "$2"; }}\n{call}')[: len(given)] == given
    ran = follow(f'f() {{ see "$1"; see "$2"; }}\n{call}').commands
    assert [one.followed for one in ran if one.name == "f"] == [bool(given)]


@pytest.mark.parametrize(
    ("word", "arguments"),
    [
        ("$@", ["a", "b"]),
        ('"$@"', ["a", "b"]),
        ("$*", ["a", "b"]),
        ('"$*"', [None]),
        ('x"$@"', [None]),
        ("$1", ["a"]),
        ("${L[@]}", ["c", "d"]),
        ('"${L[@]}"', ["c", "d"]),
        ("${L[*]}", ["c", "d"]),
        ('"${L[*]}"', [None]),
        ('"${L[0]}"', [None]),
        ('"${L[1]}"', [None]),
        ('"${L[@]:1}"', [None]),
        ('"${@:-x}"', [None]),
        ('"${M[@]}"', ["e"]),
        ('"${M[*]}"', ["e"]),
        ('"${N[@]}"', [None]),
    ],
)
def test_a_list_is_as_many_words_as_it_has_elements(word: str, arguments: list[str | None]) -> None:
    found = command(f"f() {{ see {word}; }}\nL=(c d)\nM=(e)\nf a b", "see").arguments
    assert [one.value.symbol() for one in found] == arguments


@pytest.mark.parametrize(("call", "word"), [("f a", '"$*"'), ("f a", "$*"), ("f a", '"$@"')])
def test_one_argument_is_itself_however_all_of_them_are_read(call: str, word: str) -> None:
    assert seen(f"f() {{ see {word}; }}\n{call}") == [["a"]]


@pytest.mark.parametrize(
    ("text", "name", "unknown"),
    [
        ("see a", "see", ""),
        ("/usr/bin/see a", "see", ""),
        ("T=see\n$T a", "see", ""),
        ("$(vault) a", "", "the output of `vault`"),
        ("$T a", "", ""),
        ("$BITBUCKET_CLONE_DIR/see a", "see", ""),
        ("$BITBUCKET_CLONE_DIR/$T a", "", ""),
        ("sudo $(vault) a", "", ""),
    ],
)
def test_a_program_has_a_name_or_is_told_by_what_it_comes_from(text: str, name: str, unknown: str) -> None:
    found = follow(text).commands[-1]
    assert (found.name, found.unknown) == (name, unknown)
    assert bool(found.program) == bool(name)


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("see $T", False),
        ("strace see $T", True),
        ("strace -f bash -c 'see $T'", True),
        ("set -x\nsee $T", True),
        ("set -x\nsee < $T", False),
        ("set -x\nsee <<< $T", False),
        ("strace true\nsee $T", False),
    ],
)
def test_what_shows_the_words_of_what_it_starts_shows_its_variables(text: str, traced: bool) -> None:
    assert [use.traced for use in follow(text).uses if use.read.name == "T"] == [traced]


@pytest.mark.parametrize("text", ["see <&$T", "see >&$T", "see 2>&$T", "see < $T", "see > $T", "see <<< $T"])
def test_each_redirection_reads_its_variables(text: str) -> None:
    assert {use.read.name for use in follow(text).uses} == {"T"}


def test_positional_parameters_are_no_variables_of_their_own() -> None:
    flow = follow('f() { see "$1"; }\nf a')
    assert [(one.name, one.positional) for one in flow.definitions] == [("1", True)]
    assert seen('f() { see "$1"; }\nf a\ng() { see "$1"; }')[-1] == [None]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("f() { see $T; }\nT=b f", ["b"]),
        ("f() { see $T; }\nT=a\nT=b f", ["b"]),
        ("f() { :; }\nT=a\nT=b f\nsee $T", ["a"]),
        ("f() { :; }\nT=b f\nsee $T", ["${T}"]),
        ("f() { T=c; }\nT=a\nT=b f\nsee $T", ["a"]),
        ("f() { U=c; }\nT=b f\nsee $U", ["c"]),
        ("f() { see $T$U; }\nT=b U=c f", ["bc"]),
        ("f() { see $U; }\nT=b U=$T f", ["b"]),
        ("T=a\nT=b see $T", ["a"]),
        ("f() { bash -c 'see $T'; }\nT=b f", ["b"]),
        ("f() { see $T; }\nT=a\nf T=b", ["a"]),
    ],
)
def test_a_variable_of_a_command_is_its_own_as_long_as_it_runs(text: str, given: list[str]) -> None:
    assert seen(text) == [given]


@pytest.mark.parametrize(
    ("text", "exported"),
    [
        ("f() { see; }\nT=b f", True),
        ("f() { :; }\nT=b f\nsee", False),
        ("export T\nf() { :; }\nT=b f\nsee", True),
        ("f() { export U; }\nT=b f\nsee", False),
        ("f() { export T; }\nU=b f\nsee", True),
    ],
)
def test_a_variable_of_a_command_is_exported_as_long_as_it_runs(text: str, exported: bool) -> None:
    assert ("T" in command(text, "see").exported) is exported


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("other.py", "twine"),
        ("twine.py", "python"),
        ("src/twine.py", "python"),
        ("twine/__init__.py", "python"),
        ("src/twine/__main__.py", "python"),
        ("mytwine.py", "twine"),
        ("twine.pyc", "twine"),
        ("twine/a.py", "twine"),
    ],
)
def test_a_module_of_the_repository_is_not_the_program_of_its_name(path: str, name: str) -> None:
    assert ran("python -m twine a", {path: "", "a": ""}).commands[-1].name == name


ENVRC = "export T=a\nU=b\nexport V=c\n# see"


@pytest.mark.parametrize(
    ("text", "files", "given"),
    [
        ("direnv exec . see", {".envrc": ENVRC}, {"T": "a", "V": "c"}),
        ("direnv exec web see", {"web/.envrc": ENVRC, ".envrc": "export T=x # see"}, {"T": "a", "V": "c"}),
        ("direnv exec web see", {"web/a": "", ".envrc": ENVRC}, {"T": "a", "V": "c"}),
        ("direnv exec a/b/c see", {"a/.envrc": ENVRC, ".envrc": ""}, {"T": "a", "V": "c"}),
        ("cd web\ndirenv exec . see", {"web/.envrc": ENVRC}, {"T": "a", "V": "c"}),
        ("direnv exec . see", {".envrc": "export T=$(pwd)/x # see"}, {"T": "${BITBUCKET_CLONE_DIR}/x"}),
        ("export V=c\ndirenv exec . see", {".envrc": ENVRC}, {"T": "a", "V": "c"}),
        ("export T\ndirenv exec . see", {".envrc": "true # see"}, {}),
        ("direnv exec . see", {".envrc": "export T=a # see\ncd web"}, {"T": "a"}),
        ("direnv allow", {".envrc": ENVRC}, {}),
        ("direnv exec . see", {}, {}),
        ("direnv exec a/b see", {}, {}),
        ("direnv exec $X see", {".envrc": ENVRC}, {}),
        ("export V=c\ndirenv exec . see", {".envrc": "true # see"}, {}),
    ],
)
def test_what_a_file_that_a_wrapper_reads_in_gives_its_command(
    text: str, files: dict[str, str], given: dict[str, str | None]
) -> None:
    flow = ran(f"{text}\nother $T", files)
    one = flow.commands[-2]
    assert {name: value.symbol() for name, value in one.overrides} == given
    assert flow.commands[-1].arguments[0].value.symbol() == "${T}"
    assert one.folders == flow.commands[-1].folders


def test_what_a_wrapper_reads_in_is_seen_by_what_it_starts() -> None:
    flow = ran("direnv exec . bash -c 'see $T'", {".envrc": "export T=a # see"})
    assert [one.arguments[0].value.symbol() for one in flow.commands if one.name == "see"] == ["a"]


@pytest.mark.parametrize(
    ("text", "again"), [("retry 3 f", True), ("retry f", True), ("timeout 3 f", False), ("f", False)]
)
def test_what_a_wrapper_may_run_again_is_in_a_loop(text: str, again: bool) -> None:
    (one,) = [one for one in follow(f"f() {{ see; }}\n{text}").commands if one.name == "see"]
    assert (one.looped, [branch for _, branch in one.branches]) == (again, [LOOP] * again)


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("false", True),
        ("command false", True),
        ("/bin/false", False),
        ("true", False),
        ("false\ntrue", False),
        ("see false", False),
        ("./exit 1", False),
        ("sudo exit 1", False),
    ],
)
def test_which_call_surely_fails(text: str, stops: bool) -> None:
    flow = follow(f'if [ -z "$T" ]; then\n{text}\nfi\nx')
    assert [one.stops for test in flow.presences for one in test.decisions] == [stops]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("echo a > f\nsee $(cat f)", ["a"]),
        ("echo a > f\nsee $(cat f f)", [None]),
        ("echo a > f\nsee $(head f)", [None]),
        ("f() { echo a; }\nsee $(f)", ["a"]),
        ("f() { echo a; }\nsee $(command f)", [None]),
        ("echo() { see x; }\necho a", ["x"]),
        ("bash() { see x; }\nbash -c y", ["x"]),
        ("cd() { see x; }\ncd a", ["x"]),
    ],
)
def test_what_a_name_means_is_decided_in_order(text: str, given: list[str | None]) -> None:
    assert seen(text) == [given]


@pytest.mark.parametrize(
    ("text", "cleared"),
    [
        ("see", False),
        ("env see", False),
        ("env -i see", True),
        ("sudo see", True),
        ("sudo -E see", False),
        ("su - ci -c see", True),
        ("su ci -c see", False),
        ("exec -c see", True),
        ("exec see", False),
        ("see -i", False),
    ],
)
def test_whether_what_runs_has_the_variables_of_the_program(text: str, cleared: bool) -> None:
    assert [one.cleared for one in follow(text).commands][-1] is cleared
    flow = follow(f"T=a {text}")
    assert [name for name, _ in flow.commands[-1].overrides] == ([] if cleared else ["T"])
