"""The pairs that yarn is given: by its settings, by variables that these name, and where they go."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.sinks.logins import Login
from migrator.sinks.yarn import find_yarn_logins
from migrator.sinks.yarnrc import FILE, HOME
from tests.flow.reading import BOOK, follow

OURS, OTHER = "https://npm.apkg.io/acme/", "https://npm.acme.example/"
SERVER = f"npmRegistryServer: {OURS}\n"
NAMED = f'{SERVER}npmAuthIdent: "${{U}}:${{T}}"\n'
ONE = f'{SERVER}npmAuthIdent: "${{A}}"\n'
SET = "yarn config set npmAuthIdent $U:$T"
ENCODED = "$(printf %s:%s $U $T | base64)"


def logins(script: str, committed: str) -> list[Login]:
    return [*find_yarn_logins(follow(script), BOOK, {FILE: committed}.get)]


def told(one: Login) -> tuple[str, str, str, list[str]]:
    """The address, the file, the halves, and the commands that a pair is told by."""
    assert one.npm
    halves = f"{one.username.symbol()}:{one.password.symbol()}"
    return one.npm.address, one.npm.place, halves, [command.name for command in one.npm.commands]


def scoped(*lines: str) -> str:
    return "npmScopes:\n  acme:\n" + "".join(f"    {line}\n" for line in lines)


def test_rules_without_yarn_find_no_login() -> None:
    assert [*find_yarn_logins(follow("yarn"), replace(BOOK, package_clients={}), {FILE: NAMED}.get)] == []


# Which registry it goes to


@pytest.mark.parametrize(
    ("script", "committed"),
    [
        ("yarn", SERVER),
        ("yarn", 'npmAuthIdent: "${U}:${T}"\n'),
        ("yarn", NAMED.replace("npm.apkg.io", "npm.acme.example")),
        ("yarn", NAMED.replace("npm.apkg.io", "crg.apkg.io")),
        ("yarn", NAMED.replace("npmAuthIdent", "npmAuthToken")),
        ("yarn", NAMED + scoped(f"npmRegistryServer: {OTHER}")),
        ("yarn npm publish", NAMED + f"npmPublishRegistry: {OTHER}\n"),
        ("yarn npm publish", NAMED + scoped(f"npmPublishRegistry: {OTHER}")),
        (
            "yarn",
            NAMED + 'initFields: "x"\nother: "${T}"\n'.replace('"${T}"', "'${U} and ${T}'").replace("other", "npmx"),
        ),
        ("false || yarn config set npmRegistryServer https://npm.acme.example/\nyarn", NAMED),
        ("YARN_NPM_REGISTRY_SERVER=$X yarn", NAMED),
        ("YARN_NPM_REGISTRY_SERVER=https://npm.acme.example yarn", NAMED),
        (f"YARN_NPM_REGISTRY_SERVER={OURS} yarn\nyarn", NAMED.replace(SERVER, "")),
        ("yarn npm publish", scoped(f"npmRegistryServer: {OURS}", "npmAuthIdent: '${U}:${T}'")),
        ("YARN_NPM_AUTH_IDENT=$U:$T yarn", NAMED),
        ("yarn", f'{ONE}npmScopes: {{a: {{npmAuthIdent: "${{B}}"}}}}\n'),
    ],
)
def test_one_that_may_go_elsewhere_or_is_named_for_more_is_none(script: str, committed: str) -> None:
    assert logins(script, committed) == []


@pytest.mark.parametrize(
    ("script", "committed", "address"),
    [
        ("yarn", NAMED, OURS),
        ("yarn", NAMED + f"npmPublishRegistry: {OTHER}\n", OURS),
        ("yarn npm publish", NAMED + f"npmPublishRegistry: {OURS}\n", OURS),
        ("yarn npm publish", NAMED + scoped(f"npmRegistryServer: {OURS}"), OURS),
        ("yarn", SERVER + scoped("npmAuthIdent: '${U}:${T}'"), OURS),
        (
            "yarn",
            f"npmRegistryServer: {OTHER}\n" + scoped(f"npmRegistryServer: {OURS}", "npmAuthIdent: '${U}:${T}'"),
            OURS,
        ),
        ("yarn", "npmRegistries: {'//npm.apkg.io/acme': {npmAuthIdent: '${U}:${T}'}}\n", OURS),
        (
            "yarn",
            f"{SERVER}npmScopes: {{a: {{npmAuthIdent: '${{U}}:${{T}}'}}, b: {{npmRegistryServer: '{OTHER}'}}}}\n",
            OURS,
        ),
        (f"YARN_NPM_REGISTRY_SERVER={OURS} yarn", NAMED.replace("npm.apkg.io", "npm.acme.example"), OURS),
        (f"yarn config set npmRegistryServer {OURS}\nyarn", NAMED.replace(SERVER, ""), OURS),
    ],
)
def test_the_registry_is_the_one_that_all_settings_lead_to(script: str, committed: str, address: str) -> None:
    found = logins(script, committed)
    assert {told(one)[0] for one in found} == {address.removeprefix("https:").rstrip("/")}
    assert {one.host for one in found} == {"npm.apkg.io"}
    assert {one.registry for one in found} == {BOOK.registry("npm.apkg.io")}


# What a command writes


@pytest.mark.parametrize(
    ("script", "place", "halves"),
    [
        (SET, FILE, "${U}:${T}"),
        (f"{SET} -H", HOME, "${U}:${T}"),
        (f"yarn config set npmAuthIdent {ENCODED}", FILE, "${U}:${T}"),
        ("echo npmAuthIdent: $U:$T >> .yarnrc.yml", FILE, "${U}:${T}"),
        (f"{SET}\nyarn config set -H npmAuthIdent $U:$T", FILE, "${U}:${T}"),
    ],
)
def test_a_pair_that_a_command_writes_is_one_by_itself(script: str, place: str, halves: str) -> None:
    one = logins(script, SERVER)[0]
    assert told(one)[1:3] == (place, halves)
    assert len(told(one)[3]) == 1
    assert one.npm
    assert len(one.npm.encoded) == ("base64" in script)
    assert (one.sinks, one.bindings, one.alone) == ((), (), ())


@pytest.mark.parametrize(
    "script",
    [
        f"false || {SET}",
        f"{SET}\nyarn config set npmAuthIdent $A:$B",
        "yarn config set npmAuthIdent $A",
        "yarn config set npmAuthIdent $(x)",
        "if x; then I=$U:$T; else I=$A; fi\nyarn config set npmAuthIdent $I",
    ],
)
def test_what_may_not_be_a_pair_or_not_be_written_is_none(script: str) -> None:
    assert logins(script, SERVER) == []


def test_one_beside_that_of_the_repository_is_one_by_itself() -> None:
    found = logins(f"{SET}\nyarn", f"{SERVER}npmAuthIdent: x:y\n")
    assert [told(one)[3] for one in found] == [["yarn"]]


# What variables hold


@pytest.mark.parametrize(
    ("script", "committed", "halves", "variables", "encoded", "whole"),
    [
        ("yarn", NAMED, "${U}:${T}", ["U", "T"], 0, None),
        ("export U=$X\nyarn", NAMED, "${X}:${T}", ["U", "T"], 0, None),
        ("U=$X\nyarn", NAMED, "${U}:${T}", ["U", "T"], 0, None),
        ("yarn", ONE, "${A}:${A}", ["A", "A"], 0, True),
        ("export A=$U:$T\nyarn", ONE, "${U}:${T}", ["A", "A"], 0, False),
        (f"export A={ENCODED}\nyarn", ONE, "${U}:${T}", ["A", "A"], 1, False),
        ("export A=$(x)\nyarn", ONE, "None:None", ["A", "A"], 0, True),
        ("YARN_NPM_AUTH_IDENT=$U:$T yarn", SERVER, "${U}:${T}", ["YARN_NPM_AUTH_IDENT"] * 2, 0, False),
        ("export YARN_NPM_AUTH_IDENT=$X\nyarn", SERVER, "${X}:${X}", ["YARN_NPM_AUTH_IDENT"] * 2, 0, True),
    ],
)
def test_a_pair_is_what_the_variables_hold_that_the_settings_name(
    script: str, committed: str, halves: str, variables: list[str], encoded: int, whole: bool | None
) -> None:
    (one,) = logins(script, committed)
    place = "" if committed == SERVER else FILE
    assert told(one) == ("//npm.apkg.io/acme", place, halves, ["yarn"])
    assert [sink.variable for sink in one.sinks] == variables
    assert one.npm
    assert len(one.npm.encoded) == encoded
    bindings = [(given.variable, given.expression, given.whole) for given in one.bindings]
    both = '"$BITBUCKET_PACKAGES_USERNAME:$BITBUCKET_PACKAGES_TOKEN"'
    assert bindings == ([] if whole is None else [(variables[0], both, whole)])


@pytest.mark.parametrize(
    ("script", "calls"),
    [
        ("yarn\nyarn build", 2),
        ("f() { yarn; }\nf", 1),
        ("f() { yarn; }\nf\nf\nyarn", 3),
        ('yarn() { command yarn "$@"; }\nyarn', 1),
        ("npm ci", 0),
    ],
)
def test_each_call_that_is_given_it_is_one(script: str, calls: int) -> None:
    assert len(logins(script, NAMED)) == calls


def test_what_tells_yarn_the_names_is_told_with_the_call() -> None:
    found = logins("yarn config set npmAuthIdent '${U}:${T}'\nyarn install", SERVER)
    words = [[command.arguments[0].text for command in one.npm.commands] for one in found if one.npm]
    assert words == [["config", "config"], ["install", "config"]]


@pytest.mark.parametrize(
    "more", [scoped("npmAuthIdent: '${U}:${T}'"), scoped(f"npmRegistryServer: {OURS}", "npmAuthIdent: '${U}:${T}'")]
)
def test_the_same_names_in_several_places_are_one_pair(more: str) -> None:
    assert len(logins("yarn", NAMED + more)) == 1


def test_a_variable_of_yarn_counts_where_no_setting_is_for_all() -> None:
    assert len(logins("YARN_NPM_AUTH_IDENT=$U:$T yarn", SERVER + scoped("npmAuthIdent: '${A}'"))) == 1
