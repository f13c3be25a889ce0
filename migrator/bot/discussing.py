"""Makes the comments of one pull request those that are wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.bitbucket import account, comments
from migrator.bitbucket.comments import Comment
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bot import difference
from migrator.bot.difference import CommentChanges, Wanted, marked_comments

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

_AUTHORS = 20
"""The most accounts of which it is asked whether they are this one."""
_NOBODY = (Cause.UNAUTHORISED, Cause.FORBIDDEN, Cause.MISSING, Cause.GONE)


class Discussion(Struct, frozen=True):
    """A pull request, and `me`, the uuid of the account that comments; None where it is not known yet."""

    client: Client
    workspace: str
    repository: str
    number: int
    me: str | None = None


class Saying(Struct, frozen=True):
    """`notes` are wanted on lines, `alive` the keys of all findings, `max_comments` the most notes. `summary` makes the
    one comment from the plan for the notes; where it is not `needed`, only one that is there is brought up to date."""

    notes: tuple[Wanted, ...]
    alive: frozenset[str]
    max_comments: int
    summary: Callable[[CommentChanges], Wanted]
    needed: bool


class Said(Struct, frozen=True):
    """What was done, and the account that did it, None where it had no comment yet that told."""

    notes: CommentChanges
    summary: CommentChanges
    me: str | None


def account_of(client: Client) -> str | None:
    """The uuid of the account that the client asks as, None where Bitbucket does not tell: it answers an access token
    with 401 or 403 although it is good (BITBUCKET_API.md 8, fact 3), and `/user` needs a scope that comments do not.
    Raises ApiError."""
    try:
        return account.user(client).uuid
    except ApiError as error:
        if error.kind not in _NOBODY:
            raise
        return None


def say(talk: Discussion, saying: Saying) -> Said:
    """Create, change, resolve and remove comments of the bot's own account, and no other. Raises ApiError."""
    there = comments.comments(*_at(talk))
    me = talk.me or _recognized(talk, there)
    notes, summary = _plans(saying, there, me)
    for plan in (notes, summary):
        _carry_out(talk, plan)
    return Said(notes, summary, me)


def _plans(saying: Saying, there: Sequence[Comment], me: str | None) -> tuple[CommentChanges, CommentChanges]:
    notes = difference.notes(saying.notes, saying.alive, there, me, saying.max_comments)
    return notes, difference.summary(saying.summary(notes), there, me, needed=saying.needed)


def _recognized(talk: Discussion, there: Sequence[Comment]) -> str | None:
    """Which author of comments that look like the bot's this account is, None for none of them.

    Anybody can write what the bot writes, so no text tells. Bitbucket does: whoever may set a comment to the text that
    it has is its author. Nothing is written that people would see.
    """
    firsts: dict[str, Comment] = {}
    for one in marked_comments(there):
        firsts.setdefault(one.author, one)
    firsts.pop("", None)
    if len(firsts) > _AUTHORS:
        raise ApiError(
            Cause.INVALID,
            f"more than {_AUTHORS} accounts have written comments that look like those of patless, so it writes none; "
            "delete theirs, or use an API token",
        )
    for author, one in firsts.items():
        try:
            comments.update(*_at(talk), one.id, one.text)
        except ApiError as error:
            if error.kind not in _NOBODY:
                raise
        else:
            return author
    return None


def _carry_out(talk: Discussion, plan: CommentChanges) -> None:
    at = _at(talk)
    for id in plan.remove:
        comments.delete(*at, id)
    for id, text in plan.update:
        comments.update(*at, id, text)
    for id in plan.reopen:
        comments.reopen(*at, id)
    for id in plan.resolve:
        _settle(talk, id)
    for wanted in plan.create:
        comments.create(*at, wanted.text, wanted.place)


def _settle(talk: Discussion, id: int) -> None:
    """Resolve a comment, or remove it where Bitbucket does not let it be resolved."""
    try:
        comments.resolve(*_at(talk), id)
    except ApiError as error:
        if error.kind is not Cause.FORBIDDEN:
            raise
        comments.delete(*_at(talk), id)


def _at(talk: Discussion) -> tuple[Client, str, str, int]:
    return talk.client, talk.workspace, talk.repository, talk.number
