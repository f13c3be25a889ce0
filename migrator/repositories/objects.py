"""The objects of a git repository, read without a checkout: no hook, filter, submodule or LFS file is ever in play.

Two `git cat-file` processes answer all questions (https://git-scm.com/docs/git-cat-file); only hexadecimal names are
sent to them, never a name of the repository's own.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from migrator.repositories.git import GitError
from migrator.repositories.streams import Process, running

PATHS = 200_000
"""The most files of one commit."""
DEPTH = 200
"""How deep folders may be nested, and the bytes of a path are bounded by LONGEST."""
LONGEST = 4096
_TREE = 16 * 1024 * 1024
_FOLDER = 0o040000
_FEW = 16
"""Questions that are sent before the answers are read: fewer bytes than any pipe holds, so that none waits forever."""
_PIECE = 64 * 1024
_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?(?:\^\{tree\})?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree. The path is decoded as the file system's names are: bytes that are no UTF-8 survive."""

    path: str
    mode: int
    oid: str

    @property
    def is_link(self) -> bool:
        return self.mode == 0o120000

    @property
    def is_module(self) -> bool:
        return self.mode == 0o160000

    @property
    def is_file(self) -> bool:
        return not self.is_link and not self.is_module

    @property
    def is_executable(self) -> bool:
        return self.is_file and bool(self.mode & 0o111)


class _Child(NamedTuple):  # hundreds of thousands of them: tuples cost less than records
    name: bytes
    mode: int
    oid: str


class Objects:
    """The objects of the repository that `root` is in. A context manager: git runs until it is left.

    All methods raise GitError where an object is missing or damaged.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stack = ExitStack()
        self._roots: dict[str, str] = {}
        self._trees: dict[str, tuple[_Child, ...]] = {}

    def __enter__(self) -> Objects:
        try:
            self._sizes: Process = self._stack.enter_context(
                running(self.root, "cat-file", "--batch-check", limited=False)
            )
            self._contents: Process = self._stack.enter_context(
                running(self.root, "cat-file", "--batch", limited=False)
            )
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """The bytes of each object; those that are not there are left out."""
        asked = list(oids)
        with self._asking("--batch-check", self._sizes, asked) as process:
            answers = [(oid, _answer(process)) for oid in asked]
        return {oid: int(words[2]) for oid, words in answers if len(words) == 3}

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The content of each. Ask for the sizes first: whatever is asked for here is read whole."""
        asked = list(oids)
        if len(asked) <= _FEW:
            yield from [(oid, self.read(oid)) for oid in asked]
            return
        with self._asking("--batch", self._contents, asked) as process:
            for oid in asked:
                data = process.take(self._size(process, oid))
                process.take(1)
                yield oid, data

    def read(self, oid: str) -> bytes:
        return b"".join(self.pieces(oid))

    def pieces(self, oid: str) -> Iterator[bytes]:
        """The content in pieces of at most 64 KiB."""
        self._contents.send(f"{_checked(oid)}\n".encode())
        left = self._size(self._contents, oid)
        try:
            while left:
                piece = self._contents.take(min(left, _PIECE))
                left -= len(piece)
                yield piece
        finally:  # whoever stops early leaves nothing for the next question to find
            while left:
                left -= len(self._contents.take(min(left, _PIECE)))
            self._contents.take(1)

    def load(self, commits: Iterable[str]) -> dict[str, str]:
        """Read the folders of many commits together; the tree of each commit, those that are not there left out."""
        asked = list(dict.fromkeys(commits))
        with self._asking("--batch-check", self._sizes, [f"{commit}^{{tree}}" for commit in asked]) as process:
            answers = [(commit, _answer(process)) for commit in asked]
        roots = {commit: words[0] for commit, words in answers if len(words) == 3}
        self._roots |= roots
        level = set(roots.values()) - self._trees.keys()
        for _ in range(DEPTH + 1):
            if not level:
                break
            sizes = self.sizes(level)
            for tree, data in self.blobs(tree for tree in level if sizes.get(tree, _TREE + 1) <= _TREE):
                self._trees[tree] = tuple(_parsed(data, len(tree) // 2))
            folders = (child.oid for tree in level for child in self._trees.get(tree, ()) if child.mode == _FOLDER)
            level = {folder for folder in folders if folder not in self._trees}
        return roots

    def entries(self, commit: str, enter: Callable[[bytes, str], bool] = lambda path, tree: True) -> Iterator[Entry]:
        """The files, links and submodules of a commit, folder by folder; only those folders that `enter` wants, which
        is told the path and the name of the object.

        Raises GitError for more than PATHS of them, DEPTH folders and LONGEST bytes of a path.
        """
        root = self._roots.get(commit) or self.load([commit]).get(commit)
        if root is None:
            raise GitError(f"the repository at {self.root} lacks commit {commit}; fetch it")
        pending = [(b"", 0, root)]
        count = 0
        while pending:
            prefix, depth, tree = pending.pop()
            if not enter(prefix, tree):
                continue
            if tree not in self._trees:
                raise GitError(f"the repository at {self.root} lacks the folder {tree}, or it is larger than 16 MiB")
            for child in self._trees[tree]:
                count += 1
                path = prefix + child.name
                if count > PATHS or depth > DEPTH or len(path) > LONGEST:
                    raise GitError(
                        f"commit {commit} holds more than {PATHS} files, or paths deeper than {DEPTH} folders or "
                        f"longer than {LONGEST} bytes, which are not read"
                    )
                if child.mode == _FOLDER:
                    pending.append((path + b"/", depth + 1, child.oid))
                else:
                    yield Entry(os.fsdecode(path), child.mode, child.oid)

    def folders_with(self, oids: Collection[str]) -> set[str]:
        """The folders read so far that hold one of the objects, at any depth."""
        above: dict[str, list[str]] = {}
        for tree, children in self._trees.items():
            for child in children:
                if child.mode == _FOLDER or child.oid in oids:
                    above.setdefault(child.oid, []).append(tree)
        found: set[str] = set()
        pending = list(oids)
        while pending:
            for tree in above.get(pending.pop(), ()):
                if tree not in found:
                    found.add(tree)
                    pending.append(tree)
        return found

    @contextmanager
    def _asking(self, how: str, running_one: Process, asked: list[str]) -> Iterator[Process]:
        """Few questions go to the process that is there, many to one of their own that answers in large pieces."""
        lines = "".join(f"{_checked(name)}\n" for name in asked).encode()
        if len(asked) <= _FEW:
            if asked:
                running_one.send(lines)
            yield running_one
            return
        with tempfile.TemporaryFile() as file:
            file.write(lines)
            file.seek(0)
            with running(self.root, "cat-file", how, "--buffer", asked=file) as process:
                yield process

    def _size(self, process: Process, oid: str) -> int:
        words = _answer(process)
        if len(words) != 3:
            raise GitError(f"the repository at {self.root} lacks object {oid}; fetch it whole")
        return int(words[2])


def _answer(process: Process) -> list[str]:
    line = process.output.readline(4096)
    if not line.endswith(b"\n"):
        raise process.ended()
    return line.decode("ascii", "replace").split()


def _checked(oid: str) -> str:
    if not _HEX.fullmatch(oid):
        raise ValueError("not the name of an object")
    return oid


def _parsed(data: bytes, width: int) -> Iterator[_Child]:
    """The entries of a tree object: mode, blank, name, NUL, `width` bytes of the name of the object."""
    at = 0
    while at < len(data):
        blank = data.find(b" ", at)
        end = data.find(b"\0", blank)
        if blank < 0 or end < 0 or end + 1 + width > len(data):
            raise GitError("a folder of the repository is damaged; run `git fsck`")
        yield _Child(data[blank + 1 : end], int(data[at:blank], 8), data[end + 1 : end + 1 + width].hex())
        at = end + 1 + width
