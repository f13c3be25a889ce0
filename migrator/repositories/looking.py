"""What lies in a work tree, and where git would list just that, so that it need not be started for each of many.

git lists what its index has and what no rule ignores. Where no rule can match anything that lies there, that is every
file. To look at a small tree costs a tenth of starting git.
"""

from __future__ import annotations

import os
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from migrator.findings.excluding import standing_in
from migrator.repositories import git
from migrator.text.files import read_bounded
from migrator.text.view import Unreadable

_RULES = ".gitignore"
_KEYS = (b"excludesfile", b"ignorecase", b"precomposeunicode", b"sparsecheckout")


class Seen(Struct, frozen=True):
    """`paths` are the files and the links to files, `rules` those of them that hold ignore rules. `plain`: nothing else
    lies there, such as a repository inside, a pipe, or a folder that may not be looked into."""

    paths: tuple[str, ...]
    rules: tuple[str, ...]
    plain: bool


def seen(root: Path, most: int) -> Seen | None:
    """What lies below `root`, but not in a folder `.git`; None for more than `most` files, or folders in one."""
    paths: list[str] = []
    rules: list[str] = []
    plain = True
    pending = [""]
    while pending:
        above = pending.pop()
        try:
            with os.scandir(os.path.join(root, above)) as listed:
                entries = list(listed)
        except OSError:
            plain = False
            continue
        for entry in entries:
            path = f"{above}{entry.name}"
            plain = plain and (entry.name.lower() != ".git" or path == ".git")
            if entry.is_symlink():
                if not os.path.isdir(entry.path):
                    paths.append(path)
                plain = plain and entry.name != _RULES
            elif entry.is_dir():
                pending += [f"{path}/"] if entry.name != ".git" else []
            else:
                paths.append(path)
                plain = plain and entry.is_file()
                if entry.name == _RULES:
                    rules.append(path)
        if len(paths) + len(pending) > most:
            return None
    return Seen(tuple(paths), tuple(rules), plain)


class _Machine:
    """The ignore rules of this machine, while they are known; None where they may depend on the repository, too."""

    rules: tuple[str, ...] | None = None


@contextmanager
def learned() -> Iterator[None]:
    """Git is asked once for what holds in every repository during the block, in processes that it forks, too."""
    _Machine.rules = _of_machine() if _is_usual() else None
    try:
        yield
    finally:
        _Machine.rules = None


def _is_usual() -> bool:
    return sys.platform == "linux" and not os.path.lexists("/.git") and not any(map(git.is_kept, os.environ))


def _of_machine() -> tuple[str, ...] | None:
    try:
        said = git.answer(
            Path("/"), "config", "-z", "--type=path", "--get-regexp", r"^(core\.excludesfile|includeif\..*)$"
        )
        entries = [one.partition(b"\n") for one in (said or b"").split(b"\0") if one]
        if any(name != b"core.excludesfile" for name, _, _ in entries):
            return None
        usual = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "git" / "ignore"
        return tuple(_patterns(Path(os.fsdecode(entries[-1][2])) if entries else usual))
    except (git.GitError, git.GitMissing, Unreadable, RuntimeError):
        return None


def is_all_listed(root: Path, found: Seen) -> bool:
    """Whether git is known to list all that was seen below `root`, and nothing else."""
    inside = root / ".git"
    if _Machine.rules is None or not found.plain or not git.is_ordinary(root):
        return False
    settings = git.plain_settings(inside)
    if settings is None or any(key in _KEYS and value != b"false" for _, key, value in settings):
        return False
    try:
        rules = [*_Machine.rules, *_patterns(inside / "info" / "exclude")]
        for path in found.rules:
            rules += _patterns(root / path)
    except Unreadable:
        return False
    texts = standing_in([one for one in rules if not one.startswith("!")])
    every = "\n".join(found.paths)
    return texts is not None and not any(text in every for text in texts)


def _patterns(path: Path) -> Iterator[str]:
    """Raises Unreadable."""
    for line in (read_bounded(path) or b"").removeprefix(BOM_UTF8).splitlines():
        if line.strip() and not line.startswith(b"#"):
            yield os.fsdecode(line)
