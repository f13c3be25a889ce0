"""What is known of a stored variable, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, field

from migrator.bitbucket.inventory import NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.secrets.references.records import Found
from migrator.text.patterns import regex
from migrator.text.toml import Filled, Name

_APART = regex(r"[\W_]+")


def deployment(name: str) -> str:
    """The name of a deployment as names are compared: whether case, blanks and hyphens tell two apart is documented
    nowhere, so they do not."""
    return _APART.sub("-", name.casefold()).strip("-")


class RemovalVerdict(StrEnum):
    """What may become of a variable."""

    SHADOWS = "shadows-native"
    """It has the name of a native variable, which no step can see while it is there."""
    UNDEFINED = "undefined-variable"
    """A login on a branch reads it, and no level has it."""
    IN_USE = "in-use"
    """Something that runs now reads it."""
    CANNOT_TELL = "cannot-tell"
    """Nothing that was read uses it, but something that could was not read, or does not say what it reads."""
    NOT_CHECKED = "not-checked"
    """Its level could not be read."""
    AFTER_MERGE = "after-merge"
    """Only lines use it that an open change of this tool takes away."""
    ROLLBACK = "rollback-only"
    """Only what could be run again would use it: a tag, an old run."""
    ACCEPTED = "removable-with-accepted-risk"
    """Removable, but for doubts that a person has waived."""
    REMOVABLE = "removable"

    @property
    def may_go(self) -> bool:
        return self in (RemovalVerdict.REMOVABLE, RemovalVerdict.ACCEPTED)


class Stand(StrEnum):
    """When a commit can run."""

    NOW = "now"
    """A branch, or a run that is not at its end."""
    AGAIN = "again"
    """Only when someone runs it again: a tag, an old run."""


class Evidence(Struct, frozen=True, order=True):
    """One thing that was seen. `kind` is how a reference is written, or `doubt:` and what defeats proof, or
    `not-looked`; `text` holds fixed words and names only, nothing else of a file."""

    kind: str
    ref: str
    path: str
    line: Annotated[int, Meta(ge=0)]
    text: str


class RefFacts(Struct, frozen=True):
    """What the files of one commit say. `ref` is how people call it; `committed` is in seconds since 1970 UTC.

    `runs`: it has a pipelines file. `environments` are the deployments of its steps as `deployment` spells them, None
    where any may be one. `reached` are the paths that its steps lead to. `change_of` is the branch that it is an open
    change of, made by this tool. `last_run` is an ISO date, '' where there was none within the window.
    `needs` are the places of a branch, by name, where a login reads what nothing but a stored variable can give.
    `uses_elsewhere` (by name) and `doubts_elsewhere` stand in pipelines that are imported from other repositories,
    `unresolved` are the imports that could not be read.
    """

    ref: str
    stand: Stand
    commit: str
    committed: int
    author: str
    found: Found
    runs: bool
    environments: frozenset[str] | None = frozenset()
    reached: frozenset[str] = frozenset()
    change_of: str = ""
    last_run: str = ""
    needs: tuple[tuple[str, Evidence], ...] = ()
    uses_elsewhere: tuple[tuple[str, Evidence], ...] = ()
    doubts_elsewhere: tuple[Evidence, ...] = ()
    unresolved: frozenset[str] = frozenset()


class Leaving(Struct, frozen=True):
    """Variables whose credential a step of a branch hands to what outlives it (the rule `credential-leaves-step`), and
    those that may be among them, for they stand in a pipelines file that cannot be read."""

    names: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    @classmethod
    def of(cls, every: Iterable[Leaving]) -> Leaving:
        found = list(every)
        return cls(
            frozenset(name for one in found for name in one.names),
            frozenset(name for one in found for name in one.unread),
        )


class RepositoryFacts(Struct, frozen=True):
    """`gaps` are clauses about what could not be read of the repository as a whole; `heads` the commits by full ref.
    `candidates` are variables that a login to Packages uses or once used. `asked`: its own variables were asked for,
    which is left out of one that never had pipelines."""

    repository: str
    refs: tuple[RefFacts, ...]
    candidates: frozenset[str]
    variables: tuple[Variable, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    gaps: tuple[str, ...] = ()
    heads: Mapping[str, str] = field(default_factory=dict)
    leaving: Leaving = Leaving()
    asked: bool = True


class Waiver(Struct, frozen=True, forbid_unknown_fields=True):
    """A person's word that a doubt does not matter: of this kind, in this file and for this variable, '' for any."""

    doubt: str
    reason: Filled
    until: date
    path: Filled = ""
    variable: Name = ""

    def covers(self, doubt: str, path: str, variable: str, today: date) -> bool:
        wanted = (self.doubt == doubt, self.path in ("", path), self.variable in ("", variable))
        return all(wanted) and today <= self.until


class Alive(Struct, frozen=True):
    """A branch that keeps a variable in use."""

    branch: str
    author: str
    committed: int
    last_run: str


class VariableRow(Struct, frozen=True):
    """A variable and what may become of it. `repository` is '' for one of the workspace. One that is undefined is on no
    level, whatever its record says.

    `uncovers` are the levels whose variable of the same name comes through once this one is gone. Of what is seen on
    many branches the first few are kept, and how many more there are.
    """

    repository: str
    variable: Variable
    verdict: RemovalVerdict
    evidence: tuple[Evidence, ...] = ()
    assumptions: tuple[str, ...] = ()
    alive: tuple[Alive, ...] = ()
    uncovers: tuple[Level, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    evidence_others: int = 0
    alive_others: int = 0

    @property
    def places(self) -> int:
        """How many pieces of evidence there are."""
        return len(self.evidence) + self.evidence_others

    @property
    def branches(self) -> int:
        """How many keep it in use."""
        return len(self.alive) + self.alive_others

    @property
    def level(self) -> str:
        """Where it is stored, '' for nowhere."""
        return "" if self.verdict is RemovalVerdict.UNDEFINED else str(self.variable.level)


class StoredAt(Struct, frozen=True, order=True):
    """Where a variable is stored: `repository` is '' on the workspace level, `environment` '' on all but deployment."""

    level: Level
    repository: str
    environment: str
    key: str

    @classmethod
    def of(cls, variable: Variable, repository: str) -> StoredAt:
        """`repository` is the one whose pipelines see it; that of a variable of the workspace is left out."""
        shared = variable.level is Level.WORKSPACE
        return cls(variable.level, "" if shared else repository, variable.environment or "", variable.key)


class Listing(Struct, frozen=True):
    """The rows of a workspace or of one repository of it; `others` counts variables that no login to Packages uses.

    `stored` are all variables that were seen, rows or not. `heads` has every repository that was read, `failed` those
    that were not and why. `leaving` as in RepositoryFacts, of all repositories. `unasked` never had pipelines, so that
    their variables were not asked for. `left` could not be asked yet, for the reason `why`. `since` is the moment of
    the oldest answer that it rests on, '' where all are of this run. `elsewhere` are how many belong to other parts.
    """

    workspace: str
    rows: tuple[VariableRow, ...]
    not_checked: tuple[tuple[str, NotChecked], ...] = ()
    others: int = 0
    heads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    failed: tuple[tuple[str, str], ...] = ()
    stored: frozenset[StoredAt] = frozenset()
    leaving: Leaving = Leaving()
    unasked: frozenset[str] = frozenset()
    left: tuple[str, ...] = ()
    why: str = ""
    since: str = ""
    elsewhere: int = 0
