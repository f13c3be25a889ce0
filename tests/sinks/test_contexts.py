"""The folders that a build takes in, and which files of them it may copy into an image."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from migrator.sinks.contexts import BuildContext, build_contexts, builds
from migrator.sinks.images import found_by
from migrator.sinks.invocations import invocation
from migrator.sinks.uses import Files
from tests.flow.reading import BOOK, follow

BAKE = 'target "default" {\n  context = "app"\n  contexts = { a = "lib", b = "docker-image://x" }\n}\n'
INLINE = 'target "default" {\n  context = "app"\n  dockerfile-inline = "COPY a ."\n}\n'


def contexts(script: str, texts: Mapping[str, str]) -> tuple[list[BuildContext], Files]:
    flow = follow(script)
    files = found_by(flow, BOOK, texts.get, lambda: texts)
    called = invocation(flow.commands[-1], BOOK)
    assert called
    found = list(build_contexts(called, files))
    return found, files


@pytest.mark.parametrize(
    ("script", "does"),
    [
        ("docker ps", False),
        ("docker pull x", False),
        ("docker compose pull", False),
        ("docker compose build", True),
        ("docker buildx bake", True),
        ("docker build .", True),
        ("docker mystery .", False),
    ],
)
def test_a_command_that_builds_is_known(script: str, does: bool) -> None:
    called = invocation(follow(script).commands[-1], BOOK)
    assert called
    assert builds(called) == does


@pytest.mark.parametrize(
    ("script", "folders"),
    [
        ("docker ps", []),
        ("docker pull x", []),
        ("docker mystery .", []),
        ("docker build .", [""]),
        ("docker build app", ["app"]),
        ("cd sub\ndocker build ../app", ["app"]),
        ("docker build $BITBUCKET_CLONE_DIR/app", ["app"]),
        ("docker build /srv/app", ["/srv/app"]),
        ("docker build ~/app", ["~/app"]),
        ('docker build "$HOME/app"', ["~/app"]),
        ("if [ $X ]; then cd a; else cd b; fi\ndocker build .", ["a", "a", "b", "b"]),
        ("docker build https://acme.example/a.git", []),
        ("docker build git@acme.example:a.git", []),
        ("docker build GitHub.com/acme/web", []),
        ("docker build -", []),
        ("docker build $WHERE", [None]),
        ("docker build app*", [None]),
        ("docker build", [None]),
        ("cd $X\ndocker build .", [None]),
        ("docker build --build-context a=lib --build-context b=docker-image://x .", ["", "lib"]),
        ("docker build --build-context a=b=c .", ["", "b=c"]),
        ("docker build --build-context $(cat a) .", ["", None]),
        ("[ $X ] && F=Dockerfile || F=Other\ndocker build -f $F app", ["app", "app"]),
    ],
)
def test_a_build_takes_in_the_folders_that_it_is_told(script: str, folders: list[str | None]) -> None:
    assert [one.folder for one in contexts(script, {})[0]] == folders


@pytest.mark.parametrize(
    ("compose", "folders"),
    [
        ("{image: x}", []),
        ("{build: app}", ["sub/app"]),
        ("{build: ../app}", ["app"]),
        ("{build: /srv}", ["/srv"]),
        ("{build: ~/app}", ["~/app"]),
        ("{build: https://acme.example/a.git}", []),
        ("{build: $WHERE}", [None]),
        ("{build: {context: '${WHERE}'}}", [None]),
        ("{build: {dockerfile_inline: FROM x}}", ["sub"]),
        (
            "{build: {context: app, additional_contexts: {a: lib, b: docker-image://x, c: service:b}}}",
            ["sub/app", "sub/lib"],
        ),
        ("{build: {context: app, additional_contexts: ['a=$WHERE']}}", ["sub/app", None]),
        ("{build: {context: app, additional_contexts: {a: 'docker-image://x:$TAG'}}}", ["sub/app"]),
    ],
)
def test_a_service_takes_in_the_folders_that_its_file_names(compose: str, folders: list[str | None]) -> None:
    files = {"sub/compose.yml": f"services: {{a: {compose}}}"}
    assert [one.folder for one in contexts("cd sub\ndocker compose build", files)[0]] == folders
    assert contexts("cd sub\ndocker compose pull", files)[0] == []


@pytest.mark.parametrize(
    ("script", "files", "found"),
    [
        ("docker buildx bake", {"docker-bake.hcl": BAKE}, [("app", (".",)), ("lib", (".",))]),
        ("docker buildx bake", {"docker-bake.hcl": INLINE}, [("app", ("a",))]),
        ("docker buildx bake", {}, [(None, (".",))]),
        ("docker compose build", {}, [(None, (".",))]),
        ("export W=$S\ndocker compose build", {"compose.yml": "services: {a: {build: $W}}"}, [(None, (".",))]),
        ("docker build app", {}, [("app", (".",))]),
        ("docker build app", {"app/Dockerfile": "FROM x\nCOPY a b ./\n"}, [("app", ("a", "b"))]),
        ("docker build app", {"app/Dockerfile": "FROM x\n"}, [("app", ())]),
        ("docker build -f Other app", {"Other": "COPY a .\n"}, [("app", ("a",))]),
        ("docker build --build-context a=lib app", {"app/Dockerfile": "FROM x\n"}, [("app", ()), ("lib", (".",))]),
        (
            "docker compose build",
            {
                "compose.yml": "services: {a: {build: {context: app, additional_contexts: {a: lib}}}}",
                "app/Dockerfile": "",
            },
            [("app", ()), ("lib", (".",))],
        ),
        (
            "docker compose build",
            {
                "compose.yml": "services: {a: {build: {context: app, dockerfile_inline: COPY a .}}}",
                "app/Dockerfile": "",
            },
            [("app", ("a",))],
        ),
        (
            "docker compose build",
            {"compose.yml": "services: {a: {build: {context: app, dockerfile_inline: $B}}}", "app/Dockerfile": ""},
            [("app", (".",))],
        ),
    ],
)
def test_what_is_copied_is_what_the_dockerfile_says_and_else_may_be_all(
    script: str, files: dict[str, str], found: list[tuple[str | None, tuple[str, ...]]]
) -> None:
    assert [(one.folder, one.sources) for one in contexts(script, files)[0]] == found


@pytest.mark.parametrize(
    ("script", "path", "taken"),
    [
        ("docker build .", "t", True),
        ("docker build .", "/srv/t", False),
        ("docker build .", "~/t", False),
        ("docker build /", "/srv/t", True),
        ("docker build /srv", "/srv/t", True),
        ("docker build /srv", "/srv2/t", False),
        ("docker build /srv", "srv/t", False),
        ("docker build ~", "~/t", True),
        ("docker build app", "app/t", True),
        ("docker build app", "t", False),
        ("docker build app", "apple/t", False),
        ("docker build $WHERE", "t", True),
        ("docker build $WHERE", "/srv/t", False),
        ("docker build .", "*.env", True),
        ("docker build app", "app/*.env", True),
        ("docker build app", "*/t", True),
        ("docker build app", "lib/*.env", False),
        ("docker build -f One .", "t", True),
        ("docker build -f One .", "u", False),
        ("docker build -f One .", "t*", False),
        ("docker build -f One app", "app/t*", True),
        ("docker build -f Two .", "t*", True),
        ("docker build -f Two .", "u", True),
        ("docker build -f Doubtful .", "u", True),
        ("docker build $WHERE", "*.env", True),
    ],
)
def test_a_file_is_taken_that_lies_in_the_folder_and_is_copied(script: str, path: str, taken: bool) -> None:
    texts = {"t": "", "One": "COPY t .\n", "Two": "COPY t u ./\n", "Doubtful": "COPY [t-v] .\n"}
    found, files = contexts(script, texts)
    assert any(one.takes(path, files) for one in found) == taken


@pytest.mark.parametrize(
    ("script", "ignores", "taken"),
    [
        ("docker build .", {}, True),
        ("docker build .", {".dockerignore": "t\n"}, False),
        ("docker build .", {".dockerignore": "u\n"}, True),
        ("docker build .", {"app/.dockerignore": "t\n"}, True),
        ("docker build .", {".dockerignore": "t\n", ".containerignore": ""}, True),
        ("docker build .", {".dockerignore": "t\n", ".containerignore": "t\n"}, False),
        ("docker build .", {".dockerignore": "t\n", "Dockerfile.dockerignore": ""}, True),
        ("docker build .", {".dockerignore": "t\n", "app/Dockerfile.dockerignore": ""}, False),
        ("docker build -f app/Dockerfile .", {".dockerignore": "t\n", "app/Dockerfile.dockerignore": ""}, True),
        ("docker build .", {"Dockerfile.dockerignore": "t\n"}, True),
        ("./x > Dockerfile\ndocker build .", {".dockerignore": "t\n", "Dockerfile.dockerignore": ""}, True),
        ("./x > .dockerignore\ndocker build .", {".dockerignore": "t\n"}, True),
        ("./x > .containerignore\ndocker build .", {".dockerignore": "t\n"}, True),
        ("docker build $WHERE", {".dockerignore": "t\n"}, True),
        ("docker compose build", {".dockerignore": "t\n"}, False),
        ("docker compose build", {".dockerignore": "t\n", "Dockerfile.dockerignore": ""}, True),
    ],
)
def test_a_file_is_not_taken_that_every_builder_leaves_out(script: str, ignores: dict[str, str], taken: bool) -> None:
    texts = dict.fromkeys(("Dockerfile", "app/Dockerfile"), "COPY . .\n")
    found, files = contexts(script, {**texts, "compose.yml": "services: {a: {build: .}}", **ignores})
    assert any(one.takes("t", files) for one in found) == taken


def test_the_ignore_file_of_another_folder_is_not_that_of_an_inline_dockerfile() -> None:
    service = "{build: {context: app, dockerfile_inline: COPY . .}}"
    found, files = contexts(
        "docker compose build",
        {"compose.yml": f"services: {{a: {service}}}", "app/.dockerignore": "t\n", ".dockerignore": ""},
    )
    assert [one.takes("app/t", files) for one in found] == [False]
    found, files = contexts(
        "docker buildx bake", {"docker-bake.hcl": INLINE, "app/.dockerignore": "a\n", ".dockerignore": ""}
    )
    assert [one.takes("app/a", files) for one in found] == [False]
