"""Choose the fixes that may be applied, make them, and verify the result. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import Finding, Report, Verdict
from migrator.findings.settings import Fixing
from migrator.fixes.verify import Unverified, prove, rewrite, rewrite_called
from migrator.text.edits import Edit

Unguarded = tuple[str, int, str]


class FileChange(Struct, frozen=True):
    """The new content of one file by its edits, and the findings that it settles."""

    path: str
    before: bytes
    after: bytes
    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...]


class FixPlan(Struct, frozen=True):
    """`held` are the findings that are left alone. `failures` are sentences about rewritten files that did not
    verify; of such a file nothing is in `changes`. `unguarded` are presence checks that were asked
    for and that no step gets: path, line, and why."""

    changes: tuple[FileChange, ...]
    held: tuple[Finding, ...]
    failures: tuple[str, ...] = ()
    unguarded: tuple[Unguarded, ...] = ()


def plan(report: Report, fixing: Fixing, writable: Callable[[str], str | None]) -> FixPlan:
    """The changes that `fix` makes. `writable` says why a path must not be touched."""
    allowed = {Verdict.SAFE, Verdict.UNSAFE} if fixing.unsafe else {Verdict.SAFE}
    refusals = {edit.path: writable(edit.path) for finding in report.findings for edit in finding.edits}
    chosen = [
        finding
        for finding in report.findings
        if finding.verdict in allowed and not any(refusals[edit.path] for edit in finding.edits)
    ]
    changes: list[FileChange] = []
    failures: list[str] = []
    failed: set[str] = set()
    for path in sorted({edit.path for finding in chosen for edit in finding.edits}):
        source = report.sources[path]
        findings = tuple(finding for finding in chosen if any(edit.path == path for edit in finding.edits))
        try:
            edits = [edit for finding in findings for edit in finding.edits if edit.path == path]
            if reader := report.readers.get(path):
                text = rewrite_called(source, edits, reader)
            else:
                changes_of = [change for finding in findings for change in finding.changes]
                beside = [edit for one in findings if not one.changes for edit in one.edits if edit.path == path]
                text = rewrite(source, edits, changes_of, beside)
                prove(source, beside)
        except Unverified as error:
            failures.append(f"{path}: {error}; patless wrote nothing to it, please report this")
            failed.add(path)
            continue
        if text != source.text:
            before, after = source.encode(source.text), source.encode(text)
            changes.append(FileChange(path, before, after, tuple(edits), findings))
    made = {finding for change in changes for finding in change.findings}
    left = (finding for finding in report.findings if finding not in made)
    held = (finding for finding in left if not any(edit.path in failed for edit in finding.edits))
    unguarded: list[Unguarded] = []
    if fixing.guard:
        changes, unguarded = _guarded(report, changes, made, writable)
    return FixPlan(tuple(changes), tuple(held), tuple(failures), tuple(unguarded))


def _guarded(
    report: Report, changes: list[FileChange], made: Collection[Finding], writable: Callable[[str], str | None]
) -> tuple[list[FileChange], list[Unguarded]]:
    """The changes with presence checks in front of what the fixes of the findings that are `made` use first."""
    from migrator.fixes.guarding import checked

    guarded = {change.path: change for change in changes}
    missing = [
        (one.path, one.position.line, "the fix is in no script of a step, or the script prints its commands")
        for one in made
        if not one.checks
    ]
    for path in sorted({check.path for one in made for check in one.checks}):
        source = report.sources[path]
        findings = tuple(one for one in made if any(check.path == path for check in one.checks))
        change = guarded.get(path) or FileChange(path, source.encode(source.text), b"", (), ())
        try:
            if why := writable(path):
                raise Unverified(why)
            checks = {check for one in findings for check in one.checks if check.path == path}
            added, text = checked(source, change.edits, checks)
        except Unverified as error:
            lines = {source.position(check.at).line for one in findings for check in one.checks if check.path == path}
            missing += [(path, line, str(error)) for line in sorted(lines)]
            continue
        if added:
            every = tuple(dict.fromkeys((*change.findings, *findings)))
            edits = (*change.edits, *added)
            guarded[path] = replace(change, after=source.encode(text), edits=edits, findings=every)
    return [guarded[path] for path in sorted(guarded)], missing
