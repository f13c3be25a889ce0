"""The bot over repositories elsewhere: read through git, and asked about by the API."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket import account, pull_requests, repositories
from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import PullRequest
from migrator.bitbucket.records import Repository as Listed
from migrator.bitbucket.session import Client
from migrator.bot import looking
from migrator.bot.changes import changed
from migrator.bot.looking import Clone, NoSuchRef
from migrator.bot.speaking import Discussed, Tally, speak
from migrator.checkouts.analysis import rulebook
from migrator.findings.counting import many
from migrator.findings.selection import Scope
from migrator.findings.settings import Settings
from migrator.fleet.progress import Going
from migrator.fleet.scanning import Judge
from migrator.options import UsageError
from migrator.options.bot import BotOptions
from migrator.repositories import changes, remote
from migrator.repositories.git import GitError
from migrator.repositories.worktree import find_root
from migrator.text.mask import printable
from migrator.text.view import Unreadable

Connected = Callable[[Going], AbstractContextManager[Client]]
"""Gives a client, and tells meanwhile how far it is."""


def elsewhere(options: BotOptions, tally: Tally, connected: Connected) -> None:
    if options.since and not options.new_only:
        raise UsageError("--since needs --new-only for pull requests elsewhere")
    if options.new_only and not options.since:
        raise UsageError("--new-only needs --since")
    if options.paths:
        raise UsageError("paths belong to the clone that the command runs in; leave them out with --workspace")
    root = find_root(Path.cwd())
    book, settled = rulebook(root, options.sources, options.codes)
    settings = Settings(
        variables=settled.variables,
        own_packages=settled.own_packages,
        select=frozenset(options.codes.select or settled.select),
        ignore=frozenset((*settled.ignore, *options.codes.ignore)),
        today=date.today(),
    )
    judge = Judge(book, settings, "", Scope(exclude=settled.exclude))
    far = Going()
    with connected(far) as client:
        options = replace(options, workspace=account.slug(client, options.workspace))
        if options.repo:
            chosen: Sequence[Listed] = (repositories.repository(client, options.workspace, options.repo),)
        else:
            chosen = repositories.repositories(client, options.workspace)
        far.begins("looking", len(chosen), "repository", "repositories")
        try:
            for one in chosen:
                client.spares(1, one.slug)
                with _going_on(one.slug, tally):
                    if options.new_only:
                        _new(options, client, one, judge, tally)
                    else:
                        _reviewed(options, client, one, judge, tally)
                far.did()
        except ApiError as error:
            if error.kind is not Cause.SPENT:
                raise
            left = many(len(chosen) - far.done, "repository", "repositories")
            tally.say(printable(f"{error}; {left} left; run the same command with --repo, or with more time"))
            tally.unread = True


@contextmanager
def _going_on(what: str, tally: Tally) -> Iterator[None]:
    """A repository or a pull request that cannot be read or written is named, and the next one is looked at. Raises
    ApiError where nothing more may be asked."""
    try:
        yield
    except (ApiError, GitError, Unreadable, NoSuchRef) as error:
        if isinstance(error, ApiError) and error.kind is Cause.SPENT:
            raise
        tally.say(printable(f"{what}: {error}"))
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


def _new(options: BotOptions, client: Client, one: Listed, judge: Judge, tally: Tally) -> None:
    """What is new on the main branch of a repository."""
    copy = _copy(client, options.workspace, one, judge)
    commit = changes.commit_of(copy.root, one.main_branch) if copy and one.main_branch else None
    if copy is None or commit is None:
        return
    report = copy.new(commit, looking.since(copy.root, commit, options.since, datetime.now(UTC)))
    tally.counts(report, options)
    if report.findings or not options.repo:
        tally.listener.out(f"{one.full_name}: {len(report.findings)} new since {options.since}")
    tally.listener.show(report, judge.book, True)


def _reviewed(options: BotOptions, client: Client, one: Listed, judge: Judge, tally: Tally) -> None:
    """The open pull requests of a repository."""
    if options.pull_request is None:
        opened = pull_requests.opened(client, options.workspace, one.slug)
    else:
        opened = (pull_requests.one(client, options.workspace, one.slug, options.pull_request),)
    copy = _copy(client, options.workspace, one, judge) if opened else None
    for request in opened:
        name = f"{one.full_name} #{request.number}"
        with _going_on(name, tally):
            if copy is not None:
                _review(options, client, one, copy, request, name, tally)


def _review(
    options: BotOptions,
    client: Client,
    one: Listed,
    copy: Clone,
    request: PullRequest,
    name: str,
    tally: Tally,
) -> None:
    if not request.open:
        raise UsageError(f"{name} is {request.state.lower()}, so patless does not comment there")
    commit = changes.named_by(copy.root, request.source_sha.text) if request.from_here and request.source_sha else None
    if commit is None:
        why = "git does not offer its commit" if request.from_here else "it comes from another repository"
        raise GitError(f"not read: {why}")
    change = changed(pull_requests.diff(client, options.workspace, one.slug, request.number))
    report = copy.report(commit) if options.all else copy.changed(commit, change)
    tally.listener.out(f"{name}: {many(len(report.findings), 'finding')}")
    tally.listener.show(report, copy.judge.book, True)
    tally.counts(report, options)
    place = Discussed(
        *(options.workspace, one.slug, commit),
        ways=(client,),
        client=client,
        number=request.number,
        branch=request.source,
        url=request.url,
    )
    speak(options, place, report, change, copy.judge.book, tally)
