"""A file per output format. Each has `write(subject, paint)`, which gives the text of a subject that has what it needs.

A new format is a file here, its name in `Format` (`migrator/options/output.py`), and its place in what the commands
offer there.
"""

from __future__ import annotations

from importlib import import_module

from migrator.options.output import Format
from migrator.reports.document import Subject
from migrator.reports.paint import Paint


def write(format: Format, subject: Subject, paint: Paint = Paint()) -> str:
    """`subject` as `format`. No other format is imported for it."""
    text: str = import_module(f"{__name__}.{format}").write(subject, paint)
    return text
