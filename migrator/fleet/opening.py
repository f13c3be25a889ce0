"""Carries decisions out: the commit, the pull request, and the ledger's row before and after each.

Several targets are under way at a time. Each waits for its turn before anything is written: then the thread of the
ledger looks at the limits, and what it grants counts for all that come after, done or not yet. So as many are opened,
and the same ones, as one after the other.

Nothing is repeated blindly. Where an answer is lost, or says that something moved, everything is read again, and what
is decided then is what is missing: so a run that ends anywhere, and one that follows, come to the same state.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.bitbucket import account, pull_requests, source_commits
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Account, PullRequest
from migrator.bitbucket.reviewers import default_reviewers
from migrator.fleet import holding, identity, pacing
from migrator.fleet.abreast import Place
from migrator.fleet.deciding import Act, Why
from migrator.fleet.looking import TargetReader
from migrator.fleet.pacing import Traffic
from migrator.fleet.proposing import Destination, Looked
from migrator.fleet.records import ChangeState, FleetRepository, Migration
from migrator.fleet.sharing import SharedLedger
from migrator.options.fleet import Limits
from migrator.repositories.remote import Moved

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

TRIES = 4
"""How often one target is read anew before it is left for another run."""
STALE = 60.0
"""Seconds after which what was looked at is looked at again, where its turn has come that late."""
_WRITES = 3
"""Requests that bring a pull request to its end, once it is begun: the commit, itself, and once more without somebody
who is refused as a reviewer."""
PAUSE = 1.0
"""Seconds before it is read again for the first time."""
_MOVED = (Cause.CONFLICT, Cause.SERVER, Cause.UNREACHABLE, Cause.TOO_SLOW, Cause.GARBLED)
"""After such an answer it is not known what is there."""
_STATES = {"OPEN": ChangeState.OPEN, "MERGED": ChangeState.MERGED}


class MigrationOutcome(Struct, frozen=True):
    """`looked` None: another run is at work on the repository. `done` is what was written. `waits` says why nothing was
    for now, and `ends` that it holds for the whole run. `dropped` are reviewers that Bitbucket refused, by name."""

    target: Destination
    looked: Looked | None = None
    done: Act | None = None
    pull_request: PullRequest | None = None
    waits: str = ""
    ends: bool = False
    dropped: tuple[str, ...] = ()


class Held(Struct, frozen=True):
    """Why no further pull request is opened now: `words`, which `ends` the run; or reviewers who are `busy`."""

    words: str = ""
    busy: tuple[str, ...] = ()


_Key = tuple[str, str]
_Granted = dict[_Key, tuple[float, tuple[str, ...]]]


class Opener(Struct, frozen=True):
    """For several threads. `clock` gives seconds since 1970 UTC. `reviewers` are whether those that were asked after
    can review, by UUID. `granted` are pull requests that are about to be opened: when they were granted, and to whom;
    `opened` are all that were granted."""

    client: Client
    ledger: SharedLedger
    reader: TargetReader
    limits: Limits
    draft: bool = False
    clock: Callable[[], float] = time.time
    reviewers: dict[str, bool] = field(default_factory=dict)
    granted: _Granted = field(default_factory=dict)
    opened: set[_Key] = field(default_factory=set)
    asking: threading.Lock = field(default_factory=threading.Lock)

    def carry_out(self, target: Destination, place: Place, *, last: bool = True) -> MigrationOutcome:
        """Do what is to be done about one target, at its turn, which is over once that is settled if it is the `last`
        of its place. Raises as `Reader.look`, LedgerError, and Stopped where nothing was begun."""
        with self.ledger.claimed(target.repository.uuid) as mine:
            if not mine:
                return MigrationOutcome(target, waits="another run works on this repository")
            try:
                return self._carry_out(target, place, last)
            finally:
                self.granted.pop(_key(target), None)

    def _carry_out(self, target: Destination, place: Place, last: bool) -> MigrationOutcome:
        begun: Act | None = None
        attempt = 0
        while True:
            attempt += 1
            since = time.monotonic()
            looked = self.reader.look(target, self.known(target))
            try:
                outcome = self._act(target, looked, place, last, since)
            except (ApiError, Moved) as error:
                if attempt == TRIES or (isinstance(error, ApiError) and not _again(error)):
                    raise
                begun = looked.decision.act
                time.sleep(attempt * PAUSE)
                continue
            self._answered(target)
            if not outcome.waits:
                holding.learn(self.ledger, target, looked, self._now())
            done_before = outcome.done is None and looked.decision.why is Why.UP_TO_DATE
            return replace(outcome, done=begun) if done_before else outcome

    def learn(self, target: Destination, looked: Looked) -> None:
        """Keep what was seen without doing anything, unless another run is at work there. Raises LedgerError."""
        with self.ledger.claimed(target.repository.uuid) as mine:
            if mine:
                holding.learn(self.ledger, target, looked, self._now())

    def failed(self, repository: FleetRepository, destination: str, error: str) -> None:
        """Keep why a destination could not be dealt with, beside what is known of it. Raises LedgerError."""
        with self.ledger.claimed(repository.uuid) as mine:
            if mine:
                row = self.ledger.change(repository.uuid, destination)
                row = row or Migration(repository.uuid, destination, "", ChangeState.ERROR, "")
                self._save(replace(row, error=error))

    def _act(self, target: Destination, looked: Looked, place: Place, last: bool, since: float) -> MigrationOutcome:
        decision = looked.decision
        opens = decision.act in (Act.OPEN, Act.REPAIR)
        workspace, slug = target.repository.workspace, target.repository.slug
        asked = default_reviewers(self.client, workspace, slug) if opens else ()
        place.turn()
        if time.monotonic() - since > STALE:
            return self._act(target, self.reader.look(target, self.known(target)), place, last, math.inf)
        accounts, waits = self._grant(target, looked, asked) if opens else ((), None)
        if waits:
            if waits.ends:
                place.stop()
            return waits
        if decision.act.writes:
            place.begins()
        known = self.known(target)
        if last and (opens or (known and decision.act.writes)):  # else what is learnt counts for those that come after
            place.passed()
        if opens:
            return self._open(target, looked, asked, accounts)
        found, dropped = decision.pull_request, tuple[str, ...]()
        if found and decision.act is Act.UPDATE:
            return self._update(target, looked, known, found)
        if found:
            row = known if known and known.pull_request in (None, found.number) else self._row(target, looked)
            lost = known is not None and known.state == ChangeState.OPENING  # its answer, and with it who was refused
            if lost or (found.open and not row.reviewers and found.reviewers is None):  # a list does not name them
                found = pull_requests.one(self.client, workspace, slug, found.number)
                row = replace(row, reviewers=())
            if decision.why is Why.UP_TO_DATE and known and known.state == ChangeState.UPDATING:
                row, found, dropped = self._described(target, looked, row, found)
            self._keep(row, found)
        return MigrationOutcome(target, looked, pull_request=found, dropped=dropped)

    def _open(
        self, target: Destination, looked: Looked, asked: Sequence[Account], accounts: Sequence[Account]
    ) -> MigrationOutcome:
        """The branch, where it is not there as it should be, and its pull request."""
        row = self._row(target, looked)
        if looked.decision.parent:
            row = self._commit(target, looked, replace(row, state=ChangeState.COMMITTING), self.known(target))
        uuids = tuple(account.uuid for account in accounts)
        described = identity.text(looked.body)
        row = replace(row, state=ChangeState.OPENING, opened=self._now(), reviewers=uuids, described=described)
        self._save(row)
        made, dropped = self._create(target, looked, asked, accounts)
        self._keep(replace(row, described=identity.text(made.description), reviewers=()), made)
        return MigrationOutcome(target, looked, looked.decision.act, made, dropped=dropped)

    def _update(
        self, target: Destination, looked: Looked, known: Migration | None, found: PullRequest
    ) -> MigrationOutcome:
        row = known or self._row(target, looked)
        row = replace(row, state=ChangeState.UPDATING, pull_request=found.number, base=looked.situation.head)
        row = self._commit(target, looked, row, known)
        row, found, dropped = self._described(target, looked, row, found)
        self._keep(row, found)
        return MigrationOutcome(target, looked, Act.UPDATE, found, dropped=dropped)

    def _described(
        self, target: Destination, looked: Looked, row: Migration, found: PullRequest
    ) -> tuple[Migration, PullRequest, tuple[str, ...]]:
        """The description as it should read now, unless people have edited it, or may have; and which reviewers had to
        go for it: Bitbucket refuses every change of a pull request that somebody who left should review."""
        if not row.described or row.described == identity.text(looked.body):
            return row, found, ()
        workspace, slug = target.repository.workspace, target.repository.slug
        now = pull_requests.one(self.client, workspace, slug, found.number)
        if not now.open or identity.text(now.description) != row.described:
            return row, now, ()
        present = now.reviewers or ()
        active = [uuid for uuid in present if self._active(uuid)]
        made = pull_requests.describe(self.client, workspace, slug, now, looked.body, active)
        gone = tuple(uuid for uuid in present if uuid not in active)
        return replace(row, described=identity.text(made.description), reviewers=tuple(active)), made, gone

    def _active(self, uuid: str) -> bool:
        """Whether they can review, as far as Bitbucket tells, which is asked once."""
        with self.asking:
            if uuid not in self.reviewers:
                self.reviewers[uuid] = account.active(self.client, uuid) is not False
            return self.reviewers[uuid]

    def _commit(self, target: Destination, looked: Looked, row: Migration, known: Migration | None) -> Migration:
        parent, situation = looked.decision.parent, looked.situation
        if situation.tip and not (known and known.base == situation.head):
            return self._join(target, looked, row)
        marks = identity.Marks(situation.change, identity.seal(parent, looked.files))
        self._save(row)
        sha = source_commits.commit(
            self.client,
            target.repository.workspace,
            target.repository.slug,
            branch=situation.branch,
            parent=parent,
            message=identity.signed(looked.message, marks, target.destination),
            files=looked.files,
        )
        if not sha:
            raise ApiError(Cause.GARBLED, "Bitbucket does not say which commit it made")
        row = replace(row, head=sha, digest=situation.change)
        self._save(row)
        return row

    def _join(self, target: Destination, looked: Looked, row: Migration) -> Migration:
        """On top of a branch that lags behind its destination, which would else conflict with what is changed."""
        parent, situation = looked.decision.parent, looked.situation
        seal = identity.seal(f"{parent} {situation.head}", looked.files)
        marks = identity.Marks(situation.change, seal)
        message = identity.signed(looked.message, marks, target.destination)
        self._save(row)
        sha = self.reader.join(target, situation.branch, parent, situation.head, looked.files, message)
        row = replace(row, head=sha, digest=situation.change)
        self._save(row)
        return row

    def _create(
        self, target: Destination, looked: Looked, asked: Sequence[Account], accounts: Sequence[Account]
    ) -> tuple[PullRequest, tuple[str, ...]]:
        """Open it with as many of the reviewers as Bitbucket takes, and who of `asked` is none: those that it names are
        dropped, else those who have left, which it says without a name, else one of them in turn, else all. A refused
        request changes nothing."""
        left = list(accounts)
        while True:
            made, error = self._post(target, looked, left)
            if made:
                return made, _names(asked, left)
            words = error.fields["reviewers"] if error else ""
            bad = [one for one in left if one.name and one.name in words]
            bad = bad or [one for one in left if not self._active(one.uuid)]
            if not bad:
                break
            left = [one for one in left if one not in bad]
        for fewer in [*([one for one in left if one is not out] for out in left), []]:
            made, error = self._post(target, looked, fewer)
            if made:
                return made, _names(asked, fewer)
        raise error or AssertionError

    def _post(
        self, target: Destination, looked: Looked, accounts: Sequence[Account]
    ) -> tuple[PullRequest | None, ApiError | None]:
        """The pull request, or the error where the reviewers are what is refused."""
        try:
            made = pull_requests.create(
                self.client,
                target.repository.workspace,
                target.repository.slug,
                title=looked.title,
                description=looked.body,
                source=looked.situation.branch,
                destination=target.destination,
                reviewers=[account.uuid for account in accounts],
                draft=self.draft,
            )
        except ApiError as error:
            if error.kind is not Cause.INVALID or "reviewers" not in error.fields or not accounts:
                raise
            return None, error
        return made, None

    def _grant(
        self, target: Destination, looked: Looked, asked: Sequence[Account]
    ) -> tuple[Sequence[Account], MigrationOutcome | None]:
        """Who of the default reviewers is asked, or why no further pull request is opened now. Whoever has left is not
        waited for."""
        accounts = list(asked)
        while True:
            held = self.ledger.do(partial(self._held, target, tuple(account.uuid for account in accounts)))
            if held is None:
                return accounts, None
            if held.words:
                return (), MigrationOutcome(target, looked, waits=held.words, ends=True)
            gone = [uuid for uuid in held.busy if not self._active(uuid)]
            if not gone:
                names = ", ".join(account.name or account.uuid for account in accounts if account.uuid in held.busy)
                count = f"{self.limits.per_reviewer} open already (--per-reviewer)"
                return (), MigrationOutcome(target, looked, waits=f"reviewers who have {count}: {names}")
            accounts = [account for account in accounts if account.uuid not in gone]

    def _held(self, target: Destination, uuids: tuple[str, ...]) -> Held | None:
        """In the thread of the ledger: what is in the way; None where it is granted, which counts from now on. Raises
        ApiError where no more requests may be sent."""
        key, now = _key(target), self.clock()
        others = len(self.granted.keys() - {key})
        self.client.spares(_WRITES * (others + 1), f"the pull request of {target.repository.slug}")
        traffic = self.traffic(key)
        if words := pacing.halted(traffic, self.limits) or pacing.spent(traffic, self.limits, now):
            return Held(words)
        if busy := pacing.busy(traffic, self.limits, uuids):
            return Held(busy=busy)
        self.granted[key] = (now, uuids)
        self.opened.add(key)
        return None

    def traffic(self, but: _Key = ("", "")) -> Traffic:
        """That of all other targets, as the ledger has it now, as other runs count too; and of those that this run is
        about to open. In the thread of the ledger."""
        granted = {key: one for key, one in self.granted.items() if key != but}
        rows = [one for one in self.ledger.changes() if (one.uuid, one.destination) not in {but, *granted}]
        waiting = Counter(
            uuid for one in rows if one.state in (ChangeState.OPENING, ChangeState.OPEN) for uuid in one.reviewers
        )
        waiting.update(uuid for _, uuids in granted.values() for uuid in uuids)
        runs = Counter(one.run for one in rows if one.state == ChangeState.MERGED)
        opened = [datetime.fromisoformat(one.opened).timestamp() for one in rows if one.opened]
        opened += [moment for moment, _ in granted.values()]
        return Traffic(tuple(opened), waiting, runs["green"], runs["red"])

    # The ledger

    def known(self, target: Destination) -> Migration | None:
        """What was begun, and not merely what failed."""
        found = self.ledger.change(target.repository.uuid, target.destination)
        return found if found and found.begun else None

    def _answered(self, target: Destination) -> None:
        """No error is kept of what could be dealt with."""
        found = self.ledger.change(target.repository.uuid, target.destination)
        if found and found.state == ChangeState.ERROR:
            self.ledger.drop(found.uuid, found.destination)
        elif found and found.error:
            self._save(replace(found, error=""))

    def _row(self, target: Destination, looked: Looked) -> Migration:
        tip = looked.situation.tip
        return Migration(
            uuid=target.repository.uuid,
            destination=target.destination,
            branch=looked.situation.branch,
            state=ChangeState.OPENING,
            at=self._now(),
            base=looked.situation.head,
            head=tip.sha if tip and tip.ours else "",
            digest=tip.change if tip and tip.ours else "",
        )

    def _keep(self, row: Migration, found: PullRequest) -> None:
        """The row as its pull request says."""
        state = _STATES.get(found.state, ChangeState.DECLINED)
        opened = row.opened or (found.created_on.isoformat() if found.created_on else "")
        reviewers = row.reviewers or found.reviewers or ()
        self._save(
            replace(
                row, state=state, pull_request=found.number, url=found.url, opened=opened, reviewers=reviewers, error=""
            )
        )

    def _save(self, row: Migration) -> None:
        self.ledger.keep(replace(row, at=self._now()))

    def _now(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).isoformat()


def _key(target: Destination) -> _Key:
    return target.repository.uuid, target.destination


def _again(error: ApiError) -> bool:
    """Whether it may be otherwise in a moment: Bitbucket does not always find a branch at once that it has just written
    (BITBUCKET_API.md 8, fact 10)."""
    return error.kind in _MOVED or (
        error.kind is Cause.INVALID and "branch not found" in error.fields.get("source", "")
    )


def _names(accounts: Sequence[Account], left: Sequence[Account]) -> tuple[str, ...]:
    return tuple(account.name or account.uuid for account in accounts if account not in left)
