"""Tokens for Packages that are written out in files in which clients keep their credentials: a login file of docker,
`.npmrc`, `.yarnrc.yml`, `.pypirc`, `pip.conf`, `.netrc`.

What a program puts in place of a name, such as `${TOKEN}`, is none, nor what stands for a token in a template.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from msgspec import Struct

from migrator.prefilter.needles import KEPT
from migrator.rulebook.records import RuleBook
from migrator.sinks import npmrc, yarnrc
from migrator.sinks.package_clients import host_in
from migrator.text.patterns import regex
from migrator.text.source import Source, Span
from migrator.text.yaml import Mapping, Scalar, YamlError, read_yaml

_NPM = frozenset({"_auth", "_password", npmrc.TOKEN})
_YARN = (yarnrc.IDENT, yarnrc.TOKEN)
_DOCKER = ("auth", "password", "identitytoken", "registrytoken")
_NAMED = regex(r"[$%<{>]|\A[*xX.-]*\Z|\A\s*\Z")
"""What stands for a token, and is none."""
_SECTION = regex(r"(?m)^[ \t]{0,9}\[[^\]\n]{1,200}\]")
_PASSWORD = regex(r"(?m)^[ \t]{0,9}password[ \t]{0,9}[=:][ \t]{0,9}(\S{1,4000})[ \t]{0,99}\r?$", 2)
_URL = regex(r"://[^\s/@:]{0,200}:([^\s/@]{1,4000})@([\w.-]{1,200})")
_TEXT = regex(r'(?s)"(?:[^"\\]|\\.)*+"?')
"""One in JSON, where each has an end."""
_MACHINE = regex(r"\bmachine\s{1,20}(\S{1,200})|\bdefault\b")
_NETRC = regex(r"\bpassword\s{1,20}(\S{1,4000})")


class WrittenToken(Struct, frozen=True):
    """A token for `host` that is written at `span`."""

    span: Span
    host: str


def written_token(path: str, text: str, book: RuleBook) -> WrittenToken | None:
    """The first in a file of that name; None for none, and for text that cannot be read."""
    find = _FILES.get(posixpath.basename(path))
    if find is None or not host_in(text, book):
        return None
    return next((WrittenToken(span, host) for span, host in find(text, book) if _is_token(text, span)), None)


def is_kept(path: str) -> bool:
    """Whether a client keeps credentials in a file of that name."""
    return posixpath.basename(path) in KEPT


def _is_token(text: str, span: Span) -> bool:
    return not _NAMED.search(text[span.start : span.end])


def _npm(text: str, book: RuleBook) -> Iterator[tuple[Span, str]]:
    at = 0
    for line in text.splitlines(keepends=True):
        for address, name, value in npmrc.addressed(line):
            if name in _NPM and (host := host_in(address, book)):
                start = at + line.index(value, line.index("=")) if value else at
                yield Span(start, start + len(value)), host
        at += len(line)


def _yarn(text: str, book: RuleBook) -> Iterator[tuple[Span, str]]:
    try:
        root = read_yaml(Source(yarnrc.FILE, text))
    except YamlError:
        return
    every = host_in(_server(root), book)
    for key, item in root.items() if isinstance(root, Mapping) else ():
        if key in _YARN and isinstance(item.node, Scalar) and every:
            yield item.node.span, every
        if key not in yarnrc.GROUPS or not isinstance(item.node, Mapping):
            continue
        for inner, one in item.node.items():
            host = host_in(inner if key == "npmRegistries" else _server(one.node), book)
            host = host or (every if key == "npmScopes" and not _server(one.node) else "")
            for name, value in one.node.items() if isinstance(one.node, Mapping) and host else ():
                if name in _YARN and isinstance(value.node, Scalar):
                    yield value.node.span, host


def _server(node: object) -> str:
    item = node.get(yarnrc.SERVER) if isinstance(node, Mapping) else None
    return item.node.value if item and isinstance(item.node, Scalar) else ""


def _pypirc(text: str, book: RuleBook) -> Iterator[tuple[Span, str]]:
    starts = [match.start() for match in _SECTION.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        host = host_in(text[start:end], book)
        for match in _PASSWORD.finditer(text, start, end) if host else ():
            yield Span(*match.span(1)), host


def _pip(text: str, book: RuleBook) -> Iterator[tuple[Span, str]]:
    for match in _URL.finditer(text):
        if host := host_in(match[2], book):
            yield Span(*match.span(1)), host


def _netrc(text: str, book: RuleBook) -> Iterator[tuple[Span, str]]:
    machines = [*_MACHINE.finditer(text)]
    for number, match in enumerate(machines):
        end = machines[number + 1].start() if number + 1 < len(machines) else len(text)
        if host := host_in(match[1] or "", book):
            yield from ((Span(*one.span(1)), host) for one in _NETRC.finditer(text, match.end(), end))


def _docker(text: str, book: RuleBook) -> Iterator[tuple[Span, str]]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    logins = found.get("auths") if isinstance(found, dict) else None
    places: dict[str, list[Span]] = {}
    for match in _TEXT.finditer(text) if logins else ():
        places.setdefault(json.loads(match[0]), []).append(Span(match.start() + 1, match.end() - 1))
    for key, login in logins.items() if isinstance(logins, dict) else ():
        host = host_in(key, book)
        for name in _DOCKER if host and isinstance(login, dict) else ():
            value = login.get(name)
            yield from ((span, host) for span in (places.pop(value, ()) if isinstance(value, str) else ()))


_Finder = Callable[[str, RuleBook], Iterator[tuple[Span, str]]]
_FILES: dict[str, _Finder] = {
    "config.json": _docker,
    "auth.json": _docker,
    npmrc.FILE: _npm,
    yarnrc.FILE: _yarn,
    ".pypirc": _pypirc,
    "pip.conf": _pip,
    "pip.ini": _pip,
    ".netrc": _netrc,
    "_netrc": _netrc,
}
