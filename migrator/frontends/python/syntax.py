"""Questions to a Python syntax tree that need nothing but the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

_LOGS_IN = re.compile(r"\blogin\b.*\s(?:-p\b|--password)|[a-z] login(?: -\S+ \S+){0,4} [\w-]+\.[\w.-]+", re.DOTALL)

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


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


def hidden(node: cst.CSTNode) -> Iterator[cst.SimpleString]:
    """The strings of lambdas and comprehensions at or below a node, but for the names of variables."""
    for one in every(node):
        if isinstance(one, cst.Lambda | cst.BaseComp):
            for inner in every(one):
                if isinstance(inner, cst.SimpleString) and not _VARIABLE.fullmatch(inner.raw_value):
                    yield inner


def called(module: cst.Module) -> set[str]:
    """The names of functions whose calls are followed; not calls inside of a lambda or a comprehension, and none with
    arguments that are not known."""
    found: set[str] = set()
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Lambda | cst.BaseComp):
            continue
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and not any(one.star for one in node.args):
            found.add(node.func.value)
        pending += node.children
    return found


def imports(root: cst.CSTNode) -> dict[str, str]:
    """What the imports at or below a node call the modules and what they take from them, with the full names."""
    found: dict[str, str] = {}
    for node in every(root):
        if not isinstance(node, cst.Import | cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
            continue
        module = dotted(node.module) if isinstance(node, cst.ImportFrom) and node.module else ""
        for alias in node.names:
            name = dotted(alias.name)
            local = alias.asname.name if alias.asname else None
            found[local.value if isinstance(local, cst.Name) else name] = f"{module}.{name}" if module else name
    return found


def feeding(module: cst.Module) -> Iterator[tuple[cst.Call, cst.BaseExpression]]:
    """Calls of `Popen` with what their one `communicate` gives to the process."""
    processes: dict[str, list[cst.Call]] = {}
    given: dict[str, list[cst.BaseExpression | None]] = {}
    for node in every(module):
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call() as call):
                processes.setdefault(name, []).append(call)
            case cst.WithItem(item=cst.Call() as call, asname=cst.AsName(name=cst.Name(value=name))):
                processes.setdefault(name, []).append(call)
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="communicate")), args=args):
                fed = next((one.value for one in args if not one.star and keyword(one) in ("", "input")), None)
                if isinstance(value, cst.Name):
                    given.setdefault(value.value, []).append(fed)
                elif isinstance(value, cst.Call) and fed is not None:
                    yield value, fed
    for name, inputs in given.items():
        calls = processes.get(name, [])
        if len(calls) == len(inputs) == 1 and inputs[0] is not None:
            yield calls[0], inputs[0]


def logins(module: cst.Module) -> Iterator[tuple[cst.CSTNode, list[cst.BaseExpression]]]:
    """Lists and strings that look like the words of a login, each with its words; not strings that have a name, which
    are followed as values, and none that stands alone, as documentation does."""
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.List | cst.Tuple):
            words = [one.value for one in node.elements]
            if any(isinstance(one, cst.SimpleString) and one.evaluated_value in ("login", b"login") for one in words):
                yield node, words
        elif isinstance(node, cst.BaseString):
            if _LOGS_IN.search(cst.Module(()).code_for_node(node)):
                yield node, [node]
            continue
        if not isinstance(node, cst.Assign | cst.AnnAssign | cst.Expr) or not isinstance(node.value, cst.BaseString):
            pending += reversed(node.children)


def keyword(argument: cst.Arg) -> str:
    return argument.keyword.value if argument.keyword else ""


def receiver(node: cst.Call) -> Iterator[cst.BaseExpression]:
    if isinstance(node.func, cst.Attribute):
        yield node.func.value


def elements(node: cst.BaseExpression) -> list[cst.BaseExpression] | None:
    if not isinstance(node, cst.List | cst.Tuple) or any(isinstance(one, cst.StarredElement) for one in node.elements):
        return None
    return [one.value for one in node.elements]


def targets(node: cst.Del) -> list[cst.BaseExpression]:
    return elements(node.target) or [node.target]


def changing(module: cst.Module) -> Iterator[str]:
    """Names whose value is changed, or may be, in a way that is no assignment to them: `x[0] = 1`, `x.append(1)`."""
    for node in every(module):
        match node:
            case cst.Attribute(value=cst.Name(value=name)) | cst.AugAssign(target=cst.Name(value=name)):
                yield name
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.Del(target=target):
                yield from (
                    one.value.value
                    for one in every(target)
                    if isinstance(one, cst.Subscript) and isinstance(one.value, cst.Name)
                )


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
