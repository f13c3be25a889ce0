"""Words and their parts, as a program that is no shell gives them to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from migrator.ir.nodes import Call, CommandNode, Double, Lit, Other, Part, Redirect, Single, Statement, Word
from migrator.text.source import Span


def statement(command: CommandNode, span: Span, redirects: tuple[Redirect, ...] = ()) -> Statement:
    return Statement(command, redirects, False, False, span)


def fixed(node: Any) -> Any:
    """The same records, with literal text that cannot be replaced: the shell's quotes may end the program's string."""
    if isinstance(node, tuple):
        return tuple(map(fixed, node))
    if isinstance(node, Call):
        return replace(
            node, assignments=fixed(node.assignments), words=(*node.words[:1], *(_word(one) for one in node.words[1:]))
        )
    if isinstance(node, Word):
        return _word(node)
    if isinstance(node, Struct) and not isinstance(node, Span):
        return replace(node, **{name: fixed(getattr(node, name)) for name in node.__struct_fields__})
    return node


def _word(word: Word) -> Word:
    return Word(tuple(map(_part, word.parts)), word.span)


def _part(part: Part) -> Part:
    if isinstance(part, Lit | Single):
        return Other((), part.span) if "\\" in part.text else Single(part.text, part.span, True)
    if isinstance(part, Double):
        return Double(tuple(map(_part, part.parts)), part.span)
    return part


def split(parts: Sequence[Part], span: Span) -> list[Word]:
    words: list[list[Part]] = [[]]
    for part in parts:
        if not isinstance(part, Single):
            words[-1].append(part)
            continue
        for index, text in enumerate(part.text.split(" ")):
            if index:
                words.append([])
            if text:
                words[-1].append(Single(text, part.span, True))
    return [Word(tuple(one), span) for one in words if one]


def around(parts: Sequence[Part], span: Span) -> Span:
    return Span(
        min([span.start, *(part.span.start for part in parts)]), max([span.end, *(part.span.end for part in parts)])
    )
