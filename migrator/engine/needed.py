"""The variables that logins read, where nothing that was read can give them a value: somebody has to store them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from migrator.engine.context import context_of
from migrator.engine.overwritten import NamedLine
from migrator.findings.settings import Settings
from migrator.fixes.judged_command import RuleContext
from migrator.flow.events import Command, Flow, VariableUse
from migrator.flow.queries import cleared, site, tested, unfollowed, unseen_before
from migrator.ir.nodes import Fallback
from migrator.ir.values import Input, Value
from migrator.platforms.platform import Platform
from migrator.reading.repository import Reading
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Role
from migrator.sinks.calls import authenticated_calls
from migrator.text.source import Source, Span
from migrator.text.view import View

_PLAIN = (Fallback.NONE, Fallback.REQUIRE)
_READERS = ("shell", "make", "just", "package_json")
"""Of files whose programs set no variable but by what they say. What a module of Python does to them, nobody knows."""
_EVAL = "eval"
_SOURCES = ("source", ".")
_TESTS = ("test", "[", "[[")


class _Login(Struct, frozen=True):
    """What one is given: the values of its user name, password and host."""

    command: Command
    values: tuple[Value, ...]


def needed(
    view: View, pipelines: Sequence[str], book: RuleBook, settings: Settings, platform: Platform, within: str
) -> frozenset[NamedLine]:
    """Where logins to Packages read which variables that have to come from outside: user name, password, and host.

    Only what the repository itself runs counts, `within` as in Reading. What may set a variable unseen leaves it out: a
    script that is read in part, what nobody has read and that runs before, a program around it, a machine with an
    environment of its own, whoever starts a pipeline that declares it. So does a default. A login does not count whose
    variables its script names otherwise than to expand them: it may ask whether they are there.
    """
    reading = Reading(view, book, settings, pipelines, platform, within)
    context = context_of(reading)
    return frozenset(place for step in reading.facts for place in _of(step, context))


def _of(step: StepFacts, context: RuleContext) -> Iterator[NamedLine]:
    if step.windows or step.elsewhere or context.book.runners.open(step.step.labels):
        return
    declared = {name for name, _ in step.step.variables}
    for shell in step.shells:
        if not shell.read or shell.trace.unread:
            continue
        for login in _logins(shell, step, context):
            uses = [use for value in login.values for use in _outside(shell.trace, value)]
            names = {use.read.name for use in uses}
            pieces = (piece for value in login.values for piece in value.pieces)
            holding = {reference.read.name for piece in pieces for reference in piece.provenance}
            if not names or _may_set(shell, login.command) or _asks(shell, names, holding):
                continue
            for use in uses:
                if use.read.name not in declared and not context.book.built_in.gives(use.read.name):
                    source, span = _shown(shell, use)
                    yield NamedLine(source.path, source.position(span.start).line, use.read.name)


def _logins(shell: Shell, step: StepFacts, context: RuleContext) -> Iterator[_Login]:
    """Logins, and calls with a credential of their own."""
    for login in shell.logins:
        if login.registry or (login.host_unknown and context.mentioned(step)):
            hosts = (sink.value for sink in login.sinks if sink.role is Role.HOST)
            yield _Login(login.command, (login.username, login.password, *hosts))
    known = {login.command for login in shell.logins}
    yield from (_Login(call.command, call.given) for call in authenticated_calls(shell.trace, context.book, known))


def _outside(flow: Flow, value: Value) -> Iterator[VariableUse]:
    """The reads on the way of a value which nothing but a variable from outside can answer."""
    wanted = {
        (reference.read.span, reference.calls): piece.name
        for piece in value.pieces
        if isinstance(piece, Input)
        and all(one.read.fallback in _PLAIN and not one.read.through for one in piece.provenance)
        for reference in piece.provenance
        if reference.definition is None and reference.read.name == piece.name
    }
    for use in flow.uses:
        if use.read.name == wanted.get(site(use)) and use.definitions == (None,) and not cleared(flow, use.read.span):
            yield use


def _may_set(shell: Shell, command: Command) -> bool:
    """Whether something that nobody has read may give a login its variables."""
    flow = shell.trace
    around = (
        one
        for one in flow.commands
        if one.wrappers and one is not command and (one.span.contains(command.span) or one.span.start in command.calls)
    )
    launcher = part.launcher if (part := shell.script.part(command.span.start)) else None
    return (
        any(unseen_before(flow, command))
        or any(one.name == _EVAL for one in flow.commands)
        or any(one.name in _SOURCES for one in unfollowed(flow))
        or any(around)
        or (launcher is not None and launcher.reader not in _READERS)
    )


def _asks(shell: Shell, names: Collection[str], holding: Collection[str]) -> bool:
    """Whether a script, or a file that it runs, does more with variables than to hand their values to a command, or to
    end where they are missing. `holding` are the variables that have these values on the way to the login."""
    flow = shell.trace
    harmless = {one for test in flow.presences if all(each.stops for each in test.decisions) for one in test.sites}
    asked = tested(flow) - harmless
    tests = {one.order for one in flow.commands if one.name in _TESTS}
    plain: set[tuple[str, int]] = set()
    for use in flow.uses:
        decides = use.command in tests or (use.command < 0 and use.definition is None)
        if site(use) in harmless or (site(use) not in asked and not decides):
            source, span = _shown(shell, use)
            plain.add((source.path, span.start))
        elif use.read.name in holding:
            return True
    word = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names)))})(?!\w)")
    texts = [(part.source, part.span) for part in shell.script.parts]
    texts += [(part.source, Span(0, len(part.source.text))) for part in shell.script.called]
    return any(
        (source.path, match.start()) not in plain and not _in_comment(source.text, match.start())
        for source, span in texts
        for match in word.finditer(source.text, span.start, span.end)
    )


def _in_comment(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith("#")


def _shown(shell: Shell, use: VariableUse) -> tuple[Source, Span]:
    return shell.script.source_at(use.read.name_span), shell.script.shown(use.read.name_span)
