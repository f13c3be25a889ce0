"""A working tree in which some files have other bytes than on disk, such as an editor's unsaved ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeVar

from migrator.repositories.worktree import WorkTree
from migrator.text.files import LIMIT
from migrator.text.view import Unreadable

T = TypeVar("T")
_MOST = 64 * 1024 * 1024
"""Bytes that are held."""


class HeldTree(WorkTree, frozen=True, dict=True):
    """A working tree that is asked for each thing once: whoever wants to know of a change takes another one."""

    @cached_property
    def _held(self) -> dict[tuple[str, str], object]:
        return {}

    @cached_property
    def _size(self) -> list[int]:
        return [0]

    def read(self, path: str) -> bytes | None:
        return self._once("read", path, super().read)

    def target(self, path: str) -> str:
        return self._once("target", path, super().target)

    def _once(self, kind: str, path: str, ask: Callable[[str], T]) -> T:
        found = self._held.get((kind, path), self)
        if found is self:
            try:
                found = ask(path)
            except Unreadable as error:
                found = error
            self._size[0] += len(found) if isinstance(found, bytes) else 0
            if self._size[0] <= _MOST:
                self._held[kind, path] = found
        if isinstance(found, Unreadable):
            raise found.with_traceback(None)
        return found  # type: ignore[return-value]


class Overlay(WorkTree, frozen=True, dict=True):
    """`contents` are what files hold, by path; in the tree `disk` they may hold something else or not be there."""

    contents: Mapping[str, bytes]
    disk: WorkTree

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        listed = self.disk.paths()
        return listed if set(self.contents).issubset(listed) else tuple(sorted({*listed, *self.contents}))

    def glance(self) -> list[str] | None:
        return self.disk.glance()

    def read(self, path: str) -> bytes | None:
        data = self.contents.get(self._named(path))
        if data is None:
            return self.disk.read(path)
        if len(data) > LIMIT:
            raise Unreadable("it is larger than 2 MiB, the most that is read; split it or exclude it")
        return data

    def target(self, path: str) -> str:
        return path if path in self.contents else self.disk.target(path)

    def _named(self, path: str) -> str:
        """The file that is meant, also by a symbolic link."""
        try:
            return self.target(path)
        except Unreadable:
            return ""
