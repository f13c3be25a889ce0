"""Whether a build takes the file with the client's logins into an image: it lies in the context, and is copied."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from migrator.fixes.context import Context
from migrator.ir.named import located, named
from migrator.ir.paths import ROOT, Paths, Top, joined
from migrator.ir.values import Unknown, Value
from migrator.sinks.invocations import Invocation
from migrator.sinks.keeping import ROOTED
from migrator.sinks.login_files import FILES
from migrator.text.patterns import regex

_COPIES = regex(r"^[ \t]*(?:COPY|ADD)[ \t]+(?P<rest>(?:[^\n\\]|\\[^\n]|\\\n)*)", re.IGNORECASE | re.MULTILINE)
_WORD = regex(r"[^\s\[\]\",]+")
_BOUND = regex(r"--mount=\S{0,200}type=bind")
_NAMES = ("Dockerfile", "Containerfile")


def copies_login(called: Invocation, places: Iterable[str], context: Context) -> bool:
    """`places` are the login files and their folders, relative to the clone directory where they are in there."""
    inside = [place for place in places if not place.startswith(ROOTED) and not place.startswith("..")]
    syntax = called.syntax
    if syntax is None or not inside or not (syntax.build or syntax.bake or (syntax.compose and syntax.compose.build)):
        return False
    builds = list(_of_build(called, context)) if syntax.build else list(_of_compose(context))
    return any(_takes(folder, texts, place, context) for folder, texts in builds for place in inside)


def _of_build(called: Invocation, context: Context) -> Iterator[tuple[str, list[str | None]]]:
    """The contexts of a build, each with the texts of what may be its Dockerfile; None is one that is not known."""
    syntax, command, parsed = called.syntax, called.command, called.parsed
    assert syntax is not None
    assert syntax.build is not None
    clone = context.book.built_in.clone
    main = parsed.words[-1].value if parsed.words else Value.of(Unknown("a missing word"))
    told = parsed.values(syntax.build.file)
    for folder in _folders(named(main, command.folders, clone)):
        names = joined(named(one, command.folders, clone) for one in told)
        paths = [posixpath.join(folder, name) for name in _NAMES] if not told else sorted(_folders(names))
        texts = [text for path in paths if (text := context.file(path)) is not None]
        yield folder, [*texts] or [None]
    for value in parsed.values(syntax.build.context):
        path = (value.symbol() or "").partition("=")[2]
        if path and "://" not in path:
            for folder in _folders(located(path, command.folders, clone)):
                yield folder, [None]


def _of_compose(context: Context) -> Iterator[tuple[str, list[str | None]]]:
    """Any Dockerfile of the repository with its own folder, or the root."""
    for path in context.files.paths:
        if path.rpartition("/")[2].startswith(_NAMES):
            for folder in {path.rpartition("/")[0], ""}:
                yield folder, [context.file(path)]


def _folders(paths: Paths) -> frozenset[str]:
    return ROOT if isinstance(paths, Top) else paths


def _takes(folder: str, texts: Iterable[str | None], place: str, context: Context) -> bool:
    """Whether one of the Dockerfiles copies what is at a place of its context."""
    if folder and place != folder and not place.startswith(f"{folder}/"):
        return False
    short = posixpath.relpath(place, folder or ".")
    ignored = (context.file(posixpath.join(folder, ".dockerignore")) or "").split()
    paths = {short, *(posixpath.normpath(posixpath.join(short, name)) for name in FILES)}
    if any(fnmatchcase(path, one.strip("/").removeprefix("**/")) for one in ignored for path in paths):
        return False
    return any(
        text is None or _BOUND.search(text) or any(_covers(one, paths) for one in _sources(text)) for text in texts
    )


def _sources(text: str) -> list[str]:
    """What the instructions of a Dockerfile copy from the context."""
    found: list[str] = []
    for match in _COPIES.finditer(text):
        words = _WORD.findall(match["rest"])
        plain = [word for word in words if not word.startswith("--") and word != "\\"]
        if not any(word.startswith("--from") for word in words):
            found += plain[:-1]
    return found


def _covers(source: str, paths: set[str]) -> bool:
    short = posixpath.normpath(source.lstrip("/") or ".")
    return (
        short == "."
        or "$" in short
        or any(path == short or path.startswith(f"{short}/") or fnmatchcase(path, short) for path in paths)
    )
