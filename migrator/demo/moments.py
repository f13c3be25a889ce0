"""Moments as Bitbucket spells them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def shown(moment: datetime) -> str:
    """As in `2026-11-20T09:30:00.000000+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def of_pipelines(moment: datetime) -> str:
    """As the services behind Pipelines spell it: `2026-11-20T09:30:00.25Z`, with as many digits as it needs."""
    return shown(moment).removesuffix("+00:00").rstrip("0").removesuffix(".") + "Z"


def of_insights(moment: datetime) -> str:
    """As Code Insights spells it, in nanoseconds: `2026-11-20T09:30:00.250000000Z`."""
    return shown(moment).removesuffix("+00:00") + "000Z"
