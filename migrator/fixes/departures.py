"""What takes a credential out of a step: commands, files that are kept, variables of later steps, and tasks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from migrator.fixes.context import Context, once
from migrator.fixes.reasons.building import Building, buildings
from migrator.fixes.reasons.step_files import StepFiles
from migrator.flow.events import Command
from migrator.ir.named import located
from migrator.ir.paths import ROOT, only
from migrator.ir.values import Unknown, Value, inputs
from migrator.platforms.records import Task
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Role
from migrator.sinks.escapes import Escaped, escapes
from migrator.sinks.keeping import WrittenFiles, spelt, takes, within
from migrator.sinks.packages import host_of
from migrator.sinks.shown import visible_text
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

_LOGIN = regex(r"\blogin\b|--(?:src-|dest-)?creds\b|--(?:registry-|from-|to-)?password\b")
_VARIABLE = regex(r"\$\{?([A-Za-z_]\w*)")
_PERHAPS = "something that may outlive the step"


class Departure(Struct, frozen=True):
    """One place at which a credential leaves the step. `what` becomes of it, `who` takes it; `stored` are the variables
    that it takes along, `values` are what it is given. `lasting`: it is known to outlive the step."""

    source: Source
    span: Span
    who: str
    what: str
    stored: tuple[str, ...]
    values: tuple[Value, ...] = ()
    lasting: bool = True


@once
def departures(facts: StepFacts, context: Context) -> Iterator[Departure]:
    """Where a step hands on a Packages credential, or has something else log in with one: a command is named once."""
    files = StepFiles.of(facts.shells, context)
    built = buildings(facts, context)
    for shell, written in files.shells:
        for command in shell.trace.commands:
            found = _by_command(command, shell, written, files)
            if departure := next(found, None):
                yield departure
        yield from _kept(facts, shell, written, built, context)
    for task in facts.tasks:
        yield from _by_task(facts, task, files)


def _by_command(command: Command, shell: Shell, written: WrittenFiles, files: StepFiles) -> Iterator[Departure]:
    source, span = shell.script.source_at(command.span), shell.script.shown(command.span)
    context = files.context
    for escaped in escapes(command, context.book):
        values = _given(escaped, command, written)
        if not escaped.of(Role.SCRIPT):  # whose words are about another machine's files
            values += files.below(shell, command, [one.symbol() or "" for one in values])
        what, lasting = escaped.escape.what, True
        if escaped.of(Role.SCRIPT) and not _shows_login(command, values, context):
            what, lasting = _PERHAPS, False
            stored = _known(values, context)
        else:
            stored = _handed_on(escaped, values, context)
        if stored is not None:
            yield Departure(source, span, command.name, what, stored, tuple(values), lasting)
    taken, packed = [*files.taken(shell, command)], [*files.packed(shell, command)]
    if stored := _known(taken, context):
        yield Departure(source, span, command.name, f"a file that `{command.name}` takes along", stored, tuple(taken))
    if stored := _known(packed, context):
        yield Departure(source, span, command.name, _PERHAPS, stored, tuple(packed), lasting=False)


def _given(escaped: Escaped, command: Command, written: WrittenFiles) -> list[Value]:
    """What a command is given, and what is in the files among it that the script has written."""
    values = [sink.value for role in (Role.SCRIPT, Role.CREDENTIAL) for sink in escaped.of(role)]
    texts = (value.symbol() or "" for value in values)
    from_files = [content for text in texts for content in written.named(text, command.folders)]
    return [*values, *from_files, *(one for value in values for one in written.read(value, command.folders))]


def _shows_login(command: Command, values: Iterable[Value], context: Context) -> bool:
    """Whether shell for another machine logs in to Packages, in the words of a command or a file that it reads."""
    return logs_in(" ".join([*map(visible_text, values), *_read_by(command, values, context)]), context.book)


def _handed_on(escaped: Escaped, values: Iterable[Value], context: Context) -> tuple[str, ...] | None:
    """The stored variables that the command takes along; None where it takes no Packages credential."""
    book = context.book
    if escaped.escape.has(Role.SCRIPT):
        return _stored(values, book)
    if escaped.escape.has(Role.HOST):
        rows = (row for sink in escaped.of(Role.HOST) for row in sink.value.alternatives)
        hosts = [host_of(row) for row in rows]
        if any(host is not None and book.registry(host) for host in hosts):
            return _stored(values, book)
        if None not in hosts:
            return None
    return _known(values, context)


def _known(values: Iterable[Value], context: Context) -> tuple[str, ...] | None:
    """The passwords of logins to Packages among stored variables, None for none."""
    return tuple(name for name in _stored(values, context.book) if name in context.credentials) or None


def _read_by(command: Command, values: Iterable[Value], context: Context) -> Iterator[str]:
    """The texts of the repository's files that values are read from."""
    for value in values:
        for piece in value.pieces:
            if isinstance(piece, Unknown) and piece.path:
                path = only(located(piece.path, command.folders, context.book.built_in.clone))
                yield (context.file(path) if path else None) or ""


def logs_in(text: str, book: RuleBook) -> bool:
    """Whether text shows a login to Packages, its host as a whole name."""
    return bool(_LOGIN.search(text)) and any(
        re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", text) for host in book.hosts
    )


def _kept(
    facts: StepFacts, shell: Shell, written: WrittenFiles, built: Iterable[Building], context: Context
) -> Iterator[Departure]:
    """Credentials in files that the platform keeps, or a build, and in the file of the step's output variables."""
    outputs = f"${{{context.book.outputs_variable}}}"
    for command, path, content in written.events:
        stored = _known([content], context) or ()
        stays = stored and not written.gone(command, path)
        becomes = [*_becomes(facts, path, outputs, context.book)] if stays else []
        if stored and path and any(build.takes_written(shell, written, command, path) for build in built):
            becomes.append("a part of an image")
        source, span = shell.script.source_at(command.span), shell.script.shown(command.span)
        yield from (Departure(source, span, command.name, what, stored, (content,)) for what in becomes)


def _becomes(facts: StepFacts, path: str, outputs: str, book: RuleBook) -> Iterator[str]:
    if path == outputs:
        yield "a variable of later steps"
        return
    for kind, pattern in facts.step.kept:
        short = spelt(pattern, book.built_in)
        if not path or takes(short, path) or within(path, [short]):
            yield f"a part of {kind}"


def _by_task(facts: StepFacts, task: Task, files: StepFiles) -> Iterator[Departure]:
    """What a task is given: a login in text or in a file, a credential, or files that the script wrote one into."""
    context, book = files.context, files.context.book
    for _, scalar in task.variables:
        text = scalar.value
        path = only(located(text.strip(), ROOT, book.built_in.clone))
        told = (context.file(path) if path else None) or ""
        names = tuple(name for name in dict.fromkeys(_VARIABLE.findall(text)) if name not in book.natives)
        what = "a login elsewhere"
        if not logs_in(text, book) and not logs_in(told, book):
            short = spelt(text.strip(), book.built_in)
            left = (one for _, written in files.shells for one in written.staying)
            taken = [content for path, content in left if path and takes(short, path)]
            names = tuple(name for name in (*names, *_stored(taken, book)) if name in context.credentials)
            what = _PERHAPS
            if not names:
                continue
        yield Departure(facts.pipelines.source, scalar.span, task.what, what, names, lasting=False)


def _stored(values: Iterable[Value], book: RuleBook) -> tuple[str, ...]:
    return tuple(name for name in inputs(values) if name not in book.natives)
