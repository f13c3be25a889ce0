"""The text that a finding is about, so that it can be known again when lines have moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from migrator.findings.records import Finding
from migrator.text.mask import mask, printable
from migrator.text.source import Source, Span


def snippet(finding: Finding, sources: Mapping[str, Source], secrets: Mapping[str, Collection[Span]]) -> str:
    """One line: literal credentials masked, runs of white space as one blank, control characters spelt out."""
    span = finding.span
    text = sources[finding.path].text[span.start : span.end]
    return printable(" ".join(mask(text, secrets.get(finding.path, ()), span.start).split()))


def fingerprints(
    findings: Sequence[Finding], sources: Mapping[str, Source], secrets: Mapping[str, Collection[Span]]
) -> list[str]:
    """The same for the same masked text in the same file, wherever it stands; equal ones are numbered."""
    import hashlib

    seen = Counter[str]()
    made = []
    for finding in findings:
        key = "\0".join((finding.rule, finding.path, snippet(finding, sources, secrets)))
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        seen[digest] += 1
        made.append(f"{digest}:{seen[digest]}")
    return made
