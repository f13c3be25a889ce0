"""A whole workspace: what it costs, what is kept, how it ends before its end and goes on, and who waits for what."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from migrator.demo.box import Box
from migrator.demo.server import LogLine
from tests.bench import storing
from tests.hand import Hand, moved
from tests.secrets.test_end_to_end import STORED, VALUE, Desk, Done
from tests.secrets.test_survey import HANDED_ON

COUNT = 12


@pytest.fixture
def box() -> Iterator[Box]:
    with Box(hourly=None) as found:
        yield found


@pytest.fixture
def desk(box: Box, tmp_path: Path) -> Iterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    found = Desk(box, home, box.token())
    yield found
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert VALUE.encode() not in kept
    assert found.token.encode() not in kept


def of(box: Box) -> dict[str, list[LogLine]]:
    """The requests of the API by repository, '' for those of the workspace."""
    found: dict[str, list[LogLine]] = {}
    for one in box.requests:
        if "/git/" not in one.path:
            match = re.match(r"/2\.0/repositories/acme/([^/]+)", one.path)
            found.setdefault(match[1] if match else "", []).append(one)
    return found


def listed(desk: Desk, *arguments: str, **variables: str) -> dict[str, Any]:
    done = desk.list("--all", *arguments, **variables)
    assert done.code in (0, 1), done.err
    return dict(json.loads(done.out))


def verdicts(document: dict[str, Any]) -> dict[tuple[str, str, str], str]:
    return {(r["repository"], r["environment"] or "", r["key"]): r["verdict"] for r in document["variables"]}


def bare(document: dict[str, Any]) -> dict[str, Any]:
    """Without what says that answers are of a run before."""
    document["summary"].pop("since")
    return document


# What it costs


def test_one_request_where_nothing_ever_ran_and_six_elsewhere(desk: Desk) -> None:
    storing.fill(desk.box, COUNT)
    document = listed(desk)
    asked = of(desk.box)
    having = {slug for slug, one in desk.box.state.repositories.items() if one.environments}
    for slug in desk.box.state.repositories:
        limit = 6 if slug in having or slug.startswith("original") else 1
        assert len(asked[slug]) <= limit, slug
    assert [one.path for one in asked[""]].count("/2.0/workspaces/acme/pipelines-config/variables") == 1
    assert document["summary"]["never_had_pipelines"] == sum(len(asked[slug]) == 1 for slug in asked if slug)


def test_the_second_run_asks_each_for_its_branches_and_those_that_log_in_for_their_variables(desk: Desk) -> None:
    storing.fill(desk.box, COUNT)
    first = listed(desk)
    desk.box.forget_requests()
    second = listed(desk)
    asked = {slug: len(one) for slug, one in of(desk.box).items() if slug}
    assert asked == dict.fromkeys({one["repository"] for one in first["variables"] if one["repository"]}, 2)
    git = Counter((one.method, one.path.rpartition("/")[2]) for one in desk.box.requests if "/git/" in one.path)
    assert git == {("GET", "refs"): 1, ("POST", "git-upload-pack"): COUNT}
    assert bare(second) == bare(first)


def test_answers_that_are_too_old_are_asked_for_again(desk: Desk) -> None:
    storing.fill(desk.box, COUNT)
    listed(desk)
    desk.box.forget_requests()
    document = listed(desk, "--max-age", "0")
    assert set(of(desk.box)) == {"", *desk.box.state.repositories}
    assert document["summary"]["since"] is None


def test_a_repository_that_was_pushed_to_is_asked_for_again_and_no_other(desk: Desk) -> None:
    tool(desk)
    desk.box.add_repository("other", {"main": {"README.md": "Text\n"}})
    assert verdicts(listed(desk))["tool", "", "PACKAGES_TOKEN"] == "in-use"
    desk.box.commit("tool", "main", {"bitbucket-pipelines.yml": NATIVE})
    desk.box.forget_requests()
    assert verdicts(listed(desk))["tool", "", "PACKAGES_TOKEN"] == "removable"
    assert set(of(desk.box)) == {"", "tool"}


def test_a_new_variable_of_the_workspace_is_seen_at_once(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {"bitbucket-pipelines.yml": STORED}})
    listed(desk)
    desk.box.add_variable("PACKAGES_TOKEN", VALUE)
    assert verdicts(listed(desk))["", "", "PACKAGES_TOKEN"] == "in-use"


def test_a_variable_of_the_workspace_is_looked_for_where_nothing_logs_in(desk: Desk) -> None:
    other = "pipelines:\n  default:\n    - step:\n        script:\n          - ./deploy $PACKAGES_TOKEN\n"
    for name in ("after", "zoo"):
        desk.box.add_repository(name, {"main": {"bitbucket-pipelines.yml": other}})
    desk.box.add_repository("tool", {"main": {"bitbucket-pipelines.yml": STORED}})
    desk.box.commit("tool", "main", {"bitbucket-pipelines.yml": NATIVE})
    desk.box.add_variable("PACKAGES_TOKEN", VALUE)
    (row,) = (one for one in listed(desk)["variables"] if one["key"] == "PACKAGES_TOKEN")
    assert row["verdict"] == "in-use"


def test_runs_that_are_known_from_before_count_where_files_are_read_again(desk: Desk) -> None:
    tool(desk)
    before = desk.box.head("tool", "main")
    desk.box.commit("tool", "main", {"bitbucket-pipelines.yml": NATIVE})
    desk.box.add_run("tool", "main", "PAUSED", commit=before)
    assert verdicts(listed(desk))["tool", "", "PACKAGES_TOKEN"] == "in-use"
    zoo = STORED.replace("PACKAGES_TOKEN", "ZOO_TOKEN")  # of the workspace, so that every file is looked through for it
    desk.box.add_repository("zoo", {"main": {"bitbucket-pipelines.yml": zoo}})
    desk.box.add_variable("ZOO_TOKEN", VALUE)
    desk.box.forget_requests()
    assert verdicts(listed(desk))["tool", "", "PACKAGES_TOKEN"] == "in-use"
    assert len(of(desk.box)["tool"]) == 2
    git = [one.path for one in desk.box.requests if one.path.startswith("/git/acme/tool.git/")]
    assert [one.rpartition("/")[2] for one in git] == ["refs", "git-upload-pack"]  # its branches, and no object


def test_a_host_in_a_variable_of_the_repository_tells_who_logs_in(desk: Desk) -> None:
    login = STORED.replace("crg.apkg.io", "$REGISTRY")
    desk.box.add_repository("tool", {"main": {"bitbucket-pipelines.yml": login}})
    desk.box.add_variable("PACKAGES_TOKEN", VALUE, repository="tool")
    assert not verdicts(listed(desk))
    desk.box.add_variable("REGISTRY", "crg.apkg.io", repository="tool", secured=False)
    assert verdicts(listed(desk, "--max-age", "0"))["tool", "", "PACKAGES_TOKEN"] == "in-use"


def test_what_is_imported_is_read_again_though_the_importer_is_as_it_was(desk: Desk) -> None:
    exported = STORED.replace("pipelines:\n  default:", "export: true\npipelines:\n  custom:\n    publish:").replace(
        "    - step:\n        script:", "      - step:\n          script:"
    )
    importing = "pipelines:\n  custom:\n    publish:\n      import: shared:main:publish\n"
    desk.box.add_repository("shared", {"main": {"bitbucket-pipelines.yml": exported}})
    desk.box.add_repository("web", {"main": {"bitbucket-pipelines.yml": importing}})
    desk.box.add_variable("PACKAGES_TOKEN", VALUE, repository="web")
    first = verdicts(listed(desk))
    desk.box.forget_requests()
    assert verdicts(listed(desk)) == first
    assert {slug: len(one) for slug, one in of(desk.box).items() if slug} == {"shared": 2, "web": 2}
    assert first["web", "", "PACKAGES_TOKEN"] == "in-use"
    desk.box.commit("shared", "main", {"bitbucket-pipelines.yml": exported.replace("PACKAGES_TOKEN", "OTHER_TOKEN")})
    assert verdicts(listed(desk))["web", "", "PACKAGES_TOKEN"] == "removable"
    desk.box.add_variable("OTHER_TOKEN", VALUE, repository="web")
    assert verdicts(listed(desk))["web", "", "OTHER_TOKEN"] == "in-use"


@pytest.mark.parametrize("ledger", [(), ("--ledger", "other.db")], ids=["the usual ledger", "another ledger"])
def test_what_apply_removes_is_asked_for_again(desk: Desk, ledger: tuple[str, ...]) -> None:
    tool(desk)
    desk.box.commit("tool", "main", {"bitbucket-pipelines.yml": NATIVE})
    assert verdicts(listed(desk, *ledger))["tool", "", "PACKAGES_TOKEN"] == "removable"
    assert desk.plan("--all", *ledger).code == 0
    assert desk.apply(*ledger).code == 0
    assert not verdicts(listed(desk, *ledger))


def test_a_plan_is_as_old_as_the_oldest_answer_that_it_rests_on(desk: Desk) -> None:
    tool(desk)
    desk.box.commit("tool", "main", {"bitbucket-pipelines.yml": NATIVE})
    listed(desk)
    later = datetime.now(UTC)
    time.sleep(1.1)
    desk.box.add_repository("other", {"main": {"bitbucket-pipelines.yml": NATIVE}})
    since = listed(desk)["summary"]["since"]
    assert datetime.fromisoformat(since) <= later
    assert desk.plan("--all").code == 0
    assert json.loads((desk.home / "plan.json").read_bytes())["created"] == since


def test_what_leaves_its_step_is_looked_for_once_tokens_ask_for_it(desk: Desk) -> None:
    desk.box.add_repository("cluster", {"main": {"bitbucket-pipelines.yml": HANDED_ON}})
    (desk.home / "tokens.toml").write_text(
        '[[tokens]]\nlabel = "ci"\nowner = "ada"\n'
        'variables = [{ level = "repository", repository = "cluster", key = "CLUSTER_PAT" }]\n'
    )
    listed(desk)
    desk.box.forget_requests()
    for _ in range(2):
        (token,) = listed(desk, "--tokens", "tokens.toml")["tokens"]
        assert "credential-leaves-step" in " ".join(token["why"])
    assert {one.path.rpartition("/")[2] for one in of(desk.box)["cluster"]} <= {"environments", "variables"}


# What is never concluded


def test_of_a_repository_without_pipelines_nothing_is_said_of_its_variables(desk: Desk) -> None:
    desk.box.add_repository("quiet", {"main": {"README.md": "Text\n"}})
    desk.box.add_variable("PACKAGES_TOKEN", VALUE, repository="quiet")
    (desk.home / "tokens.toml").write_text(
        '[[tokens]]\nlabel = "ci"\nowner = "ada"\n'
        'variables = [{ level = "repository", repository = "quiet", key = "PACKAGES_TOKEN" }]\n'
    )
    (token,) = listed(desk, "--tokens", "tokens.toml")["tokens"]
    assert not token["revocable"]
    assert "never had pipelines, so patless did not ask for its variables" in token["why"][0]


@pytest.mark.parametrize("where", ["a tag", "a commit before", "a link", "runs alone", "runs that cannot be read"])
def test_where_it_may_have_had_pipelines_all_is_asked(desk: Desk, where: str) -> None:
    box = desk.box
    text = {"bitbucket-pipelines.yml": STORED}
    box.add_repository("web", {"main": {"README.md": "Text\n"} | (text if where == "a commit before" else {})})
    if where == "a commit before":
        box.commit("web", "main", {"bitbucket-pipelines.yml": None})
    elif where == "a tag":
        folder = box.state.repositories["web"].folder
        commit = box.commit("web", "other", text)
        subprocess.run(["git", "tag", "v1", commit], cwd=folder, check=True)
        subprocess.run(["git", "branch", "-D", "other"], cwd=folder, check=True, capture_output=True)
    elif where == "a link":
        linked(box, "web")
    elif where == "runs alone":
        box.add_run("web", "main")
    else:
        box.faults.add("/2.0/repositories/acme/web/pipelines", 403, times=9)
    box.add_variable("PACKAGES_TOKEN", VALUE, repository="web")
    document = listed(desk)
    assert document["summary"]["never_had_pipelines"] == 0
    assert len(of(box)["web"]) > 1


def test_a_repository_that_fails_is_its_own_row_alone(desk: Desk) -> None:
    tool(desk)
    desk.box.add_repository("broken", {"main": {"bitbucket-pipelines.yml": STORED}})
    desk.box.add_variable("PACKAGES_TOKEN", VALUE)
    desk.box.add_repository("away", {"main": {"bitbucket-pipelines.yml": STORED}})
    desk.box.faults.add("/2.0/repositories/acme/broken/environments", 400, times=99)
    desk.box.faults.add("/git/acme/away.git/info/refs", 404, times=99)
    done = desk.list("--all")
    assert done.code == 3
    found = verdicts(json.loads(done.out))
    assert found["tool", "", "PACKAGES_TOKEN"] == "in-use"
    why = {one["repository"]: one["reason"] for one in json.loads(done.out)["not_checked"]}
    assert why.keys() == {"away", "broken"}
    assert not any("internal error" in one for one in why.values())


def test_a_hidden_level_is_asked_for_again(desk: Desk) -> None:
    tool(desk)
    desk.box.faults.add("/2.0/repositories/acme/tool/pipelines_config/variables", 403)
    assert verdicts(listed(desk))["tool", "", "PACKAGES_TOKEN"] == "not-checked"
    assert verdicts(listed(desk))["tool", "", "PACKAGES_TOKEN"] == "in-use"


def test_values_are_not_kept_but_those_that_are_hosts(desk: Desk) -> None:
    tool(desk)
    plain = {"NOTE": VALUE, "REGISTRY": "crg.apkg.io", "COMMAND": f"docker login crg.apkg.io -p {VALUE}"}
    for key, value in plain.items():
        desk.box.add_variable(key, value, repository="tool", secured=False)
    first = listed(desk)
    desk.box.forget_requests()
    assert bare(listed(desk)) == bare(first)
    assert "tool" in of(desk.box), "a value that names a registry beside something else is not kept, so it is asked for"


# Its end before its end


@pytest.mark.parametrize("most", [3, 9, 20, 31])
def test_so_many_requests_and_the_next_run_goes_on(desk: Desk, most: int) -> None:
    storing.fill(desk.box, COUNT)
    whole = bare(listed(desk, "--ledger", "whole.db"))
    desk.box.forget_requests()
    for _ in range(40):
        before = len(desk.box.requests)
        done = desk.list("--all", "--max-requests", str(most))
        api = [one for one in desk.box.requests[before:] if "/git/" not in one.path]
        assert len(api) <= most
        if done.code != 3:
            break
        assert "left; run the same command to continue" in done.err
        document = json.loads(done.out)
        assert document["summary"]["left"] > 0
        assert not [one for one in document["variables"] if not one["repository"] and one["verdict"] == "removable"]
        if most < 9:  # too few for any repository with deployments
            return
    assert bare(json.loads(done.out)) == whole


def test_whoever_logs_in_is_asked_for_first(desk: Desk) -> None:
    storing.fill(desk.box, 30)
    whole = verdicts(listed(desk, "--ledger", "whole.db"))
    several = len({repository for repository, _, _ in whole}) + 1  # one logs in with nothing that is stored
    done = desk.list("--all", "--max-requests", str(2 + 6 * several))
    assert done.code == 3
    assert verdicts(json.loads(done.out)) == whole


def test_what_a_run_takes_is_said_before_it_begins(desk: Desk) -> None:
    storing.fill(desk.box, COUNT)
    first = desk.list("--all")
    logins = {one["repository"] for one in json.loads(first.out)["variables"] if one["repository"]}
    told = r"patless: 12 repositories: about \d\d requests\. Answers are kept in patless-fleet\.db; "
    assert re.match(told, first.err)
    again = desk.list("--all")
    asked = 2 * len(logins)
    assert again.err.startswith(f"patless: 12 repositories, 12 of them kept from before: about {asked} requests. ")
    fewer = {"PATLESS_REQUESTS_PER_HOUR": "7", "PATLESS_CACHE_DIR": str(desk.home / "other")}
    slow = desk.list("--all", "--max-age", "0", "--max-requests", "3", **fewer)
    assert re.match(r"patless: 12 repositories: about \d\d requests, \d\.\d hours at 7 an hour", slow.err)


def test_a_deadline_that_is_past_ends_with_what_is_known(desk: Desk) -> None:
    storing.fill(desk.box, COUNT)
    desk.box.faults.add("/2.0/repositories/*", delay=0.3, times=9999)
    begun = time.monotonic()
    done = desk.list("--all", "--deadline", "1s")
    assert time.monotonic() - begun < 10
    assert done.code == 3
    assert any(said in done.err for said in ("(`--deadline`); ", "reached its `--deadline`; "))  # it waits, or asks
    assert json.loads(done.out)["summary"]["left"] > 0


def test_a_deadline_holds_while_git_brings_the_repositories(desk: Desk) -> None:
    storing.fill(desk.box, 40)
    desk.box.faults.add("/git/*", delay=1, times=9999)
    done = desk.list("--all", "--deadline", "2s")
    assert (done.code, len(of(desk.box)) < 40) == (3, True)
    assert json.loads(done.out)["summary"]["left"] > 0


@pytest.mark.parametrize("text", ["soon", "0m", "5", "1d"])
def test_a_deadline_is_a_time(desk: Desk, text: str) -> None:
    assert desk.list("--all", "--deadline", text).code == 2


def test_killed_at_any_point_it_goes_on_to_the_same_answer(desk: Desk) -> None:
    storing.fill(desk.box, COUNT)
    whole = bare(listed(desk, "--ledger", "whole.db"))
    desk.box.forget_requests()
    desk.box.faults.add("/2.0/*", delay=0.02, times=9999)
    chance = random.Random(7)
    for _ in range(5):
        process = started(desk)
        time.sleep(chance.uniform(0.5, 1.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert bare(listed(desk)) == whole
    learnt = Counter(one.path for one in desk.box.requests if one.path.endswith("/pipelines"))
    assert sum(learnt.values()) <= COUNT + 5 * 8, "what was under way is all that is asked twice"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_requests_it_goes_on_to_the_same_answer(desk: Desk, seed: int) -> None:
    """Killed as a request of the API or of git comes in, the first time early, then wherever chance has it."""
    storing.fill(desk.box, COUNT)
    whole = bare(listed(desk, "--ledger", "whole.db", PATLESS_CACHE_DIR=str(desk.home / "other")))
    every = len(desk.box.requests)
    desk.box.forget_requests()
    chance = random.Random(seed)
    killed = 0
    for number in range(5):
        process = started(desk)
        at = chance.randrange(3 if number == 0 else every)
        desk.box.faults.add("*", after=at, meanwhile=process.kill)
        killed += process.wait(timeout=120) == -signal.SIGKILL
        desk.box.faults.clear()
    assert killed
    assert bare(listed(desk)) == whole
    learnt = Counter(one.path for one in desk.box.requests if one.path.endswith("/pipelines"))
    assert sum(learnt.values()) <= COUNT + 5 * 8, "what was under way is all that is asked twice"


def test_two_runs_at_once_ask_once(desk: Desk) -> None:
    storing.fill(desk.box, COUNT)
    desk.box.faults.add("/2.0/*", delay=0.02, times=9999)
    both = [started(desk, stdout=subprocess.PIPE) for _ in range(2)]
    first, second = (json.loads(one.communicate(timeout=120)[0]) for one in both)
    assert bare(first) == bare(second)
    asked = of(desk.box)
    assert all(len(asked[slug]) <= 6 for slug in asked if slug)


# The allowance


@pytest.fixture
def hand() -> Iterator[Hand]:
    with moved() as found:
        yield found


def test_one_wait_for_bitbucket_s_allowance_that_is_said(tmp_path: Path, hand: Hand) -> None:
    with Box(hourly=20, seconds=hand.now) as box:
        (tmp_path / "home").mkdir()
        desk = Desk(box, tmp_path / "home", box.token())
        storing.fill(box, COUNT)
        with Box(hourly=None) as other:
            storing.fill(other, COUNT)
            (tmp_path / "other").mkdir()
            whole = listed(Desk(other, tmp_path / "other", other.token()))
        done = desk.list("--all")
        assert done.code == 0, done.err
        assert verdicts(json.loads(done.out)) == verdicts(whole)
        said = [line for line in done.err.splitlines() if "waiting until" in line]
        assert 1 <= len(said) <= 3, done.err  # one for each hour that it takes
        assert re.search(r"429.*waiting until [0-9:]+ UTC at the latest\. \d+ of 12 repositories are known", said[0])
        assert "run the same command to continue" in said[0]
        refused = [one for one in box.requests if one.status == 429]
        assert len(refused) <= 3 * (8 + 14), "those under way, and one at a time afterwards"


def test_one_wait_for_what_this_machine_may_send(tmp_path: Path, box: Box, hand: Hand) -> None:
    storing.fill(box, COUNT)
    (tmp_path / "home").mkdir()
    desk = Desk(box, tmp_path / "home", box.token())
    with mock.patch("pyrate_limiter.buckets.sqlite_bucket.time_ns", hand.nanoseconds):
        done = desk.list("--all", PATLESS_REQUESTS_PER_HOUR="20")
    assert done.code == 0, done.err
    said = [line for line in done.err.splitlines() if "waiting until" in line]
    assert 1 <= len(said) <= 4, done.err
    assert "this machine has sent its 20 requests for this hour" in said[0]


def test_a_run_of_hours_asks_for_whoever_logs_in_before_all_others(tmp_path: Path, box: Box, hand: Hand) -> None:
    storing.fill(box, 45)
    (tmp_path / "home").mkdir()
    desk = Desk(box, tmp_path / "home", box.token())
    with mock.patch("pyrate_limiter.buckets.sqlite_bucket.time_ns", hand.nanoseconds):
        done = desk.list("--all", PATLESS_REQUESTS_PER_HOUR="40")
    assert done.code == 0, done.err
    logins = {one["repository"] for one in json.loads(done.out)["variables"] if one["repository"]}
    asked = [match[1] for one in box.requests if (match := re.match(r"/2\.0/repositories/acme/([^/]+)/", one.path))]
    first = list(dict.fromkeys(asked))
    under_way = 8 + 4  # others begin as soon as those that log in are taken, and each thread waits for its turn
    assert logins <= set(first[: len(logins) + under_way])


def test_no_wait_beyond_the_deadline(tmp_path: Path, hand: Hand) -> None:
    with Box(hourly=20, seconds=hand.now) as box:
        storing.fill(box, COUNT)
        (tmp_path / "home").mkdir()
        done = Desk(box, tmp_path / "home", box.token()).list("--all", "--deadline", "10m")
    assert done.code == 3
    assert "--deadline" in done.err
    assert sum(hand.slept) < 700


def test_a_storm_loses_no_repository(desk: Desk) -> None:
    storing.fill(desk.box, 30)
    whole = verdicts(listed(desk, "--ledger", "whole.db"))
    chance = random.Random(3)
    for _ in range(400):
        desk.box.faults.add("/2.0/repositories/*", 503, after=0, times=1)
        desk.box.faults.add("/2.0/repositories/*", times=chance.randrange(10, 30))
    with mock.patch("migrator.bitbucket.retries.Again.get_backoff_time", return_value=0.0):
        done = desk.list("--all")
    assert done.code == 0, done.err
    assert verdicts(json.loads(done.out)) == whole


def test_a_storm_of_git_and_of_the_api_loses_one_of_a_hundred_at_most(desk: Desk) -> None:
    """One answer of twenty fails, in each way in which answers do."""
    storing.fill(desk.box, 100)
    whole = verdicts(listed(desk, "--ledger", "whole.db", PATLESS_CACHE_DIR=str(desk.home / "other")))
    chance = random.Random(11)
    ways: list[dict[str, Any]] = [{"status": 503}, {"close": True}, {"truncate": 20}, {"status": 500}]
    for path in ("/2.0/repositories/*", "/git/*"):
        for _ in range(200):
            desk.box.faults.add(path, **chance.choice(ways))
            desk.box.faults.add(path, times=chance.randrange(10, 30))
    with (
        mock.patch("migrator.bitbucket.retries.Again.get_backoff_time", return_value=0.0),
        mock.patch("migrator.repositories.again.FIRST", 0.01),
    ):
        first = desk.list("--all")
        again = desk.list("--all")  # lists of branches fail, too
    for done in (first, again):
        document = json.loads(done.out)
        lost = {one["repository"] for one in document["not_checked"]}
        assert len(lost) <= 1, done.err
        found = {key: verdict for key, verdict in whole.items() if key[0] not in {"", *lost}}
        assert {key: verdict for key, verdict in verdicts(document).items() if key[0]} == found
    failed = [one for one in desk.box.requests if one.status >= 500]
    assert len([one for one in failed if "/git/" in one.path]) >= 5


# For many


def test_some_verdicts_only(desk: Desk) -> None:
    tool(desk)
    desk.box.add_repository("old", {"main": {"bitbucket-pipelines.yml": STORED}})
    desk.box.commit("old", "main", {"bitbucket-pipelines.yml": NATIVE})
    desk.box.add_variable("PACKAGES_TOKEN", VALUE, repository="old")
    assert set(verdicts(listed(desk, "--verdict", "removable"))) == {("old", "", "PACKAGES_TOKEN")}
    assert desk.list("--all", "--verdict", "gone").code == 2


def test_of_many_the_counts_come_first_and_a_pair_is_one_line(desk: Desk) -> None:
    for number in range(20):
        desk.box.add_repository(f"web-{number}", {"main": {"bitbucket-pipelines.yml": STORED}})
        for key in ("PACKAGES_EMAIL", "PACKAGES_TOKEN"):
            desk.box.add_variable(key, VALUE, repository=f"web-{number}")
    text = shown(desk, "--all").out
    assert text.splitlines()[:2] == ["acme: 20 repositories read", "       40  in use"]
    assert "  web-3: PACKAGES_EMAIL, PACKAGES_TOKEN  in-use" in text
    whole = shown(desk, "--all", "--verdict", "in-use").out
    assert whole.count("a branch or an unfinished run uses it") == 40


def shown(desk: Desk, *arguments: str) -> Done:
    return desk.secrets("list", "--workspace", "acme", *arguments)


# The far end

NATIVE = STORED.replace("PACKAGES_EMAIL", "BITBUCKET_PACKAGES_USERNAME").replace(
    '"$PACKAGES_TOKEN"', '"$BITBUCKET_PACKAGES_TOKEN"'
)


def tool(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {"bitbucket-pipelines.yml": STORED}})
    desk.box.add_variable("PACKAGES_TOKEN", VALUE, repository="tool")


def linked(box: Box, slug: str) -> None:
    """A pipelines file that is a symbolic link."""
    folder = box.state.repositories[slug].folder

    def git(*arguments: str, given: str = "") -> str:
        done = subprocess.run(["git", *arguments], cwd=folder, input=given, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    link = git("hash-object", "-w", "--stdin", given="README.md")
    tree = git("mktree", given=f"120000 blob {link}\tbitbucket-pipelines.yml\n")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@acme.invalid")
    git("update-ref", "refs/heads/main", git(*who, "commit-tree", tree, "-m", "A link"))


def started(desk: Desk, stdout: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "migrator", "secrets", "list", "--workspace", "acme", "--all", "--format", "json"]
    return subprocess.Popen(
        command,
        cwd=desk.home,
        env=desk.environment() | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )
