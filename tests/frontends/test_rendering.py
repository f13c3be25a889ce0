"""Nodes as text: whatever a node says but for its place, the text says it too."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import pytest
from msgspec import Struct
from msgspec.structs import replace

from migrator.ir import nodes
from migrator.ir.nodes import Ask, Asked, Constant, Fallback, Join, Quoting, Redirect, Statement, StreamKind
from migrator.ir.rendering import expression, join, node, program, statement
from migrator.ir.traversal import every
from migrator.text.source import Span

AT = Span(0, 1)
PLACES = {"span", "name_span"}


def word(text: str) -> Join:
    return Join((Constant(text, AT, Quoting.BARE),), AT)


A, B = word("a"), word("b")
RUN = Statement(nodes.Call((A,), AT), AT)
SET = nodes.Assign("x", A, AT)
ASKED = Asked(Ask.SAME, A, B)
CHANGE = nodes.Change(nodes.Alter.PREFIX, ("a", "b"), "c", offset=1, length=2)
FULL = [
    Constant("a", AT, Quoting.BARE),
    CHANGE,
    nodes.Read("x", AT, AT, Fallback.DEFAULT, A, "changed", index="1", words=(A,), sets=("y",), change=CHANGE),
    nodes.Capture((RUN,), AT),
    nodes.Template(A.parts, AT),
    nodes.Invoke("f", (A,), AT),
    nodes.Opaque((A,), AT, "it", ("x",), (RUN,)),
    nodes.Assign("x", A, AT, (A,), words=(A,), sets=("y",)),
    nodes.Declare((SET,), (A,), AT),
    nodes.Call((A,), AT, (SET,)),
    nodes.Pipe(RUN, RUN, AT),
    nodes.If((RUN,), (RUN,), (RUN,), AT),
    nodes.Loop("x", (A,), (RUN,), (RUN,), AT),
    nodes.Switch(A, ((RUN,),), (A,), False, AT),
    nodes.Block((RUN,), AT),
    nodes.Define("f", RUN, AT, (("x", AT),)),
    nodes.Return(A, AT),
    nodes.Break(AT),
    nodes.Exit(AT),
    nodes.Test((ASKED,), (word("c"),), AT),
    nodes.Evaluate((A,), AT, ("x",)),
    nodes.ChangeDirectory(A, AT),
    nodes.Havoc("it", AT, (A,)),
    A,
    Statement(nodes.Exit(AT), AT, (Redirect(StreamKind.READ, A, AT),)),
    Redirect(StreamKind.DOCUMENT, A, AT),
    ASKED,
]


def shown(one: Struct) -> str:
    match one:
        case Join():
            return join(one)
        case Statement():
            return statement(one)
        case Redirect():
            return statement(Statement(None, AT, (one,)))
        case Asked():
            return node(nodes.Test((one,), (), AT))
        case nodes.Change():
            return expression(nodes.Read("x", AT, AT, through="changed", change=one))
        case Constant() | nodes.Read() | nodes.Capture() | nodes.Template() | nodes.Invoke() | nodes.Opaque():
            return expression(one)
    return node(one)  # type: ignore[arg-type]


def others(value: object) -> Iterator[object]:
    """Other values of a field."""
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case str():
            yield value + "z"
        case Enum():
            yield from set(type(value)) - {value}
        case tuple():
            yield from ((), value * 2)
        case Join():
            yield word("other")
        case Statement():
            yield Statement(nodes.Exit(AT), AT)
        case None:
            yield AT
        case nodes.Change():
            yield None
        case nodes.Exit():
            yield from (None, nodes.Break(AT))
        case _:
            raise AssertionError(value)


def variants(one: Struct) -> Iterator[Struct]:
    for field in one.__struct_fields__:
        if field not in PLACES and not (field == "chain" and isinstance(one, nodes.If)):
            yield from (replace(one, **{field: other}) for other in others(getattr(one, field)))


@pytest.mark.parametrize("one", FULL, ids=lambda one: type(one).__name__)
def test_nothing_of_a_node_is_dropped(one: Struct) -> None:
    texts = [shown(one), *map(shown, variants(one))]
    assert len(set(texts)) == len(texts), texts


@pytest.mark.parametrize("field", ["elements", "value", "parameters", "items", "other", "word"])
def test_what_may_be_missing_shows_whether_it_is(field: str) -> None:
    found = [one for one in FULL if field in one.__struct_fields__ and not isinstance(one, nodes.Return | Redirect)]
    assert found
    for one in found:
        assert shown(replace(one, **{field: None})) != shown(one)


def test_a_branch_says_how_it_is_written() -> None:
    one = nodes.If((RUN,), (RUN,), (), AT)
    assert len({node(replace(one, chain=chain)) for chain in (None, *nodes.Chain)}) == 3


def test_all_kinds_are_here() -> None:
    kinds = {kind for kind in vars(nodes).values() if isinstance(kind, type) and issubclass(kind, Struct)}
    assert {type(one) for one in FULL} == kinds - {Span, Struct}


def test_text_stays_on_one_line() -> None:
    texts = ("a b", "(", "'", "$X", "?[x]", "a\nb", "\x1b")
    constants = [Constant(text, AT, quoting) for text in texts for quoting in Quoting]
    found = [expression(one) for one in constants]
    assert len(set(found)) == len(found)
    assert all(text.isprintable() for text in found)


def test_every_record_is_found_before_what_is_below_it() -> None:
    outer = Statement(nodes.Block((RUN, RUN), AT), AT)
    kinds = [type(one).__name__ for one in every((outer, RUN))]
    run = ["Statement", "Call", "Join", "Constant"]
    assert kinds == ["Statement", "Block", *run, *run, *run]
    assert program((outer,)) == "(scope (call a) (call a))"
