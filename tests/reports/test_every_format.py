"""The whole output of every subject in every format, on made-up reports: what a change of the reports must keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from migrator.bitbucket.account import AccountStanding
from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import CredentialKind
from migrator.bitbucket.diagnosis import Check, Diagnosis
from migrator.bitbucket.records import Account
from migrator.bitbucket.scopes import fits
from migrator.findings.masking import masked
from migrator.options.output import Format
from migrator.registry.records import Access, Answer
from migrator.reports import formats
from migrator.reports.document import Document, Findings, Subject, Table
from migrator.reports.formats import csv, html, json, text
from migrator.reports.paint import Paint
from migrator.reports.records.findings import counted
from migrator.reports.subjects import (
    doctor,
    findings,
    fixes,
    fleet,
    fleet_packages,
    packages,
    probe,
    secrets,
    statistics,
    status,
)
from migrator.reports.subjects.probe import Probed
from tests.reports import samples, stored_samples
from tests.reports.html import samples as fleet_samples
from tests.reports.said import outcome

REPORT = masked(samples.report())
HELD, UNSAFE, SAFE = REPORT.findings
SECRETS = secrets.subject(stored_samples.listing(), stored_samples.TOKENS)
AUDITED = fleet_samples.audited(3)
FLEET = fleet.subject(AUDITED, fleet_samples.TODAY)
PICTURE = fleet_packages.subject(AUDITED.picture)
STATUS = status.subject("acme", [one.standing for one in fleet_samples.fleet(6).owned])
PROBED = Probed(
    {
        "crg.apkg.io/acme/web": Access("crg.apkg.io/acme/web", Answer.YES, Answer.NO, ("no \x1b[1mgrant",)),
        "crg.apkg.io/acme/base": Access("", Answer.UNKNOWN, Answer.UNKNOWN, ("not asked", "no name")),
    },
    ("crg.apkg.io/acme/web",),
    'own-packages = ["web"]\n',
    errors=("the registry is gone",),
)
SCOPES = ("repository", "pipeline")
DIAGNOSIS = Diagnosis(
    url="https://api.bitbucket.org/2.0",
    kind=CredentialKind.ACCESS_TOKEN,
    reached=True,
    accepted=True,
    user=Account("{u-1}", "Acme\n\x1b[2JBot"),
    workspaces=("acme",),
    scopes=SCOPES,
    standing=AccountStanding(SCOPES, "access", 1000, True),
    checks=(Check("the workspace acme"), Check("variables of acme", "it lacks the scope pipeline:variable")),
    fits=fits(SCOPES, CredentialKind.ACCESS_TOKEN),
)
UNSAID = Diagnosis(
    url="https://api.bitbucket.org/2.0",
    kind=CredentialKind.ACCESS_TOKEN,
    reached=True,
    accepted=None,
    user=None,
    workspaces=None,
    scopes=None,
    standing=AccountStanding(),
    checks=(),
    fits=(),
)
BUDGET = Budget(Path("budget.json"))


RULES = dict(samples.BOOK.rules) | {
    "literal-credential": replace(samples.BOOK.rules["registry-login"], id="literal-credential")
}
FOUND = Findings(REPORT, RULES, samples.REASONS)
CHECKED = findings.subject(REPORT, samples.REASONS, lambda: FOUND, "demo")
CLEAN = findings.subject(samples.clean(), {}, lambda: Findings(samples.clean(), {}, {}), "demo")
OUTCOME = outcome([SAFE], [UNSAFE, HELD], REPORT, samples.REASONS)
FIXED = fixes.subject(OUTCOME)


def said(subject: Subject, format: Format = Format.TEXT, colour: bool = False) -> str:
    return formats.write(format, subject, Paint(colour))


def page(document: Document) -> str:
    """A page without its style, its script and the policy that names their digests."""
    shown = html.render(document, fleet_samples.MADE)
    shown = re.sub(r"(?s)<style>.*?</style>", "", shown)
    shown = re.sub(r"(?s)<script>.*?</script>", "", shown)
    return re.sub(r'content="default-src[^"]*"', "", shown)


def sheet(made: object) -> str:
    assert isinstance(made, Table)
    return csv.text(made)


OUTPUTS: dict[str, Callable[[], str]] = {
    "findings.text": lambda: said(CHECKED),
    "findings.colour": lambda: text.render(findings.document(REPORT, samples.REASONS, unsafe=True), Paint(True)),
    "findings.html": lambda: page(CHECKED.document(True)),
    "findings.csv": lambda: sheet(CHECKED.files[".csv"]()),
    "findings.json": lambda: json.dump(counted(REPORT)),
    "findings.sarif": lambda: said(CHECKED, Format.SARIF),
    "findings.junit": lambda: said(CHECKED, Format.JUNIT),
    "findings.github": lambda: said(CHECKED, Format.GITHUB),
    "findings.gitlab": lambda: said(CHECKED, Format.GITLAB),
    "nothing.html": lambda: page(CLEAN.document(True)),
    "nothing.junit": lambda: said(CLEAN, Format.JUNIT),
    "fixed.text": lambda: said(FIXED, colour=True),
    "fixed.quiet": lambda: said(fixes.subject(OUTCOME, quiet=True)),
    "fixed.json": lambda: said(FIXED, Format.JSON),
    "statistics.text": lambda: said(statistics.subject(REPORT), colour=True),
    "statistics.quiet": lambda: said(statistics.subject(REPORT, quiet=True)),
    "packages.text": lambda: said(packages.subject(REPORT), colour=True),
    "packages.json": lambda: said(packages.subject(REPORT), Format.JSON),
    "probe.text": lambda: said(probe.subject(REPORT, PROBED), colour=True),
    "probe.json": lambda: said(probe.subject(REPORT, PROBED), Format.JSON),
    "doctor.text": lambda: said(doctor.subject(DIAGNOSIS, BUDGET), colour=True),
    "doctor.json": lambda: said(doctor.subject(DIAGNOSIS, BUDGET), Format.JSON),
    "doctor.unsaid.text": lambda: said(doctor.subject(UNSAID, BUDGET)),
    "doctor.unsaid.json": lambda: said(doctor.subject(UNSAID, BUDGET), Format.JSON),
    "secrets.text": lambda: said(SECRETS),
    "secrets.markdown": lambda: said(SECRETS, Format.MARKDOWN),
    "secrets.json": lambda: said(SECRETS, Format.JSON),
    "secrets.colour": lambda: said(SECRETS, colour=True),
    "secrets.html": lambda: page(SECRETS.document(True)),
    "secrets.csv": lambda: sheet(SECRETS.files[".csv"]()),
    "tokens.csv": lambda: sheet(SECRETS.files[".tokens.csv"]()),
    "fleet.html": lambda: page(FLEET.document(True)),
    "fleet.csv": lambda: sheet(FLEET.files[".csv"]()),
    "fleet.findings.csv": lambda: sheet(FLEET.files[".findings.csv"]()),
    "fleet.json": lambda: json.file(FLEET.files[".json"]()),
    "fleet.packages.json": lambda: json.file(FLEET.files[".packages.json"]()),
    "fleet_packages.text": lambda: said(PICTURE, colour=True),
    "fleet_packages.markdown": lambda: said(PICTURE, Format.MARKDOWN),
    "status.text": lambda: said(STATUS, colour=True),
    "status.json": lambda: said(STATUS, Format.JSON),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_whole_output(name: str, snapshot: SnapshotAssertion) -> None:
    assert OUTPUTS[name]() == snapshot
