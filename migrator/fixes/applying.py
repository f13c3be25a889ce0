"""Choose the fixes that may be applied, make them, and verify the result. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from migrator.findings.records import Finding, Report, Verdict
from migrator.fixes.verify import Unverified, prove, rewrite, rewrite_called


class FileChange(Struct, frozen=True):
    """The new content of one file, and the findings that it settles."""

    path: str
    before: bytes
    after: bytes
    findings: tuple[Finding, ...]


class FixPlan(Struct, frozen=True):
    """`held` are the findings that are left alone. `failures` are sentences about rewritten files that did not
    verify; of such a file nothing is in `changes`."""

    changes: tuple[FileChange, ...]
    held: tuple[Finding, ...]
    failures: tuple[str, ...] = ()


def plan(report: Report, unsafe: bool, writable: Callable[[str], str | None]) -> FixPlan:
    """The changes that `fix` makes. `unsafe`: unsafe fixes too. `writable` says why a path must not be touched."""
    allowed = {Verdict.SAFE, Verdict.UNSAFE} if unsafe else {Verdict.SAFE}
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
                text = rewrite(source, edits, changes_of)
                if not changes_of:
                    prove(source, edits)
        except Unverified as error:
            failures.append(f"{path}: {error}; patless wrote nothing to it, please report this")
            failed.add(path)
            continue
        if text != source.text:
            changes.append(FileChange(path, source.encode(source.text), source.encode(text), findings))
    made = {finding for change in changes for finding in change.findings}
    left = (finding for finding in report.findings if finding not in made)
    held = (finding for finding in left if not any(edit.path in failed for edit in finding.edits))
    return FixPlan(tuple(changes), tuple(held), tuple(failures))
