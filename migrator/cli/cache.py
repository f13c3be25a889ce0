"""`patless cache`: the copies of repositories on this machine, and how they become fewer bytes."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime

from migrator.bitbucket.budget import cache_folder
from migrator.cli import console, exits
from migrator.cli.failures import UsageError
from migrator.findings.counting import many
from migrator.repositories import caching, remote
from migrator.repositories.caching import CachedCopy
from migrator.text.mask import named

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_SHOWN = 20


def size(text: str) -> int | None:
    """Bytes of a size such as 500M, 2GiB or 1.5g; None for ''. Raises UsageError."""
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([KMGT]?)(?:I?B)?", text.strip().upper())
    if not match:
        raise UsageError("--cache-limit needs a size such as 500M, 2G, or 1.5GiB")
    return int(float(match[1]) * _UNITS[match[2]])


def shown(bytes_: int) -> str:
    """`1.5 GiB`."""
    number = float(bytes_)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"


def show() -> int:
    """Print where the copies are, how large, and of what; and return the exit code."""
    folder = cache_folder(os.environ)
    found = caching.contents(folder)
    copies = sorted(found.copies, key=lambda one: (one.used, one.name))
    lines = [
        ("where", named(str(folder / remote.COPIES))),
        ("size", shown(found.size)),
        ("repositories", f"{len(copies):,}" + _gone(copies)),
    ]
    if copies:
        lines += [("oldest", _of(copies[0])), ("newest", _of(copies[-1]))]
        lines += [("largest", f"{_of(max(copies, key=lambda one: one.size))}")]
    if found.left:
        lines.append(("remains", f"{len(found.left):,} left by killed runs; run `patless cache prune` to remove them"))
    if found.others:
        those = ", ".join(named(str(path)) for path in found.others[:_SHOWN])
        more = f", and {len(found.others) - _SHOWN:,} more" if len(found.others) > _SHOWN else ""
        lines.append(("not patless's", f"{those}{more}: left alone"))
    width = max(len(name) for name, _ in lines)
    console.out("".join(f"{name.ljust(width)}  {text}\n" for name, text in lines))
    return exits.CLEAN


def prune(limit: str) -> int:
    """Take away what nobody will miss, and more where the rest is over the limit; and return the exit code."""
    bound = size(limit)
    pruned = caching.prune(cache_folder(os.environ), bound)
    lines = [f"{named(one.name)}: gone, {shown(one.size)}" for one in pruned.gone[:_SHOWN]]
    lines += [f"{named(one.name)}: last used {_day(one)}, {shown(one.size)}" for one in pruned.others[:_SHOWN]]
    rest = max(0, len(pruned.gone) - _SHOWN) + max(0, len(pruned.others) - _SHOWN)
    lines += [f"and {rest:,} more"] if rest else []
    lines += [f"{named(one.name)}: {one.packs} packs made one" for one in pruned.packed[:_SHOWN]]
    went = len(pruned.gone) + len(pruned.others)
    lines.append(
        f"removed {many(went, 'copy', 'copies')}, freed {shown(max(0, pruned.freed))}; {shown(max(0, pruned.size))} "
        "left"
    )
    console.out("".join(f"{line}\n" for line in lines))
    if pruned.busy:
        console.err(
            [f"patless: {many(len(pruned.busy), 'copy is', 'copies are')} in use by another run and not removed"]
        )
    return exits.LEFT if bound is not None and pruned.size > bound else exits.CLEAN


def _gone(copies: list[CachedCopy]) -> str:
    gone = sum(one.gone for one in copies)
    return f", {gone:,} of them already removed" if gone else ""


def _of(one: CachedCopy) -> str:
    return f"{named(one.name)}, last used {_day(one)}, {shown(one.size)}"


def _day(one: CachedCopy) -> str:
    return f"{datetime.fromtimestamp(one.used, UTC):%Y-%m-%d %H:%M} UTC"
