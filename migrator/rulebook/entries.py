"""What the records of rule files are made of. Their fields are all that a file may hold, each `_` of them a hyphen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Self

from msgspec import Struct, field

from migrator.text.patterns import Pattern, regex


class RuleEntry(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True):
    """A mapping of a rule file."""


def outside(name: str = "(key)") -> Any:
    """A field that does not stand in the mapping itself, such as the key of that: `sections` sets it."""
    return field(name=name, default="")


class Words(tuple[str, ...]):
    """Words of a command, written as text: `image push`."""

    @classmethod
    def read(cls, value: object) -> Self:
        return cls(_text(value).split())


class Switches(tuple[str, ...]):
    """A list of switches, or `true` for something that needs none."""

    @classmethod
    def read(cls, value: object) -> Self:
        if value is True:
            return cls()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ValueError("must be a list of switches, or true")
        return cls(value)


class Count(int):
    """A number from 0 to 999."""

    @classmethod
    def read(cls, value: object) -> Self:
        if not isinstance(value, str) or not value.isdecimal() or len(value) > 3:
            raise ValueError("must be a number from 0 to 999")
        return cls(value)


def read(kind: Any, value: object, pattern: Callable[[str], Pattern]) -> Any:
    """What a value of a rule file stands for where that is a pattern, which `pattern` makes of its text, or of a type
    from here. Raises ValueError."""
    return pattern(_text(value)) if kind is Pattern else kind.read(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def trusted(text: str) -> Pattern:
    """A pattern of the built-in rules. Raises ValueError."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is not a regular expression ({error})") from None
    return regex(text)
