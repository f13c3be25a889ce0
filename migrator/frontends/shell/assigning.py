"""Assignments that a fix puts in front of a command: they hold for what it runs, and change no other word.

https://www.gnu.org/software/bash/manual/html_node/Environment.html
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from migrator.ir.nodes import Call
from migrator.text.edits import Edit
from migrator.text.patterns import regex

_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,200}"
_EXPANDED = rf"\${_NAME}"
_VALUE = (
    rf'"{_EXPANDED}(?::{_EXPANDED})?"'
    rf'|"\$\(printf %s "{_EXPANDED}" \| base64 -w 0\)"'
    rf'|"\$\(printf %s:%s "{_EXPANDED}" "{_EXPANDED}" \| base64 -w 0\)"'
)
_ASSIGNMENTS = regex(rf"(?:{_NAME}=(?:{_VALUE}) ){{1,8}}")
"""All that a fix puts there: whole words, with nothing that goes on behind them."""


def is_assigning(edit: Edit) -> bool:
    """Whether an edit only adds such assignments."""
    return edit.span.start == edit.span.end and _ASSIGNMENTS.fullmatch(edit.text) is not None


def starts(nodes: Iterable[object]) -> set[int]:
    """Where calls stand in a program."""
    found: set[int] = set()
    pending: list[object] = [*nodes]
    while pending:
        node = pending.pop()
        if isinstance(node, Call):
            found.add(node.span.start)
        if isinstance(node, Struct):
            pending += [getattr(node, name) for name in node.__struct_fields__]
        elif isinstance(node, tuple):
            pending += node
    return found
