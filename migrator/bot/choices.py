"""What whoever runs the bot can choose."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from migrator.findings.records import Finding, Verdict


class CommentStyle(StrEnum):
    """What is put on the line of a finding besides the summary: how its change is shown there, or nothing."""

    NONE = "none"
    DIFF = "diff"
    SUGGESTION = "suggestion"


class FailOn(StrEnum):
    """Which findings make a run fail: none, safe ones, those that can be rewritten, or all."""

    NEVER = "never"
    SAFE = "safe"
    UNSAFE = "unsafe"
    ANY = "any"

    def failed(self, findings: Iterable[Finding]) -> bool:
        wanted = {
            FailOn.NEVER: set[Verdict](),
            FailOn.SAFE: {Verdict.SAFE},
            FailOn.UNSAFE: {Verdict.SAFE, Verdict.UNSAFE},
            FailOn.ANY: set(Verdict),
        }[self]
        return any(finding.verdict in wanted for finding in findings)
