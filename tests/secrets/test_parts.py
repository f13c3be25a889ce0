"""Parts of a name that are put together with something else, and other spellings of it."""

from __future__ import annotations

import pytest

from migrator.secrets.references.content import is_media, is_program
from migrator.secrets.references.finding import Finder

NAME = "ACME_PKG_TOKEN"


def doubts(text: str, path: str = "a.py") -> list[tuple[str, str]]:
    return [(str(one.kind), one.text) for one in Finder([NAME]).look(text.encode(), path).opaque]


@pytest.mark.parametrize(
    "text",
    [
        'x + "TOKEN"',
        'f"{x}TOKEN"',
        '"ACME" + x',
        'f"ACME{x}"',
        '"ACME" + "_" + y',
        '"x_PKG_TOKEN"',
        "PKG_TOKEN",
        '"PKG_TOKEN"',
        '"acme", "other"',
        "acmePkgToken",
        "pkg.token",
        'f"{x}.token"',
        '"acme", x, "token"',
    ],
)
def test_words_by_themselves_are_no_part(text: str) -> None:
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('"ACME_" + x', "ACME_"),
        ('"acme_pkg_" + x', "acme_pkg_"),
        ('"ACME_PKG" + x', "ACME_PKG"),
        ('"\\nACME_" + x', "ACME_"),
        ('f"{x}_PKG_TOKEN"', "_PKG_TOKEN"),
        ('f"{x_}PKG_TOKEN"', "PKG_TOKEN"),
        ('f"{x}_pkg_token"', "_pkg_token"),
        ('x + "PKG_TOKEN"', "PKG_TOKEN"),
        ('x +"PKG_TOKEN"', "PKG_TOKEN"),
        ("x + 'PKG_TOKEN'", "PKG_TOKEN"),
        ('"_PKG_TOKEN"', "_PKG_TOKEN"),
        ('f"{x}_TOKEN"', "_TOKEN"),
        ("%s_PKG_TOKEN", "_PKG_TOKEN"),
        ("%(x)s_TOKEN", "_TOKEN"),
        ("$1_PKG_TOKEN", "_PKG_TOKEN"),
        ('f"{x}_PKG_{y}"', "_PKG_"),
        ('["acme", "pkg"]', '"acme", "pkg'),
        ('["acme", "pkg_token"]', '"acme", "pkg_token'),
        ('["acme"]["pkg_token"]', '"acme"]["pkg_token'),
        ('"acme.pkg." + x', "acme.pkg."),
        ('"acme-pkg-" + x', "acme-pkg-"),
        ('f"{x}.pkg.token"', ".pkg.token"),
        ('f"{x}:pkg:token"', ":pkg:token"),
        ('f"{x}-pkg-token"', "-pkg-token"),
    ],
)
def test_a_part_that_something_is_joined_to_is_told(text: str, part: str) -> None:
    assert doubts(text) == [("part", part)]


@pytest.mark.parametrize("text", ["${acme.pkg.token}", "${acme-pkg-token}", "acme-pkg-token", "Acme__Pkg__Token"])
def test_another_spelling_is_told(text: str) -> None:
    assert [kind for kind, _ in doubts(text)] == ["spelling"]


def test_escaped_characters_hide_no_name() -> None:
    assert doubts("AC\\u004dE_PKG_TOKEN") == [("part", NAME)]
    assert doubts("AC\\u004eE_PKG_TOKEN") == []


@pytest.mark.parametrize("path", ["README.md", "a.py"])
def test_prose_and_comments_are_no_use(path: str) -> None:
    text = '"ACME_" + x\n' if path == "README.md" else '# "ACME_" + x\n'
    assert doubts(text, path) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"Acme": {"Pkg": {"Token": "x"}}}', ["Token"]),
        ('{"Acme": {"Pkg_Token": "x"}}', ["Pkg_Token"]),
        ('{"Acme": {"Other": 1}, "Pkg": {"Token": "x"}}', []),
        ('{"Other": {"Acme": {"Pkg": {"Token": "x"}}}}', ["Token"]),
        ('{"Other": {"ACME_PKG_TOKEN": "x"}}', []),
        ('{"Acme": {"Pkg": {}}, "Token": "x"}', []),
    ],
)
def test_objects_within_objects_spell_a_name(text: str, found: list[str]) -> None:
    assert [one for kind, one in doubts(text, "appsettings.json") if kind == "spelling"] == found


@pytest.mark.parametrize(
    "data", [b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\0asm", b"!<arch>\n"]
)
def test_what_begins_like_a_program_is_one_and_no_picture(data: bytes) -> None:
    assert is_program("x", data + b"rest")
    assert not is_media(data + b"rest")
    assert not is_program("x", b"x" + data)


@pytest.mark.parametrize("path", ["a.jar", "b/A.SO", "x.class", "a.whl", "a.node"])
def test_what_has_a_program_s_ending_is_one(path: str) -> None:
    assert is_program(path, b"")
    assert not is_program(f"{path}.txt", b"")
