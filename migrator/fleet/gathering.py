"""What branches of a repository elsewhere lead to, and what of it is needed to judge it, with as little as that takes.

The other side is asked directly: which commits there are, then their folders, then the files that the analysis asks
for. Where it does not answer in a way that is understood here, git asks it, and brings all files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

from migrator.bitbucket.credentials import Credentials
from migrator.fleet.records import FleetRepository, SeenCommit
from migrator.fleet.scanning import Judge, Partly
from migrator.repositories import keeping, remote
from migrator.repositories.direct import Direct, NotDirect
from migrator.repositories.git import GitError, NotRead
from migrator.repositories.objects import Objects
from migrator.repositories.using import using
from migrator.text.patterns import regex

MOST = 1000
"""The most branches of one repository that are read."""
_TIMES = 8
_FILES = 2000
"""How often files are asked for that the analysis has found to need, and how many at a time; then all are brought."""
_PLAIN = regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,200}")
_LITERAL = regex(r"[^*?\[]*")
_HEADS = "refs/heads/"
Contents = Mapping[str, tuple[str, bytes]]
"""Kind and bytes of objects by their names."""


class Looks(Protocol):
    """How commits of a copy are analyzed, in another process. Raises GitError, Unreadable."""

    def look(
        self, root: Path, commits: Sequence[str], repository: FleetRepository, hosts: Mapping[str, str]
    ) -> tuple[SeenCommit, ...]: ...

    def look_partly(
        self,
        root: Path,
        held: Contents | None,
        commits: Sequence[str],
        repository: FleetRepository,
        hosts: Mapping[str, str],
    ) -> Partly: ...


class KnownRepository(Struct, frozen=True):
    """A repository, and what the ledger has of it: commits by branch, digests by commit, and the hosts that its
    variables are known to name."""

    repository: FleetRepository
    heads: Mapping[str, str] = field(default_factory=dict)
    judged: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)

    def new(self, commits: Iterable[str], judge: Judge) -> list[str]:
        """Those that were not judged, or by other rules, once each."""
        by = judge.knowing(self.hosts)
        once = dict.fromkeys(commits)
        return [commit for commit in once if commit not in self.judged or not by.still(self.judged[commit])]


class GatheringOptions(Struct, frozen=True):
    """How repositories are read. `branches` are globs of those that are read besides the main branch; `timeout` is how
    many seconds one conversation may take, and one analysis. `credentials` None: clones on this machine only. `direct`
    None: git asks for everything."""

    cache: Path
    judge: Judge
    branches: tuple[str, ...] = ()
    timeout: float = remote.SECONDS
    credentials: Credentials | None = None
    api: str = ""
    filtered: remote.Filter = field(default_factory=remote.Filter)
    direct: Direct | None = None

    def wants(self, branch: str, repository: FleetRepository) -> bool:
        return branch == repository.main_branch or any(fnmatchcase(branch, glob) for glob in self.branches)


class Gathered(Struct, frozen=True):
    """The commits by branch, and what those that are new hold. `untold` says what was left out, '' for nothing."""

    heads: Mapping[str, str]
    seen: tuple[SeenCommit, ...] = ()
    untold: str = ""


class _Way(Struct, frozen=True):
    """How one repository is asked: where its copy is, and what signs a request of git, and a direct one."""

    root: Path
    url: str
    variables: Mapping[str, str]
    authorization: str


def gathered(known: KnownRepository, reading: GatheringOptions, looks: Looks) -> Gathered:
    """Raises GitError, GitMissing, ApiError, Unreadable.

    A copy that git does not read, such as one of which something was taken away, is made anew once.
    """
    repository = known.repository
    root = remote.place(reading.cache, repository.workspace, repository.slug)
    if not repository.clone_url:
        raise GitError(f"Bitbucket names no address of {repository.slug} that git may use")
    if reading.credentials is None:
        raise GitError(f"{repository.slug} is not on this machine, and there is no credential to fetch it with")
    url, api = repository.clone_url, reading.api
    variables = reading.credentials.git_environment(url, api)
    way = _Way(root, url, variables, reading.credentials.git_authorization(url, api))
    with using(root):
        there = os.path.lexists(root)
        try:
            return _gathered(known, reading, looks, way)
        except NotRead:
            if not there:
                raise
        remote.discard(root, reading.timeout)
        return _gathered(known, reading, looks, way)


def _gathered(known: KnownRepository, reading: GatheringOptions, looks: Looks, way: _Way) -> Gathered:
    if reading.direct:
        try:
            return _directly(known, reading, looks, way, reading.direct)
        except NotDirect:
            pass
    return _by_git(known, reading, looks, way)


def bounded(heads: dict[str, str], main: str) -> tuple[dict[str, str], str]:
    """Those of them that are read, and what is said of the others. Raises GitError where none is."""
    if len(heads) <= MOST:
        return heads, ""
    if main not in heads:
        raise GitError(f"more than {MOST:,} branches are asked for; name fewer with --branches")
    return {main: heads[main]}, f"more than {MOST:,} branches match --branches, so only {main} was read; name fewer"


# Directly


def _directly(known: KnownRepository, reading: GatheringOptions, looks: Looks, way: _Way, direct: Direct) -> Gathered:
    """Raises NotDirect where nothing was learnt."""
    repository = known.repository

    def wanted(ref: str) -> bool:
        return not repository.main_branch or reading.wants(ref.removeprefix(_HEADS), repository)

    heads = direct.heads(way.url, way.authorization, _prefixes(repository, reading), wanted)
    heads, untold = _wanted(heads, repository, reading)
    new = {name: commit for name, commit in heads.items() if commit in known.new(heads.values(), reading.judge)}
    there = _there(way.root, known, new.values())
    missing = {name: commit for name, commit in new.items() if commit not in there}
    held: dict[str, tuple[str, bytes]] | None = None
    if missing:
        found = _tops(way, heads, missing, reading, direct)
        if found is None:
            heads |= _snapshot(way, missing, reading)
        elif not there:
            held = found
    commits = known.new(heads.values(), reading.judge)
    if not commits:
        return Gathered(heads, untold=untold)
    for _ in range(_TIMES if held is not None or remote.is_partial(way.root) else 0):
        partly = looks.look_partly(way.root, held, commits, repository, known.hosts)
        if not partly.lacking:
            return Gathered(heads, partly.seen, untold)
        try:
            if len(partly.lacking) > _FILES:
                raise NotDirect
            pack, data = direct.objects(way.url, way.authorization, partly.lacking)
        except NotDirect:
            break
        keeping.add(way.root, pack, data, reading.timeout)
        if held is not None:
            held |= pack.objects
    if remote.is_partial(way.root):
        heads |= _snapshot(way, heads, reading)
        commits = known.new(heads.values(), reading.judge)
    return Gathered(heads, looks.look(way.root, commits, repository, known.hosts) if commits else (), untold)


def _prefixes(repository: FleetRepository, reading: GatheringOptions) -> list[str]:
    """What refs begin with that may be wanted."""
    if not repository.main_branch:
        return [_HEADS]
    globs = [match[0] for glob in reading.branches if (match := _LITERAL.match(glob))]
    return [f"{_HEADS}{name}" for name in dict.fromkeys((repository.main_branch, *globs))]


def _tops(
    way: _Way, heads: Mapping[str, str], missing: Mapping[str, str], reading: GatheringOptions, direct: Direct
) -> dict[str, tuple[str, bytes]] | None:
    """The objects of the commits, which are in the copy then, None where git has to bring them."""
    if not keeping.can_take(way.root):
        return None
    try:
        pack, data = direct.tops(way.url, way.authorization, list(dict.fromkeys(missing.values())))
        partial = direct.filters(way.url, way.authorization)
    except NotDirect:
        return None
    named = {f"{_HEADS}{name}": commit for name, commit in heads.items()}
    keeping.keep(way.root, pack, data, named, partial, reading.timeout)
    return dict(pack.objects)


# By git


def _by_git(known: KnownRepository, reading: GatheringOptions, looks: Looks, way: _Way) -> Gathered:
    heads, untold = _brought(known, reading, way)
    commits = known.new(heads.values(), reading.judge)
    return Gathered(heads, looks.look(way.root, commits, known.repository, known.hosts) if commits else (), untold)


def _brought(known: KnownRepository, reading: GatheringOptions, way: _Way) -> tuple[dict[str, str], str]:
    """The commits by branch, those that are new being in the copy; and what is said of others."""
    repository = known.repository
    if not known.heads and not reading.branches and _PLAIN.fullmatch(repository.main_branch):
        try:
            return _straight(way, repository.main_branch, reading), ""
        except (remote.AccessRefused, remote.Late):
            raise
        except GitError:  # the list of branches tells why
            pass
    every = remote.heads(way.url, way.variables, tags=False, seconds=reading.timeout)
    heads, untold = _wanted(every, repository, reading)
    new = known.new(heads.values(), reading.judge)
    there = _there(way.root, known, new)
    missing = {name: commit for name, commit in heads.items() if commit in new and commit not in there}
    return heads | _snapshot(way, missing, reading) if missing else heads, untold


def _straight(way: _Way, branch: str, reading: GatheringOptions) -> dict[str, str]:
    """The main branch of a repository that nothing is known of, without asking for its branches first."""
    remote.snapshot(way.root, way.url, way.variables, [branch], reading.filtered, reading.timeout)
    commit = _at(way.root, branch)
    if not commit:
        raise GitError(f"the branch {branch} is not in the copy")
    return {branch: commit}


def _wanted(
    every: Mapping[str, str], repository: FleetRepository, reading: GatheringOptions
) -> tuple[dict[str, str], str]:
    """By short name, as `bounded` has it. Raises GitError also where nothing says which ones are wanted."""
    heads = {name.removeprefix(_HEADS): commit for name, commit in every.items()}
    if heads and not repository.main_branch and not reading.branches:
        raise GitError(
            f"Bitbucket names no main branch of {repository.slug}; it has branches: name what to read with --branches"
        )
    wanted = {name: commit for name, commit in heads.items() if reading.wants(name, repository)}
    return bounded(wanted, repository.main_branch)


def _snapshot(way: _Way, branches: Mapping[str, str], reading: GatheringOptions) -> dict[str, str]:
    """Bring the branches whole; the commits that they have by then, as they may have moved since."""
    remote.snapshot(way.root, way.url, way.variables, list(branches), reading.filtered, reading.timeout)
    return {name: _at(way.root, name) or commit for name, commit in branches.items()}


def _at(root: Path, branch: str) -> str:
    """The commit of a branch that git has just written, '' where it is not there."""
    try:
        commit = (root / _HEADS / branch).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return commit if re.fullmatch(r"[0-9a-f]{40,64}", commit) else ""


def _there(root: Path, known: KnownRepository, commits: Iterable[str]) -> set[str]:
    """Those commits that were read before, by other rules, and are in the copy still."""
    before = known.judged.keys() & set(commits)
    if not before or not (root / "HEAD").exists():
        return set()
    with Objects(root) as objects:
        return set(objects.load(before))
