"""What something that nobody has read may read and set: all that the program has set, or what a file mentions."""

from __future__ import annotations

import pytest

from migrator.flow import interpreter
from migrator.flow.frame import Frame
from migrator.flow.interpreter import Interpreter
from migrator.flow.lattice import State
from migrator.ir.nodes import Havoc, Join, Read, Statement
from migrator.ir.values import Definition, Literal, Value, symbol
from migrator.text.source import Span
from tests.flow.reading import BOOK, follow
from tests.flow.test_flow import seen, values

FILES = {
    "set.env": "T=b",
    "more.env": "U=b\nexport T",
    "read.env": "read -r U T",
    "unset.env": "unset T",
    "append.env": "T+=b",
    "used.env": "U=$T",
    "other.env": "U=b\nXT=b\nreadT=b",
}


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ('T=a\neval "$X"\nsee $T', ["a", None]),
        ('T=a\neval "$(ssh-agent)"\nsee $T', ["a"]),
        ('T=a\neval "$(ssh-agent -s)" "$(direnv hook bash)"\nsee $T', ["a"]),
        ('T=a\neval "$(ssh-agent)" "$(make-it)"\nsee $T', ["a", None]),
        ('y && T=a\neval "$X"\nsee $T', ["a", "${T}", None]),
        ('if y; then :; else T=a; fi\neval "$X"\nsee $T', ["a", "${T}", None]),
        ('T=a\neval "$(< set.env)"\nsee $T', ["a", None]),
        ('eval "$X"\nsee $T', ["${T}"]),
        ('T=a\neval "$(cat set.env)"\nsee $T', ["a", None]),
        ('T=a\neval "$(cat more.env)"\nsee $T', ["a", None]),
        ('T=a\neval "$(cat read.env)"\nsee $T', ["a", None]),
        ('T=a\neval "$(cat unset.env)"\nsee $T', ["a", None]),
        ('T=a\neval "$(cat append.env)"\nsee $T', ["a", None]),
        ('T=a\neval "$(cat used.env)"\nsee $T', ["a"]),
        ('T=a\neval "$(cat other.env)"\nsee $T', ["a"]),
        ('T=a\neval "$(cat other.env set.env)"\nsee $T', ["a", None]),
        ('T=a\neval "$(cat missing.env)"\nsee $T', ["a", None]),
        ('eval "$(cat set.env)"\nsee $T', ["${T}", None]),
        ("T=a\n[[ x == @($(y)) ]]\nsee $T", ["a", None]),
        ("T=a\n[[ x == @(y|z) ]]\nsee $T", ["a"]),
    ],
)
def test_what_a_variable_may_be_behind_something_that_is_not_read(text: str, given: list[str | None]) -> None:
    assert sorted(seen(text, FILES)[-1], key=str) == sorted(given, key=str)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('T=a\nU=b\neval "$X"', {"a", "b"}),
        ('L=(c d)\neval "$X"', {"c", "d", None}),
        ('y && T=a\neval "$X"', {"a"}),
        ('eval "$X"', set()),
        ('T=a\nU=b\neval "$(cat used.env)"', {"a", "b"}),
        ('T=a\nW=b\neval "$(cat used.env)"', {"a"}),
        ("T=a\n[[ x == @($(y)) ]]", {"a"}),
        ("T=a\n[[ x == @(y) ]]", set()),
        ("T=a\nset", {"a"}),
        ("T=a\nset -e", set()),
    ],
)
def test_what_something_that_is_not_read_may_read(text: str, read: set[str | None]) -> None:
    """Of the variables from outside it is another question, which nothing here answers."""
    uses = [one for one in follow(text, FILES).uses if one.read.through == "changed"]
    found = [one for use in uses for one in use.definitions if one is None or one.order >= 0]
    assert {symbol(row) for one in found if one for row in one.value.alternatives} == read
    assert None not in found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('eval "$X"', ["what `eval` runs"]),
        ('eval "$(ssh-agent)"', []),
        ('eval "$(cat set.env)"', []),
        ('eval "$(cat missing.env)"', ["what `eval` runs"]),
        ("[[ x == @($(y)) ]]", ["a pattern that runs commands"]),
        ("[[ x == @(y) ]]", []),
        ('export "$X"', ["a declaration that shows when the script runs"]),
    ],
)
def test_what_nobody_has_read_is_said(text: str, what: list[str]) -> None:
    assert [one.what for one in follow(text, FILES).opaque] == what


def test_what_the_program_was_given_stays_as_it_is() -> None:
    given = Definition("T", Value.of(Literal("a")), None, -1)
    text = 'eval "$X"\nsee $T'
    flow = interpreter.follow(text, BOOK.programs, {"T": (given,)}, FILES.get, BOOK.built_in.clone)
    assert values(flow.commands[-1]) == ["a"]


def test_the_words_of_what_is_not_known_are_read() -> None:
    at = Span(0, 1)
    word = Join((Read("T", at, at),), at)
    machine = Interpreter("", BOOK.programs, FILES.get, BOOK.built_in.clone, None, frozenset())
    machine.run([Statement(Havoc("what it does", at, (word,)), at)], State(), Frame(), None)
    flow = machine.recorder.flow()
    assert [one.read.name for one in flow.uses] == ["T"]
    assert [one.what for one in flow.opaque] == ["what it does"]


def test_what_a_file_mentions_is_read_at_no_place_of_the_program() -> None:
    (use,) = [one for one in follow('T=a\neval "$(cat used.env)"', FILES).uses if one.read.through == "changed"]
    assert use.read.span == Span(0, 0)
