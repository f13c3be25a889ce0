"""What literal characters of shell stand for, by how they are quoted."""

from __future__ import annotations

import re

from migrator.ir.nodes import Constant, Expression, Opaque, Quoting, Template
from migrator.text.patterns import regex
from migrator.text.source import Span

_BARE_ESCAPE = regex(r"\\(\n|.)", re.DOTALL)
_DOUBLE_ESCAPE = regex(r'\\([\\"$`\n])')
_ANSI = regex(r"\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|u[0-9a-fA-F]{1,4}|.)", re.DOTALL)
_ANSI_CODES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_BRACES = regex(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")


def literal(text: str, span: Span, double: bool, fixed: bool) -> Expression:
    """Literal characters in double quotes (or a here-document), or outside of quotes."""
    if "\\" not in text:
        if not double and (found := list(_BRACES.finditer(text))):
            return _several(text[: found[0].start()], text[found[-1].end() :], span)
        return Constant(text, span, Quoting.DOUBLE if double else Quoting.BARE, fixed)
    pattern = _DOUBLE_ESCAPE if double else _BARE_ESCAPE
    return Constant(pattern.sub(lambda match: "" if match[1] == "\n" else match[1], text), span)


def _several(begin: str, end: str, span: Span) -> Expression:
    """The words of a brace expansion: all of them begin and end like that."""
    parts = (Constant(begin, None), Opaque((), span, "a brace expansion"), Constant(end, None))
    known = tuple(part for part in parts if not isinstance(part, Constant) or part.text)
    return Template(known, span) if len(known) > 1 else known[0]


def single(text: str, span: Span, ansi: bool, fixed: bool) -> Constant:
    """`'…'`, or `$'…'` with its escapes decoded."""
    if not ansi:
        return Constant(text, span, Quoting.SINGLE, fixed)
    return Constant(_ANSI.sub(_decoded, text) if "\\" in text else text, span)


def _decoded(match: re.Match[str]) -> str:
    code = match[0][1:]
    if code[0] in "xu" and len(code) > 1:
        return chr(int(code[1:], 16))
    return chr(int(code, 8)) if code[0] in "01234567" else _ANSI_CODES.get(code, code)


def without_tabs(text: str, span: Span, first: bool) -> tuple[str, Span]:
    """A literal part of a `<<-` here-document without the tabs at the beginnings of its lines; what is left of it on
    its last line keeps its place."""
    left = re.sub(r"(?<=\n)\t+", "", text)
    left = left.lstrip("\t") if first else left
    if left == text:
        return text, span
    kept = left if "\n" not in text.rstrip("\n") else left.rpartition("\n")[2]
    return left, Span(span.end - len(kept), span.end)
