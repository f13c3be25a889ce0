"""What an analysis says: findings with verdicts, reasons and edits; what could not be read; packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.text.edits import Edit
from migrator.text.literals import Repeated, repeated
from migrator.text.source import Position, Source, Span


class Verdict(StrEnum):
    """Whether `patless fix` applies a fix.

    Safe: the step runs the same commands with the same arguments, if what the fix assumes holds; `fix` applies it.
    Unsafe: patless can't tell that, and the reasons say why; only `fix --unsafe-fixes` applies it, after review.
    Report-only: no automatic fix.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    REPORT_ONLY = "report-only"

    @property
    def strictness(self) -> int:
        return (Verdict.SAFE, Verdict.UNSAFE, Verdict.REPORT_ONLY).index(self)


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Reason(Struct, frozen=True):
    """Why a finding needs review. `code` is a reason code of `rules/reasons.yml`.

    `detail` is a sentence about this finding. `subject` is what a person can settle (a package name, a variable),
    and fills the three ways out that the reason's entry describes; '' where there is nothing to name.
    """

    code: str
    verdict: Verdict
    detail: str
    subject: str = ""

    def scrubbed(self, scrub: Callable[[str], str]) -> Reason:
        return replace(self, detail=scrub(self.detail), subject=scrub(self.subject))


def blocking(reasons: Iterable[Reason]) -> bool:
    """Whether there is no fix, whatever a person allows."""
    return any(reason.verdict is Verdict.REPORT_ONLY for reason in reasons)


class Use(Struct, frozen=True, order=True):
    """A place that runs what a finding is about: a step, or an alias of one."""

    path: str
    position: Position


class AddedTask(Struct, frozen=True):
    """An item that a fix puts into a script for the platform to run: a mapping of `keys` to what is run, `name`, and to
    its variables."""

    keys: tuple[str, str]
    name: str
    variables: tuple[tuple[str, str], ...]


class ScriptChange(Struct, frozen=True):
    """What becomes of the script item whose text begins at `at`: `value` is its new text, None where it is gone;
    `added` are new items in its place, or after it."""

    at: int
    value: str | None
    added: tuple[str | AddedTask, ...] = ()


class PresenceCheck(Struct, frozen=True):
    """Where a step can ask whether a native variable is there before its fix uses it: in front of the script item whose
    text begins `at` a character of the pipelines file at `path`."""

    path: str
    at: int
    variable: str


class Finding(Struct, frozen=True):
    """One login or credential that should change, at one place of one file.

    `variables` are the stored variables that carry the credential. `remaining` names those of them that are
    still read somewhere in the step after the fix. `edits` is empty exactly where the verdict is report-only; `changes`
    say what the edits mean where they add or remove items of a script, `checks` what `fix --with-guard` adds. A comment
    that settles it stands on a line of it or above the line `above`, its own unless said; `comment` is what begins one
    in its file, '' where none can stand.
    """

    rule: str
    path: str
    span: Span
    position: Position
    end: Position
    severity: Severity
    message: str
    reasons: tuple[Reason, ...] = ()
    assumptions: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    registry: str | None = None
    uses: tuple[Use, ...] = ()
    edits: tuple[Edit, ...] = ()
    changes: tuple[ScriptChange, ...] = ()
    checks: tuple[PresenceCheck, ...] = ()
    above: int = 0
    comment: str = "#"

    @property
    def verdict(self) -> Verdict:
        if not self.edits:
            return Verdict.REPORT_ONLY
        return max((reason.verdict for reason in self.reasons), key=lambda v: v.strictness, default=Verdict.SAFE)

    @property
    def place(self) -> tuple[str, str, Span]:
        """What tells findings of one report apart."""
        return self.rule, self.path, self.span

    def blocked(self, reason: Reason) -> Finding:
        """The finding without its fix, for a reason that is report-only."""
        return self.held((reason,))

    def held(self, reasons: Iterable[Reason]) -> Finding:
        """The finding with more reasons, and without its fix where one is report-only."""
        every = tuple(dict.fromkeys((*self.reasons, *reasons)))
        return replace(self, reasons=every, **({"edits": (), "changes": ()} if blocking(every) else {}))

    def scrubbed(self, scrub: Callable[[str], str]) -> Finding:
        """With all that it says, and not what it writes, as `scrub` leaves it."""
        return replace(
            self,
            message=scrub(self.message),
            reasons=tuple(one.scrubbed(scrub) for one in self.reasons),
            assumptions=tuple(map(scrub, self.assumptions)),
            registry=self.registry and scrub(self.registry),
        )

    def __post_init__(self) -> None:
        if bool(self.edits) == blocking(self.reasons):
            raise ValueError("a finding has edits exactly where no reason is report-only")


class Skipped(Struct, frozen=True, order=True):
    """An input that could not be read. `error` says what is wrong and what to do; no quotes from the file."""

    path: str
    position: Position | None
    error: str


class Ownership(StrEnum):
    OWN = "own"
    FOREIGN = "foreign"
    SHARED = "shared"
    """Not pushed here, and readable with the native credentials all the same, as the operator of a workspace says."""
    UNKNOWN = "unknown"


class PackageType(StrEnum):
    CONTAINER = "container"
    NPM = "npm"
    PYTHON = "python"
    OTHER = "other"


class Package(Struct, frozen=True):
    """A container image of a Packages registry that the repository names, or an index of packages of another `type`.

    `name` has host and workspace and no tag, such as `registry.example/acme/web`; the platform's variable stands for
    the running repository's workspace where that is not known.
    """

    name: str
    ownership: Ownership
    why: str
    pushed: tuple[Use, ...] = ()
    read: tuple[Use, ...] = ()
    type: PackageType = PackageType.CONTAINER


class BaselineEntry(Struct, frozen=True, order=True):
    """What a baseline knows equal findings by. `snippet` is their text, normalised and masked."""

    rule: str
    path: str
    snippet: str


class LeftOut(Struct, frozen=True, order=True):
    """A place of a file about which nothing is reported, and `why`. `what` is a rule, or a login."""

    path: str
    position: Position
    what: str
    why: str


class Report(Struct, frozen=True, dict=True):
    """What one analysis of one repository found.

    `files` are those that hold pipelines, `sources` those that findings point into. `secrets` are the ranges of each
    file that hold a literal credential: whatever shows text of the file masks them first. Literals that are `ordinary`
    words are masked only where they stand. `stale` are entries of the baseline whose finding is not there any more, and
    how many. `left_out` are findings and logins that are not reported.
    `readers` names who reads a file that is no YAML.
    """

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    packages: tuple[Package, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    secrets: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    ignored: int = 0
    baselined: int = 0
    stale: Mapping[BaselineEntry, int] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    readers: Mapping[str, str] = field(default_factory=dict)
    ordinary: frozenset[str] = frozenset()

    @cached_property
    def literals(self) -> Repeated:
        """The literal credentials of all files, to be found again in other text."""
        return repeated(self.sources, self.secrets, self.ordinary)
