"""What `fleet migrate` would do, or has done, for people."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from migrator.findings.counting import many
from migrator.fleet.deciding import SENTENCES, Act, Decision
from migrator.fleet.opening import Outcome
from migrator.reports.paint import Paint
from migrator.text.mask import named, printable

_WOULD = {
    Act.OPEN: "would open a pull request",
    Act.UPDATE: "would update pull request",
    Act.REPAIR: "would open the pull request that its branch lacks",
}
_DID = {
    Act.OPEN: "opened pull request",
    Act.UPDATE: "updated pull request",
    Act.REPAIR: "opened the missing pull request",
}


class Failure(Struct, frozen=True):
    """One repository and destination that an error kept from being looked at."""

    slug: str
    destination: str
    error: str


def line(outcome: Outcome, paint: Paint, *, acts: bool) -> str:
    """What became of one destination."""
    where = paint.bold(f"{named(outcome.target.repository.slug)} {named(outcome.target.destination)}:")
    found = outcome.pull_request
    link = f" #{found.number} {printable(found.url)}" if found else ""
    if outcome.waits:
        return f"{where} {paint.yellow('waits:')} {printable(outcome.waits)}"
    if outcome.done:
        dropped = f" (refused as reviewers: {printable(', '.join(outcome.dropped))})" if outcome.dropped else ""
        return f"{where} {paint.green(_DID[outcome.done])}{link}{dropped}"
    decision = outcome.looked.decision if outcome.looked else Decision(Act.LEAVE)
    if decision.why:
        colour = paint.red if decision.act is Act.STOP else paint.dim
        about = f" ({printable(', '.join(decision.about))})" if decision.about else ""
        return f"{where} {colour(str(decision.why))}: {SENTENCES[decision.why]}{about}{link}"
    return f"{where} {paint.cyan(_WOULD[decision.act])}{link}"


def preview(outcome: Outcome, paint: Paint) -> list[str]:
    """What would be written: branch, title, files with the lines, and whether a pipeline would be kept from it."""
    looked = outcome.looked
    if looked is None or not looked.decision.act.writes:
        return []
    lines = [f"  branch {named(looked.situation.branch)}, title: {printable(looked.title)}"]
    for one in looked.about.changed:
        lines.append(f"  {named(one.path)}: {many(len(one.lines), 'line')} ({', '.join(map(str, one.lines))})")
    lines += [f"  stays: {named(one.path)}:{one.line} {named(one.code)}" for one in looked.about.stays]
    lines += [
        paint.yellow(f"  [skip ci]: {named(one.pipeline)} would start ({printable(one.what)})")
        for one in looked.about.releases
    ]
    return lines


def closing(outcomes: Sequence[Outcome], failures: Sequence[Failure], *, acts: bool) -> str:
    """The counts, and how to go on."""
    planned = [one for one in outcomes if one.looked and one.looked.decision.act.writes]
    done = sum(one.done is not None for one in outcomes)
    waiting = sum(bool(one.waits) for one in outcomes)
    stopped = sum(bool(one.looked) and one.looked.decision.act is Act.STOP for one in outcomes if one.looked)
    parts = [f"{done} written"] if acts else [f"{len(planned)} would be written"]
    parts += [f"{waiting} waiting"] * bool(waiting) + [f"{stopped} stopped"] * bool(stopped)
    parts += [f"{len(outcomes)} looked at"] + [f"{many(len(failures), 'error')}"] * bool(failures)
    hint = "" if acts or not planned else "; nothing was written: --open-prs opens them"
    return f"{', '.join(parts)}{hint}"
