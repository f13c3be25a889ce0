"""The pull request that takes a merged one back.

What it changed is its own difference, and not that of the commit it was merged by: that commit can hold what other
pull requests brought, and a fast-forward or a rebase makes none for it. Its difference is taken out of each file as the
merge left it, and what others have changed since stays, by git's own three-way merge; where both are in one place
nothing is undone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.bitbucket import pull_requests, source_commits
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import PullRequest
from migrator.fleet import identity, ownership, skipping
from migrator.fleet.deciding import SENTENCES, Why
from migrator.fleet.proposal import ChangedFile, Templates, Undone
from migrator.fleet.records import FleetRepository, Migration
from migrator.options.fleet import BranchPipelines
from migrator.platforms.bitbucket.names import ROOT
from migrator.platforms.bitbucket.starting import Releases, releases
from migrator.repositories.git import environment, run

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

BRANCH = "patless-revert/"


class NotUndone(Exception):
    """It cannot be taken back by itself. The message is a sentence."""


class Reversal(Struct, frozen=True):
    """What the pull request would be. `existing` is there where it is open already; then nothing else is needed."""

    branch: str
    head: str
    files: Mapping[str, bytes]
    title: str
    body: str
    message: str
    existing: PullRequest | None = None
    tip: str = ""


def reversal(
    client: Client,
    repository: FleetRepository,
    change: Migration,
    heads: Mapping[str, str],
    texts: Templates,
    known: Releases,
    starting: BranchPipelines = BranchPipelines(),  # noqa: B008 - frozen
) -> Reversal:
    """What undoes the merged pull request of `change`. `heads` are the commits by branch, of now.

    Raises ApiError, NotUndone, and ConfigurationError for a template.
    """
    workspace, slug = repository.workspace, repository.slug
    if change.pull_request is None:
        raise NotUndone(f"{slug} has no pull request to {change.destination} to revert")
    merged = pull_requests.one(client, workspace, slug, change.pull_request)
    if merged.state != "MERGED" or not merged.merge_commit:
        raise NotUndone(f"pull request {merged.number} of {slug} is not merged; nothing to revert")
    head = heads.get(merged.destination)
    if head is None:
        raise NotUndone(f"the branch {merged.destination} of {slug} no longer exists")
    files = _files(client, workspace, slug, merged, head)
    branch = f"{BRANCH}{merged.destination}"
    starts = () if starting.run_pipelines else releases(files.get(ROOT, b""), branch, known)
    changed = tuple(ChangedFile(path, ()) for path in sorted(files))
    about = Undone(workspace, slug, merged.destination, merged.number, merged.url, changed, starts)
    title = texts.render("revert-title", about)
    message = f"{title}\n\n{skipping.MARK}" if starts else title
    found = pull_requests.of_branch(client, workspace, slug, branch)
    existing = next((one for one in found if one.open and one.from_here), None)
    asks = starts and not existing and not starting.accept_skip_ci
    if asks and (merges := skipping.carrying(client, repository, merged.destination)):
        raise NotUndone(f"{SENTENCES[Why.SKIPPED]} ({', '.join(merges)})")
    tip = heads.get(branch, "")
    if tip and not existing and not ownership.tip(client, workspace, slug, tip, None).ours:
        raise NotUndone(f"the branch {branch} of {slug} exists, and patless did not make it; rename it")
    return Reversal(branch, head, files, title, texts.render("revert-body", about), message, existing, tip)


def opened(client: Client, repository: FleetRepository, found: Reversal, destination: str, draft: bool) -> PullRequest:
    """Write it, where it is not open already. Raises ApiError, of the kind `conflict` where something moved."""
    if found.existing:
        return found.existing
    workspace, slug = repository.workspace, repository.slug
    if not found.tip:
        change = identity.Marks(identity.seal("", found.files), identity.seal(found.head, found.files))
        source_commits.commit(
            client,
            workspace,
            slug,
            branch=found.branch,
            parent=found.head,
            message=identity.signed(found.message, change, destination),
            files=found.files,
        )
    return pull_requests.create(
        client,
        workspace,
        slug,
        title=found.title,
        description=found.body,
        source=found.branch,
        destination=destination,
        reviewers=(),
        draft=draft,
    )


def _files(client: Client, workspace: str, slug: str, merged: PullRequest, head: str) -> dict[str, bytes]:
    """The new contents by path."""
    after: dict[str, bytes] = {}
    now: dict[str, bytes] = {}
    for change in pull_requests.changed(client, workspace, slug, merged.number):
        path = change.new or change.old or ""
        for found, sha in ((after, merged.merge_commit), (now, Hash(head))):
            data = source_commits.content(client, workspace, slug, sha, path) if sha else None
            if data is None or change.status != "modified" or change.old != change.new:
                raise NotUndone(
                    f"{path} of {slug} was added, removed, or renamed, which patless does not revert; revert by hand"
                )
            found[path] = data
    before = _without(after, pull_requests.diff(client, workspace, slug, merged.number)) if after else {}
    if before is None:
        raise NotUndone(
            f"the merge of pull request {merged.number} of {slug} changed more in the same lines; revert by hand"
        )
    files: dict[str, bytes] = {}
    for path, old in before.items():
        undone = _merged(now[path], after[path], old)
        if undone is None:
            raise NotUndone(f"{path} of {slug} has changed in the same lines since; revert by hand")
        if undone != now[path]:
            files[path] = undone
    if not files:
        raise NotUndone(f"nothing of pull request {merged.number} is left in {merged.destination} of {slug}")
    return files


def _without(files: Mapping[str, bytes], diff: bytes) -> dict[str, bytes] | None:
    """The files, by path, without what the unified `diff` brought: `git apply --reverse`, all of it or, with None,
    nothing. https://git-scm.com/docs/git-apply; it leaves no folder, and follows no link."""
    with tempfile.TemporaryDirectory(prefix="patless-") as folder:
        root = Path(folder).resolve()
        places = {path: root / path for path in files}
        if not all(place.is_relative_to(root) and ".." not in place.parts for place in places.values()):
            return None
        for path, data in files.items():
            places[path].parent.mkdir(parents=True, exist_ok=True)
            places[path].write_bytes(data)
        alone = {**environment(), "GIT_CEILING_DIRECTORIES": str(root.parent)}
        code, _, _ = run(root, alone, diff, 60, "apply", "--reverse", "--whitespace=nowarn", "-")
        return {path: place.read_bytes() for path, place in places.items()} if code == 0 else None


def _merged(ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
    """`git merge-file`, byte for byte; None where both changed one place."""
    if ours == base:
        return theirs
    with tempfile.TemporaryDirectory(prefix="patless-") as folder:
        paths = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for path, data in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(data)
        code, output, _ = run(
            Path(folder), environment(), b"", 60, "merge-file", "--stdout", "--quiet", "--", *map(str, paths)
        )
    return output if code == 0 else None
