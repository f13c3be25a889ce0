"""Where text that nobody follows shows a login."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.sinks.shown import keeps_login, names_natives, shows_login
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
