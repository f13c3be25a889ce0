"""What is asked and planned of a listing: whose, by which rules, for how long."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.records import Level, Variable
from migrator.findings.settings import Settings
from migrator.fleet.sharding import Shard
from migrator.options.secrets import Lasting, ListingOptions, PlanOptions
from migrator.secrets import asked
from migrator.secrets import plan as plans
from migrator.secrets.asking import Asking
from migrator.secrets.plan import PlanEvidence, PlanRow, Waived
from migrator.secrets.records import Evidence, Listing, RemovalVerdict, VariableRow, Waiver
from tests.secrets.workspaces import NOW

UNUSED: Any = None
ASKING = Asking(UNUSED, "acme", Path(), UNUSED, Settings(), now=NOW)
WAIVER = Waiver("dump", "we looked", date(2027, 1, 31), "a.sh", "PAT")
USE = Evidence("doubt:dump", "main", "a.sh", 3, "env")
DEPLOYED = Variable(Level.DEPLOYMENT, "PAT", "{1}", True, "Live", "{e}")
LISTING = Listing(
    "acme",
    (
        VariableRow("web", DEPLOYED, RemovalVerdict.ACCEPTED, (USE,), ("One.",), waivers=(WAIVER,)),
        VariableRow("web", Variable(Level.REPOSITORY, "OLD", "{2}", False), RemovalVerdict.IN_USE),
        VariableRow("", Variable(Level.WORKSPACE, "ALL", "{3}", False), RemovalVerdict.REMOVABLE),
    ),
    heads={"web": {"refs/heads/main": "a" * 40}},
)


def test_a_row_of_a_plan_is_what_was_listed() -> None:
    deployed, shared = plans.rows(LISTING)
    assert deployed == PlanRow(
        "web",
        Level.DEPLOYMENT,
        "Live",
        "{e}",
        "PAT",
        "{1}",
        True,
        RemovalVerdict.ACCEPTED,
        plans.meaning(RemovalVerdict.ACCEPTED, [USE]),
        (PlanEvidence("doubt:dump", "main", "a.sh", 3, "env"),),
        (Waived("dump", "a.sh", "PAT", "we looked", "2027-01-31"),),
        ("One.",),
    )
    assert (shared.repository, shared.environment, shared.environment_uuid, shared.secured) == ("", "", "", False)
    assert [one.place for one in (deployed, shared)] == ["deployment Live of web", "the workspace"]
    assert replace(deployed, level=Level.REPOSITORY).place == "web"


@pytest.mark.parametrize(
    ("options", "since", "repository", "created"),
    [
        ({"workspace": "acme", "repo": "web"}, "", "web", "2026-03-01T00:00:00+00:00"),
        ({"workspace": "acme", "all": True}, "2026-02-27T12:00:00+00:00", "", "2026-02-27T12:00:00+00:00"),
    ],
)
def test_a_plan_is_of_the_moment_that_its_answers_are_of(
    options: dict[str, Any], since: str, repository: str, created: str, tmp_path: Path
) -> None:
    listing = ListingOptions(tmp_path, **options, rollback_window=9)
    made = asked.plan(listing, ASKING, replace(LISTING, since=since), PlanOptions(expires=3))
    assert (made.schema_version, made.tool, made.workspace) == (1, f"patless {version('patless')}", "acme")
    assert (made.repository, made.created, made.window) == (repository, created, 9)
    assert made.expiry == datetime.fromisoformat(created) + timedelta(days=3)
    assert (made.rules, made.configuration) == (asked.rules_digest(listing), asked.configuration_digest(ASKING))
    assert (made.heads, made.rows) == ({"web": {"refs/heads/main": "a" * 40}}, plans.rows(LISTING))
    again = asked.of_plan(made, tmp_path, listing.sources)
    assert (again.path, again.workspace, again.repo, again.all) == (tmp_path, "acme", repository, not repository)
    assert again.rollback_window == 9


def test_what_is_asked_of_a_repository_is_what_its_configuration_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".patless.toml").write_text('variables = {MODE = "release"}\nown-packages = ["acme/*"]\n')
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(asked.account, "slug", lambda client, workspace: f"the slug of {workspace}")
    monkeypatch.setattr(asked, "cache_folder", lambda environment: tmp_path / "cache")
    options = ListingOptions(tmp_path, "{acme}", "web", rollback_window=9)
    found = asked.asking_of(options, UNUSED)
    assert (found.workspace, found.rollback_window, found.leaving) == ("the slug of {acme}", 9, False)
    assert found.settings == Settings(variables={"MODE": "release"}, own_packages=("acme/*",))
    assert found.cache == tmp_path / "cache"
    assert (found.now.utcoffset(), found.direct is not None) == (timedelta(0), True)
    assert "apkg.io" in found.book.mentions
    assert asked.asking_of(replace(options, tokens=tmp_path / "tokens.toml"), UNUSED).leaving


def test_a_folder_that_is_not_named_is_the_one_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".patless.toml").write_text('variables = {MODE = "release"}\n')
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(asked.account, "slug", lambda client, workspace: workspace)
    found = asked.asking_of(ListingOptions(None, "acme", "web"), UNUSED)
    assert found.settings.variables == {"MODE": "release"}
    assert asked.rules_digest(ListingOptions(None)) == asked.rules_digest(ListingOptions(tmp_path))
    monkeypatch.setattr(asked, "remote_slug", lambda root: (root.name, "web"))
    assert asked.names(ListingOptions(None)) == (tmp_path.name, "web")
    (tmp_path / "other" / ".git").mkdir(parents=True)
    assert asked.names(ListingOptions(tmp_path / "other")) == ("other", "web")


def test_a_workspace_is_gone_through_as_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(asked.sweeping, "of_workspace", lambda *arguments: given.append(arguments))
    repository = SimpleNamespace(uuid="{1}", workspace="acme")
    branch = SimpleNamespace(entry=SimpleNamespace(repository=repository), seen=SimpleNamespace(files=(), findings=()))
    ledger: Any = SimpleNamespace(branches=lambda: [branch])
    far: Any = object()
    shares: list[float] = []

    def begins(client: object, share: float) -> Any:
        shares.append(share)
        return "told"

    options = ListingOptions(tmp_path, lasting=Lasting(max_age=3))
    asked.of_workspace(options, ASKING, ledger, Shard(1, 2), far, begins)
    ((asking, used, terms, told_far, told),) = given
    assert (asking, used, told_far, told, shares) == (ASKING, ledger, far, "told", [0.0])
    assert (terms.by, terms.age, terms.shard) == (asked.digest(options, ASKING), timedelta(hours=3), Shard(1, 2))
