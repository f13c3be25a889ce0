"""A commit that brings one branch up to another and changes files besides, made without a work tree, and pushed.

It goes on top of what is there, so a plain push brings it, and is refused where the branch has moved meanwhile.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from migrator.repositories import remote
from migrator.repositories.git import GitError, environment, run


def joined(folder: Path, tip: str, head: str, files: Mapping[str, bytes], message: str) -> str:
    """A commit in the bare repository at `folder` whose parents are `tip` and `head`; its hash.

    It holds what `head` holds, with these `files` (bytes by path). Its author is that of `tip`. Raises GitError,
    GitMissing.
    """
    name, _, address = _git(folder, {}, b"", "log", "-1", "--format=%an%x00%ae", tip).decode().strip().partition("\0")
    person = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _who(name, address)}
    with tempfile.TemporaryDirectory(prefix="patless-") as scratch:
        index = {"GIT_INDEX_FILE": os.path.join(scratch, "index")}
        _git(folder, index, b"", "read-tree", head)
        for path, data in sorted(files.items()):
            blob = _git(folder, {}, data, "hash-object", "-w", "--stdin").decode().strip()
            _git(folder, index, b"", "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        tree = _git(folder, index, b"", "write-tree", "--missing-ok").decode().strip()
    parents = ("-p", tip, "-p", head)
    return _git(folder, person, message.encode(), "commit-tree", tree, *parents, "-F", "-").decode().strip()


def push(folder: Path, url: str, variables: Mapping[str, str], commit: str, branch: str) -> None:
    """Move `branch` forward to the commit, and never back. Raises remote.Refused, GitError, GitMissing."""
    remote.send(folder, url, variables, f"{commit}:refs/heads/{branch}")


def _who(name: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("NAME", name), ("EMAIL", address)


def _git(folder: Path, more: Mapping[str, str], given: bytes, *arguments: str) -> bytes:
    code, output, errors = run(folder, {**environment(), **more}, given, remote.SECONDS, *arguments)
    if code:
        words = errors.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        raise GitError(f"git {arguments[0]} fails: {words[:500]}")
    return output
