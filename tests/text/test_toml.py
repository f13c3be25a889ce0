"""A TOML file as records, with the place of what does not fit."""

from __future__ import annotations

import contextlib
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.text.toml import ConfigurationError, Toml

TEXT = """\
a = 1
b.c = { d = [1, "x]", {e = 2}], "q\\u0041" = '''y''z''' }

  [t]
x = \"\"\"a""b
\"\"\"
[[w]]
k = 2026-01-01 10:00:00 # [w]
[[w.in]]
z = [
 # c
 "a", # ]
]
[[w]]
[w.sub]
'y"' = true
"""


def place(file: Toml, *path: str | int) -> str:
    return str(file.error(path, "is wrong")).partition(" ")[0]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (("a",), "1:1"),
        (("b", "c", "d", 1), "2:17"),
        (("b", "c", "d", 2, "e"), "2:24"),
        (("b", "c", "qA"), "2:33"),
        (("t",), "4:3"),
        (("t", "x"), "5:1"),
        (("w",), "7:1"),
        (("w", 0, "in", 0, "z", 0), "12:2"),
        (("w", 1), "14:1"),
        (("w", 1, "sub", 'y"'), "16:1"),
        (("w", 1, "absent", 3), "14:1"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_every_key_and_element_has_its_place(path: tuple[str | int, ...], where: str, newline: str) -> None:
    assert place(Toml("a.toml", TEXT.replace("\n", newline).encode()), *path) == f"a.toml:{where}:"


def test_a_file_begins_with_its_first_key_behind_a_byte_order_mark() -> None:
    assert place(Toml("a.toml", b"\xef\xbb\xbfa = 1"), "a") == "a.toml:1:1:"


def _paths(part: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [each for key, one in inner for each in ((*path, key), *_paths(one, (*path, key)))]


_LINES = st.sampled_from(
    [
        *(
            "[a]",
            "[[b]]",
            "[b.c]",
            "[[b.d]]",
            'x = "]"',
            "y = [[1], [{z = 1, w = []}]]",
            "k.l = 2 # =",
            "n = '''",
            "'''",
        ),
        *("m = { o = { p = '}' } }", '"q r" = 1979-05-27 07:32:00', '"" = [', "1,", "]", 's = """', 'a""\\""', '"""'),
    ]
)


@given(st.lists(_LINES, max_size=8))
def test_what_the_standard_library_reads_has_places(lines: list[str]) -> None:
    text = "\n".join(lines)
    with contextlib.suppress(tomllib.TOMLDecodeError):
        table = tomllib.loads(text)
        file = Toml("a.toml", text.encode())
        assert all(path in file._places for path in _paths(table)), text


@given(st.text("[]{}=\"'.,#\\\n ab1", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigurationError):
        file = Toml("a.toml", text.encode())
        for path in _paths(file.table):
            assert place(file, *path).startswith("a.toml:")
