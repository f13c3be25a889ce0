"""Words, variables and redirections: what they are expanded to, and where that comes from."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from migrator.core.rules import Programs
from migrator.core.text import Span
from migrator.credentials import words as word_shapes
from migrator.credentials.state import PendingTest, State
from migrator.credentials.trace import (
    Argument,
    Command,
    Definitions,
    Output,
    Unread,
    UseOf,
)
from migrator.credentials.values import (
    EMPTY,
    Definition,
    Quoting,
    Reference,
    Stored,
    Text,
    Unknown,
    Value,
    concat,
    union,
)
from migrator.readers.shell import (
    Assignment,
    Declaration,
    Double,
    Lit,
    Other,
    Param,
    Part,
    Redirect,
    ShellError,
    Single,
    Statement,
    Substitution,
    Word,
)

_MAX_COMMANDS = 20_000
_POSITIONAL = re.compile(r"[1-9][0-9]*")
_SPECIAL = set("#?$!-_0")


class Expansion(ABC):
    """The part of the interpreter that knows words. Subclasses run the commands of substitutions."""

    def __init__(self, text: str, programs: Programs, read: Callable[[str], str | None]) -> None:
        self.text = text
        self.programs = programs
        self.read = read
        self.commands: list[Command] = []
        self.uses: list[UseOf] = []
        self.tests: list[PendingTest] = []
        self.definitions: list[Definition] = []
        self.unread: list[Unread] = []
        self.called: set[str] = set()
        self.context: tuple[int, ...] = ()
        self.branches: tuple[tuple[int, int], ...] = ()
        self.collectors: list[list[PendingTest]] = []
        self.order = 0
        self.holder = -1
        self.defining: Definition | None = None
        self.testing = False
        self.silent = 0
        self.loops = 0
        self.conditions = 0
        self.consumed = 0
        self.fixed_quotes = 0
        self.calls: list[str] = []
        self.followed = False

    @abstractmethod
    def statements(self, statements: Iterable[Statement], state: State, stdin: Value | None) -> Value:
        """Follow statements and return their standard output."""

    def tick(self, span: Span) -> None:
        self.order += 1
        if self.order > _MAX_COMMANDS:
            raise ShellError("the script runs too many commands to follow; split it", span.start)

    # Redirections

    def inputs(self, redirects: Sequence[Redirect], state: State, stdin: Value | None) -> Value | None:
        """What standard input holds after the redirections, None where nothing is fed."""
        for redirect in redirects:
            match redirect.operator:
                case "<<<":
                    stdin = concat([self.word(redirect.word, state), Value.of(Text("\n"))])
                case "<<" | "<<-":
                    stdin = self.heredoc(redirect, state)
                case "<" | "<>":
                    stdin = self.file_input(redirect, state)
        return stdin

    def outputs(self, statement: Statement, state: State, output: Value) -> Value:
        """What is left of standard output when files have taken theirs; which files, goes to the command's record."""
        files = tuple(
            Output(self.word(redirect.word, state), output)
            for redirect in statement.redirects
            if redirect.operator in (">", ">>", ">|", "&>", "&>>") and redirect.word.parts
        )
        if not files:
            return output
        if not self.silent and self.commands:
            last = self.commands[-1]
            self.commands[-1] = replace(last, outputs=last.outputs + files)
        terminals = ("/dev/stdout", "/dev/stderr", "/dev/tty")
        return output if all(file.path.text in terminals for file in files) else EMPTY

    def heredoc(self, redirect: Redirect, state: State) -> Value:
        if redirect.body is None:
            return EMPTY
        parts = list(redirect.body.parts)
        if redirect.operator == "<<-":
            parts = word_shapes.without_tabs(parts)
        if redirect.quoted:
            return Value.of(*(Text(part.text) for part in parts if isinstance(part, Lit)))
        return concat([self.part(part, state, double=True) for part in parts])

    def file_input(self, redirect: Redirect, state: State) -> Value:
        parts = redirect.word.parts
        if len(parts) == 1 and isinstance(parts[0], Substitution) and parts[0].process:
            self.consumed += 1
            output = self.statements(parts[0].statements, state.copy(), None)
            self.consumed -= 1
            return output
        self.word(redirect.word, state)
        return Value.of(Unknown("a file that is read"))

    # Variables

    def define(self, name: str, value: Value, word: Word | None, state: State, positional: bool = False) -> Definition:
        definition = Definition(name, value, word, self.order, positional, state.xtrace)
        if not self.silent:
            self.definitions.append(definition)
        self.tick(Span(0, 0))
        return definition

    def assign(self, assignment: Assignment, state: State, export: bool) -> None:
        name = assignment.name
        if assignment.array is not None:
            elements = self.arguments(assignment.array, state)
            previous = state.arrays.get(name, ()) if assignment.append else ()
            state.assign(name, (self.define(name, Value.of(Unknown("an array")), None, state),))
            state.arrays = {**state.arrays, name: (*previous, *elements)}
            return
        if assignment.value is None:
            return
        definition = Definition(name, EMPTY, None, self.order, xtrace=state.xtrace)
        outer, self.defining = self.defining, definition
        holder, self.holder = self.holder, -1
        self.order += 1
        value = self.word(assignment.value, state)
        self.defining, self.holder = outer, holder
        word: Word | None = assignment.value
        if assignment.append:
            value, word = concat([self.lookup(name, state), value]), None
        if assignment.indexed:
            value, word = Value.of(Unknown("an array")), None
        object.__setattr__(definition, "value", value)
        object.__setattr__(definition, "word", word)
        if export or state.allexport:
            state.exported |= {name}
        if not self.silent:
            self.definitions.append(definition)
        state.assign(name, (definition,))

    def declare(self, declaration: Declaration, state: State) -> None:
        options = [word_shapes.bare(word) or "" for word in declaration.options]
        export = declaration.variant == "export" or any("x" in option for option in options if option.startswith("-"))
        for word in declaration.options:
            self.word(word, state)
        for assignment in declaration.assignments:
            self.assign(assignment, state, export)
            if export:
                state.exported |= {assignment.name}

    def lookup(self, name: str, state: State) -> Value:
        values = []
        for definition in state.environment.get(name, (None,)):
            values.append(definition.value if definition else Value.of(Stored(name, ())))
        return union(values)

    # Words

    def arguments(self, words: Iterable[Word], state: State) -> tuple[Argument, ...]:
        found: list[Argument] = []
        for word in words:
            if expanded := self.expanded(word, state):
                found += expanded
                continue
            value = self.word(word, state)
            found += [Argument(piece, word) for piece in word_shapes.split(value)]
        return tuple(found)

    def expanded(self, word: Word, state: State) -> tuple[Argument, ...] | None:
        """The words of `"$@"` and `"${array[@]}"`; None for every other word, and where nothing is known of them."""
        parts = word.parts[0].parts if len(word.parts) == 1 and isinstance(word.parts[0], Double) else word.parts
        if len(parts) != 1 or not isinstance(parts[0], Param) or parts[0].operator:
            return None
        param = parts[0]
        if param.name in ("@", "*") and state.positional:
            return tuple(self.through_positional(param, index, state) for index in range(1, len(state.positional) + 1))
        if param.index in ("@", "*") and state.arrays.get(param.name):
            return state.arrays[param.name]
        return None

    def through_positional(self, param: Param, index: int, state: State) -> Argument:
        assert state.positional is not None
        definition = state.positional[index - 1]
        self.use(param, (definition,))
        return Argument(definition.value.through(Reference(param, definition, self.context), splits=False), None)

    def parameter(self, index: int, state: State) -> Definition | None:
        if state.positional is None or not 1 <= index <= len(state.positional):
            return None
        return state.positional[index - 1]

    def word(self, word: Word, state: State) -> Value:
        return concat([self.part(part, state, double=False) for part in word.parts])

    def part(self, part: Part, state: State, double: bool) -> Value:
        match part:
            case Lit():
                return Value.of(word_shapes.literal_text(part, double, fixed=self.fixed_quotes > 0))
            case Single():
                quoting = Quoting.FIXED if self.fixed_quotes or part.dollar else Quoting.SINGLE
                return Value.of(Text(word_shapes.unquote(part), part.span, quoting))
            case Double():
                return self.double(part, state)
            case Param():
                return self.param(part, state, double)
            case Substitution():
                self.consumed += 1
                output = self.statements(part.statements, state.copy(), None)
                self.consumed -= 1
                return Value.of(Unknown("a process substitution")) if part.process else output.stripped()
            case Other():
                for inner in part.words:
                    self.word(inner, state)
        return Value.of(Unknown("arithmetic or a pattern"))

    def double(self, part: Double, state: State) -> Value:
        if not part.parts:
            return Value.of(Text("", part.span))
        return concat([self.part(inner, state, double=True) for inner in part.parts])

    def use(self, param: Param, definitions: Definitions) -> None:
        if not self.silent:
            self.uses.append(UseOf(param, definitions, self.context, self.holder, self.defining))

    def param(self, param: Param, state: State, double: bool) -> Value:
        definitions: Definitions
        if _POSITIONAL.fullmatch(param.name):
            definition = self.parameter(int(param.name), state)
            definitions = (definition,)
            if definition is None and state.positional is not None:
                values = [Value.of(Text("", trail=(Reference(param, None, self.context),)))]
            elif definition is None:
                values = [Value.of(Unknown("a positional parameter", (Reference(param, None, self.context),)))]
            else:
                values = [definition.value.through(Reference(param, definition, self.context), not double)]
        elif param.name in _SPECIAL or param.name in ("@", "*"):
            self.use(param, (None,))
            return Value.of(Unknown(f"`${param.name}`", (Reference(param, None, self.context),)))
        else:
            definitions = state.environment.get(param.name, (None,))
            values = []
            for definition in definitions:
                reference = Reference(param, definition, self.context)
                if definition is None:
                    values.append(Value.of(Stored(param.name, (reference,))))
                else:
                    values.append(definition.value.through(reference, not double))
        self.use(param, definitions)
        base = union(values)
        reference = Reference(param, None, self.context)
        if param.index and param.index != "0":
            return Value.of(Unknown("an array", (reference,)))
        match param.operator:
            case "":
                return base
            case "?" | ":?":
                if not self.testing:
                    self.required(param, base)
                if param.word:
                    self.word(param.word, state)
                return base
            case "-" | ":-" | "=" | ":=":
                return self.defaulted(param, base, reference, state)
            case "+" | ":+":
                word = self.word(param.word, state) if param.word else EMPTY
                return union([word.through(reference, not double), EMPTY.through(reference, not double)])
        return Value.of(Unknown(f"`{param.name}` through an expansion that changes it", (reference,)))

    def required(self, param: Param, base: Value) -> None:
        test = PendingTest(base, param, param.name_span, self.context, everything=True)
        if not self.silent:
            self.tests.append(test)

    def defaulted(self, param: Param, base: Value, reference: Reference, state: State) -> Value:
        word = self.word(param.word, state) if param.word else EMPTY
        rows = [row for row in base.alternatives if word_shapes.certain(row) is not False]
        fallback = word.through(reference, splits=False)
        sure = rows and all(word_shapes.certain(row) for row in base.alternatives)
        value = base if sure else union([Value(tuple(rows)), fallback]) if rows else fallback
        if param.operator in ("=", ":=") and not sure:
            state.assign(param.name, (self.define(param.name, value, None, state),))
        return value
