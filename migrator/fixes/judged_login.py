"""A login with the answers to all questions about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.findings.records import Reason
from migrator.fixes.bridge import Bridge
from migrator.fixes.login import PackagesLogin
from migrator.fixes.points import Point

if TYPE_CHECKING:
    from migrator.fixes.pipe.planning import PipePlan


class JudgedLogin(Struct, frozen=True, eq=False):
    """`login` is edited at `points`, given the native pair by a `bridge`, or becomes a pipe as `pipe` says."""

    login: PackagesLogin
    reasons: tuple[Reason, ...] = ()
    assumptions: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    bridge: Bridge | None = None
    pipe: PipePlan | None = None

    @property
    def safe(self) -> bool:
        return not self.reasons and not self.login.native
