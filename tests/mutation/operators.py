"""What a careful reader would change in a module to see whether a test minds: one small change at a time, as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_COMPARED = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
_COMPUTED = {ast.Add: "-", ast.Sub: "+", ast.BitOr: "&", ast.BitAnd: "|"}
_CALLED = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "union": "intersection",
    "intersection": "union",
    "startswith": "endswith",
    "endswith": "startswith",
}
_EMPTY = {
    "tuple": "()",
    "list": "[]",
    "dict": "{}",
    "set": "set()",
    "frozenset": "frozenset()",
    "str": '""',
    "int": "0",
}
_FIRST_BOUND = 4
_LEAVING = (ast.Return, ast.Continue, ast.Break, ast.Raise)


@dataclass(frozen=True, slots=True)
class Mutant:
    """`text` in place of what stands from `start` to `end`, counted in characters; `line` is where that begins."""

    module: str
    line: int
    column: int
    kind: str
    start: int
    end: int
    text: str

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line}:{self.column}+{self.end - self.start}:{self.kind}"

    def of(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]

    def shown(self, source: str) -> str:
        old = " ".join(source[self.start : self.end].split())
        return f"{old} → {self.text}"


def mutants(module: str, source: str) -> list[Mutant]:
    """All changes of a module, each once, in the order of their places."""
    found: dict[tuple[int, int, str], Mutant] = {}
    for one in _Walk(module, source).changes():
        if source[one.start : one.end] != one.text:
            found.setdefault((one.start, one.end, one.text), one)
    return sorted(found.values(), key=lambda one: (one.start, one.end, one.text))


def compiles(text: str) -> bool:
    """Whether a change leaves a module a program."""
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


class _Walk:
    def __init__(self, module: str, source: str) -> None:
        self.module, self.source, self.tree = module, source, ast.parse(source)
        self.lines = [0]
        for line in source.encode().splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.data = source.encode()

    def changes(self) -> Iterator[Mutant]:
        yield from self._block(self.tree.body, "")

    def _block(self, body: Sequence[ast.stmt], returns: str) -> Iterator[Mutant]:
        for at, node in enumerate(body):
            if at == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue  # a docstring
            yield from self._statement(node, returns, alone=len(body) == 1)

    def _statement(self, node: ast.stmt, returns: str, *, alone: bool) -> Iterator[Mutant]:
        if isinstance(node, (ast.Import, ast.ImportFrom)) or _names_types(node):
            return
        if isinstance(node, (ast.Expr, ast.AugAssign)) and not _only_text(node):
            yield self._made(node, "drop", "pass")
        if isinstance(node, ast.If) and not node.orelse and len(node.body) == 1 and isinstance(node.body[0], _LEAVING):
            yield self._made(node, "drop-guard", "pass")
        if isinstance(node, (ast.Break, ast.Continue)):
            yield self._made(node, "jump", "continue" if isinstance(node, ast.Break) else "break")
        if isinstance(node, ast.Return) and node.value is not None:
            yield from self._answers(node.value, returns)
        if isinstance(node, ast.AnnAssign):
            parts: list[ast.AST] = [node.value] if node.value else []
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            returns = ast.unparse(node.returns) if node.returns else ""
            parts = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.ClassDef):
            parts = []
        else:
            parts = [one for one in ast.iter_child_nodes(node) if not isinstance(one, (ast.stmt, ast.match_case))]
        if isinstance(node, (ast.If, ast.While)):
            yield self._made(node.test, "negate", f"not ({self._text(node.test)})")
        for part in parts:
            yield from self._expressions(part)
        for name in ("body", "orelse", "finalbody"):
            yield from self._block(getattr(node, name, ()), returns)
        for handler in getattr(node, "handlers", ()):
            yield from self._block(handler.body, returns)
        for case in getattr(node, "cases", ()):
            yield from self._case(case)
            yield from self._block(case.body, returns)

    def _case(self, case: ast.match_case) -> Iterator[Mutant]:
        if case.guard is not None:
            yield self._made(case.guard, "negate", f"not ({self._text(case.guard)})")
            yield from self._expressions(case.guard)
        elif not isinstance(case.pattern, ast.MatchAs) or case.pattern.pattern is not None:
            yield self._made(case.pattern, "drop-case", f"{self._text(case.pattern)} if False")
        if isinstance(case.pattern, ast.MatchOr):
            for number in range(len(case.pattern.patterns)):
                left = [one for at, one in enumerate(case.pattern.patterns) if at != number]
                yield self._made(case.pattern, f"drop-item-{number + 1}", " | ".join(map(self._text, left)))

    def _answers(self, value: ast.expr, returns: str) -> Iterator[Mutant]:
        """Another answer of a function: the opposite, none, or nothing."""
        if returns == "bool":
            if not isinstance(value, ast.Constant):
                yield self._made(value, "answer", f"not ({self._text(value)})")
            return
        if returns in ("Paths", "Names"):
            yield self._made(value, "none-for-answer", "frozenset()")
        elif returns.endswith("| None"):
            yield self._made(value, "answer", "None")
        elif (empty := _EMPTY.get(returns.partition("[")[0])) is not None:
            yield self._made(value, "answer", empty)

    def _expressions(self, top: ast.AST) -> Iterator[Mutant]:
        for node in ast.walk(top):
            yield from self._expression(node)

    def _expression(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.UnaryOp(op=ast.Not()):
                yield self._made(node, "drop-not", f"({self._text(node.operand)})")
            case ast.BoolOp():
                other = " or " if isinstance(node.op, ast.And) else " and "
                yield self._made(node, "and-or", f"({other.join(f'({self._text(one)})' for one in node.values)})")
                yield from self._fewer(node, node.values, " and " if isinstance(node.op, ast.And) else " or ")
            case ast.Compare(ops=[operator], left=left, comparators=[right]):
                if type(operator) in _COMPARED:
                    text = f"{self._text(left)} {_COMPARED[type(operator)]} {self._text(right)}"
                    yield self._made(node, "compare", text)
            case ast.BinOp(op=operator) if type(operator) in _COMPUTED and not self._writes(node):
                text = f"{self._text(node.left)} {_COMPUTED[type(operator)]} {self._text(node.right)}"
                if isinstance(operator, (ast.BitOr, ast.BitAnd)):
                    yield self._made(node, "left-side", self._text(node.left))
                    yield self._made(node, "right-side", self._text(node.right))
                yield self._made(node, "compute", text)
            case ast.Constant(value=bool()):
                yield self._made(node, "constant", str(not node.value))
            case ast.Constant(value=int()) if node.value < _FIRST_BOUND:
                yield self._made(node, "number", str(node.value + 1))
            case ast.IfExp():
                yield self._made(node, "if-always", f"({self._text(node.body)})")
                yield self._made(node, "if-never", f"({self._text(node.orelse)})")
            case ast.comprehension():
                for one in node.ifs:
                    yield self._made(one, "no-filter", "True")
            case ast.Call(func=ast.Name(id="Top")):
                yield self._made(node, "none-for-top", "frozenset()")
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) if name in _CALLED:
                yield self._called(node, name)
            case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) | ast.Set() if len(node.elts) > 1:
                if all(isinstance(one, (ast.Constant, ast.Attribute, ast.Name, ast.Starred)) for one in node.elts):
                    yield from self._items(node)

    def _called(self, node: ast.Call, name: str) -> Mutant:
        text = self._text(node.func)
        return self._made(node.func, "call", text[: len(text) - len(name)] + _CALLED[name])

    def _fewer(self, node: ast.expr, parts: Sequence[ast.expr], between: str) -> Iterator[Mutant]:
        for number in range(len(parts)):
            left = between.join(f"({self._text(one)})" for at, one in enumerate(parts) if at != number)
            yield self._made(node, f"drop-operand-{number + 1}", f"({left})")

    def _items(self, node: ast.Tuple | ast.List | ast.Set) -> Iterator[Mutant]:
        opening, closing = {ast.Tuple: "()", ast.List: "[]", ast.Set: "{}"}[type(node)]
        for number in range(len(node.elts)):
            left = [self._text(one) for at, one in enumerate(node.elts) if at != number]
            text = opening + ", ".join(left) + ("," if len(left) == 1 else "") + closing
            yield self._made(node, f"drop-item-{number + 1}", text)

    def _writes(self, node: ast.BinOp) -> bool:
        """Whether it joins text, where a minus is an error and no other answer."""
        sides = (node.left, node.right)
        return any(isinstance(one, (ast.JoinedStr, ast.Tuple, ast.List)) or _is_text(one) for one in sides)

    def _text(self, node: ast.AST) -> str:
        return self.data[slice(*self._bytes(node))].decode()

    def _bytes(self, node: ast.AST) -> tuple[int, int]:
        start = self.lines[node.lineno - 1] + node.col_offset
        return start, self.lines[node.end_lineno - 1] + node.end_col_offset

    def _made(self, node: ast.AST, kind: str, text: str) -> Mutant:
        start, end = (len(self.data[:at].decode()) for at in self._bytes(node))

        return Mutant(self.module, node.lineno, node.col_offset, kind, start, end, text)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))


def _only_text(node: ast.Expr | ast.AugAssign) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _names_types(node: ast.stmt) -> bool:
    """`if TYPE_CHECKING:`, an alias of types, or a type variable."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    if isinstance(node, ast.Assign) and isinstance(node.value, (ast.BinOp, ast.Subscript)):
        return all(isinstance(one, ast.Name) and one.id[:1].isupper() and not one.id.isupper() for one in node.targets)
    return False
