"""Wrappers: programs that run the rest of their words, such as `sudo`, `env` and `timeout`."""

from __future__ import annotations

import posixpath
from collections.abc import Collection

from msgspec import Struct

from migrator.flow import words
from migrator.flow.events import Argument
from migrator.ir.nodes import Join
from migrator.ir.values import Unknown, Value
from migrator.rulebook.records import Programs, Wrapper


class Unwrapped(Struct, frozen=True):
    """The program that runs in the end as it is written, '' where that is not literal; its words, the wrappers before
    it, and the variables that those set for it, with their values and where these are written."""

    program: str
    arguments: tuple[Argument, ...]
    wrappers: tuple[str, ...] = ()
    overrides: tuple[tuple[str, Value, Join | None], ...] = ()


def unwrap(arguments: tuple[Argument, ...], programs: Programs, functions: Collection[str], clone: str) -> Unwrapped:
    wrappers: list[str] = []
    overrides: list[tuple[str, Value, Join | None]] = []
    while arguments:
        text = arguments[0].text
        name = posixpath.basename(text) if text else ""
        wrapper = programs.wrappers.get(name)
        if wrapper is None or name in functions:
            program = text or _in_clone(arguments[0], clone)
            return Unwrapped(program, arguments[1:], tuple(wrappers), tuple(overrides))
        rest, given = _behind(name, wrapper, arguments[1:])
        overrides += given
        if not rest:
            return Unwrapped(name, arguments[1:], tuple(wrappers), tuple(overrides))
        wrappers.append(name)
        arguments = rest
    return Unwrapped("", (), tuple(wrappers), tuple(overrides))


def _behind(
    name: str, wrapper: Wrapper, rest: tuple[Argument, ...]
) -> tuple[tuple[Argument, ...], list[tuple[str, Value, Join | None]]]:
    """The words behind a wrapper's own, and the variables that it sets."""
    overrides: list[tuple[str, Value, Join | None]] = []
    skipped = 0
    while rest:
        head = rest[0].text
        if head == "--":
            return rest[1:], overrides
        if head and head.startswith("-") and head != "-":
            takes_value = head in wrapper.options and "=" not in head
            option, _, listed = head.partition("=")
            if option in wrapper.names:
                listed = (rest[1].text or "") if takes_value and len(rest) > 1 else listed
                why = Value.of(Unknown(f"`{name} {option}`, which names the variable"))
                overrides += [(one, why, None) for one in listed.split(",") if one]
            rest = rest[2:] if takes_value else rest[1:]
        elif wrapper.assignments and (override := words.assignment(rest[0])):
            overrides.append((*override, rest[0].word))
            rest = rest[1:]
        elif skipped < wrapper.words and (not wrapper.optional or (head or "").isdigit()):
            skipped += 1
            rest = rest[1:]
        else:
            break
    return rest, overrides


def _in_clone(argument: Argument, clone: str) -> str:
    """A program that is named by way of the clone directory; '' for what is not literal otherwise."""
    symbol = argument.value.symbol() or ""
    return symbol if symbol.startswith(f"${{{clone}}}/") and symbol.count("${") == 1 else ""
