"""Whether a changed program is the one before, but for what its edits mean."""

from __future__ import annotations

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
