"""Variables: who sets them, by which name, for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import force_setattr

from migrator.flow import words
from migrator.flow.events import Argument
from migrator.flow.expressions import REFERRED
from migrator.flow.frame import Frame
from migrator.flow.lattice import EVERYTHING, State, join
from migrator.ir.nodes import Assign, Declare, Join
from migrator.ir.values import EMPTY, Definition, Input, Unknown, Value, concat, union
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

_ARRAY = Value.of(Unknown("an array"))


class Variables:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder

    def define(
        self,
        name: str,
        value: Value,
        word: Join | None,
        state: State,
        positional: bool = False,
        loose: bool = False,
    ) -> Definition:
        order = self.recorder.tick(word.span if word else Span(0, 0))
        definition = Definition(name, value, word, order, positional, state.traced, loose)
        self.recorder.add(definition)
        return definition

    def positional(self, arguments: Sequence[Argument], state: State) -> tuple[Definition, ...]:
        """The positional parameters that arguments become."""
        return tuple(
            self.define(
                str(index),
                argument.value,
                argument.word,
                state,
                positional=True,
                loose=bool(argument.word and words.may_split(argument.word)),
            )
            for index, argument in enumerate(arguments, 1)
        )

    def looked_up(self, name: str, state: State) -> Value:
        values = [REFERRED] if state.may_change(name) else []
        values += (one.value if one else Value.of(Input(name, ())) for one in state.defined(name))
        return union(values)

    def assign(self, node: Assign, state: State, frame: Frame, exported: bool = False) -> None:
        name = node.name
        for word in node.words:
            self.machine.expressions.value(word, state, frame)
        self.computed(node.sets, state)
        if node.elements is not None:
            self.listed(node, node.elements, state, frame)
        elif node.value is not None:
            definition = self.defined(node, node.value, state, frame)
            if exported or node.exported or state.allexport:
                state.exported |= {name}
            state.assign(name, (definition,))

    def defined(self, node: Assign, word: Join, state: State, frame: Frame) -> Definition:
        """The assignment comes before what its value runs, and says what it is afterwards."""
        order = self.recorder.tick(node.span)
        definition = Definition(node.name, EMPTY, None, order, traced=state.traced)
        value = self.machine.expressions.value(word, state, frame.but(defining=definition, holder=-1))
        if node.append:
            value = concat([self.looked_up(node.name, state), value])
        force_setattr(definition, "value", _ARRAY if node.indexed else value)
        force_setattr(definition, "word", None if node.append or node.indexed else word)
        self.recorder.add(definition)
        return definition

    def listed(self, node: Assign, joins: Sequence[Join], state: State, frame: Frame) -> None:
        """The elements of a list, each an assignment of its own."""
        name = node.name
        elements = tuple(
            self.define(name, argument.value, argument.word, state)
            for argument in self.machine.expressions.arguments(joins, state, frame)
        )
        previous = state.arrays.get(name, ()) if node.append else ()
        known = not node.indexed and (not node.append or name in state.arrays)
        state.assign(name, (self.define(name, _ARRAY, None, state),))
        if known:
            state.arrays = {**state.arrays, name: (*previous, *elements)}

    def declare(self, node: Declare, state: State, frame: Frame) -> None:
        local = node.local and frame.returning is not None
        if node.options and frame.returning is not None:
            state.restored = frozenset(state.options if one is None else one for one in state.restored)
        for word in node.words:
            value = self.machine.expressions.value(word, state, frame)
            self.shown_when_run(word, value, node.exported, state, frame)
        if node.dumps:
            self.machine.havoc.reads(node.span, state, frame, [one.name for one in node.assignments] or None)
        for one in node.assignments:
            name = one.name
            if local and name not in state.saved:
                state.saved = {**state.saved, name: (state.defined(name), True)}
            if node.alias:
                self.refer(one, state, frame)
                continue
            if local and one.value is None and one.elements is None and not node.dumps:
                state.assign(name, (self.define(name, EMPTY, None, state),))
            self.assign(one, state, frame, node.exported)
            if node.exported:
                state.exported |= {name}

    def declared(self, how: str, arguments: Sequence[Argument], at: Span, state: State, frame: Frame) -> None:
        """A declaration that shows as one only when the script runs: `command export T=a`. What it makes local is taken
        to stay, beside what was there before."""
        options = "".join(one.text or "" for one in arguments if (one.text or "").startswith("-"))
        given = [one for one in arguments if not (one.text or "").startswith("-")]
        renames = "n" in options and how != "export"
        if not given or "p" in options or renames:
            self.machine.havoc.reads(at, state, frame)
        if renames:  # `declare -n R=PAT`: the text is a name, and no value
            other = Value.of(Unknown("another name for a variable"))
            self.machine.havoc.sets(other, state)
            self.setting([one.text and one.text.partition("=")[0] for one in given], other, state)
            return
        before = state.copy()
        for one in given:
            word = one.word or Join((), at)
            self.shown_when_run(word, one.value, how == "export" or "x" in options, state, frame)
        if how != "export" and frame.returning is not None:
            state.become(join([before, state]))

    def shown_when_run(self, word: Join, value: Value, exported: bool, state: State, frame: Frame) -> None:
        """`export "$NAME=…"` and `export $(cat .env)`: what is declared shows when the program runs."""
        text = value.text
        if text is not None and "=" not in text:
            state.exported |= set(text.split()) if exported else set()
        elif (given := words.assignment(Argument(value, word))) and "\n" not in (text or ""):
            name, assigned = given
            state.assign(name, (self.define(name, assigned, None, state),))
            state.exported |= {name} if exported else set()
        else:
            self.machine.havoc.text([word], "a declaration that shows when the script runs", word.span, state, frame)

    def refer(self, node: Assign, state: State, frame: Frame) -> None:
        """From now on the variable can be read and set by another name."""
        target = self.machine.expressions.value(node.value, state, frame).text if node.value else None
        names = [target.partition("[")[0]] if target else None
        self.machine.havoc.reads(node.span, state, frame, names)
        state.assign(node.name, (self.define(node.name, REFERRED, None, state),))
        state.clouded |= {*(names or (EVERYTHING,)), node.name}

    def computed(self, names: Iterable[str], state: State) -> None:
        for name in names:
            state.assign(name, (self.define(name, Value.of(Unknown("arithmetic")), None, state),))

    def setting(self, names: Sequence[str | None], value: Value, state: State, loose: bool = False) -> None:
        """Variables that a command sets by name; a name that is not known may be any."""
        for name in names:
            if name is None:
                self.machine.havoc.sets(Value.of(Unknown("a command that sets a variable")), state)
                continue
            bare = name.partition("[")[0]
            if bare and not name.startswith("-"):
                known = value if bare == name else _ARRAY
                state.assign(bare, (self.define(bare, known, None, state, loose=loose),))
