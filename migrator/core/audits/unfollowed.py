"""Files of the repository that a step runs, that are not followed, and that show a login to Packages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from migrator.core.audits.context import Context
from migrator.core.audits.unread import shows_login
from migrator.core.findings import Finding
from migrator.core.reading import Reading
from migrator.core.rules import Programs
from migrator.core.steps import StepFacts
from migrator.core.text import Source
from migrator.credentials.trace import Command

_STRING = re.compile(r"""(["'`])(?P<text>[^"'`\s$]{4,})\1""")
_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|-{1,2}[a-z-]+")


def audit(facts: StepFacts, context: Context) -> Iterator[Finding]:
    programs = context.book.programs
    for path in dict.fromkeys(path for command in _commands(facts) for path in _run(command, programs)):
        source = None if path in context.followed else context.source(path)
        login = shows_login(source.text, context.book) if source else None
        if source is None or login is None or all(name in source.text for name in context.book.natives):
            continue
        yield context.finding(
            "registry-login",
            source,
            login,
            "a login to Packages stands in a file that a step runs and that is not followed",
            reasons=[context.reason("not-followed", f"what {path} does is not read", path)],
            uses=facts.uses,
        )


def called(facts: StepFacts, source: Callable[[str], Source | None]) -> Iterator[tuple[str, str]]:
    """The repository's files that the step's commands name and that are not followed, as path and text."""
    followed = {part.source.path for part in facts.called}
    for command in _commands(facts):
        for path in _paths(command, (*_words(command)[:1], command.program)):
            if path not in followed and (found := source(path)) is not None:
                yield path, found.text


def shown(findings: Iterable[Finding], reading: Reading) -> dict[str, Source]:
    """The files of findings that were not read otherwise, without the text of strings that may be a password: nothing
    is known of what the program does with them."""
    known = {*reading.book.mentions, *(name for client in reading.book.clients.values() for name in client.programs)}
    paths = {one.path for one in findings} - reading.sources.keys()
    found = {path: source for path in sorted(paths) if (source := reading.source(path)) is not None}

    def blank(match: re.Match[str]) -> str:
        text = match["text"]
        plain = text in known or text == "login" or _NAME.fullmatch(text)
        return match[0] if plain else f"{match[1]}{'•' * len(text)}{match[1]}"

    return {path: Source(path, _STRING.sub(blank, source.text)) for path, source in found.items()}


def _commands(facts: StepFacts) -> Iterator[Command]:
    return (command for shell in facts.shells for command in shell.trace.commands if not command.followed)


def _run(command: Command, programs: Programs) -> Iterator[str]:
    """The paths of what a command may run, whether they exist or not."""
    launcher = programs.launcher(command.name)
    words = _words(command)
    if "/" in command.program:
        yield from _paths(command, (command.program,))
    if not command.name or (launcher and not launcher.files):  # an option may come before the file
        yield from _paths(command, words)
    elif command.name in programs.interpreters:
        yield from _paths(command, words[:1])
    if command.runs:
        yield command.runs


def _words(command: Command) -> list[str]:
    texts = [argument.text or "" for argument in command.arguments]
    return [text for text in texts if text and not text.startswith("-")]


def _paths(command: Command, words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word and command.folder is not None and not word.startswith(("/", "~")):
            yield posixpath.normpath(posixpath.join(command.folder, word))
