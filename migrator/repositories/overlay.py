"""A working tree in which one file has other bytes than on disk, such as an editor's unsaved ones."""

from __future__ import annotations

from functools import cached_property

from migrator.repositories.worktree import WorkTree
from migrator.text.files import LIMIT
from migrator.text.view import Unreadable


class Overlay(WorkTree, frozen=True, dict=True):
    """`data` is what the file at `path` holds; on disk it may hold something else or not be there."""

    path: str
    data: bytes

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return tuple(sorted({*WorkTree(self.root).paths(), self.path}))

    def read(self, path: str) -> bytes | None:
        if not self._is(path):
            return super().read(path)
        if len(self.data) > LIMIT:
            raise Unreadable("it is larger than 2 MiB, the most that is read; split it or exclude it")
        return self.data

    def target(self, path: str) -> str:
        return self.path if path == self.path else super().target(path)

    def _is(self, path: str) -> bool:
        """Also by a symbolic link."""
        try:
            return self.target(path) == self.path
        except Unreadable:
            return False
