"""Asks Bitbucket and git about one repository or a workspace, and lists what may become of its stored variables."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.bitbucket import inventory as inventories
from migrator.bitbucket import pipelines, repositories, source_commits
from migrator.bitbucket.errors import ApiError, Kind
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.pipelines import ENDED
from migrator.bitbucket.records import Level, Repository, Variable
from migrator.bitbucket.session import Client
from migrator.findings.counting import many
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.imports import target
from migrator.repositories import changes, remote
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.rulebook.records import RuleBook
from migrator.secrets.changes import destinations, is_open
from migrator.secrets.hosts import hosts
from migrator.secrets.judging import judge, undefined
from migrator.secrets.plan import Plan
from migrator.secrets.records import Evidence, Leaving, Listing, RepositoryFacts, Row, Stored, Verdict, Waiver
from migrator.secrets.references.records import OpaqueKind
from migrator.secrets.survey import Exported, Runs, Survey
from migrator.text.files import LIMIT

MOST = 20
"""Repositories that evidence names one by one."""
ENDING = (Kind.SPENT, Kind.UNAUTHORISED)
"""After these, every further request would meet the same."""


class Copies:
    """Which repositories were brought in this run, by slug, and whether they have commits; several threads ask."""

    def __init__(self) -> None:
        self.there: dict[str, bool] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    @contextmanager
    def alone(self, slug: str) -> Iterator[bool | None]:
        """No other thread is at this repository meanwhile; None: it was not brought yet."""
        with self._lock:
            mine = self._locks.setdefault(slug, threading.Lock())
        with mine:
            yield self.there.get(slug)


class Asking(Struct, frozen=True):
    """What to look at, and how. `window` is in days. `now` has a time zone. `progress` is told each repository.

    `leaving`: credentials that outlive their step are looked for, which only tokens ask for.

    Several threads may share it. `known_runs` and `listed` are by slug what was asked for in this run.
    """

    client: Client
    workspace: str
    cache: Path
    book: RuleBook
    settings: Settings
    waivers: tuple[Waiver, ...] = ()
    window: int = 30
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = lambda slug: None
    known_runs: dict[str, Runs] = field(default_factory=dict)
    leaving: bool = True
    copies: Copies = field(default_factory=Copies)
    listed: dict[str, Repository] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.date()


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
    return judged(asking, [found], (), whole=False)


def again(asking: Asking, plan: Plan) -> tuple[tuple[Row, ...], frozenset[str], frozenset[str]]:
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
    rows = judged(asking, found, (), whole=not plan.repository).rows
    return rows, changed, frozenset(one.slug for one in chosen)


def _unchanged(asking: Asking, one: Repository, plan: Plan) -> bool:
    heads = plan.heads.get(one.slug)
    if heads is None or not one.clone_https or _heads(asking, one) != heads:
        return False
    known = [Hash(commit) for commit in dict.fromkeys(heads.values())]
    begun = datetime.fromisoformat(plan.created)
    runs = runs_of(asking, one)
    return not runs.failure and all(
        (run.sha is not None and any(map(run.sha.same, known))) or (run.state == ENDED and run.created_on < begun)
        for run in runs.runs
    )


def shared_keys(above: Inventory, names: Collection[str]) -> set[str]:
    """Variables of the workspace that are candidates in every repository, as they are in one."""
    return {variable.key for variable in above.variables} & set(names)


def judged(
    asking: Asking,
    found: Sequence[RepositoryFacts],
    failed: Sequence[tuple[str, str]],
    whole: bool,
    left: Sequence[str] = (),
    above: Inventory = Inventory((), ()),  # noqa: B008 - frozen
) -> Listing:
    """The rows, in the order of the repositories. Some are `left` that were not asked yet."""
    rows: list[Row] = []
    others = 0
    natives = asking.book.natives
    candidates = {name for facts in found for name in facts.candidates}
    decide = partial(judge, natives=natives, waivers=asking.waivers, today=asking.today)
    shared: dict[str, Variable] = {}
    for facts in found:
        for variable in facts.variables:
            if variable.level is Level.WORKSPACE:
                shared.setdefault(variable.uuid, variable)
            elif variable.key in facts.candidates or variable.key in natives:
                rows.append(decide(variable, [facts]))
            else:
                others += 1
    shared |= {variable.uuid: variable for variable in above.variables if variable.uuid not in shared}
    missing = [f"{slug} could not be read: {why}" for slug, why in failed[:MOST]]
    if len(failed) > MOST:
        missing.append(f"{len(failed) - MOST:,} more repositories could not be read")
    if left:
        missing.append(f"{many(len(left), 'repository was', 'repositories were')} not asked yet")
    if not whole:
        missing.append("the other repositories of the workspace were not looked at; --all looks at them")
    for variable in shared.values():
        if variable.key in candidates or variable.key in natives:
            rows.append(decide(variable, found, missing=missing))
        else:
            others += 1
    rows += _unchecked(found)
    rows += undefined(found, natives)
    return Listing(
        asking.workspace,
        tuple(sorted(rows, key=_order)),
        tuple(
            dict.fromkeys(
                (facts.repository if one.level is not Level.WORKSPACE else "", one)
                for facts in found
                for one in facts.not_checked
            )
        ),
        others,
        {facts.repository: facts.heads for facts in found},
        tuple(failed),
        frozenset(Stored.of(variable, facts.repository) for facts in found for variable in facts.variables),
        Leaving.of(facts.leaving for facts in found),
    )


def _unchecked(found: Iterable[RepositoryFacts]) -> Iterator[Row]:
    """A candidate may be stored on a level that could not be read."""
    told: set[tuple[str, str, str]] = set()
    for facts in found:
        known = {(one.level, one.key) for one in facts.variables}
        for level in facts.not_checked:
            where = "" if level.level is Level.WORKSPACE else facts.repository
            for name in sorted(facts.candidates):
                key = (where, f"{level.level}:{level.environment}", name)
                if key in told or (level.level, name) in known:
                    continue
                told.add(key)
                variable = Variable(level.level, name, "", True, level.environment)
                evidence = Evidence("not-looked", "", "", 0, level.reason)
                yield Row(where, variable, Verdict.NOT_CHECKED, (evidence,))


def _order(row: Row) -> tuple[object, ...]:
    verdicts = list(Verdict)
    levels = list(Level)
    return (
        row.verdict is not Verdict.SHADOWS,
        row.repository,
        levels.index(row.variable.level),
        row.variable.environment or "",
        row.variable.key,
        verdicts.index(row.verdict),
    )


def fetch(asking: Asking, one: Repository) -> bool:
    """Bring the copy of a repository up to date, and the commits of its runs; False for one without commits. Raises
    GitError, GitMissing."""
    if not mirror(asking, one):
        return False
    bring_runs(asking, one, ())
    return True


def mirror(asking: Asking, one: Repository) -> bool:
    """Bring the branches and tags of a repository with their history, once in a run; False for one without commits.
    Raises GitError, GitMissing."""
    with asking.copies.alone(one.slug) as known:
        if known is None:
            known = asking.copies.there[one.slug] = _mirrored(asking, one)
        return known


def _mirrored(asking: Asking, one: Repository) -> bool:
    if one.main_branch is None and one.clone_https and not _heads(asking, one):
        return False
    if not one.clone_https:
        raise GitError(f"Bitbucket names no address of {one.slug} that git may use")
    variables = asking.client.credentials.git_environment(one.clone_https, asking.client.base)
    remote.mirror(remote.place(asking.cache, asking.workspace, one.slug), one.clone_https, variables)
    return True


def bring_runs(asking: Asking, one: Repository, heads: Collection[str]) -> None:
    """Ask for the runs of a repository whose copy is here, and bring those of their commits that are not. `heads` are
    commits that are."""
    root = remote.place(asking.cache, asking.workspace, one.slug)
    runs = runs_of(asking, one).resolved(partial(_whole, asking, one, root))
    asking.known_runs[one.slug] = runs
    asked = dict.fromkeys(run.sha.text for run in runs.runs if run.sha and run.sha.whole)
    others = [commit for commit in asked if commit not in heads]
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


def _heads(asking: Asking, one: Repository) -> dict[str, str]:
    variables = asking.client.credentials.git_environment(one.clone_https, asking.client.base)
    return remote.heads(one.clone_https, variables)


def runs_of(asking: Asking, one: Repository) -> Runs:
    """The runs of the window, and those before that are not at their end; asked for once in a run."""
    if one.slug not in asking.known_runs:
        since = asking.now - timedelta(days=asking.window)
        try:
            found = pipelines.window(asking.client, asking.workspace, one.slug, since)
            asking.known_runs[one.slug] = Runs(found.runs, ever=bool(found.ever))
        except ApiError as error:
            if error.kind in ENDING:
                raise
            asking.known_runs[one.slug] = Runs((), str(error))
    return asking.known_runs[one.slug]


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
        runs, made = (Runs(), {}) if plain else (runs_of(asking, one), destinations(root))
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
    heads |= {f"has a variable of its own named {key}": "" for key in _hiding(stored) & (names | keys)}
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
