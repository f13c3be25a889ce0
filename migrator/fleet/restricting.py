"""What a scanned repository's own configuration takes away: findings and files, never more than that.

`own-packages`, `variables`, `rules`, `select` and `pipe-version` of a repository are read by its own `patless check`,
and are nothing to the fleet: whoever can push to a branch could write them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from migrator import baselines
from migrator.configuration import FILE, KEYS, SHARED, TABLE
from migrator.findings.records import BaselineEntry
from migrator.findings.settings import Settings
from migrator.text.view import Unreadable, View
from migrator.toml_keys import ConfigurationError, Keys, load


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


def _parse(name: str, data: bytes, view: View) -> Restriction | None:
    shared = name == SHARED
    if shared and b"patless" not in data:
        return None
    text, table = load(name, data)
    for part in TABLE if shared else ():
        inner = table.get(part)
        if inner is None:
            return None
        if not isinstance(inner, dict):
            raise ConfigurationError(f"{name}: {part} is not a table")
        table = inner
    keys = Keys(name, text, TABLE if shared else ())
    keys.only(table, KEYS)
    return Restriction(keys.strings(table, "ignore"), keys.strings(table, "exclude"), _baseline(keys, table, view))


def _baseline(keys: Keys, table: Mapping[str, Any], view: View) -> Mapping[BaselineEntry, int]:
    path = keys.string(table, "baseline")
    if not path:
        return {}
    inside = posixpath.normpath(path)
    data = None if inside.startswith(("/", "../")) or "\0" in inside else _read(view, inside, "the baseline")
    if data is None:
        raise keys.error("baseline", "there is no such baseline in the repository")
    return baselines.parse(inside, data)


def _read(view: View, path: str, what: str) -> bytes | None:
    try:
        return view.read(path)
    except Unreadable as error:
        raise ConfigurationError(f"{path}: {what} cannot be read: {error}") from None
