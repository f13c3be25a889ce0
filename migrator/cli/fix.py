"""`patless fix`: rewrite what can be, or show what would be."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from migrator.checkouts import standard_input
from migrator.checkouts.analysis import Analysis
from migrator.checkouts.applying import apply
from migrator.checkouts.together import Together
from migrator.cli import console, exits, invoked, repeating
from migrator.cli.analyzing import analyzed
from migrator.cli.aside import aside, verbose
from migrator.findings import masking, naming
from migrator.findings.records import Finding
from migrator.findings.settings import Fixing
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, FixOptions
from migrator.options.output import Format
from migrator.reports import formats
from migrator.reports.diff import Side, diff, for_people
from migrator.reports.formats import text
from migrator.reports.subjects import fixes
from migrator.reports.subjects.fixes import FixOutcome
from migrator.text.mask import named, printable
from migrator.text.source import Source

if TYPE_CHECKING:
    from migrator.fixes.applying import FileChange, FixPlan


def run(reading: AnalysisOptions, options: FixOptions) -> int:
    """Write or show the fixes and return the exit code."""
    if options.diff and options.format is Format.JSON:
        raise UsageError("--diff prints a diff, so it cannot be combined with --format json")
    buffer = standard_input.buffer(reading)
    if buffer and not options.diff and options.format is not Format.TEXT:
        raise UsageError("fix - prints the fixed file, so it cannot be combined with --format json")
    analyses = analyzed(reading, buffer, fixing=Fixing(options.unsafe_fixes, options.with_guard))
    planned = [(one, one.plan) for one in analyses if one.plan is not None]
    if any(plan.failures for _, plan in planned):
        if buffer and not options.diff:
            console.out_bytes(buffer.data)  # whoever takes the output for the file loses nothing
        return _failed(planned)
    all_of = Together.of([one for one, _ in planned])
    console.err(
        f"{named(one.name(path))}:{line}: patless adds no presence check here: {why}"
        for one, plan in planned
        for path, line, why in plan.unguarded
    )
    with console.noted() as said:
        if options.verbose:
            verbose(analyses, all_of, options.color)
        aside(all_of, options.color, quiet=options.quiet, paths=reading.paths)
        if options.diff:
            return _show(planned, all_of, options)
        if buffer:
            return _filter(planned, all_of, options, buffer.data)
        code = _write(planned, all_of, reading, options)
    if options.format is Format.TEXT and not (options.no_cache or any(plan.changes for _, plan in planned)):
        repeating.remember(said, code, analyses, all_of, reading, console.paint(options.color, sys.stdout))
    return code


def _write(
    planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, reading: AnalysisOptions, options: FixOptions
) -> int:
    done: list[Finding] = []
    held: list[Finding] = []
    refused: list[str] = []
    written = set[Path]()
    for one, plan in planned:

        def complain(path: str, error: str, one: Analysis = one) -> None:
            refused.append(f"{named(one.name(path))}: not written: {error}")

        made, failed = apply(one.root, plan.changes, complain)
        written |= {one.root} if made else set()
        done += [_named(finding, one) for finding in made]
        held += [_named(finding, one) for finding in (*failed, *plan.held)]
    console.err(refused)
    before = all_of.report
    settled, kept = _masked(done, all_of), _masked(held, all_of)
    found = FixOutcome(settled, before, kept, before, all_of.reasons, all_of.pages, options.unsafe_fixes)
    if written and held:
        found = _again([one for one, _ in planned], written, found, reading)
    subject = invoked.subject(fixes.subject(found, quiet=options.quiet), reading.paths, found.left)
    console.out(formats.write(options.format, subject, console.paint(options.color, sys.stdout)))
    left = exits.left(found.left, options.strict) or (options.exit_non_zero_on_fix and bool(done))
    return exits.code(unread=bool(found.after.skipped or refused), left=left, exit_zero=options.exit_zero)


def _again(
    analyses: Sequence[Analysis], written: Collection[Path], found: FixOutcome, reading: AnalysisOptions
) -> FixOutcome:
    """What is left in the files as they are now: lines of repositories that were written may have moved, and what
    needs review may have other reasons."""
    anew = analyzed(reading, only=written)
    after = Together.of([*(one for one in analyses if one.root not in written), *anew])
    report = masking.recalling(after.report, found.before)
    return replace(found, left=report.findings, after=report, reasons={**found.reasons, **after.reasons})


def _filter(planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, options: FixOptions, data: bytes) -> int:
    """Standard output gets the file that came on standard input, rewritten or as it was, and nothing else."""
    ((_, plan),) = planned
    found = _outcome(planned, all_of, options)
    paint = console.paint(options.color, sys.stderr)
    document = invoked.document(fixes.document(found, quiet=options.quiet), ())
    console.err(text.render(document, paint).splitlines())
    console.out_bytes(plan.changes[0].after if plan.changes else data)
    left = exits.left(found.left, options.strict) or (options.exit_non_zero_on_fix and bool(found.done))
    return exits.code(unread=bool(all_of.report.skipped), left=left, exit_zero=options.exit_zero)


def _show(planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, options: FixOptions) -> int:
    """Standard output gets the diff and nothing else."""
    paint = console.paint(options.color, sys.stdout)
    errors = console.paint(options.color, sys.stderr)
    found = _outcome(planned, all_of, options)
    lines: list[str] = []
    for one, plan in planned:
        for change in plan.changes:
            shown = one.name(change.path)
            path = change.path if len(planned) == 1 else shown  # `git apply` counts from the root
            made = diff(path, *_sides(change, all_of, shown))
            if paint.on or sys.stdout.isatty():
                console.out(for_people(made.data, paint))
            else:
                console.out_bytes(made.data)
            if made.masked:
                lines.append(
                    f"{named(shown)}: this diff masks a hardcoded token, so `git apply` refuses it; run `patless "
                    "fix` to make the change"
                )
    if not options.quiet:
        lines += text.render(invoked.document(fixes.aside(found), ()), errors).splitlines()
    console.err(lines)
    left = bool(found.done) or exits.left(found.left, options.strict)
    return exits.code(unread=bool(all_of.report.skipped), left=left, exit_zero=options.exit_zero)


def _outcome(planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, options: FixOptions) -> FixOutcome:
    """Of plans that nothing was written for."""
    done = _masked([_named(finding, one) for one, plan in planned for finding in _of(plan.changes)], all_of)
    held = _masked([_named(finding, one) for one, plan in planned for finding in plan.held], all_of)
    return FixOutcome(done, all_of.report, held, all_of.report, all_of.reasons, all_of.pages, options.unsafe_fixes)


def _sides(change: FileChange, all_of: Together, shown: str) -> tuple[Side, Side]:
    known = all_of.report.secrets.get(shown, ())
    before, after = Source.decode(change.path, change.before), Source.decode(change.path, change.after)
    return Side(before, tuple(known)), Side(after, masking.rewritten(all_of.report, known, change.edits, after.text))


def _of(changes: Iterable[FileChange]) -> list[Finding]:
    return list(dict.fromkeys(finding for change in changes for finding in change.findings))


def _named(finding: Finding, one: Analysis) -> Finding:
    return naming.renamed_finding(finding, one.name)


def _masked(findings: Collection[Finding], all_of: Together) -> tuple[Finding, ...]:
    return masking.scrubbed(findings, all_of.report)


def _failed(planned: Sequence[tuple[Analysis, FixPlan]]) -> int:
    """The result of a rewrite was read again, and more than the edits differed."""
    lines = [f"patless: {failure}" for _, plan in planned for failure in plan.failures]
    console.err([*map(printable, lines), "patless: wrote nothing. This is a fault in patless: please report it."])
    return exits.INTERNAL
