"""Scripts of a `package.json`: `npm run x`, `yarn x`, `pnpm run x`."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator

from migrator.frontends.programs import Fragment, Program, Request, command_line
from migrator.frontends.shell.lowering import lower
from migrator.text.edits import Edit
from migrator.text.scalars import Runs
from migrator.text.source import Span

_RUN = ("run", "run-script")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_BLANK = " \t\r\n"


def read(request: Request) -> Program | None:
    """The script of that name between those that run before and after it, in the folder of the file."""
    line = command_line(request)
    if line is None:
        return None
    path = posixpath.join(line.folder, request.launcher.files[0])
    if not line.known:
        decided = not set(request.words).isdisjoint(_RUN) and request.file(path) is not None
        return Program(path, (), line.folder) if decided else None
    if not line.words:
        return None
    first, *rest = line.words
    launcher = request.launcher
    if first in _RUN and rest:
        name, *given = rest
    elif first in launcher.short or (not launcher.short and first not in {*launcher.commands, *_RUN}):
        name, given = first, rest
    else:
        return None
    text = request.file(path)
    spans = _scripts(text) if text is not None else None
    if text is None or not spans or name not in spans:
        return None
    around = [one for one in (f"pre{name}", f"post{name}") if one in spans]
    if request.program == "pnpm" and around:  # whether it runs them is a setting of its own
        return Program(path, (), line.folder)
    if given[:1] == ["--"]:
        given = given[1:]
    names = [one for one in (f"pre{name}", name, f"post{name}") if one in spans]
    fragments = tuple(_fragment(path, text, spans[one], bool(given) and one == name) for one in names)
    return Program(path, fragments, line.folder, len(request.words) - len(given))


def verified(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """Nothing but the scripts that are edited differs."""
    old, new = json.loads(before), json.loads(after)
    spans = _scripts(before) or {}
    edited = {name for name, span in spans.items() if any(span.contains(edit.span) for edit in edits)}
    covered = all(any(spans[name].contains(edit.span) for name in edited) for edit in edits)
    for name in edited:
        old["scripts"][name] = new["scripts"][name]
    return covered and bool(old == new)


def _scripts(text: str) -> dict[str, Span] | None:
    """Where each script's text stands, without its quotes; None where the file cannot be read."""
    try:
        if not isinstance(json.loads(text).get("scripts"), dict):
            return None
        start = dict(_members(text, _skip(text, 0)))["scripts"].start
        found = dict(_members(text, start))
    except (ValueError, AttributeError, RecursionError):
        return None
    return {name: Span(span.start + 1, span.end - 1) for name, span in found.items() if text[span.start] == '"'}


def _members(text: str, at: int) -> Iterator[tuple[str, Span]]:
    """The keys of the object that begins at a character, with where their values stand. The text is valid."""
    decoder = json.JSONDecoder()
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        _, end = decoder.raw_decode(text, start)
        yield key, Span(start, end)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at


def _fragment(path: str, text: str, span: Span, more: bool) -> Fragment:
    """A script's text. `more`: the words of the command come behind it."""
    runs = Runs()
    at = span.start
    while at < span.end:
        if text[at] != "\\":
            stop = text.find("\\", at, span.end)
            stop = span.end if stop < 0 else stop
            runs.copy(text[at:stop], at)
        elif text[at + 1] == "u":
            pair = text[at + 2 : at + 3].lower() == "d" and text[at + 6 : at + 8] == "\\u"
            stop = at + (12 if pair else 6)
            runs.decoded(json.loads(f'"{text[at:stop]}"'), at, stop - at)
        else:
            stop = at + 2
            runs.decoded(_ESCAPES.get(text[at + 1], text[at + 1]), at, 2)
        at = stop
    if more:
        runs.decoded(' "$@"', span.end, 1)
    value, mapped = runs.finish('"', span.start)
    return Fragment(path, value, mapped, lower)
