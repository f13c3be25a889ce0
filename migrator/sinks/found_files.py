"""A file as a call finds it: what the script wrote there, copied from elsewhere, or left as the repository has it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from migrator.flow.events import Command, Flow, Output
from migrator.ir.paths import GLOB, matching, only
from migrator.ir.values import Input, Literal, Piece, Value, concat
from migrator.rulebook.records import RuleBook
from migrator.sinks.keeping import ROOTED, spelt, within
from migrator.sinks.shown import visible_text
from migrator.sinks.writers import by_programs
from migrator.text.patterns import regex

Text = Callable[[str], str | None]
_MARKS = range(0xE000, 0xF900)
"""Characters for private use: each stands for a piece of text that is no literal."""
_HOME = "/root"
_COPIERS = ("cp", "mv", "install", "ln")
_INTO = regex(r"--t|-[a-zA-Z]*t")
"""`-t FOLDER` comes first: https://www.gnu.org/software/coreutils/manual/html_node/Target-directory.html"""
_WHOLE = regex(r"--(?:recursive|archive)|-[a-zA-Z]*[rRa]")
"""`cp` then copies folders, with whatever is in them; the others move and link them without being told."""
LOOKING = frozenset({"rm", "chmod", "touch", "test", "[", "ls", "mkdir", "cd", "pushd", "export"})
"""They change nothing of what is in a file."""


class FoundFile(Struct, frozen=True):
    """A file as a call finds it. Characters of `pieces` stand in `text` for what is no literal. `path` is where it is
    in the repository, '' for one that the script writes, by `writers`, at `place`. `doubt` is a clause on what else may
    be there."""

    text: str
    path: str = ""
    place: str = ""
    writers: tuple[Command, ...] = ()
    pieces: tuple[Piece, ...] = ()
    doubt: str = ""

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


def place_of(path: Value, command: Command, book: RuleBook) -> str | None:
    """Where a file is, relative to the clone directory or `~/…`; None where that is not known."""
    text = path.symbol()
    if text is None:
        return None
    short = spelt(text, book.built_in)
    if within(short, [_HOME]):
        return f"~{short.removeprefix(_HOME)}"
    folder = "" if text.startswith(ROOTED) else only(command.folders)
    if folder is None or GLOB.search(short) or "$" in short:
        return None
    found = short if short.startswith(ROOTED) else posixpath.normpath(posixpath.join(folder, short))
    return None if found.startswith("../") else found


def found_file(flow: Flow, place: str, before: Command, book: RuleBook, file: Text) -> FoundFile | str | None:
    """The file at a place as a command finds it. Why that is not known, as a clause; None where there is none, as far
    as that can be seen."""
    unclear = f"{place}, which the step writes in a way that patless can't tell"
    there = None if place.startswith(ROOTED) else file(place)
    written = [
        (command, one)
        for command in flow.commands
        for one in command.outputs
        if place_of(one.path, command, book) == place
    ]
    copied = [(one, path) for one in flow.commands if (path := _copied(one, place, book)) is not None]
    if [*_touched(flow, place, before, book)] or (copied and written) or len(copied) > 1:
        return unclear
    if copied:
        ((command, path),) = copied
        known = found_file(flow, path, command, book, file) if path and _once(command, before, there) else None
        if not isinstance(known, FoundFile):
            return known or unclear
        return replace(known, place=place if known.writers else "", doubt=known.doubt or _doubt(flow, place, book))
    if not written:
        return None if there is None else FoundFile(there, place, doubt=_doubt(flow, place, book))
    sure = all(_once(command, before, there if len(written) == 1 else "") for command, _ in written)
    if not sure or any(len(one.content.alternatives) != 1 for _, one in written):
        return unclear
    content = concat([one.content for _, one in written])
    writers = tuple(dict.fromkeys(command for command, _ in written))
    return _marked(content, place, writers, _doubt(flow, place, book)) or unclear


def _once(command: Command, before: Command, there: str | None) -> bool:
    """Whether a command puts a file there once and before another, or nothing is there then."""
    apart = command.calls or command.conditional
    plain = not (command.wrappers or command.looped or command.unordered or command.followed)
    return command.order < before.order and plain and (there is None or not apart)


def _touched(flow: Flow, place: str, before: Command, book: RuleBook) -> Iterator[Command | None]:
    """What changes the file besides copies: words that say so, and in the home folder any that name it, or a folder
    around it, as programs do that unpack something there."""
    if not place.startswith(ROOTED):
        others = tuple(one for one in flow.commands if _copied(one, place, book) is None)
        yield from (None for one in by_programs(replace(flow, commands=others), book) if matching(one, [place]))
        return
    name = posixpath.basename(place)
    clients = {name for one in book.package_clients.values() if before.name in one.programs for name in one.programs}
    still = LOOKING | book.programs.displays | clients | {"cp"}
    around = {"~", posixpath.dirname(place)}
    for command in flow.commands:
        words = [one.value for one in command.arguments]
        told = any(name in visible_text(one) for one in words)
        if command.name not in _COPIERS:
            told = told or any((place_of(one, command, book) or "").rstrip("/") in around for one in words)
        if told and command is not before and not command.followed and command.name not in still:
            yield command


def _doubt(flow: Flow, place: str, book: RuleBook) -> str:
    """What may be written there, too, as its name is not known; '' for nothing."""
    for command in flow.commands:
        for one in command.outputs:
            told = place_of(one.path, command, book) is not None
            if not told and _may_be(one, place) and not _harmless(one.content):
                return f"`{command.name or 'a program'}` writes a file that patless can't tell"
    return ""


def _may_be(output: Output, place: str) -> bool:
    texts = [posixpath.basename(text) for text in output.path.texts]
    known = len(texts) == len(output.path.alternatives) and not any("$" in text for text in texts)
    return not known or posixpath.basename(place) in texts


def _harmless(content: Value) -> bool:
    """Whether text is known, and sets nothing."""
    return all(isinstance(piece, Literal) and not {"<", "="}.intersection(piece.text) for piece in content.pieces)


def _copied(command: Command, place: str, book: RuleBook) -> str | None:
    """Where what a command copies to a place comes from, '' where that is not known; None for one that copies nothing
    there."""
    if command.name not in _COPIERS:
        return None
    shown = [(one.value.symbol() or "", one.value) for one in command.arguments]
    told = [text for text, _ in shown if text.startswith("-")]
    words = [value for text, value in shown if not text.startswith("-")]
    if any(_INTO.match(one) for one in told):
        return "" if place.startswith(ROOTED) else None
    if len(words) < 2:
        return None
    target, sources = place_of(words[-1], command, book), [place_of(one, command, book) for one in words[:-1]]
    name, plain = posixpath.basename(place), command.name == "cp"
    if target is None:
        return "" if name in (words[-1].symbol() or name) else None
    if target == place:
        return (sources[0] or "") if plain and len(sources) == 1 else ""
    folders = command.name != "cp" or any(_WHOLE.match(one) for one in told)
    if folders and place.startswith(ROOTED) and within(place, [target.rstrip("/")]):
        return ""
    if target != (posixpath.dirname(place) or "."):
        return None
    named = [one for one in sources if one is None or posixpath.basename(one) == name]
    return ((named[0] or "") if plain and len(named) == 1 else "") if named else None


def _marked(content: Value, place: str, writers: tuple[Command, ...], doubt: str) -> FoundFile | None:
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
    return FoundFile(text, "", place, writers, tuple(pieces), doubt)
