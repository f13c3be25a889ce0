"""Analyse the repositories of a command line: read configuration and rules, run the engine, keep what was asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from migrator.checkouts import standard_input
from migrator.checkouts.pipelines import pipelines_of
from migrator.checkouts.standard_input import Buffer
from migrator.checkouts.targets import Checkout, shown, targets
from migrator.configuration import reading as configuration
from migrator.findings import ignores
from migrator.findings.records import BaselineEntry, Finding, LeftOut, Report, Skipped
from migrator.findings.selection import Scope
from migrator.findings.settings import Fixing, PipeStyle, Settings
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, Codes, Sources, Style
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.repositories.git import remote_slug
from migrator.repositories.worktree import WorkTree, repository_of
from migrator.rulebook.records import RuleBook
from migrator.text.view import Unreadable

if TYPE_CHECKING:
    from migrator.fixes.applying import FixPlan
    from migrator.reading.again import FlowMemo

_SECONDS = 600
"""How long the analysis of one of several repositories may take."""


class Analysis(Struct, frozen=True):
    """One repository: what was found of what was asked for. Paths are relative to `root`.

    `scope` is what was asked for, `baseline` the file that counts, `plan` is there where fixes were asked for.
    `settled` is the configuration that was read, and `more_rules` the folders of rules besides the built-in ones.
    """

    root: Path
    report: Report
    notes: tuple[ignores.Note, ...]
    scope: Scope
    baseline: Path | None
    plan: FixPlan | None = None
    settled: configuration.Configuration = configuration.Configuration()
    more_rules: tuple[Path, ...] = ()

    @property
    def book(self) -> RuleBook:
        """What explains the codes. It is no part of the record, as many repositories have the same."""
        from migrator.rulebook import reading as books

        return books.load(self.more_rules)

    def name(self, path: str) -> str:
        return shown(self.root, path)

    def rooted(self, path: str) -> str:
        """A path as the repository knows it."""
        return path

    def absolute(self, path: str) -> str:
        return os.path.join(os.path.realpath(self.root), path)


def analyse(
    reading: AnalysisOptions,
    buffer: Buffer | None = None,
    *,
    fixing: Fixing | None = None,
    write_baseline: bool = False,
    only: Collection[Path] | None = None,
    told: Callable[[int, int], None] = lambda done, every: None,
    alone: AbstractContextManager[object] = nullcontext(),  # noqa: B008 - it holds nothing
) -> list[Analysis]:
    """Every repository of `reading`, in order, or those of them whose roots are in `only`. `fixing` None: without a
    plan of fixes. With `write_baseline` no baseline is applied. `told` is called again
    and again with how many of several are done, `alone` is entered where there is but one."""
    found = [standard_input.target(buffer.name)] if buffer else targets(reading.paths)
    found = [one for one in found if only is None or one.root in only]
    contents = {path: buffer.data for one in found for path in one.files} if buffer else {}
    if len(found) > 1 and (reading.baseline or write_baseline):
        raise UsageError(
            "a baseline belongs to one repository; name one, or set `baseline` in the configuration of each"
        )
    work = partial(_one, reading=reading, contents=contents, fixing=fixing, write_baseline=write_baseline)
    workers = min(len(found), reading.jobs or os.cpu_count() or 1)
    if workers <= 1:
        with alone:
            return list(map(work, found))
    from migrator.repositories import looking, processes

    with looking.learned():
        done = processes.spread(work, found, workers, _SECONDS, lambda done: told(done, len(found)))
    return [
        _lost(target, one, fixing) if isinstance(one, processes.Lost) else one
        for target, one in zip(found, done, strict=True)
    ]


def _lost(target: Checkout, why: Exception, fixing: Fixing | None) -> Analysis:
    """Stands for a repository whose analysis did not come to its end."""
    from migrator.fixes.applying import FixPlan

    skipped = Skipped("", None, f"analyzing it {why}; check its files, or leave it out")
    plan = None if fixing is None else FixPlan((), ())
    return Analysis(target.root, Report((), (skipped,)), (), Scope(target.files, target.folders), None, plan)


def rulebook(root: Path, sources: Sources, codes: Codes = Codes()) -> tuple[RuleBook, configuration.Configuration]:  # noqa: B008 - frozen
    """The rules and the configuration that hold at `root`. Raises ConfigurationError and RuleError."""
    from migrator.rulebook import reading as books

    settled = _configuration(root, sources)
    book = books.load((*settled.rules, *sources.rules))
    known = {*book.rules, *book.reasons}
    for option, given in (("--select", codes.select), ("--ignore", codes.ignore)):
        configuration.check_codes(given, known, option)
    for key, given in (("select", settled.select), ("ignore", settled.ignore)):
        configuration.check_codes(given, known, f"{settled.path}: {key}")
    return book, settled


def _configuration(root: Path, sources: Sources) -> configuration.Configuration:
    if sources.no_config:
        return configuration.Configuration()
    return configuration.read(sources.config) if sources.config else configuration.find(root)


class Prepared(Struct, frozen=True):
    """One repository, and all that the engine is given for it. `matters`: it has something to say of these files."""

    view: WorkTree
    pipelines: tuple[str, ...]
    matters: bool
    book: RuleBook
    settings: Settings
    settled: configuration.Configuration


def prepared(
    target: Checkout,
    reading: AnalysisOptions,
    named: Collection[str],
    view: WorkTree,
    write_baseline: bool = False,
) -> Prepared:
    """`named` are files that hold pipelines whatever their names are. Raises ConfigurationError and RuleError."""
    book, settled = rulebook(target.root, reading.sources, reading.codes)
    pipelines, matters = pipelines_of(view, named, settled, book)
    names = _names(target.root) if matters else (None, None)
    settings = _settings(names, reading, settled, book)
    if not write_baseline:
        settings = replace(settings, baseline=_baseline(reading.baseline or settled.baseline))
    return Prepared(view, pipelines, matters, book, settings, settled)


def _one(
    target: Checkout,
    reading: AnalysisOptions,
    contents: Mapping[str, bytes],
    fixing: Fixing | None,
    write_baseline: bool,
) -> Analysis:
    disk = WorkTree(target.root)
    view = overlaid(disk, contents) if contents else disk
    given = prepared(target, reading, target.files, view, write_baseline)
    return _analysed(target, reading, given, fixing)


def overlaid(disk: WorkTree, contents: Mapping[str, bytes]) -> WorkTree:
    """A repository with what an editor has of its files."""
    from migrator.repositories.overlay import Overlay

    return Overlay(disk.root, contents, disk)


def of_view(view: WorkTree, named: Collection[str], reading: AnalysisOptions, memo: FlowMemo | None = None) -> Analysis:
    """All of one repository as `view` has it; `named` are files that hold pipelines though they may not be on disk.
    `memo` has what was followed the last time. Raises ConfigurationError, RuleError, and GitError."""
    target = Checkout(view.root, folders=("",))
    return _analysed(target, reading, prepared(target, reading, named, view), None, memo)


def _analysed(
    target: Checkout,
    reading: AnalysisOptions,
    given: Prepared,
    fixing: Fixing | None,
    memo: FlowMemo | None = None,
) -> Analysis:
    from migrator.findings.withholding import withhold

    view, pipelines, book, settings, settled = given.view, given.pipelines, given.book, given.settings, given.settled
    scope = Scope(target.files, target.folders, settled.exclude)
    baseline = reading.baseline or settled.baseline
    report = _reported(given, memo)
    report = replace(
        report,
        findings=tuple(withhold([one for one in report.findings if concerns(scope, one)], report.findings)),
        skipped=tuple(one for one in report.skipped if scope.holds(one.path)),
        files=tuple(filter(scope.holds, pipelines)),
        left_out=(*(one for one in report.left_out if scope.holds(one.path)), *_beside(report, scope)),
    )
    notes = ignores.notes(report.findings, report.sources, settings.today, {*book.rules, *book.reasons})
    notes += tuple(
        ignores.Note(path, 1, "you named this file, but the configuration excludes it")
        for path in sorted(target.files)
        if scope.excludes(path)
    )
    notes += tuple(_stale(report, baseline, scope))
    plan = None
    if fixing is not None:
        from migrator.fixes import applying

        plan = applying.plan(report, fixing, partial(refusal, view, scope))
    return Analysis(
        *(target.root, report, notes, scope, baseline, plan),
        settled=settled,
        more_rules=(*settled.rules, *reading.sources.rules),
    )


def _reported(given: Prepared, memo: FlowMemo | None) -> Report:
    if not given.matters and not given.settings.baseline:
        return Report()
    from migrator.engine import analysis as engine

    run = partial(engine.analyse, memo=memo) if memo else engine.analyse
    return run(given.view, given.pipelines, given.book, given.settings, BITBUCKET)


def _beside(report: Report, scope: Scope) -> Iterator[LeftOut]:
    """Findings that were not asked for."""
    for one in report.findings:
        if not concerns(scope, one):
            why = "`exclude` of the configuration leaves it out"
            why = why if scope.excludes(one.path) else "it is outside the paths of the command line"
            yield LeftOut(one.path, one.position, one.rule, why)


def concerns(scope: Scope, finding: Finding) -> bool:
    """Whether a finding stands in what was asked for, or would be settled in there alone."""
    edited = {edit.path for edit in finding.edits}
    return scope.holds(finding.path) or (bool(edited) and all(map(scope.holds, edited)))


def _baseline(path: Path | None) -> Mapping[BaselineEntry, int]:
    """The findings to leave out. Raises ConfigurationError."""
    if path is None:
        return {}
    from migrator.configuration import baselines

    found = baselines.read(path)
    if found is None:
        raise configuration.ConfigurationError(
            f"{path}: no such baseline; run `patless check --write-baseline` to write it"
        )
    return found


def _stale(report: Report, path: Path | None, scope: Scope) -> Iterator[ignores.Note]:
    for entry, count in report.stale.items():
        if scope.holds(entry.path):
            what = f"{entry.rule} in {entry.path}, {count} ×: {entry.snippet}"
            text = (
                f"no longer found, but still in the baseline: {what}; run `patless check --write-baseline` to remove it"
            )
            yield ignores.Note(os.path.abspath(path or ""), 0, text)


def refusal(view: WorkTree, scope: Scope, path: str) -> str | None:
    """Why a fix may not touch `path`, None where it may."""
    if scope.excludes(path):
        return f"the configuration excludes {path}"
    if not scope.names(path):
        return f"{path} is outside the paths of the command line"
    try:
        real = view.target(path)
    except Unreadable as error:
        return f"{path}: {error}"
    return None if scope.holds(real) else f"{path} is a symbolic link to {real}, which patless may not write"


def _names(root: Path) -> tuple[str, str] | tuple[None, None]:
    """Workspace and repository, as far as they can be told."""
    return (repository_of(root) and remote_slug(root)) or _of_pipelines(root) or (None, None)


def settings_at(root: Path, reading: AnalysisOptions, book: RuleBook, settled: configuration.Configuration) -> Settings:
    """What holds for the repository at `root`, with its baseline. Raises ConfigurationError."""
    baseline = _baseline(reading.baseline or settled.baseline)
    return replace(_settings(_names(root), reading, settled, book), baseline=baseline)


def _settings(
    named: tuple[str, str] | tuple[None, None],
    reading: AnalysisOptions,
    settled: configuration.Configuration,
    book: RuleBook,
) -> Settings:
    workspace, repository = named
    return Settings(
        variables=settled.variables,
        own_packages=settled.own_packages,
        workspace=workspace,
        repository=repository,
        select=frozenset(reading.codes.select or settled.select),
        ignore=frozenset((*settled.ignore, *reading.codes.ignore)),
        today=date.today(),
        pipe=_pipe(reading, settled, book),
        called=reading.style.value if reading.style in (Style.IN_PLACE, Style.BRIDGE) else "",
    )


def _pipe(reading: AnalysisOptions, settled: configuration.Configuration, book: RuleBook) -> PipeStyle | None:
    """The push pipe as the options, the configuration and its publisher say."""
    if reading.style is not Style.PIPE or book.push_pipe is None:
        return None
    version = reading.pipe_version or settled.pipe_version
    if version and not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]{0,60}", version):
        raise UsageError("--pipe-version needs letters, digits, dots, and hyphens, such as 1.2.3")
    if reading.offline:
        return PipeStyle(version, unread="patless did not ask Bitbucket")
    from migrator.bitbucket import pipes

    try:
        found = pipes.published(book.push_pipe.name, version)
    except pipes.Unreachable as error:
        return PipeStyle(version, unread=str(error))
    return PipeStyle(found.version, found.variables)


def _of_pipelines(root: Path) -> tuple[str, str] | None:
    """Inside Bitbucket Pipelines, in an image without git: the variables that say which repository was cloned."""
    here = os.environ
    if here.get("BITBUCKET_CLONE_DIR") and os.path.realpath(here["BITBUCKET_CLONE_DIR"]) == os.path.realpath(root):
        workspace, repository = here.get("BITBUCKET_WORKSPACE"), here.get("BITBUCKET_REPO_SLUG")
        return (workspace, repository) if workspace and repository else None
    return None
