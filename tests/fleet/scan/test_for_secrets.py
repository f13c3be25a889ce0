"""`patless fleet scan --for-secrets`: history, tags and variables in the same ledger."""

from __future__ import annotations

import subprocess

from migrator.demo.box import Box
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import StoredSnapshot
from tests.fleet.boxes import LOGIN, QUIET
from tests.fleet.scan.conftest import Desk

PIPELINES = "bitbucket-pipelines.yml"
VALUE = "ATATT3xVALUEthatNOBODYmaySEE"


def fill(box: Box) -> None:
    box.add_repository("web", {"main": {PIPELINES: LOGIN}}, tags={"v1": "main"})
    box.commit("web", "main", {PIPELINES: QUIET})
    box.commit("web", "main", {"README.md": "text"})
    box.add_environment("web", "production")
    box.add_variable("PACKAGES_PAT", VALUE, repository="web")
    box.add_variable("DEPLOY_KEY", VALUE, repository="web", environment="production")
    box.add_variable("REGION", VALUE, secured=False)
    box.add_repository("docs", {"main": {"README.md": "text"}})


def stored(desk: Desk) -> dict[str, StoredSnapshot]:
    slugs = {entry.repository.uuid: slug for slug, entry in desk.entries().items()}
    with Ledger(desk.home / "patless-fleet.db") as ledger:
        return {slugs.get(uuid, uuid): one for uuid, one in ledger.stored().items()}


def test_without_the_option_no_variable_is_asked_for(desk: Desk) -> None:
    fill(desk.box)
    desk.scan()
    assert not desk.asked("pipelines_config", "pipelines-config", "environments")
    assert stored(desk) == {}


def test_a_date_does_not_tell_whose_variables_have_changed(desk: Desk) -> None:
    assert desk.scan("--for-secrets", "--since", "7d").code == 2
    assert not desk.box.requests


def test_names_of_variables_and_what_once_was_a_login_are_in_the_ledger_and_no_value_is(desk: Desk) -> None:
    fill(desk.box)
    done = desk.scan("--for-secrets")
    assert done.code == 0, done.err
    found = stored(desk)
    assert [(str(one.level), one.environment, one.key) for one in found["web"].variables] == [
        ("deployment", "production", "DEPLOY_KEY"),
        ("repository", "", "PACKAGES_PAT"),
    ]
    assert found["web"].candidates == ("PACKAGES_PAT", "PACKAGES_USER")
    assert {name for name, _ in found["web"].refs} == {"refs/heads/main", "refs/tags/v1"}
    assert [one.key for one in found[StoredSnapshot.of_workspace("acme")].variables] == ["REGION"]
    for file in desk.home.glob("patless-fleet.db*"):
        assert VALUE.encode() not in file.read_bytes()


def test_how_long_it_takes_is_said_before_it_begins(desk: Desk) -> None:
    fill(desk.box)
    done = desk.scan("--for-secrets", PATLESS_REQUESTS_PER_HOUR="10")
    assert (
        "2 repositories with their history through git, and about 6 requests: about 0.6 hours at 10 an hour" in done.err
    )
    first = desk.asked("environments", "pipelines_config", "pipelines-config")
    assert len(first) <= 6


def test_a_repository_that_never_had_pipelines_costs_no_request(desk: Desk) -> None:
    fill(desk.box)
    desk.scan("--for-secrets")
    assert not desk.asked("/2.0/repositories/acme/docs")


def test_a_run_that_was_cut_goes_on_with_what_is_left(desk: Desk) -> None:
    fill(desk.box)
    desk.box.add_repository("api", {"main": {PIPELINES: LOGIN}})
    cut = desk.scan("--for-secrets", "--jobs", "1", "--max-requests", "5")
    assert cut.code == 4
    done = {slug for slug, one in stored(desk).items() if not one.error}
    desk.box.forget_requests()
    desk.scan("--for-secrets", "--jobs", "1")
    assert {"web", "api", "docs"} <= set(stored(desk))
    for slug in done & {"web", "api"}:
        assert not desk.asked(f"/2.0/repositories/acme/{slug}/")


def test_a_level_that_is_hidden_is_said_and_a_failure_is_exit_3(desk: Desk) -> None:
    fill(desk.box)
    desk.box.state.repositories["web"].restricted = True
    assert desk.scan("--for-secrets").code == 0
    assert stored(desk)["web"].not_checked
    desk.box.faults.add("/2.0/repositories/acme/web/*", status=400, times=100)
    assert desk.scan("--for-secrets").code == 3
    assert "400" in stored(desk)["web"].error


def test_one_copy_serves_both_depths(desk: Desk) -> None:
    fill(desk.box)
    desk.scan()
    copy = desk.home / "cache" / "git" / "acme" / "web.git"

    def shallow() -> str:
        asked = ["git", "-C", str(copy), "rev-parse", "--is-shallow-repository"]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()

    assert shallow() == "true"
    desk.scan("--for-secrets")
    assert shallow() == "false"
    desk.box.commit("web", "main", {PIPELINES: LOGIN})
    assert desk.scan().code == 1
    assert shallow() == "false"
    assert [path.name for path in copy.parent.iterdir() if path.suffix == ".git"].count("web.git") == 1
