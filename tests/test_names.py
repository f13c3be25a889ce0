"""One word for one thing: in the rooms of the core no class name is used for two."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from tests.docs.test_architecture import PACKAGE, RIM, picture, rooms


def _classes() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path.relative_to(PACKAGE))
    return found


def test_a_class_name_of_the_core_stands_for_one_thing() -> None:
    core = rooms(picture()) - {RIM}
    for name, paths in _classes().items():
        inside = [path for path in paths if path.parts[0] in core]
        assert len(inside) < 2, f"{name}: {' and '.join(map(str, inside))}"
