"""Credentials in the addresses of indexes: `https://USER:PASSWORD@HOST/…`, in words, variables, settings, and files.

https://pip.pypa.io/en/stable/topics/authentication/#basic-http-authentication
https://pip.pypa.io/en/stable/reference/requirements-file-format/#using-environment-variables
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import PackageType
from migrator.flow.events import Command, Flow
from migrator.ir.named import located
from migrator.ir.paths import only
from migrator.ir.values import Alternative, Input, Literal, Piece, Value
from migrator.rulebook.indexes import IndexClient
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.calls import split_at_colon
from migrator.sinks.channels import Sink
from migrator.sinks.images import found_by
from migrator.sinks.invocations import parse
from migrator.sinks.logins import Login
from migrator.sinks.packages import canonical
from migrator.sinks.uses import Files, Read
from migrator.sinks.values import is_handed, known_start, part, value_of, words
from migrator.text.patterns import regex

_BEGINS = regex(r"(?:[\w.-]{1,100}=)?https?://")
_EXPANDED = regex(r"https?://\$\{([A-Z][A-Z0-9_]{0,99})\}:\$\{([A-Z][A-Z0-9_]{0,99})\}@([\w.-]{1,200}(?::443)?)")
_NAMED = regex(r"\$\{([A-Z][A-Z0-9_]{0,99})\}")
_INCLUDES = regex(r"(?m)^[ \t]{0,20}(?:-[rc]|--requirement|--constraint)")
_SETS = ("config", "set")


class _Address(Struct, frozen=True):
    host: str
    username: Value
    password: Value


def find_url_logins(flow: Flow, book: RuleBook, read: Read) -> Iterator[Login]:
    """`read` gives the text of a file of the repository."""

    @cache
    def files() -> Files:
        return found_by(flow, book, read)

    for name, client in book.indexes.items():
        for command in flow.commands:
            if command.name in client.programs and not command.followed:
                yield from _Call(name, client, command, book, files).logins()


class _Call(Struct, frozen=True):
    name: str
    client: IndexClient
    command: Command
    book: RuleBook
    files: Callable[[], Files]

    def logins(self) -> Iterator[Login]:
        parsed = parse(self.command.arguments, self.client.urls | self.client.requirements)
        texts = [one.value.text for one in parsed.words]
        if tuple(texts[:2]) == _SETS and len(texts) > 3:
            if texts[2] in self.client.url_keys:
                for address in _addresses([parsed.words[3].value]):
                    yield from self._login(address, (), f"{self.name} {texts[2]}", None)
            return
        for address in _addresses(parsed.values(self.client.urls)):
            yield from self._login(address, (), self._alone, ())
        for variable in self.client.url_variables:
            value = value_of(self.command, variable) if is_handed(self.command, variable) else None
            for address in _addresses([value]) if value else ():
                place = Sink(
                    *(Action.USE, Role.CREDENTIAL, Channel.ENVIRONMENT, self.name),
                    *(address.password, self.command.span, variable),
                )
                yield from self._login(address, (place,), f"{self._alone} {variable}", ())
        yield from self._required(parsed.values(self.client.requirements))

    @property
    def _alone(self) -> str:
        return f"{self.name} {self.command.order}"

    def _login(
        self, address: _Address, sinks: tuple[Sink, ...], config: str, alone: tuple[()] | None
    ) -> Iterator[Login]:
        registry = self.book.registry(address.host)
        if registry and registry.type is PackageType.PYTHON:
            yield Login(
                *(self.command, self.name, self.client.rule, sinks, address.host, registry, "", None),
                *(address.username, address.password, config, alone),
                address=True,
            )

    def _required(self, files: Iterable[Value]) -> Iterator[Login]:
        """The variables that files with requirements name; none that is, or may be, for something else, too."""
        texts = [self._text(value) for value in files]
        found = [(match[1], match[2], canonical(match[3])) for text in texts for match in _EXPANDED.finditer(text)]
        named = [name for text in texts for name in _NAMED.findall(text)]
        if len(set(found)) != 1 or any(map(_INCLUDES.search, texts)):
            return
        *names, host = found[0]
        if any(named.count(name) != len(found) for name in names):
            return
        sinks = tuple(
            Sink(Action.USE, role, Channel.ENVIRONMENT, self.name, self._value(name), self.command.span, name)
            for role, name in zip((Role.USERNAME, Role.PASSWORD), names, strict=True)
        )
        yield from self._login(_Address(host, sinks[0].value, sinks[1].value), sinks, f"{self._alone} {names}", ())

    def _text(self, file: Value) -> str:
        """The text of a file of the repository, '' for one that is none, or that the script may have written."""
        if not file.text:
            return ""
        path = only(located(file.text, self.command.folders, self.book.built_in.clone))
        return (self.files().read(path) if path else None) or ""

    def _value(self, name: str) -> Value:
        value = value_of(self.command, name) if is_handed(self.command, name) else None
        return Value.of(Input(name, ())) if value is None else value


def _addresses(values: Iterable[Value]) -> Iterator[_Address]:
    """The addresses with a user name and a password in them."""
    for value in values:
        for row in words(value.alternatives[0]) if len(value.alternatives) == 1 else ():
            if (found := _parsed(row)) is not None:
                yield found


def _parsed(row: Alternative) -> _Address | None:
    first = row[0]
    start = _BEGINS.match(first.text) if isinstance(first, Literal) else None
    if start is None:
        return None
    assert isinstance(first, Literal)
    rest = (part(first, start.end(), len(first.text)), *row[1:]) if len(first.text) > start.end() else row[1:]
    at = next((index for index, one in enumerate(rest) if isinstance(one, Literal) and "@" in one.text), None)
    if at is None:
        return None
    last = rest[at]
    assert isinstance(last, Literal)
    sign = last.text.index("@")
    halves = (*rest[:at], part(last, 0, sign)) if sign else rest[:at]
    behind = (part(last, sign + 1, len(last.text)), *rest[at + 1 :])
    host, slash, _ = known_start(behind).partition("/")
    if "$" in host or not slash:
        return None
    username, password = split_at_colon(tuple(_of_a_part(one, len(first.provenance)) for one in halves))
    return _Address(canonical(host), username, password)


def _of_a_part(piece: Piece, count: int) -> Piece:
    """Of an address that came through expansions, no half can stand in the place of one of these."""
    way = tuple(
        replace(one, definition=replace(one.definition, loose=True)) if one.definition else one
        for one in piece.provenance[:count]
    )
    return replace(piece, provenance=(*way, *piece.provenance[count:]))
