"""A list in a TOML file grows, and every other character stays."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.configuration.toml_list import assignment, extended

KEY = "own-packages"


@pytest.mark.parametrize(
    "text",
    [
        "x = {own-packages = []}\nown-packages.a = 1\n",
        'own-packages = "text"\n',
        "own-packages = [['a']]\n",
    ],
    ids=["a table", "no list", "a list of lists"],
)
def test_what_is_no_list_of_strings_is_left_alone(text: str) -> None:
    assert extended(text, (), KEY, ["b"]) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("own-packages = []\n", 'own-packages = ["b", "c"]\n'),
        ('own-packages = ["a"] # why\n', 'own-packages = ["a", "b", "c"] # why\n'),
        ("own-packages = [ 'a', ]\n", 'own-packages = [ \'a\', "b", "c", ]\n'),
        ('"own-packages"=["a#]"]', '"own-packages"=["a#]", "b", "c"]'),
        ("own-packages = [\n]\n", 'own-packages = [\n    "b",\n    "c",\n]\n'),
        ('own-packages = [\n  "a" # ]\n]\n', 'own-packages = [\n  "a", # ]\n  "b",\n  "c",\n]\n'),
        ('own-packages = [\n\t"a", # x\n\t# y\n]\n', 'own-packages = [\n\t"a", # x\n\t"b",\n\t"c",\n\t# y\n]\n'),
        ('own-packages = [\n  "a"]\n', 'own-packages = [\n  "a",\n  "b",\n  "c",\n]\n'),
        ('own-packages = [\r\n  "a",\r\n]\r\n', 'own-packages = [\r\n  "a",\r\n  "b",\r\n  "c",\r\n]\r\n'),
        ("", 'own-packages = [\n    "b",\n    "c",\n]\n'),
        ("# ours\n\nx = 1\n", '# ours\n\nown-packages = [\n    "b",\n    "c",\n]\nx = 1\n'),
        ("# of x\nx = 1\n", 'own-packages = [\n    "b",\n    "c",\n]\n# of x\nx = 1\n'),
        ("# own-packages = []\n[t]\n", 'own-packages = [\n    "b",\n    "c",\n]\n# own-packages = []\n[t]\n'),
        ('[t]\nown-packages = ["z"]', 'own-packages = [\n    "b",\n    "c",\n]\n[t]\nown-packages = ["z"]'),
        (
            's = """\nown-packages = []\n"""\nown-packages = ["a"]\n',
            's = """\nown-packages = []\n"""\nown-packages = ["a", "b", "c"]\n',
        ),
    ],
)
def test_at_the_top(before: str, after: str) -> None:
    assert extended(before, (), KEY, ["b", "c"]) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[tool.patless]\nx = 1\n", '[tool.patless]\nown-packages = ["b"]\nx = 1\n'),
        ("[ tool . patless ] # us", '[ tool . patless ] # us\nown-packages = ["b"]\n'),
        (
            '[tool.other]\nown-packages = ["a"]\n[tool.patless]\nown-packages = ["a"]\n',
            '[tool.other]\nown-packages = ["a"]\n[tool.patless]\nown-packages = ["a", "b"]\n',
        ),
        ("[tool]\npatless = {x = 1}\n", None),
        ("tool.patless.x = 1\n", None),
    ],
)
def test_in_a_table(before: str, after: str | None) -> None:
    assert extended(before, ("tool", "patless"), KEY, ["b"]) == after


_PIECES = st.sampled_from(
    [
        "[",
        "]",
        ",",
        "\n",
        "\r\n",
        " ",
        "'a'",
        '"b"',
        "# c",
        "own-packages",
        "=",
        "own-packages = [",
        "x = 1\n",
        "[t]\n",
        '"""',
    ]
)


@given(st.lists(_PIECES, max_size=20).map("".join))
def test_whatever_the_text_the_result_is_the_old_content_with_a_longer_list(text: str) -> None:
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    if not isinstance(before.get(KEY, []), list):
        return
    after = extended(text, (), KEY, ["new"])
    if after is not None:
        assert tomllib.loads(after) == {**before, KEY: [*before.get(KEY, []), "new"]}


def test_one_package_takes_one_line() -> None:
    assert assignment(KEY, ["a"]) == 'own-packages = ["a"]\n'
