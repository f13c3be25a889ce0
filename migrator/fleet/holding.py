"""What `fleet migrate` has left alone at a destination, which the ledger keeps for those who ask how far it is."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.fleet.deciding import Act, Why, said
from migrator.fleet.ledger import Ledger
from migrator.fleet.proposing import Destination, Looked
from migrator.fleet.records import ChangeState, Migration
from migrator.fleet.sharing import SharedLedger
from migrator.text.mask import printable

_LONGEST = 500
"""Characters of a reason."""


def learn(ledger: SharedLedger | Ledger, target: Destination, looked: Looked, at: str) -> None:
    """Keep what the last look left alone, for whoever has claimed the repository. What was begun keeps its state."""
    known = ledger.change(target.repository.uuid, target.destination)
    held, why = count(looked), _why(looked)
    if known and known.begun:
        if known.held != held:
            ledger.keep(replace(known, held=held))
    elif why:
        row = Migration(target.repository.uuid, target.destination, "", ChangeState.HELD, at)
        ledger.keep(replace(row, base=looked.situation.head, held=held, why=why))
    elif known:
        ledger.drop(known.uuid, known.destination)


def count(looked: Looked) -> int:
    """The findings that are not fixed by what was decided: all of them where nothing may be written."""
    stopped = looked.decision.act is Act.STOP
    made = {finding for change in looked.plan.changes for finding in change.findings}
    return len(looked.plan.held) + (len(made) if stopped else 0)


def _why(looked: Looked) -> str:
    """Why nothing is written, '' where something is, or where nothing is to be."""
    decision = looked.decision
    if decision.act is not Act.STOP and decision.why is not Why.HELD_BACK:
        return ""
    about = decision.about if decision.act is Act.STOP else ()  # the report has the findings
    return printable(said(replace(decision, about=about)))[:_LONGEST]
