"""Logins in text that is run, but not followed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from migrator.flow.events import Argument, Command
from migrator.flow.nested import SHELLS
from migrator.flow.runs import is_option
from migrator.ir.values import Input, Literal, Unknown, Value
from migrator.reading.steps import Shell
from migrator.rulebook.records import RuleBook
from migrator.sinks.invocations import invocation
from migrator.sinks.shown import encoded_logins, names_natives, shows_login, visible_text
from migrator.sinks.unfollowed import knows_no_package
from migrator.text.source import Span

EVALUATES = ("eval", "source", ".")
"""What runs the text, or the file, that it is told."""
_BEGINS = (";", "&", "|", "(", "{")
"""Behind what a command begins."""


class Hidden(Struct, frozen=True):
    """`what` shows the login, for people. `broken`: the text cannot even be read."""

    span: Span
    what: str
    broken: bool


def hidden_logins(shell: Shell, book: RuleBook) -> Iterator[Hidden]:
    """Where text that is run, but not followed, shows a login to Packages with other credentials than native ones."""
    for unread in shell.trace.unread:
        if shows_login(unread.text, book) and not names_natives(unread.text, book):
            yield Hidden(unread.span, "a script within the script", bool(unread.message))
    files = ((one.start, one.fragment.text) for one in shell.trace.called)
    for start, written in ((0, shell.script.text), *files):
        for span in encoded_logins(written, book):
            yield Hidden(Span(start + span.start, start + span.start + 1), "encoded text", False)
    for command, text in _written(shell):
        if shows_login(text, book) and not names_natives(text, book):
            yield Hidden(command.span, "a script that it writes itself", False)
    logins = {login.command for login in shell.logins}
    programs = "|".join(re.escape(program) for client in book.clients.values() for program in sorted(client.programs))
    inner = re.compile(rf"\b(?:{programs})\b[^\n|;&]{{0,200}}?\slogin\s")
    for command in shell.trace.commands:
        if command.followed or command in logins:
            continue
        values = [argument.value for argument in command.arguments]
        values += [command.stdin] if command.stdin and not knows_no_package(command, book) else []
        texts = [visible_text(value) for value in values]
        text = " ".join(texts)
        if called := invocation(command, book):  # `docker exec`, `docker run`: in a container
            unclear = bool(called.rest) and called.rest[0].text is None and _told_to_log_in(called.rest)
            if not unclear and not inner.search(text):
                continue
        elif command.name and command.name not in book.programs.carriers and not _may_log_in(command, texts, book):
            continue
        elif not command.name and not any(one.calls[: len(command.calls)] == command.calls for one in logins):
            values += _given(command, shell)
            text = " ".join(map(visible_text, values))
        stored = {piece.name for value in values for piece in value.pieces if isinstance(piece, Input)}
        if shows_login(text, book) and not names_natives(text, book) and not (stored and stored <= book.natives):
            unknown = f"comes from {command.unknown}" if command.unknown else "is not known"
            what = f"the words of `{command.name}`" if command.name else f"the words of a program that {unknown}"
            yield Hidden(command.span, what, False)


def _written(shell: Shell) -> Iterator[tuple[Command, str]]:
    """What is run by the name of a file that was written before, or where neither name is known: the text that is known
    of it."""
    texts: dict[str, list[str]] = {}
    for command in shell.trace.commands:
        ran = [command.program] if command.program else [_name(one.value) for one in command.arguments[:1]]
        if command.name in EVALUATES or command.name in SHELLS:
            ran = [_name(one.value) for one in command.arguments if not is_option(one)][:1]
        for path in () if command.followed else ran:
            yield from ((command, text) for text in texts.get(posixpath.basename(path), ()))
        made = [(output.path, output.content) for output in command.outputs]
        if command.name == "tee" and command.stdin:
            made += [(argument.value, command.stdin) for argument in command.arguments]
        for name, content in made:
            texts.setdefault(posixpath.basename(_name(name)), []).append(visible_text(content))


def _name(path: Value) -> str:
    return path.symbol() or "?"


def _given(command: Command, shell: Shell) -> Iterator[Value]:
    """The words of the calls that a command runs within: a function may run what it is given."""
    for one in shell.trace.commands:
        if one.followed and one.span.start in command.calls:
            yield from (argument.value for argument in one.arguments)


def unread_texts(shell: Shell, book: RuleBook) -> Iterator[tuple[Command, tuple[str, ...]]]:
    """The shells that run what other programs make of variables from outside, which nobody has read; and of which."""
    made: dict[str, tuple[str, ...]] = {}
    for command in shell.trace.commands:
        for output in command.outputs:
            if (path := output.path.symbol()) and (names := _made_of([output.content])):
                made[posixpath.normpath(path)] = names
        told = [argument for argument in command.arguments if not is_option(argument)]
        starts = command.name in EVALUATES or command.name in SHELLS
        ran = [command.program, *(one.text or "" for one in told[:1] if starts)]
        names = next((made[path] for one in ran if (path := posixpath.normpath(one)) in made), ())
        if not names and starts:
            values = [one.value for one in (told if command.name == "eval" else told[:1])]
            names = _made_of(values if told or command.stdin is None else [command.stdin])
        if names:
            yield command, names


def _made_of(values: Iterable[Value]) -> tuple[str, ...]:
    """The variables that commands in the values are made of in a way that is not known: where one may begin."""
    names: dict[str, None] = {}
    for row in (row for value in values for row in value.alternatives):
        before = ""
        for piece in row:
            if isinstance(piece, Unknown) and (not before.strip() or before.rstrip().endswith(_BEGINS)):
                names |= dict.fromkeys(piece.names)
            before = piece.text.rpartition("\n")[2] if isinstance(piece, Literal) else "?"
    return tuple(names)


def _may_log_in(command: Command, texts: Iterable[str], book: RuleBook) -> bool:
    """`oras login`, `make login`, `python -c '…login(…)'`: a program that is not known is told to log in, or is given
    text in which something does."""
    told = _told_to_log_in(command.arguments) or any(shows_login(text, book) for text in texts)
    return told and not knows_no_package(command, book)


def _told_to_log_in(arguments: Iterable[Argument]) -> bool:
    return any(argument.text == "login" for argument in arguments)
