"""Images that commands name: as text, with something unknown in it, or in a file."""

from __future__ import annotations

import pytest

from migrator.ir.values import Alternative, Input, Literal, Unknown, Value
from migrator.rulebook.sinks import Action
from migrator.sinks.uses import of_value, unknown
from tests.flow.reading import command

A, WHAT = Input("A", ()), Unknown("the output of `x`")
COMMAND = command("docker pull a")
FROM = "its name comes from the output of `x`"


@pytest.mark.parametrize(
    ("rows", "references"),
    [
        ([(Literal("acme/web:1"),)], ["acme/web:1"]),
        ([(Literal("acme/web"),), (A,)], ["acme/web", "${A}"]),
        ([(A, Literal("/web:"), WHAT)], ["${A}/web:"]),
        ([(Literal("acme/web:1-"), WHAT)], ["acme/web:1-"]),
        ([(Literal("acme/web@"), WHAT)], ["acme/web@"]),
        ([(Literal("host:5000/web"), WHAT)], [None]),
        ([(Literal("acme/web"), WHAT)], [None]),
        ([(WHAT, Literal(":1"))], [None]),
        ([(Unknown("x", image="acme/web"),)], ["acme/web"]),
        ([(Unknown("x", image=""),)], []),
        ([(Literal("acme/"), Unknown("the output of `x`", image="web"))], [None]),
        ([], []),
    ],
)
def test_a_command_names_an_image_as_far_as_its_name_is_known(
    rows: list[Alternative], references: list[str | None]
) -> None:
    found = [*of_value(Action.PUSH, Value(tuple(rows)), COMMAND)]
    assert [one.reference for one in found] == references
    assert {one.action for one in found} <= {Action.PUSH}
    assert all(one.command is COMMAND for one in found)
    assert [(one.why, one.subject) for one in found] == [
        ("", "") if one is not None else (FROM, "the output of `x`") for one in references
    ]


@pytest.mark.parametrize(
    ("rows", "action", "uses"),
    [
        ([(Literal("docker://acme/web"),)], Action.READ, [(Action.READ, "acme/web")]),
        ([(Literal("docker://docker://acme"),)], Action.READ, [(Action.READ, "docker://acme")]),
        ([(Literal("dir:web"),)], Action.READ, []),
        ([(A,)], Action.READ, [(Action.PULL, "${A}")]),
        ([(A, Literal("/web"))], Action.PUSH, [(Action.PUSH, "${A}/web")]),
        ([(Literal("dir:"), A)], Action.READ, []),
        ([(WHAT,)], Action.READ, [(Action.READ, None)]),
    ],
)
def test_what_is_marked_as_an_image_or_may_be_is_one(
    rows: list[Alternative], action: Action, uses: list[tuple[Action, str | None]]
) -> None:
    found = of_value(action, Value(tuple(rows)), COMMAND, "docker://")
    assert [(one.action, one.reference) for one in found] == uses


def test_something_that_is_read_may_be_unknown() -> None:
    one = unknown(COMMAND, "why", "subject")
    assert (one.action, one.reference, one.why, one.subject) == (Action.READ, None, "why", "subject")
