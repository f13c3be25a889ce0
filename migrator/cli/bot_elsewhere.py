"""`patless bot` over repositories elsewhere: read through git, and asked about by the API."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket import account, pull_requests, repositories
from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.records import PullRequest
from migrator.bitbucket.records import Repository as Listed
from migrator.bitbucket.session import Client
from migrator.bot import looking
from migrator.bot.changes import changed
from migrator.bot.looking import Clone, NoSuchRef
from migrator.cli import console, network
from migrator.cli.analysis import rulebook
from migrator.cli.bot_writing import BotOptions, Discussed, Tally, show, speak
from migrator.cli.failures import UsageError
from migrator.cli.network import Going
from migrator.cli.options import Showing
from migrator.findings.counting import many
from migrator.findings.selection import Scope
from migrator.findings.settings import Settings
from migrator.fleet.scanning import Judge
from migrator.repositories import changes, remote
from migrator.repositories.git import GitError
from migrator.repositories.worktree import find_root
from migrator.text.mask import printable
from migrator.text.view import Unreadable


def elsewhere(asked: BotOptions, showing: Showing, tally: Tally) -> None:
    if asked.since and not asked.new_only:
        raise UsageError("--since needs --new-only for pull requests elsewhere")
    if asked.new_only and not asked.since:
        raise UsageError("--new-only needs --since")
    if asked.reading.paths:
        raise UsageError("paths belong to the clone that the command runs in; leave them out with --workspace")
    root = find_root(Path.cwd())
    book, settled = rulebook(root, asked.reading)
    settings = Settings(
        variables=settled.variables,
        own_packages=settled.own_packages,
        select=frozenset(asked.reading.select or settled.select),
        ignore=frozenset((*settled.ignore, *asked.reading.ignore)),
        today=date.today(),
    )
    judge = Judge(book, settings, "", Scope(exclude=settled.exclude))
    far = Going()
    with network.client(far) as client:
        asked = replace(asked, workspace=account.slug(client, asked.workspace))
        if asked.repository:
            chosen: Sequence[Listed] = (repositories.repository(client, asked.workspace, asked.repository),)
        else:
            chosen = repositories.repositories(client, asked.workspace)
        far.begins("looking", len(chosen), "repository", "repositories")
        for one in chosen:
            with _going_on(one.slug, tally):
                if asked.new_only:
                    _new(asked, client, one, judge, showing, tally)
                else:
                    _reviewed(asked, client, one, judge, showing, tally)
            far.done += 1


@contextmanager
def _going_on(what: str, tally: Tally) -> Iterator[None]:
    """A repository or a pull request that cannot be read or written is named, and the next one is looked at."""
    try:
        yield
    except (ApiError, GitError, Unreadable, NoSuchRef) as error:
        console.err([printable(f"patless: {what}: {error}")])
        tally.refused |= isinstance(error, ApiError)
        tally.unread = True


def _copy(client: Client, workspace: str, one: Listed, judge: Judge) -> Clone | None:
    """A bare copy that is up to date, None for a repository without commits."""
    if not one.clone_https:
        raise GitError(f"Bitbucket gives no address for {one.slug} that git may use")
    variables = client.credentials.git_environment(one.clone_https, client.base)
    if one.main_branch is None and not remote.heads(one.clone_https, variables):
        return None
    root = remote.place(cache_folder(os.environ), workspace, one.slug)
    remote.mirror(root, one.clone_https, variables)
    return Clone(root, replace(judge, settings=replace(judge.settings, workspace=workspace, repository=one.slug)))


def _new(asked: BotOptions, client: Client, one: Listed, judge: Judge, showing: Showing, tally: Tally) -> None:
    """What is new on the main branch of a repository."""
    copy = _copy(client, asked.workspace, one, judge)
    commit = changes.commit_of(copy.root, one.main_branch) if copy and one.main_branch else None
    if copy is None or commit is None:
        return
    report = copy.new(commit, looking.since(copy.root, commit, asked.since, datetime.now(UTC)))
    tally.unread |= bool(report.skipped)
    tally.failed |= asked.fail_on.failed(report.findings)
    if report.findings or not asked.repository:
        console.out(f"{one.full_name}: {len(report.findings)} new since {asked.since}\n")
    show(report, judge.book, replace(showing, quiet=True))


def _reviewed(asked: BotOptions, client: Client, one: Listed, judge: Judge, showing: Showing, tally: Tally) -> None:
    """The open pull requests of a repository."""
    if asked.number is None:
        opened = pull_requests.opened(client, asked.workspace, one.slug)
    else:
        opened = (pull_requests.one(client, asked.workspace, one.slug, asked.number),)
    copy = _copy(client, asked.workspace, one, judge) if opened else None
    for request in opened:
        name = f"{one.full_name} #{request.number}"
        with _going_on(name, tally):
            if copy is not None:
                _review(asked, client, one, copy, request, name, showing, tally)


def _review(
    asked: BotOptions,
    client: Client,
    one: Listed,
    copy: Clone,
    request: PullRequest,
    name: str,
    showing: Showing,
    tally: Tally,
) -> None:
    if not request.open:
        raise UsageError(f"{name} is {request.state.lower()}, so patless does not comment there")
    commit = changes.named_by(copy.root, request.source_sha.text) if request.from_here and request.source_sha else None
    if commit is None:
        why = "git does not offer its commit" if request.from_here else "it comes from another repository"
        raise GitError(f"not read: {why}")
    change = changed(pull_requests.diff(client, asked.workspace, one.slug, request.number))
    report = copy.report(commit) if asked.everything else copy.changed(commit, change)
    console.out(f"{name}: {many(len(report.findings), 'finding')}\n")
    show(report, copy.judge.book, replace(showing, quiet=True))
    tally.unread |= bool(report.skipped)
    tally.failed |= asked.fail_on.failed(report.findings)
    place = Discussed(
        *(asked.workspace, one.slug, commit),
        ways=(client,),
        client=client,
        number=request.number,
        branch=request.source,
        url=request.url,
    )
    speak(asked, place, report, change, copy.judge.book, tally)
