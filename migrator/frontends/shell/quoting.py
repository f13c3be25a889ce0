"""What literal characters of shell stand for, by how they are quoted."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from migrator.ir.nodes import Constant, Expression, Opaque, Quoting, Template
from migrator.text.patterns import regex
from migrator.text.source import Span

_BARE_ESCAPE = regex(r"\\(\n|.)", re.DOTALL)
_DOUBLE_ESCAPE = regex(r'\\([\\"$`\n])')
_ANSI = regex(r"\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|c.|.)", re.DOTALL)
_ANSI_CODES = dict(zip("\\'\"?ntrabeEfv", "\\'\"?\n\t\r\a\b\x1b\x1b\f\v", strict=True))
BRACES = "a brace expansion"
_BRACES = regex(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")


def literal(text: str, span: Span, double: bool, fixed: bool) -> Expression:
    """Literal characters in double quotes (or a here-document), or outside of quotes."""
    if not double and (found := list(_BRACES.finditer(_BARE_ESCAPE.sub("__", text)))):
        return _several(text[: found[0].start()], text[found[-1].end() :], span)
    if "\\" not in text:
        return Constant(text, span, Quoting.DOUBLE if double else Quoting.BARE, fixed)
    return Constant(_unescaped(text, _DOUBLE_ESCAPE if double else _BARE_ESCAPE), span)


def spreads(parts: Sequence[Expression]) -> bool:
    """Whether a word of several parts is a brace expansion with some of them in it."""
    bare = (part.text if isinstance(part, Constant) and part.quoting is Quoting.BARE else "_" for part in parts)
    return len(parts) > 1 and _BRACES.search("".join(bare)) is not None


def _unescaped(text: str, pattern: re.Pattern[str] = _BARE_ESCAPE) -> str:
    return pattern.sub(lambda match: "" if match[1] == "\n" else match[1], text)


def _several(begin: str, end: str, span: Span) -> Expression:
    """The words of a brace expansion: all of them begin and end like that, but for what may be one around it."""
    known_begin, known_end = _unescaped(begin.partition("{")[0]), _unescaped(end.rpartition("}")[2])
    parts = (Constant(known_begin, None), Opaque((), span, BRACES), Constant(known_end, None))
    known = tuple(part for part in parts if not isinstance(part, Constant) or part.text)
    return Template(known, span) if len(known) > 1 else known[0]


def single(text: str, span: Span, ansi: bool, fixed: bool) -> Constant:
    """`'…'`, or `$'…'` with its escapes decoded."""
    if not ansi:
        return Constant(text, span, Quoting.SINGLE, fixed)
    return Constant(_ANSI.sub(_decoded, text) if "\\" in text else text, span)


def _decoded(match: re.Match[str]) -> str:
    """https://www.gnu.org/software/bash/manual/bash.html#ANSI_002dC-Quoting"""
    code = match[0][1:]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= sys.maxunicode else match[0]
    if code[0] == "c" and len(code) > 1:
        return chr(ord(code[1]) & 0x1F)
    return chr(int(code, 8) & 0xFF) if code[0] in "01234567" else _ANSI_CODES.get(code, match[0])


def without_tabs(text: str, span: Span, first: bool) -> tuple[str, Span]:
    """A literal part of a `<<-` here-document without the tabs at the beginnings of its lines; what is left of it on
    its last line keeps its place."""
    left = re.sub(r"(?<=\n)\t+", "", text)
    left = left.lstrip("\t") if first else left
    if left == text:
        return text, span
    kept = left if "\n" not in text.rstrip("\n") else left.rpartition("\n")[2]
    return left, Span(span.end - len(kept), span.end)
