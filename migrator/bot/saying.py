"""From findings to the comments that are wanted about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.bitbucket.comments import CommentLines
from migrator.bot import proposals, words
from migrator.bot.changes import ChangedLines, line_range
from migrator.bot.difference import CommentChanges, Wanted
from migrator.bot.discussing import Saying
from migrator.bot.markers import SUMMARY, marked
from migrator.bot.words import About
from migrator.findings.counting import in_order
from migrator.findings.records import Finding, Report
from migrator.findings.snippet import fingerprints
from migrator.options.bot import CommentStyle
from migrator.rulebook.records import ReasonEntry


def saying(
    report: Report,
    change: ChangedLines,
    reasons: Mapping[str, ReasonEntry],
    where: str,
    style: CommentStyle,
    max_comments: int,
) -> Saying:
    """The comments about a report. Only a finding on a line that `change` adds or changes gets one of its own, as
    there is no place in the diff for another; style `none`: none does."""
    findings = in_order(report.findings)
    keys = fingerprints(findings, report.sources, report.secrets)
    pairs = list(zip(findings, keys, strict=True)) if style is not CommentStyle.NONE else []

    def summary(notes: CommentChanges) -> Wanted:
        about = About(where, None if style is CommentStyle.NONE else notes)
        return Wanted(SUMMARY, marked(words.summary(report, about), SUMMARY))

    return Saying(
        tuple(_notes(pairs, report, change, reasons, style)), frozenset(keys), max_comments, summary, bool(findings)
    )


def _notes(
    pairs: list[tuple[Finding, str]],
    report: Report,
    change: ChangedLines,
    reasons: Mapping[str, ReasonEntry],
    style: CommentStyle,
) -> Iterator[Wanted]:
    made = proposals.Proposals(report)
    for finding, key in pairs:
        first, last = line_range(report.sources[finding.path], finding.span)
        line = change.first(finding.path, first, last)
        if line is None:
            continue
        place = (
            CommentLines(finding.path, last, first)
            if change.whole(finding.path, first, last)
            else CommentLines(finding.path, line)
        )
        suggested = made.suggestion(finding, change) if style is CommentStyle.SUGGESTION else None
        if suggested is not None:
            place, block = CommentLines(finding.path, suggested.last, suggested.first), proposals.block(suggested)
        else:
            block = made.patch(finding)
        yield Wanted(key, marked(words.note(finding, reasons, block), key), place)
