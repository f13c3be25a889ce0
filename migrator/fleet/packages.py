"""The packages of a workspace in one picture: who pushes and reads each, and what settling it would unlock. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from migrator.findings.records import Ownership, Package, PackageType, Reason, Use
from migrator.fleet.imports import Graph, Shared
from migrator.fleet.records import LedgerBranch, SeenFinding
from migrator.sinks.packages import linkage

SETTLED_BY = ("foreign-package", "two-pushers")
"""The reasons that go once it is said whose a package is."""


class PackageUse(Struct, frozen=True, order=True):
    """One use, counted once: where it stands, on which branches. `shared` is the exporter and ref, such as
    `ci-shared@main`, of whose file the place is; '' for a file of the repository itself."""

    shared: str
    path: str
    line: int
    column: int
    branches: tuple[str, ...]


class Party(Struct, frozen=True):
    """A repository that pushes or reads a package. `settled`: the configuration of the fleet says that it may."""

    repository: str
    places: tuple[PackageUse, ...]
    settled: bool


class Secret(Struct, frozen=True, order=True):
    """A stored variable, by the repository whose pipelines read it: on which level it is stored is not looked at."""

    repository: str
    name: str


class Unlocked(Struct, frozen=True):
    """What would be free to change once it is settled whose a package is, and nothing else is.

    `findings` counts those whose only doubt it is; `secrets` are the variables that no other held-back finding of the
    repository reads. `partly` counts findings that something else holds back as well.
    """

    findings: int = 0
    repositories: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    partly: int = 0


class FleetPackage(Struct, frozen=True):
    """A package. `foreign` are the readers that neither push it nor may read it, as far as anyone has said."""

    name: str
    pushers: tuple[Party, ...]
    readers: tuple[Party, ...]
    foreign: tuple[str, ...]
    unlocks: Unlocked
    type: PackageType = PackageType.CONTAINER

    @property
    def contested(self) -> bool:
        """Several push it and not all of them may."""
        return len(self.pushers) > 1 and not all(party.settled for party in self.pushers)

    @property
    def open(self) -> bool:
        """Somebody has to say whose it is."""
        return self.contested or bool(self.foreign)


class Picture(Struct, frozen=True):
    """`packages` are in the order in which settling them pays. `repositories` counts those that were read, `unread`
    are those that were not, and why."""

    packages: tuple[FleetPackage, ...] = ()
    shared: tuple[Shared, ...] = ()
    repositories: int = 0
    unread: tuple[tuple[str, str], ...] = ()


def picture(
    branches: Sequence[LedgerBranch],
    graph: Graph,
    settled: Callable[[str, str], bool],
    unread: Sequence[tuple[str, str]] = (),
) -> Picture:
    """`settled` says of a repository and a package whether the configuration of the fleet calls it the repository's."""
    pushed: dict[str, dict[str, list[_Site]]] = {}
    read: dict[str, dict[str, list[_Site]]] = {}
    free: set[tuple[str, str]] = set()
    kinds: dict[str, PackageType] = {}
    for site in _sites(branches, graph):
        kinds[site.package.name] = site.package.type
        for table, uses in ((pushed, site.package.pushed), (read, site.package.read)):
            if uses:
                table.setdefault(site.package.name, {}).setdefault(site.repository, []).append(site)
        if site.package.ownership in (Ownership.OWN, Ownership.SHARED):
            free.add((site.repository, site.package.name))
    names = sorted({*pushed, *read})
    several = {name for name in names if len(pushed.get(name, ())) > 1}
    held = _Findings(_held(branches, graph, several, settled))
    known = [
        FleetPackage(
            name,
            tuple(_party(slug, sites, "pushed", name, settled) for slug, sites in sorted(pushed.get(name, {}).items())),
            tuple(_party(slug, sites, "read", name, settled) for slug, sites in sorted(read.get(name, {}).items())),
            tuple(
                slug
                for slug in sorted(read.get(name, ()))
                if slug not in pushed.get(name, ()) and (slug, name) not in free and not settled(slug, name)
            ),
            held.unlocked(name),
            kinds[name],
        )
        for name in names
    ]
    return Picture(
        tuple(sorted(known, key=_rank)),
        graph.shared,
        len({branch.entry.repository.uuid for branch in branches}),
        tuple(sorted(unread)),
    )


def elsewhere(branches: Iterable[LedgerBranch], graph: Graph) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """For `Settings.pushed_elsewhere` of each repository: the packages that it pushes and others push, with these."""
    pushers: dict[str, set[str]] = {}
    for site in _sites(branches, graph):
        if site.package.pushed:
            pushers.setdefault(site.package.name, set()).add(site.repository)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, slugs in pushers.items():
        for slug in slugs if len(slugs) > 1 else ():
            found.setdefault(slug, {})[name] = tuple(sorted(slugs - {slug}))
    return found


class _Site(Struct, frozen=True):
    repository: str
    branch: str
    shared: str
    package: Package


class _Held(Struct, frozen=True):
    """A finding of a repository. `by` are the packages that have to be settled for it, `alone` whether they are all."""

    repository: str
    finding: SeenFinding
    by: frozenset[str]
    alone: bool


def _sites(branches: Iterable[LedgerBranch], graph: Graph) -> Iterator[_Site]:
    for branch in branches:
        for package in branch.seen.packages if branch.seen else ():
            yield _Site(branch.entry.repository.slug, branch.name, "", package)
    for run in graph.runs:
        shared = f"{run.target.repository}@{run.target.ref}"
        for package in run.packages:
            yield _Site(run.importer.repository, run.importer.branch, shared, package)


def _party(slug: str, sites: Sequence[_Site], kind: str, name: str, settled: Callable[[str, str], bool]) -> Party:
    at: dict[tuple[str, Use], set[str]] = {}
    for site in sites:
        uses: tuple[Use, ...] = getattr(site.package, kind)
        for use in uses:
            at.setdefault((site.shared, use), set()).add(site.branch)
    places = [
        PackageUse(shared, use.path, use.position.line, use.position.column, tuple(sorted(on)))
        for (shared, use), on in at.items()
    ]
    return Party(slug, tuple(sorted(places)), settled(slug, name))


def _held(
    branches: Iterable[LedgerBranch], graph: Graph, several: set[str], settled: Callable[[str, str], bool]
) -> Iterator[_Held]:
    """Every finding once, whatever branches it is on; one in a shared pipeline for each importer, in place of the
    exporter, which does not run it."""
    elsewhere = {
        (one.target.repository, finding.path, finding.position, finding.rule)
        for one in graph.shared
        for finding in one.findings
    }
    told: set[tuple[str, SeenFinding]] = set()
    for slug, packages, findings in _read(branches, graph):
        doubted = {package.name for package in packages if package.pushed and package.name in several}
        doubted = {name for name in doubted if not settled(slug, name)}
        for finding in findings:
            if (slug, finding) in told or (slug, finding.path, finding.position, finding.rule) in elsewhere:
                continue
            told.add((slug, finding))
            about = [one for one in finding.reasons if _about(one)]
            by = {one.subject for one in about} | {name for name in doubted if linkage(name) in finding.assumptions}
            yield _Held(slug, finding, frozenset(by), len(about) == len(finding.reasons))


def _read(
    branches: Iterable[LedgerBranch], graph: Graph
) -> Iterator[tuple[str, tuple[Package, ...], tuple[SeenFinding, ...]]]:
    for branch in branches:
        if branch.seen:
            yield branch.entry.repository.slug, branch.seen.packages, branch.seen.findings
    for run in graph.runs:
        yield run.importer.repository, run.packages, run.findings


def _about(reason: Reason) -> bool:
    return reason.code in SETTLED_BY and bool(reason.subject)


class _Findings:
    """What each finding waits for, by package and by repository."""

    def __init__(self, held: Iterable[_Held]) -> None:
        self.by_package: dict[str, list[_Held]] = {}
        self.by_repository: dict[str, list[_Held]] = {}
        for one in held:
            self.by_repository.setdefault(one.repository, []).append(one)
            for name in one.by:
                self.by_package.setdefault(name, []).append(one)

    def unlocked(self, name: str) -> Unlocked:
        of = self.by_package.get(name, [])
        freed = [one for one in of if one.alone and len(one.by) == 1]
        repositories = sorted({one.repository for one in freed})
        secrets = {Secret(one.repository, variable) for one in freed for variable in one.finding.variables}
        for repository in repositories:
            for one in self.by_repository[repository]:
                stay = one.finding.remaining if one.alone and one.by <= {name} else one.finding.variables
                secrets -= {Secret(repository, variable) for variable in stay}
        return Unlocked(len(freed), tuple(repositories), tuple(sorted(secrets)), len(of) - len(freed))


def _rank(one: FleetPackage) -> tuple[object, ...]:
    gain = one.unlocks
    return (
        not one.open,
        -len(gain.secrets),
        -len(gain.repositories),
        -gain.findings,
        -gain.partly,
        -len(one.pushers) - len(one.readers),
        one.name,
    )
