"""The text that a finding is about, so that it can be known again when lines have moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from migrator.core.findings import Finding
from migrator.core.mask import mask, printable
from migrator.core.text import Source, Span


def snippet(finding: Finding, sources: Mapping[str, Source], secrets: Mapping[str, Collection[Span]]) -> str:
    """One line: literal credentials masked, runs of white space as one blank, control characters spelt out."""
    span = finding.span
    text = sources[finding.path].text[span.start : span.end]
    return printable(" ".join(mask(text, secrets.get(finding.path, ()), span.start).split()))
