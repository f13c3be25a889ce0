"""What a script pushes and reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from msgspec.structs import replace

from migrator.ir.paths import Paths, Top
from migrator.rulebook.sinks import Action
from migrator.sinks.images import find_images, image_uses
from migrator.sinks.readers import Readers
from tests.flow.reading import BOOK, command, follow

HOST = "crg.apkg.io"
WEB = f"{HOST}/acme/web"
BASE = f"{HOST}/acme/base"


def images(
    text: str, files: Mapping[str, str] | None = None, folders: Paths | None = None, listed: Iterable[str] = ()
) -> list[tuple[str, str | None]]:
    """What is pushed, cached and read; `folders` is where every command runs, if not where the script says."""
    flow = follow(text, files)
    if folders is not None:
        flow = replace(flow, commands=tuple(replace(one, folders=folders) for one in flow.commands))
    uses = find_images(flow, BOOK, (files or {}).get, lambda: listed)
    return [("read" if use.action.reads else use.action.name.lower(), use.reference) for use in uses]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (f"--cache-from {BASE}", [BASE]),
        (f"--cache-from {BASE}:$T", [f"{BASE}:${{T}}"]),
        (f"--cache-from type=registry,ref={BASE}:$T", [f"{BASE}:${{T}}"]),
        (f"--cache-from {BASE}:$(date)", [f"{BASE}:"]),
        (f"--cache-from type=registry,ref={BASE}:$(date)", [f"{BASE}:"]),
        ("--cache-from type=local,src=x", []),
        ("--cache-from $(date)", [None]),
        ("--cache-from type=registry,ref=$(date)", [None]),
    ],
)
def test_what_a_build_takes_from_a_cache_is_read(option: str, expected: list[str | None]) -> None:
    assert [one for _, one in images(f"docker build {option} .", {"Dockerfile": "FROM scratch\n"})] == expected


@pytest.mark.parametrize(
    ("policy", "call", "read"),
    [
        ("", "up", True),
        ("always", "up", True),
        ("missing", "up", True),
        ("build", "up", False),
        ("never", "up", False),
        ("", "up --build", False),
        ("", "push", False),
    ],
)
def test_an_image_that_is_built_is_read_where_compose_may_pull_it_first(policy: str, call: str, read: bool) -> None:
    text = f"services:\n  a:\n    image: {WEB}\n    build: .\n"
    text += f"    pull_policy: {policy}\n" if policy else ""
    found = images(f"docker compose {call}", {"compose.yaml": text, "Dockerfile": "FROM scratch\n"})
    assert (("read", WEB) in found) == read


def test_a_word_that_is_missing_names_nothing() -> None:
    for text in (
        "docker compose -f",
        "docker compose up -f",
        "docker build -f",
        "docker build --cache-from",
        "docker pull",
    ):
        assert images(text, {"compose.yml": "services: {}\n", "Dockerfile": "FROM scratch\n"}) in ([], [("read", None)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "docker",
        "docker ps",
        f"docker tag a {WEB}\ndocker rmi {WEB}",
        f"docker login -u a -p b {HOST}/acme",
        f"docker rmi {WEB}",
        f"docker image inspect {WEB}",
        f"docker save {WEB}",
        f"docker tag web {WEB}",
        f"docker logout {HOST}",
        f"echo docker pull {WEB}",
        f"echo {WEB}",
        f"git clone https://{WEB}",
        f"# docker pull {WEB}",
        "make",
        "docker ps -q | xargs docker rm",
        f"docker tag a {WEB}\ndocker run {WEB}",
        f"podman tag a {WEB}\npodman run {WEB}",
        f"skopeo copy docker-archive:a dir:b/{WEB}",
    ],
)
def test_nothing_is_pushed_or_read(text: str) -> None:
    assert images(text) == []


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("docker pull node", [("read", "node")]),
        (f"docker push {WEB}:1", [("push", f"{WEB}:1")]),
        (f"docker image push {WEB}", [("push", WEB)]),
        (f"docker pull --platform linux/arm64 -q {WEB}", [("read", WEB)]),
        (f"docker run --rm -e A=b -v $PWD:/x {BASE} {WEB} sh", [("read", BASE), ("read", WEB)]),
        ("docker run --name a $IMAGE", [("read", "${IMAGE}")]),
        ("docker pull $(cat image)", [("read", None)]),
        (f"docker pull {WEB}:$(cat version)", [("read", f"{WEB}:")]),
        (f"docker pull {WEB}@$(cat digest)", [("read", f"{WEB}@")]),
        (f"docker pull {WEB}$(cat rest)", [("read", None)]),
        (f"for t in 1 2; do docker push {WEB}:$t; done", [("push", f"{WEB}:1"), ("push", f"{WEB}:2")]),
        (f"IMAGE={WEB}\ndocker push $IMAGE", [("push", WEB)]),
        (f"docker tag a {WEB}\ndocker pull {WEB}", [("read", WEB)]),
        (f"skopeo copy docker://{BASE} docker://{WEB}", [("read", BASE), ("push", WEB)]),
        (f"crane cp {BASE} {WEB}", [("read", BASE), ("push", WEB)]),
        (f"docker buildx imagetools create -t {WEB} {BASE}", [("read", BASE), ("push", WEB)]),
        (f"helm push chart.tgz oci://{HOST}/acme", [("push", f"{HOST}/acme")]),
        (f"helm install web oci://{HOST}/acme/web", [("read", f"{HOST}/acme/web")]),
        ("helm install web ./chart", []),
        (f"trivy image {WEB}", [("read", WEB)]),
        (f"./scan.sh --image={WEB}", [("read", WEB)]),
        ("xargs docker pull < list", [("read", None)]),
        ("xargs sh -c 'docker pull {}' < list", [("read", None)]),
        ("docker buildx bake", [("read", None)]),
        (f"docker scout cves {WEB}", [("read", WEB)]),
        (f"docker service update --image={WEB} web", [("read", WEB)]),
        (f"vendor-tool pull a,{BASE}", [("read", BASE)]),
        ("xargs() { true; }\nxargs sh -c 'docker pull {}'", []),
        (f"docker run {BASE} trivy image {WEB}", [("read", BASE), ("read", WEB)]),
        (f"docker create {BASE} {WEB}", [("read", BASE), ("read", WEB)]),
        (f"TWINE_REPOSITORY_URL=https://a.example/x twine upload --repository-url https://{WEB} d/*", [("push", WEB)]),
        (f"TWINE_REPOSITORY_URL=https://{WEB} twine upload d/*", [("push", WEB)]),
        ("helm push web-1.0.tgz oci://$HOST/acme", [("push", "${HOST}/acme")]),
        (f"buildah push {WEB}\nbuildah push web docker://{BASE}", [("push", WEB), ("push", BASE)]),
        (f"docker inspect {WEB}\ndocker stop {WEB}", []),
        (f"docker mystery {WEB}", [("read", WEB)]),
        (f"xargs docker push < list\nxargs docker rmi {WEB} < list", [("push", None)]),
    ],
)
def test_commands_push_and_read_images(text: str, uses: list[tuple[str, str | None]]) -> None:
    assert images(text) == uses


def test_an_image_in_a_variable_may_be_of_a_registry_whatever_the_step_has_made() -> None:
    uses = image_uses(follow(f"skopeo copy $FROM docker://{WEB}\nskopeo copy docker://{WEB} $TO"), BOOK, {}.get)
    assert [(use.action, use.reference) for use in uses] == [
        (Action.PULL, "${FROM}"),
        (Action.PUSH, WEB),
        (Action.READ, WEB),
        (Action.PUSH, "${TO}"),
    ]


def test_a_local_image_is_named_before_it_is_read() -> None:
    uses = image_uses(follow(f"docker tag a {WEB}\ndocker run {WEB}\ndocker pull {WEB}"), BOOK, {}.get)
    assert [(use.action, use.reference) for use in uses] == [
        (Action.NAME, "a"),
        (Action.NAME, WEB),
        (Action.READ, WEB),
        (Action.PULL, WEB),
    ]


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("docker build .", [("read", BASE)]),
        (f"docker build -t {WEB} .", [("read", BASE)]),
        (f"docker build -t {WEB} --push .", [("read", BASE), ("push", WEB)]),
        (f"docker buildx build --push --tag={WEB} .", [("read", BASE), ("push", WEB)]),
        (f"docker buildx build -o type=registry -t {WEB} .", [("read", BASE), ("push", WEB)]),
        (f"docker build -t {WEB} .\ndocker run {WEB}", [("read", BASE)]),
        ("docker build -f Dockerfile .", [("read", BASE)]),
        ("docker build -f sub/Other sub", [("read", "node:20")]),
        ("docker build sub", [("read", None)]),
        ("docker build $WHERE", [("read", None)]),
        ("docker build https://example.com/a.git", [("read", None)]),
        ("cd sub\ndocker build -f Other .", [("read", "node:20")]),
        ("docker build -f $BITBUCKET_CLONE_DIR/sub/Other .", [("read", "node:20")]),
        ("echo FROM x > Dockerfile\ndocker build .", [("read", None)]),
        (f"docker build --cache-from {WEB} .", [("read", BASE), ("read", WEB)]),
        (f"docker build --cache-from type=registry,ref={WEB}:c .", [("read", BASE), ("read", f"{WEB}:c")]),
        ("docker build --cache-from type=local,src=a .", [("read", BASE)]),
        (f"docker build --build-context a=docker-image://{WEB} .", [("read", WEB), ("read", BASE)]),
        (f"docker build --build-context {BASE}=docker-image://{WEB} .", [("read", WEB)]),
        ("head Dockerfile | docker build -", [("read", None)]),
        ("printf 'ARG A\\nfrom alpine\\n' | docker build -", [("read", "alpine")]),
        ("printf 'From alpine\\n' | docker build -f - sub", [("read", "alpine")]),
        ("echo no FROM | docker build -", [("read", None)]),
        ("docker build -", [("read", None)]),
        ("docker build", [("read", None)]),
        ("docker build -f $FILE .", [("read", None)]),
        ("podman build own", [("read", "redis")]),
        ("podman build both", [("read", "mysql"), ("read", "redis")]),
        ("docker build -f sub/Other -f Dockerfile .", [("read", BASE)]),
        ("docker build --target one -f sub/Stages sub", [("read", "node")]),
        ("docker build --target two --target one -f sub/Stages sub", [("read", "node")]),
        ("docker build -f sub/Stages sub", [("read", "node"), ("read", "alpine")]),
        ("echo FROM redis > New\ndocker build -f New .", [("read", "redis")]),
        ("./x > New\ndocker build -f New .", [("read", None)]),
        ("docker build --build-context a=$(cat a) .", [("read", None), ("read", BASE)]),
        ("docker build --build-context a=$(cat a) -f sub/Argument .", [("read", None), ("read", None)]),
        ("docker build --build-context a=$A .", [("read", None), ("read", BASE)]),
        ("docker build --build-context a=$BITBUCKET_CLONE_DIR/sub .", [("read", BASE)]),
        ("docker build --build-context a=./$A .", [("read", BASE)]),
        ("docker build --build-context ALPINE=docker-image://$A -f sub/Small .", [("read", "${A}")]),
        (f"docker build --cache-to type=registry,ref={WEB}:c,mode=max .", [("read", BASE), ("cache", f"{WEB}:c")]),
        (f"docker build --cache-to ref={WEB}:c,type=registry .", [("read", BASE), ("cache", f"{WEB}:c")]),
        (f"docker build --cache-to type=local,dest=a,notref={WEB} .", [("read", BASE)]),
        (f"docker build --cache-to {WEB}:c .", [("read", BASE), ("cache", f"{WEB}:c")]),
        (f"docker build --cache-to type=registry,ref={WEB}:$(date) .", [("read", BASE), ("cache", f"{WEB}:")]),
        (f"docker build --cache-to type=registry,ref={WEB}$(date) .", [("read", BASE), ("cache", None)]),
        ("docker build --cache-to $(cat a) .", [("read", BASE), ("cache", None)]),
        ("docker build --cache-to type=gha,scope=$(cat a) .", [("read", BASE)]),
        (f"docker build --output type=image,push=true -t {WEB} .", [("read", BASE), ("push", WEB)]),
        (f"docker build -o type=local,dest=a -t {WEB} .", [("read", BASE)]),
        (f"docker build -o $BITBUCKET_CLONE_DIR/a -t {WEB} .", [("read", BASE)]),
        (f"docker build -o a -o $(cat a) -t {WEB} .", [("read", BASE), ("push", WEB)]),
        (f"docker build -o $HOW -t {WEB} .", [("read", BASE), ("push", WEB)]),
        (f"docker build -o type=$HOW -t {WEB} .", [("read", BASE), ("push", WEB)]),
        ("docker build --push -t $(cat a) .", [("read", BASE), ("push", None)]),
        ("export A=redis\ndocker build --build-arg A -f sub/Argument .", [("read", "redis")]),
        ("[ $X ] && F=sub/Gone || F=sub/Other\ndocker build -f $F .", [("read", None), ("read", "node:20")]),
    ],
)
def test_a_build_reads_what_its_dockerfile_begins_with(text: str, uses: list[tuple[str, str | None]]) -> None:
    files = {
        "Dockerfile": f"FROM {BASE}\n",
        "sub/Other": "FROM node:20\n",
        "sub/Stages": "FROM node AS one\nFROM alpine AS two\n",
        "sub/Argument": "ARG A\nFROM $A\n",
        "sub/Small": "FROM alpine\n",
        "own/Containerfile": "FROM redis\n",
        "both/Dockerfile": "FROM mysql\n",
        "both/Containerfile": "FROM redis\n",
    }
    assert images(text, files) == uses


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("docker build -f sub/O* .", [("read", "node:20")]),
        ("docker build -f sub/$NAME .", [("read", "redis"), ("read", "node:20")]),
        ("docker build -f $NAME .", [("read", None)]),
        ("docker build $WHERE/sub", [("read", "redis")]),
        ("docker build $WHERE", [("read", None)]),
        ("docker build s*b", [("read", "redis")]),
        ("docker build -f none/* .", [("read", None)]),
        ("docker build -f many/* .", [("read", "many")] * 16),
        ("docker build -f more/* .", [("read", None)]),
        ("echo x > sub/New\ndocker build -f sub/$NAME .", [("read", None)]),
        ("echo x > sub/New\ndocker build -f sub/O* .", [("read", "node:20")]),
        ("git pull\ndocker build -f sub/O* .", [("read", None)]),
        ("git pull\ndocker build -f sub/Other .", [("read", "node:20")]),
        ("[ $X ] && F=sub/O* || F=sub/Dockerfile\ndocker build -f $F .", [("read", "redis"), ("read", "node:20")]),
        ("[ $X ] && F=sub/D* || F=sub/Other\ndocker build -f $F .", [("read", "redis"), ("read", "node:20")]),
        ("cd /\ndocker build -f $FILE .", [("read", None)]),
    ],
)
def test_of_a_name_that_is_known_in_part_each_file_may_be_meant(text: str, uses: list[tuple[str, str | None]]) -> None:
    files = {
        "sub/Other": "FROM node:20\n",
        "sub/Dockerfile": "FROM redis\n",
        **{f"many/{number}": "FROM many\n" for number in range(16)},
        **{f"more/{number}": "FROM many\n" for number in range(17)},
    }
    assert images(text, files, listed=files) == uses


@pytest.mark.parametrize(
    ("options", "reference"),
    [
        ("", "node"),
        (f"--build-arg FROM={WEB}", WEB),
        ("--build-arg FROM=$IMAGE", "${IMAGE}"),
        ("--build-arg FROM=$(cat image)", None),
        ("--build-arg OTHER=x", "node"),
        ("--build-arg FROM", None),
        ("--build-arg $(cat arguments)", "node"),
    ],
)
def test_a_build_argument_names_the_base(options: str, reference: str | None) -> None:
    files = {"Dockerfile": "ARG FROM=node\nFROM $FROM\n"}
    assert images(f"docker build {options} .", files) == [("read", reference)]


COMPOSE = f"services:\n  web:\n    image: {WEB}\n    build: .\n  db:\n    image: {BASE}\n"


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("docker compose ps", []),
        ("docker compose down", []),
        ("docker compose pull", [("read", WEB), ("read", BASE)]),
        ("docker-compose pull", [("read", WEB), ("read", BASE)]),
        ("docker compose push", [("push", WEB)]),
        ("docker compose build", [("read", "node")]),
        ("docker compose build --push", [("read", "node"), ("push", WEB)]),
        ("docker compose up --build", [("read", "node"), ("read", BASE)]),
        ("docker compose -f compose.yml pull", [("read", WEB), ("read", BASE)]),
        ("docker compose -f other.yml pull", [("read", None)]),
        ("docker compose -f $FILE pull", [("read", None)]),
        ("cd sub\ndocker compose pull", [("read", WEB), ("read", BASE)]),  # it looks in the folders around, too
        ("cd /srv\ndocker compose pull", [("read", None)]),
        ("cd own\ndocker compose pull", [("read", "redis"), ("read", f"{HOST}/acme/over")]),
        ("docker compose --project-directory own pull", [("read", "redis"), ("read", f"{HOST}/acme/over")]),
        ("docker compose --project-directory=$SUB pull", [("read", None)]),
        ("docker compose --project-directory own -f small.yml pull", [("read", "redis")]),
        ("docker compose -f including.yml pull", [("read", "redis"), ("read", f"{HOST}/acme/over")]),
        ("docker compose -f extending.yml pull", [("read", "redis")]),
        ("docker compose -f missing.yml pull", [("read", None)]),
        ("docker compose -f moved.yml pull", [("read", None)]),
        ("cp small.yml compose.yml\ndocker compose pull", [("read", None)]),
        ("cp small.yml own/compose.yml\ncd own\ndocker compose pull", [("read", None)]),
        ("cp small.yml compose.override.yml\ndocker compose pull", [("read", None)]),
        (
            "COMPOSE_FILE=small.yml:own/docker-compose.override.yml docker compose pull",
            [("read", "redis"), ("read", f"{HOST}/acme/over")],
        ),
        ("COMPOSE_PATH_SEPARATOR=, COMPOSE_FILE=small.yml,none.yml docker compose pull", [("read", None)]),
        ("docker stack up -c small.yml web", [("read", "redis")]),
        ("COMPOSE_FILE=small.yml docker compose pull", [("read", "redis")]),
        ("COMPOSE_FILE=$FILE docker compose pull", [("read", None)]),
        ("docker stack deploy -c small.yml web", [("read", "redis")]),
        ("docker compose --project-directory own -f built.yml build", [("read", "mysql")]),
        ("docker compose -f any.yml build", [("read", None)]),
    ],
)
def test_compose_reads_and_pushes_what_its_file_names(text: str, uses: list[tuple[str, str | None]]) -> None:
    files = {
        "compose.yml": COMPOSE,
        "small.yml": "services: {a: {image: redis}}",
        "Dockerfile": "FROM node\n",
        "own/docker-compose.yaml": "services: {a: {image: redis}}",
        "own/docker-compose.override.yml": f"services: {{b: {{image: {HOST}/acme/over}}}}",
        "built.yml": "services: {a: {build: .}}",
        "own/Dockerfile": "FROM mysql\n",
        "any.yml": "services: {a: {build: {context: ., dockerfile: $D}}}",
        "including.yml": "include: [small.yml, {path: [own/docker-compose.override.yml]}]",
        "extending.yml": "services: {a: {extends: {file: ./small.yml, service: a}}}",
        "missing.yml": "services: {a: {extends: {file: none.yml, service: a}}}",
        "moved.yml": "include: [{path: small.yml, project_directory: own}]",
    }
    assert images(text, files) == uses


def test_files_that_include_each_other_end() -> None:
    files = {"compose.yml": "include: [a/b.yml]", "a/b.yml": "include: [../compose.yml]\nservices: {a: {image: redis}}"}
    assert images("docker compose pull", files) == [("read", "redis")]


def test_a_long_way_of_files_that_include_others_is_not_followed_to_its_end() -> None:
    files = {f"{n}.yml": f"include: [{n + 1}.yml]" for n in range(100)}
    assert images("docker compose -f 0.yml pull", files) == [("read", None)]


@pytest.mark.parametrize("text", ["a: [", "services: {a: {image: x}, a: {image: y}}", "\0"])
def test_a_compose_file_that_cannot_be_read_leaves_the_images_unknown(text: str) -> None:
    assert images("docker compose pull", {"compose.yml": text}) == [("read", None)]


def test_a_dockerfile_that_is_too_large_is_not_read() -> None:
    (use,) = find_images(follow("docker build ."), BOOK, {"Dockerfile": "FROM node\n" + "#" * (2 << 20)}.get)
    assert (use.reference, use.subject) == (None, "Dockerfile")
    assert use.why == "the Dockerfile is larger than 2 MiB; it is not read"


def test_what_is_missing_is_said() -> None:
    (use,) = find_images(follow("docker build sub"), BOOK, {}.get)
    assert (use.action, use.subject) == (Action.READ, "sub/Dockerfile")
    assert use.why == "sub/Dockerfile is not in the repository, or the step changes it"
    for text, subject, why in (
        (
            "docker build -f sub/../Gone .",
            "sub/../Gone",
            "the Dockerfile sub/../Gone is not in the repository, or the step changes it",
        ),
        (
            "docker build -f sub/Dockerfile .",
            "sub/Dockerfile",
            "sub/Dockerfile is not in the repository, or the step changes it",
        ),
        ("docker build /srv", "/srv", "the Dockerfile /srv is not in the repository, or the step changes it"),
        ("docker build", "a missing word", "the Dockerfile that a missing word names is not known"),
        ("docker build -f $F .", "F", "the Dockerfile that $F names is not known"),
        ("docker build -", "the Dockerfile on standard input", "the Dockerfile on standard input is not known"),
        ("git pull\ndocker build -f *.a .", "*.a", "`git` may add files that `*.a` matches"),
        ("docker build -f *.a .", "a variable", "the Dockerfile that `*.a` names is not known"),
    ):
        (use,) = find_images(follow(text), BOOK, {}.get)
        assert (use.subject, use.why) == (subject, why)
    compose = {"compose.yml": "services: {a: {build: $FOLDER}}"}
    (use,) = find_images(follow("docker compose build"), BOOK, compose.get)
    assert (use.subject, use.why) == ("$FOLDER", "the Dockerfile $FOLDER is not in the repository")


SEVERAL = frozenset({"a", "b"})
BUILT = f"services: {{web: {{image: {WEB}, build: .}}}}"


@pytest.mark.parametrize(
    ("text", "folders", "uses"),
    [
        ("docker build .", SEVERAL, [("read", BASE), ("read", "node")]),
        ("docker build -f ../c/Dockerfile .", SEVERAL, [("read", "redis")]),
        ("docker build ..", SEVERAL, [("read", None)]),
        ("docker build .", frozenset({"a", "gone"}), [("read", BASE), ("read", None)]),
        ("docker build .", Top("`cd`"), [("read", None)]),
        ("docker build $BITBUCKET_CLONE_DIR/a", Top("`cd`"), [("read", BASE)]),
        ("docker compose pull", SEVERAL, [("read", WEB), ("read", "mysql")]),
        ("docker compose pull", Top("`cd`"), [("read", None)]),
        ("docker compose -f compose.yml pull", Top("`cd`"), [("read", None)]),
        ("docker compose -f $BITBUCKET_CLONE_DIR/b/compose.yml pull", Top("`cd`"), [("read", "mysql")]),
        ("docker compose up", SEVERAL, [("read", BASE), ("read", WEB), ("read", "mysql")]),
        ("docker build -t mysql .\ndocker run mysql", SEVERAL, [("read", BASE), ("read", "node")]),
    ],
)
def test_files_are_looked_for_in_every_folder_that_it_may_be(
    text: str, folders: Paths, uses: list[tuple[str, str | None]]
) -> None:
    files = {
        "a/Dockerfile": f"FROM {BASE}\n",
        "b/Dockerfile": "FROM node\n",
        "c/Dockerfile": "FROM redis\n",
        "a/compose.yml": BUILT,
        "b/compose.yml": "services: {db: {image: mysql}}",
    }
    assert images(text, files, folders) == uses


def test_what_a_project_in_one_folder_builds_is_not_there_for_one_in_another() -> None:
    files = {
        "a/compose.yml": BUILT,
        "a/Dockerfile": "FROM node",
        "b/compose.yml": f"services: {{web: {{image: {WEB}}}}}",
    }
    assert images("docker compose up --build", files, SEVERAL) == [("read", "node"), ("read", WEB)]


TAKING = "services: {b: {image: redis, environment: [TOKEN]}}"
EXTENDING = "services: {a: {extends: {file: a/ci.yml, service: b}}}"
VARIABLES = {"compose.yml": "services: {a: {image: 'x:$TAG', environment: [TOKEN]}}"}


@pytest.mark.parametrize(
    ("text", "files", "read"),
    [
        ("docker compose up", VARIABLES, {"TAG", "TOKEN"}),
        ("docker compose -f compose.yml up", VARIABLES, {"TAG", "TOKEN"}),
        ("docker compose up", {"compose.yml": COMPOSE}, set()),
        ("docker compose up", {}, {"TAG", "TOKEN", "OTHER"}),
        ("docker compose up", {"compose.yml": "a: ["}, {"TAG", "TOKEN", "OTHER"}),
        ("docker compose -f other.yml up", VARIABLES, {"TAG", "TOKEN", "OTHER"}),
        ("cd $WHERE\ndocker compose up", {"compose.yml": COMPOSE}, {"TAG", "TOKEN", "OTHER"}),
        ("cd sub\ndocker compose up", VARIABLES, {"TAG", "TOKEN"}),
        ("docker compose config", VARIABLES, {"TAG", "TOKEN"}),
        ("docker compose -f small.yml up", {**VARIABLES, "small.yml": COMPOSE}, set()),
        ("export COMPOSE_FILE=ci.yml\ndocker compose up", {"compose.yml": COMPOSE, "ci.yml": TAKING}, {"TOKEN"}),
        ("docker compose up", {"compose.yml": COMPOSE, "compose.override.yaml": TAKING}, {"TOKEN"}),
        ("docker compose --project-directory a up", {"compose.yml": COMPOSE, "a/compose.yml": TAKING}, {"TOKEN"}),
        ("docker compose up", {"compose.yml": "include: [ci.yml]", "ci.yml": TAKING}, {"TOKEN"}),
        ("docker compose up", {"compose.yml": EXTENDING, "a/ci.yml": TAKING}, {"TOKEN"}),
        ("docker compose up", {"compose.yml": EXTENDING}, {"TAG", "TOKEN", "OTHER"}),
        ("docker compose up", {"compose.yml": COMPOSE, ".env": "A=1\n"}, set()),
        ("docker compose up", {"compose.yml": COMPOSE, ".env": "A=${TOKEN}\n"}, {"TOKEN"}),
        ("echo A=1 > .env\ndocker compose up", {"compose.yml": COMPOSE}, set()),
        ("./x > .env\ndocker compose up", {"compose.yml": COMPOSE}, {"TAG", "TOKEN", "OTHER"}),
        (
            "echo B=1 >> .env\ndocker compose up",
            {"compose.yml": COMPOSE, ".env": "A=${TOKEN}\n"},
            {"TAG", "TOKEN", "OTHER"},
        ),
        ("docker compose up", {"compose.yml": "services: {a: {env_file: a.env}}", "a.env": "TOKEN\n"}, {"TOKEN"}),
        ("docker compose up", {"compose.yml": "services: {a: {env_file: a.env}}"}, {"TAG", "TOKEN", "OTHER"}),
        ("docker stack deploy -c ci.yml web", {"ci.yml": TAKING}, {"TOKEN"}),
        ("docker stack deploy -c - web", {"ci.yml": COMPOSE}, {"TAG", "TOKEN", "OTHER"}),
        ("docker buildx bake", {}, {"TAG", "TOKEN", "OTHER"}),
        ("docker build .", {}, set()),
    ],
)
def test_compose_files_may_read_variables(text: str, files: Mapping[str, str], read: set[str]) -> None:
    readers = Readers(follow(text), BOOK, files.get)
    assert {name for name in ("TAG", "TOKEN", "OTHER") if readers.may_read(command(text), name)} == read


@pytest.mark.parametrize("words", [WEB, f"web docker://{WEB}"])
def test_buildah_pushes_an_image_by_its_own_name_or_to_where_it_is_told(words: str) -> None:
    assert images(f"buildah push {words}") == [("push", WEB)]


def test_buildah_pushes_no_folder() -> None:
    assert images("buildah push web dir:/tmp/web") == []
