"""What the files of a repository, and a step, say of the packages that npm reads and publishes."""

from __future__ import annotations

import json

import pytest

from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.npm_files import EVERY, NpmFiles, npm_files
from migrator.reading.repository import Reading
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

HOST = "npm.apkg.io"
HERE = f"https://{HOST}/acme/"
ELSEWHERE = "https://registry.npmjs.org/"
EMPTY = {"package.json": "{}"}
BROKEN = b"\xff\xfe\xfd"


def seen(files: dict[str, str | bytes], *script: str) -> NpmFiles:
    """What is said of a step with npm and further lines, and files."""
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    view = Memory({PATH: step("npm install", *script).encode(), **data})
    reading = Reading(view, BOOK, Settings(), [PATH], BITBUCKET, thorough=True)
    return npm_files(reading.facts[0], view.paths(), reading.file, BOOK)


def package(**more: object) -> dict[str, str | bytes]:
    return {"package.json": json.dumps(more)}


@pytest.mark.parametrize(
    ("files", "scopes"),
    [
        ({".npmrc": f"@acme:registry={HERE}\n"}, {"@acme"}),
        ({".npmrc": f"a=b\n @acme:registry = {HERE}\n@other:registry={ELSEWHERE}\n"}, {"@acme"}),
        ({"web/.npmrc": "@acme:registry=${URL}\n"}, {"@acme"}),
        ({".npmrc": f"registry={HERE}\n"}, {EVERY}),
        ({".npmrc": f"registry={ELSEWHERE}\n"}, set()),
        ({".npmrc": f"//{HOST}/acme/:_authToken=x\nhomepage={HERE}\n"}, set()),
        ({".npmrc": BROKEN}, {EVERY}),
        ({"other.npmrc": f"registry={HERE}\n"}, set()),
        ({".yarnrc": f'registry "{HERE}"\n'}, {EVERY}),
        ({".yarnrc": f'registry "{ELSEWHERE}"\n'}, set()),
        ({".yarnrc": BROKEN}, {EVERY}),
        ({"bunfig.toml": f'[install]\nregistry = "{HERE}"\n'}, {EVERY}),
        ({"pnpm-workspace.yaml": f"registry: {HERE}\n"}, {EVERY}),
        ({"lerna.json": f'{{"registry": "{HERE}"}}'}, {EVERY}),
        ({"other.json": f'{{"registry": "{HERE}"}}'}, set()),
        ({".yarnrc.yml": f"npmRegistryServer: {HERE}\n"}, {EVERY}),
        ({".yarnrc.yml": f"npmRegistryServer: {ELSEWHERE}\n"}, set()),
        ({".yarnrc.yml": f"npmScopes: {{acme: {{npmRegistryServer: '{HERE}'}}}}\n"}, {"@acme"}),
        ({".yarnrc.yml": f"npmScopes: {{acme: {{npmPublishRegistry: '{HERE}'}}}}\n"}, set()),
        ({".yarnrc.yml": BROKEN}, {EVERY}),
    ],
)
def test_a_scope_is_of_packages_where_a_file_says_so_or_cannot_be_read(
    files: dict[str, str | bytes], scopes: set[str]
) -> None:
    assert seen(EMPTY | files).scopes == scopes


@pytest.mark.parametrize(
    ("line", "scopes"),
    [
        (f"npm config set @acme:registry {HERE}", {"@acme"}),
        (f"npm config set @acme:registry {ELSEWHERE}", set()),
        ("npm config set @acme:registry $URL", {"@acme"}),
        (f"npm config set registry {HERE}", {EVERY}),
        (f"npm config set other {HERE}", set()),
        (f"yarn config set npmRegistryServer {HERE}", {EVERY}),
        (f"yarn config set npmScopes.acme.npmRegistryServer {HERE}", {"@acme"}),
        (f"yarn config set npmScopes.acme.npmPublishRegistry {HERE}", set()),
        (f"yarn config set npmRegistryServer {ELSEWHERE}", set()),
        ("yarn config set npmRegistryServer $URL", {EVERY}),
    ],
)
def test_a_scope_is_of_packages_where_the_step_sets_it_so(line: str, scopes: set[str]) -> None:
    assert seen(EMPTY, line).scopes == scopes


@pytest.mark.parametrize(
    ("files", "unread"),
    [
        (EMPTY, ""),
        ({}, "a missing package.json"),
        ({"node_modules/x/package.json": "{}"}, "a missing package.json"),
        ({"web/package.json": "{}"}, ""),
        ({"package.json": "{"}, "package.json"),
        ({"package.json": "[]"}, "package.json"),
        ({"package.json": BROKEN}, "package.json"),
        (EMPTY | {"node_modules/x/package.json": "{"}, ""),
        (EMPTY | {"package-lock.json": BROKEN}, "package-lock.json"),
        (EMPTY | {"b/package.json": "{", "a/package.json": "["}, "a/package.json"),
        (package(dependencies={"x": f"{HERE}x/-/x-1.0.0.tgz"}), "package.json"),
        (package(dependencies={"x": f"{ELSEWHERE}x/-/x-1.0.0.tgz"}), ""),
        (package(homepage=HERE), ""),
    ],
)
def test_what_cannot_be_told_is_named(files: dict[str, str | bytes], unread: str) -> None:
    assert seen(files).unread == unread


@pytest.mark.parametrize(
    ("line", "unread"),
    [
        ("echo '{}' > package.json", "package.json, which the step may write"),
        ("echo x > yarn.lock", "yarn.lock, which the step may write"),
        ("echo x > web/package.json", "web/package.json, which the step may write"),
        ("echo x > other.json", ""),
    ],
)
def test_what_the_step_may_write_itself_is_not_what_lies_there(line: str, unread: str) -> None:
    assert seen(EMPTY | {"web/package.json": "{}"}, line).unread == unread


def test_a_project_has_the_name_that_it_is_published_by() -> None:
    assert seen(package(name="@acme/web")).named == {"@acme/web"}
    assert seen(package(name="@acme/web", private=True)).named == set()
    assert seen(package(name=["x"])).named == set()
    assert seen(package(name="a") | {"b/package.json": '{"name": "b"}'}).named == {"a", "b"}


def test_an_address_of_packages_in_a_manifest_says_where_it_is_published() -> None:
    assert seen(package(publishConfig={"registry": HERE})).addressed
    assert not seen(package(publishConfig={"registry": ELSEWHERE})).addressed
    assert not seen(EMPTY | {"package-lock.json": HERE}).addressed
    assert seen(package(publishConfig={"registry": HERE}) | {"web/package.json": "{}"}).addressed


@pytest.mark.parametrize(
    ("given", "depend"),
    [
        *(({kind: {"@acme/a": "1", "b": "2"}}, {"@acme/a", "b"}) for kind in ("dependencies", "devDependencies")),
        *(({kind: {"a": "1"}}, {"a"}) for kind in ("optionalDependencies", "peerDependencies", "resolutions")),
        ({"bundleDependencies": ["a"]}, {"a"}),
        ({"bundleDependencies": True}, set()),
        ({"overrides": {"a": {"@acme/b": "1"}}}, {"a", "@acme/b"}),
        ({"dependencies": {"a": "npm:@acme/b@1"}}, {"a", "@acme/b"}),
        ({"dependencies": None, "scripts": {"a": "@acme/b"}}, set()),
    ],
)
def test_what_a_project_depends_on(given: dict[str, object], depend: set[str]) -> None:
    assert seen(package(**given)).depend == depend


LOCK = json.dumps(
    {
        "packages": {
            "node_modules/@acme/locked": {"resolved": f"{HERE}%40acme%2flocked/-/locked-1.0.0.tgz"},
            "node_modules/plain": {"resolved": f"{HERE}plain/-/plain-1.0.0.tgz"},
            "node_modules/other": {"resolved": f"{ELSEWHERE}other/-/other-1.0.0.tgz"},
            "node_modules/@third/one": {},
        }
    }
)
OF_ACME: dict[str, str | bytes] = {".npmrc": f"@acme:registry={HERE}\n"}


@pytest.mark.parametrize(
    ("files", "words", "packages"),
    [
        (package(dependencies={"@acme/a": "1", "@third/b": "1", "c": "1"}) | OF_ACME, (), {"@acme/a"}),
        (package(dependencies={"@acme/a": "1", "c": "1"}), (), set()),
        (package(dependencies={"@acme/a": "1", "c": "1"}) | {".npmrc": f"registry={HERE}\n"}, (), {"@acme/a", "c"}),
        (EMPTY | OF_ACME, ("@acme/tool@2", "@third/tool", "tool"), {"@acme/tool"}),
        (EMPTY | OF_ACME | {"package-lock.json": LOCK}, (), {"@acme/locked", "plain"}),
        (EMPTY | {"package-lock.json": LOCK}, (), {"@acme/locked", "plain"}),
        (EMPTY | OF_ACME | {"yarn.lock": '"@acme/dep-x@^1":\n  version "1"\n'}, (), {"@acme/dep-x"}),
        (EMPTY | OF_ACME | {"notes.lock": '"@acme/dep-x@^1":\n'}, (), set()),
    ],
)
def test_what_an_installation_reads_of_a_host(
    files: dict[str, str | bytes], words: tuple[str, ...], packages: set[str]
) -> None:
    assert seen(files).read(HOST, words) == packages


def test_a_lock_that_names_the_host_and_no_package_is_unclear() -> None:
    assert not seen(EMPTY | {"package-lock.json": LOCK}).unclear(HOST)
    assert seen(EMPTY | {"package-lock.json": LOCK + HERE}).unclear(HOST)
    assert not seen(EMPTY | {"package-lock.json": LOCK}).unclear("npm.acme.example")
