"""The ledger of the commands that follow a scan."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from migrator.fleet.ledger import Ledger
from migrator.fleet.records import LedgerEntry
from migrator.options import UsageError
from migrator.text.mask import printable


def opened(ledger: Path, workspace: str = "") -> Ledger:
    """The ledger, which is to be of the workspace that is named, '' for whichever it is of. Raises UsageError."""
    if not ledger.exists():
        raise UsageError(f"no ledger {ledger}; run `patless fleet scan` first")
    found = Ledger(ledger)
    try:
        _agrees(ledger, found.entries(), workspace)
    except BaseException:
        found.close()
        raise
    return found


def agrees(ledger: Path, workspace: str) -> None:
    """Raises UsageError where the ledger is of another workspace."""
    opened(ledger, workspace).close()


def _agrees(ledger: Path, entries: Iterable[LedgerEntry], workspace: str) -> None:
    known = {one.repository.workspace for one in entries if not one.state.left} - {""}
    if workspace and known - {workspace}:
        raise UsageError(
            f"{ledger} is of {printable(', '.join(sorted(known)))}, not of {printable(workspace)}; pass the ledger of "
            "that workspace with --ledger"
        )
