"""The `q` and `sort` parameters, on rows as they are shown.

https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from migrator.demo.messages import Refusal, error
from migrator.text.patterns import regex

Row = dict[str, Any]
Test = Callable[[Row], bool]

_TOKEN = regex(r'\s*(?:("(?:[^"\\]|\\.)*")|(\(|\)|,)|(!=|!~|>=|<=|=|~|>|<)|([^\s()",=!~<>]+))')
_LONGEST = 4000


def matching(rows: list[Row], q: str) -> list[Row]:
    """The rows that `q` lets through. Raises Refusal."""
    if not q:
        return rows
    test = _QueryParser(q).whole()
    return [row for row in rows if test(row)]


def ordered(rows: list[Row], sort: str) -> list[Row]:
    """The rows by one field, `-` is descending; rows without it come first."""
    if not sort:
        return rows
    field = sort.removeprefix("-")
    return sorted(rows, key=lambda row: _key(value(row, field)), reverse=sort.startswith("-"))


def value(row: Row, field: str) -> Any:
    found: Any = row
    for name in field.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _key(found: Any) -> tuple[int, Any]:
    if found is None:
        return 0, 0
    moment = _moment(found)
    if moment is not None:
        return 1, moment.timestamp()
    return (1, found) if isinstance(found, int | float) else (2, str(found))


class _QueryParser:
    """`or` of `and`s of comparisons, with parentheses."""

    def __init__(self, q: str) -> None:
        if len(q) > _LONGEST:
            raise _invalid()
        self._tokens: list[str] = []
        at = 0
        text = q.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                raise _invalid()
            self._tokens.append(match[0].strip())
            at = match.end()
        self._at = 0

    def whole(self) -> Test:
        test = self._either()
        if self._at != len(self._tokens):
            raise _invalid()
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._word("OR"):
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._word("AND"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._word("("):
            test = self._either()
            if not self._word(")"):
                raise _invalid()
            return test
        field, negated = self._take(), self._word("NOT")
        if self._word("IN"):
            wanted = self._listed()
            return lambda row: (value(row, field) in wanted) is not negated
        operator, right = self._take(), _literal(self._take())
        if operator not in _OPERATORS:
            raise _invalid()
        return lambda row: _OPERATORS[operator](value(row, field), right)

    def _listed(self) -> list[Any]:
        if not self._word("("):
            raise _invalid()
        wanted = [_literal(self._take())]
        while self._word(","):
            wanted.append(_literal(self._take()))
        if not self._word(")"):
            raise _invalid()
        return wanted

    def _take(self) -> str:
        if self._at >= len(self._tokens):
            raise _invalid()
        self._at += 1
        return self._tokens[self._at - 1]

    def _word(self, word: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at].upper() == word:
            self._at += 1
            return True
        return False


def _compared(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        one, other = _moment(left), _moment(right)
        if one and other:
            return test(one, other)
        return type(left) is type(right) and test(left, right)

    return compare


def _contains(left: Any, right: Any) -> bool:
    return str(right).lower() in str(left or "").lower()


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "~": _contains,
    "!~": lambda left, right: not _contains(left, right),
    ">": _compared(lambda left, right: left > right),
    ">=": _compared(lambda left, right: left >= right),
    "<": _compared(lambda left, right: left < right),
    "<=": _compared(lambda left, right: left <= right),
}


def _literal(token: str) -> Any:
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    if token.isdecimal():
        return int(token)
    return {"true": True, "false": False, "null": None}.get(token.lower(), token)


def _moment(found: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(found)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _invalid() -> Refusal:
    return Refusal(error(400, "Invalid or unknown query"))
