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
from migrator.cli import network
from migrator.cli.analysis import rulebook, settings_at
from migrator.cli.bot_elsewhere import elsewhere
from migrator.cli.bot_writing import BotOptions, Discussed, Tally, show, speak
from migrator.cli.failures import UsageError
from migrator.cli.options import AnalysisOptions, Showing
from migrator.cli.targets import Checkout, targets
from migrator.findings.records import Report
from migrator.findings.selection import Scope
from migrator.fleet.scanning import Judge
from migrator.repositories import changes
from migrator.repositories.git import GitError
from migrator.rulebook.records import RuleBook
from migrator.text.view import Unreadable


def run(asked: BotOptions, showing: Showing) -> int:
    """Look, write what is found, and return the exit code."""
    if asked.new_only and asked.everything:
        raise UsageError("pass --new-only or --all, not both")
    if (asked.repository or asked.number is not None) and not asked.workspace:
        raise UsageError("--repo and --pull-request need --workspace")
    if asked.number is not None and not asked.repository:
        raise UsageError("--pull-request needs --repo")
    tally = Tally()
    try:
        if asked.workspace:
            elsewhere(asked, showing, tally)
        else:
            _here(asked, showing, tally)
    except NoSuchRef as error:
        raise UsageError(str(error)) from None
    except Unreadable as error:
        raise GitError(str(error)) from None
    return tally.code


def _here(asked: BotOptions, showing: Showing, tally: Tally) -> None:
    found = targets(asked.reading.paths)
    if len(found) != 1:
        raise UsageError("the bot checks one repository; name it, or a file or folder in it")
    (target,) = found
    here = step(os.environ)
    number = here.pull_request if here else None
    if number is None and not asked.since and not asked.everything:
        raise UsageError(
            "not a pull-request pipeline (BITBUCKET_PR_ID is not set); pass --since REF, --all, or --workspace and "
            "--repo for pull requests elsewhere"
        )
    if asked.new_only and not asked.since and number is None:
        raise UsageError("--new-only needs --since outside a pull-request pipeline")
    commit = _commit(target.root, here)
    base = _base(target.root, commit, here, asked) if number is not None or asked.since else None
    report, change = _looked(asked, _clone(target, asked.reading), commit, base)
    show(report, _book(target.root, asked), showing)
    tally.unread |= bool(report.skipped)
    tally.failed |= asked.fail_on.failed(report.findings)
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
        speak(asked, place, report, change, _book(target.root, asked), tally)


def _commit(root: Path, here: PipelineStep | None) -> str:
    name = here.commit if here else "HEAD"
    found = changes.commit_of(root, name)
    if found is None:
        raise GitError(f"the repository at {root} lacks the commit {name}, so patless reads nothing of it")
    return found


def _base(root: Path, commit: str, here: PipelineStep | None, asked: BotOptions) -> str | None:
    """The commit to compare with, None where there was none yet."""
    if asked.since:
        return looking.since(root, commit, asked.since, datetime.now(UTC))
    assert here is not None
    for name in filter(None, (here.base, here.destination)):
        if found := changes.commit_of(root, name):
            return looking.merge_base(root, found, commit)
    branch = here.destination or "the destination"
    raise GitError(
        f"this clone lacks {branch}, so patless can't tell what the pull request changes; run `git fetch origin "
        '"$BITBUCKET_PR_DESTINATION_BRANCH"` first'
    )


def _looked(asked: BotOptions, repository: Clone, commit: str, base: str | None) -> tuple[Report, ChangedLines]:
    """What was asked for, and the lines that differ from `base`."""
    change = changed(changes.diff(repository.root, base, commit)) if base else ChangedLines({})
    if asked.new_only:
        return repository.new(commit, base), change
    if asked.everything or base is None:
        return repository.report(commit), change
    return repository.changed(commit, change), change


def _clone(target: Checkout, reading: AnalysisOptions) -> Clone:
    book, settled = rulebook(target.root, reading)
    scope = Scope(target.files, target.folders, settled.exclude)
    return Clone(target.root, Judge(book, settings_at(target.root, reading, book, settled), "", scope))


def _book(root: Path, asked: BotOptions) -> RuleBook:
    return rulebook(root, asked.reading)[0]
