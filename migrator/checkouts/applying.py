"""Write the changes of one repository, so that each finding is settled whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.findings.records import Finding
from migrator.repositories.worktree import WorkTree
from migrator.repositories.writing import NotWritten, replace
from migrator.text.view import Unreadable

if TYPE_CHECKING:
    from migrator.fixes.applying import FileChange

Complain = Callable[[str, str], None]
"""Takes the path that was not written, and the sentence that says why."""


def apply(root: Path, changes: Sequence[FileChange], complain: Complain) -> tuple[list[Finding], list[Finding]]:
    """Returns the findings that are settled now, and those that are not because a file could not be written."""
    done: list[Finding] = []
    failed: list[Finding] = []
    for group in _groups(changes):
        findings = list(dict.fromkeys(finding for change in group for finding in change.findings))
        (done if _write(root, group, complain) else failed).extend(findings)
    return done, failed


def _write(root: Path, group: Sequence[FileChange], complain: Complain) -> bool:
    """All of the changes, or none: what is written already is put back if a later one fails."""
    view = WorkTree(root)
    written: dict[str, FileChange] = {}
    for change in group:
        try:
            real = view.target(change.path)
            if real not in written or written[real].after != change.after:  # else a second link to the same file
                replace(root, change.path, change.before, change.after)
                written[real] = change
        except (NotWritten, Unreadable) as error:
            complain(change.path, str(error))
            for earlier in written.values():
                with suppress(NotWritten):
                    replace(root, earlier.path, earlier.after, earlier.before)
            return False
    return True


def _groups(changes: Sequence[FileChange]) -> list[list[FileChange]]:
    """Changes that share a finding belong together."""
    groups: list[list[FileChange]] = []
    for change in changes:
        mine = set(change.findings)
        linked = [group for group in groups if any(mine & set(other.findings) for other in group)]
        groups = [group for group in groups if group not in linked]
        groups.append([other for group in linked for other in group] + [change])
    return groups
