"""A TOML file, its tables as records. Errors name file, line, column and key, and show no value of the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args

from msgspec import Meta

from migrator.text.decoding import Misfit, decoded, no_key, shape
from migrator.text.mask import printable
from migrator.text.patterns import regex

_T = TypeVar("_T")
Path = tuple[str | int, ...]
"""Keys and numbers that lead to a part of a file."""
Filled = Annotated[str, Meta(pattern=r"\S", title="must have something in it")]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\Z", title="is not a valid variable name")]

_MAX_BYTES = 256 * 1024
_MAX_DOTS = 200
_EXAMPLES = {
    dict: ("a table", '{ NAME = "value" }'),
    list: ("a list", '["…"]'),
    str: ("text", '"…"'),
    date: ("a date", "2027-01-31, without quotes"),
}
_BLANK = regex(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_STRING = r'"""(?:\\[\s\S]|[^\\])*?"{3,5}|\'\'\'[\s\S]*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_KEY = regex(rf"(?:(?P<text>{_STRING})|(?P<bare>[A-Za-z0-9_-]+))[ \t]*(?P<dot>\.?)")
_SCALAR = regex(rf"{_STRING}|[^,\]}}#\r\n]+")


class ConfigurationError(Exception):
    """The message is a sentence that begins with `path:line:column`, as far as that is known."""


class Toml:
    """A file that errors call `name`; `table` is what it says. Raises ConfigurationError where it is no TOML."""

    def __init__(self, name: str, data: bytes) -> None:
        import tomllib

        self.name = name
        try:
            self._text = data.decode("utf-8-sig").replace("\r\n", "\n")
            # tomllib takes time and memory quadratic in the parts of a dotted key.
            if len(data) > _MAX_BYTES or any(line.count(".") > _MAX_DOTS for line in self._text.split("\n")):
                raise ConfigurationError(
                    f"{name}: the configuration is larger than {_MAX_BYTES // 1024} KiB, or a line of it holds more "
                    f"than {_MAX_DOTS} dots; shorten it"
                )
            self.table: Mapping[str, Any] = tomllib.loads(self._text)
        except UnicodeDecodeError:
            raise ConfigurationError(f"{name}: the file is not UTF-8; save it as UTF-8") from None
        except RecursionError:
            raise ConfigurationError(f"{name}: the file is nested too deeply to read; flatten it") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(_syntax(name, str(error))) from None

    def part(self, at: Path) -> Any:
        """What keys and numbers lead to, which is there."""
        part: Any = self.table
        for step in at:
            part = part[step]
        return part

    def read(self, kind: type[_T], *, at: Path = ()) -> _T:
        """The part of the file that keys lead to, as a record. Raises ConfigurationError."""
        try:
            return decoded(self.part(at), kind, _path)
        except Misfit as misfit:
            said = str(misfit) if misfit.wanted is None else _wanted(misfit.wanted, (*at, *misfit.path))
            raise self.error(misfit.path, said or str(misfit), at=at) from None

    def only(self, kind: type, *, at: Path = ()) -> None:
        """Refuse keys of a table that a record has not, of which the caller reads a part. Raises ConfigurationError."""
        for key in self.part(at):
            if unknown := no_key(key, kind):
                raise self.error((key,), unknown, at=at)

    def error(self, path: Path, message: str, *, at: Path = ()) -> ConfigurationError:
        """About what keys and numbers lead to behind `at`, which is named only where no key is behind it."""
        whole = (*at, *path)
        found = (self._places[whole[:length]] for length in range(len(whole), 0, -1) if whole[:length] in self._places)
        place = next(found, None)
        where = self.name
        if place is not None:
            where += f":{self._text.count(chr(10), 0, place) + 1}:{place - self._text.rfind(chr(10), 0, place)}"
        return ConfigurationError(f"{where}: {_spelt(path if path and isinstance(path[0], str) else whole)}{message}")

    @cached_property
    def _places(self) -> dict[Path, int]:
        """Where keys and elements of lists are written, as offsets. The standard library keeps no places."""
        scan = _TomlScan(self._text)
        with suppress(ValueError):
            scan.document()
        return scan.places


class _TomlScan:
    """Goes through a text that is known to be TOML. Raises ValueError where it is not."""

    def __init__(self, text: str) -> None:
        self.places: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._tables: Counter[Path] = Counter()
        """How often a table of a list has begun."""

    def document(self) -> None:
        base: Path = ()
        while self._skip() < len(self._text):
            start = self._at
            if not self._text.startswith("[", start):
                self._assignment(base)
                continue
            several = self._text.startswith("[[", start)
            self._at += 1 + several
            *around, last = self._keys()
            base = (*self._inside(around), last)
            if several:
                base = (*base, self._tables[base])
                self._tables[base[:-1]] += 1
            self._at = self._text.index("]", self._at) + 1 + several
            self._note(base, start)

    def _inside(self, keys: list[str]) -> Path:
        """Keys of a header: in a list of tables the last one so far is meant."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            path = (*path, self._tables[path] - 1) if self._tables[path] else path
        return path

    def _assignment(self, base: Path) -> None:
        start = self._at
        path = (*base, *self._keys())
        self._note(path, start, len(base))
        self._at = self._text.index("=", self._at) + 1
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self._text[self._skip() : self._at + 1]
        if opening not in ("[", "{"):
            self._at = self._match(_SCALAR).end()
            return
        self._at += 1
        number = 0
        while self._text[self._skip() : self._at + 1] not in ("]", "}"):
            if opening == "{":
                self._assignment(path)
            else:
                self._note((*path, number), self._at)
                self._value((*path, number))
                number += 1
            self._at = self._skip() + self._text.startswith(",", self._at)
        self._at += 1

    def _keys(self) -> list[str]:
        import tomllib

        found = []
        dotted = True
        while dotted:
            self._skip()
            match = self._match(_KEY)
            self._at = match.end()
            found.append(match["bare"] or str(tomllib.loads(f"key = {match['text']}")["key"]))
            dotted = bool(match["dot"])
        return found

    def _note(self, path: Path, at: int, above: int = 0) -> None:
        for length in range(above + 1, len(path) + 1):
            self.places.setdefault(path[:length], at)

    def _skip(self) -> int:
        self._at = self._match(_BLANK).end()
        return self._at

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError
        return found


def _wanted(kind: Any, path: Path) -> str:
    """What stands at the end of a path should be, with an example; '' where there is none."""
    found = shape(kind)
    if found is list and any(shape(one) is dict for one in get_args(kind)):
        return f"must be a list of tables; begin each with a line [[{'.'.join(map(str, path))}]]"
    noun, example = _EXAMPLES.get(found or NoneType, ("", ""))
    return f"must be {noun}" + (f"; write {path[-1]} = {example}" if isinstance(path[-1], str) else "") if noun else ""


def _path(kind: type, value: object) -> Any:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be the path of a file or folder, in quotes")
    return kind(value)


def _spelt(path: Path) -> str:
    name = ""
    for step in path:
        name += f"[{step}]" if isinstance(step, int) else f".{printable(step)}" if name else printable(step)
    return f"`{name}` " if name else ""


def _syntax(name: str, message: str) -> str:
    """tomllib's message names the place at its end and may quote one character of the file."""
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if place is None:
        return f"{name}: the file is not TOML: {printable(message)}"
    return f"{name}:{place[1]}:{place[2]}: the file is not TOML: {printable(message[: place.start()])}"
