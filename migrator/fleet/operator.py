"""`fleet.toml`: what the operator of a workspace states about its repositories, and what one of them may take away.

A scanned repository's own configuration can only restrict: nothing that it says makes a package its own, gives a
variable a value, or adds a rule. So the content of a repository never widens what is written to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from migrator.findings.settings import Settings
from migrator.fleet.records import FleetRepository
from migrator.rulebook.pages import is_address
from migrator.text.files import read_bounded
from migrator.text.mask import printable
from migrator.text.patterns import regex
from migrator.text.toml import ConfigurationError, Filled, Name, Toml
from migrator.text.view import Unreadable

FILE = "fleet.toml"
_SLUG = regex(r"\$(?:\{BITBUCKET_REPO_SLUG\}|BITBUCKET_REPO_SLUG\b)")
_WORKSPACE = regex(r"\$(?:\{BITBUCKET_WORKSPACE\}|BITBUCKET_WORKSPACE\b)")


Slugs = Annotated[tuple[Filled, ...], Meta(min_length=1, title='names no repository; write slugs = ["web", "api-*"]')]


class Override(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What holds for the repositories whose slug one of the globs `slugs` matches, beside what holds for all."""

    slugs: Slugs
    own_packages: tuple[Filled, ...] = ()
    variables: Mapping[Name, str] = field(default_factory=dict)
    exclude: tuple[Filled, ...] = ()


class Wave(Struct, frozen=True, forbid_unknown_fields=True):
    """Repositories that change together. `owner` is the contact, a line of free text; '' for none."""

    name: Filled
    slugs: Slugs
    owner: Filled = ""
    due: date | None = None


class Operator(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The configuration of a fleet. `path` is what was read, '' for nothing.

    `own_packages` are globs with the repository's slug in them, `shared_packages` those of packages that the native
    pair of every repository can read. `exclude` holds globs of slugs. `rules` are folders that exist. `archived` are
    globs of slugs, and `archived_projects` keys of projects, of repositories that nobody works on any more: Bitbucket
    Cloud has no mark for that (https://support.atlassian.com/bitbucket-cloud/kb/how-to-archive-repositories/).
    `contact` answers questions where a wave names nobody, a line of free text. `docs_url` is where the documentation of
    patless is, '' where that is not known.
    """

    own_packages: tuple[Filled, ...] = ()
    shared_packages: tuple[Filled, ...] = ()
    variables: Mapping[Name, str] = field(default_factory=dict)
    rules: tuple[Path, ...] = ()
    select: tuple[Filled, ...] = ()
    ignore: tuple[Filled, ...] = ()
    exclude: tuple[Filled, ...] = ()
    overrides: tuple[Override, ...] = field(name="repositories", default=())
    waves: tuple[Wave, ...] = ()
    path: str = field(name="(path)", default="")
    archived: tuple[Filled, ...] = ()
    archived_projects: tuple[Filled, ...] = ()
    contact: Filled = ""
    docs_url: Filled = ""

    def is_archived(self, repository: FleetRepository) -> bool:
        """Whether it is read as any other one, but neither counted nor written to."""
        return _one_of(repository.slug, self.archived) or repository.project in self.archived_projects

    def excluded(self, slug: str) -> bool:
        return _one_of(slug, self.exclude)

    def wave(self, slug: str) -> Wave | None:
        """The first wave that names the repository."""
        return next((wave for wave in self.waves if _one_of(slug, wave.slugs)), None)

    def files_left_out(self, slug: str) -> tuple[str, ...]:
        """Globs of files of the repository that are neither reported nor written."""
        return tuple(glob for override in self._overrides(slug) for glob in override.exclude)

    def settings(self, workspace: str, slug: str) -> Settings:
        """What the engine is told about a repository."""
        own = [*self.own_packages, *(glob for override in self._overrides(slug) for glob in override.own_packages)]
        variables = dict(self.variables)
        for override in self._overrides(slug):
            variables |= override.variables
        return Settings(
            variables=variables,
            own_packages=tuple(_filled(glob, workspace, slug) for glob in own),
            shared_packages=tuple(_filled(glob, workspace, slug) for glob in self.shared_packages),
            workspace=workspace,
            repository=slug,
            select=frozenset(self.select),
            ignore=frozenset(self.ignore),
        )

    def judging(self) -> list[Any]:
        """All that a judgement of files can depend on, for a digest: no waves, and no repository that is left out."""
        told = [self.own_packages, self.shared_packages, dict(self.variables), self.select, self.ignore]
        return [*told, [[one.slugs, one.own_packages, dict(one.variables), one.exclude] for one in self.overrides]]

    def _overrides(self, slug: str) -> Sequence[Override]:
        return [override for override in self.overrides if _one_of(slug, override.slugs)]


def find(path: Path | None) -> Operator:
    """The file at `path`; None: `fleet.toml` of the working folder, where there is one. Raises ConfigurationError."""
    if path is not None:
        return read(path)
    return read(Path(FILE)) if os.path.lexists(FILE) else Operator()


def read(path: Path) -> Operator:
    """The file at `path`. Its folders of rules are relative to its own. Raises ConfigurationError."""
    try:
        data = read_bounded(path.resolve())
    except Unreadable as error:
        raise ConfigurationError(f"{path}: cannot read the configuration of the fleet: {error}") from None
    if data is None:
        raise ConfigurationError(f"{path}: no such configuration of a fleet")
    return parse(str(path), data, path.parent)


def parse(name: str, data: bytes, folder: Path) -> Operator:
    """As `read`, from the bytes of the file that errors call `name`. Raises ConfigurationError."""
    file = Toml(name, data)
    found = file.read(Operator)
    for number, glob in enumerate(found.own_packages):
        if not _SLUG.search(glob):
            raise file.error(
                ("own-packages", number),
                f"is '{printable(glob)}', which claims packages for every repository; add $BITBUCKET_REPO_SLUG, or "
                "move it to its [[repositories]]",
            )
    for number, rules in enumerate(found.rules):
        if not os.path.isdir(folder / rules):
            raise file.error(("rules", number), f"names the folder '{printable(str(rules))}', which does not exist")
    if found.docs_url and not is_address(found.docs_url):
        raise file.error(("docs-url",), "is no address; write one that begins with https:// or http://")
    names = [wave.name for wave in found.waves]
    for number, wave in enumerate(names):
        if wave in names[:number]:
            said = f"has the name '{printable(wave)}' of another wave; give each its own"
            raise file.error(("waves", number, "name"), said)
    return replace(found, rules=tuple(folder / rules for rules in found.rules), path=name)


def _one_of(slug: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(slug, glob.replace("[", "[[]")) for glob in globs)


def _filled(glob: str, workspace: str, slug: str) -> str:
    """A glob as a repository has it. One without a slash is of the workspace."""
    found = _WORKSPACE.sub(workspace, _SLUG.sub(slug, glob))
    return found if "/" in found else f"{workspace}/{found}"
