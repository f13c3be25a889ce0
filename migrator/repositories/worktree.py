"""A repository as it lies on disk: the working tree of git, or a plain folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from migrator.repositories import git, looking
from migrator.text.files import locate, read_bounded
from migrator.text.view import Unreadable

_NEVER = frozenset({".git", ".venv", "node_modules"})
LINKS = 10_000
"""The most links of a folder of repositories."""
_GLANCE = 2000
"""Listing more names than these costs more than asking git."""


class WorkTree(Struct, frozen=True, dict=True):
    """A View of the folder `root`. In a git work tree ignored files are not part of it.

    Without git, or where the program is not installed, every file is, but for `.git`, `.venv`, `node_modules`,
    what is behind symbolic links to folders, and repositories inside.
    """

    root: Path

    def paths(self) -> tuple[str, ...]:
        return self._paths

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        if self._seen is not None and looking.is_all_listed(self.root, self._seen):
            return tuple(sorted(self._seen.paths))
        try:
            listed = git.files(self.root) if repository_of(self.root) else None
        except git.GitMissing:
            listed = None
        return tuple(sorted(path for path in (_walk(self.root) if listed is None else listed) if self._holds(path)))

    def read(self, path: str) -> bytes | None:
        real = locate(self.root, path)
        return None if real is None else read_bounded(real)

    def glance(self) -> list[str] | None:
        """All files without asking git: ignored ones too, and those of repositories inside. None for many."""
        return None if self._seen is None else list(self._seen.paths)

    @cached_property
    def _seen(self) -> looking.Seen | None:
        return looking.seen(self.root, _GLANCE)

    def target(self, path: str) -> str:
        """The path, inside the root, of the file that `path` stands for when symbolic links are followed.

        Raises Unreadable where it leads out of the root or nowhere.
        """
        real = locate(self.root, path)
        if real is None:
            raise Unreadable("the file is no longer there")
        return real.relative_to(os.path.realpath(self.root)).as_posix()

    def _holds(self, path: str) -> bool:
        full = os.path.join(self.root, path)
        try:
            mode = os.lstat(full).st_mode
        except OSError:
            return False
        return not (os.path.isdir(full) if stat.S_ISLNK(mode) else stat.S_ISDIR(mode))


def repository_of(folder: Path) -> Path | None:
    """The nearest folder at or above `folder`, by its name, that holds a `.git`."""
    return next((above for above in (folder, *folder.parents) if os.path.lexists(above / ".git")), None)


def find_root(folder: Path) -> Path:
    """The root of the repository that `folder` is in, else `folder` itself. Raises git.GitError."""
    holder = repository_of(folder)
    if holder is None:
        return folder
    try:
        return git.top_level(folder if folder.is_dir() else holder) or folder  # a new file may bring its folder
    except git.GitMissing:
        return holder


def repositories_below(folder: Path) -> list[Path]:
    """The repositories inside a folder that is in none itself, sorted; not those inside of another."""
    return sorted(inside for inside, _ in _folders(folder) if inside != folder and os.path.lexists(inside / ".git"))


def links_below(folder: Path) -> list[tuple[Path, Path | None]]:
    """Links in a folder of repositories, and the folder that each leads to, None where it leads nowhere.

    Those inside of repositories are left out, and so are hidden ones and those to files. Nothing is looked for behind
    them, so there is an end. Raises git.GitError for more than LINKS.
    """
    found: list[tuple[Path, Path | None]] = []
    for name, inside, files in os.walk(folder):
        here = Path(name)
        if os.path.lexists(here / ".git"):
            inside.clear()
            continue
        inside[:] = [one for one in inside if one not in _NEVER]
        for one in (*inside, *files):
            path = here / one
            if one.startswith(".") or not path.is_symlink():
                continue
            if len(found) == LINKS:
                raise git.GitError(f"{folder} has more than {LINKS:,} links; name fewer folders")
            to = _end(path)
            if to is None or to.is_dir():
                found.append((path, to))
    return sorted(found)


def _end(link: Path) -> Path | None:
    """Where a link leads in the end, None for nowhere, as where it leads back to itself."""
    try:
        return link.resolve(strict=True)
    except (OSError, RuntimeError):
        return None


def _walk(root: Path) -> Iterator[str]:
    for folder, names in _folders(root):
        if folder == root or not os.path.lexists(folder / ".git"):
            yield from (os.path.relpath(folder / name, root) for name in names)


def _folders(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """`root` and the folders below it, each with its files. A repository inside is named, and not gone into."""
    for name, inside, files in os.walk(root):
        folder = Path(name)
        if folder != root and os.path.lexists(folder / ".git"):
            inside.clear()
        inside[:] = sorted(name for name in inside if name not in _NEVER)
        yield folder, files
