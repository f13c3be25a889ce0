"""The configuration: `.patless.toml`, or `[tool.patless]` in `pyproject.toml`, at a repository's root."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from migrator.findings.settings import FILE as FILE
from migrator.text.files import locate, read_bounded
from migrator.text.mask import printable
from migrator.text.view import Unreadable
from migrator.toml_keys import ConfigurationError as ConfigurationError
from migrator.toml_keys import Keys, load

if TYPE_CHECKING:
    from migrator.secrets.records import Waiver

KEYS = ("own-packages", "variables", "rules", "select", "ignore", "exclude", "baseline", "pipe-version", "waivers")
SHARED = "pyproject.toml"
TABLE = ("tool", "patless")


class Configuration(Struct, frozen=True):
    """`rules` are folders that exist, the file of `baseline` need not. `path` is what was read, '' for nothing."""

    own_packages: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Path, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: Path | None = None
    pipe_version: str = ""
    waivers: tuple[Waiver, ...] = ()
    path: str = ""


def find(root: Path) -> Configuration:
    """The configuration at `root`: that of `.patless.toml` if there is one. Its rule folders may not leave the root."""
    for name in (FILE, SHARED):
        try:
            real = locate(root, name)
            data = None if real is None else read_bounded(real)
        except Unreadable as error:
            raise ConfigurationError(f"{name}: the configuration cannot be read: {error}") from None
        if data is not None and (found := _parse(name, data, name == SHARED, root, inside=True)) is not None:
            return found
    return Configuration()


def read(path: Path) -> Configuration:
    """The configuration in a file that the user named; its rule folders may be anywhere."""
    try:
        data = read_bounded(path.resolve())
    except Unreadable as error:
        raise ConfigurationError(f"{path}: the configuration cannot be read: {error}") from None
    if data is None:
        raise ConfigurationError(f"{path}: there is no such configuration file")
    shared = path.name == SHARED
    found = _parse(str(path), data, shared, path.parent, inside=False)
    if found is None:
        raise ConfigurationError(f"{path}: there is no table [tool.patless] in this file")
    return found


def check_codes(codes: Iterable[str], known: Collection[str], where: str) -> None:
    """Raises ConfigurationError, with the likely spelling, for a code that no rule and no reason has."""
    for code in codes:
        if code not in known:
            raise ConfigurationError(f"{where}: {unknown(code, known)}; `patless rules` lists them all")


def unknown(code: str, known: Collection[str]) -> str:
    """The sentence for a rule or reason that does not exist."""
    import difflib

    close = difflib.get_close_matches(code, sorted(known), n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"there is no rule or reason '{printable(code)}'{hint}"


def _parse(name: str, data: bytes, shared: bool, folder: Path, *, inside: bool) -> Configuration | None:
    if shared and b"patless" not in data:
        return None
    text, found = load(name, data)
    table: Any = found
    if shared:
        tool = table.get("tool")
        table = tool.get("patless") if isinstance(tool, dict) else None
        if table is None:
            return None
        if not isinstance(table, dict):
            raise ConfigurationError(f"{name}: tool.patless is not a table")
    return _Reader(Keys(name, text, TABLE if shared else ()), shared).configuration(table, folder, inside)


def _within(folder: Path, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


class _Reader(Struct, frozen=True):
    keys: Keys
    shared: bool

    def configuration(self, table: Mapping[str, Any], folder: Path, inside: bool) -> Configuration:
        hints = {} if self.shared else {"tool": " (in this file the keys stand at the top, without [tool.patless])"}
        self.keys.only(table, KEYS, hints)
        return Configuration(
            own_packages=self.keys.strings(table, "own-packages"),
            variables=self.keys.variables(table, "variables"),
            rules=tuple(self._folder(entry, folder, inside) for entry in self.keys.strings(table, "rules")),
            select=self.keys.strings(table, "select"),
            ignore=self.keys.strings(table, "ignore"),
            exclude=self.keys.strings(table, "exclude"),
            baseline=self._file(table, "baseline", folder, inside),
            pipe_version=self.keys.string(table, "pipe-version"),
            waivers=self._waivers(table),
            path=self.keys.name,
        )

    def _folder(self, entry: str, folder: Path, inside: bool) -> Path:
        found = folder / entry
        if inside and "\0" not in entry and not _within(folder, found):
            raise self.keys.error("rules", f"the folder '{printable(entry)}' in rules leads out of the repository")
        if not os.path.isdir(found):
            raise self.keys.error("rules", f"the folder '{printable(entry)}' in rules does not exist")
        if inside:
            from migrator.rulebook.reading import files

            for file in files(found):
                if not _within(folder, file):
                    named = printable(file.name)
                    raise self.keys.error(
                        "rules", f"the file '{named}' of a folder in rules leads out of the repository"
                    )
        return found

    def _file(self, table: Mapping[str, Any], key: str, folder: Path, inside: bool) -> Path | None:
        entry = self.keys.string(table, key)
        found = folder / entry
        if "\0" in entry or (inside and not _within(folder, found)):
            raise self.keys.error(key, f"the file '{printable(entry)}' of {key} leads out of the repository")
        return found if entry else None

    def _waivers(self, table: Mapping[str, Any]) -> tuple[Waiver, ...]:
        if "waivers" not in table:
            return ()
        from migrator.secrets import waivers
        from migrator.toml_tables import places

        header = "tool.patless.waivers" if self.shared else "waivers"
        return waivers.read(table["waivers"], places(self.keys.name, self.keys.text, header))
