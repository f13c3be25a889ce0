"""Reads a list of tables in a TOML file, and says what is wrong with one in a sentence that begins with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from migrator.text.mask import printable
from migrator.toml_keys import ConfigurationError, wrong_variables

LIMIT = 10_000
"""The most tables of a list that are read."""


class Table(Struct, frozen=True):
    """One table of a list. `what` names it in sentences, such as `a waiver`; `at` is `path:line`, as far as known."""

    entries: Mapping[str, Any]
    what: str
    at: str

    def only(self, keys: Sequence[str], required: Collection[str] = ()) -> None:
        """Raises ConfigurationError for a key that is none of `keys`, and for a `required` one that is not there."""
        known = f"known are {', '.join(keys)}"
        for key in self.entries:
            if key not in keys:
                raise self.error(f"{self.what} holds the unknown key '{printable(key)}'; {known}")
        for key in required:
            if key not in self.entries:
                raise self.error(f"{self.what} holds no {key}; {known}")

    def string(self, key: str) -> str:
        """'' where the key is not there; a string of white space is refused."""
        value = self.entries.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self.error(f'{key} of {self.what} is not a string with something in it; write {key} = "…"')
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        value = self.entries.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry.strip() for entry in value):
            raise self.error(f'{key} of {self.what} is not a list of strings; write {key} = ["…"]')
        return tuple(value)

    def variables(self, key: str) -> dict[str, str]:
        value = self.entries.get(key, {})
        if wrong := wrong_variables(f"{key} of {self.what}", value):
            raise self.error(wrong[1])
        found: dict[str, str] = value
        return found

    def day(self, key: str) -> date | None:
        value = self.entries.get(key)
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.error(f"{key} of {self.what} is not a date; write {key} = 2027-01-31, without quotes")
        return value

    def error(self, sentence: str) -> ConfigurationError:
        return ConfigurationError(f"{self.at}: {sentence}")


def tables(value: Any, key: str, what: str, at: Callable[[int], str]) -> Iterator[Table]:
    """The tables of the list that `key` holds. `at` gives the place of the table with a number, from 0.

    Raises ConfigurationError.
    """
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ConfigurationError(f"{at(0)}: {key} is not a list of tables; begin each with a line [[{key}]]")
    if len(value) > LIMIT:
        raise ConfigurationError(f"{at(0)}: {key} holds more than {LIMIT:,} tables, the most that are read; split it")
    for number, entry in enumerate(value):
        yield Table(entry, what, at(number))


def places(name: str, text: str, header: str) -> Callable[[int], str]:
    """For `tables`: where a table begins, by its line `[[header]]`; without such lines, where the key is set."""
    dotted = r"\s*\.\s*".join(re.escape(part) for part in header.split("."))
    opening = re.compile(rf"[ \t]*\[\[[ \t]*{dotted}[ \t]*\]\]")
    setting = re.compile(rf"[ \t]*{re.escape(header.rpartition('.')[2])}[ \t]*=")
    lines = text.splitlines()
    opened = [number for number, line in enumerate(lines, start=1) if opening.match(line)]
    if not opened:
        opened = [number for number, line in enumerate(lines, start=1) if setting.match(line)][:1]

    def at(number: int) -> str:
        return f"{name}:{opened[min(number, len(opened) - 1)]}" if opened else name

    return at
