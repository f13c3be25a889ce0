"""Simple commands: what they do to the shell, what they print, and which program runs in the end."""

from __future__ import annotations

import posixpath
import re
from abc import abstractmethod
from collections.abc import Sequence

from msgspec.structs import replace

from migrator.flow import shapes as word_shapes
from migrator.flow.events import (
    Argument,
    Command,
)
from migrator.flow.lattice import State
from migrator.flow.launching import Launching, folder_of
from migrator.flow.nesting import MAX_CALLS, SHELLS
from migrator.ir.nodes import (
    Call,
    Function,
    Statement,
)
from migrator.ir.paths import Top
from migrator.ir.values import (
    EMPTY,
    Definition,
    Literal,
    Unknown,
    Value,
    union,
    unknown,
)

_FLAGS = re.compile(r"[-+][A-Za-z]+")
_PROGRAM = re.compile(r"[\w./+-]+")
_WITHIN = {"command", "builtin", "time"}
"""Wrappers that run what is behind them in the same shell."""
_ENDS = {"exit", "return", "break", "continue"}


class Commands(Launching):
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
        why = arguments[0].value.unknown if arguments else ""
        program, arguments, wrappers, extra = self.unwrap(arguments, state)
        name = posixpath.basename(program)
        for definition in extra:
            inner.assign(definition.name, (definition,))
            inner.exported |= {definition.name}
            overrides.append((definition.name, definition.value))
        command = Command(
            name=name,
            arguments=arguments,
            span=call.span,
            order=order,
            calls=self.context,
            stdin=stdin,
            environment=state.environment,
            exported=state.exported,
            overrides=tuple(overrides),
            traced=state.traced,
            folders=Top("`cd`") if state.folder is None else frozenset({state.folder}),
            branches=self.branches,
            conditional=self.conditions > 0,
            looped=self.loops > 0,
            outputs=(),
            redirects=statement.redirects,
            wrappers=wrappers,
            consumed=self.consumed > 0,
            program=program,
            unknown="" if program else why,
        )
        self.followed = False
        self.undecided = ""
        made = any(part.span.start in self.frozen for part in first.parts)
        if made and self.evaluating and not _PROGRAM.fullmatch(name):
            self.opaque(call.span, call.words, "what `eval` runs", state)
        before = state.environment
        for given, _ in overrides:
            state.environment = {**state.environment, given: inner.environment[given]}
        output = self.effect(command, call, state, inner, stdin)
        for given, _ in overrides:
            state.environment = {**state.environment, given: before.get(given, (None,))}
        if not self.silent:
            self.commands.append(replace(command, followed=self.followed, runs=self.undecided))
        self.followed = False
        self.undecided = ""
        return output

    def effect(self, command: Command, call: Call, state: State, inner: State, stdin: Value | None) -> Value:
        """What a command does to the shell, and what it prints. `inner`: the state that a program of its own sees."""
        name, arguments = command.name, command.arguments
        if "/" in command.program or not _WITHIN.issuperset(command.wrappers):  # no builtin, whatever its name
            state = state.copy()
        if name in state.functions and "/" not in command.program and not set(command.wrappers) & {"command", "exec"}:
            return self.follow_any(state.functions[name], arguments, call, state, stdin)
        texts = [argument.text for argument in arguments]
        match name:
            case "cd" | "pushd":
                self.change_folder(arguments, state)
            case "popd":
                state.folder = None
            case "set":
                if self.options(texts, state):
                    state.positional = None
                    state.traced = state.traced or word_shapes.may_trace(arguments)
                if not texts:
                    self.use_all(call.span, state)
            case "shopt":
                if "lastpipe" in texts:
                    state.lastpipe = frozenset({"-s" in texts})
            case "[" | "test":
                self.bracket(arguments, state)
            case "unset" if "-f" in texts:
                state.functions = {key: body for key, body in state.functions.items() if key not in texts}
            case "unset":
                self.setting(texts, EMPTY, state)
            case "read" | "mapfile" | "readarray" | "getopts":
                self.setting(texts, unknown("what a command read", [stdin or EMPTY]), state)
            case "printf" if texts and (texts[0] or "").startswith("-v"):
                self.setting([(texts[0] or "")[2:] or (texts[1:2] or [None])[0]], word_shapes.printf(arguments), state)
            case "trap":
                self.trap(arguments, call, state)
            case "shift":
                count = int(texts[0]) if texts and texts[0] and texts[0].isdigit() else 1
                state.positional = state.positional[count:] if state.positional is not None else None
            case "source" | ".":
                return self.source(arguments, call, state)
            case "eval":
                return self.evaluate(arguments, call, state, stdin)
            case _ if name in SHELLS or name in self.programs.shells:
                return self.nested_shell(command, call, inner, stdin)
            case _ if name in _ENDS:
                self.leave(name, state)
            case _:
                output = self.launch(command.program, arguments, call, inner, stdin)
                if output is not None:
                    return output
        return self.printed(command, stdin)

    def leave(self, name: str, state: State) -> None:
        """`return`, `break` and `continue` go on elsewhere with what is known here; where there is nothing to leave,
        bash goes on behind them. A loop around the function that is running is left by other shells."""
        targets = self.returns[-1:] if name == "return" else self.breaks if name != "exit" else []
        for target in targets:
            target.append(state.copy())
        state.dead = name == "exit" or len(targets) > (0 if name == "return" else self.around)

    def printed(self, command: Command, stdin: Value | None) -> Value:
        name, arguments = command.name, command.arguments
        texts = [argument.text for argument in arguments]
        if name == "echo":
            return word_shapes.echo(arguments)
        if name == "printf":
            return word_shapes.printf(arguments)
        if name == "pwd" and not texts and (folder := folder_of(command)):
            return folder
        if name in ("dirname", "basename") and len(texts) == 1 and texts[0]:
            return Value.of(
                Literal((posixpath.dirname(texts[0]) or ".") if name == "dirname" else posixpath.basename(texts[0])),
                Literal("\n"),
            )
        pattern = self.programs.filters.get(name)
        if pattern and None not in texts and pattern.fullmatch(" ".join(text or "" for text in texts)):
            if stdin is not None:
                return stdin
            return Value.of(Unknown("standard input that nothing in the script feeds"))
        if name == "cat" or pattern:
            return unknown(f"a file or filter that `{name}` reads", [stdin or EMPTY])
        if name in ("cd", "set", "export", "[", "test", ":", "true", "false", "exit", "return", "shift", "unset"):
            return EMPTY
        return unknown(f"the output of `{name}`" if name else "the output of a command", [stdin or EMPTY])

    def unwrap(
        self, arguments: tuple[Argument, ...], state: State
    ) -> tuple[str, tuple[Argument, ...], tuple[str, ...], list[Definition]]:
        """The program that is run in the end, its words, and the wrappers and `NAME=value` words before it."""
        wrappers: list[str] = []
        overrides: list[Definition] = []
        while arguments:
            text = arguments[0].text
            name = posixpath.basename(text) if text else ""
            wrapper = self.programs.wrappers.get(name)
            if not wrapper or name in state.functions:
                return text or _in_clone(arguments[0]), arguments[1:], tuple(wrappers), overrides
            rest = arguments[1:]
            skipped = 0
            while rest:
                head = rest[0].text
                if head == "--":
                    rest = rest[1:]
                    break
                if head and head.startswith("-") and head != "-":
                    takes_value = head in wrapper.options and "=" not in head
                    option, _, listed = head.partition("=")
                    if option in wrapper.names:
                        listed = (rest[1].text or "") if takes_value and len(rest) > 1 else listed
                        why = Value.of(Unknown(f"`{name} {option}`, which names the variable"))
                        overrides += [self.define(one, why, None, state) for one in listed.split(",") if one]
                    rest = rest[2:] if takes_value else rest[1:]
                elif wrapper.assignments and (override := word_shapes.assignment(rest[0])):
                    overrides.append(self.define(*override, rest[0].word, state))
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

    def follow_any(
        self,
        functions: Sequence[Function],
        arguments: tuple[Argument, ...],
        call: Call,
        state: State,
        stdin: Value | None,
    ) -> Value:
        """Call a function; where branches define it differently, each of the bodies."""
        if len(functions) == 1:
            return self.follow(functions[0], arguments, call, state, stdin)
        reached: list[State] = []
        outputs: list[Value] = []
        outer = self.branches
        for index, function in enumerate(functions):
            self.branches = (*outer, (hash((id(call), self.context)), index))
            reached.append(state.copy())
            outputs.append(self.follow(function, arguments, call, reached[-1], stdin))
        self.branches = outer
        state.join(reached)
        return union(outputs)

    def follow(
        self, function: Function, arguments: tuple[Argument, ...], call: Call, state: State, stdin: Value | None
    ) -> Value:
        if function.name in self.calls or len(self.calls) >= MAX_CALLS:
            self.recursive.add(function.name)
            return Value.of(Unknown(f"the output of `{function.name}`"))
        self.called.add(function.name)
        outer_context, outer_positional, dead = self.context, state.positional, state.dead
        saved, state.saved = state.saved, {}
        self.context = (*outer_context, call.span.start)
        state.positional = self.positional(arguments, state)
        self.calls.append(function.name)
        output = self.body(function, state, stdin)
        if function.name in self.recursive:
            self.recursive.discard(function.name)
            again = state.copy()
            again.positional, again.dead = None, False
            output = union([output, self.body(function, again, stdin)])
            state.join([state.copy(), again])
        self.calls.pop()
        self.context, state.positional = outer_context, outer_positional
        for name, (definitions, sure) in state.saved.items():
            present = () if sure else state.environment.get(name, (None,))
            state.assign(name, tuple(dict.fromkeys((*definitions, *present))))
        state.saved = saved
        state.dead = dead
        self.followed = True
        return output

    def body(self, function: Function, state: State, stdin: Value | None) -> Value:
        self.returns.append([])
        fed = self.inputs(function.body.redirects, state, stdin)
        outer, self.around = self.around, len(self.breaks)
        output = self.command(function.body, state, fed)
        self.around = outer
        state.join([state.copy(), *self.returns.pop()])
        return output

    def positional(self, arguments: Sequence[Argument], state: State) -> tuple[Definition, ...]:
        return tuple(
            self.define(
                str(index),
                argument.value,
                argument.word,
                state,
                positional=True,
                loose=bool(argument.word and word_shapes.may_split(argument.word)),
            )
            for index, argument in enumerate(arguments, 1)
        )

    def change_folder(self, arguments: tuple[Argument, ...], state: State) -> None:
        targets = [argument for argument in arguments if not (argument.text or "").startswith("-")]
        state.folder = (
            self.resolve(targets[0].value, state) if len(targets) == 1 and len(arguments) == len(targets) else None
        )

    def options(self, texts: Sequence[str | None], state: State) -> Sequence[str | None]:
        """What `set`, or a shell that starts, is told; the words that are left are positional parameters."""
        rest = list(texts)
        while rest and (text := rest[0]) and _FLAGS.fullmatch(text):
            rest.pop(0)
            named = rest.pop(0) if rest and "o" in text else None
            for letter, name in (("x", "traced"), ("a", "allexport")):
                if named == ("xtrace" if letter == "x" else name) or letter in text:
                    setattr(state, name, text.startswith("-"))
        return rest


def _in_clone(argument: Argument) -> str:
    """A program that is named by way of the clone directory; '' for what is not literal otherwise."""
    symbol = argument.value.symbol() or ""
    return symbol if symbol.startswith("${BITBUCKET_CLONE_DIR}/") and symbol.count("${") == 1 else ""
