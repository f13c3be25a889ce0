"""Images of a Compose project: https://docs.docker.com/reference/compose-file/"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from migrator.flow.events import Command
from migrator.ir.paths import normal, only
from migrator.ir.values import Literal, Unknown, Value
from migrator.rulebook.records import ComposeSyntax
from migrator.sinks.builds import Builds, environment
from migrator.sinks.invocations import Invocation, Parsed
from migrator.sinks.logins import subject_of
from migrator.sinks.uses import Action
from migrator.sinks.writers import inside
from migrator.text import yaml
from migrator.text.source import Source

if TYPE_CHECKING:
    from migrator.frontends.documents.compose import Build, ComposeFile

COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_REMOTE = re.compile(r"(?:https?|git|ssh)(?:://|@)|-$|oci-layout://")


class Composed(Builds):
    """The part of the search that knows Compose files."""

    def compose(self, called: Invocation, syntax: ComposeSyntax, parsed: Parsed) -> None:
        command = called.command
        given = [option.value for option in called.options if option.name in syntax.file and option.value is not None]
        given += parsed.values(syntax.file)
        given = given or self.chosen(command)
        documents: list[object] = []
        paths: list[str] = []
        path: str | None
        if given:
            for value in given:
                path = inside(command, value, self.book.built_in.clone)
                text = self.file(path) if path else None
                shown = value.symbol() or subject_of(value)
                document = _document(path or shown, text)
                if document is None:
                    self.unknown(command, f"the Compose file {shown} cannot be read from the repository", shown)
                    return
                documents.append(document[0])
                paths.append(path or "")
        elif (folder := only(command.folders)) is not None:
            found = next((name for name in COMPOSE_NAMES if self.file(posixpath.join(folder, name)) is not None), None)
            if found:
                path = posixpath.join(folder, found)
                document = _document(path, self.file(path))
                if document is None:
                    self.unknown(command, f"the Compose file {path} cannot be read", path)
                    return
                documents.append(document[0])
                paths.append(path)
                stem, ending = posixpath.splitext(path)
                override = _document("", self.file(f"{stem}.override{ending}"))
                documents += override or ()
        if not documents:
            self.unknown(command, "the Compose file is not in the repository", "the Compose file")
            return
        from migrator.frontends.documents.compose import read_compose

        project = read_compose(documents, environment(command, self.book.built_in))
        pushes = syntax.push or parsed.has(syntax.push_switch)
        builds = parsed.has(syntax.build_switch)
        self.project(command, project, syntax, pushes, builds, posixpath.dirname(paths[0]))

    def chosen(self, command: Command) -> list[Value]:
        """The files that COMPOSE_FILE names, in the environment or in `.env`.

        https://docs.docker.com/compose/how-tos/environment-variables/envvars/
        """
        known = environment(command, self.book.built_in)
        if "COMPOSE_FILE" in known:
            text = known["COMPOSE_FILE"]
        else:
            folder = only(command.folders) or ""
            found = re.search(
                r"^\s*COMPOSE_FILE\s*=\s*(\S+)", self.file(posixpath.join(folder, ".env")) or "", re.MULTILINE
            )
            text = found[1].strip("'\"") if found else ""
        if text is None:
            return [Value.of(Unknown("COMPOSE_FILE"))]
        return [Value.of(Literal(path)) for path in text.split(":") if path]

    def project(
        self, command: Command, project: ComposeFile, syntax: ComposeSyntax, pushes: bool, builds: bool, folder: str
    ) -> None:
        for unread in project.unread:
            self.unknown(command, unread.why, unread.path or "the Compose file")
        for service in project.services:
            if service.build and syntax.build:
                self.service_build(command, service.build, folder)
            if service.build and pushes:
                for image in (service.image, *service.build.tags):
                    if image:
                        self.expansion(Action.PUSH, image, command)
            # With both, Compose tries to pull before it builds: docs.docker.com/reference/compose-file/build/
            built = service.build and (builds or service.pull_policy in ("build", "never"))
            if service.image and syntax.read and not built:
                self.expansion(Action.READ, service.image, command)
            if service.image and service.build and syntax.build:
                self.local.add(service.image.resolved or "")
            for mount in service.mounts if syntax.read else ():
                self.expansion(Action.READ, mount, command)
        for model in project.models if syntax.read else ():
            self.expansion(Action.READ, model, command)

    def service_build(self, command: Command, build: Build, folder: str) -> None:
        replaced = set()
        for context in build.contexts:
            replaced.add(context.name)
            if context.image:
                self.expansion(Action.READ, context.image, command)
        for cache in build.cache_from:
            self.expansion(Action.READ, cache, command, local=False)
        target = build.target.resolved if build.target else None
        if build.dockerfile_inline:
            text = build.dockerfile_inline.resolved
            if text is None:
                self.unknown(command, build.dockerfile_inline.why, "the inline Dockerfile")
            else:
                self.dockerfile(command, text, "the inline Dockerfile", build.build_args, target, replaced)
            return
        context_path = build.context.resolved if build.context else "."
        file = build.dockerfile.resolved if build.dockerfile else "Dockerfile"
        path = None
        if (
            context_path is not None
            and file is not None
            and not _REMOTE.match(context_path)
            and "${" not in context_path + file
        ):
            path = normal(posixpath.join(folder, context_path, file))
        text = self.file(path) if path else None
        shown = path or (build.context.written if build.context else "the Dockerfile")
        if text is None:
            self.unknown(command, f"the Dockerfile {shown} is not in the repository", shown)
            return
        self.dockerfile(command, text, shown, build.build_args, target, replaced)


def _document(path: str, text: str | None) -> tuple[object] | None:
    if text is None:
        return None
    try:
        return (yaml.plain(yaml.read_yaml(Source(path, text.removeprefix("\ufeff")))),)
    except (yaml.YamlError, RecursionError):
        return None


def compose_variables(paths: Iterator[tuple[str, str]]) -> frozenset[str]:
    """The variables that Compose files take from the environment."""
    from migrator.frontends.documents.compose import read_compose

    names: set[str] = set()
    for path, text in paths:
        document = _document(path, text)
        if document:
            names.update(read_compose(document, {}).variables)
    return frozenset(names)
