"""What a scanned repository's own configuration takes away: findings and files, never more than that.

`own-packages`, `variables`, `rules`, `select` and `pipe-version` of a repository are read by its own `patless check`,
and are nothing to the fleet: whoever can push to a branch could write them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.configuration import baselines
from migrator.configuration import reading as configuration
from migrator.configuration.reading import FILE, SHARED, Configuration
from migrator.findings.records import BaselineEntry
from migrator.findings.settings import Settings
from migrator.text.toml import ConfigurationError, Filled
from migrator.text.view import Unreadable, View


class Restriction(Struct, frozen=True):
    """`ignore` holds rules and reasons, `exclude` globs of files, `baseline` findings to leave out and how many."""

    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: Mapping[BaselineEntry, int] = field(default_factory=dict)

    def applied(self, settings: Settings) -> Settings:
        return replace(settings, ignore=settings.ignore | set(self.ignore), baseline=self.baseline)


def restriction(view: View) -> Restriction:
    """That of the configuration at the root of `view`. Raises ConfigurationError: what a file that cannot be read
    would take away is not known."""
    for name in (FILE, SHARED):
        data = _read(view, name, "the configuration")
        if data is not None and (found := _parse(name, data, view)) is not None:
            return found
    return Restriction()


class _Told(Struct, frozen=True):
    """What is read of the table; all other keys of a configuration are nothing to the fleet."""

    ignore: tuple[Filled, ...] = ()
    exclude: tuple[Filled, ...] = ()
    baseline: str = ""


def _parse(name: str, data: bytes, view: View) -> Restriction | None:
    if (found := configuration.table(name, data, name == SHARED)) is None:
        return None
    file, at = found
    told = file.read(_Told, at=at)
    file.only(Configuration, at=at)
    inside = posixpath.normpath(told.baseline)
    if not told.baseline:
        return Restriction(told.ignore, told.exclude)
    baseline = None if inside.startswith(("/", "../")) or "\0" in inside else _read(view, inside, "the baseline")
    if baseline is None:
        raise file.error(("baseline",), "names a file that is not in the repository", at=at)
    return Restriction(told.ignore, told.exclude, baselines.parse(inside, baseline))


def _read(view: View, path: str, what: str) -> bytes | None:
    try:
        return view.read(path)
    except Unreadable as error:
        raise ConfigurationError(f"{path}: cannot read {what}: {error}") from None
