"""Waivers as the configuration holds them: a person's word on what defeats proof, with a reason and an end."""

from __future__ import annotations

from migrator.secrets.records import Waiver
from migrator.secrets.references.records import OpaqueKind
from migrator.text.toml import Path, Toml

DOUBTS = (*(str(kind) for kind in OpaqueKind), "not-looked")
"""What can be waived: what is written behind `doubt:` in evidence."""


def read(file: Toml, at: Path) -> tuple[Waiver, ...]:
    """The list of a file that keys lead to. Raises ConfigurationError."""
    found = file.read(tuple[Waiver, ...], at=at)
    for number, waiver in enumerate(found):
        if waiver.doubt not in DOUBTS:
            raise file.error((number, "doubt"), f"must be one of {', '.join(DOUBTS)}", at=at)
    return found
