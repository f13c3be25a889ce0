"""Copies of login files, and what rules of one's own add to what is known of them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.ir.paths import Paths, Top
from migrator.sinks.login_files import LoginFiles, written_by_hand, written_logins
from tests.flow.reading import BOOK, command, follow

CLONE = "$BITBUCKET_CLONE_DIR"
LOGINS = follow(f"docker login\ndocker --config {CLONE}/own login\ndocker --config /srv/two login").commands
FILES = LoginFiles.of(LOGINS, frozenset({""}), BOOK)


@pytest.mark.parametrize(
    ("text", "folders", "entered", "whole", "part"),
    [
        ("own", frozenset({""}), (), True, True),
        (".", frozenset({""}), (), True, True),
        ("~/.docker", frozenset({""}), (), True, True),
        ("~", frozenset({""}), (), True, False),
        ("/srv", frozenset({"x"}), (), True, False),
        ("/x", frozenset({""}), (), False, False),
        (".", frozenset({"x"}), ("~",), False, False),
        (".", Top("a folder"), ("~",), True, True),
        ("..", Top("a folder"), ("/srv/x",), True, False),
        ("x", Top("a folder"), ("~",), False, False),
        ("config.json", Top("a folder"), ("~/.docker",), True, True),
        ("two", Top("a folder"), ("/srv",), True, True),
        ("two", frozenset({""}), ("/srv",), False, False),
    ],
)
def test_who_copies_a_folder_with_all_below_it_copies_the_login_file(
    text: str, folders: Paths, entered: tuple[str, ...], whole: bool, part: bool
) -> None:
    assert FILES.copied(text, folders, entered, whole=True) is whole
    assert FILES.copied(text, folders, entered, whole=False) is part


@pytest.mark.parametrize("folders", [frozenset({""}), Top("a folder")])
def test_a_pattern_of_the_working_directory_is_none_of_the_home_folder(folders: Paths) -> None:
    files = LoginFiles.of(follow("docker login").commands, frozenset({""}), BOOK)
    assert not files.copied("*", folders, (), whole=True)
    assert files.copied("~/*", folders, (), whole=True)


@pytest.mark.parametrize(
    ("pattern", "packs"),
    [
        *(("own", True), ("own/**", True), ("own/config.json", True), ("**/config.json", True), (".", True)),
        *(("*.json", True), ("**", True), ("owner/**", False), ("other", False), ("*.txt", False), ("/tmp", False)),
        *(("/srv", True), ("/srv/two", True), ("/srv/two/**", True), ("/srv/three", False), ("~/x", False)),
    ],
)
def test_an_artifact_takes_a_login_file_along(pattern: str, packs: bool) -> None:
    files = LoginFiles.of(LOGINS[1:], frozenset({""}), BOOK)
    assert files.packs(pattern) is packs


def test_each_registry_of_images_and_each_mark_of_a_client_counts() -> None:
    (name, packages), *_ = ((name, one) for name, one in BOOK.registries.items() if one.images)
    docker = BOOK.clients["docker"]
    book = replace(
        BOOK,
        registries={**BOOK.registries, name: replace(packages, hosts=(*packages.hosts, "second.apkg.io"))},
        clients={**BOOK.clients, "acme": replace(docker, login_file=replace(docker.login_file, marks=("acme-login",)))},
    )
    for host in book.hosts:
        (one,) = written_logins(follow(f"echo {host} $A > ~/.docker/config.json"), book)
        assert one.surely
    for mark in ("auths", "acme-login"):
        assert [*written_by_hand(command(f"cd $(x)\necho {mark} $A > config.json"), book)]
    assert not [*written_by_hand(command("cd $(x)\necho login $A > config.json"), book)]
