"""A CI platform, as far as the core needs to know it.

What is data about one (the native credentials, built-in variables, runner labels, the file of output variables) stands
in the rules. A second platform is a folder here and rules of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from migrator.platforms.records import Pipelines
from migrator.text.source import Source


class Platform(Struct, frozen=True):
    """`name` is what a sentence calls it. `is_pipelines_file`: it reads pipelines from files of that path. `read` gives
    what one says, None for a document of another kind, and raises YamlError. `task` are the keys of an item that is a
    task: one for what is run, one for its variables; None where a step takes none."""

    name: str
    is_pipelines_file: Callable[[str], bool]
    read: Callable[[Source], Pipelines | None]
    task: tuple[str, str] | None = None
