"""What has to be done so that the comments are those that are wanted. Pure: nothing is asked or sent here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from migrator.bitbucket.comments import Comment, CommentLines
from migrator.bot.markers import SUMMARY, key_of


class Wanted(Struct, frozen=True):
    """A comment as it should be. `place` None: the summary. `text` ends with the marker of `key`."""

    key: str
    text: str
    place: CommentLines | None = None


class CommentChanges(Struct, frozen=True):
    """`update` are ids with their new text. `kept` comments are wanted and there; `declined` are those that a person
    has resolved or deleted, and `left_out` those beyond the limit, neither of which is written."""

    create: tuple[Wanted, ...] = ()
    update: tuple[tuple[int, str], ...] = ()
    resolve: tuple[int, ...] = ()
    reopen: tuple[int, ...] = ()
    remove: tuple[int, ...] = ()
    kept: int = 0
    declined: int = 0
    left_out: int = 0


def marked_comments(comments: Iterable[Comment]) -> list[Comment]:
    """Those that look like the bot's own, whoever wrote them."""
    return [one for one in comments if not one.deleted and not one.reply and key_of(one.text)]


def notes(
    wanted: Sequence[Wanted], alive: Collection[str], comments: Sequence[Comment], me: str | None, limit: int
) -> CommentChanges:
    """For the comments on lines. `alive` are the keys of all findings: whatever is about another one is resolved.

    `me` is the uuid of the bot's account; None: no comment is its own. Of what is wanted, no more than `limit` are
    there in the end, and those that are there already come first.
    """
    live, copies = _own(comments, me, summary=False)
    deleted = {(one.path, one.line) for one in comments if one.deleted and one.author == me and one.path is not None}
    update: list[tuple[int, str]] = []
    reopen: list[int] = []
    missing: list[Wanted] = []
    kept = declined = 0
    for one in wanted:
        there = live.get(one.key)
        if there is None:
            gone = one.place is not None and (one.place.path, one.place.line) in deleted
            declined += gone
            missing += [] if gone else [one]
        elif there.resolved and there.resolver != me:
            declined += 1
        else:
            kept += 1
            update += [(there.id, one.text)] if _differ(there.text, one.text) else []
            reopen += [there.id] if there.resolved else []
    create = missing[: max(0, limit - kept)]
    over = [one for key, one in live.items() if key not in alive and not one.resolved]
    return CommentChanges(
        create=tuple(create),
        update=tuple(update),
        resolve=tuple(one.id for one in over),
        reopen=tuple(reopen),
        remove=tuple(one.id for one in copies),
        kept=kept,
        declined=declined,
        left_out=len(missing) - len(create),
    )


def summary(wanted: Wanted, comments: Sequence[Comment], me: str | None, *, needed: bool) -> CommentChanges:
    """For the one summary. Where it is not `needed` and there is none, there will be none."""
    live, copies = _own(comments, me, summary=True)
    there = live.get(SUMMARY)
    if there is None:
        return CommentChanges(create=(wanted,) if needed else ())
    update = ((there.id, wanted.text),) if _differ(there.text, wanted.text) else ()
    return CommentChanges(update=update, remove=tuple(one.id for one in copies), kept=1)


def _own(comments: Iterable[Comment], me: str | None, *, summary: bool) -> tuple[dict[str, Comment], list[Comment]]:
    """The bot's comments by key, the oldest of each, and the other ones, which are copies."""
    live: dict[str, Comment] = {}
    copies: list[Comment] = []
    for one in sorted(marked_comments(comments), key=lambda one: one.id):
        key = key_of(one.text) or ""
        if me is None or one.author != me or (key == SUMMARY) is not summary:
            continue
        if key in live:
            copies.append(one)
        else:
            live[key] = one
    return live, copies


def _differ(one: str, other: str) -> bool:
    """White space at the ends of lines, which a server may take away, does not count."""
    return [line.rstrip() for line in one.rstrip().splitlines()] != [line.rstrip() for line in other.splitlines()]
