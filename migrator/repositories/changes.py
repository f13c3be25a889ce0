"""What changed between two commits, read from objects: no filter, text conversion or diff program is ever run."""

from __future__ import annotations

import itertools
from pathlib import Path

from migrator.repositories.git import GitError
from migrator.repositories.streams import answer, records, running
from migrator.text.patterns import regex

LIMIT = 64 * 1024 * 1024
"""The largest diff that is read, in bytes."""
_DIFF = ("diff-tree", "-r", "-p", "-U0", "-M", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color",
         "--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/")  # fmt: skip
_BEGINNING = regex(r"[0-9a-f]{7,64}")
_ALIKE = 50
"""Objects whose names begin alike that are looked at."""
_COMMIT = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def commit_of(root: Path, name: str) -> str | None:
    """The commit that a branch, a tag or a beginning of a hash names, in hexadecimal; None where there is none here.

    A name that is no local branch may be one of `origin`. Raises GitError and GitMissing.
    """
    for spelt in (name, f"origin/{name}"):
        if found := _one(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{spelt}^{{commit}}"):
            return found
    return None


def named_by(root: Path, beginning: str) -> str | None:
    """The one commit here whose hash begins so, whatever branches and tags are called; None where there is none, or
    more than one. `beginning` has 7 to 64 hexadecimal digits. Raises GitError and GitMissing."""
    if not _BEGINNING.fullmatch(beginning):
        raise ValueError("not the beginning of a hash")
    # rev-parse alone would take a branch of that name first
    found = records(root, "rev-parse", f"--disambiguate={beginning}", separator=b"\n")
    objects = [line.decode("ascii", "replace") for line in itertools.islice(found, _ALIKE)]
    commits = [one for one in objects if _one(root, "cat-file", "-t", _checked(one)) == "commit"]
    return commits[0] if len(commits) == 1 and len(objects) < _ALIKE else None


def base_of(root: Path, one: str, other: str) -> str | None:
    """The last commit that two have in common, None where this clone holds none."""
    return _one(root, "merge-base", _checked(one), _checked(other))


def before(root: Path, commit: str, moment: str) -> str | None:
    """What the branch of `commit` was at `moment`, an ISO 8601 date, by the dates of its commits; None where this
    clone holds none that is so old."""
    return _one(root, "rev-list", "-1", "--first-parent", f"--before={moment}", _checked(commit))


def is_shallow(root: Path) -> bool:
    """Whether a part of the history is missing here."""
    return _one(root, "rev-parse", "--is-shallow-repository") != "false"


def diff(root: Path, old: str, new: str) -> bytes:
    """A unified diff without context. Raises GitError, also for one of more than 64 MiB, and GitMissing."""
    with running(root, *_DIFF, _checked(old), _checked(new)) as process:
        data = process.output.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise GitError(
                f"the change from {old[:12]} to {new[:12]} is larger than 64 MiB, which patless does not read"
            )
        process.finish()
    return data


def _one(root: Path, *arguments: str) -> str | None:
    """git's one line, None where it ends with 1 or says nothing."""
    try:
        lines = answer(root, *arguments).splitlines()
    except GitError:
        return None
    return lines[0].decode("ascii", "replace") if lines and lines[0] else None


def _checked(commit: str) -> str:
    if not _COMMIT.fullmatch(commit):
        raise ValueError("not the name of a commit")
    return commit
