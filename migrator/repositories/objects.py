"""The objects of a git repository, read without a checkout: no hook, filter, submodule or LFS file is ever in play.

Two `git cat-file` processes answer all questions (https://git-scm.com/docs/git-cat-file); only hexadecimal names are
sent to them, never a name of the repository's own.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrator.repositories.git import GitError
from migrator.repositories.streams import Process, records, running
from migrator.text.patterns import regex

PATHS = 200_000
"""The most files of one commit."""
DEPTH = 200
"""How deep folders may be nested, and the bytes of a path are bounded by LONGEST."""
LONGEST = 4096
_TREE = 16 * 1024 * 1024
_FOLDERS = (b"40000", b"040000")
_FEW = 16
"""Questions that are sent before the answers are read: fewer bytes than any pipe holds, so that none waits forever."""
_PIECE = 64 * 1024
_CHILDREN = {width: re.compile(rb"([0-7]{1,7}) ([^\0]+)\0(.{%d})" % width, re.DOTALL) for width in (20, 32)}
_TREE_OF = regex(rb"tree ([0-9a-f]{40})\n")
_HEX = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?(?:\^\{tree\})?")


@dataclass(frozen=True, slots=True)
class TreeEntry:
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


Child = tuple[bytes, bytes, bytes]
"""Mode in octal, name, and the bytes of the object's name: hundreds of thousands of them, as the parser gives them."""
_Seen = dict[bytes, set[Child]]
"""What was read before, by the path of its folder."""


class Objects:
    """The objects of the repository that `root` is in. A context manager: git runs until it is left.

    All methods raise GitError where an object is missing or damaged.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stack = ExitStack()
        self._roots: dict[str, str] = {}
        self._trees: dict[str, tuple[Child, ...]] = {}
        self._same: dict[Child, Child] = {}
        self._here: dict[bytes, int] | None = None

    def __enter__(self) -> Objects:
        try:
            self._sizes: Process = self._stack.enter_context(self._checking())
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
        if self._here is None:
            try:
                with self._asking("--batch-check", self._sizes, asked) as process:
                    answers = [(oid, _answer(process)) for oid in asked]
                return {oid: int(words[2]) for oid, words in answers if len(words) == 3}
            except GitError:  # git ends where a partial clone lacks an object, instead of saying so
                self._here = self._listed()
                self._sizes = self._stack.enter_context(self._checking())
        return {oid: self._here[bytes.fromhex(oid)] for oid in asked if bytes.fromhex(oid) in self._here}

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The content of each. Ask for the sizes first: whatever is asked for here is read whole."""
        asked = list(oids)
        if len(asked) <= _FEW:
            yield from [(oid, self.read(oid)) for oid in asked]
            return
        with self._asking("--batch", self._contents, asked) as process:
            for oid in asked:
                yield oid, process.take(self._size(process, oid) + 1)[:-1]

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
        roots = self._top_folders(list(dict.fromkeys(commits)))
        self._roots |= roots
        level = set(roots.values()) - self._trees.keys()
        for _ in range(DEPTH + 1):
            if not level:
                break
            sizes = self.sizes(level)
            for tree, data in self.blobs(tree for tree in level if sizes.get(tree, _TREE + 1) <= _TREE):
                self._trees[tree] = self._shared(_parsed(data, len(tree) // 2))
            folders = {oid for tree in level for mode, _, oid in self._trees.get(tree, ()) if mode in _FOLDERS}
            level = {folder.hex() for folder in folders} - self._trees.keys()
        return roots

    def _shared(self, children: tuple[Child, ...]) -> tuple[Child, ...]:
        """With the children of other folders where they are the same: most branches change a few files of many."""
        same = self._same
        return tuple([same.setdefault(child, child) for child in children])

    def entries(self, commit: str, enter: Callable[[str], bool] = lambda tree: True) -> Iterator[TreeEntry]:
        """The files, links and submodules of a commit, folder by folder; only of folders that `enter` wants, which is
        told the name of the object.

        Raises GitError for more than PATHS of them, DEPTH folders and LONGEST bytes of a path.
        """
        return self._walk(commit, enter, {}, {})

    def unseen(self, commits: Iterable[str]) -> Iterator[tuple[str, list[TreeEntry] | GitError]]:
        """Each commit with those entries that none before it has at the same path, or why it cannot be read."""
        seen: _Seen = {}
        for commit in commits:
            added: _Seen = {}
            try:
                entries = list(self._walk(commit, lambda tree: True, seen, added))
            except GitError as error:
                yield commit, error
                continue
            for path, children in added.items():
                seen.setdefault(path, set()).update(children)
            yield commit, entries

    def _walk(self, commit: str, enter: Callable[[str], bool], seen: _Seen, added: _Seen) -> Iterator[TreeEntry]:
        root = self._roots.get(commit) or self.load([commit]).get(commit)
        if root is None:
            raise GitError(f"the repository at {self.root} lacks commit {commit}; fetch it")
        pending = [(b"", 0, root)]
        count = 0
        while pending:
            prefix, depth, tree = pending.pop()
            if not enter(tree):
                continue
            if tree not in self._trees:
                raise GitError(f"the repository at {self.root} lacks the folder {tree}, or it is larger than 16 MiB")
            known = seen.get(prefix, ())
            children = [child for child in self._trees[tree] if child not in known]
            added[prefix] = set(children)
            count += len(children)
            if count > PATHS or depth > DEPTH:
                raise _too_large(commit)
            for mode, name, oid in children:
                path = prefix + name
                if len(path) > LONGEST:
                    raise _too_large(commit)
                if mode in _FOLDERS:
                    pending.append((path + b"/", depth + 1, oid.hex()))
                else:
                    yield TreeEntry(os.fsdecode(path), int(mode, 8), oid.hex())

    def _top_folders(self, commits: list[str]) -> dict[str, str]:
        """The tree of each commit; those that are not there are left out."""
        with self._asking("--batch-check", self._sizes, [f"{commit}^{{tree}}" for commit in commits]) as process:
            answers = [(commit, _answer(process)) for commit in commits]
        return {commit: words[0] for commit, words in answers if len(words) == 3}

    def folders_with(self, oids: Collection[str]) -> set[str]:
        """The folders read so far that hold one of the objects, at any depth."""
        wanted = {bytes.fromhex(oid) for oid in oids}
        above: dict[bytes, list[bytes]] = {}
        for tree, children in self._trees.items():
            for oid in [oid for mode, _, oid in children if mode in _FOLDERS or oid in wanted]:
                above.setdefault(oid, []).append(bytes.fromhex(tree))
        found: set[bytes] = set()
        pending = list(wanted)
        while pending:
            for folder in above.get(pending.pop(), ()):
                if folder not in found:
                    found.add(folder)
                    pending.append(folder)
        return {folder.hex() for folder in found}

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

    def _checking(self) -> AbstractContextManager[Process]:
        return running(self.root, "cat-file", "--batch-check", limited=False)

    def _listed(self) -> dict[bytes, int]:
        """The bytes of every object that is here, by its name."""
        lines = records(self.root, "cat-file", "--batch-check", "--batch-all-objects", "--unordered", separator=b"\n")
        words = (line.decode("ascii", "replace").split() for line in lines)
        return {bytes.fromhex(name): int(size) for name, _, size in words}

    def _size(self, process: Process, oid: str) -> int:
        words = _answer(process)
        if len(words) != 3:
            raise GitError(f"the repository at {self.root} lacks object {oid}; fetch it whole")
        return int(words[2])


class MemoryObjects(Objects):
    """The same of objects that are in memory, with their kinds; `root` is where they are kept, for people. No git."""

    def __init__(self, root: Path, objects: Mapping[str, tuple[str, bytes]]) -> None:
        super().__init__(root)
        self._objects = objects

    def __enter__(self) -> MemoryObjects:
        return self

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        return {oid: len(self._objects[oid][1]) for oid in oids if oid in self._objects}

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return ((oid, self.read(oid)) for oid in oids)

    def read(self, oid: str) -> bytes:
        if oid not in self._objects:
            raise GitError(f"the repository at {self.root} lacks object {oid}; fetch it whole")
        return self._objects[oid][1]

    def pieces(self, oid: str) -> Iterator[bytes]:
        yield self.read(oid)

    def _top_folders(self, commits: list[str]) -> dict[str, str]:
        there = [(commit, self._objects[commit]) for commit in commits if commit in self._objects]
        found = {commit: _TREE_OF.match(data) for commit, (kind, data) in there if kind == "commit"}
        return {commit: tree[1].decode("ascii") for commit, tree in found.items() if tree}


def _answer(process: Process) -> list[str]:
    line = process.output.readline(4096)
    if not line.endswith(b"\n"):
        raise process.ended()
    return line.decode("ascii", "replace").split()


def _checked(oid: str) -> str:
    if not _HEX.fullmatch(oid):
        raise ValueError("not the name of an object")
    return oid


def _parsed(data: bytes, width: int) -> tuple[Child, ...]:
    """The entries of a tree object: mode, blank, name, NUL, `width` bytes of the name of the object."""
    found = tuple(_CHILDREN[width].findall(data))
    if sum([len(mode) + len(name) for mode, name, _ in found]) + len(found) * (width + 2) != len(data):
        raise GitError("a folder of the repository is damaged; run `git fsck`")
    return found


def _too_large(commit: str) -> GitError:
    return GitError(
        f"commit {commit} holds more than {PATHS} files, or paths deeper than {DEPTH} folders or longer than "
        f"{LONGEST} bytes, which patless does not read"
    )
