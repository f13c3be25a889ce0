"""An exporter's logins, judged as those run them who import its pipelines: what is safe for it is safe for them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from msgspec.structs import replace

from migrator.engine import analysis as engine
from migrator.findings.masking import masked
from migrator.findings.naming import renamed_finding
from migrator.findings.records import Finding, Reason, Report, Verdict
from migrator.fleet.exporters import Exporters
from migrator.fleet.records import FleetRepository, LedgerBranch
from migrator.fleet.scanning import Judge
from migrator.platforms.bitbucket.imports import ImportTarget, target
from migrator.platforms.bitbucket.pipelines import RUN
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.sinks.packages import linkage
from migrator.text.edits import Edit
from migrator.text.view import View

_Key = tuple[int, int, str]
Said = tuple[str, Finding]
"""The slug of an importer, and a finding of the exporter's file as it is there."""


class Importers:
    """Who imports from whom, by the branches that were read."""

    def __init__(self, branches: Iterable[LedgerBranch], exporters: Exporters) -> None:
        self._exporters = exporters
        self._uses: dict[str, list[tuple[LedgerBranch, ImportTarget]]] = {}
        for branch in branches:
            for one in branch.seen.imports if branch.seen else ():
                aim = target(one.text)
                exporter = exporters.exporter(aim) if aim and aim.pipeline else None
                if aim and exporter:
                    self._uses.setdefault(exporter.uuid, []).append((branch, aim))

    def of(self, exporter: FleetRepository) -> tuple[FleetRepository, ...]:
        """Those that import from it, each once."""
        found = [branch.entry.repository for branch, _ in self._uses.get(exporter.uuid, ())]
        return tuple({one.uuid: one for one in found}.values())

    def branches(self, exporter: FleetRepository) -> tuple[tuple[FleetRepository, tuple[str, ...]], ...]:
        """Those that import from it, with the names of their branches that do."""
        found: dict[str, tuple[FleetRepository, dict[str, None]]] = {}
        for branch, _ in self._uses.get(exporter.uuid, ()):
            repository = branch.entry.repository
            found.setdefault(repository.uuid, (repository, {}))[1][branch.name] = None
        return tuple((one, tuple(names)) for one, names in found.values())

    def pins(self, exporter: FleetRepository, ref: str) -> tuple[str, ...]:
        """Those that run what another ref than this one has, such as `sales at v1`."""
        found = [(branch.entry.repository.slug, aim.ref) for branch, aim in self._uses.get(exporter.uuid, ())]
        return tuple(dict.fromkeys(f"{slug} at {at}" for slug, at in sorted(found) if at != ref))

    def settled(self, exporter: FleetRepository, view: View, judge: Judge, report: Report) -> Report:
        """`report`, which is on `view` of the exporter and masked, with the word of all its importers, whatever they
        are pinned to: they come to what is there now sooner or later. Raises Unreadable."""
        for path in dict.fromkeys(aim.path for _, aim in self._uses.get(exporter.uuid, ())):
            data = view.read(path)
            if data is not None and any(finding.path == path for finding in report.findings):
                here = engine.analyse(view, [path], judge.book, judge.settings, BITBUCKET, RUN)
                own = {_key(finding) for finding in here.findings if finding.path == path}
                report = settled(report, path, own, list(self._said(exporter, path, data)))
        return report

    def _said(self, exporter: FleetRepository, path: str, data: bytes) -> Iterator[Said]:
        name = f"{exporter.slug}:{path}"  # no file of an importer is called that

        def shown(each: str) -> str:
            return path if each == name else f"importer:{each}"

        for branch, aim in self._uses[exporter.uuid]:
            if aim.path == path:
                report = masked(self._exporters.report(branch, name, aim.pipeline, data))
                for finding in report.findings:
                    if finding.path == name:
                        yield branch.entry.repository.slug, renamed_finding(finding, shown)


def settled(report: Report, path: str, here: Set[_Key], said: Sequence[Said]) -> Report:
    """With what is `said` of the file at `path`. Of its findings, `here` are what the exporter runs itself."""
    by_key: dict[_Key, list[Said]] = {}
    for slug, finding in said:
        by_key.setdefault(_key(finding), []).append((slug, finding))
    found = (
        _together(one, by_key[_key(one)], path, here) if one.path == path and _key(one) in by_key else one
        for one in report.findings
    )
    return replace(report, findings=tuple(found))


def _together(finding: Finding, said: Sequence[Said], path: str, here: Set[_Key]) -> Finding:
    """The strictest of what holds for each that runs it."""
    own = (finding,) if _key(finding) in here else ()
    every = (*own, *(each for _, each in said))
    reasons = [reason for each in own for reason in each.reasons]
    reasons += [replace(one, detail=f"{one.detail}, in {slug}") for slug, each in said for one in each.reasons]
    edits = {each.edits for each in every}
    if all(edits) and not _one(edits, path):
        words = "repositories that import it need different changes"
        slugs = ", ".join(dict.fromkeys(slug for slug, _ in said))
        reasons.append(Reason("importers-differ", Verdict.REPORT_ONLY, words, slugs))
    withheld = any(reason.verdict is Verdict.REPORT_ONLY for reason in reasons)
    assumptions = [text for each in own for text in each.assumptions]
    assumptions += [_of(text, slug) for slug, each in said for text in each.assumptions]
    made: Finding = replace(
        every[0],
        reasons=tuple(dict.fromkeys(reasons)),
        assumptions=tuple(dict.fromkeys(assumptions)),
        variables=tuple(dict.fromkeys(name for each in every for name in each.variables)),
        remaining=tuple(dict.fromkeys(name for each in every for name in each.remaining)),
        edits=() if withheld else every[0].edits,
        changes=() if withheld else every[0].changes,
    )
    return made


def _key(finding: Finding) -> _Key:
    return finding.span.start, finding.span.end, finding.rule


def _one(edits: Set[tuple[Edit, ...]], path: str) -> bool:
    return len(edits) == 1 and all(edit.path == path for each in edits for edit in each)


def _of(assumption: str, slug: str) -> str:
    """As it reads in the exporter, where this repository would be another one."""
    package = assumption.removesuffix(linkage("").rstrip())
    return linkage(package.rstrip(), slug) if package != assumption else f"{assumption}, in {slug}"
