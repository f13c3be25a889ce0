"""Whether a place of a text is in a comment. Where that is not certain it is not, so that a use stays a use."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from migrator.secrets.references.rules import Language
from migrator.text.source import Source

_NEAR = 300
"""How many characters before a place the beginning of a comment behind code is looked for."""

# `# define X` is C, `#!` names a program, `//host/:_authToken` is a line of an .npmrc that a script writes.
_CODE = r"(?!#\s{0,9}(?:define|include|if|ifdef|ifndef|undef|pragma)\b|#!|//[^\s/]{1,200}/?[^\s:]{0,200}:_|#\{)"


class Within(IntEnum):
    CODE = 0
    DOUBT = 1
    """Probably a comment: behind code, or a line of a block that could be an expression."""
    COMMENT = 2


@lru_cache(maxsize=64)
def _starts(markers: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"[ \t]{{0,400}}{_begins(markers)}")


@lru_cache(maxsize=64)
def _behind(markers: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\s{_begins(markers)}")


def _begins(markers: tuple[str, ...]) -> str:
    one = "|".join(re.escape(marker) for marker in markers)
    return rf"(?={one}){_CODE}(?:{one})"


def within(source: Source, offset: int, language: Language) -> Within:
    start = source.line_span(source.position(offset).line).start
    if language.comments:
        begun = _starts(language.comments).match(source.text, start)
        if begun and begun.end() <= offset:
            return Within.COMMENT
        if _behind(language.comments).search(source.text, max(start, offset - _NEAR), offset):
            return Within.DOUBT
    if language.asides:
        begun = _starts(language.asides).match(source.text, start)
        if begun and begun.end() <= offset:
            return Within.DOUBT
    return Within.CODE
