"""A commit as a View: what a checkout of it would hold, without one."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects, TreeEntry
from migrator.text.files import LIMIT
from migrator.text.view import Unreadable

_LINKS = 40
_LINK_BYTES = 4096


@dataclass(frozen=True)
class RefView:
    """A View of `commit`, a hexadecimal name. `objects` must stay open. Submodules are not part of it.

    `asked` are the files that were read, with what stands for their contents; `lacking` are the names of contents that
    were asked for and are not in this copy.
    """

    objects: Objects
    commit: str
    asked: dict[str, str] = field(default_factory=dict, compare=False)
    lacking: set[str] = field(default_factory=set, compare=False)

    def paths(self) -> tuple[str, ...]:
        """Raises GitError."""
        return self._paths

    def read(self, path: str) -> bytes | None:
        """Symbolic links are followed inside the repository, to files and through folders."""
        self.asked[path] = self.name(path)
        entry = self._find(path)
        if entry is None:
            return None
        size = self._size(entry)
        if size is None:
            raise Unreadable("its content is not in this clone; fetch it whole")
        if size > LIMIT:
            raise Unreadable("it is larger than 2 MiB, the most that is read; split it or exclude it")
        try:
            return self.objects.read(entry.oid)
        except GitError as error:
            raise Unreadable(str(error)) from None

    def name(self, path: str) -> str:
        """What stands for the content of a file: equal for equal ones, and for those that cannot be read."""
        try:
            entry = self._find(path)
        except Unreadable:
            return "unreadable"
        return entry.oid if entry else ""

    @cached_property
    def listing(self) -> bytes:
        """What stands for all paths, and for where links lead."""
        found = sha256()
        for path in self._paths:
            entry = self._entries[path]
            found.update(os.fsencode(f"{path}\0{entry.oid if entry.is_link else ''}\0"))
        return found.digest()

    def target(self, path: str) -> str:
        """The path of the file that `path` stands for when symbolic links are followed. Raises Unreadable."""
        entry = self._find(path)
        if entry is None:
            raise Unreadable("the file is no longer there")
        return entry.path

    def links(self) -> dict[str, str]:
        """The symbolic links to files of the commit, and those below links to folders, with the paths of the files."""
        links = [path for path, entry in self._entries.items() if entry.is_link]
        found: dict[str, str] = {}
        for link in links:
            try:
                end = self._followed(self._entries[link], link)
            except (Unreadable, GitError):
                continue
            inside = [end] if end in self._entries else [path for path in self._entries if path.startswith(f"{end}/")]
            found |= {f"{link}{path[len(end) :]}": path for path in inside}
        return {link: self._end(path) for link, path in found.items()}

    def _end(self, path: str) -> str:
        try:
            entry = self._find(path)
        except Unreadable:
            return path
        return entry.path if entry else path

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return tuple(sorted(path for path, entry in self._entries.items() if not entry.is_module))

    @cached_property
    def _entries(self) -> dict[str, TreeEntry]:
        return {entry.path: entry for entry in self.objects.entries(self.commit)}

    def _find(self, path: str) -> TreeEntry | None:
        for hop in range(_LINKS):
            entry = self._entries.get(path)
            if entry is not None and not entry.is_link:
                return None if entry.is_module else entry
            link = entry or self._folder_link(path)
            if link is None:
                if hop:
                    raise Unreadable("a symbolic link leads to a file that does not exist; correct or remove the link")
                return None
            path = self._followed(link, path)
        raise Unreadable("its symbolic links go round in a circle; correct or remove them")

    def _folder_link(self, path: str) -> TreeEntry | None:
        """The first folder of the path that is a symbolic link."""
        parts = path.split("/")
        folders = ("/".join(parts[:count]) for count in range(1, len(parts)))
        entries = (self._entries.get(folder) for folder in folders)
        return next((entry for entry in entries if entry is not None and entry.is_link), None)

    def _followed(self, link: TreeEntry, path: str) -> str:
        size = self._size(link)
        if size is None or size > _LINK_BYTES:
            raise Unreadable("a symbolic link has no readable target; correct or remove it")
        target = os.fsdecode(self.objects.read(link.oid))
        rest = path[len(link.path) :]
        found = posixpath.normpath(posixpath.join(posixpath.dirname(link.path), target) + rest)
        if target.startswith("/") or found == ".." or found.startswith("../"):
            raise Unreadable("a symbolic link leads out of the repository, so patless does not follow it")
        return found

    def _size(self, entry: TreeEntry) -> int | None:
        size = self.objects.sizes([entry.oid]).get(entry.oid)
        if size is None:
            self.lacking.add(entry.oid)
        return size
