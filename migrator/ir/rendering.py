"""Nodes and values as text, for people who want to see what a program was taken for: one line, as an s-expression.

`$X` is an expansion, `${X}` one in braces, `%X` one whose name cannot be replaced, `$X*` one that may be several words.
Literal text is `x` where it is bare, `(single 'x')` and `(double 'x')` by its quotes, `'x'` where nothing can stand in
its place. `?[why]` is a value that is made in a way that is not known, of what follows it. Places are left out, and
nothing else is. Literal text is in it, so that whoever shows it has to hide it first (`hiding`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from migrator.ir import nodes
from migrator.ir.nodes import Constant, Expression, Fallback, Join, Node, Quoting, Read, Redirect, Statement
from migrator.ir.paths import Paths, Top
from migrator.ir.values import Input, Literal, Piece, Value
from migrator.text.mask import placeholder
from migrator.text.patterns import regex
from migrator.text.source import Span

_T = TypeVar("_T")
_PLAIN = regex(r"(?![$%?])[^\s()'\"]+")
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
    inner = node(one.node) if one.node else "nothing"
    for redirect in one.redirects:
        inner = f"({_channel(redirect)} {join(redirect.value)} {inner})"
    inner = f"(not {inner})" if one.negated else inner
    return f"(beside {inner})" if one.detached else inner


def node(one: Node) -> str:
    match one:
        case nodes.Assign():
            return _assign(one)
        case nodes.Declare(assignments, words):
            marks = _marks(one, "exported", "local", "alias", "dumps", "options")
            return _form(f"declare{marks}", [*map(_assign, assignments), *map(join, words)])
        case nodes.Call(words, _, overrides):
            return _form("told call" if one.told else "call", [*map(_assign, overrides), *map(join, words)])
        case nodes.Pipe(left, right):
            return _form("piped", map(statement, (left, right)))
        case nodes.If((), then, (), _, None):
            return _form("may", map(statement, then))
        case nodes.If(condition, then, otherwise, _, chain):
            return _form(chain.value if chain else "if", map(_block, (condition, then, otherwise)))
        case nodes.Loop(variable, items, condition, body):
            over = "parameters" if items is None else _form("in", map(join, items)) if variable or items else "while"
            return _form(f"loop {variable or '-'} {over}", (_block(condition), *map(statement, body)))
        case nodes.Switch(subject, branches, patterns, exhaustive):
            inner = [join(subject), _form("like", map(join, patterns)), *map(_block, branches)]
            return _form("switch" + (" surely" if exhaustive else ""), inner)
        case nodes.Block(body, _, isolated, unordered):
            kind = "process" if isolated else "scope"
            return _form(f"{kind} whenever" if unordered else kind, map(statement, body))
        case nodes.Define(name, body, _, parameters):
            given = "" if parameters is None else f" [{' '.join(name for name, _ in parameters)}]"
            return f"(define {name}{given} {statement(body)})"
        case nodes.Return(value):
            return f"(return {join(value)})"
        case nodes.Break(_, again):
            return "(continue)" if again else "(break)"
        case nodes.Exit():
            return f"(exit{_marks(one, 'failing')})"
        case nodes.Test(asked, words):
            inner = [
                _form(one.ask.value + _marks(one, "negated"), map(join, filter(None, (one.operand, one.other))))
                for one in asked
            ]
            said = [word for one in asked for word in (one.operand, one.other)]
            return _form("test", [*inner, *(join(word) for word in words if word not in said)])
        case nodes.Evaluate(words, _, sets):
            return _form("evaluate", [*_sets(sets), *map(join, words)])
        case nodes.ChangeDirectory(target):
            return f"(directory {join(target)})"
        case nodes.Havoc(why, _, words):
            return _form(f"havoc[{why}]", map(join, words))


def join(one: Join) -> str:
    if len(one.parts) == 1:
        return expression(one.parts[0])
    return _form("join", map(expression, one.parts)) if one.parts else "''"


def expression(one: Expression) -> str:
    match one:
        case Constant(text, _, quoting):
            marks = [quoting.value] if quoting in (Quoting.SINGLE, Quoting.DOUBLE) else []
            marks += ["fixed"] if one.fixed else []
            marks += [f"or {one.reads}"] if one.reads else []
            if quoting is Quoting.BARE and _PLAIN.fullmatch(text) and text.isprintable():
                return _form(" ".join(marks), [text]) if marks else text
            marks += ["bare"] if quoting is Quoting.BARE else []
            return _form(" ".join(marks), [repr(text)]) if marks else repr(text)
        case Read():
            return _read(one)
        case nodes.Capture(body, _, stream):
            return _form("stream" if stream else "capture", map(statement, body))
        case nodes.Template(parts):
            return _form("text", map(expression, parts))
        case nodes.Invoke(function, arguments):
            return _form(f"invoke {function}", map(join, arguments))
        case nodes.Opaque(words, _, why, sets, body):
            inner = [*_sets(sets), *map(statement, body), *map(join, words)]
            return _form(f"?[{why}]", inner) if inner else f"?[{why}]"


def _assign(one: nodes.Assign) -> str:
    value = [join(one.value)] if one.value is not None else []
    elements = [_form("list", map(join, one.elements))] if one.elements is not None else []
    marks = _marks(one, "append", "indexed", "exported")
    return _form(f"set{marks} {one.name}", [*value, *elements, *_sets(one.sets), *map(join, one.words)])


def _read(one: Read) -> str:
    index = f"[{one.index}]" if one.index else ""
    name = f"{{{one.name}{index}}}" if one.braced else f"{one.name}{index}"
    name = ("%" if one.fixed else "$") + name + ("*" if one.splits else "")
    how = [one.fallback.value] if one.fallback is not Fallback.NONE else []
    how += [one.through] if one.through else []
    how += [_change(one.change)] if one.change else []
    inner = [*([join(one.word)] if one.word else []), *_sets(one.sets), *map(join, one.words)]
    return _form(f"{' '.join(how) or 'read'} {name}", inner) if how or inner else name


def _change(one: nodes.Change) -> str:
    places = "" if one.length is None and not one.offset else f"{one.offset}:{'' if one.length is None else one.length}"
    shown = [one.alter.value, *(["every"] if one.every else []), *(["*".join(one.pattern)] if one.pattern else [])]
    return f"[{' '.join([*shown, *(filter(None, [one.other, places]))])}]"


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


def _channel(one: Redirect) -> str:
    return (
        one.kind.value
        + ("-raw" if one.raw else "")
        + ("-written" if one.written else "")
        + ("-partial" if one.partial else "")
        + ("-aside" if one.aside else "")
    )


def _block(statements: tuple[Statement, ...]) -> str:
    return statement(statements[0]) if len(statements) == 1 else _form("do", map(statement, statements))


def _sets(names: tuple[str, ...]) -> list[str]:
    return [f"sets[{' '.join(names)}]"] if names else []


def _marks(one: Struct, *names: str) -> str:
    return "".join(f" {name}" for name in names if getattr(one, name))


def _form(head: str, inner: Iterable[str]) -> str:
    return f"({' '.join([head, *inner])})"
