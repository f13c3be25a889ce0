"""The variables of a shell: who sets them, who reads them, and what is set or read unseen."""

from __future__ import annotations

import posixpath
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import force_setattr

from migrator.flow import shapes as word_shapes
from migrator.flow.events import Argument, Command, Definitions, Unread, Unseen, VariableUse
from migrator.flow.lattice import PendingTest, State
from migrator.flow.library import Library, Placed, Texts
from migrator.ir.nodes import Assignment, Call, Declaration, Read, ShellError, Statement, Word
from migrator.ir.values import EMPTY, Definition, Input, Literal, Unknown, Value, concat, union
from migrator.rulebook.records import Programs
from migrator.text.source import Span

_MAX_COMMANDS = 20_000
_CLONE = "BITBUCKET_CLONE_DIR"
EVERYTHING = "*"
REFERRED = Value.of(Unknown("a variable that something else may set"))


class Variables(ABC):
    """The part of the interpreter that keeps the records."""

    @abstractmethod
    def word(self, word: Word, state: State) -> Value:
        """What a word is expanded to."""

    @abstractmethod
    def arguments(self, words: Iterable[Word], state: State) -> tuple[Argument, ...]:
        """The words of a command as it gets them."""

    def __init__(
        self,
        text: str,
        programs: Programs,
        read: Callable[[str], str | None],
        library: Library | None = None,
        changed: frozenset[str] = frozenset(),
    ) -> None:
        self.text = Texts(text, library)
        self.library = library
        self.changed = changed
        self.reached: dict[int, Placed] = {}
        self.programs = programs
        self.read = read
        self.commands: list[Command] = []
        self.uses: list[VariableUse] = []
        self.tests: list[PendingTest] = []
        self.definitions: list[Definition] = []
        self.unread: list[Unread] = []
        self.blind: list[Unseen] = []
        self.files: list[Value] = []
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
        self.returns: list[list[State]] = []
        self.breaks: list[list[State]] = []
        self.frozen: dict[int, State] = {}
        self.recursive: set[str] = set()
        self.evaluating = 0
        self.around = 0
        self.traps: list[tuple[word_shapes.Nested, Call, State]] = []
        self.followed = False
        self.undecided = ""

    @abstractmethod
    def statements(self, statements: Iterable[Statement], state: State, stdin: Value | None) -> Value:
        """Follow statements and return their standard output."""

    def tick(self, span: Span) -> None:
        self.order += 1
        if self.order > _MAX_COMMANDS:
            raise ShellError("the script runs too many commands to follow; split it", span.start)

    def define(
        self,
        name: str,
        value: Value,
        word: Word | None,
        state: State,
        positional: bool = False,
        loose: bool = False,
    ) -> Definition:
        definition = Definition(name, value, word, self.order, positional, state.traced, loose)
        if not self.silent:
            self.definitions.append(definition)
        self.tick(Span(0, 0))
        return definition

    def assign(self, assignment: Assignment, state: State, export: bool) -> None:
        name = assignment.name
        self.calculated(assignment.names, state)
        if assignment.array is not None:
            elements = tuple(
                self.define(name, argument.value, argument.word, state)
                for argument in self.arguments(assignment.array, state)
            )
            previous = state.arrays.get(name, ()) if assignment.append else ()
            known = not assignment.indexed and (not assignment.append or name in state.arrays)
            state.assign(name, (self.define(name, Value.of(Unknown("an array")), None, state),))
            if known:
                state.arrays = {**state.arrays, name: (*previous, *elements)}
            return
        if assignment.value is None:
            return
        definition = Definition(name, EMPTY, None, self.order, traced=state.traced)
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
        force_setattr(definition, "value", value)
        force_setattr(definition, "word", word)
        if export or state.allexport:
            state.exported |= {name}
        if not self.silent:
            self.definitions.append(definition)
        state.assign(name, (definition,))

    def declare(self, declaration: Declaration, state: State) -> None:
        options = [word_shapes.bare(word) or "" for word in declaration.options]
        export = declaration.variant == "export" or any("x" in option for option in options if option.startswith("-"))
        flags = "".join(option[1:] for option in options if option.startswith("-"))
        local = bool(self.returns) and declaration.variant in ("local", "declare", "typeset") and "g" not in flags
        for word in declaration.options:
            value = self.word(word, state)
            if not (word_shapes.bare(word) or "").startswith(("-", "+")):
                self.declared(word, value, state, export)
        if "p" in flags or (not declaration.assignments and not options):
            self.use_all(declaration.span, state, [a.name for a in declaration.assignments] or None)
        for assignment in declaration.assignments:
            name = assignment.name
            if local and name not in state.saved:
                state.saved = {**state.saved, name: (state.environment.get(name, (None,)), True)}
            if declaration.variant == "nameref" or ("n" in flags and declaration.variant not in ("export", "readonly")):
                self.refer(assignment, state)
                continue
            if local and assignment.value is None and assignment.array is None and "p" not in flags:
                state.assign(name, (self.define(name, EMPTY, None, state),))
            self.assign(assignment, state, export)
            if export:
                state.exported |= {name}

    def declared(self, word: Word, value: Value, state: State, export: bool) -> None:
        """`export "$NAME=…"` and `export $(cat .env)`: what is declared shows when the script runs."""
        text = value.text
        if text is not None and "=" not in text:
            state.exported |= set(text.split()) if export else set()
        elif (given := word_shapes.assignment(Argument(value, word))) and "\n" not in (text or ""):
            name, assigned = given
            state.assign(name, (self.define(name, assigned, None, state),))
            state.exported |= {name} if export else set()
        else:
            self.opaque(word.span, [word], "a declaration that shows when the script runs", state)

    def refer(self, assignment: Assignment, state: State) -> None:
        """`declare -n`: from now on the variable can be read and set by another name."""
        target = self.word(assignment.value, state).text if assignment.value else None
        names = [target.partition("[")[0]] if target else None
        self.use_all(assignment.span, state, names)
        state.assign(assignment.name, (self.define(assignment.name, REFERRED, None, state),))
        state.clouded |= {*(names or (EVERYTHING,)), assignment.name}

    def lookup(self, name: str, state: State) -> Value:
        values = [REFERRED] if state.clouded & {name, EVERYTHING} else []
        for definition in state.environment.get(name, (None,)):
            values.append(definition.value if definition else Value.of(Input(name, ())))
        return union(values)

    def use(self, param: Read, definitions: Definitions) -> None:
        if not self.silent:
            self.uses.append(VariableUse(param, definitions, self.context, self.holder, self.defining))

    def calculated(self, names: Iterable[str], state: State) -> None:
        for name in names:
            state.assign(name, (self.define(name, Value.of(Unknown("arithmetic")), None, state),))

    def cloud(self, unknown: Value, state: State) -> None:
        for name, definitions in state.environment.items():
            if any(definition is not None and definition.order >= 0 for definition in definitions):
                state.assign(name, (*definitions, self.define(name, unknown, None, state)))

    def sourced(self, content: str, unknown: Value, state: State) -> None:
        """A file of the repository that this shell runs, or takes assignments from."""
        names = dict.fromkeys(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", content))
        self.use_all(Span(0, 0), state, names)
        for name in names:
            if re.search(rf"\b{name}\+?=|\bread\b.*\b{name}\b|\b(?:export|unset)\b.*\b{name}\b", content):
                definition = self.define(name, unknown, None, state)
                state.assign(name, (*state.environment.get(name, (None,)), definition))

    def opaque(self, at: Span, words: Sequence[Word], why: str, state: State) -> None:
        """Text that nobody has read is run, or taken as assignments, in this shell: it may read and set what it likes.

        Where the words name files of the repository, those say which variables it is about.
        """
        programs = {program for word in words for program in word_shapes.substituted_programs(word)}
        if programs and programs <= self.programs.harmless_evals:
            return
        unknown = Value.of(Unknown(why))
        paths = [self.resolve(Value.of(Literal(text)), state) for word in words for text in word_shapes.named(word)]
        contents = [content for path in paths if path and (content := self.read(path)) is not None]
        for content in contents:
            self.sourced(content, unknown, state)
        if not contents:
            self.unseen(why)
            self.use_all(at, state)
            self.cloud(unknown, state)

    def unseen(self, what: str) -> None:
        if not self.silent:
            self.blind.append(Unseen(what, self.order))

    def use_all(self, at: Span, state: State, names: Iterable[str] | None = None) -> None:
        """Something here may read any variable that the script has set, or any of `names`."""
        place = Span(at.start, at.start)
        for name in state.environment if names is None else names:
            definitions = tuple(d for d in state.environment.get(name, ()) if d is not None)
            definitions += state.arrays.get(name, ())
            if definitions:
                self.use(Read("", "other", None, place, place, True), definitions)

    def resolve(self, path: Value, state: State) -> str | None:
        """A path relative to the clone directory; None where unknown or outside of it."""
        symbol = path.symbol()
        if symbol is None:
            return None
        clone = f"${{{_CLONE}}}"
        if symbol == clone or symbol.startswith(f"{clone}/"):
            joined = symbol.removeprefix(clone).lstrip("/")
        elif "${" in symbol or symbol.startswith(("/", "~")) or state.folder is None:
            return None
        else:
            joined = posixpath.join(state.folder, symbol)
        normal = posixpath.normpath(joined) if joined else ""
        return None if normal.startswith("..") else "" if normal == "." else normal

    def setting(self, names: Sequence[str | None], value: Value, state: State) -> None:
        """Variables that a command sets by name; a name that is not known may be any."""
        for name in names:
            if name is None:
                self.cloud(Value.of(Unknown("a command that sets a variable")), state)
                continue
            bare = name.partition("[")[0]
            if bare and not name.startswith("-"):
                known = value if bare == name else Value.of(Unknown("an array"))
                state.assign(bare, (self.define(bare, known, None, state),))
