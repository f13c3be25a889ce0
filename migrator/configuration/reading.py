"""The configuration: `.patless.toml`, or `[tool.patless]` in `pyproject.toml`, at a repository's root."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.findings.settings import FILE as FILE
from migrator.text.files import locate, read_bounded
from migrator.text.mask import printable
from migrator.text.toml import ConfigurationError as ConfigurationError
from migrator.text.toml import Filled, Name, Toml
from migrator.text.toml import Path as TomlPath
from migrator.text.view import Unreadable

if TYPE_CHECKING:
    from migrator.secrets.records import Waiver

SHARED = "pyproject.toml"
TABLE = ("tool", "patless")


class Configuration(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """`rules` are folders that exist, the file of `baseline` need not. `path` is what was read, '' for nothing."""

    own_packages: tuple[Filled, ...] = ()
    variables: Mapping[Name, str] = field(default_factory=dict)
    rules: tuple[Path, ...] = ()
    select: tuple[Filled, ...] = ()
    ignore: tuple[Filled, ...] = ()
    exclude: tuple[Filled, ...] = ()
    baseline: Path | None = None
    pipe_version: str = ""
    waivers: tuple[Any, ...] = ()
    path: str = field(name="(path)", default="")


def find(root: Path) -> Configuration:
    """The configuration at `root`: that of `.patless.toml` if there is one. Its rule folders may not leave the root."""
    for name in (FILE, SHARED):
        try:
            real = locate(root, name)
            data = None if real is None else read_bounded(real)
        except Unreadable as error:
            raise ConfigurationError(f"{name}: cannot read the configuration: {error}") from None
        if data is not None and (found := _parse(name, data, name == SHARED, root, inside=True)) is not None:
            return found
    return Configuration()


def read(path: Path) -> Configuration:
    """The configuration in a file that the user named; its rule folders may be anywhere."""
    try:
        data = read_bounded(path.resolve())
    except Unreadable as error:
        raise ConfigurationError(f"{path}: cannot read the configuration: {error}") from None
    if data is None:
        raise ConfigurationError(f"{path}: no such configuration file")
    shared = path.name == SHARED
    found = _parse(str(path), data, shared, path.parent, inside=False)
    if found is None:
        raise ConfigurationError(f"{path}: no table [tool.patless] in this file")
    return found


def check_codes(codes: Iterable[str], known: Collection[str], where: str) -> None:
    """Raises ConfigurationError, with the likely spelling, for a code that no rule and no reason has."""
    for code in codes:
        if code not in known:
            raise ConfigurationError(f"{where}: {unknown(code, known)}; run `patless rules` to list them all")


def unknown(code: str, known: Collection[str]) -> str:
    """The sentence for a rule or reason that does not exist."""
    import difflib

    close = difflib.get_close_matches(code, sorted(known), n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"no rule or reason is named '{printable(code)}'{hint}"


def _parse(name: str, data: bytes, shared: bool, folder: Path, *, inside: bool) -> Configuration | None:
    if (found := table(name, data, shared)) is None:
        return None
    file, at = found
    told = file.part(at)
    waivers = _waivers(file, (*at, "waivers")) if "waivers" in told else ()
    if told.get("baseline") == "":
        del told["baseline"]
    said = file.read(Configuration, at=at)
    for number, rules in enumerate(said.rules):
        if wrong := _wrong_folder(folder / rules, folder, inside):
            raise file.error(("rules", number), f"names the folder '{printable(str(rules))}', which {wrong}", at=at)
    if said.baseline and ("\0" in str(said.baseline) or (inside and not _within(folder, folder / said.baseline))):
        named = printable(str(said.baseline))
        raise file.error(("baseline",), f"names the file '{named}', which is outside the repository", at=at)
    return replace(
        said,
        rules=tuple(folder / rules for rules in said.rules),
        baseline=said.baseline and folder / said.baseline,
        waivers=waivers,
        path=name,
    )


def table(name: str, data: bytes, shared: bool) -> tuple[Toml, TomlPath] | None:
    """A file and the keys of our table in it, () for the top; None where a file that is `shared` has none. Raises
    ConfigurationError."""
    if shared and b"patless" not in data:
        return None
    file = Toml(name, data)
    if not shared:
        if "tool" in file.table:
            raise file.error(("tool",), "is not known; in this file, put the keys at the top, without [tool.patless]")
        return file, ()
    tool = file.table.get(TABLE[0])
    if not isinstance(tool, dict) or TABLE[1] not in tool:
        return None
    if not isinstance(tool[TABLE[1]], dict):
        raise file.error(TABLE, "must be a table")
    return file, TABLE


def _within(folder: Path, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _wrong_folder(found: Path, folder: Path, inside: bool) -> str:
    """What is wrong with a folder of rules, '' for nothing."""
    if inside and "\0" not in str(found) and not _within(folder, found):
        return "leads out of the repository"
    if not os.path.isdir(found):
        return "does not exist"
    if inside:
        from migrator.rulebook.reading import files

        for file in files(found):
            if not _within(folder, file):
                return f"holds the file '{printable(file.name)}' that leads out of the repository"
    return ""


def _waivers(file: Toml, at: TomlPath) -> tuple[Waiver, ...]:
    from migrator.secrets import waivers

    return waivers.read(file, at)
