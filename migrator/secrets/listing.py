"""Asks Bitbucket and git about one repository or a workspace, and lists what may become of its stored variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.bitbucket import inventory as inventories
from migrator.bitbucket import pipelines, repositories, source_commits
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Repository, Variable
from migrator.bitbucket.session import Client
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
from migrator.secrets.survey import ENDED, Exported, Runs, Survey, window
from migrator.text.files import LIMIT


class Asking(Struct, frozen=True):
    """What to look at, and how. `window` is in days. `now` has a time zone. `progress` is told each repository."""

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

    @property
    def today(self) -> date:
        return self.now.date()


def of_repository(asking: Asking, slug: str) -> Listing:
    """The variables that the pipelines of one repository can see. Raises ApiError, GitError, GitMissing."""
    return _listing(asking, (repositories.repository(asking.client, asking.workspace, slug),), whole=False)


def of_workspace(asking: Asking) -> Listing:
    """All variables of the workspace. A repository that cannot be read is in `failed`. Raises ApiError."""
    return _listing(asking, repositories.repositories(asking.client, asking.workspace), whole=True)


def again(asking: Asking, plan: Plan) -> tuple[tuple[Row, ...], frozenset[str], frozenset[str]]:
    """The rows of a plan as they are now, from those repositories alone that are not as they were; these; and all that
    are there.

    A repository is as it was where its branches and tags are, and nothing else of it can run. Raises ApiError,
    GitError, GitMissing.
    """
    resolve = _Resolver(asking)
    above = inventories.of_workspace(asking.client, asking.workspace)
    if plan.repository:
        chosen: Sequence[Repository] = (repositories.repository(asking.client, asking.workspace, plan.repository),)
    else:
        chosen = repositories.repositories(asking.client, asking.workspace)
    names = frozenset(row.key for row in plan.rows)
    found = []
    for one in chosen:
        if _unchanged(asking, one, plan):
            continue
        stored = inventories.inventory(asking.client, asking.workspace, one.slug, above)
        found.append(_facts(asking, one, stored, names, set(), resolve, there=_fetch(asking, one)))
    changed = frozenset(facts.repository for facts in found)
    rows = _judged(asking, found, (), whole=not plan.repository).rows
    return rows, changed, frozenset(one.slug for one in chosen)


def _unchanged(asking: Asking, one: Repository, plan: Plan) -> bool:
    heads = plan.heads.get(one.slug)
    if heads is None or not one.clone_https or _heads(asking, one) != heads:
        return False
    known = [Hash(commit) for commit in dict.fromkeys(heads.values())]
    begun = datetime.fromisoformat(plan.created)
    runs = _runs(asking, one)
    return not runs.failure and all(
        (run.sha is not None and any(map(run.sha.same, known))) or (run.state == ENDED and run.created_on < begun)
        for run in runs.runs
    )


def _listing(asking: Asking, chosen: Sequence[Repository], whole: bool) -> Listing:
    found: list[RepositoryFacts] = []
    failed: list[tuple[str, str]] = []
    pending: list[tuple[Repository, Inventory, frozenset[str], bool]] = []
    resolve = _Resolver(asking)
    above = inventories.of_workspace(asking.client, asking.workspace)
    for one in chosen:
        asking.progress(one.slug)
        try:
            stored = inventories.inventory(asking.client, asking.workspace, one.slug, above)
            there = _fetch(asking, one)
            names = _candidates(asking, one, stored, resolve) if there else frozenset[str]()
            pending.append((one, stored, names, there))
        except (ApiError, GitError) as error:
            if not whole:
                raise
            failed.append((one.slug, str(error)))
    shared = {name for _, _, names, _ in pending for name in names}
    for one, stored, names, there in pending:
        # A variable of the workspace is a candidate in every repository once it is in one.
        keys: set[str] = {variable.key for variable in stored.variables if variable.level is Level.WORKSPACE} & shared
        try:
            found.append(_facts(asking, one, stored, names, keys, resolve, there=there))
        except GitError as error:
            if not whole:
                raise
            failed.append((one.slug, str(error)))
    return _judged(asking, found, failed, whole)


def _judged(
    asking: Asking, found: Sequence[RepositoryFacts], failed: Sequence[tuple[str, str]], whole: bool
) -> Listing:
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
    missing = [f"{slug} could not be read: {why}" for slug, why in failed]
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


def _fetch(asking: Asking, one: Repository) -> bool:
    """Bring the copy of a repository up to date; False for one without commits. Raises GitError."""
    if one.main_branch is None and one.clone_https and not _heads(asking, one):
        return False
    if not one.clone_https:
        raise GitError(f"Bitbucket names no address of {one.slug} that git may use")
    variables = asking.client.credentials.git_environment(one.clone_https, asking.client.base)
    root = remote.place(asking.cache, asking.workspace, one.slug)
    remote.mirror(root, one.clone_https, variables)
    runs = _runs(asking, one).resolved(partial(_whole, asking, one, root))
    asking.known_runs[one.slug] = runs
    asked = dict.fromkeys(run.sha.text for run in runs.runs if run.sha and run.sha.whole)
    with Objects(root) as objects:
        here = objects.load(asked)
    remote.bring(root, one.clone_https, variables, [commit for commit in asked if commit not in here])
    return True


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


def _runs(asking: Asking, one: Repository) -> Runs:
    client, workspace = asking.client, asking.workspace
    if one.slug not in asking.known_runs:
        asking.known_runs[one.slug] = window(
            lambda since, status: pipelines.runs(client, workspace, one.slug, since, status), asking.window, asking.now
        )
    return asking.known_runs[one.slug]


def _candidates(asking: Asking, one: Repository, stored: Inventory, resolve: _Resolver) -> frozenset[str]:
    with _survey(asking, one, stored, resolve) as survey:
        return survey.candidates()


@contextmanager
def _survey(asking: Asking, one: Repository, stored: Inventory, resolve: _Resolver) -> Iterator[Survey]:
    runs = _runs(asking, one)
    known = hosts(stored, asking.book)
    settings = replace(asking.settings, hosts=known, workspace=asking.workspace, repository=one.slug)
    root = remote.place(asking.cache, asking.workspace, one.slug)
    opened = lru_cache(partial(is_open, asking.client, asking.workspace, one.slug))
    with Objects(root) as objects:
        made = destinations(root)
        yield Survey(objects, asking.book, settings, runs, resolve, tuple(refs(root)), made, opened)


def _facts(
    asking: Asking,
    one: Repository,
    stored: Inventory,
    names: frozenset[str],
    keys: set[str],
    resolve: _Resolver,
    *,
    there: bool,
) -> RepositoryFacts:
    if not there:
        return RepositoryFacts(one.slug, (), names, stored.variables, stored.not_checked)
    with _survey(asking, one, stored, resolve) as survey:
        chosen, gaps = survey.refs(names | keys | survey.needed())
        leaving = survey.leaving()
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


class _Resolver:
    """Reads pipelines files of other repositories of the workspace, each once."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._known: dict[str, Exported] = {}

    def __call__(self, text: str) -> Exported:
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
            one = repositories.repository(asking.client, asking.workspace, asked.repository)
            if not _fetch(asking, one):
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
            return Exported(None, at, str(error))
        except StopIteration:
            return Exported(None, at, f"it has no {path}")
