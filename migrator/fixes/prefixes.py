"""Assignments in front of a command, `NAME="$NATIVE" command`: they hold for what it runs, and for nothing else.

https://www.gnu.org/software/bash/manual/html_node/Environment.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from migrator.fixes.points import Point
from migrator.flow.events import Command
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import Call
from migrator.reading.scripts import Script
from migrator.text.patterns import regex
from migrator.text.source import Span

_FIXED = regex(r"\b(?:readonly|(?:declare|typeset) -\w{0,9}r)[^\n;&|]{0,500}")


def calls(script: Script) -> frozenset[int]:
    """Where calls stand in a script, and not in a text that it has run. Raises ProgramError."""
    return _calls(script.text)


@lru_cache(maxsize=4)
def _calls(text: str) -> frozenset[int]:
    """Each login of a script asks."""
    found: set[int] = set()
    pending: list[object] = [*lower(text)]
    while pending:
        node = pending.pop()
        if isinstance(node, Call):
            found.add(node.span.start)
        if isinstance(node, Struct):
            pending += [getattr(node, name) for name in node.__struct_fields__]
        elif isinstance(node, tuple):
            pending += node
    return frozenset(found)


def is_read_only(script: Script, name: str) -> bool:
    """Whether the step may keep a variable from being set, in front of a command, too."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(word.search(found[0]) for found in _FIXED.finditer(script.text))


def in_front(call: Command, natives: Mapping[str, str]) -> Point:
    """The assignments of native variables, by the names that are set, in front of the call's first word."""
    text = "".join(f'{name}="${native}" ' for name, native in natives.items())
    return Point(Span(call.span.start, call.span.start), text)
