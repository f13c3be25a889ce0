"""Each channel through which a command is given a value."""

from __future__ import annotations

import pytest

from migrator.rulebook.sinks import Action, Channel, Role, Slot, valued
from migrator.sinks.channels import Sink, sinks, sinks_of
from migrator.sinks.invocations import invocation, parse
from tests.flow.reading import BOOK, command


def given(text: str, channel: Channel, *takes: str) -> list[Sink]:
    called = command(text, "x")
    slots = (Slot(Action.STORE, Role.PASSWORD, channel, takes),)
    return list(sinks(slots, "x", called, parse(called.arguments, valued(slots))))


@pytest.mark.parametrize(
    ("text", "channel", "takes", "values"),
    [
        ("x a -p", Channel.OPTION, ["-p"], []),
        ("x -p a --pass=$B c", Channel.OPTION, ["-p", "--pass"], ["a", "${B}"]),
        ("x a", Channel.SWITCH, ["-p"], []),
        ("x -a b --with --with=false", Channel.SWITCH, ["--with"], ["--with", "--with=false"]),
        ("x -- --with", Channel.SWITCH, ["--with"], ["--with"]),
        ("x", Channel.WORD, ["all"], []),
        ("x a b c", Channel.WORD, ["first"], ["a"]),
        ("x a b c", Channel.WORD, ["last"], ["c"]),
        ("x a b c", Channel.WORD, ["rest"], ["b", "c"]),
        ("x -s a b c", Channel.WORD, ["all"], ["a", "b", "c"]),
        ("x -s a --to=b c", Channel.WORD, ["any"], ["-s", "a", "--to=b", "c"]),
        ("x --stdin", Channel.STDIN, ["--stdin"], [None]),
        ("x <<< a", Channel.STDIN, ["--stdin"], []),
        ("x --stdin <<< a", Channel.STDIN, ["--stdin"], ["a\n"]),
        ("x <<< $A", Channel.STDIN, [], ["${A}\n"]),
        ("x", Channel.ENVIRONMENT, ["A"], []),
        ("A=1\nB=2 x", Channel.ENVIRONMENT, ["C", "B", "A"], ["2"]),
        ("A=1\nx", Channel.ENVIRONMENT, ["A"], [None]),
        ("A=1 B=2 x", Channel.ENVIRONMENT, ["A", "B"], ["1"]),
        ("AB=1 A=2 x", Channel.ENVIRONMENT, ["AB*"], ["1"]),
        ("B=1 x", Channel.ENVIRONMENT, ["A*"], []),
        ("x --with- --without", Channel.SWITCH, ["--with"], []),
        ("x a b", Channel.WORD, ["other"], []),
        ("x", Channel.DEFAULT, ["a"], ["a"]),
    ],
)
def test_a_value_is_read_from_its_channel(
    text: str, channel: Channel, takes: list[str], values: list[str | None]
) -> None:
    assert [sink.value.symbol() for sink in given(text, channel, *takes)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x --pw - <<< $A", ["${A}\n"]),
        ("x --pw=- <<< $A", ["${A}\n"]),
        ("x --pw -", [None]),
        ("x --pw a --pw", []),
        ("x --other=- <<< $A", []),
    ],
)
def test_a_dash_stands_for_standard_input(text: str, values: list[str | None]) -> None:
    called = command(text, "x")
    slots = (Slot(Action.STORE, Role.PASSWORD, Channel.DASH, ("--pw",)),)
    found = sinks(slots, "x", called, parse(called.arguments, frozenset({"--pw"})))
    assert [sink.value.symbol() for sink in found] == values


def test_what_outlives_the_step_takes_each_variable_that_is_set() -> None:
    called = command("export AB=1 B=2 AC=3\nAD=4 x", "x")
    slots = (Slot(Action.LEAVE, Role.CREDENTIAL, Channel.ENVIRONMENT, ("A*", "B")),)
    found = list(sinks(slots, "x", called, parse(called.arguments, frozenset())))
    assert [(sink.variable, sink.value.symbol()) for sink in found] == [
        ("AB", "1"),
        ("AC", "3"),
        ("AD", "4"),
        ("B", "2"),
    ]


@pytest.mark.parametrize(
    ("text", "channel", "takes", "where"),
    [
        ("x -p a", Channel.OPTION, ["-p"], "a"),
        ("x --pass=$B c", Channel.OPTION, ["--pass"], "--pass=$B"),
        ("x a 'b c'", Channel.WORD, ["last"], "'b c'"),
        ("x --stdin <<< a", Channel.STDIN, ["--stdin"], "x --stdin"),
        ("A=1 x", Channel.ENVIRONMENT, ["A"], "A=1 x"),
        ("x a --with b", Channel.SWITCH, ["--with"], "--with"),
        *(
            (f"env -S '{one}'", channel, [takes], f"env -S '{one}'")
            for one, channel, takes in (
                ("x a", Channel.WORD, "last"),
                ("x --with", Channel.SWITCH, "--with"),
                ("x -p a", Channel.OPTION, "-p"),
            )
        ),
    ],
)
def test_a_sink_knows_the_word_that_holds_its_value(text: str, channel: Channel, takes: list[str], where: str) -> None:
    (sink,) = given(text, channel, *takes)
    assert text[sink.origin.start : sink.origin.end] == where


def test_the_sinks_of_a_call_are_those_that_its_rule_has() -> None:
    called = invocation(command("docker login -u a -p $P crg.apkg.io"), BOOK)
    assert called is not None
    assert [(sink.role, sink.channel, sink.value.symbol()) for sink in sinks_of(called, Action.STORE)] == [
        (Role.USERNAME, Channel.OPTION, "a"),
        (Role.PASSWORD, Channel.OPTION, "${P}"),
        (Role.HOST, Channel.WORD, "crg.apkg.io"),
    ]
    assert sinks_of(called, Action.PUSH) == ()


def test_a_call_that_the_rules_do_not_know_has_no_sinks() -> None:
    called = invocation(command("docker mystery -p $P"), BOOK)
    assert called is not None
    assert sinks_of(called, Action.STORE) == ()
