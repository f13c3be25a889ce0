"""The host of a registry that a stored variable names: asked by a scan, judged by, and asked again before a write."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from migrator.fleet import asking, joining
from migrator.fleet.ledger import Ledger, LedgerError
from migrator.fleet.records import Hosts
from tests.fleet.conftest import PUSHING, Desk, writes

HOST = "crg.apkg.io"
LOGIN = """\
# Packages: crg.apkg.io
pipelines:
  default:
    - step:
        script:
          - docker login "$REGISTRY_HOST" -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"
          - docker push "$REGISTRY_HOST/acme/{slug}:latest"
"""
CHANGED = "the variables that name the registry have changed since the scan; run `patless fleet scan` again"


def scan(desk: Desk, *arguments: str) -> tuple[int, str, str]:
    done = desk.run("fleet", "scan", "--workspace", "acme", *arguments)
    return done.code, done.out, done.err


def codes(desk: Desk, slug: str = "web") -> list[list[str]]:
    with Ledger(desk.ledger) as ledger:
        entry = ledger.entry(slug)
        assert entry
        found = [one.seen for one in ledger.branches(entry.repository.uuid) if one.seen]
    return [[reason.code for reason in finding.reasons] for one in found for finding in one.findings]


def told(desk: Desk) -> Mapping[str, Mapping[str, str]]:
    with Ledger(desk.ledger) as ledger:
        slugs = {one.repository.uuid: one.repository.slug for one in ledger.entries()}
        return {slugs[uuid]: one.known for uuid, one in ledger.told().items()}


def host(desk: Desk, value: str = HOST, **more: Any) -> str:
    return desk.box.add_variable("REGISTRY_HOST", value, secured=False, repository="web", **more)


def asked(desk: Desk, slug: str) -> list[str]:
    words = ("pipelines_config", "deployments_config", "environments")
    paths = [one.path for one in desk.box.requests if f"/acme/{slug}/" in one.path]
    return [path for path in paths if any(word in path for word in words)]


# What is not settled


def test_no_repository_is_asked_that_leaves_nothing_open(desk: Desk) -> None:
    desk.add("web")
    desk.add("api", PUSHING)
    host(desk)
    scan(desk)
    assert not [one.path for one in desk.box.requests if "variables" in one.path]
    assert told(desk) == {}


@pytest.mark.parametrize(
    "variables",
    [
        {"value": "registry.example.com"},
        {"value": "https://user:crg@crg.apkg.io"},
        {"secured": True},
        {"environment": "production"},
    ],
    ids=str,
)
def test_a_variable_that_is_no_certain_host_settles_nothing(desk: Desk, variables: dict[str, Any]) -> None:
    desk.add("web", LOGIN)
    desk.box.add_environment("web", "production")
    given = {"value": HOST, "secured": False, **variables}
    desk.box.add_variable("REGISTRY_HOST", repository="web", **given)
    assert scan(desk)[0] == 0
    assert codes(desk) == [["registry-unresolved"]]
    assert told(desk) == {"web": {}}


def test_a_deployment_with_another_host_leaves_it_open(desk: Desk) -> None:
    desk.add("web", LOGIN)
    desk.box.add_environment("web", "production")
    host(desk)
    host(desk, "registry.example.com", environment="production")
    scan(desk)
    assert codes(desk) == [["registry-unresolved"]]


def test_where_variables_may_not_be_read_it_stays_open_and_one_line_says_so(desk: Desk) -> None:
    for slug in ("web", "api"):
        desk.add(slug, LOGIN)
        desk.box.add_variable("REGISTRY_HOST", HOST, secured=False, repository=slug)
        desk.box.state.repositories[slug].restricted = True
    code, _, err = scan(desk)
    assert code == 0
    assert codes(desk) == [["registry-unresolved"]]
    (line,) = err.splitlines()
    assert line.startswith(
        "patless: can't tell which registry a login uses in 2 repositories: variables can't be read: "
    )
    assert "403" in line


def test_no_request_more_than_is_granted_leaves_the_rest_to_the_same_command(desk: Desk) -> None:
    for slug in ("api", "web"):
        desk.add(slug, LOGIN)
        desk.box.add_variable("REGISTRY_HOST", HOST, secured=False, repository=slug)
    _, _, err = scan(desk, "--max-requests", "4")
    assert "run the same command to continue" in err
    assert len(told(desk)) == 1
    scan(desk)
    assert told(desk) == {slug: {"REGISTRY_HOST": HOST} for slug in ("api", "web")}
    assert codes(desk, "api") == codes(desk, "web") == [[]]


# What is


def test_a_host_that_is_stored_settles_the_login(desk: Desk) -> None:
    desk.add("web", LOGIN)
    desk.add("api")
    host(desk)
    _, out, err = scan(desk)
    assert not err
    assert "2 safe" in out or "1 safe" in out
    assert codes(desk) == [[]]
    assert told(desk) == {"web": {"REGISTRY_HOST": HOST}}
    assert not asked(desk, "api")


def test_a_host_of_the_workspace_settles_it_for_all(desk: Desk) -> None:
    for slug in ("web", "api"):
        desk.add(slug, LOGIN)
    desk.box.add_variable("REGISTRY_HOST", HOST, secured=False)
    scan(desk)
    assert codes(desk) == codes(desk, "api") == [[]]
    shared = [one for one in desk.box.requests if "/workspaces/acme/pipelines-config/variables" in one.path]
    assert len(shared) == 1


def test_no_value_but_the_host_is_kept(desk: Desk) -> None:
    desk.add("web", LOGIN)
    host(desk)
    desk.box.add_variable("OTHER", "a-value-that-nobody-keeps", secured=False, repository="web")
    desk.box.add_variable("AUTHS", '{"crg.apkg.io": "a-value-that-nobody-keeps"}', secured=False, repository="web")
    scan(desk)
    for file in desk.home.glob("patless-fleet.db*"):
        assert b"a-value-that-nobody-keeps" not in file.read_bytes()


def test_what_has_changed_is_judged_anew_by_the_next_scan(desk: Desk) -> None:
    desk.add("web", LOGIN)
    uuid = host(desk)
    scan(desk)
    assert codes(desk) == [[]]
    del desk.box.variables("web")[uuid]
    scan(desk)
    assert codes(desk) == [["registry-unresolved"]]
    host(desk)
    scan(desk)
    assert codes(desk) == [[]]


def test_what_can_be_read_no_more_is_not_known_any_more(desk: Desk) -> None:
    desk.add("web", LOGIN)
    host(desk)
    scan(desk)
    desk.box.state.repositories["web"].restricted = True
    scan(desk)
    assert codes(desk) == [["registry-unresolved"]]
    assert told(desk) == {"web": {}}


def test_what_is_judged_by_the_same_is_not_judged_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("web", LOGIN)
    host(desk)
    scan(desk)
    monkeypatch.setattr("migrator.fleet.rounds.Analysts.look", None)
    assert scan(desk)[2] == ""
    assert codes(desk) == [[]]


def test_a_scan_that_is_killed_at_any_time_ends_as_one_that_is_not(desk: Desk) -> None:
    for slug in ("web", "api", "app"):
        desk.add(slug, LOGIN)
    desk.box.add_variable("REGISTRY_HOST", HOST, secured=False)
    for number in range(8):
        running = desk.begun("scan", "--workspace", "acme")
        time.sleep(0.5 + 0.15 * number)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    scan(desk)
    assert codes(desk) == codes(desk, "api") == codes(desk, "app") == [[]]


def test_a_scan_that_ended_before_it_looked_again_does_so_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("web", LOGIN)
    host(desk)
    ask = asking.ask

    def broken(*arguments: Any) -> None:
        ask(*arguments)
        raise LedgerError("the disk is full")

    monkeypatch.setattr(asking, "ask", broken)
    assert "the disk is full" in scan(desk)[2]
    assert codes(desk) == [["registry-unresolved"]]
    monkeypatch.setattr(asking, "ask", ask)
    desk.box.forget_requests()
    scan(desk)
    assert codes(desk) == [[]]
    assert not asked(desk, "web")


# The ledger


def test_a_ledger_of_before_is_read_as_it_is(desk: Desk) -> None:
    desk.add("web", LOGIN)
    base = sqlite3.connect(desk.ledger)
    base.execute("DROP TABLE hosts")
    base.commit()
    base.close()
    host(desk)
    scan(desk)
    assert codes(desk) == [[]]


def test_a_view_in_place_of_the_table_is_refused(desk: Desk) -> None:
    desk.add("web", LOGIN)
    base = sqlite3.connect(desk.ledger)
    base.executescript("DROP TABLE hosts; CREATE VIEW hosts AS SELECT 1 AS uuid, 2 AS at, 3 AS document")
    base.close()
    with pytest.raises(LedgerError, match="other tables"):
        Ledger(desk.ledger)


def test_of_two_ledgers_the_later_answer_counts(tmp_path: Path) -> None:
    with Ledger(tmp_path / "one.db") as one, Ledger(tmp_path / "two.db") as two:
        one.tell(Hosts("{1}", "2026-11-24", {"A": HOST}))
        one.tell(Hosts("{2}", "2026-11-25", {"A": HOST}))
        two.tell(Hosts("{1}", "2026-11-25", {}))
        two.tell(Hosts("{2}", "2026-11-24", {}))
        two.tell(Hosts("{3}", "2026-11-24", {"B": HOST}))
        joining.join(one, two)
        assert {uuid: hosts.known for uuid, hosts in one.told().items()} == {
            "{1}": {},
            "{2}": {"A": HOST},
            "{3}": {"B": HOST},
        }


# Pull requests


def test_the_pull_request_is_made_by_what_the_scan_knows(desk: Desk) -> None:
    desk.add("web", LOGIN)
    host(desk)
    scan(desk)
    made = desk.opened()
    text = desk.text(made.source)
    assert '"$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"' in text
    assert "$REGISTRY_HOST/acme/web:latest" in text


def test_without_a_scan_that_knows_it_nothing_is_written(desk: Desk) -> None:
    desk.add("web", LOGIN)
    scan(desk)
    host(desk)
    done = desk.open("web")
    assert not writes(desk.box.requests), done.out


@pytest.mark.parametrize("value", ["registry.example.com", "https://crg.apkg.io", ""])
def test_a_registry_that_is_named_otherwise_since_the_scan_is_a_sentence_and_no_write(desk: Desk, value: str) -> None:
    desk.add("web", LOGIN)
    uuid = host(desk)
    scan(desk)
    del desk.box.variables("web")[uuid]
    if value:
        host(desk, value)
    desk.box.forget_requests()
    done = desk.open()
    assert CHANGED in done.out
    assert "REGISTRY_HOST" in done.out
    assert done.code == 1
    assert not writes(desk.box.requests)
    assert not desk.pull_requests()


def test_a_deployment_that_names_another_since_the_scan_is_no_write(desk: Desk) -> None:
    desk.add("web", LOGIN)
    host(desk)
    scan(desk)
    desk.box.add_environment("web", "production")
    host(desk, "registry.example.com", environment="production")
    assert CHANGED in desk.open().out
    assert not desk.pull_requests()


def test_the_preview_says_so_too(desk: Desk) -> None:
    desk.add("web", LOGIN)
    uuid = host(desk)
    scan(desk)
    del desk.box.variables("web")[uuid]
    assert CHANGED in desk.migrate().out


def test_what_the_change_was_not_judged_by_may_change(desk: Desk) -> None:
    desk.add("web", PUSHING)
    scan(desk)
    host(desk)
    assert desk.opened()


def test_after_another_scan_it_goes_on(desk: Desk) -> None:
    desk.add("web", LOGIN)
    uuid = host(desk)
    scan(desk)
    del desk.box.variables("web")[uuid]
    host(desk, "https://crg.apkg.io")
    assert CHANGED in desk.open().out
    scan(desk)
    assert desk.opened()


# Pipelines that others import

SHARING = """\
# Packages: crg.apkg.io
export: true
definitions:
  pipelines:
    publish:
      - step:
          script:
            - docker login "$REGISTRY_HOST" -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"
            - docker push "$REGISTRY_HOST/acme/$BITBUCKET_REPO_SLUG:latest"
"""
IMPORTING = """\
definitions:
  imports:
    shared: ci-shared:main:bitbucket-pipelines.yml
pipelines:
  default:
    import: publish@shared
"""


def imported(desk: Desk) -> list[str]:
    """The reasons of what the shared pipeline holds."""
    document = json.loads(desk.run("fleet", "packages", "--format", "json").out)
    return [code for one in document["shared_pipelines"] for each in one["findings"] for code in each["reasons"]]


def test_whoever_imports_a_login_is_asked_for_its_registry(desk: Desk) -> None:
    """It runs with the variables of the importer, which the exporter has not."""
    desk.add("ci-shared", SHARING)
    desk.add("web", IMPORTING)
    desk.add("api", IMPORTING.replace("publish@shared", "other@shared"))
    host(desk)
    scan(desk)
    assert told(desk) == {"ci-shared": {}, "web": {"REGISTRY_HOST": HOST}}
    assert not asked(desk, "api")
    assert "registry-unresolved" not in imported(desk)
    desk.box.forget_requests()
    scan(desk)
    assert told(desk)["web"] == {"REGISTRY_HOST": HOST}


def test_an_imported_login_whose_registry_nobody_stores_stays_open(desk: Desk) -> None:
    desk.add("ci-shared", SHARING)
    desk.add("web", IMPORTING)
    scan(desk)
    assert told(desk) == {"ci-shared": {}, "web": {}}
    assert imported(desk) == ["registry-unresolved"]


def test_an_import_that_leaves_nothing_open_asks_for_nothing(desk: Desk) -> None:
    desk.add("ci-shared", SHARING.replace("$REGISTRY_HOST", HOST))
    desk.add("web", IMPORTING)
    host(desk)
    scan(desk)
    assert told(desk) == {}
    assert not asked(desk, "web")
