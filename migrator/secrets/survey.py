"""Reads one repository for what is to be known of its stored variables: every branch, tag and run that can run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.records import Run
from migrator.core.needles import LOGIN, mentions
from migrator.core.rules import RuleBook
from migrator.core.selection import is_pipelines_file
from migrator.core.settings import Settings
from migrator.repositories.files import LIMIT
from migrator.repositories.git import GitError
from migrator.repositories.objects import Entry, Objects
from migrator.repositories.refs import Ref, RefKind, refs
from migrator.repositories.refview import RefView
from migrator.secrets import candidates, reach
from migrator.secrets.records import Evidence, RefFacts, Stand
from migrator.secrets.references import rules as forms
from migrator.secrets.references.finding import Finder
from migrator.secrets.references.records import Found, OpaqueKind
from migrator.secrets.references.scan import scan

BRANCH = "patless/"
"""Branches of this tool's own changes begin so; the rest is the branch that they are for."""
_ROOT = "bitbucket-pipelines.yml"
_SCRIPTS = 2000
ENDED = "COMPLETED"


class Runs(Struct, frozen=True):
    """The runs of a window, newest first, and why they could not be read, '' where they were."""

    runs: tuple[Run, ...] = ()
    failure: str = ""


class Exported(Struct, frozen=True):
    """A pipelines file of another repository: `data` None where it could not be read, and `why`."""

    data: bytes | None
    at: str
    why: str = ""


class Survey(Struct, frozen=True):
    """`resolve` gives the file that an import such as `ci-shared:main:publish` names."""

    root: Path
    book: RuleBook
    settings: Settings
    runs: Runs
    resolve: Callable[[str], Exported]

    def candidates(self) -> frozenset[str]:
        """Raises GitError."""
        with Objects(self.root) as objects:
            found = candidates.candidates(self.root, objects, self._scripts(objects), self.book, self.settings)
            return found | frozenset(self._imported_candidates(objects))

    def leaving(self) -> frozenset[str]:
        """Names whose credential a step of a branch hands to what outlives it. Raises GitError."""
        commits = dict.fromkeys(ref.commit for ref in refs(self.root) if ref.kind is RefKind.BRANCH)
        with Objects(self.root) as objects:
            views = [RefView(objects, commit) for commit in commits]
            found = [candidates.leaving(view, self.book, self.settings) for view in views]
        return frozenset().union(*found)

    def refs(self, names: frozenset[str]) -> tuple[tuple[RefFacts, ...], tuple[str, ...]]:
        """What every ref says of the `names`, and what could not be read. Raises GitError."""
        chosen, gaps = self._chosen()
        found = scan(self.root, names, [ref for ref, _ in chosen]).by_ref
        last: dict[str, str] = {}
        for run in self.runs.runs:
            if run.ref_name:
                last.setdefault(run.ref_name, run.created_on.date().isoformat())
        facts = []
        with Objects(self.root) as objects:
            trees: dict[str, dict[str, Entry]] = {}
            for ref, stand in chosen:
                if ref.commit not in trees:
                    trees[ref.commit] = {entry.path: entry for entry in objects.entries(ref.commit)}
                facts.append(self._facts(ref, stand, trees[ref.commit], found[ref.name], objects, names, last))
        return tuple(facts), tuple(gaps)

    def _chosen(self) -> tuple[list[tuple[Ref, Stand]], list[str]]:
        """Every branch, tag and run once, and clauses on the runs that cannot be looked at."""
        every = refs(self.root)
        chosen = [(ref, Stand.NOW) for ref in every if ref.kind is RefKind.BRANCH]
        heads = {ref.commit for ref, _ in chosen}
        chosen += [(ref, Stand.AGAIN) for ref in every if ref.kind is RefKind.TAG]
        gaps = [f"its runs could not be read: {self.runs.failure}"] if self.runs.failure else []
        known: set[tuple[str, Stand]] = set()
        for run in self.runs.runs:
            stand = Stand.AGAIN if run.state == ENDED else Stand.NOW
            if run.sha is None:
                gaps += [f"run {run.build_number}, which is not at its end, names no commit"] * (stand is Stand.NOW)
            elif run.sha not in heads and (run.sha, stand) not in known:
                known.add((run.sha, stand))
                when = int(run.created_on.timestamp())
                chosen.append((Ref(f"refs/runs/{run.build_number}", RefKind.TAG, run.sha, when, ""), stand))
        with Objects(self.root) as objects:
            there = objects.load(ref.commit for ref, _ in chosen)
        for ref, stand in chosen:
            if ref.commit not in there:
                what = "is not at its end" if stand is Stand.NOW else "can be run again"
                gaps.append(f"{_name(ref)}, which {what}, is of a commit that no branch or tag leads to")
        return [(ref, stand) for ref, stand in chosen if ref.commit in there], gaps

    def _facts(
        self,
        ref: Ref,
        stand: Stand,
        tree: Mapping[str, Entry],
        found: Found,
        objects: Objects,
        names: frozenset[str],
        last: Mapping[str, str],
    ) -> RefFacts:
        pipelines = [path for path in tree if is_pipelines_file(path)]
        environments = [_environments(objects, tree[path]) for path in pipelines]
        wanted = {one.path for one in found.opaque} | {one.path for one in found.not_looked}
        text = _reader(objects, tree)
        reached = reach.reached(pipelines, wanted, tree, text, forms.load().reach) if wanted else frozenset[str]()
        short = _name(ref)
        imports = {one.text for one in found.opaque if one.kind is OpaqueKind.IMPORT}
        imported = [_look(self.resolve(text), names, short) for text in sorted(imports)]
        environments += [one.environments for one in imported]
        return RefFacts(
            ref=short,
            stand=stand,
            commit=ref.commit,
            committed=ref.committed,
            author=ref.author,
            found=found,
            runs=_ROOT in tree,
            environments=_all(environments),
            reached=reached,
            change_of=short.removeprefix(BRANCH) if short.startswith(BRANCH) and ref.kind is RefKind.BRANCH else "",
            last_run=last.get(short, ""),
            uses_elsewhere=tuple(use for one in imported for use in one.uses),
            doubts_elsewhere=tuple(doubt for one in imported for doubt in one.doubts),
            unresolved=frozenset(text for text in imports if self.resolve(text).data is None),
        )

    def _imported_candidates(self, objects: Objects) -> Iterator[str]:
        """Of logins in pipelines of other repositories, which run here because a branch imports them."""
        finder = Finder(())
        contents = {
            entry.oid: entry
            for ref in refs(self.root)
            if ref.kind is RefKind.BRANCH
            for entry in objects.entries(ref.commit)
            if is_pipelines_file(entry.path)
        }
        imports = {
            one.text
            for entry in contents.values()
            for one in finder.look(_data(objects, entry), entry.path).opaque
            if one.kind is OpaqueKind.IMPORT
        }
        for text in sorted(imports):
            data = self.resolve(text).data
            if data is not None:
                yield from candidates.of_pipelines(_One(data), _ROOT, self.book, self.settings) - self.book.natives

    def _scripts(self, objects: Objects) -> set[str]:
        """The paths of files on any branch that name a Packages host and a login."""
        needles = mentions(self.book)
        seen: dict[str, bool] = {}
        paths: set[str] = set()
        for ref in refs(self.root):
            if ref.kind is not RefKind.BRANCH:
                continue
            entries = [one for one in objects.entries(ref.commit) if one.is_file and not is_pipelines_file(one.path)]
            new = {one.oid for one in entries if one.oid not in seen}
            sizes = objects.sizes(new)
            seen |= dict.fromkeys(new, False)
            for oid, data in objects.blobs(oid for oid in new if sizes.get(oid, LIMIT + 1) <= LIMIT):
                seen[oid] = LOGIN in data and any(needle in data for needle in needles)
            paths |= {one.path for one in entries if seen[one.oid]}
        return set(sorted(paths)[:_SCRIPTS])


class _Imported(Struct, frozen=True):
    """What the pipelines file of an import says: uses by name, doubts, and its deployments."""

    uses: tuple[tuple[str, Evidence], ...] = ()
    doubts: tuple[Evidence, ...] = ()
    environments: frozenset[str] | None = None


def _look(exported: Exported, names: frozenset[str], ref: str) -> _Imported:
    if exported.data is None:
        return _Imported()
    path = f"{exported.at}:{_ROOT}"
    found = Finder(names).look(exported.data, _ROOT)
    return _Imported(
        tuple(
            (one.name, Evidence(one.kind.value, ref, path, one.line, one.text))
            for one in found.references
            if one.kind.is_use
        ),
        tuple(Evidence(f"doubt:{one.kind}", ref, path, one.line, one.text) for one in found.opaque),
        reach.environments(exported.data),
    )


class _One(Struct, frozen=True):
    """A View of one pipelines file."""

    data: bytes

    def paths(self) -> Iterable[str]:
        return (_ROOT,)

    def read(self, path: str) -> bytes | None:
        return self.data if path == _ROOT else None


def window(client_runs: Callable[[datetime, str], tuple[Run, ...]], days: int, now: datetime) -> Runs:
    """The runs of the last `days`, and those before that are not at their end."""
    beginning = datetime(2010, 1, 1, tzinfo=UTC)
    try:
        found = list(client_runs(now - timedelta(days=days), ""))
        for status in ("PAUSED", "PENDING", "BUILDING"):
            found += client_runs(beginning, status)
    except ApiError as error:
        return Runs((), str(error))
    return Runs(tuple({run.uuid: run for run in found}.values()))


def _name(ref: Ref) -> str:
    kind, _, rest = ref.name.removeprefix("refs/").partition("/")
    return {"heads": rest, "tags": f"tag {rest}", "runs": f"run {rest}"}.get(kind, rest)


def _environments(objects: Objects, entry: Entry) -> frozenset[str] | None:
    read = entry.is_file and objects.sizes([entry.oid]).get(entry.oid, LIMIT + 1) <= LIMIT
    return reach.environments(objects.read(entry.oid)) if read else None


def _all(environments: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """None where one of them is not known."""
    every = list(environments)
    known = [one for one in every if one is not None]
    return frozenset[str]().union(*known) if len(known) == len(every) else None


def _data(objects: Objects, entry: Entry) -> bytes:
    sizes = objects.sizes([entry.oid])
    return objects.read(entry.oid) if entry.is_file and sizes.get(entry.oid, LIMIT + 1) <= LIMIT else b""


def _reader(objects: Objects, tree: Mapping[str, Entry]) -> Callable[[str], str]:
    @lru_cache(maxsize=1024)
    def read(path: str) -> str:
        try:
            return _data(objects, tree[path]).decode("utf-8", "replace") if path in tree else ""
        except GitError:
            return ""

    return read
