"""What is true of one platform only is said in its folder and in the rules, and nowhere else in the core."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import migrator

HOUSE = Path(migrator.__file__).parent
ROOMS = ("text", "findings", "rulebook", "ir", "frontends", "flow", "sinks", "reading", "fixes", "rules", "engine",
         "prefilter")  # fmt: skip
WORD = re.compile(
    r"bitbucket|atlassian|apkg\.io|after[-_]script|runs[-_]on|definitions\.pipelines|custom.pipeline|\bexport: true"
    r"|- pipe:|[\"']pipe[\"']",
    re.IGNORECASE,
)
WRITTEN = {"prefilter/data.py", "prefilter/__main__.py"}
"""Written from the rules by `python -m migrator.prefilter`, and what writes it."""

FILES = [*HOUSE.glob("platforms/*.py"), *(path for room in ROOMS for path in HOUSE.glob(f"{room}/**/*.py"))]
NAMES = sorted(path.relative_to(HOUSE).as_posix() for path in FILES)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WRITTEN])
def test_no_room_of_the_core_speaks_of_one_platform(name: str) -> None:
    found = [line for line in (HOUSE / name).read_text().splitlines() if WORD.search(line)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", NAMES)
def test_no_room_of_the_core_takes_an_address_for_an_identity(name: str) -> None:
    """`id()` is given anew when what had it is gone. A place is a path, a span and a call string; a node is itself."""
    calls = [node.func for node in ast.walk(ast.parse((HOUSE / name).read_text())) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if isinstance(call, ast.Name) and call.id == "id"]


def test_every_room_is_looked_at() -> None:
    assert {name.partition("/")[0] for name in NAMES} == {*ROOMS, "platforms"}
    assert set(NAMES) >= WRITTEN
