"""Tokens as their owner lists them in `tokens.toml`, and which of them can be revoked at the source.

A token can be in several variables and in places that no pipeline shows. Only its owner knows; nothing is grouped here
by what variables hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from migrator.bitbucket.records import Level
from migrator.secrets.records import Listing, Stored
from migrator.text.files import read_bounded
from migrator.text.mask import printable
from migrator.text.view import Unreadable
from migrator.toml_keys import ConfigurationError, load
from migrator.toml_tables import Table, places, tables

_KEYS = ("label", "owner", "expires", "variables", "consumers")
_PARTS = ("level", "repository", "environment", "key")
_WANTED = {
    Level.REPOSITORY: ("repository", "key"),
    Level.DEPLOYMENT: ("repository", "environment", "key"),
    Level.WORKSPACE: ("key",),
}


class Token(Struct, frozen=True):
    """`expires` is None where its owner gives no date. `consumers` are users of it outside of Pipelines."""

    label: str
    owner: str
    expires: date | None
    variables: tuple[Stored, ...]
    consumers: tuple[str, ...]


class TokenRow(Struct, frozen=True):
    """`why` are sentences without their end on why it cannot be revoked, none where it can. `notes` are for whoever
    revokes it."""

    token: Token
    why: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def revocable(self) -> bool:
        return not self.why


def read(path: Path) -> tuple[Token, ...]:
    """The tokens of a file, in its order. Raises ConfigurationError with a sentence that begins with `path:line`."""
    name = str(path)
    try:
        data = read_bounded(path.resolve())
    except Unreadable as error:
        raise ConfigurationError(f"{name}: the list of tokens cannot be read: {error}") from None
    if data is None:
        raise ConfigurationError(f"{name}: there is no such list of tokens")
    text, content = load(name, data)
    for key in content:
        if key != "tokens":
            raise ConfigurationError(f"{name}: unknown key '{printable(key)}'; the file holds tables [[tokens]] only")
    found = tuple(
        _token(table) for table in tables(content.get("tokens", []), "tokens", "a token", places(name, text, "tokens"))
    )
    labels = [token.label for token in found]
    for label in labels:
        if labels.count(label) > 1:
            raise ConfigurationError(f"{name}: two tokens have the label '{printable(label)}'; give each its own")
    return found


def judged(tokens: Sequence[Token], listing: Listing, today: date) -> tuple[TokenRow, ...]:
    """What is in the way of revoking each, the first to expire first."""
    grouped = {stored for token in tokens for stored in token.variables}
    rows = []
    for token in sorted(tokens, key=lambda token: (token.expires or date.max, token.label)):
        why = [sentence for stored in token.variables for sentence in _in_the_way(stored, listing)]
        keys = {stored.key for stored in token.variables}
        for name in sorted(keys & listing.leaving.names):
            why.append(f"a step hands ${name} to something that outlives it (credential-leaves-step)")
        for name in sorted((keys & listing.leaving.unread) - listing.leaving.names):
            why.append(
                f"a pipelines file that names ${name} cannot be read, and a step of it may hand the credential on"
            )
        why += [f"{consumer} uses it, as its owner says" for consumer in token.consumers]
        rows.append(TokenRow(token, tuple(why), tuple(_notes(token, listing, today, grouped))))
    return tuple(rows)


def shown(stored: Stored) -> str:
    """A variable and where it is, in words."""
    where = {
        Level.REPOSITORY: f"the repository variable {stored.key} of {stored.repository}",
        Level.DEPLOYMENT: f"the deployment variable {stored.key} of {stored.environment} in {stored.repository}",
        Level.WORKSPACE: f"the workspace variable {stored.key}",
    }
    return where[stored.level]


def _in_the_way(stored: Stored, listing: Listing) -> Iterator[str]:
    what = shown(stored)
    if any(_same(stored, one) for one in listing.stored):
        verdicts = [str(row.verdict) for row in listing.rows if _same(stored, Stored.of(row.variable, row.repository))]
        yield f"{what} is still stored ({verdicts[0] if verdicts else 'no login to Packages uses it'})"
    elif why := _unread(stored, listing):
        yield f"{what} was not looked for: {why}"


def _unread(stored: Stored, listing: Listing) -> str:
    """Why nothing is known about a variable that was not seen; '' where it is known not to be there."""
    if stored.level is not Level.WORKSPACE and stored.repository not in listing.heads:
        failed = dict(listing.failed).get(stored.repository)
        return failed or f"{stored.repository} is not among the repositories that were read"
    if stored.level is not Level.WORKSPACE and stored.repository in listing.unasked:
        return f"{stored.repository} never had pipelines, so its variables were not asked for"
    if not listing.heads:
        return "no repository was read"
    for repository, unread in listing.not_checked:
        of_all = unread.environment is None or _folded(unread.environment) == _folded(stored.environment)
        if of_all and unread.level is stored.level and repository == stored.repository:
            return unread.reason
    return ""


def _notes(token: Token, listing: Listing, today: date, grouped: Collection[Stored]) -> Iterator[str]:
    if token.expires is not None and token.expires < today:
        yield f"it expired on {token.expires}"
    keys = {stored.key for stored in token.variables}
    for stored in sorted(listing.stored):
        if stored.key in keys and not any(_same(stored, one) for one in grouped):
            yield f"{shown(stored)} is stored too, and no token lists it"


def _same(one: Stored, other: Stored) -> bool:
    """Whatever the case of letters: people write the list, and 'still stored' is a better mistake than 'gone'."""
    return _whole(one) == _whole(other)


def _whole(stored: Stored) -> tuple[str, ...]:
    return str(stored.level), stored.repository, _folded(stored.environment), _folded(stored.key)


def _folded(name: str) -> str:
    return name.strip().lower()


def _token(table: Table) -> Token:
    table.only(_KEYS, required=("label", "owner"))
    listed = table.entries.get("variables", [])
    variables = tuple(_stored(one) for one in tables(listed, "variables", "a variable of a token", lambda _: table.at))
    token = Token(
        table.string("label"), table.string("owner"), table.day("expires"), variables, table.strings("consumers")
    )
    if not token.variables and not token.consumers:
        raise table.error("a token has neither variables nor consumers, so nothing can be said of it; list where it is")
    return token


def _stored(table: Table) -> Stored:
    table.only(_PARTS, required=("level", "key"))
    level = table.string("level")
    if level not in list(Level):
        raise table.error(f"there is no level '{printable(level)}'; known are {', '.join(Level)}")
    wanted = _WANTED[Level(level)]
    table.only(("level", *wanted), required=wanted)
    return Stored(Level(level), table.string("repository"), table.string("environment"), table.string("key"))
