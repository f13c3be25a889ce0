"""One commit, read and judged as `patless check` does; what the ledger keeps of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.engine import analysis as engine
from migrator.findings.hunks import hunks
from migrator.findings.masking import masked
from migrator.findings.naming import renamed
from migrator.findings.records import Finding, Package, Report, Skipped
from migrator.findings.selection import Scope
from migrator.findings.settings import Settings
from migrator.fleet.operator import Operator
from migrator.fleet.records import FleetRepository, Import, SeenCommit, SeenFinding
from migrator.fleet.restricting import restriction
from migrator.platforms.bitbucket.imports import exports, imports
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.repositories.objects import MemoryObjects, Objects
from migrator.repositories.refview import RefView
from migrator.repositories.worktree import WorkTree
from migrator.rulebook.records import RuleBook
from migrator.text.mask import mask, named, printable
from migrator.text.source import Source, Undecodable
from migrator.text.toml import ConfigurationError
from migrator.text.view import Unreadable
from migrator.text.yaml import Node, YamlError, read_yaml

Commit = RefView | WorkTree
"""What can be judged: a commit of a bare copy, or a clone as it lies on disk."""
_IMPORTS = 200
_SHOWN = 1000
"""Characters of one text of a repository that the ledger keeps."""


class Judge(Struct, frozen=True):
    """What commits are judged by. `by` is the digest of it, see `digest`. `operator` is the fleet's configuration."""

    book: RuleBook
    settings: Settings
    by: str
    scope: Scope = field(default_factory=Scope)
    operator: Operator = field(default_factory=Operator)

    def of(self, repository: FleetRepository) -> Judge:
        """The same for one repository, whose names stand for `$BITBUCKET_WORKSPACE` and the like."""
        told = self.operator.settings(repository.workspace, repository.slug)
        settings = replace(
            self.settings,
            workspace=repository.workspace or None,
            repository=repository.slug,
            variables={**told.variables, **self.settings.variables},
            own_packages=(*told.own_packages, *self.settings.own_packages),
            shared_packages=(*told.shared_packages, *self.settings.shared_packages),
            select=self.settings.select or told.select,
            ignore=self.settings.ignore | told.ignore,
        )
        scope = replace(self.scope, exclude=(*self.scope.exclude, *self.operator.files_left_out(repository.slug)))
        return replace(self, settings=settings, scope=scope)

    def knowing(self, hosts: Mapping[str, str]) -> Judge:
        """The same, with what the variables of a repository are known to name."""
        if not hosts:
            return self
        by = hashlib.sha256(json.dumps([self.by, sorted(hosts.items())]).encode()).hexdigest()
        return replace(self, settings=replace(self.settings, hosts=hosts), by=by)

    def stamp(self, report: Report) -> str:
        """The digest, with the day where a comment has left out a finding: it may hold until a day."""
        return f"{self.by} {self.settings.today}" if report.ignored else self.by

    def still(self, stamp: str) -> bool:
        """Whether what was judged with this stamp would be judged the same now."""
        return stamp in (self.by, f"{self.by} {self.settings.today}")


def digest(rules: str, settings: Settings, operator: Operator) -> str:
    """What a judgement depends on besides the commit: `rules` is the digest of the rule files."""
    told = [version("patless"), rules, dict(settings.variables), settings.own_packages, sorted(settings.select)]
    told += [settings.shared_packages, sorted(settings.ignore), operator.judging()]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def analyse(view: Commit, judge: Judge) -> Report:
    """The report on a commit, or on a clone, of the repository that `judge` is `of`; with edits, and nothing masked.

    Its own configuration can only take away from it. Raises GitError, and Unreadable where the commit is not of the
    shape that is read, or that configuration cannot be read.
    """
    try:
        own = restriction(view)
    except ConfigurationError as error:
        raise Unreadable(str(error)) from None
    report = engine.analyse(view, pipelines(view), judge.book, own.applied(judge.settings), BITBUCKET)
    scope = replace(judge.scope, exclude=(*judge.scope.exclude, *own.exclude))
    return replace(
        report,
        findings=tuple(finding for finding in report.findings if scope.holds(finding.path)),
        skipped=tuple(one for one in report.skipped if scope.holds(one.path)),
    )


def seen(view: Commit, commit: str, judge: Judge) -> SeenCommit:
    """What the ledger keeps of a commit. Raises as `analyse`."""
    report = analyse(view, judge)
    taken, given = shared(view)
    shown = showable(report)
    return SeenCommit(
        commit=commit,
        by=judge.stamp(report),
        findings=findings(shown),
        packages=packages(shown),
        imports=taken,
        exports=given,
        skipped=tuple(Skipped(one.path, one.position, _line(one.error)) for one in shown.skipped),
        files=len(report.files),
    )


def showable(report: Report, name: Callable[[str], str] = named) -> Report:
    """`report` with every literal credential masked and every path as `name` shows it."""
    return renamed(masked(report), name)


def findings(shown: Report) -> tuple[SeenFinding, ...]:
    """The findings of a report that is `showable`, as the ledger keeps them."""
    return tuple(_finding(finding, shown) for finding in shown.findings)


def packages(shown: Report) -> tuple[Package, ...]:
    """The packages of a report that is `showable`, as the ledger keeps them."""
    return tuple(replace(package, name=_line(package.name), why=_line(package.why)) for package in shown.packages)


class Partly(Struct, frozen=True):
    """What was seen of commits, or the names of the contents that it takes to see it."""

    seen: tuple[SeenCommit, ...] = ()
    lacking: tuple[str, ...] = ()


def look(root: Path, commits: Sequence[str], judge: Judge) -> tuple[SeenCommit, ...]:
    """Commits of the bare copy at `root`, each read through git alone. Raises GitError, GitMissing."""
    with Objects(root) as objects:
        objects.load(commits)
        once = _Once(judge)
        return tuple(once.seen(RefView(objects, commit)) for commit in commits)


def look_partly(
    root: Path, held: Mapping[str, tuple[str, bytes]] | None, commits: Sequence[str], judge: Judge
) -> Partly:
    """The same of a copy that lacks files: of `held`, or where that is None of what lies there. Raises as `look`."""
    found: list[SeenCommit] = []
    lacking: set[str] = set()
    with Objects(root) if held is None else MemoryObjects(root, held) as objects:
        objects.load(commits)
        once = _Once(judge)
        for commit in commits:
            view = RefView(objects, commit)
            try:
                found.append(once.seen(view))
            except Unreadable:
                if not view.lacking:
                    raise
            lacking |= view.lacking
    return Partly((), tuple(sorted(lacking))) if lacking else Partly(tuple(found))


class _Once:
    """Judges commits, those that are alike in all that was read of them once: most branches change other files."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._seen: dict[bytes, list[tuple[dict[str, str], SeenCommit]]] = {}

    def seen(self, view: RefView) -> SeenCommit:
        """Raises as `analyse`."""
        alike = self._seen.setdefault(view.listing, [])
        for asked, before in alike:
            if all(view.name(path) == name for path, name in asked.items()):
                return replace(before, commit=view.commit)
        found = seen(view, view.commit, self._judge)
        if not view.lacking:
            alike.append((view.asked, found))
        return found


def pipelines(view: Commit) -> tuple[str, ...]:
    """The paths of the pipelines files. One that is reached by links too is there once, by its own name."""
    found = [path for path in view.paths() if BITBUCKET.is_pipelines_file(path)]
    once: dict[str, str] = {}
    for path in found:
        try:
            real = view.target(path)
        except Unreadable:
            real = path  # the engine says why
        once[real] = real if real in found else once.get(real, path)
    return tuple(sorted(once.values()))


def shared(view: Commit) -> tuple[tuple[Import, ...], tuple[str, ...]]:
    """What the pipelines files take from other repositories, and which of them say `export: true`.

    https://support.atlassian.com/bitbucket-cloud/docs/share-pipelines-configurations
    """
    taken: set[Import] = set()
    given: list[str] = []
    for path in pipelines(view):
        try:
            data = view.read(path) or b""
            if b"import" not in data and b"export" not in data:
                continue
            source = Source.decode(path, data)
            root = read_yaml(source)
            taken.update(_imports(source, root, path))
            if exports(root):
                given.append(named(path))
        except (Unreadable, Undecodable, YamlError):  # the report says so
            continue
    return tuple(sorted(taken)[:_IMPORTS]), tuple(given)


def _imports(source: Source, root: Node | None, path: str) -> Iterator[Import]:
    for text, at in imports(root):
        yield Import(_line(text), named(path), source.position(at).line)


def _finding(finding: Finding, shown: Report) -> SeenFinding:
    source = shown.sources.get(finding.path)
    return SeenFinding(
        rule=finding.rule,
        path=finding.path,
        position=finding.position,
        end=finding.end,
        severity=finding.severity,
        verdict=finding.verdict,
        message=_line(finding.message),
        excerpt=_excerpt(finding, source, shown) if source else "",
        reasons=tuple(replace(one, detail=_line(one.detail), subject=_line(one.subject)) for one in finding.reasons),
        assumptions=tuple(_line(one) for one in finding.assumptions),
        variables=tuple(_line(one) for one in finding.variables),
        registry=_line(finding.registry or ""),
        uses=finding.uses,
        remaining=tuple(_line(one) for one in finding.remaining),
        change=hunks(finding, shown),
    )


def _excerpt(finding: Finding, source: Source, shown: Report) -> str:
    whole = source.line_span(finding.position.line)
    text = mask(source.text[whole.start : whole.end], shown.secrets.get(finding.path, ()), whole.start)
    return _line(text.strip())


def _line(text: str) -> str:
    """Text of a repository on one line, printable and bounded."""
    line = printable(text).replace("\n", "\\n").replace("\t", " ")
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
