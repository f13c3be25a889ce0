"""What is shown of scanned files: literals as their length, control characters spelt out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.reading.given import given as given_to_logins
from migrator.rulebook import reading as rulebook
from migrator.text.mask import mask, placeholder, printable
from migrator.text.source import Span
from tests.memory import within


def test_text_without_secrets_is_shown_as_it_is() -> None:
    assert mask("docker login", []) == "docker login"
    assert mask("docker login", [Span(50, 60)]) == "docker login"


def test_a_secret_is_replaced_by_its_length() -> None:
    assert mask("-p hunter2 x", [Span(3, 10)]) == "-p ‹literal, 7 characters› x"
    assert (placeholder(40), placeholder(1)) == ("‹literal, 40 characters›", "‹literal, 1 character›")


def test_a_secret_is_found_where_the_text_stands_in_its_file() -> None:
    assert mask("-p hunter2", [Span(103, 110)], offset=100) == "-p ‹literal, 7 characters›"


def test_a_secret_that_is_partly_inside_is_masked_as_far_as_it_is() -> None:
    assert mask("ter2 x", [Span(3, 10)], offset=6) == "‹literal, 7 characters› x"
    assert mask("-p hun", [Span(3, 10)]) == "-p ‹literal, 7 characters›"


@given(st.text(alphabet="abcdef", min_size=1, max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5))))
def test_no_character_of_a_secret_is_shown(text: str, places: list[tuple[int, int]]) -> None:
    spans = [Span(start, start + length) for start, length in places]
    marked = "".join(
        "S" if any(span.start <= index < span.end for span in spans) else char for index, char in enumerate(text)
    )
    assert "S" not in mask(marked, spans)


@pytest.mark.parametrize(
    "char",
    [
        "\x1b",
        "\x00",
        "\x07",
        "\r",
        "\x7f",
        "\x9b",
        "\u061c",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u2028",
        "\ufeff",
        "\ud800",
    ],
)
def test_what_a_terminal_would_obey_is_spelt_out(char: str) -> None:
    assert printable(f"a{char}b") == f"a\\u{ord(char):04x}b"


@pytest.mark.parametrize("text", ["a\tb\nc", "é 日本 🐳", "‹literal›"])
def test_what_people_write_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


# By their looks


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("docker login -p $P", []),
        ('docker login -p "$P"', []),
        ("docker login -p ${P}", []),
        ("docker login --password-stdin < file", []),
        ("mkdir -p folder", []),
        ("docker login\nmkdir -p folder", []),
        ("mkdir -p folder && docker login", []),
        ("docker run -p 80:80 web", []),
        ("echo hello | tee file", []),
        ("cat <<< text", []),
        ('echo "$PAT" | docker login --password-stdin', []),
        ("echo -n $(PAT) | docker login --password-stdin", []),
        ("echo \\$PAT | docker login --password-stdin", []),
        ("echo -n hunter2 | docker login --password-stdin", ["hunter2"]),
        ("docker login -u a -p hunter2 crg.apkg.io", ["hunter2"]),
        ("docker login -u a --password=hunter2 ; if", ["hunter2"]),
        ("docker login -u a --password 'hunter2' ; if", ["hunter2"]),
        ("docker login -phunter2 ; if", ["hunter2"]),
        ("docker login \\\n  -p hunter2 ; if", ["hunter2"]),
        ("docker login \\\r\n  -p hunter2 ; if", ["hunter2"]),
        ("docker login --password-stdin <<< hunter2", ["hunter2"]),
        ("echo hunter2 | docker login --password-stdin", ["hunter2"]),
        ("printf '%s' hunter2 | docker login", ["hunter2"]),
        ("kubectl create secret docker-registry x --docker-password=hunter2", ["hunter2"]),
        ('- "docker login -p \\"hunter2\\" ; if"', ["hunter2"]),
        ("nuget push web.nupkg hunter2; true other", ["hunter2"]),
        ("nuget push web.nupkg; true other", []),
        ('x = "docker login -p"; y = "other"', []),
        ('"docker login -p " + "hunter2"', ["hunter2"]),
        ('docker login "-p" "hunter2" ; if', ["hunter2"]),
        ("run('docker login -p' 'hunter2')", ["hunter2"]),
        ('docker login "-p" "$PAT" ; if', []),
    ],
)
def test_passwords_of_logins_are_known_by_their_looks_and_nothing_else_is(text: str, secrets: list[str]) -> None:
    found = sorted(set(given_to_logins(text, rulebook.load())))
    assert [text[span.start : span.end] for span in found] == secrets


@pytest.mark.parametrize(
    "text",
    ["login " * 80_000, "login -p x " * 40_000, "echo " * 80_000 + "| login", "-p x " * 80_000 + " login",
     "login -p x\\\n" * 40_000, "\\\n" * 200_000 + "login -p x", "<<<a " * 80_000],
    ids=["login", "passwords", "echo", "before", "continued", "breaks", "here-strings"],
)  # fmt: skip
def test_half_a_mebibyte_of_anything_is_looked_through_quickly(text: str) -> None:
    with within(5):
        list(given_to_logins(text, rulebook.load()))
