"""What Bitbucket says of a repository: its runs, then the variables that its pipelines see, few requests."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket import inventory as inventories
from migrator.bitbucket import variables
from migrator.bitbucket.environments import environments
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Repository
from migrator.secrets import answers, kept
from migrator.secrets.answers import KeptAnswers
from migrator.secrets.asking import Asking, runs_of
from migrator.secrets.bringing import Bringing, Brought
from migrator.secrets.copying import bring_runs
from migrator.secrets.hosts import hosts


class Known(Struct, frozen=True):
    """All that is needed to judge one repository. `stored` has the workspace's level too. `at` is when it was asked
    for. `lasting`: it may be kept; `kept`: it is of a run before. `digest` as `kept.digest` has it."""

    one: Repository
    answers: KeptAnswers
    stored: Inventory
    at: str
    lasting: bool
    kept: bool = False
    digest: str = ""


def known(
    one: Repository, found: KeptAnswers, stored: Inventory, at: str, *, lasting: bool, before: bool = False
) -> Known:
    return Known(one, found, stored, at, lasting, before, kept.digest(found))


def whole(own: Inventory, above: Inventory) -> Inventory:
    """With the level of the workspace."""
    return Inventory((*own.variables, *above.variables), (*own.not_checked, *above.not_checked))


def answered(asking: Asking, one: Repository, here: Brought, bringing: Bringing) -> Known:
    """In a thread that asks. Raises ApiError, GitError, GitMissing."""
    asking.known_runs.pop(one.slug, None)
    now = datetime.now(UTC)
    at, looked = now.isoformat(timespec="seconds"), now.isoformat(timespec="milliseconds")
    updated = kept.updated(one)
    runs = runs_of(asking, one)
    if not here.ever and not runs.ever and not runs.failure:
        found = KeptAnswers(updated, here.there, False, (), here.heads, looked=looked)
        return known(one, found, whole(Inventory((), ()), bringing.above), at, lasting=True)
    if here.there:
        bring_runs(asking, one, set(here.heads.values()))
        runs = asking.known_runs[one.slug]
    own = inventories.inventory(asking.client, asking.workspace, one.slug, Inventory((), ()))
    if here.there and (not here.ever or hosts(own, asking.book)):
        here = bringing.again(one, here, whole(own, bringing.above))
    bare = answers.bare(own.variables, asking.book)
    lasting = bare is not None and not own.not_checked and not runs.failure
    own = Inventory(bare if bare is not None else own.variables, own.not_checked, own.environments)
    found = KeptAnswers(
        updated,
        here.there,
        True,
        tuple(sorted(here.candidates)),
        here.heads,
        here.leaving,
        here.imports,
        own.variables,
        answers.kept_runs(runs),
        own.environments,
        looked,
    )
    return known(one, found, whole(own, bringing.above), at, lasting=lasting)


def still(asking: Asking, before: Known, shared: Collection[str]) -> Known | None:
    """In a thread that asks: the same where its variables are what they were, None where not. Raises ApiError."""
    client, workspace, slug = asking.client, asking.workspace, before.one.slug
    looked = datetime.now(UTC).isoformat(timespec="milliseconds")
    levels = kept.levels(before.answers, shared)
    try:
        there = environments(client, workspace, slug)
        found = list(variables.of_repository(client, workspace, slug))
        for one in levels:
            found += variables.of_environment(client, workspace, slug, one)
    except ApiError as error:
        if error.kind not in inventories.REFUSED:
            raise
        return None
    bare = answers.bare(found, asking.book)
    if bare is None or not kept.are_same(before.answers, there, levels, bare):
        return None
    return replace(before, answers=replace(before.answers, looked=looked))
