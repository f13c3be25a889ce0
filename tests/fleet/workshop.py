"""One repository of a Bitbucket in memory, and whoever opens a pull request in it, without a server, git, or a disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import PullRequest
from migrator.bitbucket.session import Reply
from migrator.findings.records import Finding
from migrator.fixes.applying import FixPlan
from migrator.fleet.abreast import Place
from migrator.fleet.deciding import Policy, Situation, Tip, decide
from migrator.fleet.ledger import Ledger
from migrator.fleet.looking import TargetReader
from migrator.fleet.opening import Opener
from migrator.fleet.proposal import Proposal
from migrator.fleet.proposing import Destination, Looked
from migrator.fleet.records import FleetRepository, Migration
from migrator.fleet.sharing import SharedLedger
from migrator.options.fleet import Limits

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

HEAD, TIP, MADE = "a" * 40, "b" * 40, "c" * 40
NOW = 1_800_000_000.0
TODAY = "2027-01-15T08:00:00+00:00"
WEB = Destination(FleetRepository("{web}", "acme", "web", main_branch="main"), "main")
ROW = Migration("{web}", "main", "patless/main", "pr-open", "before", pull_request=1, described="?")
OTHER = replace(ROW, uuid="{api}", opened=TODAY)
FILES = {"bitbucket-pipelines.yml": b"new\n"}
NEEDS = Situation("main", HEAD, "patless/main", change="new")
OURS, DONE = Tip(TIP, True, "old"), Tip(TIP, True, "new")
BODY = "The body."
_Found = TypeVar("_Found")


def looked(situation: Situation = NEEDS, held: int = 0) -> Looked:
    """What is seen, and what is to be done about it; `held` findings stay as they are."""
    plan = FixPlan((), (cast(Finding, None),) * held)
    about = Proposal("acme", "web", "main")
    return Looked(situation, decide(situation, Policy()), FILES, about, plan, "The title", BODY, "The message")


def refused(words: str | None = None, kind: Cause = Cause.INVALID, part: str = "reviewers") -> ApiError:
    return ApiError(kind, "no", fields=None if words is None else {part: words})


@dataclass
class Workshop:
    """Bitbucket, git, the ledger and the turns of one run. `sent` are the requests, `errors` what the next ones of a
    method get, `turns` what happened to its turn, `kept` each row that was written."""

    seen: list[Looked]
    reviewers: list[tuple[str, str]] = field(default_factory=list)
    status: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, list[Exception | None]] = field(default_factory=dict)
    rows: dict[tuple[str, str], Migration] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    draft: bool = False
    most: int = 1000
    foreign: bool = False
    location: str = f"/commit/{MADE}"
    answer: dict[str, Any] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    kept: list[Migration] = field(default_factory=list)
    spared: list[tuple[int, str]] = field(default_factory=list)
    joined: list[tuple[object, ...]] = field(default_factory=list)
    given: list[Migration | None] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    looks: int = 0
    seconds: float = 0.0
    late: list[float] = field(default_factory=list)
    base: str = "https://api.bitbucket.org/2.0"

    def __post_init__(self) -> None:
        self.opener = Opener(
            cast("Client", self),
            SharedLedger(cast(Ledger, self), self.do),
            cast(TargetReader, self),
            self.limits,
            self.draft,
            lambda: NOW,
        )

    def do(self, work: Callable[[], _Found]) -> _Found:
        return work()

    # Time

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    # The ledger

    def change(self, uuid: str, destination: str) -> Migration | None:
        return self.rows.get((uuid, destination))

    def changes(self, uuid: str = "") -> list[Migration]:
        return [one for key, one in sorted(self.rows.items()) if uuid in ("", key[0])]

    def keep(self, row: Migration) -> None:
        self.kept.append(row)
        self.rows[row.uuid, row.destination] = row

    def drop(self, uuid: str, destination: str) -> None:
        del self.rows[uuid, destination]

    def claim(self, uuid: str) -> bool:
        if not self.foreign:
            self.claims.append(uuid)
        return not self.foreign

    def free(self, uuid: str) -> None:
        self.claims.remove(uuid)

    # The reader

    def look(self, target: Destination, known: Migration | None) -> Looked:
        self.given.append(known)
        self.looks += 1
        if self.late:
            self.seconds += self.late.pop(0)
        return self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]

    def join(
        self, target: Destination, branch: str, tip: str, head: str, files: Mapping[str, bytes], message: str
    ) -> str:
        self.joined.append((target.destination, branch, tip, head, files, message))
        self._fail("JOIN")
        return MADE

    # The turn

    def turn(self) -> None:
        self.turns.append(f"turn {len(self.sent)}")

    def stop(self) -> None:
        self.turns.append("stop")

    def begins(self) -> None:
        self.turns.append("begins")

    def passed(self) -> None:
        self.turns.append("passed")

    # Bitbucket

    def spares(self, count: int, what: str) -> None:
        self.spared.append((count, what))
        if count > self.most:
            raise ApiError(Cause.SPENT, f"{what} not started")

    def document(self, path: str, params: object = None) -> dict[str, object]:
        self._asked("GET", path)
        if path.startswith("/users/"):
            uuid = path.rpartition("/")[2].replace("%7B", "{").replace("%7D", "}")
            return {"account_status": self.status.get(uuid, "active")}
        if path.endswith("/effective-default-reviewers"):
            users = [{"uuid": uuid, "display_name": name} for uuid, name in self.reviewers]
            return {"values": [{"uuid": one["uuid"], "user": one} for one in users]}
        return self.pulls[int(path.rpartition("/")[2])]

    def post_json(self, path: str, document: dict[str, Any]) -> Reply:
        self.bodies.append(document)
        self._asked("POST", path)
        number = len(self.pulls) + 1
        self.pulls[number] = pull(number, **{**document, **self.answer})
        return self._reply(self.pulls[number])

    def put(self, path: str, document: dict[str, Any]) -> Reply:
        self.bodies.append(document)
        self._asked("PUT", path)
        number = int(path.rpartition("/")[2])
        self.pulls[number] |= {**document, **self.answer}
        return self._reply(self.pulls[number])

    def post_form(self, path: str, fields: Iterable[tuple[str, str | bytes]]) -> Reply:
        self.bodies.append(dict(fields))
        self._asked("COMMIT", path)
        return Reply(path, 201, {"Location": self.location}, b"")

    def _asked(self, method: str, path: str) -> None:
        self.sent.append(f"{method} {path.removeprefix('/repositories/acme/').removeprefix('web/')}")
        self._fail(method)

    def _fail(self, method: str) -> None:
        error = self.errors[method].pop(0) if self.errors.get(method) else None
        if error:
            raise error

    @staticmethod
    def _reply(document: object) -> Reply:
        return Reply("", 200, {}, json.dumps(document).encode())

    @property
    def states(self) -> list[str]:
        """Those that were kept of the repository, one after the other."""
        return [one.state for one in self.kept if one.uuid == WEB.repository.uuid]

    @property
    def row(self) -> Migration:
        return self.rows["{web}", "main"]

    @property
    def place(self) -> Place:
        return cast(Place, self)


def pull(number: int = 1, state: str = "OPEN", **more: Any) -> dict[str, Any]:
    """A pull request as Bitbucket spells it."""
    ends = {"source": "patless/main", "destination": "main"}
    made: dict[str, Any] = {
        "id": number,
        "state": state,
        "title": "The title",
        "description": BODY,
        **{end: {"branch": {"name": name}, "repository": {"full_name": "acme/web"}} for end, name in ends.items()},
        "reviewers": [],
        "links": {"html": {"href": f"https://bitbucket.org/acme/web/pull-requests/{number}"}},
        "created_on": "2027-01-02T00:00:00+00:00",
    }
    return made | {key: value for key, value in more.items() if key not in ends}


def listed(number: int = 1, state: str = "OPEN", reviewers: tuple[str, ...] | None = None) -> PullRequest:
    """The same one as it is found in a list, which does not name reviewers."""
    return PullRequest(
        number=number,
        state=state,
        title="The title",
        description=BODY,
        source="patless/main",
        source_sha=None,
        destination="main",
        destination_sha=None,
        repository="acme/web",
        from_here=True,
        reviewers=reviewers,
        draft=False,
        close_source_branch=True,
        merge_commit=None,
        url="https://bitbucket.org/acme/web/pull-requests/1",
        created_on=None,
        updated_on=None,
    )
