"""Files that carry a credential from where it is expanded to the login, and who else may read them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence

from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.flow import queries
from migrator.flow.events import Command, Flow, Output
from migrator.flow.streams import TERMINALS, writes_nothing
from migrator.ir.values import Definition, Literal, Piece, Unknown, Value
from migrator.reading.steps import StepFacts
from migrator.rulebook.programs import Programs


def carrying(step: StepFacts, context: Context, login: PackagesLogin, logins: Sequence[PackagesLogin]) -> Opinion:
    """`logins` are those of the shell, which may read such a file."""
    trace = login.shell.trace
    seen: list[Sighting] = []
    readers: dict[str, str] = {}
    for writer, output in _carriers(trace, login):
        shown = output.path.symbol() or "a file"
        seen.append(Sighting(shown, login.shell.script, writer.span))
        if reader := _other_reader(step, context, writer, output, logins):
            readers.setdefault(shown, reader)
    detail = "the credential goes through {}, which {} may also read"
    reasons = (context.reason("credential-unresolved", detail.format(*one), one[0]) for one in readers.items())
    return Opinion("which file carries it, and who else may read that?", tuple(seen), tuple(reasons))


def _carriers(trace: Flow, login: PackagesLogin) -> Iterator[tuple[Command, Output]]:
    pieces = [piece for word in login.words for piece in word.value.pieces]
    own = login.login.written_by
    for command in trace.commands:
        for output in command.outputs if command not in own else ():
            written = [one for one in _pieces(output.content) if any(_from(piece, one) for piece in pieces)]
            if written and output.path.text not in TERMINALS:
                yield command, output


def _pieces(value: Value) -> Iterator[Piece]:
    """The pieces of a value, and those of what is in it in base64."""
    for piece in value.pieces:
        yield piece
        if isinstance(piece, Unknown) and piece.encoded:
            yield from piece.encoded.value.pieces


def _from(piece: Piece, written: Piece) -> bool:
    """Whether a piece of a value is one that was written somewhere, read again from there."""
    if type(piece) is not type(written):
        return False
    if isinstance(piece, Literal) and isinstance(written, Literal) and not written.provenance:
        return written.span is not None and piece.span == written.span
    count = len(written.provenance)
    return count > 0 and piece.provenance[-count:] == written.provenance


def _other_reader(
    step: StepFacts, context: Context, writer: Command, output: Output, logins: Sequence[PackagesLogin]
) -> str:
    """What may read the file besides the logins, or keep it; '' where nothing does until it is removed."""
    trace, programs = logins[0].shell.trace, context.book.programs
    own = {login.command.order for login in logins}
    for definition in trace.definitions:
        if _holds(definition.value, output.content) and not _is_for(logins, definition, trace, context):
            return f"what sets {definition.name}"
    for command in trace.commands:
        if command.order <= writer.order or command.followed or command.order in own:
            continue
        if _removes(command, writer, output):
            return ""
        if not _leaves_it(command, output, programs):
            return f"`{command.name or 'a program'}`"
    later = any(shell.order > logins[0].shell.order for shell in step.shells)
    what = "a later script" if later else next((kind for kind, _ in step.step.kept), "")
    return what or next((task.what for task in step.tasks), "")


def _is_for(logins: Sequence[PackagesLogin], definition: Definition, trace: Flow, context: Context) -> bool:
    """Whether nothing but logins sees a variable: each reads it for its words, and no program is given it."""
    sites = frozenset(one for login in logins for word in login.words for one in queries.sites(word.value))
    given = context.given(definition.name)
    told = any(queries.exported_to(command, definition, given) for command in queries.unfollowed(trace))
    return not told and all(queries.site(use) in sites for use in queries.readers(trace, definition))


def _holds(value: Value, content: Value) -> bool:
    return any(_from(piece, one) for piece in value.pieces for one in content.pieces)


def _removes(command: Command, writer: Command, output: Output) -> bool:
    """Whether a command surely removes the file."""
    same = command.branches == writer.branches and command.folders == output.folders and not command.looped
    return command.name == "rm" and same and output.path.text in [one.text for one in command.arguments]


def _leaves_it(command: Command, output: Output, programs: Programs) -> bool:
    """Whether a command neither reads the file nor hands on what is in there, but to what is looked at itself."""
    given: Collection[Value] = [one.value for one in command.arguments]
    held = any(_holds(value, output.content) for value in (*given, *((command.stdin,) if command.stdin else ())))
    if held or any(_holds(one.content, output.content) for one in command.outputs):
        passes = command.name in programs.filters or command.name in programs.displays
        return passes and command.consumed and not command.outputs
    if command.name in programs.filters:
        return command.consumed and not command.outputs
    name = posixpath.basename(output.path.symbol() or "") or "?"
    if command.name in programs.displays or command.name in programs.discreet:
        return True
    quiet = command.name in programs.keepers or writes_nothing(command, programs)
    return quiet and not any(name in (value.symbol() or name) for value in given)
