"""The bot over the clone that it runs in: what a pull request changes, or what is new since a moment."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from migrator.bitbucket import proxy
from migrator.bitbucket.credentials import API_TOKEN, EMAIL, TOKEN
from migrator.bot import looking
from migrator.bot.changes import ChangedLines, changed
from migrator.bot.elsewhere import Connected
from migrator.bot.looking import Clone
from migrator.bot.speaking import Discussed, Tally, speak
from migrator.bot.step import PipelineStep, step
from migrator.checkouts.analysis import rulebook, settings_at
from migrator.checkouts.targets import Checkout, targets
from migrator.findings.records import Report
from migrator.findings.selection import Scope
from migrator.fleet.progress import Going
from migrator.fleet.scanning import Judge
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions
from migrator.options.bot import BotOptions
from migrator.repositories import changes
from migrator.repositories.git import GitError
from migrator.rulebook.records import RuleBook


def here(options: BotOptions, tally: Tally, connected: Connected) -> None:
    found = targets(options.paths)
    if len(found) != 1:
        raise UsageError("the bot looks at one repository; name it, or a file or folder of it")
    (target,) = found
    running = step(os.environ)
    number = running.pull_request if running else None
    if number is None and not options.since and not options.all:
        raise UsageError(
            "this is no pull-request pipeline (BITBUCKET_PR_ID is not set), so say what to look at: --since REF, "
            "--all, or --workspace and --repo for pull requests elsewhere"
        )
    if options.new_only and not options.since and number is None:
        raise UsageError("--new-only needs --since, outside of a pull-request pipeline")
    commit = _commit(target.root, running)
    base = _base(target.root, commit, running, options) if number is not None or options.since else None
    report, change = _looked(options, _clone(target, options.reading), commit, base)
    tally.listener.show(report, _book(target.root, options), options.quiet)
    tally.counts(report, options)
    if running is None:
        return
    credential = any(os.environ.get(name) for name in (TOKEN, EMAIL, API_TOKEN))
    with proxy.client(os.environ) as through, connected(Going()) if credential else nullcontext() as client:
        place = Discussed(
            *(running.workspace, running.repository, commit),
            ways=(through,) if client is None else (through, client),
            client=client,
            number=number,
            branch=running.branch,
        )
        speak(options, place, report, change, _book(target.root, options), tally)


def _commit(root: Path, here: PipelineStep | None) -> str:
    name = here.commit if here else "HEAD"
    found = changes.commit_of(root, name)
    if found is None:
        raise GitError(f"the repository at {root} does not hold the commit {name}, so nothing of it is read")
    return found


def _base(root: Path, commit: str, here: PipelineStep | None, options: BotOptions) -> str | None:
    """The commit to compare with, None where there was none yet."""
    if options.since:
        return looking.since(root, commit, options.since, datetime.now(UTC))
    assert here is not None
    for name in filter(None, (here.base, here.destination)):
        if found := changes.commit_of(root, name):
            return looking.merge_base(root, found, commit)
    branch = here.destination or "the destination"
    raise GitError(
        f"this clone does not hold {branch}, so what the pull request changes is not known; fetch it before: "
        'git fetch origin "$BITBUCKET_PR_DESTINATION_BRANCH"'
    )


def _looked(options: BotOptions, repository: Clone, commit: str, base: str | None) -> tuple[Report, ChangedLines]:
    """What was asked for, and the lines that differ from `base`."""
    change = changed(changes.diff(repository.root, base, commit)) if base else ChangedLines({})
    if options.new_only:
        return repository.new(commit, base), change
    if options.all or base is None:
        return repository.report(commit), change
    return repository.changed(commit, change), change


def _clone(target: Checkout, reading: AnalysisOptions) -> Clone:
    book, settled = rulebook(target.root, reading.sources, reading.codes)
    scope = Scope(target.files, target.folders, settled.exclude)
    return Clone(target.root, Judge(book, settings_at(target.root, reading, book, settled), "", scope))


def _book(root: Path, options: BotOptions) -> RuleBook:
    return rulebook(root, options.sources, options.codes)[0]
