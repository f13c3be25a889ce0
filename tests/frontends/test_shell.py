"""Shell is read as records whose places are characters of the text, within bounds, by the shfmt that was installed."""

from __future__ import annotations

import resource
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from migrator.frontends.shfmt import MAX_DEPTH, MAX_TEXT, parse_shell
from msgspec import Struct

from migrator.frontends import shfmt
from migrator.ir import nodes as shell
from migrator.ir.nodes import (
    Assignment,
    Binary,
    Call,
    Case,
    Declaration,
    Double,
    Function,
    Group,
    If,
    Lit,
    Loop,
    Other,
    Read,
    Redirect,
    ShellError,
    Single,
    Statement,
    Substitution,
    Word,
)
from migrator.text.source import Span
from tests.memory import within


def every(node: object) -> Iterator[Any]:
    """All records below a record."""
    pending = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, tuple):
            pending += reversed(one)
        elif isinstance(one, Struct) and not isinstance(one, Span):
            yield one
            pending += [getattr(one, name) for name in reversed(one.__struct_fields__)]


def only(text: str, kind: type) -> Any:
    (found,) = [one for one in every(parse_shell(text)) if isinstance(one, kind)]
    return found


def command(text: str) -> Any:
    (statement,) = parse_shell(text)
    return statement.command


def refusal(text: str) -> ShellError:
    with pytest.raises(ShellError) as caught:
        parse_shell(text)
    return caught.value


# Nothing there


@pytest.mark.parametrize("text", ["", "\n\n", "# docker login", "   # only a comment\n", "\\\n"])
def test_text_without_a_command_has_no_statement(text: str) -> None:
    assert [one for one in every(parse_shell(text)) if isinstance(one, Call)] == []


def test_a_login_in_a_comment_or_a_quoted_heredoc_is_not_a_command() -> None:
    text = "cat <<'E' # docker login\ndocker login\nE\n"
    calls = [one for one in every(parse_shell(text)) if isinstance(one, Call)]
    assert [text[call.span.start : call.span.end] for call in calls] == ["cat"]
    redirect = only(text, Redirect)
    assert redirect.quoted
    assert redirect.body.parts == (Lit("docker login\n", redirect.body.span),)


# Words


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("abc", Lit),
        (r"a\ b", Lit),
        ("'a b'", Single),
        ("$'a\\n'", Single),
        ('"a b"', Double),
        ('$"a"', Double),
        ("$A", Read),
        ("${A}", Read),
        ("$(a)", Substitution),
        ("`a`", Substitution),
        ("<(a)", Substitution),
        ("$((1 + $A))", Other),
        ("@(a|b)", Other),
    ],
)
def test_every_kind_of_word_is_told_apart_with_its_place(word: str, kind: type) -> None:
    text = f"é {word} x"
    found = command(text).words[1]
    assert [type(part) for part in found.parts] == [kind]
    assert text[found.span.start : found.span.end] == word
    assert text[found.parts[0].span.start : found.parts[0].span.end] == word


@pytest.mark.parametrize(
    ("text", "name", "operator", "word", "short"),
    [
        ("$A", "A", "", None, True),
        ("${A}", "A", "", None, False),
        ("$1", "1", "", None, True),
        ("${12}", "12", "", None, False),
        ("$@", "@", "", None, True),
        ("${A:-b}", "A", ":-", "b", False),
        ("${A-b}", "A", "-", "b", False),
        ("${A:-}", "A", ":-", None, False),
        ("${A:=b}", "A", ":=", "b", False),
        ("${A:?no}", "A", ":?", "no", False),
        ("${A?no}", "A", "?", "no", False),
        ("${A:+b}", "A", ":+", "b", False),
        ("${A#b}", "A", "other", "b", False),
        ("${A%%b}", "A", "other", "b", False),
        ("${A^^}", "A", "other", None, False),
        ("${A@Q}", "A", "other", "Q", False),
        ("${#A}", "A", "other", None, False),
        ("${!A}", "A", "!", None, False),
        ("${!A@}", "A", "other", None, False),
        ("${A:1:2}", "A", "other", None, False),
        ("${A/b/c}", "A", "other", None, False),
    ],
)
def test_every_expansion_says_whether_it_gives_the_whole_value(
    text: str, name: str, operator: str, word: str | None, short: bool
) -> None:
    param = only(f'é "x{text}"', Read)
    assert (param.name, param.operator, param.short) == (name, operator, short)
    assert f'é "x{text}"'[param.name_span.start : param.name_span.end] == name
    written = param.word and "".join(part.text for part in param.word.parts)
    assert (written or None) == word


def test_an_array_element_keeps_its_index() -> None:
    assert only("echo ${A[0]}", Read).index == "0"
    assert only("echo ${A[@]}", Read).index == "@"
    assert [one.index for one in every(parse_shell("echo ${A[$i]}")) if isinstance(one, Read)] == ["?"]


def test_defaults_nest() -> None:
    outer = only('"${A:-${B:-}}"', Double).parts[0]
    assert (outer.name, outer.operator) == ("A", ":-")
    (inner,) = outer.word.parts
    assert (inner.name, inner.operator) == ("B", ":-")


# Commands


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a b", Call),
        ("A=b", Call),
        ("export A=b", Declaration),
        ("a | b", Binary),
        ("a |& b", Binary),
        ("a && b", Binary),
        ("a || { b; }", Binary),
        ("{ a; }", Group),
        ("(a)", Group),
        ("if a; then b; elif c; then d; else e; fi", If),
        ("for x in a b; do c; done", Loop),
        ("for x; do c; done", Loop),
        ("for ((i=0;i<2;i++)); do c; done", Loop),
        ("while a; do b; done", Loop),
        ("until a; do b; done", Loop),
        ("select x in a; do b; done", Loop),
        ("case $a in b|c) d;; *) e;; esac", Case),
        ("f() { a; }", Function),
        ("function f { a; }", Function),
        ("[[ -n $a && $b == c ]]", shell.Test),
        ("((a = 1))", shell.Arithmetic),
        ("let a=1", shell.Arithmetic),
        ("time a", Call),
        ("! a", Call),
        ("a &", Call),
        ("coproc a", Call),
    ],
)
def test_every_kind_of_command_is_told_apart_with_its_place(text: str, kind: type) -> None:
    (statement,) = parse_shell(f"# é\n{text}\n")
    assert type(statement.command) is kind
    assert f"# é\n{text}\n"[statement.span.start : statement.span.end].startswith(text.rstrip("& ")[:5])


def test_negation_background_and_operators_are_kept() -> None:
    (negated, background) = parse_shell("! a\nb &")
    assert (negated.negated, background.background) == (True, True)
    assert [one.operator for one in every(parse_shell("a && b || c | d |& e")) if isinstance(one, Binary)] == [
        "||", "&&", "|&", "|",
    ]  # fmt: skip


def test_branches_bodies_and_conditions_are_kept_apart() -> None:
    node = command("if a; then b; else e; fi")
    assert [len(part) for part in (node.condition, node.then, node.otherwise)] == [1, 1, 1]
    loop = command("for x in 1 2; do a; b; done")
    assert (loop.kind, loop.name, len(loop.words), len(loop.body)) == ("for", "x", 2, 2)
    assert command("for x; do a; done").words is None
    assert [command(f"{kind} a; do b; done").kind for kind in ("while", "until")] == ["while", "until"]
    case = command("case a in b|c) d;; *) e; f;; esac")
    assert (len(case.branches), len(case.patterns), case.exhaustive) == (2, 3, True)
    assert not command("case a in b) d;; '*') e;; esac").exhaustive


@pytest.mark.parametrize(
    ("text", "name", "value", "append", "indexed", "array"),
    [
        ("A=b", "A", "b", False, False, None),
        ("A=", "A", "", False, False, None),
        ("A+=b", "A", "b", True, False, None),
        ("A[1]=b", "A", "b", False, True, None),
        ("A=(b c)", "A", None, False, False, 2),
        ("export A", "A", None, False, False, None),
        ("export A=b", "A", "b", False, False, None),
        ("local -r A=b", "A", "b", False, False, None),
    ],
)
def test_every_form_of_assignment_is_read(
    text: str, name: str, value: str | None, append: bool, indexed: bool, array: int | None
) -> None:
    found = only(text, Assignment)
    read = None if found.value is None else "".join(part.text for part in found.value.parts)
    assert (found.name, read, found.append, found.indexed) == (name, value, append, indexed)
    assert (None if found.array is None else len(found.array)) == array
    assert text[found.span.start : found.span.end] == text.removeprefix("export ").removeprefix("local -r ")


@pytest.mark.parametrize("operator", ["<", ">", ">>", ">|", "<>", "<<<", ">&", "<&", "&>", "&>>"])
def test_every_redirection_is_read_wherever_it_stands(operator: str) -> None:
    for text in (f"a {operator} b", f"{operator}b a", f"a {operator}b c"):
        assert only(text, Redirect).operator == operator


@pytest.mark.parametrize(("end", "quoted"), [("E", False), ("'E'", True), ('"E"', True), ("\\E", True)])
@pytest.mark.parametrize("operator", ["<<", "<<-"])
def test_a_heredoc_has_a_body_with_places(operator: str, end: str, quoted: bool) -> None:
    text = f"a {operator}{end}\n\tx $A é\n\tE\n" if operator == "<<-" else f"a {operator}{end}\nx $A é\nE\n"
    redirect = only(text, Redirect)
    assert (redirect.operator, redirect.quoted) == (operator, quoted)
    assert redirect.body is not None
    params = [one for one in every(redirect.body) if isinstance(one, Read)]
    assert [text[one.span.start : one.span.end] for one in params] == ([] if quoted else ["$A"])


def test_the_tests_of_a_double_bracket_are_listed() -> None:
    found = command("[[ -z $A && ( -n $B || $C == d ) && ! -v E && $F ]]")
    assert sorted(operator for operator, _ in found.unary) == ["-n", "-v", "-z"]
    assert [operator for operator, _, _ in found.compared] == ["=="]
    assert len(found.plain) == 1
    assert len(found.words) == 6


def test_places_of_a_nested_text_are_those_of_the_text_around_it() -> None:
    outer = "bash -c 'é; docker login -p $P'"
    inner = "é; docker login -p $P"
    nested = parse_shell(inner, lambda index: index + outer.index("'") + 1)
    (param,) = [one for one in every(nested) if isinstance(one, Read)]
    assert outer[param.span.start : param.span.end] == "$P"
    assert outer[param.name_span.start : param.name_span.end] == "P"


# Refusals and bounds


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a\nif b", 2),
        ("a 'b", 2),
        ("é é é )", 6),
        ("a | | b", None),
        ("}", 0),
        ("a <<", None),
        ("a $(", None),
        ("\x00(", None),
    ],
)
def test_what_bash_cannot_read_is_refused_with_its_place(text: str, offset: int | None) -> None:
    error = refusal(text)
    assert "bash" in str(error)
    assert 0 <= error.offset <= len(text)
    if offset is not None:
        assert error.offset == offset


def test_a_refusal_quotes_nothing_of_the_text() -> None:
    assert "ATATT" not in str(refusal("ATATT3xSecret ) ATATT3xSecret"))


def test_sixty_four_kibibytes_are_read_and_one_byte_more_is_not() -> None:
    text = "#" + "é" * ((MAX_TEXT - 1) // 2) + "x" * ((MAX_TEXT - 1) % 2)
    assert len(text.encode()) == MAX_TEXT
    assert parse_shell(text) == ()
    assert "64 KiB" in str(refusal(text + "x"))


@pytest.mark.parametrize(
    ("opening", "closing"), [("{ ", "; }"), ("if a; then ", "; fi"), ("echo $(", ")"), ("( ", ")"), ("a || { ", "; }")]
)
def test_nesting_is_read_far_beyond_what_people_write_and_refused_beyond_its_bound(opening: str, closing: str) -> None:
    assert parse_shell(opening * 40 + "a" + closing * 40)
    assert "deep" in str(refusal(opening * (MAX_DEPTH + 1) + "a" + closing * (MAX_DEPTH + 1)))


HOSTILE = {
    "parentheses": "(" * MAX_TEXT,
    "closed subshells": "( " * 20_000 + "a" + ")" * 20_000,
    "closed substitutions": "echo " + "$(" * 10_000 + "a" + ")" * 10_000,
    "backquotes": "`" * MAX_TEXT,
    "expansions": "echo " + "${A:-" * 10_000 + "}" * 10_000,
    "elif": "if a; then b; " + "elif a; then b; " * 4_000 + "fi",
    "pipeline": "a | " * 16_000 + "a",
    "heredocs": "a <<E\n" * 10_000,
    "words": "a " * 32_000,
    "escapes": "\\" * (MAX_TEXT - 1),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_or_refused_in_bounded_time_and_memory(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shfmt, "_SECONDS", 3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with within(20):
        try:
            parse_shell(text)
        except ShellError as error:
            assert 0 <= error.offset <= len(text)  # noqa: PT017
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 600 * 1024


# The program


def test_shfmt_is_the_one_beside_the_interpreter_whatever_path_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "shfmt").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "shfmt").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert parse_shell("on_a_path_that_lies")


def test_a_missing_shfmt_is_a_refusal_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    shfmt._shfmt.cache_clear()
    try:
        assert "shfmt-py" in str(refusal("without the program"))
    finally:
        shfmt._shfmt.cache_clear()


def test_a_shfmt_that_does_not_answer_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "shfmt"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(shfmt, "_shfmt", lambda: str(program))
    monkeypatch.setattr(shfmt, "_SECONDS", 0.2)
    assert "longer than" in str(refusal("nobody answers"))


def test_a_shfmt_that_says_too_much_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "shfmt"
    program.write_text("#!/bin/sh\nexec yes '{\"a\": 1}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(shfmt, "_shfmt", lambda: str(program))
    monkeypatch.setattr(shfmt, "_MAX_TREE", 100_000)
    with within(10):
        assert "nested too deeply" in str(refusal("somebody talks and talks"))


# Properties

_TOKENS = st.sampled_from(
    [" ", "\n", "\t", "a", "é", "🐳", "$A", "${A}", "${A:-", "}", "$(", ")", "`", "'", '"', "\\", "|", "&&", "||", ";",
     "&", "<<E", "E", "<<<", "<", ">", "(", "{", "if ", "then ", "fi", "for x in ", "do ", "done", "case a in ", "esac",
     "[[ ", "]]", "((", "))", "=", "A=", "#", "!", "*", "$'", "$1", "$@", "export ", "f()", "\r", "\x00", "-", "@("]
)  # fmt: skip


@given(st.lists(_TOKENS, max_size=14).map("".join))
@hypothesis_settings(max_examples=150)
def test_any_text_is_read_with_true_places_or_refused(text: str) -> None:
    try:
        statements = parse_shell(text)
    except ShellError as error:
        assert 0 <= error.offset <= len(text)  # noqa: PT017
        return
    _check_places(text, statements)


@given(st.binary(max_size=30))
@hypothesis_settings(max_examples=50)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parse_shell(data.decode("utf-8", "surrogateescape"))
    except ShellError as error:
        assert error.offset >= 0  # noqa: PT017


_PIECES = st.sampled_from(
    [
        "lit",
        "é🐳",
        "'s q'",
        '"d $A q"',
        "$A",
        "${B}",
        "${C:-d}",
        "${D:-${E}}",
        "$(f $G)",
        "`h`",
        "$1",
        "${I?m}",
        '"${J:-"k"}"',
        "$'l'",
    ]
)
_SIMPLE = st.lists(st.lists(_PIECES, min_size=1, max_size=3).map("".join), min_size=1, max_size=4).map(" ".join)
_JOINED = st.lists(_SIMPLE, min_size=1, max_size=3).flatmap(
    lambda simple: st.sampled_from([" | ", " && ", " || ", "\n", "; ", " \\\n | "]).map(lambda glue: glue.join(simple))
)
_PROGRAMS = _JOINED.flatmap(
    lambda text: st.sampled_from(
        ["{}", "if x; then\n{}\nfi", "f() {{ {}\n}}", "( {} )", "for i in 1; do {}; done", "x <<<y && {}", "V=$W {}"]
    ).map(lambda shape: shape.format(text))
)


@given(_PROGRAMS)
def test_places_of_a_valid_program_are_what_they_name(text: str) -> None:
    statements = parse_shell(text)
    _check_places(text, statements)
    assert any(isinstance(one, Call) for one in every(statements))


def _check_places(text: str, statements: tuple[Statement, ...]) -> None:
    for one in every(statements):
        span = getattr(one, "span", None)
        if not isinstance(span, Span):
            continue
        assert span.end <= len(text)
        written = text[span.start : span.end]
        match one:
            case Read(short=short):
                assert written.startswith("$" if short else "${")
                assert written.endswith("}") or short
                assert span.contains(one.name_span)
                if one.name:
                    assert text[one.name_span.start : one.name_span.end] == one.name
            case Lit() if "\\\n" not in written and "\r" not in text and "\x00" not in text and "`" not in text:
                assert one.text in (written, text[span.start : span.start + len(one.text)])
            case Single(dollar=False) if "\r" not in text and "\x00" not in text and "`" not in text:
                assert written == f"'{one.text}'"
            case Double():
                assert written.lstrip("$").startswith('"')
                assert written.endswith('"')
            case Substitution():
                assert written[:1] in "$`<>"
            case Word(parts=parts):
                assert all(span.contains(part.span) for part in parts)
