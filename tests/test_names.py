"""One word for one thing: no class name of the core is used for two, and few of the whole package."""

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


def test_only_what_bitbucket_and_the_client_both_have_shares_a_name() -> None:
    """The demo's server and the client each have a pull request; nothing else needs a name that is taken."""
    shared = {name: paths for name, paths in _classes().items() if len(paths) > 1}
    assert len(shared) <= 8, shared
    for name, paths in shared.items():
        assert {path.parts[0] for path in paths} == {"demo", "bitbucket"}, f"{name}: {' and '.join(map(str, paths))}"
