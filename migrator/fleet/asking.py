"""Which registry a login uses, where a variable names it: what the variables of such a repository are known to hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from migrator.bitbucket import inventory as inventories
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.session import Client
from migrator.fleet import imports
from migrator.fleet.exporters import Exporters
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import FleetRepository, Hosts, LedgerEntry, RepositoryState, by_name
from migrator.fleet.scanning import Judge
from migrator.fleet.visiting import now
from migrator.rulebook.records import RuleBook
from migrator.secrets.hosts import hosts

UNRESOLVED = "registry-unresolved"
"""The reason of a login whose registry is not certain."""


class Unanswered(Struct, frozen=True):
    """`unread` are clauses on the repositories whose variables could not be read, one for each; `left` counts those
    that were not asked, as no further request may be sent."""

    unread: tuple[str, ...] = ()
    left: int = 0


def open_questions(ledger: Ledger, entries: Sequence[LedgerEntry], begun: str) -> list[LedgerEntry]:
    """Those of Bitbucket that this round has still to ask: where a login leaves its registry open, or where variables
    have told it before, which can have changed."""
    told = ledger.told()
    moment = now()
    found = []
    for entry in entries:
        known = told.get(entry.repository.uuid)
        asked = known is not None and begun <= known.at <= moment
        if entry.state is not RepositoryState.SCANNED or entry.repository.folder or asked:
            continue
        if (known and known.known) or _unresolved(ledger, entry):
            found.append(entry)
    return found


def importing(
    ledger: Ledger, entries: Sequence[LedgerEntry], begun: str, judge: Judge, root: Callable[[FleetRepository], Path]
) -> list[LedgerEntry]:
    """Those of Bitbucket that this round has still to ask, as a pipeline that they import leaves a registry open.

    It runs with the variables of whoever imports it. `root` says where a copy is.
    """
    told, moment = ledger.told(), now()
    waiting = {
        uuid: entry
        for entry in entries
        if entry.state is RepositoryState.SCANNED and not entry.repository.folder
        if (known := told.get(uuid := entry.repository.uuid)) is None or not begun <= known.at <= moment
    }
    branches = [
        branch
        for branch in ledger.branches()
        if branch.seen and branch.seen.imports and branch.entry.repository.uuid in waiting
    ]
    if not branches:
        return []
    look = Exporters(by_name(ledger.entries()), root, by_hosts(judge, ledger))
    open_ = {
        run.importer.repository
        for run in imports.graph(branches, look).runs
        if any(reason.code == UNRESOLVED for finding in run.findings for reason in finding.reasons)
    }
    return [entry for entry in waiting.values() if entry.repository.slug in open_]


def ask(ledger: Ledger, entries: Sequence[LedgerEntry], client: Client, book: RuleBook) -> Unanswered:
    """Ask each for its variables, and record the hosts. One that another run is at is left to it. Raises LedgerError.

    What cannot be read is not known, whatever was known before.
    """
    above: dict[str, Inventory] = {}
    unread = []
    for number, entry in enumerate(entries):
        uuid = entry.repository.uuid
        with ledger.claimed(uuid) as mine:
            if not mine:
                continue
            known: dict[str, str] = {}
            try:
                found = _inventory(client, entry.repository, above)
                known = {key: host for key, host in hosts(found, book).items() if host is not None}
                unread += [found.not_checked[0].reason] if found.not_checked else []
            except ApiError as error:
                if error.kind is Cause.SPENT:
                    return Unanswered(tuple(unread), len(entries) - number)
                unread.append(str(error))
            ledger.tell(Hosts(uuid, now(), known))
    return Unanswered(tuple(unread))


def outdated(ledger: Ledger, entry: LedgerEntry, judge: Judge) -> bool:
    """Whether what was asked since makes a difference to what a repository was judged by."""
    uuid = entry.repository.uuid
    if entry.state is not RepositoryState.SCANNED or uuid not in ledger.told(uuid):
        return False
    knowing, judged = judge.knowing(ledger.hosts(uuid)), ledger.judged(uuid)
    return not all(commit in judged and knowing.still(judged[commit]) for commit in ledger.heads(uuid).values())


def by_hosts(judge: Judge, ledger: Ledger) -> Callable[[FleetRepository], Judge]:
    """By what each repository is judged: the operator's word, and which hosts its variables named to the last scan."""
    told = ledger.told()

    def knowing(repository: FleetRepository) -> Judge:
        known = told.get(repository.uuid)
        return judge.of(repository).knowing(known.known if known else {})

    return knowing


def _inventory(client: Client, repository: FleetRepository, above: dict[str, Inventory]) -> Inventory:
    workspace = repository.workspace
    if workspace not in above:
        above[workspace] = inventories.of_workspace(client, workspace)
    return inventories.inventory(client, workspace, repository.slug, above[workspace])


def _unresolved(ledger: Ledger, entry: LedgerEntry) -> bool:
    return any(
        reason.code == UNRESOLVED
        for branch in ledger.branches(entry.repository.uuid)
        if branch.seen
        for finding in branch.seen.findings
        for reason in finding.reasons
    )
