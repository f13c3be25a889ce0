"""References in every file of many branches and tags: a content is read and classified once, however many have it."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects, TreeEntry
from migrator.repositories.refs import Ref
from migrator.secrets.references.finding import Finder, placed
from migrator.secrets.references.records import NOTHING, Doubt, Found, NotLooked, OpaqueKind
from migrator.secrets.references.rules import Rules
from migrator.text.files import LIMIT

STREAMED = 64 * 1024 * 1024
"""The largest file that is searched for names without being read as text, in bytes."""
_LINK = 4096
_Key = tuple[str, str, bool]
"""What the look of a file depends on: content, language by name, whether it can be run."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the files of each ref say, by its full name. Refs at one commit share one Found."""

    by_ref: Mapping[str, Found]


def scan(objects: Objects, names: Collection[str], refs: Iterable[Ref], rules: Rules | None = None) -> Scan:
    """Look for `names` in all files of the `refs`. A commit that cannot be read says so in its `not_looked`.

    Raises GitError where the repository cannot be read, ValueError for what is no name.
    """
    chosen = list(refs)
    commits = list(dict.fromkeys(ref.commit for ref in chosen))
    one = _Scan(objects, Finder(names, rules))
    one.collect(commits)
    one.look()
    same: dict[Found, Found] = {}
    found = {commit: same.setdefault(each, each) for commit in commits for each in [one.found(commit)]}
    return Scan({ref.name: found[ref.commit] for ref in chosen})


class _Scan:
    def __init__(self, objects: Objects, finder: Finder) -> None:
        self._objects = objects
        self._finder = finder
        self._modules: set[str] = set()
        self._saying: set[str] = set()
        self._above: set[str] = set()
        self._unread: dict[str, str] = {}
        self._asked: dict[str, dict[_Key, str]] = {}
        self._looked: dict[_Key, Found] = {}
        self._placed: dict[tuple[_Key, str], Found] = {}

    def collect(self, commits: Iterable[str]) -> None:
        """Which contents there are, each with a path for every language that it is read as."""
        self._objects.load(commits)
        for commit, entries in self._objects.unseen(commits):
            if isinstance(entries, GitError):
                self._unread[commit] = str(entries)
                continue
            for entry in entries:
                if entry.is_module:
                    self._modules.add(entry.oid)
                else:
                    self._asked.setdefault(entry.oid, {}).setdefault(self._key(entry), entry.path)

    def look(self) -> None:
        sizes = self._objects.sizes(self._asked)
        small = [oid for oid in self._asked if sizes.get(oid, LIMIT + 1) <= LIMIT]
        for oid, data in self._objects.blobs(small):
            for key, path in self._asked[oid].items():
                found = _link(data, path) if key[1] == _LINKS else self._finder.look(data, path, key[2])
                self._looked[key] = found
        for oid in self._asked.keys() - set(small):
            found = self._large(oid, sizes.get(oid))
            self._looked |= dict.fromkeys(self._asked[oid], found)
        self._saying = {key[0] for key, found in self._looked.items() if found != NOTHING} | self._modules
        self._above = self._objects.folders_with(self._saying)

    def found(self, commit: str) -> Found:
        if commit in self._unread:
            return Found(not_looked=(NotLooked("", self._unread[commit]),))
        entries = self._objects.entries(commit, self._above.__contains__)
        saying = sorted((entry for entry in entries if entry.oid in self._saying), key=lambda entry: entry.path)
        parts = [self._at(entry) for entry in saying]
        return Found(
            tuple(one for part in parts for one in part.references),
            tuple(one for part in parts for one in part.opaque),
            tuple(one for part in parts for one in part.not_looked),
        )

    def _key(self, entry: TreeEntry) -> _Key:
        language = _LINKS if entry.is_link else self._finder.language(entry.path).name
        return entry.oid, language, entry.is_executable

    def _at(self, entry: TreeEntry) -> Found:
        if entry.is_module:
            return Found(opaque=(Doubt(OpaqueKind.SUBMODULE, entry.path, 1, 1, ""),))
        key = self._key(entry)
        if (key, entry.path) not in self._placed:
            self._placed[key, entry.path] = placed(self._looked[key], entry.path)
        return self._placed[key, entry.path]

    def _large(self, oid: str, size: int | None) -> Found:
        if size is None:
            return Found(not_looked=(NotLooked("", "its content is not in this clone; fetch it whole"),))
        if size > STREAMED:
            return Found(not_looked=(NotLooked("", f"it is larger than {STREAMED // 1024**2} MiB"),))
        overlap = 2 * max((len(name) for name in self._finder.names), default=0)
        names: set[str] = set()
        rest = b""
        binary = False
        for piece in self._objects.pieces(oid):
            binary = binary or b"\0" in piece
            rest += piece
            names.update(self._finder.held(rest))
            rest = rest[-overlap:] if overlap else b""
        if names:
            return Found(opaque=tuple(Doubt(OpaqueKind.LARGE, "", 1, 1, name, name) for name in sorted(names)))
        return Found(not_looked=(NotLooked("", "it is not text"),)) if binary else NOTHING


_LINKS = "\0link"


def _link(data: bytes, path: str) -> Found:
    """A link's text is no content. Where it leads inside the repository the file is found by its own path."""
    target = os.fsdecode(data[:_LINK])
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if target.startswith("/") or end == ".." or end.startswith("../"):
        return Found(not_looked=(NotLooked(path, "a symbolic link that leads out of the repository"),))
    return NOTHING
