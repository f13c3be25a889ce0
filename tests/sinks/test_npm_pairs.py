"""Pairs that a script encodes and writes for npm."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.ir.values import Encoded, Input, Literal, Unknown, Value
from migrator.sinks.npm import breaks, encoded_in, find_npm_logins, halves_of, is_npm, surely
from tests.flow.reading import BOOK, command, follow

KEY = "//npm.apkg.io/acme/:"
PAIR = "$(printf %s:%s $U $T | base64 -w0)"
TOKEN = "$(printf %s $T | base64 -w0)"
WHOLE = f"echo {KEY}_auth={PAIR} > .npmrc"


def encoded(*pieces: Literal | Input | Unknown) -> Value:
    return Value.of(Unknown("base64", encoded=Encoded(Value.of(*pieces), False)))


U, T, COLON = Input("U", ()), Input("T", ()), Literal(":")


@pytest.mark.parametrize(
    ("script", "place", "commands"),
    [
        (WHOLE, ".npmrc", 1),
        (f"echo {KEY}username=$U > ~/.npmrc\necho {KEY}_password={TOKEN} >> ~/.npmrc", "~/.npmrc", 2),
        (f"echo {KEY}_password={TOKEN} > .npmrc\necho {KEY}username=$U >> .npmrc", ".npmrc", 2),
        (f"npm set {KEY}username=$U {KEY}_password={TOKEN}", "~/.npmrc", 1),
        (f"{WHOLE}\necho {KEY}_authToken=x >> .npmrc", ".npmrc", 1),
        (f"{WHOLE}\necho {KEY}email=x >> .npmrc", ".npmrc", 1),
        (f"{WHOLE}\necho //npm.acme.example/:_auth=x >> .npmrc", ".npmrc", 1),
        (f"echo //npm.apkg.io/other/:_auth=x > .npmrc\n{WHOLE}", ".npmrc", 1),
    ],
)
def test_a_whole_pair_is_one_login_of_the_command_that_ends_it(script: str, place: str, commands: int) -> None:
    flow = follow(script)
    (one,) = find_npm_logins(flow, BOOK)
    assert one.npm
    assert (one.npm.address, one.npm.place, len(one.npm.commands)) == (KEY[:-1], place, commands)
    assert (one.username.symbol(), one.password.symbol()) == ("${U}", "${T}")
    assert one.command is max(one.npm.commands, key=lambda each: each.order)
    assert (one.host, one.registry, one.client) == ("npm.apkg.io", BOOK.registry("npm.apkg.io"), "npm")
    assert (one.rule, one.alone, one.sinks) == (BOOK.package_clients["npm"].rule, (), ())
    assert len(one.npm.encoded) == 1


@pytest.mark.parametrize(
    "script",
    [
        f"{WHOLE}\n{WHOLE}",
        f"{WHOLE}\necho {KEY}_auth=x > web/.npmrc",
        f"echo {KEY}username=$U > .npmrc\necho {KEY}_password={TOKEN} > ~/.npmrc",
        f"echo '{KEY}username='$U';' > .npmrc\necho {KEY}_password={TOKEN} >> .npmrc",
        f"echo //crg.apkg.io/acme/:_auth={PAIR} > .npmrc",
        f"echo {KEY}_auth={PAIR} > ../.npmrc",
        f"if x; then {WHOLE}; fi",
        f"f() {{ {WHOLE}; }}\nf",
        f"sudo {WHOLE.replace('echo', 'npm set').replace(' > .npmrc', '')}",
        f"A=b npm set {KEY}_auth={PAIR}",
        f"x && {WHOLE}",
        f"for i in a b; do {WHOLE}; done",
    ],
)
def test_what_is_written_twice_apart_or_perhaps_is_none(script: str) -> None:
    assert [*find_npm_logins(follow(script), BOOK)] == []


@pytest.mark.parametrize(
    ("given", "halves"),
    [
        ({"_auth": encoded(U, COLON, T)}, ("${U}", "${T}")),
        ({"username": Value.of(U), "_password": encoded(T)}, ("${U}", "${T}")),
        ({"username": Value.of(Literal("ci")), "_password": encoded(T)}, ("ci", "${T}")),
        ({"username": Value.of(U), "_password": Value.of(T)}, None),
        ({"username": Value(((),)), "_password": encoded(T)}, None),
        ({"_auth": Value.of(T)}, None),
        ({"_auth": encoded(U, COLON, T), "username": Value.of(U)}, None),
        ({"username": Value.of(U)}, None),
        ({"_password": encoded(T)}, None),
        ({}, None),
    ],
)
def test_halves_are_those_of_a_whole_pair_that_the_script_encodes(
    given: dict[str, Value], halves: tuple[str, str] | None
) -> None:
    found = halves_of(given)
    assert (found and (found.username.symbol(), found.password.symbol())) == halves


def test_what_is_encoded_is_all_of_a_value() -> None:
    (row,) = encoded(T).alternatives
    assert encoded_in(encoded(T))
    assert encoded_in(Value((row, row))) is None
    assert encoded_in(Value(((*row, Literal("x")),))) is None
    assert encoded_in(Value.of(Unknown("x"))) is None


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("x", True),
        ("a\nx", True),
        ("a && x", False),
        ("if a; then x; fi", False),
        ("for i in 1 2; do x; done", False),
        ("f() { x; }\nf", False),
        ("sudo x", False),
        ("A=b x", False),
    ],
)
def test_a_command_surely_runs_once_as_it_is_written(text: str, sure: bool) -> None:
    assert surely(command(text, "x")) is sure


def test_npm_and_what_reads_its_settings_are_known_by_their_programs() -> None:
    assert [is_npm(name, BOOK) for name in ("npm", "npx", "pnpm", "yarn", "pip", "")] == [True] * 4 + [False] * 2
    clients = {name: one for name, one in BOOK.package_clients.items() if name != "yarn"}
    few = replace(BOOK, package_clients=clients)
    assert [is_npm(name, few) for name in ("npm", "yarn")] == [True, "yarn" in clients["npm"].programs]
    assert not is_npm("npm", replace(BOOK, package_clients={}))


@pytest.mark.parametrize(
    ("rows", "wraps", "words"),
    [
        (((T,),), False, ""),
        (((T, Literal("\n")),), False, "the step encodes a line break"),
        (((T,), (T, Literal("a\n"))), False, "the step encodes a line break"),
        (((Literal("\n"), T),), False, ""),
        (((T, Literal("\n")),), True, "the step encodes a line break"),
        (((T,),), True, "`base64` without `-w 0` breaks"),
        (((),), True, "`base64` without `-w 0` breaks"),
    ],
)
def test_a_line_may_break_in_what_is_encoded(
    rows: tuple[tuple[Literal | Input | Unknown, ...], ...], wraps: bool, words: str
) -> None:
    found = breaks(Encoded(Value(rows), wraps))
    assert found.startswith(words)
    assert bool(found) is bool(words)
