"""`fleet migrate` against a workspace in a box: real sockets, real git."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from migrator.demo.box import Box
from migrator.fleet.ledger import Ledger
from migrator.secrets.changes import destinations
from tests.fleet.conftest import NATIVE, OWN, PIPELINES, PUSHING, STORED, TWICE, Desk, Watch, writes

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


def test_a_linkage_that_nobody_confirms_stops(box: Box, desk: Desk) -> None:
    (desk.home / "fleet.toml").unlink()
    desk.add("web", PUSHING)
    done = desk.open()
    assert (done.code, writes(box.requests)) == (1, [])
    assert "linkage" in done.out
    assert "crg.apkg.io/acme/web" in done.out


def probed(name: str, push: str) -> str:
    """What `patless packages --probe --format json` prints of a package that can be read."""
    probe = {"asked": name, "readable": "yes", "push": push, "why": []}
    place = {"path": "bitbucket-pipelines.yml", "line": 9, "column": 15}
    row = {"name": name, "ownership": "own", "why": "pushed", "pushed": [place], "read": [], "probe": probe}
    return json.dumps({"schema_version": 1, "packages": [row], "skipped": [], "summary": {"packages": 1, "skipped": 0}})


@pytest.mark.parametrize("way", ["configuration", "probe", "option"])
def test_a_linkage_is_confirmed(desk: Desk, way: str) -> None:
    if way != "configuration":
        (desk.home / "fleet.toml").unlink()
    desk.add("web", PUSHING)
    (desk.home / "probe.json").write_text(probed("crg.apkg.io/acme/web", "yes"))
    options = {"configuration": [], "probe": ["--probed", "web=probe.json"], "option": ["--accept-linkage"]}
    desk.opened(*options[way])


def test_a_probe_that_did_not_grant_a_push_confirms_nothing(desk: Desk) -> None:
    (desk.home / "fleet.toml").unlink()
    desk.add("web", PUSHING)
    (desk.home / "probe.json").write_text(probed("crg.apkg.io/acme/web", "unknown"))
    assert "linkage" in desk.open("--probed", "web=probe.json").out
    assert desk.open("--probed", "web=nowhere.json").code == 2
    (desk.home / "other.json").write_text(probed("crg.apkg.io/acme/web", "perhaps"))
    assert desk.open("--probed", "web=other.json").code == 2


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
    assert desk.opened().reviewers == [good]


def test_reviewers_that_bitbucket_does_not_tell_apart_are_tried(box: Box, desk: Desk) -> None:
    desk.add("web")
    people = [box.add_person(f"Rene {name}") for name in ("One", "Two", "Three")]
    box.state.repositories["web"].reviewers += people
    box.faults.add("*/effective-default-reviewers", meanwhile=lambda: box.state.people.pop(people[1].uuid))
    assert desk.opened().reviewers == [people[0], people[2]]


def test_a_draft(desk: Desk) -> None:
    desk.add("web")
    assert desk.opened("--draft").draft


def test_what_is_pushed_is_what_fix_writes(box: Box, desk: Desk) -> None:
    text = "\ufeff" + STORED.format(slug="web").replace("\n", "\r\n").replace("script:", "script:  # é  ").rstrip()
    desk.add("web", text.replace("{", "{{").replace("}", "}}"))
    clone = desk.home / "clone"
    clone.mkdir()
    (clone / PIPELINES).write_bytes(text.encode())
    (clone / ".patless.toml").write_text('own-packages = ["crg.apkg.io/acme/web"]\n')
    assert desk.run("fix", str(clone)).code == 0
    desk.opened()
    assert desk.text("patless/main").encode() == (clone / PIPELINES).read_bytes()
    assert b"BITBUCKET_PACKAGES_TOKEN" in (clone / PIPELINES).read_bytes()


@pytest.mark.parametrize("said", [False, True])
def test_a_branch_that_would_publish_is_not_run_unless_it_is_said(
    box: Box, desk: Desk, watch: Watch, said: bool
) -> None:
    desk.add("web", PUSHING)
    made = desk.opened(*(["--run-pipelines"] if said else []))
    assert ("[skip ci]" in watch.commits[0]["message"]) is not said
    assert ("No pipeline has run on this branch" in made.description) is not said


@pytest.mark.parametrize(
    ("strategies", "carrying"),
    [
        (("merge_commit",), ""),
        (("merge_commit", "squash"), "squash"),
        (("fast_forward",), "fast_forward"),
        (("rebase_fast_forward", "merge_commit"), "rebase_fast_forward"),
        (("rebase_merge",), "rebase_merge"),
        ((), "Bitbucket does not say how it may be merged"),
    ],
)
def test_nothing_is_opened_whose_merge_may_keep_the_destination_from_being_built(
    box: Box, desk: Desk, watch: Watch, strategies: tuple[str, ...], carrying: str
) -> None:
    desk.add("web", PUSHING)
    box.state.repositories["web"].strategies = strategies
    done = desk.open()
    assert bool(desk.pull_requests()) is not bool(carrying)
    assert (done.code, f"({carrying})" in done.out) == ((1, True) if carrying else (0, False)), done.out
    (row,) = desk.status()
    assert (row["state"], row["held_back"]) == (("skipped", 0) if carrying else ("pr-open", 0))
    assert not carrying or "skip-ci: the new branch would publish" in row["why"]
    made = desk.opened("--run-pipelines" if len(strategies) == 2 else "--accept-skip-ci")
    said = "[skip ci]" in watch.commits[0]["message"]
    assert said is (not carrying or len(strategies) != 2)
    assert ("Merge with a merge commit" in made.description) is said


def test_what_a_merge_carries_is_asked_only_where_a_branch_would_publish(box: Box, desk: Desk) -> None:
    desk.add("web")
    desk.add("api", PUSHING)
    desk.open()
    asked = [one.path.partition("/acme/")[2] for one in box.requests if "/refs/branches/" in one.path]
    assert asked == ["api/refs/branches/main"]


def test_a_revert_that_would_keep_its_destination_from_being_built_is_not_opened(box: Box, desk: Desk) -> None:
    desk.add("web", PUSHING)
    box.merge("web", desk.opened().id)
    box.state.repositories["web"].strategies = ("squash",)
    done = desk.run("fleet", "revert", "web")
    assert (done.code, "(squash)" in done.err) == (1, True)
    assert len(desk.pull_requests()) == 1
    done = desk.run("fleet", "revert", "web", "--accept-skip-ci")
    assert (done.code, len(desk.pull_requests())) == (0, 2)
    assert done.out.endswith("Merge it, then run `patless fleet status`.\n")


def test_a_branch_that_publishes_nothing_is_run(desk: Desk, watch: Watch) -> None:
    desk.add("web")
    assert "skip ci" not in desk.opened().description
    assert "skip ci" not in watch.commits[0]["message"]


def test_workspaces_that_want_issue_keys_have_templates(desk: Desk, watch: Watch) -> None:
    desk.add("web")
    (desk.home / "t").mkdir()
    (desk.home / "t" / "branch.j2").write_text("PAT-7/{{ destination }}\n")
    (desk.home / "t" / "title.j2").write_text("PAT-7 {{ repository }}")
    (desk.home / "t" / "message.j2").write_text("PAT-7 Move")
    made = desk.opened("--templates", "t")
    assert (made.source, made.title) == ("PAT-7/main", "PAT-7 web")
    assert watch.commits[0]["message"].startswith("PAT-7 Move\n\nPatless-Change: ")
    assert destinations(desk.folder()) == {desk.box.head("web", "PAT-7/main"): "main"}
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
    assert "c main: waits: 2 opened within the hour" in done.out
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


@pytest.mark.parametrize("token", ["api", "access"])
def test_a_reviewer_has_so_many_at_a_time_after_a_lost_ledger_too(box: Box, desk: Desk, token: str) -> None:
    """What is open comes first, in whatever order the repositories are, and lists do not name reviewers."""
    if token == "api":
        desk.token, desk.email = box.api_token(), box.email
    busy = box.add_person("Rene Reviewer")
    for slug in ("a", "b"):
        desk.add(slug)
        box.state.repositories[slug].reviewers.append(busy)
    assert desk.open("b", "--per-reviewer", "1").code == 0
    desk.ledger.unlink()
    desk.know("a", "b")
    done = desk.open("--per-reviewer", "1")
    assert "a main: waits: reviewers who have 1 open already (--per-reviewer): Rene Reviewer" in done.out
    assert [len(desk.pull_requests(slug)) for slug in ("a", "b")] == [0, 1]


def test_a_reviewer_who_left_meanwhile_is_dropped_where_an_open_one_is_described_anew(box: Box, desk: Desk) -> None:
    desk.add("web")
    stays, leaves = box.add_person("Rene Reviewer"), box.add_person("Sam Other")
    box.state.repositories["web"].reviewers += [stays, leaves]
    made = desk.opened()
    assert made.reviewers == [stays, leaves]
    box.state.people[leaves.uuid] = replace(leaves, active=False)
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    done = desk.open()
    assert done.code == 0
    assert "updated pull request #1" in done.out
    assert leaves.uuid in done.out, "who was dropped is said"
    assert made.reviewers == [stays]


@pytest.mark.parametrize("active", [True, False])
def test_an_account_is_asked_after_once_and_only_where_reviewers_are_refused(
    box: Box, desk: Desk, active: bool
) -> None:
    person, other = box.add_person("Rene Reviewer", active=active), box.add_person("Sam Other")
    for slug in ("a", "b", "c"):
        desk.add(slug)
        box.state.repositories[slug].reviewers += [person, other]
    assert desk.open().code == 0
    assert sum(one.path == f"/2.0/users/{person.uuid}" for one in box.requests) == (0 if active else 1)
    wanted = [person, other] if active else [other]
    assert [desk.pull_requests(slug)[0].reviewers for slug in ("a", "b", "c")] == [wanted] * 3


def test_a_reviewer_who_has_left_is_not_waited_for(box: Box, desk: Desk) -> None:
    left = box.add_person("Rene Reviewer")
    for slug in ("a", "b"):
        desk.add(slug)
        box.state.repositories[slug].reviewers.append(left)
    assert desk.open("a", "--per-reviewer", "1").code == 0
    box.state.people[left.uuid] = replace(left, active=False)
    box.state.repositories["b"].reviewers[:] = [box.state.people[left.uuid]]
    assert desk.open("b", "--per-reviewer", "1").code == 0
    assert [one.reviewers for one in desk.pull_requests("b")] == [[]]


def test_a_pull_request_takes_nine_requests_where_there_are_three_deployments(box: Box, desk: Desk) -> None:
    people = [box.add_person(name) for name in ("Rene Reviewer", "Sam Other")]
    slugs = [f"app-{number}" for number in range(3)]
    for slug in slugs:
        desk.add(slug)
        box.state.repositories[slug].reviewers += people
        for name in ("Test", "Staging", "Production"):
            box.add_environment(slug, name)
    assert desk.open().code == 0
    asked = [one.path for one in box.requests if not one.path.startswith("/git/")]
    of = {slug: sum(f"/{slug}/" in path for path in asked) for slug in slugs}
    assert of == dict.fromkeys(slugs, 9)
    assert sorted(path for path in asked if "/repositories/" not in path) == [
        "/2.0/user",
        "/2.0/workspaces/acme/pipelines-config/variables",
    ]


def test_variables_are_asked_for_once_for_all_branches_of_a_repository(box: Box, desk: Desk) -> None:
    desk.add("web", develop=STORED)
    assert desk.open("--destinations", "main,develop").code == 0
    assert len(desk.pull_requests()) == 2
    assert sum(one.path.endswith("/web/pipelines_config/variables") for one in box.requests) == 1


def test_several_are_opened_at_a_time_and_told_in_their_order(box: Box, desk: Desk) -> None:
    slugs = [f"app-{number}" for number in range(8)]
    for number, slug in enumerate(slugs):
        desk.add(slug)
        box.faults.add(f"*/acme/{slug}/pullrequests", method="POST", delay=2 - number / 4)
    begin = time.monotonic()
    done = desk.open()
    assert done.code == 0
    assert time.monotonic() - begin < 7, "one after the other it takes nine seconds of waiting alone"
    assert [line.split()[0] for line in done.out.splitlines()[:-1]] == slugs


@pytest.mark.parametrize("slow", ["a", "b", "c", "d"])
def test_limits_hold_whoever_is_fast(box: Box, desk: Desk, slow: str) -> None:
    """What is opened is what would be, one after the other."""
    for slug in ("a", "b", "c", "d"):
        desk.add(slug)
    box.faults.add(f"*/acme/{slow}/environments", delay=0.6)
    done = desk.migrate("--open-prs", "--pace", "2")
    assert [len(desk.pull_requests(slug)) for slug in ("a", "b", "c", "d")] == [1, 1, 0, 0]
    assert [line.partition(" ")[0] for line in done.out.splitlines()] == ["a", "b", "c", "Opened"]
    assert done.out.splitlines()[2].startswith("c main: waits: 2 opened within the hour")


@pytest.mark.parametrize("slow", ["a", "b", "c"])
def test_a_reviewer_s_limit_holds_whoever_is_fast(box: Box, desk: Desk, slow: str) -> None:
    busy = box.add_person("Rene Reviewer")
    for slug in ("a", "b", "c", "d", "e"):
        desk.add(slug)
        box.state.repositories[slug].reviewers.append(busy)
    box.faults.add(f"*/acme/{slow}/*", delay=0.5)
    assert desk.open("--per-reviewer", "2").code == 1
    assert [len(desk.pull_requests(slug)) for slug in ("a", "b", "c", "d", "e")] == [1, 1, 0, 0, 0]


def test_no_more_are_looked_at_than_may_be_opened(box: Box, desk: Desk) -> None:
    for number in range(6):
        desk.add(f"app-{number}")
    assert desk.migrate("--open-prs", "--pace", "1").code == 1
    seen = {one.path.split("/")[4] for one in box.requests if "/environments" in one.path}
    assert seen == {"app-0", "app-1"}


def test_a_default_reviewer_without_an_account_is_none(box: Box, desk: Desk) -> None:
    desk.add("web")
    body = json.dumps({"values": [{"type": "default_reviewer", "user": None}], "size": 1})
    box.faults.add("*/effective-default-reviewers", 200, body, {"Content-Type": "application/json"})
    assert desk.opened().reviewers == []


def test_a_branch_that_is_not_found_just_after_it_was_written_is_tried_again(box: Box, desk: Desk) -> None:
    desk.add("web")
    fields = {"source": ["branch not found"]}
    body = json.dumps({"type": "error", "error": {"message": "source: branch not found", "fields": fields}})
    box.faults.add("*/pullrequests", 400, body, {"Content-Type": "application/json"}, method="POST", times=2)
    desk.opened()


def test_a_repository_without_a_main_branch_that_has_branches_is_not_passed_over(box: Box, desk: Desk) -> None:
    desk.add("web")
    box.state.repositories["web"].main = ""
    done = desk.run("fleet", "scan", "--workspace", "acme")
    assert done.code == 3
    assert "names no main branch of web; name the branches to read with --branches" in done.err
    assert desk.run("fleet", "scan", "--workspace", "acme", "--branches", "main").code == 1


def test_a_workspace_can_be_named_by_its_uuid(box: Box, desk: Desk) -> None:
    desk.add("web")
    desk.ledger.unlink()
    assert desk.run("fleet", "scan", "--workspace", box.state.uuid).code == 1
    with Ledger(desk.ledger) as ledger:
        assert [(one.repository.workspace, one.repository.slug) for one in ledger.entries()] == [("acme", "web")]
    assert desk.opened().state == "OPEN"
    assert desk.run("secrets", "list", "--workspace", box.state.uuid, "--all").code in (0, 1)


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


def test_a_package_that_another_repository_pushes_too_is_held_back(box: Box, desk: Desk) -> None:
    (desk.home / "fleet.toml").unlink()
    text = PUSHING.replace("{slug}", "shared")
    for slug in ("a", "b"):
        desk.add(slug, text)
    assert desk.run("fleet", "scan", "--workspace", "acme").code in (0, 1)
    done = desk.open("--accept-linkage")
    assert writes(box.requests) == []
    assert "held-back" in done.out


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
    assert "Watch those of `orders` too, which import from here" in desk.pull_requests("ci-shared")[0].description
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
