"""Havoc: what something that is not understood may read and set.

Over-approximation: it may read any variable that the program has set, and set each of those to anything; where text of
the repository says which variables it is about, only these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from migrator.flow import words
from migrator.flow.events import Unseen
from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.ir.nodes import Havoc, Join, Read
from migrator.ir.paths import only
from migrator.ir.values import Literal, Unknown, Value
from migrator.text.patterns import regex
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")


class HavocModel:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder

    def node(self, node: Havoc, state: State, frame: Frame) -> None:
        for word in node.words:
            self.machine.expressions.value(word, state, frame)
        self.unseen(node.why, node.span, frame)
        self.reads(node.span, state, frame)
        self.sets(Value.of(Unknown(node.why)), state)

    def reads(self, at: Span, state: State, frame: Frame, names: Iterable[str] | None = None) -> None:
        """Something here may read any variable that the program has set, or any of `names`."""
        place = Span(at.start, at.start)
        for name in state.environment if names is None else names:
            definitions = tuple(one for one in state.environment.get(name, ()) if one is not None)
            definitions += state.arrays.get(name, ())
            if definitions:
                read = Read("", place, place, through="changed")
                self.machine.expressions.use(read, definitions, state, frame)

    def sets(self, value: Value, state: State) -> None:
        for name, definitions in state.environment.items():
            if any(one is not None and one.order >= 0 for one in definitions):
                new = self.machine.variables.define(name, value, None, state)
                state.assign(name, (*definitions, new))

    def unseen(self, what: str, at: Span, frame: Frame) -> None:
        self.recorder.add(Unseen(what, self.recorder.order, at, frame.calls))

    def mentioned(self, content: str, value: Value, state: State, frame: Frame) -> None:
        """A file of the repository that this process runs, or takes assignments from, and that is not followed."""
        names = dict.fromkeys(_NAME.findall(content))
        self.reads(Span(0, 0), state, frame, names)
        for name in names:
            if re.search(rf"\b{name}\+?=|\bread\b.*\b{name}\b|\b(?:export|unset)\b.*\b{name}\b", content):
                state.assign(name, (*state.defined(name), self.machine.variables.define(name, value, None, state)))

    def text(self, joins: Sequence[Join], why: str, at: Span, state: State, frame: Frame) -> None:
        """Text that nobody has read is run, or taken as assignments, in this process.

        Where its words name files of the repository, those say which variables it is about.
        """
        programs = {program for join in joins for program in words.substituted(join)}
        if programs and programs <= self.machine.programs.harmless_evals:
            return
        value = Value.of(Unknown(why))
        places = [self.machine.place(Value.of(Literal(text)), state) for join in joins for text in words.named(join)]
        paths = [path for place in places if (path := only(place))]
        contents = [content for path in paths if (content := self.machine.file(path)) is not None]
        for content in contents:
            self.mentioned(content, value, state, frame)
        if not contents:
            self.unseen(why, at, frame)
            self.reads(at, state, frame)
            self.sets(value, state)
