"""Expressions of a Python program lowered: to values, and to what they run on the way.

Every expression below one that is not understood is a word of its `Opaque`. What is run comes before the value, in the
order of the text; behind `and`, `or` and `if`, in a lambda or a comprehension, it may run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import libcst as cst
from msgspec import Struct
from msgspec.structs import replace

from migrator.frontends.python import calls, tree
from migrator.frontends.python.facts import Facts, copied
from migrator.frontends.python.names import ENVIRONMENT, Names, Namespace
from migrator.frontends.python.shapes import CallShape, Copy
from migrator.ir.nodes import (
    Assign,
    Break,
    Constant,
    Define,
    Evaluate,
    Exit,
    Expression,
    Fallback,
    If,
    Invoke,
    Join,
    Node,
    Opaque,
    Read,
    Redirect,
    Return,
    Statement,
    Template,
)
from migrator.text.source import Span

EXPRESSION = "an expression of the program"
_COPY = "a copy of the environment"


class Listed(Struct, frozen=True, eq=False):
    """A list that a name is given once, and that never changes: its elements are variables, which hold their values as
    of then."""

    node: cst.CSTNode
    names: tuple[str, ...]


class Expressions:
    """`before` is what runs before the statement that is read; `told` are expressions that commands were made of;
    `lists` are those that variables are given, None where there are several, `texts` the text that they are given.
    `copies` are those of functions by their shape, which `copy` makes; within them `written` is the text that variables
    hold, and `plain` are those that hold keywords which change no command. `guarded` counts what goes on where
    something ends: blocks that catch exceptions, and the module, behind which functions are read."""

    def __init__(self, names: Names, facts: Facts, text: str) -> None:
        self.names = names
        self.facts = facts
        self.text = text
        self.guarded = 1
        self.before: list[Statement] = []
        self.told: set[cst.CSTNode] = set()
        self.lists: dict[str, Listed | None] = {}
        self.environments: dict[Namespace, list[tuple[int, str]]] = {}
        self.copies: dict[CallShape, Define | None] = {}
        self.written: dict[str, cst.SimpleString] = {}
        self.plain: set[str] = set()
        self.copy: Callable[[Copy], Define]
        self.texts: dict[str, list[cst.BaseExpression]] = {}

    # What runs

    def runs(self, node: Node | None, redirects: tuple[Redirect, ...] = ()) -> None:
        if node is not None:
            self.before.append(Statement(node, node.span, redirects))

    @property
    def uncaught(self) -> bool:
        """Whether what ends the program here surely does: no block catches it."""
        return not self.guarded or (self.guarded == 1 and self.names.scope is self.names.root)

    def leaves(self, node: Return | Break | Exit) -> None:
        """What ends a function, a loop or the program: it may, where something may catch that."""
        end = Statement(node, node.span)
        self.runs(If((), (end,), (), node.span) if self.guarded else node)

    def tell(self, *nodes: cst.CSTNode) -> None:
        """A command is made of expressions, and so of the text that the names in them were given."""
        pending = list(nodes)
        while pending:
            for one in tree.every(pending.pop()):
                if one not in self.told:
                    self.told.add(one)
                    name = self.names.variable(one.value) if isinstance(one, cst.Name) else None
                    pending += self.texts.get(name, ()) if name else ()

    def is_plain(self, node: cst.BaseExpression) -> bool:
        """Whether these are keywords that change no command."""
        return isinstance(node, cst.Name) and self.names.variable(node.value) in self.plain

    def forgets(self, variables: Iterable[str | None], node: cst.CSTNode) -> None:
        """Nothing is known of the values that variables have from now on."""
        span = self.names.span(node)
        for name in dict.fromkeys(variables):
            if name:
                self.runs(Assign(name, Join((self.unknown(node),), span), span))

    def evaluate(self, node: cst.CSTNode, *below: cst.CSTNode | None) -> None:
        """The expressions that stand there are evaluated, for nothing but that."""
        words = tuple(word for word in map(self.word, tree.nearest(*below)) if not idle(word))
        if words:
            self.runs(Evaluate(words, self.names.span(node)))

    @contextmanager
    def collected(self) -> Iterator[list[Statement]]:
        """What is run by what is lowered within."""
        outer, self.before = self.before, []
        yield self.before
        self.before = outer

    def maybe(self, nodes: Iterable[cst.BaseExpression], scope: Namespace | None = None) -> tuple[Join, ...]:
        """The values of expressions that may be evaluated; none where they may run something, which has them then."""
        with self.names.within(scope or self.names.scope), self.collected() as made:
            words = tuple(map(self.word, nodes))
        return () if self.may(made, words) else words

    def may(self, made: list[Statement], words: tuple[Join, ...]) -> bool:
        """What is run for words that may be evaluated may run. Returns whether the words are among that."""
        invoked = any(map(invokes, words))
        if invoked:
            made.append(Statement(Evaluate(words, words[0].span), words[0].span))
        if made:
            self.runs(If((), tuple(made), (), around(one.span for one in made)))
        return invoked

    # Values

    def word(self, node: cst.BaseExpression) -> Join:
        """An expression as one word, which no blank in a value makes several."""
        return self.join(self.parts(node), node)

    def join(self, parts: Sequence[Expression], node: cst.CSTNode) -> Join:
        span = around([self.names.span(node), *(part.span for part in parts if part.span)])
        return Join(tuple(parts) if len(parts) == 1 else (Template(tuple(parts), span),), span)

    def text_of(self, text: str, node: cst.CSTNode) -> Join:
        """A word that the program does not spell."""
        span = self.names.span(node)
        return Join((Constant(text, span),), span)

    def unknown(self, node: cst.CSTNode, words: tuple[Join, ...] = (), why: str = EXPRESSION) -> Opaque:
        return Opaque(words, self.names.span(node), why)

    def variable(self, name: str, node: cst.CSTNode) -> Read:
        span = self.names.span(node)
        return Read(name, span, span, fixed=True)

    def parts(self, node: cst.BaseExpression) -> tuple[Expression, ...]:
        match node:
            case cst.SimpleString():
                value = node.evaluated_value
                text = value.decode(errors="replace") if isinstance(value, bytes) else value
                reads = "" if isinstance(value, bytes) else self.reads(node)
                return (Constant(text, self.names.span(node), reads=reads),)
            case cst.ConcatenatedString() | cst.BinaryOperation(operator=cst.Add()):
                return tuple(map(_part, (*self.parts(node.left), *self.parts(node.right))))
            case cst.FormattedString():
                return tuple(part for piece in node.parts for part in self.formatted(piece))
            case cst.BinaryOperation(operator=cst.Divide()) if tree.is_path(node):
                return self.path([node.left, node.right])
            case cst.BinaryOperation(operator=cst.Modulo()):
                return (*self.parts(node.left), self.unknown(node, (self.word(node.right),)))
            case cst.BooleanOperation():
                return self.either(node)
            case cst.IfExp():
                test = self.word(node.test)
                return (self.unknown(node, (*self.maybe([node.body]), test, *self.maybe([node.orelse]))),)
            case cst.NamedExpr(target=cst.Name(value=name)) if known := self.names.variable(name):
                span = self.names.span(node)
                self.runs(Assign(known, self.word(node.value), span))
                return (self.variable(known, node),)
            case cst.Name():
                known = self.names.variable(node.value)
                return (self.variable(known, node) if known else self.unknown(node),)
            case cst.Subscript() if taken := self.taken(node):
                return (Read(taken[0], self.names.span(node), taken[1]),)
            case cst.Call():
                return calls.lowered(self, node)
            case cst.Attribute():
                return (self.unknown(node, (self.word(node.value),), self.why(node)),)
            case cst.Await():
                return self.parts(node.expression)
            case cst.Lambda():
                bound = [one.name.value for one in (*tree.parameters(node), *tree.collecting(node))]
                words = tuple(map(self.word, tree.nearest(node.params)))
                return (self.unknown(node, words + self.maybe([node.body], self.names.unknown(bound, later=True))),)
            case cst.BaseComp():
                return (self.unknown(node, self.comprehended(node)),)
        return (self.unknown(node, tuple(map(self.word, tree.nearest(*node.children))), self.why(node)),)

    def path(self, nodes: Sequence[cst.BaseExpression]) -> tuple[Expression, ...]:
        """Paths that are joined; one that begins at the root leaves out those before it."""
        found: list[Expression] = []
        for node in nodes:
            parts = tuple(map(_part, self.parts(node)))
            absolute = bool(parts) and isinstance(parts[0], Constant) and parts[0].text.startswith("/")
            found = [*parts] if absolute or not found else [*found, Constant("/", self.names.span(node)), *parts]
        return tuple(found)

    def reads(self, node: cst.SimpleString) -> str:
        """What a read of the environment looks like that can stand where a string does."""
        if not (known := self.environments.get(self.names.scope)):
            known = self.environments[self.names.scope] = self.names.environment()
        at = self.names.start(node)
        return next((f'{name}["{{}}"]' for start, name in known if start < at), "")

    def why(self, node: cst.BaseExpression) -> str:
        return _COPY if copied(node, self.names, self.facts.copies) else EXPRESSION

    def formatted(self, piece: cst.BaseFormattedStringContent) -> tuple[Expression, ...]:
        if isinstance(piece, cst.FormattedStringText):
            plain = not any(char in piece.value for char in "\\{}")
            return (Constant(piece.value, self.names.span(piece)) if plain else self.unknown(piece),)
        assert isinstance(piece, cst.FormattedStringExpression)
        if piece.conversion or piece.format_spec or piece.equal:
            return (self.unknown(piece, tuple(map(self.word, tree.nearest(*piece.children)))),)
        return tuple(map(_part, self.parts(piece.expression)))

    def either(self, node: cst.BooleanOperation) -> tuple[Expression, ...]:
        """`a or b`, `a and b`."""
        left, right = self.parts(node.left), self.maybe([node.right])
        match left:
            case [Read(fixed=False, fallback=Fallback.NONE) as read] if right and isinstance(node.operator, cst.Or):
                return (replace(read, fallback=Fallback.DEFAULT, word=right[0]),)
        return (self.unknown(node, (self.join(left, node.left), *right)),)

    def comprehended(self, node: cst.BaseComp) -> tuple[Join, ...]:
        """What a comprehension goes over first is evaluated where it stands, all else any number of times."""
        loops = [one for one in tree.every(node) if isinstance(one, cst.CompFor)]
        first = self.word(node.for_in.iter)
        bound = [name for one in loops for name in tree.stored(one.target)]
        rest = [one for one in tree.nearest(*node.children) if one is not node.for_in.iter]
        return (first, *self.maybe(rest, self.names.unknown(bound)))

    # The environment

    def environment(self, node: cst.CSTNode) -> bool:
        """Whether an expression is the environment, or may be."""
        known = isinstance(node, cst.Name) and node.value in self.facts.same
        return known or self.names.full(node) == ENVIRONMENT

    def taken(self, node: cst.Subscript) -> tuple[str, Span] | None:
        """The variable that `os.environ["X"]` reads, None for everything else."""
        index = index_of(node)
        return self.names.quoted(index) if index and self.names.full(node.value) == ENVIRONMENT else None


def _part(part: Expression) -> Expression:
    """A part of a text: nothing else than a string can be written there."""
    return replace(part, reads="") if isinstance(part, Constant) else part


def index_of(node: cst.Subscript) -> cst.BaseExpression | None:
    index = node.slice[0].slice
    return index.value if isinstance(index, cst.Index) and len(node.slice) == 1 else None


def around(spans: Iterable[Span]) -> Span:
    starts, ends = zip(*((one.start, one.end) for one in spans), strict=True)
    return Span(min(starts), max(ends))


def idle(word: Join) -> bool:
    """Whether evaluating a word reads and runs nothing."""
    return all(map(_idle, word.parts))


def _idle(expression: Expression) -> bool:
    match expression:
        case Constant():
            return True
        case Template(parts=parts):
            return all(map(_idle, parts))
        case Opaque(words=words, sets=(), body=()):
            return all(map(idle, words))
    return False


def invokes(word: Join) -> bool:
    """Whether a function of the program is called for a value."""
    return any(map(_invokes, word.parts))


def _invokes(expression: Expression) -> bool:
    match expression:
        case Invoke():
            return True
        case Opaque(words=words):
            return any(map(invokes, words))
        case Template(parts=parts):
            return any(map(_invokes, parts))
        case Read(word=Join() as word):
            return invokes(word)
    return False
