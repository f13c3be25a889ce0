"""Tests of values: which of them ask only whether something is set or empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.flow import words
from migrator.flow.events import Argument
from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.flow.recorder import AskedTest, PendingTest
from migrator.ir.nodes import Ask, Join, Test
from migrator.ir.values import Input, Value
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter


class Conditions:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder

    def node(self, node: Test, state: State, frame: Frame) -> None:
        inner = frame.but(testing=True)
        values = {word: self.machine.expressions.value(word, state, inner) for word in node.words}
        for one in node.asked:
            match one.ask:
                case Ask.EMPTY:
                    self.empty(one.operand, values[one.operand], not one.negated, frame)
                case Ask.DEFINED:
                    self.defined(one.operand, not one.negated, state, frame)
                case Ask.SAME | Ask.OTHER if one.other is not None:
                    for tested, other in ((one.operand, one.other), (one.other, one.operand)):
                        text = values[other].text
                        if text is not None and words.is_presence(values[tested], text):
                            self.empty(tested, values[tested], (one.ask is Ask.SAME) == one.negated, frame)

    def bracket(self, arguments: tuple[Argument, ...], state: State, frame: Frame) -> None:
        """`[ … ]` and `test …`: the presence tests among its parts."""
        parts: list[list[Argument]] = [[]]
        there = [True]
        for argument in arguments:
            if argument.text in ("-a", "-o") and parts[-1]:
                parts.append([])
                there.append(True)
            elif argument.text == "!" and not parts[-1]:
                there[-1] = not there[-1]
            elif argument.text != "]":
                parts[-1].append(argument)
        for part, present in zip(parts, there, strict=True):
            match part:
                case [operand]:
                    self.empty(operand.word, operand.value, present, frame)
                case [operator, operand] if operator.text in ("-n", "-z"):
                    self.empty(operand.word, operand.value, present == (operator.text == "-n"), frame)
                case [operator, operand] if operator.text == "-v" and operand.word:
                    self.defined(operand.word, present, state, frame)
                case [left, operator, right] if operator.text in ("=", "==", "!="):
                    for tested, other in ((left, right), (right, left)):
                        if other.text is not None and words.is_presence(tested.value, other.text):
                            self.empty(tested.word, tested.value, present == (operator.text == "!="), frame)

    def empty(self, word: Join | None, value: Value, present: bool, frame: Frame) -> None:
        """`present`: the test succeeds where there is something in the value."""
        reads = words.reads(word) if word else ()
        if not reads and not any(isinstance(piece, Input) for piece in value.pieces):
            return
        self.asked(PendingTest(value, reads, word.span if word else Span(0, 0), frame.calls), present, frame)

    def defined(self, word: Join, present: bool, state: State, frame: Frame) -> None:
        """A variable is asked for by its name; one that is not written there may be another each time."""
        if (written := words.bare_name(word)) is not None:
            name, span = written
            value = self.machine.variables.looked_up(name, state)
            self.asked(PendingTest(value, (), word.span, frame.calls, span), present, frame)

    def asked(self, test: PendingTest, present: bool, frame: Frame) -> None:
        self.recorder.add(test)
        if frame.asking is not None:
            frame.asking.append(AskedTest(test, present))
