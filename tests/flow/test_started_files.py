"""The file graph, of single commands: what they may start, copy and look for, one question in each row."""

from __future__ import annotations

import time

import pytest

from migrator.flow.files import FileGraph
from migrator.ir.paths import Top
from tests.flow.reading import BOOK, command, follow
from tests.flow.test_files import graph, known, of
from tests.memory import Memory

SCRIPTS = {
    "pyproject.toml": '[project.scripts]\nacme-push = "acme:main"\n',
    "setup.py": "entry_points=['acme-login=acme:main']",
    "notes.txt": "acme-push acme-login",
    "Makefile": "",
    "ci/push.rb": "",
    "ci/login": "",
}


@pytest.mark.parametrize(
    ("text", "started"),
    [
        ("acme-push", {"pyproject.toml"}),
        ("acme-login now", {"setup.py"}),
        ("unheard", set()),
        ("push", set()),
        ("./acme-push", set()),
        ("acme-push() { x; }; acme-push", set()),
        ("watch 'make login'", {"Makefile"}),
        ("with-lock 'make login'", set()),
        ("echo make | xargs", {"Makefile"}),
        ("echo make | ruby", set()),
        ("ruby -e \"load 'push'\"", {"ci/push.rb"}),
        ("git config alias.x '!make login'", {"Makefile"}),
        ("git commit -m '!make login'", {"Makefile"}),
        ("git commit -m 'make login'", set()),
        ("PATH=ci:$PATH; login", {"ci/login"}),
        ("PATH=ci:$PATH; login() { x; }; login", set()),
        ("login", set()),
    ],
)
def test_what_a_command_starts_that_no_word_names(text: str, started: set[str]) -> None:
    files = of(SCRIPTS)
    found = [files.matched(paths) for paths in files.may_start(command(text))]
    assert {path for paths in found if not isinstance(paths, Top) for path in paths} == started


def test_a_manifest_that_is_no_text_says_nothing() -> None:
    texts = {"package.json": '{"bin": {"acme-push": "x.js"}}'}
    view = Memory({"package.json": texts["package.json"].encode(), "setup.py": b"\0acme-push"})
    files = FileGraph(view, texts.get, BOOK.programs, BOOK.built_in.clone)
    assert list(files.installed(command("acme-push"))) == [{"package.json"}]
    assert list(files.installed(command("acme-pull"))) == [set()]
    assert list(files.installed(command("docker ps"))) == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("acme", True),
        ("acme-push -x now", True),
        ("./acme", False),
        ("/opt/acme", False),
        ("$X", False),
        ("docker ps", False),
        ("python3.11 x", False),
        ("acme() { x; }; acme", False),
    ],
)
def test_which_programs_are_found_by_a_name_that_says_nothing(text: str, bare: bool) -> None:
    assert graph().is_bare(command(text)) is bare


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("PATH=ci:$PATH; login", ("**/login",)),
        ("PATH=ci:$PATH login", ("**/login",)),
        ("export PATH=$PATH:ci; login x", ("**/login",)),
        ("PATH=ci:$PATH; ./login", None),
        ("PATH=ci:$PATH; ci/login", None),
        ("PATH=ci:$PATH; $X", None),
        ("X=ci; login", None),
    ],
)
def test_which_program_is_looked_for_where_the_script_says(text: str, sought: tuple[str, ...] | None) -> None:
    assert [known(paths) for paths in graph().sought(command(text))] == ([sought] if sought else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("with-lock $Y /b.sh", [("**/b.sh",)]),
        ("with-lock /opt/", []),
        ("with-lock b.sh ./c.sh", []),
        ("/opt/a.sh $Y", [("**/a.sh",)]),
    ],
)
def test_which_words_are_paths_from_the_root_of_the_machine(text: str, found: list[tuple[str, ...]]) -> None:
    assert [known(paths) for paths in graph().elsewhere(command(text))] == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cat a.sh -n b.sh", [{"a.sh"}]),
        ("cat -n a.sh", [{"a.sh"}]),
        ("with-lock '' -x=c.sh a.sh $X b.sh", [{"a.sh"}, {"b.sh"}]),
        ("with-lock -x$X a.sh", [{"a.sh"}]),
        ("echo a.sh", []),
    ],
)
def test_which_words_may_be_files(text: str, told: list[set[str]]) -> None:
    assert [known(paths) for paths in graph().told(command(text))] == told


THERE = ("ci/login.sh", "ci/other.sh", "tools/login", "login", "a.sh", "README.md", "docker/x.sh", "web/ci/login.sh")
ALL = set(THERE) - {"README.md"}


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("cp -r docker /opt; docker ps", set()),
        ("cp docker/x.sh /opt/unheard; unheard", {"docker/x.sh"}),
        ("cat ci/login.sh > $X; sh a.sh", set()),
        ("cat ci/login.sh > $(x); sh c.sh", {"ci/login.sh"}),
        ("cat ci/login.sh > ci/c.sh; sh c.sh", {"ci/login.sh"}),
        ("f() { cat a.sh; }; f ci/login.sh b.sh; sh b.sh", set()),
        ("tar -xz; /opt/login", set()),
        ("tar -xz x.tgz; /opt/login", {"login", "tools/login"}),
        ("ls ci; /opt/login", set()),
        ("sed -i s/x/y/ ci/login.sh; sh c.sh", set()),
        ("cat ci/login.sh; sh c.sh", set()),
        ("with-lock ci/login.sh; sh c.sh", set()),
        ("with-lock ci/login.sh out=b.sh; sh b.sh", {"ci/login.sh"}),
        ("ruby copy.rb ci/login.sh b.sh; sh b.sh", {"ci/login.sh"}),
        ("cp ci/login.sh $(x); sh b.sh", ALL),
        ("cp a.sh /opt/x; /opt/x/login", {"a.sh"}),
        ("cp $X /opt/b.sh; /opt/b.sh", ALL),
        ("cp a.sh ci; sh a.sh", set()),
        ("cd x; ln -s ../ci/login.sh b.sh; ./b.sh", {"ci/login.sh"}),
        ("ln -s ../../ci/login.sh b.sh; ./b.sh", {"ci/login.sh", "web/ci/login.sh"}),
        ("cp ../../ci/login.sh b.sh; ./b.sh", set()),
        ("ln -s /srv/ci/login.sh b.sh; ./b.sh", set()),
        ("ln -s /login b.sh; ./b.sh", set()),
        ("cp ci/login.sh .git/hooks/pre-push; git push", {"ci/login.sh"}),
        ("X=/x; y && X=/y; ln -s $X b.sh; ./b.sh", set()),
        ("cp a.sh x; git config core.hooksPath x", {"a.sh"}),
        ("git config core.hooksPath=x/; cp a.sh ./x/y/pre-push", {"a.sh"}),
        ("git config core.hooksPath x; cp -r web/ci/ x", {"web/ci/login.sh"}),
        ("cp -r web/ci .; git config core.hooksPath ci", {"web/ci/login.sh"}),
        ("git config core.hooksPath x; cp a.sh y", set()),
        ("git config core.hooksPath x; cp a.sh xy", set()),
        ("git config user.name x; cp a.sh x", set()),
        ("git config core.hooksPath x; cat a.sh x", set()),
        ("git config core.hooksPath x; unheard a.sh x", set()),
    ],
)
def test_which_files_of_several_are_put_where_something_runs(text: str, copied: set[str]) -> None:
    files = graph(*THERE)
    found = [files.matched(paths) for paths in files.copied(follow(text).commands)]
    assert {path for paths in found if not isinstance(paths, Top) for path in paths} == copied


@pytest.mark.parametrize(
    "text",
    [
        "git config core.hooksPath x\ncp a.sh " + "y/" * 20_000,
        "".join(f"git status {number}\necho {number} a b c\n" for number in range(600)),
    ],
    ids=["deep", "many"],
)
def test_what_was_put_where_is_asked_in_little_time(text: str) -> None:
    commands, files = follow(text).commands, graph(*THERE)
    begun = time.process_time()
    assert not any(files.copied(commands))
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("sh $X", []),
        ("sh $X ./c", ["./c"]),
        ("bash -c './b.sh x'", []),
        ("/bin/cat x", []),
        ("/bin/unheard x", ["/bin/unheard"]),
        ("ruby b.rb", ["b.rb"]),
        ("ruby ../a.sh", ["../a.sh"]),
    ],
)
def test_which_paths_are_run_and_are_no_files(text: str, lacking: list[str]) -> None:
    assert list(graph("a.sh").lacks(command(text))) == lacking
