"""Images of a Compose project: https://docs.docker.com/reference/compose-file/"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from migrator.flow.events import Command
from migrator.ir.paths import normal
from migrator.rulebook.sinks import Action, ComposeSyntax
from migrator.sinks.builds import Arguments, dockerfile_images
from migrator.sinks.compose_projects import Missing, Project, projects
from migrator.sinks.invocations import Invocation
from migrator.sinks.uses import Files, ImageUse, of_expansion, unknown
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.frontends.documents.compose import Build, Service

_REMOTE = regex(r"(?:https?|git|ssh)(?:://|@)|-$|oci-layout://")


def compose_images(called: Invocation, syntax: ComposeSyntax, files: Files) -> Iterator[ImageUse]:
    """What the command does with the images of its project, in every folder that it may run in."""
    each = [_in_folder(called, syntax, files, project) for project in projects(called, syntax, files)]
    uses = [use for found in each for use in found]
    # It runs in one of several folders: what one project makes is not there for another one.
    yield from uses if len(each) == 1 else sorted(uses, key=lambda use: use.action is Action.NAME)


def _in_folder(called: Invocation, syntax: ComposeSyntax, files: Files, project: Project) -> Iterator[ImageUse]:
    command = called.command
    for missing in project.missing:
        yield unknown(command, missing.why, missing.subject)
    for part in project.parts:
        for service in part.file.services:
            yield from _service(called, service, syntax, files, part.folder)
        for model in part.file.models if syntax.read else ():
            yield from of_expansion(Action.READ, model, command)


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


def compose_builds(called: Invocation, syntax: ComposeSyntax, files: Files) -> Iterator[tuple[Build, str] | Missing]:
    """What a command builds of its project, with the folder that paths are relative to."""
    for project in projects(called, syntax, files) if syntax.build else ():
        yield from project.missing
        services = ((service, part.folder) for part in project.parts for service in part.file.services)
        yield from ((service.build, folder) for service, folder in services if service.build)


def compose_binds(called: Invocation, syntax: ComposeSyntax, files: Files) -> Iterator[str]:
    """What the services of a command's project mount, as `SOURCE:TARGET` or the source alone."""
    for project in projects(called, syntax, files) if syntax.read else ():
        services = (service for part in project.parts for service in part.file.services)
        yield from (bind.resolved or bind.written for service in services for bind in service.binds)


def _built(command: Command, build: Build, files: Files, folder: str) -> Iterator[ImageUse]:
    """What the build of a service reads."""
    for context in build.contexts:
        if context.image:
            yield from of_expansion(Action.READ, context.image, command)
    for cache in build.cache_from:
        yield from of_expansion(Action.PULL, cache, command)
    for cache in build.cache_to:
        yield from of_expansion(Action.CACHE, cache, command)
    if build.dockerfile_inline:
        text, shown, why = build.dockerfile_inline.resolved, "the inline Dockerfile", build.dockerfile_inline.why
    else:
        path = dockerfile_path(build, folder)
        text = files.read(path) if path else None
        told = build.context or build.dockerfile
        shown = path or (told.written if told else "Dockerfile")
        why = f"the Dockerfile {shown} is not in the repository"
    if text is None:
        yield unknown(command, why, shown)
        return
    replaced = frozenset(context.name for context in build.contexts)
    target = build.target.resolved if build.target else None
    yield from dockerfile_images(command, text, shown, Arguments(build.build_args, target, replaced))


def dockerfile_path(build: Build, folder: str) -> str | None:
    """Its path; None where it cannot be told, or is not of the repository."""
    context = build.context.resolved if build.context else "."
    file = build.dockerfile.resolved if build.dockerfile else "Dockerfile"
    if context is None or file is None or _REMOTE.match(context) or "${" in context + file:
        return None
    return normal(posixpath.join(folder, context, file))
