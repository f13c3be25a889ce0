"""JSON for programs, from the records of `migrator/reports/records/`. Within a schema version keys are only added."""

from __future__ import annotations

import json
from datetime import date, datetime

import msgspec
from msgspec import Struct

from migrator.reports.document import Subject, Table
from migrator.reports.formats import csv
from migrator.reports.paint import Paint


def write(subject: Subject, _: Paint = Paint()) -> str:
    return file(subject.files[".json"]())


def file(made: Table | Struct) -> str:
    """What a file beside a page holds."""
    return csv.text(made) if isinstance(made, Table) else dump(made)


def dump(record: object) -> str:
    """Escaping all but ASCII makes the output safe for every terminal and encoding, and lets it name files whose name
    is not text. This is the same as `indent=2`, which takes many times as long for a workspace."""
    made = msgspec.to_builtins(record, builtin_types=(date, datetime))
    return msgspec.json.format(json.dumps(made, default=_spelt), indent=2) + "\n"


def _spelt(moment: date | datetime) -> str:
    return moment.isoformat()
