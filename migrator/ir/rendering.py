"""Nodes and values as text, for people who want to see what a program was taken for: one line, as an s-expression.

Literal text is in it as it is written, so that whoever shows it has to hide it first (`hiding`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from migrator.ir import nodes
from migrator.ir.nodes import Constant, Expression, Fallback, Join, Node, Redirect, Statement
from migrator.ir.paths import Paths, Top
from migrator.ir.values import Input, Literal, Piece, Value
from migrator.text.mask import placeholder
from migrator.text.source import Span

_T = TypeVar("_T")
Hidden = Callable[[Constant | Literal], bool]
"""Whether literal text is a secret, by where it stands."""


def hiding(one: _T, hidden: Hidden) -> _T:
    """The same nodes, with a placeholder for each constant that is hidden."""
    found: object = one
    if isinstance(one, tuple):
        found = tuple(hiding(each, hidden) for each in one)
    elif isinstance(one, Constant):
        found = replace(one, text=placeholder(len(one.text))) if hidden(one) else one
    elif isinstance(one, Struct) and not isinstance(one, Span):
        found = replace(one, **{name: hiding(getattr(one, name), hidden) for name in one.__struct_fields__})
    return cast(_T, found)


def hiding_value(one: Value, hidden: Hidden) -> Value:
    def shown(piece: Piece) -> Piece:
        if isinstance(piece, Literal) and hidden(piece):
            return replace(piece, text=placeholder(len(piece.text)))
        return piece

    return Value(tuple(tuple(map(shown, row)) for row in one.alternatives))


def program(statements: Iterable[Statement]) -> str:
    return " ".join(map(statement, statements))


def statement(one: Statement) -> str:
    inner = node(one.node) if one.node else "(nothing)"
    for redirect in one.redirects:
        inner = f"({_channel(redirect)} {join(redirect.value)} {inner})"
    inner = f"(not {inner})" if one.negated else inner
    return f"(beside {inner})" if one.detached else inner


def node(one: Node) -> str:
    match one:
        case nodes.Assign():
            value = "(list" + _each(map(join, one.elements)) + ")" if one.elements is not None else ""
            value = value or (join(one.value) if one.value else "")
            return _form("export" if one.exported else "assign", one.name + ("+" if one.append else ""), value)
        case nodes.Declare():
            flags = [flag for flag in ("exported", "local", "alias", "dumps") if getattr(one, flag)]
            return _form("declare", *flags, *map(node, one.assignments), *map(join, one.words))
        case nodes.Call():
            return _form("call", *map(node, one.overrides), *map(join, one.words))
        case nodes.Pipe():
            return _form("piped", statement(one.left), statement(one.right))
        case nodes.If():
            how = one.chain.value if one.chain else "if"
            parts = [program(part) or "()" for part in (one.condition, one.then, one.otherwise)]
            return _form(how, *(part for part in parts if not (one.chain and part == "()")))
        case nodes.Loop():
            items = _form("in", *map(join, one.items)) if one.items is not None and one.variable else ""
            return _form("loop", one.variable, items, program(one.condition), program(one.body))
        case nodes.Switch():
            return _form(
                "switch", join(one.subject), *map(join, one.patterns), *(program(b) or "()" for b in one.branches)
            )
        case nodes.Block():
            return _form("process" if one.isolated else "do", program(one.body))
        case nodes.Define():
            names = "(" + " ".join(name for name, _ in one.parameters) + ")" if one.parameters is not None else ""
            return _form("define", one.name, names, statement(one.body))
        case nodes.Return():
            return _form("return", join(one.value))
        case nodes.Break():
            return "(continue)" if one.again else "(break)"
        case nodes.Exit():
            return "(exit)"
        case nodes.Test():
            return _form(
                "test", *(_form(a.ask.value, join(a.operand), join(a.other) if a.other else "") for a in one.asked)
            )
        case nodes.Evaluate():
            return _form("evaluate", *map(join, one.words), *one.sets)
        case nodes.ChangeDirectory():
            return _form("change-directory", join(one.target))
        case nodes.Havoc():
            names = "everything" if one.names is None else " ".join(one.names)
            return _form("havoc", names, *map(join, one.words))


def join(one: Join) -> str:
    parts = [expression(part) for part in one.parts]
    return parts[0] if len(parts) == 1 else _form("join", *parts)


def expression(one: Expression) -> str:
    match one:
        case Constant():
            return f"'{one.text}'"
        case nodes.Read():
            how = [one.through] if one.through else []
            if one.fallback is not Fallback.NONE:
                how += [one.fallback.value, *([join(one.word)] if one.word else [])]
            return _form("read", one.name + (f"[{one.index}]" if one.index else ""), *how, *map(join, one.words))
        case nodes.Template():
            return expression(one.parts[0]) if len(one.parts) == 1 else _form("text", *map(expression, one.parts))
        case nodes.Capture():
            return _form("output-of", program(one.body))
        case nodes.Invoke():
            return _form("result-of", one.function, *map(join, one.arguments))
        case nodes.Opaque():
            return _form("unknown", program(one.body), *map(join, one.words))


def value(one: Value) -> str:
    """What an expression may be: alternatives with ` or ` between them."""
    return " or ".join(dict.fromkeys("".join(map(piece, row)) or "nothing" for row in one.alternatives))


def piece(one: Piece) -> str:
    match one:
        case Literal():
            return one.text.replace("\n", "\\n")
        case Input():
            return f"${one.name}"
    return f"<{one.why}>"


def provenance(one: Value) -> str:
    """The reads that the first piece of a value came through, innermost last."""
    first = next((piece for row in one.alternatives for piece in row if piece.provenance), None)
    return " <- ".join(f"${reference.read.name}" for reference in first.provenance) if first else ""


def paths(one: Paths) -> str:
    if isinstance(one, Top):
        return f"cannot tell ({one.why})"
    return ", ".join(path or "the root" for path in sorted(one)) or "none"


def _channel(redirect: Redirect) -> str:
    return redirect.kind.value


def _form(*words: str) -> str:
    return "(" + " ".join(word for word in words if word) + ")"


def _each(words: Iterable[str]) -> str:
    return "".join(f" {word}" for word in words)
