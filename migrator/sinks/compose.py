"""Images of a Compose project: https://docs.docker.com/reference/compose-file/"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.paths import Paths, Top, below, joined, normal, only
from migrator.ir.values import Literal, Unknown, Value
from migrator.rulebook.sinks import Action, ComposeSyntax
from migrator.sinks.builds import Arguments, dockerfile_images
from migrator.sinks.invocations import Invocation
from migrator.sinks.uses import ImageUse, Read, of_expansion, unknown
from migrator.sinks.values import environment, subject_of
from migrator.sinks.writers import place
from migrator.text import yaml
from migrator.text.source import Source

if TYPE_CHECKING:
    from migrator.frontends.documents.compose import Build, ComposeFile

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_REMOTE = re.compile(r"(?:https?|git|ssh)(?:://|@)|-$|oci-layout://")
_CHOSEN = re.compile(r"^\s*COMPOSE_FILE\s*=\s*(\S+)", re.MULTILINE)


class _Unreadable(Exception):
    """A Compose file cannot be read. The message is a clause that says so, `subject` is the file."""

    def __init__(self, why: str, subject: str) -> None:
        super().__init__(why)
        self.subject = subject


class _Files(Struct, frozen=True):
    """What the Compose files of a project hold, and the folder that its paths are relative to."""

    documents: tuple[object, ...]
    folder: str


def compose_images(called: Invocation, syntax: ComposeSyntax, read: Read) -> Iterator[ImageUse]:
    """What the command does with the images of its project, in every folder that it may run in."""
    folders = called.command.folders
    each: list[Paths] = [folders] if isinstance(folders, Top) else [frozenset({one}) for one in sorted(folders)]
    uses = [use for folder in each for use in _in_folder(called, syntax, read, folder)]
    # It runs in one of several folders: what one project makes is not there for another one.
    yield from uses if len(each) == 1 else sorted(uses, key=lambda use: use.action is Action.NAME)


def _in_folder(called: Invocation, syntax: ComposeSyntax, read: Read, folder: Paths) -> Iterator[ImageUse]:
    from migrator.frontends.documents.compose import read_compose

    command, parsed = called.command, called.parsed
    given = [option.value for option in called.options if option.name in syntax.file and option.value is not None]
    given = [*given, *parsed.values(syntax.file)] or _chosen(command, read, folder)
    try:
        files = _given(given, read, folder) if given else _found(read, folder)
    except _Unreadable as error:
        yield unknown(command, str(error), error.subject)
        return
    project = read_compose(files.documents, environment(command))
    pushes = syntax.push or parsed.has(syntax.push_switch)
    yield from _project(command, project, syntax, pushes, parsed.has(syntax.build_switch), read, files.folder)


def _chosen(command: Command, read: Read, folder: Paths) -> list[Value]:
    """The files that COMPOSE_FILE names, in the environment or in `.env`.

    https://docs.docker.com/compose/how-tos/environment-variables/envvars/
    """
    known = environment(command)
    if "COMPOSE_FILE" in known:
        text = known["COMPOSE_FILE"]
    else:
        there = only(below(folder, ".env"))
        found = _CHOSEN.search((read(there) if there else None) or "")
        text = found[1].strip("'\"") if found else ""
    if text is None:
        return [Value.of(Unknown("COMPOSE_FILE"))]
    return [Value.of(Literal(path)) for path in text.split(":") if path]


def _given(values: Sequence[Value], read: Read, folder: Paths) -> _Files:
    """The files that the command is told. Raises _Unreadable."""
    documents: list[object] = []
    paths = [only(place(folder, value)) for value in values]
    for value, path in zip(values, paths, strict=True):
        document = _document(path, read)
        if document is None:
            shown = value.symbol() or subject_of(value)
            raise _Unreadable(f"the Compose file {shown} cannot be read from the repository", shown)
        documents += document
    return _Files(tuple(documents), posixpath.dirname(paths[0] or ""))


def _found(read: Read, folder: Paths) -> _Files:
    """The file that Compose finds by itself, with its override. Raises _Unreadable."""
    paths = (path for name in _NAMES if (path := only(below(folder, name))) and read(path) is not None)
    path = next(paths, None)
    if path is None:
        raise _Unreadable("the Compose file is not in the repository", "the Compose file")
    document = _document(path, read)
    if document is None:
        raise _Unreadable(f"the Compose file {path} cannot be read", path)
    stem, ending = posixpath.splitext(path)
    return _Files((*document, *(_document(f"{stem}.override{ending}", read) or ())), posixpath.dirname(path))


def _document(path: str | None, read: Read) -> tuple[object] | None:
    """What a file holds; None where that cannot be told."""
    text = read(path) if path else None
    if path is None or text is None:
        return None
    try:
        return (yaml.plain(yaml.read_yaml(Source(path, text.removeprefix("\ufeff")))),)
    except (yaml.YamlError, RecursionError):
        return None


def _project(
    command: Command,
    project: ComposeFile,
    syntax: ComposeSyntax,
    pushes: bool,
    builds: bool,
    read: Read,
    folder: str,
) -> Iterator[ImageUse]:
    for unread in project.unread:
        yield unknown(command, unread.why, unread.path or "the Compose file")
    for service in project.services:
        if service.build and syntax.build:
            yield from _service_build(command, service.build, read, folder)
        if service.build and pushes:
            for image in (service.image, *service.build.tags):
                if image:
                    yield from of_expansion(Action.PUSH, image, command)
        # With both, Compose tries to pull before it builds: docs.docker.com/reference/compose-file/build/
        built = service.build and (builds or service.pull_policy in ("build", "never"))
        if service.image and syntax.read and not built:
            yield from of_expansion(Action.READ, service.image, command)
        if service.image and service.build and syntax.build:
            yield ImageUse(Action.NAME, service.image.resolved or "", command)
        for mount in service.mounts if syntax.read else ():
            yield from of_expansion(Action.READ, mount, command)
    for model in project.models if syntax.read else ():
        yield from of_expansion(Action.READ, model, command)


def _service_build(command: Command, build: Build, read: Read, folder: str) -> Iterator[ImageUse]:
    for context in build.contexts:
        if context.image:
            yield from of_expansion(Action.READ, context.image, command)
    for cache in build.cache_from:
        yield from of_expansion(Action.PULL, cache, command)
    replaced = frozenset(context.name for context in build.contexts)
    arguments = Arguments(build.build_args, build.target.resolved if build.target else None, replaced)
    if build.dockerfile_inline:
        text, shown, why = build.dockerfile_inline.resolved, "the inline Dockerfile", build.dockerfile_inline.why
    else:
        context_path = build.context.resolved if build.context else "."
        file = build.dockerfile.resolved if build.dockerfile else "Dockerfile"
        path = None
        if context_path is not None and file is not None and not _REMOTE.match(context_path):
            path = normal(posixpath.join(folder, context_path, file)) if "${" not in context_path + file else None
        text = read(path) if path else None
        shown = path or (build.context.written if build.context else "the Dockerfile")
        why = f"the Dockerfile {shown} is not in the repository"
    if text is None:
        yield unknown(command, why, shown)
    else:
        yield from dockerfile_images(command, text, shown, arguments)


def may_read(command: Command, variable: str, read: Read) -> bool:
    """Whether a Compose file that a command names, or finds by itself, may take a variable from the environment."""
    from migrator.frontends.documents.compose import read_compose

    words = [argument.value.symbol() or "" for argument in command.arguments]
    paths = joined(
        below(command.folders, name) for name in [word for word in words if word.endswith((".yml", ".yaml"))] or _NAMES
    )
    there = [path for path in paths if read(path) is not None] if not isinstance(paths, Top) else []
    documents = [_document(path, read) for path in there]
    return not documents or any(one is None or variable in read_compose(one, {}).variables for one in documents)
