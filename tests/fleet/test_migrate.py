"""`fleet migrate` against a workspace in a box: real sockets, real git."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from migrator.demo import review
from migrator.demo.box import Box
from migrator.demo.state import PullRequest
from migrator.demo.store import Program, history, point, revisions
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import State
from migrator.secrets.changes import destinations
from tests.fleet.conftest import NATIVE, OWN, PIPELINES, STORED, Desk, Watch, writes

USER = "BITBUCKET_PACKAGES_USERNAME"


def test_nothing_is_written_until_it_is_said(box: Box, desk: Desk) -> None:
    desk.add("web")
    done = desk.migrate()
    assert done.code == 1
    assert "web main: would open a pull request" in done.out
    assert "--open-prs" in done.out
    assert writes(box.requests) == []
    assert desk.changes() == []


def test_a_clean_repository_is_left_alone(box: Box, desk: Desk) -> None:
    desk.add("web", NATIVE)
    done = desk.open()
    assert done.code == 0
    assert "clean" in done.out
    assert writes(box.requests) == []


def test_a_pull_request_is_opened(box: Box, desk: Desk, watch: Watch) -> None:
    desk.add("web")
    head = box.head("web", "main")
    done = desk.open()
    assert done.code == 0, done.err
    (made,) = desk.pull_requests()
    assert (made.source, made.destination, made.state) == ("patless/main", "main", "OPEN")
    assert (made.close_source_branch, made.draft) == (True, False)
    assert desk.text("patless/main") == NATIVE.format(slug="web")
    assert box.head("web", "main") == head
    assert watch.commits[0]["parents"] == head
    assert f"/{PIPELINES}" in watch.commits[0]
    assert desk.migrate().code == 0
    before = len(writes(box.requests))
    assert "up-to-date" in desk.open().out
    assert len(writes(box.requests)) == before


PULLS = "*/repositories/acme/web/pullrequests"
SRC = "*/repositories/acme/web/src"
TWICE = STORED + '          - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"\n'


def opened(desk: Desk, *arguments: str) -> PullRequest:
    """The only one that there is after a run."""
    done = desk.open(*arguments)
    assert done.code == 0, done.out + done.err
    (made,) = desk.pull_requests()
    return made


# What people have done


def test_a_persons_push_leaves_the_branch_to_them(box: Box, desk: Desk) -> None:
    desk.add("web")
    opened(desk)
    box.commit("web", "patless/main", {"more": "1"}, author=box.add_person("Lee Developer"))
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    before = writes(box.requests)
    done = desk.open()
    assert (done.code, writes(box.requests)) == (0, before)
    assert "pushed: people have pushed" in done.out


def test_a_commit_that_people_amended_is_theirs(box: Box, desk: Desk) -> None:
    """It has the message of the one that it replaces, and other files."""
    desk.add("web")
    opened(desk)
    folder = box.state.repositories["web"].folder
    ours = revisions(folder, [box.head("web", "patless/main") or ""])
    (message,) = (one.message for one in ours.values())
    parent = box.head("web", "main") or ""
    point(folder, "refs/heads/patless/main", parent)
    box.commit("web", "patless/main", {PIPELINES: NATIVE.format(slug="web"), "more": "1"}, message)
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    assert "pushed:" in desk.open().out


@pytest.mark.parametrize("edited", [False, True])
def test_an_open_one_is_updated_in_place_and_edits_of_people_are_kept(box: Box, desk: Desk, edited: bool) -> None:
    desk.add("web")
    made = opened(desk)
    first, reviewer = made.description, box.add_person("Rene Reviewer")
    made.reviewers, made.title = [reviewer], "PAT-7 Ours"
    made.description = "Ours." if edited else first
    tip = box.head("web", "patless/main")
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    assert "updated pull request #1" in desk.open().out
    assert desk.pull_requests() == [made]
    assert desk.text("patless/main").count("BITBUCKET_PACKAGES_TOKEN") == 2
    assert (made.title, made.reviewers) == ("PAT-7 Ours", [reviewer])
    assert (made.description == "Ours.") is edited
    assert made.description != first
    (parents,) = (one.parents for one in revisions(folder_of(box), [box.head("web", "patless/main") or ""]).values())
    assert parents == (tip, box.head("web", "main")), "on top of what was there, and up to date"
    desk.ledger.unlink()
    desk.know("web")
    assert "up-to-date" in desk.open().out, "known for one of this tool's without a ledger"
    box.merge("web", 1)
    assert desk.text("main").count("BITBUCKET_PACKAGES_TOKEN") == 2


def test_an_open_one_is_not_touched_while_its_diff_would_be_the_same(box: Box, desk: Desk) -> None:
    desk.add("web")
    opened(desk)
    box.commit("web", "main", {PIPELINES: "# Moved.\n" + STORED.format(slug="web"), "other": "1"})
    before = writes(box.requests)
    assert "up-to-date" in desk.open().out
    assert writes(box.requests) == before


def test_a_declined_one_is_respected_unless_it_is_said(box: Box, desk: Desk) -> None:
    desk.add("web")
    made = opened(desk)
    review.decline(box.state.repositories["web"], made, box.state.owner, box.state.clock())
    before = writes(box.requests)
    assert "declined" in desk.open().out
    assert writes(box.requests) == before
    assert desk.status()[0]["state"] == "declined"
    assert desk.open("--reopen").code == 0
    assert [one.state for one in desk.pull_requests()] == ["DECLINED", "OPEN"]
    assert box.head("web", "patless/main"), "its branch served again"


def test_a_pull_request_that_people_have_pointed_elsewhere_is_theirs(box: Box, desk: Desk) -> None:
    desk.add("web", develop=NATIVE)
    opened(desk).destination = "develop"
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    before = writes(box.requests)
    assert "retargeted" in desk.open().out
    assert writes(box.requests) == before


def test_a_branch_of_that_name_that_is_someone_elses_stops(box: Box, desk: Desk) -> None:
    desk.add("web")
    box.commit("web", "patless/main", {"mine": "1"})
    done = desk.open()
    assert (done.code, writes(box.requests)) == (1, [])
    assert "not-ours" in done.out


# What gets lost, and what moves meanwhile


@pytest.mark.parametrize("forgets", [False, True], ids=["with its ledger", "on another machine"])
def test_a_branch_without_a_pull_request_is_repaired(box: Box, desk: Desk, forgets: bool) -> None:
    desk.add("web")
    box.faults.add(PULLS, 403, method="POST")
    assert desk.open().code == 4
    assert box.head("web", "patless/main")
    if forgets:
        desk.ledger.unlink()
        desk.know("web")
    box.forget_requests()
    assert opened(desk).source == "patless/main"
    assert [path for _, path in writes(box.requests)] == ["web/pullrequests"], "no second commit"


@pytest.mark.parametrize("path", [SRC, PULLS])
@pytest.mark.parametrize("lost", [{"close": True}, {"status": 503}, {"truncate": 3}], ids=["closed", "503", "cut"])
def test_a_lost_answer_is_looked_after_and_nothing_is_done_twice(
    box: Box, desk: Desk, path: str, lost: dict[str, Any]
) -> None:
    desk.add("web")
    if not (path == SRC and "truncate" in lost):  # that answer has no body
        box.faults.add(path, method="POST", applied=True, **lost)
    opened(desk)
    assert sorted(path for _, path in writes(box.requests)) == ["web/pullrequests", "web/src"]
    assert len(history(folder_of(box), "refs/heads/patless/main")) == 2
    (kept,) = desk.changes()
    assert (kept.state, kept.pull_request, kept.head) == ("pr-open", 1, box.head("web", "patless/main"))


def test_a_conflict_is_read_again(box: Box, desk: Desk) -> None:
    """Someone pushed to the destination while it was being read: what is committed is for what is there then."""
    desk.add("web")
    box.faults.add(
        SRC,
        409,
        method="POST",
        meanwhile=lambda: box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")}),
    )
    opened(desk)
    assert desk.text("patless/main") == desk.text("main").replace("PACKAGES_EMAIL", USER).replace(
        '"$PACKAGES_TOKEN', '"$BITBUCKET_PACKAGES_TOKEN'
    )


def test_a_branch_that_someone_begins_meanwhile_is_not_written_to(box: Box, desk: Desk) -> None:
    desk.add("web")
    box.faults.add(SRC, method="POST", meanwhile=lambda: box.commit("web", "patless/main", {"mine": "1"}))
    done = desk.open()
    assert "not-ours" in done.out
    assert desk.text("patless/main") == STORED.format(slug="web")
    assert desk.pull_requests() == []


def test_a_push_between_the_look_and_the_update_wins(box: Box, desk: Desk) -> None:
    desk.add("web")
    opened(desk)
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    box.faults.add(
        "/git/acme/web.git/git-receive-pack",
        meanwhile=lambda: box.commit("web", "patless/main", {"mine": "1"}),
    )
    assert "pushed:" in desk.open().out
    assert desk.text("patless/main", path="mine") == "1"
    assert desk.text("patless/main") == NATIVE.format(slug="web")


def test_two_runs_at_once_do_nothing_twice(box: Box, desk: Desk) -> None:
    for number in range(3):
        desk.add(f"app-{number}")
    runs = [desk.started(), desk.started(), desk.started("--ledger", str(desk.second()))]
    for run in runs:
        _, err = run.communicate(timeout=120)
        desk.said.append(err.decode())
        assert run.returncode in (0, 1), err
    for number in range(3):
        (made,) = desk.pull_requests(f"app-{number}")
        assert made.state == "OPEN"
        assert len(history(folder_of(box, f"app-{number}"), "refs/heads/patless/main")) == 2


def test_a_scan_and_a_migration_at_once_on_one_ledger_end_as_one_after_the_other(box: Box, desk: Desk) -> None:
    slugs = [f"app-{number}" for number in range(6)]
    for slug in slugs:
        desk.add(slug)
    runs = [desk.begun("scan", "--workspace", "acme", "--jobs", "2"), desk.started()]
    for run in runs:
        _, err = run.communicate(timeout=120)
        desk.said.append(err.decode())
        assert run.returncode in (0, 1), err
    assert desk.open().code == 0
    with Ledger(desk.ledger) as ledger:
        assert {one.repository.slug: one.state for one in ledger.entries()} == dict.fromkeys(slugs, State.SCANNED)
        assert all(one.seen and one.seen.findings for one in ledger.branches())
    assert {(one.state, one.pull_request, one.error) for one in desk.changes()} == {("pr-open", 1, "")}
    assert [len(desk.pull_requests(slug)) for slug in slugs] == [1] * 6


# What stands in the way


@pytest.mark.parametrize("level", ["workspace", "repository", "deployment"])
def test_a_variable_with_the_name_of_a_native_one_stops(box: Box, desk: Desk, level: str) -> None:
    desk.add("web")
    where: dict[str, Any] = {} if level == "workspace" else {"repository": "web"}
    if level == "deployment":
        box.add_environment("web", "Production")
        where["environment"] = "Production"
    box.add_variable("BITBUCKET_PACKAGES_TOKEN", **where)
    done = desk.open()
    assert (done.code, writes(box.requests)) == (1, [])
    assert "shadowed" in done.out
    assert f"BITBUCKET_PACKAGES_TOKEN ({level}" in done.out


def test_variables_that_cannot_be_read_stop(box: Box, desk: Desk) -> None:
    desk.add("web")
    box.state.repositories["web"].restricted = True
    done = desk.open()
    assert (done.code, writes(box.requests)) == (1, [])
    assert "not-checked" in done.out


PUSHING = STORED.replace("docker pull", "docker push")


def test_a_linkage_that_nobody_confirms_stops(box: Box, desk: Desk) -> None:
    (desk.home / "fleet.toml").unlink()
    desk.add("web", PUSHING)
    done = desk.open()
    assert (done.code, writes(box.requests)) == (1, [])
    assert "linkage" in done.out
    assert "crg.apkg.io/acme/web" in done.out


@pytest.mark.parametrize("way", ["configuration", "probe", "option"])
def test_a_linkage_is_confirmed(desk: Desk, way: str) -> None:
    if way != "configuration":
        (desk.home / "fleet.toml").unlink()
    desk.add("web", PUSHING)
    row = {"name": "crg.apkg.io/acme/web", "pushed": [{}], "probe": {"readable": "yes", "push": "yes"}}
    (desk.home / "probe.json").write_text(json.dumps({"packages": [row]}))
    options = {"configuration": [], "probe": ["--probed", "web=probe.json"], "option": ["--accept-linkage"]}
    opened(desk, *options[way])


def test_a_probe_that_did_not_grant_a_push_confirms_nothing(desk: Desk) -> None:
    (desk.home / "fleet.toml").unlink()
    desk.add("web", PUSHING)
    row = {"name": "crg.apkg.io/acme/web", "pushed": [{}], "probe": {"readable": "yes", "push": "unknown"}}
    (desk.home / "probe.json").write_text(json.dumps({"packages": [row]}))
    assert "linkage" in desk.open("--probed", "web=probe.json").out
    assert desk.open("--probed", "web=nowhere.json").code == 2


def test_a_branch_template_that_names_a_destination_stops(box: Box, desk: Desk) -> None:
    desk.add("web", develop=STORED)
    (desk.home / "t").mkdir()
    (desk.home / "t" / "branch.j2").write_text("develop")
    done = desk.open("--templates", "t", "--destinations", "main,develop")
    assert (done.code, writes(box.requests)) == (1, [])
    assert "protected" in done.out


# How they are opened


def test_each_destination_has_its_own(box: Box, desk: Desk) -> None:
    desk.add("web", **{"develop": STORED, "release/1": STORED, "feature/x": STORED})
    assert desk.open("--destinations", "main,develop,release/*").code == 0
    ends = {(one.source, one.destination) for one in desk.pull_requests()}
    assert ends == {(f"patless/{name}", name) for name in ("main", "develop", "release/1")}
    assert {row["destination"] for row in desk.status()} == {"main", "develop", "release/1"}


@pytest.mark.parametrize("bad", [{"active": False}, {"member": False}, {}], ids=["left", "guest", "author"])
def test_a_refused_reviewer_is_dropped_and_the_rest_is_asked(box: Box, desk: Desk, bad: dict[str, bool]) -> None:
    desk.add("web")
    good, refused = box.add_person("Rene Reviewer"), box.add_person("Sam Other", **bad)
    if not bad:
        desk.token = box.api_token(of=refused)
        desk.email = refused.email
    box.state.repositories["web"].reviewers += [refused, good]
    assert opened(desk).reviewers == [good]


def test_reviewers_that_bitbucket_does_not_tell_apart_are_tried(box: Box, desk: Desk) -> None:
    desk.add("web")
    people = [box.add_person(f"Rene {name}") for name in ("One", "Two", "Three")]
    box.state.repositories["web"].reviewers += people
    box.faults.add("*/effective-default-reviewers", meanwhile=lambda: box.state.people.pop(people[1].uuid))
    assert opened(desk).reviewers == [people[0], people[2]]


def test_a_draft(desk: Desk) -> None:
    desk.add("web")
    assert opened(desk, "--draft").draft


def test_what_is_pushed_is_what_fix_writes(box: Box, desk: Desk) -> None:
    text = "\ufeff" + STORED.format(slug="web").replace("\n", "\r\n").replace("script:", "script:  # é  ").rstrip()
    desk.add("web", text.replace("{", "{{").replace("}", "}}"))
    clone = desk.home / "clone"
    clone.mkdir()
    (clone / PIPELINES).write_bytes(text.encode())
    (clone / ".patless.toml").write_text('own-packages = ["crg.apkg.io/acme/web"]\n')
    assert desk.run("fix", str(clone)).code == 0
    opened(desk)
    assert desk.text("patless/main").encode() == (clone / PIPELINES).read_bytes()
    assert b"BITBUCKET_PACKAGES_TOKEN" in (clone / PIPELINES).read_bytes()


@pytest.mark.parametrize("said", [False, True])
def test_a_branch_that_would_publish_is_not_run_unless_it_is_said(
    box: Box, desk: Desk, watch: Watch, said: bool
) -> None:
    desk.add("web", PUSHING)
    made = opened(desk, *(["--run-pipelines"] if said else []))
    assert ("[skip ci]" in watch.commits[0]["message"]) is not said
    assert ("No pipeline has run on this branch" in made.description) is not said


def test_a_branch_that_publishes_nothing_is_run(desk: Desk, watch: Watch) -> None:
    desk.add("web")
    assert "skip ci" not in opened(desk).description
    assert "skip ci" not in watch.commits[0]["message"]


def test_workspaces_that_want_issue_keys_have_templates(desk: Desk, watch: Watch) -> None:
    desk.add("web")
    (desk.home / "t").mkdir()
    (desk.home / "t" / "branch.j2").write_text("PAT-7/{{ destination }}\n")
    (desk.home / "t" / "title.j2").write_text("PAT-7 {{ repository }}")
    (desk.home / "t" / "message.j2").write_text("PAT-7 Move")
    made = opened(desk, "--templates", "t")
    assert (made.source, made.title) == ("PAT-7/main", "PAT-7 web")
    assert watch.commits[0]["message"].startswith("PAT-7 Move\n\nPatless-Change: ")
    assert destinations(folder_of(desk.box)) == {desk.box.head("web", "PAT-7/main"): "main"}
    done = desk.open("--templates", "t", "--destinations", "main,PAT-7/*")
    assert "web main: protected" in done.out, "a glob that holds the branch is refused"
    assert "PAT-7/main:" not in done.out, "and what was made is no destination"


def test_a_template_that_is_wrong_is_a_sentence(box: Box, desk: Desk) -> None:
    desk.add("web")
    (desk.home / "t").mkdir()
    (desk.home / "t" / "title.j2").write_text("\n{{ nothing.at.all }}")
    done = desk.open("--templates", "t")
    assert (done.code, writes(box.requests)) == (2, [])
    assert "title.j2" in done.err


def test_the_pace_ends_a_run_and_the_next_one_goes_on(box: Box, desk: Desk) -> None:
    for slug in ("a", "b", "c"):
        desk.add(slug)
    done = desk.migrate("--open-prs", "--pace", "2")
    assert done.code == 1
    assert "c main: waits: 2 were opened within the hour" in done.out
    assert [len(desk.pull_requests(slug)) for slug in ("a", "b", "c")] == [1, 1, 0]
    assert "waits" in desk.migrate("--open-prs", "--pace", "2").out
    assert desk.open().code == 0


def test_a_reviewer_has_so_many_at_a_time(box: Box, desk: Desk) -> None:
    busy, free = box.add_person("Rene Reviewer"), box.add_person("Sam Other")
    for slug, reviewer in (("a", busy), ("b", busy), ("c", free)):
        desk.add(slug)
        box.state.repositories[slug].reviewers.append(reviewer)
    done = desk.open("--per-reviewer", "1")
    assert done.code == 1
    assert "b main: waits: reviewers who have 1 open already (--per-reviewer): Rene Reviewer" in done.out
    assert [len(desk.pull_requests(slug)) for slug in ("a", "b", "c")] == [1, 0, 1]
    box.merge("a", 1)
    assert desk.open("--per-reviewer", "1").code == 0


def test_an_excluded_repository_is_not_looked_at(box: Box, desk: Desk) -> None:
    desk.add("web")
    desk.add("old-web")
    (desk.home / "fleet.toml").write_text(OWN + 'exclude = ["old-*"]\n')
    assert desk.open().code == 0
    assert not any("old-web" in one.path for one in box.requests)


def test_a_repository_that_fails_keeps_none_of_the_others(box: Box, desk: Desk) -> None:
    for slug in ("a", "b"):
        desk.add(slug)
    box.faults.add("/git/acme/a.git/*", 404, times=9)
    done = desk.open()
    assert done.code == 3
    assert "a main" in done.err
    assert len(desk.pull_requests("b")) == 1


def folder_of(box: Box, slug: str = "web") -> Path:
    return box.state.repositories[slug].folder


def test_a_package_that_another_repository_pushes_too_is_held_back(box: Box, desk: Desk) -> None:
    (desk.home / "fleet.toml").unlink()
    text = PUSHING.replace("{slug}", "shared")
    for slug in ("a", "b"):
        desk.add(slug, text)
    assert desk.run("fleet", "scan", "--workspace", "acme").code in (0, 1)
    done = desk.open("--accept-linkage")
    assert writes(box.requests) == []
    assert "held-back" in done.out


def test_a_repository_may_take_away_and_never_add(box: Box, desk: Desk) -> None:
    """Its own configuration is no word on the linkage of its packages."""
    (desk.home / "fleet.toml").unlink()
    desk.add("web", PUSHING)
    box.commit("web", "main", {".patless.toml": 'own-packages = ["crg.apkg.io/acme/web"]\n'})
    assert "linkage" in desk.open().out
    box.commit("web", "main", {".patless.toml": 'ignore = ["registry-login"]\n'})
    assert "clean" in desk.open("--accept-linkage").out
    assert writes(box.requests) == []


def test_an_exporter_changes_what_is_right_for_all_who_import_it(box: Box, desk: Desk) -> None:
    """It has neither the image nor the variables of its own; those of the importers decide."""
    desk.add("ci-shared", EXPORTED)
    desk.add("orders", IMPORTING)
    box.commit("orders", "main", {"Dockerfile": "FROM alpine:3\n"})
    shadow = box.add_variable("BITBUCKET_PACKAGES_TOKEN", repository="orders")
    assert desk.run("fleet", "scan", "--workspace", "acme").code == 1
    assert "(BITBUCKET_PACKAGES_TOKEN (repository of orders))" in desk.open().out
    del box.variables("orders")[shadow]
    done = desk.open()
    assert done.code == 0
    assert desk.text("patless/main", "ci-shared").count("BITBUCKET_PACKAGES_TOKEN") == 1
    assert "and those of `orders`, which import from here" in desk.pull_requests("ci-shared")[0].description
    box.commit("orders", "main", {"Dockerfile": "FROM crg.apkg.io/acme/base\n"})
    assert desk.run("fleet", "scan", "--workspace", "acme").code == 1
    told = desk.migrate("ci-shared").out
    assert "foreign-package" in told
    assert ", in orders" in told


EXPORTED = """\
export: true
definitions:
  pipelines:
    publish:
      - step:
          script:
            - docker login crg.apkg.io -u "$EMAIL" -p "$TOKEN"
            - docker build -t crg.apkg.io/acme/$BITBUCKET_REPO_SLUG .
            - docker push crg.apkg.io/acme/$BITBUCKET_REPO_SLUG
"""
IMPORTING = "pipelines:\n  default:\n    import: ci-shared:main:publish\n"
EVIL = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$A_USER" -p "$A_TOKEN"
          - docker pull "crg.apkg.io/acme/@all[x](http://evil.example)<script>"
    - step:
        script:
          - docker login crg.apkg.io -u "$B_USER" -p "$B_TOKEN"
          - docker pull crg.apkg.io/acme/evil
"""


def test_text_of_a_repository_does_nothing_in_a_pull_request(box: Box, desk: Desk) -> None:
    desk.add("evil", EVIL.replace("{", "{{").replace("}", "}}"))
    name = "ci/@here <b>\x1b[31m-pipelines.yml"
    box.commit("evil", "main", {name: STORED.format(slug="evil")})
    done = desk.open()
    (made,) = desk.pull_requests("evil")
    for text in (re.sub(r"`[^`\n]*`", "", made.description), made.title):
        assert not set("@<\x1b") & set(text)
    assert "@all" not in made.description
    assert "\x1b" not in done.out + done.err
    assert "A_USER" in made.description, "what stays is named"
    assert len(made.description.splitlines()) < 48


def test_an_executable_or_linked_file_is_not_written(box: Box, desk: Desk) -> None:
    """A commit through the API would take its mode from it."""
    desk.add("web", NATIVE)
    box.commit("web", "main", {PIPELINES: Program(STORED.format(slug="web"))})
    done = desk.open()
    assert writes(box.requests) == []
    assert "held-back" in done.out


def test_a_literal_credential_is_nowhere_but_in_its_file(box: Box, desk: Desk, watch: Watch) -> None:
    literal = "ATATT3xFfGF0literalSECRETvalueTHATnobodyMAYsee0123456789"
    other = STORED.replace("$PACKAGES_TOKEN", literal).replace("crg.apkg.io -u", "crg.apkg.io --username")
    desk.add("web", STORED + other.partition("default:\n")[2])
    box.commit("web", "main", {"ci/x-pipelines.yml": other.format(slug="web")})
    done = desk.open()
    assert desk.pull_requests(), done.out
    told = [one["message"] for one in watch.commits] + [json.dumps(one) for one in watch.bodies]
    assert not any(literal in text for text in (*told, done.out, done.err))
    before = desk.changes()
    box.commit("web", "main", {PIPELINES: desk.text("main").replace(literal, literal[::-1])})
    desk.open()
    assert [one.digest for one in desk.changes()] == [one.digest for one in before], "no name of a change depends on it"
