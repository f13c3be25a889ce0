"""What the formats say of a report, in a word each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.findings.records import Finding, Report
from migrator.fleet.packages import Picture
from migrator.reports.document import Findings, Subject
from migrator.reports.formats import github, gitlab, html, json, junit, markdown, sarif, text
from migrator.reports.paint import Paint
from migrator.reports.records.findings import checked
from migrator.reports.subjects import findings, fixes, fleet_packages, packages, secrets, statistics
from migrator.reports.subjects.fixes import FixOutcome
from migrator.rulebook.records import ReasonEntry, Rule, RuleBook
from migrator.secrets.records import Listing
from migrator.secrets.tokens import TokenRow


def check(
    report: Report,
    reasons: Mapping[str, ReasonEntry],
    paint: Paint = Paint(),
    *,
    unsafe: bool = False,
    quiet: bool = False,
) -> str:
    return text.render(findings.document(report, reasons, unsafe=unsafe, quiet=quiet), paint)


def skipped(report: Report) -> list[str]:
    return list(map(text.line, findings.skipped(report)))


def as_json(report: Report) -> str:
    return json.dump(checked(report))


def as_sarif(report: Report, rules: Mapping[str, Rule], number: str = "1") -> str:
    return sarif.render(Findings(report, rules, {}), number)


def as_junit(report: Report, book: RuleBook) -> str:
    return junit.render(Findings(report, book.rules, book.reasons))


def as_github(report: Report, book: RuleBook) -> str:
    return github.render(Findings(report, book.rules, book.reasons))


def as_gitlab(report: Report, book: RuleBook) -> str:
    return gitlab.render(Findings(report, book.rules, book.reasons))


def as_html(report: Report, reasons: Mapping[str, ReasonEntry], made: str = "now") -> str:
    return html.render(findings.document(report, reasons, "demo", page=True), made)


def as_csv(report: Report) -> str:
    return as_file(findings.subject(report, {}, lambda: Findings(report, {}, {}), "demo"), ".csv")


def as_file(subject: Subject, ending: str) -> str:
    return json.file(subject.files[ending]())


def picture(found: Picture, paint: Paint = Paint()) -> str:
    return text.render(fleet_packages.document(found), paint)


def picture_as_markdown(found: Picture) -> str:
    return markdown.render(fleet_packages.document(found))


def picture_as_json(found: Picture) -> str:
    return as_file(fleet_packages.subject(found), ".json")


def outcome(
    done: Sequence[Finding], held: Sequence[Finding], report: Report, reasons: Mapping[str, ReasonEntry] = {}
) -> FixOutcome:
    """Of fixes that have moved nothing."""
    return FixOutcome(tuple(done), report, tuple(held), report, reasons)


def fixed(done: Sequence[Finding], held: Sequence[Finding], report: Report, paint: Paint = Paint()) -> str:
    return text.render(fixes.document(outcome(done, held, report)), paint)


def fixed_as_json(done: Sequence[Finding], held: Sequence[Finding], report: Report) -> str:
    return json.write(fixes.subject(outcome(done, held, report)))


def packages_of(report: Report, paint: Paint = Paint()) -> str:
    return text.render(packages.document(report), paint)


def packages_as_json(report: Report) -> str:
    return json.write(packages.subject(report))


def counts(report: Report, paint: Paint = Paint(), *, unsafe: bool = False, quiet: bool = False) -> str:
    return text.render(statistics.document(report, unsafe=unsafe, quiet=quiet), paint)


def listing(found: Listing, tokens: Sequence[TokenRow] = (), paint: Paint = Paint(), *, whole: bool = False) -> str:
    return text.render(secrets.document(found, tokens, whole=whole), paint)


def listing_as_markdown(found: Listing, tokens: Sequence[TokenRow] = ()) -> str:
    return markdown.write(secrets.subject(found, tokens))


def listing_as_json(found: Listing, tokens: Sequence[TokenRow] = ()) -> str:
    return json.write(secrets.subject(found, tokens))
