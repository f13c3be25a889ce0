"""What a user can do about a reason: the ways out that its entry in the rule book has, as they work for a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from migrator.findings.records import Finding, Verdict
from migrator.rulebook.records import ReasonEntry
from migrator.text.patterns import regex

CENTRAL = "fleet.toml"
"""What a way out names that is the operator's of a fleet."""
_VARIABLE = regex(r"(?!(?:Docker|Container)file)[A-Za-z_]\w*")
_FILE = regex(r"[^\s`$]*(?:[./]|Dockerfile|Containerfile)[^\s`$]*")
_WORDS = regex(r"(?:the|a|an) [a-z]")
_KEEP = "`# patless: ignore["
_UNSAFELY = "patless fix --unsafe-fixes"
_ACCEPTED = 'add to .patless.toml: `baseline = "patless-baseline.json"`, then run `patless check --write-baseline`'
_PACKAGE = regex(r"[\w-]+(?:\.[\w-]+)+/")


def ways_out(
    entry: ReasonEntry, subject: str, *, fleet_of: str = "", finding: Finding | None = None
) -> tuple[tuple[str, str], ...]:
    """The ways out of a reason with what they are called, filled in: those that need a subject only if there is one,
    and of a finding those that work for it. `fleet_of` is the slug of a repository that is looked at with the
    configuration of a fleet."""
    if entry.package and _PACKAGE.match(subject):
        entry = replace(entry.package, code=entry.code)
    fix = entry.fleet if fleet_of and entry.fleet else entry.fix
    if not _VARIABLE.fullmatch(subject):
        of_file = entry.file if _FILE.fullmatch(subject) else ""
        fix = of_file or (entry.described if " " in subject else "") or entry.otherwise or fix
    templates = (("fix", fix), ("keep", entry.keep), ("ask", entry.ask))
    ways = (
        (label, _about(subject, text.replace("{code}", entry.code).replace("{repository}", fleet_of)))
        for label, text in templates
        if text and (subject or "{subject}" not in text)
    )
    return tuple(ways) if finding is None else tuple(_for(finding, ways))


def _about(subject: str, text: str) -> str:
    """A template with its subject; one that brings backticks of its own loses them where it stands in code, and one
    that is words, such as `the login`, is no code where it stands alone."""
    if _WORDS.match(subject):
        text = text.replace("`{subject}`", subject)
    parts = text.split("`")
    told = (subject.replace("`", "") if number % 2 else subject for number in range(len(parts)))
    return "`".join(part.replace("{subject}", one) for part, one in zip(parts, told, strict=True))


def _for(finding: Finding, ways: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Ways out as they work for a finding: no fix is made of one that is only reported, and a comment stands where the
    file takes one."""
    for label, way in ways:
        if _UNSAFELY in way and finding.verdict is Verdict.REPORT_ONLY:
            continue
        if way.startswith(_KEEP) and not finding.comment:
            way = f"{_ACCEPTED}, which accepts every finding of today"
        elif way.startswith(_KEEP):
            way = way if finding.comment == "#" else f"`{finding.comment} {way.removeprefix('`')}"
            way = f"above line {finding.above}: {way}" if finding.above not in (0, finding.position.line) else way
        yield label, way
