"""Shapes of values and words that the interpreter asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from msgspec.structs import replace

from migrator.flow.events import Argument
from migrator.ir.nodes import Call, Capture, Constant, Expression, If, Join, Pipe, Quoting, Read, Statement, Template
from migrator.ir.values import Alternative, Input, Literal, Unknown, Value, literal, union
from migrator.text.patterns import regex
from migrator.text.source import Span

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = regex(r"([^=\s-][^=\s]{0,200})=")


def written(join: Join) -> str | None:
    """The text of a word that is nothing but literal characters without quotes, None for any other word."""
    only = join.parts[0] if len(join.parts) == 1 else None
    return only.text if isinstance(only, Constant) and only.quoting is Quoting.BARE else None


def reads(join: Join) -> tuple[Read, ...]:
    """The expansions that a word has itself, not those within what it runs."""
    return tuple(part for part in _flat(join) if isinstance(part, Read))


def bare_name(join: Join) -> tuple[str, Span] | None:
    """The text of a word that is nothing but a name, with where it stands without its quotes; None for any other."""
    match _flat(join):
        case [Constant(text=text, span=Span() as span, quoting=quoting)] if _NAME.fullmatch(text):
            inner = Span(span.start + 1, span.end - 1) if quoting is Quoting.SINGLE else span
            return (text, inner) if inner.end - inner.start == len(text) else None
    return None


def _flat(join: Join) -> list[Expression]:
    return [inner for part in join.parts for inner in (part.parts if isinstance(part, Template) else (part,))]


def may_split(join: Join) -> bool:
    """Whether a word has an expansion outside of quotes, which may become several words or none."""
    return any(isinstance(part, Read | Capture) for part in join.parts)


def is_stream(join: Join) -> bool:
    """Whether a word is what other programs print, as the path of a file: `<(…)`."""
    return any(isinstance(part, Capture) and part.stream for part in join.parts)


def certain(row: Alternative) -> bool | None:
    """Whether a row is surely not empty (True), surely empty (False), or may be either (None)."""
    if any(isinstance(piece, Literal) and piece.text for piece in row):
        return True
    return False if all(isinstance(piece, Literal) for piece in row) else None


def is_presence(value: Value, other: str) -> bool:
    """Whether comparing with `other` asks only if something is empty: `""`, or `x"$A"` with `x`."""
    pieces = list(value.pieces)
    text = "".join(piece.text for piece in pieces if isinstance(piece, Literal) and not piece.provenance)
    return text == other and any(not isinstance(piece, Literal) or piece.provenance for piece in pieces)


def split(value: Value) -> list[Value]:
    """The words that an unquoted expansion of literal text becomes, none where it is empty, if each alternative is as
    many; other values stay one word."""
    rows = [_split(row) for row in value.alternatives]
    if len({len(words) for words in rows}) != 1:
        return [value]
    return [union(Value.of(*words[place]) for words in rows) for place in range(len(rows[0]))]


def _split(row: Alternative) -> list[list[Literal | Input | Unknown]]:
    if not any(isinstance(piece, Literal) and piece.splits and re.search(r"\s|^$", piece.text) for piece in row):
        return [list(row)]
    found: list[list[Literal | Input | Unknown]] = [[]]
    for piece in row:
        if not (isinstance(piece, Literal) and piece.splits):
            found[-1].append(piece)
            continue
        for index, text in enumerate(re.split(r"\s+", piece.text)):
            if index:
                found.append([])
            if text:
                changed = replace(piece, text=text, span=None, quoting=Quoting.FIXED)
                found[-1].append(piece if text == piece.text else changed)
    return [word for word in found if word]


def assignment(argument: Argument) -> tuple[str, Value] | None:
    """`NAME=value` as a word of `env` or `sudo`."""
    row = argument.value.alternatives[0] if len(argument.value.alternatives) == 1 else ()
    text = ""
    for index, piece in enumerate(row, 1):
        if not isinstance(piece, Literal):
            return None
        text += piece.text
        if match := _ASSIGNMENT.match(text):
            begun = replace(piece, text=text[match.end() :], span=None, quoting=Quoting.FIXED)
            return match[1], Value.of(*((begun,) if begun.text else ()), *row[index:])
    return None


def may_trace(arguments: Iterable[Argument]) -> bool:
    """Whether the words of `set` have `-x` among them on some way: `set ${DEBUG:+-x}`."""
    before = takewhile(lambda argument: argument.text != "--", arguments)
    texts = (literal(row) for argument in before for row in argument.value.alternatives)
    return any(text and re.fullmatch(r"-[A-Za-z]*x[A-Za-z]*", text) for text in texts)


def named(join: Join) -> list[str]:
    """The plain words of the commands that a word substitutes: the files that they read are among them."""
    found: list[str] = []
    pending: list[object] = list(join.parts)
    while pending:
        node = pending.pop()
        match node:
            case Template(parts=parts):
                pending += parts
            case Capture(body=body):
                pending += body
            case Statement():
                pending.append(node.node)
                found += [text for redirect in node.redirects if (text := written(redirect.value))]
            case Pipe():
                pending += [node.left, node.right]
            case If(chain=chain) if chain:
                pending += [*node.condition, *node.then, *node.otherwise]
            case Call():
                found += [text for inner in node.words if (text := written(inner))]
    return found


def substituted(join: Join | None) -> set[str]:
    """The programs that the command substitutions of a word run; '' for what is not a plain command."""
    found: set[str] = set()
    pending = list(join.parts) if join else []
    while pending:
        part = pending.pop()
        if isinstance(part, Template):
            pending += part.parts
        elif isinstance(part, Capture):
            for statement in part.body:
                found |= _programs(statement)
        else:
            found.add("")
    return found


def _programs(statement: Statement) -> set[str]:
    match statement.node:
        case Call(words=words):
            return {written(words[0]) or ""}
        case Pipe(left=left, right=right):
            return _programs(left) | _programs(right)
        case If(chain=chain, condition=(left,), then=then, otherwise=otherwise) if chain:
            return _programs(left).union(*map(_programs, (*then, *otherwise)))
    return {""}
