"""References in all branches of real repositories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from migrator.repositories.objects import Objects
from migrator.repositories.refs import Ref, refs
from migrator.secrets.references import scan as scanning
from migrator.secrets.references.finding import Finder
from migrator.secrets.references.records import Found, OpaqueKind, UseKind
from migrator.secrets.references.scan import Scan
from migrator.text.files import LIMIT
from tests.repositories.conftest import Git, git
from tests.repositories.test_objects import FILE, FOLDER, LINK, MODULE, RUN, blob, commit, tree

__all__ = ["git"]
NAME = "MY_PAT"
USE = b"echo $MY_PAT\n"


def scan(root: Path, names: Sequence[str], refs: Iterable[Ref]) -> Scan:
    with Objects(root) as objects:
        return scanning.scan(objects, names, refs)


def main(root: Path, *entries: tuple[str, bytes, bytes]) -> Found:
    written = [(mode, name, blob(root, data)) for mode, name, data in sorted(entries, key=lambda entry: entry[1])]
    commit(root, tree(root, *written))
    return scan(root, [NAME], refs(root)).by_ref["refs/heads/main"]


def test_a_branch_that_says_nothing_says_nothing(git: Git, tmp_path: Path) -> None:
    assert main(tmp_path, (FILE, b"a.sh", b"echo $OTHER")) == Found()


def test_no_refs_and_no_names_say_nothing(git: Git, tmp_path: Path) -> None:
    commit(tmp_path, tree(tmp_path, (FILE, b"a.sh", blob(tmp_path, USE))))
    assert scan(tmp_path, [NAME], []).by_ref == {}
    assert scan(tmp_path, [], refs(tmp_path)).by_ref == {"refs/heads/main": Found()}


def test_the_text_of_a_link_is_no_content(git: Git, tmp_path: Path) -> None:
    assert main(tmp_path, (LINK, b"a.sh", b"$MY_PAT")) == Found()


def test_a_link_out_of_the_repository_is_not_looked_into(git: Git, tmp_path: Path) -> None:
    found = main(tmp_path, (LINK, b"a.sh", b"/opt/a.sh"), (LINK, b"b.sh", b"../b.sh"), (LINK, b"c.sh", b"a.sh"))
    assert [one.path for one in found.not_looked] == ["a.sh", "b.sh"]


def test_each_branch_says_what_its_own_files_say(git: Git, tmp_path: Path) -> None:
    use, none = blob(tmp_path, USE), blob(tmp_path, b"echo")
    folder = tree(tmp_path, (FILE, b"b.sh", use))
    commit(tmp_path, tree(tmp_path, (FILE, b"a.sh", use), (FOLDER, b"d", folder)), "refs/heads/both")
    commit(tmp_path, tree(tmp_path, (FILE, b"a.sh", none), (FOLDER, b"d", folder)), "refs/heads/inner")
    commit(tmp_path, tree(tmp_path, (FILE, b"a.sh", none)), "refs/heads/none")
    commit(tmp_path, tree(tmp_path, (FOLDER, b"e", folder)), "refs/tags/moved")
    found = scan(tmp_path, [NAME], refs(tmp_path)).by_ref
    assert {ref: [one.path for one in said.references] for ref, said in found.items()} == {
        "refs/heads/both": ["a.sh", "d/b.sh"],
        "refs/heads/inner": ["d/b.sh"],
        "refs/heads/none": [],
        "refs/tags/moved": ["e/b.sh"],
    }


def test_the_same_content_is_read_once_for_all_branches(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    look = Finder.look

    def counted(self: Finder, data: bytes, path: str, executable: bool = False) -> Found:
        looked.append(path)
        return look(self, data, path, executable)

    monkeypatch.setattr(Finder, "look", counted)
    use = blob(tmp_path, USE)
    for number in range(5):
        names = [f"{number}-{copy}.sh".encode() for copy in range(5)]
        commit(tmp_path, tree(tmp_path, *((FILE, name, use) for name in names)), f"refs/heads/b{number}")
    found = scan(tmp_path, [NAME], refs(tmp_path)).by_ref
    assert len(looked) == 1
    assert [len(said.references) for said in found.values()] == [5] * 5


def test_the_same_content_is_read_again_as_another_language(git: Git, tmp_path: Path) -> None:
    found = main(tmp_path, (FILE, b"a.md", USE), (FILE, b"a.sh", USE), (FILE, b"a.yml", b"# $MY_PAT"))
    assert [one.kind for one in found.references] == [UseKind.MENTION, UseKind.SHELL, UseKind.MENTION]


@pytest.mark.parametrize("name", [b"new\nline.sh", b"\x1b[31m.sh", b"latin-\xe9.sh", b"--upload-pack=x.sh"], ids=ascii)
def test_files_with_odd_names_are_looked_into(git: Git, tmp_path: Path, name: bytes) -> None:
    [one] = main(tmp_path, (FILE, name, USE)).references
    assert one.kind is UseKind.SHELL


def test_submodules_and_lfs_pointers_are_opaque(git: Git, tmp_path: Path) -> None:
    pointer = blob(tmp_path, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    commit(tmp_path, tree(tmp_path, (FILE, b"a.jar", pointer), (MODULE, b"m", "1" * 40)))
    found = scan(tmp_path, [NAME], refs(tmp_path)).by_ref["refs/heads/main"]
    assert [(one.kind, one.path) for one in found.opaque] == [(OpaqueKind.LFS, "a.jar"), (OpaqueKind.SUBMODULE, "m")]
    assert {(one.line, one.column) for one in found.opaque} == {(1, 1)}


def test_a_binary_is_a_program_by_its_mode(git: Git, tmp_path: Path) -> None:
    found = main(tmp_path, (FILE, b"a.png", b"\0\1"), (RUN, b"tool", b"\0\1"))
    assert [(one.kind, one.path) for one in found.opaque] == [(OpaqueKind.PROGRAM, "tool")]
    assert [one.path for one in found.not_looked] == ["a.png", "tool"]


def test_a_large_file_is_opaque_if_it_holds_the_name_wherever_that_stands(git: Git, tmp_path: Path) -> None:
    def filled(middle: bytes, at: int) -> bytes:
        return b"x" * at + middle + b"x" * (LIMIT + 1 - at)

    edge = 64 * 1024 - 3
    found = main(
        tmp_path,
        (FILE, b"a.txt", filled(b" MY_PAT ", edge)),
        (FILE, b"b.txt", filled("MY_PAT".encode("utf-16-be"), edge)),
        (FILE, b"c.txt", filled(b"", 0)),
        (FILE, b"d.bin", filled(b"\0", 0)),
    )
    assert [(one.kind, one.path, one.text) for one in found.opaque] == [
        (OpaqueKind.LARGE, "a.txt", NAME),
        (OpaqueKind.LARGE, "b.txt", NAME),
    ]
    assert [one.path for one in found.not_looked] == ["d.bin"]


def test_a_file_beyond_all_bounds_is_not_looked_into(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "STREAMED", LIMIT)
    found = main(tmp_path, (FILE, b"a.txt", b"MY_PAT" + b"x" * LIMIT))
    assert [one.path for one in found.not_looked] == ["a.txt"]


def test_a_file_that_is_not_there_and_a_commit_that_cannot_be_read_are_not_looked_into(
    git: Git, tmp_path: Path
) -> None:
    use = blob(tmp_path, USE)
    folder = tree(tmp_path, (FILE, b"c.sh", use))
    commit(tmp_path, tree(tmp_path, (FOLDER, b"d", folder), (FOLDER, b"e", "1" * 40)), "refs/heads/a")
    commit(tmp_path, tree(tmp_path, (FILE, b"b.sh", "2" * 40), (FOLDER, b"d", folder)), "refs/heads/b")
    found = scan(tmp_path, [NAME], refs(tmp_path)).by_ref
    assert [one.path for one in found["refs/heads/a"].not_looked] == [""]
    assert "lacks the folder" in found["refs/heads/a"].not_looked[0].why
    assert [one.path for one in found["refs/heads/b"].not_looked] == ["b.sh"]
    assert [one.path for one in found["refs/heads/b"].references] == ["d/c.sh"]
