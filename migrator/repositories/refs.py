"""The branches and tags of a repository, local ones and those last fetched."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from migrator.repositories.git import GitError
from migrator.repositories.streams import answer, records

LIMIT = 50_000
NESTED = 1000
"""Tags of tags are followed one by one."""
_FIELDS = ("refname", "symref", "objecttype", "objectname", "committerdate:unix", "authorname",
           "*objecttype", "*objectname", "*committerdate:unix", "*authorname")  # fmt: skip
_PREFIXES = {"refs/heads/": "branch", "refs/remotes/": "remote", "refs/tags/": "tag"}


class RefKind(StrEnum):
    BRANCH = "branch"
    REMOTE = "remote"
    """A branch of a remote, as it was when it was last fetched."""
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Ref:
    """`name` is the full one, `commit` in hexadecimal, `committed` in seconds since 1970 UTC (0 where it is not known),
    `author` who wrote the commit, as git says: text of the repository, not to be printed as it is."""

    name: str
    kind: RefKind
    commit: str
    committed: int
    author: str

    @property
    def short(self) -> str:
        """Without `refs/heads/` and the like."""
        return self.name.split("/", 2)[2]


def refs(root: Path) -> list[Ref]:
    """All branches and tags that lead to a commit, by name; pointers to other branches, such as `origin/HEAD`, are
    left out. Raises GitError, also for more than LIMIT of them, and GitMissing."""
    found: list[Ref] = []
    nested = 0
    # A name holds no control character (git check-ref-format), so the line's end is one.
    line = "%00".join(f"%({field})" for field in _FIELDS)
    for record in records(root, "for-each-ref", f"--format={line}", *_PREFIXES, separator=b"\n"):
        name, symbolic, kind, commit, committed, author, *peeled = (os.fsdecode(part) for part in record.split(b"\0"))
        if kind == "tag":
            kind, commit, committed, author = peeled
        if kind == "tag":
            nested += 1
            if nested > NESTED:
                raise GitError(f"the repository at {root} has more than {NESTED} tags of tags; remove old ones")
            kind, commit = "commit", _end(root, commit)
        if symbolic or kind != "commit" or not commit:
            continue
        if len(found) >= LIMIT:
            raise GitError(f"the repository at {root} has more than {LIMIT} branches and tags; remove old ones")
        prefix = next(prefix for prefix in _PREFIXES if name.startswith(prefix))
        found.append(Ref(name, RefKind(_PREFIXES[prefix]), commit, int(committed or 0), author))
    return found


def _end(root: Path, tag: str) -> str:
    """The commit that a tag of a tag leads to in the end, '' for none. git before 2.45 follows one tag only."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{tag}^{{commit}}")
    try:
        return answer(root, *asked).decode("ascii", "replace")
    except GitError:
        return ""
