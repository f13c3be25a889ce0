"""One repository: what its branches are now, which commits are new, and what they hold."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct, field

from migrator.bitbucket.credentials import Credentials
from migrator.bitbucket.errors import ApiError
from migrator.fleet.records import Repository, Scanned, Seen, State
from migrator.fleet.scanning import Judge
from migrator.repositories import remote
from migrator.repositories.git import GitError, GitMissing
from migrator.repositories.objects import Objects
from migrator.repositories.refs import RefKind, refs
from migrator.repositories.streams import answer
from migrator.text.mask import printable
from migrator.text.view import Unreadable

MOST = 1000
"""The most branches of one repository that are read."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,200}")
_HEADS = "refs/heads/"
Look = Callable[[Path, Sequence[str], Repository, Mapping[str, str]], tuple[Seen, ...]]
"""How commits of a copy are analyzed, in another process. Raises GitError, Unreadable."""


class Known(Struct, frozen=True):
    """A repository, and what the ledger has of it: commits by branch, digests by commit, and the hosts that its
    variables are known to name."""

    repository: Repository
    heads: Mapping[str, str] = field(default_factory=dict)
    judged: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)


class Reading(Struct, frozen=True):
    """How repositories are read. `branches` are globs of those that are read besides the main branch; `seconds` is how
    long one conversation may take, and one analysis. `credentials` None: clones on this machine only."""

    cache: Path
    judge: Judge
    branches: tuple[str, ...] = ()
    seconds: float = remote.SECONDS
    credentials: Credentials | None = None
    api: str = ""
    filtered: remote.Filter = field(default_factory=remote.Filter)

    def wants(self, branch: str, repository: Repository) -> bool:
        return branch == repository.main_branch or any(fnmatchcase(branch, glob) for glob in self.branches)


def visit(known: Known, reading: Reading, look: Look) -> Scanned:
    """What became of one repository. Raises GitMissing alone: a fault of patless too is of one repository."""
    repository = known.repository
    try:
        if repository.folder:
            root, heads = Path(repository.folder), _local(repository, reading)
        else:
            root, heads = _elsewhere(known, reading)
        commits = [commit for commit in dict.fromkeys(heads.values()) if not _fresh(known, commit, reading)]
        seen = look(root, commits, repository, known.hosts) if commits else ()
    except remote.Refused as error:
        return _failed(repository, State.FORBIDDEN, error)
    except (GitError, ApiError, Unreadable) as error:
        return _failed(repository, State.ERROR, error)
    except GitMissing:
        raise
    except Exception as error:  # its text may quote a file
        return _failed(
            repository, State.ERROR, GitError(f"internal error ({type(error).__name__}): a fault in patless")
        )
    named = tuple((printable(branch), commit) for branch, commit in heads.items())
    return Scanned(repository.uuid, State.SCANNED if heads else State.EMPTY, now(), named, seen)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _fresh(known: Known, commit: str, reading: Reading) -> bool:
    return commit in known.judged and reading.judge.knowing(known.hosts).still(known.judged[commit])


def _failed(repository: Repository, state: State, error: Exception) -> Scanned:
    return Scanned(repository.uuid, state, now(), error=printable(str(error)).replace("\n", " ")[:1000])


def _local(repository: Repository, reading: Reading) -> dict[str, str]:
    root = Path(repository.folder)
    found = {ref.short: ref.commit for ref in refs(root) if ref.kind is RefKind.BRANCH}
    heads = {branch: commit for branch, commit in found.items() if reading.wants(printable(branch), repository)}
    if not repository.main_branch:
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
        heads |= {"HEAD": os.fsdecode(answer(root, *asked))}
    return _bounded(heads)


def _elsewhere(known: Known, reading: Reading) -> tuple[Path, dict[str, str]]:
    repository = known.repository
    root = remote.place(reading.cache, repository.workspace, repository.slug)
    if not repository.clone_url:
        raise GitError(f"Bitbucket names no address of {repository.slug} that git may use")
    if reading.credentials is None:
        raise GitError(f"{repository.slug} is not on this machine, and there is no credential to fetch it with")
    variables = reading.credentials.git_environment(repository.clone_url, reading.api)
    if not known.heads and not reading.branches and _PLAIN.fullmatch(repository.main_branch):
        try:
            return root, _straight(root, repository, variables, reading)
        except (remote.Refused, remote.Late):
            raise
        except GitError:  # the list of branches tells why
            pass
    url = repository.clone_url
    every = remote.heads(url, variables, tags=False, seconds=reading.seconds)
    heads = {name.removeprefix(_HEADS): commit for name, commit in every.items()}
    if heads and not repository.main_branch and not reading.branches:
        raise GitError(
            f"Bitbucket names no main branch of {repository.slug}; it has branches: name what to read with --branches"
        )
    heads = _bounded({name: commit for name, commit in heads.items() if reading.wants(name, repository)})
    new = {name: commit for name, commit in heads.items() if not _fresh(known, commit, reading)}
    there = _there(root, known, new.values())
    missing = {name: commit for name, commit in new.items() if commit not in there}
    if missing:
        remote.snapshot(root, url, variables, list(missing), reading.filtered, reading.seconds)
        heads |= {name: _at(root, name) or commit for name, commit in missing.items()}  # they may have moved since
    return root, heads


def _straight(root: Path, repository: Repository, variables: Mapping[str, str], reading: Reading) -> dict[str, str]:
    """The main branch of a repository that nothing is known of, without asking for its branches first."""
    branch = repository.main_branch
    remote.snapshot(root, repository.clone_url, variables, [branch], reading.filtered, reading.seconds)
    commit = _at(root, branch)
    if not commit:
        raise GitError(f"the branch {branch} is not in the copy")
    return {branch: commit}


def _at(root: Path, branch: str) -> str:
    """The commit of a branch that git has just written, '' where it is not there."""
    try:
        commit = (root / _HEADS / branch).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return commit if re.fullmatch(r"[0-9a-f]{40,64}", commit) else ""


def _there(root: Path, known: Known, commits: Iterable[str]) -> set[str]:
    """Those commits that were read before, by other rules, and are in the copy still."""
    before = known.judged.keys() & set(commits)
    if not before or not (root / "HEAD").exists():
        return set()
    with Objects(root) as objects:
        return set(objects.load(before))


def _bounded(heads: dict[str, str]) -> dict[str, str]:
    if len(heads) > MOST:
        raise GitError(f"more than {MOST} branches are asked for; name fewer with --branches")
    return heads
