"""Images of a Compose project: https://docs.docker.com/reference/compose-file/"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from migrator.flow.events import Command
from migrator.ir.named import named
from migrator.ir.paths import Paths, Top, below, joined, normal, only
from migrator.ir.values import Literal, Unknown, Value
from migrator.rulebook.sinks import Action, ComposeSyntax
from migrator.sinks.builds import Arguments, dockerfile_images
from migrator.sinks.invocations import Invocation
from migrator.sinks.uses import Files, ImageUse, Read, of_expansion, unknown
from migrator.sinks.values import environment, subject_of
from migrator.text import yaml
from migrator.text.source import Source

if TYPE_CHECKING:
    from migrator.frontends.documents.compose import Build, Service

_T = TypeVar("_T")
_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_REMOTE = re.compile(r"(?:https?|git|ssh)(?:://|@)|-$|oci-layout://")
_CHOSEN = re.compile(r"^\s*COMPOSE_FILE\s*=\s*(\S+)", re.MULTILINE)


def compose_images(called: Invocation, syntax: ComposeSyntax, files: Files) -> Iterator[ImageUse]:
    """What the command does with the images of its project, in every folder that it may run in."""
    folders = called.command.folders
    each: list[Paths] = [folders] if isinstance(folders, Top) else [frozenset({one}) for one in sorted(folders)]
    uses = [use for folder in each for use in _in_folder(called, syntax, files, folder)]
    # It runs in one of several folders: what one project makes is not there for another one.
    yield from uses if len(each) == 1 else sorted(uses, key=lambda use: use.action is Action.NAME)


def _in_folder(called: Invocation, syntax: ComposeSyntax, files: Files, folder: Paths) -> Iterator[ImageUse]:
    from migrator.frontends.documents.compose import read_compose

    command, parsed = called.command, called.parsed
    given = [option.value for option in called.options if option.name in syntax.file and option.value is not None]
    given = [*given, *parsed.values(syntax.file)] or _chosen(command, files, folder)
    paths = [only(named(value, folder, files.built_in.clone)) for value in given]
    documents = [_document(path, files.read) for path in paths]
    if None in documents:
        value = given[documents.index(None)]
        shown = value.symbol() or subject_of(value)
        yield unknown(command, f"the Compose file {shown} cannot be read from the repository", shown)
        return
    if not given:
        found = (path for name in _NAMES if (path := only(below(folder, name))) and files.read(path) is not None)
        paths = [next(found, None)]
        documents = [_document(paths[0], files.read)]
        if documents == [None]:
            subject = paths[0] or "the Compose file"
            why = f"the Compose file {subject} cannot be read" if paths[0] else f"{subject} is not in the repository"
            yield unknown(command, why, subject)
            return
        stem, ending = posixpath.splitext(paths[0] or "")
        documents.append(_document(f"{stem}.override{ending}", files.read))
    project = read_compose(
        [one for document in documents for one in document or ()], environment(command, files.built_in)
    )
    for unread in project.unread:
        yield unknown(command, unread.why, unread.path or "the Compose file")
    for service in project.services:
        yield from _service(called, service, syntax, files, posixpath.dirname(paths[0] or ""))
    for model in project.models if syntax.read else ():
        yield from of_expansion(Action.READ, model, command)


def _chosen(command: Command, files: Files, folder: Paths) -> list[Value]:
    """The files that COMPOSE_FILE names, in the environment or in `.env`.

    https://docs.docker.com/compose/how-tos/environment-variables/envvars/
    """
    known = environment(command, files.built_in)
    if "COMPOSE_FILE" in known:
        text = known["COMPOSE_FILE"]
    else:
        there = only(below(folder, ".env"))
        found = _CHOSEN.search((files.read(there) if there else None) or "")
        text = found[1].strip("'\"") if found else ""
    if text is None:
        return [Value.of(Unknown("COMPOSE_FILE"))]
    return [Value.of(Literal(path)) for path in text.split(":") if path]


def _document(path: str | None, read: Read) -> tuple[object] | None:
    """What a file holds; None where that cannot be told."""
    return _asked(yaml.plain, path, read)


def _asked(question: Callable[[yaml.Node | None], _T], path: str | None, read: Read) -> tuple[_T] | None:
    """The answer for the document of a file; None where that cannot be read."""
    text = read(path) if path else None
    if path is None or text is None:
        return None
    try:
        return (question(yaml.read_yaml(Source(path, text.removeprefix("\ufeff")))),)
    except (yaml.YamlError, RecursionError):
        return None


def _service(
    called: Invocation, service: Service, syntax: ComposeSyntax, files: Files, folder: str
) -> Iterator[ImageUse]:
    command, parsed = called.command, called.parsed
    if service.build and syntax.build:
        yield from _built(command, service.build, files, folder)
    if service.build and (syntax.push or parsed.has(syntax.push_switch)):
        for image in (service.image, *service.build.tags):
            if image:
                yield from of_expansion(Action.PUSH, image, command)
    # With both, Compose tries to pull before it builds: docs.docker.com/reference/compose-file/build/
    built = service.build and (parsed.has(syntax.build_switch) or service.pull_policy in ("build", "never"))
    if service.image and syntax.read and not built:
        yield from of_expansion(Action.READ, service.image, command)
    if service.image and service.build and syntax.build:
        yield ImageUse(Action.NAME, service.image.resolved or "", command)
    for mount in service.mounts if syntax.read else ():
        yield from of_expansion(Action.READ, mount, command)


def _built(command: Command, build: Build, files: Files, folder: str) -> Iterator[ImageUse]:
    """What the build of a service reads."""
    for context in build.contexts:
        if context.image:
            yield from of_expansion(Action.READ, context.image, command)
    for cache in build.cache_from:
        yield from of_expansion(Action.PULL, cache, command)
    if build.dockerfile_inline:
        text, shown, why = build.dockerfile_inline.resolved, "the inline Dockerfile", build.dockerfile_inline.why
    else:
        path = _dockerfile(build, folder)
        text = files.read(path) if path else None
        shown = path or (build.context.written if build.context else "the Dockerfile")
        why = f"the Dockerfile {shown} is not in the repository"
    if text is None:
        yield unknown(command, why, shown)
        return
    replaced = frozenset(context.name for context in build.contexts)
    target = build.target.resolved if build.target else None
    yield from dockerfile_images(command, text, shown, Arguments(build.build_args, target, replaced))


def _dockerfile(build: Build, folder: str) -> str | None:
    """Its path; None where it cannot be told, or is not of the repository."""
    context = build.context.resolved if build.context else "."
    file = build.dockerfile.resolved if build.dockerfile else "Dockerfile"
    if context is None or file is None or _REMOTE.match(context) or "${" in context + file:
        return None
    return normal(posixpath.join(folder, context, file))


def may_read(command: Command, variable: str, read: Read) -> bool:
    """Whether a Compose file that a command names, or finds by itself, may take a variable from the environment."""
    from migrator.frontends.documents.compose import environment_names

    words: Sequence[str] = [argument.value.symbol() or "" for argument in command.arguments]
    names = [word for word in words if word.endswith((".yml", ".yaml"))] or _NAMES
    paths = joined(below(command.folders, name) for name in names)
    there = [] if isinstance(paths, Top) else [path for path in paths if read(path) is not None]
    taken = [_asked(environment_names, path, read) for path in there]
    return not taken or any(one is None or variable in one[0] for one in taken)
