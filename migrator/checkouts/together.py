"""Several analyses as the one report that is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from migrator.checkouts.analysis import Analysis
from migrator.findings import masking, naming
from migrator.findings.ignores import Note
from migrator.findings.records import Report
from migrator.prefilter.leads import is_script
from migrator.rulebook.records import ReasonEntry, Rule


class Together(Struct, frozen=True):
    """Paths are as they are shown, or as `name` says; every literal credential is known to `report.secrets`.

    `only_scripts`: what was asked for are files that pipelines run, none that holds pipelines.
    """

    report: Report
    rules: Mapping[str, Rule]
    reasons: Mapping[str, ReasonEntry]
    notes: tuple[Note, ...]
    only_scripts: bool

    @classmethod
    def of(cls, analyses: Sequence[Analysis], name: Callable[[Analysis, str], str] = Analysis.name) -> Together:
        return cls(
            report=naming.merged(masking.masked(naming.renamed(one.report, partial(name, one))) for one in analyses),
            rules={id: rule for one in analyses for id, rule in one.rules.items()},
            reasons={code: entry for one in analyses for code, entry in one.reasons.items()},
            notes=tuple(replace(note, path=name(one, note.path)) for one in analyses for note in one.notes),
            only_scripts=all(one.scope.files and not one.scope.folders for one in analyses)
            and all(is_script(path) for one in analyses for path in one.scope.files),
        )
