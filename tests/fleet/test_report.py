"""`patless fleet report`: the page and the files beside it, from a ledger that is written by hand."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from migrator.bitbucket.records import Level
from migrator.cli import main
from migrator.fleet.joining import join
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import (
    ChangeState,
    FleetRepository,
    Migration,
    RepositoryState,
    Scanned,
    SeenCommit,
    SeenFinding,
    StoredSnapshot,
    StoredVariable,
)
from migrator.secrets import journal, plan, signing
from migrator.secrets.journal import Event
from migrator.secrets.plan import Plan
from tests.fleet.samples import finding, waits
from tests.reports import stored_samples
from tests.reports.said import listing_as_json as document

NOW = "2026-11-24T12:00:00+00:00"
HOSTILE = '=HYPERLINK("https://acme.invalid");=1+1'
ENDINGS = ("csv", "findings.csv", "json", "packages.json")
TOKENS = """\
[[tokens]]
label = "old ci"
owner = "Ada"
expires = 2026-12-01
variables = [{level = "repository", repository = "web", key = "GONE"}]

[[tokens]]
label = "deploys"
owner = "Grace"
expires = 2026-12-24
consumers = ["a server"]
"""

Run = Callable[..., "Written"]


class Written:
    """What one run wrote, by name."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.err = code, err
        self.names = [Path(line).name for line in out.splitlines()]
        self.texts = {Path(line).name: Path(line).read_text(encoding="utf-8") for line in out.splitlines()}

    @property
    def page(self) -> str:
        return self.texts["report.html"]

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.texts["report.html.json"])
        schema = json.loads(files("migrator.reports").joinpath("fleet.schema.json").read_text())
        jsonschema.Draft7Validator(schema).validate(found)
        return found

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.texts[name], newline="")))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of two repositories, a list of stored variables, a list of tokens, and a signed plan with its log."""
    folder = tmp_path_factory.mktemp("report")
    with Ledger(folder / "patless-fleet.db") as ledger:
        _scanned(ledger, "web", finding(7, assumptions=["web is linked to this repository"]), waits("base"))
        _scanned(ledger, "api", replace(finding(9), message=HOSTILE))
    (folder / "secrets.json").write_text(document(stored_samples.listing(), stored_samples.TOKENS))
    (folder / "tokens.toml").write_text(TOKENS)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "dana")], check=True)
    (folder / "allowed").write_text(f"dana@acme.example {(folder / 'dana.pub').read_text()}")
    rows = plan.rows(stored_samples.listing())
    made = Plan(1, "patless 0.1.0", "acme", "", NOW, NOW, 30, "a" * 64, "b" * 64, {}, rows)
    (folder / "plan.json").write_text(plan.text(made))
    signing.sign(folder / "plan.json", folder / "dana")
    with journal.opened(folder / "plan.json.log", made.digest, "lee@acme.example", {}) as log:
        log.write(Event.DELETED, uuid=rows[0].uuid, key=rows[0].key, place=rows[0].place)
    return folder


NEXT = "patless: Run `patless fleet migrate` to preview the pull requests.\n"


def _scanned(ledger: Ledger, slug: str, *findings: SeenFinding) -> None:
    repository = FleetRepository(f"{{{slug}}}", "acme", slug, project="CORE", main_branch="main")
    commit = slug.encode().hex().ljust(40, "0")
    ledger.put([repository], NOW)
    ledger.record(
        Scanned(
            repository.uuid,
            RepositoryState.SCANNED,
            NOW,
            (("main", commit),),
            (SeenCommit(commit, "x", tuple(findings)),),
        )
    )


@pytest.fixture
def run(home: Path, tmp_path: Path) -> Run:
    def run_(*options: str, ledger: str = "patless-fleet.db") -> Written:
        out, err = io.StringIO(), io.StringIO()
        page = tmp_path / "report.html"
        arguments = ["fleet", "report", "--ledger", ledger, "--output", str(page), *options]
        with contextlib.chdir(home), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        return Written(code, out.getvalue(), err.getvalue())

    return run_


def test_of_what_was_not_given_the_page_says_so_and_the_files_invent_nothing(run: Run) -> None:
    done = run()
    assert (done.code, done.err) == (0, NEXT)
    assert done.names == ["report.html", *(f"report.html.{ending}" for ending in ENDINGS)]
    for option in ("--secrets", "--for-secrets", "--tokens", "--plan"):
        assert option in done.page.partition('id="not-given"')[2]
    found = done.document
    assert (found["variables"], found["not_checked"], found["plan"]) == (None, None, None)
    assert (found["tokens"], found["stored"]) == ([], [])


def test_every_finding_is_in_the_json_and_in_a_table(run: Run) -> None:
    done = run()
    found = {(one["repository"], one["verdict"], tuple(one["reasons"])) for one in done.document["findings"]}
    assert found == {("web", "safe", ()), ("web", "unsafe", ("foreign-package",)), ("api", "safe", ())}
    assert done.document["summary"]["left"] == {"safe": 2, "unsafe": 1, "report-only": 0}
    rows = done.rows("report.html.findings.csv")
    assert [(one["repository"], one["line"], one["reasons"]) for one in rows] == [
        ("api", "9", ""),
        ("web", "7", ""),
        ("web", "7", "foreign-package"),
    ]
    assert rows[0]["message"] == f"'{HOSTILE.replace(';=', ';' + chr(39) + '=')}"
    assert [one["findings"] for one in done.rows("report.html.csv")] == ["1", "2"]


def test_an_auditor_has_evidence_waivers_tokens_signatures_and_outcomes(run: Run) -> None:
    options = ["--secrets", "secrets.json", "--plan", "plan.json", "--allowed-signers", "allowed"]
    done = run(*options)
    assert (done.code, done.err) == (0, NEXT)
    for text in (
        "prints names only",
        "api, Production",
        "old ci",
        "2026-12-01",
        "dana@acme.example",
        "by lee@acme.example",
    ):
        assert text in done.page
    assert "not-given" not in done.page
    found = done.document
    assert [one["key"] for one in found["variables"] if one["waivers"]] == ["OTHER_PAT"]
    assert [(one["label"], one["revocable"]) for one in found["tokens"]] == [("old ci", True), ("staging", False)]
    (signature,) = found["plan"]["signatures"]
    assert (signature["signer"], signature["error"]) == ("dana@acme.example", None)
    assert [one["outcome"] is None for one in found["plan"]["outcomes"]] == [False, True]
    assert [one["verdict"] for one in done.rows("report.html.tokens.csv")] == ["revocable", "needed"]
    assert len(done.rows("report.html.secrets.csv")) == len(found["variables"])


def test_signatures_that_nobody_checked_are_not_called_good(run: Run) -> None:
    done = run("--plan", "plan.json")
    assert done.document["plan"]["signatures"] is None
    assert "No signature was checked." in done.page
    assert "--allowed-signers" in done.page.partition('id="not-given"')[2]


def test_a_token_that_the_list_does_not_judge_is_not_called_needed_or_revocable(run: Run) -> None:
    done = run("--secrets", "secrets.json", "--tokens", "tokens.toml")
    found = {one["label"]: (one["revocable"], one["expires"]) for one in done.document["tokens"]}
    assert found == {"old ci": (True, "2026-12-01"), "deploys": (None, "2026-12-24")}
    assert "not judged" in done.page
    assert "secrets list --all --tokens tokens.toml --format json" in done.page.partition('id="not-given"')[2]
    alone = run("--tokens", "tokens.toml")
    assert [one["revocable"] for one in alone.document["tokens"]] == [None, None]


def test_without_a_list_the_variables_of_the_ledger_are_shown_without_a_verdict(run: Run, home: Path) -> None:
    stored = [StoredVariable(Level.REPOSITORY, key, "{u}", True) for key in ("PACKAGES_TOKEN", "UNRELATED")]
    shared = StoredVariable(Level.WORKSPACE, "PACKAGES_TOKEN", "{v}", False)
    with Ledger(home / "patless-fleet.db") as ledger, Ledger(home / "stored.db") as other:
        join(other, ledger)
        other.store(StoredSnapshot("{web}", NOW, tuple(stored), ("PACKAGES_TOKEN",)))
        other.store(StoredSnapshot("{api}", NOW, error="git says no"))
        other.store(StoredSnapshot(StoredSnapshot.of_workspace("acme"), NOW, (shared,)))
    done = run(ledger="stored.db")
    found = done.document
    assert [(one["repository"], one["key"]) for one in found["stored"]] == [
        ("", "PACKAGES_TOKEN"),
        ("web", "PACKAGES_TOKEN"),
    ]
    assert found["not_stored"] == [{"repository": "api", "reason": "git says no"}]
    assert "It gives no verdict." in done.page
    assert "UNRELATED" not in done.page
    listed = run("--secrets", "secrets.json", ledger="stored.db")
    assert "It gives no verdict." not in listed.page


@pytest.mark.parametrize(("merged", "left"), [("2026-11-25T12:00:00+00:00", 1), ("2026-11-23T12:00:00+00:00", 2)])
def test_what_a_merge_took_away_after_the_scan_is_not_left(run: Run, home: Path, merged: str, left: int) -> None:
    name = f"{merged[:10]}.db"
    with Ledger(home / name) as ledger:
        _scanned(ledger, "web", finding(7), waits("base"))
        ledger.keep(Migration("{web}", "main", "patless/main", ChangeState.MERGED, merged, pull_request=1))
    done = run(ledger=name)
    assert re.search(rf"<dt>findings left</dt><dd><strong>{left}</strong>", done.page)
    assert ("fixed the safe ones" in done.page) == (left == 1)
    assert sum(one["left"] for one in done.document["findings"]) == left
    assert [one["left"] for one in done.rows("report.html.findings.csv")].count("yes") == left


def test_a_page_that_cannot_be_written_is_a_sentence_and_exit_3(run: Run, tmp_path: Path) -> None:
    done = run("--output", str(tmp_path / "gone" / "report.html"))
    assert (done.code, done.names) == (3, [])
    assert "not written" in done.err
