"""A Python syntax tree, within bounds, and questions that need nothing but the tree."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import libcst as cst

from migrator.ir.nodes import ProgramError
from migrator.text.patterns import regex

_SILENT = frozenset(
    kind
    for name, kind in vars(cst).items()
    if re.search(r"Whitespace|Line$|Newline|Comma|Colon|Comment|Dot|Paren$|Bracket$|Brace$|AssignEqual", name)
    and name != "SimpleStatementLine"
)
"""Blanks, comments and punctuation: half of all nodes, and slow to look into."""
IMPORTS = tuple(
    getattr(cst, name) for name in ("Import", "ImportFrom", "LazyImport", "LazyImportFrom") if hasattr(cst, name)
)
DEEP = "the program is nested too deeply to follow"
_CHAINS = regex(r"\b(?:and|or)\b")
_NESTS = regex(r"[(\[{.~+*/-]|\b(?:and|or|not|lambda|if|elif|await)\b")
_PATHS = {"Path", "PosixPath", "PurePath"}
_MAX_NESTS = 2_000
_MAX_DEPTH = 400
"""libcst gives no places to what lies deeper in its tree than Python calls functions."""


def parse(text: str) -> cst.Module:
    """Raises ProgramError where the text cannot be read."""
    _bounded(text)
    try:
        module = cst.parse_module(text)
    except (cst.ParserSyntaxError, RecursionError, ValueError):
        raise ProgramError("the program is not valid Python; check it with `python -m py_compile`") from None
    level: list[cst.CSTNode] = [module]
    for _ in range(_MAX_DEPTH):
        level = [inner for one in level for inner in below(one)]
    if level:
        raise ProgramError(DEEP)
    return module


def _bounded(text: str) -> None:
    """libcst's parser ends the process at some 3,000 levels of anything that nests. CPython's own refuses more than 200
    brackets, 100 indents and about 1,000 levels of other things, but for chains of `and` and `or`, which it reads flat.
    What only another version of Python can read is bounded by the number of all that may nest."""
    pattern = _CHAINS
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except (MemoryError, RecursionError):
        raise ProgramError(DEEP) from None
    except (SyntaxError, ValueError) as error:
        if "too many" in str(error):
            raise ProgramError(DEEP) from None
        pattern = _NESTS
    if sum(1 for _ in pattern.finditer(text)) > _MAX_NESTS:
        raise ProgramError(DEEP)


def below(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The children of a node that say something, in the order of the text."""
    return [one for one in node.children if type(one) not in _SILENT]


def every(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes at and below a node that say something, in the order of the text."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        pending += reversed(below(one))


def changed(before: cst.Module, after: cst.Module) -> list[str] | None:
    """What strings became between two programs: the expression that stands there now, '' for another string. None where
    anything else differs."""
    found: list[str] = []
    pending: list[tuple[cst.CSTNode, cst.CSTNode]] = [(before, after)]
    while pending:
        old, new = pending.pop()
        if isinstance(old, cst.SimpleString) and isinstance(new, cst.Subscript) and not old.lpar:
            found.append(after.code_for_node(new))
            continue
        if type(old) is not type(new) or len(old.children) != len(new.children):
            return None
        one, other = getattr(old, "value", None), getattr(new, "value", None)
        if isinstance(one, str) and one != other:
            if not isinstance(old, cst.SimpleString):
                return None
            found.append("")
        pending += zip(old.children, new.children, strict=True)
    return found


def nearest(*nodes: cst.CSTNode | None) -> Iterator[cst.BaseExpression]:
    """The nearest expressions at or below nodes; not names that only say what something is called."""
    for node in nodes:
        inner: Iterable[cst.CSTNode | None] = below(node) if node is not None else ()
        match node:
            case cst.BaseExpression():
                yield node
                continue
            case cst.Arg():
                inner = [node.value]
            case cst.Param():
                inner = [node.default]
            case cst.MatchAs() | cst.MatchKeywordElement():
                inner = [node.pattern]
            case cst.MatchMapping():
                inner = node.elements
            case cst.TypeVar():
                inner = [node.bound]
            case cst.TypeParam():
                inner = [node.param, node.default]
            case cst.MatchStar() | cst.NameItem() | cst.ImportAlias() | cst.TypeVarTuple() | cst.ParamSpec():
                continue
            case cst.AsName(name=cst.Name()):
                continue
        yield from nearest(*inner)


def dotted(node: cst.CSTNode | None) -> str:
    """`a.b.c`; '' for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr.value}" if inner else ""
    return ""


def elements(node: cst.CSTNode) -> list[cst.BaseExpression] | None:
    """The elements of a list or tuple, None for anything else, and where some of them are unpacked from another."""
    if not isinstance(node, cst.List | cst.Tuple) or any(isinstance(one, cst.StarredElement) for one in node.elements):
        return None
    return [one.value for one in node.elements]


def is_path(node: cst.BaseExpression) -> bool:
    """Whether `/` joins paths there: one of them is called so, or is text, by which no number is divided."""
    match node:
        case cst.BinaryOperation(left=left, operator=cst.Divide(), right=right):
            return is_path(left) or isinstance(right, cst.BaseString)
        case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))):
            return name in _PATHS
    return isinstance(node, cst.BaseString)


def parameters(node: cst.FunctionDef | cst.Lambda) -> list[cst.Param]:
    """Those that an argument each is given to, in order."""
    return [*node.params.posonly_params, *node.params.params, *node.params.kwonly_params]


def collecting(node: cst.FunctionDef | cst.Lambda) -> list[cst.Param]:
    """`*args` and `**kwargs`."""
    return [one for one in (node.params.star_arg, node.params.star_kwarg) if isinstance(one, cst.Param)]


def stored(target: cst.CSTNode) -> Iterator[str]:
    """The names that an assignment to a target binds."""
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for one in target.elements:
            yield from stored(one.value)


def imported(node: cst.CSTNode) -> dict[str, str]:
    """What an import calls the modules, or what it takes from one, with the full names."""
    found: dict[str, str] = {}
    names: Any = getattr(node, "names", ())
    module = "." * len(getattr(node, "relative", ())) + dotted(getattr(node, "module", None))
    for alias in () if isinstance(names, cst.ImportStar) else names:
        name = dotted(alias.name)
        local = alias.asname.name if alias.asname else None
        if isinstance(local, cst.Name):
            found[local.value] = f"{module}.{name}" if module else name
        elif module:
            found[name] = f"{module}.{name}"
        else:  # `import a.b` binds `a`
            found[name.partition(".")[0]] = name.partition(".")[0]
    return found


def bindings(nodes: Iterable[cst.CSTNode]) -> Iterator[tuple[str, cst.CSTNode]]:
    """The names that nodes bind in the scope that they stand in, each with what binds it."""
    pending = list(nodes)[::-1]
    while pending:
        node = pending.pop()
        names: Iterable[str] = ()
        inner: Iterable[cst.CSTNode] = below(node)
        match node:
            case cst.FunctionDef():
                names, inner = [node.name.value], (*node.decorators, node.params)
            case cst.ClassDef():
                names, inner = [node.name.value], (*node.decorators, *node.bases, *node.keywords)
            case cst.Lambda():
                inner = (node.params,)
            case _ if isinstance(node, IMPORTS):
                names, inner = imported(node), ()
            case cst.AssignTarget() | cst.AnnAssign() | cst.AugAssign() | cst.For() | cst.NamedExpr() | cst.Del():
                names = stored(node.target)
            case cst.AsName() | cst.TypeAlias():
                names = stored(node.name)
            case cst.MatchAs(name=cst.Name(value=name)) | cst.MatchStar(name=cst.Name(value=name)):
                names = [name]
            case cst.MatchMapping(rest=cst.Name(value=name)):
                names = [name]
        yield from ((name, node) for name in names)
        pending += list(inner)[::-1]


def declared(body: cst.CSTNode, kind: type[cst.Global] | type[cst.Nonlocal], inner: bool = False) -> frozenset[str]:
    """The names that `global` or `nonlocal` statements are about; `inner`: those of functions below, too."""
    found: set[str] = set()
    pending = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, kind):
            found |= {item.name.value for item in node.names}
        elif inner or not isinstance(node, cst.FunctionDef | cst.ClassDef | cst.BaseExpression):
            pending += below(node)
    return frozenset(found)


def gives(node: cst.FunctionDef) -> bool:
    """Whether a function's calls have the value that it returns: it returns one, and is neither changed by a decorator
    nor a generator."""
    found = False
    pending: list[cst.CSTNode] = [node.body]
    while pending:
        one = pending.pop()
        if isinstance(one, cst.Yield):
            return False
        found = found or (isinstance(one, cst.Return) and one.value is not None)
        if not isinstance(one, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            pending += below(one)
    return found and not node.decorators


def fails(arguments: Sequence[cst.Arg]) -> bool:
    """Whether a program that ends with these arguments surely ends with a failure: a number other than 0, or text."""
    if len(arguments) != 1 or arguments[0].keyword is not None or arguments[0].star:
        return False
    match arguments[0].value:
        case cst.Integer() as number:
            return number.evaluated_value != 0
        case cst.SimpleString() | cst.ConcatenatedString() | cst.FormattedString():
            return True
    return False
