"""The built-in rules as the interpreter keeps modules: read from their files once, then kept beside the byte code.

What is kept holds as long as neither a rule file nor a module that reads them has changed, by size and time, as with
byte code; where nothing may be written there, the files are read each time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import DecodeError, Struct
from msgspec.json import decode, encode

from migrator.text.patterns import Regex

Stamps = tuple[tuple[str, int, int], ...]
_Made = TypeVar("_Made")


class Compiled(Struct, Generic[_Made], frozen=True):
    """`stamps` are path, size and time of change, in nanoseconds, of each file that the rules come from."""

    stamps: Stamps
    rules: _Made


def compiled(name: str, kind: type[_Made], paths: Iterable[Path], parse: Callable[[], _Made]) -> _Made:
    """The rules of a `kind` that `parse` gives for the files `paths`, under a `name`. Raises what it raises."""
    target = _target(name)
    now = stamps((*paths, *sorted(Path(__file__).parent.glob("*.py"))))
    shape: Any = Compiled
    with suppress(OSError, DecodeError):
        kept: Compiled[_Made] | None = decode(target.read_bytes(), type=shape[kind], dec_hook=_made) if target else None
        if kept and kept.stamps == now:
            return kept.rules
    made = parse()
    if target and not sys.dont_write_bytecode:
        _write(target, encode(Compiled(now, made), enc_hook=_kept))
    return made


def _target(name: str) -> Path | None:
    """Beside this module's own byte code, wherever the interpreter keeps that."""
    cached = __spec__.cached
    return Path(cached).with_name(f"{name}.json") if cached else None


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
