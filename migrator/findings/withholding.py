"""Fixes that must not be made, because a login that shares the client's credential stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.findings.records import Finding, Reason, Verdict


def withhold(left: Iterable[Finding], every: Iterable[Finding]) -> Iterator[Finding]:
    """The findings that are left, without fixes where another login of the same step and registry is left out.

    A client keeps one credential for a host: logins that an ignore comment, the baseline or the selection leaves as
    they are would otherwise be mixed with rewritten ones.
    """
    left = tuple(left)
    kept = {finding.place for finding in left}
    out = [one for one in every if one.registry and one.place not in kept]
    for finding in left:
        partner = any(one.registry == finding.registry and set(one.uses) & set(finding.uses) for one in out)
        detail = "another login of the step to the same registry is ignored or not selected, and stays as it is"
        reason = Reason("mixed-logins", Verdict.REPORT_ONLY, detail, finding.registry or "")
        yield finding.blocked(reason) if partner and finding.edits else finding
