"""`patless fix`: rewrite what can be, or show what would be."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.cli import console, exits
from migrator.cli.analysis import Analysis, analyse
from migrator.cli.applying import apply
from migrator.cli.check import aside
from migrator.cli.failures import UsageError
from migrator.cli.options import AnalysisOptions, Showing, Style
from migrator.cli.together import Together
from migrator.findings import masking, naming
from migrator.findings.records import Finding
from migrator.reports import formats
from migrator.reports.diff import Side, diff, for_people
from migrator.reports.formats import Format, text
from migrator.reports.subjects import fixes
from migrator.text.mask import named, printable
from migrator.text.source import Source

if TYPE_CHECKING:
    from migrator.fixes.applying import FileChange, FixPlan


class Fixing(Struct, frozen=True):
    """`exit_non_zero`: a changed file is something that is left to do, as a hook wants it."""

    unsafe: bool = False
    diff: bool = False
    exit_non_zero: bool = False


def run(reading: AnalysisOptions, showing: Showing, fixing: Fixing) -> int:
    """Write or show the fixes and return the exit code."""
    if fixing.diff and showing.format is Format.JSON:
        raise UsageError("--diff prints a diff, so it cannot be combined with --format json")
    if reading.buffer and not fixing.diff and showing.format is not Format.TEXT:
        raise UsageError("fix - prints the fixed file, so it cannot be combined with --format json")
    planned = [(one, one.plan) for one in analyse(reading, unsafe=fixing.unsafe) if one.plan is not None]
    if any(plan.failures for _, plan in planned):
        if reading.buffer and not fixing.diff:
            console.out_bytes(reading.buffer.data)  # whoever takes the output for the file loses nothing
        return _failed(planned)
    all_of = Together.of([one for one, _ in planned])
    aside(all_of, showing)
    if fixing.diff:
        code = _show(planned, all_of, showing)
    elif reading.buffer:
        code = _filter(planned, all_of, showing, fixing, reading.buffer.data)
    else:
        code = _write(planned, all_of, showing, fixing)
    if reading.style is Style.PIPE and not showing.quiet:
        pipes = {code: entry for one, _ in planned for code, entry in one.reasons.items() if code.startswith("pipe-")}
        refused = fixes.refusals([finding for _, plan in planned for finding in plan.held], pipes)
        console.err(f"  {text.line(one)}" for one in refused)
    return code


def _write(planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, showing: Showing, fixing: Fixing) -> int:
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
    subject = fixes.subject(done, held, all_of.report, quiet=showing.quiet)
    console.out(formats.write(showing.format, subject, console.paint(showing.colour, sys.stdout)))
    left = exits.left(held, showing.strict) or (fixing.exit_non_zero and bool(done))
    return exits.code(unread=bool(all_of.report.skipped or refused), left=left, exit_zero=showing.exit_zero)


def _filter(
    planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, showing: Showing, fixing: Fixing, data: bytes
) -> int:
    """Standard output gets the file that came on standard input, rewritten or as it was, and nothing else."""
    ((one, plan),) = planned
    done = _masked([_named(finding, one) for finding in _of(plan.changes)], all_of)
    held = _masked([_named(finding, one) for finding in plan.held], all_of)
    paint = console.paint(showing.colour, sys.stderr)
    document = fixes.document(done, held, all_of.report, quiet=showing.quiet)
    console.err(text.render(document, paint).splitlines())
    console.out_bytes(plan.changes[0].after if plan.changes else data)
    left = exits.left(held, showing.strict) or (fixing.exit_non_zero and bool(done))
    return exits.code(unread=bool(all_of.report.skipped), left=left, exit_zero=showing.exit_zero)


def _show(planned: Sequence[tuple[Analysis, FixPlan]], all_of: Together, showing: Showing) -> int:
    """Standard output gets the diff and nothing else."""
    paint = console.paint(showing.colour, sys.stdout)
    errors = console.paint(showing.colour, sys.stderr)
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
    if not showing.quiet:
        lines += text.render(fixes.aside(done, held, all_of.report), errors).splitlines()
    console.err(lines)
    left = bool(done) or exits.left(held, showing.strict)
    return exits.code(unread=bool(all_of.report.skipped), left=left, exit_zero=showing.exit_zero)


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
