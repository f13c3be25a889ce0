"""The folders that builds take in, and what their Dockerfiles copy of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.flow.events import Command
from migrator.frontends.documents.dockerignore import covers, leaves_out
from migrator.ir.paths import GLOB, Top, meet, normal
from migrator.ir.values import Literal, Unknown, Value
from migrator.rulebook.sinks import BuildSyntax
from migrator.sinks.bake import BUILD, bake_builds
from migrator.sinks.builds import FoundDockerfile, dockerfiles, main_context
from migrator.sinks.compose import compose_builds, dockerfile_path
from migrator.sinks.compose_projects import Missing
from migrator.sinks.invocations import Invocation
from migrator.sinks.keeping import ROOTED, placed, spelt
from migrator.sinks.uses import Files
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.frontends.documents.compose import Build
    from migrator.frontends.documents.interpolation import Expansion

_IGNORED = ".dockerignore"
_REMOTE = regex(r"[a-z0-9+.-]+://|[^/]*@|github\.com/|-$|target:|service:", re.IGNORECASE)
"""A context that is no folder of this machine."""
_ALL = (".",)


class BuildContext(Struct, frozen=True):
    """What a build may copy files of. `folder` is in the spelling of `spelt`, '' for the root, None where it is not
    known. `sources` are what a Dockerfile copies, `ignored` the texts that say what it cannot."""

    folder: str | None
    sources: tuple[str, ...]
    ignored: tuple[str, ...] = ()

    def takes(self, path: str, files: Files) -> bool:
        """Whether the build may copy a file into an image: a path in the same spelling, or a pattern of such."""
        unknown = None if path.startswith(ROOTED) else path
        short = unknown if self.folder is None else _inside(self.folder, path)
        if short is None:
            return False
        if GLOB.search(short):
            sources = (posixpath.join(self.folder or "", one) for one in self.sources)
            return any(files.read(posixpath.normpath(one)) is None for one in sources)
        if self.ignored and all(leaves_out(text, short) for text in self.ignored):
            return False
        return any(covers(one, short) is not False for one in self.sources)


def _inside(folder: str, path: str) -> str | None:
    """A path relative to a folder, None for one that is not in there."""
    if folder == "/":
        return path.lstrip("/")
    around = f"{folder}/" if folder else ""
    if path.startswith(ROOTED) != folder.startswith(ROOTED):
        return None
    if GLOB.search(path):
        return path if meet(Top("", (path,)), f"{around}**") else None
    return path.removeprefix(around) if path.startswith(around) else None


def builds(called: Invocation) -> bool:
    """Whether a command builds anything."""
    syntax = called.syntax
    return syntax is not None and bool(syntax.build or syntax.bake or (syntax.compose and syntax.compose.build))


def build_contexts(called: Invocation, files: Files) -> Iterator[BuildContext]:
    """What a command builds of; nothing for one that builds nothing."""
    syntax = called.syntax
    if syntax and syntax.build:
        yield from _of_build(called, syntax.build, None, files)
    if syntax and syntax.bake:
        builds = bake_builds(called, syntax.bake, files)
        for build, inline in () if isinstance(builds, str) else builds:
            yield from _of_build(build, BUILD, inline, files)
        if isinstance(builds, str):
            yield BuildContext(None, _ALL)
    if syntax and syntax.compose:
        for one in compose_builds(called, syntax.compose, files):
            yield from [BuildContext(None, _ALL)] if isinstance(one, Missing) else _of_service(*one, files)


def _of_build(called: Invocation, syntax: BuildSyntax, inline: str | None, files: Files) -> Iterator[BuildContext]:
    found = [FoundDockerfile(inline, "")] if inline is not None else list(dockerfiles(called, syntax, files))
    for folder in _folders(main_context(called), called.command, files):
        for one in found:
            yield _context(folder, one.text, one.path, files)
    for value in called.parsed.values(syntax.context):
        for folder in _folders(_behind(value), called.command, files):
            yield BuildContext(folder, _ALL)


def _of_service(build: Build, folder: str, files: Files) -> Iterator[BuildContext]:
    path = dockerfile_path(build, folder)
    inline = build.dockerfile_inline
    text = inline.resolved if inline else files.read(path) if path else None
    for place in _told(build.context, folder):
        yield _context(place, text, path, files)
    for context in build.contexts:
        if context.image in (None, context.source):  # which of both a variable names is not known
            yield from (BuildContext(place, _ALL) for place in _told(context.source, folder))


def _context(folder: str | None, text: str | None, path: str | None, files: Files) -> BuildContext:
    """A build with the text of its Dockerfile: which of several ignore files counts, depends on the builder."""
    from migrator.frontends.documents.dockerfile import copied

    ignored: list[str] = []
    if folder is not None and (main := files.read(posixpath.join(folder, _IGNORED))) is not None:
        others = [posixpath.join(folder, ".containerignore"), *([f"{path}{_IGNORED}"] if path else ())]
        texts = ["" if files.made(one) else files.read(one) for one in others]
        ignored = [main, *(one for one in texts if one is not None)]
    sources = copied(text) if text is not None else None
    return BuildContext(folder, _ALL if sources is None else sources, tuple(ignored))


def _folders(value: Value, command: Command, files: Files) -> Iterator[str | None]:
    """The folders that a context may be; none for what is no folder, None for one that is not known."""
    text = value.symbol() or ""
    short = spelt(text, files.built_in)
    if _REMOTE.match(text):
        return
    if short.startswith(("/", "~")):
        yield short
        return
    places = placed(value, command.folders, command.folders, files.built_in)
    if isinstance(places, Top):
        yield None
        return
    yield from (None if GLOB.search(one) else one for one in sorted(places))


def _behind(value: Value) -> Value:
    """What stands behind the first `=` of `NAME=FOLDER`."""
    text = value.symbol()
    return Value.of(Literal(text.partition("=")[2]) if text is not None else Unknown("a build context"))


def _told(told: Expansion | None, folder: str) -> Iterator[str | None]:
    """The folder that a Compose file names."""
    text = told.resolved if told else "."
    if text is None or "${" in text:
        yield None
    elif not _REMOTE.match(text):
        yield text if text.startswith(("/", "~")) else normal(posixpath.join(folder, text))
