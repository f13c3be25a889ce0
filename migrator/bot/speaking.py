"""What the bot writes about a commit."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from migrator.bitbucket import reports as code_insights
from migrator.bitbucket import statuses
from migrator.bitbucket.credentials import API_TOKEN, EMAIL, TOKEN
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.session import Client
from migrator.bot import discussing, insights
from migrator.bot.changes import ChangedLines
from migrator.bot.discussing import Discussion, Said
from migrator.bot.saying import saying
from migrator.findings.counting import many
from migrator.findings.records import Report
from migrator.options.bot import BotOptions, CommentStyle
from migrator.rulebook.records import RuleBook
from migrator.text.mask import printable

_KEY = "patless"
_SITE = "https://bitbucket.org"


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


class BotListener(Struct, frozen=True):
    """`say` takes a sentence on what was done, `out` a line of what was asked for; `show` a report, and whether no more
    is wanted of it than a line for each finding."""

    say: Callable[[str], None]
    out: Callable[[str], None]
    show: Callable[[Report, RuleBook, bool], None]


class Tally:
    """What became of a run: something is `unread`, Bitbucket `refused` something, findings made it `failed`."""

    def __init__(self, listener: BotListener) -> None:
        self.listener = listener
        self.unread = self.refused = self.failed = False
        self.me: str | None = None
        self.asked_me = False

    def say(self, sentence: str) -> None:
        self.listener.say(sentence)

    def counts(self, report: Report, options: BotOptions) -> None:
        self.unread |= bool(report.skipped)
        self.failed |= options.fail_on.failed(report.findings)


def speak(
    options: BotOptions, place: Discussed, report: Report, change: ChangedLines, book: RuleBook, tally: Tally
) -> None:
    _insights(options, place, report, tally)
    if place.number is not None:
        _discuss(options, place, report, change, book, tally)
    if options.status:
        _status(options, place, report, tally)


def _insights(options: BotOptions, place: Discussed, report: Report, tally: Tally) -> None:
    """By the first way that is open."""
    made = insights.insights(report, options.where, not options.fail_on.failed(report.findings))
    whys: list[str] = []
    for client in place.ways:
        try:
            code_insights.replace(client, place.workspace, place.repository, place.commit, insights.ID, made)
        except ApiError as error:
            whys.append(str(error))
            continue
        annotated = many(len(made.annotations), "annotation")
        tally.say(f"report on {place.commit[:12]} written, with {annotated}")
        return
    for why in whys:
        tally.say(printable(f"no report on {place.commit[:12]}: {why}"))
    tally.refused = True


def _discuss(
    options: BotOptions, place: Discussed, report: Report, change: ChangedLines, book: RuleBook, tally: Tally
) -> Said | None:
    if place.client is None or place.number is None:
        tally.say(f"no comment, as there is no credential ({TOKEN}, or {EMAIL} and {API_TOKEN})")
        tally.refused |= options.comment_style is not CommentStyle.NONE
        return None
    try:
        if not tally.asked_me:
            tally.me, tally.asked_me = discussing.account_of(place.client), True
        talk = Discussion(place.client, place.workspace, place.repository, place.number, tally.me)
        wanted = saying(report, change, book.reasons, options.where, options.comment_style, options.max_comments)
        said = discussing.say(talk, wanted)
    except ApiError as error:
        tally.say(printable(f"not all comments are written: {error}"))
        tally.refused = True
        return None
    tally.me = said.me or tally.me
    tally.say(_told(place.number, said))
    return said


def _told(number: int, said: Said) -> str:
    counts = (
        (len(said.notes.create) + len(said.summary.create), "written"),
        (len(said.notes.update) + len(said.summary.update), "changed"),
        (len(said.notes.resolve), "resolved"),
        (len(said.notes.reopen), "reopened"),
        (len(said.notes.remove) + len(said.summary.remove), "removed"),
        (said.notes.left_out, "left out, see --max-comments"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"comments on #{number}: {told or 'nothing to change'}"


def _status(options: BotOptions, place: Discussed, report: Report, tally: Tally) -> None:
    if place.client is None:
        tally.say("no build status, as there is no credential")
        tally.refused = True
        return
    here = f"{_SITE}/{place.workspace}/{place.repository}"
    path = f"/pull-requests/{place.number}" if place.number is not None else f"/commits/{place.commit}"
    status = statuses.Status(
        key=_KEY,
        passed=not options.fail_on.failed(report.findings),
        name="patless",
        description=f"{many(len(report.findings), 'finding')} in {options.where}",
        url=place.url or here + path,
        branch=place.branch,
    )
    try:
        statuses.put(place.client, place.workspace, place.repository, place.commit, status)
    except ApiError as error:
        tally.say(printable(f"no build status: {error}"))
        tally.refused = True
    else:
        tally.say(f"build status on {place.commit[:12]} set")
