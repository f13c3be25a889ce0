"""Pairs that npm takes from variables."""

from __future__ import annotations

import pytest

from migrator.sinks.npm_variables import find_npm_variables
from tests.flow.reading import BOOK, follow

KEY = "//npm.apkg.io/acme/:"
PAIR = "$(printf %s:%s $U $T | base64 -w0)"


def found(script: str, files: dict[str, str]) -> list[tuple[str, str, frozenset[str]]]:
    """The file, the address, and the variables of each pair."""
    logins = find_npm_variables(follow(script, files), BOOK, files.get)
    return [(one.npm.place, one.npm.address, one.variables) for one in logins if one.npm]


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (f"{KEY}_auth=${{A}}", {"A"}),
        (f'{KEY}_auth = "${{A}}"', {"A"}),
        (f"{KEY}_auth=${{A?}}", {"A"}),
        (f"{KEY}username=${{U}}\n{KEY}_password=${{P}}", {"U", "P"}),
        (f"{KEY}_auth=${{A}}\n{KEY}username=x", {"A"}),
        (f"{KEY}_auth=${{A}}\n//npm.acme.example/:_auth=${{B}}", {"A"}),
        (f"{KEY}_auth=${{A}}\n{KEY}email=${{E}}", {"A"}),
        (f"{KEY}_auth=$A", None),
        (f"{KEY}_auth=x${{A}}", None),
        (f"{KEY}_authToken=${{A}}", None),
        (f"{KEY}username=${{U}}", None),
        (f"{KEY}username=ci\n{KEY}_password=${{P}}", None),
        (f"{KEY}_auth=${{A}}\nx=${{A}}", None),
        (f"{KEY}_auth=${{A}}\n${{A}}=x", None),
        (f"{KEY}_auth=${{A}}\n//npm.acme.example/:_auth=${{A}}", None),
        (f"{KEY}_auth=${{A}}\n//npm.apkg.io/other/:_auth=${{B}}", None),
        ("//npm.acme.example/:_auth=${A}", None),
        ("_auth=${A}", None),
    ],
)
def test_a_file_names_the_variables_of_a_whole_pair_for_nothing_else(text: str, variables: set[str] | None) -> None:
    expected = [] if variables is None else [(".npmrc", "//npm.apkg.io/acme/", frozenset(variables))]
    assert found("npm ci", {".npmrc": text}) == expected


@pytest.mark.parametrize(
    ("script", "places"),
    [
        ("npm ci", [".npmrc"]),
        ("npm ci\nnpm publish", [".npmrc", ".npmrc"]),
        ("npx", [".npmrc"]),
        ("npx --version", [".npmrc"]),
        ("npm", [".npmrc"]),
        ("npm run build", []),
        ("npm --version", []),
        ("npm ci --prefix web", []),
        ("npm ci -C web", []),
        ("npm ci --userconfig=x", []),
        ("npm i -g x", []),
        ("npm ci $X", []),
        ("npm ci $(x)", []),
        ("cd web\nnpm ci", ["web/.npmrc"]),
        ("cd web/a\nnpm ci", ["web/.npmrc"]),
        ("cd api\nnpm ci", [".npmrc"]),
        ("cd $(x)\nnpm ci", []),
        ("lerna publish\nnpm ci", []),
        ("yarn install\nnpm ci", []),
        ("node x", []),
        ("f() { npm ci; }\nf", [".npmrc"]),
        ('npm() { command npm "$@"; }\nnpm ci', [".npmrc"]),
        ("npm ci --pref=web", [".npmrc"]),
    ],
)
def test_a_call_of_npm_reads_the_file_of_its_package(script: str, places: list[str]) -> None:
    files = {".npmrc": f"{KEY}_auth=${{A}}", "web/.npmrc": f"{KEY}_auth=${{B}}", "web/package.json": "{}"}
    assert [place for place, _, _ in found(script, files)] == places


@pytest.mark.parametrize(
    ("script", "addresses"),
    [
        (f'env "npm_config_{KEY}_auth={PAIR}" npm ci', [KEY[:-1]]),
        (f'env "npm_config_{KEY}_auth={PAIR}" npx', [KEY[:-1]]),
        (f'env "npm_config_{KEY}_auth=$A" npm ci', []),
        (f'env "npm_config_//npm.acme.example/:_auth={PAIR}" npm ci', []),
        (f'env "npm_config_{KEY}email={PAIR}" npm ci', []),
        (f'env "npm_{KEY}_auth={PAIR}" npm ci', []),
        (f'env "npm_config_{KEY}_auth={PAIR}" pnpm ci', []),
    ],
)
def test_a_call_is_given_a_pair_in_front_of_it(script: str, addresses: list[str]) -> None:
    assert [(place, address) for place, address, _ in found(script, {})] == [("", one) for one in addresses]


ENCODED = "$(printf %s $T | base64)"


@pytest.mark.parametrize(
    ("script", "text", "halves", "encoded", "binding"),
    [
        ("npm ci", f"{KEY}_auth=${{A}}", ("${A}", "${A}"), 0, ("A", True)),
        (f"export A={PAIR}\nnpm ci", f"{KEY}_auth=${{A}}", ("${U}", "${T}"), 1, ("A", False)),
        (f"A={PAIR} npm ci", f"{KEY}_auth=${{A}}", ("${U}", "${T}"), 1, ("A", False)),
        (f"A={PAIR}\nnpm ci", f"{KEY}_auth=${{A}}", ("${A}", "${A}"), 0, ("A", True)),
        ("npm ci", f"{KEY}username=${{B}}\n{KEY}_password=${{P}}", ("${B}", "${P}"), 0, ("P", True)),
        (
            f"export P={ENCODED}\nnpm ci",
            f"{KEY}username=${{B}}\n{KEY}_password=${{P}}",
            ("${B}", "${T}"),
            1,
            ("P", False),
        ),
    ],
)
def test_halves_are_known_where_the_script_encodes_what_the_variable_holds(
    script: str, text: str, halves: tuple[str, str], encoded: int, binding: tuple[str, bool]
) -> None:
    (one,) = find_npm_variables(follow(script), BOOK, {".npmrc": text}.get)
    assert (one.username.symbol(), one.password.symbol()) == halves
    assert one.npm
    assert len(one.npm.encoded) == encoded
    assert [command.name for command in one.npm.commands] == ["npm"]
    ((name, whole),) = [(given.variable, given.whole) for given in one.bindings]
    assert (name, whole) == binding
    assert ("BITBUCKET_PACKAGES_USERNAME" in one.bindings[0].expression) is (name == "A")
    assert "BITBUCKET_PACKAGES_TOKEN" in one.bindings[0].expression
