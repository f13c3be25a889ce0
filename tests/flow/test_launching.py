"""Programs in files: what they get from the process that starts them, what they leave there, and which are followed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from migrator.flow import interpreter
from migrator.flow.events import Command, Flow
from migrator.flow.library import Library
from migrator.flow.queries import may_both_run
from migrator.ir.paths import only
from tests.flow.reading import BOOK
from tests.flow.test_flow import values
from tests.memory import PATH, report_on, step

TEST = '[ -n "$$T" ]'
LOGIN = 'echo "$T" | docker login -u "$U" --password-stdin crg.apkg.io\n'


def ran(text: str, files: Mapping[str, str], changed: frozenset[str] = frozenset()) -> Flow:
    """A script that may run files; one that has no `see` is not looked into."""
    clone = BOOK.built_in.clone
    library = Library(files.get, lambda: files, BOOK.programs, ("see",), clone)
    return interpreter.follow(text, BOOK.programs, {}, files.get, clone, library, changed)


def calls(flow: Flow) -> list[Command]:
    return [one for one in flow.commands if one.name == "see"]


def seen(text: str, files: Mapping[str, str], changed: frozenset[str] = frozenset()) -> list[list[str | None]]:
    return [values(one) for one in calls(ran(text, files, changed))]


@pytest.mark.parametrize(
    ("text", "file", "given"),
    [
        ("./a.sh x y", 'see "$1"', ["x"]),
        ("sh a.sh x y", 'see "$1"', ["x"]),
        ("bash -e a.sh x y", 'see "$2"', ["y"]),
        ("./a.sh x y", 'see "$2"', ["y"]),
        ("set -- x\nsh a.sh", 'see "$1"', [""]),
        ("./a.sh", 'see "$0"', ["./a.sh"]),
        ("sh a.sh", 'see "$0"', ["a.sh"]),
        ("bash -x ./a.sh", 'see "$0"', ["./a.sh"]),
        ("bash a.sh", 'see "${BASH_SOURCE[0]}"', ["a.sh"]),
        ("T=a\nsh a.sh", 'see "$T"', [None]),
        ("T=a sh a.sh", 'see "$T"', ["a"]),
        ("export T=a\n./a.sh", 'see "$T"', ["a"]),
        ("env -i ./a.sh", 'see "$T"', [None]),
        ("L=(x)\nbash a.sh", 'see "${L[0]}"', [None]),
        ("./a.sh", "bash -c 'see $0'", [None]),
        ("./a.sh", "bash -c 'see $BASH_SOURCE'", ["${BASH_SOURCE}"]),
        ("./a.sh", "eval 'see $0'", ["./a.sh"]),
        ("L=(x)\nexport L\nbash a.sh", 'see "${L[@]}"', [None]),
        ("f() { see x; }\nexport -f f\nbash a.sh", "f # see", ["x"]),
        ("cd ci || exit\nsh ../a.sh", "see $(cat <<< x)", ["x"]),
        ("set -a\nsh a.sh", "T=a\nbash -c 'see \"$T\"'", [None]),
        ("false || ./a.sh", "false || see x", ["x"]),
        ("./a.sh", "for i in x; do T=a; break; T=b; done\nsee $T", ["a", "${T}"]),
        ("for i in x; do ./a.sh; done", "for i in x; do T=a; continue; T=b; done\nsee $T", ["a", "${T}"]),
    ],
)
def test_what_a_program_in_a_file_is_given(text: str, file: str, given: list[str | None]) -> None:
    assert [sorted(set(ways), key=str) for ways in seen(text, {"a.sh": file})] == [sorted(given, key=str)]


def test_a_function_is_known_to_a_program_only_if_it_is_exported() -> None:
    flow = ran("f() { see x; }\nbash a.sh", {"a.sh": "f # see"})
    assert [(one.name, one.followed) for one in flow.commands] == [("f", False), ("bash", True), ("see", False)]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("T=b\nsh a.sh\nsee $T", "b"),
        ("for i in x; do sh a.sh; T=b; done\nsee $T", "b"),
        ("f() { sh a.sh; T=b; }\nf\nsee $T", "b"),
        ("see $(sh a.sh)", "x"),
        ("T=b\n. ./a.sh\nsee $T", "a"),
    ],
)
def test_a_program_in_a_file_ends_nothing_but_itself(text: str, given: str) -> None:
    for ends in ("exit", "return", "break", "continue"):
        found = seen(text, {"a.sh": f"# see\nT=a\necho x\n{ends} 0\n"} if "./" not in text else {"a.sh": "# see\nT=a"})
        assert given in found[-1], ends
        assert set(found[-1]) <= {given, "${T}"}, ends


@pytest.mark.parametrize(
    ("text", "first", "traced"),
    [
        ("./a.sh", "#!/bin/bash", False),
        ("./a.sh", "#!/bin/bash -x", True),
        ("./a.sh", "#!/bin/bash -eux", True),
        ("./a.sh", "#!/usr/bin/env -S bash -o xtrace", True),
        ("./a.sh", "#!/bin/bash -e", False),
        ("./a.sh", "#!/opt/x-tools/bash", False),
        ("./a.sh", "# -x", False),
        ("bash a.sh", "#!/bin/bash -x", False),
        ("bash -x a.sh", "#!/bin/bash", True),
        ("set -x\nbash a.sh", "#!/bin/bash", False),
        ("strace -f ./a.sh", "#!/bin/bash", True),
        ("export SHELLOPTS=xtrace\nbash a.sh", "#!/bin/bash", True),
        ("export SHELLOPTS=errexit:xtrace\nbash a.sh", "#!/bin/bash", True),
        ("export SHELLOPTS=errexit:xtraced\nbash a.sh", "#!/bin/bash", False),
        ("SHELLOPTS=xtrace bash a.sh", "#!/bin/bash", True),
        ("SHELLOPTS=xtrace\nbash a.sh", "#!/bin/bash", False),
        ("set -x\nexport SHELLOPTS\nbash a.sh", "#!/bin/bash", True),
        ("export SHELLOPTS\nbash a.sh", "#!/bin/bash", False),
        ("export SHELLOPTS\nset -x\nset +x\nbash a.sh", "#!/bin/bash", False),
        ("export SHELLOPTS=$X\nbash a.sh", "#!/bin/bash", True),
        ("export SHELLOPTS=errexit:$X\nbash a.sh", "#!/bin/bash", True),
        ("export SHELLOPTS=errexit$X\nbash a.sh", "#!/bin/bash", False),
        ("export SHELLOPTS=errexit\nx && SHELLOPTS=xtrace\nbash a.sh", "#!/bin/bash", True),
        ("export OTHER=xtrace\nbash a.sh", "#!/bin/bash", False),
        ("export BASH_ENV=on.sh\nbash a.sh", "#!/bin/bash", True),
        ("export BASH_ENV=on.sh\n./a.sh", "#!/bin/bash", True),
        ("export BASH_ENV=on.sh\n./a.sh", "#!/usr/bin/env bash", True),
        ("export BASH_ENV=on.sh\n./a.sh", "#!/usr/bin/env -S bash -e", True),
        ("export BASH_ENV=on.sh\n./a.sh", "#!/bin/sh", False),
        ("export BASH_ENV=on.sh\n./a.sh", "# bash", False),
        ("export BASH_ENV=on.sh\nsh a.sh", "#!/bin/bash", False),
        ("export BASH_ENV=on.sh\nsh ./a.sh", "#!/bin/bash", False),
        ("BASH_ENV=on.sh\nbash a.sh", "#!/bin/bash", False),
        ("BASH_ENV=on.sh bash a.sh", "#!/bin/bash", True),
        ("export BASH_ENV=off.sh\nbash a.sh", "#!/bin/bash", False),
        ("export BASH_ENV=off.sh\nbash -x a.sh", "#!/bin/bash", True),
        ("export BASH_ENV=missing.sh\nbash a.sh", "#!/bin/bash", True),
        ("export BASH_ENV=on.sh\nbash -c 'see $T'", "", True),
        ("export BASH_ENV=off.sh\nbash -c 'see $T'", "", False),
        ("export SHELLOPTS=xtrace\nbash -c 'see $T'", "", True),
    ],
)
def test_whether_a_program_in_a_file_shows_what_it_runs(text: str, first: str, traced: bool) -> None:
    files = {"a.sh": f"{first}\nsee $T\n", "on.sh": "set -x # see\n", "off.sh": "U=a # see\n"}
    flow = ran(text, files)
    (one,) = calls(flow)
    assert one.traced is traced
    assert [use.traced for use in flow.uses if use.read.name == "T"] == [traced]


@pytest.mark.parametrize(
    ("text", "first", "stops"),
    [
        ("./a.sh", "#!/bin/bash", False),
        ("./a.sh", "#!/bin/bash -e", True),
        ("./a.sh", "#!/bin/bash -ux", False),
        ("./a.sh", "#!/bin/bash -xe", True),
        ("./a.sh", "#! bash x-e", False),
        ("bash a.sh", "#!/bin/bash -e", False),
        ("bash -e a.sh", "#!/bin/bash", True),
        ("bash -eu a.sh", "#!/bin/bash", True),
        ("bash -o errexit a.sh", "#!/bin/bash", True),
        ("bash a.sh", "set -e", True),
        ("bash -e a.sh || true", "#!/bin/bash", False),
        ("set +e\nbash -e a.sh\ntrue", "#!/bin/bash", False),
    ],
)
def test_whether_the_step_ends_where_a_program_in_a_file_fails(text: str, first: str, stops: bool) -> None:
    file = f'{first}\nif [ -z "$T" ]; then\nfalse\nfi\nsee x\n'
    (test,) = ran(text, {"a.sh": file}).presences
    assert any(one.stops for one in test.decisions) is stops


def test_a_program_in_a_file_is_fed_what_starts_it_is_fed() -> None:
    (one,) = calls(ran("echo x | ./a.sh", {"a.sh": "see"}))
    assert one.stdin is not None
    assert one.stdin.symbol() == "x\n"


@pytest.mark.parametrize(
    ("text", "files", "folders"),
    [
        ("./a.sh", ("a.sh",), [""]),
        ("x && cd d\n./a.sh", ("a.sh", "d/a.sh"), ["", "d"]),
        ("cd $X\n./a.sh", ("a.sh", "d/a.sh"), []),
        ("cd $X\n$BITBUCKET_CLONE_DIR/a.sh", ("a.sh",), [None]),
        ("x && cd d\n./a.sh", ("a.sh",), [""]),
        ("x && cd d\n./a.sh", ("d/a.sh",), ["d"]),
        ("x && cd d\n./a.sh", (), []),
        ("for i in 1 2 3 4 5 6 7 8; do cd $i || exit; ./a.sh; cd ..; done", ("1/a.sh", "2/a.sh"), ["1", "2"]),
        ("for i in 1 2 3 4 5 6 7 8 9; do cd $i || exit; ./a.sh; cd ..; done", ("1/a.sh", "2/a.sh"), []),
    ],
)
def test_in_each_folder_runs_the_file_that_is_there(
    text: str, files: tuple[str, ...], folders: list[str | None]
) -> None:
    flow = ran(text, {"d/b": "", **dict.fromkeys(files, "see x")})
    here = [only(one.folders) for one in calls(flow)]
    assert len(here) == len(folders)
    assert set(here) <= {*folders, None}
    starts = [one for one in flow.commands if one.name == "a.sh"]
    several = ("cd d" in text) + 1
    assert [one.followed for one in starts] == [0 < len(files) == several or folders == [None]] or "for" in text


def test_what_runs_in_one_folder_does_not_run_in_the_other_as_well() -> None:
    files = {"a.sh": "see a", "d/a.sh": "see b"}
    first, second = calls(ran("x && cd d\n./a.sh", files))
    assert (values(first), values(second)) == (["a"], ["b"])
    assert not may_both_run(first, second)
    assert (first.conditional, second.conditional) == (True, True)
    (alone,) = calls(ran("./a.sh", files))
    assert (alone.conditional, alone.branches) == (False, ())
    inner = ran("f() { ./a.sh; }\nx && cd d\nf\nf", files)
    one, _, _, other = calls(inner)
    assert may_both_run(one, other)


@pytest.mark.parametrize(
    ("text", "files", "changed"),
    [
        ("./a.sh", {"a.sh": "other"}, ()),
        ("./a.sh", {"a.sh": "see x"}, ("a.sh",)),
        ("sh a.sh", {"a.sh": "see x"}, ("a.sh",)),
        ("sh a.sh", {"a.sh": "if [ see"}, ()),
        ("sh b.sh", {"a.sh": "see x"}, ()),
        ("make", {"Makefile": "all:\n\tother\n"}, ()),
    ],
)
def test_which_file_is_not_followed(text: str, files: dict[str, str], changed: tuple[str, ...]) -> None:
    flow = ran(text, files, frozenset(changed))
    assert calls(flow) == []
    assert not flow.commands[-1].followed
    assert [one.path for one in flow.unread] == [path for path, file in files.items() if "[" in file]


def test_what_is_written_elsewhere_is_followed() -> None:
    assert seen("./a.sh", {"a.sh": "see x"}, frozenset({"b.sh"})) == [["x"]]
    made = {"package.json": '{"scripts": {"a": "see x", "b": "other"}}'}
    assert seen("npm run a", made) == [["x"]]
    assert seen("npm run b", made) == []


def test_a_file_that_runs_itself_is_followed_once_and_a_long_way_of_files_to_a_depth() -> None:
    assert seen("./a.sh", {"a.sh": "see x\n./a.sh"}) == [["x"]]
    assert seen("./a.sh", {"a.sh": "see x\n. ./b.sh", "b.sh": "see y\n. ./b.sh"}) == [["x"], ["y"]]
    assert seen("./a.sh\n./a.sh", {"a.sh": "see x"}) == [["x"], ["x"]]
    way = {f"{number}.sh": f"see x\n./{number + 1}.sh" for number in range(30)}
    assert len(seen("./0.sh", way)) == 20
    assert len(seen(". ./0.sh", {path: text.replace("\n.", "\n. .") for path, text in way.items()})) == 20


def test_a_recipe_runs_line_by_line_in_the_folder_that_make_is_told() -> None:
    files = {"web/Makefile": "all:\n\tcd b; see x\n\t@see $$T\n\tT=a; see $$T\n\t-see $$0\n"}
    flow = ran("make -C web", files)
    assert [values(one) for one in calls(flow)] == [["x"], ["${T}"], ["a"], [None]]
    assert [only(one.folders) for one in calls(flow)] == [None, "web", "web", "web"]
    assert [use.traced for use in flow.uses if use.read.name == "T"][:1] == [False]
    assert flow.commands[-1].name == "make"
    assert flow.commands[-1].followed


@pytest.mark.parametrize(
    ("text", "line", "stops"),
    [
        ("make", "see x", True),
        ("make", "-see x", False),
        ("make", "@see x", True),
        ("make", "see x || true", False),
        ("make || true", "see x", False),
        ("make &", "see x", False),
        ("make -i", "see x", False),
        ("if make; then x; else y; fi", "see x", False),
    ],
)
def test_a_line_of_a_recipe_ends_the_step_unless_it_is_ignored(text: str, line: str, stops: bool) -> None:
    line = line.replace("see x", TEST)
    (test,) = ran(text, {"Makefile": f"all:\n\t{line}\n\tsee y\n"}).presences
    assert any(one.stops for one in test.decisions) is stops


@pytest.mark.parametrize(("lines", "regions"), [([TEST, "see y"], [0, 2]), (["see y", TEST], [2]), ([TEST], [2])])
def test_what_a_step_asks_of_make_is_asked_of_the_last_line(lines: list[str], regions: list[int]) -> None:
    recipe = "".join(f"\t{line} # see\n" for line in lines)
    (test,) = ran("if make; then x; else y; fi", {"Makefile": f"all:\n{recipe}"}).presences
    assert [len(one.regions or ()) for one in test.decisions] == regions


def test_every_line_of_a_recipe_is_followed_and_of_modules_only_those_that_matter() -> None:
    flow = ran("make", {"Makefile": "all:\n\tmkdir x\n\tsee x\n\ttouch x\n"})
    assert [one.name for one in flow.commands] == ["mkdir", "see", "touch", "make"]
    program = "import b\nimport subprocess\n\nsubprocess.run(['see', '{}'])\n"
    for other, both in (("import subprocess\n\nsubprocess.run(['see', 'y'])\n", True), ("y = 1\n", False)):
        files = {"a.py": program.format("x"), "b.py": other}
        assert sorted(seen("python3 a.py", files), key=str) == ([["x"], ["y"]] if both else [["x"]])
        assert seen("python3 a.py", files, frozenset({"b.py"})) == ([] if both else [["x"]])
        assert len(ran("python3 a.py", files).called) == 1 + both
        assert seen("python3 a.py", files, frozenset({"a.py"})) == []


@pytest.mark.parametrize(
    ("recipe", "traced"),
    [("see $(T)", True), ("@see $(T)", False), ("@set -x; see $(T)", True)],
)
def test_make_shows_a_line_unless_it_is_told_not_to(recipe: str, traced: bool) -> None:
    flow = ran("make", {"Makefile": f"all:\n\t{recipe}\n"})
    assert [use.traced for use in flow.uses if use.read.name == "T"][-1] is traced
    assert [one.traced for one in calls(flow)] == [traced]


def test_what_a_makefile_decides_itself_is_told_by_its_path() -> None:
    (one,) = ran("make", {"Makefile": "include x\nall:\n\tsee x\n"}).commands
    assert (one.runs, one.followed) == ("Makefile", False)
    (one,) = ran("see $(make)", {"Makefile": "include x\nall:\n\tsee x\n"}).commands[1:]
    assert one.arguments[0].value.unknown == "the output of `make`"
    (one,) = ran("make", {"Makefile": "all:\n\tsee x\n"}).commands[1:]
    assert (one.runs, one.followed) == ("", True)


SOURCED = {"a.sh": "T=a\nsee $T", "b.sh": 'see "$1"', "c.sh": "T=c\nsee $T", "d.sh": "T=d\nreturn\nT=e", "e.sh": "T=e"}


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (". ./a.sh\nsee $T", [["a"], ["a"]]),
        ("source a.sh\nsee $T", [["a"], ["a"]]),
        ("f() { . ./b.sh; }\nf x", [["x"]]),
        ("f() { . ./b.sh y; see $1; }\nf x", [["y"], ["x"]]),
        ("f() { . ./d.sh; see $T; }\nf", [["d"]]),
        ("T=x\nsource\nsee $T", [["x"]]),
        ("T=x\n. ~/.bashrc\nsee $T", [["x"]]),
        ("T=x\n. $HOME/.nvm/nvm.sh\nsee $T", [["x", None]]),
        ("T=x\n. /opt/nvm.sh\nsee $T", [["x"]]),
        ("T=x\n. /opt/nvm.sh.x\nsee $T", [["x", None]]),
        (". ./a*.sh", [["a"]]),
        ('. ./"$X".sh', None),
        ("for i in a c; do . ./$i.sh; see $T; done", [["a"], ["c"], ["a", "c", "${T}"]]),
        ("for i in d e; do . ./$i.sh; done\nsee $T", [["d", "e", "${T}"]]),
        (". ./missing.sh\nsee x", [["x"]]),
    ],
)
def test_what_a_file_that_is_sourced_says(text: str, given: list[list[str | None]] | None) -> None:
    found = seen(text, SOURCED)
    if given is None:
        assert found == []
    else:
        assert [set(one) for one in found] == [set(one) for one in given]


def test_which_of_several_files_is_sourced_is_decided_at_each_call() -> None:
    flow = ran("if x; then I=a; else I=c; fi\ns() { . ./$I.sh; }\ns\ns", SOURCED)
    first, second, third, fourth = calls(flow)
    assert [values(one)[0] for one in (first, second, third, fourth)] == ["a", "c", "a", "c"]
    assert not may_both_run(first, second)
    assert not may_both_run(third, fourth)
    assert may_both_run(first, fourth)
    assert may_both_run(second, third)


@pytest.mark.parametrize(
    ("text", "followed", "opaque"),
    [
        (". ./a.sh", True, []),
        (". ./a*.sh", True, []),
        ("for i in a c; do . ./$i.sh; done", True, []),
        ("for i in a x; do . ./$i.sh; done", True, []),
        (". ./missing.sh", False, ["`./missing.sh`, which is sourced and not in the repository,"]),
        (". $X", False, ["a file that is sourced"]),
        (". ~/.profile", False, []),
        (".", False, []),
    ],
)
def test_what_is_sourced_is_followed_or_seen_by_nobody(text: str, followed: bool, opaque: list[str]) -> None:
    flow = ran(text, SOURCED)
    assert [one.followed for one in flow.commands if one.name == "."] == [followed]
    assert [one.what for one in flow.opaque] == opaque


@pytest.mark.parametrize(
    ("starts", "path", "login"),
    [("./login.sh", "ci/login.sh", LOGIN), ("make login", "ci/Makefile", "login:\n\t" + LOGIN.replace("$", "$$"))],
)
def test_a_file_starts_another_one_also_where_nobody_knows_the_folder(starts: str, path: str, login: str) -> None:
    begin = step('cd "$X"', "$BITBUCKET_CLONE_DIR/ci/a.sh")
    files = {PATH: begin, "ci/a.sh": f"docker pull crg.apkg.io/acme/web\n{starts}\n", path: login}
    (one,) = report_on({name: text.encode() for name, text in files.items()}).findings
    assert (one.rule, [reason.code for reason in one.reasons]) == ("registry-login", ["not-followed"])
