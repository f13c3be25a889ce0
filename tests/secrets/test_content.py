"""What bytes are, and which scalars of a pipelines file have a meaning of their own."""

from __future__ import annotations

import pytest

from migrator.secrets.references import content
from migrator.secrets.references.places import places
from migrator.text.source import Source


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\xc3\xa4", "aä"),
        (b"\xef\xbb\xbfab", "ab"),
        (b"a\xef\xbb\xbf", "a\ufeff"),
        (b"", ""),
        (b"a\0", None),
        (b"a\x01", "a\x01"),
        (b"a\xe4", "a\udce4"),
        (b"\xef\xbb\xbfa\xe4", "a\udce4"),
        (b"a\xe4\x01", None),
        (b"a\xe4\t\r\n\x1b[0m", "a\udce4\t\r\n\x1b[0m"),
        (b"\xff\xfea\0", "a"),
        (b"\xfe\xff\0a", "a"),
        (b"\xff\xfea", "\udcff\udcfea"),
        (b"\xff\xfe\0\xd8", None),
    ],
    ids=ascii,
)
def test_text_is_what_some_encoding_makes_text_of(data: bytes, text: str | None) -> None:
    assert content.text(data) == text
    assert content.is_utf16(data) == (text == "a")


@pytest.mark.parametrize(
    ("path", "data", "runs"),
    [
        ("a", b"\x7fELF\0", True),
        ("a", b"MZ\0", True),
        ("a", b"\xca\xfe\xba\xbe", True),
        ("a", b"\0asm", True),
        ("a", b"!<arch>\n", True),
        ("a", b"x\x7fELF", False),
        ("a.jar", b"PK", True),
        ("lib/a.JAR", b"PK", True),
        ("a.jar.txt", b"PK", False),
        ("jar", b"PK", False),
    ],
    ids=ascii,
)
def test_a_program_is_told_by_its_first_bytes_or_its_name(path: str, data: bytes, runs: bool) -> None:
    assert content.is_program(path, data) == runs


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"\x89PNG\r\n\x1a\n", True),
        (b"x\x89PNG\r\n\x1a\n", False),
        (b"RIFF1234WAVE", True),
        (b"RIFF\n\n\n\nWEBP", True),
        (b"\x00" * 34 + b"LP", True),
        (b"\x7fELF" + b"\0" * 30 + b"LP", False),
        (b"MZ  ftyp", False),
        (b"PK", False),
    ],
    ids=ascii,
)
def test_no_program_passes_for_a_picture(data: bytes, media: bool) -> None:
    assert content.is_media(data) == media


def test_names_are_held_in_one_byte_or_two_and_within_longer_words() -> None:
    names = ["MY_PAT", "OTHER", "X"]
    assert content.held(b"xMY_PATy OTHE", names) == ["MY_PAT"]
    assert content.held("xOTHERx".encode("utf-16-le"), names) == ["OTHER"]
    assert content.held("xOTHERX".encode("utf-16-be"), names) == ["OTHER", "X"]
    assert content.held(b"O\0T\0H\0E", names) == []
    assert content.words(b"a-B_1.\xe4c\n_") == {b"a", b"B_1", b"c", b"_"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("variables: [{name: X, default: Y}, {default: Z}, W, {name: [V]}]", [("X", "declaration")]),
        ("{pipe: a, variables: {X: Y}}", [("X", "assignment"), ("Y", "pipe")]),
        ("{pipe: a, variables: {X: }}", [("", "pipe")]),
        ("{pipe: a, variables: {X: [A, {K: B}]}}", [("X", "assignment"), ("A", "pipe"), ("B", "pipe")]),
        ("{pipe: a, variables: {[X]: Y}}", [("Y", "pipe")]),
        ("{input-variables: {X: Y}}", [("X", "assignment"), ("Y", "pipe")]),
        ("{input-variables: [{name: X}]}", [("X", "declaration")]),
        ("{image: a, variables: {X: Y}}", [("a", "image"), ("X", "assignment"), ("Y", "service")]),
        ("{variables: X}", []),
        ("image: {name: A, username: [B]}", [("A", "image"), ("B", "image")]),
        ("image: [A]", []),
        ("step: {image: A}", [("A", "image")]),
        ("- image: A", [("A", "image")]),
        ("{image: B, name: A}\n---\n- ]", []),
        ("{pipe: a, variables: &v {X: Y}, image: *v}", [("X", "assignment"), ("Y", "image")]),
        ("x: &a {n: Y}\nimage: {k: *a, l: *a}", [("Y", "image")]),
        ("x: &a {n: Y}\nimage: {m: Z, k: *a, l: *a}", [("Y", "image"), ("Z", "image")]),
        ("{s: {variables: {X: '$Y'}}, t: {image: X}}", [("X", "assignment"), ("$Y", "service"), ("X", "image")]),
    ],
)  # fmt: skip
def test_the_scalars_of_pipes_services_and_images_have_kinds_of_their_own(
    text: str, expected: list[tuple[str, str]]
) -> None:
    found = places(Source("bitbucket-pipelines.yml", text))
    assert [(text[one.span.start : one.span.end].strip("'"), str(one.kind)) for one in found] == expected
    assert [one.span.start for one in found] == sorted(one.span.start for one in found)
