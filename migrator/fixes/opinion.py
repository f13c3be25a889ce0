"""What one question about a login has as its answer."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from migrator.findings.records import Reason


class Opinion(Struct, frozen=True):
    """`reasons` hold the fix back, `assumptions` are what it takes for granted."""

    reasons: tuple[Reason, ...] = ()
    assumptions: tuple[str, ...] = ()


def joined(opinions: Iterable[Opinion]) -> Opinion:
    opinions = tuple(opinions)
    return Opinion(
        tuple(reason for one in opinions for reason in one.reasons),
        tuple(assumption for one in opinions for assumption in one.assumptions),
    )
