"""Simple commands: what they do to the shell, what they print, and which program runs in the end."""

from __future__ import annotations

import posixpath
import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from migrator.credentials import words as word_shapes
from migrator.credentials.presence import PresenceTests
from migrator.credentials.state import State
from migrator.credentials.trace import (
    Argument,
    Command,
    Unread,
)
from migrator.credentials.values import (
    EMPTY,
    Definition,
    Unknown,
    Value,
)
from migrator.readers.shell import (
    Call,
    Function,
    ShellError,
    Statement,
    parse_shell,
)

_MAX_CALLS = 20
_SHELLS = {"bash", "sh", "dash", "ash", "zsh", "ksh"}
_ENDS = {"exit", "return"}
_CLONE = "BITBUCKET_CLONE_DIR"


class Commands(PresenceTests):
    """The part of the interpreter that knows programs and functions."""

    @abstractmethod
    def command(self, statement: Statement, state: State, stdin: Value | None) -> Value:
        """Follow the command of a statement and return its standard output."""

    def call(self, call: Call, statement: Statement, state: State, stdin: Value | None) -> Value:
        if not call.words:
            for assignment in call.assignments:
                self.assign(assignment, state, export=False)
            return EMPTY
        order, holder = self.order, self.holder
        self.tick(call.span)
        self.holder = order
        inner = state.copy()
        overrides: list[tuple[str, Value]] = []
        for assignment in call.assignments:
            self.assign(assignment, inner, export=True)
            overrides.append((assignment.name, self.lookup(assignment.name, inner)))
        first = call.words[0]
        self.testing = word_shapes.bare(first) in ("[", "test")
        arguments = self.arguments(call.words, state)
        self.testing = False
        self.holder = holder
        name, arguments, wrappers, extra = self.unwrap(arguments, state)
        overrides += extra
        command = Command(
            name=name,
            arguments=arguments,
            span=call.span,
            order=order,
            context=self.context,
            stdin=stdin,
            environment=state.environment,
            exported=state.exported,
            overrides=tuple(overrides),
            xtrace=state.xtrace,
            folder=state.folder,
            branches=self.branches,
            conditional=self.conditions > 0,
            looped=self.loops > 0,
            outputs=(),
            redirects=statement.redirects,
            wrappers=wrappers,
            consumed=self.consumed > 0,
        )
        self.followed = False
        output = self.effect(command, call, state, stdin)
        if not self.silent:
            self.commands.append(replace(command, followed=self.followed))
        self.followed = False
        return output

    def effect(self, command: Command, call: Call, state: State, stdin: Value | None) -> Value:
        """What a command does to the shell, and what it prints."""
        name, arguments = command.name, command.arguments
        if name in state.functions and not set(command.wrappers) & {"command", "exec"}:
            return self.follow(state.functions[name], arguments, call, state, stdin)
        texts = [argument.text for argument in arguments]
        match name:
            case "cd" | "pushd":
                self.change_folder(arguments, state)
            case "popd":
                state.folder = None
            case "set":
                self.options(texts, state)
            case "[" | "test":
                self.bracket(arguments, state)
            case "unset":
                for text in texts:
                    if text and not text.startswith("-"):
                        state.assign(text, (self.define(text, EMPTY, None, state),))
            case "read" | "mapfile" | "readarray" | "getopts":
                for text in texts:
                    if text and not text.startswith("-"):
                        state.assign(text, (self.define(text, Value.of(Unknown("what a command read")), None, state),))
            case "shift":
                count = int(texts[0]) if texts and texts[0] and texts[0].isdigit() else 1
                state.positional = state.positional[count:] if state.positional is not None else None
            case "source" | ".":
                self.source(arguments, state)
            case "eval":
                return self.evaluate(arguments, call, state, stdin)
            case _ if name in _SHELLS:
                return self.nested_shell(arguments, call, state, stdin)
            case _ if name in _ENDS or "exec" in command.wrappers:
                state.dead = name in _ENDS or state.dead
        return self.printed(command, stdin)

    def printed(self, command: Command, stdin: Value | None) -> Value:
        name, arguments = command.name, command.arguments
        texts = [argument.text for argument in arguments]
        if name == "echo":
            return word_shapes.echo(arguments)
        if name == "printf":
            return word_shapes.printf(arguments)
        pattern = self.programs.filters.get(name)
        if pattern and None not in texts and pattern.fullmatch(" ".join(text or "" for text in texts)):
            if stdin is not None:
                return stdin
            return Value.of(Unknown("standard input that nothing in the script feeds"))
        if name == "cat" or pattern:
            return Value.of(Unknown(f"a file or filter that `{name}` reads"))
        if name in ("cd", "set", "export", "[", "test", ":", "true", "false", "exit", "return", "shift", "unset"):
            return EMPTY
        return Value.of(Unknown(f"the output of `{name}`" if name else "the output of a command"))

    def unwrap(
        self, arguments: tuple[Argument, ...], state: State
    ) -> tuple[str, tuple[Argument, ...], tuple[str, ...], list[tuple[str, Value]]]:
        """The program that is run in the end, its words, and the wrappers and `NAME=value` words before it."""
        wrappers: list[str] = []
        overrides: list[tuple[str, Value]] = []
        while arguments:
            text = arguments[0].text
            name = posixpath.basename(text) if text else ""
            wrapper = self.programs.wrappers.get(name)
            if not wrapper or name in state.functions:
                return name, arguments[1:], tuple(wrappers), overrides
            rest = arguments[1:]
            skipped = 0
            while rest:
                head = rest[0].text
                if head == "--":
                    rest = rest[1:]
                    break
                if head and head.startswith("-") and head != "-":
                    takes_value = head in wrapper.options and "=" not in head
                    rest = rest[2:] if takes_value else rest[1:]
                elif wrapper.assignments and (override := word_shapes.assignment(rest[0])):
                    overrides.append(override)
                    rest = rest[1:]
                elif skipped < wrapper.words and (not wrapper.optional or (head or "").isdigit()):
                    skipped += 1
                    rest = rest[1:]
                else:
                    break
            if not rest:
                return name, arguments[1:], tuple(wrappers), overrides
            wrappers.append(name)
            arguments = rest
        return "", (), tuple(wrappers), overrides

    def follow(
        self, function: Function, arguments: tuple[Argument, ...], call: Call, state: State, stdin: Value | None
    ) -> Value:
        if function.name in self.calls or len(self.calls) >= _MAX_CALLS:
            return Value.of(Unknown(f"the output of `{function.name}`"))
        self.called.add(function.name)
        outer_context, outer_positional, dead = self.context, state.positional, state.dead
        self.context = (*outer_context, call.span.start)
        state.positional = self.positional(arguments, state)
        self.calls.append(function.name)
        fed = self.inputs(function.body.redirects, state, stdin)
        output = self.command(function.body, state, fed)
        self.calls.pop()
        self.context, state.positional = outer_context, outer_positional
        state.dead = dead
        self.followed = True
        return output

    def positional(self, arguments: Sequence[Argument], state: State) -> tuple[Definition, ...]:
        return tuple(
            self.define(str(index), argument.value, argument.word, state, positional=True)
            for index, argument in enumerate(arguments, 1)
        )

    def uncalled(self, state: State) -> None:
        """Functions that nothing calls are read as if something did, with parameters that nobody knows."""
        while True:
            name = next((name for name in reversed(state.functions) if name not in self.called), None)
            if name is None:
                return
            self.called.add(name)
            inner = state.copy()
            inner.positional = None
            inner.dead = False
            self.calls.append(name)
            self.conditions += 1
            self.command(state.functions[name].body, inner, None)
            self.conditions -= 1
            self.calls.pop()

    def change_folder(self, arguments: tuple[Argument, ...], state: State) -> None:
        targets = [argument for argument in arguments if not (argument.text or "").startswith("-")]
        state.folder = (
            self.resolve(targets[0].value, state) if len(targets) == 1 and len(arguments) == len(targets) else None
        )

    def resolve(self, path: Value, state: State) -> str | None:
        """A path relative to the clone directory; None where unknown or outside of it."""
        symbol = path.symbol()
        if symbol is None:
            return None
        clone = f"${{{_CLONE}}}"
        if symbol == clone or symbol.startswith(f"{clone}/"):
            joined = symbol.removeprefix(clone).lstrip("/")
        elif "${" in symbol or symbol.startswith(("/", "~")) or state.folder is None:
            return None
        else:
            joined = posixpath.join(state.folder, symbol)
        normal = posixpath.normpath(joined) if joined else ""
        return None if normal.startswith("..") else "" if normal == "." else normal

    def options(self, texts: Sequence[str | None], state: State) -> None:
        for index, text in enumerate(texts):
            named = texts[index + 1] if index + 1 < len(texts) and text in ("-o", "+o") else None
            for letter, name in (("x", "xtrace"), ("a", "allexport")):
                if text and (named == name or re.fullmatch(rf"[-+][a-z]*{letter}[a-z]*", text)):
                    setattr(state, name, text.startswith("-"))
        if texts and texts[0] == "--":
            state.positional = None

    def source(self, arguments: tuple[Argument, ...], state: State) -> None:
        """A sourced file may set what it mentions; a file that is not there may set anything that the script set."""
        if not arguments:
            return
        path = arguments[0].text
        if path and any(pattern.fullmatch(path) for pattern in self.programs.harmless_sources):
            return
        resolved = self.resolve(arguments[0].value, state)
        content = self.read(resolved) if resolved else None
        unknown = Value.of(Unknown(f"`{path}`, which is sourced" if path else "a file that is sourced"))
        if content is None:
            self.cloud(unknown, state)
            return
        for name in dict.fromkeys(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", content)):
            if re.search(rf"\b{name}\+?=|\bread\b.*\b{name}\b|\b(?:export|unset)\b.*\b{name}\b", content):
                definition = self.define(name, unknown, None, state)
                state.assign(name, (*state.environment.get(name, (None,)), definition))

    def cloud(self, unknown: Value, state: State) -> None:
        for name, definitions in state.environment.items():
            if any(definition is not None and definition.order >= 0 for definition in definitions):
                state.assign(name, (*definitions, self.define(name, unknown, None, state)))

    def evaluate(self, arguments: tuple[Argument, ...], call: Call, state: State, stdin: Value | None) -> Value:
        nested = word_shapes.nested_text(self.text, [a.word for a in arguments])
        if nested is None:
            sources = {program for argument in arguments for program in word_shapes.substituted_programs(argument.word)}
            if not sources or not sources <= self.programs.harmless_evals:
                self.cloud(Value.of(Unknown("what `eval` runs")), state)
            return Value.of(Unknown("what `eval` prints"))
        return self.nested(nested, call, state, stdin)

    def nested_shell(self, arguments: tuple[Argument, ...], call: Call, state: State, stdin: Value | None) -> Value:
        """`bash -c '…'`; a script file is not followed."""
        inner = state.copy()
        for index, argument in enumerate(arguments):
            text = argument.text
            if text is None or not text.startswith(("-", "+")):
                break
            self.options([text], inner)
            if re.fullmatch(r"-[a-z]*c", text) and index + 1 < len(arguments):
                inner.positional = self.positional(arguments[index + 3 :], state)
                nested = word_shapes.nested_text(self.text, [arguments[index + 1].word])
                if nested:
                    return self.nested(nested, call, inner, stdin)
                break
        return Value.of(Unknown("the output of a shell"))

    def nested(self, nested: word_shapes.Nested, call: Call, state: State, stdin: Value | None) -> Value:
        if len(self.calls) >= _MAX_CALLS:
            return Value.of(Unknown("the output of a shell"))
        try:
            statements = parse_shell(nested.text, nested.place)
        except ShellError as error:
            if not self.silent:
                self.unread.append(Unread(call.span, nested.text, str(error)))
            return Value.of(Unknown("shell that could not be read"))
        self.calls.append("")
        self.fixed_quotes += nested.double
        output = self.statements(statements, state, stdin)
        self.fixed_quotes -= nested.double
        self.calls.pop()
        self.followed = True
        return output
