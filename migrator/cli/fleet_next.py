"""What to run next: the last line of each command of `fleet`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from migrator.findings.counting import many
from migrator.fleet.following import Standing, StatusRow
from migrator.options.fleet import Operated
from migrator.options.vocabulary import LEDGER
from migrator.text.mask import printable

_DONE = (Standing.CLEAN, Standing.MERGED_GREEN)


def fleet(words: str, operated: Operated) -> str:
    """`patless fleet …` as it is to be typed, with the files that are not where they are by default."""
    ledger = f" --ledger {_typed(operated.ledger)}" if operated.ledger != LEDGER else ""
    config = f" --config {_typed(operated.config)}" if operated.config else ""
    return f"`patless fleet {words}{ledger}{config}`"


def unread(files: int, repositories: int, operated: Operated) -> str:
    """What nothing is known of, '' where there is no such thing."""
    parts = [many(files, "file")] * bool(files)
    parts += [many(repositories, "repository", "repositories")] * bool(repositories)
    if not parts:
        return ""
    return f"{' and '.join(parts)} can't be read and may hold logins; {fleet('status', operated)} says why."


def after_scan(fixable: int, findings: int, workspace: str, operated: Operated) -> str:
    """`workspace` '' is of clones on this machine."""
    if fixable:
        return f"Run {fleet('migrate', operated)} to preview the pull requests."
    if findings:
        return f"Run {fleet('report -o patless-fleet.html', operated)} to see what needs review."
    if workspace:
        return f"Run {_secrets(workspace)} to find stored variables that nothing uses."
    return f"Run {fleet('packages', operated)} to see who pushes and reads what."


def after_status(rows: Sequence[StatusRow], workspace: str, operated: Operated) -> str:
    """The most pressing step: what failed, then what is left, then what waits for people."""
    if red := _first(rows, Standing.MERGED_RED):
        return f"Look at the failed pipeline, or run {fleet(f'revert {red}', operated)}."
    if any(row.findings and row.standing is Standing.FINDINGS and row.held_back < row.findings for row in rows):
        return f"Run {fleet('migrate', operated)} to preview the pull requests."
    if _first(rows, Standing.OPEN):
        return f"Merge the open pull requests, then run {fleet('status', operated)} again."
    if any(row.standing is Standing.FINDINGS for row in rows):
        return f"Run {fleet('report -o patless-fleet.html', operated)} to see what needs review."
    if any(row.standing is Standing.ERROR for row in rows):
        again = f"scan --workspace {_slug(workspace)} --failed" if workspace else "scan"
        return f"Run {fleet(again, operated)} to read again what failed."
    if workspace and _first(rows, *_DONE):
        return f"Run {_secrets(workspace)} to find stored variables that nothing uses."
    return ""


def workspace_of(rows: Iterable[str]) -> str:
    """The one workspace of repositories, '' where there is none, or more than one."""
    found = set(rows)
    return found.pop() if len(found) == 1 else ""


def _first(rows: Sequence[StatusRow], *standings: Standing) -> str:
    return next((printable(row.slug) for row in rows if row.standing in standings), "")


def _secrets(workspace: str) -> str:
    return f"`patless secrets list --workspace {_slug(workspace)} --all`"


def _slug(text: str) -> str:
    return shlex.quote(printable(text))


def _typed(path: Path) -> str:
    return shlex.quote(printable(str(path)))
