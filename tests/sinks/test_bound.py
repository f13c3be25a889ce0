"""What a call finds of a half in a variable, the host of an address, and the packages that come from there."""

from __future__ import annotations

import pytest

from migrator.sinks.bound import held, host_of, needed
from migrator.sinks.elsewhere import elsewhere
from tests.flow.reading import BOOK, command, follow


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://maven.apkg.io/acme", "maven.apkg.io"),
        ("HTTPS://Maven.apkg.io", "maven.apkg.io"),
        ("https://maven.apkg.io:443/acme", "maven.apkg.io"),
        ("https://u:p@maven.apkg.io?a", "maven.apkg.io"),
        ("sftp+x://a.example#b", "a.example"),
        ("https://a b@maven.apkg.io/", ""),
        ("https://maven.apkg.io$x/acme", ""),
        ("https://maven.apkg.io:x/", ""),
        ("maven.apkg.io/acme", ""),
        ("file:///srv", ""),
        ("", ""),
    ],
)
def test_an_address_has_a_host_where_that_is_plain(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("script", "value", "unknown"),
    [
        ("x", "${A}", ""),
        ("A=$B x", "${B}", ""),
        ("export A=$B\nx", "${B}", ""),
        ("A=$B\nx", None, "A, which is not exported"),
        ("export A=$B\nenv -i x", None, "A, which is not exported"),
    ],
)
def test_a_variable_holds_what_is_handed_on_or_stored(script: str, value: str | None, unknown: str) -> None:
    half = held(command(script, "x"), "A")
    assert (half.value.symbol(), half.value.unknown or "", half.variable, half.name) == (value, unknown, "A", "A")


@pytest.mark.parametrize(
    ("names", "projects", "found"),
    [
        ([], ["com.acme:web"], ((), "")),
        (["com.acme.b:b", "com.acme:a"], ["com.acme.web:api"], (("com.acme.b:b", "com.acme:a"), "")),
        (["org.x:b", "org.x:a"], ["com.acme"], ((), "org.x:a may come from h")),
        (["com.other:a", "com.acme:a"], ["com.acme"], (("com.acme:a",), "com.other:a may come from h")),
        (["com.acme:a"], [], ((), "com.acme:a may come from h")),
    ],
)
def test_packages_of_the_same_organization_are_told_from_others(
    names: list[str], projects: list[str], found: tuple[tuple[str, ...], str]
) -> None:
    assert needed(names, projects, "h") == found


@pytest.mark.parametrize(
    ("script", "client", "found"),
    [
        ("uv auth login pypi.apkg.io -t $T", "uv", "`uv auth`"),
        ("uv auth login pypi.apkg.io -t $T", "twine", ""),
        ("uv auth logout pypi.apkg.io\nuv sync", "uv", ""),
        ("uv frobnicate\nuv", "uv", ""),
        ("true\nuv sync\nuv auth login pypi.apkg.io -t $T", "uv", "`uv auth`"),
        ("cp ci/netrc ~/.netrc", "uv", "a netrc file or a keyring"),
        ("echo x > ~/.netrc", "uv", "a netrc file or a keyring"),
        ("NETRC=x", "uv", "a netrc file or a keyring"),
        ("pip install Keyring", "uv", "a netrc file or a keyring"),
        ("pip install keys > log", "uv", ""),
    ],
)
def test_where_else_a_client_finds_a_credential_is_seen(script: str, client: str, found: str) -> None:
    assert elsewhere(follow(script), client, BOOK) == found
