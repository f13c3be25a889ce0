"""Pairs for Packages that a script writes into the settings of npm, which takes a password in base64."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from migrator.flow.events import Command, Flow
from migrator.ir.values import Alternative, Encoded, Literal, TracedRead, Unknown, Value, union
from migrator.rulebook.records import RuleBook
from migrator.sinks.calls import split_at_colon
from migrator.sinks.logins import Login
from migrator.sinks.npmrc import TOKEN, NpmPair, Setting, credentials, plain, settings

NPM = "npm"
"""The name of the client in the rules."""
PAIR = frozenset({"username", "_password"})


class Halves(Struct, frozen=True):
    """A user name and a token, and what of them is `encoded`; None where nobody knows."""

    username: Value
    password: Value
    encoded: Encoded | None


def find_npm_logins(flow: Flow, book: RuleBook) -> Iterator[Login]:
    """The pairs of which all is known: each half is set once, in the same file, by commands that surely run, and what
    npm takes in base64 is encoded in the script."""
    rule = book.package_clients[NPM].rule if NPM in book.package_clients else ""
    groups: dict[str, list[Setting]] = {}
    for one in credentials(settings(flow, book).known, book):
        if one.name != TOKEN:
            groups.setdefault(one.address, []).append(one)
    for address, found in groups.items():
        halves = _halves(found)
        if (
            halves is None
            or not all(one.place and surely(one.command) for one in found)
            or len({one.place for one in found}) > 1
        ):
            continue
        commands = tuple(dict.fromkeys(one.command for one in found))
        last, host = max(commands, key=lambda one: one.order), found[0].host
        pair = NpmPair(address, found[0].place, commands, (halves.encoded,) if halves.encoded else ())
        yield Login(
            last,
            NPM,
            rule,
            (),
            host,
            book.registry(host),
            "",
            None,
            halves.username,
            halves.password,
            f"npm {address} {pair.place}",
            (),
            pair,
        )


def _halves(found: Sequence[Setting]) -> Halves | None:
    given = {one.name: one.value for one in found}
    return halves_of(given) if len(given) == len(found) and all(map(plain, given.values())) else None


def halves_of(given: Mapping[str, Value]) -> Halves | None:
    """A pair by the keys of npm, of which what it takes in base64 is encoded in the script; None for anything else."""
    if given.keys() == PAIR and any(given["username"].alternatives) and (inner := encoded_in(given["_password"])):
        return Halves(given["username"], opened(*inner), inner[1])
    if given.keys() == {"_auth"} and (inner := encoded_in(given["_auth"])):
        names, passwords = zip(*map(split_at_colon, opened(*inner).alternatives), strict=True)
        return Halves(union(names), union(passwords), inner[1])
    return None


def encoded_in(value: Value) -> tuple[Unknown, Encoded] | None:
    """What a value is in base64, where it is nothing else."""
    match value.alternatives:
        case ((Unknown(encoded=Encoded() as encoded) as piece,),):
            return piece, encoded
    return None


def opened(piece: Unknown, encoded: Encoded) -> Value:
    """What is encoded. An expansion on the way gives it in base64, so nothing can stand there in its place."""
    way = tuple(map(_of_a_part, piece.provenance))
    rows: tuple[Alternative, ...] = tuple(
        tuple(replace(one, provenance=(*way, *one.provenance)) for one in row) for row in encoded.value.alternatives
    )
    return Value(rows)


def _of_a_part(read: TracedRead) -> TracedRead:
    return replace(read, definition=replace(read.definition, loose=True)) if read.definition else read


def surely(command: Command) -> bool:
    """Whether a command runs once, whatever happens, and as it is written."""
    apart = command.branches or command.calls or command.wrappers or command.overrides
    return not (apart or command.conditional or command.looped or command.unordered)


def is_npm(program: str, book: RuleBook) -> bool:
    """Whether it is npm, or a program that reads its settings."""
    known = (book.package_clients[name] for name in (NPM, "yarn") if name in book.package_clients)
    return any(program in one.programs for one in known)


def breaks(encoded: Encoded) -> str:
    """What may break a line of what is encoded; '' where nothing does."""
    ends = (row[-1] for row in encoded.value.alternatives if row)
    if any(isinstance(one, Literal) and one.text.endswith("\n") for one in ends):
        return "the step encodes a line break with the token; `printf %s` prints none"
    if encoded.wraps:
        return "`base64` without `-w 0` breaks a long value into lines, and the native token may be longer"
    return ""
