"""Run a script in the mind: follow values of variables through a shell program without executing anything.

The result is an over-approximation: where several assignments can reach a place, all of them are kept; where reading
cannot tell, the value is Unknown. Functions are followed at each call, loops are taken as run any number of times.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from migrator.core.rules import Programs
from migrator.core.text import Span
from migrator.credentials import words as word_shapes
from migrator.credentials.trace import (
    Argument,
    Command,
    Definitions,
    Environment,
    Output,
    Presence,
    Trace,
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
    Arithmetic,
    Assignment,
    Binary,
    Call,
    Case,
    Declaration,
    Double,
    Function,
    Group,
    If,
    Lit,
    Loop,
    Other,
    Param,
    Part,
    Redirect,
    ShellError,
    Single,
    Statement,
    Substitution,
    Test,
    Word,
    parse_shell,
)

_MAX_CALLS = 20
_MAX_COMMANDS = 20_000
_SHELLS = {"bash", "sh", "dash", "ash", "zsh", "ksh"}
_EXITS = {"exit", "return", "break", "continue"}
_ENDS = {"exit", "return"}
_POSITIONAL = re.compile(r"[1-9][0-9]*")
_SPECIAL = set("#?$!-_0")
_CLONE = "BITBUCKET_CLONE_DIR"


@dataclass(slots=True)
class _State:
    """What one shell knows at one point. `environment` is replaced, never changed in place."""

    environment: dict[str, Definitions] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    functions: dict[str, Function] = field(default_factory=dict)
    arrays: dict[str, tuple[Argument, ...]] = field(default_factory=dict)
    positional: tuple[Definition, ...] | None = ()
    xtrace: bool = False
    allexport: bool = False
    folder: str | None = ""
    dead: bool = False

    def copy(self) -> _State:
        return replace(self)

    def assign(self, name: str, definitions: Definitions) -> None:
        self.environment = {**self.environment, name: definitions}
        if name in self.arrays:
            self.arrays = {key: value for key, value in self.arrays.items() if key != name}

    def join(self, others: Sequence[_State]) -> None:
        """Become what holds whichever of the given states was reached."""
        alive = [state for state in others if not state.dead] or list(others)
        first = alive[0]
        names = {name for state in alive for name in state.environment}
        self.environment = {
            name: tuple(dict.fromkeys(d for state in alive for d in state.environment.get(name, (None,))))
            for name in names
        }
        self.exported = frozenset[str]().union(*(state.exported for state in alive))
        self.functions = {name: body for state in alive for name, body in state.functions.items()}
        self.arrays = {
            name: value for name, value in first.arrays.items() if all(s.arrays.get(name) == value for s in alive)
        }
        self.positional = first.positional if all(s.positional == first.positional for s in alive) else None
        self.xtrace = any(state.xtrace for state in alive)
        self.allexport = any(state.allexport for state in alive)
        self.folder = first.folder if all(state.folder == first.folder for state in alive) else None
        self.dead = all(state.dead for state in others)


@dataclass(slots=True)
class _Test:
    """A presence test while what it decides about is still being collected."""

    value: Value
    param: Param | None
    name_span: Span
    context: tuple[int, ...]
    regions: list[Span] = field(default_factory=list)
    everything: bool = False


def run_script(
    text: str,
    programs: Programs,
    variables: Environment,
    read: Callable[[str], str | None],
) -> Trace:
    """Follow one shell program. `variables` are known before it starts; `read` gives a repository file's text.

    Raises ShellError where the text cannot be read.
    """
    interpreter = _Interpreter(text, programs, read)
    state = _State(environment=dict(variables))
    try:
        interpreter.statements(parse_shell(text), state, None)
        interpreter.uncalled(state)
    except RecursionError:
        raise ShellError("the script is nested too deeply to follow; flatten it") from None
    return interpreter.trace()


class _Interpreter:
    def __init__(self, text: str, programs: Programs, read: Callable[[str], str | None]) -> None:
        self.text = text
        self.programs = programs
        self.read = read
        self.commands: list[Command] = []
        self.uses: list[UseOf] = []
        self.tests: list[_Test] = []
        self.definitions: list[Definition] = []
        self.unread: list[Unread] = []
        self.called: set[str] = set()
        self.context: tuple[int, ...] = ()
        self.branches: tuple[tuple[int, int], ...] = ()
        self.collectors: list[list[_Test]] = []
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

    def trace(self) -> Trace:
        presences = tuple(
            Presence(t.value, t.param, t.name_span, t.context, tuple(t.regions), t.everything) for t in self.tests
        )
        return Trace(tuple(self.commands), tuple(self.uses), presences, tuple(self.definitions), tuple(self.unread))

    # Statements

    def statements(self, statements: Iterable[Statement], state: _State, stdin: Value | None) -> Value:
        return concat([self.statement(statement, state, stdin) for statement in statements])

    def statement(self, statement: Statement, state: _State, stdin: Value | None, decided: bool = False) -> Value:
        """Follow a statement and return its standard output. `decided`: something asks whether it succeeded."""
        if statement.command is None:
            self.inputs(statement.redirects, state, stdin)
            return EMPTY
        collected: list[_Test] = []
        if not decided:
            self.collectors.append(collected)
        output = self.command(statement, state, self.inputs(statement.redirects, state, stdin))
        output = self.outputs(statement, state, output)
        if not decided:
            self.collectors.pop()
            for test in collected:
                test.everything = test.everything or not test.regions
        return output

    def command(self, statement: Statement, state: _State, stdin: Value | None) -> Value:
        match statement.command:
            case Call() as call:
                return self.call(call, statement, state, stdin)
            case Declaration() as declaration:
                self.declare(declaration, state)
            case Binary(operator="|" | "|&") as pipe:
                self.consumed += 1
                left = self.statement(pipe.left, state.copy(), stdin)
                self.consumed -= 1
                return self.statement(pipe.right, state.copy(), left, decided=True)
            case Binary() as binary:
                return self.binary(binary, state, stdin)
            case Group() as group:
                inner = state.copy() if group.subshell else state
                return self.statements(group.statements, inner, stdin)
            case If() as conditional:
                return self.conditional(conditional, state, stdin)
            case Loop() as loop:
                return self.loop(loop, state, stdin)
            case Case() as case:
                return self.case(case, state, stdin)
            case Function() as function:
                state.functions = {**state.functions, function.name: function}
            case Test() as test:
                self.double_bracket(test, state)
            case Arithmetic() as arithmetic:
                for word in arithmetic.words:
                    self.word(word, state)
        return EMPTY

    def binary(self, binary: Binary, state: _State, stdin: Value | None) -> Value:
        left, tests = self.condition([binary.left], state, stdin)
        for test in tests:
            test.regions.append(binary.right.span)
        skipped = state.copy()
        right = self.branch(id(binary), 0, [binary.right], state, stdin, decided=True)
        state.join([skipped, state.copy()])
        if self.collectors:
            self.collectors[-1] += tests
        return concat([left, union([right, EMPTY])])

    def condition(
        self, statements: Sequence[Statement], state: _State, stdin: Value | None
    ) -> tuple[Value, list[_Test]]:
        """Follow what is asked for success; the presence tests in it decide about what comes next."""
        collected: list[_Test] = []
        self.collectors.append(collected)
        outputs = [self.statement(statement, state, stdin) for statement in statements[:-1]]
        outputs += [self.statement(statement, state, stdin, decided=True) for statement in statements[-1:]]
        self.collectors.pop()
        return concat(outputs), collected

    def branch(
        self,
        construct: int,
        index: int,
        body: Sequence[Statement],
        state: _State,
        stdin: Value | None,
        decided: bool = False,
    ) -> Value:
        outer = self.branches
        self.branches = (*outer, (hash((construct, self.context)), index))
        self.conditions += 1
        outputs = [self.statement(statement, state, stdin, decided) for statement in body]
        self.conditions -= 1
        self.branches = outer
        return concat(outputs)

    def conditional(self, node: If, state: _State, stdin: Value | None) -> Value:
        before, tests = self.condition(node.condition, state, stdin)
        for test in tests:
            test.regions += [statement.span for statement in (*node.then, *node.otherwise)]
        other = state.copy()
        first = self.branch(id(node), 0, node.then, state, stdin)
        second = self.branch(id(node), 1, node.otherwise, other, stdin)
        state.join([state.copy(), other])
        return concat([before, union([first, second])])

    def loop(self, node: Loop, state: _State, stdin: Value | None) -> Value:
        if node.kind in ("for", "select") and node.name:
            items = self.arguments(node.words, state) if node.words is not None else state.positional or ()
            value = union(item.value for item in items) if items else Value.of(Unknown("a loop over nothing known"))
            state.assign(node.name, (self.define(node.name, value, None, state),))
        before = state.copy()
        if not self.silent:
            self.silent += 1
            self.condition(node.condition, state, stdin)
            self.branch(id(node), 0, node.body, state, stdin)
            self.silent -= 1
            state.join([before, state.copy()])
        self.loops += 1
        output, tests = self.condition(node.condition, state, stdin)
        for test in tests:
            test.regions += [statement.span for statement in node.body]
            test.everything = True
        skipped = state.copy()
        body = self.branch(id(node), 0, node.body, state, stdin)
        state.join([skipped, state.copy()])
        self.loops -= 1
        state.dead = before.dead
        return concat([output, union([body, EMPTY])])

    def case(self, node: Case, state: _State, stdin: Value | None) -> Value:
        self.word(node.word, state)
        for pattern in node.patterns:
            self.word(pattern, state)
        reached: list[_State] = [] if node.exhaustive else [state.copy()]
        outputs: list[Value] = []
        for index, body in enumerate(node.branches):
            inner = state.copy()
            outputs.append(self.branch(id(node), index, body, inner, stdin))
            reached.append(inner)
        if reached:
            state.join(reached)
        return union([*outputs, EMPTY])

    # Simple commands

    def tick(self, span: Span) -> None:
        self.order += 1
        if self.order > _MAX_COMMANDS:
            raise ShellError("the script runs too many commands to follow; split it", span.start)

    def call(self, call: Call, statement: Statement, state: _State, stdin: Value | None) -> Value:
        if not call.words:
            for assignment in call.assignments:
                self.assign(assignment, state, export=False)
            return EMPTY
        order, holder = self.order, self.holder
        self.tick(call.span)
        self.holder = order
        inner = state.copy()
        overrides: list[tuple[str, Value]] = []
        for assignment in call.assignments:
            self.assign(assignment, inner, export=True)
            overrides.append((assignment.name, self.lookup(assignment.name, inner)))
        first = call.words[0]
        self.testing = word_shapes.bare(first) in ("[", "test")
        arguments = self.arguments(call.words, state)
        self.testing = False
        self.holder = holder
        name, arguments, wrappers, extra = self.unwrap(arguments, state)
        overrides += extra
        command = Command(
            name=name,
            arguments=arguments,
            span=call.span,
            order=order,
            context=self.context,
            stdin=stdin,
            environment=state.environment,
            exported=state.exported,
            overrides=tuple(overrides),
            xtrace=state.xtrace,
            folder=state.folder,
            branches=self.branches,
            conditional=self.conditions > 0,
            looped=self.loops > 0,
            outputs=(),
            redirects=statement.redirects,
            wrappers=wrappers,
            consumed=self.consumed > 0,
        )
        self.followed = False
        output = self.effect(command, call, state, stdin)
        if not self.silent:
            self.commands.append(replace(command, followed=self.followed))
        self.followed = False
        return output

    def effect(self, command: Command, call: Call, state: _State, stdin: Value | None) -> Value:
        """What a command does to the shell, and what it prints."""
        name, arguments = command.name, command.arguments
        if name in state.functions and not set(command.wrappers) & {"command", "exec"}:
            return self.follow(state.functions[name], arguments, call, state, stdin)
        texts = [argument.text for argument in arguments]
        match name:
            case "cd" | "pushd":
                self.change_folder(arguments, state)
            case "popd":
                state.folder = None
            case "set":
                self.options(texts, state)
            case "[" | "test":
                self.bracket(arguments, state)
            case "unset":
                for text in texts:
                    if text and not text.startswith("-"):
                        state.assign(text, (self.define(text, EMPTY, None, state),))
            case "read" | "mapfile" | "readarray" | "getopts":
                for text in texts:
                    if text and not text.startswith("-"):
                        state.assign(text, (self.define(text, Value.of(Unknown("what a command read")), None, state),))
            case "shift":
                count = int(texts[0]) if texts and texts[0] and texts[0].isdigit() else 1
                state.positional = state.positional[count:] if state.positional is not None else None
            case "source" | ".":
                self.source(arguments, state)
            case "eval":
                return self.evaluate(arguments, call, state, stdin)
            case _ if name in _SHELLS:
                return self.nested_shell(arguments, call, state, stdin)
            case _ if name in _ENDS or "exec" in command.wrappers:
                state.dead = name in _ENDS or state.dead
        return self.printed(command, stdin)

    def printed(self, command: Command, stdin: Value | None) -> Value:
        name, arguments = command.name, command.arguments
        texts = [argument.text for argument in arguments]
        if name == "echo":
            return word_shapes.echo(arguments)
        if name == "printf":
            return word_shapes.printf(arguments)
        pattern = self.programs.filters.get(name)
        if pattern and None not in texts and pattern.fullmatch(" ".join(text or "" for text in texts)):
            if stdin is not None:
                return stdin
            return Value.of(Unknown("standard input that nothing in the script feeds"))
        if name == "cat" or pattern:
            return Value.of(Unknown(f"a file or filter that `{name}` reads"))
        if name in ("cd", "set", "export", "[", "test", ":", "true", "false", "exit", "return", "shift", "unset"):
            return EMPTY
        return Value.of(Unknown(f"the output of `{name}`" if name else "the output of a command"))

    def unwrap(
        self, arguments: tuple[Argument, ...], state: _State
    ) -> tuple[str, tuple[Argument, ...], tuple[str, ...], list[tuple[str, Value]]]:
        """The program that is run in the end, its words, and the wrappers and `NAME=value` words before it."""
        wrappers: list[str] = []
        overrides: list[tuple[str, Value]] = []
        while arguments:
            text = arguments[0].text
            name = posixpath.basename(text) if text else ""
            wrapper = self.programs.wrappers.get(name)
            if not wrapper or name in state.functions:
                return name, arguments[1:], tuple(wrappers), overrides
            rest = arguments[1:]
            skipped = 0
            while rest:
                head = rest[0].text
                if head == "--":
                    rest = rest[1:]
                    break
                if head and head.startswith("-") and head != "-":
                    takes_value = head in wrapper.options and "=" not in head
                    rest = rest[2:] if takes_value else rest[1:]
                elif wrapper.assignments and (override := word_shapes.assignment(rest[0])):
                    overrides.append(override)
                    rest = rest[1:]
                elif skipped < wrapper.words and (not wrapper.optional or (head or "").isdigit()):
                    skipped += 1
                    rest = rest[1:]
                else:
                    break
            if not rest:
                return name, arguments[1:], tuple(wrappers), overrides
            wrappers.append(name)
            arguments = rest
        return "", (), tuple(wrappers), overrides

    def follow(
        self, function: Function, arguments: tuple[Argument, ...], call: Call, state: _State, stdin: Value | None
    ) -> Value:
        if function.name in self.calls or len(self.calls) >= _MAX_CALLS:
            return Value.of(Unknown(f"the output of `{function.name}`"))
        self.called.add(function.name)
        outer_context, outer_positional, dead = self.context, state.positional, state.dead
        self.context = (*outer_context, call.span.start)
        state.positional = self.positional(arguments, state)
        self.calls.append(function.name)
        fed = self.inputs(function.body.redirects, state, stdin)
        output = self.command(function.body, state, fed)
        self.calls.pop()
        self.context, state.positional = outer_context, outer_positional
        state.dead = dead
        self.followed = True
        return output

    def positional(self, arguments: Sequence[Argument], state: _State) -> tuple[Definition, ...]:
        return tuple(
            self.define(str(index), argument.value, argument.word, state, positional=True)
            for index, argument in enumerate(arguments, 1)
        )

    def uncalled(self, state: _State) -> None:
        """Functions that nothing calls are read as if something did, with parameters that nobody knows."""
        while True:
            name = next((name for name in reversed(state.functions) if name not in self.called), None)
            if name is None:
                return
            self.called.add(name)
            inner = state.copy()
            inner.positional = None
            inner.dead = False
            self.calls.append(name)
            self.conditions += 1
            self.command(state.functions[name].body, inner, None)
            self.conditions -= 1
            self.calls.pop()

    def change_folder(self, arguments: tuple[Argument, ...], state: _State) -> None:
        targets = [argument for argument in arguments if not (argument.text or "").startswith("-")]
        state.folder = (
            self.resolve(targets[0].value, state) if len(targets) == 1 and len(arguments) == len(targets) else None
        )

    def resolve(self, path: Value, state: _State) -> str | None:
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

    def options(self, texts: Sequence[str | None], state: _State) -> None:
        for index, text in enumerate(texts):
            named = texts[index + 1] if index + 1 < len(texts) and text in ("-o", "+o") else None
            for letter, name in (("x", "xtrace"), ("a", "allexport")):
                if text and (named == name or re.fullmatch(rf"[-+][a-z]*{letter}[a-z]*", text)):
                    setattr(state, name, text.startswith("-"))
        if texts and texts[0] == "--":
            state.positional = None

    def source(self, arguments: tuple[Argument, ...], state: _State) -> None:
        """A sourced file may set what it mentions; a file that is not there may set anything that the script set."""
        if not arguments:
            return
        path = arguments[0].text
        if path and any(pattern.fullmatch(path) for pattern in self.programs.harmless_sources):
            return
        resolved = self.resolve(arguments[0].value, state)
        content = self.read(resolved) if resolved else None
        unknown = Value.of(Unknown(f"`{path}`, which is sourced" if path else "a file that is sourced"))
        if content is None:
            self.cloud(unknown, state)
            return
        for name in dict.fromkeys(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", content)):
            if re.search(rf"\b{name}\+?=|\bread\b.*\b{name}\b|\b(?:export|unset)\b.*\b{name}\b", content):
                definition = self.define(name, unknown, None, state)
                state.assign(name, (*state.environment.get(name, (None,)), definition))

    def cloud(self, unknown: Value, state: _State) -> None:
        for name, definitions in state.environment.items():
            if any(definition is not None and definition.order >= 0 for definition in definitions):
                state.assign(name, (*definitions, self.define(name, unknown, None, state)))

    def evaluate(self, arguments: tuple[Argument, ...], call: Call, state: _State, stdin: Value | None) -> Value:
        nested = word_shapes.nested_text(self.text, [a.word for a in arguments])
        if nested is None:
            sources = {program for argument in arguments for program in word_shapes.substituted_programs(argument.word)}
            if not sources or not sources <= self.programs.harmless_evals:
                self.cloud(Value.of(Unknown("what `eval` runs")), state)
            return Value.of(Unknown("what `eval` prints"))
        return self.nested(nested, call, state, stdin)

    def nested_shell(self, arguments: tuple[Argument, ...], call: Call, state: _State, stdin: Value | None) -> Value:
        """`bash -c '…'`; a script file is not followed."""
        inner = state.copy()
        for index, argument in enumerate(arguments):
            text = argument.text
            if text is None or not text.startswith(("-", "+")):
                break
            self.options([text], inner)
            if re.fullmatch(r"-[a-z]*c", text) and index + 1 < len(arguments):
                inner.positional = self.positional(arguments[index + 3 :], state)
                nested = word_shapes.nested_text(self.text, [arguments[index + 1].word])
                if nested:
                    return self.nested(nested, call, inner, stdin)
                break
        return Value.of(Unknown("the output of a shell"))

    def nested(self, nested: word_shapes.Nested, call: Call, state: _State, stdin: Value | None) -> Value:
        if len(self.calls) >= _MAX_CALLS:
            return Value.of(Unknown("the output of a shell"))
        try:
            statements = parse_shell(nested.text, nested.place)
        except ShellError as error:
            if not self.silent:
                self.unread.append(Unread(call.span, nested.text, str(error)))
            return Value.of(Unknown("shell that could not be read"))
        self.calls.append("")
        self.fixed_quotes += nested.double
        output = self.statements(statements, state, stdin)
        self.fixed_quotes -= nested.double
        self.calls.pop()
        self.followed = True
        return output

    # Redirections

    def inputs(self, redirects: Sequence[Redirect], state: _State, stdin: Value | None) -> Value | None:
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

    def outputs(self, statement: Statement, state: _State, output: Value) -> Value:
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

    def heredoc(self, redirect: Redirect, state: _State) -> Value:
        if redirect.body is None:
            return EMPTY
        parts = list(redirect.body.parts)
        if redirect.operator == "<<-":
            parts = word_shapes.without_tabs(parts)
        if redirect.quoted:
            return Value.of(*(Text(part.text) for part in parts if isinstance(part, Lit)))
        return concat([self.part(part, state, double=True) for part in parts])

    def file_input(self, redirect: Redirect, state: _State) -> Value:
        parts = redirect.word.parts
        if len(parts) == 1 and isinstance(parts[0], Substitution) and parts[0].process:
            self.consumed += 1
            output = self.statements(parts[0].statements, state.copy(), None)
            self.consumed -= 1
            return output
        self.word(redirect.word, state)
        return Value.of(Unknown("a file that is read"))

    # Variables

    def define(self, name: str, value: Value, word: Word | None, state: _State, positional: bool = False) -> Definition:
        definition = Definition(name, value, word, self.order, positional, state.xtrace)
        if not self.silent:
            self.definitions.append(definition)
        self.tick(Span(0, 0))
        return definition

    def assign(self, assignment: Assignment, state: _State, export: bool) -> None:
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

    def declare(self, declaration: Declaration, state: _State) -> None:
        options = [word_shapes.bare(word) or "" for word in declaration.options]
        export = declaration.variant == "export" or any("x" in option for option in options if option.startswith("-"))
        for word in declaration.options:
            self.word(word, state)
        for assignment in declaration.assignments:
            self.assign(assignment, state, export)
            if export:
                state.exported |= {assignment.name}

    def lookup(self, name: str, state: _State) -> Value:
        values = []
        for definition in state.environment.get(name, (None,)):
            values.append(definition.value if definition else Value.of(Stored(name, ())))
        return union(values)

    # Words

    def arguments(self, words: Iterable[Word], state: _State) -> tuple[Argument, ...]:
        found: list[Argument] = []
        for word in words:
            if expanded := self.expanded(word, state):
                found += expanded
                continue
            value = self.word(word, state)
            found += [Argument(piece, word) for piece in word_shapes.split(value)]
        return tuple(found)

    def expanded(self, word: Word, state: _State) -> tuple[Argument, ...] | None:
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

    def through_positional(self, param: Param, index: int, state: _State) -> Argument:
        assert state.positional is not None
        definition = state.positional[index - 1]
        self.use(param, (definition,))
        return Argument(definition.value.through(Reference(param, definition, self.context), splits=False), None)

    def parameter(self, index: int, state: _State) -> Definition | None:
        if state.positional is None or not 1 <= index <= len(state.positional):
            return None
        return state.positional[index - 1]

    def word(self, word: Word, state: _State) -> Value:
        return concat([self.part(part, state, double=False) for part in word.parts])

    def part(self, part: Part, state: _State, double: bool) -> Value:
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

    def double(self, part: Double, state: _State) -> Value:
        if not part.parts:
            return Value.of(Text("", part.span))
        return concat([self.part(inner, state, double=True) for inner in part.parts])

    def use(self, param: Param, definitions: Definitions) -> None:
        if not self.silent:
            self.uses.append(UseOf(param, definitions, self.context, self.holder, self.defining))

    def param(self, param: Param, state: _State, double: bool) -> Value:
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
        test = _Test(base, param, param.name_span, self.context, everything=True)
        if not self.silent:
            self.tests.append(test)

    def defaulted(self, param: Param, base: Value, reference: Reference, state: _State) -> Value:
        word = self.word(param.word, state) if param.word else EMPTY
        rows = [row for row in base.alternatives if word_shapes.certain(row) is not False]
        fallback = word.through(reference, splits=False)
        sure = rows and all(word_shapes.certain(row) for row in base.alternatives)
        value = base if sure else union([Value(tuple(rows)), fallback]) if rows else fallback
        if param.operator in ("=", ":=") and not sure:
            state.assign(param.name, (self.define(param.name, value, None, state),))
        return value

    # Presence tests

    def presence(self, argument: Argument | None, word: Word | None, value: Value) -> None:
        param = word_shapes.only_param(word) if word else None
        span = param.name_span if param else (word.span if word else Span(0, 0))
        if self.silent or (param is None and not any(isinstance(piece, Stored) for piece in value.pieces)):
            return
        test = _Test(value, param, span, self.context)
        self.tests.append(test)
        if self.collectors:
            self.collectors[-1].append(test)

    def named(self, name: str, word: Word | None, state: _State) -> None:
        """`-v NAME`."""
        if self.silent or word is None:
            return
        test = _Test(self.lookup(name, state), None, word.span, self.context)
        self.tests.append(test)
        if self.collectors:
            self.collectors[-1].append(test)

    def bracket(self, arguments: tuple[Argument, ...], state: _State) -> None:
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

    def double_bracket(self, test: Test, state: _State) -> None:
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
