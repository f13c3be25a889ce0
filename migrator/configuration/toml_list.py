"""Add strings to a list in the text of a TOML file, and leave every other character as it is.

The standard library reads TOML and does not write it. So the text is spliced at the likely places, and a splice counts
only if tomllib then reads the same content with the longer list.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from migrator.text.patterns import regex

_TOKEN = regex(r"""[ \t\r\n]+|\#[^\n]*|(?P<value>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')|(?P<comma>,)|(?P<end>\])""")
_INDENT = "    "


def extended(text: str, table: tuple[str, ...], key: str, values: Sequence[str]) -> str | None:
    """`text` with `values` at the end of the list `key` of `table`, () for the top; None where that cannot be done.

    The list is made if there is none; the table has to be there. `values` need no escapes.
    """
    wanted = _longer(tomllib.loads(text), table, key, values)
    quoted = [f'"{value}"' for value in values]
    newline = "\r\n" if "\r\n" in text else "\n"
    for candidate in (*_in_list(text, key, quoted, newline), *_as_new(text, table, key, quoted, newline)):
        try:
            if tomllib.loads(candidate) == wanted:
                return candidate
        except tomllib.TOMLDecodeError:
            continue
    return None


def assignment(key: str, values: Sequence[str], newline: str = "\n") -> str:
    """The lines that set the list `key`."""
    if len(values) == 1:
        return f'{key} = ["{values[0]}"]{newline}'
    return f"{key} = [{newline}" + "".join(f'{_INDENT}"{value}",{newline}' for value in values) + f"]{newline}"


def _longer(table: Mapping[str, Any], path: tuple[str, ...], key: str, values: Sequence[str]) -> dict[str, Any]:
    if path:
        return {**table, path[0]: _longer(table[path[0]], path[1:], key, values)}
    return {**table, key: [*table.get(key, []), *values]}


class _List(Struct, frozen=True):
    """Offsets: behind the bracket, behind the last value (or the bracket), behind the comma that follows it if one
    does, and of the closing bracket."""

    start: int
    last: int
    comma: int | None
    end: int


def _in_list(text: str, key: str, quoted: Sequence[str], newline: str) -> Iterator[str]:
    spelt = re.escape(key)
    for match in re.finditer(rf"""(?m)^[ \t]*(?:{spelt}|"{spelt}"|'{spelt}')[ \t]*=[ \t]*\[""", text):
        if (found := _scan(text, match.end())) is not None:
            yield _longer_list(text, found, quoted, newline)


def _scan(text: str, start: int) -> _List | None:
    at, last, comma = start, start, None
    while token := _TOKEN.match(text, at):
        if token["end"]:
            return _List(start, last, comma, at)
        at = token.end()
        if token["value"]:
            last, comma = at, None
        elif token["comma"]:
            comma = at
    return None


def _longer_list(text: str, of: _List, quoted: Sequence[str], newline: str) -> str:
    if "\n" not in text[of.start : of.end]:
        glue = ", " if of.last > of.start else ""
        return text[: of.last] + glue + ", ".join(quoted) + text[of.last :]
    after = of.comma or of.last
    indent = _indent(text, of.last) if of.last > of.start else _indent(text, of.end) + _INDENT
    comma = "" if of.comma or of.last == of.start else ","
    lines = "".join(f"{newline}{indent}{value}," for value in quoted)
    line_end = text.find("\n", after, of.end)
    if line_end < 0:  # the closing bracket is on the last value's line
        return text[: of.last] + comma + text[of.last : after] + lines + newline + text[after:].lstrip(" \t")
    line_end -= text[line_end - 1] == "\r"
    return text[: of.last] + comma + text[of.last : line_end] + lines + text[line_end:]


def _indent(text: str, offset: int) -> str:
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _as_new(text: str, table: tuple[str, ...], key: str, quoted: Sequence[str], newline: str) -> Iterator[str]:
    lines = assignment(key, [value[1:-1] for value in quoted], newline)
    if not table:
        opening = re.match(r"(?:[ \t]*#[^\n]*\n)+[ \t]*\r?\n", text)  # a comment about the file, not about a key
        at = opening.end() if opening else 0
        yield text[:at] + lines + text[at:]
        return
    name = r"[ \t]*\.[ \t]*".join(map(re.escape, table))
    for header in re.finditer(rf"(?m)^[ \t]*\[[ \t]*{name}[ \t]*\][^\n]*(?:\n|\Z)", text):
        glue = "" if header[0].endswith("\n") else newline
        yield text[: header.end()] + glue + lines + text[header.end() :]
