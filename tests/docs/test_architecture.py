"""docs/architecture.md says what the code does: its picture is of the imports, its walk is what the command prints."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from tests.fixtures_support import CASES, run

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "migrator"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
RIM = "rim"
Graph = dict[str, set[str]]


def picture() -> Graph:
    """The arrows of the picture, by room."""
    block = next(one for one in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if "→" in one)
    arrows: Graph = {}
    for line in block.splitlines():
        for first, second in pairwise(line.split("→")):
            arrows.setdefault(first.strip(), set()).add(second.strip())
    return arrows


def rooms(arrows: Graph) -> set[str]:
    return {*arrows, *(room for below in arrows.values() for room in below)}


def imports(known: set[str]) -> Graph:
    """Which rooms import which; all that is not in the picture is the rim, and so is a command in a room."""
    found: Graph = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = RIM if path.name == "__main__.py" else _room(path.relative_to(PACKAGE).parts[0], known)
        for module in _imported(ast.parse(path.read_text(encoding="utf-8"))):
            other = _room(module.split(".")[1], known)
            if other != room:
                found.setdefault(room, set()).add(other)
    return found


def _room(name: str, known: set[str]) -> str:
    return name if name in known else RIM


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [node.module] if node.module != "migrator" else [f"migrator.{alias.name}" for alias in node.names]
        else:
            whole = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (module for module in whole if module.startswith("migrator."))


def reached(graph: Graph) -> Graph:
    """What each room leads to, however far."""

    @cache
    def below(room: str) -> frozenset[str]:
        return frozenset[str]().union(*({other} | below(other) for other in graph.get(room, ())))

    return {room: set(below(room)) for room in rooms(graph)}


def test_the_picture_has_no_circle() -> None:
    """Else what it reaches could not be told: a room is read before all that are above it."""
    pending = picture()
    while pending:
        low = [room for room, below in pending.items() if not below & pending.keys()]
        assert low, f"a circle of {sorted(pending)}"
        for room in low:
            del pending[room]


def test_every_import_follows_arrows_of_the_picture() -> None:
    arrows = picture()
    ways = reached(arrows)
    for room, others in imports(rooms(arrows)).items():
        assert others <= ways[room], f"{room} imports {sorted(others - ways[room])}"


def test_every_arrow_of_the_picture_is_an_import_that_no_other_arrows_imply() -> None:
    arrows = picture()
    ways, made = reached(arrows), imports(rooms(arrows))
    for room, others in arrows.items():
        assert others <= made[room], f"{room} does not import {sorted(others - made[room])}"
        for other in others:
            assert not any(other in ways[one] for one in others - {other}), f"{room} → {other} is said already"


def test_what_reports_are_filled_from_knows_nothing_of_them() -> None:
    """Of the rim's folders, too: a report is made of records of `fleet/` and `secrets/`, and these name no report."""
    made = imports({path.parent.name for path in PACKAGE.glob("*/__init__.py")})
    below, pending = {RIM}, [*made["reports"] - {RIM}]  # files beside the folders are not told apart
    while pending:
        room = pending.pop()
        pending += made.get(room, set()) - below
        below.add(room)
    assert {"fleet", "secrets"} <= below
    assert "reports" not in below


def test_every_room_has_its_sentence_and_every_sentence_its_room() -> None:
    told = re.findall(r"^\| `(\w+)/` \|", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(rooms(picture()) - {RIM})
    beside = next(line for line in PAGE.splitlines() if line.startswith("| the rim |"))
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)/`", beside)) == folders - set(told)


def test_beside_the_rooms_stands_only_what_starts_the_command() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "entry.py"}


def test_the_box_is_imported_for_its_own_command_only() -> None:
    box = PACKAGE / "demo"
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.is_relative_to(box):
            continue
        named = {module for module in _imported(ast.parse(path.read_text(encoding="utf-8"))) if _of_box(module)}
        assert not named or path == PACKAGE / "cli" / "demo.py", f"{path} imports {sorted(named)}"


def test_the_commands_load_the_box_only_for_its_own() -> None:
    program = (
        "import sys, migrator.cli, migrator.cli.app; print(*filter(lambda one: 'migrator.demo' in one, sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def _of_box(module: str) -> bool:
    return module.split(".")[:2] == ["migrator", "demo"]


def test_the_walk_is_what_the_command_prints(tmp_path: Path) -> None:
    block = re.search(r"```console\n\$ patless (explain --trace \S+)\n(.*?)```", PAGE, re.DOTALL)
    assert block
    folder = shutil.copytree(CASES / "called" / "executed" / "before", tmp_path / "repository")
    assert block[2] == run(block[1].split(), folder).out


def test_files_that_it_names_are_there() -> None:
    named = re.findall(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|yml))`", PAGE)
    assert len(named) > 5
    for path in set(named) - {"rules/forgotten-logout.yml", "migrator/rules/forgotten_logout.py"}:
        assert (ROOT / path).exists() or (PACKAGE / path).exists(), path
