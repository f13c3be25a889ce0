"""Packs that came without git become part of a copy that git reads.

A reader that comes meanwhile, or after a kill at any point, finds a copy that is whole as far as it goes: a pack is
there once its index is, and branches lead to commits once these are.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from migrator.repositories import remote
from migrator.repositories.packs import Pack, index


def can_take(folder: Path) -> bool:
    """Whether the copy is one that commits may be added to here: there is none yet, or one that git has not made."""
    return not (folder / "HEAD").exists() or remote.is_partial(folder)


def keep(folder: Path, pack: Pack, data: bytes, heads: Mapping[str, str], partial: bool, seconds: float) -> None:
    """Add a pack, whose bytes are `data`, with the last commits of `heads`, by full name, without their history.

    `partial`: files of them are left out. Raises GitError where another run is at work on the copy.
    """
    with remote.alone(folder, seconds):
        remote.begin(folder)
        if partial:
            (folder / remote.PARTIAL).touch()
        _add(folder, pack, data)
        shallow = folder / "shallow"
        before = shallow.read_text(encoding="ascii").split() if shallow.exists() else []
        _write(shallow, "".join(f"{commit}\n" for commit in sorted({*before, *heads.values()})).encode())
        lines = "".join(f"{heads[name]} {name}\n" for name in sorted(heads, key=os.fsencode))
        _write(folder / "packed-refs", os.fsencode(f"# pack-refs with: peeled fully-peeled sorted \n{lines}"))


def add(folder: Path, pack: Pack, data: bytes, seconds: float) -> None:
    """Add objects that the copy lacks. Raises GitError as `keep`."""
    with remote.alone(folder, seconds):
        remote.begin(folder)
        _add(folder, pack, data)


def _add(folder: Path, pack: Pack, data: bytes) -> None:
    name = folder / "objects" / "pack" / f"pack-{pack.trailer.hex()}"
    _write(name.with_suffix(".pack"), data)
    _write(name.with_suffix(".idx"), index(pack))


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"tmp_{path.name}")
    part.write_bytes(data)
    part.replace(path)
