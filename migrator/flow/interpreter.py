"""Run a script in the mind: follow values of variables through a shell program without executing anything.

The result is an over-approximation: where several assignments can reach a place, all of them are kept; where reading
cannot tell, the value is Unknown. Functions are followed at each call, loops are taken as run any number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from migrator.flow import shapes as word_shapes
from migrator.flow.commands import Commands
from migrator.flow.events import (
    Environment,
    Flow,
    PresenceTest,
)
from migrator.flow.lattice import PendingTest, State
from migrator.flow.library import Library
from migrator.frontends.shfmt import parse_shell
from migrator.ir.nodes import (
    Arithmetic,
    Binary,
    Call,
    Case,
    Declaration,
    Function,
    Group,
    If,
    Loop,
    Redirect,
    ShellError,
    Statement,
    Test,
)
from migrator.ir.values import (
    EMPTY,
    Definition,
    Unknown,
    Value,
    concat,
    union,
)
from migrator.rulebook.records import Programs

_ROUNDS = 3
_OPENS = ("<", "<>", ">", ">>", ">|", "&>", "&>>")
_OWN = ("OPTARG", "OPTIND", "REPLY", "MAPFILE", "COPROC", "PIPESTATUS", "BASH_REMATCH", "LINENO", "SECONDS", "RANDOM")


def run_script(
    text: str,
    programs: Programs,
    variables: Environment,
    read: Callable[[str], str | None],
    library: Library | None = None,
    changed: frozenset[str] = frozenset(),
) -> Flow:
    """Follow one shell program. `variables` are known before it starts; `read` gives a repository file's text.

    `library` has the files that it may run; those in `changed` are not what stands there. Raises ShellError where the
    text cannot be read.
    """
    interpreter = Interpreter(text, programs, read, library, changed)
    own = {name: (Definition(name, Value.of(Unknown(f"`${name}`")), None, -1),) for name in _OWN}
    state = State(environment={**own, **variables})
    try:
        interpreter.statements(parse_shell(text), state, None)
        interpreter.trapped(state)
        interpreter.uncalled(state)
    except RecursionError:
        raise ShellError("the script is nested too deeply to follow; flatten it") from None
    return interpreter.trace()


def _may_fail(redirect: Redirect) -> bool:
    """Whether it opens a file; where that fails, the command does not run."""
    return redirect.operator in _OPENS and word_shapes.bare(redirect.word) != "/dev/null"


class Interpreter(Commands):
    """Follows statements in the order of running, with every branch that may be taken."""

    def trace(self) -> Flow:
        presences = tuple(
            PresenceTest(t.value, t.read, t.name_span, t.calls, tuple(t.regions), t.everything) for t in self.tests
        )
        return Flow(
            tuple(self.commands),
            tuple(self.uses),
            presences,
            tuple(self.definitions),
            tuple(self.unread),
            tuple(self.blind),
            tuple(self.files),
            tuple(placed for _, placed in sorted(self.reached.items())),
        )

    def statements(self, statements: Iterable[Statement], state: State, stdin: Value | None) -> Value:
        return concat([self.statement(statement, state, stdin) for statement in statements])

    def statement(self, statement: Statement, state: State, stdin: Value | None, decided: bool = False) -> Value:
        """Follow a statement and return its standard output. `decided`: something asks whether it succeeded."""
        if statement.command is None:
            self.inputs(statement.redirects, state, stdin)
            return EMPTY
        if statement.background:
            state = state.copy()
        collected: list[PendingTest] = []
        if not decided:
            self.collectors.append(collected)
        fed = self.inputs(statement.redirects, state, stdin)
        before = state.copy()
        output = self.command(statement, state, fed)
        if decided and any(map(_may_fail, statement.redirects)):
            state.join([before, state.copy()])
        output = self.outputs(statement, state, output)
        if not decided:
            self.collectors.pop()
            for test in collected:
                test.everything = test.everything or not test.regions
        return output

    def command(self, statement: Statement, state: State, stdin: Value | None) -> Value:
        match statement.command:
            case Call() as call:
                return self.call(call, statement, state, stdin)
            case Declaration() as declaration:
                self.declare(declaration, state)
            case Binary(operator="|" | "|&") as pipe:
                self.consumed += 1
                left = self.statement(pipe.left, state.copy(), stdin)
                self.consumed -= 1
                right = state.copy()
                output = self.statement(pipe.right, right, left, decided=True)
                if True in state.lastpipe:
                    state.join([right] if state.lastpipe == {True} else [state.copy(), right])
                return output
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
                state.functions = {**state.functions, function.name: (function,)}
            case Test() as test:
                self.double_bracket(test, state)
            case Arithmetic() as arithmetic:
                for word in arithmetic.words:
                    self.word(word, state)
                self.calculated(arithmetic.names, state)
        return EMPTY

    def binary(self, binary: Binary, state: State, stdin: Value | None) -> Value:
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
        self, statements: Sequence[Statement], state: State, stdin: Value | None
    ) -> tuple[Value, list[PendingTest]]:
        """Follow what is asked for success; the presence tests in it decide about what comes next."""
        collected: list[PendingTest] = []
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
        state: State,
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

    def conditional(self, node: If, state: State, stdin: Value | None) -> Value:
        before, tests = self.condition(node.condition, state, stdin)
        for test in tests:
            test.regions += [statement.span for statement in (*node.then, *node.otherwise)]
        other = state.copy()
        first = self.branch(id(node), 0, node.then, state, stdin)
        second = self.branch(id(node), 1, node.otherwise, other, stdin)
        state.join([state.copy(), other])
        return concat([before, union([first, second])])

    def loop(self, node: Loop, state: State, stdin: Value | None) -> Value:
        if node.kind in ("for", "select") and node.name:
            words = node.words
            items = self.arguments(words, state) if words is not None else state.positional or ()
            value = union(item.value for item in items) if items else Value.of(Unknown("a loop over nothing known"))
            loose = len(items) != 1 or any(word_shapes.may_split(word) for word in words or ())
            state.assign(node.name, (self.define(node.name, value, None, state, loose=loose),))
        before = state.copy()
        self.breaks.append([])
        if not self.silent:
            self.rounds(node, state, stdin)
        self.loops += 1
        output, tests = self.condition(node.condition, state, stdin)
        for test in tests:
            test.regions += [statement.span for statement in node.body]
            test.everything = True
        skipped = state.copy()
        body = self.branch(id(node), 0, node.body, state, stdin)
        state.join([skipped, state.copy(), *self.breaks.pop()])
        self.loops -= 1
        state.dead = before.dead
        return concat([output, union([body, EMPTY])])

    def rounds(self, node: Loop, state: State, stdin: Value | None) -> None:
        """Follow the loop until another round brings nothing new, so that `state` is what any round may begin with."""
        self.silent += 1
        for count in range(_ROUNDS + 1):
            before, known = state.copy(), state.known()
            self.condition(node.condition, state, stdin)
            self.branch(id(node), 0, node.body, state, stdin)
            state.join([before, state.copy(), *self.breaks[-1]])
            new = {name for name, values in state.known().items() if known.get(name) != values}
            if not new:
                break
            if count == _ROUNDS:
                state.clouded |= new
        self.silent -= 1

    def case(self, node: Case, state: State, stdin: Value | None) -> Value:
        self.word(node.word, state)
        for pattern in node.patterns:
            self.word(pattern, state)
        reached: list[State] = [] if node.exhaustive else [state.copy()]
        outputs: list[Value] = []
        for index, body in enumerate(node.branches):
            inner = state.copy()
            outputs.append(self.branch(id(node), index, body, inner, stdin))
            reached.append(inner)
        if reached:
            state.join(reached)
        return union([*outputs, EMPTY])
