"""Shell is lowered to nodes whose places are characters of the text, within bounds, by the shfmt that was installed,
and nothing of any node of its syntax tree is dropped."""

from __future__ import annotations

import re
import resource
import sys
import sysconfig
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from migrator.frontends.shell import programs, shfmt
from migrator.frontends.shell.lowering import PUT
from migrator.frontends.shell.programs import lower
from migrator.frontends.shell.shfmt import MAX_DEPTH, MAX_TEXT
from migrator.ir.nodes import (
    Assign,
    Call,
    Capture,
    Constant,
    Expression,
    Join,
    Opaque,
    ProgramError,
    Quoting,
    Read,
    Redirect,
    Statement,
    StreamKind,
    Template,
)
from migrator.ir.rendering import program
from migrator.ir.traversal import every
from migrator.text.source import Span
from tests.frontends.nodes import reads
from tests.memory import within


def only(text: str, kind: type) -> Any:
    (found,) = [one for one in every(lower(text)) if isinstance(one, kind)]
    return found


def refusal(text: str) -> ProgramError:
    with pytest.raises(ProgramError) as caught:
        lower(text)
    return caught.value


# Nothing there


@pytest.mark.parametrize("text", ["", "\n\n", "# docker login", "   # only a comment\n", "\\\n"])
def test_text_without_a_command_calls_nothing(text: str) -> None:
    assert [one for one in every(lower(text)) if isinstance(one, Call)] == []


# Nodes


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("abc", "(call abc)"),
        ("a\\ b", "(call 'a b')"),
        (
            'a \'b c\' $\'d\\n\' "e f" $"g" ""',
            "(call a (single 'b c') 'd\\n' (text (double 'e f')) (text (double 'g')) (text))",
        ),
        ('a $A ${A} $1 ${12} $@ "$A b"', "(call a $A* ${A}* $1* ${12}* $@* (text $A (double ' b')))"),
        (
            "a ${A:-b} ${A-b} ${A:-} ${A:=b} ${A=b}",
            "(call a (default ${A}* b) (default ${A}* b) (default ${A}*) (assign ${A}* b) (assign ${A}* b))",
        ),
        ("a ${A:?no} ${A?no} ${A:+b}", "(call a (require ${A}* no) (require ${A}* no) (alternative ${A}* b))"),
        (
            "a ${A#b} ${A%%b} ${A^^} ${A@Q}",
            "(call a (changed [prefix b] ${A}* b) (changed [suffix every b] ${A}* b)"
            " (changed [upper every] ${A}*) (changed ${A}* Q))",
        ),
        (
            "a ${#A} ${!A} ${!A@} ${A:1:2} ${A/b/$C}",
            "(call a (changed ${A}*) (indirect ${A}*) (changed ${A}*)"
            " (changed [slice 1:2] ${A}* 1 2) (changed ${A}* b $C*))",
        ),
        (
            'a ${A[0]} ${A[@]} ${A[$i]} "${A[*]}"',
            "(call a (read ${A[0]}* 0) (read ${A[@]}* @) (read ${A[?]}* $i*) (text (read ${A[*]} *)))",
        ),
        ('a "${A:-${B:-}}" ${!A:-$B}', "(call a (text (default ${A} (default ${B}*))) (indirect ${A}* $B*))"),
        ("a $(b) `c` <(d) >(e)", "(call a (capture (call b)) (capture (call c)) (stream (call d)) (stream (call e)))"),
        ("a $((1 + $A + B))", "(call a (?[arithmetic or a pattern] 1 $A* %B))"),
        (
            "a $((C = 2)) @(a|$B) {b,c}",
            "(call a (?[arithmetic or a pattern] sets[C] %C 2) (?[arithmetic or a pattern] %B) ?[a brace expansion])",
        ),
        (
            "a @(b|$(c)) +(`d`)",
            f"(call a{2 * ' (?[arithmetic or a pattern] (havoc[a pattern that runs commands]))'})",
        ),
        (
            "a ${A: -3:2} ${A: ~1} ${A:2-1} ${A:i++} ${A:010} ${A:1:B}",
            "(call a (changed [slice -3:2] ${A}* 3 2) (changed ${A}* 1) (changed ${A}* 2 1)"
            " (changed ${A}* sets[i] i) (changed ${A}* 010) (changed ${A}* 1 B))",
        ),
        ("A=b", "(set A b)"),
        ("A=b B=$C a", "(call (set A b) (set B $C*) a)"),
        ("A= B+=b C[1]=c", "(scope (set A '') (set append B b) (set indexed C c 1))"),
        ("D=(e $F [2]=g) E[i=1]=$G", "(scope (set indexed D (list e $F* g) 2) (set indexed E $G* sets[i] i 1))"),
        ("export A=b C", "(declare exported (set A b) (set C))"),
        ("export", "(declare exported dumps)"),
        ("export $A", "(declare exported $A*)"),
        ("local -r A=b", "(declare local (set A b))"),
        ("declare -n A=B", "(declare local alias (set A B))"),
        ("declare -p A", "(declare local dumps (set A))"),
        ("declare -gx A=b", "(declare exported (set A b))"),
        ("a | b |& c", "(piped (piped (call a) (call b)) (call c))"),
        ("a && b || c", "(or (and (call a) (call b) (do)) (do) (call c))"),
        ("! a", "(not (call a))"),
        ("a &", "(beside (call a))"),
        ("{ a; b; }", "(scope (call a) (call b))"),
        ("(a; b)", "(process (call a) (call b))"),
        ("if a; then b; elif c; then d; else e; fi", "(if (call a) (call b) (if (call c) (call d) (call e)))"),
        ("for x in a $B; do c; d; done", "(loop x (in a $B*) (do) (call c) (call d))"),
        ("for x; do c; done", "(loop x parameters (do) (call c))"),
        ("for ((i=0;i<$N;i++)); do c; done", "(loop - while (evaluate sets[i] %i 0 %i $N* %i) (call c))"),
        ("while a; do b; done", "(loop - while (call a) (call b))"),
        ("until a; do b; done", "(loop - while (call a) (call b))"),
        ("select x in a; do b; done", "(loop x (in a) (do) (call b))"),
        ("case $a in b|$c) d;; *) e; f;; esac", "(switch surely $a* (like b $c* *) (call d) (do (call e) (call f)))"),
        ("case a in b) d;; '*') e;; esac", "(switch a (like b (single '*')) (call d) (call e))"),
        ("f() { a; }", "(define f (scope (call a)))"),
        ("function f { a; } >b", "(define f (write b (scope (call a))))"),
        (
            "[[ -n $a && ( $b == c || ! -v D ) && $e ]]",
            "(test (empty $a*) (same $b* c) (defined negated D) (empty $e*))",
        ),
        ("[[ -f $a && $b =~ c && $d -gt 1 ]]", "(test $a* $b* c $d* 1)"),
        ("((a = $b))", "(evaluate sets[a] %a $b*)"),
        ("let a=1 b++", "(evaluate sets[b a] %a 1 %b)"),
        ("time a $B", "(call a $B*)"),
        ("coproc a", "(beside (call a))"),
        (
            "a <b >c 2>&1 >>d &>e <>f >|g",
            "(write g (read f (write-partial e (write-partial d (other 1 (write c (read b (call a))))))))",
        ),
        ("a <<<$B", "(text $B* (call a))"),
        ("a <<X\nb $C é\nX", "(document-written (join (double 'b ') $C (double ' é\\n')) (call a))"),
        ("a <<'X'\nb $C\nX", "(document-raw-written 'b $C\\n' (call a))"),
        ("a <<-X\n\tb $C\n\tX", "(document (join (double 'b ') $C (double '\\n')) (call a))"),
        (">a", "(write a nothing)"),
        ('a <<"X" # docker login\ndocker login\nX', "(document-raw-written 'docker login\\n' (call a))"),
    ],
)
def test_source_is_lowered_to_nodes(source: str, nodes: str) -> None:
    assert program(lower(source)) == nodes


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("abc", Constant),
        (r"a\ b", Constant),
        ("'a b'", Constant),
        ("$'a\\n'", Constant),
        ('"a b"', Template),
        ('$"a"', Template),
        ("$A", Read),
        ("${A}", Read),
        ("$(a)", Capture),
        ("`a`", Capture),
        ("<(a)", Capture),
        ("$((1 + $A))", Opaque),
        ("@(a|b)", Opaque),
    ],
)
def test_every_kind_of_word_has_its_place(word: str, kind: type) -> None:
    text = f"é {word} x"
    found = only(text, Call) if kind is not Capture else lower(text)[0].node
    assert isinstance(found, Call)
    second = found.words[1]
    assert [type(part) for part in second.parts] == [kind]
    for span in (second.span, second.parts[0].span):
        assert span is not None
        assert text[span.start : span.end] == word


@pytest.mark.parametrize(
    ("word", "text", "quoting"),
    [
        ("a", "a", Quoting.BARE),
        ("'a'", "a", Quoting.SINGLE),
        ('"a"', "a", Quoting.DOUBLE),
        (r"\a", "a", Quoting.FIXED),
        ('"\\$"', "$", Quoting.FIXED),
        ("$'a\\x41\\101\\n'", "aAA\n", Quoting.FIXED),
        ("$'\\x9.\\x'", "\t.\\x", Quoting.FIXED),
    ],
)
def test_literal_text_is_decoded_and_says_whether_it_can_be_replaced(word: str, text: str, quoting: Quoting) -> None:
    found = [one for one in every(lower(f"x {word}")) if isinstance(one, Constant)][1]
    assert (found.text, found.quoting, found.fixed) == (text, quoting, False)
    assert all(one.fixed for one in every(lower("x 'a' \"b\"", fixed=True)) if isinstance(one, Constant))


@pytest.mark.parametrize(
    ("text", "name", "braced", "splits"),
    [
        ("$A", "A", False, True),
        ("${A}", "A", True, True),
        ('"$A"', "A", False, False),
        ("$1", "1", False, True),
        ("${12}", "12", True, True),
        ("$@", "@", False, True),
        ("${A:-b}", "A", True, True),
        ("${#A}", "A", True, True),
        ("${!A}", "A", True, True),
        ("${A/b/c}", "A", True, True),
    ],
)
def test_every_expansion_says_where_its_name_stands(text: str, name: str, braced: bool, splits: bool) -> None:
    source = f"é x{text}"
    found = only(source, Read)
    assert (found.name, found.braced, found.splits, found.fixed) == (name, braced, splits, False)
    assert source[found.name_span.start : found.name_span.end] == name


def test_what_is_put_into_a_text_before_is_not_known() -> None:
    assert program(lower('a "b$U" ${U} $A', unknown="U")) == f"(call a (text (double 'b') ?[{PUT}]) ?[{PUT}] $A*)"


@pytest.mark.parametrize("text", ["A=b", "A=", "A+=b", "A[1]=b", "A=(b c)", "export A", "export A=b", "local -r A=b"])
def test_an_assignment_has_its_place(text: str) -> None:
    span = only(text, Assign).span
    assert text[span.start : span.end] == text.removeprefix("export ").removeprefix("local -r ")


@pytest.mark.parametrize("operator", ["<", ">", ">>", ">|", "<>", "<<<", ">&", "<&", "&>", "&>>"])
def test_every_redirection_is_read_wherever_it_stands(operator: str) -> None:
    kinds = {only(text, Redirect).kind for text in (f"a {operator} b", f"{operator}b a", f"a {operator}b c")}
    expected = {
        "<": StreamKind.READ,
        "<>": StreamKind.READ,
        "<<<": StreamKind.TEXT,
        ">&": StreamKind.OTHER,
        "<&": StreamKind.OTHER,
    }
    assert kinds == {expected.get(operator, StreamKind.WRITE)}


@pytest.mark.parametrize(("end", "raw"), [("E", False), ("'E'", True), ('"E"', True), ("\\E", True)])
@pytest.mark.parametrize("operator", ["<<", "<<-"])
def test_a_document_has_its_text_with_places(operator: str, end: str, raw: bool) -> None:
    text = f"a {operator}{end}\n\tx $A é\n\tE\n" if operator == "<<-" else f"a {operator}{end}\nx $A é\nE\n"
    redirect = only(text, Redirect)
    assert (redirect.kind, redirect.raw) == (StreamKind.DOCUMENT, raw)
    written = [text[one.span.start : one.span.end] for one in every(redirect.value) if isinstance(one, Read)]
    assert written == ([] if raw else ["$A"])
    if operator == "<<":
        assert text[redirect.written.start : redirect.written.end] == "x $A é\n"
    else:
        assert redirect.written is None


def test_places_of_a_nested_text_are_those_of_the_text_around_it() -> None:
    outer = "bash -c 'é; docker login -p $P'"
    inner = "é; docker login -p $P"
    nested = lower(inner, lambda index: index + outer.index("'") + 1)
    (read,) = [one for one in every(nested) if isinstance(one, Read)]
    assert outer[read.span.start : read.span.end] == "$P"
    assert outer[read.name_span.start : read.name_span.end] == "P"


# Nothing is dropped

ARITHMETIC = "M + (M) ? -M : a[M]++"
TREE = {
    "File": "M\nM",
    "Stmt": "! M >M &",
    "Assign": "A=M B+=M C[M]=M D=(M [M]=M)",
    "Redirect": "a <M >M >>M <<<M 2>&M &>M",
    "Redirect (document)": "a <<E\nx M $(M)\nE\n",
    "Redirect (document without tabs)": "a <<-E\n\tx M\n\tE\n",
    "CallExpr": "A=M B=M M M",
    "Subshell": "(M; M)",
    "Block": "{ M; M; }",
    "IfClause": "if M; M; then M; elif M; then M; else M; fi",
    "WhileClause": "while M; do M; done; until M; do M; done",
    "ForClause": "for x in a; do M; done; select x in M; do M; done",
    "WordIter": "for x in M M; do a; done",
    "CStyleLoop": "for ((x = M; M; x += M)); do M; done",
    "BinaryCmd": "M && M || M | M |& M",
    "FuncDecl": "f() { M; } >M; function g { M; }",
    "Word": "aM'b'M",
    "Lit": "a M",
    "SglQuoted": "'a' M",
    "DblQuoted": '"a M" $"M"',
    "CmdSubst": "$(M) `M`",
    "ParamExp": "${A:-M} ${A-M} ${A:=M} ${A:?M} ${A:+M} ${!A:-M} ${A[M]} ${A[M]:-M}",
    "Slice": "${A:M:M}",
    "Replace": "${A/M/M} ${A//M} ${A/#M/M}",
    "Expansion": "${A#M} ${A%%M} ${A^M} ${A,,M}",
    "ArithmExp": f"$(({ARITHMETIC})) $[M]",
    "ArithmCmd": f"(({ARITHMETIC}))",
    "BinaryArithm": "((M + M))",
    "UnaryArithm": "((-M))",
    "ParenArithm": "(((M)))",
    "CaseClause": "case M in M) M;; esac",
    "CaseItem": "case a in M|M) M; M;; M) M;& *) M;;& esac",
    "TestClause": "[[ M ]]",
    "BinaryTest": "[[ M == M && M =~ M || M -nt M ]]",
    "UnaryTest": "[[ -n M && ! -f M && ! ( -z M ) ]]",
    "ParenTest": "[[ ( M ) ]]",
    "DeclClause": "export A=M B=(M) M; declare -x C=M; local D=M; readonly E=M; typeset F=M",
    "ArrayExpr": "A=(M M)",
    "ArrayElem": "A=([M]=M M)",
    "ExtGlob": "@(a|M)M ?(M) *(M) +(M) !(M)",
    "ProcSubst": "<(M) >(M)",
    "TimeClause": "time M; time -p M | M",
    "CoprocClause": "coproc M; coproc N { M; }",
    "LetClause": "let A=M 'B=1'M",
}
"""The types of mvdan/sh's syntax tree, each with a mark in every place that holds a word; not `FlagsArithm`, which is
zsh's, `TestDecl`, which is Bats', `BraceExp`, which only its printer makes, and `Comment`."""


@pytest.mark.parametrize("source", TREE.values(), ids=TREE)
def test_nothing_below_any_type_of_the_tree_is_dropped(source: str) -> None:
    number = count()
    text = re.sub("M", lambda _: f"${{MARK{next(number)}}}", source)
    assert set(reads(lower(text))) >= {f"MARK{index}" for index in range(next(number))}, program(lower(text))


def test_a_type_that_is_not_known_may_do_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = shfmt.tree("a $B")
    tree["Stmts"][0]["Cmd"]["Type"] = "NewClause"
    monkeypatch.setattr(shfmt, "tree", lambda _: tree)
    assert program(lower("a  $B")) == "(havoc[a command that is not known] a $B*)"


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
    assert lower(text) == ()
    assert "64 KiB" in str(refusal(text + "x"))


@pytest.mark.parametrize(
    ("opening", "closing"), [("{ ", "; }"), ("if a; then ", "; fi"), ("echo $(", ")"), ("( ", ")"), ("a || { ", "; }")]
)
def test_nesting_is_read_far_beyond_what_people_write_and_refused_beyond_its_bound(opening: str, closing: str) -> None:
    assert lower(opening * 40 + "a" + closing * 40)
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
            lower(text)
        except ProgramError as error:
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
    assert lower("on_a_path_that_lies")


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
        statements = lower(text)
    except ProgramError as error:
        assert 0 <= error.offset <= len(text)  # noqa: PT017
        return
    _check_places(text, statements)


@given(st.binary(max_size=30))
@hypothesis_settings(max_examples=50)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        lower(data.decode("utf-8", "surrogateescape"))
    except ProgramError as error:
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
    statements = lower(text)
    _check_places(text, statements)
    assert any(isinstance(one, Call) for one in every(statements))


def _check_places(text: str, statements: tuple[Statement, ...]) -> None:
    plain = not any(char in text for char in "\r\x00`")
    for one in every(statements):
        span = getattr(one, "span", None)
        if not isinstance(span, Span):
            continue
        assert span.end <= len(text)
        written = text[span.start : span.end]
        match one:
            case Read(fixed=False):
                assert written.startswith("${" if one.braced else "$")
                assert written.endswith("}") or not one.braced
                assert span.contains(one.name_span)
                if one.name:
                    assert text[one.name_span.start : one.name_span.end] == one.name
            case Constant(quoting=Quoting.BARE | Quoting.DOUBLE) if plain and "\\\n" not in written:
                assert one.text in (written, text[span.start : span.start + len(one.text)])
            case Constant(quoting=Quoting.SINGLE) if plain:
                assert written == f"'{one.text}'"
            case Template():
                assert written.lstrip("$").startswith('"')
                assert written.endswith('"')
            case Capture():
                assert written[:1] in "$`<>"
            case Join(parts=parts):
                assert all(span.contains(_span(part)) for part in parts)


def _span(part: Expression) -> Span:
    assert part.span is not None
    return part.span


def test_what_is_refused_without_a_line_is_shown_at_the_beginning() -> None:
    assert shfmt._syntax_error("out of memory:7: more", "a\nb").offset == 0


TOGETHER = (
    *(
        "make",
        "",
        "# nothing",
        "a=1 b",
        "cat <<EOF\nx\nEOF",
        "cat <<EOF\nx\nEOF\n",
        'echo "é $X" | sort',
        "f() { a; }\n\n",
    ),
    *("if a; then b; fi &", "x=(1\n2)", "! a", "a;", "b # last", "((i++))", "[[ $a == b ]]", "case x in\ny) z;;\nesac"),
)
OPEN = (
    *(
        "echo 'a",
        'echo "a',
        "cat <<EOF\nx",
        "a &&",
        "a |",
        "a \\",
        "f()",
        "if a; then",
        "{ a",
        "(a",
        "x=$(",
        "`",
        "x=(",
        ")",
    ),
    *("EOF", "'", '"', "fi", "}", "EOF\nb", "a >", "! ", "time", "function f", "coproc", "case x in"),
)


@hypothesis_settings(max_examples=100)
@given(st.lists(st.sampled_from(TOGETHER + OPEN), min_size=2, max_size=5, unique=True))
def test_programs_that_are_read_together_are_what_each_is_by_itself(texts: list[str]) -> None:
    programs._KNOWN.clear()
    programs.read_ahead(texts)
    ahead = dict(programs._KNOWN)
    programs._KNOWN.clear()
    for text in texts:
        try:
            alone = lower(text)
        except ProgramError:
            assert text not in ahead
        else:
            assert ahead.get(text, alone) == alone
    if set(texts) <= set(TOGETHER):
        assert ahead.keys() == set(texts)


def test_reading_together_starts_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    programs._KNOWN.clear()
    asked: list[str] = []
    parse = shfmt.tree
    monkeypatch.setattr(shfmt, "tree", lambda text: asked.append(text) or parse(text))
    programs.read_ahead(TOGETHER)
    assert len(asked) == 1
    assert all(lower(text) is programs._KNOWN[text] for text in TOGETHER)
    assert len(asked) == 1
    programs.read_ahead(["one alone"])
    programs.read_ahead(TOGETHER)
    assert len(asked) == 1


def test_more_than_fits_is_read_by_several(monkeypatch: pytest.MonkeyPatch) -> None:
    programs._KNOWN.clear()
    monkeypatch.setattr(shfmt, "MAX_TEXT", 100)
    texts = [f"echo {number:030}" for number in range(10)]
    programs.read_ahead([*texts, "x" * 200])
    assert set(texts[:9]) <= programs._KNOWN.keys()
    assert "x" * 200 not in programs._KNOWN


def test_the_oldest_program_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    programs._KNOWN.clear()
    monkeypatch.setattr(programs, "_MOST", 3)
    for number in range(5):
        lower(f"echo {number}")
    assert list(programs._KNOWN) == ["echo 2", "echo 3", "echo 4"]
