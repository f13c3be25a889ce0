"""Functions: followed at each call, with a call string that tells the calls apart.

A function that calls itself is followed once more with parameters that nobody knows, and not again: that and the bound
on calls into each other end it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.flow.events import Argument, CommandResult
from migrator.flow.frame import MAX_DEPTH, Frame
from migrator.flow.lattice import State, join
from migrator.flow.library import FIRST
from migrator.ir.nodes import Define, Invoke
from migrator.ir.values import Unknown, Value, union, unknown
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter


class Functions:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder
        self.recursive: set[str] = set()

    def call(
        self,
        functions: Sequence[Define],
        arguments: tuple[Argument, ...],
        at: Span,
        state: State,
        frame: Frame,
        stdin: Value | None,
    ) -> CommandResult:
        """Call a function; where branches define it differently, each of the bodies."""
        if len(functions) == 1:
            return self.follow(functions[0], arguments, at, state, frame, stdin)
        reached: list[State] = []
        effects: list[CommandResult] = []
        for index, function in enumerate(functions):
            inner = frame.but(branches=(*frame.branches, ((at, frame.calls), index)))
            reached.append(state.copy())
            effects.append(self.follow(function, arguments, at, reached[-1], inner, stdin))
        state.become(join(reached))
        return CommandResult(union(one.output for one in effects), any(one.followed for one in effects))

    def follow(
        self,
        function: Define,
        arguments: tuple[Argument, ...],
        at: Span,
        state: State,
        frame: Frame,
        stdin: Value | None,
    ) -> CommandResult:
        if function.name in frame.active or len(frame.active) >= MAX_DEPTH:
            self.recursive.add(function.name)
            return CommandResult(Value.of(Unknown(f"the output of `{function.name}`")))
        self.recorder.called.add(function.name)
        positional, saved, dead, restored = state.positional, state.saved, state.dead, state.restored
        state.saved, state.restored = {}, frozenset({None})
        state.positional = self.machine.variables.positional(arguments, state)
        inner = frame.but(
            calls=(*frame.calls, at.start), active=(*frame.active, function.name), returns=frame.ends(state)
        )
        output = self.body(function, state, inner, stdin)
        if function.name in self.recursive:
            self.recursive.discard(function.name)
            again = state.copy()
            again.positional, again.dead = None, False
            output = union([output, self.body(function, again, inner, stdin)])
            state.become(join([state, again]))
        for name, (definitions, sure) in state.saved.items():
            present = () if sure else state.defined(name)
            state.assign(name, tuple(dict.fromkeys((*definitions, *present))))
        state.give_back()
        state.positional, state.saved, state.dead, state.restored = positional, saved, dead, restored
        return CommandResult(output, followed=True)

    def body(self, function: Define, state: State, frame: Frame, stdin: Value | None) -> Value:
        """What the function writes to standard output."""
        returned: list[State] = []
        inner = frame.but(returning=returned, around=len(frame.breaking))
        for index, (name, _) in enumerate(function.parameters or ()):
            known = state.positional[index] if state.positional and index < len(state.positional) else None
            value = known.value if known else Value.of(Unknown("an argument that is not known"))
            word = known.word if known else None
            state.assign(name, (self.machine.variables.define(name, value, word, state, positional=True),))
        fed = self.machine.streams.inputs(function.body.redirects, state, inner, stdin)
        output = self.machine.node(function.body, state, inner, fed)
        state.become(join([state, *returned]))
        return output

    def invoke(self, call: Invoke, state: State, frame: Frame) -> Value:
        """What a function of the program returns."""
        arguments = self.machine.expressions.arguments(call.arguments, state, frame)
        functions = state.functions.get(call.function)
        if not functions:
            return unknown(f"the result of `{call.function}`", [one.value for one in arguments])
        results: list[Value] = []
        self.call(functions, arguments, call.span, state, frame.but(results=results), None)
        return union(results) if results else unknown(f"the result of `{call.function}`", [])

    def uncalled(self, state: State, frame: Frame) -> None:
        """Functions that nothing calls are read as if something did, with parameters that nobody knows; not those of a
        file that is included, which has them for others, too."""
        while True:
            own = (name for name in reversed(state.functions) if state.functions[name][0].span.start < FIRST)
            name = next((name for name in own if name not in self.recorder.called), None)
            if name is None:
                return
            self.recorder.called.add(name)
            for function in state.functions[name]:
                inner = self.machine.any_time(state)
                self.body(
                    function, inner, frame.but(active=(*frame.active, name), conditional=True, unordered=True), None
                )
