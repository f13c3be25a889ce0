"""The path `-`: a file's content comes on standard input, as editors have it, and its name from --stdin-filename."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from msgspec import Struct

from migrator.checkouts.targets import Checkout
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions
from migrator.repositories.worktree import find_root, repository_of


class Buffer(Struct, frozen=True):
    """The content of the file `name`, which comes on standard input."""

    name: Path
    data: bytes


def buffer(reading: AnalysisOptions) -> Buffer | None:
    """What stands on standard input, if that is asked for. Raises UsageError."""
    paths, name = reading.paths, reading.stdin_filename
    asked = Path("-") in paths
    if not asked and name is None:
        return None
    if not asked:
        raise UsageError("--stdin-filename needs the path -")
    if name is None:
        raise UsageError("- reads standard input; name its file in the repository with --stdin-filename")
    if len(paths) > 1:
        raise UsageError("- reads one file; pass no other path with it")
    return Buffer(name, sys.stdin.buffer.read())


def target(name: Path, working: Path | None = None) -> Checkout:
    """The repository of a file that need not be there yet; in none, the folder `working` is its root where it is in
    there, None for the current one. Raises UsageError, GitError."""
    real = Path(os.path.realpath(name))
    if real.is_dir():
        raise UsageError(f"{name} is a folder; --stdin-filename needs a file")
    folder = next(above for above in real.parents if above.is_dir())
    working = Path(os.path.realpath(working or os.getcwd()))
    if repository_of(folder) is not None:
        root = Path(os.path.realpath(find_root(folder)))
    else:
        root = working if folder.is_relative_to(working) else folder
    here = Path(os.path.abspath(name)).parent
    if repository_of(here) is not None and not real.is_relative_to(find_root(Path(os.path.realpath(here)))):
        raise UsageError(f"{name}: a symbolic link leads out of its repository; name the file where it is")
    return Checkout(root, files=frozenset({real.relative_to(root).as_posix()}))
