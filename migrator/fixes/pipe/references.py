"""Image references of a script: as text for a pipe, and as keys that are equal where the reference surely is."""

from __future__ import annotations

import re

from migrator.flow.events import Definitions, Environment, Flow
from migrator.ir.nodes import Constant, Expression, Fallback, Join, Quoting, Read, Template
from migrator.ir.values import Alternative, Input, Literal, Value
from migrator.text import wildcards
from migrator.text.patterns import regex
from migrator.text.source import Span

_PLAIN = regex(r"[A-Za-z0-9._/:@-]*")
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = regex(r"\$\{[^}]*(?:\}|\Z)")
_MAX_DEPTH = 20
_DECLARED = regex(r"\b(?:declare|typeset|local)\b([^\n;&|]*)")
_CHANGING = regex(r"(?:^|\s)-[a-zA-Z]*[luicn]")
"""Options with which a variable does not hold what it is given: lower case, upper case, a number, another's name."""


class Unwritable(Exception):
    """The word is not text with plain variables; the message is a clause."""


class ReferenceWriter:
    """Writes words as text in which `${NAME}` stands for variables that hold at another place what they hold here."""

    def __init__(self, trace: Flow, text: str) -> None:
        declared = (found[1] for found in _DECLARED.finditer(text) if _CHANGING.search(found[1]))
        self.changing = {name for words in declared for name in _NAME.findall(words)}
        self.definitions: dict[Span, Definitions | None] = {}
        for use in trace.uses:
            known = self.definitions.setdefault(use.read.span, use.definitions)
            if known != use.definitions:  # the calls of a function differ
                self.definitions[use.read.span] = None

    def text(self, word: Join, there: Environment, depth: int = 0) -> str:
        """The word for a place where the variables are as in `there`. Raises Unwritable.

        What the script sets to text is that text: then nothing depends on what a pipe sees of the script's variables.
        """
        return "".join(self.part(part, there, depth) for part in word.parts)

    def part(self, part: Expression, there: Environment, depth: int) -> str:
        match part:
            case Constant(text=text, quoting=quoting) if quoting is not Quoting.FIXED and _PLAIN.fullmatch(text):
                return text
            case Template(parts=parts):
                return "".join(self.part(inner, there, depth) for inner in parts)
            case Read(fallback=Fallback.NONE, through="", index="", name=name) if _NAME.fullmatch(name):
                return self.variable(part, there, depth)
        raise Unwritable("comes from a command or an expansion that a pipe does not know")

    def variable(self, param: Read, there: Environment, depth: int) -> str:
        definitions = self.definitions.get(param.span)
        if definitions is None or depth > _MAX_DEPTH:
            raise Unwritable(f"comes from ${param.name}, which cannot be followed")
        only = definitions[0] if len(definitions) == 1 else None
        if only is not None and param.name not in self.changing:
            literal = only.value.text
            if literal is not None and _PLAIN.fullmatch(literal):
                return literal
            try:
                if only.word is not None:
                    return self.text(only.word, there, depth + 1)
            except Unwritable:
                pass
        if there.get(param.name, (None,)) != definitions:
            raise Unwritable(f"comes from ${param.name}, which changes before the last push")
        return f"${{{param.name}}}"


def key(value: Value) -> str | None:
    """A name for an image reference: equal names are the same reference, whatever the variables are.

    `${NAME}` is a variable that the script does not set, `${NAME@ORDER}` what an assignment of it gave.
    """
    rows = [_key(row, several=len(value.alternatives) > 1) for row in value.alternatives]
    known = [row for row in rows if row is not None]
    return "|".join(sorted(known)) if len(known) == len(rows) else None


def _key(row: Alternative, several: bool) -> str | None:
    parts: list[str] = []
    for piece in row:
        first = piece.provenance[0] if piece.provenance else None
        if isinstance(piece, Literal):
            parts.append(piece.text)
        elif isinstance(piece, Input):
            parts.append(f"${{{piece.name}}}")
        else:
            inner = next((one.definition for one in reversed(piece.provenance) if one.definition), None)
            if inner is None:
                return None
            parts.append(f"${{{inner.name}@{inner.order}}}")
        if several and first is not None:
            parts.append(f"${{{first.read.name}@{first.definition.order if first.definition else ''}}}")
    return tagged("".join(parts))


def may_be(first: str, second: str) -> bool:
    """Could two keys be the same reference? Only variables leave that open."""
    return any(_may_be(one, other) for one in first.split("|") for other in second.split("|"))


def _may_be(first: str, second: str) -> bool:
    if "${" in first and "${" in second:
        one, other = first.partition("${")[0], second.partition("${")[0]
        return one.startswith(other) or other.startswith(one)
    pattern, text = (first, second) if "${" in first else (second, first)
    patterns = pattern, pattern.removesuffix(":latest")
    return any(wildcards.may_be(_VARIABLE.split(one), text) for one in patterns)  # a variable may hold its own tag


def tagged(reference: str) -> str:
    """A reference with its tag, `latest` where it names none."""
    return reference if re.search(r"[:@][^/]*\Z", _without_variables(reference)) else f"{reference}:latest"


def untagged(reference: str) -> str:
    """A reference without its tag and digest."""
    plain = _without_variables(reference)
    found = re.search(r"[:@][^/]*\Z", plain)
    return reference[: found.start()] if found else reference


def _without_variables(reference: str) -> str:
    """Of the same length, so that places in it are places in the reference."""
    return _VARIABLE.sub(lambda found: "x" * len(found[0]), reference)
