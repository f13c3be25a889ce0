"""What a run before has learnt of a repository, and whether it holds still.

Answers of Bitbucket are kept, and facts that were read from files. Answers depend on the following, and a change of it
is noticed so:

- Rules, configuration, version, the window of runs, Bitbucket's address, variables of the workspace that name a
  registry: the digest that they are kept under.
- Commits of branches and tags: every run asks each repository for them, as nobody promises that a push moves
  `updated_on`.
- Whatever else Bitbucket counts as an update: `updated_on` of the list.
- Variables of the repository, each by its UUID, its deployments, and the variables of those deployments that have one
  which counts: every run asks for them, where any can count (see `watched`).
- Pipelines that are imported: every run reads them.
- Runs, and variables of all other deployments: time, as they are asked for again once they are older than `--max-age`.

Of the variables of the workspace nothing is kept: every run lists them. A schedule decides nothing: it runs a branch,
and each branch counts as one that runs.

Facts depend on the answers, but for their age, and on the names that were looked for. Those that a pull request or an
imported pipeline has a part in are not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket.records import Environment, Level, Repository, Variable
from migrator.fleet.records import Learnt
from migrator.secrets import answers
from migrator.secrets.answers import KeptAnswers
from migrator.secrets.changes import BRANCH
from migrator.secrets.records import RepositoryFacts
from migrator.secrets.references.records import OpaqueKind


class KeptConditions(Struct, frozen=True):
    """What is held against what is kept: `by` is the digest that it is kept under, and it is not older than `oldest`.
    What was asked for since `begun` is of this run, or of one that ended too early and that this one goes on with."""

    by: str
    oldest: datetime
    begun: datetime

    def recalled(self, learnt: Learnt | None, one: Repository) -> KeptAnswers | None:
        """Kept answers that hold as far as the list of the workspace tells."""
        if learnt is None or learnt.by != self.by:
            return None
        found = answers.read(learnt.document)
        if found is None or not found.updated_on or found.updated_on != updated(one):
            return None
        return found if datetime.fromisoformat(learnt.at) >= self.oldest or self.is_fresh(found) else None

    def is_fresh(self, found: KeptAnswers) -> bool:
        """Whether its variables were asked for since this run began."""
        return bool(found.looked) and datetime.fromisoformat(found.looked) >= self.begun


def updated(one: Repository) -> str:
    return one.updated_on.isoformat() if one.updated_on else ""


def are_at(found: KeptAnswers, heads: Mapping[str, str]) -> bool:
    """Whether its branches and tags are where they were."""
    return found.heads == heads


def watched(found: KeptAnswers, shared: Collection[str]) -> bool:
    """Whether a change of its variables would change what is said of any: a login uses some, or may; or one has a name
    that counts elsewhere, such as the `shared` ones of the workspace, which it hides."""
    return found.asked and bool(found.candidates or found.imports or any(one.key in shared for one in found.variables))


def levels(found: KeptAnswers, shared: Collection[str]) -> tuple[Environment, ...]:
    """The deployments that have a variable which counts."""
    names = {*found.candidates, *shared}
    there = {
        one.environment_uuid
        for one in found.variables
        if one.level is Level.DEPLOYMENT and (one.key in names or one.value)
    }
    return tuple(one for one in found.environments if one.uuid in there)


def are_same(
    found: KeptAnswers,
    environments: Collection[Environment],
    asked: Collection[Environment],
    now: Collection[Variable],
) -> bool:
    """Whether the deployments are those, and the variables of the repository and of the deployments that were `asked`
    are `now` what they were, as `answers.bare` has them."""
    uuids = {one.uuid for one in asked}
    before = [one for one in found.variables if one.level is Level.REPOSITORY or one.environment_uuid in uuids]
    return set(environments) == set(found.environments) and set(before) == set(now) and len(before) == len(now)


def digest(found: KeptAnswers) -> str:
    """Of all that decides who uses a variable."""
    bare = replace(found, leaving=None, looked="", updated_on="")
    return hashlib.sha256(answers.written(bare) or repr(bare).encode()).hexdigest()


def stand_alone(facts: RepositoryFacts) -> bool:
    """Whether nothing but the repository and its answers decides what it says: no pipeline of another one, and no pull
    request."""
    imports = (one for ref in facts.refs for one in ref.found.opaque if one.kind is OpaqueKind.IMPORT)
    changes = any(ref.change_of or ref.ref.startswith(BRANCH) for ref in facts.refs)
    return next(imports, None) is None and not changes
