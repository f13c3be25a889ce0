"""What a Compose project builds, reads and pushes, and which files are its own."""

from __future__ import annotations

import pytest

from migrator.sinks.compose import compose_binds
from migrator.sinks.images import find_images, found_by
from migrator.sinks.invocations import invocation
from tests.flow.reading import BOOK, follow
from tests.sinks.test_images import BASE, WEB, images

Uses = list[tuple[str, str | None]]
UNKNOWN: Uses = [("read", None)]
REDIS: Uses = [("read", "redis")]


@pytest.mark.parametrize(
    ("call", "service", "uses"),
    [
        ("build", "image: redis", []),
        ("build", "build: .", [("read", "node")]),
        ("build", "build: app", [("read", "alpine")]),
        ("build", "build: {context: app, dockerfile: Other}", [("read", "mysql")]),
        ("build", "build: {context: app, dockerfile: ../Dockerfile}", [("read", "node")]),
        ("build", "build: {context: app, dockerfile: /srv/Dockerfile}", UNKNOWN),
        ("build", "build: https://acme.example/a.git", UNKNOWN),
        ("build", "build: git@acme.example", UNKNOWN),
        ("build", "build: oci-layout://app", UNKNOWN),
        ("build", "build: -", UNKNOWN),
        ("build", "build: $W", UNKNOWN),
        ("build", "build: {context: app, dockerfile: $W}", UNKNOWN),
        ("build", "build: {dockerfile: Stages, target: one}", [("read", "node")]),
        ("build", "build: {dockerfile: Stages}", [("read", "node"), ("read", "alpine")]),
        ("build", "build: {dockerfile: Argument, args: {A: mysql}}", [("read", "mysql")]),
        ("build", "build: {dockerfile: Argument, args: [B=mysql]}", [("read", "redis")]),
        ("build", "build: {dockerfile: Argument, args: [A]}", UNKNOWN),
        ("build", "build: {dockerfile_inline: FROM mysql}", [("read", "mysql")]),
        ("build", "build: {dockerfile_inline: $Z}", UNKNOWN),
        ("build", f"build: {{context: ., cache_from: [{BASE}]}}", [("read", BASE), ("read", "node")]),
        (
            "build",
            f"build: {{context: ., cache_to: ['type=registry,ref={WEB}:c']}}",
            [("cache", f"{WEB}:c"), ("read", "node")],
        ),
        ("build", "build: {context: ., cache_to: ['type=local,dest=x']}", [("read", "node")]),
        ("build", f"build: {{context: ., additional_contexts: {{node: 'docker-image://{BASE}'}}}}", [("read", BASE)]),
        ("build", "build: {context: ., additional_contexts: {node: lib}}", []),
        ("build", f"build: {{context: ., tags: [{WEB}]}}", [("read", "node")]),
        ("push", f"build: {{context: ., tags: [{WEB}:t]}}\n    image: {WEB}", [("push", WEB), ("push", f"{WEB}:t")]),
        ("push", f"build: {{context: ., tags: [{WEB}]}}", [("push", WEB)]),
        ("push", f"image: {WEB}", []),
        ("build", "build: $V", UNKNOWN),
        ("build", "build: {context: app, dockerfile: $V}", UNKNOWN),
        ("build", "build: {dockerfile: Stages, target: $V}", [("read", "node"), ("read", "alpine")]),
        ("up", "build: .", [("read", "node")]),
        ("up", f"image: {WEB}\n    pull_policy: never", [("read", WEB)]),
        ("push", f"build: {{context: ., cache_to: [{WEB}]}}", []),
        ("build --push", f"build: .\n    image: {WEB}", [("read", "node"), ("push", WEB)]),
        (
            "up",
            f"image: {WEB}\n    volumes: [{{type: image, source: {BASE}}}, {{type: bind, source: a}}]",
            [("read", WEB), ("read", BASE)],
        ),
        ("up", f"image: {WEB}\nmodels: {{m: {{model: {BASE}}}}}", [("read", WEB), ("read", BASE)]),
        ("build", f"image: {WEB}\nmodels: {{m: {{model: {BASE}}}}}", []),
        ("build", f"image: {WEB}\n    volumes: [{{type: image, source: {BASE}}}]", []),
    ],
)
def test_a_service_is_built_read_and_pushed(call: str, service: str, uses: Uses) -> None:
    files = {
        "compose.yml": f"services:\n  a:\n    {service}\n",
        "Dockerfile": "FROM node\n",
        "app/Dockerfile": "FROM alpine\n",
        "app/Other": "FROM mysql\n",
        "Stages": "FROM node AS one\nFROM alpine\n",
        "Argument": "ARG A=redis\nFROM $A\n",
        "app/${S}": "FROM alpine\n",
        **{f"{one}/Dockerfile": "FROM alpine\n" for one in ("-", "git@acme.example", "https:/acme.example/a.git")},
        "${S}/Dockerfile": "FROM alpine\n",
    }
    assert images(f"export W=$S V=$(x)\ndocker compose {call}", files) == uses


def test_paths_are_relative_to_the_first_file_or_to_the_folder_that_is_told() -> None:
    files = {"a/c.yml": "services: {a: {build: .}}", "a/Dockerfile": "FROM node\n", "sub/Dockerfile": "FROM redis\n"}
    assert images("cd sub\ndocker compose -f ../a/c.yml build", files) == [("read", "node")]
    assert images("docker compose --project-directory sub -f a/c.yml build", files) == [("read", "redis")]
    files["compose.yml"] = files["a/c.yml"]
    assert images("docker compose --project-directory sub build", files) == [("read", "redis")]


def test_what_a_project_has_built_is_not_read_again() -> None:
    files = {"compose.yml": f"services: {{a: {{build: ., image: {WEB}}}}}", "Dockerfile": "FROM node\n"}
    assert images(f"docker compose build\ndocker run {WEB}", files) == [("read", "node")]
    assert images(f"docker compose push\ndocker run {WEB}", files) == [("push", WEB), ("read", WEB)]
    files = {"compose.yml": "services: {a: {build: ., image: $V}}", "Dockerfile": "FROM node\n"}
    script = "export V=$(x)\ndocker compose build\ndocker run $(y)"
    assert images(script, files) == [("read", "node"), ("read", None)]
    assert images(f"docker compose build\ndocker run {WEB}", {"compose.yml": f"services: {{a: {{image: {WEB}}}}}"}) == [
        ("read", WEB)
    ]


@pytest.mark.parametrize(
    ("service", "binds"),
    [
        ("volumes: ['./a:/b', c]", ["./a:/b", "c"]),
        ("volumes: [{type: bind, source: a, target: /b}]", ["a"]),
        ("volumes: ['$X:/b']", ["$X:/b"]),
        ("volumes: ['$Y:/b']", ["y:/b"]),
        ("image: x", []),
    ],
)
def test_what_services_mount_is_told_to_commands_that_start_them(service: str, binds: list[str]) -> None:
    for call, expected in (("up", binds), ("build", [])):
        flow = follow(f"export Y=y\ndocker compose {call}")
        files = found_by(flow, BOOK, {"compose.yml": f"services: {{a: {{{service}}}}}"}.get)
        called = invocation(flow.commands[-1], BOOK)
        assert called
        assert called.syntax
        assert called.syntax.compose
        assert list(compose_binds(called, called.syntax.compose, files)) == expected


NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
SMALL = "services: {a: {image: redis}}"
OTHER = "services: {b: {image: mysql}}"
DEEP = ", ".join(f"a{number}: &a{number} {'[' * 150}*a{number - 1}{']' * 150}" for number in range(1, 11))


@pytest.mark.parametrize(
    ("script", "files", "uses"),
    [
        *(("docker compose pull", {name: SMALL}, REDIS) for name in NAMES),
        *(("docker compose pull", {name: OTHER, NAMES[0]: SMALL}, REDIS) for name in NAMES[1:]),
        *(
            (
                "docker compose pull",
                {"compose.yml": SMALL, f"{stem}.override.{end}": OTHER},
                [*REDIS, ("read", "mysql")],
            )
            for stem in ("compose", "docker-compose")
            for end in ("yml", "yaml")
        ),
        ("docker compose pull", {"compose.override.yml": OTHER}, UNKNOWN),
        ("docker compose pull", {"compose.yml": f"<<: {{a0: &a0 x, {DEEP}}}\nb: *a10\n{SMALL}"}, UNKNOWN),
        ("docker compose pull", {"sub/compose.yml": SMALL}, UNKNOWN),
        ("docker compose -f a.yml -f b.yml pull", {"a.yml": SMALL, "b.yml": OTHER}, [*REDIS, ("read", "mysql")]),
        ("docker compose -f a.yml -f b.yml pull", {"a.yml": SMALL}, UNKNOWN),
        ("docker compose pull", {".env": "A=1\nCOMPOSE_FILE = 'a.yml'\n", "a.yml": SMALL, "compose.yml": OTHER}, REDIS),
        ("cd own\ndocker compose pull", {"own/.env": "COMPOSE_FILE=a.yml:\n", "own/a.yml": SMALL}, REDIS),
        (
            "docker compose pull",
            {"own/.env": "COMPOSE_FILE=a.yml\n", "a.yml": SMALL, "compose.yml": OTHER},
            [("read", "mysql")],
        ),
        ("docker compose --project-directory own pull", {"own/.env": "COMPOSE_FILE=a.yml\n", "a.yml": SMALL}, REDIS),
        (
            "COMPOSE_FILE=a.yml docker compose pull",
            {".env": "COMPOSE_FILE=b.yml\n", "a.yml": SMALL, "b.yml": OTHER},
            REDIS,
        ),
        ("COMPOSE_FILE=a.yml docker compose -f b.yml pull", {"a.yml": OTHER, "b.yml": SMALL}, REDIS),
        (
            "COMPOSE_PATH_SEPARATOR=, COMPOSE_FILE=a.yml,b.yml docker compose pull",
            {"a.yml": SMALL, "b.yml": OTHER},
            [*REDIS, ("read", "mysql")],
        ),
        ("COMPOSE_PATH_SEPARATOR=$X COMPOSE_FILE=a.yml docker compose pull", {"a.yml": SMALL}, REDIS),
        ("COMPOSE_PATH_SEPARATOR=$(x) COMPOSE_FILE=a.yml docker compose pull", {"a.yml": SMALL}, UNKNOWN),
        ("COMPOSE_FILE=$(x) docker compose pull", {"compose.yml": SMALL}, UNKNOWN),
        ("docker compose -f ci/$NAME.yml pull", {"ci/a.yml": SMALL, "ci/b.yml": OTHER}, [*REDIS, ("read", "mysql")]),
        ("docker compose -f $NAME pull", {"ci/a.yml": SMALL}, UNKNOWN),
        ("[ $X ] && F=ci/$N.yml || F=$N\ndocker compose -f $F pull", {"ci/a.yml": SMALL}, UNKNOWN),
        ("docker compose -f ci/$NAME.yml pull", {"a.yml": SMALL}, UNKNOWN),
        ("docker compose -f m/$NAME pull", {f"m/{number}": SMALL for number in range(16)}, REDIS * 16),
        ("docker compose -f m/$NAME pull", {f"m/{number}": SMALL for number in range(17)}, UNKNOWN),
        ("docker compose -f m/$A -f m/$B pull", {f"m/{number}": SMALL for number in range(4)}, REDIS * 16),
        ("docker compose -f m/$A -f m/$B pull", {f"m/{number}": SMALL for number in range(5)}, UNKNOWN),
        ("cd sub\ndocker compose -f a.yml pull", {"a.yml": OTHER, "sub/a.yml": SMALL}, REDIS),
        ("docker compose pull", {"compose.yml": "\ufeff" + SMALL}, REDIS),
        (
            "docker compose pull",
            {"compose.yml": "include: [a/b.yml]", "a/b.yml": "include: [c.yml]", "a/c.yml": SMALL},
            REDIS,
        ),
        (
            "docker compose pull",
            {"compose.yml": "include: [a.yml, b.yml, a.yml]", "a.yml": SMALL, "b.yml": OTHER},
            [*REDIS, ("read", "mysql")],
        ),
        ("docker compose pull", {"compose.yml": "include: [../a.yml]", "a.yml": SMALL}, UNKNOWN),
    ],
)
def test_a_project_has_the_files_that_compose_finds(script: str, files: dict[str, str], uses: Uses) -> None:
    assert images(script, files, listed=files) == uses


@pytest.mark.parametrize(
    ("script", "files", "subject", "why"),
    [
        ("docker compose pull", {}, "compose.yaml", "the Compose file is not in the repository"),
        ("cd /\ndocker compose pull", {}, "compose.yaml", "the Compose file is not in the repository"),
        ("docker compose -f a.yml pull", {}, "a.yml", "the Compose file a.yml cannot be read from the repository"),
        ("docker compose -f $F pull", {}, "${F}", "the Compose file ${F} cannot be read from the repository"),
        (
            "docker compose -f $(x) pull",
            {},
            "the output of `x`",
            "the Compose file the output of `x` cannot be read from the repository",
        ),
        (
            "docker compose pull",
            {"compose.yml": "["},
            "compose.yml",
            "the Compose file compose.yml cannot be read from the repository",
        ),
        (
            "docker compose --project-directory a --project-directory $(x) pull",
            {"a/compose.yml": SMALL},
            "the output of `x`",
            "the folder the output of `x` of the Compose project is not known",
        ),
        (
            "docker compose --project-directory $D pull",
            {},
            "${D}",
            "the folder ${D} of the Compose project is not known",
        ),
        ("docker compose pull", {"compose.yml": "include: [a.yml]"}, "a.yml", "the file is included"),
        (
            "docker compose pull",
            {"compose.yml": "include: [{path: a.yml, project_directory: b}]"},
            "the Compose file",
            "the file is included",
        ),
        (
            "docker compose build",
            {"compose.yml": "services: {a: {build: app}}"},
            "app/Dockerfile",
            "the Dockerfile app/Dockerfile is not in the repository",
        ),
        (
            "docker compose build",
            {"compose.yml": "services: {a: {build: {dockerfile: $F}}}"},
            "$F",
            "the Dockerfile $F is not in the repository",
        ),
        (
            "docker compose build",
            {"compose.yml": "services: {a: {build: {dockerfile_inline: $F}}}"},
            "the inline Dockerfile",
            "the value of F is not known",
        ),
    ],
)
def test_what_of_a_project_is_missing_is_said(script: str, files: dict[str, str], subject: str, why: str) -> None:
    (use,) = find_images(follow(script), BOOK, files.get)
    assert (use.subject, use.why) == (subject, why)
