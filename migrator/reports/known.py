"""What a report on a fleet is made of: what the ledger and the operator say, and what an auditor asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from migrator.findings.records import Verdict
from migrator.fleet.following import StatusRow
from migrator.fleet.operator import Wave
from migrator.fleet.packages import Picture
from migrator.fleet.records import ChangeState, FleetRepository, Migration, SeenFinding, StoredVariable
from migrator.rulebook.records import ReasonEntry
from migrator.secrets.plan import Plan, PlanRow
from migrator.secrets.records import Listing
from migrator.secrets.signing import Signature
from migrator.secrets.tokens import Token, TokenRow


class Owned(Struct, frozen=True):
    """A destination of a repository, and what its branch held when it was `scanned`, '' for never."""

    repository: FleetRepository
    standing: StatusRow
    findings: tuple[SeenFinding, ...] = ()
    wave: Wave | None = None
    scanned: str = ""

    @property
    def outdated(self) -> bool:
        """Whether the change was merged after the scan. A moment that is none is before no merge."""
        change = self.standing.change
        if change is None or change.state != ChangeState.MERGED or not self.scanned:
            return False
        try:
            return datetime.fromisoformat(self.scanned) <= datetime.fromisoformat(change.at)
        except (ValueError, TypeError):
            return False

    @property
    def left(self) -> tuple[SeenFinding, ...]:
        """The findings without those that a merged change took away: the safe ones, as far as is known. None of a
        repository that does not count."""
        if not self.standing.standing.counts:
            return ()
        return tuple(one for one in self.findings if not (self.outdated and one.verdict is Verdict.SAFE))


class KeptVariable(Struct, frozen=True):
    """A stored variable as a look for secrets saw it on a day, without a verdict. `repository` is '' for one of the
    workspace."""

    repository: str
    variable: StoredVariable
    at: str


class PlanOutcome(Struct, frozen=True):
    """What the log says last of a variable of the plan, '' where it says nothing."""

    row: PlanRow
    text: str


class Audit(Struct, frozen=True):
    """`listing` None: none was given. `tokens` are judged, `unjudged` only as their owner lists them. `signatures`
    None: nobody says whose count. `kept` is what the ledger holds of variables that logins use, `unread` what could not
    be looked at and why."""

    listing: Listing | None = None
    tokens: tuple[TokenRow, ...] = ()
    unjudged: tuple[Token, ...] = ()
    plan: Plan | None = None
    signatures: tuple[Signature, ...] | None = None
    outcomes: tuple[PlanOutcome, ...] = ()
    kept: tuple[KeptVariable, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()


class Fleet(Struct, frozen=True):
    """All that a report is made of."""

    workspace: str
    owned: tuple[Owned, ...]
    changes: tuple[Migration, ...]
    picture: Picture
    reasons: Mapping[str, ReasonEntry]
    audit: Audit = Audit()
