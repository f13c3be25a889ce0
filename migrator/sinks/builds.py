"""Images that a build reads and pushes: https://docs.docker.com/reference/cli/docker/buildx/build/"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.named import named
from migrator.ir.paths import Top, matching
from migrator.ir.values import Unknown, Value, symbol
from migrator.rulebook.sinks import Action, BuildSyntax
from migrator.sinks.invocations import Invocation, Parsed
from migrator.sinks.texts import text_of
from migrator.sinks.uses import Files, ImageUse, of_expansion, of_row, of_value, unknown
from migrator.sinks.values import environment, known_start, subject_of
from migrator.text.patterns import regex

_FILES = ("Dockerfile", "Containerfile")
_MOST = 16
"""The most files that are read as alternatives of one Dockerfile."""
_BASED = regex(r"^[ \t]*FROM[ \t]", re.IGNORECASE | re.MULTILINE)
"""What no Dockerfile is without; an archive has none."""
_REFERENCE = regex(r"(?:^|,)ref=([^,]+)")


class Arguments(Struct, frozen=True):
    """What a Dockerfile is built with: build arguments (None: not known), the target stage, and the names that other
    build contexts replace."""

    values: Mapping[str, str | None]
    target: str | None
    replaced: frozenset[str]


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
        elif not text:
            yield unknown(command, "a build context is not known", "a build context")
    target = parsed.values(syntax.target)
    replaced = frozenset(text.partition("=")[0] for text in contexts if text)
    arguments = Arguments(_arguments(called, syntax, files), target[-1].symbol() if target else None, replaced)
    if inline is not None:
        yield from dockerfile_images(command, inline, "the inline Dockerfile", arguments)
    else:
        yield from _dockerfiles(command, syntax, parsed, arguments, files)
    for value in parsed.values(syntax.cache):
        yield from _cached(value, command)
    for value in parsed.values(syntax.cache_push):
        for text in filter(None, map(symbol, value.alternatives)):
            if found := _REFERENCE.search(text):
                yield ImageUse(Action.CACHE, found[1], command)
    pushed = parsed.has(syntax.push) or any(
        re.search(r"type=registry|push=true", value.symbol() or "") for value in parsed.values(syntax.output)
    )
    for value in parsed.values(syntax.tag):
        if pushed:
            yield from of_value(Action.PUSH, value, command)
        names = filter(None, map(symbol, value.alternatives))
        yield from (ImageUse(Action.NAME, name, command) for name in names)


def _arguments(called: Invocation, syntax: BuildSyntax, files: Files) -> dict[str, str | None]:
    arguments: dict[str, str | None] = {}
    for value in called.parsed.values(syntax.argument):
        written = value.symbol()
        name, equals, text = (written if written is not None else known_start(value.alternatives[0])).partition("=")
        if written is None:
            arguments[name] = None
        else:
            arguments[name] = text if equals else environment(called.command, files.built_in).get(name)
    return arguments


def _dockerfiles(
    command: Command, syntax: BuildSyntax, parsed: Parsed, arguments: Arguments, files: Files
) -> Iterator[ImageUse]:
    """What the Dockerfile names, in every folder that the command may run in."""
    told = parsed.values(syntax.file)
    context = parsed.words[-1].value if parsed.words else Value.of(Unknown("a missing word"))
    where = told[-1] if told else context
    shown = where.symbol() or subject_of(where)
    if shown == "-":
        text = text_of(command.stdin, files.read) if command.stdin else None
        if text is None or not _BASED.search(text):
            yield unknown(command, "the Dockerfile on standard input is not known", "the Dockerfile on standard input")
        else:
            yield from dockerfile_images(command, text, "the Dockerfile on standard input", arguments)
        return
    places = named(where, command.folders, files.built_in.clone)
    if isinstance(places, Top):
        yield from _one_of(command, places, where, bool(told), arguments, files)
        return
    for one in sorted(places) if places else [None]:
        paths = [] if one is None else [one] if told else [posixpath.join(one, name) for name in _FILES]
        shown = paths[0] if paths and not told else shown
        texts = [text for path in paths if path and (text := files.read(path)) is not None]
        if not texts:
            yield unknown(command, f"{_called(shown)} is not in the repository, or the step changes it", shown)
        for text in texts:  # which of them is read, depends on the client
            yield from dockerfile_images(command, text, shown, arguments)


def _one_of(
    command: Command, places: Top, where: Value, told: bool, arguments: Arguments, files: Files
) -> Iterator[ImageUse]:
    """What each file names that may be the Dockerfile, where something of its name is known."""
    patterns = places.patterns if told else [f"{one}/{name}" for one in places.patterns for name in _FILES]
    known = all(one.replace("*", "").strip("/") for one in places.patterns)
    found = sorted(matching(Top(places.why, tuple(patterns)), files.listed())) if known else []
    texts = [(path, text) for path in found if (text := files.read(path)) is not None]
    if not texts or len(texts) > _MOST:
        subject = subject_of(where)
        yield unknown(command, f"the Dockerfile that {places.why or subject} names is not known", subject)
        return
    for path, text in texts:
        yield from dockerfile_images(command, text, path, arguments)


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


def _cached(value: Value, command: Command) -> Iterator[ImageUse]:
    """`--cache-from NAME` or `type=registry,ref=NAME`; other types are no images."""
    for row in value.alternatives:
        text = symbol(row)
        if text is None:
            start = known_start(row)
            reference = start.partition("ref=")[2] if "ref=" in start else start
            if ":" in reference.rpartition("/")[2]:
                yield ImageUse(Action.PULL, reference, command)
            else:
                yield from of_row(Action.PULL, row, value, command)
        elif "=" not in text or "type=registry" in text:
            found = _REFERENCE.search(text)
            yield ImageUse(Action.PULL, found[1] if found else text, command)
