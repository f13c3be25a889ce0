"""What pull requests clones on this machine would get: their commits are read, and nobody else is asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from migrator.fleet import holding
from migrator.fleet.ledger import Ledger
from migrator.fleet.migrating import Failure
from migrator.fleet.opening import MigrationOutcome
from migrator.fleet.operator import Operator
from migrator.fleet.proposing import Destination, Proposer, wanted
from migrator.fleet.records import FleetRepository, LedgerEntry
from migrator.fleet.visiting import now
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects
from migrator.repositories.refs import RefKind, refs
from migrator.repositories.streams import answer
from migrator.text.view import Unreadable

HEAD = "HEAD"
"""The destination in a clone that has no branch checked out."""


def previews(
    entries: Iterable[LedgerEntry],
    ledger: Ledger,
    proposer: Proposer,
    fleet: Operator,
    destinations: tuple[str, ...],
    done: Callable[[], None],
) -> Iterator[MigrationOutcome | Failure]:
    """Of each destination of each clone; what is left alone is in the ledger then, and `done` is called after each
    clone. Raises LedgerError, GitMissing, and ConfigurationError for a template."""
    for entry in entries:
        repository = entry.repository
        try:
            heads = _heads(repository, destinations)
        except GitError as error:
            yield Failure(repository.slug, "", str(error))
            heads = {}
        for name, head in sorted(heads.items()):
            target = Destination(repository, name, destinations, fleet.wave(repository.slug))
            try:
                with Objects(Path(repository.folder)) as objects:
                    looked = proposer.proposed(target, objects, head)
            except (GitError, Unreadable) as error:
                yield Failure(repository.slug, name, str(error))
                continue
            with ledger.claimed(repository.uuid) as mine:
                if mine:
                    holding.learn(ledger, target, looked, now())
            yield MigrationOutcome(target, looked)
        done()


def _heads(repository: FleetRepository, destinations: tuple[str, ...]) -> dict[str, str]:
    """The commits by branch that are destinations. Raises GitError."""
    root, main = Path(repository.folder), repository.main_branch
    if not (destinations or main):
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
        return {HEAD: os.fsdecode(answer(root, *asked)).strip()}
    found = {ref.short: ref.commit for ref in refs(root) if ref.kind is RefKind.BRANCH}
    return {name: sha for name, sha in found.items() if (wanted(name, destinations) if destinations else name == main)}
