"""A repository elsewhere, through git alone: what refs it has, and a bare copy of them without a work tree.

No hook, filter, submodule or LFS file is ever in play, and the credential comes by the environment only.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from migrator.repositories.git import GitError, GitMissing, command, environment

BROUGHT = 1000
"""The most commits that are asked for by their names together; where those are refused, the first few one by one."""
_ONE_BY_ONE = 20
SECONDS = 600
"""How long one conversation with the other side may take."""
_SLOW = {"GIT_HTTP_LOW_SPEED_LIMIT": "100", "GIT_HTTP_LOW_SPEED_TIME": "60", "GIT_ALLOW_PROTOCOL": "http:https"}
_SLUG = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_.][A-Za-z0-9_.-]{0,127}")
_ALL = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


def heads(url: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The commits of all branches and tags by full name. `variables` sign the request. Raises GitError, GitMissing."""
    found: dict[str, str] = {}
    for line in _run(Path.cwd(), variables, "ls-remote", "--heads", "--tags", "--", url).splitlines():
        commit, _, name = os.fsdecode(line).partition("\t")
        peeled = name.removesuffix("^{}")
        if peeled.startswith(("refs/heads/", "refs/tags/")) and re.fullmatch(r"[0-9a-f]{40,64}", commit):
            found[peeled] = commit
    return found


def mirror(folder: Path, url: str, variables: Mapping[str, str]) -> None:
    """Make the bare repository at `folder` have the branches and tags of `url`, and their history.

    Raises GitError and GitMissing.
    """
    with _alone(folder):
        if not (folder / "HEAD").exists():
            _run(folder.parent, {}, "init", "--bare", "--quiet", "--template=", "--", str(folder))
        options = ("--prune", "--quiet", "--force", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc")
        _run(folder, variables, "fetch", *options, "--", url, *_ALL)


def bring(folder: Path, url: str, variables: Mapping[str, str], commits: Sequence[str]) -> None:
    """Add commits that no branch or tag leads to, as far as the other side gives them out: not every server does.

    Raises GitMissing. What is not there afterwards was not given.
    """
    options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc")

    def fetched(asked: Sequence[str]) -> bool:
        try:
            _run(folder, variables, "fetch", *options, "--", url, *asked)
        except GitError:
            return False
        return True

    with _alone(folder):
        if commits and not fetched(commits[:BROUGHT]):
            for commit in commits[:_ONE_BY_ONE]:
                fetched([commit])


def place(cache: Path, workspace: str, slug: str) -> Path:
    """Where the copy of a repository is kept. Raises GitError for a name that no repository has."""
    for name in (workspace, slug):
        if not _SLUG.fullmatch(name):
            raise GitError(f"{name[:200]!r} is no name of a workspace or repository, so nothing of it is read")
    return cache / "git" / workspace / f"{slug}.git"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs on one copy wait for each other."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(folder: Path, variables: Mapping[str, str], *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            command("-c", "core.bigFileThreshold=1m", "-c", "fetch.fsckObjects=false", *arguments),
            cwd=folder,
            env={**environment(), **_SLOW, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    except FileNotFoundError:
        raise GitMissing from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git needs more than {SECONDS} seconds for {arguments[0]}; try again later") from None
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        raise GitError(f"git {arguments[0]} is refused: {words[:500] or f'exit code {done.returncode}'}")
    return done.stdout
