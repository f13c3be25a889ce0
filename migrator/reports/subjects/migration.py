"""What `fleet migrate` would do, or has done, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.findings.counting import many
from migrator.fleet.deciding import Act, MigrationDecision, said
from migrator.fleet.migrating import Failure
from migrator.fleet.opening import MigrationOutcome
from migrator.reports.document import Marked, Text, Tone

_WOULD = {
    Act.OPEN: "would open a pull request",
    Act.UPDATE: "would update pull request",
    Act.REPAIR: "would open the missing pull request",
}
_DID = {
    Act.OPEN: "opened pull request",
    Act.UPDATE: "updated pull request",
    Act.REPAIR: "opened the missing pull request",
}


def line(outcome: MigrationOutcome) -> Text:
    """What became of one destination, or would become of it."""
    where = Marked(f"{outcome.target.repository.slug} {outcome.target.destination}:", Tone.NAME)
    found = outcome.pull_request
    link = f" #{found.number} {found.url}" if found else ""
    if outcome.waits:
        return (where, " ", Marked("waits:", Tone.HALF), f" {outcome.waits}")
    if outcome.done:
        dropped = f" (refused as reviewers: {', '.join(outcome.dropped)})" if outcome.dropped else ""
        return (where, " ", Marked(_DID[outcome.done], Tone.GOOD), f"{link}{dropped}")
    decision = outcome.looked.decision if outcome.looked else MigrationDecision(Act.LEAVE)
    if decision.why:
        tone = Tone.BAD if decision.act is Act.STOP else Tone.ASIDE
        words = said(decision).removeprefix(decision.why)
        return (where, " ", Marked(str(decision.why), tone), f"{words}{link}")
    return (where, " ", Marked(_WOULD[decision.act], Tone.CODE), link)


def preview(outcome: MigrationOutcome) -> Iterator[Text]:
    """What would be written: branch, title, files with the lines, and whether a pipeline would be kept from it."""
    looked = outcome.looked
    if looked is None or not looked.decision.act.writes:
        return
    yield ("  branch ", Marked(looked.situation.branch, Tone.QUOTE), f", title: {looked.title}")
    for file in looked.about.changed:
        count = f"{many(len(file.lines), 'line')} ({', '.join(map(str, file.lines))})"
        yield ("  ", Marked(file.path, Tone.QUOTE), f": {count}")
    for stays in looked.about.stays:
        yield ("  stays: ", Marked(f"{stays.path}:{stays.line} {stays.code}", Tone.QUOTE))
    for release in looked.about.releases:
        yield (Marked(f"  [skip ci]: {release.pipeline} would start ({release.what})", Tone.HALF),)


def closing(outcomes: Sequence[MigrationOutcome], failures: Sequence[Failure], *, open_prs: bool) -> str:
    """The counts, and how to go on."""
    planned = [one for one in outcomes if one.looked and one.looked.decision.act.writes]
    done = sum(one.done is not None for one in outcomes)
    waiting = sum(bool(one.waits) for one in outcomes)
    stopped = sum(bool(one.looked) and one.looked.decision.act is Act.STOP for one in outcomes if one.looked)
    verb, number = ("Opened or updated", done) if open_prs else ("Would open or update", len(planned))
    parts = [f"{verb} {many(number, 'pull request')}"]
    parts += [f"{waiting} waiting"] * bool(waiting) + [f"{stopped} blocked"] * bool(stopped)
    parts += [f"{len(outcomes)} checked"] + [f"{many(len(failures), 'error')}"] * bool(failures)
    hint = "" if open_prs or not planned else " Run again with `--open-prs`."
    return f"{'; '.join(parts)}.{hint}"
