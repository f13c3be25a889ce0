"""What may become of stored variables and tokens, as text, Markdown and JSON. Nothing here looks at a value."""

from migrator.reports.stored.machine import document
from migrator.reports.stored.markdown import markdown
from migrator.reports.stored.table import table

__all__ = ["document", "markdown", "table"]
