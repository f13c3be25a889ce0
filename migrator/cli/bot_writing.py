"""What `patless bot` was asked for, what it writes about a commit, and what its exit code comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from msgspec import Struct

from migrator.bitbucket import reports as code_insights
from migrator.bitbucket import statuses
from migrator.bitbucket.credentials import API_TOKEN, EMAIL, TOKEN
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.session import Client
from migrator.bot import discussing, insights
from migrator.bot.changes import ChangedLines
from migrator.bot.discussing import Discussion, Said
from migrator.bot.saying import ChangeStyle, saying
from migrator.cli import console, exits
from migrator.cli.options import AnalysisOptions, Comments, FailOn, Showing
from migrator.findings.counting import many
from migrator.findings.records import Report
from migrator.reports.formats import text
from migrator.reports.subjects import findings
from migrator.rulebook.records import RuleBook
from migrator.text.mask import printable

_KEY = "patless"
_SITE = "https://bitbucket.org"


class BotOptions(Struct, frozen=True):
    """`workspace` '' is the clone that the command runs in; else `repository` '' is every one of the workspace, and
    `number` None every open pull request. `since` '' is where the pull request begins."""

    reading: AnalysisOptions
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


class Discussed(Struct, frozen=True):
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


class Tally:
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


def speak(
    asked: BotOptions, place: Discussed, report: Report, change: ChangedLines, book: RuleBook, tally: Tally
) -> None:
    _insights(asked, place, report, tally)
    if place.number is not None:
        _discuss(asked, place, report, change, book, tally)
    if asked.status:
        _status(asked, place, report, tally)


def _insights(asked: BotOptions, place: Discussed, report: Report, tally: Tally) -> None:
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
        console.err([f"patless: wrote the report on {place.commit[:12]}, with {annotated}"])
        return
    console.err([printable(f"patless: no report on {place.commit[:12]}: {why}") for why in whys])
    tally.refused = True


def _discuss(
    asked: BotOptions, place: Discussed, report: Report, change: ChangedLines, book: RuleBook, tally: Tally
) -> Said | None:
    if place.client is None or place.number is None:
        console.err([f"patless: no comment without a credential ({TOKEN}, or {EMAIL} and {API_TOKEN})"])
        tally.refused |= asked.comments is not Comments.NONE
        return None
    try:
        if not tally.asked_me:
            tally.me, tally.asked_me = discussing.account_of(place.client), True
        talk = Discussion(place.client, place.workspace, place.repository, place.number, tally.me)
        style = None if asked.comments is Comments.NONE else ChangeStyle(asked.comments)
        wanted = saying(report, change, book.reasons, asked.where, style, asked.limit)
        said = discussing.say(talk, wanted)
    except ApiError as error:
        console.err([printable(f"patless: some comments are missing: {error}")])
        tally.refused = True
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
        (said.notes.left_out, "left out (`--max-comments`)"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    yield f"patless: comments on #{number}: {told or 'nothing to change'}"


def _status(asked: BotOptions, place: Discussed, report: Report, tally: Tally) -> None:
    if place.client is None:
        console.err(["patless: no build status without a credential"])
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
        console.err([f"patless: set the build status on {place.commit[:12]}"])


def show(report: Report, book: RuleBook, showing: Showing) -> None:
    errors = console.paint(showing.colour, sys.stderr)
    console.err(text.line(one, errors) for one in findings.skipped(report))
    document = findings.document(report, book.reasons, quiet=showing.quiet)
    console.out(text.render(document, console.paint(showing.colour, sys.stdout)))
