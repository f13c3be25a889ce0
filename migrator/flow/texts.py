"""Program text inside a word, followed back to where it is written: what `bash -c '…'` and `eval` are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from migrator.ir.nodes import Capture, Constant, Expression, Join, Quoting, Read, Redirect, Template
from migrator.text.patterns import regex
from migrator.text.source import Span

_ESCAPES = regex(r'\\[\\"$`\n]')
_ESCAPED = regex(r"[$`]|\{[^}\\]*[$`]")


class Sliced(Protocol):
    """Text of which parts are asked for, by position."""

    def __getitem__(self, key: slice, /) -> str: ...


class NestedText(Struct, frozen=True):
    """A program's text, with a map to the text around it. `quoted`: it stands in double quotes. `outer` is where the
    expansions stand that are made before the inner program's text is read."""

    text: str
    place: Callable[[int], int]
    quoted: bool = False
    outer: frozenset[int] = frozenset()


def of_words(source: Sliced, joins: Sequence[Join | None]) -> NestedText | None:
    """The program text that words are, None where it cannot be followed."""
    written = [join for join in joins if join is not None]
    if len(written) < len(joins):
        return None
    parts = [part for join in written for part in join.parts]
    if len(written) > 1:
        if not all(isinstance(part, Read) or _bare(part) for part in parts):
            return None
        whole = _slice(source, Span(written[0].span.start, written[-1].span.end))
        return replace(whole, outer=_expansions(parts))
    match parts:
        case [Constant(quoting=Quoting.SINGLE, span=Span() as span, text=text)]:
            return _same(source, Span(span.start + 1, span.end - 1), text)
        case [Constant(span=Span() as span, text=text) as part] if _bare(part):
            return _same(source, span, text)
        case [Constant(quoting=Quoting.FIXED, span=Span() as span, text=text)]:  # a string of another language
            inner = _same(source, Span(span.start + 1, span.end - 1), text) or _double(source, Template((), span))
            return replace(inner, quoted=True) if inner and inner.text == text else None
        case [Read() as read]:
            return replace(_slice(source, read.span), outer=_expansions(parts))
        case [Template() as template]:
            return _double(source, template)
    return None


def of_document(source: Sliced, redirect: Redirect) -> NestedText | None:
    """The program text of a here-document."""
    if redirect.written is None:
        return None
    sliced = _slice(source, redirect.written)
    if redirect.raw:
        return sliced
    return replace(sliced, quoted=True, outer=_expansions(redirect.value.parts))


def _bare(part: Expression) -> bool:
    return isinstance(part, Constant) and part.quoting is Quoting.BARE and part.span is not None


def _slice(source: Sliced, span: Span) -> NestedText:
    return NestedText(source[span.start : span.end], lambda index: span.start + index)


def _same(source: Sliced, span: Span, expected: str) -> NestedText | None:
    """What is written there, where that is the text itself."""
    found = _slice(source, span)
    return found if found.text == expected else None


def _double(source: Sliced, template: Template) -> NestedText | None:
    """Expansions in double quotes are made before the inner shell reads the text; they are read where they stand,
    which is the same for values without special characters, and `\\$` is the inner shell's."""
    start, end = template.span.start, template.span.end
    raw = source[start + 1 : end - 1]
    if source[start : start + 1] != '"' or source[end - 1 : end] != '"':
        return None
    text: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(raw):
        width = 2 if _ESCAPES.match(raw, at) else 1
        char = raw[at + width - 1]
        if width == 2 and char == "$" and _ESCAPED.match(raw[at + 2 :]):
            return None  # `\\$$NAME`: what the inner shell expands is known only when it runs
        if not (width == 2 and char == "\n"):
            text.append(char)
            places.append(start + 1 + at + width - 1)
        at += width
    places.append(end - 1)
    place = lambda index: places[min(index, len(places) - 1)]  # noqa: E731
    return NestedText("".join(text), place, True, _expansions(template.parts))


def _expansions(parts: Sequence[Expression]) -> frozenset[int]:
    return frozenset(part.span.start for part in parts if isinstance(part, Read | Capture))
