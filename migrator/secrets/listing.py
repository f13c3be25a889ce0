"""Asks about one repository, or about those of a plan, and lists what may become of their stored variables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from migrator.bitbucket import inventory as inventories
from migrator.bitbucket import repositories
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.pipelines import ENDED
from migrator.bitbucket.records import Repository
from migrator.secrets.asking import Asking, runs_of
from migrator.secrets.copying import fetch, heads
from migrator.secrets.plan import Plan
from migrator.secrets.records import Listing, VariableRow
from migrator.secrets.rows import judged, shared_keys
from migrator.secrets.surveying import Resolver, candidates_of, facts_of

_UNSEEN = "the other repositories of the workspace were not checked; pass `--all` to check them"


def of_repository(asking: Asking, slug: str) -> Listing:
    """The variables that the pipelines of one repository can see. Raises ApiError, GitError, GitMissing."""
    one = repositories.repository(asking.client, asking.workspace, slug)
    resolve = Resolver(asking)
    above = inventories.of_workspace(asking.client, asking.workspace)
    asking.progress(one.slug)
    stored = inventories.inventory(asking.client, asking.workspace, one.slug, above)
    there = fetch(asking, one)
    names = candidates_of(asking, one, stored, resolve) if there else frozenset[str]()
    keys = shared_keys(above, names)
    found = facts_of(asking, one, stored, names, keys, resolve, there=there)
    return judged(asking, [found], (), _UNSEEN)


def again(asking: Asking, plan: Plan) -> tuple[tuple[VariableRow, ...], frozenset[str], frozenset[str]]:
    """The rows of a plan as they are now, from those repositories alone that are not as they were; these; and all that
    are there.

    A repository is as it was where its branches and tags are, and nothing else of it can run. Raises ApiError,
    GitError, GitMissing.
    """
    resolve = Resolver(asking)
    above = inventories.of_workspace(asking.client, asking.workspace)
    if plan.repository:
        chosen: Sequence[Repository] = (repositories.repository(asking.client, asking.workspace, plan.repository),)
    else:
        chosen = repositories.repositories(asking.client, asking.workspace)
    asking.listed.update({one.slug: one for one in chosen})
    names = frozenset(row.key for row in plan.rows)
    found = []
    for one in chosen:
        if _unchanged(asking, one, plan):
            continue
        stored = inventories.inventory(asking.client, asking.workspace, one.slug, above)
        found.append(facts_of(asking, one, stored, names, set(), resolve, there=fetch(asking, one)))
    changed = frozenset(facts.repository for facts in found)
    rows = judged(asking, found, (), _UNSEEN if plan.repository else "").rows
    return rows, changed, frozenset(one.slug for one in chosen)


def _unchanged(asking: Asking, one: Repository, plan: Plan) -> bool:
    known = plan.heads.get(one.slug)
    if known is None or not one.clone_https or heads(asking, one) != known:
        return False
    commits = [Hash(commit) for commit in dict.fromkeys(known.values())]
    begun = datetime.fromisoformat(plan.created)
    runs = runs_of(asking, one)
    return not runs.failure and all(
        (run.sha is not None and any(map(run.sha.same, commits))) or (run.state == ENDED and run.created_on < begun)
        for run in runs.runs
    )
