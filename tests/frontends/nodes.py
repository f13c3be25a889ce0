"""What tests ask of nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from migrator.frontends.python import lower
from migrator.frontends.python.expressions import EXPRESSION
from migrator.ir.nodes import Read, Statement
from migrator.ir.rendering import program
from migrator.ir.traversal import every
from migrator.rulebook import reading as rulebook

HEAD = "import os\nimport subprocess\n"
LIBRARIES = rulebook.load().programs.launchers["python"].libraries


def reads(tree: object) -> list[str]:
    """The variables that are read anywhere below a record, in order."""
    return [one.name for one in every(tree) if isinstance(one, Read)]


def plain(nodes: Iterable[Statement]) -> str:
    """Without what can be written in place of strings."""
    quoted = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
    return re.sub(rf'\(or [\w.]+\["{{}}"\] ({quoted})\)', r"\1", program(nodes))


def shown(source: str) -> str:
    """Without `module.` before the names of its variables, the beginning, which says that nothing is known of them, and
    the reason that is that of most expressions."""
    nodes = plain(lower(f"{HEAD}{source}\n", None, libraries=LIBRARIES)).replace(f"[{EXPRESSION}]", "")
    return re.sub(r"\bmodule\.", "", re.sub(r"^\(evaluate sets\[[^]]*\]\) ?", "", nodes))
