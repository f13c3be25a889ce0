"""Tests whether a variable is set or empty, in `[ … ]`, `test` and `[[ … ]]`."""

from __future__ import annotations

from migrator.flow import shapes as word_shapes
from migrator.flow.events import (
    Argument,
)
from migrator.flow.expansion import Expansion
from migrator.flow.lattice import PendingTest, State
from migrator.ir.nodes import (
    Test,
    Word,
)
from migrator.ir.values import (
    Input,
    Value,
)
from migrator.text.source import Span


class PresenceTests(Expansion):
    """The part of the interpreter that knows conditions."""

    def presence(self, argument: Argument | None, word: Word | None, value: Value) -> None:
        param = word_shapes.only_param(word) if word else None
        span = param.name_span if param else (word.span if word else Span(0, 0))
        if self.silent or (param is None and not any(isinstance(piece, Input) for piece in value.pieces)):
            return
        test = PendingTest(value, param, span, self.context)
        self.tests.append(test)
        if self.collectors:
            self.collectors[-1].append(test)

    def named(self, name: str, word: Word | None, state: State) -> None:
        """`-v NAME`."""
        if self.silent or word is None:
            return
        test = PendingTest(self.lookup(name, state), None, word.span, self.context)
        self.tests.append(test)
        if self.collectors:
            self.collectors[-1].append(test)

    def bracket(self, arguments: tuple[Argument, ...], state: State) -> None:
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
                    self.presence(operand, operand.word, operand.value)
                case [operator, operand] if operator.text in ("-n", "-z"):
                    self.presence(operand, operand.word, operand.value)
                case [operator, operand] if operator.text == "-v" and operand.text:
                    self.named(operand.text, operand.word, state)
                case [left, operator, right] if operator.text in ("=", "==", "!="):
                    for tested, other in ((left, right), (right, left)):
                        if other.text is not None and word_shapes.is_presence(tested.value, other.text):
                            self.presence(tested, tested.word, tested.value)

    def double_bracket(self, test: Test, state: State) -> None:
        outer, self.testing = self.testing, True
        values = {id(word): self.word(word, state) for word in test.words}
        self.testing = outer
        for operator, word in test.unary:
            if operator in ("-n", "-z"):
                self.presence(None, word, values[id(word)])
            elif operator == "-v" and (name := word_shapes.bare(word)):
                self.named(name, word, state)
        for operator, left, right in test.compared:
            if operator in ("=", "==", "!="):
                for tested, other in ((left, right), (right, left)):
                    text = values[id(other)].text
                    if text is not None and word_shapes.is_presence(values[id(tested)], text):
                        self.presence(None, tested, values[id(tested)])
        for word in test.plain:
            self.presence(None, word, values[id(word)])
