"""The JSON of `check`, `fix` and `packages`. `migrator/reports/schema.json` describes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from migrator.findings.counting import Counts, in_order
from migrator.findings.masking import shows_none
from migrator.findings.records import Finding, Ownership, Package, PackageType, Report, Skipped
from migrator.registry.records import Access, Answer
from migrator.reports.records.words import SCHEMA_VERSION, Count, Number, SaidFinding, Strings, UseRecord, about
from migrator.text.edits import Edit
from migrator.text.source import Position, Source

Place = Annotated[tuple[Number, ...], Meta(min_length=2, max_length=2)]


class EditRecord(Struct, frozen=True):
    path: str
    start: Place
    end: Annotated[Place, about("exclusive")]
    text: str


class FixRecord(Struct, frozen=True):
    edits: Annotated[tuple[EditRecord, ...], Meta(min_length=1)]


class FindingRecord(SaidFinding, frozen=True):
    fix: Annotated[
        FixRecord | None,
        about("null for none, and where its text would show a hardcoded token: then `patless fix` makes it"),
    ]


class ProbeRecord(Struct, frozen=True):
    asked: Annotated[str | None, about("the name that the registry was asked for")]
    readable: Answer
    push: Annotated[Answer, about("what the token claims; nothing is uploaded")]
    why: Strings


class PackageRecord(Struct, frozen=True):
    name: str
    ownership: Ownership
    why: str
    pushed: tuple[UseRecord, ...]
    read: tuple[UseRecord, ...]
    type: PackageType = PackageType.CONTAINER
    probe: ProbeRecord | UnsetType = UNSET


class ProbedRecord(Struct, frozen=True):
    own_packages: Annotated[Strings, about("readable packages that own-packages did not list")]
    written: Annotated[str | None, about("the configuration file that lists them now")]
    errors: Annotated[Strings, about("registries that failed to answer")]


class RuleCounts(Struct, frozen=True):
    findings: Count
    safe: Count
    unsafe: Count
    report_only: Count


class StatisticsRecord(Struct, frozen=True):
    rules: dict[str, RuleCounts]
    reasons: dict[str, Count]


class SkippedRecord(Struct, frozen=True):
    path: str
    error: str


class SummaryRecord(Struct, frozen=True, kw_only=True):
    files: Count | UnsetType = UNSET
    findings: Count | UnsetType = UNSET
    fixable: Count | UnsetType = UNSET
    safe: Count | UnsetType = UNSET
    unsafe: Count | UnsetType = UNSET
    report_only: Count | UnsetType = UNSET
    fixed: Count | UnsetType = UNSET
    packages: Count | UnsetType = UNSET
    skipped: Count
    ignored: Count | UnsetType = UNSET
    baselined: Count | UnsetType = UNSET
    reasons: dict[str, Count] | UnsetType = UNSET


class ReportRecord(Struct, frozen=True, kw_only=True):
    schema_version: Literal[1]
    findings: tuple[FindingRecord, ...] | UnsetType = UNSET
    fixed: Annotated[
        tuple[FindingRecord, ...] | UnsetType, about("fix only; `findings` are then those that need review")
    ] = UNSET
    packages: Annotated[tuple[PackageRecord, ...] | UnsetType, about("packages only")] = UNSET
    skipped: tuple[SkippedRecord, ...]
    summary: SummaryRecord
    statistics: Annotated[StatisticsRecord | UnsetType, about("check --statistics only")] = UNSET
    probe: Annotated[ProbedRecord | UnsetType, about("packages --probe only")] = UNSET


def checked(report: Report) -> ReportRecord:
    return _record(report, report.findings)


def counted(report: Report) -> ReportRecord:
    """With statistics."""
    return replace(checked(report), statistics=statistics(report.findings))


def fixed(done: Sequence[Finding], before: Report, held: Sequence[Finding], after: Report) -> ReportRecord:
    """As `checked` for the findings that are `held` back, with those that are `done` under `fixed`: these are about the
    files as they were."""
    made = _record(after, held)
    listed = tuple(_finding(one, before) for one in in_order(done))
    return replace(made, fixed=listed, summary=replace(made.summary, fixed=len(listed)))


def packages(report: Report) -> ReportRecord:
    listed = tuple(_package(package) for package in sorted(report.packages, key=lambda package: package.name))
    return ReportRecord(
        schema_version=SCHEMA_VERSION,
        packages=listed,
        skipped=_skipped(report.skipped),
        summary=SummaryRecord(packages=len(listed), skipped=len(report.skipped)),
    )


def probed(report: Report, accesses: Mapping[str, Access], probe: ProbedRecord) -> ReportRecord:
    """As `packages`, with what was learnt beside each; `accesses` are by name."""
    made = packages(report)
    told = tuple(replace(one, probe=_probe(accesses[one.name])) for one in made.packages or ())
    return replace(made, packages=told, probe=probe)


def statistics(findings: Iterable[Finding]) -> StatisticsRecord:
    """The most frequent first."""
    by_rule = defaultdict[str, list[Finding]](list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    counted = {rule: Counts.of(found) for rule, found in by_rule.items()}
    ordered = sorted(counted.items(), key=lambda item: (-item[1].findings, item[0]))
    rules = {rule: RuleCounts(one.findings, one.safe, one.unsafe, one.report_only) for rule, one in ordered}
    return StatisticsRecord(rules, dict(Counts.of(findings).reasons))


def _record(report: Report, findings: Iterable[Finding]) -> ReportRecord:
    listed = in_order(findings)
    counts = Counts.of(listed)
    return ReportRecord(
        schema_version=SCHEMA_VERSION,
        findings=tuple(_finding(finding, report) for finding in listed),
        skipped=_skipped(report.skipped),
        summary=SummaryRecord(
            files=len(report.files),
            findings=counts.findings,
            fixable=counts.fixable,
            safe=counts.safe,
            unsafe=counts.unsafe,
            report_only=counts.report_only,
            skipped=len(report.skipped),
            ignored=report.ignored,
            baselined=report.baselined,
            reasons=dict(counts.reasons),
        ),
    )


def _finding(finding: Finding, report: Report) -> FindingRecord:
    shown = finding.edits and shows_none(finding, report)
    edits = tuple(_edit(edit, report.sources[edit.path]) for edit in sorted(finding.edits)) if shown else ()
    return FindingRecord(**asdict(SaidFinding.of(finding)), fix=FixRecord(edits) if edits else None)


def _edit(edit: Edit, source: Source) -> EditRecord:
    return EditRecord(
        edit.path, _place(source.position(edit.span.start)), _place(source.position(edit.span.end)), edit.text
    )


def _place(position: Position) -> tuple[int, int]:
    return position.line, position.column


def _package(package: Package) -> PackageRecord:
    pushed, read = tuple(map(UseRecord.of, package.pushed)), tuple(map(UseRecord.of, package.read))
    return PackageRecord(package.name, package.ownership, package.why, pushed, read, package.type)


def _probe(access: Access) -> ProbeRecord:
    return ProbeRecord(access.name or None, access.readable, access.push, access.why)


def _skipped(skipped: Iterable[Skipped]) -> tuple[SkippedRecord, ...]:
    found = (SkippedRecord(one.path, _error(one)) for one in skipped)
    return tuple(sorted(found, key=lambda one: (one.path, one.error)))


def _error(one: Skipped) -> str:
    at = one.position
    return f"line {at.line}, column {at.column}: {one.error}" if at else one.error
