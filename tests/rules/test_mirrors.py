"""Both sides of each reason and rule: a repository for which it is given, and the nearest one for which nothing is.

The two differ in as little as possible, so that a question which is asked too widely, or not at all, is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from migrator.bitbucket import pipes
from migrator.findings.settings import Settings
from migrator.rulebook import reading as rulebook
from tests.fixtures_support import run
from tests.memory import report_on
from tests.pipe_support import publishing

BOOK = rulebook.load()
ELSEWHERE = {"importers-differ"}
"""Both sides are in `tests/fleet/test_exporting.py`, where there are several repositories."""
PIPELINES = "bitbucket-pipelines.yml"
LOGIN = 'echo "$PAT" | docker login crg.apkg.io -u "$USR" --password-stdin'
TOKEN = "ATATT3xFfGF0sample0literal0credential0000"
NATIVE = LOGIN.replace("PAT", "BITBUCKET_PACKAGES_TOKEN").replace("USR", "BITBUCKET_PACKAGES_USERNAME")
NPM = 'npm config set "//npm.apkg.io/acme/:_auth" "$(printf %s:%s "$USR" "$PAT" | base64 -w 0)"'
WEB = '{"name": "@acme/web", "publishConfig": {"registry": "https://npm.apkg.io/acme/"}}'
UV_INDEX = "UV_INDEX_BB_USERNAME=$USR UV_INDEX_BB_PASSWORD=$PAT"
PYPROJECT = '[[tool.uv.index]]\nname = "bb"\nurl = "https://pypi.apkg.io/acme/simple"\n'
UV_LOCK = '[[package]]\nname = "library"\nsource = { registry = "https://pypi.apkg.io/acme/simple" }\n'
OWN_LIBRARY = 'own-packages = ["pypi.apkg.io/acme/library"]\n'
PIPED = (
    "definitions:\n  steps:\n    - step: &publish\n        script:\n          - pipe: atlassian/pypi-publish:0.4.0\n"
    "            variables: {{PYPI_USERNAME: $USR, PYPI_PASSWORD: $PAT, REPOSITORY: 'https://{}/acme'}}\n"
)
BEARER = "//npm.apkg.io/{}:_authToken=${{BITBUCKET_PACKAGES_TOKEN}}\n"
MAVEN = "mvn -s settings.xml deploy"
AT = "<repository><id>a</id><url>https://maven.apkg.io/acme</url></repository>"
PROJECT = f"<project><distributionManagement>{AT}</distributionManagement></project>"
PAIR = "<username>${env.USR}</username><password>${env.PAT}</password>"
SERVER = f"<settings><servers><server><id>a</id>{PAIR}</server></servers></settings>"
OWN = 'own-packages = ["maven.apkg.io/acme/*"]'
OTHER = 'echo "$PAT2" | docker login crg.apkg.io -u "$USR2" --password-stdin'
AT_HOST = 'echo "$PAT" | docker login "$HOST" -u "$USR" --password-stdin # crg.apkg.io'
PUSH = "docker push crg.apkg.io/acme/web:1"
IMAGE = "image: {{name: {}/acme/ci:1, username: $USR, password: $PAT}}"
BUILD = "docker build -t crg.apkg.io/acme/web:1 ."
BUILDX = "docker buildx build -t crg.apkg.io/acme/web:1"
TAG = "docker tag crg.apkg.io/acme/web:1 crg.apkg.io/acme/web:2"
FROM = "FROM alpine:3\n"
DOCKERFILE = {"Dockerfile": FROM}
PIPE = ("--style", "pipe", "--offline", "--pipe-version", "1.2.3")


@dataclass(frozen=True, slots=True)
class Side:
    """A repository of one step: the items of its script, what stands above `script:` and above the pipelines, other
    files, and how it is checked."""

    items: tuple[str, ...]
    step: str = ""
    head: str = ""
    files: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()

    @property
    def pipelines(self) -> str:
        items = "".join(f"          - |\n{indent(item, ' ' * 12)}\n" for item in self.items)
        step = f"        {self.step}\n" if self.step else ""
        return f"{self.head}pipelines:\n  default:\n    - step:\n{step}        script:\n{items}"


def side(*items: str, step: str = "", head: str = "", piped: bool = False, **files: str) -> Side:
    """`files` are named with `__` for a slash and `_` for a dot."""
    named = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    return Side(items, step, head, named, PIPE if piped else ())


def pipe(*items: str, step: str = "", **files: str) -> Side:
    return side(*items, step=step, piped=True, Dockerfile=FROM, **files)


WINDOWS = "docker login crg.apkg.io -u $USR -p $PAT"
EXPORTED = "export: true\ndefinitions:\n  pipelines:\n    shared:\n      - step:\n          script:\n"
CALLED = f"#!/bin/sh\n{LOGIN}\n"
USED = "Run `sh ci/login.sh` first.\n"
MIRRORS = {
    "registry-unresolved": (side(AT_HOST, PUSH), side("HOST=crg.apkg.io", AT_HOST, PUSH)),
    "credential-unresolved": (
        side("T=$(vault read t)", LOGIN.replace("PAT", "T"), PUSH),
        side("T=$PAT", LOGIN.replace("PAT", "T"), PUSH),
    ),
    "not-followed": (
        side("node ci/login.js", ci__login_js='exec("docker login crg.apkg.io -p $PAT")\n'),
        side("node ci/login.js", ci__login_js='exec("docker login docker.io -p $PAT")\n'),
    ),
    "unsupported-expansion": (
        side(LOGIN.replace("$PAT", "${PAT%x}"), PUSH),
        side(LOGIN.replace("$PAT", "${PAT:-x}"), PUSH),
    ),
    "leaves-step": (
        side(LOGIN, PUSH, "scp ~/.docker/config.json deploy@acme.example:"),
        side(LOGIN, PUSH, "scp docker/config.json deploy@acme.example:"),
    ),
    "package-client": (
        side("curl -u $USR:$PAT https://pypi.apkg.io/acme/simple/web/"),
        side("curl -u $USR:$PAT https://pypi.acme.example/acme/simple/web/"),
    ),
    "npm-token": (
        side("npm config set //npm.apkg.io/acme/:_authToken $PAT"),
        side("npm config set //npm.acme.example/acme/:_authToken $PAT"),
    ),
    "committed-token": (
        side("make", _npmrc="//npm.apkg.io/acme/:_auth=Y2k6bm90LWEtcmVhbC10b2tlbg==\n"),
        side("make", _npmrc="//npm.acme.example/:_auth=Y2k6bm90LWEtcmVhbC10b2tlbg==\n# npm.apkg.io\n"),
    ),
    "npm-encoded": (
        side("npm config set //npm.apkg.io/acme/:_auth $PAT"),
        side("npm config set //npm.apkg.io/acme/:_auth $BITBUCKET_PACKAGES_TOKEN"),
    ),
    "npm-token-wins": (
        side(NPM, "npm publish", package_json=WEB, _npmrc=BEARER.format("acme/")),
        side(NPM, "npm publish", package_json=WEB, _npmrc=BEARER.format("")),
    ),
    "pnpm-project-file": (
        side("pnpm install", _npmrc="//npm.apkg.io/acme/:username=${USR}\n"),
        side("pnpm install", _npmrc="//npm.acme.example/acme/:username=${USR}\n"),
    ),
    "lone-token": (
        side("uv publish --publish-url https://pypi.apkg.io/acme --token $PAT"),
        side("uv publish --publish-url https://pypi.apkg.io/acme --username $USR --password $PAT"),
    ),
    "address-credential": (
        side("pip install -i https://$USR:$PAT@pypi.apkg.io/acme/simple a", _patless_toml=OWN_LIBRARY),
        side("pip install -i https://$USR:$PAT@pypi.acme.example/simple a", _patless_toml=OWN_LIBRARY),
    ),
    "pipe-credential": (
        side("true", head=PIPED.format("pypi.apkg.io")),
        side("true", head=PIPED.format("pypi.acme.example")),
    ),
    "index-packages-unknown": (
        side(f"{UV_INDEX} uv lock", pyproject_toml=PYPROJECT),
        side(f"{UV_INDEX} uv sync", pyproject_toml=PYPROJECT, uv_lock=UV_LOCK, _patless_toml=OWN_LIBRARY),
    ),
    "npm-packages-unknown": (
        side(NPM, "npm publish"),
        side(NPM, "npm publish", package_json=WEB),
    ),
    "encoded-in-lines": (
        side(NPM.replace(" -w 0", ""), "npm publish", package_json=WEB),
        side(NPM.replace(" -w 0", " -w0"), "npm publish", package_json=WEB),
    ),
    "npm-settings": (
        side(NPM, "npm publish", "cat ~/.npmrc", package_json=WEB),
        side(NPM, "npm publish", "rm ~/.npmrc", package_json=WEB),
    ),
    "host-undocumented": (
        side(MAVEN, pom_xml=PROJECT, settings_xml=SERVER),
        side(MAVEN, pom_xml=PROJECT, settings_xml=SERVER, _patless_toml=OWN),
    ),
    "build-settings": (
        side(MAVEN, pom_xml=PROJECT, settings_xml=SERVER, _patless_toml=OWN, A_java='System.getenv("PAT")'),
        side(MAVEN, pom_xml=PROJECT, settings_xml=SERVER, _patless_toml=OWN, A_java='System.getenv("PATH")'),
    ),
    "build-packages-unknown": (
        side(MAVEN.replace("deploy", "verify"), pom_xml=PROJECT, settings_xml=SERVER),
        side(MAVEN.replace("deploy", "verify"), pom_xml=PROJECT, settings_xml=SERVER, _patless_toml=OWN),
    ),
    "shadowed": (
        side("BITBUCKET_PACKAGES_TOKEN=x", LOGIN, PUSH),
        side("BITBUCKET_PACKAGES_TOKENS=x", LOGIN, PUSH),
    ),
    "build-image": (
        side("make", head=IMAGE.format("crg.apkg.io") + "\n"),
        side("make", head=IMAGE.format("docker.io") + "\n"),
    ),
    "other-workspace": (
        side(LOGIN, PUSH.replace("acme", "globex"), _patless_toml='[variables]\nBITBUCKET_WORKSPACE = "acme"\n'),
        side(LOGIN, PUSH, _patless_toml='[variables]\nBITBUCKET_WORKSPACE = "acme"\n'),
    ),
    "unreadable": (side(f"if true; then\n{LOGIN}\n", PUSH), side(f"if true; then\n{LOGIN}\nfi", PUSH)),
    "powershell": (
        side(WINDOWS, PUSH, step="runs-on: [self.hosted, windows]"),
        side(WINDOWS, PUSH, step="runs-on: [self.hosted, linux]"),
    ),
    "foreign-package": (
        side(LOGIN, "docker pull crg.apkg.io/acme/base", PUSH),
        side(LOGIN, "docker pull acme/base", PUSH),
    ),
    "image-unresolved": (side(LOGIN, "docker pull $B", PUSH), side("B=alpine:3", LOGIN, "docker pull $B", PUSH)),
    "login-purpose-unknown": (side(LOGIN, "mvn deploy"), side(LOGIN, "mvn deploy", PUSH)),
    "two-pushers": (side(LOGIN, PUSH), side(LOGIN, PUSH.replace("web", "api"))),
    "fixed-package": (
        side("true", head=f"{EXPORTED}            - {LOGIN}\n            - {PUSH}\n"),
        side(
            "true",
            head=f"{EXPORTED}            - {LOGIN}\n            - {PUSH.replace('web', '$BITBUCKET_REPO_SLUG')}\n",
        ),
    ),
    "shell-runner": (
        side(LOGIN, PUSH, step="runs-on: [self.hosted, linux.shell]"),
        side(LOGIN, PUSH, step="runs-on: [self.hosted, linux]"),
    ),
    "traced": (side("set -x", LOGIN, PUSH), side("set -x", "set +x", LOGIN, PUSH)),
    "guarded": (side('[ -n "$PAT" ] || exit 0', LOGIN, PUSH), side('[ -n "$PAT" ] || exit 1', LOGIN, PUSH)),
    "mixed-logins": (side(LOGIN, OTHER, PUSH), side(LOGIN, LOGIN, PUSH)),
    "bridge-reaches-more": (
        side("sh ci/login.sh", PUSH, ci__login_sh=f'{CALLED}curl -u "$PAT" https://acme.example\n', README_md=USED),
        side("sh ci/login.sh", PUSH, ci__login_sh=f"{CALLED}curl https://acme.example\n", README_md=USED),
    ),
    "bridge-layout": (
        side("readonly PAT", "sh ci/login.sh", PUSH, ci__login_sh=CALLED, README_md=USED),
        side("readonly OTHER", "sh ci/login.sh", PUSH, ci__login_sh=CALLED, README_md=USED),
    ),
    "pipe-version": (replace(pipe(BUILD, LOGIN, PUSH), arguments=PIPE[:3]), pipe(BUILD, LOGIN, PUSH)),
    "pipe-variables": (
        replace(pipe(BUILD, LOGIN, PUSH), arguments=PIPE[:2], files=DOCKERFILE | {"published": "IMAGE TAG"}),
        replace(pipe(BUILD, LOGIN, PUSH), arguments=PIPE[:2], files=DOCKERFILE | {"published": "IMAGE_NAME TAGS"}),
    ),
    "pipe-no-push": (pipe(BUILD, LOGIN), pipe(BUILD, LOGIN, PUSH)),
    "pipe-buildx-push": (pipe(LOGIN, f"{BUILDX} --push ."), pipe(f"{BUILDX} --load .", LOGIN, PUSH)),
    "pipe-multi-arch": (
        pipe(f"{BUILDX} --load --platform linux/amd64,linux/arm64 .", LOGIN, PUSH),
        pipe(f"{BUILDX} --load .", LOGIN, PUSH),
    ),
    "pipe-digest": (
        pipe(BUILD, LOGIN, PUSH, "docker inspect --format '{{index .RepoDigests 0}}' crg.apkg.io/acme/web:1"),
        pipe(BUILD, "docker inspect --format '{{.Id}}' crg.apkg.io/acme/web:1", LOGIN, PUSH),
    ),
    "pipe-push-all": (pipe(BUILD, LOGIN, "docker push -a crg.apkg.io/acme/web"), pipe(BUILD, LOGIN, PUSH)),
    "pipe-runner": (
        pipe(BUILD, LOGIN, PUSH, step="runs-on: [self.hosted, linux.shell]"),
        pipe(BUILD, LOGIN, PUSH, step="runs-on: [self.hosted, linux]"),
    ),
    "pipe-condition": (
        pipe(BUILD, LOGIN, f'if [ "$B" = main ]; then {PUSH}; fi'),
        pipe(BUILD, LOGIN, PUSH, 'if [ "$B" = main ]; then echo pushed; fi'),
    ),
    "pipe-loop": (
        pipe(BUILD, LOGIN, f"for tag in 1; do {PUSH}; done"),
        pipe("for tag in 1; do echo $tag; done", BUILD, LOGIN, PUSH),
    ),
    "pipe-mixed": (pipe(BUILD, LOGIN, PUSH, "./promote.sh"), pipe(BUILD, "./promote.sh", LOGIN, PUSH)),
    "pipe-layout": (pipe(BUILD, f"{LOGIN}\n{PUSH}\necho done"), pipe(BUILD, f"{LOGIN}\n{PUSH}", "echo done")),
    "pipe-image": (pipe(LOGIN, 'docker push "$(cat image.txt)"'), pipe(BUILD, LOGIN, PUSH)),
    "pipe-order": (
        pipe(BUILD, TAG, LOGIN, PUSH, "kubectl get pods", f"{PUSH[:-1]}2"),
        pipe(BUILD, TAG, LOGIN, PUSH, f"{PUSH[:-1]}2", "kubectl get pods"),
    ),
}
AS_WELL = {"pipe-runner": {"shell-runner"}, "build-packages-unknown": {"host-undocumented"}}
"""What is given together with a reason."""


def found(of: Side, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    folder.mkdir()
    files = {PIPELINES: of.pipelines, **of.files}
    published = files.pop("published", "")
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    with publishing() as publisher:
        monkeypatch.setenv("PATLESS_API_URL", publisher.url)
        pipes.published.cache_clear()
        if published:
            publisher.publish("1.0.0", tuple(published.split()))
        return run(["check", "--format", "json", *of.arguments], folder).findings()


def reasons(of: Side, folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    return {reason for finding in found(of, folder, monkeypatch) for reason in finding["reasons"]}


RULES = {
    "registry-login": (side(LOGIN, PUSH), side(NATIVE, PUSH)),
    "literal-credential": (side(LOGIN.replace("$PAT", TOKEN), PUSH), side(NATIVE, f"echo {TOKEN}", PUSH)),
    "credential-leaves-step": (
        side(NATIVE, PUSH, 'ssh deploy@acme.example docker login -u x -p "$PAT" crg.apkg.io'),
        side(NATIVE, PUSH, "ssh deploy@acme.example docker pull acme/web"),
    ),
    "build-image-credentials": (
        side("make", head=IMAGE.format("docker.io") + "\n", step=IMAGE.format("crg.apkg.io")),
        MIRRORS["build-image"][1],
    ),
    "package-credential": MIRRORS["package-client"],
    "shadowed-native-variable": (
        side("export BITBUCKET_PACKAGES_TOKEN=x", "make"),
        side("export BITBUCKET_PACKAGES_TOKENS=x", "make"),
    ),
}


def test_every_reason_has_both_sides() -> None:
    assert MIRRORS.keys() | ELSEWHERE == set(BOOK.reasons)


def test_every_rule_has_both_sides() -> None:
    assert RULES.keys() == set(BOOK.rules)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_something_on_one_side_and_nothing_on_the_other(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, harmless = RULES[rule]
    assert {one["rule"] for one in found(given, tmp_path / "given", monkeypatch)} == {rule}
    assert found(harmless, tmp_path / "harmless", monkeypatch) == []


@pytest.mark.parametrize("code", sorted(MIRRORS.keys() - {"two-pushers"}))
def test_a_reason_is_given_for_one_side_and_nothing_for_the_other(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, harmless = MIRRORS[code]
    assert reasons(given, tmp_path / "given", monkeypatch) == {code} | AS_WELL.get(code, set())
    assert reasons(harmless, tmp_path / "harmless", monkeypatch) == set()


def test_a_package_that_another_repository_pushes_has_two_pushers() -> None:
    settings = Settings(pushed_elsewhere={"crg.apkg.io/acme/web": ("shop",)})
    both = [report_on(one.pipelines, settings).findings for one in MIRRORS["two-pushers"]]
    assert [[reason.code for reason in finding.reasons] for (finding,) in both] == [["two-pushers"], []]
