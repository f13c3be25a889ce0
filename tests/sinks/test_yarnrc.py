"""What yarn is told: by a file of the repository, by what a script writes, and by its command."""

from __future__ import annotations

import pytest

from migrator.rulebook import reading as rulebook
from migrator.sinks.yarn import find_yarn_logins
from migrator.sinks.yarnrc import FILE, HOME, yarn_settings
from tests.flow.reading import follow

BOOK = rulebook.load()
SERVER = "npmRegistryServer: https://npm.apkg.io/acme/\n"


def told(script: str, files: dict[str, str] | None = None) -> tuple[list[tuple[str, str, str, str | None]], int]:
    """The settings, and how many doubts there are."""
    found = yarn_settings(follow(script), BOOK, (files or {}).get)
    return [(one.place, one.of, one.name, one.value.symbol()) for one in found.known], len(found.doubts)


@pytest.mark.parametrize(
    "script",
    ["yarn", "yarn config get npmAuthIdent", "echo npmAuthIdent: a:b", "echo npmAuthIdent: a:b > x.yml", "echo > $LOG"],
)
def test_what_sets_nothing_is_no_setting_and_no_doubt(script: str) -> None:
    assert told(script) == ([], 0)


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("yarn", {FILE: "a: [\n"}),
        ("yarn", {FILE: "- a\n"}),
        ("yarn", {FILE: "npmScopes: {acme: x}\n"}),
        ("yarn", {FILE: "npmScopes: {acme: {a: b}, other: [x]}\n"}),
        ("echo 'a: \ue000'$A > .yarnrc.yml", {}),
        ("echo 'a: \ue000' > .yarnrc.yml", {}),
        ("yarn config set -x a b", {}),
        ("yarn config set a -b", {}),
        ("yarn config set -x -H a b", {}),
        ("yarn config set a $(x) $(y)", {}),
        ("yarn config set $KEY $VALUE", {}),
        ("yarn config set --json npmScopes.acme $VALUE", {}),
        ("echo 'a: b' > ../.yarnrc.yml", {}),
        ("cd $DIR\necho 'a: b' > .yarnrc.yml", {}),
        ("echo $LINES > .yarnrc.yml", {}),
        ("if x; then V=a; else V=b; fi\necho c: $V > .yarnrc.yml", {}),
        ("yarn config set a b c", {}),
        ("yarn config set a", {}),
        ("if x; then V=a; else V=b; fi\nyarn config set c $V", {}),
        ("echo -e 'a: b\\nc: d' > .yarnrc.yml", {}),
        ('cat > .yarnrc.yml <<EOF\nnpmScopes:\n  "$(name)":\n    npmAuthIdent: x\nEOF', {}),
    ],
)
def test_what_may_set_something_is_a_doubt(script: str, files: dict[str, str]) -> None:
    assert told(script, files) == ([], 1)


@pytest.mark.parametrize(
    ("script", "files", "expected"),
    [
        ("yarn", {FILE: "a: b\n"}, (FILE, "", "a", "b")),
        ("f() { echo a: b; }\nf > .yarnrc.yml", {}, (FILE, "", "a", "b")),
        ("f() { yarn config set a b; }\nf", {}, (FILE, "", "a", "b")),
        ('yarn() { command yarn "$@"; }\nyarn config set a b', {}, (FILE, "", "a", "b")),
        ("cd web\nyarn", {f"web/{FILE}": "a: b\n", f"docs/{FILE}": "c: d\n"}, (f"web/{FILE}", "", "a", "b")),
        ("yarn", {FILE: "npmScopes: {acme: {a: b}}\n"}, (FILE, "@acme", "a", "b")),
        ("yarn", {FILE: "npmRegistries: {'https://h/x/': {a: b}}\n"}, (FILE, "//h/x", "a", "b")),
        ("yarn", {FILE: "logFilters: {x: {c: d}}\na: b\n"}, (FILE, "", "a", "b")),
        ("echo npmAuthIdent: $U:$T >> ~/.yarnrc.yml", {}, (HOME, "", "npmAuthIdent", "${U}:${T}")),
        ("yarn config set npmAuthIdent $U:$T", {}, (FILE, "", "npmAuthIdent", "${U}:${T}")),
        ("yarn config set -H npmScopes.acme.npmAuthIdent x", {}, (HOME, "@acme", "npmAuthIdent", "x")),
        ("yarn config set 'npmRegistries[\"//h/x/\"].a' b", {}, (FILE, "//h/x", "a", "b")),
        ("yarn config set npmRegistries.h.a b", {}, (FILE, "h", "a", "b")),
        ("yarn config set 'npmScopes[\"acme\"].a' b", {}, (FILE, "@acme", "a", "b")),
        ("yarn config set --home a b", {}, (HOME, "", "a", "b")),
    ],
)
def test_a_setting_is_told_with_what_it_is_for(
    script: str, files: dict[str, str], expected: tuple[str, str, str, str]
) -> None:
    assert told(script, files) == ([expected], 0)


@pytest.mark.parametrize(
    ("script", "committed"),
    [
        ("yarn config set npmAuthIdent $IDENT", SERVER),
        ("yarn config set npmAuthIdent $U:$T", ""),
        ("false || yarn config set npmAuthIdent $U:$T", SERVER),
        ("[ $X ] && yarn config set npmRegistryServer https://npm.apkg.io/a\nyarn config set npmAuthIdent $U:$T", ""),
        ("yarn config set npmAuthIdent $U:$T\nyarn config set npmAuthIdent $A:$B", SERVER),
        ("yarn npm publish", f'{SERVER}npmScopes: {{b: {{npmRegistryServer: "https://h"}}}}\nnpmAuthIdent: "${{A}}"\n'),
        ("yarn npm publish", f'{SERVER}npmAuthIdent: "${{A:-x}}"\n'),
        ("yarn npm publish", f'{SERVER}npmAuthIdent: "x${{A}}"\n'),
        ("export YARN_NPM_REGISTRY_SERVER=$X\nYARN_NPM_AUTH_IDENT=$U:$T yarn npm publish", SERVER),
        ("YARN_NPM_AUTH_IDENT=$U:$T\nyarn npm publish", SERVER),
    ],
)
def test_one_of_which_something_is_not_known_is_no_pair(script: str, committed: str) -> None:
    assert not [*find_yarn_logins(follow(script), BOOK, {FILE: committed}.get)]


@pytest.mark.parametrize(
    ("script", "committed", "username", "password"),
    [
        ("yarn config set npmAuthIdent $U:$T", SERVER, "${U}", "${T}"),
        ("yarn npm publish", f'{SERVER}npmAuthIdent: "${{U}}:${{T}}"\n', "${U}", "${T}"),
        ("yarn npm publish", f'{SERVER}npmAuthIdent: "${{A-}}"\n', "${A}", "${A}"),
        ("export A=$(printf %s:%s $U $T | base64)\nyarn", f'{SERVER}npmAuthIdent: "${{A}}"\n', "${U}", "${T}"),
        ("YARN_NPM_AUTH_IDENT=$U:$T yarn npm publish", SERVER, "${U}", "${T}"),
    ],
)
def test_a_pair_is_read_with_its_halves(script: str, committed: str, username: str, password: str) -> None:
    (one,) = find_yarn_logins(follow(script), BOOK, {FILE: committed}.get)
    assert (one.host, one.username.symbol(), one.password.symbol()) == ("npm.apkg.io", username, password)
