"""Branches of a repository in memory, and a survey of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import Run
from migrator.findings.settings import Settings
from migrator.repositories.objects import MemoryObjects
from migrator.repositories.refs import Ref, RefKind
from migrator.rulebook import reading as rulebook
from migrator.secrets.survey import Exported, RecentRuns, Survey

WHEN = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Link:
    target: str


@dataclass(frozen=True)
class Tool:
    """A file that can be run."""

    data: bytes


MODULE = object()
"""A folder that another repository is in."""
Files = Mapping[str, Any]
"""Text or bytes by path, or one of the above."""


@dataclass
class Commits:
    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    refs: list[Ref] = field(default_factory=list)

    def commit(self, files: Files) -> str:
        return self._put("commit", f"tree {self._tree(files)}\n".encode())

    def branch(self, name: str, files: Files) -> str:
        commit = self.commit(files)
        self.refs.append(Ref(f"refs/heads/{name}", RefKind.BRANCH, commit, 0, "Ada"))
        return commit

    def tag(self, name: str, files: Files) -> str:
        commit = self.commit(files)
        self.refs.append(Ref(f"refs/tags/{name}", RefKind.TAG, commit, 0, "Ada"))
        return commit

    def survey(
        self,
        runs: RecentRuns = RecentRuns(),  # noqa: B008
        exported: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Survey:
        """`exported` are pipelines of other repositories, by the names of imports."""

        def resolve(text: str) -> Exported:
            data = (exported or {}).get(text)
            return Exported(data.encode() if data is not None else None, text.partition(":")[0])

        objects = MemoryObjects(Path("/nowhere"), self.objects)
        settings = Settings(workspace="acme", repository="web")
        return Survey(objects, rulebook.load(), settings, runs, resolve, tuple(self.refs), **more)

    def _tree(self, files: Files) -> str:
        entries: dict[str, tuple[str, str]] = {}
        folders: dict[str, dict[str, Any]] = {}
        for path, content in files.items():
            name, inner, rest = path.partition("/")
            if inner:
                folders.setdefault(name, {})[rest] = content
            elif content is MODULE:
                entries[name] = "160000", "1" * 40
            elif isinstance(content, Link):
                entries[name] = "120000", self._put("blob", content.target.encode())
            elif isinstance(content, Tool):
                entries[name] = "100755", self._put("blob", content.data)
            else:
                entries[name] = "100644", self._put("blob", content.encode() if isinstance(content, str) else content)
        entries |= {name: ("40000", self._tree(inside)) for name, inside in folders.items()}
        lines = (f"{mode} {name}\0".encode() + bytes.fromhex(oid) for name, (mode, oid) in sorted(entries.items()))
        return self._put("tree", b"".join(lines))

    def _put(self, kind: str, data: bytes) -> str:
        oid = hashlib.sha1(f"{kind} {len(data)}\0".encode() + data).hexdigest()
        self.objects[oid] = kind, data
        return oid


def one_branch(files: Files | str) -> Commits:
    """Text alone is its pipelines file."""
    found = Commits()
    found.branch("main", {"bitbucket-pipelines.yml": files} if isinstance(files, str) else files)
    return found


def run(number: int, state: str = "COMPLETED", sha: str | None = None, of: str | None = None, day: int = 0) -> Run:
    """`day`: how many before the first one."""
    when = WHEN.replace(day=WHEN.day - day)
    return Run(f"{{{number}}}", number, when, state, None, None, None, of, Hash(sha) if sha else None, None, None)
