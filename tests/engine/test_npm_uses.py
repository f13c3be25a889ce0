"""The npm packages that `patless packages` names: what a step publishes, and what it reads from Packages."""

from __future__ import annotations

import pytest

from migrator.findings.records import Ownership
from tests.memory import PATH, report_on, step

PAIR = "npm set //npm.apkg.io/acme/:_auth $(printf %s:%s $U $T | base64 -w 0)"
NATIVE = PAIR.replace("$U", "$BITBUCKET_PACKAGES_USERNAME").replace("$T", "$BITBUCKET_PACKAGES_TOKEN")
WEB = '{"name": "@acme/web", "dependencies": {"@acme/ui": "1", "left-pad": "1"}}'
ROUTE = "@acme:registry=https://npm.apkg.io/acme/\n"
HOST = "npm.apkg.io/acme"


def found(*script: str, **files: str) -> list[tuple[str, Ownership, int, int]]:
    """Each package with whose it is, and how often it is pushed and read."""
    given = {PATH: step(*script), "package.json": WEB, ".npmrc": ROUTE}
    given |= {name.replace("__", "/").replace("_json", ".json"): text for name, text in files.items()}
    report = report_on({path: text.encode() for path, text in given.items()})
    assert all(one.type == "npm" for one in report.packages)
    return [(one.name, one.ownership, len(one.pushed), len(one.read)) for one in report.packages]


@pytest.mark.parametrize(
    "script",
    [
        ("npm ci",),
        ("npm ci", "npm publish"),
        (PAIR, "npm run build"),
        (PAIR.replace("apkg.io", "acme.example"), "npm publish"),
        (PAIR.replace("acme/:", ":"), "npm publish"),
        ("npm set //npm.apkg.io/acme/:_authToken $T", "npm publish"),
    ],
)
def test_without_a_pair_for_one_workspace_no_package_is_told(script: tuple[str, ...]) -> None:
    assert found(*script) == []


@pytest.mark.parametrize("pair", [PAIR, NATIVE])
def test_what_a_step_publishes_and_reads_is_told(pair: str) -> None:
    web = (f"{HOST}/@acme/web", Ownership.OWN, 1, 0)
    assert found(pair, "npm ci", "npm publish") == [(f"{HOST}/@acme/ui", Ownership.FOREIGN, 0, 1), web]


def test_a_step_without_a_pair_hides_none_behind_it() -> None:
    later = step(PAIR, "npm publish").partition("  default:\n")[2]
    files = {PATH: step("npm ci") + later, "package.json": WEB, ".npmrc": ROUTE}
    report = report_on({path: text.encode() for path, text in files.items()})
    assert [one.name for one in report.packages] == [f"{HOST}/@acme/web"]


def test_a_package_is_published_from_its_folder_and_a_private_one_never() -> None:
    other = '{"name": "@acme/lib"}'
    assert found(PAIR, "cd lib", "npm publish", lib__package_json=other) == [(f"{HOST}/@acme/lib", Ownership.OWN, 1, 0)]
    assert found(PAIR, "npm publish", package_json='{"name": "@acme/web", "private": true}') == []
    assert found(PAIR, "cd $X", "npm publish") == []
