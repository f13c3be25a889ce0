"""Nodes as a line of text that people can read, for tables of source → nodes.

`$X` is an expansion, `%x` one whose name cannot be replaced, `'x'` literal text that cannot, `x`, `(single x)` and
`(double x)` literal text by how it is quoted, `?` a value that is made in a way that is not known, of what follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from migrator.ir import nodes
from migrator.ir.nodes import Expression, Fallback, Join, Node, Quoting, Read, Redirect, Statement
from migrator.text.source import Span


def program(statements: Iterable[Statement]) -> str:
    return " ".join(map(statement, statements))


def statement(one: Statement) -> str:
    inner = node(one.node) if one.node else "nothing"
    for redirect in one.redirects:
        inner = f"({_channel(redirect)} {join(redirect.value)} {inner})"
    inner = f"(not {inner})" if one.negated else inner
    return f"(beside {inner})" if one.detached else inner


def _channel(redirect: Redirect) -> str:
    return redirect.kind.value + ("-raw" if redirect.raw else "") + ("-written" if redirect.written else "")


def join(word: Join) -> str:
    return (
        "''" if not word.parts else _of("join", map(part, word.parts)) if len(word.parts) > 1 else part(word.parts[0])
    )


def part(one: Expression) -> str:
    match one:
        case nodes.Constant(text, _, quoting):
            shown = {Quoting.BARE: text, Quoting.FIXED: repr(text)}
            return shown.get(quoting, f"({quoting.value} {text})")
        case nodes.Read():
            return _read(one)
        case nodes.Capture(body, _, stream):
            return _of("stream" if stream else "capture", map(statement, body))
        case nodes.Template(parts):
            return _of("text", map(part, parts))
        case nodes.Invoke(function, arguments):
            return _of(f"invoke {function}", map(join, arguments))
        case nodes.Opaque(words, _, _, sets, body):
            inner = [*_sets(sets), *map(statement, body), *map(join, words)]
            return _of("?", inner) if inner else "?"


def _read(one: Read) -> str:
    name = ("%" if one.fixed else "$") + one.name + (f"[{one.index}]" if one.index else "")
    inner = [*_sets(one.sets), *map(join, one.words)]
    if one.fallback is not Fallback.NONE:
        return _of(f"{one.fallback.value} {name}", [*([join(one.word)] if one.word else []), *inner])
    return _of(f"{one.through or 'read'} {name}", inner) if one.through or inner else name


def node(one: Node) -> str:
    match one:
        case nodes.Assign():
            return _assign(one)
        case nodes.Declare(assignments, words):
            marks = [mark for mark in ("exported", "local", "alias", "dumps") if getattr(one, mark)]
            return _of(" ".join(["declare", *marks]), [*map(_assign, assignments), *map(join, words)])
        case nodes.Call(words, _, overrides):
            return _of("call", [*map(_assign, overrides), *map(join, words)])
        case nodes.Pipe(left, right):
            return _of("pipe", map(statement, (left, right)))
        case nodes.If(condition, then, otherwise, _, chain):
            if not condition and not otherwise:
                return _of("may", map(statement, then))
            name = chain.value if chain else "if"
            return _of(name, (_block(block) for block in (condition, then, otherwise)))
        case nodes.Loop(variable, items, condition, body):
            over = "parameters" if items is None else _of("in", map(join, items)) if variable else "while"
            return _of(f"loop {variable or '-'} {over}", (_block(condition), *map(statement, body)))
        case nodes.Switch(subject, branches, patterns, exhaustive):
            inner = [join(subject), _of("like", map(join, patterns)), *map(_block, branches)]
            return _of("switch" + (" surely" if exhaustive else ""), inner)
        case nodes.Block(body, _, isolated):
            return _of("process" if isolated else "scope", map(statement, body))
        case nodes.Define(name, body, _, parameters):
            given = "" if parameters is None else f" [{' '.join(name for name, _ in parameters)}]"
            return f"(define {name}{given} {statement(body)})"
        case nodes.Return(value):
            return f"(return {join(value)})"
        case nodes.Break(_, again):
            return "(continue)" if again else "(break)"
        case nodes.Exit():
            return "(exit)"
        case nodes.Test(asked, words):
            inner = [_of(one.ask.value, map(join, filter(None, (one.operand, one.other)))) for one in asked]
            said = [word for one in asked for word in (one.operand, one.other)]
            return _of("test", [*inner, *(join(word) for word in words if word not in said)])
        case nodes.Evaluate(words, _, sets):
            return _of("evaluate", [*_sets(sets), *map(join, words)])
        case nodes.ChangeDirectory(target):
            return f"(directory {join(target)})"
        case nodes.Havoc(names, _, _, words, exported):
            about = "any" if names is None else f"[{' '.join(names)}]"
            return _of(f"havoc {about}" + (" exported" if exported else ""), map(join, words))


def _assign(one: nodes.Assign) -> str:
    marks = [mark for mark in ("append", "indexed", "exported") if getattr(one, mark)]
    value = [join(one.value)] if one.value is not None else []
    elements = [_of("list", map(join, one.elements))] if one.elements is not None else []
    return _of(" ".join(["set", *marks, one.name]), [*value, *elements, *_sets(one.sets), *map(join, one.words)])


def _sets(names: tuple[str, ...]) -> list[str]:
    return [f"sets[{' '.join(names)}]"] if names else []


def _block(statements: tuple[Statement, ...]) -> str:
    return statement(statements[0]) if len(statements) == 1 else _of("do", map(statement, statements))


def _of(head: str, inner: Iterable[str]) -> str:
    return f"({' '.join([head, *inner])})"


def every(tree: object) -> Iterator[Any]:
    """All records below a record, in order."""
    pending = [tree]
    while pending:
        one = pending.pop()
        if isinstance(one, tuple):
            pending += reversed(one)
        elif isinstance(one, Struct) and not isinstance(one, Span):
            yield one
            pending += [getattr(one, name) for name in reversed(one.__struct_fields__)]


def reads(tree: object) -> list[str]:
    """The variables that are read anywhere below a record, in order."""
    return [one.name for one in every(tree) if isinstance(one, Read)]
