"""A login to Packages while it is being judged."""

from __future__ import annotations

from msgspec import Struct, field

from migrator.findings.records import Reason, ScriptChange, Verdict
from migrator.fixes.origin import Origin, Point, references
from migrator.reading.steps import Shell
from migrator.rulebook.records import Registry
from migrator.sinks.logins import Login
from migrator.text.edits import Edit
from migrator.text.source import Span

Site = tuple[Span, tuple[int, ...]]
"""An expansion, and the function calls that it is made in."""


class Bridge(Struct, frozen=True):
    """One line of a step that gives a called file the native pair. `before`: where in the script it comes. `outsider`
    is who else uses the file at `path`."""

    edits: tuple[Edit, ...]
    changes: tuple[ScriptChange, ...]
    before: int
    path: str
    outsider: str


class Judged(Struct, eq=False):
    """A login while it is being judged."""

    shell: Shell
    login: Login
    registry: Registry
    username: Origin
    password: Origin
    reasons: list[Reason] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    points: set[Point] = field(default_factory=set)
    bridge: Bridge | None = None

    @property
    def native(self) -> bool:
        """Nothing to change: both come from the native pair on every way."""
        return all(
            not part.stored and not part.literals and part.obstacle is None for part in (self.username, self.password)
        )

    @property
    def stored(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.username.stored, *self.password.stored)))

    @property
    def signature(self) -> tuple[object, ...]:
        texts = (tuple(text.text for text in part.literals) for part in (self.username, self.password))
        return (self.username.stored, self.password.stored, self.username.native, self.password.native, *texts)

    @property
    def sites(self) -> frozenset[Site]:
        return references(self.login.username) | references(self.login.password)

    @property
    def safe(self) -> bool:
        return not self.reasons

    @property
    def blocked(self) -> bool:
        return any(reason.verdict is Verdict.REPORT_ONLY for reason in self.reasons)
