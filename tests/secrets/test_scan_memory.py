"""What the files of commits say, told from commits in memory: links, large files, and what each content is read as."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from migrator.repositories.objects import Objects
from migrator.secrets.references import scan as scanning
from migrator.secrets.references.records import Doubt, Found, NotLooked, OpaqueKind
from tests.secrets.commits import MODULE, Commits, Files, Link, Tool, one_branch

USE = "echo $MY_PAT\n"
NAMES = ("PAT", "MY_PAT")


def main(files: Files, *names: str) -> Found:
    commits = one_branch(files)
    return scanning.scan(commits.survey().objects, names or NAMES[1:], commits.refs).by_ref["refs/heads/main"]


@pytest.mark.parametrize(
    ("path", "target", "leads_out"),
    [
        ("a", "b", False),
        ("a", "/b", True),
        ("a", "..", True),
        ("a", "../b", True),
        ("a", "./", False),
        ("a", "..b", False),
        ("d/a", "../b", False),
        ("d/a", "../../b", True),
        ("d/a", "..", False),
        ("d/a", "../..", True),
        ("d/a", "x/../../..", True),
    ],
)
def test_a_link_says_something_where_it_leads_out_of_the_repository(path: str, target: str, leads_out: bool) -> None:
    why = "a symbolic link that leads out of the repository"
    assert main({path: Link(target)}) == (Found(not_looked=(NotLooked(path, why),)) if leads_out else Found())


def test_a_content_is_read_as_what_each_of_its_paths_says() -> None:
    files = {"a.md": USE, "b.sh": USE, "c": Link(USE), "d": Tool(b"\0\1"), "e": b"\0\1", "m": MODULE, "z/b.sh": USE}
    found = main(files)
    assert [(one.path, str(one.kind)) for one in found.references] == [
        ("a.md", "mention"),
        ("b.sh", "shell"),
        ("z/b.sh", "shell"),
    ]
    assert found.opaque == (
        Doubt(OpaqueKind.PROGRAM, "d", 1, 1, "", ""),
        Doubt(OpaqueKind.SUBMODULE, "m", 1, 1, ""),
    )
    assert found.not_looked == (NotLooked("d", "it is not text"), NotLooked("e", "it is not text"))


def test_a_commit_that_cannot_be_read_hides_no_other() -> None:
    commits = Commits()
    lost = commits.branch("a", {"a.sh": USE})
    commits.branch("b", {"b.sh": USE})
    commits.branch("c", {"b.sh": USE})
    del commits.objects[lost]
    found = scanning.scan(commits.survey().objects, ["MY_PAT"], commits.refs).by_ref
    assert [len(one.references) for one in found.values()] == [0, 1, 1]
    (unread,) = found["refs/heads/a"].not_looked
    assert (unread.path, "lacks commit" in unread.why) == ("", True)
    assert found["refs/heads/b"] is found["refs/heads/c"]


SIZE = 40


def in_pieces(objects: Objects, oid: str) -> Iterator[bytes]:
    data = objects.read(oid)
    return (data[at : at + 8] for at in range(0, len(data), 8))


@pytest.mark.parametrize(
    ("data", "names", "found"),
    [
        (b"MY_PAT".ljust(SIZE), ("MY_PAT",), [("mention", "MY_PAT")]),
        (b"MY_PAT".ljust(SIZE + 1), ("MY_PAT",), [("large", "MY_PAT")]),
        (b"xxxxMY_PAT".ljust(SIZE + 1), ("MY_PAT",), [("large", "MY_PAT")]),
        (b"xxxxMY_PAT".ljust(SIZE + 1), ("A", "MY_PAT"), [("large", "A"), ("large", "MY_PAT")]),
        ("xxxMY_PAT".encode("utf-16-le").ljust(SIZE + 1), ("MY_PAT",), [("large", "MY_PAT")]),
        (b"MY_PAT OTHER".ljust(SIZE + 1), ("OTHER", "MY_PAT"), [("large", "MY_PAT"), ("large", "OTHER")]),
        (b"x" * (SIZE + 1), ("MY_PAT",), []),
        (b"x" * (SIZE + 1), (), []),
        (b"\0".ljust(SIZE + 1), ("MY_PAT",), [("not looked", "it is not text")]),
        (b"x" * 12 + b"\0" + b"x" * SIZE, ("MY_PAT",), [("not looked", "it is not text")]),
        (b"MY_PAT".ljust(2 * SIZE), ("MY_PAT",), [("large", "MY_PAT")]),
        (b"MY_PAT".ljust(2 * SIZE + 1), ("MY_PAT",), [("not looked", "it is larger than 0 MiB")]),
    ],
)
def test_a_large_file_is_searched_for_names_piece_by_piece(
    data: bytes, names: tuple[str, ...], found: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "LIMIT", SIZE)
    monkeypatch.setattr(scanning, "STREAMED", 2 * SIZE)
    commits = one_branch({"a.md": data})
    objects = commits.survey().objects
    monkeypatch.setattr(objects, "pieces", lambda oid: in_pieces(objects, oid))
    said = scanning.scan(objects, names, commits.refs).by_ref["refs/heads/main"]
    assert [
        *((str(one.kind), one.text) for one in said.references),
        *((str(one.kind), one.text) for one in said.opaque),
        *(("not looked", one.why) for one in said.not_looked),
    ] == found
    assert {(one.path, one.line, one.column, one.name) for one in said.opaque} == {
        ("a.md", 1, 1, one.text) for one in said.opaque
    }


def test_a_content_that_is_not_here_is_not_looked_into() -> None:
    commits = one_branch({"a.sh": USE, "b.sh": "true"})
    commits.objects = {oid: one for oid, one in commits.objects.items() if one[1] != USE.encode()}
    found = scanning.scan(commits.survey().objects, ["MY_PAT"], commits.refs).by_ref["refs/heads/main"]
    assert found == Found(not_looked=(NotLooked("a.sh", "its content is not in this clone; fetch it whole"),))


def test_what_is_too_large_to_be_searched_says_from_which_size_on(monkeypatch: pytest.MonkeyPatch) -> None:
    commits = one_branch({"a.bin": USE})
    objects = commits.survey().objects
    sizes = objects.sizes
    trees = {oid for oid, (kind, _) in commits.objects.items() if kind == "tree"}
    monkeypatch.setattr(
        objects,
        "sizes",
        lambda oids: {oid: size if oid in trees else scanning.STREAMED + 1 for oid, size in sizes(oids).items()},
    )
    found = scanning.scan(objects, ["MY_PAT"], commits.refs).by_ref["refs/heads/main"]
    assert found == Found(not_looked=(NotLooked("a.bin", "it is larger than 64 MiB"),))
