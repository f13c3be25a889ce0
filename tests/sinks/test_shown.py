"""Where text that nobody follows shows a login."""

from __future__ import annotations

import base64
import gzip

import pytest
from msgspec.structs import replace

from migrator.ir.values import Input, Literal, Unknown, Value
from migrator.sinks.shown import encoded_logins, encoded_texts, keeps_login, names_natives, shows_login, visible_text
from tests.flow.reading import BOOK
from tests.memory import within

HOST = "crg.apkg.io"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"docker login {HOST}", 1),
        (f"# Docker login\ndocker login {HOST}\n", 2),
        (f"  // a login\r\n  run('docker login {HOST}')\r\n", 2),
        (f"-- login\n; login\ndocker login {HOST}\ndocker login {HOST}\n", 3),
        (f"# docker login {HOST}\ntrue\n", 1),
        (f"true\n# docker login {HOST}", 2),
        (f"# docker login {HOST}\n# docker login {HOST}", 1),
    ],
)
def test_a_login_is_shown_where_it_stands_and_in_a_comment_where_it_stands_nowhere_else(text: str, line: int) -> None:
    found = shows_login(text, BOOK)
    assert found is not None
    assert text[found.start : found.end] == "login"
    assert text.count("\n", 0, found.start) + 1 == line


@pytest.mark.parametrize("text", ["", "docker login ghcr.io", f"docker push {HOST}/acme/login_page", f"logins {HOST}"])
def test_other_text_shows_none(text: str) -> None:
    assert shows_login(text, BOOK) is None


def test_a_login_file_keeps_one_for_any_of_the_domains_of_packages() -> None:
    registry = next(iter(BOOK.registries.values()))
    other = replace(registry, mention="packages.example")
    both = replace(BOOK, registries={"one": registry, "other": other})
    for host, kept in ((HOST, True), ("eu.packages.example", True), ("ghcr.io", False)):
        assert (keeps_login(f'{{"auths": {{"{host}": {{"auth": "x"}}}}}}', both) is not None) is kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"auths": {"crg.apkg.io": {}}}', '"auths":'),
        ("{'auths' : {'crg.apkg.io': {}}}", "'auths' :"),
        ("auths: crg.apkg.io", None),
        ('{"auths": {"ghcr.io": {}}}', None),
        ("machine crg.apkg.io login a password b", "machine crg.apkg.io login"),
        ("machine crg.apkg.io\nlogin a", "machine crg.apkg.io\nlogin"),
        ("machine crg.apkg.io password b", None),
        ('{"login": "crg.apkg.io"}', None),
    ],
)
def test_a_file_keeps_a_login_behind_a_key_or_in_a_line_for_a_machine(text: str, kept: str | None) -> None:
    found = keeps_login(text, BOOK)
    assert (text[found.start : found.end] if found else None) == kept


LOGIN = f"docker login {HOST} -u a -p b"
WRAPPED = "\n  ".join(base64.b64encode(LOGIN.encode()).decode()[at : at + 30] for at in (0, 30))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (base64.b64encode(LOGIN.encode()).decode(), True),
        (base64.b64encode(LOGIN.encode()).decode().rstrip("="), True),
        (WRAPPED, True),
        (f"echo {base64.b64encode(LOGIN.encode()).decode()} | base64 -d", True),
        (base64.b64encode(gzip.compress(LOGIN.encode(), mtime=0)).decode(), True),
        (base64.b64encode(b"docker login ghcr.io -u a -p b").decode(), False),
        (base64.b64encode(f"{LOGIN} {' '.join(BOOK.natives)}".encode()).decode(), False),
        (LOGIN, False),
        ("A" * 25, False),
    ],
)
def test_a_login_in_base64_is_shown(text: str, shown: bool) -> None:
    found = [text[span.start : span.end] for span in encoded_logins(text, BOOK)]
    assert bool(found) is shown
    assert all(text.replace("echo ", "").replace(" | base64 -d", "") == one for one in found)


def test_what_is_said_in_base64_ends_where_no_whole_letter_is_left() -> None:
    assert [text for _, text in encoded_texts("QUFB" * 6 + "Q")] == ["AAA" * 6]
    assert [text for _, text in encoded_texts("QUFB" * 6 + "QQ")] == ["AAA" * 6 + "A"]


def test_what_is_not_literal_in_a_value_is_seen_as_a_blank() -> None:
    assert visible_text(Value.of(Literal("a"), Input("B", ()), Literal("c"), Unknown("d"))) == "a c "


def test_many_comments_cost_little() -> None:
    with within(2):
        assert shows_login(HOST + "\n" + "# login\n" * 200_000, BOOK) is not None


@pytest.mark.parametrize(
    ("text", "native"),
    [
        ("", False),
        ("$BITBUCKET_PACKAGES_TOKEN", False),
        ("$BITBUCKET_PACKAGES_USERNAME", False),
        ("-u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN", True),
    ],
)
def test_a_login_of_which_one_half_is_native_is_not(text: str, native: bool) -> None:
    assert names_natives(text, BOOK) == native
