"""Scripts of a `package.json`: `npm run x`, `yarn x`, `pnpm run x`, and those that other commands run as hooks."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence

from migrator.frontends.programs import FileCommand, Fragment, Program, command_line
from migrator.frontends.shell.programs import lower
from migrator.rulebook.programs import Launcher
from migrator.text.edits import Edit
from migrator.text.scalars import Runs
from migrator.text.source import Span

_RUN = ("run", "run-script")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_BLANK = " \t\r\n"
_NO_HOOKS = "--ignore-scripts"


def read(request: FileCommand) -> Program | None:
    """The script of that name between those that run before and after it, in the folder of the file."""
    line = command_line(request)
    if line is None:
        return None
    path = posixpath.join(line.folder, request.launcher.files[0])
    if (hooks := _hooks(request)) is not None:
        return _hooked(path, line.folder, request, hooks)
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


def _hooks(request: FileCommand) -> tuple[str, ...] | None:
    """The scripts that a command of the program runs as hooks, None for another command, or where options say which
    file is meant, or that none run."""
    launcher = request.launcher
    options = {(word or "").partition("=")[0] for word in request.words}
    if None in request.words or not options.isdisjoint(launcher.elsewhere | {_NO_HOOKS}):
        return None
    words = list(request.words)
    while words and str(words[0]).startswith("-"):
        option, equals, _ = str(words.pop(0)).partition("=")
        if option in launcher.folders | launcher.options and not equals:
            words = words[1:]
    return launcher.hooks.get(words[0] or "" if words else "")


def _hooked(path: str, folder: str, request: FileCommand, hooks: tuple[str, ...]) -> Program | None:
    text = request.file(path)
    spans = (_scripts(text) if text is not None else None) or {}
    names = [one for one in hooks if one in spans]
    fragments = tuple(_fragment(path, text or "", spans[one], False) for one in names)
    return Program(path, fragments, folder, len(request.words), whole=False) if names else None


def meant(launcher: Launcher, texts: Mapping[str, str], words: Sequence[str | None]) -> frozenset[str]:
    """Of the packages that the words name, all where they name none, those with a script that they name: also one that
    is a hook of a command."""
    told = {part for word in words for part in (word or "").split("=")}
    told |= {name for word in [*told] for name in launcher.hooks.get(word, ())}
    read = {path: _package(text) for path, text in texts.items()}
    scripts = frozenset().union(*(names for _, names in read.values()))
    having = frozenset(path for path, (_, names) in read.items() if names & told or (None in words and names))
    rest = {word.removeprefix("./").rstrip("/") for word in told - scripts}
    open_ = None in words or any(sign in word for word in rest for sign in "*!{") or any("..." in one for one in rest)
    named = frozenset(path for path, (name, _) in read.items() if not rest.isdisjoint(_names(path, name)))
    return having & named if named and not open_ else having


def _names(path: str, name: str) -> set[str]:
    """What a package is called: its name, with or without a scope, and its folder."""
    folder = posixpath.dirname(path)
    return {one for one in (name, name.rpartition("/")[2], folder, posixpath.basename(folder)) if one}


def _package(text: str) -> tuple[str, frozenset[str]]:
    """The name of a package and those of its scripts."""
    try:
        found = json.loads(text)
        scripts, name = found.get("scripts"), found.get("name")
    except (ValueError, AttributeError, RecursionError):
        return "", frozenset()
    return name if isinstance(name, str) else "", frozenset(scripts if isinstance(scripts, dict) else ())


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
