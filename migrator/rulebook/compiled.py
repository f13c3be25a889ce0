"""The built-in rules as the interpreter keeps modules: read from their files once, then kept beside the byte code.

What is kept holds as long as neither a rule file nor a module of this room has changed, by size and time, as with
byte code; where nothing may be written there, the files are read each time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import DecodeError, Struct
from msgspec.json import decode, encode

from migrator.rulebook.records import RuleBook
from migrator.text.patterns import Regex

Stamps = tuple[tuple[str, int, int], ...]


class Compiled(Struct, frozen=True):
    """`stamps` are path, size and time of change, in nanoseconds, of each file that the book comes from."""

    stamps: Stamps
    book: RuleBook


def compiled(paths: Iterable[Path], parse: Callable[[], RuleBook]) -> RuleBook:
    """The book that `parse` gives for the rule files `paths`. Raises what it raises."""
    target = _target()
    now = stamps((*paths, *sorted(Path(__file__).parent.glob("*.py"))))
    with suppress(OSError, DecodeError):
        found = decode(target.read_bytes(), type=Compiled, dec_hook=_made) if target else None
        if found and found.stamps == now:
            return found.book
    book = parse()
    if target and not sys.dont_write_bytecode:
        _write(target, encode(Compiled(now, book), enc_hook=_kept))
    return book


def _target() -> Path | None:
    """Beside this module's own byte code, wherever the interpreter keeps that."""
    cached = __spec__.cached
    return Path(cached).with_name("rules.json") if cached else None


def stamps(paths: Iterable[Path]) -> Stamps:
    """By which a change of a file is noticed; what is not there is noticed, too."""
    return tuple(map(_stamp, paths))


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), -1, -1
    return str(path), status.st_size, status.st_mtime_ns


def _kept(value: object) -> object:
    """Patterns, and the texts and numbers that have a type of their own."""
    if isinstance(value, Regex):
        return value.made
    return int(value) if isinstance(value, int) else str(value)


def _made(kind: Any, value: Any) -> Any:
    return Regex(*value) if kind is Regex else kind(value)


def _write(target: Path, data: bytes) -> None:
    """In one step, so that a run beside this one reads all of it or nothing."""
    beside = target.with_name(f"{target.name}.{os.getpid()}")
    with suppress(OSError):
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(data)
        os.replace(beside, target)
