"""The ledger of the commands that follow a scan."""

from __future__ import annotations

from pathlib import Path

from migrator.fleet.ledger import Ledger
from migrator.options import UsageError


def opened(ledger: Path) -> Ledger:
    if not ledger.exists():
        raise UsageError(f"there is no ledger {ledger}; `patless fleet scan` makes it")
    return Ledger(ledger)
