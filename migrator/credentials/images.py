"""Which images the commands of a script push and read, as far as reading can tell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.core.rules import BuildSyntax, ComposeSyntax, PackageCommand, RuleBook
from migrator.core.text import Source
from migrator.credentials import unfollowed
from migrator.credentials.invocations import Invocation, Parsed, invocation, parse
from migrator.credentials.logins import subject_of
from migrator.credentials.trace import Argument, Command, Trace
from migrator.credentials.values import Alternative, Stored, Text, Unknown, Value, symbol, union
from migrator.credentials.writers import inside, normal, written
from migrator.readers import yaml

if TYPE_CHECKING:
    from migrator.readers.compose import Build, ComposeFile
    from migrator.readers.interpolation import Expansion

_FILES = ("Dockerfile", "Containerfile")
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_SYMBOL = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_REMOTE = re.compile(r"(?:https?|git|ssh)(?:://|@)|-$|oci-layout://")
Read = Callable[[str], str | None]


class Action(StrEnum):
    PUSH = "push"
    READ = "read"


class ImageUse(Struct, frozen=True):
    """An image that a command pushes or reads. `reference` is as the command sees it, `${NAME}` standing for a stored
    variable; None where it cannot be told, and `why` and `subject` say what is missing."""

    action: Action
    reference: str | None
    command: Command
    why: str = ""
    subject: str = ""


def find_images(trace: Trace, book: RuleBook, read: Read, made: bool = False) -> tuple[ImageUse, ...]:
    """Every push and read of the script, in its order; of images that the script itself made only where `made`."""
    changed = written(trace, book)
    finder = _Finder(book, lambda path: None if path in changed else read(path), made)
    for command in trace.commands:
        called = invocation(unfollowed.carried(command, book) or command, book)
        if called:
            finder.call(called)
        else:
            finder.other(command)
    return tuple(finder.uses)


class _Finder:
    def __init__(self, book: RuleBook, read: Read, made: bool) -> None:
        self.book = book
        self.file = read
        self.made = made
        self.uses: list[ImageUse] = []
        self.local: set[str] = set()

    def call(self, called: Invocation) -> None:
        for syntax in called.client.commands:
            for words in sorted(syntax.words, key=len, reverse=True):
                rest = called.after(words)
                if rest is not None:
                    self.command(called, syntax, parse(rest, syntax.options))
                    return
        if not self.made and not any(called.after(words) is not None for words in self.harmless(called)):
            self.named(called.command, called.rest)

    def harmless(self, called: Invocation) -> Iterator[tuple[str, ...]]:
        """Sub-commands that read no package though they may name one: logins, and those about local images."""
        yield from called.client.login.commands if called.client.login else ()
        if pipe := self.book.push_pipe:
            yield from pipe.idle | pipe.local | pipe.removes

    def other(self, command: Command) -> None:
        """A program that is not known reads the images that it is given, as far as anyone can tell."""
        if client := unfollowed.carried_text(command, self.book):
            self.unknown(command, f"what `{command.name}` has `{client}` do is not followed", f"`{command.name}`")
        elif not unfollowed.knows_no_package(command, self.book):
            self.named(command, command.arguments)

    def named(self, command: Command, words: Sequence[Argument]) -> None:
        for name in unfollowed.named(words, self.book):
            if self.made or name not in self.local:
                self.add(ImageUse(Action.READ, name, command))

    def command(self, called: Invocation, syntax: PackageCommand, parsed: Parsed) -> None:
        command = called.command
        if syntax.unreadable:
            self.unknown(command, f"{syntax.unreadable} is not read", syntax.unreadable)
        if syntax.build:
            self.build(command, syntax.build, parsed)
            return
        if syntax.compose:
            self.compose(called, syntax.compose, parsed)
            return
        words = [word.value for word in parsed.words]
        for value in _which(syntax.local, words):
            self.local |= set(filter(None, map(symbol, value.alternatives)))
        for value in [*_which(syntax.read, words), *parsed.values(syntax.read_options)]:
            self.use(Action.READ, value, command, syntax.transport, local=syntax.words[0][0] not in ("pull",))
        for value in [*_which(syntax.push, words), *parsed.values(syntax.push_options)]:
            self.use(Action.PUSH, value, command, syntax.transport)
        if syntax.read == "first" and not syntax.push:
            self.named(command, parsed.words[1:])  # what the container runs

    def use(self, action: Action, value: Value, command: Command, transport: str = "", local: bool = True) -> None:
        for row in value.alternatives:
            text = symbol(row)
            if text is None:
                self.unresolved(action, row, value, command)
            elif transport and not text.startswith(transport):
                if _SYMBOL.match(text):
                    self.add(ImageUse(action, text, command))
            else:
                text = text.removeprefix(transport)
                if not (action is Action.READ and local and text in self.local and not self.made):
                    self.add(ImageUse(action, text, command))

    def unresolved(self, action: Action, row: Alternative, value: Value, command: Command) -> None:
        """A tag that nobody knows does not matter; a name does."""
        text = ""
        for piece in row:
            if isinstance(piece, Unknown):
                break
            text += f"${{{piece.name}}}" if isinstance(piece, Stored) else piece.text
        name = text.rpartition("/")[2]
        if ":" in name or "@" in name:
            self.add(ImageUse(action, text, command))
            return
        why = next((piece.why for piece in row if isinstance(piece, Unknown)), "a variable")
        self.add(ImageUse(action, None, command, f"its name comes from {why}", subject_of(value)))

    def unknown(self, command: Command, why: str, subject: str) -> None:
        self.add(ImageUse(Action.READ, None, command, why, subject))

    def expansion(self, action: Action, image: Expansion, command: Command, local: bool = True) -> None:
        from migrator.readers.interpolation import image_name

        text = image.resolved if image.resolved is not None else image_name(image)
        if text is None:
            self.add(ImageUse(action, None, command, image.why, next(iter(image.unknown), image.written)))
        elif not (action is Action.READ and local and text in self.local and not self.made):
            self.add(ImageUse(action, text, command))

    def add(self, use: ImageUse) -> None:
        if use.reference != "":
            self.uses.append(use)

    # docker build

    def build(self, command: Command, syntax: BuildSyntax, parsed: Parsed) -> None:
        arguments: dict[str, str | None] = {}
        for value in parsed.values(syntax.argument):
            written = value.symbol()
            name, equals, text = (written if written is not None else _known_start(value)).partition("=")
            if written is None:
                arguments[name] = None
            else:
                arguments[name] = text if equals else _environment(command).get(name)
        target = parsed.values(syntax.target)
        contexts = [value.symbol() or "" for value in parsed.values(syntax.context)]
        replaced = {text.partition("=")[0] for text in contexts if text}
        for text in contexts:
            name, _, source = text.partition("=")
            if source.startswith("docker-image://"):
                self.add(ImageUse(Action.READ, source.removeprefix("docker-image://"), command))
            elif not text:
                self.unknown(command, "a build context is not known", "a build context")
        self.dockerfiles(command, syntax, parsed, arguments, target[-1].symbol() if target else None, replaced)
        for value in parsed.values(syntax.cache):
            self.cache(value, command)
        pushed = parsed.has(syntax.push) or any(
            re.search(r"type=registry|push=true", value.symbol() or "") for value in parsed.values(syntax.output)
        )
        for value in parsed.values(syntax.tag):
            if pushed:
                self.use(Action.PUSH, value, command)
            self.local |= set(filter(None, map(symbol, value.alternatives)))

    def dockerfiles(
        self,
        command: Command,
        syntax: BuildSyntax,
        parsed: Parsed,
        arguments: Mapping[str, str | None],
        target: str | None,
        replaced: set[str],
    ) -> None:
        files = parsed.values(syntax.file)
        context = parsed.words[-1].value if parsed.words else Value.of(Unknown("a missing word"))
        if files:
            path = inside(command, files[-1])
            shown = files[-1].symbol() or subject_of(files[-1])
            paths = [path] if path else []
        else:
            folder = inside(command, context)
            paths = [posixpath.join(folder, name) for name in _FILES] if folder is not None else []
            shown = paths[0] if paths else context.symbol() or subject_of(context)
        texts = [text for path in paths if (text := self.file(path)) is not None]
        if not texts:
            self.unknown(command, f"the Dockerfile {shown} is not in the repository", shown)
        for text in texts:  # which of them is read, depends on the client
            self.dockerfile(command, text, shown, arguments, target, replaced)

    def dockerfile(
        self,
        command: Command,
        text: str,
        shown: str,
        arguments: Mapping[str, str | None],
        target: str | None,
        replaced: Iterable[str],
    ) -> None:
        from migrator.readers.dockerfile import TooLarge, read_dockerfile

        try:
            images = read_dockerfile(text, arguments, target)
        except TooLarge as error:
            self.unknown(command, str(error), shown)
            return
        skipped = {name.lower() for name in replaced}
        for image in images:
            if (image.resolved or "").lower() not in skipped:
                self.expansion(Action.READ, image.image, command)

    def cache(self, value: Value, command: Command) -> None:
        """`--cache-from NAME` or `type=registry,ref=NAME`; other types are no images."""
        for row in value.alternatives:
            text = symbol(row)
            if text is not None and "=" in text and "type=registry" not in text:
                continue
            if text is not None and (found := re.search(r"(?:^|,)ref=([^,]+)", text)):
                self.add(ImageUse(Action.READ, found[1], command))
            elif text is None and any(isinstance(piece, Unknown) for piece in row):
                start = _known_start(Value((row,)))
                reference = start.partition("ref=")[2] if "ref=" in start else start
                if ":" in reference.rpartition("/")[2]:
                    self.add(ImageUse(Action.READ, reference, command))
                else:
                    self.unresolved(Action.READ, row, value, command)
            elif text is not None:
                self.use(Action.READ, Value((row,)), command, local=False)

    # docker compose

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
                path = inside(command, value)
                text = self.file(path) if path else None
                shown = value.symbol() or subject_of(value)
                document = _document(path or shown, text)
                if document is None:
                    self.unknown(command, f"the Compose file {shown} cannot be read from the repository", shown)
                    return
                documents.append(document[0])
                paths.append(path or "")
        elif (folder := command.folder) is not None:
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
        from migrator.readers.compose import read_compose

        project = read_compose(documents, _environment(command))
        pushes = syntax.push or parsed.has(syntax.push_switch)
        builds = parsed.has(syntax.build_switch)
        self.project(command, project, syntax, pushes, builds, posixpath.dirname(paths[0]))

    def chosen(self, command: Command) -> list[Value]:
        """The files that COMPOSE_FILE names, in the environment or in `.env`.

        https://docs.docker.com/compose/how-tos/environment-variables/envvars/
        """
        environment = _environment(command)
        if "COMPOSE_FILE" in environment:
            text = environment["COMPOSE_FILE"]
        else:
            folder = command.folder or ""
            found = re.search(
                r"^\s*COMPOSE_FILE\s*=\s*(\S+)", self.file(posixpath.join(folder, ".env")) or "", re.MULTILINE
            )
            text = found[1].strip("'\"") if found else ""
        if text is None:
            return [Value.of(Unknown("COMPOSE_FILE"))]
        return [Value.of(Text(path)) for path in text.split(":") if path]

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


def _which(which: str, words: Sequence[Value]) -> Sequence[Value]:
    match which:
        case "first":
            return words[:1]
        case "last":
            return words[-1:]
        case "rest":
            return words[1:]
        case "all":
            return words
    return ()


def _known_start(value: Value) -> str:
    text = ""
    for piece in value.alternatives[0]:
        if isinstance(piece, Unknown):
            break
        text += f"${{{piece.name}}}" if isinstance(piece, Stored) else piece.text
    return text


def _environment(command: Command) -> dict[str, str | None]:
    """What the step's variables are for files that expand them: text, with `${NAME}` for what is stored elsewhere."""
    known: dict[str, str | None] = {
        name: f"${{{name}}}" for name in ("BITBUCKET_WORKSPACE", "BITBUCKET_REPO_SLUG", "BITBUCKET_REPO_FULL_NAME")
    }
    for name, definitions in command.environment.items():
        values = [definition.value if definition else Value.of(Stored(name, ())) for definition in definitions]
        known[name] = union(values).symbol()
    for name, value in command.overrides:
        known[name] = value.symbol()
    return known


def _document(path: str, text: str | None) -> tuple[object] | None:
    if text is None:
        return None
    try:
        return (yaml.plain(yaml.read_yaml(Source(path, text.removeprefix("\ufeff")))),)
    except (yaml.YamlError, RecursionError):
        return None


def compose_variables(paths: Iterator[tuple[str, str]]) -> frozenset[str]:
    """The variables that Compose files take from the environment."""
    from migrator.readers.compose import read_compose

    names: set[str] = set()
    for path, text in paths:
        document = _document(path, text)
        if document:
            names.update(read_compose(document, {}).variables)
    return frozenset(names)
