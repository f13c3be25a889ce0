"""Shapes of words and values: which words are written out, split, named, or only asked for presence."""

from __future__ import annotations

import pytest

from migrator.flow import words
from migrator.flow.events import Argument
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import Call, Join, Quoting, Read, Template
from migrator.ir.values import EMPTY, Alternative, Input, Literal, Piece, TracedRead, Unknown, Value
from migrator.text.source import Span
from tests.flow.reading import command
from tests.memory import report_on, step

READ = TracedRead(Read("V", Span(0, 2), Span(1, 2)), None, ())
STORED, UNSURE = Input("T", ()), Unknown("x")
PUT_IN, NOTHING = Literal("a", provenance=(READ,)), Literal("", provenance=(READ,))


def word(text: str) -> Join:
    call = lower(f"see {text}")[0].node
    assert isinstance(call, Call)
    return call.words[1]


@pytest.mark.parametrize(
    ("text", "written", "reads", "may_split"),
    [
        ("a", "a", "", False),
        ("'a'", None, "", False),
        ('"a"', None, "", False),
        ("a\\b", None, "", False),
        ("a'b'", None, "", False),
        ("$T", None, "T", True),
        ("a$T", None, "T", True),
        ("a${T}b$U", None, "TU", True),
        ('"$T"', None, "T", False),
        ('"a$T"$U', None, "TU", True),
        ("$(x $T)", None, "", True),
        ("a$(x)", None, "", True),
        ('"$(x $T)"', None, "", False),
    ],
)
def test_how_a_word_is_written(text: str, written: str | None, reads: str, may_split: bool) -> None:
    one = word(text)
    assert words.written(one) == written
    assert "".join(read.name for read in words.reads(one)) == reads
    assert words.may_split(one) == may_split


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("NAME", (4, 8)),
        ("'NAME'", (5, 9)),
        ('"NAME"', (5, 9)),
        ("\\NAME", None),
        ("NA-ME", None),
        ("NA$X", None),
        ("$NAME", None),
        ('"NA""ME"', None),
    ],
)
def test_where_a_bare_name_stands(text: str, at: tuple[int, int] | None) -> None:
    assert words.bare_name(word(text)) == (("NAME", Span(*at)) if at else None)


@pytest.mark.parametrize(
    ("row", "certain"),
    [
        ((), False),
        ((Literal(""),), False),
        ((Literal(""), Literal("a")), True),
        ((Literal("a"), Literal("")), True),
        ((STORED, Literal("a")), True),
        ((STORED,), None),
        ((STORED, Literal("")), None),
        ((Literal(""), UNSURE), None),
    ],
)
def test_whether_a_row_is_empty(row: Alternative, certain: bool | None) -> None:
    assert words.certain(row) is certain


@pytest.mark.parametrize(
    ("pieces", "other", "presence"),
    [
        ((STORED,), "", True),
        ((STORED,), "a", False),
        ((Literal("x"), STORED), "x", True),
        ((Literal("x"), STORED), "", False),
        ((PUT_IN,), "", True),
        ((NOTHING,), "", True),
        ((Literal("x"), PUT_IN), "x", True),
        ((PUT_IN,), "a", False),
        ((), "", False),
        ((Literal("x"),), "x", False),
        ((UNSURE,), "", True),
    ],
)
def test_which_comparison_asks_only_for_presence(pieces: tuple[Piece, ...], other: str, presence: bool) -> None:
    assert words.is_presence(Value.of(*pieces), other) is presence


def spelt(value: Value) -> list[str]:
    return ["".join(one.text if isinstance(one, Literal) else "?" for one in row) for row in value.alternatives]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("T='a b'\nsee $T", [["a"], ["b"]]),
        ("T='a b'\nsee \"$T\"", [["a b"]]),
        ("T='a b'\nsee x$T'c d'", [["xa"], ["bc d"]]),
        ("T=' a '\nsee $T", [["a"]]),
        ("T=' a '\nsee x$T'y'", [["x"], ["a"], ["y"]]),
        ("T='b '\nsee $T$X", [["b"], ["?"]]),
        ("T='  '\nsee $T x", [["x"]]),
        ("T=\nsee $T x", [["x"]]),
        ("T=\nsee a$T x", [["a"], ["x"]]),
        ("T=\nsee $T'' x", [[""], ["x"]]),
        ('T=\nsee "$T" x', [[""], ["x"]]),
        ("see '' x", [[""], ["x"]]),
        ("see $(true) x", [["x"]]),
        ("see a$(true) x", [["a"], ["x"]]),
        ('see "$(true)" x', [[""], ["x"]]),
        ("see $(echo a b) x", [["a"], ["b"], ["x"]]),
        ("see $(echo a) x", [["a"], ["x"]]),
        ("see $(echo a $X)", [["a"], ["?"]]),
        ('see "$(echo a b)" x', [["a b"], ["x"]]),
        ("see $(vault a) x", [["?"], ["x"]]),
        ("f() { see $1 x; }\nf", [["x"]]),
        ('f() { see "$1" x; }\nf', [[""], ["x"]]),
        ("x && T=c\nsee $T x", [["c", "?"], ["x"]]),
        ("T='a b'\nx && T='c d'\nsee $T", [["c", "a"], ["d", "b"]]),
        ("T='a b'\nx && T=c\nsee $T", [["c", "a b"]]),
        ("T=\nx && T=c\nsee $T", [["c", ""]]),
        ("IFS=,\nT='a b'\nsee $T", [["a b"]]),
    ],
)
def test_how_many_words_an_expansion_is(text: str, given: list[list[str]]) -> None:
    assert [[*map(str, spelt(one.value))] for one in command(text, "see").arguments] == given


def test_a_word_that_nothing_splits_is_still_where_it_is_written() -> None:
    (one,) = command("T=\nR=a\nsee $T$R", "see").arguments
    assert [(piece.text, piece.span) for piece in one.value.pieces if isinstance(piece, Literal)] == [("a", Span(5, 6))]
    found = words.split(Value.of(Literal("a b", Span(0, 3), Quoting.BARE, splits=True)))
    assert found == [Value.of(Literal(text, splits=True)) for text in "ab"]


LOGIN = 'echo "$T" | {} login -u "$U" --password-stdin crg.apkg.io'


@pytest.mark.parametrize(
    ("before", "program"),
    [
        ("SUDO=", "$SUDO docker"),
        ("OPTS=", "docker $OPTS"),
        ("OPTS='-D -l debug'", "docker $OPTS"),
        ("OPTS=", "docker ${OPTS}"),
        ("true", "docker $(true)"),
        ("true", "docker $(echo -D -l debug)"),
        ("true", "$(echo sudo docker)"),
    ],
)
def test_a_login_is_found_whatever_words_expansions_make(before: str, program: str) -> None:
    (one,) = report_on(step(before, LOGIN.format(program), "docker push crg.apkg.io/acme/web:1")).findings
    assert (one.rule, str(one.verdict)) == ("registry-login", "safe")


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ((Literal("T=a"),), ("T", "a")),
        ((Literal("T=a=b"),), ("T", "a=b")),
        ((Literal("T="),), ("T", "")),
        ((Literal("T="), STORED), ("T", "${T}")),
        ((Literal("T=a"), STORED), ("T", "a${T}")),
        ((Literal("a.b-c=d"),), ("a.b-c", "d")),
        ((Literal("T"), Literal("U=a")), ("TU", "a")),
        ((Literal("T"), Literal("=")), ("T", "")),
        ((Literal("T"), Literal("=a"), Literal("b"), STORED), ("T", "ab${T}")),
        ((Literal("T"), STORED, Literal("=a")), None),
        ((Literal("T"),), None),
        ((Literal("=a"),), None),
        ((Literal("-T=a"),), None),
        ((Literal("a b=c"),), None),
        ((Literal(f"{'T' * 201}=a"),), ("T" * 201, "a")),
        ((Literal(f"{'T' * 202}=a"),), None),
        ((STORED, Literal("=a")), None),
        ((), None),
    ],
)
def test_which_words_assign(pieces: tuple[Piece, ...], found: tuple[str, str] | None) -> None:
    name = words.assignment(Argument(Value.of(*pieces), None))
    assert (name and (name[0], name[1].symbol())) == found


def test_an_assignment_is_one_on_each_way_and_its_value_is_written_nowhere() -> None:
    assert words.assignment(Argument(Value(((Literal("T=a"),), (Literal("T=b"),))), None)) is None
    assert words.assignment(Argument(EMPTY, None)) is None
    assert words.assignment(Argument(Value.of(Literal("T=", Span(0, 2))), None)) == ("T", EMPTY)
    begun = Literal("T=a", Span(0, 3), Quoting.SINGLE)
    assert words.assignment(Argument(Value.of(begun), None)) == ("T", Value.of(Literal("a")))


@pytest.mark.parametrize(
    ("texts", "traces"),
    [
        (("-x",), True),
        (("-ex",), True),
        (("-xe",), True),
        (("-e", "-x"), True),
        (("--", "-x"), False),
        (("-x", "--"), True),
        (("x",), False),
        (("-e",), False),
        (("+x",), False),
        (("-x1",), False),
        ((), False),
    ],
)
def test_which_words_of_set_trace(texts: tuple[str, ...], traces: bool) -> None:
    assert words.may_trace([Argument(Value.of(Literal(text)), None) for text in texts]) is traces


def test_set_may_trace_where_a_word_says_so_on_some_way() -> None:
    rows = Value(((Literal("-e"),), (Literal("-x"),), (), (UNSURE,)))
    assert words.may_trace([Argument(rows, None)])
    assert not words.may_trace([Argument(Value(((), (UNSURE,), (Literal("-e"),))), None)])


@pytest.mark.parametrize(
    ("text", "named", "programs"),
    [
        ("a", "", {""}),
        ('""', "", set()),
        ("$T", "", {""}),
        ("$(cat a)", "cat a", {"cat"}),
        ('"$(cat a)"', "cat a", {"cat"}),
        ('"x$(cat a)"', "cat a", {"cat", ""}),
        ("$(cat a)$(sed b)", "cat a b sed", {"cat", "sed"}),
        ("$(cat a; sed b)", "cat a b sed", {"cat", "sed"}),
        ("$(cat 'a' $B)", "cat", {"cat"}),
        ("$(cat a | sed b)", "cat a b sed", {"cat", "sed"}),
        ("$(cat < a)", "cat a", {"cat"}),
        ("$(< a)", "a", {""}),
        ("$(cat < 'a')", "cat", {"cat"}),
        ("$(cat a && sed b)", "cat a b sed", {"cat", "sed"}),
        ("$(cat a || sed b)", "cat a b sed", {"cat", "sed"}),
        ("$(cat a && sed b || tr c)", "cat a b sed c tr", {"cat", "sed", "tr"}),
        ("$(if cat a; then sed b; fi)", "", {""}),
        ("$(for i in c; do cat a; done)", "", {""}),
        ("$(T=a)", "", {""}),
        ("$($X a)", "a", {""}),
    ],
)
def test_what_a_word_substitutes(text: str, named: str, programs: set[str]) -> None:
    assert sorted(words.named(word(text))) == sorted(named.split())
    assert words.substituted(word(text)) == programs


def test_no_word_substitutes_nothing() -> None:
    assert words.substituted(None) == set()
    assert isinstance(word('"a"').parts[0], Template)
