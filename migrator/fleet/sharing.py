"""The ledger for threads: each call is made by the one thread that has it open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeVar

from migrator.fleet.ledger import Ledger
from migrator.fleet.records import Migration

_Found = TypeVar("_Found")


class Doing(Protocol):
    """How that thread is had to do something: it gives what `work` gives, or raises what it raises."""

    def __call__(self, work: Callable[[], _Found]) -> _Found: ...


class SharedLedger:
    """All methods as those of Ledger."""

    def __init__(self, ledger: Ledger, do: Doing) -> None:
        self._ledger, self.do = ledger, do

    def change(self, uuid: str, destination: str) -> Migration | None:
        return self.do(partial(self._ledger.change, uuid, destination))

    def changes(self, uuid: str = "") -> list[Migration]:
        return self.do(partial(self._ledger.changes, uuid))

    def keep(self, change: Migration) -> None:
        self.do(partial(self._ledger.keep, change))

    def drop(self, uuid: str, destination: str) -> None:
        self.do(partial(self._ledger.drop, uuid, destination))

    @contextmanager
    def claimed(self, uuid: str) -> Iterator[bool]:
        mine = self.do(partial(self._ledger.claim, uuid))
        try:
            yield mine
        finally:
            if mine:
                self.do(partial(self._ledger.free, uuid))
