"""Where clients keep their logins, and what leads there."""

from __future__ import annotations

import pytest

from migrator.ir.paths import Paths, Top
from migrator.rulebook.sinks import Channel
from migrator.sinks.invocations import invocation
from migrator.sinks.login_files import LoginFiles, gives_login_file, is_login_file, kept, written_by_hand
from tests.flow.reading import BOOK, command, follow

FILES = LoginFiles.of(["", "?", ".", "DOCKER_CONFIG", "${BITBUCKET_CLONE_DIR}/own", "${A}/two"], BOOK)


@pytest.mark.parametrize("path", ["", "config.json", ".docker", "a.docker/config.json", "~/.docker/config.json.bak"])
def test_other_files_hold_no_login(path: str) -> None:
    assert not is_login_file(path, BOOK)


@pytest.mark.parametrize(
    "path",
    [
        "~/.docker/config.json",
        ".docker/config.json",
        "${DOCKER_CONFIG}/config.json",
        "${REGISTRY_AUTH_FILE}",
        "/run/containers/0/../containers/auth.json",
        "${HOME}/.config/helm/registry/config.json",
    ],
)
def test_the_files_of_every_client_are_known(path: str) -> None:
    assert is_login_file(path, BOOK)


def test_the_places_of_a_step_are_those_that_its_logins_were_told() -> None:
    assert FILES.places == ("own", "${A}/two")


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("a", (False, False, False)),
        ("owner", (False, False, False)),
        ("~/.docker/config.json", (True, True, True)),
        ("key=/root/.docker/config.json", (True, True, True)),
        ("own/config.json", (True, True, True)),
        ("--from=$PWD/own", (False, False, False)),
        ("--from=${PWD}/own", (True, True, True)),
        ("/root/.docker", (False, True, True)),
        ("/root/.docker/", (False, True, True)),
        ("~/.docker/*", (False, True, True)),
        ("~/.docker/${FILE}", (False, True, True)),
        ("~/.docker/cli-plugins/docker-compose", (False, False, False)),
        ("own", (True, True, True)),
        ("o*", (False, False, True)),
        ("**/config.json", (False, False, True)),
        ("**/own", (False, False, True)),
        ("**/owner", (False, False, False)),
        ("${A}", (False, False, True)),
    ],
)
def test_a_text_names_a_login_file_or_holds_it_or_packs_it(text: str, answers: tuple[bool, bool, bool]) -> None:
    assert (FILES.named(text), FILES.holds(text), FILES.packs(text)) == answers


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("docker run a", False),
        ("docker run -v /root/.docker:/x a", True),
        ("docker run --mount=src=/root/.docker/config.json,dst=/x a", True),
        ("docker run -v config.json:/x a", False),
        ("podman run -v ~/.config/containers:/x a", True),
    ],
)
def test_a_container_may_be_given_the_login_file(text: str, given: bool) -> None:
    assert gives_login_file(command(text), BOOK) is given


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("echo $A > config.json", []),
        ("cat ~/.docker/config.json", []),
        ("echo $A > ~/.docker/config.json", ["${A}\n"]),
        ("echo $A | tee ~/.docker/config.json copy", ["${A}\n"]),
    ],
)
def test_what_is_written_into_a_login_file_is_a_sink(text: str, content: list[str]) -> None:
    found = list(written_by_hand(command(text), BOOK))
    assert [sink.value.symbol() for sink in found] == content
    assert {sink.channel for sink in found} <= {Channel.FILE}


@pytest.mark.parametrize(
    ("text", "folders", "given"),
    [
        ("config.json", frozenset({""}), False),
        ("config.json", Top("a folder"), False),
        (".docker/Dockerfile", frozenset({""}), False),
        ("own/config.json", frozenset({"sub"}), False),
        ("~/.docker/config.json", frozenset({""}), True),
        ("c=@/root/.docker/config.json", frozenset({""}), True),
        ("file:///root/.docker/config.json", frozenset({""}), True),
        ("own/config.json", frozenset({""}), True),
        ("config.json", frozenset({"own"}), True),
        (".", frozenset({"own"}), True),
    ],
)
def test_a_program_is_given_the_login_file(text: str, folders: Paths, given: bool) -> None:
    assert FILES.given(text, folders, ()) is given


@pytest.mark.parametrize(("text", "given"), [("config.json", True), ("--from=x=config.json", True), ("/tmp/a", False)])
def test_a_name_alone_is_the_login_file_in_the_folder_that_was_entered(text: str, given: bool) -> None:
    assert FILES.given(text, Top("a folder outside of the repository"), ["~/.docker"]) is given
    assert not FILES.given(text, frozenset({""}), ["~/.docker"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("docker login", "DOCKER_CONFIG"),
        ("HOME=/a docker login", "/a/.docker"),
        ("export HOME=$PWD/a\nDOCKER_CONFIG=/b docker login", "/b"),
        ("HOME=$(mktemp -d) docker login", "?"),
        ("HOME=/a helm registry login", "/a/.config/helm/registry/config.json"),
        ("HOME=/a buildah login", "REGISTRY_AUTH_FILE"),
    ],
)
def test_the_home_folder_moves_the_login_file(text: str, place: str) -> None:
    called = invocation(follow(text).commands[-1], BOOK)
    assert called is not None
    assert kept(called) == place
