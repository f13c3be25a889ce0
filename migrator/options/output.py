"""How what is found can be told."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """The name of each is that of its file in `migrator/reports/formats/`."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
    HTML = "html"


FINDINGS = (Format.TEXT, Format.JSON, Format.SARIF, Format.JUNIT, Format.GITHUB, Format.GITLAB, Format.HTML)
"""What `check` offers."""
VARIABLES = (Format.TEXT, Format.JSON, Format.MARKDOWN, Format.HTML)
"""What `secrets list` and `secrets plan` offer."""
PICTURE = (Format.TEXT, Format.JSON, Format.MARKDOWN)
"""What `fleet packages` offers."""
PLAIN = (Format.TEXT, Format.JSON)
"""What every other command offers that has formats."""


class Colour(StrEnum):
    """Where there is any."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"
