"""Statements of a Python program lowered.

An exception may end a `try` block anywhere, so that a handler begins with what the block had assigned by then: unknown.
What nothing calls by name is read behind the module, with arguments that are unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

import libcst as cst

from migrator.frontends.python import commands, tree
from migrator.frontends.python.assignments import Assignments
from migrator.frontends.python.expressions import Expressions, Listed
from migrator.frontends.python.facts import gather, suppresses
from migrator.frontends.python.names import Function, Names, Namespace
from migrator.frontends.python.shapes import Copy
from migrator.ir.nodes import (
    Ask,
    Asked,
    Assign,
    Block,
    Break,
    Call,
    ChangeDirectory,
    Constant,
    Define,
    Evaluate,
    Exit,
    If,
    Invoke,
    Join,
    Loop,
    ProgramError,
    Quoting,
    Return,
    Statement,
    Switch,
    Test,
)
from migrator.text.source import Span

_MAX_DEPTH = 250
"""How deeply statements stand in each other, which bounds what follows the nodes: each `if` and `elif` is two levels.
"""


def lower(
    text: str,
    place: Callable[[int], int] | None,
    libraries: Collection[str] = (),
    accounts: Collection[str] = (),
) -> tuple[Statement, ...]:
    """A program. `libraries` run commands, or use a registry, in ways of their own, `accounts` log in to something
    else. Raises ProgramError where it cannot be read."""
    module = tree.parse(text)
    try:
        names = Names(text, module, place or (lambda index: index))
        to = Expressions(names, gather(names, accounts), text)
        return tuple(_Statements(to, libraries).module())
    except RecursionError:
        raise ProgramError(tree.DEEP) from None


class _Statements:
    """`libraries` run commands in ways of their own. `loose` calls the functions that are called with who knows what;
    `labels` are the names of functions and classes, `scopes` those that were read last of each."""

    def __init__(self, to: Expressions, libraries: Collection[str]) -> None:
        self.to = to
        self.libraries = libraries
        self.names = to.names
        self.assignments = Assignments(to)
        self.loose: list[Statement] = []
        self.labels: set[str] = set()
        self.scopes: dict[cst.CSTNode, Namespace] = {}
        self.to.copy = self.copy
        self.depth = 0

    def module(self) -> Iterator[Statement]:
        with self.to.collected() as made:
            self.begin(self.names.module, ())
            self.body(self.names.module.body)
        yield from made
        yield from self.loose
        yield from self.untold()

    def untold(self) -> Iterator[Statement]:
        """What looks like a command that logs in, and was not followed to where it is run: a command of its own that
        nobody knows, with the text of the program, where the registry may be named."""
        for node, found in self.to.facts.logins.items():
            if self.to.told.isdisjoint((node, *found.words)):
                span = self.names.span(node)
                program = Join((self.to.unknown(node, why=commands.UNTOLD),), span)
                with self.names.within(self.scopes.get(found.scope, self.names.root)), self.to.collected():
                    told = tuple(map(self.to.word, (*found.words, *found.beside)))
                login = (self.to.text_of("login", node),) if isinstance(node, cst.Call) else ()
                call = Call((program, *login, *told, self.to.text_of(self.to.text, node)), span)
                yield Statement(If((), (Statement(call, span),), (), span), span)

    # Blocks

    def begin(self, node: cst.CSTNode, given: Iterable[str]) -> None:
        """Nothing is known of the variables of a scope before they are assigned, but for those that are given."""
        scope = self.scopes[node] = self.names.scope
        if unset := sorted(scope.variables.difference(given)):
            self.to.runs(Evaluate((), self.names.span(node), tuple(f"{scope.path}.{name}" for name in unset)))

    def body(self, nodes: Iterable[cst.CSTNode]) -> None:
        for node in nodes:
            self.statement(node)

    def block(self, *nodes: cst.CSTNode | None) -> tuple[Statement, ...]:
        with self.to.collected() as made:
            self.body(node for node in nodes if node is not None)
        return tuple(made)

    def may_run(self, node: cst.CSTNode | None) -> None:
        if node is not None and (made := self.block(node)):
            self.to.runs(If((), made, (), self.names.span(node)))

    @contextmanager
    def guarded(self, count: int) -> Iterator[None]:
        outer, self.to.guarded = self.to.guarded, count
        yield
        self.to.guarded = outer

    def statement(self, node: cst.CSTNode) -> None:
        """Raises ProgramError where statements stand in each other too deeply."""
        if self.depth > _MAX_DEPTH:
            raise ProgramError(tree.DEEP)
        self.depth += 1
        self.lowered(node)
        self.depth -= 1

    def lowered(self, node: cst.CSTNode) -> None:
        match node:
            case cst.SimpleStatementLine() | cst.SimpleStatementSuite() | cst.IndentedBlock():
                self.body(node.body)
            case cst.Else() | cst.Finally():
                self.statement(node.body)
            case _ if isinstance(node, tree.IMPORTS):
                self.imported(node)
            case cst.Assign(targets=[cst.AssignTarget(target=target)]):
                self.assignments.give(target, node.value)
            case cst.Assign():
                self.assignments.share(node)
            case cst.AnnAssign():
                self.to.evaluate(node, node.annotation)
                if node.value is not None:
                    self.assignments.give(node.target, node.value)
            case cst.AugAssign():
                self.assignments.change(node)
            case cst.Del():
                self.assignments.forget(node.target)
            case cst.Return():
                span = self.names.span(node)
                self.to.leaves(Return(self.to.word(node.value) if node.value else Join((), span), span))
            case cst.Raise():
                self.to.evaluate(node, *node.children)
                self.to.leaves(Exit(self.names.span(node), self.raises(node.exc)))
            case cst.Assert():
                self.branch(node, node.test, (), (node.msg,), ends=True)
            case cst.Expr(value=cst.IfExp() as one):
                self.branch(one, one.test, (one.body,), (one.orelse,))
            case cst.Expr(value=cst.BooleanOperation(operator=cst.And()) as one):
                self.branch(one, one.left, (one.right,), ())
            case cst.Expr(value=cst.BooleanOperation() as one):
                self.branch(one, one.left, (), (one.right,))
            case cst.Break() | cst.Continue():
                self.to.leaves(Break(self.names.span(node), isinstance(node, cst.Continue)))
            case cst.FunctionDef():
                self.function(node)
            case cst.ClassDef():
                self.classed(node)
            case cst.If():
                self.branch(node, node.test, (node.body,), (node.orelse,))
            case cst.For() | cst.While():
                self.loop(node)
            case cst.With():
                self.managed(node)
            case cst.Try() | cst.TryStar():
                self.attempt(node.body, node.handlers)
                self.may_run(node.orelse)
                self.body([node.finalbody] if node.finalbody else [])
            case cst.Match():
                self.switch(node)
            case cst.BaseExpression():
                self.to.evaluate(node, node)
            case _:
                self.to.evaluate(node, *node.children)

    # Control

    def branch(
        self,
        node: cst.CSTNode,
        test: cst.BaseExpression,
        then: Sequence[cst.CSTNode | None],
        otherwise: Sequence[cst.CSTNode | None],
        ends: bool = False,
    ) -> None:
        """What runs, or is evaluated, depends on a condition. `ends`: the program ends where it does not hold."""
        with self.to.collected() as condition:
            self.test(test)
        first = self.block(*then)
        with self.to.collected() as second:
            self.body(one for one in otherwise if one is not None)
            if ends:
                self.to.leaves(Exit(self.names.span(node), self.to.uncaught))
        self.to.runs(If(tuple(condition), first, tuple(second), self.names.span(node)))

    def raises(self, node: cst.BaseExpression | None) -> bool:
        """Whether the program surely ends with a failure where an exception is raised."""
        called = node.func if isinstance(node, cst.Call) else node
        if called is None or self.names.full(called) != "SystemExit":
            return self.to.uncaught
        return self.to.uncaught and isinstance(node, cst.Call) and tree.fails(node.args)

    def test(self, node: cst.BaseExpression) -> None:
        asked = tuple(self.asked(node))
        words = tuple(word for one in asked for word in (one.operand, one.other) if word)
        self.to.runs(Test(asked, words, self.names.span(node)))

    def asked(self, node: cst.BaseExpression, negated: bool = False) -> Iterator[Asked]:
        """What a condition asks: whether a value is empty, a variable is set, two values are the same."""
        match node:
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                yield from self.asked(inner, not negated)
            case cst.BooleanOperation():
                yield from self.asked(node.left, negated)
                with self.to.collected() as made:
                    right = tuple(self.asked(node.right, negated))
                words = tuple(word for one in right for word in (one.operand, one.other) if word)
                yield from () if self.to.may(made, words) else right
            case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=operator, comparator=other)]):
                yield self.compared(node.left, operator, other, negated)
            case _:
                yield Asked(Ask.EMPTY, self.to.word(node), negated=negated)

    def compared(
        self, left: cst.BaseExpression, operator: cst.BaseCompOp, right: cst.BaseExpression, negated: bool
    ) -> Asked:
        if (
            isinstance(operator, cst.In | cst.NotIn)
            and self.to.environment(right)
            and (name := self.names.quoted(left))
        ):
            negated = negated != isinstance(operator, cst.NotIn)
            return Asked(Ask.DEFINED, Join((Constant(*name, Quoting.BARE),), name[1]), negated=negated)
        if isinstance(operator, cst.Is | cst.IsNot) and tree.dotted(right) == "None":
            return Asked(Ask.EMPTY, self.to.word(left), negated=negated != isinstance(operator, cst.Is))
        ask = Ask.SAME if isinstance(operator, cst.Equal) else Ask.OTHER
        words = self.to.word(left), self.to.word(right)
        if isinstance(operator, cst.Equal | cst.NotEqual):
            return Asked(ask, *words, negated)
        return Asked(Ask.EMPTY, Join((self.to.unknown(left, words),), self.names.span(left)))

    def loop(self, node: cst.For | cst.While) -> None:
        with self.to.collected() as condition:
            if isinstance(node, cst.While):
                self.test(node.test)
        variable, items = self.items(node) if isinstance(node, cst.For) else ("", ())
        if isinstance(node, cst.For) and not variable:
            self.to.evaluate(node, node.iter)
        with self.to.collected() as made:
            if isinstance(node, cst.For) and not variable:
                self.assignments.forget(node.target)
            self.statement(node.body)
        self.to.runs(Loop(variable, items, tuple(condition), tuple(made), self.names.span(node)))
        self.may_run(node.orelse)

    def items(self, node: cst.For) -> tuple[str, tuple[Join, ...]]:
        """The variable that takes each element of a list in turn; '' where it is no list that is written out."""
        target, elements = node.target, tree.elements(node.iter)
        variable = self.names.variable(target.value) if isinstance(target, cst.Name) else None
        if not variable or not elements:
            return "", ()
        return variable, tuple(map(self.to.word, elements))

    def managed(self, node: cst.With) -> None:
        for item in node.items:
            self.to.evaluate(item, item.item)
            if item.asname:
                self.assignments.forget(item.asname.name)
        if suppresses(node, self.names):
            self.attempt(node.body, [node])
        else:
            self.statement(node.body)
        for item in node.items:
            if isinstance(item.item, cst.Call) and self.names.full(item.item.func) == "contextlib.chdir":
                span = self.names.span(item)
                self.to.runs(ChangeDirectory(Join((self.to.unknown(item),), span), span))

    def attempt(self, body: cst.BaseSuite, handlers: Sequence[cst.CSTNode]) -> None:
        """A block, and what may run where an exception ended it."""
        guarded = self.to.guarded
        with self.guarded(guarded + 1):
            self.statement(body)
        assigned = [self.names.variable(name) for name, _ in tree.bindings([body])]
        for handler in handlers:
            top = self.names.scope is self.names.root
            with self.to.collected() as made, self.guarded(guarded - 1 if top and guarded == 1 else guarded):
                self.to.forgets(assigned, handler)
                if isinstance(handler, cst.ExceptHandler | cst.ExceptStarHandler):
                    self.to.evaluate(handler, handler.type)
                    if handler.name:
                        self.assignments.forget(handler.name.name)
                    self.statement(handler.body)
            if made:
                self.to.runs(If((), tuple(made), (), self.names.span(handler)))

    def switch(self, node: cst.Match) -> None:
        subject = self.to.word(node.subject)
        patterns = tuple(self.to.word(one) for case in node.cases for one in tree.nearest(case.pattern))
        branches = []
        for case in node.cases:
            with self.to.collected() as made:
                self.to.forgets([self.names.variable(name) for name, _ in tree.bindings([case.pattern])], case.pattern)
                self.to.evaluate(case, case.guard)
                self.statement(case.body)
            branches.append(tuple(made))
        last = node.cases[-1]
        sure = last.guard is None and isinstance(last.pattern, cst.MatchAs) and last.pattern.pattern is None
        self.to.runs(Switch(subject, tuple(branches), patterns, sure, self.names.span(node)))

    # Names

    def imported(self, node: cst.CSTNode) -> None:
        found = tree.imported(node)
        self.to.forgets(map(self.names.variable, found), node)
        if any(full.partition(".")[0] in self.libraries for full in found.values()):
            span = self.names.span(node)
            words = (Join((self.to.unknown(node),), span), self.to.text_of(self.to.text, node))
            self.to.runs(Call(words, span))

    def label(self, node: cst.FunctionDef | cst.ClassDef) -> str:
        """A name that no other function or class has."""
        name = f"{self.names.scope.path}.{node.name.value}"
        if name in self.labels:
            name += f":{self.names.start(node)}"
        self.labels.add(name)
        return name

    def function(self, node: cst.FunctionDef) -> None:
        function = Function(node, self.label(node))
        span = self.names.span(node)
        params = tree.parameters(node)
        notes = (one.annotation for one in (*params, *tree.collecting(node)))
        self.to.evaluate(node, *node.decorators, node.type_parameters, *notes, node.returns)
        for param in params:
            if param.default is not None:
                value = self.to.word(param.default)
                self.to.runs(Assign(function.default(param), value, value.span))
        around = self.names.scope
        names = [one.name.value for one in params]
        caught = int(node.name.value in self.to.facts.caught)
        inner = self.names.inner(node, function.name)
        with self.names.within(inner), self.guarded(caught), self.to.collected() as made:
            self.begin(node, names)
            self.statement(node.body)
        places = tuple((f"{inner.path}.{one.name.value}", self.names.span(one.name)) for one in params)
        self.to.runs(Define(function.name, Statement(Block(tuple(made), span), span), span, places))
        self.to.forgets([self.names.variable(node.name.value)], node)
        name, facts = node.name.value, self.to.facts
        unbound = name not in around.functions
        if unbound or around.closed or node.decorators or name in facts.passed or name not in facts.called:
            unknown = Join((self.to.unknown(node),), span)
            invoke = Join((Invoke(function.name, tuple(unknown for _ in params), span),), span)
            call = Statement(Block((Statement(Evaluate((invoke,), span), span),), span, unordered=True), span)
            outermost = around.outer if around.closed else around
            (self.loose if outermost is self.names.root else self.to.before).append(call)

    def copy(self, copy: Copy) -> Define:
        """A function as it is called with lists and texts of one shape."""
        node, span = copy.function.node, self.names.span(copy.function.node)
        params = [*tree.parameters(node), *tree.collecting(node)]
        caught = int(node.name.value in self.to.facts.caught)
        with self.names.within(copy.scope):
            inner = self.names.inner(node, copy.name)
        places: list[tuple[str, Span]] = []
        counts = dict(copy.shape.lists)
        with self.names.within(inner), self.guarded(caught), self.to.collected() as made:
            self.begin(node, [one.name.value for one in params])
            for one in params:
                variable, at = f"{inner.path}.{one.name.value}", self.names.span(one.name)
                if one.name.value in counts:
                    listed = tuple(f"{variable}[{index}]" for index in range(counts[one.name.value]))
                    self.to.lists[variable] = Listed(one, listed)
                    words = tuple(Join((self.to.variable(name, one.name),), at) for name in listed)
                    alone = self.to.facts.counts[one.name.value] == 2  # here, and where it is run
                    value = Join((self.to.unknown(one.name, () if alone else words),), at)
                    self.to.runs(Assign(variable, value, at))
                    places += [(name, at) for name in listed]
                elif one not in tree.collecting(node):
                    places.append((variable, at))
                    if one.name.value in copy.texts:
                        self.to.written[variable] = copy.texts[one.name.value]
                elif copy.shape.plain:
                    self.to.plain.add(variable)
            self.statement(node.body)
        return Define(copy.name, Statement(Block(tuple(made), span), span), span, tuple(places))

    def classed(self, node: cst.ClassDef) -> None:
        self.to.evaluate(node, *node.decorators, node.type_parameters, *node.bases, *node.keywords)
        with self.names.within(self.names.inner(node, self.label(node))):
            self.begin(node, ())
            self.statement(node.body)
        self.to.forgets([self.names.variable(node.name.value)], node)
