"""Questions to a Python syntax tree that need nothing but the tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst


def every(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        pending += reversed(one.children)


def expressions(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """The nearest expressions below a node; not those of a lambda or a comprehension, which have names of their own."""
    if isinstance(node, cst.Lambda | cst.BaseComp):
        return
    for child in node.children:
        if isinstance(child, cst.BaseExpression):
            yield child
        else:
            yield from expressions(child)


def receiver(node: cst.Call) -> Iterator[cst.BaseExpression]:
    if isinstance(node.func, cst.Attribute):
        yield node.func.value


def elements(node: cst.BaseExpression) -> list[cst.BaseExpression] | None:
    if not isinstance(node, cst.List | cst.Tuple) or any(isinstance(one, cst.StarredElement) for one in node.elements):
        return None
    return [one.value for one in node.elements]


def dotted(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr.value}" if inner else ""
    return ""


def plain(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.SimpleString) and node.evaluated_value in ("utf-8", "utf8", "ascii", "\n", "\r\n", " ")


def params(node: cst.FunctionDef) -> list[cst.Param]:
    return [*node.params.posonly_params, *node.params.params, *node.params.kwonly_params]


def declared(node: cst.FunctionDef) -> list[cst.NameItem]:
    return [item for one in every(node.body) if isinstance(one, cst.Global | cst.Nonlocal) for item in one.names]


def assigned(body: Sequence[cst.CSTNode]) -> set[str]:
    """The names that statements assign, those inside of functions and classes left out."""
    found: set[str] = set()
    pending = list(body)
    while pending:
        node = pending.pop()
        targets: list[cst.CSTNode] = []
        match node:
            case cst.FunctionDef() | cst.ClassDef() | cst.Lambda():
                continue
            case cst.Assign():
                targets = [one.target for one in node.targets]
            case cst.AnnAssign() | cst.AugAssign() | cst.For() | cst.NamedExpr():
                targets = [node.target]
            case cst.WithItem(asname=asname) if asname is not None:
                targets = [asname.name]
        for target in targets:
            found |= {one.value for one in every(target) if isinstance(one, cst.Name)}
        pending += node.children
    return found


def prefix(node: cst.BaseExpression) -> str:
    assert isinstance(node, cst.SimpleString)
    return node.prefix + node.quote
