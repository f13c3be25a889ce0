"""What the files of Maven say: servers with their credentials, repositories with their addresses, and dependencies.

https://maven.apache.org/settings.html, https://maven.apache.org/pom.html
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from migrator.text.xml import Element, XmlError, read_xml

POM = "pom.xml"
_PAIR = frozenset({"id", "username", "password", "filePermissions", "directoryPermissions"})
_NONE = Element("", 0)


class ServerEntry(Struct, frozen=True):
    """What is sent to the repositories of an `id`. `more` names what it has besides the pair; '' for nothing."""

    id: str
    username: str
    password: str
    more: str


class Address(Struct, frozen=True):
    """A repository, which Maven `reads` from or publishes to."""

    id: str
    url: str
    reads: bool


class Mirror(Struct, frozen=True):
    """What stands in for the repositories that `of` says."""

    id: str
    url: str
    of: str


class MavenSettings(Struct, frozen=True):
    """A settings.xml. `texts` is all that its elements and attributes say."""

    servers: tuple[ServerEntry, ...]
    addresses: tuple[Address, ...]
    mirrors: tuple[Mirror, ...]
    texts: tuple[str, ...]


class MavenProject(Struct, frozen=True):
    """A pom.xml: its name as `group:artifact`, and those of its parent, of its dependencies, and of its plugins."""

    name: str
    parent: str
    needs: frozenset[str]
    addresses: tuple[Address, ...]
    properties: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]


@lru_cache(maxsize=64)
def settings(text: str) -> MavenSettings | str:
    """What a settings.xml says; why it cannot be told, as a clause."""
    try:
        root = read_xml(text)
        if root.name != "settings":
            return "it has no `settings`"
        if any(one.text and one.children for one in root.every()):
            return "it has text between its elements"
        return MavenSettings(
            tuple(map(_server, root.all("servers", "server"))),
            tuple(_read_from(root)),
            tuple(_mirror(one) for one in root.all("mirrors", "mirror")),
            _texts(root),
        )
    except XmlError as error:
        return str(error)


@lru_cache(maxsize=512)
def project(text: str) -> MavenProject | str:
    """What a pom.xml says; why it cannot be told, as a clause."""
    try:
        root = read_xml(text)
        if root.name != "project":
            return "it has no `project`"
        parent = next(root.all("parent"), _NONE)
        group = root.one("groupId") or parent.one("groupId")
        name = f"{group}:{root.one('artifactId')}"
        here = {f"${{{one}groupId}}": group for one in ("project.", "pom.", "")}
        needs = {_name(one, here) for one in root.every() if one.name in ("dependency", "extension", "plugin")}
        return MavenProject(
            name,
            _name(parent, here) if parent is not _NONE else "",
            frozenset(needs - {name, ":"}),
            (*_published_to(root), *_read_from(root)),
            tuple((one.name, one.text) for found in _found(root, "properties") for one in found.children),
            _texts(root),
        )
    except XmlError as error:
        return str(error)


def _server(found: Element) -> ServerEntry:
    more = next((one.name for one in found.children if one.name not in _PAIR), "")
    return ServerEntry(found.one("id"), found.one("username"), found.one("password"), more)


def _mirror(found: Element) -> Mirror:
    return Mirror(found.one("id"), found.one("url"), found.one("mirrorOf"))


def _found(root: Element, *names: str) -> Iterator[Element]:
    """What stands at a path of names in the file itself, or in one of its profiles."""
    yield from root.all(*names)
    yield from root.all("profiles", "profile", *names)


def _read_from(root: Element) -> Iterator[Address]:
    for one in (*_found(root, "repositories", "repository"), *_found(root, "pluginRepositories", "pluginRepository")):
        yield Address(one.one("id"), one.one("url"), True)


def _published_to(root: Element) -> Iterator[Address]:
    for name in ("repository", "snapshotRepository", "site"):
        for one in _found(root, "distributionManagement", name):
            yield Address(one.one("id"), one.one("url"), False)


def _name(found: Element, here: dict[str, str]) -> str:
    group = found.one("groupId") or ("org.apache.maven.plugins" if found.name == "plugin" else "")
    return f"{here.get(group, group)}:{found.one('artifactId')}"


def _texts(root: Element) -> tuple[str, ...]:
    return tuple(text for one in root.every() for text in (one.text, *one.attributes) if text)
