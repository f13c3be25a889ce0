"""Write `migrator/prefilter/data.py`, what `migrator/entry.py` looks for, from the built-in rules.

Run `python -m migrator.prefilter` when a rule's hosts, variables or launchers change; a test tells when that was
forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from migrator.platforms.bitbucket.names import SCRIPTS
from migrator.prefilter.needles import needles
from migrator.rulebook.reading import load

_LONGEST_LINE = 121
TARGET = Path(__file__).with_name("data.py")


def module() -> str:
    """The text that the module must have."""
    book = load()
    lines = "".join(f'    b"{needle.decode("ascii")}",\n' for needle in needles(book))
    mentions = tuple(sorted(book.mentions))
    homes = {client.login_file.home for client in book.clients.values()}
    launchers = book.programs.launchers.values()
    enters = ", ".join(map(_written, sorted({option for one in launchers for option in one.folders})))
    endings = tuple(dict.fromkeys(ending for one in launchers for ending in one.endings))
    recipes = tuple(dict.fromkeys(name for one in launchers for name in one.files))
    files = "".join(f"    {_written(program)}: {_tuple(names)},\n" for program, names in book.programs.leading.items())
    places = "".join(f"    {_written(one)},\n" for one in sorted({"bin", *filter(None, homes)}))
    return (
        '"""Written by `python -m migrator.prefilter` from the rules; do not edit."""\n\n'
        f'CLONE = "{book.built_in.clone}"\n'
        f"SCRIPTS = {_tuple(tuple(f'{key}:' for key in SCRIPTS))}\n"
        f"NEEDLES = (\n{lines})\n"
        f"MENTIONS = {_tuple(mentions)}\n"
        f"ENTERS = {{{enters}}}\n"
        f"ENDINGS = {_tuple(endings)}\n"
        f"RECIPES = {_tuple(recipes)}\n"
        f"PUTS = {_lines(sorted(book.programs.copiers))}\n"
        f"PLACES = {{\n{places}}}\n"
        f"DOUBTED = {{\n{_sets(book.programs.doubted)}}}\n"
        f"UNDERSTOOD = {{\n{_sets(book.programs.understood)}}}\n"
        f"LEADING: dict[str, tuple[str, ...]] = {{\n{files}}}\n"
    )


def _written(text: str) -> str:
    return f'"{text}"'


def _sets(members: Mapping[str, frozenset[str]]) -> str:
    return "".join(_set(name, sorted(members[name])) for name in sorted(members))


def _set(name: str, members: Sequence[str]) -> str:
    """As `ruff format` has it."""
    line = f"    {_written(name)}: {{{', '.join(map(_written, members))}}},\n"
    each = "".join(f"        {_written(one)},\n" for one in members)
    return line if len(line) <= _LONGEST_LINE else f"    {_written(name)}: {{\n{each}    }},\n"


def _lines(names: Sequence[str]) -> str:
    """The same of a long tuple."""
    return "(\n" + "".join(f"    {_written(name)},\n" for name in names) + ")"


def _tuple(names: tuple[str, ...]) -> str:
    return f"({', '.join(map(_written, names))}{',' if len(names) == 1 else ''})"


if __name__ == "__main__":
    TARGET.write_text(module())
