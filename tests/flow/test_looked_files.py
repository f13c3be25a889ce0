"""The file graph, of texts: which files are looked through, and what is known of one that is no text."""

from __future__ import annotations

import gzip
import time
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from migrator.flow import files as flow_files
from migrator.flow.files import MOST_REACHED, FileGraph
from migrator.ir.paths import Paths, Top
from migrator.text.view import Unreadable
from tests.flow.reading import BOOK
from tests.flow.test_files import graph, of
from tests.memory import Memory

CLOSED = b"closed"


class _Closing(Memory):
    """A view of files of which some cannot be read, and of which one is gone by now."""

    def paths(self) -> tuple[str, ...]:
        return (*super().paths(), "zz-gone")

    def read(self, path: str) -> bytes | None:
        if path == "folder" or self.files.get(path) == CLOSED:
            raise Unreadable("it is closed")
        return super().read(path)


def bytes_of(files: Mapping[str, bytes], apart: Collection[str] = ()) -> FileGraph:
    def text(path: str) -> str | None:
        data = files.get(path, CLOSED)
        try:
            return None if b"\0" in data or data == CLOSED else data.decode()
        except UnicodeDecodeError:
            return None

    return FileGraph(_Closing(files), text, BOOK.programs, BOOK.built_in.clone, apart)


PACKED = gzip.compress(b"docker login", mtime=0)
FILES = {
    "text": b"docker login",
    "latin": b"docker login # \xfc",
    "packed": PACKED,
    "binary": b"\0docker login",
    "packed-script": b"#!/bin/sh\nexit\n" + PACKED,
    "binary-script": b"#!/bin/sh\nexit\n\0x",
    "vault": b"$ANSIBLE_VAULT;1.1;AES256\n61",
    "closed": CLOSED,
    "empty": b"",
}


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("text", b""),
        ("latin", FILES["latin"]),
        ("packed", b"docker login"),
        ("packed-script", b"docker login"),
        ("binary", b""),
        ("vault", b""),
        ("empty", b""),
        ("folder", b""),
        ("missing", b""),
        ("zz-gone", b""),
    ],
)
def test_what_a_file_holds_beside_text(path: str, inside: bytes) -> None:
    assert bytes_of(FILES).beyond(path) == inside


def test_of_a_file_that_cannot_be_read_it_is_not_known_what_it_holds() -> None:
    found = bytes_of(FILES).beyond("closed")
    assert isinstance(found, Top)
    assert found.why == "it is closed"


@pytest.mark.parametrize(
    ("path", "sealed", "script"),
    [
        ("text", False, False),
        ("packed", False, False),
        ("binary", True, False),
        ("binary-script", True, True),
        ("packed-script", False, False),
        ("vault", True, False),
        ("closed", False, False),
        ("missing", False, False),
    ],
)
def test_in_which_files_nobody_can_look(path: str, sealed: bool, script: bool) -> None:
    assert bytes_of(FILES).sealed(path, script=False) is sealed
    assert bytes_of(FILES).sealed(path, script=True) is script


@pytest.mark.parametrize(
    ("paths", "there"),
    [
        (frozenset({"latin", "binary", "missing"}), {"latin"}),
        (frozenset({"text", "lat*"}), {"text", "latin"}),
        (frozenset({"text", "own"}), {"text"}),
        (Top("x", ("own", "text")), {"text"}),
        (frozenset({"closed"}), {"closed"}),
    ],
    ids=range(5),
)
def test_which_files_are_there_that_a_program_may_run(paths: Paths, there: set[str]) -> None:
    assert bytes_of({**FILES, "own": b"x"}, apart=("own",)).matched(paths) == there


def test_as_many_files_as_are_looked_through_are_told() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow_files, "_MOST_FILES", 3)
        three, four = graph("a", "b", "c"), graph("a", "b", "c", "d")
        assert three.matched(Top("x")) == {"a", "b", "c"}
        assert isinstance(four.matched(Top("x")), Top)
        assert three.callers("a") == three.speaking_of("X") == frozenset()
        assert isinstance(four.callers("a"), Top)
        assert isinstance(four.speaking_of("X"), Top)


@pytest.mark.parametrize(("most", "told"), [(7, True), (6, True), (5, False)])
def test_as_much_text_as_is_looked_through_is_told(most: int, told: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow_files, "_MOST_BYTES", most)
        files = of({"a": "X", "b": "no", "c": "see", "d": "behind the last that is counted"})
        assert files.speaking_of("X") == {"a"} if told else isinstance(files.speaking_of("X"), Top)


def test_which_files_may_be_text_and_are_not_searched() -> None:
    longest = b"X" + b" " * (256 * 1024 - 1)
    data = {**FILES, "a-own": b"X", "b-long": longest + b" ", "c-longest": longest, "d": b"X"}
    files = bytes_of(data, apart=("a-own",))
    assert files.unread == {"closed", "latin", "b-long"}
    assert files.speaking_of("X") == {"c-longest", "d"}


def test_files_are_held_that_a_word_stands_in_whatever_else_they_are() -> None:
    data = {**FILES, "a-own": b"docker", "b.md": b"docker", "zz": b"DOCKER"}
    files = bytes_of(data, apart=("a-own",))
    assert known_keys(files.holding(("docker",))) == {"text", "latin", "binary", "zz"}
    assert known_keys(files.holding(("docker",), frozenset({"text", "missing", "a-own"}))) == {"text"}
    assert files.holding(("login # ",)) == {"latin": "docker login # \N{REPLACEMENT CHARACTER}"}


def known_keys(found: Mapping[str, str] | Top) -> set[str]:
    return set() if isinstance(found, Top) else set(found)


@pytest.mark.parametrize(
    ("name", "most", "told"),
    [
        ("_MOST_FILES_HELD", 3, True),
        ("_MOST_FILES_HELD", 2, False),
        ("_MOST_BYTES_HELD", 6, True),
        ("_MOST_BYTES_HELD", 5, False),
    ],
)
def test_as_much_as_is_looked_through_is_held(name: str, most: int, told: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow_files, name, most)
        assert isinstance(of({"a": "X", "b": "no", "c": "see"}).holding(("x",)), Top) is not told


@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        ({"a"}, {"a/b/c", "a/d"}),
        ({"a/b"}, {"a/b/c"}),
        ({"a/"}, set()),
        ({"a/b", "a/e.py"}, {"a/b/c", "a/e.py"}),
        ({"a*"}, {"a/b/c", "a/d", "ab"}),
        ({"a/*"}, {"a/b/c", "a/d"}),
        ({f"n{number}" for number in range(17)}, set()),
        (Top("x", ("**/",)), {"a/b/c", "a/d", "ab"}),
    ],
    ids=range(8),
)
def test_what_lies_in_the_folders_that_a_client_takes(taken: set[str] | Top, kept: set[str]) -> None:
    files = graph("a/b/c", "a/d", "a/e.py", "ab")
    assert files.kept_in([taken if isinstance(taken, Top) else frozenset(taken)]) == kept


@pytest.mark.parametrize(
    ("path", "common"),
    [(".env", True), ("a/.env.local", True), ("a/prod.env", True), ("env", False), ("a.env/x", False)],
)
def test_which_files_are_read_wherever_they_lie(path: str, common: bool) -> None:
    assert graph().is_common(path) is common


CALLERS: list[tuple[str, dict[str, str], set[str]]] = [
    # a file, the texts of others, and those that name it
    ("web/ci/login.sh", {"push": "cp -r ci x"}, {"push"}),
    ("web/ci/login.sh", {"push": "cp -r ci x", "ci/other.sh": ""}, set()),
    ("web/ci/login.sh", {"push": "cp -r deep x", "deep/er/other.sh": ""}, set()),
    ("web/c/login.sh", {"push": "cp -r c x", "ci/other.sh": ""}, {"push"}),
    ("ci/login.sh", {"ci/push": "cp -r . /opt"}, {"ci/push"}),
    ("ci/login.sh", {"push": "cp -r . /opt", "web/push": "cp -r . /opt"}, set()),
    ("tools/login.py", {"tools/x.py": "from . import (\n    other,\n    login,\n)"}, {"tools/x.py"}),
    ("tools/login.py", {"tools/x.py": "import login"}, {"tools/x.py"}),
    ("tools/login.py", {"notes.txt": "import login"}, set()),
    ("ci/login.sh", {"package-lock.json": "ci/login.sh", "x.json": "ci/login.sh"}, {"x.json"}),
    ("ci/login.sh", {"README.md": "run ci/login.sh"}, {"README.md"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "texts", "callers"), CALLERS, ids=range(len(CALLERS)))
def test_which_files_name_a_file(path: str, texts: dict[str, str], callers: set[str]) -> None:
    assert of({path: path, **texts}).callers(path) == callers


def test_what_lies_apart_is_not_named() -> None:
    files = bytes_of({"begin": b"sh own.sh a.sh", "own.sh": b"", "a.sh": b"sh x.sh", "x.sh": b""}, apart=("own.sh",))
    assert files.led(frozenset({"begin"})) == {"begin", "a.sh", "x.sh"}
    assert files.led(frozenset({"gone"})) == {"gone"}


@pytest.mark.parametrize(("more", "any_file"), [(0, False), (1, True)])
def test_up_to_a_bound_files_and_texts_are_followed_on(more: int, any_file: bool) -> None:
    chain = {f"f{number}.rb": f"load 'f{number + 1}.rb'" for number in range(MOST_REACHED + more)}
    assert ("far.sh" in of({**chain, "far.sh": ""}).led(frozenset({"f0.rb"}))) is any_file
    begin = " " * (4 * 1024 * 1024 + more)
    assert ("far.sh" in of({"begin": begin, "far.sh": ""}).led(frozenset({"begin"}))) is any_file
    named = {f"f{number}.sh": f"f{number + 1}.sh" for number in range(MOST_REACHED + more)}
    assert ("far.sh" in of({**named, "far.sh": ""}).reached(["f0.sh"], ["far.sh"])) is any_file


REACHED: list[tuple[str, dict[str, Any], set[str]]] = [
    # a text, other files with theirs, and those that it reaches
    ("hello", {"~": ""}, {"~"}),
    ("hello", {".hidden": "", "docs/x.sh": ""}, set()),
    ("sh a.sh", {"a.sh": "sh b.sh", "b.sh": ""}, {"a.sh", "b.sh"}),
    ("python -m tools.report", {"lib/report.py": ""}, {"lib/report.py"}),
    ("gradle publish", {"build.gradle": "", "app/x.gradle": "", "gradlew": ""}, {"build.gradle", "app/x.gradle"}),
    ("mise x", {"mise-tasks/y": "", "a/mise-tasks/z": "", "mise": ""}, {"mise-tasks/y", "a/mise-tasks/z", "mise"}),
    ("npm run y", {"package.json": "", "web/package.json": "", "x.js": ""}, {"package.json", "web/package.json"}),
    ("for f in a/*/*.sh; do sh $f; done", {"a/b/x.sh": "", "a/b/x.py": "", "c/x.py": ""}, {"a/b/x.sh", "a/b/x.py"}),
    ("find . -name '*.sh' -exec sh {} +", {"a/b/x.sh": "", "y.sh": "", "a/y.py": ""}, {"a/b/x.sh", "y.sh"}),
    ("cp -r tools /opt; /opt/run", {"tools/deep/x.sh": ""}, {"tools/deep/x.sh"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "others", "reached"), REACHED, ids=range(len(REACHED)))
def test_what_a_text_reaches(text: str, others: dict[str, str], reached: set[str]) -> None:
    assert of({"p.yml": text, **others}).reached(["p.yml"], others) == reached


def test_only_what_is_wanted_is_told_and_it_may_be_a_folder() -> None:
    files = of({"p.yml": "sh a.sh; ls ci", "a.sh": "sh b.sh", "b.sh": "", "ci/x": ""})
    assert files.reached(["p.yml"], ["b.sh", "ci", "c.sh"]) == {"b.sh", "ci"}
    assert files.reached(["gone"], ["b.sh"]) == set()


def test_what_is_reached_is_asked_of_each_word_and_pattern_once() -> None:
    files = dict.fromkeys((f"d{number // 50}/f{number}.txt" for number in range(4000)), "")
    texts = {f"{number}.sh": "".join(f"{one}.sh go{one} *x{one}*.c\n" for one in range(100)) for number in range(100)}
    known = of({**files, **texts, "a.sh": " ".join(f"go{number}" for number in range(3000))})
    begun = time.process_time()
    assert known.reached(["0.sh", "a.sh"], ["99.sh", "d1/f60.txt"]) == {"99.sh"}
    assert time.process_time() - begun < 2
