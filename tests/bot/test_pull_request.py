"""The bot in a pull-request pipeline, and over pull requests elsewhere: real git, real sockets, the box as Bitbucket.

Every request and every answer is held against the description of the API (`tests/demo/contract.py`).
"""

from __future__ import annotations

import re

import pytest

from migrator.bot.markers import marked
from migrator.demo.box import Box
from tests.bot.desk import FILE, NATIVE, REPOSITORY, Desk, access, login, pipelines
from tests.bot.wire import listening
from tests.demo.client import Client


def test_without_a_pull_request_the_bot_says_what_to_name(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch()
    done = desk.run()
    assert done.code == 2
    assert "--since REF" in done.err
    assert desk.asked("PUT") == []


def test_a_pull_request_that_changes_no_login_gets_a_report_and_no_comment(desk: Desk) -> None:
    old = pipelines([login(1)])
    commit = desk.open(old.replace("make", "make all"), before=old)
    desk.fetch()
    done = desk.run(**desk.step(), **access(desk.box.token()))
    assert done.code == 0, done.err
    assert desk.annotated(commit) == []
    assert desk.report(commit).content["result"] == "PASSED"
    assert desk.request.comments == []


def test_all_looks_at_the_files_and_only_lines_of_the_change_get_a_comment(desk: Desk) -> None:
    old = pipelines([login(1)])
    commit = desk.open(pipelines([login(1), login(2)]), before=old)
    desk.fetch()
    done = desk.run("--all", "--comment-style", "diff", **desk.step(), **access(desk.box.token()))
    assert done.code == 0, done.err
    assert desk.annotated(commit) == [8, 12]
    (note,) = desk.notes()
    assert note.inline == {"path": FILE, "to": 12}


def test_the_proxy_of_the_step_takes_the_report_without_any_token(desk: Desk) -> None:
    commit = desk.open(pipelines([login(1)]))
    desk.fetch()
    desk.box.forget_requests()
    done = desk.run(**desk.step())
    assert done.code == 0, done.err
    assert desk.annotated(commit) == [8]
    assert "no comment without a credential" in done.err
    assert {one.credential for one in desk.box.requests} == {"proxy"}


def test_what_goes_over_the_wire_to_the_proxy_is_absolute_form_and_holds_no_credential(desk: Desk) -> None:
    """The proxy is plain HTTP on the machine of the step; the token is for Bitbucket alone, over TLS."""
    commit = desk.open(pipelines([login(1)]))
    desk.fetch()
    token = desk.box.token()
    with listening(desk.box.origin) as wire:
        done = desk.run(**desk.step(PATLESS_PIPELINES_PROXY=wire.address), **access(token))
    assert done.code == 0, done.err
    assert desk.annotated(commit) == [8]
    sent = wire.sent.decode()
    lines = re.findall(r"(GET|PUT|POST|DELETE) (\S+) HTTP/1\.1\r\n", sent)
    report = f"http://api.bitbucket.org/2.0/repositories/acme/web/commit/{commit}/reports/patless"
    assert ("PUT", report) in lines
    assert ("POST", f"{report}/annotations") in lines
    assert all(target.startswith(report) for _, target in lines)
    assert sent.count("\r\nHost: api.bitbucket.org\r\n") == len(lines)
    assert "authorization" not in sent.lower()
    assert token not in sent


def test_where_there_is_no_proxy_a_token_writes_the_report(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib3.util.retry.time.sleep", lambda seconds: None)
    commit = desk.open(pipelines([login(1)]))
    desk.fetch()
    here = desk.step(PATLESS_PIPELINES_PROXY="http://127.0.0.1:9")
    assert desk.run(**here).code == 4
    assert desk.run(**here, **access(desk.box.token())).code == 0
    assert desk.annotated(commit) == [8]


@pytest.mark.parametrize(
    ("level", "logins", "code"),
    [
        ("never", [login(1)], 0),
        ("safe", [login(1)], 1),
        ("unsafe", [login(1)], 1),
        ("any", [login(1)], 1),
        ("any", [], 0),
    ],
)
def test_it_blocks_only_where_it_is_told_to(desk: Desk, level: str, logins: list[str], code: int) -> None:
    commit = desk.open(pipelines([*logins, "true"]))
    desk.fetch()
    assert desk.run("--fail-on", level, **desk.step()).code == code
    assert desk.report(commit).content["result"] == ("FAILED" if code else "PASSED")


def test_a_bot_that_may_not_comment_still_writes_the_report(desk: Desk) -> None:
    commit = desk.open(pipelines([login(1)]))
    desk.fetch()
    token = desk.box.token("repository")
    done = desk.run(**desk.step(), **access(token))
    assert done.code == 4, "what it should write is not written"
    assert "some comments are missing" in done.err
    assert "the credential lacks pullrequest" in done.err
    assert desk.annotated(commit) == [8]
    assert desk.request.comments == []
    assert desk.run(**desk.step()).code == 0, "without a token there is the report alone"
    nobody = desk.run("--comment-style", "suggestion", **desk.step())
    assert nobody.code == 4
    assert "no comment without a credential" in nobody.err


@pytest.mark.parametrize(("kind", "many", "limit"), [("access token", 130, 40), ("API token", 12, 4)])
def test_the_life_of_a_pull_request(desk: Desk, kind: str, many: int, limit: int) -> None:
    """A second push that fixes half of the findings, a third that adds some, and 300 comments of people in between."""
    box = desk.box
    if kind == "access token":
        signed = dict(access(box.token()))
    else:
        signed = {"ATLASSIAN_ACCOUNT_EMAIL": box.email, "ATLASSIAN_API_TOKEN": box.api_token()}
    options = ("--comment-style", "diff", "--max-comments", str(limit))

    first = desk.open(pipelines([login(number) for number in range(many)]))
    desk.fetch()
    done = desk.run(*options, **desk.step(), **signed)
    assert done.code == 0, done.err
    assert len(desk.annotated(first)) == many
    assert len(desk.notes()) == limit
    (summary,) = desk.summaries()
    assert f"{many} findings" in summary.text
    assert f"{limit} of {many} findings" in summary.text
    me = summary.author.uuid
    noted = {note.id: note.text for note in desk.notes()}

    before = len(desk.request.comments)
    desk.run(*options, **desk.step(), **signed)
    assert len(desk.request.comments) == before, "the same again says nothing new"

    quoted = desk.person(f"> {summary.text}\n\nI do not agree.\n\n{summary.text.splitlines()[-1]}")
    faked = desk.person(summary.text, "Mallory Copies")
    people = desk.crowd(298)
    persons = {one.id: one.text for one in (quoted, faked, *people)}
    a_person_deletes = desk.notes()[limit - 1]
    a_person_deletes.deleted, a_person_deletes.text = True, ""

    second = desk.push(pipelines([NATIVE if number % 2 else login(number) for number in range(many)]))
    desk.fetch()
    done = desk.run(*options, **desk.step(), **signed)
    assert done.code == 0, done.err
    assert len(desk.annotated(second)) == many // 2
    assert len(desk.annotated(first)) == many, "the report of another commit stays"
    mine = desk.comments(by=me)
    assert [one.id for one in desk.summaries() if one.author.uuid == me] == [summary.id]
    assert f"{many // 2} findings" in summary.text
    resolved = [one for one in mine if one.resolved_by]
    assert len(resolved) == limit // 2 - 1, "half of the notes were about what is fixed, one of them was deleted"
    open_notes = [one for one in mine if one.inline and not one.resolved_by]
    assert len(open_notes) == limit
    assert all(one.text == noted[one.id] for one in resolved)

    third = desk.push(
        pipelines([login(number) if number % 2 == 0 or number < limit // 2 else NATIVE for number in range(many)])
    )
    desk.fetch()
    done = desk.run(*options, **desk.step(), **signed)
    assert done.code == 0, done.err
    assert len(desk.annotated(third)) == many // 2 + limit // 4
    reopened = [one for one in desk.comments(by=me) if one.id in {note.id for note in resolved} and not one.resolved_by]
    assert len(reopened) == limit // 4, "what is back is spoken of in the comment that is there"
    assert f"{many // 2 + limit // 4} findings" in summary.text
    assert len([one for one in desk.summaries() if one.author.uuid == me]) == 1
    texts = [one.text for one in desk.comments(by=me) if one.inline]
    assert len(texts) == len(set(texts)), "no two are about the same"
    assert {one.id: one.text for one in desk.request.comments if one.id in persons} == persons
    assert not any(one.deleted for one in desk.request.comments if one.id in persons)

    desk.push(pipelines([NATIVE]))
    desk.fetch()
    desk.run(*options, **desk.step(), **signed)
    assert "no findings in" in summary.text
    assert all(one.resolved_by for one in desk.comments(by=me) if one.inline)


def test_a_summary_that_a_person_deleted_is_written_anew_and_a_note_is_not(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch()
    signed = {"ATLASSIAN_ACCOUNT_EMAIL": desk.box.email, "ATLASSIAN_API_TOKEN": desk.box.api_token()}
    desk.run("--comment-style", "diff", **desk.step(), **signed)
    for one in desk.comments():
        one.deleted, one.text = True, ""
    desk.run("--comment-style", "diff", **desk.step(), **signed)
    (summary,) = desk.comments()
    assert "does not repeat 1 comment that somebody resolved or deleted" in summary.text


def test_a_note_that_a_person_resolved_stays_resolved(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch()
    signed = access(desk.box.token())
    desk.run("--comment-style", "diff", **desk.step(), **signed)
    (note,) = desk.notes()
    note.resolved_by = lee = desk.box.add_person("Lee Reviewer")
    desk.run("--comment-style", "diff", **desk.step(), **signed)
    assert desk.notes() == [note]
    assert note.resolved_by == lee


def test_copies_that_two_runs_at_once_left_are_removed_and_the_oldest_stays(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch()
    signed = {"ATLASSIAN_ACCOUNT_EMAIL": desk.box.email, "ATLASSIAN_API_TOKEN": desk.box.api_token()}
    desk.run("--comment-style", "diff", **desk.step(), **signed)
    there = desk.comments()
    owner = Client(desk.box, api_token=desk.box.api_token())
    for one in there:
        inline = {"inline": one.inline} if one.inline else {}
        owner.post(f"{REPOSITORY}/pullrequests/1/comments", {"content": {"raw": one.text}, **inline})
    assert len(desk.comments()) == 4
    desk.run("--comment-style", "diff", **desk.step(), **signed)
    assert desk.comments() == there


def test_a_marker_alone_in_a_comment_of_ones_own_account_is_a_persons(desk: Desk) -> None:
    """With an API token the bot writes as a person, who may quote it as well."""
    desk.open(pipelines([login(1)]))
    desk.fetch()
    signed = {"ATLASSIAN_ACCOUNT_EMAIL": desk.box.email, "ATLASSIAN_API_TOKEN": desk.box.api_token()}
    mine = desk.person(marked("So that is hidden:", "summary"), desk.box.state.owner.name)
    desk.run(**desk.step(), **signed)
    assert not mine.deleted
    assert mine.text.startswith("So that is hidden:")
    assert len(desk.comments()) == 1


def test_people_who_write_while_the_list_is_read_are_no_reason_to_stop(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch()
    desk.crowd(120)
    desk.box.faults.add("*/comments", method="GET", after=1, meanwhile=lambda: desk.person("Meanwhile"))
    done = desk.run(**desk.step(), **access(desk.box.token()))
    assert done.code == 0, done.err
    assert len(desk.summaries()) == 1


def test_a_build_status_comes_on_request(desk: Desk) -> None:
    commit = desk.open(pipelines([login(1)]))
    desk.fetch()
    signed = access(desk.box.token())
    desk.run(**desk.step(), **signed)
    statuses = desk.box.state.repositories["web"].statuses
    assert not statuses
    assert desk.run("--status", "--fail-on", "any", **desk.step(), **signed).code == 1
    found = statuses[commit, "patless"]
    assert (found["state"], found["refname"]) == ("FAILED", "topic")
    assert found["url"] == "https://bitbucket.org/acme/web/pull-requests/1"


def test_the_change_is_shown_as_a_diff_and_a_suggestion_is_whole_lines(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch()
    signed = access(desk.box.token())
    desk.run("--comment-style", "diff", **desk.step(), **signed)
    (note,) = desk.notes()
    assert "```diff\n" in note.text
    assert f"\n+          - {NATIVE}\n" in note.text
    desk.run("--comment-style", "suggestion", **desk.step(), **signed)
    assert f"```suggestion\n          - {NATIVE}\n```" in note.text
    assert desk.notes() == [note]


def test_a_literal_token_is_in_no_comment_annotation_or_output(desk: Desk) -> None:
    token = "ATATT3xFfGF0" + "Zq9" * 20
    commit = desk.open(pipelines([f"docker login crg.apkg.io -u dana@acme.example -p {token}"]))
    desk.fetch()
    desk.run("--comment-style", "suggestion", **desk.step(), **access(desk.box.token()))
    report = desk.report(commit)
    assert report.annotations
    texts = [*desk.said, *(one.text for one in desk.comments()), str(report.content), str(report.annotations)]
    assert not any(token in text for text in texts)
    assert desk.notes()


def test_a_clone_that_is_not_deep_enough_is_a_sentence_with_what_to_do(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch("--depth=1")
    done = desk.run(**desk.step())
    assert done.code == 3
    assert 'git fetch origin "$BITBUCKET_PR_DESTINATION_BRANCH"' in done.err
    desk.fetch("--depth=1", "--no-single-branch")
    done = desk.run(**desk.step())
    assert done.code == 3
    assert "clone: {depth: full}" in done.err


def test_a_checkout_into_which_the_destination_was_merged_counts_the_lines_of_the_source(desk: Desk) -> None:
    commit = desk.open(pipelines([login(1)]))
    desk.box.commit("web", "main", {FILE: "# a line more\n" + pipelines([])})
    desk.fetch()
    desk.git("merge", "-q", "-m", "As Pipelines does", "origin/main")
    done = desk.run(**desk.step())
    assert done.code == 0, done.err
    assert desk.annotated(commit) == [8]


def test_open_pull_requests_elsewhere_are_read_through_git_and_closed_ones_are_not(desk: Desk, box: Box) -> None:
    commit = desk.open(pipelines([login(1)]))
    box.add_repository("empty")
    (desk.clone / "inside" / ".git").mkdir(parents=True)
    signed = access(box.token())
    done = desk.run("--workspace", "acme", "--comment-style", "diff", **signed)
    assert done.code == 0, done.err
    assert "acme/web #1: 1 finding" in done.out
    assert desk.annotated(commit) == [8]
    assert len(desk.comments()) == 2
    assert desk.run("--workspace", "acme", "--repo", "web", "--pull-request", "1", **signed).code == 0
    assert len(desk.comments()) == 2
    box.merge("web", 1)
    box.forget_requests()
    assert desk.run("--workspace", "acme", "--repo", "web", **signed).code == 0
    assert set(desk.asked("PUT")) | set(desk.asked("POST")) == set()


def test_one_pull_request_that_cannot_be_read_does_not_stop_the_next(desk: Desk, box: Box) -> None:
    desk.open(pipelines([login(1)]))
    box.add_repository("api", {"main": {FILE: pipelines([])}, "topic": {FILE: pipelines([login(2)])}})
    asked = {"title": "T", "source": {"branch": {"name": "topic"}}, "destination": {"branch": {"name": "main"}}}
    owner = Client(box, bearer=box.token())
    assert owner.post("/repositories/acme/api/pullrequests", {"type": "pullrequest", **asked}).status_code == 201
    box.faults.add("*/web/pullrequests/1/diff", 403)
    desk.clone.mkdir()
    done = desk.run("--workspace", "acme", **access(box.token()))
    assert done.code == 4
    assert re.search(r"acme/web #1: .*diff", done.err)
    assert "acme/api #1: 1 finding" in done.out


def test_nowhere_in_particular_is_a_fine_place_to_look_elsewhere_from(desk: Desk) -> None:
    """A folder with repositories in it, as a platform team has."""
    desk.open(pipelines([login(1)]))
    desk.fetch()
    done = desk.run("--workspace", "acme", "--repo", "web", at=desk.home, **access(desk.box.token()))
    assert done.code == 0, done.err
    assert len(desk.summaries()) == 1


def test_without_a_credential_elsewhere_is_a_sentence(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.clone.mkdir()
    done = desk.run("--workspace", "acme")
    assert done.code == 2
    assert "BITBUCKET_ACCESS_TOKEN" in done.err


@pytest.mark.parametrize("style", ["none", "diff"])
def test_a_foreigner_with_the_very_text_does_not_silence_it(desk: Desk, style: str) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch()
    signed = access(desk.box.token())
    desk.run("--comment-style", style, **desk.step(), **signed)
    mine = desk.comments()
    mallory = [
        desk.person(one.text, "Mallory Copies", **({"inline": one.inline} if one.inline else {})) for one in mine
    ]
    desk.request.comments[:] = mallory
    desk.run("--comment-style", style, **desk.step(), **signed)
    assert [one.text for one in desk.comments(by=mine[0].author.uuid)] == [one.text for one in mine]
    assert [one.text for one in desk.request.comments[: len(mallory)]] == [one.text for one in mallory]


@pytest.mark.parametrize("text", ["**patless**: nothing.", "**patless**: 1 finding in the lines."])
def test_a_foreigner_with_a_marker_makes_it_write_nothing_at_every_run(desk: Desk, text: str) -> None:
    desk.open(pipelines([NATIVE]))
    desk.fetch()
    signed = access(desk.box.token())
    for name in ("Mallory Copies", "Eve Copies"):
        desk.person(marked(text, "summary"), name)
        desk.person(marked(text, f"{'a' * 32}:1"), name, inline={"path": FILE, "to": 8})
    for _ in range(2):
        desk.run("--comment-style", "diff", **desk.step(), **signed)
    assert len(desk.request.comments) == 4, "deleted ones stay in this list"
    desk.push(pipelines([login(1)]))
    desk.fetch()
    for _ in range(3):
        desk.run("--comment-style", "diff", **desk.step(), **signed)
    assert len(desk.request.comments) == 6
    assert not any(one.deleted for one in desk.request.comments)


def test_a_crowd_that_looks_like_the_bot_is_a_sentence(desk: Desk) -> None:
    desk.open(pipelines([login(1)]))
    desk.fetch()
    for number in range(21):
        desk.person(marked("**patless**: nothing.", "summary"), f"Mallory {number}")
    done = desk.run(**desk.step(), **access(desk.box.token()))
    assert (done.code, "more than 20 accounts" in done.err) == (4, True)
    assert len(desk.request.comments) == 21
    signed = {"ATLASSIAN_ACCOUNT_EMAIL": desk.box.email, "ATLASSIAN_API_TOKEN": desk.box.api_token()}
    assert desk.run(**desk.step(), **signed).code == 0
    assert len(desk.request.comments) == 22


def test_a_summary_of_very_long_names_is_no_longer_than_a_comment_may_be(desk: Desk) -> None:
    names = f"${'E' * 900} and ${'T' * 900}".split(" and ")
    long = f'docker login crg.apkg.io -u "{names[0]}" -p "{names[1]}"'
    desk.open(pipelines([long]))
    files = {f"{'x' * 200}/{'x' * 200}-{number}-pipelines.yml": pipelines([long]) for number in range(60)}
    broken = {f"{'y' * 200}/{'y' * 200}-{number}-pipelines.yml": f"{pipelines([long])}a: [" for number in range(60)}
    desk.box.commit("web", "topic", {**files, **broken})
    desk.fetch()
    desk.run(**desk.step(), **access(desk.box.token()))
    (summary,) = desk.summaries()
    assert 10_000 < len(summary.text) < 31_000
    assert "121 findings" in summary.text
