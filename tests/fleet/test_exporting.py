"""What an exporter may change: what is right in every repository that imports its pipelines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from migrator.findings.records import Finding, Verdict
from migrator.findings.settings import Settings
from migrator.fleet import scanning
from migrator.fleet.exporters import Exporters
from migrator.fleet.exporting import Importers, settled
from migrator.fleet.records import (
    FOLDER,
    FleetRepository,
    Import,
    LedgerBranch,
    LedgerEntry,
    RepositoryState,
    SeenCommit,
)
from migrator.fleet.scanning import Judge
from migrator.repositories.worktree import WorkTree
from migrator.rulebook import reading as rulebook
from migrator.text.edits import Edit
from migrator.text.source import Span

PIPELINES = "bitbucket-pipelines.yml"
JUDGE = Judge(rulebook.load(), Settings(today=date(2026, 11, 24)), "")
STEP = """\
      - step: &publish
          script:
            - docker login crg.apkg.io -u "$EMAIL" -p "$TOKEN"
            - docker build -t crg.apkg.io/acme/$BITBUCKET_REPO_SLUG .
            - docker push crg.apkg.io/acme/$BITBUCKET_REPO_SLUG
"""
EXPORT = f"export: true\ndefinitions:\n  pipelines:\n    publish:\n{STEP}"
BOTH = f"{EXPORT}pipelines:\n  default:\n    - step: *publish\n"
FINE, FOREIGN = "FROM alpine:3\n", "FROM crg.apkg.io/acme/base\n"


def repository(root: Path, slug: str, files: dict[str, str]) -> LedgerBranch:
    folder = root / slug
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    taken = tuple(Import(text, PIPELINES, 1) for text in files.get("imports", "").split())
    one = FleetRepository(f"{FOLDER}{folder}", "acme", slug, main_branch="main")
    return LedgerBranch(
        LedgerEntry(one, RepositoryState.SCANNED, ""), "main", "c" * 40, SeenCommit("c" * 40, "x", imports=taken)
    )


def found(root: Path, exported: str, *importers: LedgerBranch) -> Finding:
    """The exporter's finding, once its importers have had their say."""
    exporter = repository(root, "ci", {PIPELINES: exported}).entry.repository
    entries = [LedgerEntry(exporter, RepositoryState.SCANNED, ""), *(one.entry for one in importers)]
    exporters = Exporters(entries, lambda one: Path(one.folder), JUDGE.of)
    view, judge = WorkTree(Path(exporter.folder)), JUDGE.of(exporter)
    report = scanning.analyse(view, judge)
    (one,) = Importers(importers, exporters).settled(exporter, view, judge, report).findings
    return one


def importer(root: Path, slug: str, dockerfile: str = FINE, text: str = "ci:main:publish") -> LedgerBranch:
    return repository(root, slug, {"Dockerfile": dockerfile, "imports": text})


def test_nobody_who_imports_it_leaves_it_as_it_is_there(tmp_path: Path) -> None:
    other = importer(tmp_path, "other", text="elsewhere:main:publish")
    unknown = importer(tmp_path, "unknown", text="ci:main")
    assert [one.code for one in found(tmp_path, EXPORT, other, unknown).reasons] == ["image-unresolved"]


def test_what_is_safe_for_all_who_import_it_is_safe(tmp_path: Path) -> None:
    login = found(tmp_path, EXPORT, importer(tmp_path, "orders"), importer(tmp_path, "sales"))
    assert login.verdict is Verdict.SAFE
    assert login.path == PIPELINES
    assert {edit.path for edit in login.edits} == {PIPELINES}
    assert login.assumptions == (
        "crg.apkg.io/acme/orders is linked to orders",
        "crg.apkg.io/acme/sales is linked to sales",
    )


def test_who_runs_it_after_the_merge_and_who_only_with_another_ref(tmp_path: Path) -> None:
    branches = [importer(tmp_path, "orders"), importer(tmp_path, "sales", text="ci:v1:publish publish@ci:v1")]
    exporter = repository(tmp_path, "ci", {}).entry.repository
    found = Importers(
        branches, Exporters([LedgerEntry(exporter, RepositoryState.SCANNED, "")], lambda one: tmp_path, JUDGE.of)
    )
    assert [one.slug for one in found.of(exporter)] == ["orders", "sales"]
    assert found.pins(exporter, "main") == ("sales at v1",)


@pytest.mark.parametrize("text", ["ci:main:publish", "ci:v1:publish", "publish@ci:main"])
def test_one_importer_whose_image_is_anothers_holds_it_back(text: str, tmp_path: Path) -> None:
    login = found(tmp_path, EXPORT, importer(tmp_path, "orders"), importer(tmp_path, "sales", FOREIGN, text))
    assert login.verdict is Verdict.UNSAFE
    assert [one.code for one in login.reasons] == ["foreign-package"]
    assert login.reasons[0].detail.endswith(", in sales")


def test_an_importer_that_cannot_be_read_holds_it_back(tmp_path: Path) -> None:
    gone = importer(tmp_path, "gone")
    (Path(gone.entry.repository.folder) / "Dockerfile").unlink()
    assert [one.code for one in found(tmp_path, EXPORT, importer(tmp_path, "orders"), gone).reasons] == [
        "image-unresolved"
    ]


def test_what_the_exporter_runs_itself_counts_too(tmp_path: Path) -> None:
    login = found(tmp_path, BOTH, importer(tmp_path, "orders"))
    assert [one.code for one in login.reasons] == ["image-unresolved"]
    assert not login.reasons[0].detail.endswith("in orders")
    assert "crg.apkg.io/acme/orders is linked to orders" in login.assumptions


def test_changes_that_differ_are_not_made(tmp_path: Path) -> None:
    (tmp_path / PIPELINES).write_text(EXPORT)
    report = scanning.analyse(WorkTree(tmp_path), JUDGE.of(FleetRepository("{1}", "acme", "ci")))
    (own,) = report.findings
    safe = replace(own, reasons=())
    other = replace(safe, edits=(*safe.edits, Edit(PIPELINES, Span(0, 1), "x")))
    (login,) = settled(report, PIPELINES, set(), [("orders", safe), ("sales", other)]).findings
    assert (login.verdict, login.edits, login.reasons[0].code) == (Verdict.REPORT_ONLY, (), "importers-differ")
    elsewhere = replace(safe, edits=tuple(replace(edit, path="importer:a.sh") for edit in safe.edits))
    (login,) = settled(report, PIPELINES, set(), [("orders", elsewhere)]).findings
    assert login.reasons[0].subject == "orders"
