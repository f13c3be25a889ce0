"""Which findings of a commit a run is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.bot import novelty
from migrator.bot.changes import ChangedLines, touched
from migrator.findings.masking import masked
from migrator.findings.records import Report
from migrator.fleet.scanning import Judge, analyse
from migrator.repositories import changes
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects
from migrator.repositories.refview import RefView
from migrator.text.patterns import regex

_AGE = regex(r"([0-9]{1,4})d")
_DAY = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DEEPER = "set `clone: {depth: full}` in the step, or run `git fetch --unshallow` first"


class NoSuchRef(Exception):
    """The message is a sentence."""


class Clone(Struct, frozen=True):
    """A clone, bare or not, whose commits are read and never checked out."""

    root: Path
    judge: Judge

    def report(self, commit: str) -> Report:
        """All of a commit, with every literal credential known. Raises GitError, GitMissing, Unreadable."""
        with Objects(self.root) as objects:
            return masked(analyse(RefView(objects, commit), self.judge))

    def new(self, commit: str, since: str | None) -> Report:
        """What was not there at `since`, None for the time before the first commit. Raises as `report`."""
        now = self.report(commit)
        if since is None:
            return now
        plain = replace(self.judge, settings=replace(self.judge.settings, comments=False, baseline={}))
        before = Clone(self.root, plain).report(since)  # what was ignored then is not new
        with Objects(self.root) as objects:
            there = set(RefView(objects, commit).paths())
        return replace(now, findings=novelty.new(now, before, there.__contains__))

    def changed(self, commit: str, change: ChangedLines) -> Report:
        """What stands on the lines of a change, or would be changed there. Raises as `report`."""
        found = self.report(commit)
        mine = tuple(one for one in found.findings if touched(one, found.sources, change))
        return replace(found, findings=mine, skipped=tuple(one for one in found.skipped if one.path in change.lines))


def since(root: Path, commit: str, text: str, now: datetime) -> str | None:
    """The commit that `text` means: a branch, tag or hash; or a day (2026-11-17) or an age in days (7d), at which the
    branch of `commit` had it. None: there was none yet. Raises NoSuchRef, GitError, GitMissing."""
    moment = _moment(text, now)
    if moment is None:
        found = changes.commit_of(root, text)
        if found is None:
            raise NoSuchRef(f"--since {text} is not a branch, tag, or commit of this clone; fetch it, or pass a day")
        return found
    found = changes.before(root, commit, moment)
    if found is None and changes.is_shallow(root):
        raise GitError(f"this clone does not reach back to {moment[:10]}; {_DEEPER}")
    return found


def merge_base(root: Path, destination: str, commit: str) -> str:
    """Where a change of `commit` begins. Raises GitError, which says what to do in a clone that is not deep enough."""
    found = changes.base_of(root, destination, commit)
    if found is None:
        raise GitError(
            f"this clone lacks the commit where {commit[:12]} and {destination[:12]} parted, so patless can't tell "
            f"what the pull request changes; {_DEEPER}"
        )
    return found


def _moment(text: str, now: datetime) -> str | None:
    try:
        if age := _AGE.fullmatch(text):
            return (now - timedelta(days=int(age[1]))).isoformat(timespec="seconds")
        if _DAY.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        raise NoSuchRef(f"--since {text} is not a valid day") from None
    return None
