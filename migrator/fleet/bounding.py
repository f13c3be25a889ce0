"""A cache that a run keeps within a bound while it fills it, and copies of repositories that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from migrator.fleet.records import FleetRepository, LedgerEntry
from migrator.repositories import caching, remote
from migrator.repositories.git import GitError

_ROOM = 0.9
"""How full a cache is after it was pruned, so that not every further copy prunes it again."""


class Bound:
    """`limit` is in bytes. For one thread."""

    def __init__(self, cache: Path, limit: int) -> None:
        self.freed = 0
        self.went = 0
        self.limit = limit
        self._cache = cache
        self._sizes: dict[Path, int] = {}
        self._size = 0
        self._over = limit
        self._count(caching.contents(cache))

    def saw(self, repository: FleetRepository) -> None:
        """The copy of a repository may have grown."""
        with suppress(GitError):
            path = remote.place(self._cache, repository.workspace, repository.slug)
            copy = caching.measured(path)
            size = copy.size if copy else 0
            self._size += size - self._sizes.get(path, 0)
            self._sizes[path] = size
        if self._size > self._over:
            self.keep(round(self.limit * _ROOM))

    def keep(self, limit: int | None = None) -> caching.Pruned:
        """Prune the cache down to the bound."""
        bound = self.limit if limit is None else limit
        pruned = caching.prune(self._cache, bound, gone=False)
        self.freed += pruned.freed
        self.went += len(pruned.gone) + len(pruned.others)
        self._count(caching.contents(self._cache))
        # What is in use stays, so that the cache can be larger than it may be: then it is not pruned after each copy.
        self._over = max(self.limit, self._size + self.limit // 10)
        return pruned

    def _count(self, there: caching.Contents) -> None:
        self._sizes = {one.path: one.size for one in there.copies}
        self._size = there.size


def mark_gone(cache: Path, before: Iterable[LedgerEntry], now: Iterable[LedgerEntry]) -> None:
    """Note of the copies of repositories that are there no more, or not by the name that they had, that nobody will
    miss them."""
    there = {(one.repository.workspace, one.repository.slug) for one in now if not one.state.left}
    had = {(one.repository.workspace, one.repository.slug) for one in before}
    for workspace, slug in had - there:
        with suppress(GitError, OSError):
            caching.mark_gone(remote.place(cache, workspace, slug))
