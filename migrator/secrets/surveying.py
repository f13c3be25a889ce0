"""Reads a repository of which a copy is here: its candidates, and what it says of variables."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial

from msgspec.structs import replace

from migrator.bitbucket import repositories
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Repository
from migrator.platforms.bitbucket.imports import target
from migrator.repositories import remote
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.secrets.asking import ENDING, Asking, runs_of
from migrator.secrets.changes import destinations, is_open
from migrator.secrets.copying import mirror
from migrator.secrets.hosts import hosts
from migrator.secrets.records import Leaving, RepositoryFacts
from migrator.secrets.references.records import OpaqueKind
from migrator.secrets.survey import Exported, RecentRuns, Survey
from migrator.text.files import LIMIT


def candidates_of(asking: Asking, one: Repository, stored: Inventory, resolve: Resolver) -> frozenset[str]:
    with surveyed(asking, one, stored, resolve) as survey:
        return survey.candidates()


@contextmanager
def surveyed(
    asking: Asking, one: Repository, stored: Inventory, resolve: Resolver, *, plain: bool = False
) -> Iterator[Survey]:
    """The repository as it lies here. For its files alone, without runs and changes of this tool: `plain`."""
    known = hosts(stored, asking.book)
    settings = replace(asking.settings, hosts=known, workspace=asking.workspace, repository=one.slug)
    root = remote.place(asking.cache, asking.workspace, one.slug)
    opened = lru_cache(partial(is_open, asking.client, asking.workspace, one.slug))
    with Objects(root) as objects:
        runs, made = (RecentRuns(), {}) if plain else (runs_of(asking, one), destinations(root))
        yield Survey(objects, asking.book, settings, runs, resolve, tuple(refs(root)), made, opened)


def facts_of(
    asking: Asking,
    one: Repository,
    stored: Inventory,
    names: frozenset[str],
    keys: set[str],
    resolve: Resolver,
    *,
    there: bool,
) -> RepositoryFacts:
    """What a repository says of its candidates `names`, and of those that others have made candidates, `keys`."""
    if not there:
        return RepositoryFacts(one.slug, (), names, stored.variables, stored.not_checked)
    with surveyed(asking, one, stored, resolve) as survey:
        chosen, gaps = survey.refs(names | keys | survey.needed())
        leaving = survey.leaving() if asking.leaving else Leaving()
    heads = {ref.name: ref.commit for ref in survey.every}
    # These can change without a change of a branch, so that this repository never counts as unchanged.
    heads |= {f"has its own variable named {key}": "" for key in _hiding(stored) & (names | keys)}
    heads |= {f"imports {one.text}": "" for ref in chosen for one in ref.found.opaque if one.kind is OpaqueKind.IMPORT}
    return RepositoryFacts(one.slug, chosen, names, stored.variables, stored.not_checked, gaps, heads, leaving)


def _hiding(stored: Inventory) -> set[str]:
    """Names that the repository has in place of the workspace's, or that depend on the name of a deployment."""
    above = {one.key for one in stored.variables if one.level is Level.WORKSPACE}
    return {
        one.key
        for one in stored.variables
        if one.level is Level.DEPLOYMENT or (one.level is Level.REPOSITORY and one.key in above)
    }


class Resolver:
    """Reads pipelines files of other repositories of the workspace, each once."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._known: dict[str, Exported] = {}
        self._lock = threading.Lock()

    def __call__(self, text: str) -> Exported:
        with self._lock:
            if text not in self._known:
                self._known[text] = self._read(text)
            return self._known[text]

    def _read(self, text: str) -> Exported:
        asked = target(text)
        if asked is None:
            return Exported(None, text, "it is not of the form repository:ref or repository:ref:pipeline")
        at, path = f"{asked.repository}@{asked.ref}", asked.path
        asking = self._asking
        try:
            one = asking.listed.get(asked.repository)
            one = one or repositories.repository(asking.client, asking.workspace, asked.repository)
            if not mirror(asking, one):
                return Exported(None, at, "it has no commits")
            root = remote.place(asking.cache, asking.workspace, one.slug)
            wanted = (f"refs/heads/{asked.ref}", f"refs/tags/{asked.ref}")
            commits = {ref.commit for ref in refs(root) if ref.name in wanted} or {asked.ref}
            if len(commits) > 1:
                return Exported(None, at, "it is a branch and a tag, at different commits")
            with Objects(root) as objects:
                entry = next(one for one in objects.entries(commits.pop()) if one.path == path)
                if not entry.is_file:
                    return Exported(None, at, f"{path} is a link there")
                if objects.sizes([entry.oid]).get(entry.oid, LIMIT + 1) > LIMIT:
                    return Exported(None, at, "it is larger than 2 MiB")
                return Exported(objects.read(entry.oid), at)
        except (ApiError, GitError, ValueError) as error:
            if isinstance(error, ApiError) and error.kind in ENDING:
                raise
            return Exported(None, at, str(error))
        except StopIteration:
            return Exported(None, at, f"it has no {path}")
