"""Images that the targets of a bake file read and push: https://docs.docker.com/reference/cli/docker/buildx/bake/"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from msgspec.structs import replace

from migrator.flow.events import Argument, Command
from migrator.ir.named import named
from migrator.ir.paths import only
from migrator.ir.values import Alternative, Input, Literal, Unknown, Value
from migrator.rulebook.sinks import Action, BakeSyntax, BuildSyntax
from migrator.sinks.builds import build_images
from migrator.sinks.invocations import Invocation, Option, Parsed
from migrator.sinks.uses import Files, ImageUse, unknown
from migrator.sinks.values import is_handed, value_of
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.frontends.documents.bake import BakeFile, BakeTarget, BakeText

_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_BAKE = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
_CHOSEN = ("BUILDX_BAKE_FILE", "BUILDX_BAKE_GIT_CONTEXT")
_ELSEWHERE = regex(r"[a-z0-9+-]+://|[^/]*@|github\.com/|/|-$|target:|~")
"""A context that is no folder of the repository."""
_MOST_ROWS = 16
BUILD = BuildSyntax(
    file=frozenset({"dockerfile"}),
    argument=frozenset({"args"}),
    target=frozenset({"target"}),
    tag=frozenset({"tags"}),
    cache=frozenset({"cache-from"}),
    cache_push=frozenset({"cache-to"}),
    context=frozenset({"contexts"}),
    push=frozenset({"push"}),
    output=frozenset({"output"}),
)
"""A target's attributes in the place of a build's options."""


def bake_images(called: Invocation, syntax: BakeSyntax, files: Files) -> Iterator[ImageUse]:
    """What a build of each target reads and pushes; of a file that is not plain nobody knows."""
    builds = bake_builds(called, syntax, files)
    if isinstance(builds, str):
        yield unknown(called.command, builds, "a bake file")
        return
    # Targets are built at the same time: what one of them makes is not there for another one.
    uses = [use for build, inline in builds for use in build_images(build, BUILD, files, inline)]
    yield from sorted(uses, key=lambda use: use.action is Action.NAME)


def bake_builds(called: Invocation, syntax: BakeSyntax, files: Files) -> list[tuple[Invocation, str | None]] | str:
    """Each target as a build of its own, and its inline Dockerfile; or why that is not known."""
    from migrator.frontends.documents.bake import BakeError, read_bake

    path = _file(called, syntax, files)
    if not path or (text := files.read(path)) is None:
        return "a bake file is not read"
    try:
        file = read_bake(path, text)
    except BakeError as error:
        return f"{error} ({path}:{error.line})" if error.line else f"{error} ({path})"
    targets = _targets(called, file)
    builds = [_build(called, target, file, syntax, linked) for target, linked in targets or ()]
    known = [build for build in builds if build is not None]
    return known if known and len(known) == len(builds) else f"what is built of {path} is not known"


def _file(called: Invocation, syntax: BakeSyntax, files: Files) -> str | None:
    """The one file that the command reads; None for several, and for what else it may be told."""
    command, parsed = called.command, called.parsed
    told = parsed.values(syntax.file)
    folder = only(command.folders)
    if folder is None or parsed.has(syntax.unread) or any(value_of(command, name) for name in _CHOSEN):
        return None
    if told:
        path = only(named(told[0], command.folders, files.built_in.clone)) if len(told) == 1 else None
        return path if path and path.endswith((".hcl", ".json")) else None
    there = [posixpath.join(folder, name) for name in (*_COMPOSE, *_BAKE)]
    found = [path for path in there if files.read(path) is not None or files.made(path)]
    return found[0] if len(found) == 1 and found[0].endswith(_BAKE) else None


def _targets(called: Invocation, file: BakeFile) -> list[tuple[BakeTarget, bool]] | None:
    """The targets that are built; True with those that only others build upon, and that are not pushed."""
    names = [word.text for word in called.parsed.words] or ["default"]
    chosen = file.chosen([name or "" for name in names])
    if chosen is None:
        return None
    found = {target.name: (target, False) for target in chosen}
    waiting = list(chosen)
    while waiting:
        for source in waiting.pop().mapped.get("contexts", {}).values():
            begin, *rest = source or ("",)
            if not isinstance(begin, str) or not begin.startswith("target:"):
                continue
            target = None if rest else file.targets.get(begin.removeprefix("target:"))
            if target is None:
                return None
            if target.name not in found:
                found[target.name] = target, True
                waiting.append(target)
    return list(found.values())


def _build(
    called: Invocation, target: BakeTarget, file: BakeFile, syntax: BakeSyntax, linked: bool
) -> tuple[Invocation, str | None] | None:
    """A target as a build of its own, and its inline Dockerfile; None where that cannot be told."""
    command = called.command
    texts = [*target.single.values(), *(one for texts in target.several.values() for one in texts)]
    texts += [text for pairs in target.mapped.values() for text in pairs.values() if text is not None]
    declared = {piece.name for text in texts for piece in text if not isinstance(piece, str)}
    if not declared <= file.variables.keys():
        return None

    def value(text: BakeText) -> Value:
        return _value(text, command, file.variables)

    context = value(target.single.get("context", (".",)))
    where = context.symbol()
    if where is None or _ELSEWHERE.match(where) or where.startswith("$"):
        return None
    inline: str | None = None
    options: list[Option] = []
    if "dockerfile-inline" in target.single:
        inline = value(target.single["dockerfile-inline"]).text
        if inline is None:
            return None
    elif "dockerfile" in target.single:
        dockerfile = value(target.single["dockerfile"])
        starts = [row[0] for row in dockerfile.alternatives]
        if any(not isinstance(one, Literal) or _ELSEWHERE.match(one.text) for one in starts):
            return None
        before = Literal("" if where == "." else f"{where.rstrip('/')}/")
        options.append(Option("dockerfile", Value(tuple((before, *row) for row in dockerfile.alternatives))))
    if "target" in target.single:
        options.append(Option("target", value(target.single["target"])))
    for key, several in target.several.items():
        if not (linked and key == "tags"):
            options += [Option(key, value(text)) for text in several]
    if None in target.mapped.get("contexts", {}).values():
        return None
    for key, pairs in target.mapped.items():
        for name, one in pairs.items():
            options.append(Option(key, value((f"{name}=", *one) if one is not None else (name,))))
    if called.parsed.has(syntax.push):
        options.append(Option("push", None))
    return replace(called, parsed=Parsed(tuple(options), (Argument(context, None),))), inline


def _value(text: BakeText, command: Command, variables: Mapping[str, str | None]) -> Value:
    """A text with what its variables may be, each the same wherever it stands."""
    names = list(dict.fromkeys(piece.name for piece in text if not isinstance(piece, str)))
    rows = [_rows(name, command, variables.get(name)) for name in names]
    if prod(map(len, rows)) > _MOST_ROWS:
        return Value.of(Unknown("variables of a bake file"))
    found: list[Alternative] = []
    for choice in product(*rows):
        given = dict(zip(names, choice, strict=True))
        parts = [(Literal(piece),) if isinstance(piece, str) else given[piece.name] for piece in text]
        found.append(tuple(piece for part in parts for piece in part) or (Literal(""),))
    return Value(tuple(dict.fromkeys(found)))


def _rows(name: str, command: Command, default: str | None) -> tuple[Alternative, ...]:
    """What a variable may be: that of the environment, which may be a stored one; its default where there is none."""
    value = value_of(command, name)
    if value is not None and is_handed(command, name):
        return value.alternatives
    rows = value.alternatives if value else ()
    defaults: tuple[Alternative, ...] = ((Literal(default),),) if default is not None else ()
    return (*defaults, (Input(name, ()),), *rows)
