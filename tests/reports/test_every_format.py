"""The whole output of every subject in every format, on made-up reports: what a change of the reports must keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from migrator.bitbucket.account import Standing
from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import CredentialKind
from migrator.bitbucket.diagnosis import Check, Diagnosis
from migrator.bitbucket.records import Account
from migrator.bitbucket.scopes import fits
from migrator.findings.masking import masked
from migrator.registry.records import Access, Answer
from migrator.reports import doctor, fixes, machine, packages, probe, spreadsheet, statistics, stored, text
from migrator.reports.fleet import document as fleets
from migrator.reports.fleet import machine as pictures
from migrator.reports.fleet import spreadsheet as repositories
from migrator.reports.fleet import status
from migrator.reports.html import check, fleet, secrets
from migrator.reports.html.page import render
from migrator.reports.paint import Paint
from migrator.reports.probe import Probed
from migrator.reports.stored import spreadsheet as variables
from tests.reports import samples, stored_samples
from tests.reports.html import samples as fleet_samples

REPORT = masked(samples.report())
HELD, UNSAFE, SAFE = REPORT.findings
STORED = (stored_samples.listing(), stored_samples.TOKENS)
FLEET = fleet_samples.audited(3)
ROWS = [one.standing for one in fleet_samples.fleet(6).owned]
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
    standing=Standing(SCOPES, "access", 1000, True),
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
    standing=Standing(),
    checks=(),
    fits=(),
)
BUDGET = Budget(Path("budget.json"))


def body(page: str) -> str:
    """A page without its style, its script and the policy that names their digests."""
    page = re.sub(r"(?s)<style>.*?</style>", "", page)
    page = re.sub(r"(?s)<script>.*?</script>", "", page)
    return re.sub(r'content="default-src[^"]*"', "", page)


OUTPUTS: dict[str, Callable[[], str]] = {
    "findings.text": lambda: text.check(REPORT, samples.REASONS),
    "findings.colour": lambda: text.check(REPORT, samples.REASONS, Paint(True), unsafe=True),
    "findings.html": lambda: body(render(check.page(REPORT, samples.REASONS, fleet_samples.MADE, "demo"))),
    "findings.csv": lambda: spreadsheet.findings(REPORT),
    "findings.json": lambda: machine.check(REPORT, statistics.document(REPORT.findings)),
    "nothing.html": lambda: body(render(check.page(samples.clean(), {}, fleet_samples.MADE, "demo"))),
    "fixed.text": lambda: fixes.fixed([SAFE], [UNSAFE, HELD], REPORT, Paint(True)),
    "fixed.quiet": lambda: fixes.fixed([SAFE], [UNSAFE, HELD], REPORT, Paint(), quiet=True),
    "fixed.json": lambda: machine.fixed([SAFE], [UNSAFE, HELD], REPORT),
    "statistics.text": lambda: statistics.table(REPORT, Paint(True)),
    "statistics.quiet": lambda: statistics.table(REPORT, quiet=True),
    "packages.text": lambda: packages.table(REPORT, Paint(True)),
    "packages.json": lambda: machine.packages(REPORT),
    "probe.text": lambda: probe.table(PROBED, Paint(True)),
    "probe.json": lambda: probe.document(REPORT, PROBED),
    "doctor.text": lambda: doctor.text(DIAGNOSIS, BUDGET, Paint(True)),
    "doctor.json": lambda: doctor.document(DIAGNOSIS, BUDGET),
    "doctor.unsaid.text": lambda: doctor.text(UNSAID, BUDGET),
    "doctor.unsaid.json": lambda: doctor.document(UNSAID, BUDGET),
    "secrets.colour": lambda: stored.table(*STORED, Paint(True)),
    "secrets.html": lambda: body(render(secrets.page(*STORED, fleet_samples.MADE))),
    "secrets.csv": lambda: variables.variables(STORED[0]),
    "tokens.csv": lambda: variables.tokens(STORED[1]),
    "fleet.html": lambda: body(render(fleet.page(FLEET, fleet_samples.MADE, fleet_samples.TODAY))),
    "fleet.csv": lambda: repositories.repositories(FLEET.owned),
    "fleet.findings.csv": lambda: repositories.findings(FLEET.owned),
    "fleet.json": lambda: fleets.document(FLEET),
    "fleet.packages.json": lambda: pictures.packages(FLEET.picture),
    "status.text": lambda: status.table(ROWS, Paint(True)),
    "status.json": lambda: status.document("acme", ROWS),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_whole_output(name: str, snapshot: SnapshotAssertion) -> None:
    assert OUTPUTS[name]() == snapshot
