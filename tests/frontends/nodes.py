"""What tests ask of nodes."""

from __future__ import annotations

from migrator.ir.nodes import Read
from migrator.ir.traversal import every


def reads(tree: object) -> list[str]:
    """The variables that are read anywhere below a record, in order."""
    return [one.name for one in every(tree) if isinstance(one, Read)]
