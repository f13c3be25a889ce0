"""The packages of a fleet for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.fleet.imports import Shared
from migrator.fleet.packages import Known, Party, Picture
from migrator.reports.fleet import words
from migrator.reports.paint import Paint
from migrator.text.mask import named


def packages(picture: Picture, paint: Paint = Paint()) -> str:
    """The whole text, each line ended: what to settle first, every package, shared pipelines, what was not read."""
    blocks = [list(_first(picture, paint))]
    blocks += [list(_known(known, paint)) for known in picture.packages]
    blocks += [list(_shared(shared, paint)) for shared in picture.shared]
    blocks.append(list(_unread(picture, paint)))
    blocks.append([words.total(picture)])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _first(picture: Picture, paint: Paint) -> Iterator[str]:
    waiting = [known for known in picture.packages if known.open]
    if waiting:
        yield paint.bold("Settle first whose these are")
    for number, known in enumerate(waiting[: words.FIRST], start=1):
        yield f"{number:>3}. {paint.bold(named(known.name))}: {words.gain(known.unlocks)}"
        for way in words.ways(known):
            yield f"     {named(way.what)}" + (", in fleet.toml:" if way.lines else "")
            yield from (f"       {named(line)}" for line in way.lines)
    if len(waiting) > words.FIRST:
        yield f"     and {len(waiting) - words.FIRST} more"


def _known(known: Known, paint: Paint) -> Iterator[str]:
    odd = words.whose(known)
    yield paint.bold(named(known.name)) + (f"  {paint.yellow(odd)}" if odd else "")
    yield from _parties("pushed by", known.pushers, (), paint)
    yield from _parties("read by", known.readers, known.foreign, paint)


def _parties(what: str, found: Sequence[Party], foreign: Sequence[str], paint: Paint) -> Iterator[str]:
    for party in found:
        doubt = paint.yellow(" (does not push it)") if party.repository in foreign else ""
        settled = paint.green(" (settled)") if party.settled else ""
        places = [f"{named(words.place(one))} on {named(words.on(one))}" for one in party.places[: words.PLACES]]
        more = [f"and {len(party.places) - words.PLACES} more"] if len(party.places) > words.PLACES else []
        yield f"  {what} {paint.bold(named(party.repository))}{doubt}{settled}  {paint.dim(', '.join(places + more))}"


def _shared(shared: Shared, paint: Paint) -> Iterator[str]:
    yield f"{paint.bold(named(words.pinned(shared)))} exports {named(words.exported(shared))}"
    if shared.why:
        yield f"  {paint.red('not read:')} {named(shared.why)}"
    yield from (f"  imported by {named(words.imported(one))}" for one in shared.importers)
    for finding in shared.findings:
        at = f"{finding.path}:{finding.position.line}:{finding.position.column}"
        yield f"  {named(at)} {paint.verdict(finding.verdict)} {named(finding.message)}"
        yield from (f"    {reason.code}: {named(reason.detail)}" for reason in finding.reasons)
    if step := words.next_step(shared):
        yield f"  {paint.cyan('next:')} {named(step)}"


def _unread(picture: Picture, paint: Paint) -> Iterator[str]:
    if picture.unread:
        yield paint.bold("Not read")
    yield from (f"  - {named(slug)}: {named(why)}" for slug, why in picture.unread)
