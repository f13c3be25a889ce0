"""`patless bot`: says what it finds where people look at a pull request, and what is new since a moment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket import proxy, pull_requests, repositories, statuses
from migrator.bitbucket import reports as code_insights
from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.credentials import API_TOKEN, EMAIL, TOKEN
from migrator.bitbucket.errors import ApiError, Kind
from migrator.bitbucket.records import PullRequest
from migrator.bitbucket.records import Repository as Listed
from migrator.bitbucket.session import Client
from migrator.bot import discussing, insights, looking
from migrator.bot.changes import Changed, changed
from migrator.bot.discussing import Discussion, Said
from migrator.bot.looking import NoSuchRef, Repository
from migrator.bot.saying import Style, saying
from migrator.bot.step import Step, step
from migrator.cli import console, exits
from migrator.cli.analysis import rulebook, settings_at
from migrator.cli.failures import UsageError
from migrator.cli.options import Comments, FailOn, Reading, Showing
from migrator.cli.targets import Target, targets
from migrator.core.findings import Report
from migrator.core.mask import printable
from migrator.core.rules import RuleBook
from migrator.core.selection import Scope
from migrator.core.settings import Settings
from migrator.core.view import Unreadable
from migrator.fleet.scanning import Judge
from migrator.reports import text
from migrator.reports.counting import many
from migrator.repositories import changes, remote
from migrator.repositories.git import GitError
from migrator.repositories.worktree import find_root

_KEY = "patless"
_MAY_NOT = (Kind.FORBIDDEN, Kind.UNAUTHORISED, Kind.MISSING)
_SITE = "https://bitbucket.org"


class Asked(Struct, frozen=True):
    """`workspace` '' is the clone that the command runs in; else `repository` '' is every one of the workspace, and
    `number` None every open pull request. `since` '' is where the pull request begins."""

    reading: Reading
    workspace: str = ""
    repository: str = ""
    number: int | None = None
    everything: bool = False
    new_only: bool = False
    since: str = ""
    comments: Comments = Comments.NONE
    limit: int = 30
    status: bool = False
    fail_on: FailOn = FailOn.NEVER

    @property
    def where(self) -> str:
        if self.new_only:
            return f"what is new since {self.since}" if self.since else "what this pull request adds"
        return "the pipelines files" if self.everything else "what this pull request changes"


class _Place(Struct, frozen=True):
    """A commit that is spoken about, and the pull request, None where there is none. `ways` are clients that may write
    the report, the first that can does; `client` writes all else, None where there is no credential."""

    workspace: str
    repository: str
    commit: str
    ways: tuple[Client, ...]
    client: Client | None
    number: int | None = None
    branch: str = ""
    url: str = ""


class _Tally:
    """What the exit code comes from."""

    def __init__(self) -> None:
        self.unread = self.refused = self.failed = False
        self.me: str | None = None
        self.asked_me = False

    @property
    def code(self) -> int:
        if self.refused:
            return exits.REFUSED
        return exits.code(unread=self.unread, left=self.failed, exit_zero=False)


def run(asked: Asked, showing: Showing) -> int:
    """Look, write what is found, and return the exit code."""
    if asked.new_only and asked.everything:
        raise UsageError("--new-only and --all exclude each other")
    if (asked.repository or asked.number is not None) and not asked.workspace:
        raise UsageError("--repo and --pull-request need --workspace, which they are in")
    if asked.number is not None and not asked.repository:
        raise UsageError("--pull-request needs --repo, which it is in")
    tally = _Tally()
    try:
        if asked.workspace:
            _elsewhere(asked, showing, tally)
        else:
            _here(asked, showing, tally)
    except NoSuchRef as error:
        raise UsageError(str(error)) from None
    except Unreadable as error:
        raise GitError(str(error)) from None
    return tally.code


# In the clone that the command runs in


def _here(asked: Asked, showing: Showing, tally: _Tally) -> None:
    found = targets(asked.reading.paths)
    if len(found) != 1:
        raise UsageError("the bot looks at one repository; name it, or a file or folder of it")
    (target,) = found
    here = step(os.environ)
    number = here.pull_request if here else None
    if number is None and not asked.since and not asked.everything:
        raise UsageError(
            "this is no pull-request pipeline (BITBUCKET_PR_ID is not set), so say what to look at: --since REF, "
            "--all, or --workspace and --repo for pull requests elsewhere"
        )
    if asked.new_only and not asked.since and number is None:
        raise UsageError("--new-only needs --since, outside of a pull-request pipeline")
    commit = _commit(target.root, here)
    base = _base(target.root, commit, here, asked) if number is not None or asked.since else None
    report, change = _looked(asked, _clone(target, asked.reading), commit, base)
    _print(report, _book(target.root, asked), showing)
    tally.unread |= bool(report.skipped)
    tally.failed |= asked.fail_on.failed(report.findings)
    if here is None:
        return
    credential = any(os.environ.get(name) for name in (TOKEN, EMAIL, API_TOKEN))
    with proxy.client(os.environ) as through:
        client = Client.of() if credential else None
        place = _Place(
            *(here.workspace, here.repository, commit),
            ways=(through,) if client is None else (through, client),
            client=client,
            number=number,
            branch=here.branch,
        )
        _speak(asked, place, report, change, _book(target.root, asked), tally)


def _commit(root: Path, here: Step | None) -> str:
    name = here.commit if here else "HEAD"
    found = changes.commit_of(root, name)
    if found is None:
        raise GitError(f"the repository at {root} does not hold the commit {name}, so nothing of it is read")
    return found


def _base(root: Path, commit: str, here: Step | None, asked: Asked) -> str | None:
    """The commit to compare with, None where there was none yet."""
    if asked.since:
        return looking.since(root, commit, asked.since, datetime.now(UTC))
    assert here is not None
    for name in filter(None, (here.base, here.destination)):
        if found := changes.commit_of(root, name):
            return looking.merge_base(root, found, commit)
    branch = here.destination or "the destination"
    raise GitError(
        f"this clone does not hold {branch}, so what the pull request changes is not known; fetch it before: "
        'git fetch origin "$BITBUCKET_PR_DESTINATION_BRANCH"'
    )


def _looked(asked: Asked, repository: Repository, commit: str, base: str | None) -> tuple[Report, Changed]:
    """What was asked for, and the lines that differ from `base`."""
    change = changed(changes.diff(repository.root, base, commit)) if base else Changed({})
    if asked.new_only:
        return repository.new(commit, base), change
    if asked.everything or base is None:
        return repository.report(commit), change
    return repository.changed(commit, change), change


def _clone(target: Target, reading: Reading) -> Repository:
    book, settled = rulebook(target.root, reading)
    scope = Scope(target.files, target.folders, settled.exclude)
    return Repository(target.root, Judge(book, settings_at(target.root, reading, book, settled), "", scope))


def _book(root: Path, asked: Asked) -> RuleBook:
    return rulebook(root, asked.reading)[0]


# In repositories elsewhere, read through git


def _elsewhere(asked: Asked, showing: Showing, tally: _Tally) -> None:
    if asked.since and not asked.new_only:
        raise UsageError("--since needs --new-only, for pull requests elsewhere begin where Bitbucket says")
    if asked.new_only and not asked.since:
        raise UsageError("--new-only needs --since")
    if asked.reading.paths:
        raise UsageError("paths are for the clone that the command runs in; leave them out with --workspace")
    book, settled = rulebook(find_root(Path.cwd()), asked.reading)
    settings = Settings(
        variables=settled.variables,
        own_packages=settled.own_packages,
        select=frozenset(asked.reading.select or settled.select),
        ignore=frozenset((*settled.ignore, *asked.reading.ignore)),
        today=date.today(),
    )
    judge = Judge(book, settings, "", Scope(exclude=settled.exclude))
    with Client.of() as client:
        if asked.repository:
            chosen: Sequence[Listed] = (repositories.repository(client, asked.workspace, asked.repository),)
        else:
            chosen = repositories.repositories(client, asked.workspace)
        for one in chosen:
            with _going_on(one.slug, tally):
                if asked.new_only:
                    _new(asked, client, one, judge, showing, tally)
                else:
                    _reviewed(asked, client, one, judge, showing, tally)


class _going_on:
    """A repository or a pull request that cannot be read or written is named, and the next one is looked at."""

    def __init__(self, what: str, tally: _Tally) -> None:
        self._what, self._tally = what, tally

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, (ApiError, GitError, Unreadable, NoSuchRef)):
            return False
        console.err([printable(f"patless: {self._what}: {error}")])
        self._tally.refused |= isinstance(error, ApiError)
        self._tally.unread = True
        return True


def _copy(client: Client, workspace: str, one: Listed, judge: Judge) -> Repository | None:
    """A bare copy that is up to date, None for a repository without commits."""
    if not one.clone_https:
        raise GitError(f"Bitbucket names no address of {one.slug} that git may use")
    variables = client.credentials.git_environment(one.clone_https, client.base)
    if one.main_branch is None and not remote.heads(one.clone_https, variables):
        return None
    root = remote.place(cache_folder(os.environ), workspace, one.slug)
    remote.mirror(root, one.clone_https, variables)
    return Repository(root, replace(judge, settings=replace(judge.settings, workspace=workspace, repository=one.slug)))


def _new(asked: Asked, client: Client, one: Listed, judge: Judge, showing: Showing, tally: _Tally) -> None:
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
    _print(report, judge.book, replace(showing, quiet=True))


def _reviewed(asked: Asked, client: Client, one: Listed, judge: Judge, showing: Showing, tally: _Tally) -> None:
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
    asked: Asked,
    client: Client,
    one: Listed,
    copy: Repository,
    request: PullRequest,
    name: str,
    showing: Showing,
    tally: _Tally,
) -> None:
    if not request.open:
        raise UsageError(f"{name} is {request.state.lower()}, so nothing is said there")
    commit = changes.commit_of(copy.root, request.source_sha) if request.from_here and request.source_sha else None
    if commit is None:
        why = "its commit is not in what git gives out" if request.from_here else "it comes from another repository"
        raise GitError(f"not read, as {why}")
    change = changed(pull_requests.diff(client, asked.workspace, one.slug, request.number))
    report = copy.report(commit) if asked.everything else copy.changed(commit, change)
    console.out(f"{name}: {many(len(report.findings), 'finding')}\n")
    _print(report, copy.judge.book, replace(showing, quiet=True))
    tally.unread |= bool(report.skipped)
    tally.failed |= asked.fail_on.failed(report.findings)
    place = _Place(
        *(asked.workspace, one.slug, commit),
        ways=(client,),
        client=client,
        number=request.number,
        branch=request.source,
        url=request.url,
    )
    _speak(asked, place, report, change, copy.judge.book, tally)


# What is written


def _speak(asked: Asked, place: _Place, report: Report, change: Changed, book: RuleBook, tally: _Tally) -> None:
    _insights(asked, place, report, tally)
    if place.number is not None:
        _discuss(asked, place, report, change, book, tally)
    if asked.status:
        _status(asked, place, report, tally)


def _insights(asked: Asked, place: _Place, report: Report, tally: _Tally) -> None:
    """By the first way that is open."""
    made = insights.insights(report, asked.where, not asked.fail_on.failed(report.findings))
    whys: list[str] = []
    for client in place.ways:
        try:
            code_insights.replace(client, place.workspace, place.repository, place.commit, insights.ID, made)
        except ApiError as error:
            whys.append(str(error))
            continue
        annotated = many(len(made.annotations), "annotation")
        console.err([f"patless: report on {place.commit[:12]} written, with {annotated}"])
        return
    console.err([printable(f"patless: no report on {place.commit[:12]}: {why}") for why in whys])
    tally.refused = True


def _discuss(
    asked: Asked, place: _Place, report: Report, change: Changed, book: RuleBook, tally: _Tally
) -> Said | None:
    if place.client is None or place.number is None:
        console.err([f"patless: no comment, as there is no credential ({TOKEN}, or {EMAIL} and {API_TOKEN})"])
        return None
    try:
        if not tally.asked_me:
            tally.me, tally.asked_me = discussing.account_of(place.client), True
        talk = Discussion(place.client, place.workspace, place.repository, place.number, tally.me)
        style = None if asked.comments is Comments.NONE else Style(asked.comments)
        wanted = saying(report, change, book.reasons, asked.where, style, asked.limit)
        said = discussing.say(talk, wanted)
    except ApiError as error:
        console.err([printable(f"patless: not all comments are written: {error}")])
        tally.refused |= error.kind not in _MAY_NOT
        return None
    tally.me = said.me or tally.me
    console.err(_told(place.number, said))
    return said


def _told(number: int, said: Said) -> Iterator[str]:
    counts = (
        (len(said.notes.create) + len(said.summary.create), "written"),
        (len(said.notes.update) + len(said.summary.update), "changed"),
        (len(said.notes.resolve), "resolved"),
        (len(said.notes.reopen), "reopened"),
        (len(said.notes.remove) + len(said.summary.remove), "removed"),
        (said.notes.left_out, "left out, see --max-comments"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    yield f"patless: comments on #{number}: {told or 'nothing to change'}"


def _status(asked: Asked, place: _Place, report: Report, tally: _Tally) -> None:
    if place.client is None:
        console.err(["patless: no build status, as there is no credential"])
        tally.refused = True
        return
    here = f"{_SITE}/{place.workspace}/{place.repository}"
    path = f"/pull-requests/{place.number}" if place.number is not None else f"/commits/{place.commit}"
    status = statuses.Status(
        key=_KEY,
        passed=not asked.fail_on.failed(report.findings),
        name="patless",
        description=f"{many(len(report.findings), 'finding')} in {asked.where}",
        url=place.url or here + path,
        branch=place.branch,
    )
    try:
        statuses.put(place.client, place.workspace, place.repository, place.commit, status)
    except ApiError as error:
        console.err([printable(f"patless: no build status: {error}")])
        tally.refused = True
    else:
        console.err([f"patless: build status on {place.commit[:12]} set"])


def _print(report: Report, book: RuleBook, showing: Showing) -> None:
    console.err(text.skipped(report, console.paint(showing.colour, sys.stderr)))
    paint = console.paint(showing.colour, sys.stdout)
    console.out(text.check(report, book.reasons, paint, quiet=showing.quiet))
