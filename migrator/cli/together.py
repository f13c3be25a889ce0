"""Several analyses as the one report that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.cli.analysis import Analysis
from migrator.core.findings import Report
from migrator.core.ignores import Note
from migrator.core.rules import ReasonEntry
from migrator.reports import naming, secrets


@dataclass(frozen=True, slots=True)
class Together:
    """Paths are as they are shown; every literal credential is known to `report.secrets`."""

    report: Report
    reasons: Mapping[str, ReasonEntry]
    notes: tuple[Note, ...]

    @classmethod
    def of(cls, analyses: Sequence[Analysis]) -> Together:
        return cls(
            report=naming.merged(secrets.masked(naming.renamed(one.report, one.name)) for one in analyses),
            reasons={code: entry for one in analyses for code, entry in one.reasons.items()},
            notes=tuple(replace(note, path=one.name(note.path)) for one in analyses for note in one.notes),
        )
