"""`patless bot`: says what it finds where people look at a pull request, and what is new since a moment."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from migrator.bitbucket import proxy
from migrator.bitbucket.credentials import API_TOKEN, EMAIL, TOKEN
from migrator.bot import looking
from migrator.bot.changes import ChangedLines, changed
from migrator.bot.looking import Clone, NoSuchRef
from migrator.bot.step import PipelineStep, step
from migrator.checkouts.analysis import rulebook, settings_at
from migrator.checkouts.targets import Checkout, targets
from migrator.cli import network
from migrator.cli.bot_elsewhere import elsewhere
from migrator.cli.bot_writing import Discussed, Tally, show, speak
from migrator.findings.records import Report
from migrator.findings.selection import Scope
from migrator.fleet.scanning import Judge
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions
from migrator.options.bot import BotOptions
from migrator.repositories import changes
from migrator.repositories.git import GitError
from migrator.rulebook.records import RuleBook
from migrator.text.view import Unreadable


def run(options: BotOptions) -> int:
    """Look, write what is found, and return the exit code."""
    tally = Tally()
    try:
        (elsewhere if options.workspace else _here)(options, tally)
    except NoSuchRef as error:
        raise UsageError(str(error)) from None
    except Unreadable as error:
        raise GitError(str(error)) from None
    return tally.code


def _here(options: BotOptions, tally: Tally) -> None:
    found = targets(options.paths)
    if len(found) != 1:
        raise UsageError("the bot looks at one repository; name it, or a file or folder of it")
    (target,) = found
    here = step(os.environ)
    number = here.pull_request if here else None
    if number is None and not options.since and not options.all:
        raise UsageError(
            "this is no pull-request pipeline (BITBUCKET_PR_ID is not set), so say what to look at: --since REF, "
            "--all, or --workspace and --repo for pull requests elsewhere"
        )
    if options.new_only and not options.since and number is None:
        raise UsageError("--new-only needs --since, outside of a pull-request pipeline")
    commit = _commit(target.root, here)
    base = _base(target.root, commit, here, options) if number is not None or options.since else None
    report, change = _looked(options, _clone(target, options.reading), commit, base)
    show(report, _book(target.root, options), options)
    tally.unread |= bool(report.skipped)
    tally.failed |= options.fail_on.failed(report.findings)
    if here is None:
        return
    credential = any(os.environ.get(name) for name in (TOKEN, EMAIL, API_TOKEN))
    with proxy.client(os.environ) as through, network.client() if credential else nullcontext() as client:
        place = Discussed(
            *(here.workspace, here.repository, commit),
            ways=(through,) if client is None else (through, client),
            client=client,
            number=number,
            branch=here.branch,
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
