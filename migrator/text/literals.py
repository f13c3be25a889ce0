"""Repetitions of literal credentials: what was found as a password in one place may stand in another, too."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrator.text.source import Source, Span

_LONG = 6
"""Literals of fewer characters are masked only where they were found: `admin` is also a word."""


def pattern(sources: Mapping[str, Source], secrets: Mapping[str, tuple[Span, ...]]) -> re.Pattern[str] | None:
    """Matches every literal credential of the files, None where there is none."""
    literals = {
        source.text[secret.start : secret.end] for path, source in sources.items() for secret in secrets.get(path, ())
    }
    longest_first = sorted((literal for literal in literals if len(literal) >= _LONG), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def everywhere(
    sources: Mapping[str, Source], secrets: Mapping[str, tuple[Span, ...]]
) -> Mapping[str, tuple[Span, ...]]:
    """`secrets` with every repetition of a literal in any of the files."""
    literals = pattern(sources, secrets)
    if literals is None:
        return secrets
    return {
        path: tuple(
            sorted({Span(*match.span()) for match in literals.finditer(source.text)} | set(secrets.get(path, ())))
        )
        for path, source in sources.items()
    }
