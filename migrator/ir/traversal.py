"""All that a program is made of, whatever the kinds of its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from migrator.text.source import Span


def children(one: object) -> Iterator[Struct]:
    """The records right below a record, or of a tuple of them, in order; places are none."""
    fields = one if isinstance(one, tuple) else ()
    if isinstance(one, Struct):
        fields = tuple(getattr(one, name) for name in one.__struct_fields__)
    for field in fields:
        if isinstance(field, tuple):
            yield from children(field)
        elif isinstance(field, Struct) and not isinstance(field, Span):
            yield field


def every(tree: object) -> Iterator[Struct]:
    """A record, or each of a tuple of them, and all records below, each before what is below it."""
    pending = [tree] if isinstance(tree, Struct) else [*children(tree)][::-1]
    while pending:
        one = pending.pop()
        yield one
        pending += [*children(one)][::-1]
