"""Words, variables and redirections: what they are expanded to, and where that comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from migrator.flow import shapes as word_shapes
from migrator.flow.events import (
    Argument,
    Definitions,
    Output,
    Unread,
)
from migrator.flow.lattice import PendingTest, State
from migrator.flow.variables import EVERYTHING, REFERRED, Variables
from migrator.ir.nodes import (
    Double,
    Lit,
    Other,
    Part,
    Read,
    Redirect,
    Single,
    Statement,
    Substitution,
    Word,
)
from migrator.ir.values import (
    EMPTY,
    Definition,
    Input,
    Literal,
    Quoting,
    Reference,
    Unknown,
    Value,
    concat,
    union,
    unknown,
)

_MAX_COMMANDS = 20_000
_POSITIONAL = re.compile(r"[1-9][0-9]*")
_SYNTAX = re.compile(r"""[$`"'\\;|&<>()\n#]""")
_SPECIAL = set("#?$!-_0")


class Expansion(Variables):
    """The part of the interpreter that knows words. Subclasses run the commands of substitutions."""

    # Redirections

    def inputs(self, redirects: Sequence[Redirect], state: State, stdin: Value | None) -> Value | None:
        """What standard input holds after the redirections, None where nothing is fed."""
        for redirect in redirects:
            match redirect.operator:
                case "<<<":
                    stdin = concat([self.word(redirect.word, state), Value.of(Literal("\n"))])
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
            return Value.of(*(Literal(part.text) for part in parts if isinstance(part, Lit)))
        return concat([self.part(part, state, double=True) for part in parts])

    def file_input(self, redirect: Redirect, state: State) -> Value:
        parts = redirect.word.parts
        if len(parts) == 1 and isinstance(parts[0], Substitution) and parts[0].process:
            self.consumed += 1
            output = self.statements(parts[0].statements, state.copy(), None)
            self.consumed -= 1
            return output
        path = self.word(redirect.word, state)
        if not self.silent:
            self.files.append(path)
        return Value.of(Unknown("a file that is read"))

    # Variables

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
        if len(parts) != 1 or not isinstance(parts[0], Read) or parts[0].operator:
            return None
        param = parts[0]
        state = self.frozen.get(param.span.start, state)
        found: tuple[Definition, ...] = ()
        if param.name in ("@", "*"):
            found = state.positional or ()
        elif param.index in ("@", "*") and not state.clouded & {param.name, EVERYTHING}:
            found = state.arrays.get(param.name, ())
        if not found or ("*" in (param.name, param.index) and isinstance(word.parts[0], Double) and len(found) > 1):
            return None
        return tuple(self.through(param, definition) for definition in found)

    def through(self, param: Read, definition: Definition) -> Argument:
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
                return Value.of(Literal(word_shapes.unquote(part), part.span, quoting))
            case Double():
                return self.double(part, state)
            case Read():
                frozen = self.frozen.get(part.span.start)
                value = self.param(part, frozen or state, double)
                return self.read_again(part, value) if frozen else value
            case Substitution():
                self.consumed += 1
                output = self.statements(part.statements, self.frozen.get(part.span.start, state).copy(), None)
                self.consumed -= 1
                return Value.of(Unknown("a process substitution")) if part.process else output.stripped()
            case Other():
                values = [self.word(inner, state) for inner in part.words]
                self.calculated(part.names, state)
                return unknown(part.what, values)

    def read_again(self, param: Read, value: Value) -> Value:
        """What an expansion gives to an inner shell, which reads it as a part of its program."""
        texts = [piece.text for piece in value.pieces if isinstance(piece, Literal)]
        if not any(_SYNTAX.search(text) for text in texts):
            return value
        if not self.silent:
            self.unread.append(Unread(param.span, " ".join(texts), ""))
        return Value.of(Unknown("text that a shell reads again", (Reference(param, None, self.context),)))

    def double(self, part: Double, state: State) -> Value:
        if not part.parts:
            return Value.of(Literal("", part.span))
        return concat([self.part(inner, state, double=True) for inner in part.parts])

    def param(self, param: Read, state: State, double: bool) -> Value:
        definitions: Definitions
        self.calculated(param.names, state)
        if _POSITIONAL.fullmatch(param.name):
            definition = self.parameter(int(param.name), state)
            definitions = (definition,)
            if definition is None and state.positional is not None:
                values = [Value.of(Literal("", provenance=(Reference(param, None, self.context),)))]
            elif definition is None:
                values = [Value.of(Unknown("a positional parameter", (Reference(param, None, self.context),)))]
            else:
                values = [definition.value.through(Reference(param, definition, self.context), not double)]
        elif (path := self.script_name(param, state)) is not None:
            self.use(param, (None,))
            return Value.of(Literal(path, provenance=(Reference(param, None, self.context),)))
        elif param.name in _SPECIAL or param.name in ("@", "*"):
            found = state.positional if param.name in ("@", "*") else ()
            self.use(param, found or (None,))
            return Value.of(Unknown(f"`${param.name}`", (Reference(param, None, self.context),)))
        else:
            definitions = state.environment.get(param.name, (None,))
            values = []
            for definition in definitions:
                reference = Reference(param, definition, self.context)
                if definition is None:
                    values.append(Value.of(Input(param.name, (reference,))))
                else:
                    values.append(definition.value.through(reference, not double))
        if param.name in state.arrays:
            definitions = (*definitions, *state.arrays[param.name])
        self.use(param, definitions)
        base = union(values)
        reference = Reference(param, None, self.context)
        if state.clouded & {param.name, EVERYTHING}:
            base = union([base, REFERRED.through(reference, not double)])
        if param.operator == "!":
            self.use_all(param.span, state, [base.text.partition("[")[0]] if base.text else None)
        if param.index and param.index != "0":
            return unknown("an array", [one.value for one in state.arrays.get(param.name, ())], (reference,))
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
        return unknown(f"`{param.name}` through an expansion that changes it", [base], (reference,))

    def script_name(self, param: Read, state: State) -> str | None:
        """`$0` and `$BASH_SOURCE` of a file that is followed; None for everything else."""
        if param.operator or "${" in (name := (state.zero if param.name == "0" else state.sourced) or "${"):
            return None
        return name if param.name == "0" or (param.name == "BASH_SOURCE" and param.index in ("", "0")) else None

    def required(self, param: Read, base: Value) -> None:
        test = PendingTest(base, param, param.name_span, self.context, everything=True)
        if not self.silent:
            self.tests.append(test)

    def defaulted(self, param: Read, base: Value, reference: Reference, state: State) -> Value:
        word = self.word(param.word, state) if param.word else EMPTY
        rows = [row for row in base.alternatives if word_shapes.certain(row) is not False]
        fallback = word.through(reference, splits=False)
        sure = rows and all(word_shapes.certain(row) for row in base.alternatives)
        value = base if sure else union([Value(tuple(rows)), fallback]) if rows else fallback
        if param.operator in ("=", ":=") and not sure:
            state.assign(param.name, (self.define(param.name, value, None, state),))
        return value
