"""Several analyses as the one report that is shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.checkouts.analysis import Analysis
from migrator.findings import masking, naming
from migrator.findings.ignores import Note
from migrator.findings.records import Report
from migrator.options import UsageError
from migrator.rulebook.pages import is_address, pages
from migrator.rulebook.records import ReasonEntry, Rule

DOCS = "PATLESS_DOCS_URL"
"""Where the documentation is, such as a company's copy of the site."""


class Together(Struct, frozen=True):
    """Paths are as they are shown, or as `name` says; every literal credential is known to `report.secrets`.

    `only_files`: no folder was asked for, so that no pipelines file need be there.
    """

    report: Report
    rules: Mapping[str, Rule]
    reasons: Mapping[str, ReasonEntry]
    notes: tuple[Note, ...]
    only_files: bool
    roots: tuple[Path, ...]

    @property
    def pages(self) -> dict[str, str]:
        """Addresses of pages about rules and reasons, by code. Raises UsageError."""
        base = os.environ.get(DOCS, "")
        if base and not is_address(base):
            raise UsageError(f"{DOCS} is not an http or https URL")
        return pages(self.rules, self.reasons, base)

    @classmethod
    def of(cls, analyses: Sequence[Analysis], name: Callable[[Analysis, str], str] = Analysis.name) -> Together:
        books = {one.more_rules: one.book for one in analyses}.values()
        return cls(
            report=naming.merged(masking.masked(naming.renamed(one.report, partial(name, one))) for one in analyses),
            rules={id: rule for one in books for id, rule in one.rules.items()},
            reasons={code: entry for one in books for code, entry in one.reasons.items()},
            notes=tuple(replace(note, path=name(one, note.path)) for one in analyses for note in one.notes),
            roots=tuple(one.root for one in analyses),
            only_files=all(one.scope.files and not one.scope.folders for one in analyses),
        )
