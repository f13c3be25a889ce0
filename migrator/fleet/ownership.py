"""Whether the last commit of a branch is one of this tool's: by its seal, so that no memory is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.bitbucket import source_commits
from migrator.bitbucket.hashes import Hash
from migrator.fleet import identity
from migrator.fleet.deciding import Tip
from migrator.fleet.records import Migration

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

_FILES = 50
"""More files than this in one commit are not this tool's work."""


def tip(client: Client, workspace: str, slug: str, sha: str, known: Migration | None) -> Tip:
    """The tip `sha` of a branch, asked for where the ledger does not know it. Raises ApiError."""
    if known and known.head == sha and known.digest:
        return Tip(sha, True, known.digest)
    asked = Hash(sha)
    commit = source_commits.one(client, workspace, slug, asked)
    marks = identity.marks(commit.message)
    if not marks.seal or len(commit.parents) not in (1, 2):
        return Tip(sha, False)
    parent = commit.parents[-1]  # of a commit that brings the branch up to its destination, that one
    paths = source_commits.changed(client, workspace, slug, asked, parent)
    if not 0 < len(paths) <= _FILES:
        return Tip(sha, False)
    files: dict[str, bytes] = {}
    for path in paths:
        data = source_commits.content(client, workspace, slug, asked, path)
        if data is None:
            return Tip(sha, False)
        files[path] = data
    parents = [one if one.whole else source_commits.one(client, workspace, slug, one).sha for one in commit.parents]
    sealed = identity.seal(" ".join(one.text for one in parents), files)
    return Tip(sha, sealed == marks.seal, marks.change)
