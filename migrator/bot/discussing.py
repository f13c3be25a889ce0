"""Makes the comments of one pull request those that are wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.bitbucket import account, comments
from migrator.bitbucket.comments import Comment
from migrator.bitbucket.errors import ApiError, Kind
from migrator.bot import difference
from migrator.bot.difference import Plan, Wanted, marked_comments

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

_NOBODY = (Kind.UNAUTHORISED, Kind.FORBIDDEN, Kind.MISSING, Kind.GONE)


class Discussion(Struct, frozen=True):
    """A pull request, and `me`, the uuid of the account that comments; None where it is not known yet."""

    client: Client
    workspace: str
    repository: str
    number: int
    me: str | None = None


class Saying(Struct, frozen=True):
    """`notes` are wanted on lines, `alive` the keys of all findings, `limit` the most notes. `summary` makes the one
    comment from the plan for the notes; where it is not `needed`, only one that is there is brought up to date."""

    notes: tuple[Wanted, ...]
    alive: frozenset[str]
    limit: int
    summary: Callable[[Plan], Wanted]
    needed: bool


class Said(Struct, frozen=True):
    """What was done, and the account that did it, None where nothing told it."""

    notes: Plan
    summary: Plan
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
    there: Sequence[Comment] = comments.comments(*_at(talk))
    me = talk.me
    if me is None and (candidates := marked_comments(there)):
        plans = [_plans(saying, there, author) for author in dict.fromkeys(one.author for one in candidates)]
        done = next((both for both in plans if not both[0].changes and not both[1].changes), None)
        if done is not None:  # one of those accounts has said just this, so nothing is left to say
            return Said(*done, None)
        me, there = _introduced(talk, saying, there)
    notes, summary = _plans(saying, there, me)
    for plan in (notes, summary):
        _carry_out(talk, plan)
    return Said(notes, summary, me)


def _plans(saying: Saying, there: Sequence[Comment], me: str | None) -> tuple[Plan, Plan]:
    notes = difference.notes(saying.notes, saying.alive, there, me, saying.limit)
    return notes, difference.summary(saying.summary(notes), there, me, needed=saying.needed)


def _introduced(talk: Discussion, saying: Saying, there: Sequence[Comment]) -> tuple[str, Sequence[Comment]]:
    """Which account this is, by what Bitbucket answers to a new summary; and the comments as they are then.

    Where an older summary of that account turns out to be there, or none is wanted, the new one goes again.
    """
    notes = difference.notes(saying.notes, saying.alive, there, None, saying.limit)
    made = comments.create(*_at(talk), saying.summary(notes).text, None)
    if not made.author:
        raise ApiError(Kind.GARBLED, "Bitbucket does not say whose a new comment is, so none is found again")
    older = any(one.author == made.author and one.path is None for one in marked_comments(there))
    if older or not saying.needed:
        comments.delete(*_at(talk), made.id)
        return made.author, there
    return made.author, (*there, made)


def _carry_out(talk: Discussion, plan: Plan) -> None:
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
        if error.kind is not Kind.FORBIDDEN:
            raise
        comments.delete(*_at(talk), id)


def _at(talk: Discussion) -> tuple[Client, str, str, int]:
    return talk.client, talk.workspace, talk.repository, talk.number
