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
from migrator.secrets.records import Listing, StoredAt
from migrator.text.files import read_bounded
from migrator.text.mask import printable
from migrator.text.toml import ConfigurationError, Filled, Toml
from migrator.text.view import Unreadable

_WANTED = {
    Level.REPOSITORY: ("repository",),
    Level.DEPLOYMENT: ("repository", "environment"),
    Level.WORKSPACE: (),
}


class TokenVariable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a token is stored, as the file says it."""

    level: Level
    repository: Filled = ""
    environment: Filled = ""
    key: Filled

    def __post_init__(self) -> None:
        for name, value in (("repository", self.repository), ("environment", self.environment)):
            if value and name not in _WANTED[self.level]:
                raise ValueError(f"holds `{name}`, and a {self.level} variable has none; remove it")
            if not value and name in _WANTED[self.level]:
                raise ValueError(f"has no `{name}`; add it")


class TokenEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A token, as the file says it."""

    label: Filled
    owner: Filled
    expires: date | None = None
    variables: tuple[TokenVariable, ...] = ()
    consumers: tuple[Filled, ...] = ()

    def __post_init__(self) -> None:
        if not self.variables and not self.consumers:
            raise ValueError("has neither variables nor consumers; list where it is used")

    def token(self) -> Token:
        variables = (StoredAt(one.level, one.repository, one.environment, one.key) for one in self.variables)
        return Token(self.label, self.owner, self.expires, tuple(variables), self.consumers)


class TokenFile(Struct, frozen=True, forbid_unknown_fields=True):
    tokens: tuple[TokenEntry, ...] = ()


class Token(Struct, frozen=True):
    """`expires` is None where its owner gives no date. `consumers` are users of it outside of Pipelines."""

    label: str
    owner: str
    expires: date | None
    variables: tuple[StoredAt, ...]
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
    """The tokens of a file, in its order. Raises ConfigurationError with a sentence that begins with its place."""
    name = str(path)
    try:
        data = read_bounded(path.resolve())
    except Unreadable as error:
        raise ConfigurationError(f"{name}: cannot read the list of tokens: {error}") from None
    if data is None:
        raise ConfigurationError(f"{name}: no such list of tokens")
    file = Toml(name, data)
    found = tuple(entry.token() for entry in file.read(TokenFile).tokens)
    labels = [token.label for token in found]
    for number, label in enumerate(labels):
        if label in labels[:number]:
            said = f"has the label '{printable(label)}' of another token; give each its own"
            raise file.error(("tokens", number), said)
    return found


def judged(tokens: Sequence[Token], listing: Listing, today: date) -> tuple[TokenRow, ...]:
    """What is in the way of revoking each, the first to expire first."""
    grouped = {stored for token in tokens for stored in token.variables}
    rows = []
    for token in sorted(tokens, key=lambda token: (token.expires or date.max, token.label)):
        why = [sentence for stored in token.variables for sentence in _in_the_way(stored, listing)]
        keys = {stored.key for stored in token.variables}
        for name in sorted(keys & listing.leaving.names):
            why.append(f"a step passes ${name} to something that outlives it (credential-leaves-step)")
        for name in sorted((keys & listing.leaving.unread) - listing.leaving.names):
            why.append(
                f"patless can't read a pipelines file that names ${name}, and a step in it may pass the credential on"
            )
        why += [f"{consumer} uses it, as its owner says" for consumer in token.consumers]
        rows.append(TokenRow(token, tuple(why), tuple(_notes(token, listing, today, grouped))))
    return tuple(rows)


def shown(stored: StoredAt) -> str:
    """A variable and where it is, in words."""
    where = {
        Level.REPOSITORY: f"the repository variable {stored.key} of {stored.repository}",
        Level.DEPLOYMENT: f"the deployment variable {stored.key} of {stored.environment} in {stored.repository}",
        Level.WORKSPACE: f"the workspace variable {stored.key}",
    }
    return where[stored.level]


def _in_the_way(stored: StoredAt, listing: Listing) -> Iterator[str]:
    what = shown(stored)
    if any(_same(stored, one) for one in listing.stored):
        verdicts = [
            str(row.verdict) for row in listing.rows if _same(stored, StoredAt.of(row.variable, row.repository))
        ]
        yield f"{what} is still stored ({(verdicts[0] if verdicts else 'no login to Packages uses it')})"
    elif why := _unread(stored, listing):
        yield f"{what} was not checked: {why}"


def _unread(stored: StoredAt, listing: Listing) -> str:
    """Why nothing is known about a variable that was not seen; '' where it is known not to be there."""
    if stored.level is not Level.WORKSPACE and stored.repository not in listing.heads:
        failed = dict(listing.failed).get(stored.repository)
        return failed or f"{stored.repository} is not among the repositories that were read"
    if stored.repository in listing.unasked:
        return f"{stored.repository} never had pipelines, so patless did not ask for its variables"
    if not listing.heads:
        return "no repository was read"
    for repository, unread in listing.not_checked:
        of_all = unread.environment is None or _folded(unread.environment) == _folded(stored.environment)
        if of_all and unread.level is stored.level and repository == stored.repository:
            return unread.reason
    return ""


def _notes(token: Token, listing: Listing, today: date, grouped: Collection[StoredAt]) -> Iterator[str]:
    if token.expires is not None and token.expires < today:
        yield f"it expired on {token.expires}"
    keys = {stored.key for stored in token.variables}
    for stored in sorted(listing.stored):
        if stored.key in keys and not any(_same(stored, one) for one in grouped):
            yield f"{shown(stored)} is stored too, but no token lists it"


def _same(one: StoredAt, other: StoredAt) -> bool:
    """Whatever the case of letters: people write the list, and 'still stored' is a better mistake than 'gone'."""
    return _whole(one) == _whole(other)


def _whole(stored: StoredAt) -> tuple[str, ...]:
    return str(stored.level), stored.repository, _folded(stored.environment), _folded(stored.key)


def _folded(name: str) -> str:
    return name.strip().lower()
