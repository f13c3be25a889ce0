"""Commands as they run: who gets which variables, what is recorded of them, and which part says what they do."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from typing import TYPE_CHECKING

from msgspec.structs import replace

from migrator.flow import printing, words
from migrator.flow.builtins import ENDS
from migrator.flow.events import LOOP, Argument, Command, CommandResult
from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.flow.nested import SHELLS, child
from migrator.flow.wrappers import Unwrapped, unwrap
from migrator.ir.nodes import Call, Statement
from migrator.ir.paths import only
from migrator.ir.values import Literal, Value
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

_PROGRAM = regex(r"[\w./+-]+")
_WITHIN = frozenset({"command", "builtin", "time"})
"""Wrappers that run what is behind them in the same process."""


class CommandModel:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.programs = machine.programs
        self.recorder = machine.recorder

    def run(self, call: Call, statement: Statement, state: State, frame: Frame, stdin: Value | None) -> Value:
        """Follow a call in the state of its process; what it prints."""
        machine = self.machine
        order = self.recorder.tick(call.span)
        if any(words.written(word) in self.programs.showing for word in call.words):
            frame = frame.but(watched=True)
        holding = frame.but(holder=order, shown=frame.shown or frame.watched)
        inner = state.copy()
        overrides: list[tuple[str, Value]] = []
        for assign in call.overrides:
            machine.variables.assign(assign, inner, holding, exported=True)
            overrides.append((assign.name, machine.variables.looked_up(assign.name, inner)))
        testing = holding.but(testing=words.written(call.words[0]) in ("[", "test"))
        given = machine.expressions.arguments(call.words, state, testing)
        unwrapped = self._cleared(unwrap(given, self.programs, state.functions, machine.clone, self._is_own))
        if unwrapped.cleared:
            inner = inner.cleared(f"what `{unwrapped.cleared}` leaves of the environment")
            overrides = []
        for name, value, word in unwrapped.overrides:
            inner.assign(name, (machine.variables.define(name, value, word, state),))
            inner.exported |= {name}
            overrides.append((name, value))
        for folder in unwrapped.folders:
            inner.enter(machine.folder(folder, inner))
        for path in unwrapped.sourced:
            overrides += self._read_in(path, call, inner, frame)
        command = Command(
            name=posixpath.basename(unwrapped.program),
            arguments=unwrapped.arguments,
            span=call.span,
            order=order,
            calls=frame.calls,
            stdin=stdin,
            environment=state.environment,
            exported=state.exported,
            overrides=tuple(overrides),
            traced=state.traced or frame.watched,
            folders=inner.folders,
            branches=frame.branches,
            conditional=frame.conditional,
            looped=frame.looped,
            outputs=(),
            redirects=statement.redirects,
            wrappers=unwrapped.wrappers,
            consumed=frame.consumed,
            unordered=frame.unordered,
            told=call.told,
            cleared=bool(unwrapped.cleared),
            program=unwrapped.program,
            unknown=given[0].value.unknown if given else "",
        )
        self._made(command, call, state, frame)
        effect = self._with(dict(overrides), command, call, state, inner, frame)
        if unwrapped.cleared and effect.followed:
            self.recorder.clears(order)
        made = replace(command, followed=effect.followed, runs=effect.runs)
        self.recorder.add(made)
        self.machine.streams.keep_id(made, inner, frame)
        return effect.output

    def _is_own(self, module: str) -> bool:
        """Whether the repository has a module of that name, in whatever folder."""
        names = (f"{module}.py", f"{module}/__init__.py", f"{module}/__main__.py")
        library = self.machine.library
        paths = library.listed() if library else ()
        return any(f"/{path}".endswith(f"/{name}") for path in paths for name in names)

    def _cleared(self, unwrapped: Unwrapped) -> Unwrapped:
        """The same, where the program itself clears the environment of what it starts."""
        program = posixpath.basename(unwrapped.program)
        clearing = self.programs.clearing.get(program)
        if clearing and clearing.clears([one.text for one in unwrapped.arguments]):
            return replace(unwrapped, cleared=program, overrides=())
        return unwrapped

    def _read_in(self, told: Value, call: Call, state: State, frame: Frame) -> list[tuple[str, Value]]:
        """The variables that a wrapper gives its command by a file that it reads in, the nearest to a folder."""
        machine = self.machine
        process = child(state, self.recorder.read_from_outside)
        path = only(machine.place(told, state))
        while path and machine.file(path) is None:
            folder, _, name = path.rpartition("/")
            path = posixpath.join(posixpath.dirname(folder), name) if folder else None
        if path:
            process.enter(frozenset({posixpath.dirname(path)}))
            told = Value.of(Literal(posixpath.basename(path)))
        machine.launching.source((Argument(told, None),), call, process, frame.process(state))
        given = {name: known for name, known in process.environment.items() if name in process.exported}
        changed = {name: known for name, known in given.items() if known != state.environment.get(name)}
        state.environment = {**state.environment, **changed}
        state.exported |= changed.keys()
        return [(name, machine.variables.looked_up(name, state)) for name in changed]

    def _made(self, command: Command, call: Call, state: State, frame: Frame) -> None:
        """Text that `eval` runs may be any program, where what begins a command comes from outside of the text."""
        made = any(part.span is not None and part.span.start in frame.outer for part in call.words[0].parts)
        if made and frame.evaluating and not _PROGRAM.fullmatch(command.name):
            self.machine.havoc.text(call.words, "what `eval` runs", call.span, state, frame)

    def _with(
        self, own: Collection[str], command: Command, call: Call, state: State, inner: State, frame: Frame
    ) -> CommandResult:
        """Run a command with its `own` variables: for as long as it runs, whatever a function or a sourced file starts
        gets them, too."""
        before, exported = state.environment, state.exported
        if own:
            state.environment = {**state.environment, **{name: inner.environment[name] for name in own}}
            state.exported |= frozenset(own)
        effect = self._effect(command, call, state, inner, frame)
        state.exported -= frozenset(own) - exported
        for name in own:
            state.environment = {**state.environment, name: before.get(name, (None,))}
        return effect

    def _effect(self, command: Command, call: Call, state: State, inner: State, frame: Frame) -> CommandResult:
        """What a command does to the process, and what it prints. `inner`: the state that a program of its own sees."""
        machine, name, path = self.machine, command.name, "/" in command.program
        if path or not _WITHIN.issuperset(command.wrappers):  # no builtin, whatever its name
            state.failed = False
            state, frame = state.copy(), frame.process(state)
            if not self.programs.repeating.isdisjoint(command.wrappers):
                frame = frame.but(looped=True, branches=(*frame.branches, ((call.span, frame.calls), LOOP)))
        state.failed = state.failed and name in ENDS
        if name in state.functions and not path and not set(command.wrappers) & {"command", "exec"}:
            function = state.functions[name]
            return machine.functions.call(function, command.arguments, call.span, state, frame, command.stdin)
        if (effect := machine.builtins.run(command, call, state, frame)) is not None:
            return effect
        if name in SHELLS or name in self.programs.shells:
            return machine.nested.shell(command, call, inner, frame)
        state.failed = name in self.programs.failing
        if name == "cat" and len(command.arguments) == 1:
            content = machine.streams.content(command.arguments[0].value, state, frame)
            if content is not None:
                return CommandResult(content)
        launched = machine.launching.launch(command.program, command.arguments, call, inner, frame, command.stdin)
        return launched or CommandResult(printing.printed(command, self.programs, machine.clone))
