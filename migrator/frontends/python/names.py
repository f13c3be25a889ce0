"""What the names of a Python program stand for, scope by scope, and where its nodes stand.

https://docs.python.org/3/reference/executionmodel.html#naming-and-binding
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper
from msgspec import Struct

from migrator.frontends.python import tree
from migrator.text.source import Span

ENVIRONMENT = "os.environ"
_DEFINES = (*tree.IMPORTS, cst.FunctionDef, cst.ClassDef)


class Function(Struct, frozen=True, eq=False):
    """A function of the program; `name` is the one that no other has."""

    node: cst.FunctionDef
    name: str

    def default(self, param: cst.Param) -> str:
        """The variable that holds the default value of a parameter."""
        return f"{self.name}.{param.name.value}="


class Namespace(Struct, frozen=True, eq=False):
    """`bound` are the names that the scope binds: `variables` to values, `imports` to what has a full name, `functions`
    to one function each. `path` begins the names of its variables, '' where nothing is known of their values, as in a
    lambda. Other names are looked for in `outer`, those in `shared` in the module. `closed`: functions in it look for
    them there, too, as in a class; `later`: its code runs some time after it is read, as that of a lambda."""

    path: str
    bound: frozenset[str]
    variables: frozenset[str] = frozenset()
    imports: Mapping[str, str] = {}
    functions: Mapping[str, Function] = {}
    outer: Namespace | None = None
    shared: frozenset[str] = frozenset()
    closed: bool = False
    later: bool = False

    def holder(self, name: str) -> Namespace | None:
        """The scope that binds a name, None where no scope of the program does."""
        scope = self
        while scope.outer is not None and (name in self.shared or name not in scope.bound):
            scope = scope.outer
        return scope if name in scope.bound else None


def block(
    path: str,
    body: cst.CSTNode,
    outer: Namespace | None,
    given: Iterable[str] = (),
    shared: frozenset[str] = frozenset(),
    elsewhere: frozenset[str] = frozenset(),
    closed: bool = False,
) -> Namespace:
    """The scope of a module, class or function. `given` are names that are bound when it begins; `shared` and
    `elsewhere` are bound further out."""
    found = [(name, None) for name in given] + [
        (name, node) for name, node in tree.bindings(body.children) if name not in shared | elsewhere
    ]
    counts = Counter(name for name, _ in found)
    imports = {
        name: full for _, node in found if isinstance(node, tree.IMPORTS) for name, full in tree.imported(node).items()
    }
    functions = {
        name: Function(node, f"{path}.{name}")
        for name, node in found
        if isinstance(node, cst.FunctionDef) and counts[name] == 1
    }
    variables = frozenset(name for name, node in found if not isinstance(node, _DEFINES))
    return Namespace(path, frozenset(counts), variables, imports, functions, outer, shared, closed)


class Names:
    """Resolves names in `scope`, the one whose code is read. Places are characters of `text`, by way of `place`."""

    def __init__(self, text: str, module: cst.Module, place: Callable[[int], int]) -> None:
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self.module = wrapper.module
        self.spans = wrapper.resolve(ByteSpanPositionProvider)
        self.place = place
        self.chars: Sequence[int] = range(len(text) + 1)
        if not text.isascii():
            self.chars = [*(index for index, char in enumerate(text) for _ in char.encode()), len(text)]
        self.scope = self.root = block("module", self.module, None, tree.declared(self.module, cst.Global, inner=True))

    # Places

    def start(self, node: cst.CSTNode) -> int:
        """The first character of a node in the text."""
        return self.character(self.spans[node].start)

    def character(self, at: int) -> int:
        """The character at a byte of the text. libcst counts the end of the last line where there is none, too."""
        return self.chars[min(at, len(self.chars) - 1)]

    def span(self, node: cst.CSTNode) -> Span:
        found = self.spans[node]
        return self.at(self.character(found.start), self.character(found.start + found.length))

    def at(self, start: int, end: int) -> Span:
        return Span(self.place(start), max(self.place(start), self.place(max(end - 1, 0)) + 1))

    def quoted(self, node: cst.CSTNode) -> tuple[str, Span] | None:
        """The text of a plain string, with the place between its quotes."""
        if not isinstance(node, cst.SimpleString) or node.evaluated_value != node.raw_value or not node.raw_value:
            return None
        start = self.start(node) + len(node.prefix) + len(node.quote)
        return node.raw_value, self.at(start, start + len(node.raw_value))

    # Scopes

    @contextmanager
    def within(self, scope: Namespace) -> Iterator[Namespace]:
        outer, self.scope = self.scope, scope
        yield scope
        self.scope = outer

    def inner(self, node: cst.FunctionDef | cst.ClassDef, name: str) -> Namespace:
        """The scope of a function or class that stands in the present one. What a class binds is not seen by the
        functions in it."""
        around = self.scope
        shared, elsewhere = tree.declared(node.body, cst.Global), tree.declared(node.body, cst.Nonlocal)
        if isinstance(node, cst.ClassDef):
            return block(name, node.body, around, (), shared, elsewhere, closed=True)
        while around.closed and around.outer:
            around = around.outer
        given = [one.name.value for one in (*tree.parameters(node), *tree.collecting(node))]
        return block(name, node.body, around, given, shared, elsewhere)

    def unknown(self, names: Iterable[str], later: bool = False) -> Namespace:
        """The scope of a lambda or comprehension: nothing is known of the names that it binds."""
        return Namespace("", frozenset(names), outer=self.scope, later=later or self.scope.later)

    @property
    def hidden(self) -> bool:
        """Whether the present scope is one of those."""
        return not self.scope.path

    def variable(self, name: str) -> str | None:
        """The name of a variable that no other has; None where nothing is known of it."""
        holder = self.scope.holder(name)
        return f"{holder.path}.{name}" if holder and holder.path and name in holder.variables else None

    def attribute(self, name: str) -> str | None:
        """The variable that an attribute may be, where it is one of the module."""
        return f"{self.root.path}.{name}" if name in self.root.variables else None

    def full(self, node: cst.CSTNode) -> str:
        """The full name of what an expression names by way of imports, '' for anything else."""
        dotted = tree.dotted(node)
        first, dot, rest = dotted.partition(".")
        holder = self.scope.holder(first)
        found = holder.imports.get(first, "") if holder else first
        return f"{found}{dot}{rest}" if found else ""

    def environment(self) -> list[tuple[int, str]]:
        """What names the environment in the present scope, and from where on the module has imported it."""
        found: list[tuple[int, str]] = []
        others = {name for name, node in tree.bindings(self.module.children) if not isinstance(node, tree.IMPORTS)}
        for line in self.module.body:
            for one in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                for name, full in tree.imported(one).items() if isinstance(one, tree.IMPORTS) else ():
                    alone = name not in self.root.variables | others
                    if alone and full in ("os", ENVIRONMENT) and self.full(cst.Name(name)) == full:
                        found.append((self.start(one), f"{name}.environ" if full == "os" else name))
        return found

    def function(self, node: cst.CSTNode) -> Function | None:
        """The function of the program that an expression names."""
        if not isinstance(node, cst.Name) or (holder := self.scope.holder(node.value)) is None:
            return None
        return holder.functions.get(node.value)
