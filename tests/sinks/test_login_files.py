"""Where clients keep their logins, and what leads there."""

from __future__ import annotations

import pytest

from migrator.ir.paths import Paths, Top, joined, patterns
from migrator.rulebook.sinks import Channel
from migrator.sinks.invocations import invocation
from migrator.sinks.login_files import LoginFiles, gives_login_file, is_login_file, kept, written_by_hand
from tests.flow.reading import BOOK, command, follow

CLONE = "$BITBUCKET_CLONE_DIR"


def files_of(text: str) -> LoginFiles:
    """Those of a script that does nothing but log in and change folders."""
    commands = follow(text).commands
    visited = joined(one.folders for one in commands)
    return LoginFiles.of([one for one in commands if one.name != "cd"], visited, BOOK)


FILES = files_of(f"docker login\ndocker --config {CLONE}/own login\ndocker --config /srv/two login")


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
    assert FILES.places == ("own", "/srv/two")
    assert FILES.outside == ("~/.docker/config.json", "/srv/two/config.json")


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("docker login", []),
        ("DOCKER_CONFIG=$HOME/.docker docker login", []),
        ("DOCKER_CONFIG=/tmp/$RANDOM docker login", []),
        ("DOCKER_CONFIG=$(mktemp -d) docker login", []),
        ("DOCKER_CONFIG=$(mktemp -d /tmp/a.XXX) docker login", []),
        ("DOCKER_CONFIG=$(mktemp -d -t a.XXX) docker login", []),
        ("cd app\nDOCKER_CONFIG=../../a docker login", []),
        ("podman login --authfile a.json", ["a.json"]),
        ("docker --config .a login", [".a/config.json"]),
        ("cd app\nDOCKER_CONFIG=.a docker login", ["app/.a/config.json"]),
        ("cd app\nDOCKER_CONFIG=../.a docker login", [".a/config.json"]),
        ("cd app\nDOCKER_CONFIG=$(pwd)/.a docker login", ["app/.a/config.json"]),
        ("export DOCKER_CONFIG=$PWD/.a\ncd app\ndocker login", [".a/config.json", "app/.a/config.json"]),
        ("DOCKER_CONFIG=.a-$B docker login", [".a-**/config.json"]),
        ("DOCKER_CONFIG=$A/two docker login", ["**/two/config.json"]),
        ("DOCKER_CONFIG=$(mktemp -d a.XXX) docker login", ["**/config.json"]),
        ("DOCKER_CONFIG=$(mktemp -d -p .) docker login", ["**/config.json"]),
        ("TMPDIR=.\nDOCKER_CONFIG=$(mktemp -d) docker login", ["**/config.json"]),
        ("HOME=$PWD docker login", [".docker/config.json"]),
        ("DOCKER_CONFIG=$(TMPDIR=. mktemp -d) docker login", ["**/config.json"]),
    ],
)
def test_the_files_in_the_clone_directory_are_told_by_where_the_script_is(text: str, inside: list[str]) -> None:
    assert sorted(patterns(files_of(text).files)) == inside


@pytest.mark.parametrize(("pattern", "packs"), [("dist/**", True), ("~/.m2", False), ("/srv", False)])
def test_a_folder_of_which_a_part_is_not_known_may_be_in_any_artifact(pattern: str, packs: bool) -> None:
    assert files_of("DOCKER_CONFIG=$A/two docker login").packs(pattern) is packs


@pytest.mark.parametrize(
    ("text", "folders", "has"),
    [
        ("src", frozenset({""}), False),
        ("own/config.json", frozenset({""}), False),
        (".", frozenset({"src"}), False),
        ("/", frozenset({""}), False),
        (".", frozenset({""}), True),
        ("..", frozenset({"src"}), True),
        ("own", frozenset({""}), True),
        (CLONE.replace("$", "${") + "}", frozenset({"src"}), True),
    ],
)
def test_a_folder_has_the_login_file_somewhere_below(text: str, folders: Paths, has: bool) -> None:
    assert FILES.has(text, folders) is has


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
        ("/srv", (False, False, True)),
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
