"""Reports of several repositories as one, with paths as the reader of the output knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from migrator.findings.records import Finding, Package, Report, Use

Name = Callable[[str], str]
"""From a path relative to a root to the path that is shown."""


def renamed(report: Report, name: Name) -> Report:
    return replace(
        report,
        findings=tuple(renamed_finding(finding, name) for finding in report.findings),
        files=tuple(map(name, report.files)),
        skipped=tuple(replace(one, path=name(one.path)) for one in report.skipped),
        left_out=tuple(replace(one, path=name(one.path)) for one in report.left_out),
        packages=tuple(_package(package, name) for package in report.packages),
        sources={name(path): replace(source, path=name(path)) for path, source in report.sources.items()},
        secrets={name(path): spans for path, spans in report.secrets.items()},
    )


def renamed_finding(finding: Finding, name: Name) -> Finding:
    return replace(
        finding,
        path=name(finding.path),
        uses=_uses(finding.uses, name),
        edits=tuple(replace(edit, path=name(edit.path)) for edit in finding.edits),
    )


def merged(reports: Iterable[Report]) -> Report:
    """One report of all; their paths must not collide."""
    every = tuple(reports)
    return Report(
        findings=tuple(finding for report in every for finding in report.findings),
        skipped=tuple(one for report in every for one in report.skipped),
        left_out=tuple(one for report in every for one in report.left_out),
        packages=tuple(package for report in every for package in report.packages),
        sources={path: source for report in every for path, source in report.sources.items()},
        secrets={path: spans for report in every for path, spans in report.secrets.items()},
        ordinary=frozenset(text for report in every for text in report.ordinary),
        files=tuple(path for report in every for path in report.files),
        ignored=sum(report.ignored for report in every),
        baselined=sum(report.baselined for report in every),
    )


def _package(package: Package, name: Name) -> Package:
    return replace(package, pushed=_uses(package.pushed, name), read=_uses(package.read, name))


def _uses(uses: Iterable[Use], name: Name) -> tuple[Use, ...]:
    return tuple(replace(use, path=name(use.path)) for use in uses)
