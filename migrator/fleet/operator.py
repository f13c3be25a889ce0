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
from typing import Any

from msgspec import Struct, field

from migrator.findings.settings import Settings
from migrator.text.files import read_bounded
from migrator.text.mask import printable
from migrator.text.patterns import regex
from migrator.text.view import Unreadable
from migrator.toml_keys import ConfigurationError, Keys, load
from migrator.toml_tables import Table, places, tables

FILE = "fleet.toml"
KEYS = ("own-packages", "shared-packages", "variables", "rules", "select", "ignore", "exclude", "repositories", "waves")
_OVERRIDE = ("slugs", "own-packages", "variables", "exclude")
_WAVE = ("name", "slugs", "owner", "due")
_SLUG = regex(r"\$(?:\{BITBUCKET_REPO_SLUG\}|BITBUCKET_REPO_SLUG\b)")
_WORKSPACE = regex(r"\$(?:\{BITBUCKET_WORKSPACE\}|BITBUCKET_WORKSPACE\b)")


class Override(Struct, frozen=True):
    """What holds for the repositories whose slug one of the globs `slugs` matches, beside what holds for all."""

    slugs: tuple[str, ...]
    own_packages: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()


class Wave(Struct, frozen=True):
    """Repositories that change together. `owner` is the contact, a line of free text; '' for none."""

    name: str
    slugs: tuple[str, ...]
    owner: str = ""
    due: date | None = None


class Operator(Struct, frozen=True):
    """The configuration of a fleet. `path` is what was read, '' for nothing.

    `own_packages` are globs with the repository's slug in them, `shared_packages` those of packages that the native
    pair of every repository can read. `exclude` holds globs of slugs. `rules` are folders that exist.
    """

    own_packages: tuple[str, ...] = ()
    shared_packages: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Path, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    waves: tuple[Wave, ...] = ()
    path: str = ""

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
        raise ConfigurationError(f"{path}: the configuration of the fleet cannot be read: {error}") from None
    if data is None:
        raise ConfigurationError(f"{path}: there is no such configuration of a fleet")
    return parse(str(path), data, path.parent)


def parse(name: str, data: bytes, folder: Path) -> Operator:
    """As `read`, from the bytes of the file that errors call `name`. Raises ConfigurationError."""
    text, table = load(name, data)
    keys = Keys(name, text)
    keys.only(table, KEYS)
    return Operator(
        own_packages=_own(keys, table),
        shared_packages=keys.strings(table, "shared-packages"),
        variables=keys.variables(table, "variables"),
        rules=tuple(_folder(keys, folder, entry) for entry in keys.strings(table, "rules")),
        select=keys.strings(table, "select"),
        ignore=keys.strings(table, "ignore"),
        exclude=keys.strings(table, "exclude"),
        overrides=tuple(_override(one) for one in _tables(keys, table, "repositories", "an entry of repositories")),
        waves=tuple(_waves(keys, table)),
        path=name,
    )


def _own(keys: Keys, table: Mapping[str, Any]) -> tuple[str, ...]:
    found = keys.strings(table, "own-packages")
    for glob in found:
        if not _SLUG.search(glob):
            raise keys.error(
                "own-packages",
                f"own-packages holds '{printable(glob)}', which would be every repository's own; put "
                "$BITBUCKET_REPO_SLUG into it, or move it to the [[repositories]] that it belongs to",
            )
    return found


def _folder(keys: Keys, folder: Path, entry: str) -> Path:
    found = folder / entry
    if "\0" in entry or not found.is_dir():
        raise keys.error("rules", f"the folder '{printable(entry)}' in rules does not exist")
    return found


def _tables(keys: Keys, table: Mapping[str, Any], key: str, what: str) -> Sequence[Table]:
    return list(tables(table.get(key, []), key, what, places(keys.name, keys.text, key)))


def _override(table: Table) -> Override:
    table.only(_OVERRIDE, required=("slugs",))
    return Override(
        _slugs(table), table.strings("own-packages"), table.variables("variables"), table.strings("exclude")
    )


def _waves(keys: Keys, table: Mapping[str, Any]) -> list[Wave]:
    found: dict[str, Wave] = {}
    for one in _tables(keys, table, "waves", "a wave"):
        one.only(_WAVE, required=("name", "slugs"))
        name = one.string("name")
        if name in found:
            raise one.error(f"two waves have the name '{printable(name)}'; give each its own")
        found[name] = Wave(name, _slugs(one), one.string("owner"), one.day("due"))
    return list(found.values())


def _slugs(table: Table) -> tuple[str, ...]:
    found = table.strings("slugs")
    if not found:
        raise table.error(f'slugs of {table.what} names no repository; write slugs = ["web", "api-*"]')
    return found


def _one_of(slug: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(slug, glob.replace("[", "[[]")) for glob in globs)


def _filled(glob: str, workspace: str, slug: str) -> str:
    """A glob as a repository has it. One without a slash is of the workspace."""
    found = _WORKSPACE.sub(workspace, _SLUG.sub(slug, glob))
    return found if "/" in found else f"{workspace}/{found}"
