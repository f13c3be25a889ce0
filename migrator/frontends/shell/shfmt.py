"""The syntax tree of shell text, by `shfmt` (mvdan/sh), which is run as a parser only.

To start it takes longer than to parse most scripts, so several can be parsed in one go: one behind the other, with a
command between them that is found again where it was put. A script that takes it in, such as one with an open quote, or
that is wrong, is parsed by itself, as all are then.

Bounds: 64 KiB of text, 200 levels, 32 MiB of tree, 10 seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import DecodeError
from msgspec.json import decode

from migrator.ir.nodes import ProgramError
from migrator.text.waiting import Endless, waited

Tree = dict[str, Any]
MAX_TEXT = 64 * 1024
MAX_DEPTH = 200
_MAX_TREE = 32 * 1024 * 1024
_SECONDS = 10
_BETWEEN = b"\n:\n"
_ENVIRONMENT = {"GOMAXPROCS": "1"}
"""A third less to start than with a thread for each processor; and nothing of this process's own."""


def tree(text: str) -> Tree:
    """The tree as shfmt's JSON says it. Raises ProgramError where the text does not parse or exceeds a bound, or where
    shfmt is not installed."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_TEXT:
        raise ProgramError(f"the script is longer than {MAX_TEXT // 1024} KiB; move it to its own file")
    try:
        process = subprocess.Popen(
            [_shfmt(), "-ln", "bash", "--to-json"],
            env=_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
    except OSError as error:
        raise ProgramError(
            f"shfmt could not be started ({error.strerror}); install the package shfmt-py again"
        ) from None
    try:
        output, errors = waited(process, data, _SECONDS, _MAX_TREE)
    except Endless:  # a tree is up to 300 times as long as its text, and quadratic when nested
        raise ProgramError(f"the script is nested too deeply (more than {MAX_DEPTH} levels); flatten it") from None
    except subprocess.TimeoutExpired:
        raise ProgramError(f"reading the script took longer than {_SECONDS} seconds; split it") from None
    if process.returncode != 0:
        raise _syntax_error(errors.decode("utf-8", "replace"), text)
    try:
        tree: Tree = decode(output)
    except (RecursionError, DecodeError):
        raise ProgramError(f"the script is nested more than {MAX_DEPTH} levels deep; flatten it") from None
    return tree


def size(text: str) -> int:
    """Bytes that `trees` takes for a text."""
    return len(text.encode("utf-8", "surrogatepass")) + len(_BETWEEN)


def trees(texts: Sequence[str]) -> list[tuple[Tree, int]]:
    """The tree of each text, and the byte at which the text begins in its places; none where they have to be parsed by
    themselves."""
    pieces = [text.encode("utf-8", "surrogatepass") + _BETWEEN for text in texts]
    whole = b"".join(pieces)
    try:
        statements = tree(whole.decode("utf-8", "surrogatepass")).get("Stmts") or []
    except ProgramError:
        return []
    found: list[tuple[Tree, int]] = []
    start = at = 0
    for piece in pieces:
        end = start + len(piece) - len(_BETWEEN) + 1
        first = at
        while at < len(statements) and _offset(statements[at], "End") <= end:
            at += 1
        if at == len(statements) or [_offset(statements[at], key) for key in ("Pos", "End")] != [end, end + 1]:
            return []
        found.append(({"Stmts": statements[first:at]}, start))
        start, at = start + len(piece), at + 1
    return found


def _offset(statement: Tree, key: str) -> int:
    offset: int = statement[key].get("Offset", 0)
    return offset


@lru_cache(maxsize=1)
def _shfmt() -> str:
    """The binary that the package installed beside the interpreter, not whatever PATH has under that name."""
    name = "shfmt.exe" if os.name == "nt" else "shfmt"
    beside = Path(sys.executable).parent / name
    if beside.is_file():
        return str(beside)
    import sysconfig

    scripts = Path(sysconfig.get_path("scripts"))
    if (scripts / name).is_file():
        return str(scripts / name)
    raise ProgramError(f"shfmt is not installed in {scripts}; install the package shfmt-py")


def _syntax_error(message: str, text: str) -> ProgramError:
    line, column, _ = (*message.split(":", 2), "", "")[:3]
    offset = 0
    if line.isdigit() and column.isdigit():
        data = text.encode("utf-8", "surrogatepass").split(b"\n")
        before = b"\n".join(data[: int(line) - 1]) + (b"\n" if int(line) > 1 else b"")
        offset = len((before + data[min(int(line), len(data)) - 1][: int(column) - 1]).decode("utf-8", "replace"))
    if "max depth" in message:
        return ProgramError(f"the script is nested more than {MAX_DEPTH} levels deep; flatten it")
    return ProgramError("the script is not valid bash; check it with `bash -n`", min(offset, len(text)))
