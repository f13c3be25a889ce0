"""Patterns of other people's rule files, run by RE2, whose time is linear in the text whatever the pattern is.

Python's engine needs exponential time for some, and no look at the text of a pattern tells which. RE2 has no
look-around and no backreferences: https://github.com/google/re2/wiki/Syntax. The built-in patterns have look-around,
stay with Python's engine, and are timed by a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from migrator.text.patterns import Regex, regex

_LONGEST = 500
_WRITE = "write it as https://github.com/google/re2/wiki/Syntax says, without look-around and backreferences"
_WORK = 2**26
_FEWEST = 64
_FEWEST_WITH_GROUPS = 8
"""The engine is slower where it tells groups."""
_NO_REPETITION = regex(r"(?<!\\)(?:\\\\)*\{(?:,\d{1,20}|\d{5,20}(?:,\d{0,20})?)\}")
"""Elsewhere it is one, or a mistake; RE2 takes it for these characters."""
_LONE = regex("[\ud800-\udfff]")
"""Halves of characters, which stand for bytes that are no UTF-8; RE2 takes UTF-8 only."""
_REST = regex(r"(?P<names>[\s\S]*)")
"""Names may stand anywhere in there."""


class NamedMatch:
    """What is asked of a match with groups, each by its name; 0 is the whole."""

    def __init__(self, text: str, spans: Mapping[str | int, tuple[int, int]]) -> None:
        self._text = text
        self._spans = spans

    def __getitem__(self, group: str | int) -> str | None:
        start, end = self._spans[group]
        return self._text[start:end] if start >= 0 else None

    def span(self, group: str | int = 0) -> tuple[int, int]:
        return self._spans[group]

    def start(self, group: str | int = 0) -> int:
        return self._spans[group][0]

    def end(self, group: str | int = 0) -> int:
        return self._spans[group][1]

    def groupdict(self) -> dict[str, str | None]:
        return {name: self[name] for name in self._spans if isinstance(name, str)}


class Linear(Regex):
    """What rules ask of a pattern, by the names of `re.Pattern`, and nothing else. `capturing`: the groups of a match
    are told."""

    def __init__(self, text: str, engine: Any, capturing: bool) -> None:
        super().__init__(text, 0)
        self.pattern = text
        self.capturing = capturing
        self.groups: int = engine.groups
        self._engine = engine

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.pattern, self.capturing)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)  # where another pattern would be compiled by Python's engine

    def search(self, text: str) -> re.Match[str] | None:
        return cast("re.Match[str] | None", self._engine.search(_whole(text)))

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return cast("re.Match[str] | None", self._engine.fullmatch(_whole(text)))

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Each match may need a look at all the text that is left, so there is a bound: what stands behind so many is
        one match, as what is masked too much does no harm."""
        most = max(_FEWEST_WITH_GROUPS if self.capturing else _FEWEST, _WORK // (len(text) + 1))
        for count, match in enumerate(self._engine.finditer(_whole(text))):
            if count == most:
                yield from filter(None, [_REST.match(text, match.start())])
                return
            yield self._named(text, match) if self.capturing else match

    def _named(self, text: str, match: Any) -> re.Match[str]:
        """The engine's own match knows groups by their numbers only."""
        spans = {name: match.span(number) for name, number in self._engine.groupindex.items()}
        return cast("re.Match[str]", NamedMatch(text, {0: match.span(), **spans}))


def linear(text: str) -> re.Pattern[str]:
    """A pattern of somebody's rule file. Raises ValueError with what is wrong with it, to be said behind its key."""
    return _made(short(text), capturing=False)


def linear_with_groups(text: str) -> re.Pattern[str]:
    """The same of a pattern that is `short` before its words are filled in, and whose groups are asked for."""
    return _made(text, capturing=True)


def short(text: str) -> str:
    """Raises ValueError for what is too long for a pattern in a rule file."""
    if len(text) > _LONGEST:
        raise ValueError(f"must be a shorter pattern, of at most {_LONGEST} characters")
    return text


def _made(text: str, capturing: bool) -> re.Pattern[str]:
    if unlike := _NO_REPETITION.search(text):
        raise ValueError(f"is not a regular expression that RE2 knows ({unlike[0]} is no repetition); {_WRITE}")
    try:
        import re2
    except ImportError:
        raise ValueError(
            "is a pattern, and the engine for patterns that are not built in is not installed; install it with "
            "pip install 'patless[rules]', or take the pattern out"
        ) from None
    options = re2.Options()
    options.log_errors = False
    options.never_capture = not capturing
    try:
        return cast("re.Pattern[str]", Linear(text, re2.compile(text, options), capturing))
    except (re2.error, UnicodeEncodeError) as error:
        raise ValueError(_refused(text, error)) from None


def _refused(text: str, error: Exception) -> str:
    told = error.args[0] if error.args else error
    why = told.decode(errors="replace") if isinstance(told, bytes) else str(error)
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return f"is not a regular expression ({why})"
    return f"is not a regular expression that RE2 knows ({why}); {_WRITE}"


def _whole(text: str) -> str:
    return text if text.isascii() else _LONE.sub("\ufffd", text)
