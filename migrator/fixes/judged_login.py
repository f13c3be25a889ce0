"""A login with the answers to all questions about it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.findings.records import Reason
from migrator.fixes.bridge import Bridge
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion
from migrator.fixes.points import Point
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.fixes.pipe.planning import PipePlan


class JudgedLogin(Struct, frozen=True, eq=False, dict=True):
    """`login` is edited at `points`, given the native credentials by a `bridge`, or becomes a pipe as `pipe` says: that
    is why not where it becomes none. The `opinions` are in the order in which they were asked for."""

    login: PackagesLogin
    opinions: tuple[Opinion, ...] = ()
    points: tuple[Point, ...] = ()
    bridge: Bridge | None = None
    pipe: PipePlan | Reason | None = None

    @property
    def plan(self) -> PipePlan | None:
        """What a pipe takes out and puts in."""
        return None if isinstance(self.pipe, Reason) else self.pipe

    @property
    def spans(self) -> tuple[Span, ...]:
        """What would go where it stands."""
        return self.plan.removed if self.plan else tuple(point.span for point in self.points)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(reason for one in self.opinions for reason in one.reasons)

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        return tuple(assumption for one in self.opinions for assumption in one.assumptions)

    @property
    def safe(self) -> bool:
        return not self.reasons and not self.login.native
