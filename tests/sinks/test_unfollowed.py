"""What is run without being followed."""

from __future__ import annotations

import pytest

from migrator.sinks.unfollowed import carried, carried_text, knows_no_package, named
from tests.flow.reading import BOOK, command, follow

HOST = "crg.apkg.io"


@pytest.mark.parametrize(
    "text",
    [
        "docker pull a",
        "xargs",
        "xargs rm",
        "make docker",
        "find . -name docker.sh",
        "echo docker pull a",
        'xargs() { echo "$@"; }\nxargs docker pull a\ntrue',
    ],
)
def test_nothing_carries_a_client(text: str) -> None:
    for one in follow(text).commands:
        assert carried(one, BOOK) is None
        assert carried_text(one, BOOK) is None


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("xargs docker rmi", "docker", ["rmi", None]),
        ("xargs -n 1 /usr/bin/docker pull", "docker", ["pull", None]),
        ("xargs -I{} docker pull acme/{}:1", "docker", ["pull", None, None]),
        ("find . -exec podman push {} +", "podman", ["push", None, "+", None]),
        ("flock lock docker pull $A", "docker", ["pull", "${A}", None]),
    ],
)
def test_a_carrier_runs_the_client_among_its_words(text: str, name: str, words: list[str | None]) -> None:
    found = carried(command(text), BOOK)
    assert found is not None
    assert found.name == name
    assert [argument.value.symbol() for argument in found.arguments] == words


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ("xargs rm", None),
        ("xargs docker pull", None),
        ("xargs sh -c 'echo dockerfile'", None),
        ("sh -c 'docker pull {}'", None),
        ("make 'docker pull'", None),
        ("xargs sh -c 'docker pull {}'", "docker"),
        ("xargs -I{} bash -c 'cd x;(podman pull {})'", "podman"),
        ("xargs sh -c 'docker pull'", "docker"),
        ("xargs -I{} bash -c 'set -e' -c 'docker pull {}'", "docker"),
        ("parallel '/usr/bin/docker pull {}'", "/usr/bin/docker"),
    ],
)
def test_a_carrier_may_be_given_text_that_calls_a_client(text: str, client: str | None) -> None:
    assert carried_text(command(text), BOOK) == client


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("make", False),
        ("./deploy.sh", False),
        ("trivy image a", False),
        ("$PROGRAM", False),
        ("echo a", True),
        ("cat", True),
        ("git push", True),
        ("jq . a", True),
        ("xargs a", True),
        ("f() { :; }\nf a", True),
        ("bash -c true", True),
    ],
)
def test_programs_that_may_read_packages_are_told_from_those_that_do_not(text: str, known: bool) -> None:
    assert knows_no_package(command(text), BOOK) is known


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", []),
        ("acme/web ghcr.io/acme/web", []),
        (HOST, []),
        (f"{HOST}/", []),
        (f"https://{HOST}", []),
        (f"my{HOST}/acme/web {HOST}.example.com/acme", []),
        (f"{HOST}/acme/web:1", [f"{HOST}/acme/web:1"]),
        (f"docker://{HOST}/acme/web", [f"{HOST}/acme/web"]),
        (f"--image={HOST}/acme/web", [f"{HOST}/acme/web"]),
        (f"IMAGE={HOST.upper()}:443/acme/web", [f"{HOST.upper()}:443/acme/web"]),
        (f"{HOST}/acme/web?a={HOST}/acme/b", [f"{HOST}/acme/web?a={HOST}/acme/b"]),
        (f"{HOST}/acme/$NAME $(cat x)", [f"{HOST}/acme/${{NAME}}"]),
        (f"{HOST}/acme/a {HOST}/acme/b", [f"{HOST}/acme/a", f"{HOST}/acme/b"]),
    ],
)
def test_words_name_packages_bare_or_behind_a_name(words: str, names: list[str]) -> None:
    assert [name for _, name in named(command(f"x {words}").arguments, BOOK)] == names


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (f"--image {HOST}/acme/web", ["--image"]),
        (f"--image={HOST}/acme/web", ["--image"]),
        (f"a b {HOST}/acme/web", ["b"]),
        (f"{HOST}/acme/web {HOST}/acme/b", ["", f"{HOST}/acme/web"]),
        (f"--to {{{HOST}/acme/web}}", ["--to"]),
        (f"--to 'x {HOST}/acme/web {HOST}/acme/b'", ["--to", "--to"]),
        (f"--to 'x {HOST}/acme'", []),
        (f"--to $(x) {HOST}/acme/web", [""]),
    ],
)
def test_a_package_is_told_behind_the_option_or_the_word_before_it(words: str, told: list[str]) -> None:
    assert [option for option, _ in named(command(f"x {words}").arguments, BOOK)] == told
