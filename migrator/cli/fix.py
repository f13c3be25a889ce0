"""`patless fix`: rewrite what can be, or show what would be."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from migrator.checkouts import standard_input
from migrator.checkouts.analysis import Analysis
from migrator.checkouts.applying import apply
from migrator.checkouts.together import Together
from migrator.cli import console, exits
from migrator.cli.analyzing import analyzed
from migrator.cli.aside import aside
from migrator.findings import masking, naming
from migrator.findings.records import Finding
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, FixOptions, Style
from migrator.options.output import Format
from migrator.reports import formats
from migrator.reports.diff import Side, diff, for_people
from migrator.reports.formats import text
from migrator.reports.subjects import fixes
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
    analyses = analyzed(reading, buffer, unsafe_fixes=options.unsafe_fixes)
    planned = [(one, one.plan) for one in analyses if one.plan is not None]
    if any(plan.failures for _, plan in planned):
        if buffer and not options.diff:
            console.out_bytes(buffer.data)  # whoever takes the output for the file loses nothing
        return _failed(planned)
    all_of = Together.of([one for one, _ in planned])
    aside(all_of, options.color, quiet=options.quiet)
    if options.diff:
        code = _show(planned, all_of, options)
    elif buffer:
        code = _filter(planned, all_of, options, buffer.data)
    else:
        code = _write(planned, all_of, options)
    if reading.style is Style.PIPE and not options.quiet:
        pipes = {code: entry for one, _ in planned for code, entry in one.reasons.items() if code.startswith("pipe-")}
        refused = fixes.refusals([finding for _, plan in planned for finding in plan.held], pipes)
        console.err(f"  {text.line(one)}" for one in refused)
    return code


def _write(planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, options: FixOptions) -> int:
    done: list[Finding] = []
    held: list[Finding] = []
    refused: list[str] = []
    for one, plan in planned:

        def complain(path: str, error: str, one: Analysis = one) -> None:
            refused.append(f"{named(one.name(path))}: not written: {error}")

        settled, failed = apply(one.root, plan.changes, complain)
        done += [_named(finding, one) for finding in settled]
        held += [_named(finding, one) for finding in (*failed, *plan.held)]
    done, held = _masked(done, all_of), _masked(held, all_of)
    console.err(refused)
    subject = fixes.subject(done, held, all_of.report, quiet=options.quiet)
    console.out(formats.write(options.format, subject, console.paint(options.color, sys.stdout)))
    left = exits.left(held, options.strict) or (options.exit_non_zero_on_fix and bool(done))
    return exits.code(unread=bool(all_of.report.skipped or refused), left=left, exit_zero=options.exit_zero)


def _filter(planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, options: FixOptions, data: bytes) -> int:
    """Standard output gets the file that came on standard input, rewritten or as it was, and nothing else."""
    ((one, plan),) = planned
    done = _masked([_named(finding, one) for finding in _of(plan.changes)], all_of)
    held = _masked([_named(finding, one) for finding in plan.held], all_of)
    paint = console.paint(options.color, sys.stderr)
    document = fixes.document(done, held, all_of.report, quiet=options.quiet)
    console.err(text.render(document, paint).splitlines())
    console.out_bytes(plan.changes[0].after if plan.changes else data)
    left = exits.left(held, options.strict) or (options.exit_non_zero_on_fix and bool(done))
    return exits.code(unread=bool(all_of.report.skipped), left=left, exit_zero=options.exit_zero)


def _show(planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, options: FixOptions) -> int:
    """Standard output gets the diff and nothing else."""
    paint = console.paint(options.color, sys.stdout)
    errors = console.paint(options.color, sys.stderr)
    done = _masked([_named(finding, one) for one, plan in planned for finding in _of(plan.changes)], all_of)
    held = _masked([_named(finding, one) for one, plan in planned for finding in plan.held], all_of)
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
        lines += text.render(fixes.aside(done, held, all_of.report), errors).splitlines()
    console.err(lines)
    left = bool(done) or exits.left(held, options.strict)
    return exits.code(unread=bool(all_of.report.skipped), left=left, exit_zero=options.exit_zero)


def _sides(change: FileChange, all_of: Together, shown: str) -> tuple[Side, Side]:
    known = all_of.report.secrets.get(shown, ())
    edits = {edit for finding in change.findings for edit in finding.edits if edit.path == change.path}
    before, after = Source.decode(change.path, change.before), Source.decode(change.path, change.after)
    return Side(before, tuple(known)), Side(after, masking.rewritten(all_of.report, known, edits, after.text))


def _of(changes: Iterable[FileChange]) -> list[Finding]:
    return list(dict.fromkeys(finding for change in changes for finding in change.findings))


def _named(finding: Finding, one: Analysis) -> Finding:
    return naming.renamed_finding(finding, one.name)


def _masked(findings: Collection[Finding], all_of: Together) -> list[Finding]:
    return list(masking.scrubbed(findings, all_of.report))


def _failed(planned: Sequence[tuple[Analysis, FixPlan]]) -> int:
    """The result of a rewrite was read again, and more than the edits differed."""
    lines = [f"patless: {failure}" for _, plan in planned for failure in plan.failures]
    console.err([*map(printable, lines), "patless: wrote nothing. This is a fault in patless: please report it."])
    return exits.INTERNAL
