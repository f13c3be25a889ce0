"""Moments as Bitbucket spells them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def shown(moment: datetime) -> str:
    """As in `2026-11-20T09:30:00.000000+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
