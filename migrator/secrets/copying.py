"""What git brings of a repository: its branches and tags as they are elsewhere, and a copy with all history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

from migrator.bitbucket import source_commits
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import Repository
from migrator.repositories import changes, remote
from migrator.repositories.direct import NotDirect
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.secrets.asking import Asking, runs_of

_KINDS = ("refs/heads/", "refs/tags/")


def heads(asking: Asking, one: Repository) -> dict[str, str]:
    """The commits of the branches and tags, by full name, as they are elsewhere now: from the other side directly, else
    through git. Raises GitError, GitMissing, ApiError."""
    url, api = _address(one), asking.client.base
    credentials = asking.client.credentials
    if asking.direct:
        try:
            return asking.direct.heads(url, credentials.git_authorization(url, api), _KINDS, lambda ref: True)
        except NotDirect:
            pass
    return remote.heads(url, credentials.git_environment(url, api))


def fetch(asking: Asking, one: Repository) -> bool:
    """Bring the copy of a repository up to date, and the commits of its runs; False for one without commits. Raises
    GitError, GitMissing, ApiError."""
    if not mirror(asking, one):
        return False
    bring_runs(asking, one, ())
    return True


def mirror(asking: Asking, one: Repository) -> bool:
    """Bring the branches and tags of a repository with their history, once in a run; False for one without commits.
    Raises GitError, GitMissing, ApiError."""
    with asking.copies.alone(one.slug) as known:
        if known is None:
            known = asking.copies.there[one.slug] = _mirrored(asking, one)
        return known


def _mirrored(asking: Asking, one: Repository) -> bool:
    url = _address(one)
    root = remote.place(asking.cache, asking.workspace, one.slug)
    whole = _is_whole(root)
    if whole or one.main_branch is None:
        there = asking.copies.heads.get(one.slug) or heads(asking, one)
        if one.main_branch is None and not there:
            return False
        if whole and _commits(root) == there:
            return True
    remote.mirror(root, url, asking.client.credentials.git_environment(url, asking.client.base))
    return True


def has_copy(asking: Asking, one: Repository, commits: Mapping[str, str]) -> bool:
    """Whether the copy that is here has all history, and just these branches and tags."""
    root = remote.place(asking.cache, asking.workspace, one.slug)
    return _is_whole(root) and _commits(root) == commits


def bring_runs(asking: Asking, one: Repository, there: Collection[str]) -> None:
    """Ask for the runs of a repository whose copy is here, and bring those of their commits that are not. `there` are
    commits that are."""
    root = remote.place(asking.cache, asking.workspace, one.slug)
    runs = runs_of(asking, one).resolved(partial(_whole, asking, one, root))
    asking.known_runs[one.slug] = runs
    asked = dict.fromkeys(run.sha.text for run in runs.runs if run.sha and run.sha.whole)
    others = [commit for commit in asked if commit not in there]
    if not others:
        return
    with Objects(root) as objects:
        here = objects.load(others)
    missing = [commit for commit in others if commit not in here]
    if missing:
        variables = asking.client.credentials.git_environment(one.clone_https, asking.client.base)
        remote.bring(root, one.clone_https, variables, missing)


def _whole(asking: Asking, one: Repository, root: Path, sha: Hash) -> Hash:
    """The whole name of a commit: from the copy at `root`, else from Bitbucket; `sha` itself where neither has it."""
    if here := changes.named_by(root, sha.text):
        return Hash(here)
    try:
        return source_commits.one(asking.client, asking.workspace, one.slug, sha).sha
    except ApiError:
        return sha


def _is_whole(root: Path) -> bool:
    """Whether a copy is here that lacks neither history nor files: one of `fleet scan` can."""
    return (root / "HEAD").exists() and not (root / "shallow").exists() and not remote.is_partial(root)


def _commits(root: Path) -> dict[str, str]:
    return {ref.name: ref.commit for ref in refs(root)}


def _address(one: Repository) -> str:
    if not one.clone_https:
        raise GitError(f"Bitbucket gives no address for {one.slug} that git may use")
    return one.clone_https
