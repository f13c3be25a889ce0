"""Functions: followed at each call, with a call string that tells the calls apart.

A function that calls itself, and not another one of its name, is followed once more with parameters that nobody knows,
and not again. Calls have bounds: how deeply they stand in each other, and how often a function is called from deep
within others. What is called beyond them is followed once, at the end of the run, as if it ran at any time of it; there
it may set any variable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.flow.events import Argument, CommandResult
from migrator.flow.frame import MAX_DEPTH, Frame
from migrator.flow.lattice import EVERYTHING, State, join
from migrator.flow.library import FIRST
from migrator.flow.nested import SHELLS
from migrator.ir.nodes import Define, Invoke
from migrator.ir.values import Unknown, Value, union, unknown
from migrator.text.patterns import regex
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter


_PARTS = regex(r"[\s;&|(){}]")
_TRACES = regex(r"-[A-Za-z]*x[A-Za-z]*|xtrace")
_DEEP = 4
_MOST_CALLS = 30
"""The most calls of one function within `_DEEP` others that are followed: they double where each calls the next twice.
"""


class Functions:
    """`followed` counts the calls within others; `beyond` are the functions that are called behind the bounds, each
    with a state; `resting`: those are followed now, and what they call is one of them."""

    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder
        self.recursive: set[str] = set()
        self.followed: Counter[str] = Counter()
        self.beyond: dict[Span, tuple[Define, State, Frame]] = {}
        self.resting = False

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
        if _key(function) in frame.active:
            self.recursive.add(_key(function))
            return CommandResult(Value.of(Unknown(f"the output of `{function.name}`")))
        deep = len(frame.active) >= _DEEP
        many = deep and (self.resting or self.followed[function.name] >= _MOST_CALLS)
        if many or len(frame.active) >= MAX_DEPTH:
            return self.postponed(function, state, frame)
        self.followed[function.name] += deep
        self.recorder.called.add(_key(function))
        positional, saved, dead, restored = state.positional, state.saved, state.dead, state.restored
        state.saved, state.restored = {}, frozenset({None})
        state.positional = self.machine.variables.positional(arguments, state)
        inner = frame.but(
            calls=(*frame.calls, at.start), active=(*frame.active, _key(function)), returns=frame.ends(state)
        )
        output = self.body(function, state, inner, stdin)
        if _key(function) in self.recursive:
            again = state.copy()
            again.positional, again.dead = None, False
            output = union([output, self.body(function, again, inner, stdin)])
            state.become(join([state, again]))
            self.recursive.discard(_key(function))
        for name, (definitions, sure) in state.saved.items():
            present = () if sure else state.defined(name)
            state.assign(name, tuple(dict.fromkeys((*definitions, *present))))
        state.give_back()
        state.positional, state.saved, state.dead, state.restored = positional, saved, dead, restored
        return CommandResult(output, followed=True)

    def postponed(self, function: Define, state: State, frame: Frame) -> CommandResult:
        """A call behind the bounds: what the function does there is not known."""
        if not self.recorder.silent:
            before = self.beyond.get(function.span)
            known = join([before[1], state]) if before else state.copy()
            self.beyond[function.span] = (function, known, frame)
            self.recorder.called.add(_key(function))
        self.machine.havoc.unseen(f"what `{function.name}` does after too many nested calls", function.span, frame)
        state.clouded |= {EVERYTHING}
        return CommandResult(Value.of(Unknown(f"the output of `{function.name}`")))

    def rest(self) -> None:
        """Follow what is called behind the bounds, each function once: more are found on the way, and so it ends."""
        self.resting = True
        done: set[Span] = set()
        while todo := [span for span in self.beyond if span not in done]:
            for span in todo:
                done.add(span)
                function, state, frame = self.beyond[span]
                outer = frame.active[: _DEEP - 1]
                inner = frame.but(active=(*outer, _key(function)), conditional=True, unordered=True, returning=None)
                inner = inner.but(branches=(), breaking=(), around=0, asking=None, failing=None, results=None)
                self.body(function, self.machine.recorder.any_time(state), inner, None)

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
            own = (function for each in reversed(state.functions.values()) for function in each)
            called = self.recorder.called
            function = next((one for one in own if one.span.start < FIRST and _key(one) not in called), None)
            if function is None:
                return
            key = _key(function)
            called.add(key)
            inner = frame.but(active=(*frame.active, key), conditional=True, unordered=True)
            begins = self.recorder.any_time(state)
            begins.traced = begins.traced or (function.name in state.exported and self._may_be_shown(function.name))
            self.body(function, begins, inner, None)

    def _may_be_shown(self, name: str) -> bool:
        """Whether a program that is not followed may have a shell run an exported function and print its commands:
        `xargs bash -xc NAME`."""
        for command in self.recorder.commands:
            told = [command.name, *(argument.text for argument in command.arguments)] if not command.followed else []
            words = [word for text in told for word in ([None] if text is None else _PARTS.split(text))]
            shell = next((at for at, one in enumerate(words) if one and one.rpartition("/")[2] in SHELLS), len(words))
            rest = words[shell + 1 :]
            traces = None in words or any(one and _TRACES.fullmatch(one) for one in rest)
            if traces and (name in words or None in rest):  # a word that is not known may be the shell
                return True
        return False


def _key(function: Define) -> str:
    """Tells apart the functions of one name."""
    return f"{function.name}@{function.span.start}"
