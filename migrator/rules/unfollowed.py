"""Files of the repository that a step runs, that are not followed, and that show a login to Packages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migrator.findings.records import Finding
from migrator.flow.events import Command
from migrator.flow.files import FileGraph
from migrator.ir.paths import NONE, Paths, Top, joined
from migrator.reading.repository import Reading
from migrator.reading.steps import StepFacts
from migrator.rules.context import Context
from migrator.rules.unread import shows_login
from migrator.sinks.writers import written
from migrator.text.source import Source

_WORD = re.compile(
    r"""(?P<comment>\#\s*patless:\s*ignore\[.*)
    |(?P<before>\$\{?|\b(?:ENV|env)(?:\.|\[['"])|\b[gG]etenv\(['"])?(?P<text>[^\s"'`()\[\]{},;|&<>=]+)""",
    re.VERBOSE,
)
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_OPTION = re.compile(r"--?[a-z]+(?:-[a-z]+)*")
_HIDDEN = "•"


def audit(facts: StepFacts, context: Context) -> Iterator[Finding]:
    files = context.files.matched(joined(_may_run(facts, context)))
    for path in sorted(files - context.followed) if not isinstance(files, Top) else ():
        source = context.source(path)
        login = shows_login(source.text, context.book) if source else None
        if source is None or login is None or not _logs_in(source.text, context):
            continue
        yield context.finding(
            "registry-login",
            source,
            login,
            "a login to Packages stands in a file that a step runs and that is not followed",
            reasons=[context.reason("not-followed", f"what {path} does is not read", path)],
            uses=facts.uses,
        )


def hidden(facts: StepFacts, context: Context) -> tuple[list[str], list[str]]:
    """The files that the step runs, or may run, and that log in to Packages unseen; else what is taken for granted,
    where it is not known which files those are."""
    found = [path for path, text in called(facts, context.files) if _logs_in(text, context)]
    unknown = joined(paths for paths in _may_run(facts, context) if isinstance(paths, Top))
    if not isinstance(unknown, Top):
        return found, []
    files = context.files.matched(unknown)
    if isinstance(files, Top):
        return [*found, files.why], []
    texts = {path: context.files.text(path) or "" for path in sorted(files - context.followed)}
    found += [path for path, text in texts.items() if path not in found and _logs_in(text, context)]
    names = "file" if "**" in unknown.patterns else " or ".join(unknown.patterns)
    granted = f"which {names} runs is known only then, because of {unknown.why}, and none here logs in to Packages"
    return found, [] if found else [granted]


def called(facts: StepFacts, files: FileGraph) -> Iterator[tuple[str, str]]:
    """The repository's files that the step's commands name and that are not followed, as path and text."""
    followed = {part.source.path for part in facts.called}
    commands = (one for shell in facts.shells for one in shell.trace.commands if not one.followed)
    for command in commands:
        for paths in (_runs(command, files), files.may_read(command, words=1)):
            there = NONE if isinstance(paths, Top) else files.matched(paths)
            for path in sorted(there - followed) if not isinstance(there, Top) else ():
                if (text := files.text(path)) is not None:
                    yield path, text


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


def _may_run(facts: StepFacts, context: Context) -> Iterator[Paths]:
    for shell in facts.shells:
        made = written(shell.trace, context.book)
        yield from (_runs(one, context.files, made) for one in shell.trace.commands if not one.followed)


def _runs(command: Command, files: FileGraph, made: Paths = NONE) -> Paths:
    """What a command runs that is not followed. Of a file that a program finds by itself it runs only what it is told:
    where the file is known, that has been read."""
    found = files.may_run(command, made)
    launcher = files.programs.launcher(command.name)
    if launcher and launcher.files and not isinstance(found, Top):
        return frozenset({command.runs} if command.runs else ())
    return found


def _logs_in(text: str, context: Context) -> bool:
    """Whether a file logs in to Packages with something else than the native pair."""
    return shows_login(text, context.book) is not None and not all(name in text for name in context.book.natives)
