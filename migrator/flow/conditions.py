"""Tests of values: which of them ask only whether something is set or empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.flow import words
from migrator.flow.events import Argument
from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.flow.recorder import PendingTest
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
                    self.empty(one.operand, values[one.operand], frame)
                case Ask.DEFINED:
                    if (name := values[one.operand].text) is not None:
                        self.defined(name, one.operand, state, frame)
                case Ask.SAME | Ask.OTHER if one.other is not None:
                    for tested, other in ((one.operand, one.other), (one.other, one.operand)):
                        text = values[other].text
                        if text is not None and words.is_presence(values[tested], text):
                            self.empty(tested, values[tested], frame)

    def bracket(self, arguments: tuple[Argument, ...], state: State, frame: Frame) -> None:
        """`[ … ]` and `test …`: the presence tests among its parts."""
        parts: list[list[Argument]] = [[]]
        for argument in arguments:
            if argument.text in ("-a", "-o") and parts[-1]:
                parts.append([])
            elif argument.text == "!" and not parts[-1]:
                continue
            elif argument.text != "]":
                parts[-1].append(argument)
        for part in parts:
            match part:
                case [operand]:
                    self.empty(operand.word, operand.value, frame)
                case [operator, operand] if operator.text in ("-n", "-z"):
                    self.empty(operand.word, operand.value, frame)
                case [operator, operand] if operator.text == "-v" and operand.text and operand.word:
                    self.defined(operand.text, operand.word, state, frame)
                case [left, operator, right] if operator.text in ("=", "==", "!="):
                    for tested, other in ((left, right), (right, left)):
                        if other.text is not None and words.is_presence(tested.value, other.text):
                            self.empty(tested.word, tested.value, frame)

    def empty(self, word: Join | None, value: Value, frame: Frame) -> None:
        read = words.only_read(word) if word else None
        if read is None and not any(isinstance(piece, Input) for piece in value.pieces):
            return
        span = read.name_span if read else word.span if word else Span(0, 0)
        self.asked(PendingTest(value, read, span, frame.calls), frame)

    def defined(self, name: str, word: Join, state: State, frame: Frame) -> None:
        value = self.machine.variables.looked_up(name, state)
        self.asked(PendingTest(value, None, word.span, frame.calls), frame)

    def asked(self, test: PendingTest, frame: Frame) -> None:
        if self.recorder.silent:
            return
        self.recorder.add(test)
        if frame.asking is not None:
            frame.asking.append(test)
