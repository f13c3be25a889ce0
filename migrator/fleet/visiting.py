"""One repository: what its branches are now, which commits are new, and what they hold."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from migrator.bitbucket.errors import ApiError
from migrator.fleet.gathering import Gathered, Looks, bounded, gathered
from migrator.fleet.gathering import GatheringOptions as GatheringOptions
from migrator.fleet.gathering import KnownRepository as KnownRepository
from migrator.fleet.records import FleetRepository, RepositoryState, Scanned
from migrator.repositories import disk, remote
from migrator.repositories.git import GitError, GitMissing
from migrator.repositories.refs import RefKind, refs
from migrator.repositories.streams import answer
from migrator.text.mask import printable
from migrator.text.view import Unreadable


def visit(known: KnownRepository, reading: GatheringOptions, looks: Looks) -> Scanned:
    """What became of one repository. Raises GitMissing alone: a fault of patless too is of one repository."""
    repository = known.repository
    try:
        if repository.folder:
            heads, untold = _local(repository, reading)
            commits = known.new(heads.values(), reading.judge)
            seen = looks.look(Path(repository.folder), commits, repository, known.hosts) if commits else ()
            found = Gathered(heads, seen, untold)
        else:
            found = gathered(known, reading, looks)
    except remote.AccessRefused as error:
        return _failed(repository, RepositoryState.FORBIDDEN, error)
    except (GitError, ApiError, Unreadable) as error:
        return _failed(repository, RepositoryState.ERROR, error)
    except GitMissing:
        raise
    except OSError as error:
        return _failed(repository, RepositoryState.ERROR, GitError(disk.told(error, reading.cache)))
    except Exception as error:  # its text may quote a file
        return _failed(
            repository, RepositoryState.ERROR, GitError(f"internal error ({type(error).__name__}): a fault in patless")
        )
    named = tuple((printable(branch), commit) for branch, commit in found.heads.items())
    state = RepositoryState.SCANNED if found.heads else RepositoryState.EMPTY
    return Scanned(repository.uuid, state, now(), named, found.seen, printable(found.untold))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _failed(repository: FleetRepository, state: RepositoryState, error: Exception) -> Scanned:
    return Scanned(repository.uuid, state, now(), error=printable(str(error)).replace("\n", " ")[:1000])


def _local(repository: FleetRepository, reading: GatheringOptions) -> tuple[dict[str, str], str]:
    root = Path(repository.folder)
    if root.is_symlink():  # one that leads to a clone is known by the clone
        raise GitError(f"the link {root} leads nowhere: to {os.readlink(root)}")
    found = {ref.short: ref.commit for ref in refs(root) if ref.kind is RefKind.BRANCH}
    heads = {branch: commit for branch, commit in found.items() if reading.wants(printable(branch), repository)}
    if not repository.main_branch:
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
        heads |= {"HEAD": os.fsdecode(answer(root, *asked))}
    return bounded(heads, repository.main_branch)
