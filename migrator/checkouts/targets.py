"""From the paths of a command line to the repositories that they are in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from migrator.options import UsageError
from migrator.repositories.worktree import find_root, repositories_below, repository_of


class Checkout(Struct, frozen=True):
    """One repository and what of it was asked for: files and folders relative to `root`, '' for all of it."""

    root: Path
    files: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()


def targets(paths: Sequence[Path]) -> list[Checkout]:
    """The repositories of `paths`, in their order; without any, all of the one that the working directory is in.

    A folder that is in no repository stands for itself and for each repository inside. Raises UsageError, GitError.
    """
    if not paths:
        root = find_root(Path.cwd())
        return [Checkout(root, folders=("",)), *_below(root)]
    asked: dict[Path, list[Path]] = {}
    further: list[Checkout] = []
    for path in paths:
        root, real = _place(path)
        asked.setdefault(root, []).append(real)
        if real.is_dir():
            further += _below(real)
    found = [_target(root, reals) for root, reals in asked.items()]
    return found + [one for one in dict.fromkeys(further) if one.root not in asked]


def _place(path: Path) -> tuple[Path, Path]:
    """The root for a path, and where the path really is."""
    try:
        real = Path(os.path.realpath(path, strict=True))
    except OSError as error:
        raise UsageError(f"{path}: {'there is no such file or folder' if _gone(error) else error.strerror}") from None
    here = Path(os.path.abspath(path))
    folder = here if real.is_dir() else here.parent
    if repository_of(folder) is not None:
        root = find_root(Path(os.path.realpath(repository_of(folder) or folder)))
    elif real.is_dir():
        root = find_root(real)
    else:
        working = Path.cwd()
        root = Path(os.path.realpath(working if folder.is_relative_to(working) else folder))
    if not real.is_relative_to(root):
        raise UsageError(f"{path}: a symbolic link leads out of the repository at {root}; name the file where it is")
    return root, real


def _gone(error: OSError) -> bool:
    return isinstance(error, (FileNotFoundError, NotADirectoryError))


def _below(folder: Path) -> list[Checkout]:
    if repository_of(folder) is not None:
        return []
    return [Checkout(root, folders=("",)) for root in repositories_below(folder)]


def _target(root: Path, reals: Sequence[Path]) -> Checkout:
    folders, files = list[str](), set[str]()
    for real in reals:
        name = real.relative_to(root).as_posix()
        if real.is_dir():
            folders.append("" if name == "." else name)
        else:
            files.add(name)
    return Checkout(root, frozenset(files), tuple(dict.fromkeys(folders)))


def shown(root: Path, path: str) -> str:
    """A path of a repository as it is shown: relative to the working directory where one is in the other."""
    working, top = _real(os.getcwd()), _real(os.fspath(root))
    full = os.path.join(top, path)
    near = os.path.commonpath([working, top]) in (working, top)
    return os.path.relpath(full, working) if near else full


@lru_cache(maxsize=16)
def _real(folder: str) -> str:
    return os.path.realpath(folder)
