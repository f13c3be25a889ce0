"""Expressions: what they evaluate to, and where that comes from.

An evaluation over-approximates: where several assignments can reach a read, all of them are kept, and what cannot be
told is `Unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.flow import words
from migrator.flow.changing import changed
from migrator.flow.events import Argument, Decision, Definitions, Unread, VariableUse
from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.flow.recorder import PendingTest
from migrator.ir.nodes import (
    Capture,
    Constant,
    Expression,
    Fallback,
    Invoke,
    Join,
    Opaque,
    Quoting,
    Read,
    Statement,
    StreamKind,
    Template,
)
from migrator.ir.values import EMPTY, Definition, Input, Literal, TracedRead, Unknown, Value, concat, union, unknown
from migrator.text.patterns import regex
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

REFERRED = Value.of(Unknown("a variable that something else may set"))
_POSITIONAL = regex(r"[1-9][0-9]*")
_ALL = ("@", "*")
_SPECIAL = frozenset("#?$!-_0")
_SYNTAX = regex(r"""[$`"'\\;|&<>()\n#]""")


class Evaluator:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder

    # Words

    def arguments(self, joins: Iterable[Join], state: State, frame: Frame) -> tuple[Argument, ...]:
        """The words of a command as it gets them: an expansion may make several words, or a list."""
        found: list[Argument] = []
        for join in joins:
            if spread := self.spread(join, state, frame):
                found += spread
                continue
            value = concat([self.unquoted(part, state, frame) for part in join.parts])
            found += [Argument(piece, join) for piece in ([value] if any(state.defined("IFS")) else words.split(value))]
        return tuple(found)

    def spread(self, join: Join, state: State, frame: Frame) -> tuple[Argument, ...] | None:
        """The words of `"$@"` and `"${array[@]}"`; None for every other word, and where nothing is known of them."""
        alone = join.parts[0] if len(join.parts) == 1 else None
        quoted = isinstance(alone, Template)
        parts = alone.parts if isinstance(alone, Template) else join.parts
        if len(parts) != 1 or not isinstance(read := parts[0], Read):
            return None
        if read.fallback is not Fallback.NONE or read.through:
            return None
        state = frame.outer.get(read.span.start, state)
        found: tuple[Definition, ...] = ()
        if read.name in _ALL:
            found = state.positional or ()
        elif read.index in _ALL and not state.may_change(read.name):
            found = state.arrays.get(read.name, ())
        if "*" in (read.name, read.index) and quoted and len(found) > 1:
            return None
        return tuple(self.element(read, definition, state, frame) for definition in found)

    def element(self, read: Read, definition: Definition, state: State, frame: Frame) -> Argument:
        self.use(read, (definition,), state, frame)
        return Argument(definition.value.through(TracedRead(read, definition, frame.calls), splits=False), None)

    def value(self, join: Join, state: State, frame: Frame) -> Value:
        return concat([self.part(part, state, frame) for part in join.parts])

    def unquoted(self, part: Expression, state: State, frame: Frame) -> Value:
        """A part of a word that blanks in what a command substitution gives make several words of."""
        value = self.part(part, state, frame)
        return value.splitting() if isinstance(part, Capture) else value

    def part(self, part: Expression, state: State, frame: Frame) -> Value:
        match part:
            case Constant():
                quoting = Quoting.FIXED if part.fixed else part.quoting
                return Value.of(Literal(part.text, part.span, quoting, reads=part.reads))
            case Template():
                if not part.parts:
                    return Value.of(Literal("", part.span))
                return concat([self.part(inner, state, frame) for inner in part.parts])
            case Read():
                before = frame.outer.get(part.span.start)
                value = self.read(part, before or state, frame)
                here = TracedRead(part, None, frame.calls)
                return self.read_again(part.span, value, (here,)) if before else value
            case Capture():
                inner = frame.outer.get(part.span.start, state).copy()
                inner.errexit = False  # bash takes it off there: https://www.gnu.org/software/bash/manual/bash.html#Command-Substitution
                alone = frame.but(consumed=True, asked=False, fatal=False, hidden=False, inside=True)
                output = self.machine.run(part.body, inner, alone, None)
                if _is_file(part.body):
                    output = self.machine.streams.inputs(part.body[0].redirects, inner, alone, None) or output
                if part.stream:
                    return unknown("a process substitution", [output])
                value = output.stripped()
                return self.read_again(part.span, value, ()) if part.span.start in frame.outer else value
            case Invoke():
                return self.machine.functions.invoke(part, state, frame)
            case Opaque():
                self.machine.run(part.body, state, frame, None)
                values = [self.value(inner, state, frame) for inner in part.words]
                self.machine.variables.computed(part.sets, state)
                return unknown(part.why, values)

    def read_again(self, at: Span, value: Value, provenance: tuple[TracedRead, ...]) -> Value:
        """What an expansion gives to an inner program, which reads it as a part of its text."""
        texts = [piece.text for piece in value.pieces if isinstance(piece, Literal)]
        if not any(_SYNTAX.search(text) for text in texts):
            return value
        self.recorder.add(Unread(at, " ".join(texts), ""))
        return Value.of(Unknown("text that a shell reads again", provenance))

    # Reads

    def read(self, read: Read, state: State, frame: Frame) -> Value:
        for inner in read.words:
            self.value(inner, state, frame)
        self.machine.variables.computed(read.sets, state)
        here = TracedRead(read, None, frame.calls)
        if (path := _name_of_program(read, state)) is not None:
            self.use(read, (None,), state, frame)
            return Value.of(Literal(path, provenance=(here,)))
        if read.name in _SPECIAL or read.name in _ALL:
            found = state.positional if read.name in _ALL else ()
            self.use(read, found or (None,), state, frame)
            return Value.of(Unknown(f"`${read.name}`", (here,)))
        definitions, base = self.looked_up(read, state, frame)
        elements = state.arrays.get(read.name, ())
        self.use(read, (*definitions, *elements), state, frame)
        if state.may_change(read.name):
            base = union([base, REFERRED.through(here, read.splits)])
        if read.through == "indirect":
            self.machine.havoc.reads(read.span, state, frame, [base.text.partition("[")[0]] if base.text else None)
        if read.index and read.index != "0":
            return unknown("an array", [one.value for one in elements], (here,))
        if read.change and (sure := changed(base, read.change, read.splits)) is not None:
            return sure
        if read.through:
            return unknown(f"`{read.name}` through an expansion that changes it", [base], (here,))
        return self.fallen_back(read, base, here, state, frame)

    def looked_up(self, read: Read, state: State, frame: Frame) -> tuple[Definitions, Value]:
        """The assignments that may have given the value, and the value."""
        here = TracedRead(read, None, frame.calls)
        if _POSITIONAL.fullmatch(read.name):
            index = int(read.name)
            if state.positional is None:
                return (None,), Value.of(Unknown("a positional parameter", (here,)))
            if index > len(state.positional):
                return (None,), Value.of(Literal("", provenance=(here,), splits=read.splits))
            definition = state.positional[index - 1]
            return (definition,), definition.value.through(TracedRead(read, definition, frame.calls), read.splits)
        definitions = state.defined(read.name)
        values = []
        for one in definitions:
            reference = TracedRead(read, one, frame.calls)
            values.append(
                one.value.through(reference, read.splits) if one else Value.of(Input(read.name, (reference,)))
            )
        return definitions, union(values)

    def fallen_back(self, read: Read, base: Value, here: TracedRead, state: State, frame: Frame) -> Value:
        match read.fallback:
            case Fallback.NONE:
                return base
            case Fallback.REQUIRE:
                if not frame.testing:
                    stops = Decision(None, stops=frame.fatal)
                    self.recorder.add(PendingTest(base, (read,), read.span, frame.calls, decisions=[stops]))
                if read.word:
                    self.value(read.word, state, frame)
                return base
            case Fallback.ALTERNATIVE:
                word = self.value(read.word, state, frame) if read.word else EMPTY
                return union([word.through(here, read.splits), EMPTY.through(here, read.splits)])
        word = self.value(read.word, state, frame) if read.word else EMPTY
        if all(words.certain(row) is False for row in word.alternatives):
            return base  # it may be empty all the same, and as nothing else
        rows = [row for row in base.alternatives if words.certain(row) is not False]
        fallback = word.through(here, splits=False)
        sure = all(words.certain(row) for row in base.alternatives)
        value = base if sure else union([Value(tuple(rows)), fallback])
        if read.fallback is Fallback.ASSIGN and not sure:
            state.assign(read.name, (self.machine.variables.define(read.name, value, None, state),))
        return value

    def use(self, read: Read, definitions: Definitions, state: State, frame: Frame) -> None:
        traced = (state.traced and not frame.hidden) or frame.shown
        order = frame.defining.order if frame.defining else frame.holder if frame.holder >= 0 else self.recorder.order
        self.recorder.add(VariableUse(read, definitions, frame.calls, frame.holder, frame.defining, traced, order))


def _is_file(body: tuple[Statement, ...]) -> bool:
    """`$(< file)`: what is in the file."""
    alone = len(body) == 1 and body[0].node is None and len(body[0].redirects) == 1
    return alone and body[0].redirects[0].kind is StreamKind.READ


def _name_of_program(read: Read, state: State) -> str | None:
    """`$0` and `$BASH_SOURCE` of a file that is followed; None for everything else."""
    if read.fallback is not Fallback.NONE or read.through:
        return None
    name = state.zero if read.name == "0" else state.sourced
    if name is None or "${" in name or not name:
        return None
    return name if read.name == "0" or (read.name == "BASH_SOURCE" and read.index in ("", "0")) else None
