"""Small questions that frontends ask, each with its answers by table."""

from __future__ import annotations

import libcst as cst
import pytest

from migrator.frontends.python import tree
from migrator.frontends.shell.quoting import without_tabs
from migrator.ir.nodes import ProgramError
from migrator.text.source import Span


@pytest.mark.parametrize(
    ("call", "fails"),
    [
        ("exit()", False),
        ("exit(0)", False),
        ("exit(1)", True),
        ("exit('no token')", True),
        ("exit(f'no {x}')", True),
        ("exit(code)", False),
        ("exit(*[1])", False),
        ("exit(code=1)", False),
        ("exit(1, 2)", False),
    ],
)
def test_which_arguments_surely_end_a_program_with_a_failure(call: str, fails: bool) -> None:
    ended = cst.ensure_type(cst.parse_expression(call), cst.Call)
    assert tree.fails(ended.args) is fails


@pytest.mark.parametrize("line", ["x = a and b", "x = a or b", "print (1)"])
def test_so_many_parts_of_a_program_may_nest(line: str) -> None:
    text = f"{'print x' if 'print' in line else 'y = 1'}\n"
    if "print" in line:
        with pytest.raises(ProgramError, match="not valid Python"):
            tree.parse(text + f"{line}\n" * 2000)
    else:
        tree.parse(text + f"{line}\n" * 2000)
    with pytest.raises(ProgramError, match="nested too deeply"):
        tree.parse(text + f"{line}\n" * 2001)


@pytest.mark.parametrize(
    ("text", "first", "left", "place"),
    [
        ("token", True, "token", Span(10, 15)),
        ("\t\ttoken", True, "token", Span(12, 17)),
        ("\ttoken", False, "\ttoken", Span(10, 16)),
        ("\ttoken\n", True, "token\n", Span(11, 17)),
        ("a\n\tb", True, "a\nb", Span(13, 14)),
        ("a\nb", True, "a\nb", Span(10, 13)),
        ("a\n\t\tb c", True, "a\nb c", Span(14, 17)),
    ],
)
def test_what_is_left_of_a_here_document_without_its_tabs(text: str, first: bool, left: str, place: Span) -> None:
    assert without_tabs(text, Span(10, 10 + len(text)), first) == (left, place)
