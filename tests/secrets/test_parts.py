"""Parts of a name that are put together with something else, and other spellings of it."""

from __future__ import annotations

import pytest

from migrator.secrets.references.content import is_media, is_program
from migrator.secrets.references.finding import Finder
from migrator.secrets.references.parts import MOST

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
        '"acme." + x',
        'f"{x}_token"',
        'x + "pkg_token"',
        '"ACME_PKG" , x',
        "xACME_ + y",
        "ACME_x + y",
        "for _ in range(9): _",
        "\\u0041 = acme \\\n pkg",
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
        ('"acme:pkg:" + x', "acme:pkg:"),
        ("'ACME_PKG' + x", "ACME_PKG"),
        ("['acme', 'pkg']", "'acme', 'pkg"),
        ("[`acme`, `pkg`]", "`acme`, `pkg"),
        ("[:acme, :pkg]", ":acme, :pkg"),
        ('["acme",\n "pkg"]', '"acme", "pkg'),
        ('["pkg", "token"]', '"pkg", "token'),
        ("$x = $kind . '_TOKEN'", "_TOKEN"),
        ("{{ x }}.pkg.token", ".pkg.token"),
        ("%(x)s_pkg_token", "_pkg_token"),
        ("f'{x}_pkg_{y}'", "_pkg_"),
    ],
)
def test_a_part_that_something_is_joined_to_is_told(text: str, part: str) -> None:
    assert doubts(text) == [("part", part)]


@pytest.mark.parametrize("text", ["${acme.pkg.token}", "${acme-pkg-token}", "acme-pkg-token", "Acme__Pkg__Token"])
def test_another_spelling_is_told_where_a_name_is_not_used_as_it_is_written(text: str) -> None:
    assert [kind for kind, _ in doubts(text)] == ["spelling"]
    assert [doubts(text, path) for path in ("run.sh", "a.ps1", "README.md")] == [[], [], []]


@pytest.mark.parametrize(
    "text",
    [
        "AC\\u004dE_PKG_TOKEN",
        "ac\\u006de_pkg_token",
        "\\u0041CME\\u005fPKG\\u005fTOKEN",
        "ACME\\x5fPKG\\x5FTOKEN",
        "ACME\\u{005f}PKG\\u{005f}TOKEN",
        "ACME\\u{5f}PKG\\u{5F}TOKEN",
        "ACME\\x{5f}PKG\\x{05f}TOKEN",
        "ACME\\U0000005fPKG\\U0000005fTOKEN",
        "ACM\\\nE_PKG_TOKEN",
        "ACM\\\r\n    E_PKG_TOKEN",
        "xACME\\x5fPKG\\x5fTOKENx",
    ],
)
def test_escaped_characters_hide_no_name(text: str) -> None:
    assert doubts(text) == [("part", NAME)]


@pytest.mark.parametrize("text", ["AC\\u004eE_PKG_TOKEN", "ACME\\x5gPKG\\x5gTOKEN", "ACME\\\n_OTHER"])
def test_another_name_with_escaped_characters_is_another_name(text: str) -> None:
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        # of two words
        ("ACME_TOKEN", 'f"{x}_TOKEN"', [("part", "_TOKEN")]),
        ("ACME_TOKEN", 'f"{x}_token"', []),
        ("ACME_TOKEN", '"ACME_" + x', [("part", "ACME_")]),
        ("ACME_TOKEN", '"acme." + x', []),
        ("ACME_TOKEN", '"acme" + x', []),
        ("ACME_TOKEN", '"acme", "token"', [("part", '"acme", "token')]),
        # of four
        ("ACME_A_B_TOKEN", 'f"{x}_A_B_{y}"', [("part", "_A_B_")]),
        ("ACME_A_B_TOKEN", 'f"{x}_A_{y}"', [("part", "_A_")]),
        ("ACME_A_B_TOKEN", 'f"{x}_B_{y}"', [("part", "_B_")]),
        ("ACME_A_B_TOKEN", '"ACME_A_" + x', [("part", "ACME_A_")]),
        ("ACME_A_B_TOKEN", '"acme.a.b." + x', [("part", "acme.a.b.")]),
        ("ACME_A_B_TOKEN", 'f"{x}.a.b.token"', [("part", ".a.b.token")]),
        ("ACME_A_B_TOKEN", '["acme", "a_b_token"]', [("part", '"acme", "a_b_token')]),
        # of one
        ("TOKEN", "${token}", [("spelling", "token")]),
        ("TOKEN", "${token:-x}", [("spelling", "token")]),
        ("TOKEN", "${tokens}", []),
        ("TOKEN", "$token, token, #{token}", []),
        ("TOKEN", "${TOKEN}", []),
        # of the same ones
        ("PAT_OF_PAT", '"PAT_" + x', [("part", "PAT_")]),
        ("PAT_OF_PAT", 'f"{x}.of.pat"', [("part", ".of.pat")]),
        # signs at its ends, and nothing else
        ("_ACME_TOKEN", 'for _ in x: y("_ACME_" + z)', [("part", "_ACME_")]),
        ("ACME_TOKEN_", 'f"{x}_" or "ACME_" + y', [("part", "ACME_")]),
        ("__", "x = _ or a__b", []),
    ],
)
def test_how_many_words_a_name_has_says_which_parts_it_has(name: str, text: str, found: list[tuple[str, str]]) -> None:
    assert [(str(one.kind), one.text) for one in Finder([name]).look(text.encode(), "a.py").opaque] == found


def test_names_that_share_a_word_have_parts_of_their_own() -> None:
    names = ["ACME_PKG_TOKEN", "ACME_WEB_USER", "OTHER_PKG"]
    found = Finder(names).look(b'f"{x}_PKG"\nf"{x}_USER"\n"ACME_" + x\n', "a.py").opaque
    assert [(one.line, one.text, one.name) for one in found] == [
        (1, "_PKG", "OTHER_PKG"),
        (2, "_USER", "ACME_WEB_USER"),
        (3, "ACME_", "ACME_PKG_TOKEN"),
        (3, "ACME_", "ACME_WEB_USER"),
    ]


@pytest.mark.parametrize(
    ("text", "path", "kind"),
    [
        ('"ACME_" + x\n', "a.py", "part"),
        ("acme-pkg-token\n", "a.py", "spelling"),
        ("AC\\u004dE_PKG_TOKEN\n", "a.py", "part"),
        ("acme:\n  pkg_token: x\n", "a.yml", "spelling"),
        ('{"Acme": {"Pkg_Token": "x"}}\n', "appsettings.json", "spelling"),
    ],
)
def test_the_first_places_of_many_are_kept(text: str, path: str, kind: str) -> None:
    found = [one for one in Finder([NAME]).look((text * (MOST + 9)).encode(), path).opaque if one.kind == kind]
    assert len(found) == MOST


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("acme:\n  pkg:\n    token: x\n", [(3, 5, "token")]),
        ("acme:\n  pkg_token: x\n", [(2, 3, "pkg_token")]),
        ("acme:\n  pkg-token: x\n", [(2, 3, "pkg-token")]),
        ("acme.pkg:\n  token: x\n", [(2, 3, "token")]),
        ("acme:\n  other: 1\n  pkg_token: x\n", [(3, 3, "pkg_token")]),
        ("a:\n  acme:\n    pkg_token: x\n", [(3, 5, "pkg_token")]),
        ("- acme:\n    pkg_token: x\n", [(2, 5, "pkg_token")]),
        ("acme:\n  pkg: 1\ntoken: x\n", []),
        ("acme:\n  x:\n    pkg_token: x\n", []),
        ("other:\n  ACME_PKG_TOKEN: x\n", []),
        ("acme:\n  pkg_tokens: x\n", []),
    ],
)
def test_keys_within_keys_spell_a_name(text: str, found: list[tuple[int, int, str]]) -> None:
    told = Finder([NAME]).look(text.encode(), "a.yml").opaque
    assert [(one.line, one.column, one.text) for one in told if one.kind == "spelling"] == found
    assert [kind for kind, _ in doubts(text, "a.js") if kind == "spelling"] == []


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
        ('{"Acme:Pkg": {"Token": "x"}}', ["Token"]),
        ('{"Acme": {"x": {"y": 1}, "Pkg.Token": "x"}}', ["Pkg.Token"]),
        ('{"Acme": 1, "Pkg_Token": "x"}', []),
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


@pytest.mark.parametrize("start", [b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\0asm"])
def test_a_program_is_no_picture_whatever_else_its_bytes_look_like(start: bytes) -> None:
    data = start.ljust(34, b"\0") + b"LP"
    assert is_media(b"\0" * 34 + b"LP")
    assert (is_media(data), is_program("a", data)) == (False, True)
