"""What Compose projects build, read and interpolate."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.frontends.documents.compose import ComposeFile, Service, UnreadPart, environment_names, read_compose
from migrator.frontends.documents.interpolation import image_name
from migrator.text.source import Source, Span
from migrator.text.yaml import Item, Mapping, Node, Scalar, Sequence, read_yaml


def parsed(text: str) -> Node | None:
    return read_yaml(Source("compose.yml", text))


def one(body: Any, **variables: str | None) -> Service:
    (service,) = read_compose([{"services": {"web": body}}], variables).services
    return service


def image(*documents: Any, **variables: str | None) -> str | None:
    (service,) = read_compose(documents, variables).services
    return service.image.resolved if service.image else None


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(None, id="an empty file"),
        pytest.param({}, id="an empty mapping"),
        pytest.param({"services": None}, id="no services"),
        pytest.param({"services": {"web": None}}, id="a service without a body"),
        pytest.param({"version": "3", "web": {"image": "a"}}, id="a version, but no services"),
        pytest.param({"x-web": {"image": "a"}}, id="an extension"),
        pytest.param({"volumes": {"data": {"driver": "local"}}}, id="volumes only"),
    ],
)
def test_a_file_without_services_says_nothing(document: object) -> None:
    assert read_compose([document], {}) == ComposeFile()


@pytest.mark.parametrize(
    ("document", "unread"),
    [
        ("text", UnreadPart("", "the file is not a mapping")),
        ({"services": ["web"]}, UnreadPart("", "`services` is not a mapping")),
        ({"services": {"web": "acme/web"}}, UnreadPart("", "the service web is not a mapping")),
        ({"services": {"web": {"build": 5}}}, UnreadPart("", "the build of the service web is not a mapping")),
        ({"services": {"web": {"extends": ["a"]}}}, UnreadPart("", "`extends` of the service web is not a mapping")),
        ({"services": {"web": {"extends": "a"}}}, UnreadPart("", "what the service web extends is not found")),
        ({"services": {"web": {"extends": "web"}}}, UnreadPart("", "what the service web extends is not found")),
        (
            {"services": {"web": {"extends": {"file": "b.yml", "service": "a"}}}},
            UnreadPart("b.yml", "the service web extends a service of the file"),
        ),
        ({"include": "b.yml"}, UnreadPart("b.yml", "the file is included")),
        ({"include": [{"path": ["b.yml"], "env_file": "c"}]}, UnreadPart("b.yml", "the file is included")),
        ({"include": [5]}, UnreadPart("", "the file is included")),
        ({"models": ["ai/a"]}, UnreadPart("", "`models` is not a mapping")),
    ],
)
def test_what_is_not_read_is_said(document: object, unread: UnreadPart) -> None:
    assert read_compose([document], {}).unread == (unread,)


def test_an_image_is_expanded() -> None:
    web = one({"image": "${HOST}/acme/web:${TAG:-latest}"}, HOST="crg.example.io").image
    assert web is not None
    assert (web.resolved, web.why, web.unknown) == (None, "the value of TAG is not known", ("TAG",))
    assert (image_name(web), web.by_default) == ("crg.example.io/acme/web", "crg.example.io/acme/web:latest")


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        pytest.param(5, "5", id="an integer"),
        pytest.param(1 << 12_000, f"0x1{'0' * 3000}", id="an integer that Python does not write"),
        pytest.param(3.1, None, id="a float, whose spelling is lost"),
        pytest.param(["a"], None, id="a list"),
        pytest.param({"a": "b"}, None, id="a mapping"),
    ],
)
def test_an_image_that_is_no_text_is_not_guessed(value: object, resolved: str | None) -> None:
    assert image({"services": {"web": {"image": value}}}) == resolved


def test_the_first_file_format_has_services_at_the_top() -> None:
    assert image({"web": {"image": "acme/web"}}) == "acme/web"


def test_a_build_may_be_a_path() -> None:
    build = one({"build": "./app"}).build
    assert build is not None
    assert build.context is not None
    assert (build.context.resolved, build.dockerfile, build.build_args) == ("./app", None, {})


def test_a_build_is_read_whole() -> None:
    build = one(
        {
            "build": {
                "context": "../app",
                "dockerfile": "docker/$NAME",
                "target": "prod",
                "args": ["BASE=acme/base:$TAG", "TOKEN", "NAME", "EMPTY="],
                "cache_from": ["acme/web:cache", "type=registry,ref=acme/c:$TAG", "type=local,src=x", "type=gha"],
                "cache_to": ["type=registry,ref=acme/c:2,mode=max"],
                "additional_contexts": {"base": "docker-image://acme/base:$TAG", "lib": "../lib", "any": "$ANY"},
                "tags": ["acme/web:$TAG"],
            }
        },
        TAG="1",
        NAME="Dockerfile",
    ).build
    assert build is not None
    assert build.dockerfile is not None
    assert build.target is not None
    assert (build.dockerfile.resolved, build.target.resolved) == ("docker/Dockerfile", "prod")
    assert build.build_args == {"BASE": "acme/base:1", "TOKEN": None, "NAME": "Dockerfile", "EMPTY": ""}
    assert [cache.resolved for cache in build.cache_from] == ["acme/web:cache", "acme/c:1"]
    assert [cache.resolved for cache in build.cache_to] == ["acme/c:2"]
    assert [(context.name, context.image and context.image.resolved) for context in build.contexts] == [
        ("base", "acme/base:1"),
        ("lib", None),
        ("any", None),
    ]
    assert build.contexts[1].image is None
    assert build.contexts[2].image is not None, "$ANY may be an image"
    assert [tag.resolved for tag in build.tags] == ["acme/web:1"]


def test_an_inline_dockerfile_is_expanded() -> None:
    build = one({"build": {"dockerfile_inline": "FROM acme/base:$TAG\nRUN echo $$HOME\n" + "#" * 5000}}, TAG="1").build
    assert build is not None
    assert build.dockerfile_inline is not None
    assert (build.dockerfile_inline.resolved or "").startswith("FROM acme/base:1\nRUN echo $HOME\n")


def test_other_parts_of_a_service_are_read() -> None:
    service = one(
        {
            "volumes": ["data:/data", {"type": "image", "source": "acme/data"}, {"type": "bind", "source": "/x"}],
            "pull_policy": "build",
            "profiles": ["test", "$P"],
            "depends_on": {"db": {"condition": "service_healthy"}},
        }
    )
    assert [mount.resolved for mount in service.mounts] == ["acme/data"]
    assert (service.pull_policy, service.profiles, service.depends_on) == ("build", ("test", "$P"), ("db",))


def test_models_are_read() -> None:
    models = read_compose([{"models": {"m": {"model": "ai/a:$TAG"}, "n": None}}], {"TAG": "1"}).models
    assert [model.resolved for model in models] == ["ai/a:1"]


def test_a_later_file_overrides() -> None:
    first = {"services": {"web": {"image": "a", "build": {"context": "x", "args": {"A": "1", "B": "2"}}}}}
    second = {"services": {"web": {"image": "b", "build": {"target": "t", "args": ["B=3"], "cache_from": ["c"]}}}}
    (service,) = read_compose([first, second], {}).services
    assert service.image is not None
    assert service.build is not None
    assert service.build.context is not None
    assert (service.image.resolved, service.build.context.resolved) == ("b", "x")
    assert service.build.build_args == {"A": "1", "B": "3"}
    assert [cache.resolved for cache in service.build.cache_from] == ["c"]


def test_a_later_file_that_says_nothing_overrides_nothing() -> None:
    assert image({"services": {"web": {"image": "a"}}}, {"services": {"web": {"ports": ["80"]}}}) == "a"


def test_a_service_takes_over_what_it_extends() -> None:
    services = {
        "base": {"image": "a", "build": "x", "depends_on": ["db"]},
        "middle": {"extends": {"service": "base"}, "build": {"target": "t"}},
        "web": {"extends": "middle", "image": "b"},
    }
    web = read_compose([{"services": services}], {}).services[2]
    assert web.image is not None
    assert web.build is not None
    assert web.build.context is not None
    assert web.build.target is not None
    assert (web.image.resolved, web.build.context.resolved, web.build.target.resolved) == ("b", "x", "t")
    assert (web.name, web.depends_on) == ("web", ())


def test_extends_in_a_circle_ends() -> None:
    services = {"a": {"extends": "b"}, "b": {"extends": "a"}}
    assert len(read_compose([{"services": services}], {}).unread) == 2


def test_every_variable_that_is_read_is_listed() -> None:
    document = {
        "x-common": {"labels": ["v=$LABEL"]},
        "services": {
            "web": {
                "image": "web:${TAG:-${FALLBACK}}",
                "command": "echo $$ESCAPED $COMMAND",
                "environment": ["TOKEN", "SET=1", "FROM_ENV=$VALUE"],
                "build": {"args": {"ARGUMENT": None, "GIVEN": "1"}},
            },
            "job": {"environment": {"HANDED_ON": None, "OTHER": 1}},
        },
        "secrets": {"npm": {"environment": "NPM_TOKEN"}, "file": {"file": "./x"}},
    }
    assert environment_names(parsed(json.dumps(document))) == {
        *("LABEL", "TAG", "FALLBACK", "COMMAND", "TOKEN", "VALUE", "ARGUMENT", "HANDED_ON", "NPM_TOKEN"),
    }


def test_environment_files_are_listed_as_written() -> None:
    services = {"a": {"env_file": "a.env"}, "b": {"env_file": ["a.env", {"path": "$B", "required": False}, 5]}}
    found = read_compose([{"services": services, "include": {"path": "c.yml", "env_file": "c.env"}}], {})
    assert found.env_files == ("c.env", "a.env", "$B")
    assert UnreadPart("", "a path in `env_file` is not text") in found.unread


def test_shared_and_cyclic_parts_end() -> None:
    shared: list[Any] = ["$X"]
    for _ in range(100):
        shared = [shared, shared]
    cycle: dict[str, Any] = {"image": "a"}
    cycle["x-self"] = cycle
    (service,) = read_compose([{"services": {"web": cycle}, "x-bomb": shared}], {}).services
    assert service.image
    assert service.image.resolved == "a"


def test_variables_of_parts_that_aliases_share_are_found_in_one_look() -> None:
    nowhere = Span(0, 0)
    shared: Node = Sequence((Item(Scalar("$X", "", nowhere), 0),), nowhere)
    for _ in range(100):
        shared = Sequence((Item(shared, 0), Item(shared, 0, alias=True)), nowhere)
    root = Mapping(((Scalar("x-bomb", "", nowhere), Item(shared, 0)),), nowhere)
    assert environment_names(root) == {"X"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("x: &x {image: $A, tag: $B}\nservices: {web: {<<: *x, image: $C}}", {"A", "B", "C"}, id="a merge"),
        pytest.param("services: {web: {<<: {image: $A, tag: $B}, image: $C}}", {"B", "C"}, id="overridden"),
        pytest.param("services: {web: {<<: {environment: [T]}}}", {"T"}, id="handed on by what is merged"),
        pytest.param("$KEY: {image: ~, tag:, other: '$A'}", {"A"}, id="keys are not interpolated"),
        pytest.param("- $A", set(), id="no mapping"),
        pytest.param("", set(), id="empty"),
    ],
)
def test_variables_are_those_of_the_values_that_count(text: str, names: set[str]) -> None:
    assert environment_names(parsed(text)) == names


def test_deep_nesting_ends() -> None:
    deep: Any = "$X"
    for _ in range(100_000):
        deep = [deep]
    (service,) = read_compose([{"services": {"web": {"image": deep, "build": {"args": deep}}}}], {}).services
    assert service.image
    assert service.image.resolved is None
    nested = "[" * 150 + "$X" + "]" * 150
    assert environment_names(parsed(f"services: {{web: {{image: {nested}}}}}")) == {"X"}


KEYS = st.sampled_from(
    [
        *(
            "services",
            "include",
            "models",
            "model",
            "secrets",
            "web",
            "image",
            "build",
            "args",
            "context",
            "cache_from",
        ),
        *(
            "additional_contexts",
            "extends",
            "file",
            "service",
            "environment",
            "env_file",
            "path",
            "volumes",
            "profiles",
        ),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | KEYS | st.just("type=registry,ref=$X")
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | SCALARS, inner, max_size=3)
)
BODIES = st.dictionaries(KEYS, VALUES, max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        VALUES | BODIES | st.fixed_dictionaries({"services": st.dictionaries(KEYS, BODIES, max_size=2)}), max_size=3
    )
)
def test_any_structure_is_read_without_an_error(documents: list[object]) -> None:
    read_compose(documents, {"X": None})
