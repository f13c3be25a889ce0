"""What a command gives a package client, by the words and the files that it writes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.sinks.package_clients import package_calls, runs
from tests.flow.reading import BOOK, command, follow

KEY = "//npm.apkg.io/acme/:_auth"
AT = "--registry https://npm.apkg.io/acme"


def given(script: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """The client, the host, the program, and the variables of each call."""
    return [(one.client, one.host, one.command.name, one.stored) for one in package_calls(follow(script), BOOK)]


@pytest.mark.parametrize(
    "script",
    [
        f"tee .npmrc\necho {KEY}=$X",
        f"echo {KEY}=$X | cat .npmrc",
        f"npm config get {KEY}",
        f"npm publish {AT} --tag a@$X",
        f"npm publish {AT} $X@https://a",
        f"npm publish {AT} https://a@b $X",
        "npm publish --token $X",
        f"npm() {{ echo $1; }}\nnpm publish {AT} --token $X",
    ],
)
def test_what_gives_a_client_no_credential_is_none(script: str) -> None:
    assert given(script) == []


@pytest.mark.parametrize(
    ("script", "program", "names"),
    [
        (f"echo {KEY}=$X | tee .npmrc", "tee", ("X",)),
        (f"echo {KEY}=$X > web/.npmrc", "echo", ("X",)),
        (f"npm config set {KEY} $X", "npm", ("X",)),
        (f"npm config set {KEY}=$X", "npm", ("X",)),
        ("npm config set //npm.apkg.io/acme/:_x=$X", "npm", ("X",)),
        (f"npm publish {AT} --token $X --token $Y --token $X", "npm", ("X", "Y")),
        ("npm publish --registry https://$X:$Y@npm.apkg.io/acme", "npm", ("X", "Y")),
        ("npm publish --registry https://a:$X@npm.apkg.io/$Y", "npm", ("X",)),
        (f"npm publish {AT} --tag $X --token $(echo $Y | sed s/a/b/)", "npm", ("Y",)),
    ],
)
def test_the_variables_that_a_client_is_given_are_told_each_once(
    script: str, program: str, names: tuple[str, ...]
) -> None:
    assert given(script) == [("npm", "npm.apkg.io", program, names)]


def test_a_call_that_is_known_otherwise_hides_none_after_it() -> None:
    flow = follow(f"npm publish {AT} --token $X\nnpm publish {AT} --token $Y")
    assert [one.stored for one in package_calls(flow, BOOK, flow.commands[:1])] == [("Y",)]
    assert [one.stored for one in package_calls(flow, BOOK)] == [("X",), ("Y",)]


def test_a_host_that_files_name_counts_where_a_command_names_no_address() -> None:
    asked: list[tuple[str, str]] = []
    flow = follow("npm publish --token $X\nnpm publish --registry https://npm.acme.example --token $X")

    def hosts(command: object, client: str) -> str:
        asked.append((getattr(command, "name", ""), client))
        return "npm.apkg.io"

    assert [one.host for one in package_calls(flow, BOOK, hosts=hosts)] == ["npm.apkg.io"]
    assert asked == [("npm", "npm")]


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        ("npm ci", True),
        ("docker run node npm ci", True),
        ("docker run node sh -c 'npm ci'", True),
        ("docker run node ls", False),
        ("make npm", False),
        ("echo npm ci", False),
    ],
)
def test_a_client_runs_by_itself_or_in_a_container(text: str, whether: bool) -> None:
    assert runs(command(text), BOOK.package_clients["npm"], BOOK) is whether


def test_what_rules_of_ones_own_call_native_is_not_stored() -> None:
    ((name, npm),) = [(name, one) for name, one in BOOK.registries.items() if "npm.apkg.io" in one.hosts]
    book = replace(BOOK, registries={**BOOK.registries, name: replace(npm, password="ACME_NATIVE_TOKEN")})
    flow = follow(f"npm publish {AT} --token $ACME_NATIVE_TOKEN")
    assert [*package_calls(flow, book)] == []
    assert [one.stored for one in package_calls(flow, BOOK)] == [("ACME_NATIVE_TOKEN",)]
