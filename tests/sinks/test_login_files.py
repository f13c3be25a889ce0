"""Where clients keep their logins, and what leads there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from migrator.flow.events import Command
from migrator.ir.paths import Paths, Top, joined, patterns
from migrator.ir.values import Unknown
from migrator.rulebook.sinks import Channel
from migrator.sinks.invocations import invocation
from migrator.sinks.login_files import (
    LoginFiles,
    gives_login_file,
    is_login_file,
    kept,
    written_by_hand,
    written_logins,
)
from tests.flow.reading import BOOK, command, follow

CLONE = "$BITBUCKET_CLONE_DIR"


def files_of(text: str) -> LoginFiles:
    """Those of a script that does nothing but log in and change folders."""
    return files_in(follow(text).commands)


def files_in(commands: Sequence[Command]) -> LoginFiles:
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
        ("docker run -v $HOME:/x a", True),
        ("docker run -v /root/:/x:ro a", True),
        ("docker run --mount type=bind,source=/root,target=/x a", True),
        ("docker run -v /x:/root a", False),
        ("docker run -w /root a", False),
        ("docker run -v /root/x:/x a", False),
        ("docker run -v /run/containers/0:/x a", True),
        ("docker run -v $REGISTRY_AUTH_FILE:/x a", True),
        ("docker run -v $DOCKER_CONFIG:/x a", True),
        ("docker run -v .docker:/x a", False),
        ("docker run -v $OTHER:/x a", False),
        ("docker run -v $(x):/x a", False),
    ],
)
def test_a_container_may_be_given_the_login_file(text: str, given: bool) -> None:
    assert gives_login_file(command(text), BOOK) is given


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("echo $A > config.json", []),
        ("echo $A > $(x)", []),
        ("cat ~/.docker/config.json", []),
        ("echo $A > ~/.docker/config.json", ["${A}\n"]),
        ("echo $A | tee ~/.docker/config.json copy", ["${A}\n"]),
        ("tee ~/.docker/config.json", []),
        ("echo $A | cat ~/.docker/config.json", []),
        ("export DOCKER_CONFIG=/x\necho $A > /x/config.json", ["${A}\n"]),
        ("export DOCKER_CONFIG=/x\necho $A > /x/auth.json", ["${A}\n"]),
        ("export REGISTRY_AUTH_FILE=/x/y\necho $A > /x/y", ["${A}\n"]),
        ("export DOCKER_CONFIG=/x\necho $A > /x/y", []),
        ("export DOCKER_CONFIG=$(x)\necho $A > /x/config.json", []),
        ("export OTHER=/x\necho $A > /x/config.json", []),
        ("cd $(x)\necho auths $A > config.json", ["auths ${A}\n"]),
        ("cd $(x)\necho auths $A > auth.json", ["auths ${A}\n"]),
        ("cd $(x)\necho login $A > config.json", []),
        ("cd $(x)\necho auths $A > x.json", []),
        ("cd x\necho auths $A > config.json", []),
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
        (".docker/config.json", frozenset({""}), False),
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


@pytest.mark.parametrize(
    ("text", "given"),
    [("config.json", True), ("--from=x=config.json", True), ("$FILE", True), ("/tmp/a", False), ("~/a", False)],
)
def test_a_name_alone_is_the_login_file_in_the_folder_that_was_entered(text: str, given: bool) -> None:
    assert FILES.given(text, Top("a folder outside of the repository"), ["~/.docker"]) is given
    assert not FILES.given(text, frozenset({""}), ["~/.docker"])


@pytest.mark.parametrize(("text", "given"), [("x", True), ("$FILE", True), ("~/x", False), ("~ci", False)])
def test_what_is_in_a_home_folder_is_not_in_the_folder_that_was_entered(text: str, given: bool) -> None:
    assert FILES.given(text, Top("a folder outside of the repository"), ["own"]) is given


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("docker login", "DOCKER_CONFIG"),
        ("HOME=/a docker login", "/a/.docker"),
        ("DOCKER_CONFIG=$HOME/.docker docker login", "DOCKER_CONFIG"),
        ("docker --config ~/.docker login", "DOCKER_CONFIG"),
        ("docker --config ~/.docker2 login", "~/.docker2"),
        ("export HOME=$PWD/a\nDOCKER_CONFIG=/b docker login", "/b"),
        ("HOME=$(mktemp -d) docker login", "?"),
        ("HOME=/a helm registry login", "/a/.config/helm/registry/config.json"),
        ("HOME=/a buildah login", "REGISTRY_AUTH_FILE"),
        ("podman login --authfile ~/", "~/"),
        ("docker compose pull", ""),
    ],
)
def test_the_home_folder_moves_the_login_file(text: str, place: str) -> None:
    called = invocation(follow(text).commands[-1], BOOK)
    assert called is not None
    assert kept(called) == place


HOST = "crg.apkg.io"
NATIVE = "$BITBUCKET_PACKAGES_TOKEN"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("echo $A > x", []),
        ("echo $A > ~/.docker/config.json", [(("A",), False, ())]),
        (f"echo {HOST} $A $B $A > ~/.docker/config.json", [(("A", "B"), True, ())]),
        ("echo ghcr.io $A > ~/.docker/config.json", []),
        (f"echo {HOST} x > ~/.docker/config.json", [((), True, ())]),
        ("echo x > ~/.docker/config.json", []),
        (f"echo {HOST} {NATIVE} > ~/.docker/config.json", []),
        (f"echo {HOST} {NATIVE} $A > ~/.docker/config.json", [(("A",), True, ())]),
        ("echo $A > x\ncp x ~/.docker/config.json", [(("A",), False, ())]),
        ("echo $A > x\ntar cf ~/.docker/config.json x", []),
        ("echo $A > ~/.docker/config.json\ncp x ~/.docker/config.json", [(("A",), False, ())]),
        ('sed -i "s/TOKEN/$A/" ~/.docker/config.json', [(("A",), False, ())]),
        ("echo $A | tee ~/.docker/config.json", [(("A",), False, ())]),
        ("cat f > ~/.docker/config.json", [((), False, ("f",))]),
        ("$(x) > ~/.docker/config.json", [((), False, ())]),
        ("DOCKER_AUTH_CONFIG=$A", [(("A",), False, ())]),
        ("DOCKER_AUTH_CONFIG='x '$A", []),
        ("DOCKER_AUTH_CONFIG='auths '$A", [(("A",), False, ())]),
        (f"DOCKER_AUTH_CONFIG='auths {HOST}'", [((), True, ())]),
        ("DOCKER_AUTH_CONFIG=", []),
        ("read -r DOCKER_AUTH_CONFIG", []),
        ("OTHER=$A", []),
    ],
)
def test_a_login_that_a_script_writes_shows_its_registry_or_may_be_to_packages(
    text: str, found: list[tuple[object, ...]]
) -> None:
    logins = written_logins(follow(text, {"f": "x"}), BOOK)
    assert [(one.stored, one.surely, one.files) for one in logins] == found


@pytest.mark.parametrize(
    ("text", "outside", "places"),
    [
        ("docker login", ("~/.docker/config.json",), ()),
        ("HOME=/a docker login", ("/a/.docker/config.json", "~/.docker/config.json"), ("/a/.docker", "~/.docker")),
        ("helm registry login", ("~/.config/helm/registry/config.json",), ()),
        ("helm --registry-config /a registry login", ("/a",), ("/a",)),
        ("docker --config $A/x login", ("${A}/x/config.json",), ("${A}/x",)),
        ("docker --config x login", (), ("x",)),
        ("docker --config $(x) login", (), ()),
        ("x login", (), ()),
        ("docker --config= login", (), ()),
        ('docker --config "" login', (), ()),
        ("if a; then D=; else D=/a; fi\ndocker --config $D login", ("/a/config.json",), ("/a",)),
    ],
)
def test_the_files_elsewhere_are_told_by_the_words_of_a_login(
    text: str, outside: tuple[str, ...], places: tuple[str, ...]
) -> None:
    found = files_of(text)
    assert (found.outside, found.places) == (outside, places)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("D=$(mktemp -d)\ndocker --config $D login\nx $D", (True, True)),
        ("D=$(mktemp -d)\nE=$(mktemp -d)\ndocker --config $D login\nx $E", (False, False)),
        ("D=$(mktemp -d)\ndocker --config $D login\nx $(mktemp -d)", (False, False)),
        ("docker login\nexport DOCKER_CONFIG=$(x)\nx $DOCKER_CONFIG", (True, True)),
        ("docker login\nHOME=$(x)\nx $HOME", (False, True)),
        ("docker login\nD=$(echo $HOME | sed s/a/b/)\nx $D", (False, True)),
        ("docker login\nD=$(echo $OTHER | sed s/a/b/)\nx $D", (False, False)),
        ("docker login\nx ${A%b}", (False, False)),
    ],
)
def test_what_is_not_known_may_be_the_place_of_a_login(text: str, answers: tuple[bool, bool]) -> None:
    commands = follow(text).commands
    (piece,) = commands[-1].arguments[0].value.pieces
    assert isinstance(piece, Unknown)
    found = files_in(commands)
    assert (found.may_be(piece), found.may_be_above(piece)) == answers


@pytest.mark.parametrize(
    ("text", "path", "at"),
    [
        ("docker --config own login", "own", True),
        ("docker --config own login", "own/x/y", True),
        ("docker --config own login", "owner", False),
        ("docker --config $A/two login", "b/two", True),
        ("docker --config $A/two login", "b/two/config.json", True),
        ("docker --config $A/two login", "b/three", False),
        ("docker --config $A login", "b", False),
        ("docker --config $(mktemp -d x.XXX) login", "b", False),
        ("docker --config /srv/two login", "/srv/two/x", True),
        ("docker --config /srv/two login", "/srv/twofold", False),
    ],
)
def test_a_path_is_at_a_login_file_where_that_may_be_there(text: str, path: str, at: bool) -> None:
    assert files_of(text).is_at(path) is at


@pytest.mark.parametrize(
    ("text", "word", "folder", "lies"),
    [
        ("docker --config own login", "own", "", True),
        ("docker --config own login", ".", "own", True),
        ("docker --config own login", "own", "x", False),
        ("docker --config . login", ".", "", False),
        ("docker --config . login", "config.json", "", False),
    ],
)
def test_a_word_names_a_login_file_of_the_clone_directory(text: str, word: str, folder: str, lies: bool) -> None:
    assert files_of(text).is_in(word, frozenset({folder})) is lies


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/", True),
        ("~", True),
        ("/root", True),
        ("/root/", True),
        ("~somebody", True),
        ("${HOME}", True),
        ("~/.docker", True),
        ("~/.docker/config.json", True),
        ("~/.d*", True),
        ("/srv", True),
        ("/s*", True),
        ("/srv/two/config.json", True),
        ("/srv/two/x", False),
        ("/x*", False),
        ("~/x", False),
        ("/home", False),
        ("/root/x", False),
    ],
)
def test_a_folder_elsewhere_is_above_a_login_file(path: str, above: bool) -> None:
    assert FILES.is_above(path) is above
