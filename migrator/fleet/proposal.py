"""What a pull request says, from what is known: title, branch, commit message and description, by templates.

Templates are jinja2's, in its sandbox, and no file is read by them. In a description every value is escaped, so that
text of a repository is shown and does nothing (`markup`); elsewhere it is one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from migrator.engine.checking import rule_id
from migrator.findings.counting import several
from migrator.findings.records import Finding, Report
from migrator.platforms.bitbucket.starting import Release
from migrator.rulebook.records import ReasonEntry
from migrator.rulebook.ways_out import CENTRAL, ways_out
from migrator.rules import literal_credential
from migrator.text import markup
from migrator.text.toml import ConfigurationError

if TYPE_CHECKING:
    from jinja2 import Environment, Template

LONGEST = 30_000
"""Characters of a description; others keep to 50,000 (BITBUCKET_API.md 2.4)."""
_TITLE = 250
_FEW = 4
"""Entries of a list that are shown, so that all fits one screen."""
_NAMES = 8
_LINES = 12
_HARDCODED = rule_id(literal_credential)
"""The rule whose findings have their token in a file."""


class ChangedFile(Struct, frozen=True):
    path: str
    lines: tuple[int, ...]


class Stays(Struct, frozen=True):
    """A login that is left alone. `what` is the reason in words, `ways` are its three ways out, `page` is the address
    of what explains it, '' for none."""

    path: str
    line: int
    code: str
    what: str
    subject: str = ""
    ways: tuple[tuple[str, str], ...] = ()
    page: str = ""


class Proposal(Struct, frozen=True):
    """`freed` are the variables that no login of the changed steps reads any more, `kept` those that some login still
    reads. `releases` are there where the commit says `[skip ci]`. `importers` are repositories that import pipelines
    from here, `pinned` those of them that name another ref. `owner` and `due` are those of the wave, and
    `contact` is whom to ask otherwise. `hardcoded`: a login that is changed has its token in a file."""

    workspace: str
    repository: str
    destination: str
    changed: tuple[ChangedFile, ...] = ()
    stays: tuple[Stays, ...] = ()
    freed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    releases: tuple[Release, ...] = ()
    importers: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    owner: str = ""
    due: date | None = None
    wave: str = ""
    hardcoded: bool = False
    contact: str = ""

    @property
    def linkage(self) -> bool:
        """Whether an assumption is that a package is linked to the repository."""
        return any(" is linked to " in one for one in self.assumptions)

    @property
    def central(self) -> bool:
        """Whether a way out that is shown is a line of the fleet's configuration."""
        return any(CENTRAL in way for one in self.stays[:_FEW] for _, way in one.ways)


class Undone(Struct, frozen=True):
    """What the pull request says that takes a merged one back."""

    workspace: str
    repository: str
    destination: str
    number: int
    url: str
    changed: tuple[ChangedFile, ...] = ()
    releases: tuple[Release, ...] = ()


class Templates(Struct, frozen=True):
    """The templates of a run, by part: those of `folder`, `None` for none, in place of the built-in ones."""

    folder: Path | None = None

    def render(self, part: str, about: Proposal | Undone) -> str:
        """One part, within its bounds. Raises ConfigurationError for a template that cannot be used."""
        from jinja2 import TemplateError

        body = part.endswith("body")
        name, source = _source(part, self.folder)
        values: dict[str, Any] = {field: getattr(about, field) for field in about.__struct_fields__}
        if isinstance(about, Proposal):
            values |= {"linkage": about.linkage, "central": about.central}
        values |= {"few": _FEW, "names": _NAMES}
        try:
            text = _template(source, body).render(values)
        except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            line = getattr(error, "lineno", None)
            at = f":{line}" if line else ""
            raise ConfigurationError(f"{name}{at}: cannot use the template: {markup.line(error)}") from None
        if body:
            return text.strip()[:LONGEST] + "\n"
        return text.strip() if part == "message" else markup.line(text)[:_TITLE]


def proposal(
    about: Proposal,
    report: Report,
    made: Sequence[Finding],
    held: Sequence[Finding],
    reasons: Mapping[str, ReasonEntry],
    pages: Mapping[str, str],
) -> Proposal:
    """`about`, which says where and who, with what the findings say: those whose fix is made, and others. `pages` are
    addresses by rule and reason."""
    from msgspec.structs import replace

    lines: dict[str, set[int]] = {}
    for finding in made:
        for edit in finding.edits:
            lines.setdefault(edit.path, set()).add(report.sources[edit.path].position(edit.span.start).line)
    read = {name for finding in held for name in finding.variables}
    read |= {name for finding in made for name in finding.remaining}
    variables = dict.fromkeys(name for finding in made for name in finding.variables)
    return replace(
        about,
        changed=tuple(ChangedFile(path, tuple(sorted(found))) for path, found in sorted(lines.items())),
        stays=tuple(_stays(finding, reasons, pages, about.repository) for finding in held),
        freed=tuple(name for name in variables if name not in read),
        kept=tuple(dict.fromkeys((*(name for name in variables if name in read), *sorted(read)))),
        assumptions=tuple(dict.fromkeys(text for finding in made for text in finding.assumptions)),
        hardcoded=any(finding.rule == _HARDCODED for finding in made),
    )


def _stays(finding: Finding, reasons: Mapping[str, ReasonEntry], pages: Mapping[str, str], repository: str) -> Stays:
    strictest = max(finding.reasons, key=lambda one: one.verdict.strictness, default=None)
    entry = reasons.get(strictest.code) if strictest else None
    if strictest is None or entry is None:
        page = pages.get(finding.rule, "")
        return Stays(finding.path, finding.position.line, finding.rule, finding.message, page=page)
    subject = strictest.subject
    ways = ways_out(entry, subject, fleet_of=repository, finding=finding)
    page = pages.get(entry.code) or pages.get(finding.rule, "")
    return Stays(finding.path, finding.position.line, entry.code, entry.what, subject, ways, page)


def _source(part: str, folder: Path | None) -> tuple[str, str]:
    """The name of a template for people, and its text."""
    own = folder / f"{part}.j2" if folder else None
    if own and own.is_file():
        try:
            return str(own), own.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{own}: cannot read the template: {type(error).__name__}") from None
    return f"{part}.j2", files("migrator.fleet").joinpath("templates", f"{part}.j2").read_text(encoding="utf-8")


@lru_cache(maxsize=16)
def _template(source: str, body: bool) -> Template:
    return _environment(body).from_string(source)


@lru_cache(maxsize=2)
def _environment(body: bool) -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    found = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=markup.text if body else markup.line,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["code"] = markup.code if body else markup.line
    found.filters["codes"] = _codes
    found.filters["numbers"] = _numbers
    found.filters["link"] = markup.link if body else markup.line
    found.filters["prose"] = markup.prose if body else markup.line
    return found


def _codes(values: Sequence[object]) -> markup.Ready:
    """Spans of code as a sentence names them, and how many more there are."""
    return markup.Ready(_named(list(map(markup.code, values)), _NAMES))


def _numbers(values: Sequence[int]) -> str:
    """Numbers of lines as a sentence names them, and how many more there are."""
    return _named(list(map(str, values)), _LINES)


def _named(every: Sequence[str], most: int) -> str:
    return several((*every[:most], f"{len(every) - most} more") if len(every) > most else every)
