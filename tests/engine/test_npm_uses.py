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


@pytest.mark.parametrize("before", ["true", PAIR.replace("acme/:", ":")])
def test_a_step_without_a_pair_for_a_workspace_hides_none_behind_it(before: str) -> None:
    later = step(PAIR, "npm publish").partition("  default:\n")[2]
    files = {PATH: step(before, "npm ci") + later, "package.json": WEB, ".npmrc": ROUTE}
    report = report_on({path: text.encode() for path, text in files.items()})
    assert [one.name for one in report.packages] == [f"{HOST}/@acme/web"]


def test_a_package_is_published_from_its_folder_and_a_private_one_never() -> None:
    other = '{"name": "@acme/lib"}'
    assert found(PAIR, "cd lib", "npm publish", lib__package_json=other) == [(f"{HOST}/@acme/lib", Ownership.OWN, 1, 0)]
    assert found(PAIR, "npm publish", package_json='{"name": "@acme/web", "private": true}') == []
    assert found(PAIR, "cd $X", "npm publish") == []


LIB, UI = (f"{HOST}/@acme/lib", Ownership.OWN, 1, 0), (f"{HOST}/@acme/ui", Ownership.FOREIGN, 0, 1)


@pytest.mark.parametrize(
    ("script", "packages"),
    [
        (("npm install @acme/x",), [UI, (f"{HOST}/@acme/x", Ownership.FOREIGN, 0, 1)]),
        (("npm install $X $(x)",), [UI]),
        (("npm ci", "npm ci"), [(f"{HOST}/@acme/ui", Ownership.FOREIGN, 0, 2)]),
        (("docker login crg.apkg.io -u $U -p $T", "npm ci"), [UI]),
        (("echo publish @acme/x",), []),
        (("npm run build",), []),
        ((PAIR.replace("/acme/", "/other/"), "npm ci", "npm publish"), []),
        (("cd lib/src", "npm publish"), [LIB]),
        (("cd lib/src/deep", "npm publish"), [LIB]),
        (("cd list", "npm publish"), []),
        (("cd number", "npm publish"), []),
        (("cd text", "npm publish"), []),
        (("cd deep", "npm publish"), []),
    ],
)
def test_which_calls_publish_or_read_which_packages(
    script: tuple[str, ...], packages: list[tuple[str, Ownership, int, int]]
) -> None:
    files = {"lib": '{"name": "@acme/lib"}', "list": '["name"]', "number": '{"name": 1}', "text": "name"}
    files["deep"] = "[" * 100_000
    given = {f"{folder}__package_json": text for folder, text in files.items()}
    told = [one for one in found(PAIR, *script, **given) if one[1] is Ownership.OWN]
    told += [one for one in found(PAIR, *script) if one[1] is not Ownership.OWN]
    assert told == packages


def test_a_lock_file_names_what_is_read_by_its_address() -> None:
    lock = '{"resolved": "https://npm.apkg.io/acme/deep/-/deep-1.0.0.tgz"}'
    names = [one[0] for one in found(PAIR, "npm ci", **{"package-lock.json": lock})]
    assert names == [f"{HOST}/@acme/ui", f"{HOST}/deep"]


def test_without_a_package_json_nothing_is_published() -> None:
    files = {PATH: step(PAIR, "npm publish").encode(), ".npmrc": ROUTE.encode()}
    assert report_on(files).packages == ()


def test_what_only_other_repositories_run_names_no_package_here() -> None:
    text = step(PAIR, "npm publish")
    files = {"package.json": WEB.encode(), ".npmrc": ROUTE.encode()}
    other = text.replace("pipelines:\n  default:\n", "export: true\ndefinitions:\n  pipelines:\n   x:\n")
    assert [len(report_on({PATH: one.encode(), **files}).packages) for one in (text, other)] == [1, 0]


def test_a_package_has_the_place_of_the_call() -> None:
    files = {PATH: step(PAIR, "npm publish").encode(), "package.json": WEB.encode(), ".npmrc": ROUTE.encode()}
    (one,) = report_on(files).packages
    assert [(use.path, use.position.line, use.position.column) for use in one.pushed] == [(PATH, 6, 13)]
