"""The abstract interpreter: follow a program through every way that it may take, without executing anything.

A forward may-analysis: a state over-approximates what holds at a point, several ways into one are joined, and the
events are those of all of them. Functions and files are followed at each call (call strings, at most 20 deep), and
loops until another round brings nothing new, or are widened after three. So it ends: states only grow in a round, calls
are bounded, and so is the number of events.

`Interpreter` follows nodes and is what holds its parts together; each part knows one thing: `expressions`,
`variables`, `streams`, `conditions`, `functions`, `commands`, `builtins`, `nested` (programs in text), `launching`
(programs in files), `havoc`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from migrator.flow import words
from migrator.flow.builtins import Builtins
from migrator.flow.commands import CommandModel
from migrator.flow.conditions import Conditions
from migrator.flow.events import LOOP, Argument, Decision, Environment, Flow
from migrator.flow.expressions import Evaluator
from migrator.flow.frame import Frame
from migrator.flow.functions import Functions
from migrator.flow.havoc import HavocModel
from migrator.flow.lattice import State, join, widen
from migrator.flow.launching import Launching
from migrator.flow.library import Library, StepTexts
from migrator.flow.nested import Nested
from migrator.flow.recorder import AskedTest, Recorder
from migrator.flow.streams import Streams, may_fail
from migrator.flow.variables import Variables
from migrator.frontends.shell.programs import lower
from migrator.ir import nodes
from migrator.ir.named import named
from migrator.ir.nodes import (
    Assign,
    Block,
    Call,
    Chain,
    Declare,
    Define,
    Evaluate,
    If,
    Loop,
    Pipe,
    Return,
    Statement,
    Switch,
    Test,
)
from migrator.ir.paths import NONE, Paths, Top, matching
from migrator.ir.values import EMPTY, Definition, Unknown, Value, concat, union
from migrator.rulebook.programs import Programs

_ROUNDS = 3
_MOST_ROUNDS = 50
_STATUS = (Call, If, Block, Pipe)
"""The nodes that say whether they fail."""
_OWN = ("OPTARG", "OPTIND", "REPLY", "MAPFILE", "COPROC", "PIPESTATUS", "BASH_REMATCH", "LINENO", "SECONDS", "RANDOM")


def follow(
    text: str,
    programs: Programs,
    variables: Environment,
    read: Callable[[str], str | None],
    clone: str,
    library: Library | None = None,
    changed: frozenset[str] = frozenset(),
    ignored: bool = False,
) -> Flow:
    """Follow one shell program. `variables` are known before it starts; `read` gives a repository file's text; `clone`
    is the variable whose value is the folder of the repository.

    `library` has the files that it may run; those in `changed` are not what stands there. `ignored`: nothing follows
    from its failure. Raises ProgramError where the
    text cannot be read.
    """
    machine = Interpreter(text, programs, read, clone, library, changed)
    own = {name: (Definition(name, Value.of(Unknown(f"`${name}`")), None, -1),) for name in _OWN}
    state = State(environment={**own, **variables}, errexit=True)
    frame = Frame(fatal=not ignored, last=True)
    try:
        machine.run(lower(text), state, frame, None)
        machine.nested.trapped(state)
        machine.functions.uncalled(state, frame.but(fatal=False))
        machine.functions.rest()
    except RecursionError:
        raise nodes.ProgramError("the script is nested too deeply to follow; flatten it") from None
    return machine.recorder.flow()


class Interpreter:
    """Follows statements in the order of running, with every branch that may be taken."""

    def __init__(
        self,
        text: str,
        programs: Programs,
        read: Callable[[str], str | None],
        clone: str,
        library: Library | None,
        changed: frozenset[str],
    ) -> None:
        self.text = StepTexts(text, library)
        self.programs = programs
        self.file = read
        self.clone = clone
        self.library = library
        self.changed = changed
        """Files that the program may write: what stands there before is not what they say."""
        self.recorder = Recorder()
        self.expressions = Evaluator(self)
        self.variables = Variables(self)
        self.streams = Streams(self)
        self.conditions = Conditions(self)
        self.functions = Functions(self)
        self.commands = CommandModel(self)
        self.builtins = Builtins(self)
        self.nested = Nested(self)
        self.launching = Launching(self)
        self.havoc = HavocModel(self)

    # Statements

    def run(self, statements: Iterable[Statement], state: State, frame: Frame, stdin: Value | None) -> Value:
        """Follow statements, and return what they write to standard output."""
        statements = tuple(statements)
        if not statements:
            return EMPTY
        inner = frame.but(last=False)
        outputs = [self.statement(one, state, inner, stdin) for one in statements[:-1]]
        return concat([*outputs, self.statement(statements[-1], state, frame, stdin, last=True)])

    def statement(
        self,
        statement: Statement,
        state: State,
        frame: Frame,
        stdin: Value | None,
        decided: bool = False,
        last: bool = False,
    ) -> Value:
        """`decided`: something asks whether it succeeded. `last`: so does what asks that of the node around."""
        since = len(self.recorder.commands)
        if statement.node is None:
            self.streams.inputs(statement.redirects, state, frame, stdin)
            return self.streams.outputs(statement.redirects, state, frame, EMPTY, since)
        if statement.detached:
            state.failed = False
            state, frame = state.copy(), frame.but(fatal=False)
        collected: list[AskedTest] = []
        asked = decided or (last and frame.asked)
        inner = frame.but(asking=collected, asked=asked)
        inner = inner if decided else inner.but(failing=None)
        fed = self.streams.inputs(statement.redirects, state, inner, stdin)
        before = state.copy()
        output = self.node(statement, state, inner, fed)
        if any(map(may_fail, statement.redirects)):
            self.fails(before, state, inner)
        output = self.streams.outputs(statement.redirects, state, inner, output, since)
        if statement.detached:
            self.streams.held = None
        if statement.negated:
            collected = [one.negated for one in collected]
            state.failed = False
        if not asked:
            for one in collected:
                if not one.test.decisions:
                    stops = one.present is True and not statement.negated and frame.ends(state)
                    one.test.decisions.append(Decision(None, stops=stops))
        if frame.asking is not None:
            frame.asking.extend(collected if asked else [one.unsure for one in collected])
        return output

    def node(self, statement: Statement, state: State, frame: Frame, stdin: Value | None) -> Value:
        if not isinstance(statement.node, _STATUS):
            state.failed = False
        match statement.node:
            case Call() as call:
                return self.commands.run(call, statement, state, frame, stdin)
            case Assign() as node:
                self.variables.assign(node, state, frame)
            case Declare() as node:
                self.variables.declare(node, state, frame)
            case Pipe() as node:
                return self.pipe(node, state, frame, stdin)
            case If() as node:
                return self.conditional(node, state, frame, stdin)
            case Loop() as node:
                return self.loop(node, state, frame, stdin)
            case Switch() as node:
                return self.switch(node, state, frame, stdin)
            case Block(unordered=True) as node:
                other = state.copy()
                self.run(node.body, other, frame.but(unordered=True, conditional=True, fatal=False), stdin)
                state.become(join([state, other]))
            case Block(isolated=True) as node:
                other = state.copy()
                output = self.run(node.body, other, frame.process(state), stdin)
                state.failed = other.failed
                return output
            case Block() as node:
                return self.run(node.body, state, frame, stdin)
            case Define() as node:
                state.functions = {**state.functions, node.name: (node,)}
                state.exported |= {node.name} if state.allexport else frozenset()
            case Test() as node:
                self.conditions.node(node, state, frame)
            case Evaluate() as node:
                for word in node.words:
                    self.expressions.value(word, state, frame)
                self.variables.computed(node.sets, state)
            case nodes.ChangeDirectory() as node:
                self.enter(self.folder(self.expressions.value(node.target, state, frame), state), state, frame)
            case Return() as node:
                self.ends(self.expressions.value(node.value, state, frame), state, frame)
            case nodes.Break():
                if frame.breaking:
                    frame.breaking[-1].append(state.copy())
                state.dead = len(frame.breaking) > frame.around
                self.recorder.departs(stops=False)
            case nodes.Exit() as node:
                state.dead, state.failed, state.stopped = True, node.failing, node.failing and frame.fatal
                self.recorder.departs(state.stopped)
            case nodes.Havoc() as node:
                self.havoc.node(node, state, frame)
        return EMPTY

    def ends(self, value: Value, state: State, frame: Frame) -> None:
        """The running function returns a value."""
        if frame.results is not None:
            frame.results.append(value)
        if frame.returning is not None:
            frame.returning.append(state.copy())
            state.dead = True
        self.recorder.departs(stops=False)

    def pipe(self, node: Pipe, state: State, frame: Frame, stdin: Value | None) -> Value:
        alone = frame.but(consumed=True, asked=False, fatal=False, inside=True)
        left = self.statement(node.left, state.copy(), alone, stdin)
        right = state.copy()
        output = self.statement(node.right, right, frame.process(state).but(failing=None), left, decided=True)
        state.failed = right.failed
        if True in state.lastpipe:
            state.become(right if state.lastpipe == {True} else join([state, right]))
        return output

    # Branches and loops

    def condition(
        self, statements: Sequence[Statement], state: State, frame: Frame, stdin: Value | None
    ) -> tuple[Value, list[AskedTest], State]:
        """Follow what is asked for success, which `state` is that of. The presence tests in it decide about what comes
        next, and the state returned is where it did not succeed."""
        collected: list[AskedTest] = []
        failing: list[State] = []
        inner = frame.but(asking=collected, failing=failing, unchecked=True)
        last = len(statements) - 1
        outputs = [self.statement(one, state, inner, stdin, index == last) for index, one in enumerate(statements)]
        failed = join([state, *failing])
        if statements and statements[-1].negated:
            state.become(failed)
        other = failed.copy()
        other.failed = bool(statements)
        return concat(outputs), collected, other

    def fails(self, before: State, state: State, frame: Frame) -> None:
        """The node may have failed, and changed nothing; where nothing asks, that ends the program."""
        if frame.failing is not None:
            frame.failing.append(before)
        elif frame.unchecked:
            state.become(join([before, state]))

    def enter(self, folders: Paths, state: State, frame: Frame) -> None:
        """Change the working directory, if that is there."""
        before = state.copy()
        state.enter(folders)
        self.fails(before, state, frame)

    def branch(
        self, body: Sequence[Statement], state: State, frame: Frame, stdin: Value | None, decided: bool = False
    ) -> Value:
        return concat([self.statement(statement, state, frame, stdin, decided) for statement in body])

    def conditional(self, node: If, state: State, frame: Frame, stdin: Value | None) -> Value:
        before, tests, other = self.condition(node.condition, state, frame, stdin)
        here, chained = (node.span, frame.calls), node.chain is not None
        if not chained and not node.otherwise:
            other.failed = False
        since = self.recorder.departures
        first, ends = self.ending(node.then, state, frame.branch((here, 0)), stdin, chained)
        second, ends_too = self.ending(node.otherwise, other, frame.branch((here, 1)), stdin, chained)
        leaves = self.recorder.departures > since
        for one in tests:
            missing, stops = {True: (node.otherwise, ends_too), False: (node.then, ends), None: ((), False)}[
                one.present
            ]
            regions = tuple(statement.span for statement in (*node.then, *node.otherwise))
            found = Decision(regions, tuple(statement.span for statement in missing), stops, leaves)
            one.test.decisions.append(found)
        if node.chain is Chain.AND and frame.failing is not None:
            frame.failing.append(other)
        else:
            state.become(join([state, other]))
        if not node.condition and ends:  # what comes behind is read although nothing comes there
            state.stopped = True
        if frame.asking is not None:  # the whole may be a condition itself
            frame.asking.extend(tests if chained else [one.unsure for one in tests])
        return concat([before, union([first, second])])

    def ending(
        self, body: Sequence[Statement], state: State, frame: Frame, stdin: Value | None, decided: bool
    ) -> tuple[Value, bool]:
        """Follow a branch. Returns as well whether the step surely ends with a failure in it, on every way."""
        since = self.recorder.escapes
        output = self.branch(body, state, frame, stdin, decided)
        fails = state.stopped or (state.failed and not state.dead and frame.ends(state))
        return output, bool(body) and fails and self.recorder.escapes == since

    def loop(self, node: Loop, state: State, frame: Frame, stdin: Value | None) -> Value:
        if node.variable:
            self.item(node, state, frame)
        broken: list[State] = []
        rounds = ((node.span, frame.calls), LOOP)
        inner = frame.but(breaking=(*frame.breaking, broken), branches=(*frame.branches, rounds), last=False)
        before, state.failed = state.dead, False
        if not self.recorder.silent:
            self.rounds(node, state, inner, broken, stdin)
        inner = inner.but(looped=True)
        output, tests, skipped = self.condition(node.condition, state, inner, stdin)
        for one in tests:
            one.test.decisions.append(Decision(None))
        body = self.branch(node.body, state, inner.but(conditional=True), stdin)
        state.become(join([skipped, state, *broken]))
        state.dead = before
        state.failed = state.stopped = False
        return concat([output, union([body, EMPTY])])

    def item(self, node: Loop, state: State, frame: Frame) -> None:
        """The variable of a loop is one of the items."""
        items: Sequence[Argument | Definition] = state.positional or ()
        if node.items is not None:
            items = self.expressions.arguments(node.items, state, frame)
        value = union(item.value for item in items) if items else Value.of(Unknown("a loop over nothing known"))
        loose = len(items) != 1 or any(map(words.may_split, node.items or ()))
        state.assign(node.variable, (self.variables.define(node.variable, value, None, state, loose=loose),))

    def rounds(self, node: Loop, state: State, frame: Frame, broken: list[State], stdin: Value | None) -> None:
        """Follow the loop until another round brings nothing new, so that `state` is what any round may begin with."""
        with self.recorder.muted():
            for count in range(_MOST_ROUNDS):
                before = state.copy()
                _, _, skipped = self.condition(node.condition, state, frame, stdin)
                self.branch(node.body, state, frame.but(conditional=True), stdin)
                state.become(join([before, skipped, state, *broken]))
                if not widen(before, state, last=count >= _ROUNDS):
                    return
        raise nodes.ProgramError("a loop changes too much to follow; simplify it", node.span.start)

    def switch(self, node: Switch, state: State, frame: Frame, stdin: Value | None) -> Value:
        for word in (node.subject, *node.patterns):
            self.expressions.value(word, state, frame)
        reached: list[State] = [] if node.exhaustive else [state.copy()]
        outputs: list[Value] = []
        for index, body in enumerate(node.branches):
            inner = state.copy()
            outputs.append(self.branch(body, inner, frame.branch(((node.span, frame.calls), index)), stdin))
            reached.append(inner)
        if reached:
            state.become(join(reached))
        return union([*outputs, EMPTY])

    # What the parts ask

    def place(self, value: Value, state: State) -> Paths:
        """The paths of the repository that a value names."""
        return named(value, state.folders, self.clone)

    def folder(self, value: Value, state: State) -> Paths:
        """The working directory that a value names; what lies in one outside of the repository is not known."""
        return self.place(value, state) or Top("a folder outside of the repository")

    def listed(self, paths: Paths) -> frozenset[str]:
        """The files of the repository that are among the paths, or may be."""
        return matching(paths, self.library.listed()) if self.library else NONE
