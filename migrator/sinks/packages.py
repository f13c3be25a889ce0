"""Names of packages and of their hosts, and whose packages the images of a repository are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import Struct

from migrator.findings.records import Ownership
from migrator.findings.settings import Settings
from migrator.ir.values import Alternative, Literal
from migrator.rulebook.records import RuleBook
from migrator.text.patterns import regex

_SCHEME = regex(r"(?:https?|oci|docker)://")
_SYMBOL = regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Name(Struct, frozen=True):
    """A package: `host/workspace/name` without tag. `complete` is false where a part of it is not known. `running`: its
    workspace is that of the running repository, whose slug is not known."""

    text: str
    host: str
    workspace: str
    complete: bool
    running: bool = False

    @property
    def shown(self) -> str:
        """For people and for JSON: `$NAME` instead of `${NAME}`."""
        return _SYMBOL.sub(r"$\1", self.text)

    @property
    def pattern(self) -> str:
        """A glob for all that the name may be, whatever its unknown parts are."""
        glob = re.sub(r"\*+", "*", _SYMBOL.sub("*", self.text))
        return glob if self.complete or "*" in glob else f"{glob}*"


class Elsewhere(Struct, frozen=True):
    """The image is certainly of no Packages registry."""


class Unresolved(Struct, frozen=True):
    """The registry of the image is not known; `subject` is the variable to blame."""

    subject: str


def name_of(reference: str, book: RuleBook, settings: Settings) -> Name | Elsewhere | Unresolved:
    """The package of an image reference in which `${NAME}` stands for what is not known."""
    text = reference.removeprefix("docker://").removeprefix("oci://")
    workspace, repository = f"${{{book.built_in.workspace}}}", f"${{{book.built_in.repository}}}"
    text = text.replace(f"${{{book.built_in.full_name}}}", f"{workspace}/{repository}")
    text = text.replace(workspace, settings.workspace or workspace)
    text = without_tag(text.replace(repository, settings.repository or repository))
    host, slashed, path = text.partition("/")
    if unknown := _SYMBOL.search(host):
        return Unresolved(unknown[1])
    host = canonical(host)
    registry = book.registry(host)
    path = path if registry is None or registry.images else path.rstrip("/")
    if not slashed or registry is None:
        default = next((registry for registry in book.registries.values() if registry.default), None)
        if default is None or (("." in host or ":" in host or host == "localhost") and slashed):
            return Elsewhere()
        host, path = min(default.hosts), text
    complete = all(match[0] in (workspace, repository) for match in _SYMBOL.finditer(path))
    whose = path.partition("/")[0]
    return Name(f"{host}/{path}", host, whose, complete, whose == workspace)


def without_scheme(text: str) -> str:
    found = _SCHEME.match(text)
    return text[found.end() :] if found else text


def canonical(name: str) -> str:
    """A host in the spelling that the rules have."""
    return name.lower().removesuffix(":443")


def host_of(alternative: Alternative) -> str | None:
    """The host before the first slash, scheme and default port left out; None where it is not literal."""
    text = ""
    complete = True
    for piece in alternative:
        if not isinstance(piece, Literal):
            complete = False
            break
        text += piece.text
    name, slash, _ = without_scheme(text.strip()).partition("/")
    return canonical(name) if slash or complete else None


def without_tag(reference: str) -> str:
    """An image reference without its tag and digest."""
    text = reference.partition("@")[0]
    colon = text.find(":", text.rfind("/") + 1)
    return text[:colon] if colon >= 0 else text


class PushedPackages(Struct, frozen=True):
    """What is known of the repository's packages: the names that some step of it pushes."""

    settings: Settings
    pushed: frozenset[str] = frozenset()

    @property
    def workspaces(self) -> set[str]:
        """Those that are known of the packages that are pushed."""
        found = {name.split("/")[1] for name in self.pushed if "/" in name}
        return {one for one in found if "${" not in one}

    def owner(self, name: Name) -> tuple[Ownership, str]:
        """Whose a package is, and why that is known or believed."""
        if self.listed(name):
            return Ownership.OWN, "listed in own-packages"
        if self.other_workspace(name):
            return Ownership.FOREIGN, f"of the workspace {name.workspace}, not {self.settings.workspace}"
        if name.text not in self.pushed and self.shared(name):
            return Ownership.SHARED, "listed in shared-packages"
        if not name.complete:
            own = name.text in self.pushed
            return (
                (Ownership.OWN, "pushed by this repository")
                if own
                else (Ownership.UNKNOWN, "a part of the name is not known")
            )
        if name.text in self.pushed:
            return Ownership.OWN, "pushed by this repository"
        return Ownership.FOREIGN, "not pushed by this repository"

    def other_workspace(self, name: Name) -> bool:
        return (
            bool(self.settings.workspace) and "${" not in name.workspace and name.workspace != self.settings.workspace
        )

    def listed(self, name: Name) -> bool:
        return any(_matches(name, pattern) for pattern in self.settings.own_packages)

    def shared(self, name: Name) -> bool:
        return any(_matches(name, pattern) for pattern in self.settings.shared_packages)


LINKED = "is linked to"


def linkage(shown: str, repository: str = "this repository") -> str:
    """What a fix of a login that pushes a package takes for granted."""
    return f"{shown} {LINKED} {repository}"


def _matches(name: Name, pattern: str) -> bool:
    pattern = re.sub(r"\$([A-Za-z_][A-Za-z0-9_]*)", r"${\1}", pattern)
    full = pattern if pattern.startswith(f"{name.host}/") else f"{name.host}/{pattern}"
    text = name.text
    if name.running and "${" not in full:
        text = text.replace(name.workspace, full.split("/")[1])
    return fnmatchcase(text, full.replace("[", "[[]"))


def distinct_workspaces(names: Iterable[Name]) -> set[str]:
    return {name.workspace for name in names if "${" not in name.workspace}
