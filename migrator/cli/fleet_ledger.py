"""The ledger of the commands that follow a scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from migrator.cli import telling
from migrator.fleet.ledger import Ledger
from migrator.fleet.progress import Going
from migrator.fleet.records import LedgerEntry
from migrator.options import UsageError
from migrator.text.mask import printable


@contextmanager
def opened(ledger: Path, workspace: str = "") -> Iterator[Ledger]:
    """The ledger, which is to have the workspace that is named, '' for whichever it has. It is said how long that
    takes, as another run can have it locked. Raises UsageError."""
    if not ledger.exists():
        raise UsageError(f"no ledger {ledger}; run `patless fleet scan` first")
    with telling.going(Going(f"using {printable(str(ledger))}")), Ledger(ledger) as found:
        agrees(ledger, found.entries(), workspace)
        yield found


def agrees(ledger: Path, entries: Iterable[LedgerEntry], workspace: str) -> None:
    """Raises UsageError where the ledger has nothing of the workspace, but of others."""
    known = {one.repository.workspace for one in entries if not one.state.left} - {""}
    if workspace and known and workspace not in known:
        raise UsageError(
            f"{ledger} is of {printable(', '.join(sorted(known)))}, not of {printable(workspace)}; pass the ledger of "
            "that workspace with --ledger"
        )
