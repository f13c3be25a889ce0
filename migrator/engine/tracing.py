"""What an analysis knew and asked about the findings at one line: from the records that it judged by, nothing anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from migrator.engine.analysis import report
from migrator.engine.context import context_of
from migrator.engine.showing import Secrets, Stages
from migrator.engine.walk import Followed, ShownRun, Trace, Walk
from migrator.findings.records import Finding, Use
from migrator.findings.settings import Settings
from migrator.fixes.judged_command import RuleContext
from migrator.fixes.opinion import Opinion
from migrator.flow.events import Command
from migrator.ir.paths import Top, matching
from migrator.platforms.platform import Platform
from migrator.reading import unfollowed
from migrator.reading.literals import spoken
from migrator.reading.repository import Reading
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks.channels import Sink
from migrator.sinks.escapes import escapes
from migrator.sinks.shown import shows_login
from migrator.text.source import Span
from migrator.text.view import View

_MOST_RUNS = 4


def trace(
    view: View, pipelines: Sequence[str], book: RuleBook, settings: Settings, platform: Platform, path: str, line: int
) -> Trace:
    """The walks of the findings at a line of a file, from 1, as `analyse` finds them."""
    reading = Reading(view, book, settings, pipelines, platform)
    context = context_of(reading)
    found = report(reading, context, tuple(pipelines))
    secrets = Secrets.of(found)
    at = [one for one in found.findings if one.path == path and one.position.line <= line <= _last(one)]
    steps = tuple(dict.fromkeys(use for step in reading.facts if _leads(step, path, line) for use in step.uses))
    return Trace(path, line, found, tuple(_walk(one, context, secrets) for one in at), steps)


def _last(finding: Finding) -> int:
    return max(finding.position.line, finding.end.line - (finding.end.column == 1))


def _leads(step: StepFacts, path: str, line: int) -> bool:
    """Whether a step runs a line of a pipelines file, or something in a file."""
    if any(part.source.path == path for part in step.called):
        return True
    source, parts = step.pipelines.source, [part.span for shell in step.shells for part in shell.script.parts]
    lines = ((source.position(span.start).line, source.position(span.end).line) for span in parts)
    return source.path == path and any(first <= line <= last for first, last in lines)


def _walk(finding: Finding, context: RuleContext, secrets: Secrets) -> Walk:
    steps = (step for step in context.steps if set(step.uses) & set(finding.uses))
    runs = [run for step in steps for run in _runs(step, finding, context, secrets)]
    return Walk(finding, tuple(runs[:_MOST_RUNS]), len(runs[_MOST_RUNS:]))


def _runs(step: StepFacts, finding: Finding, context: RuleContext, secrets: Secrets) -> Iterator[ShownRun]:
    asked: dict[Command | None, tuple[Opinion, ...]] = {}
    for judged in context.judged(step):
        asked |= {run.login.command: run.opinions for run in judged.runs}
    for shell in step.shells:
        stages = Stages(shell, secrets, context.book)
        for command, span in _found(shell, finding, context):
            login = next((one for one in shell.logins if one.command is command), None)
            sinks = login.sinks if login else _escaped(command, context) if command else ()
            yield ShownRun(
                Use(step.pipelines.source.path, step.pipelines.source.position(step.step.at)),
                shell.commands.name,
                stages.program(span),
                stages.known(command) if command else None,
                _followed(step, shell, context, stages),
                stages.login(login) if login else None,
                tuple(stages.sink(one, login) for one in sinks),
                tuple(one.scrubbed(partial(spoken, book=context.book)) for one in asked.get(command, ())),
            )


def _found(shell: Shell, finding: Finding, context: RuleContext) -> Iterator[tuple[Command | None, Span]]:
    """What of a shell a finding is about: commands, else assignments, else what runs the file that it is in."""

    def at(span: Span) -> bool:
        return shell.script.source_at(span).path == finding.path and shell.script.shown(span) == finding.span

    commands = [one for one in shell.trace.commands if at(one.span)]
    words = {one.word.span: None for one in shell.trace.definitions if one.word and at(one.word.span)}
    yield from ((one, one.span) for one in commands)
    if not commands:
        yield from ((None, span) for span in words)
    if not commands and not words and finding.path != shell.script.source.path:
        for command in shell.trace.commands:
            if not command.followed and matching(context.files.may_run(command), [finding.path]):
                yield command, command.span


def _escaped(command: Command, context: RuleContext) -> tuple[Sink, ...]:
    return tuple(sink for one in escapes(command, context.book) for sink in one.sinks)


def _followed(step: StepFacts, shell: Shell, context: RuleContext, stages: Stages) -> Followed:
    files = tuple(dict.fromkeys(part.source.path for part in shell.script.called))
    unread = ((one.message or "it is put together only then", stages.use(one.span)) for one in shell.trace.unread)
    unseen = tuple(one.what for one in shell.trace.opaque)
    return Followed(files, tuple(dict.fromkeys(_others(step, shell, context))), tuple(unread), unseen)


def _others(step: StepFacts, shell: Shell, context: RuleContext) -> Iterator[tuple[str, str]]:
    """The files that a step may run and that are not followed, and why."""
    broken = {one.path: one.message for one in shell.trace.unread if one.path}
    partly = {one.runs for one in shell.trace.commands}
    for found in unfollowed.may_run(step, context.files, context.book):
        if isinstance(found, Top):
            yield " or ".join(found.patterns), f"cannot tell which, because of {found.why}"
            continue
        for path in sorted(found):
            text = context.files.text(path)
            if path in broken:
                yield path, broken[path]
            elif path in partly:
                yield path, "what of it runs is known only then"
            elif text is None:
                yield path, "it is not in the repository"
            elif shows_login(text, context.book):
                yield path, "it is not a program that patless reads"
            else:
                yield path, "it shows no login to Packages"
