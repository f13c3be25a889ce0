"""Files of the repository that a step runs, that are not followed, and that show a login to Packages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from migrator.findings.records import Finding
from migrator.fixes.context import Context
from migrator.flow.events import Command
from migrator.ir.paths import only
from migrator.reading.repository import Reading
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import Programs, Rule
from migrator.sinks.shown import shows_login
from migrator.text.source import Source

_WORD = re.compile(
    r"""(?P<comment>\#\s*patless:\s*ignore\[.*)
    |(?P<before>\$\{?|\b(?:ENV|env)(?:\.|\[['"])|\b[gG]etenv\(['"])?(?P<text>[^\s"'`()\[\]{},;|&<>=]+)""",
    re.VERBOSE,
)
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_OPTION = re.compile(r"--?[a-z]+(?:-[a-z]+)*")
_HIDDEN = "•"


def audit(rule: Rule, facts: StepFacts, context: Context) -> Iterator[Finding]:
    programs = context.book.programs
    for path in dict.fromkeys(path for command in _commands(facts) for path in _run(command, programs)):
        source = None if path in context.followed else context.source(path)
        login = shows_login(source.text, context.book) if source else None
        if source is None or login is None or all(name in source.text for name in context.book.natives):
            continue
        yield rule.finding(
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
    """The files of findings that were not read otherwise, without all that may be a password: nothing is known of what
    the program does, so only the names of programs, hosts and options are left, and those of variables."""
    programs = reading.book.programs
    known = {"login", *programs.displays, *programs.interpreters}
    known |= {host for registry in reading.book.registries for host in registry.hosts}
    known |= {name for client in reading.book.clients.values() for name in client.programs}
    paths = {one.path for one in findings} - reading.sources.keys()
    found = {path: source for path in sorted(paths) if (source := reading.source(path)) is not None}

    def blank(match: re.Match[str]) -> str:
        text = match["text"]
        if match["comment"] or text in known or _OPTION.fullmatch(text) or (match["before"] and _NAME.fullmatch(text)):
            return match[0]
        return f"{match['before'] or ''}{_HIDDEN * len(text)}"

    return {path: Source(path, _WORD.sub(blank, source.text)) for path, source in found.items()}


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
        if word and (folder := only(command.folders)) is not None and not word.startswith(("/", "~")):
            yield posixpath.normpath(posixpath.join(folder, word))
