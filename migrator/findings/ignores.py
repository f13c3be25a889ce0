"""Comments that settle a finding: `# patless: ignore[rule-or-reason] why`, optionally with `until=2027-01-31`.

One stands on a line of the finding, or alone on the line directly above it; above the whole item or command where text
is joined from several lines, of which a comment would take the rest. Without a why it does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import Finding
from migrator.findings.selection import codes
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

_SLASHES = regex(r"\.(?:[cm]?[jt]sx?|gradle|java|kts?|groovy|scala|go|cs|rs)\Z")
_BARE = regex(r"\.json\Z")
"""Files without comments."""
_COMMENT = regex(r"#\s*patless:\s*ignore\[(?P<codes>[^\[\]]*)\](?P<why>.*)")
_UNTIL = regex(r"(?:^|\s)until=(?P<date>\S*)")
_QUOTED = regex(r"""(?<![^\s=(\[{,:"'])(?:"(?:\\.|[^"\\])*"|'[^']*')""")


class Ignore(Struct, frozen=True):
    """One comment. `flaw` says why it does not count, '' where it does."""

    line: int
    codes: frozenset[str]
    why: str
    flaw: str


class Note(Struct, frozen=True, order=True):
    """Something a person should know about a line, 0 for the whole file; neither a finding nor an error."""

    path: str
    line: int
    text: str


def apply(
    findings: Iterable[Finding], sources: Mapping[str, Source], today: date | None
) -> tuple[tuple[Finding, ...], int]:
    """The findings that no comment settles, and how many are settled."""
    every = tuple(findings)
    reader = cache(read)
    left = tuple(
        finding
        for finding in every
        if not any(not one.flaw and one.codes & codes(finding) for one in _near(finding, sources, today, reader))
    )
    return left, len(every) - len(left)


def placed(finding: Finding, source: Source | None, joined: Iterable[Span]) -> Finding:
    """The finding with the place of a comment that settles it. `joined` are the texts of its file that are written on
    several lines and are one."""
    comment = "" if _BARE.search(finding.path) else "//" if _SLASHES.search(finding.path) else "#"
    line = finding.position.line
    if source is None:
        return replace(finding, above=line, comment=comment)
    for span in joined:
        if span.start <= finding.span.start < span.end:
            line = min(line, source.position(span.start).line)
    while line > 1 and source.line(line - 1).rstrip("\r").endswith("\\"):
        line -= 1
    return replace(finding, above=line, comment=comment)


def notes(
    findings: Iterable[Finding], sources: Mapping[str, Source], today: date | None, known: Collection[str]
) -> tuple[Note, ...]:
    """What is wrong with the comments beside findings. `known` are the rule ids and reason codes that exist."""
    found = set[Note]()
    reader = cache(read)
    for finding in findings:
        for one in _near(finding, sources, today, reader):
            if one.flaw:
                found.add(Note(finding.path, one.line, f"this ignore comment does not count: {one.flaw}"))
            for code in sorted(one.codes - set(known)):
                found.add(Note(finding.path, one.line, f"this ignore comment names {code}, which is no rule or reason"))
    return tuple(sorted(found))


def read(source: Source, line: int, today: date | None) -> Ignore | None:
    """The ignore comment of one line of a file, None where there is none."""
    text = source.line(line)
    bare = text.lstrip()
    if not bare.startswith("#"):  # blank out quoted text: a `#` in it starts no comment
        text = _QUOTED.sub(lambda match: "x" * len(match[0]), text)
    for found in _COMMENT.finditer(text):
        if found.start() == 0 or text[found.start() - 1] in " \t":
            return _ignore(line, found["codes"], found["why"], today)
    return None


def _near(
    finding: Finding, sources: Mapping[str, Source], today: date | None, reader: Callable[..., Ignore | None]
) -> Iterable[Ignore]:
    source = sources.get(finding.path)
    if source is None:
        return
    first, last = finding.above or finding.position.line, finding.end.line
    if last > first and finding.end.column == 1:
        last -= 1
    for line in range(first - 1, last + 1):
        if line < 1 or (line < first and not source.line(line).lstrip().startswith(finding.comment or "#")):
            continue
        if (one := reader(source, line, today)) is not None:
            yield one


def _ignore(line: int, listed: str, rest: str, today: date | None) -> Ignore:
    named = frozenset(code.strip() for code in listed.split(",") if code.strip())
    until = _UNTIL.search(rest)
    why = _UNTIL.sub(" ", rest).strip()
    flaw = ""
    if not named:
        flaw = "it names no rule or reason; write it into the brackets"
    elif not re.search(r"\w", why):
        flaw = "it does not say why; write the reason after the bracket"
    elif until:
        try:
            end = date.fromisoformat(until["date"])
        except ValueError:
            flaw = "its date is not valid; write it as until=2027-01-31"
        else:
            if today is not None and today > end:
                flaw = f"it expired on {end.isoformat()}"
    return Ignore(line, named, why, flaw)
