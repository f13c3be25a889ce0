"""A working tree in which some files have other bytes than on disk, such as an editor's unsaved ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from migrator.repositories.worktree import WorkTree
from migrator.text.files import LIMIT
from migrator.text.view import Unreadable


class Overlay(WorkTree, frozen=True, dict=True):
    """`contents` are what files hold, by path; on disk they may hold something else or not be there. `listed` are the
    files on disk where that is known."""

    contents: Mapping[str, bytes]
    listed: tuple[str, ...] | None = None

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        listed = WorkTree(self.root).paths() if self.listed is None else self.listed
        return listed if set(self.contents).issubset(listed) else tuple(sorted({*listed, *self.contents}))

    def read(self, path: str) -> bytes | None:
        data = self.contents.get(self._named(path))
        if data is None:
            return super().read(path)
        if len(data) > LIMIT:
            raise Unreadable("it is larger than 2 MiB, the most that is read; split it or exclude it")
        return data

    def target(self, path: str) -> str:
        return path if path in self.contents else super().target(path)

    def _named(self, path: str) -> str:
        """The file that is meant, also by a symbolic link."""
        try:
            return self.target(path)
        except Unreadable:
            return ""
