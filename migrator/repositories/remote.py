"""A repository elsewhere, through git alone: what refs it has, and a bare copy of them without a work tree.

No hook, filter, submodule or LFS file is ever in play, and the credential comes by the environment only.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from migrator.repositories import disk
from migrator.repositories.again import STOPPED, again
from migrator.repositories.git import PROXIES, GitError, command, environment, lacking
from migrator.repositories.using import opened, using
from migrator.text.files import LIMIT
from migrator.text.patterns import regex
from migrator.text.waiting import Endless, kill, waited

BROUGHT = 1000
"""The most commits that are asked for by their names together; where those are refused, the first few one by one."""
_ONE_BY_ONE = 20
SECONDS = 600
"""How long one conversation with the other side may take."""
_SLOW = {"GIT_HTTP_LOW_SPEED_LIMIT": "100", "GIT_HTTP_LOW_SPEED_TIME": "60", "GIT_ALLOW_PROTOCOL": "http:https"}
SLUG = regex(r"(?!\.{1,2}\Z)[A-Za-z0-9_.][A-Za-z0-9_.-]{0,127}")
COPIES = "git"
"""The folder of a cache that holds copies."""
_ALL = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


_LARGE = f"--filter=blob:limit={LIMIT + 1}"
"""Files that are larger than what is read may stay where they are."""
_REFUSED = ("Authentication failed", "returned error: 401", "returned error: 403", "returned error: 404", "not found")
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_PASSING = regex(
    r"returned error: (?:429|5\d\d)|RPC failed|early EOF|unexpected|hung up|Connection (?:reset|refused|timed out)|"
    r"Could not resolve|Empty reply|Recv failure|Send failure|transfer closed|expected flush|invalid index-pack|"
    r"protocol error|invalid response|not valid: is this a git repository|Failed to connect|operation timed out",
    re.IGNORECASE,
)
"""What git says where the other side was busy, or broke off."""
_QUIETLY = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc")


PARTIAL = "patless-partial"
"""A file in a copy that lacks files of its commits, whatever their size: git does not know that of it."""


class AccessRefused(GitError):
    """The other side does not give the repository to this credential, or there is none."""


_MOVED = ("non-fast-forward", "fetch first", "cannot lock ref", "failed to update ref")


class Moved(GitError):
    """The branch there has commits that the one which is pushed has not."""


class Late(GitError):
    """The other side does not come to an end."""


class Filter:
    """Whether the other side leaves out large files where it is asked to: tried with the first copy of a run."""

    def __init__(self) -> None:
        self.there = True

    @property
    def options(self) -> tuple[str, ...]:
        return (_LARGE,) if self.there else ()

    def heard(self, words: str) -> None:
        if "filtering not recognized" in words:
            self.there = False


class _Done(NamedTuple):
    output: bytes
    words: str


def heads(url: str, variables: Mapping[str, str], *, tags: bool = True, seconds: float = SECONDS) -> dict[str, str]:
    """The commits of all branches, and tags, by full name. `variables` sign the request.

    Raises GitError, GitMissing; Refused where the repository is not given out.
    """
    found: dict[str, str] = {}
    kinds = ("--heads", "--tags") if tags else ("--heads",)
    for line in _run(Path.cwd(), variables, "ls-remote", *kinds, "--", url, seconds=seconds).output.splitlines():
        commit, _, name = os.fsdecode(line).partition("\t")
        peeled = name.removesuffix("^{}")
        if peeled.startswith(("refs/heads/", "refs/tags/")) and re.fullmatch(r"[0-9a-f]{40,64}", commit):
            found[peeled] = commit
    return found


def mirror(folder: Path, url: str, variables: Mapping[str, str]) -> None:
    """Make the bare repository at `folder` have the branches and tags of `url`, and their history.

    A copy that git does not go on with is made anew. Raises GitError and GitMissing.
    """
    options = ("--prune", "--quiet", "--force", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc")

    def bring_all(place: Path) -> None:
        whole = ("--unshallow",) if (place / "shallow").exists() else ()
        _run(place, variables, "fetch", *whole, *options, "--", url, *_ALL, lock=lock)

    with alone(folder) as lock:
        if is_partial(folder):
            _anew(folder, bring_all)
            return
        there = (folder / "HEAD").exists()
        begin(folder)
        try:
            bring_all(folder)
        except (AccessRefused, Late):
            raise
        except GitError:
            if not there:
                raise
            _anew(folder, bring_all)


def snapshot(
    folder: Path,
    url: str,
    variables: Mapping[str, str],
    branches: Sequence[str],
    filtered: Filter,
    seconds: float = SECONDS,
    tags: Sequence[str] = (),
) -> None:
    """Bring the last commits of `branches` and `tags`, short names, without their history unless the copy has it.

    A copy that git does not go on with is made anew, and takes the old one's place once it is whole. Raises GitError,
    GitMissing.
    """
    names = [*(f"refs/heads/{name}" for name in branches), *(f"refs/tags/{name}" for name in tags)]
    with alone(folder, seconds) as lock:
        if is_partial(folder):
            _anew(folder, lambda fresh: _snapshot(fresh, url, variables, names, filtered, False, seconds, lock))
            return
        there = (folder / "HEAD").exists()
        begin(folder)
        whole = there and not (folder / "shallow").exists() and any((folder / "refs").rglob("*[!.]"))
        try:
            _snapshot(folder, url, variables, names, filtered, whole, seconds, lock)
        except (AccessRefused, Late):
            raise
        except GitError:
            if not there:
                raise
            _anew(folder, lambda fresh: _snapshot(fresh, url, variables, names, filtered, False, seconds, lock))


def _anew(folder: Path, fill: Callable[[Path], None]) -> None:
    """Make the copy anew, which takes the old one's place once it is whole."""
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    begin(fresh)
    fill(fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _snapshot(
    folder: Path,
    url: str,
    variables: Mapping[str, str],
    names: Sequence[str],
    filtered: Filter,
    whole: bool,
    seconds: float,
    lock: int,
) -> None:
    part = () if whole else ("--depth=1", *filtered.options)
    wanted = "".join(f"+{name}:{name}\n" for name in names)
    options = (*part, *_QUIETLY, "--no-show-forced-updates", "--stdin")
    try:
        done = _run(
            folder, variables, "fetch", *options, "--", url, given=os.fsencode(wanted), seconds=seconds, lock=lock
        )
    finally:
        _configure(folder)
    filtered.heard(done.words)


def bring(folder: Path, url: str, variables: Mapping[str, str], commits: Sequence[str]) -> None:
    """Add commits that no branch or tag leads to, as far as the other side gives them out: not every server does.

    Raises GitMissing. What is not there afterwards was not given.
    """

    def fetched(asked: Sequence[str]) -> bool:
        try:
            _run(folder, variables, "fetch", *_QUIETLY, "--", url, *asked, lock=lock)
        except GitError:
            return False
        return True

    with alone(folder) as lock:
        if commits and not fetched(commits[:BROUGHT]):
            for commit in commits[:_ONE_BY_ONE]:
                fetched([commit])


def discard(folder: Path, seconds: float = SECONDS) -> None:
    """Take away a copy that cannot be read, so that it is made anew. Raises GitError where another run is at it."""
    with alone(folder, seconds):
        shutil.rmtree(folder, ignore_errors=True)


def send(folder: Path, url: str, variables: Mapping[str, str], refspec: str) -> None:
    """Push one branch, forwards only: no `+` and no option makes the other side give up a commit.

    Raises ValueError for a refspec that would, Moved where the branch has another tip by now, GitError, GitMissing.
    """
    if refspec.startswith(("+", ":")):
        raise ValueError("a push here never forces or deletes")
    with alone(folder) as lock:
        try:
            _run(folder, variables, "push", "--quiet", "--no-verify", "--", url, refspec, lock=lock)
        except GitError as error:
            if any(words in str(error) for words in _MOVED):
                raise Moved(str(error)) from None
            raise


def place(cache: Path, workspace: str, slug: str) -> Path:
    """Where the copy of a repository is kept. Raises GitError for a name that no repository has."""
    for name in (workspace, slug):
        if not SLUG.fullmatch(name):
            raise GitError(
                f"{name[:200]!r} is not a valid name of a workspace or repository, so patless reads nothing of it"
            )
    return cache / COPIES / workspace / f"{slug}.git"


def is_partial(folder: Path) -> bool:
    """Whether the copy lacks files of its commits; `snapshot` and `mirror` make it anew then."""
    return (folder / PARTIAL).exists()


def interrupt() -> None:
    """End every conversation that goes on in other threads; each of them raises GitError."""
    STOPPED.now()
    with _RUNNING_LOCK:
        for process in _RUNNING:
            kill(process)


@contextmanager
def alone(folder: Path, seconds: float = SECONDS) -> Iterator[int]:
    """Two runs on one copy wait for each other. The lock is handed to git, so that a git that outlives a killed run
    is waited for too. Raises GitError after `seconds`."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink():
        raise GitError(f"{folder} is a link, which patless does not follow; remove it, or name another cache")
    end = time.monotonic() + seconds
    with opened(folder.parent / f"{folder.name}.lock") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise GitError(f"another run has been at work on {folder} for {seconds:g} seconds") from None
                time.sleep(0.02)
        with using(folder):
            yield lock.fileno()


def begin(folder: Path) -> None:
    """What `git init --bare` makes, without the process and without templates; and whatever a git that was killed has
    left locked is free again."""
    for name in ("objects/pack", "refs/heads"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if not (folder / "HEAD").exists():
        _configure(folder)
        (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        return
    for lock in (*folder.glob("*.lock"), *(folder / "refs").rglob("*.lock"), *folder.glob("objects/pack/tmp_*")):
        with suppress(OSError):
            lock.unlink()
    _configure(folder)


def _configure(folder: Path) -> None:
    """Let the configuration be what it was at first. git notes there whom it has asked to leave out files, and its
    readers end then at every file that is not there, in place of saying so."""
    config = folder / "config"
    if not config.exists() or config.read_text(encoding="utf-8", errors="replace") != _CONFIG:
        part = folder / "config.lock"
        part.write_text(_CONFIG, encoding="ascii")
        part.replace(config)


_RUNNING: set[subprocess.Popen[bytes]] = set()
_RUNNING_LOCK = threading.Lock()


def _run(
    folder: Path,
    variables: Mapping[str, str],
    *arguments: str,
    given: bytes = b"",
    seconds: float = SECONDS,
    lock: int | None = None,
) -> _Done:
    """Run git; what only reads is begun again where the other side was busy or broke off."""

    def once(left: float) -> _Done:
        return _once(folder, variables, *arguments, given=given, seconds=left, said=seconds, lock=lock)

    return again(once, _is_passing, seconds) if arguments[0] in ("fetch", "ls-remote") else once(seconds)


def _is_passing(error: Exception) -> bool:
    return (
        isinstance(error, GitError)
        and not isinstance(error, (AccessRefused, Late))
        and bool(_PASSING.search(str(error)))
    )


def _once(
    folder: Path,
    variables: Mapping[str, str],
    *arguments: str,
    given: bytes,
    seconds: float,
    said: float,
    lock: int | None,
) -> _Done:
    try:
        process = subprocess.Popen(
            command("-c", "core.bigFileThreshold=1m", "-c", "fetch.fsckObjects=false", *arguments),
            cwd=folder,
            env={**environment(PROXIES), **_SLOW, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=() if lock is None else (lock,),
            process_group=0,
        )
    except FileNotFoundError:
        raise lacking(folder) from None
    with _RUNNING_LOCK:
        _RUNNING.add(process)
    try:
        output, errors = waited(process, given, seconds)
    except subprocess.TimeoutExpired:
        raise Late(f"git needs more than {said:g} seconds for {arguments[0]}; try again later") from None
    except Endless as error:
        raise Late(f"git {error} for {arguments[0]}; see what answers there") from None
    finally:
        with _RUNNING_LOCK:
            _RUNNING.discard(process)
    words = errors.decode("utf-8", "replace").strip().removeprefix("fatal: ")
    if process.returncode:
        if full := disk.no_space(words, folder):
            raise GitError(full)
        kind = AccessRefused if any(one in words for one in _REFUSED) else GitError
        raise kind(f"git {arguments[0]} is refused: {words[:500] or f'exit code {process.returncode}'}")
    return _Done(output, words)
