"""Makes a repository with a problem smaller: fewer files, fewer lines, as long as a problem of the same kind is there.

This is the one-minimal form of delta debugging (Zeller and Hildebrandt, 2002) on lines: blocks of half of the lines
first, then of a quarter, down to single ones. It ends, as each step that is taken has fewer lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.differential.comparing import judged
from tests.differential.generating import FILE

_KEY = re.compile(r"\s*(?:- )*[\w'*-]+: *(?:&\w+)?$")
Line = tuple[str, str]
"""The path of a file, and one of its lines."""


def shrunk(files: Mapping[str, str], root: Path, options: tuple[str, ...], kind: str) -> dict[str, str]:
    """A smaller repository with a problem of this kind, or the same one."""

    def wrong(rest: list[Line]) -> bool:
        if [line for line in rest if _is_frame(line)] != frame:
            return False
        try:
            return any(problem.startswith(kind) for problem in judged(_files(rest), root, options).problems)
        except Exception:  # what is left need not be YAML any more
            return False

    lines = [(path, line) for path, text in files.items() for line in text.splitlines(keepends=True)]
    frame = [line for line in lines if _is_frame(line)]
    for path in files:
        rest = [line for line in lines if line[0] != path]
        if wrong(rest):
            lines = rest
    size = max(len(lines) // 2, 1)
    while size:
        at, before = 0, len(lines)
        while at < len(lines):
            rest = lines[:at] + lines[at + size :]
            if wrong(rest):
                lines = rest
            else:
                at += size
        size = size // 2 if size > 1 or len(lines) == before else size
    return _files(lines)


def _is_frame(line: Line) -> bool:
    """Whether it is a key of the pipelines file, without which the rest would be of something else."""
    return line[0] == FILE and _KEY.match(line[1]) is not None


def _files(lines: list[Line]) -> dict[str, str]:
    files: dict[str, str] = {}
    for path, line in lines:
        files[path] = files.get(path, "") + line
    return files
