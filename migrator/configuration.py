"""The configuration: `.patless.toml`, or `[tool.patless]` in `pyproject.toml`, at a repository's root."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from migrator.core.mask import printable
from migrator.core.view import Unreadable
from migrator.repositories.files import locate, read_bounded

if TYPE_CHECKING:
    from migrator.secrets.records import Waiver

KEYS = ("own-packages", "variables", "rules", "select", "ignore", "exclude", "baseline", "pipe-version", "waivers")
FILE = ".patless.toml"
SHARED = "pyproject.toml"
_MAX_BYTES = 256 * 1024
_MAX_DOTS = 200
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ConfigurationError(Exception):
    """The message is a sentence that begins with `path:line`, as far as that is known."""


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


def load(name: str, data: bytes) -> tuple[str, dict[str, Any]]:
    """A file's text and what it says as TOML. Raises ConfigurationError."""
    import tomllib

    try:
        text = data.decode("utf-8-sig")
        # tomllib takes time and memory quadratic in the parts of a dotted key.
        if len(data) > _MAX_BYTES or any(line.count(".") > _MAX_DOTS for line in text.split("\n")):
            raise ConfigurationError(
                f"{name}: the configuration is larger than {_MAX_BYTES // 1024} KiB, or a line of it holds more than "
                f"{_MAX_DOTS} dots; shorten it"
            )
        return text, tomllib.loads(text.replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name}: the file is not UTF-8; save it as UTF-8") from None
    except RecursionError:
        raise ConfigurationError(f"{name}: the file is nested too deeply to read; flatten it") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(_syntax(name, str(error))) from None


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
    return _Reader(name, text, shared).configuration(table, folder, inside)


def _within(folder: Path, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _syntax(name: str, message: str) -> str:
    """tomllib's message names the place at its end and may quote one character of the file."""
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if place is None:
        return f"{name}: the file is not TOML: {printable(message)}"
    return f"{name}:{place[1]}:{place[2]}: the file is not TOML: {printable(message[: place.start()])}"


class _Reader(Struct, frozen=True):
    name: str
    text: str
    shared: bool

    def configuration(self, table: Mapping[str, Any], folder: Path, inside: bool) -> Configuration:
        for key in table:
            if key not in KEYS:
                import difflib

                close = difflib.get_close_matches(key, KEYS, n=1)
                hint = f" (did you mean {close[0]}?)" if close else ""
                if key == "tool" and not self.shared:
                    hint = " (in this file the keys stand at the top, without [tool.patless])"
                raise self._error(key, f"unknown key '{printable(key)}'{hint}; known are {', '.join(KEYS)}")
        return Configuration(
            own_packages=self._strings(table, "own-packages"),
            variables=self._variables(table),
            rules=tuple(self._folder(entry, folder, inside) for entry in self._strings(table, "rules")),
            select=self._strings(table, "select"),
            ignore=self._strings(table, "ignore"),
            exclude=self._strings(table, "exclude"),
            baseline=self._file(table, "baseline", folder, inside),
            pipe_version=self._string(table, "pipe-version"),
            waivers=self._waivers(table),
            path=self.name,
        )

    def _strings(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
            raise self._error(key, f'{key} is not a list of strings; write {key} = ["…"]')
        return tuple(value)

    def _string(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self._error(key, f'{key} is not a string; write {key} = "…"')
        return value

    def _variables(self, table: Mapping[str, Any]) -> dict[str, str]:
        value = table.get("variables", {})
        if not isinstance(value, dict):
            raise self._error("variables", 'variables is not a table; write variables = { NAME = "value" }')
        for name, known in value.items():
            if not _NAME.fullmatch(name):
                raise self._error(name, f"variables holds '{printable(name)}', which is no name of a variable")
            if not isinstance(known, str):
                raise self._error(name, f'the value of the variable {name} is not a string; write {name} = "…"')
        return value

    def _folder(self, entry: str, folder: Path, inside: bool) -> Path:
        found = folder / entry
        if inside and "\0" not in entry and not _within(folder, found):
            raise self._error("rules", f"the folder '{printable(entry)}' in rules leads out of the repository")
        if not os.path.isdir(found):
            raise self._error("rules", f"the folder '{printable(entry)}' in rules does not exist")
        if inside:
            from migrator.rulebook import files

            for file in files(found):
                if not _within(folder, file):
                    named = printable(file.name)
                    raise self._error("rules", f"the file '{named}' of a folder in rules leads out of the repository")
        return found

    def _file(self, table: Mapping[str, Any], key: str, folder: Path, inside: bool) -> Path | None:
        entry = self._string(table, key)
        found = folder / entry
        if "\0" in entry or (inside and not _within(folder, found)):
            raise self._error(key, f"the file '{printable(entry)}' of {key} leads out of the repository")
        return found if entry else None

    def _waivers(self, table: Mapping[str, Any]) -> tuple[Waiver, ...]:
        if "waivers" not in table:
            return ()
        from migrator.secrets import waivers
        from migrator.toml_tables import places

        header = "tool.patless.waivers" if self.shared else "waivers"
        return waivers.read(table["waivers"], places(self.name, self.text, header))

    def _error(self, key: str, sentence: str) -> ConfigurationError:
        line = self._line(key)
        return ConfigurationError(f"{self.name}:{line}: {sentence}" if line else f"{self.name}: {sentence}")

    def _line(self, key: str) -> int | None:
        """The line where a key is set, as far as it can be seen without a parser that keeps places."""
        spelt = re.escape(key)
        quoted = rf"""(?:{spelt}|"{spelt}"|'{spelt}')"""
        opening = re.compile(
            rf"(?:\[\[?\s*(?:[^\]]*\.)?{quoted}\s*(?:\.[^\]]*)?\]|(?:[^=#]*[{{,.]\s*)?{quoted}\s*[.=])"
        )
        relevant = not self.shared
        for number, line in enumerate(self.text.splitlines(), start=1):
            if self.shared and line.lstrip().startswith("["):
                relevant = re.match(r"\s*\[\[?\s*tool\s*\.\s*patless\b", line) is not None
            if relevant and opening.match(line.lstrip()):
                return number
        return None
