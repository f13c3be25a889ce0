"""Calls that read their credential through a file, which names variables or holds the values: which file that is, what
the call finds in the variables, and the login that it is.

Where a file of the repository names the variables, they can be given other values in front of the call alone, and the
file stays as it is. So this is for any client whose files do that.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import PackageType
from migrator.flow.events import Command, Flow, Output
from migrator.ir.paths import GLOB, matching, only
from migrator.ir.values import Input, Literal, Piece, Unknown, Value, concat
from migrator.rulebook.records import PackageClient, Registry, RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.channels import Sink
from migrator.sinks.keeping import ROOTED, spelt
from migrator.sinks.logins import BoundCall, Login
from migrator.sinks.values import is_handed, value_of
from migrator.sinks.writers import by_programs
from migrator.text.patterns import regex

Text = Callable[[str], str | None]
_MARKS = range(0xE000, 0xF900)
"""Characters for private use: each stands for a piece of text that is no literal."""
_ADDRESS = regex(r"[a-z][a-z0-9+.-]{0,20}://(?:[^/@\s]{0,200}@)?([A-Za-z0-9.-]{1,200})(?::\d{1,5})?(?:[/?#]|\Z)", 2)
_HOME = ("/root/", "${HOME}/")


class Half(Struct, frozen=True):
    """What a call finds where its file has a half of the credential; `variable` is the one that it takes it from, ''
    where the file holds it, or words of the call. `name` is what the file names it by."""

    value: Value
    variable: str = ""
    name: str = ""


class FoundFile(Struct, frozen=True):
    """A file as a call finds it. Characters of `pieces` stand in `text` for what is no literal. `path` is where it is
    in the repository, '' for one that the script writes, by `writers`, at `place`."""

    text: str
    path: str = ""
    place: str = ""
    writers: tuple[Command, ...] = ()
    pieces: tuple[Piece, ...] = ()

    def piece(self, text: str) -> Piece | None:
        """The piece that text is, and nothing beside it."""
        at = ord(text) - _MARKS.start if len(text) == 1 else -1
        return self.pieces[at] if 0 <= at < len(self.pieces) else None

    def plain(self, text: str) -> str:
        """Text of the file, with `${NAME}` for stored variables and `$` for what is not known."""
        return "".join(_shown(self.piece(one), one) for one in text) if self.pieces else text


def _shown(piece: Piece | None, sign: str) -> str:
    if isinstance(piece, Literal):
        return piece.text
    return f"${{{piece.name}}}" if isinstance(piece, Input) else "$" if piece else sign


def held(command: Command, name: str) -> Half:
    """What a program finds in a variable."""
    value = value_of(command, name)
    if value is None:
        return Half(Value.of(Input(name, ())), name, name)
    return Half(value if is_handed(command, name) else Value.of(Unknown(f"{name}, which is not exported")), name, name)


def host_of(address: str) -> str:
    """The host in an address; '' where it is not known."""
    match = _ADDRESS.match(address)
    return match[1].lower() if match else ""


def registry_of(host: str, book: RuleBook) -> Registry | None:
    """The registry at a host, or at any other of Packages, which takes the same credentials as far as that is known."""
    known = book.registry(host)
    like = next((one for one in book.registries.values() if host.endswith(f".{one.mention}")), None)
    if known or like is None:
        return known
    return replace(like, hosts=frozenset({host}), default=False, type=PackageType.OTHER, name=host)


def place_of(path: Value, command: Command, book: RuleBook) -> str | None:
    """Where a file is, relative to the clone directory or `~/…`; None where that is not known."""
    text = path.symbol()
    if text is None:
        return None
    short = spelt(text, book.built_in)
    home = next((one for one in _HOME if short.startswith(one)), "")
    if home:
        return f"~/{short.removeprefix(home)}"
    folder = "" if text.startswith(ROOTED) else only(command.folders)
    if folder is None or GLOB.search(short) or "$" in short:
        return None
    found = short if short.startswith(ROOTED) else posixpath.normpath(posixpath.join(folder, short))
    return None if found.startswith("../") else found


def found_file(flow: Flow, place: str, before: Command, book: RuleBook, file: Text) -> FoundFile | str | None:
    """The file at a place as a command finds it: what the script surely wrote there, or else what the repository has.
    Why that is not known, as a clause; None where there is none, as far as that can be seen."""
    unclear = f"{place}, which the step writes in a way that patless can't tell"
    written = [
        (command, one) for command in flow.commands for one in command.outputs if _is_at(one, command, place, book)
    ]
    copied = [(one, path) for one in flow.commands if (path := _copied(one, place, book)) is not None]
    touched = not place.startswith(ROOTED) and any(matching(one, [place]) for one in by_programs(flow, book))
    if copied and not written:
        command, path = copied[0]
        if len(copied) > 1 or not surely(command, before) or not path:
            return unclear
        found = found_file(flow, path, command, book, file)
        return (
            replace(found, place=place if found.writers else "") if isinstance(found, FoundFile) else found or unclear
        )
    if copied or touched:
        return unclear
    if not written:
        text = None if place.startswith(ROOTED) else file(place)
        return None if text is None else FoundFile(text, place)
    if not all(surely(command, before) and len(one.content.alternatives) == 1 for command, one in written):
        return unclear
    content = concat([one.content for _, one in written])
    return _marked(content, place, tuple(dict.fromkeys(command for command, _ in written))) or unclear


def surely(command: Command, before: Command) -> bool:
    """Whether a command surely runs once, and before another one."""
    apart = command.branches or command.calls or command.wrappers
    return command.order < before.order and not (
        apart or command.conditional or command.looped or command.unordered or command.followed
    )


def bound(
    command: Command, client: str, known: PackageClient, halves: Sequence[Half], call: BoundCall, book: RuleBook
) -> Login:
    """The login of a call that is given a user name and a password, for the host of its address."""
    host = host_of(call.address)
    roles = zip((Role.USERNAME, Role.PASSWORD), halves, strict=True)
    sinks = tuple(
        Sink(Action.USE, role, Channel.ENVIRONMENT, client, one.value, command.span, one.variable)
        for role, one in roles
        if one.variable
    )
    username, password = halves
    return Login(
        command,
        client,
        known.rule,
        sinks,
        host,
        registry_of(host, book),
        "",
        None,
        username.value,
        password.value,
        f"{client} {command.order}",
        (),
        None,
        call,
    )


def _is_at(output: Output, command: Command, place: str, book: RuleBook) -> bool:
    if (found := place_of(output.path, command, book)) is not None:
        return found == place
    name = posixpath.basename(place)
    return any(name in text or "$" in posixpath.basename(text) for text in output.path.texts) or not any(
        output.path.texts
    )


def _copied(command: Command, place: str, book: RuleBook) -> str | None:
    """Where what a command copies to a place comes from, '' where that is not known; None for one that copies nothing
    there."""
    words = [one.value for one in command.arguments if not (one.text or "").startswith("-")]
    if command.name not in ("cp", "mv", "install") or len(words) < 2:
        return None
    target, sources = place_of(words[-1], command, book), [place_of(one, command, book) for one in words[:-1]]
    if target is None:
        return "" if posixpath.basename(place) in (words[-1].symbol() or place) else None
    if target != place and target != posixpath.dirname(place):
        return None
    if target == place:
        return (sources[0] or "") if len(sources) == 1 and command.name == "cp" else ""
    name = posixpath.basename(place)
    named = [one for one in sources if one is None or posixpath.basename(one) in (name, "", ".")]
    if not named:
        return None
    return (named[0] or "") if len(named) == 1 and command.name == "cp" else ""


def _marked(content: Value, place: str, writers: tuple[Command, ...]) -> FoundFile | None:
    text, pieces = "", list[Piece]()
    for piece in content.alternatives[0]:
        if isinstance(piece, Literal) and not piece.provenance:
            if any(ord(one) in _MARKS for one in piece.text):
                return None
            text += piece.text
        elif len(pieces) >= len(_MARKS):
            return None
        else:
            text += chr(_MARKS.start + len(pieces))
            pieces.append(piece)
    return FoundFile(text, "", place, writers, tuple(pieces))
