"""Where the log could show the credential: tracing, and the variable printed elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.points import Point
from migrator.flow import queries
from migrator.frontends.shell.quoting import BRACES
from migrator.ir.values import Input, Literal, Piece, Unknown, inputs
from migrator.reading.steps import Shell, StepFacts
from migrator.text.patterns import regex
from migrator.text.source import Span

_EXPANDED = regex(r"\$\{?([A-Za-z_]\w*)")


def exposure(step: StepFacts, context: Context, login: PackagesLogin, points: Collection[Point]) -> tuple[Opinion, ...]:
    """Reasons where the native token could show in the log. `points` are where the login is edited, and the tests
    whether its variables are set."""
    traced, printed = tuple(_traced(login, points)), tuple(_displayed(step, context, login))
    detail = "the script prints its commands (`set -x`) where it uses the credential"
    reasons = (context.reason("traced", detail, "the token"),) if traced else ()
    shown = (context.reason("traced", f"the step prints {name} elsewhere", name) for name, _ in printed[:1])
    return (
        Opinion("where is it expanded while commands are traced?", traced, reasons),
        Opinion("what prints its password?", tuple(seen for _, seen in printed), tuple(shown)),
        Opinion("what prints its words where it fails?", assumptions=tuple(_told(login))),
    )


def _told(login: PackagesLogin) -> Iterator[str]:
    words = (piece for argument in login.command.arguments for piece in argument.value.pieces)
    if login.command.told and any(isinstance(one, Input) and one.name in login.password.origin.stored for one in words):
        yield "the log doesn't show the token where the login fails, though Python then prints the command"


def _traced(login: PackagesLogin, points: Collection[Point]) -> Iterator[Sighting]:
    """Tracing shows words that are expanded, assignments and tests, and nothing of a redirection."""
    trace, script, password = login.shell.trace, login.shell.script, login.password
    changed = [point.span for point in points if password.native in point.text]
    places: dict[Span, None] = {}
    for use in queries.traced(trace, queries.sites(password.value), changed):
        places[use.read.span] = None
    for command in trace.commands:
        if command.traced and any(queries.shows(command, span) for span in changed):
            places[command.span] = None
    yield from (Sighting("it is shown", script, span) for span in places)
    for definition in queries.sources(password.value):
        if definition.traced:
            yield Sighting(f"{definition.name} is set", script, definition.word.span if definition.word else None)


def _displayed(step: StepFacts, context: Context, login: PackagesLogin) -> Iterator[tuple[str, Sighting]]:
    """The variables of the password that a command prints, and which."""
    for shell in step.shells:
        for command in shell.trace.commands:
            if not queries.shown(command, context.book.programs):
                continue
            pieces = (piece for argument in command.arguments for piece in argument.value.pieces)
            for name in (name for piece in pieces for name in _in_full(piece)):
                if name in login.password.origin.stored:
                    yield name, Sighting(f"`{command.name}` prints {name}", shell.script, command.span)
        yield from _prompted(shell, context, login)


def _in_full(piece: Piece) -> tuple[str, ...]:
    """The variables whose whole text a piece of a word shows. A brace expansion does nothing to what is in it."""
    if isinstance(piece, Input):
        return (piece.name,)
    return piece.names if isinstance(piece, Unknown) and piece.why == BRACES else ()


def _prompted(shell: Shell, context: Context, login: PackagesLogin) -> Iterator[tuple[str, Sighting]]:
    """The same of what the shell shows before each command that it traces."""
    trace = shell.trace
    for one in trace.definitions if any(command.traced for command in trace.commands) else ():
        if one.name in context.book.programs.prompts:
            text = " ".join(piece.text for piece in one.value.pieces if isinstance(piece, Literal))
            for name in (*inputs([one.value]), *_EXPANDED.findall(text)):
                if name in login.password.origin.stored:
                    yield name, Sighting(f"{one.name} shows {name}", shell.script, one.word.span if one.word else None)
