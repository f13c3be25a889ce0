"""`patless cache`: the copies of repositories and the answers on this machine, and how they become fewer bytes."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from migrator.bitbucket.budget import cache_folder
from migrator.cli import console, exits
from migrator.findings.counting import many, size
from migrator.replay import records
from migrator.repositories import caching, remote
from migrator.repositories.caching import CachedCopy
from migrator.text.mask import named

_SHOWN = 20


def show() -> int:
    """Print where the copies are, how large, and of what; and return the exit code."""
    folder = cache_folder(os.environ)
    found = caching.contents(folder)
    copies = sorted(found.copies, key=lambda one: (one.used, one.name))
    lines = [
        ("where", named(str(folder / remote.COPIES))),
        ("size", size(found.size)),
        ("repositories", f"{len(copies):,}" + _gone(copies)),
    ]
    if answers := records.kept():
        lines.append(("answers", f"{len(answers):,} of `check` and `fix`, {size(sum(bytes for _, bytes in answers))}"))
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


def prune(cache_limit: int | None) -> int:
    """Take away the answers, the copies that nobody will miss, and more where the rest is over the limit; and return
    the exit code."""
    pruned = caching.prune(cache_folder(os.environ), cache_limit)
    records.clear()
    lines = [f"{named(one.name)}: gone, {size(one.size)}" for one in pruned.gone[:_SHOWN]]
    lines += [f"{named(one.name)}: last used {_day(one)}, {size(one.size)}" for one in pruned.others[:_SHOWN]]
    rest = max(0, len(pruned.gone) - _SHOWN) + max(0, len(pruned.others) - _SHOWN)
    lines += [f"and {rest:,} more"] if rest else []
    lines += [f"{named(one.name)}: {one.packs} packs made one" for one in pruned.packed[:_SHOWN]]
    went = len(pruned.gone) + len(pruned.others)
    lines.append(
        f"removed {many(went, 'copy', 'copies')}, freed {size(max(0, pruned.freed))}; {size(max(0, pruned.size))} left"
    )
    console.out("".join(f"{line}\n" for line in lines))
    if pruned.busy:
        console.err(
            [f"patless: {many(len(pruned.busy), 'copy is', 'copies are')} in use by another run and not removed"]
        )
    return exits.LEFT if cache_limit is not None and pruned.size > cache_limit else exits.CLEAN


def _gone(copies: list[CachedCopy]) -> str:
    gone = sum(one.gone for one in copies)
    return f", {gone:,} of them already removed" if gone else ""


def _of(one: CachedCopy) -> str:
    return f"{named(one.name)}, last used {_day(one)}, {size(one.size)}"


def _day(one: CachedCopy) -> str:
    return f"{datetime.fromtimestamp(one.used, UTC):%Y-%m-%d %H:%M} UTC"
