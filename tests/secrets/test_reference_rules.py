"""What files of forms say, as records: languages, needles, guards, and words that stand for names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from migrator.rulebook.records import RuleError
from migrator.secrets.references.finding import Finder
from migrator.secrets.references.records import OpaqueKind, UseKind
from migrator.secrets.references.rules import (
    AHEAD,
    FAR,
    UNENDED,
    UNKNOWN,
    WIDTH,
    AliasEntry,
    Form,
    FormEntry,
    Language,
    ReferenceFile,
    Rules,
    Shape,
    load,
    windows,
)

FIRST = Language(("Acme", "*.b.c"), frozenset({"first"}), name="first")
SECOND = Language(("*.c", "ci/*", "x*.d"), frozenset({"second", "shared"}), name="second")
THIRD = Language(("*.d", "a/ci/z.t", "Acme"), frozenset({"shared"}), name="third")
NONE = Language((), name="none")
LAST = Language(("last/*.t",), name="last")


def rules() -> Rules:
    return Rules((FIRST, SECOND, THIRD, NONE, LAST), (), (), ())


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Acme", "first"),
        ("x/Acme", "first"),
        ("acme", "unended"),
        ("a.b.c", "first"),
        ("a.x.c", "second"),
        ("a..c", "second"),
        (".c", "second"),
        ("x/.c", "second"),
        ("a.c.x", "unknown"),
        ("a.d", "third"),
        ("x.d", "second"),
        ("x/xy.d", "second"),
        ("yx.d", "third"),
        ("ci/any", "second"),
        ("a/ci/any.d", "second"),
        ("ci/x/any", "unended"),
        ("bci/any", "unended"),
        ("a/ci/z.t", "second"),
        ("b/last/z.t", "last"),
        ("last/z.tt", "unknown"),
        ("last/a\nb.t", "last"),
        ("c", "unended"),
        ("x.y/c", "unended"),
    ],
)
def test_the_language_of_a_path_is_the_first_that_names_it(path: str, name: str) -> None:
    assert rules().language(path).name == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"#!/usr/bin/env first\n", "first"),
        (b"#! /opt/first -x", "first"),
        (b"#!first", "first"),
        (b"#!/usr/bin/env -S shared3.1 -x", "second"),
        (b"#!/bin/other", None),
        (b"#!/bin/env", None),
        (b"first", None),
        (b"\n#!/bin/first", None),
        (b"", None),
    ],
)
def test_the_program_of_the_first_line_tells_the_language(line: bytes, name: str | None) -> None:
    found = rules().interpreted(line)
    assert (found and found.name) == name


def test_what_no_language_names_is_told_by_its_ending() -> None:
    empty = Rules((), (), (), ())
    assert empty.language("a") is UNENDED
    assert empty.language("a.b/c") is UNENDED
    assert empty.language("a.b") is UNKNOWN
    assert (UNENDED.exact, UNKNOWN.exact, UNENDED.known, UNKNOWN.folded, UNKNOWN.elsewhere) == (
        *(True, False),
        *(False, False, False),
    )


@pytest.mark.parametrize(
    ("needles", "text", "before", "behind", "found"),
    [
        (["ab"], "xab", 10, 2, [(0, 5)]),
        (["ab"], "xxab", 1, 0, [(1, 4)]),
        (["ab"], "ab", 0, 0, [(0, 2)]),
        (["ab"], "abxxab", 1, 1, [(0, 7)]),
        (["ab"], "abxxxab", 1, 1, [(0, 3), (4, 8)]),
        (["ab"], "abxxxab", 0, 1, [(0, 3), (5, 8)]),
        (["ab"], "ababab", 0, 0, [(0, 6)]),
        (["b", "a"], "a" + "x" * 9 + "b", 1, 1, [(0, 2), (9, 12)]),
        (["abc", "b"], "abc", 0, 9, [(0, 12)]),
        (["a", "bxx"], "abxx", 0, 0, [(0, 4)]),
        (["aa"], "aaa", 0, 1, [(0, 4)]),
        ([], "ab", 1, 1, []),
        (["c"], "ab", 1, 1, []),
    ],
)
def test_windows_begin_before_and_end_behind_what_is_looked_for(
    needles: list[str], text: str, before: int, behind: int, found: list[tuple[int, int]]
) -> None:
    assert list(windows(needles, text, before, behind)) == found


def form(pattern: str, needle: str, **more: Any) -> Form:
    flags = re.MULTILINE | (re.IGNORECASE if more.get("folded") else 0)
    guard = more.pop("guard", None)
    return Form("dump", re.compile(pattern, flags), (needle,), frozenset(), **{"folded": False, **more},
                guard=guard and re.compile(guard))  # fmt: skip


@pytest.mark.parametrize(
    ("made", "text", "spans"),
    [
        (form("env", "env"), "env x ENV env", [(0, 3), (10, 13)]),
        (form("env", "env", folded=True), "env x ENV", [(0, 3), (6, 9)]),
        (form("env", "env", folded=True), "İ ENV", [(2, 5)]),
        (form("env", "env", folded=True, guard="ENV"), "İ ENV", [(2, 5)]),
        (form("env", "env", folded=True, guard="ENV"), "İ" * 1300 + "ENV", [(1300, 1303)]),
        (form("x{1,500}env", "env"), "x" * 400 + "env", [(400 - WIDTH, 403)]),
        (form("x{1,500}env", "env", wide=True), "x" * 400 + "env", [(0, 403)]),
        (form("env(?=x{240}y)", "env"), "env" + "x" * 240 + "y", [(0, 3)]),
        (form("env(?=x{600}y)", "env"), "env" + "x" * 600 + "y", []),
        (form("env", "env", guard="x"), "env", []),
        (form("env", "env", guard="x"), "env x env", [(0, 3), (6, 9)]),
        (form("env", "env", guard="x"), "env" + " " * (FAR + AHEAD) + "x", []),
        (form("env", "env", guard="x"), "env" + " " * (FAR + AHEAD - 1) + "x", [(0, 3)]),
        (form("env", "env", guard="x"), "x" + " " * (FAR - 1) + "env", [(FAR, FAR + 3)]),
        (form("env", "env", guard="x"), "x" + " " * 2000 + "env" + " " * 2000 + "env x", [(2001, 2004), (4004, 4007)]),
    ],
    ids=range(15),
)  # fmt: skip
def test_a_form_is_looked_for_around_its_needles(made: Form, text: str, spans: list[tuple[int, int]]) -> None:
    assert [one.span() for one in made.matches(text)] == spans


def test_a_pattern_stands_for_what_its_words_do() -> None:
    built_in = Shape("^NAME=COMPUTED|COMPUTED$").compiled(False, False)
    assert built_in.groups >= 3
    assert {"names", "begins1", "begins2"} <= built_in.groupindex.keys()
    assert built_in.flags & re.MULTILINE
    assert built_in.flags & re.ASCII
    assert not built_in.flags & re.IGNORECASE
    assert Shape("a").compiled(True, False).flags & re.IGNORECASE
    assert Shape("^a").compiled(True, True).search("b\nA")
    assert not Shape("^a").compiled(False, True).search("b\nA")
    with pytest.raises(ValueError, match="has ENDS, which only built-in patterns may have"):
        Shape("aENDS").compiled(False, True)
    with pytest.raises(ValueError, match="must be text"):
        Shape.read(7)


def test_a_form_has_a_guard_where_its_beginning_costs_much_and_is_wide_where_it_is_foreign() -> None:
    made = FormEntry(OpaqueKind.DUMP, Shape("COMMANDenv"), "env", ("shell",), beside="x").form(False)
    assert made.guard
    assert (made.guard.pattern, made.needles, made.languages, made.beside) == ("env", ("env",), {"shell"}, "x")
    plain = FormEntry(OpaqueKind.DUMP, Shape("env"), ("env", "ENV"), folded=True).form(False)
    assert (plain.guard, plain.needles, plain.folded, plain.wide) == (None, ("env", "ENV"), True, False)
    assert FormEntry(OpaqueKind.DUMP, Shape("env"), "env", wide=True).form(False).wide
    assert FormEntry(OpaqueKind.DUMP, Shape("env"), "env").form(True).wide


@pytest.mark.parametrize("foreign", [False, True])
@pytest.mark.parametrize("word", ["a\\1", "a\\g<own>"])
def test_a_word_needs_the_groups_that_it_has(foreign: bool, word: str) -> None:
    with pytest.raises(ValueError, match="does not fit the word"):
        AliasEntry(UseKind.GRADLE, Shape("A.+"), ("b", word)).alias(foreign)
    made = AliasEntry(UseKind.GRADLE, Shape("A(.+)"), ("b\\1",), "x", ("java",)).alias(foreign)
    match = made.names.fullmatch("AB")
    assert match
    assert (match.expand(made.words[0]), made.before, made.languages) == ("bB", "x", ("java",))


def test_names_of_a_built_in_alias_may_look_around() -> None:
    entry = AliasEntry(UseKind.GRADLE, Shape("(?!B)([A-Z]+)_PAT"), ("b\\1",))
    names = entry.alias(False).names
    assert [bool(names.fullmatch(one)) for one in ("A_PAT", "B_PAT")] == [True, False]
    with pytest.raises(ValueError, match="invalid perl operator"):
        entry.alias(True)


def test_each_language_that_a_file_speaks_of_is_told_with_its_place() -> None:
    of: Any = ("shell", "java")
    file = ReferenceFile(
        forms=(FormEntry(UseKind.WORD, Shape("a"), "a"), FormEntry(UseKind.WORD, Shape("a"), "a", of)),
        opaque=(FormEntry(OpaqueKind.DUMP, Shape("a"), "a", of[:1]),),
        aliases=(AliasEntry(UseKind.WORD, Shape("a"), (), languages=of[1:]),),
    )
    assert list(file.told()) == [
        (("forms", 1, "in", 0), "shell"),
        (("forms", 1, "in", 1), "java"),
        (("opaque", 0, "in", 0), "shell"),
        (("aliases", 0, "in", 0), "java"),
    ]


MINE = """\
languages:
  acme: {files: ['*.acme'], like: shell}
  other: {files: ['*.other']}
forms:
  - {kind: template, needle: 'a:', in: [other, unknown, unended], pattern: 'a:NAME'}
"""


def test_what_is_said_of_a_language_is_said_of_those_like_it(tmp_path: Path) -> None:
    (tmp_path / "references").mkdir()
    (tmp_path / "references" / "mine.yml").write_text(MINE)
    finder = Finder(["PAT"], load((tmp_path,)))

    def kinds(path: str, text: str) -> list[str]:
        found = finder.look(text.encode(), path)
        return [*(str(one.kind) for one in found.references), *(str(one.kind) for one in found.opaque)]

    assert kinds("a.acme", "env | sort") == kinds("a.sh", "env | sort") == ["dump"]
    assert kinds("a.other", "env | sort") == []
    for path in ("a.other", "a.xyz", "a"):
        assert kinds(path, "a:PAT") == ["template"]
    assert kinds("a.sh", "a:PAT") == ["word"]
    assert kinds("a.sh", "echo $PAT") == ["shell"]


@pytest.mark.parametrize("section", ["forms", "opaque", "aliases"])
def test_a_language_that_is_none_is_said_at_its_place(section: str, tmp_path: Path) -> None:
    entries = {
        "forms": "{kind: word, needle: a, pattern: NAME, in: [shell, no]}",
        "opaque": "{kind: dump, needle: a, pattern: a, in: [shell, no]}",
        "aliases": "{kind: word, names: A, words: [a], in: [shell, no]}",
    }
    (tmp_path / "references").mkdir()
    (tmp_path / "references" / "mine.yml").write_text(f"{section}:\n  - {entries[section]}\n")
    with pytest.raises(RuleError, match=rf"`{section}\[0\].in\[1\]` must be one of .*shell.*unended.*unknown"):
        load((tmp_path,))
