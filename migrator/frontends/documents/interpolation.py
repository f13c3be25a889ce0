"""Variables in a text such as `registry/app:${TAG:-latest}`, as Compose files and Dockerfiles expand them.

Sources: https://docs.docker.com/reference/compose-file/interpolation/ and
https://docs.docker.com/reference/dockerfile/#environment-replacement. The two differ in how `$` is escaped and in
quotes (`Dialect`), and in what a variable that nobody sets means (the caller's `Lookup`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from migrator.text.patterns import regex

LENGTH_LIMIT = 4096
"""Characters of an expanded text; an image reference has fewer than 1,000."""

_DEPTH_LIMIT = 32
_PLAIN = regex(r"""[^$}\\`'"]+""")
_NAME = regex(r"(\{?)([A-Za-z_][A-Za-z0-9_]*)")
_OPERATOR = regex(r"\}|:?[-+?]")
_COMPOSE_NAMES = regex(r"\$\$|\$\{?([A-Za-z_][A-Za-z0-9_]*)")


class Expansion(Struct, frozen=True):
    """What a text becomes when its variables are expanded.

    `resolved` is the result, or None where it cannot be told; then `why` is a clause that says so, and `unknown`
    names the variables that are to blame. `prefix` is the beginning that is certain all the same. `by_default` is the
    result if every variable that may be unset is unset, None where that cannot be told either: one of the possible
    results, good for a message and for nothing else.
    """

    written: str
    resolved: str | None
    prefix: str
    by_default: str | None
    why: str = ""
    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.resolved is None) != bool(self.why):
            raise ValueError("an expansion says why exactly where it is not resolved")


def known(text: str) -> Expansion:
    return Expansion(text, text, text, text)


def unknown(why: str, *, written: str = "", by_default: str | None = None, names: tuple[str, ...] = ()) -> Expansion:
    return Expansion(written, None, "", by_default, why, names)


class VariableValue(Struct, frozen=True):
    """A variable's value. `present`: is it set at all? None where that cannot be told."""

    value: Expansion
    present: bool | None


Lookup = Callable[[str], VariableValue]


class Dialect(Struct, frozen=True):
    """`escape` is the character that makes the next one literal, '' for none. `quotes`: are `'` and `"` syntax?
    `doubled`: does `$$` stand for a dollar sign?
    """

    escape: str
    quotes: bool
    doubled: bool


COMPOSE = Dialect(escape="", quotes=False, doubled=True)


def expand(text: str, lookup: Lookup, dialect: Dialect, limit: int = LENGTH_LIMIT) -> Expansion:
    """Expand `text`. What is malformed, nested deeper than 32, or longer than `limit` when expanded is not resolved."""
    if len(text) > 16 * limit:
        return unknown(f"it is longer than {limit} characters", written=text)
    return replace(_evaluate(_Parser(text, dialect).parse(), lookup, limit), written=text)


def interpolate(text: str, variables: Mapping[str, str | None], limit: int = LENGTH_LIMIT) -> Expansion:
    """Expand a value of a Compose file.

    `variables` has the values that are known; None: it is set, its value is not known. A variable that is missing may
    still be set where Compose runs, so it is not taken as unset: see `Expansion.by_default`.
    """

    def lookup(name: str) -> VariableValue:
        value = variables.get(name)
        if value is not None:
            return VariableValue(known(value), True)
        why = f"the value of {name} is not known"
        return (
            VariableValue(unknown(why), True) if name in variables else VariableValue(unknown(why, by_default=""), None)
        )

    return expand(text, lookup, COMPOSE, limit)


def interpolated_names(text: str) -> tuple[str, ...]:
    """The variables that a value of a Compose file reads, in their order, those in defaults and messages included."""
    return tuple(dict.fromkeys(match[1] for match in _COMPOSE_NAMES.finditer(text) if match[1]))


def image_name(reference: Expansion) -> str | None:
    """Host and path of an image reference without tag and digest, where they are certain even if the tag is not.

    `web:$TAG` counts as the name `web`, since a tag has no slash; `web:$PORT/app` has no certain name.
    """
    name, digest, _ = reference.prefix.partition("@")
    complete = reference.resolved is not None or bool(digest)
    slash = name.rfind("/")
    colon = name.find(":", slash + 1)
    if colon < 0:
        return name if complete else None
    port = slash < 0 and ("." in name or "/" in reference.written or "/" in (reference.by_default or ""))
    return name[:colon] if complete or not port else None


class _Reference(Struct, frozen=True):
    name: str
    operator: str = ""
    word: tuple[_Piece, ...] = ()


class _Broken(Struct, frozen=True):
    why: str


_Piece = str | _Reference | _Broken


class _Parser:
    """Splits a text into literal pieces and references. At what it cannot read it stops with a `_Broken` piece."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.at = 0
        self.broken = ""

    def parse(self) -> list[_Piece]:
        pieces = self._until("", 0)
        # Always at the top level: a reference with the break inside may resolve without looking there.
        return [*pieces, _Broken(self.broken)] if self.broken else pieces

    def _break(self, why: str) -> None:
        self.broken = self.broken or why
        self.at = len(self.text)

    def _until(self, stop: str, depth: int) -> list[_Piece]:
        pieces: list[_Piece] = []
        while self.at < len(self.text):
            if plain := _PLAIN.match(self.text, self.at):
                pieces.append(plain[0])
                self.at = plain.end()
                continue
            char = self.text[self.at]
            self.at += 1
            if char == stop:
                return pieces
            if char == "$":
                pieces += self._dollar(depth)
            elif char == self.dialect.escape:
                pieces.append(self._escaped(quoted=stop == '"'))
            elif char == "'" and self.dialect.quotes and stop != '"':
                pieces.append(self._single_quoted())
            elif char == '"' and self.dialect.quotes:
                pieces += self._until('"', depth)
            else:
                pieces.append(char)
        if stop:
            self._break("a quote is not closed" if stop == '"' else "a `${` is not closed")
        return pieces

    def _escaped(self, quoted: bool) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        return self.dialect.escape + char if quoted and char not in ('"', "$", self.dialect.escape, "") else char

    def _single_quoted(self) -> str:
        end = self.text.find("'", self.at)
        if end < 0:
            self._break("a quote is not closed")
            return ""
        start, self.at = self.at, end + 1
        return self.text[start:end]

    def _dollar(self, depth: int) -> Iterator[_Piece]:
        if self.dialect.doubled and self.text.startswith("$", self.at):
            self.at += 1
            yield "$"
            return
        match = _NAME.match(self.text, self.at)
        if match is None:
            self._break("a `$` is followed by no variable name")
            return
        self.at = match.end()
        if not match[1]:
            yield _Reference(match[2])
            return
        operator = _OPERATOR.match(self.text, self.at)
        if operator is None:
            self._break(f"`${{{match[2]}` is followed by what is not read here")
        elif depth >= _DEPTH_LIMIT:
            self._break(f"variables are nested deeper than {_DEPTH_LIMIT} levels")
        elif operator[0] == "}":
            self.at = operator.end()
            yield _Reference(match[2])
        else:
            self.at = operator.end()
            yield _Reference(match[2], operator[0], tuple(self._until("}", depth + 1)))


def _evaluate(pieces: Iterable[_Piece], lookup: Lookup, limit: int) -> Expansion:
    certain, default = [""], [""]
    why = ""
    names: dict[str, None] = {}
    defaulted = True
    size = 0
    for piece in pieces:
        part = _value(piece, lookup, limit)
        if not why:
            certain.append(part.prefix)
        if part.by_default is None:
            defaulted = False
        else:
            default.append(part.by_default)
        if part.resolved is None:
            why = why or part.why
            names.update(dict.fromkeys(part.unknown))
        size += max(len(part.prefix), len(part.by_default or ""))
        if size > limit:
            why = why or f"it is longer than {limit} characters"
            defaulted = False
            break
    prefix = "".join(certain)
    if not why:
        return known(prefix)
    return Expansion("", None, prefix[:limit], "".join(default) if defaulted else None, why, tuple(names))


def _value(piece: _Piece, lookup: Lookup, limit: int) -> Expansion:
    if isinstance(piece, str):
        return known(piece)
    if isinstance(piece, _Broken):
        return unknown(piece.why)
    variable = lookup(piece.name)
    value = variable.value
    if value.resolved is None and not value.unknown:
        value = replace(value, unknown=(piece.name,))
    usable = _usable(variable, colon=piece.operator.startswith(":"))
    action = piece.operator[-1:]
    if action == "?" and usable is False:
        return unknown(f"{piece.name} must be set", names=(piece.name,))
    if action == "" or (action in ("-", "?") and usable is True):
        return value
    if action == "?":
        return replace(value, resolved=None, by_default=None, why=value.why or f"{piece.name} may be empty")
    if action == "+" and usable is False:
        return known("")
    word = _evaluate(piece.word, lookup, limit)
    if usable is not None:
        return word
    default = None if variable.present else word.by_default if action == "-" else ""
    why = value.why or f"the value of {piece.name} is not known"
    return unknown(why, by_default=default, names=value.unknown or (piece.name,))


def _usable(variable: VariableValue, colon: bool) -> bool | None:
    """Whether the variable is set, and with `colon` not empty; None where that cannot be told."""
    if variable.present is False or not colon:
        return variable.present
    if variable.value.resolved == "":
        return False
    return variable.present if variable.value.prefix else None
