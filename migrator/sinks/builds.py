"""Images that a build reads and pushes: https://docs.docker.com/reference/cli/docker/buildx/build/"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from migrator.flow.events import Command
from migrator.ir.values import Input, Unknown, Value, symbol, union
from migrator.rulebook.records import BuildSyntax, BuiltIn
from migrator.sinks.invocations import Parsed
from migrator.sinks.logins import subject_of
from migrator.sinks.uses import Action, ImageUse, Uses, known_start
from migrator.sinks.writers import inside

_FILES = ("Dockerfile", "Containerfile")


class Builds(Uses):
    """The part of the search that knows Dockerfiles."""

    def build(self, command: Command, syntax: BuildSyntax, parsed: Parsed) -> None:
        arguments: dict[str, str | None] = {}
        for value in parsed.values(syntax.argument):
            written = value.symbol()
            name, equals, text = (written if written is not None else known_start(value)).partition("=")
            if written is None:
                arguments[name] = None
            else:
                arguments[name] = text if equals else environment(command, self.book.built_in).get(name)
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
        for value in parsed.values(syntax.cache_push):
            for text in filter(None, map(symbol, value.alternatives)):
                if found := re.search(r"(?:^|,)ref=([^,]+)", text):
                    self.add(ImageUse(Action.CACHE, found[1], command))
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
            path = inside(command, files[-1], self.book.built_in.clone)
            shown = files[-1].symbol() or subject_of(files[-1])
            paths = [path] if path else []
        else:
            folder = inside(command, context, self.book.built_in.clone)
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
        from migrator.frontends.documents.dockerfile import TooLarge, read_dockerfile

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
                start = known_start(Value((row,)))
                reference = start.partition("ref=")[2] if "ref=" in start else start
                if ":" in reference.rpartition("/")[2]:
                    self.add(ImageUse(Action.READ, reference, command))
                else:
                    self.unresolved(Action.READ, row, value, command)
            elif text is not None:
                self.use(Action.READ, Value((row,)), command, local=False)


def environment(command: Command, built_in: BuiltIn) -> dict[str, str | None]:
    """What the step's variables are for files that expand them: text, with `${NAME}` for what is stored elsewhere."""
    named = (built_in.workspace, built_in.repository, built_in.full_name)
    known: dict[str, str | None] = {name: f"${{{name}}}" for name in named}
    for name, definitions in command.environment.items():
        values = [definition.value if definition else Value.of(Input(name, ())) for definition in definitions]
        known[name] = union(values).symbol()
    for name, value in command.overrides:
        known[name] = value.symbol()
    return known
