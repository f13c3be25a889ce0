"""What a row of `fleet status` says, and what Bitbucket's answers make of it: each from a few records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_fields
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from msgspec.structs import replace

from migrator.bitbucket import account, pipelines, pull_requests, source_commits
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import Account, Commit, PullRequest, Run
from migrator.findings.records import Severity, Skipped, Verdict
from migrator.fleet import following
from migrator.fleet.following import HEAD, Standing, StatusRow, amended, counted, followed, rows, unsettled
from migrator.fleet.records import (
    ChangeState,
    FleetRepository,
    LedgerBranch,
    LedgerEntry,
    Migration,
    RepositoryState,
    SeenCommit,
    SeenFinding,
)
from migrator.repositories.git import GitError
from migrator.text.source import Position

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ENTRY = LedgerEntry(FleetRepository("{w}", "acme", "web", main_branch="main"), RepositoryState.SCANNED, "", "")
CHANGE = Migration("{w}", "main", "patless/main", ChangeState.OPEN, "", pull_request=7)
MERGED = replace(CHANGE, state=ChangeState.MERGED)
HELD = replace(CHANGE, state=ChangeState.HELD, pull_request=None, held=2, why="held-back: …", at=NOW.isoformat())
SHA, BEFORE, AFTER = Hash("a" * 40), Hash("b" * 40), Hash("c" * 40)
CLIENT = cast(Any, None)


def days(count: float) -> datetime:
    return NOW - timedelta(days=count)


def finding(verdict: Verdict = Verdict.SAFE) -> SeenFinding:
    return SeenFinding("registry-login", "a.yml", Position(1, 1), Position(1, 2), Severity.ERROR, verdict, "")


def branch(name: str = "main", *findings: SeenFinding, skipped: Sequence[Skipped] = ()) -> LedgerBranch:
    return LedgerBranch(ENTRY, name, "c1", SeenCommit("c1", "", findings, skipped=tuple(skipped)))


def row(branch: LedgerBranch | None = None, change: Migration | None = None, entry: LedgerEntry = ENTRY) -> StatusRow:
    (found,) = rows([entry], [branch] if branch else [], [change] if change else [], NOW)
    return found


UNREAD = Skipped("b.yml", None, "it is no YAML")


@pytest.mark.parametrize(
    ("branch", "change", "state", "standing"),
    [
        (branch(), None, RepositoryState.SCANNED, Standing.CLEAN),
        (branch("main", finding()), None, RepositoryState.SCANNED, Standing.FINDINGS),
        (branch(skipped=[UNREAD]), None, RepositoryState.SCANNED, Standing.UNREADABLE),
        (branch("main", finding(), skipped=[UNREAD]), None, RepositoryState.SCANNED, Standing.FINDINGS),
        (None, None, RepositoryState.SCANNED, Standing.SKIPPED),
        (LedgerBranch(ENTRY, "main", "c1", None), None, RepositoryState.SCANNED, Standing.SKIPPED),
        (branch(), None, RepositoryState.EMPTY, Standing.SKIPPED),
        (branch("main", finding()), None, RepositoryState.LISTED, Standing.SKIPPED),
        (branch(), None, RepositoryState.FORBIDDEN, Standing.ERROR),
        (branch("main", finding()), None, RepositoryState.ERROR, Standing.ERROR),
        (branch("main", finding()), HELD, RepositoryState.SCANNED, Standing.FINDINGS),
        (branch(), replace(HELD, state=ChangeState.ERROR, error="e"), RepositoryState.SCANNED, Standing.ERROR),
        (branch("main", finding()), CHANGE, RepositoryState.ERROR, Standing.OPEN),
        (branch(), replace(CHANGE, error="e"), RepositoryState.SCANNED, Standing.OPEN),
        (branch("main", finding()), MERGED, RepositoryState.SCANNED, Standing.MERGED),
        (branch(), replace(MERGED, run="green"), RepositoryState.SCANNED, Standing.MERGED_GREEN),
        (branch(), replace(MERGED, run="red"), RepositoryState.SCANNED, Standing.MERGED_RED),
        (branch(), replace(CHANGE, state=ChangeState.DECLINED), RepositoryState.SCANNED, Standing.DECLINED),
        (branch(), replace(CHANGE, state=ChangeState.OPENING), RepositoryState.SCANNED, Standing.OPEN),
        (branch(), replace(HELD, state=ChangeState.COMMITTING), RepositoryState.SCANNED, Standing.CLEAN),
    ],
)
def test_where_a_destination_stands(
    branch: LedgerBranch | None, change: Migration | None, state: RepositoryState, standing: Standing
) -> None:
    found = row(branch, change, replace(ENTRY, state=state))
    assert found.standing is standing
    assert found.is_unread is (standing is Standing.ERROR or UNREAD.path in found.error)


@pytest.mark.parametrize(
    ("findings", "change", "held"),
    [
        ((), None, 0),
        ((Verdict.SAFE, Verdict.UNSAFE, Verdict.REPORT_ONLY), None, 2),
        ((Verdict.SAFE, Verdict.SAFE, Verdict.SAFE), HELD, 2),
        ((Verdict.SAFE, Verdict.UNSAFE, Verdict.REPORT_ONLY), replace(HELD, held=3), 3),
        ((Verdict.SAFE, Verdict.UNSAFE), replace(HELD, held=0), 1),
        ((Verdict.SAFE,), HELD, 1),
        ((), HELD, 0),
    ],
)
def test_what_is_held_back_is_no_more_than_there_is(
    findings: tuple[Verdict, ...], change: Migration | None, held: int
) -> None:
    found = row(branch("main", *map(finding, findings)), change)
    assert (found.findings, found.held_back) == (len(findings), held)


@pytest.mark.parametrize(
    ("change", "scanned", "current"),
    [
        (HELD, days(1).isoformat(), True),
        (HELD, NOW.isoformat(), True),
        (HELD, (NOW + timedelta(seconds=1)).isoformat(), False),
        (HELD, "", True),
        (HELD, "2026-11-25T00:00:00", True),
        (replace(HELD, state=ChangeState.OPEN), (NOW + timedelta(days=1)).isoformat(), True),
    ],
)
def test_what_was_left_alone_counts_until_a_scan_has_judged_it_anew(
    change: Migration, scanned: str, current: bool
) -> None:
    found = row(branch("main", finding(), finding()), change, replace(ENTRY, scanned=scanned))
    assert (found.held_back, found.why) == ((2, HELD.why) if current else (0, ""))
    assert found.change == change


@pytest.mark.parametrize(
    ("skipped", "error"),
    [
        ([], ""),
        ([UNREAD], "b.yml: it is no YAML"),
        ([replace(UNREAD, position=Position(3, 5))], "b.yml:3:5: it is no YAML"),
        ([UNREAD, replace(UNREAD, path="a.yml"), replace(UNREAD, error="a")], "a.yml: it is no YAML (and 2 more)"),
        ([UNREAD, replace(UNREAD, error="a folder")], "b.yml: a folder (and 1 more)"),
    ],
)
def test_a_file_that_could_not_be_read_is_named_and_the_others_are_counted(skipped: list[Skipped], error: str) -> None:
    found = row(branch(skipped=skipped))
    assert (found.error, found.unread, found.is_unread) == (error, len(skipped), bool(skipped))


@pytest.mark.parametrize(
    ("entry", "change", "error"),
    [
        (replace(ENTRY, error="two branches were left out"), None, "b.yml: it is no YAML"),
        (replace(ENTRY, state=RepositoryState.ERROR, error="git is refused"), None, "git is refused"),
        (ENTRY, replace(CHANGE, error="the branch is locked"), "the branch is locked"),
    ],
)
def test_of_several_errors_the_one_that_matters_most_is_told(
    entry: LedgerEntry, change: Migration | None, error: str
) -> None:
    assert row(branch(skipped=[UNREAD]), change, entry).error == error
    assert row(None, None, replace(ENTRY, error="two branches were left out")).error == "two branches were left out"


def test_only_an_open_one_has_an_age() -> None:
    opened = replace(CHANGE, opened=days(2.9).isoformat())
    assert row(branch(), opened).days == 2
    assert row(branch(), replace(opened, opened=days(-1).isoformat())).days == 0
    assert row(branch(), CHANGE).days is None
    assert row(branch(), replace(opened, state=ChangeState.MERGED)).days is None


@pytest.mark.parametrize(
    ("main", "seen", "kept", "names"),
    [
        ("main", [], [], ["main"]),
        ("main", ["main", "develop"], [], ["main"]),
        ("main", [], ["develop"], ["develop"]),
        ("main", ["main"], ["develop"], ["develop", "main"]),
        ("main", ["main", HEAD], ["main", "b", "a"], ["a", "b", "main"]),
        ("", [HEAD], [], [HEAD]),
        ("", [HEAD], ["develop"], [HEAD, "develop"]),
        ("", [], [], [""]),
        ("", ["develop"], ["develop"], ["develop"]),
    ],
)
def test_a_repository_has_a_row_for_its_main_branch_and_for_each_that_was_dealt_with(
    main: str, seen: list[str], kept: list[str], names: list[str]
) -> None:
    entry = replace(ENTRY, repository=replace(ENTRY.repository, main_branch=main))
    other = replace(ENTRY, repository=replace(ENTRY.repository, uuid="{x}", slug="other"))
    branches = [replace(branch(name), entry=entry) for name in seen]
    changes = [replace(CHANGE, destination=name) for name in kept] + [replace(CHANGE, uuid="{x}")]
    found = rows([entry, other], branches, changes, NOW)
    assert [(one.slug, one.destination) for one in found] == [*(("web", name) for name in names), ("other", "main")]
    assert [one.change is not None for one in found] == [*(name in kept for name in names), True]


@pytest.mark.parametrize("state", [RepositoryState.GONE, RepositoryState.TRANSFERRED])
def test_one_that_has_left_has_one_row_that_does_not_count(state: RepositoryState) -> None:
    repository = replace(ENTRY.repository, was=("old",))
    left = replace(ENTRY, repository=repository, state=state, error="why")
    for excluded in (False, True):
        told = rows([left, left], [branch("main", finding())], [CHANGE], NOW, lambda slug, it=excluded: it)  # type: ignore[misc]
        assert told == [StatusRow("web", "{w}", Standing(str(state)), error="why", was=("old",))] * 2
        assert not told[0].standing.counts


def test_what_is_left_out_and_what_is_archived_have_no_other_standing() -> None:
    repository = replace(ENTRY.repository, was=("old",))
    entry = replace(ENTRY, repository=repository)
    skipped, same = rows([entry, entry], [branch("main", finding())], [CHANGE], NOW, lambda slug: slug == "web")
    assert same == skipped
    why = "excluded by the configuration"
    assert skipped == StatusRow("web", "{w}", Standing.SKIPPED, "main", error=why, was=("old",))
    (archived,) = rows([entry], [branch("main", finding())], [CHANGE], NOW, archived=lambda one: one.slug == "web")
    assert (archived.standing, archived.findings, archived.was) == (Standing.ARCHIVED, 1, ("old",))
    assert counted([skipped, archived, skipped]) == {"skipped": 2, "archived": 1}
    assert [one for one in Standing if not one.counts] == [Standing.GONE, Standing.TRANSFERRED, Standing.ARCHIVED]


# What is asked of Bitbucket


@pytest.mark.parametrize(
    ("change", "again", "whether"),
    [
        (CHANGE, False, True),
        (replace(CHANGE, state=ChangeState.UPDATING), False, True),
        (replace(CHANGE, state=ChangeState.OPENING, pull_request=None), True, False),
        (replace(CHANGE, pull_request=None), True, False),
        (replace(CHANGE, state=ChangeState.DECLINED), True, False),
        (MERGED, False, True),
        (replace(MERGED, run="red"), False, True),
        (replace(MERGED, merged="2026-11-24"), False, True),
        (replace(MERGED, run="red", merged="2026-11-24"), False, False),
        (replace(MERGED, run="red", merged="2026-11-24"), True, True),
    ],
)
def test_what_bitbucket_may_say_more_of(change: Migration, again: bool, whether: bool) -> None:
    assert unsettled(change, again) is whether


def test_what_was_learnt_of_a_pull_request_is_no_word_about_another_one() -> None:
    row = replace(CHANGE, state=ChangeState.UPDATING, at="1", head="h2", error="e")
    learnt = replace(CHANGE, state=ChangeState.MERGED, at="2", head="h1", run="red", merged="3")
    assert amended(row, learnt) == replace(row, state=ChangeState.MERGED, at="2", run="red", merged="3", error="")
    assert amended(row, replace(learnt, state=ChangeState.DECLINED, run="", merged="")).state == ChangeState.DECLINED
    assert amended(row, replace(learnt, state=ChangeState.OPEN)) == replace(row, at="2")
    assert amended(row, replace(learnt, pull_request=8)) == row


PULL = PullRequest(
    number=7,
    state="MERGED",
    title="",
    description="",
    source="patless/main",
    source_sha=BEFORE,
    destination="main",
    destination_sha=None,
    repository="acme/web",
    from_here=True,
    reviewers=(),
    draft=False,
    close_source_branch=True,
    merge_commit=SHA,
    url="",
    created_on=days(9),
    updated_on=days(3),
)
COMMIT = Commit(SHA, "Merged", (), days(4))


def run(result: str | None, sha: Hash | None = SHA, selector: str | None = "branches", state: str = "COMPLETED") -> Run:
    return Run("{r}", 1, days(2), state, result, None, "branch", "main", sha, selector, None)


BUILDING = run(None, state="IN_PROGRESS")


class Answers:
    """What Bitbucket says of one pull request, in place of its client; `since` is what runs were asked from."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pull, self.commit, self.since = PULL, COMMIT, cast("datetime | None", None)
        self.runs: Sequence[Run] = ()
        self.later: list[Hash] = []
        self.asked = 0
        monkeypatch.setattr(pull_requests, "one", self._one)
        monkeypatch.setattr(source_commits, "one", lambda *_: self.commit)
        monkeypatch.setattr(source_commits, "contains", self._contains)
        monkeypatch.setattr(pipelines, "of_branch", self._of_branch)

    def _one(self, client: object, workspace: str, slug: str, number: int) -> PullRequest:
        assert number == self.pull.number
        return self.pull

    def _contains(self, client: object, workspace: str, slug: str, sha: Hash, other: Hash) -> bool:
        assert other.same(self.commit.sha)
        self.asked += 1
        return any(sha.same(one) for one in self.later)

    def _of_branch(self, client: object, workspace: str, slug: str, branch: str, since: datetime) -> Sequence[Run]:
        assert branch == "main"
        self.since = since
        return self.runs

    def learnt(self, change: Migration = CHANGE, *, again: bool = False) -> Migration:
        return followed(CLIENT, "acme", "web", change, NOW, again)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    return Answers(monkeypatch)


@pytest.mark.parametrize(
    ("runs", "again", "run_of_it"),
    [
        ([], False, ""),
        ([run("SUCCESSFUL"), run("FAILED")], False, "green"),
        ([run("SUCCESSFUL"), run("FAILED")], True, "red"),
        ([run("ERROR")], False, "red"),
        ([run("STOPPED"), run("FAILED")], False, "red"),
        ([BUILDING, run("FAILED")], False, ""),
        ([run("FAILED"), BUILDING], True, ""),
        ([run("FAILED", selector="custom"), run("FAILED", selector="pull-requests")], False, ""),
        ([run("FAILED", selector=None)], False, "red"),
        ([run("FAILED", None)], False, ""),
        ([run("FAILED", BEFORE)], False, ""),
        ([run("FAILED", AFTER), run("SUCCESSFUL", AFTER)], False, "red"),
        ([run("FAILED", BEFORE), run("SUCCESSFUL", AFTER)], False, "green"),
        ([run("FAILED", AFTER), run("SUCCESSFUL")], False, "green"),
    ],
)
def test_the_first_run_that_was_pushed_with_the_change_tells(
    answers: Answers, runs: list[Run], again: bool, run_of_it: str
) -> None:
    answers.runs, answers.later = runs, [AFTER]
    assert answers.learnt(again=again).run == run_of_it


def test_a_few_runs_are_asked_whether_the_change_is_in_them(answers: Answers) -> None:
    answers.later = [AFTER]
    answers.runs = [run("FAILED", BEFORE)] * 9 + [run("FAILED", AFTER)]
    assert (answers.learnt().run, answers.asked) == ("red", 10)
    answers.runs = [run("FAILED", BEFORE)] * 10 + [run("FAILED", AFTER)]
    assert (answers.learnt().run, answers.asked) == ("", 20)


def test_a_run_that_is_known_is_asked_for_only_again(answers: Answers) -> None:
    answers.runs = [run("SUCCESSFUL")]
    assert answers.learnt(replace(CHANGE, run="red")).run == "red"
    assert answers.since is None
    assert answers.learnt(replace(CHANGE, run="red"), again=True).run == "green"


@pytest.mark.parametrize(
    ("date", "created", "updated", "since"),
    [
        (days(4), days(9), days(3), days(5)),
        (days(20), days(9), days(3), days(21)),
        (days(3), days(9), days(3), days(4)),
        (days(1), days(9), days(3), days(10)),
        (None, days(9), days(3), days(10)),
        (days(1), days(9), None, days(2)),
        (None, None, days(3), None),
        (days(1), days(2), days(3), None),
    ],
)
def test_runs_are_asked_for_from_a_day_before_the_change_came(
    answers: Answers, date: datetime | None, created: datetime | None, updated: datetime | None, since: datetime | None
) -> None:
    answers.commit = with_fields(COMMIT, date=date)
    answers.pull = with_fields(PULL, created_on=created, updated_on=updated)
    answers.runs = [run("FAILED")]
    assert answers.learnt().run == ("red" if since else "")
    assert answers.since == since


@pytest.mark.parametrize(
    ("commit", "pull", "merged"),
    [
        (COMMIT, PULL, days(4)),
        (with_fields(COMMIT, date=days(3)), PULL, days(3)),
        (with_fields(COMMIT, date=days(9)), PULL, days(9)),
        (with_fields(COMMIT, date=days(2)), PULL, days(3)),
        (with_fields(COMMIT, date=days(10)), PULL, days(3)),
        (with_fields(COMMIT, date=None), PULL, days(3)),
        (COMMIT, with_fields(PULL, source_sha=SHA), days(3)),
        (COMMIT, with_fields(PULL, source_sha=None), days(4)),
        (COMMIT, with_fields(PULL, merge_commit=None), days(3)),
        (COMMIT, with_fields(PULL, created_on=None), days(4)),
        (COMMIT, with_fields(PULL, updated_on=None), days(4)),
        (with_fields(COMMIT, date=None), with_fields(PULL, updated_on=None), NOW),
    ],
)
def test_when_it_was_merged(answers: Answers, commit: Commit, pull: PullRequest, merged: datetime) -> None:
    answers.commit, answers.pull = commit, pull
    found = answers.learnt(replace(CHANGE, error="e"))
    assert (found.state, found.merged, found.at) == (ChangeState.MERGED, merged.isoformat(), NOW.isoformat())
    assert found.error == ""


def test_a_merge_that_says_skip_ci_has_no_run_and_that_is_said(answers: Answers) -> None:
    for message in ("Merged [skip ci]", "[CI skip] Merged"):
        answers.commit = with_fields(COMMIT, message=message)
        assert "run the branch's pipeline by hand" in answers.learnt().error
    answers.runs = [run("SUCCESSFUL")]
    assert answers.learnt().error == ""
    answers.runs, answers.commit = [], COMMIT
    assert answers.learnt().error == ""


def test_one_that_is_open_or_declined_has_no_run(answers: Answers) -> None:
    answers.pull = with_fields(PULL, state="OPEN")
    assert answers.learnt() == replace(CHANGE, at=NOW.isoformat())
    for state in ("DECLINED", "SUPERSEDED"):
        answers.pull = with_fields(PULL, state=state)
        declined = replace(CHANGE, at=NOW.isoformat(), state=ChangeState.DECLINED)
        assert answers.learnt(replace(CHANGE, error="e")) == declined
    assert answers.since is None


# Which repositories have begun


WEB = FleetRepository("{w}", "acme", "Web")
SHOP = FleetRepository("{s}", "acme", "shop")
ELSEWHERE = FleetRepository("{e}", "other", "web")


def test_a_repository_has_begun_where_it_has_a_pull_request_of_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def by(client: object, workspace: str, me: str) -> list[PullRequest]:
        asked.append(workspace)
        return [with_fields(PULL, repository="Acme/web")] if workspace == "acme" else []

    monkeypatch.setattr(account, "user", lambda client: Account("{me}", "Me"))
    monkeypatch.setattr(pull_requests, "by", by)
    assert following.begun(CLIENT, [WEB, SHOP, ELSEWHERE], lambda repository, begins: {}) == {"{w}"}
    assert asked == ["acme", "other"]


@pytest.mark.parametrize("kind", [Cause.UNAUTHORISED, Cause.FORBIDDEN, Cause.MISSING, Cause.GONE])
def test_or_a_branch_of_ours_where_bitbucket_does_not_say_who_asks(
    monkeypatch: pytest.MonkeyPatch, kind: Cause
) -> None:
    def heads(repository: FleetRepository, begins: str) -> dict[str, str]:
        assert begins == "patless/"
        if repository is SHOP:
            raise GitError("git is refused") if kind is Cause.GONE else ApiError(Cause.MISSING, "gone")
        return {"patless/main": "a"} if repository is WEB else {}

    def refuses(client: object) -> None:
        raise ApiError(kind, "refused")

    monkeypatch.setattr(account, "user", refuses)
    assert following.begun(CLIENT, [WEB, SHOP, ELSEWHERE], heads) == {"{w}"}


def test_an_answer_that_says_nothing_about_who_asks_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(client: object) -> None:
        raise ApiError(Cause.SPENT, "later")

    monkeypatch.setattr(account, "user", fails)
    with pytest.raises(ApiError, match="later"):
        following.begun(CLIENT, [WEB], lambda repository, begins: {"patless/main": "a"})
