"""What every check is given, and how it makes findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import Finding, Reason, ScriptChange, Severity, Use, Verdict
from migrator.findings.settings import Settings
from migrator.flow.files import FileGraph
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks.packages import Picture
from migrator.text.edits import Edit
from migrator.text.source import Source, Span


class Context(Struct, frozen=True):
    """`mentioned` says of a step whether a Packages host is named in its file, in a file that it calls, or in the
    configuration. `shared_items` are items of scripts that several different scripts share: an assignment in one may
    mean something else to each. `unread_items` are items that also run in a step that cannot be read, with the reason
    code. `credentials` are the stored passwords of the repository's logins to Packages. `followed` are the files that
    some step runs and that are followed. `outsider` names something beside the steps that uses a file, '' where there
    is nothing.
    """

    book: RuleBook
    settings: Settings
    picture: Picture
    mentioned: Callable[[StepFacts], bool]
    source: Callable[[str], Source | None]
    shared_items: frozenset[object]
    unread_items: Mapping[object, str]
    read_items: frozenset[object]
    followed: frozenset[str]
    credentials: frozenset[str]
    files: FileGraph
    outsider: Callable[[str], str]

    def file(self, path: str) -> str | None:
        """The text of a file of the repository; None where it is missing or is no readable text."""
        source = self.source(path)
        return source.text if source else None

    def reason(self, code: str, detail: str, subject: str = "") -> Reason:
        return Reason(code, self.book.reasons[code].verdict, detail, subject)

    def finding(
        self,
        rule: str,
        source: Source,
        span: Span,
        message: str,
        *,
        reasons: Iterable[Reason] = (),
        assumptions: Iterable[str] = (),
        variables: Iterable[str] = (),
        remaining: Iterable[str] = (),
        registry: str | None = None,
        uses: Iterable[Use] = (),
        edits: Iterable[Edit] = (),
        changes: Iterable[ScriptChange] = (),
        severity: Severity | None = None,
    ) -> Finding:
        reasons = tuple(dict.fromkeys(reasons))
        blocked = any(reason.verdict is Verdict.REPORT_ONLY for reason in reasons)
        return Finding(
            rule=rule,
            path=source.path,
            span=span,
            position=source.position(span.start),
            end=source.position(span.end),
            severity=severity or self.book.rules[rule].severity,
            message=message,
            reasons=reasons,
            assumptions=tuple(dict.fromkeys(assumptions)),
            variables=tuple(dict.fromkeys(variables)),
            remaining=tuple(dict.fromkeys(remaining)),
            registry=registry,
            uses=tuple(dict.fromkeys(uses)),
            edits=() if blocked else tuple(sorted(set(edits))),
            changes=() if blocked else tuple(changes),
        )


def merge(findings: Iterable[Finding], context: Context) -> list[Finding]:
    """One finding for each place: what several steps say of it together, with the edits of all."""
    merged: dict[tuple[str, str, Span], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.path, finding.span)
        merged[key] = _both(merged[key], finding, context) if key in merged else finding
    return sorted(merged.values(), key=lambda finding: (finding.path, finding.span, finding.rule))


def _both(first: Finding, second: Finding, context: Context) -> Finding:
    reasons = dict.fromkeys((*first.reasons, *second.reasons))
    blocked = any(reason.verdict is Verdict.REPORT_ONLY for reason in reasons)
    if not blocked and _piped(first, second) and first.edits != second.edits:
        reason = context.reason("pipe-layout", "the steps that share this login need different changes")
        reasons[reason] = None
        blocked = True
    return replace(
        first,
        reasons=tuple(reasons),
        assumptions=tuple(dict.fromkeys((*first.assumptions, *second.assumptions))),
        variables=tuple(dict.fromkeys((*first.variables, *second.variables))),
        remaining=tuple(dict.fromkeys((*first.remaining, *second.remaining))),
        uses=tuple(dict.fromkeys((*first.uses, *second.uses))),
        edits=() if blocked else tuple(sorted({*first.edits, *second.edits})),
        changes=() if blocked else tuple(dict.fromkeys((*first.changes, *second.changes))),
    )


def _piped(*findings: Finding) -> bool:
    return any(not change.kept for finding in findings for change in finding.changes)


def withhold(left: Iterable[Finding], every: Iterable[Finding]) -> Iterator[Finding]:
    """The findings that are left, without fixes where another login of the same step and registry is left out.

    A client keeps one credential for a host: logins that an ignore comment, the baseline or the selection leaves as
    they are would otherwise be mixed with rewritten ones.
    """
    left = tuple(left)
    kept = {(finding.rule, finding.path, finding.span) for finding in left}
    out = [one for one in every if one.registry and (one.rule, one.path, one.span) not in kept]
    for finding in left:
        partner = any(one.registry == finding.registry and set(one.uses) & set(finding.uses) for one in out)
        if not (partner and finding.edits):
            yield finding
            continue
        detail = "another login of the step to the same registry is left out here, and stays as it is"
        reason = Reason("mixed-logins", Verdict.REPORT_ONLY, detail, finding.registry or "")
        yield replace(finding, reasons=(*finding.reasons, reason), edits=(), changes=())
