"""Reads shared pipelines from the copies on this machine, as the repositories that import them run them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from migrator.bitbucket.credentials import Credentials
from migrator.bitbucket.errors import ApiError
from migrator.engine import analysis as engine
from migrator.findings.records import Report
from migrator.fleet.imports import ImporterView, Pin
from migrator.fleet.records import FleetRepository, Import, LedgerBranch, LedgerEntry
from migrator.fleet.scanning import Judge, findings, packages, showable
from migrator.fleet.visiting import GatheringOptions
from migrator.platforms.bitbucket.imports import ImportTarget, target
from migrator.platforms.bitbucket.pipelines import EXPORTED
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.repositories import remote
from migrator.repositories.git import GitError, NotRead
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.repositories.refview import RefView
from migrator.repositories.worktree import WorkTree
from migrator.text.mask import named
from migrator.text.source import Source, Undecodable
from migrator.text.view import Unreadable, View
from migrator.text.yaml import YamlError


class _Missing(Exception):
    """The message is a clause that says what is missing."""


class Exporters:
    """`entries` are the repositories of the workspace, `root` says where the copy of one is, `judge` by what one is
    judged. For `imports.graph`."""

    def __init__(
        self,
        entries: Iterable[LedgerEntry],
        root: Callable[[FleetRepository], Path],
        judge: Callable[[FleetRepository], Judge],
    ) -> None:
        known = [entry.repository for entry in entries]
        self._known = {one.uuid: one for one in known} | {one.slug: one for one in known}
        self._root = root
        self._judge = judge
        self._file = lru_cache(maxsize=256)(self._read)

    def __call__(self, branch: LedgerBranch, _: Import, aim: ImportTarget) -> ImporterView:
        """Never raises: what cannot be read is said in `why`."""
        exporter = self.exporter(aim)
        if exporter is None:
            return ImporterView(why="the ledger knows no such repository")
        pin, commit = Pin.UNKNOWN, ""
        try:
            pin, commit = self._find(exporter, aim.ref)
            data = self._file(exporter, commit, aim.path)
            if not _exported(data, aim):
                raise _Missing(f"{aim.path} exports no pipeline {aim.pipeline}")
            name = f"{exporter.slug}@{aim.ref}:{aim.path}"
            shown = showable(
                self.report(branch, name, aim.pipeline, data), lambda path: named(aim.path if path == name else path)
            )
            return ImporterView(exporter.slug, pin, commit, packages(shown), findings(shown))
        except _Missing as error:
            return ImporterView(exporter.slug, pin, commit, why=str(error))
        except (GitError, Unreadable, Undecodable, YamlError) as error:
            return ImporterView(exporter.slug, pin, commit, why=f"it cannot be read: {error}")

    def _find(self, exporter: FleetRepository, ref: str) -> tuple[Pin, str]:
        root = self._root(exporter)
        if not root.exists():
            raise _Missing("its copy is not on this machine; `patless fleet scan` fetches it")
        there = {one.name: one.commit for one in refs(root)}
        branch = there.get(f"refs/heads/{ref}") or there.get(f"refs/remotes/origin/{ref}")
        tag = there.get(f"refs/tags/{ref}")
        if branch and tag and branch != tag:
            raise _Missing("it is a branch and a tag, at different commits")
        if not branch and not tag:
            raise _Missing("no branch or tag of this name has been fetched")
        return (Pin.BRANCH, branch) if branch else (Pin.TAG, tag or "")

    def _read(self, exporter: FleetRepository, commit: str, path: str) -> bytes:
        with Objects(self._root(exporter)) as objects:
            data = RefView(objects, commit).read(path)
        if data is None:
            raise _Missing(f"it has no {path}")
        return data

    def exporter(self, aim: ImportTarget) -> FleetRepository | None:
        return self._known.get(aim.repository)

    def report(self, branch: LedgerBranch, name: str, pipeline: str, data: bytes) -> Report:
        """On a pipeline of the file `data` as the repository of `branch` runs it, which has no file called `name`.

        Raises GitError.
        """
        importer = branch.entry.repository
        judge = self._judge(importer)
        with _Guest(name, data, lambda: _view(importer, self._root(importer), branch.commit)) as view:
            return engine.analyse(view, [name], judge.book, judge.settings, BITBUCKET, f"{EXPORTED}.{pipeline}")


def bring(entries: Iterable[LedgerEntry], branches: Iterable[LedgerBranch], reading: GatheringOptions) -> None:
    """Fetch the branches and tags that imports name, as far as a copy lacks them. What cannot be had is not there
    afterwards, and is said when it is looked at. Raises GitMissing."""
    if reading.credentials is None:
        return
    known = {name: one.repository for one in entries for name in (one.repository.uuid, one.repository.slug)}
    wanted: dict[str, set[str]] = {}
    importers: dict[str, list[LedgerBranch]] = {}
    for branch in branches:
        for one in branch.seen.imports if branch.seen else ():
            importers.setdefault(branch.entry.repository.uuid, []).append(branch)
            if aim := target(one.text):
                wanted.setdefault(aim.repository, set()).add(aim.ref)
    for some in importers.values():
        with suppress(GitError, ApiError):
            _complete(some, reading, reading.credentials)
    for name, asked in wanted.items():
        exporter = known.get(name)
        if exporter and exporter.clone_url:
            with suppress(GitError, ApiError):
                _bring(exporter, asked, reading, reading.credentials)


def _complete(importing: Sequence[LedgerBranch], reading: GatheringOptions, credentials: Credentials) -> None:
    """Bring the files of an importer that its copy lacks: shared pipelines run them, and which ones, its own analysis
    has not asked."""
    repository = importing[0].entry.repository
    if repository.folder or not repository.clone_url:
        return
    root = remote.place(reading.cache, repository.workspace, repository.slug)
    if remote.is_partial(root) or not _is_there(root):
        variables = credentials.git_environment(repository.clone_url, reading.api)
        names = list(dict.fromkeys(one.name for one in importing))
        remote.snapshot(root, repository.clone_url, variables, names, reading.filtered, reading.timeout)


def _bring(
    exporter: FleetRepository, asked: Collection[str], reading: GatheringOptions, credentials: Credentials
) -> None:
    url = exporter.clone_url
    variables = credentials.git_environment(url, reading.api)
    root = remote.place(reading.cache, exporter.workspace, exporter.slug)
    there = _refs(root, reading.timeout)
    every = remote.heads(url, variables, seconds=reading.timeout)
    new = [name for name, commit in every.items() if there.get(name) != commit]
    heads, tags = ([one for one in asked if f"{kind}{one}" in new] for kind in ("refs/heads/", "refs/tags/"))
    if heads or tags:
        remote.snapshot(root, url, variables, heads, reading.filtered, reading.timeout, tags)


def _is_there(root: Path) -> bool:
    """Whether there is a copy in the cache, or a clone of people."""
    return (root / "HEAD").exists() or (root / ".git").exists()


def _refs(root: Path, seconds: float) -> dict[str, str]:
    """What a copy has; none where there is none, or none that can be read, which is taken away then."""
    try:
        return {one.name: one.commit for one in refs(root)} if root.exists() else {}
    except NotRead:
        remote.discard(root, seconds)
        return {}


class _Guest:
    """The files of a repository with one of another. The repository is opened only for a file that a step calls."""

    def __init__(self, name: str, data: bytes, host: Callable[[], AbstractContextManager[View]]) -> None:
        self._name, self._data, self._host = name, data, host
        self._stack = ExitStack()
        self._view: View | None = None

    def __enter__(self) -> View:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def paths(self) -> Iterable[str]:
        return (self._name,)

    def read(self, path: str) -> bytes | None:
        if path == self._name:
            return self._data
        if self._view is None:
            try:
                self._view = self._stack.enter_context(self._host())
            except GitError as error:
                raise Unreadable(str(error)) from None
        return self._view.read(path)


@contextmanager
def _view(repository: FleetRepository, root: Path, commit: str) -> Iterator[View]:
    if repository.folder:
        yield WorkTree(root)
        return
    with Objects(root) as objects:
        yield RefView(objects, commit)


def _exported(data: bytes, aim: ImportTarget) -> bool:
    found = BITBUCKET.read(Source.decode(aim.path, data))
    where = f"{EXPORTED}.{aim.pipeline}"
    return found is not None and any(step.runs_in(where) for step in found.steps)
