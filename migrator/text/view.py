"""A repository as the core sees it: paths and bytes, read only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Unreadable(Exception):
    """A file is there and cannot be read. The message is a sentence for people and does not name the path."""


class View(Protocol):
    """Paths are relative to the root, with `/`, and never leave it."""

    def paths(self) -> Iterable[str]:
        """Every file of the repository, sorted."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is no such file. Raises Unreadable."""
        ...
