"""Exit codes, the same for every command. Where several apply, the first one here is it."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.findings.records import Finding, Verdict

USAGE = 2
"""The command line or the configuration is wrong."""
INTERNAL = 70
"""A fault in patless itself."""
REFUSED = 4
"""A registry or Bitbucket refused or could not be reached."""
UNREADABLE = 3
"""Some input could not be read, or some output not written."""
LEFT = 1
"""Something is left to do."""
CLEAN = 0
INTERRUPTED = 130
"""Stopped by the user, as shells count it."""


def left(findings: Iterable[Finding], strict: bool) -> bool:
    """Whether a finding is left to do: one with a fix, or with `strict` any."""
    return any(strict or finding.verdict is not Verdict.REPORT_ONLY for finding in findings)


def code(*, unread: bool, left: bool, exit_zero: bool) -> int:
    if unread:
        return UNREADABLE
    return LEFT if left and not exit_zero else CLEAN
