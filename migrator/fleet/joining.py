"""Several ledgers become one: those of shards, or of several machines."""

from __future__ import annotations

from migrator.fleet.ledger import Ledger, LedgerError
from migrator.fleet.records import ChangeState, LedgerEntry, Migration, RepositoryState, Scanned

MOST = 500_000
"""The most rows of a kind that are taken from one ledger: far more than a workspace has."""


def join(ledger: Ledger, other: Ledger) -> None:
    """Take in what another ledger knows and this one does not: of each repository what was looked at last, of each
    change the last state. Raises LedgerError."""
    if other.rows() > MOST:
        raise LedgerError(
            f"{other.path}: the ledger has more than {MOST:,} rows of a kind, so patless does not merge it"
        )
    mine = {one.repository.uuid: one for one in ledger.entries()}
    for entry in other.entries():
        uuid = entry.repository.uuid
        before = mine.get(uuid)
        if before is None or entry.listed > before.listed:
            ledger.put([entry.repository], entry.listed)
        if entry.state is not RepositoryState.LISTED and (before is None or entry.scanned > before.scanned):
            ledger.record(_outcome(other, entry))
    kept = {(one.uuid, one.destination): one for one in ledger.changes()}
    for change in other.changes():
        there = kept.get((change.uuid, change.destination))
        if there is None or _weight(change) > _weight(there):
            ledger.keep(change)
    for one in other.all_learnt():
        before_it = ledger.learnt(one.uuid, one.kind)
        if before_it is None or one.at > before_it.at:
            ledger.learn(one)
    known = ledger.stored()
    for uuid, stored in other.stored().items():
        if uuid not in known or stored.at > known[uuid].at:
            ledger.store(stored)
    told = ledger.told()
    for uuid, hosts in other.told().items():
        if uuid not in told or hosts.at > told[uuid].at:
            ledger.tell(hosts)


def _weight(change: Migration) -> tuple[bool, str]:
    """A row that holds nothing but an error takes the place of no other."""
    return change.state != ChangeState.ERROR, change.at


def _outcome(ledger: Ledger, entry: LedgerEntry) -> Scanned:
    """What was last recorded of a repository, its analyses included."""
    uuid = entry.repository.uuid
    branches = list(ledger.branches(uuid))
    heads = tuple((one.name, one.commit) for one in branches)
    seen = tuple({one.commit: one.seen for one in branches if one.seen}.values())
    return Scanned(uuid, entry.state, entry.scanned, heads, seen, entry.error)
