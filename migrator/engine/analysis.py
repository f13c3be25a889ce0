"""From a repository's files to findings: pure, given a view and a rule book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from migrator.engine.agreement import agreed, together
from migrator.engine.checking import check
from migrator.engine.context import context_of
from migrator.engine.merging import merge
from migrator.engine.packages import packages
from migrator.findings import baseline, ignores
from migrator.findings.records import Finding, LeftOut, Report
from migrator.findings.selection import chosen
from migrator.findings.settings import Settings
from migrator.findings.withholding import withhold
from migrator.fixes.judged_command import RuleContext
from migrator.platforms.platform import Platform
from migrator.reading.again import FlowMemo
from migrator.reading.literals import secrets_of, spoken
from migrator.reading.repository import Reading
from migrator.reading.unfollowed import blanked
from migrator.rulebook.records import RuleBook
from migrator.sinks.logins import OTHER, Login
from migrator.text.source import Position, Span
from migrator.text.view import View

_FIRST = Position(0, 0)


def analyse(
    view: View,
    pipelines: Sequence[str],
    book: RuleBook,
    settings: Settings,
    platform: Platform,
    within: str = "",
    memo: FlowMemo | None = None,
) -> Report:
    """Read the pipelines files at `pipelines`, and what they lead to, and report on all of them.

    What only other repositories run, because a file exports it, pushes and reads no package here. With `within`, the
    report is on what stands at or below that place of the files, as the repository of `view` and `settings` runs it.
    `memo` has what was followed the last time.
    """
    reading = Reading(view, book, settings, pipelines, platform, within, memo=memo)
    return report(reading, context_of(reading), tuple(pipelines))


def report(reading: Reading, context: RuleContext, files: tuple[str, ...]) -> Report:
    """Run the rules, join what they find at one place, and leave out what the settings say."""
    book, settings = reading.book, reading.settings
    found = tuple(check(context))
    merged = together(agreed(merge(found, context), found, context), context)
    others = (reading.source(path) for path in sorted({one.path for one in merged} - reading.sources.keys()))
    sources = reading.sources | blanked(filter(None, others), book)
    joined = _joined(reading)
    merged = [ignores.placed(one, sources.get(one.path), joined.get(one.path, ())) for one in merged]
    selected = chosen(merged, settings.select, settings.ignore)
    left, ignored = ignores.apply(selected, sources if settings.comments else {}, settings.today)
    broken = [source for source, _ in reading.broken]
    secrets = secrets_of(reading.facts, sources, reading.pipelines.values(), broken, book)
    known = baseline.apply(left, merged, settings.baseline, sources, secrets.spans)
    say = partial(spoken, book=book)
    return Report(
        findings=tuple(finding.scrubbed(say) for finding in withhold(known.left, merged)),
        skipped=tuple(
            sorted(
                {replace(one, error=say(one.error)) for one in reading.skipped},
                key=lambda one: (one.path, one.position or _FIRST, one.error),
            )
        ),
        packages=tuple(packages(reading, context.picture)),
        sources=sources,
        secrets=secrets.spans,
        ordinary=secrets.ordinary,
        files=files,
        ignored=ignored,
        baselined=known.known,
        stale=known.stale,
        left_out=tuple(_left_out((merged, selected, left, known.left), context, say)),
        readers={part.source.path: part.launcher.reader for part in reading.called if part.launcher},
    )


_WHY = (
    "`select` or `ignore` of the configuration, or such an option, leaves it out",
    "an ignore comment settles it",
    "the baseline holds it",
)


def _left_out(kept: Sequence[Sequence[Finding]], context: RuleContext, say: Callable[[str], str]) -> Iterator[LeftOut]:
    """What is not reported: of findings that are fewer from one stage to the next, and of logins that are none."""
    for before, after, why in zip(kept[:-1], kept[1:], _WHY, strict=True):
        staying = {one.place for one in after}
        yield from (LeftOut(one.path, one.position, one.rule, why) for one in before if one.place not in staying)
    found = {(one.path, one.span.start) for one in kept[0]}
    seen = set[LeftOut]()
    for step in context.steps:
        for shell in step.shells:
            for login in shell.logins:
                source, span = shell.script.source_at(login.command.span), shell.script.shown(login.command.span)
                if (source.path, span.start) in found:
                    continue
                why = "nothing in this repository names a Packages host" if login.host_unknown else say(_of_none(login))
                seen.add(LeftOut(source.path, source.position(span.start), f"a login of {login.client}", why))
    yield from sorted(seen)


def _of_none(login: Login) -> str:
    if login.registry:
        return "it takes no stored token for Packages"
    return f"it logs in to {login.host or OTHER}"


def _joined(reading: Reading) -> Mapping[str, set[Span]]:
    """The items of scripts that are written on several lines and are one line, or may be."""
    found: dict[str, set[Span]] = {}
    for facts in reading.facts:
        for shell in facts.shells:
            for part in shell.script.parts:
                if part.scalar is not None and part.style != "|":
                    found.setdefault(part.source.path, set()).add(part.span)
    return found
