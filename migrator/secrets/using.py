"""Reads who uses the candidates of many repositories: as soon as they are known, and again where more come to light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import msgspec
from msgspec.structs import replace

from migrator.bitbucket.inventory import Inventory
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import Learnt
from migrator.secrets import answers, kept
from migrator.secrets.answering import Known
from migrator.secrets.asking import Asking
from migrator.secrets.copying import bring_runs, has_copy, mirror
from migrator.secrets.plan import digest_of
from migrator.secrets.records import Leaving, RepositoryFacts
from migrator.secrets.rows import shared_keys
from migrator.secrets.surveying import Resolver, facts_of
from migrator.secrets.tasks import Tasks

READING = "reading"
_FACTS = "facts"


class StoredUses:
    """What the files of repositories say. `by` is the digest of what facts depend on beside the answers; `outcome`
    gives what a thread has found, None where it failed."""

    def __init__(
        self,
        asking: Asking,
        ledger: Ledger,
        above: Inventory,
        resolve: Resolver,
        by: str,
        tasks: Tasks,
        outcome: Callable[[Known, Future[Any]], RepositoryFacts | None],
    ) -> None:
        self._asking, self._ledger, self._above, self._resolve = asking, ledger, above, resolve
        self._by, self._tasks, self._outcome = by, tasks, outcome
        self._keys: set[str] = set()
        self._by_slug: dict[str, str] = {}
        self._found: dict[str, RepositoryFacts] = {}

    def begin(self, one: Known) -> None:
        """Have it read for its candidates, and for those of the workspace that are known so far: mostly that is all."""
        self._keys |= shared_keys(self._above, one.answers.candidates)
        self._begin(one, frozenset(self._keys))

    def all_of(self, known: Sequence[Known]) -> list[RepositoryFacts | None]:
        """Of each, None where it could not be read."""
        for one in known:
            self._begin(one, frozenset(self._keys))
        while self._tasks.open(READING):
            self._tasks.follow(1)
        return [self._found.get(one.one.slug) or self._plain(one) for one in known]

    def _begin(self, one: Known, keys: frozenset[str]) -> None:
        """Unless that is known or was begun."""
        names = {*one.answers.candidates, *keys}
        if not names or not one.answers.asked or not one.answers.there:
            return
        slug, by = one.one.slug, digest_of([self._by, one.digest, sorted(names)])
        if self._by_slug.get(slug) == by:
            return
        self._by_slug[slug] = by
        self._found.pop(slug, None)
        if facts := self._recalled(one, by):
            self._found[slug] = facts
            return

        def then(future: Future[Any]) -> None:
            if self._by_slug[slug] == by and (facts := self._outcome(one, future)) is not None:
                self._found[slug] = facts
                self._keep(one, by, facts)

        self._tasks.begin(READING, then, self._look, one, keys)

    def _look(self, one: Known, keys: frozenset[str]) -> RepositoryFacts:
        """In a thread."""
        asking, found = self._asking, one.answers
        if one.one.slug not in asking.copies.there and not has_copy(asking, one.one, found.heads):
            mirror(asking, one.one)
            bring_runs(asking, one.one, ())
        alone = replace(asking, leaving=False)
        names = frozenset(found.candidates)
        facts = facts_of(alone, one.one, one.stored, names, set(keys), self._resolve, there=True)
        return replace(facts, leaving=found.leaving or Leaving())

    def _keep(self, one: Known, by: str, facts: RepositoryFacts) -> None:
        if one.lasting and kept.stand_alone(facts) and one.answers.heads.items() <= facts.heads.items():
            document = answers.written(replace(facts, variables=(), not_checked=()))
            if document:
                self._ledger.learn(Learnt(one.one.uuid, _FACTS, by, one.at, document))

    def _recalled(self, one: Known, by: str) -> RepositoryFacts | None:
        learnt = self._ledger.learnt(one.one.uuid, _FACTS)
        if learnt is None or learnt.by != by:
            return None
        try:
            facts = msgspec.json.decode(learnt.document, type=RepositoryFacts)
        except (msgspec.DecodeError, ValueError):
            return None
        left = one.answers.leaving or Leaving()
        return replace(facts, variables=one.stored.variables, not_checked=one.stored.not_checked, leaving=left)

    def _plain(self, one: Known) -> RepositoryFacts | None:
        """Where nothing can use a candidate: there is none, or it runs nothing."""
        if one.one.slug in self._by_slug:
            return None
        runs = self._asking.known_runs.get(one.one.slug)
        gaps = (
            (f"patless could not read its runs: {runs.failure}",) if runs and runs.failure and one.answers.asked else ()
        )
        return RepositoryFacts(
            one.one.slug,
            (),
            frozenset(one.answers.candidates),
            one.stored.variables,
            one.stored.not_checked,
            gaps,
            one.answers.heads,
            one.answers.leaving or Leaving(),
            one.answers.asked,
        )
