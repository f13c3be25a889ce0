"""One question about a login, with its answer."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import Reason, Use
from migrator.reading.scripts import Script
from migrator.text.source import Span


class Sighting(Struct, frozen=True, eq=False):
    """Something that an answer rests on; `span` is where it stands in a script, None where it is no text of one."""

    what: str
    script: Script | None = None
    span: Span | None = None

    @property
    def place(self) -> Use | None:
        if self.script is None or self.span is None:
            return None
        source = self.script.source_at(self.span)
        return Use(source.path, source.position(self.script.shown(self.span).start))


class Opinion(Struct, frozen=True, eq=False):
    """The answer to `asked`: what was `seen`, the `reasons` that it gives to hold the fix back, and the `assumptions`,
    which the fix takes for granted. With none of them nothing speaks against the fix."""

    asked: str
    seen: tuple[Sighting, ...] = ()
    reasons: tuple[Reason, ...] = ()
    assumptions: tuple[str, ...] = ()

    def scrubbed(self, scrub: Callable[[str], str]) -> Opinion:
        """With all that it says as `scrub` leaves it."""
        return replace(
            self,
            seen=tuple(replace(one, what=scrub(one.what)) for one in self.seen),
            reasons=tuple(one.scrubbed(scrub) for one in self.reasons),
            assumptions=tuple(map(scrub, self.assumptions)),
        )
