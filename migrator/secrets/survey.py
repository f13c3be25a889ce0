"""Reads one repository for what is to be known of its stored variables: every branch, tag and run that can run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.pipelines import ENDED
from migrator.bitbucket.records import Run
from migrator.engine.needed import needed
from migrator.engine.overwritten import NamedLine
from migrator.engine.running import may_run_any
from migrator.findings.settings import Settings
from migrator.flow.files import FileGraph
from migrator.platforms.bitbucket.names import ROOT
from migrator.platforms.bitbucket.pipelines import RUN
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.prefilter.needles import LOGIN, mentions
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects, TreeEntry
from migrator.repositories.refs import Ref, RefKind
from migrator.repositories.refview import RefView
from migrator.rulebook.records import RuleBook
from migrator.secrets import candidates, overwriting
from migrator.secrets.changes import destination
from migrator.secrets.deployments import environments
from migrator.secrets.records import Evidence, Leaving, RefFacts, Stand
from migrator.secrets.references.finding import Finder
from migrator.secrets.references.records import Found, NotLooked, OpaqueKind, Reference, UseKind
from migrator.secrets.references.scan import scan
from migrator.sinks.committed_tokens import is_kept
from migrator.text.files import LIMIT
from migrator.text.view import Unreadable, View

_ROOTS = (ROOT, "bitbucket-pipelines.yaml")
"""That Bitbucket takes none of these in capitals is not documented, so they count in any."""
_SCRIPTS = 2000
_NAMING = (UseKind.WORD, UseKind.PIPE)
"""What is written where a name may be one that is given, as in the lists of `output-variables`."""


class RecentRuns(Struct, frozen=True):
    """The runs of a window, newest first, and why they could not be read, '' where they were. `ever`: there may have
    been one at any time."""

    runs: tuple[Run, ...] = ()
    failure: str = ""
    ever: bool = True

    def resolved(self, whole: Callable[[Hash], Hash]) -> RecentRuns:
        """With whole names of commits, as far as `whole` knows them: it is asked once for each that is none."""
        found = {one.sha.text: one.sha for one in self.runs if one.sha}
        found = {text: sha if sha.whole else whole(sha) for text, sha in found.items()}
        runs = tuple(dataclasses.replace(one, sha=found[one.sha.text]) if one.sha else one for one in self.runs)
        return RecentRuns(runs, self.failure, self.ever)


class Exported(Struct, frozen=True):
    """A pipelines file of another repository: `data` None where it could not be read, and `why`."""

    data: bytes | None
    at: str
    why: str = ""


class Survey(Struct, frozen=True):
    """`resolve` gives the file that an import such as `ci-shared:main:publish` names. `every` are the branches and tags
    as they were read once: what another run fetches meanwhile is no part of it. `made` says of last commits that this
    tool made for which branch, `changes` whether there is an open pull request from one branch to another. `read` keeps
    what logins of a commit read."""

    objects: Objects
    book: RuleBook
    settings: Settings
    runs: RecentRuns
    resolve: Callable[[str], Exported]
    every: tuple[Ref, ...]
    made: Mapping[str, str] = field(default_factory=dict)
    changes: Callable[[str, str], bool] = lambda branch, destination: False
    read: dict[str, frozenset[NamedLine]] = field(default_factory=dict)

    def candidates(self, imports: frozenset[str] | None = None) -> frozenset[str]:
        """`imports` as `imports` gives them, where they are known. Raises GitError."""
        scripts, named = self._scripts()
        found = candidates.candidates(self.objects, scripts, self.book, self.settings, named)
        return found | frozenset(self._imported_candidates(self.imports() if imports is None else imports))

    def imports(self) -> frozenset[str]:
        """Pipelines of other repositories that a branch runs, as they are named. Raises GitError."""
        finder = Finder(())
        entries = (entry for new in self._branches() for entry in new)
        contents = {entry.oid: entry for entry in entries if BITBUCKET.is_pipelines_file(entry.path)}
        return frozenset(
            one.text
            for entry in contents.values()
            for one in finder.look(_data(self.objects, entry), entry.path).opaque
            if one.kind is OpaqueKind.IMPORT
        )

    def leaving(self) -> Leaving:
        """Raises GitError."""
        commits = dict.fromkeys(ref.commit for ref in self.every if ref.kind is RefKind.BRANCH)
        views = [RefView(self.objects, commit) for commit in commits]
        return Leaving.of(candidates.leaving(view, self.book, self.settings) for view in views)

    def needed(self) -> frozenset[str]:
        """The variables that logins on branches read, and that have to be stored."""
        commits = dict.fromkeys(ref.commit for ref in self.every if ref.kind is RefKind.BRANCH)
        return frozenset(place.name for commit in commits for place in self._places(commit))

    def refs(self, names: frozenset[str]) -> tuple[tuple[RefFacts, ...], tuple[str, ...]]:
        """What every ref says of the `names`, and what could not be read. Raises GitError."""
        chosen, lost, gaps = self._chosen()
        found = scan(self.objects, names, [ref for ref, _ in chosen]).by_ref
        last: dict[str, str] = {}
        for run in self.runs.runs:
            if run.ref_name:
                last.setdefault(run.ref_name, run.created_on.date().isoformat())
        facts = [_lost(ref, stand) for ref, stand in lost]
        same: dict[Any, Any] = {}
        commit = ""
        tree: dict[str, TreeEntry] = {}
        for ref, stand in chosen:
            if ref.commit != commit:  # the files of all of them would be too many to keep
                commit, tree = ref.commit, {entry.path: entry for entry in self.objects.entries(ref.commit)}
            one = self._facts(ref, stand, tree, found[ref.name], names, last)
            alike = {name: same.setdefault(value, value) for name, value in _alike(one)}
            facts.append(replace(one, **alike))
        return tuple(facts), tuple(gaps)

    def _chosen(self) -> tuple[list[tuple[Ref, Stand]], list[tuple[Ref, Stand]], list[str]]:
        """Every branch, tag and run once: those to look at, those whose commit is not here; and clauses on the rest."""
        chosen = [(ref, Stand.NOW) for ref in self.every if ref.kind is RefKind.BRANCH]
        heads = {ref.commit for ref, _ in chosen}
        chosen += [(ref, Stand.AGAIN) for ref in self.every if ref.kind is RefKind.TAG]
        gaps = [f"patless could not read its runs: {self.runs.failure}"] if self.runs.failure else []
        known: set[tuple[str, Stand]] = set()
        for run in self.runs.runs:
            stand = Stand.AGAIN if run.state == ENDED else Stand.NOW
            if run.sha is None:
                gaps += [f"run {run.build_number}, which is not at its end, names no commit"] * (stand is Stand.NOW)
            elif (commit := run.sha.text) not in heads and (commit, stand) not in known:
                known.add((commit, stand))
                when = int(run.created_on.timestamp())
                chosen.append((Ref(f"refs/runs/{run.build_number}", RefKind.TAG, commit, when, ""), stand))
        there = self.objects.load(ref.commit for ref, _ in chosen if Hash(ref.commit).whole)
        lost = [(ref, stand) for ref, stand in chosen if ref.commit not in there]
        return [(ref, stand) for ref, stand in chosen if ref.commit in there], lost, gaps

    def _facts(
        self,
        ref: Ref,
        stand: Stand,
        tree: Mapping[str, TreeEntry],
        found: Found,
        names: frozenset[str],
        last: Mapping[str, str],
    ) -> RefFacts:
        pipelines = [path for path in tree if BITBUCKET.is_pipelines_file(path)]
        short = _name(ref)
        imports = {one.text for one in found.opaque if one.kind is OpaqueKind.IMPORT}
        exported = {text: self.resolve(text) for text in sorted(imports)}
        imported = [_look(one, names, short) for one in exported.values()]
        deployments = [
            *(_deployments(self.objects, tree[path]) for path in pipelines),
            *(one.environments for one in imported),
        ]
        wanted = {one.path for one in found.opaque} | {one.path for one in found.not_looked}
        text = _reader(self.objects, tree, {_elsewhere(name): one.data for name, one in exported.items() if one.data})
        begin = [*pipelines, *map(_elsewhere, exported)]
        view = RefView(self.objects, ref.commit)
        files = FileGraph(view, text, self.book.programs, self.book.built_in.clone)

        def reaches(paths: Iterable[str]) -> frozenset[str]:
            asked = frozenset(paths)
            return files.reached(begin, asked) if asked else asked

        found = overwriting.marked(found, view, pipelines, self.book, self.settings, reaches)
        reached = reaches(wanted)
        texts = frozenset(one.path for one in found.opaque if one.kind.is_text and not one.name) - reached
        views: tuple[View, ...] = (view, *(_Over(view, one.data) for one in exported.values() if one.data is not None))
        if texts and any(self._may_run_any(one, pipelines) for one in views):
            reached |= texts
        return RefFacts(
            ref=short,
            stand=stand,
            commit=ref.commit,
            committed=ref.committed,
            author=ref.author,
            found=found,
            runs=any(path.lower() in _ROOTS for path in tree),
            environments=_together(deployments),
            reached=reached,
            change_of=self._change_of(ref),
            last_run=last.get(short, ""),
            needs=tuple(self._needs(ref, short, view, pipelines, found)),
            uses_elsewhere=tuple(use for one in imported for use in one.uses),
            doubts_elsewhere=tuple(doubt for one in imported for doubt in one.doubts),
            unresolved=frozenset(text for text, one in exported.items() if one.data is None),
        )

    def _needs(
        self, ref: Ref, short: str, view: View, pipelines: Sequence[str], found: Found
    ) -> Iterator[tuple[str, Evidence]]:
        """Of a branch. What its pipelines files name in another way than to read it may be given to a step there."""
        for place in sorted(self._places(ref.commit), key=lambda one: (one.name, one.path, one.line)):
            said = [one for one in found.references if one.name == place.name]
            if ref.kind is RefKind.BRANCH and not any(_gives(one) for one in said if one.path in pipelines):
                at = next((one for one in said if (one.path, one.line) == (place.path, place.line)), None)
                kind, text = (at.kind, at.text) if at and at.kind.is_use else (UseKind.SHELL, f"${place.name}")
                yield place.name, Evidence(kind.value, short, place.path, place.line, text)

    def _places(self, commit: str) -> frozenset[NamedLine]:
        """Where logins of a commit read what has to be stored; none where that cannot be told."""
        if commit not in self.read:
            view = RefView(self.objects, commit)
            try:
                pipelines = [path for path in view.paths() if BITBUCKET.is_pipelines_file(path)]
                found = needed(view, pipelines, self.book, self.settings, BITBUCKET, RUN)
            except (Unreadable, GitError):
                found = frozenset()
            self.read[commit] = found
        return self.read[commit]

    def _may_run_any(self, view: View, pipelines: Sequence[str]) -> bool:
        try:
            return may_run_any(view, pipelines, self.book, self.settings, BITBUCKET)
        except (Unreadable, GitError):
            return True

    def _change_of(self, ref: Ref) -> str:
        of = destination(ref.short, ref.commit, self.made) if ref.kind is RefKind.BRANCH else ""
        return of if of and self.changes(ref.short, of) else ""

    def _imported_candidates(self, imports: Iterable[str]) -> Iterator[str]:
        """Of logins in pipelines of other repositories, which run here because a branch imports them."""
        for text in sorted(imports):
            data = self.resolve(text).data
            if data is not None:
                yield from candidates.of_pipelines(_One(data), ROOT, self.book, self.settings) - self.book.natives

    def _scripts(self) -> tuple[list[str], bool]:
        """The paths of files on any branch that have a login, or that a client reads, those first which name Packages:
        a client's may go there by what another file says. And whether any file names it."""
        needles, entering = mentions(self.book), candidates.entering(self.book)
        named: dict[str, bool] = {}
        logins: dict[str, bool] = {}
        paths: dict[str, bool] = {}
        for entries in self._branches():
            files = [one for one in entries if one.is_file]
            new = {one.oid for one in files if one.oid not in named}
            sizes = self.objects.sizes(new)
            named |= dict.fromkeys(new, False)
            for oid, data in self.objects.blobs(oid for oid in new if sizes.get(oid, LIMIT + 1) <= LIMIT):
                named[oid] = any(needle in data for needle in needles)
                logins[oid] = LOGIN in data and (named[oid] or bool(entering.search(data)))
            for one in files:
                kept = named[one.oid] and is_kept(one.path)
                if (kept or logins.get(one.oid)) and not BITBUCKET.is_pipelines_file(one.path):
                    paths[one.path] = paths.get(one.path, False) or named[one.oid]
        anywhere = any(named.values())
        chosen = sorted(
            (path for path, told in paths.items() if told or anywhere), key=lambda path: (not paths[path], path)
        )
        return chosen[:_SCRIPTS], anywhere

    def _branches(self) -> Iterator[list[TreeEntry]]:
        """What each branch has that none before it has at the same path. Raises GitError."""
        commits = dict.fromkeys(ref.commit for ref in self.every if ref.kind is RefKind.BRANCH)
        for _, entries in self.objects.unseen(commits):
            if isinstance(entries, GitError):
                raise entries
            yield entries


def _alike(one: RefFacts) -> Iterator[tuple[str, Any]]:
    """What many branches have in common, to be kept once."""
    for name in ("found", "environments", "reached", "unresolved"):
        yield name, getattr(one, name)


def _gives(one: Reference) -> bool:
    """Whether a pipelines file may give the variable to a step: it declares, sets or hands on what has this name."""
    return (not one.kind.is_use and one.kind is not UseKind.MENTION) or (one.kind in _NAMING and "$" not in one.text)


class _Imported(Struct, frozen=True):
    """What the pipelines file of an import says: uses by name, doubts, and its deployments."""

    uses: tuple[tuple[str, Evidence], ...] = ()
    doubts: tuple[Evidence, ...] = ()
    environments: frozenset[str] | None = None


def _look(exported: Exported, names: frozenset[str], ref: str) -> _Imported:
    if exported.data is None:
        return _Imported()
    path = f"{exported.at}:{ROOT}"
    found = Finder(names).look(exported.data, ROOT)
    return _Imported(
        tuple(
            (one.name, Evidence(one.kind.value, ref, path, one.line, one.text))
            for one in found.references
            if one.kind.is_use
        ),
        tuple(Evidence(f"doubt:{one.kind}", ref, path, one.line, one.text) for one in found.opaque),
        environments(exported.data),
    )


def _lost(ref: Ref, stand: Stand) -> RefFacts:
    """A run whose commit no branch or tag leads to, as after a merge that squashes: nothing is known of it."""
    unread = NotLooked("", "git does not offer its commit")
    return RefFacts(_name(ref), stand, ref.commit, ref.committed, "", Found(not_looked=(unread,)), True, None)


def _deployments(objects: Objects, entry: TreeEntry) -> frozenset[str] | None:
    data = _data(objects, entry) if entry.is_file else b""
    return environments(data) if data else None


def _together(deployments: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found: set[str] = set()
    for one in deployments:
        if one is None:
            return None
        found |= one
    return frozenset(found)


def _elsewhere(text: str) -> str:
    """The path of an imported file among those of the repository, which none of them can have."""
    return f"\0{text}"


class _Over(Struct, frozen=True):
    """A View of a repository that has another pipelines file."""

    under: View
    data: bytes

    def paths(self) -> Iterable[str]:
        return sorted({*self.under.paths(), ROOT})

    def read(self, path: str) -> bytes | None:
        return self.data if path == ROOT else self.under.read(path)


class _One(Struct, frozen=True):
    """A View of one pipelines file."""

    data: bytes

    def paths(self) -> Iterable[str]:
        return (ROOT,)

    def read(self, path: str) -> bytes | None:
        return self.data if path == ROOT else None


def _name(ref: Ref) -> str:
    kind, _, rest = ref.name.removeprefix("refs/").partition("/")
    return {"heads": rest, "tags": f"tag {rest}", "runs": f"run {rest}"}.get(kind, rest)


def _data(objects: Objects, entry: TreeEntry) -> bytes:
    sizes = objects.sizes([entry.oid])
    return objects.read(entry.oid) if not entry.is_module and sizes.get(entry.oid, LIMIT + 1) <= LIMIT else b""


def _reader(objects: Objects, tree: Mapping[str, TreeEntry], elsewhere: Mapping[str, bytes]) -> Callable[[str], str]:
    """The text of a file by its path, of a link the path that it leads to."""

    @lru_cache(maxsize=1024)
    def read(path: str) -> str:
        if path in elsewhere:
            return elsewhere[path].decode("utf-8", "replace")
        try:
            return _data(objects, tree[path]).decode("utf-8", "replace") if path in tree else ""
        except GitError:
            return ""

    return read
