"""A file per output format. Each has `write(subject, paint)`, which gives the text of a subject that has what it needs.

A new format is a file here, its name in `Format`, and its place in what the commands offer.
"""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module

from migrator.reports.document import Subject
from migrator.reports.paint import Paint


class Format(StrEnum):
    """The name of each is that of its file."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"


FINDINGS = (Format.TEXT, Format.JSON, Format.SARIF, Format.JUNIT, Format.HTML)
"""What `check` offers."""
VARIABLES = (Format.TEXT, Format.JSON, Format.MARKDOWN, Format.HTML)
"""What `secrets list` and `secrets plan` offer."""
PICTURE = (Format.TEXT, Format.JSON, Format.MARKDOWN)
"""What `fleet packages` offers."""
PLAIN = (Format.TEXT, Format.JSON)
"""What every other command offers that has formats."""


def write(format: Format, subject: Subject, paint: Paint = Paint()) -> str:
    """`subject` as `format`. No other format is imported for it."""
    text: str = import_module(f"{__name__}.{format}").write(subject, paint)
    return text
