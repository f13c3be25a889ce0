"""Files in the home folder into which a script writes a user name and a password for an index of Python's packages.

https://packaging.python.org/en/latest/specifications/pypirc/: an INI file of which nothing is expanded.
https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html: words with white space between.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct

from migrator.findings.records import PackageType
from migrator.flow.events import Command, Flow
from migrator.ir.values import Alternative, Literal, Unknown, Value
from migrator.rulebook.records import RuleBook
from migrator.sinks.keeping import spelt
from migrator.sinks.logins import Login
from migrator.sinks.packages import host_of
from migrator.sinks.shown import visible_text
from migrator.sinks.values import known_start, lines, part, without, words
from migrator.text.patterns import regex

PYPIRC, NETRC = ".pypirc", ".netrc"
_CLIENTS = {PYPIRC: "twine", NETRC: "netrc"}
"""The names of the clients in the rules."""
_LOOKING = frozenset({"rm", "chmod", "touch", "test", "[", "ls", "mkdir", "shred"})
_SECTION = regex(r"\[([^\]\n]{1,200})\]\s*")
_KEY = regex(r"([A-Za-z_-]{1,40})[ \t]*[=:][ \t]*")
_MORE = regex(r"[\s=:\[]")
_SET_ELSEWHERE = regex(r"TWINE_(?:USERNAME|PASSWORD)")
_HALVES = ("username", "password")


class _Entry(Struct):
    """What a file says for one host; `name` is that of the section."""

    name: str
    host: str = ""
    username: Value | None = None
    password: Value | None = None
    doubt: bool = False


def find_written_logins(flow: Flow, book: RuleBook) -> Iterator[Login]:
    """The pairs of which all is known: each half is written once, by commands that run together, and nothing else has
    to do with the file."""
    for file, client in _CLIENTS.items():
        writers = tuple(one for one in flow.commands if _writes(one, file))
        if len({one.branches for one in writers}) != 1 or any(map(_uncertain, writers)):
            continue
        if any(_told(one, file) for one in flow.commands if one not in writers):
            continue
        if file == PYPIRC and any(_SET_ELSEWHERE.fullmatch(one.name) for one in flow.definitions):
            continue
        texts = [output.content for one in writers for output in one.outputs if _is_home(output.path, file, book)]
        if len(texts) < len(writers) or not all(map(_plain, texts)):
            continue
        rule = book.package_clients[client].rule if client in book.package_clients else ""
        found = [*(_sections(texts) if file == PYPIRC else _machines(texts))]
        names = [one.name for one in found]
        for one in found:
            registry = book.registry(one.host)
            known = one.username and one.password and not one.doubt and names.count(one.name) == 1
            if not (known and registry and registry.type is PackageType.PYTHON):
                continue
            assert one.username
            assert one.password
            yield Login(
                *(writers[-1], client, rule, (), one.host, registry, "", None),
                *(one.username, one.password, f"{file} {one.name}"),
                writers=writers,
            )


def _writes(command: Command, file: str) -> bool:
    return any(posixpath.basename(text) == file for one in command.outputs for text in one.path.texts)


def _uncertain(command: Command) -> bool:
    return command.looped or command.unordered or bool(command.calls) or command.followed


def _told(command: Command, file: str) -> bool:
    """Whether another command may change the file, or hand it on."""
    if command.followed or command.name in _LOOKING:
        return False
    words = [visible_text(one.value) for one in command.arguments]
    return any(file in text or f"_{file[1:]}" in text for text in words)


def _is_home(path: Value, file: str, book: RuleBook) -> bool:
    return spelt(path.symbol() or "", book.built_in) in (f"~/{file}", f"/root/{file}")


def _plain(text: Value) -> bool:
    """Whether text is known as it stands in the file: shells differ in what `echo` does with a backslash. A variable
    may hold a half, and nothing besides."""
    literals = [piece for piece in text.pieces if isinstance(piece, Literal)]
    known = len(text.alternatives) == 1 and not any(isinstance(piece, Unknown) for piece in text.pieces)
    return known and not any("\\" in one.text or (one.provenance and _MORE.search(one.text)) for one in literals)


# .pypirc


def _sections(texts: Sequence[Value]) -> Iterator[_Entry]:
    entry = _Entry("")
    for row in (row for text in texts for row in lines(text.alternatives[0])):
        start = known_start(row)
        if section := _SECTION.fullmatch(start):
            yield entry
            entry = _Entry(section[1])
            continue
        if not start.strip() or start.lstrip().startswith(("#", ";")):
            continue
        key = _KEY.match(start)
        if key is None or (value := _behind(row, key.end())) is None:
            entry.doubt = True
        elif key[1].lower() == "repository":
            entry.doubt = entry.doubt or bool(entry.host)
            entry.host = host_of(value.alternatives[0]) or "?"
        elif (half := key[1].lower()) in _HALVES:
            entry.doubt = entry.doubt or getattr(entry, half) is not None
            setattr(entry, half, value)
    yield entry


def _behind(row: Alternative, end: int) -> Value | None:
    """What stands behind a key that ends at a character, without the white space around."""
    found = [*without(Value((row,)), end).alternatives[0]]
    if found and isinstance(found[-1], Literal):
        last = found.pop()
        assert isinstance(last, Literal)
        kept = len(last.text.rstrip())
        found += [part(last, 0, kept)] if kept else []
    return _half(tuple(found))


def _half(row: Alternative) -> Value | None:
    """Literal text with `$` in it is what the client sends: nothing expands it any more."""
    if not row or any(isinstance(piece, Literal) and "$" in piece.text for piece in row):
        return None
    return Value((row,))


# .netrc


def _machines(texts: Sequence[Value]) -> Iterator[_Entry]:
    found = [word for text in texts for word in words(text.alternatives[0])]
    entry: _Entry | None = None
    while found:
        key, value = known_start(found.pop(0)), found.pop(0) if found else ()
        if key == "machine":
            if entry:
                yield entry
            name = known_start(value).lower()
            entry = _Entry(name, name)
        elif entry is None or key not in ("login", "password"):
            return  # `default`, `macdef`, or what is not known
        else:
            half = "username" if key == "login" else key
            entry.doubt = entry.doubt or getattr(entry, half) is not None or _half(value) is None
            setattr(entry, half, Value((value,)))
    if entry:
        yield entry
