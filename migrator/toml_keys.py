"""Reads the keys of a TOML file, and says what is wrong with one in a sentence that begins with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from migrator.text.mask import printable
from migrator.text.patterns import regex

_MAX_BYTES = 256 * 1024
_MAX_DOTS = 200
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")


class ConfigurationError(Exception):
    """The message is a sentence that begins with `path:line`, as far as that is known."""


def load(name: str, data: bytes) -> tuple[str, dict[str, Any]]:
    """A file's text and what it says as TOML. Raises ConfigurationError."""
    import tomllib

    try:
        text = data.decode("utf-8-sig")
        # tomllib takes time and memory quadratic in the parts of a dotted key.
        if len(data) > _MAX_BYTES or any(line.count(".") > _MAX_DOTS for line in text.split("\n")):
            raise ConfigurationError(
                f"{name}: the configuration is larger than {_MAX_BYTES // 1024} KiB, or a line of it holds more than "
                f"{_MAX_DOTS} dots; shorten it"
            )
        return text, tomllib.loads(text.replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name}: the file is not UTF-8; save it as UTF-8") from None
    except RecursionError:
        raise ConfigurationError(f"{name}: the file is nested too deeply to read; flatten it") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(_syntax(name, str(error))) from None


def _syntax(name: str, message: str) -> str:
    """tomllib's message names the place at its end and may quote one character of the file."""
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if place is None:
        return f"{name}: the file is not TOML: {printable(message)}"
    return f"{name}:{place[1]}:{place[2]}: the file is not TOML: {printable(message[: place.start()])}"


class Keys(Struct, frozen=True):
    """The keys of one table of the file `name`: `header` is the table's, () for the top.

    All methods raise ConfigurationError.
    """

    name: str
    text: str
    header: tuple[str, ...] = ()

    def only(self, table: Mapping[str, Any], keys: Sequence[str], hints: Mapping[str, str] = {}) -> None:
        """`hints` are said of unknown keys that people are likely to write."""
        for key in table:
            if key not in keys:
                import difflib

                close = difflib.get_close_matches(key, keys, n=1)
                hint = hints.get(key) or (f" (did you mean {close[0]}?)" if close else "")
                raise self.error(key, f"unknown key '{printable(key)}'{hint}; known are {', '.join(keys)}")

    def strings(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
            raise self.error(key, f'{key} is not a list of strings; write {key} = ["…"]')
        return tuple(value)

    def string(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.error(key, f'{key} is not a string; write {key} = "…"')
        return value

    def variables(self, table: Mapping[str, Any], key: str) -> dict[str, str]:
        """Names of variables with their values."""
        value = table.get(key, {})
        if wrong := wrong_variables(key, value):
            raise self.error(*wrong)
        found: dict[str, str] = value
        return found

    def error(self, key: str, sentence: str) -> ConfigurationError:
        line = self._line(key)
        return ConfigurationError(f"{self.name}:{line}: {sentence}" if line else f"{self.name}: {sentence}")

    def _line(self, key: str) -> int | None:
        """The line where a key is set, as far as it can be seen without a parser that keeps places."""
        spelt = re.escape(key)
        quoted = rf"""(?:{spelt}|"{spelt}"|'{spelt}')"""
        opening = re.compile(
            rf"(?:\[\[?\s*(?:[^\]]*\.)?{quoted}\s*(?:\.[^\]]*)?\]|(?:[^=#]*[{{,.]\s*)?{quoted}\s*[.=])"
        )
        dotted = r"\s*\.\s*".join(map(re.escape, self.header))
        header = re.compile(rf"\s*\[\[?\s*{dotted}\b")
        relevant = not self.header
        for number, line in enumerate(self.text.splitlines(), start=1):
            if self.header and line.lstrip().startswith("["):
                relevant = header.match(line) is not None
            if relevant and opening.match(line.lstrip()):
                return number
        return None


def wrong_variables(key: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with a table of variables at `key`: the key to blame, and a sentence."""
    if not isinstance(value, dict):
        return key, f'{key} is not a table; write {key} = {{ NAME = "value" }}'
    for name, known in value.items():
        if not _NAME.fullmatch(name):
            return name, f"{key} holds '{printable(name)}', which is no name of a variable"
        if not isinstance(known, str):
            return name, f'the value of the variable {name} is not a string; write {name} = "…"'
    return None
