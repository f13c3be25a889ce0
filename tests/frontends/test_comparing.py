"""Whether a changed program is the one before, but for what its edits mean."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from migrator.frontends.shell.comparing import _expands, same
from migrator.frontends.shell.programs import lower
from migrator.text.edits import Edit, splice
from migrator.text.source import Span

OPTIONS = '--user "$U" --password "$P"'
VARIABLES = 'U="$N" P="$T"'


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("see https://a:b@host/x", 'see https://"$U":"$P"@host/x', True),
        ('see "https://a:b@host/x"', 'see "https://$U:$P@host/x"', True),
        ('see "a login a password b c"', 'see "a login $U password $P c"', True),
        ('see "https://a:b@host/x"', 'see "https://$U:$P@other/x"', False),
        ('see "https://a:b@host/x"', 'see "https://$U-$P@host/x"', False),
        ("see 'https://a:b@host/x'", "see 'https://$U:$P@host/x'", False),
    ],
)
def test_several_parts_of_a_literal_may_become_expansions(text: str, after: str, expected: bool) -> None:
    edits = []
    at = 0
    for old, name in (("a", "$U"), ("b", "$P")):
        at = next(one for one in range(at, len(text)) if text[one] == old and text[one - 1] in "/: ")
        start = after.index(name)
        quoted = after[start - 1] == '"' and after[start + 2] == '"'
        edits.append(Edit("x", Span(at, at + 1), f'"{name}"' if quoted else name))
    assert same(lower(text), lower(after), edits) is expected


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("uv publish --token $T d", "--token $T", OPTIONS, True),
        ("uv publish --token=$T; ls", "--token=$T", OPTIONS, True),
        ("T=$T uv publish", "T=$T", VARIABLES, True),
        ("export A=1 T=$T B; uv publish", "T=$T", VARIABLES, True),
        ("env T=$T uv publish", "T=$T", VARIABLES, True),
        ("uv publish --token $T d", "token $T", OPTIONS, False),
        ("uv publish x--token $T d", "--token $T", OPTIONS, False),
        ("uv publish --token $T.d", "--token $T", OPTIONS, False),
        ("uv publish --token $T", "--token $T", '--user "$U" "$P"', False),
        ("uv publish --token $T", "--token $T", '--user "$U" --password "$P" ; ls', False),
        ("uv publish --token $T; ls", "--token $T; ls", OPTIONS, False),
        ('uv publish "--token $T"', "--token $T", OPTIONS, False),
    ],
)
def test_whole_words_may_become_a_pair(text: str, old: str, new: str, expected: bool) -> None:
    at = text.index(old)
    edits = [Edit("x", Span(at, at + len(old)), new)]
    assert same(lower(text), lower(splice(text, edits)), edits) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("$A", True), ('"$A"', True), ('"a"', False), ("$B", False), ('"$A$A"', False), ("${A:-a}", False)],
)
def test_a_word_that_is_a_variable_alone(word: str, expected: bool) -> None:
    (statement,) = lower(f"echo {word}")
    (part,) = statement.node.words[1].parts
    assert _expands(part, "A") is expected


@pytest.mark.parametrize(("after", "expected"), [("see a b", True), ("see a b ", True), ("see  a b", False)])
def test_where_a_word_stands_is_a_part_of_a_program(after: str, expected: bool) -> None:
    assert same(lower("see a b"), lower(after), ()) is expected


def compared(text: str, changes: Sequence[tuple[str, str]], after: str = "") -> bool:
    """Whether `text` is the same program with the changes made, or as `after`; each change is behind the one before."""
    edits, at = [], 0
    for old, new in changes:
        at = text.index(old, at)
        edits.append(Edit("x", Span(at, at + len(old)), new))
        at += len(old)
    return same(lower(text), lower(after or splice(text, edits)), edits)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("see $A", [("A", "BCD")]),
        ("see $A", [("$A", "${B}")]),
        ("see ${A}", [("${A}", "$B")]),
        ("see ${A:-x}", [("A", "B")]),
        ("see ${A:-x}", [("A:-x", "B")]),
        ("see ${A-$C}z", [("A-$C", "B")]),
        ("see ${A:-$C}", [("C", "D")]),
        ("see ${A:=x} ${A:?x} ${A:+x}", [("A", "B"), ("A", "B"), ("A", "B")]),
        ("see ${A#x} ${!A} ${#A} ${A[0]} ${A[i=1]} ${A/$C/y}", [("A", "B")] * 6),
        ("see ${A/$C/y}", [("C", "D")]),
        ('see "$A" $A ls', [("A", "BCD"), ("A", "B")]),
        ("see $AA$A$AA", [("AA", "B"), ("A", "BCD"), ("AA", "B")]),
        ("A=$A see; ls", [("$A", "$B")]),
        ("if see $A; then ls; fi >$A", [("A", "B"), ("A", "C")]),
    ],
)
def test_the_name_in_an_expansion_may_be_another(text: str, changes: list[tuple[str, str]]) -> None:
    assert compared(text, changes)


@pytest.mark.parametrize(
    ("text", "changes", "after"),
    [
        ("see $A", [("A", "B")], "see $C"),
        ("see $A $C", [("A", "B")], "see $B $D"),
        ("see $A", [("A", "B")], "see '$B'"),
        ("see $A", [("$A", "'x'")], "see 'x'"),
        ("see $A b", [("A", "B")], "see $B c"),
        ("see $A b", [("A", "B")], "see $B b c"),
        ("see $A b", [("A", "B")], "see $B"),
        ("see $A b", [("A", "B")], "see $B b\nls"),
        ("see $A b; ls", [("A", "B")], "see $B b"),
        ("see $A b; ls", [("A", "B")], "see $B b& ls"),
        ("see $A", [("$A", '"$B"')], ""),
        ('see "$A"', [('"$A"', "$B")], ""),
        ("see ${A:-x}", [("${A:-x}", "$B")], ""),
        ("see ${A:-x}", [("A", "B")], "see ${B:+x}"),
        ("see ${A:-x}", [("A", "B")], "see ${B:-y}"),
        ("see ${A:-x}", [("A:-x", "BBBB")], "see ${B:-x}"),
        ("see ${A:-x}", [("A:-x", "B:-x")], ""),
        ("see ${A:-x}", [(":-x", "")], ""),
        ("see ${A:-x}", [("A:-x}", "B}")], ""),
        ("see ${A:-x}", [("A:-x", "B}")], "see ${B-}"),
        ("see ${A:=x}", [("A:=x", "B")], ""),
        ("see ${A:?x}", [("A:?x", "B")], ""),
        ("see ${A:+x}", [("A:+x", "B")], ""),
        ("see ${A:-$C}", [("A", "B")], "see ${B:-$D}"),
        ("see ${A#x}", [("A", "B")], "see ${B%x}"),
        ("see ${A#x}", [("A", "B")], "see ${B#y}"),
        ("see ${A/x/y}", [("A", "B")], "see ${B/x/z}"),
        ("see ${A/$C/y}", [("A", "B")], "see ${B/$D/y}"),
        ("see ${A#?}", [("A", "BBB")], "see ${!BBB}"),
        ("see ${A[0]}", [("A", "B")], "see ${B[1]}"),
        ("see ${A[i=1]}", [("A", "B")], "see ${B[j=1]}"),
        ("for a in b; do see $A; done", [("A", "B")], "for a     ; do see $B; done"),
        ("for a     ; do see $A; done", [("A", "B")], "for a in b; do see $B; done"),
        ("see $A >b", [("A", "B")], "see $B <b"),
        ("see $A >b", [("A", "B")], "see $B >c"),
        ("see $A\n", [("A", "B")], "\nsee $B"),
    ],
)
def test_nothing_but_the_name_in_an_expansion_may_be_another(
    text: str, changes: list[tuple[str, str]], after: str
) -> None:
    assert not compared(text, changes, after)


@pytest.mark.parametrize(
    ("text", "changes", "after", "expected"),
    [
        ("[ -v A ]", [("A", "B")], "", True),
        ("[[ -v A && -n $A ]]", [("A", "B"), ("A", "B")], "", True),
        ("ls && test -v A || ls", [("A", "B")], "", True),
        ('test -v "A"', [("A", "B")], "", True),
        ("test -v 'A'", [("A", "B")], "", True),
        ("test -v A -a -v C", [("A", "B"), ("C", "D")], "", True),
        ("test -v A", [("A", "B")], "test -v C", False),
        ('test -v "A"', [("A", "B")], 'test -v $""', False),
        ("test -v A", [("A", "x-y")], "", False),
        ("test -v A", [("A", "$B")], "test -v C", False),
        ("test -v xA", [("A", "B")], "", False),
        ("test -n A", [("A", "B")], "", False),
        ("test A -v", [("A", "B")], "", False),
        ("[[ -n A ]]", [("A", "B")], "", False),
        ("[[ A = x ]]", [("A", "B")], "", False),
        ("see -v A", [("A", "B")], "", False),
        ("see -v A; test -v A", [("A", "B")], "", False),
        ("see A", [("A", "B")], "", False),
    ],
)
def test_the_name_that_a_test_asks_for_may_be_another(
    text: str, changes: list[tuple[str, str]], after: str, expected: bool
) -> None:
    assert compared(text, changes, after) is expected


@pytest.mark.parametrize(
    ("text", "changes", "after", "expected"),
    [
        ("see abc d", [("abc", "$B")], "", True),
        ("see abc d", [("abc", '"$B"')], "", True),
        ("see 'abc' d", [("'abc'", '"$B"')], "", True),
        ('see "abc" d', [("abc", "$B")], "", True),
        ("see a\\bc d", [("a\\bc", "$B")], "", True),
        ("see abc d", [("b", "${B}")], "", True),
        ("see abc d", [("a", "${B}")], "", True),
        ("see a-bc d", [("-bc", "${B}")], "", True),
        ("see wxyz d", [("w", "${B}"), ("y", "${C}")], "", True),
        ("see a.b.c.$A.d", [("b", "${B}"), ("A", "C"), (".d", "$D")], "", True),
        ("see abc $A b.d", [("abc", "$B"), ("b", "$C")], "", True),
        ("see abc d", [("abc", "$B")], "see $C d", False),
        ("see abc d", [("abc", "$B")], "see $B e", False),
        ("see abc d", [("abc", "${B:-x}")], "", False),
        ("see abc d", [("abc", "$B")], "see $B", False),
        ("see abc d", [("abc", "$B$C")], "", False),
        ("see abc d", [("abc", "$B-x")], "", False),
        ("see abc d", [("b", "${B}")], "see a${C}c d", False),
        ("see abc d", [("b", "${B}")], "see x${B}c d", False),
        ("see abc d", [("b", "${B}")], "see a${B}x d", False),
        ("see abc", [("b", "${B}")], "see \\a${B}", False),
        ("see abc d", [("b", "$B")], "", False),
        ("see 'abc' d", [("abc", "$B")], "", False),
        ("see x\\abc d", [("\\", "${B}")], "", False),
        ("see abc$A", [("abc", "")], "", False),
        ("see \\abc d", [("\\", "${B}")], "", False),
        ("see abc d", [("b", "${B}")], "see $A${B}c d", False),
        ("see abc d", [("abc", "$B"), ("d", "x")], "", False),
        ("see 'ab' d", [("'ab'", '"$C"')], 'see $"B" d', False),
    ],
)
def test_a_literal_may_become_an_expansion(
    text: str, changes: list[tuple[str, str]], after: str, expected: bool
) -> None:
    assert compared(text, changes, after) is expected


@pytest.mark.parametrize(
    ("text", "changes", "after", "expected"),
    [
        ("sh -c 'see -u $A x'; ls", [("A", "BCD")], "", True),
        ('sh -c "see -u \\$A x"; ls', [("A", "BCD")], "", True),
        ('sh -c "see -u \\$A $C \\$A"; ls', [("A", "BCD"), ("C", "D"), ("A", "AB")], "", True),
        ("sh -c 'see $A $A'", [("A", "AA"), ("A", "B")], "", True),
        ("sh -c 'see $AA $A'", [("AA", "A"), ("A", "AA")], "", True),
        ("sh -c 'sh -c \"see $A\"'", [("A", "B")], "", True),
        ("sh -c 'see a b'", [("b", "$B")], "", True),
        ("sh -c 'abc d'", [("abc", "$B")], "", True),
        ("sh -c 'see $AB'", [("AB", "A")], "", True),
        ("sh -c 'see $A x'", [("A", "B")], "sh -c 'see $''B x'", False),
        ("sh -c 'test -v A'", [("A", "B")], "", True),
        ("sh -c '[ \"$A\" ]' $C", [("A", "B"), ("C", "D")], "", True),
        ("sh -c 'see -u $A x'", [("A", "B")], "sh -c 'see -u $B y'", False),
        ("sh -c 'see -u $A x'", [("A", "B")], "sh -c 'see -u $B x z'", False),
        ("sh -c 'see -u $A x'", [("A", "B")], "sh -c 'lee -u $B x'", False),
        ("sh -c 'see -u $A x'", [("A", "B")], "sh -c 'see -u $C x'", False),
        ("sh -c 'see -u $A x'", [("A", "BB")], "sh -c 'see -u $B x '", False),
        ("sh -c 'see $A x'", [("A", "B;")], "", False),
        ("sh -c 'see $A x'", [("A", "(")], "", False),
        ("sh -c 'see ( $A x'", [("A", "B")], "", False),
        ('sh -c "see \\$A $C"', [("A", "B")], 'sh -c "see \\$B $D"', False),
        ('sh -c "see \\$A $C"', [("A", "B")], 'sh -c "see \\$B"', False),
        ("sh -c 'see a'", [("a", "b")], "", False),
        ("env 'T=abc' see", [("abc", "$B")], "", False),
        ("see abc d", [("b", "x")], "", False),
        ("see a*b", [("b", "x")], "", False),
        ("see $A-b", [("b", "x")], "", False),
    ],
)
def test_a_literal_may_be_the_same_program_for_another_shell(
    text: str, changes: list[tuple[str, str]], after: str, expected: bool
) -> None:
    assert compared(text, changes, after) is expected


@pytest.mark.parametrize(
    ("text", "changes", "after", "expected"),
    [
        ("sh <<'E'\nsee $A x\nE\nls", [("A", "BCD")], "", True),
        ("sh <<'E'; see $C\nsee $A $A\nE\nls", [("C", "D"), ("A", "AB"), ("A", "B")], "", True),
        ("sh <<E\nsee $A x\nE\nls", [("A", "BCD")], "", True),
        ("sh <<E\nsee \\$A $C\nE\nls", [("A", "B")], "", True),
        ("see $A <<'E'\nsee $A\nE", [("A", "B")], "", True),
        ("see $A <<-'E'\n\tsee $A\n\tE", [("A", "B")], "", True),
        ("see $A <<'E'\nsee $A\nE", [("A", "B")], "see $B <<'E'\nsee $B\nE", False),
        ("sh <<'E'\nsee $A x\nE", [("A", "B")], "sh <<'E'\nsee $C x\nE", False),
        ("sh <<'E'\nsee $A x\nE", [("A", "B")], "sh <<'E'\nsee $B y\nE", False),
        ("sh <<'E'\nsee $A x\nE", [("A", "B")], 'sh <<"E"\nsee $B x; ls\nE', False),
        ("sh <<'E'\nsee $A xx\nE", [("A", "B")], "sh <<EEE\nsee $B xx\nEEE", False),
        ("sh <<'E'\nsee A x\nE", [("A", "B")], "", False),
    ],
)
def test_a_document_may_be_the_same_program_for_another_shell(
    text: str, changes: list[tuple[str, str]], after: str, expected: bool
) -> None:
    assert compared(text, changes, after) is expected


@pytest.mark.parametrize(
    ("text", "changes", "after", "expected"),
    [
        ("see --token $T; see $T", [("--token $T", OPTIONS), ("T", "P")], "", True),
        ("see $A --token $T d", [("A", "B"), ("--token $T", OPTIONS)], "", True),
        ("see --token $T --token $T", [("--token $T", OPTIONS), ("--token $T", OPTIONS)], "", True),
        ("T=$T A=1 see", [("T=$T", VARIABLES)], "", True),
        ("T=$T see --token $T", [("T=$T", VARIABLES), ("--token $T", OPTIONS)], "", True),
        ("see $T", [("$T", '"$U" x')], "", False),
        ("see $T", [("$T", '"$U" "$P"')], "", False),
        ("see --token $T d", [("--token $T", OPTIONS)], f"see {OPTIONS} e", False),
        ("see --token $T d", [("--token $T", OPTIONS)], f"see {OPTIONS}", False),
        ("see --token $T d", [("--token $T", OPTIONS)], f"sew {OPTIONS} d", False),
        ("see --token $T d", [("--token $T", OPTIONS)], f"see {'x' * len(OPTIONS)} d", False),
        ("see --token=$T.d", [("--token=$T", OPTIONS)], "", False),
        ("see --token=$T # why", [("--token=$T # why", OPTIONS)], "", False),
        ("see --token $T >d", [("--token $T", OPTIONS)], f"see {OPTIONS} <d", False),
        ("T=$T; ls", [("T=$T; ls", VARIABLES)], "", False),
        ("A=1 T=$T see", [("A=1 T=$T", VARIABLES)], "", True),
        ("A=1 T=$T see", [("1 T=$T", VARIABLES)], "", False),
    ],
)
def test_what_is_around_a_pair_stays(text: str, changes: list[tuple[str, str]], after: str, expected: bool) -> None:
    assert compared(text, changes, after) is expected


def test_an_expansion_may_be_put_in_before_a_literal_or_behind_it() -> None:
    for at, after in ((4, "see ${B}a d"), (5, "see a${B} d")):
        assert same(lower("see a d"), lower(after), [Edit("x", Span(at, at), "${B}")])
    assert not same(lower("see a d"), lower("see a ${B} d"), [Edit("x", Span(5, 5), " ${B}")])


def test_a_program_that_ends_before_its_literal_does_is_another() -> None:
    edit = Edit("x", Span(5, 11), "$X")
    assert not same(lower('f "a SECRET bb$y"'), lower('f "a ${X[0]}"'), [edit])
