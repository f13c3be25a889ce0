"""The settings of npm that a script writes: lines of an `.npmrc`, and what `npm config set` is told.

https://docs.npmjs.com/cli/configuring-npm/npmrc
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from migrator.flow.events import Command, Flow, Output
from migrator.ir.paths import GLOB, only
from migrator.ir.values import Alternative, Encoded, Literal, Unknown, Value
from migrator.rulebook.records import RuleBook
from migrator.sinks.keeping import ROOTED, spelt
from migrator.sinks.values import known_start, lines, part
from migrator.text.patterns import regex

FILE = ".npmrc"
HOME = f"~/{FILE}"
TOKEN = "_authToken"
CREDENTIALS = frozenset({"_auth", TOKEN, "_password", "username", "certfile", "keyfile"})
_ADDRESSED = regex(r"//([^/\s:=]{1,200})((?:/[^\s:=]{0,400})?):([A-Za-z_-]{1,40})")
_KEYED = regex(r"//([^/\s:=]{1,200})(?:/[^\s:=]{0,400})?:([A-Za-z_-]{1,40})")
_HELD = regex(r"""[ \t]{0,9}(?:=|[ \t])[ \t"']{0,9}\$\{?([A-Za-z_]\w{0,200})\}?["']?(?=\s|\Z)""")
_SECTION = regex(r"\[|[^=]*\[\]")
_CODED = regex(r"""["'`;#\\]|\$\{""")
"""What the format means something else by in a value."""


class Setting(Struct, frozen=True, eq=False):
    """A `key` that a command sets in the file at `place`, as `spelt`, '' where that is not known; `host` and `path` are
    those that the key is for, '' where it is for none, and then `name` is the key."""

    command: Command
    place: str
    host: str
    path: str
    name: str
    value: Value

    @property
    def secret(self) -> bool:
        return self.name in CREDENTIALS

    @property
    def address(self) -> str:
        return f"//{self.host}{self.path}"


class NpmPair(Struct, frozen=True):
    """What is set for one address in one place: a user name and a password, by `commands`. `encoded` is what stands
    there in base64."""

    address: str
    place: str
    commands: tuple[Command, ...]
    encoded: tuple[Encoded, ...]


class NpmSettings(Struct, frozen=True):
    """What a script sets; `doubts` are the commands that may set something else, and why."""

    known: tuple[Setting, ...]
    doubts: tuple[tuple[Command, str], ...]


def settings(flow: Flow, book: RuleBook) -> NpmSettings:
    known: list[Setting] = []
    doubts: list[tuple[Command, str]] = []
    for command in flow.commands:
        found: list[Setting | None] = []
        for place, value in _written(command, book):
            sure = place is not None and len(value.alternatives) == 1 and not _escaped(value)
            found += [_setting(command, place or "", row) for row in _lines(value)] if sure else [None]
        known += [one for one in found if one]
        if None in found or any("$" in one.host and one.secret for one in found if one):
            doubts.append((command, f"`{command.name}` writes settings that patless can't tell"))
    return NpmSettings(tuple(known), tuple(doubts))


def keys(text: str) -> Iterator[tuple[str, str, str]]:
    """The keys in the text of an `.npmrc` that are for a host: that, the path, and the name."""
    for line in text.splitlines():
        if match := _ADDRESSED.match(line.strip()):
            yield match[1], match[2], match[3]


def addressed(text: str) -> Iterator[tuple[str, str, str]]:
    """The settings in the text of an `.npmrc` that are for a host: the address, the name, and the value."""
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if match := _ADDRESSED.fullmatch(key.strip()):
            yield f"//{match[1]}{match[2]}", match[3], value.strip()


def bearer(text: str, book: RuleBook) -> str:
    """The address that text gives npm a token for, which it sends alone; '' for none."""
    found = (match for match in _KEYED.finditer(text) if match[2] == TOKEN and is_npm_host(match[1], book))
    return next((match[0].rpartition(":")[0] for match in found), "")


def held(text: str, book: RuleBook) -> tuple[str, str]:
    """The address for which text gives npm what it takes in base64 from a variable, and that; '' for none."""
    for match in _KEYED.finditer(text):
        name = _HELD.match(text, match.end()) if match[2] in ("_auth", "_password") else None
        if name and is_npm_host(match[1], book):
            return match[0].rpartition(":")[0], name[1]
    return "", ""


def reaches(path: str, other: str) -> bool:
    """Whether what is set for one path of a host is for another, too."""
    return f"{other.rstrip('/')}/".startswith(f"{path.rstrip('/')}/")


def _written(command: Command, book: RuleBook) -> Iterator[tuple[str | None, Value]]:
    """What a command writes, as lines of an `.npmrc`, and where; None for a file that is not known."""
    for output in command.outputs:
        names = [posixpath.basename(text) for text in output.path.texts]
        if FILE in names:
            yield place_of(output, FILE, book), output.content
        elif (len(names) < len(output.path.alternatives) or "$" in "".join(names)) and not _harmless(output.content):
            yield None, output.content
    if command.name == "npm" and not command.followed:
        yield from ((HOME, one) for one in _told(command))


def _harmless(content: Value) -> bool:
    """Whether text is known, and is no setting for a host."""
    return all(isinstance(piece, Literal) and "//" not in piece.text for piece in content.pieces)


def _escaped(value: Value) -> bool:
    """Whether the program that prints a value may read more than text in it: shells differ in what `echo` does."""
    return any(isinstance(piece, Literal) and "\\" in piece.text for piece in value.pieces)


def place_of(output: Output, file: str, book: RuleBook) -> str | None:
    """Where a file of that name is written, as `spelt`; None where that is not known."""
    text = output.path.symbol()
    if text is None:
        return None
    short = spelt(text, book.built_in)
    if short in (f"~/{file}", f"/root/{file}"):
        return short
    folder = "" if text.startswith(ROOTED) else only(output.folders)
    if folder is None or short.startswith((*ROOTED, "../")) or GLOB.search(short):
        return None
    return posixpath.normpath(posixpath.join(folder, short))


def _told(command: Command) -> Iterator[Value]:
    """The settings of `npm config set KEY VALUE` and `npm set KEY=VALUE`, as lines."""
    words = [one.value for one in command.arguments]
    match [value.text for value in words[:2]]:
        case ["config" | "c", "set"]:
            given = words[2:]
        case ["set", *_]:
            given = words[1:]
        case _:
            return
    if any((value.text or "").startswith("-") or len(value.alternatives) != 1 for value in given):
        yield Value.of(Unknown("options of npm"))
    elif given and "=" in known_start(given[0].alternatives[0]):
        yield from given
    elif len(given) == 2:
        yield Value.of(*given[0].alternatives[0], Literal("="), *given[1].alternatives[0])
    else:
        yield Value.of(Unknown("words of npm"))


def _lines(value: Value) -> Iterator[Alternative]:
    """The lines of text that say something."""
    for row in lines(value.alternatives[0]):
        text = known_start(row).strip()
        if row and (text or len(row) > 1 or isinstance(row[0], Unknown)) and not text.startswith(("#", ";")):
            yield row


def _setting(command: Command, place: str, row: Alternative) -> Setting | None:
    """The setting of a line, None for one that cannot be told."""
    key, equals, _ = known_start(row).partition("=")
    key = key.strip()
    match = _ADDRESSED.fullmatch(key)
    if not equals or _SECTION.match(key) or ("$" in key and not match):
        return None
    host, path, name = match.groups() if match else ("", "", key)
    return Setting(command, place, host, path, name, Value((_behind(row),)))


def _behind(row: Alternative) -> Alternative:
    """What stands behind the first `=` of a row."""
    for number, piece in enumerate(row):
        if isinstance(piece, Literal) and "=" in piece.text:
            at = piece.text.index("=") + 1
            rest = (part(piece, at, len(piece.text)),) if at < len(piece.text) else ()
            return (*rest, *row[number + 1 :])
    return ()


def plain(value: Value) -> bool:
    """Whether the text of a value is taken as it is, so far as it is known."""
    texts = [piece.text for piece in value.pieces if isinstance(piece, Literal)]
    return not any(_CODED.search(text) or text != text.strip() for text in texts)


def credentials(found: Iterable[Setting], book: RuleBook) -> Iterator[Setting]:
    """The settings that give npm a credential for Packages."""
    return (one for one in found if one.secret and one.host and is_npm_host(one.host, book))


def is_npm_host(host: str, book: RuleBook) -> bool:
    registry = book.registry(host)
    return registry is not None and registry.type == "npm"
