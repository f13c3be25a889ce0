"""Images that a build reads and pushes: https://docs.docker.com/reference/cli/docker/buildx/build/"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.named import named
from migrator.ir.paths import GLOB, Top, matching
from migrator.ir.values import Unknown, Value, symbol
from migrator.rulebook.sinks import Action, BuildSyntax
from migrator.sinks.invocations import Invocation
from migrator.sinks.texts import text_of
from migrator.sinks.uses import Files, ImageUse, of_expansion, of_row, of_value, unknown
from migrator.sinks.values import environment, known_start, subject_of
from migrator.text.patterns import regex

_FILES = ("Dockerfile", "Containerfile")
_MOST = 16
"""The most files that are read as alternatives of one Dockerfile."""
_BASED = regex(r"^[ \t]*FROM[ \t]", re.IGNORECASE | re.MULTILINE)
"""What no Dockerfile is without; an archive has none."""
_VARIABLE = regex(r"\$\{(\w+)\}")
_REFERENCE = regex(r"(?:^|,)ref=([^,]+)")
_OTHER_TYPE = regex(r"(?:^|,)type=(?!registry)[a-z]")
_PUSHES = regex(r"type=registry|push=true|(?:type|push)=\$\{")


class Arguments(Struct, frozen=True):
    """What a Dockerfile is built with: build arguments (None: not known), the target stage, and the names that other
    build contexts replace."""

    values: Mapping[str, str | None]
    target: str | None
    replaced: frozenset[str]


class FoundDockerfile(Struct, frozen=True):
    """A Dockerfile of a build; of one that is not known, `text` is None, and `why` says why. `shown` is what people are
    told of it, `path` is where it lies in the repository, '' where that is not known, or it does not."""

    text: str | None
    shown: str
    why: str = ""
    path: str = ""


def build_images(
    called: Invocation, syntax: BuildSyntax, files: Files, inline: str | None = None
) -> Iterator[ImageUse]:
    """What a build reads and pushes; `inline` is the text of a Dockerfile that is no file."""
    command, parsed = called.command, called.parsed
    contexts = [value.symbol() or "" for value in parsed.values(syntax.context)]
    for text in contexts:
        source = text.partition("=")[2]
        if source.startswith("docker-image://"):
            yield ImageUse(Action.PULL, source.removeprefix("docker-image://"), command)
        elif not text or _is_open(source, files):
            yield unknown(command, "a build context is not known", "a build context")
    target = parsed.values(syntax.target)
    replaced = frozenset(text.partition("=")[0] for text in contexts if text)
    arguments = Arguments(_arguments(called, syntax, files), target[-1].symbol() if target else None, replaced)
    if inline is not None:
        yield from dockerfile_images(command, inline, "the inline Dockerfile", arguments)
    else:
        yield from _dockerfiles(called, syntax, arguments, files)
    for value in parsed.values(syntax.cache):
        yield from _cached(Action.PULL, value, command)
    for value in parsed.values(syntax.cache_push):
        yield from _cached(Action.CACHE, value, command)
    pushed = parsed.has(syntax.push) or any(_may_push(value, files) for value in parsed.values(syntax.output))
    for value in parsed.values(syntax.tag):
        if pushed:
            yield from of_value(Action.PUSH, value, command)
        names = filter(None, map(symbol, value.alternatives))
        yield from (ImageUse(Action.NAME, name, command) for name in names)


def _is_open(text: str, files: Files) -> bool:
    """Whether text begins with a variable that may hold anything."""
    begin = _VARIABLE.match(text)
    return begin is not None and not files.built_in.gives(begin[1])


def _may_push(output: Value, files: Files) -> bool:
    text = output.symbol()
    return text is None or _PUSHES.search(text) is not None or _is_open(text, files)


def _arguments(called: Invocation, syntax: BuildSyntax, files: Files) -> dict[str, str | None]:
    arguments: dict[str, str | None] = {}
    for value in called.parsed.values(syntax.argument):
        name, equals, text = known_start(value.alternatives[0]).partition("=")
        if value.symbol() is None:
            arguments[name] = None
        else:
            arguments[name] = text if equals else environment(called.command, files.built_in).get(name)
    return arguments


def _dockerfiles(called: Invocation, syntax: BuildSyntax, arguments: Arguments, files: Files) -> Iterator[ImageUse]:
    """What the Dockerfile names, in every folder that the command may run in."""
    for one in dockerfiles(called, syntax, files):
        if one.text is None:
            yield unknown(called.command, one.why, one.shown)
        else:
            yield from dockerfile_images(called.command, one.text, one.shown, arguments)


def dockerfiles(called: Invocation, syntax: BuildSyntax, files: Files) -> Iterator[FoundDockerfile]:
    """Each text that may be the Dockerfile of a build."""
    command = called.command
    told = called.parsed.values(syntax.file)
    where = told[-1] if told else main_context(called)
    shown = where.symbol() or subject_of(where)
    if shown == "-":
        text = text_of(command.stdin, files.read) if command.stdin else None
        shown = "the Dockerfile on standard input"
        known = text is not None and _BASED.search(text)
        yield FoundDockerfile(text, shown) if known else FoundDockerfile(None, shown, f"{shown} is not known")
        return
    places = named(where, command.folders, files.built_in.clone)
    if isinstance(places, Top):
        yield from _one_of(places, where, bool(told), files)
        return
    for one in sorted(places) if places else [None]:
        if one is not None and GLOB.search(one):
            if files.adding:
                yield FoundDockerfile(None, one, f"{files.adding} may add files that `{one}` matches")
            else:
                yield from _one_of(Top(f"`{one}`", (one,)), where, bool(told), files)
            continue
        paths = [] if one is None else [one] if told else [posixpath.join(one, name) for name in _FILES]
        shown = paths[0] if paths and not told else shown
        found = [(path, text) for path in paths if path and (text := files.read(path)) is not None]
        if not found:
            why = f"{_called(shown)} is not in the repository, or the step changes it"
            yield FoundDockerfile(None, shown, why, paths[0] if paths else "")
        for path, text in found:  # which of them is read, depends on the client
            yield FoundDockerfile(text, shown, path=path)


def main_context(called: Invocation) -> Value:
    """The folder that a build takes in."""
    words = called.parsed.words
    return words[-1].value if words else Value.of(Unknown("a missing word"))


def _one_of(places: Top, where: Value, told: bool, files: Files) -> Iterator[FoundDockerfile]:
    """Each file that may be the Dockerfile, where something of its name is known."""
    patterns = places.patterns if told else [f"{one}/{name}" for one in places.patterns for name in _FILES]
    known = all(one.replace("*", "").strip("/") for one in places.patterns)
    found = sorted(matching(Top(places.why, tuple(patterns)), files.listed())) if known else []
    texts = [(path, text) for path in found if (text := files.read(path)) is not None]
    if not texts or len(texts) > _MOST or any(map(files.made, patterns)):
        subject = subject_of(where)
        yield FoundDockerfile(None, subject, f"the Dockerfile that {places.why or subject} names is not known")
        return
    yield from (FoundDockerfile(text, path, path=path) for path, text in texts)


def _called(shown: str) -> str:
    return shown if shown.rpartition("/")[2] in _FILES else f"the Dockerfile {shown}"


def dockerfile_images(command: Command, text: str, shown: str, arguments: Arguments) -> Iterator[ImageUse]:
    from migrator.frontends.documents.dockerfile import TooLarge, read_dockerfile

    try:
        images = read_dockerfile(text, arguments.values, arguments.target)
    except TooLarge as error:
        yield unknown(command, str(error), shown)
        return
    skipped = {name.lower() for name in arguments.replaced}
    for image in images:
        if (image.resolved or "").lower() not in skipped:
            yield from of_expansion(Action.READ, image.image, command)


def _cached(action: Action, value: Value, command: Command) -> Iterator[ImageUse]:
    """`NAME` or `type=registry,ref=NAME`; other types are no images."""
    for row in value.alternatives:
        start = known_start(row)
        if _OTHER_TYPE.search(start):
            continue
        found = _REFERENCE.search(start)
        reference = found[1] if found else start
        if symbol(row) is None and ":" not in reference.rpartition("/")[2]:
            yield from of_row(action, row, value, command)
        else:
            yield ImageUse(action, reference, command)
