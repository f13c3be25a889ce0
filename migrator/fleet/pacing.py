"""When another pull request may be opened: so many an hour, so many at a time for one reviewer, and none while too
many of the merged ones are red. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from migrator.options.fleet import Limits

HOUR = 3600


class Traffic(Struct, frozen=True):
    """`opened` are the moments, in seconds, of those that were opened within the last hour; `waiting` counts open ones
    by default reviewer; `green` and `red` count those that were merged by the first run of the destination after."""

    opened: tuple[float, ...] = ()
    waiting: Mapping[str, int] = field(default_factory=dict)
    green: int = 0
    red: int = 0


def halted(traffic: Traffic, limits: Limits) -> str:
    """Why no further one is opened in this run, '' where one may be."""
    merged = traffic.green + traffic.red
    if merged and 100 * traffic.red > limits.max_red * merged:
        return (
            f"{traffic.red} of {merged} merged pull requests are red, more than {limits.max_red}%: look at them "
            "(patless fleet status), or raise --max-red"
        )
    return ""


def spent(traffic: Traffic, limits: Limits, now: float) -> str:
    """Why none is opened for now, '' where one may be."""
    recent = sorted(moment for moment in traffic.opened if moment > now - HOUR)
    if limits.pace and len(recent) >= limits.pace:
        minutes = max(1, round((recent[-limits.pace] + HOUR - now) / 60))
        return f"{limits.pace} were opened within the hour (--pace); run again in {minutes} minutes"
    return ""


def left(traffic: Traffic, limits: Limits, now: float) -> int | None:
    """How many may be opened for now, None for no end."""
    recent = sum(moment > now - HOUR for moment in traffic.opened)
    return max(0, limits.pace - recent) if limits.pace else None


def busy(traffic: Traffic, limits: Limits, reviewers: Sequence[str]) -> tuple[str, ...]:
    """Those of the default reviewers who have as many open ones as they should."""
    return tuple(one for one in reviewers if traffic.waiting.get(one, 0) >= limits.per_reviewer)
