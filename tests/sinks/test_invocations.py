"""How clients are called: options and words in every spelling."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.ir.nodes import Quoting
from migrator.ir.values import Input, Literal, Unknown, Value
from migrator.sinks.invocations import invocation, parse
from migrator.sinks.values import prefix, without
from migrator.text.source import Span
from tests.flow.reading import BOOK, command

VALUED = frozenset({"-u", "--user", "-p", "-src"})
A = Input("A", ())


@pytest.mark.parametrize(
    "text",
    ["make login", "mydocker login", "docker.sh login", "$CLIENT login", "echo docker login", "./login docker", "true"],
)
def test_other_programs_are_no_clients(text: str) -> None:
    assert invocation(command(text), BOOK) is None


@pytest.mark.parametrize(
    ("text", "client", "rest"),
    [
        ("docker", "docker", []),
        ("docker login", "docker", ["login"]),
        ("/usr/bin/docker login a", "docker", ["login", "a"]),
        ("nerdctl -n space login", "docker", ["login"]),
        ("docker --config folder -D login", "docker", ["login"]),
        ("docker --config=folder login --config", "docker", ["login", "--config"]),
        ("docker compose -f a.yml up", "compose", ["up"]),
        ("docker --debug compose up -d", "compose", ["up", "-d"]),
        ("docker-compose up", "compose", ["up"]),
        ("docker run compose", "docker", ["run", "compose"]),
        ("podman compose up", "compose", ["up"]),
        ("helm -n space registry login", "helm", ["registry", "login"]),
        ("sudo -E docker pull a", "docker", ["pull", "a"]),
    ],
)
def test_a_client_is_known_with_what_follows_its_own_options(text: str, client: str, rest: list[str]) -> None:
    called = invocation(command(text), BOOK)
    assert called is not None
    assert (called.client.name, [word.text for word in called.rest]) == (client, rest)


@pytest.mark.parametrize(
    ("text", "words", "after"),
    [
        ("docker", None, []),
        ("docker logout", None, []),
        ("docker $WHAT", None, []),
        ("docker pulls a", None, []),
        ("docker login", ("login",), []),
        ("docker login -u a b", ("login",), ["b"]),
        ("docker image pull a b", ("image", "pull"), ["a", "b"]),
        ("docker compose run pull", ("run",), ["pull"]),
        ("helm show a", ("show",), ["a"]),
        ("helm show chart a", ("show", "chart"), ["a"]),
    ],
)
def test_a_sub_command_is_told_from_others(text: str, words: tuple[str, ...] | None, after: list[str]) -> None:
    called = invocation(command(text), BOOK)
    assert called is not None
    assert [word.text for word in called.parsed.words] == after
    assert called.syntax is None if words is None else called.syntax and words in called.syntax.words
    assert words is None or called.calls(words)
    assert not called.calls(("logout", "now"))


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("", [], []),
        ("a b", [], ["a", "b"]),
        ("-", [], ["-"]),
        ("-- -u a", [], ["-u", "a"]),
        ("a -- -u", [], ["a", "-u"]),
        ("-v a", [("-v", None)], ["a"]),
        ("--verbose a", [("--verbose", None)], ["a"]),
        ("-u", [("-u", None)], []),
        ("-u a b", [("-u", "a")], ["b"]),
        ("b -u a", [("-u", "a")], ["b"]),
        ("-ua", [("-u", "a")], []),
        ("-u=a", [("-u", "a")], []),
        ("--user a", [("--user", "a")], []),
        ("--user=a", [("--user", "a")], []),
        ("--user=", [("--user", "")], []),
        ("--user=a=b", [("--user", "a=b")], []),
        ("--users a", [("--users", None)], ["a"]),
        ("-vu a", [("-v", None), ("-u", "a")], []),
        ("-vua", [("-v", None), ("-u", "a")], []),
        ("-src a", [("-src", "a")], []),
        ("-u -p a", [("-u", "-p")], ["a"]),
        ("-u '' a", [("-u", "")], ["a"]),
        ("-u $A", [("-u", "${A}")], []),
        ("-u$A", [("-u", "${A}")], []),
        ("--user=$A", [("--user", "${A}")], []),
        ("$A -u b", [("-u", "b")], ["${A}"]),
        ("-u a -u b", [("-u", "a"), ("-u", "b")], []),
    ],
)
def test_options_are_split_from_words(text: str, options: list[tuple[str, str | None]], words: list[str]) -> None:
    parsed = parse(command(f"x {text}").arguments, VALUED)
    assert [(one.name, one.value.symbol() if one.value else None) for one in parsed.options] == options
    assert [word.value.symbol() for word in parsed.words] == words


def test_options_before_the_first_word_are_split_from_everything_else() -> None:
    parsed = parse(command("x -v login -u a").arguments, VALUED, leading=True)
    assert [one.name for one in parsed.options] == ["-v"]
    assert [word.text for word in parsed.words] == ["login", "-u", "a"]


def test_what_was_given_is_asked_by_any_of_the_names() -> None:
    parsed = parse(command("x -u a --user=b -v").arguments, VALUED)
    assert [value.text for value in parsed.values(frozenset({"-u", "--user"}))] == ["a", "b"]
    assert parsed.values(frozenset({"-p", "-v"})) == []
    assert (parsed.has(frozenset({"-v"})), parsed.has(frozenset({"-p"}))) == (True, False)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (((),), ""),
        (((A,),), ""),
        (((Unknown("x"), Literal("-u")),), ""),
        (((Literal("-u"), A),), "-u"),
        (((Literal("-u"), Literal("x")),), "-ux"),
        (((Literal("-u"),), (Literal("-u"),)), "-u"),
        (((Literal("-u"),), (Literal("-ux"),)), "-u"),
        (((Literal("-u"),), (Literal("a"),)), ""),
        (((Literal("-u"),), (A,)), ""),
    ],
)
def test_the_prefix_is_what_every_alternative_begins_with(rows: tuple[tuple[Literal, ...], ...], expected: str) -> None:
    assert prefix(Value(rows)) == expected


def test_a_value_behind_its_option_keeps_its_place_where_one_character_is_one_character() -> None:
    bare, double = Literal("-uabc", Span(10, 15), Quoting.BARE), Literal("-uabc", Span(10, 15), Quoting.DOUBLE)
    escaped, single = Literal("-uabc", Span(10, 16), Quoting.BARE), Literal("-uabc", Span(9, 16), Quoting.SINGLE)
    nowhere = (Literal("abc", None, Quoting.FIXED),)
    assert without(Value.of(bare), 0).alternatives == ((bare,),)
    assert without(Value.of(bare), 2).alternatives == ((Literal("abc", Span(12, 15), Quoting.BARE),),)
    assert without(Value.of(double), 2).alternatives == ((Literal("abc", Span(12, 15), Quoting.DOUBLE),),)
    assert without(Value.of(escaped), 2).alternatives == (nowhere,)
    assert without(Value.of(single), 2).alternatives == (nowhere,)
    assert without(Value.of(Literal("-u"), A), 2).alternatives == ((A,),)


def test_a_client_of_a_client_that_no_rule_describes_is_none() -> None:
    without_it = replace(BOOK, clients={name: one for name, one in BOOK.clients.items() if name != "compose"})
    known, other = (invocation(command("docker compose pull web"), book) for book in (BOOK, without_it))
    assert known
    assert known.syntax
    assert other
    assert (known.client.name, other.client.name, other.syntax) == ("compose", "docker", None)
