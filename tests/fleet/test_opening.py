"""How a decision is carried out: what is asked, what is kept before and after, and what is tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.fleet import identity
from migrator.fleet.deciding import Act, Situation, Tip, Why
from migrator.fleet.opening import MigrationOutcome
from migrator.fleet.proposing import Looked
from migrator.fleet.records import Migration
from migrator.options.fleet import Limits
from migrator.repositories.remote import Moved
from tests.fleet.workshop import (
    BODY,
    DONE,
    HEAD,
    MADE,
    NEEDS,
    OTHER,
    OURS,
    ROW,
    TIP,
    TODAY,
    WEB,
    Workshop,
    listed,
    looked,
    pull,
    refused,
)

REVIEWERS = "GET effective-default-reviewers"
OPENS = looked()
UPDATES = looked(replace(NEEDS, tip=OURS, pull_requests=(listed(),)))
REPAIRS = looked(replace(NEEDS, tip=DONE))
UP_TO_DATE = looked(replace(NEEDS, tip=DONE, pull_requests=(listed(),)))
PUSHED = looked(replace(NEEDS, tip=Tip(TIP, False), pull_requests=(listed(),)))
MERGED = looked(replace(NEEDS, pull_requests=(listed(state="MERGED"),)))
CLEAN = looked(replace(NEEDS, change=""))
STOPPED = looked(replace(NEEDS, shadows=("X",)))
KNOWN = {("{web}", "main"): ROW}
BODY_NAME = identity.text(BODY)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Workshop]:
    def workshop(*seen: Looked, **more: Any) -> Workshop:
        found = Workshop(list(seen), **{key: dict(one) if key == "rows" else one for key, one in more.items()})
        monkeypatch.setattr("migrator.fleet.opening.time", found)
        return found

    return workshop


def carried(workshop: Workshop, *, last: bool = True) -> MigrationOutcome:
    outcome = workshop.opener.carry_out(WEB, workshop.place, last=last)
    assert not workshop.claims, "it is free again"
    assert not workshop.opener.granted, "nothing is about to be opened"
    return outcome


# Opening


def test_a_branch_and_its_pull_request_are_made_and_each_is_kept_before(made: Callable[..., Workshop]) -> None:
    shop = made(OPENS, reviewers=[("{lee}", "Lee")], draft=True)
    outcome = carried(shop)
    assert outcome == MigrationOutcome(WEB, OPENS, Act.OPEN, outcome.pull_request)
    assert shop.sent == [REVIEWERS, "COMMIT src", "POST pullrequests"]
    assert shop.turns == ["turn 1", "begins", "passed"]
    first, second, third, last = shop.kept
    begun = Migration("{web}", "main", "patless/main", "committing", TODAY, HEAD)
    assert first == begun
    assert second == replace(begun, head=MADE, digest="new")
    asked: dict[str, Any] = {"opened": TODAY, "reviewers": ("{lee}",), "described": BODY_NAME}
    assert third == replace(second, state="opening", **asked)
    url = "https://bitbucket.org/acme/web/pull-requests/1"
    assert last == replace(third, state="pr-open", pull_request=1, url=url)
    message = identity.signed("The message", identity.Marks("new", identity.seal(HEAD, OPENS.files)), "main")
    assert shop.bodies[0] == {
        "message": message,
        "branch": "patless/main",
        "parents": HEAD,
        "/bitbucket-pipelines.yml": b"new\n",
    }
    sent = shop.bodies[1]
    assert (sent["title"], sent["description"], sent["draft"]) == ("The title", BODY, True)
    assert [sent[end]["branch"]["name"] for end in ("source", "destination")] == ["patless/main", "main"]
    assert shop.spared == [(3, "the pull request of web")]
    assert shop.opener.opened == {("{web}", "main")}


def test_a_branch_that_has_the_change_gets_a_pull_request_and_no_commit(made: Callable[..., Workshop]) -> None:
    shop = made(REPAIRS)
    assert carried(shop).done is Act.REPAIR
    assert shop.sent == [REVIEWERS, "POST pullrequests"]
    assert shop.states == ["opening", "pr-open"]
    assert (shop.row.head, shop.row.digest) == (TIP, "new")


@pytest.mark.parametrize(
    ("situation", "head", "digest"),
    [
        (replace(NEEDS, tip=OURS), MADE, "new"),
        (replace(NEEDS, tip=OURS, pull_requests=(listed(state="MERGED"),)), "", ""),
        (replace(NEEDS, tip=Tip(TIP, False, "old"), pull_requests=(listed(state="MERGED"),)), "", ""),
    ],
)
def test_what_is_new_has_the_tip_of_a_branch_of_this_tool(
    made: Callable[..., Workshop], situation: Situation, head: str, digest: str
) -> None:
    shop = made(looked(situation))
    carried(shop)
    mine = situation.tip and situation.tip.ours
    assert (shop.row.head, shop.row.digest) == (head or (TIP if mine else ""), digest or ("old" if mine else ""))
    assert (shop.row.branch, shop.row.base) == ("patless/main", HEAD)


@pytest.mark.parametrize("description", [BODY, "Another one."])
def test_the_description_is_kept_as_bitbucket_has_taken_it(made: Callable[..., Workshop], description: str) -> None:
    shop = made(OPENS, answer={"description": description, "reviewers": [{"uuid": "{eve}"}]})
    carried(shop)
    assert shop.row.described == identity.text(description)
    assert shop.row.reviewers == ("{eve}",)


def test_reviewers_that_bitbucket_does_not_name_are_none(made: Callable[..., Workshop]) -> None:
    shop = made(OPENS, reviewers=[("{lee}", "Lee")], answer={"reviewers": None})
    carried(shop)
    assert shop.row.reviewers == ()


# Updating


@pytest.mark.parametrize(
    ("row", "joins"),
    [
        (None, True),
        (ROW, True),
        (replace(ROW, base=HEAD), False),
        (replace(ROW, base=HEAD, state="error"), True),
    ],
    ids=["unknown", "another head", "the same head", "never begun"],
)
def test_an_update_is_a_commit_where_the_branch_is_on_its_destination_and_joins_it_else(
    made: Callable[..., Workshop], row: Migration | None, joins: bool
) -> None:
    shop = made(UPDATES, rows={("{web}", "main"): row} if row else {}, pulls={1: pull()})
    outcome = carried(shop)
    assert (outcome.done, outcome.looked, outcome.dropped) == (Act.UPDATE, UPDATES, ())
    assert outcome.pull_request is not None
    assert outcome.pull_request.number == 1
    assert shop.states == ["updating", "updating", "pr-open"]
    assert [(one.head, one.digest) for one in shop.kept[1:]] == [(MADE, "new")] * 2
    assert [(one.pull_request, one.base) for one in shop.kept] == [(1, HEAD)] * 3
    assert ("COMMIT src" in shop.sent, len(shop.joined)) == (not joins, joins)
    begun = bool(row and row.begun)
    assert shop.turns == ["turn 0", "begins", *(["passed"] if begun else [])]
    assert shop.given == [row if begun else None]
    if joins:
        seal = identity.seal(f"{TIP} {HEAD}", UPDATES.files)
        message = identity.signed("The message", identity.Marks("new", seal), "main")
        assert shop.joined == [("main", "patless/main", TIP, HEAD, UPDATES.files, message)]
    else:
        assert shop.bodies[0]["parents"] == TIP


# Leaving it alone


@pytest.mark.parametrize(
    ("seen", "why", "number"),
    [(UP_TO_DATE, Why.UP_TO_DATE, 1), (PUSHED, Why.PUSHED, 1), (MERGED, Why.MERGED, 1), (CLEAN, Why.CLEAN, None)],
    ids=str,
)
def test_what_is_left_alone_is_kept_as_its_pull_request_says_and_has_its_turn(
    made: Callable[..., Workshop], seen: Looked, why: Why, number: int | None
) -> None:
    shop = made(seen, pulls={1: pull(reviewers=[{"uuid": "{lee}"}])})
    outcome = carried(shop)
    assert (outcome.done, outcome.looked, outcome.dropped) == (None, seen, ())
    assert (outcome.pull_request.number if outcome.pull_request else None) == number
    assert seen.decision.why is why
    assert shop.turns == ["turn 0"]
    assert shop.states == ([] if number is None else ["merged" if why is Why.MERGED else "pr-open"])


def test_what_waits_for_a_person_is_neither_begun_nor_passed(made: Callable[..., Workshop]) -> None:
    shop = made(STOPPED)
    assert carried(shop) == MigrationOutcome(WEB, STOPPED)
    assert (shop.turns, shop.sent) == (["turn 0"], [])
    assert shop.states == ["held"]


@pytest.mark.parametrize(
    ("seen", "row", "asks", "reviewers"),
    [
        (UP_TO_DATE, ROW, True, ("{lee}",)),
        (UP_TO_DATE, None, True, ("{lee}",)),
        (UP_TO_DATE, replace(ROW, reviewers=("{eve}",)), False, ("{eve}",)),
        (UP_TO_DATE, replace(ROW, reviewers=("{eve}",), state="opening"), True, ("{lee}",)),
        (MERGED, ROW, False, ()),
        (MERGED, replace(ROW, state="opening"), True, ("{lee}",)),
        (looked(replace(NEEDS, tip=DONE, pull_requests=(listed(reviewers=("{eve}",)),))), ROW, False, ("{eve}",)),
    ],
)
def test_who_reviews_is_asked_where_a_list_or_a_lost_answer_does_not_tell(
    made: Callable[..., Workshop], seen: Looked, row: Migration | None, asks: bool, reviewers: tuple[str, ...]
) -> None:
    shop = made(seen, rows={("{web}", "main"): row} if row else {}, pulls={1: pull(reviewers=[{"uuid": "{lee}"}])})
    carried(shop)
    assert shop.sent == (["GET pullrequests/1"] if asks else [])
    assert shop.row.reviewers == reviewers


@pytest.mark.parametrize(
    ("number", "branch"), [(None, "as-known"), (1, "as-known"), (7, "patless/main")], ids=["none", "same", "another"]
)
def test_a_row_of_another_pull_request_begins_anew(
    made: Callable[..., Workshop], number: int | None, branch: str
) -> None:
    row = replace(ROW, pull_request=number, branch="as-known", opened="before")
    shop = made(MERGED, rows={("{web}", "main"): row})
    carried(shop)
    assert (shop.row.branch, shop.row.opened) == (branch, "before" if branch == "as-known" else "")
    assert (shop.row.state, shop.row.pull_request, shop.row.at) == ("merged", 1, TODAY)


@pytest.mark.parametrize(
    ("state", "expected"), [("OPEN", "pr-open"), ("MERGED", "merged"), ("DECLINED", "declined"), ("NEW", "declined")]
)
def test_the_row_says_how_far_its_pull_request_is(made: Callable[..., Workshop], state: str, expected: str) -> None:
    shop = made(REPAIRS, answer={"state": state, "created_on": None})
    carried(shop)
    assert (shop.row.state, shop.row.opened) == (expected, TODAY)


@pytest.mark.parametrize(("created", "opened"), [("2027-01-02T00:00:00+00:00", True), (None, False)])
def test_when_it_was_opened_is_taken_from_bitbucket_where_no_row_has_it(
    made: Callable[..., Workshop], created: str | None, opened: bool
) -> None:
    shop = made(UP_TO_DATE, pulls={1: pull(created_on=created)})
    carried(shop)
    assert shop.row.opened == (created if opened else "")


# Errors kept, and no longer


@pytest.mark.parametrize(
    ("row", "left"),
    [
        (replace(ROW, state="error", error="no"), None),
        (replace(ROW, error="no"), replace(ROW, at=TODAY)),
        (ROW, ROW),
        (None, None),
    ],
    ids=["an error alone", "beside a change", "none", "nothing"],
)
def test_no_error_is_kept_of_what_could_be_dealt_with(
    made: Callable[..., Workshop], row: Migration | None, left: Migration | None
) -> None:
    shop = made(CLEAN, rows={("{web}", "main"): row} if row else {})
    carried(shop)
    assert list(shop.rows.values()) == ([left] if left else [])


@pytest.mark.parametrize("foreign", [False, True])
def test_why_one_could_not_be_dealt_with_is_kept_beside_what_is_known(
    made: Callable[..., Workshop], foreign: bool
) -> None:
    for rows in (KNOWN, {}):
        shop = made(CLEAN, rows=rows, foreign=foreign)
        shop.opener.failed(WEB.repository, "main", "it is gone")
        row = rows.get(("{web}", "main")) or Migration("{web}", "main", "", "error", "")
        assert shop.kept == ([] if foreign else [replace(row, error="it is gone", at=TODAY)])
        assert not shop.claims


@pytest.mark.parametrize("foreign", [False, True])
def test_what_was_seen_is_kept_unless_another_run_is_at_work(made: Callable[..., Workshop], foreign: bool) -> None:
    shop = made(CLEAN, rows=KNOWN, foreign=foreign)
    shop.opener.learn(WEB, looked(held=2))
    assert shop.row.held == (0 if foreign else 2)
    assert not shop.claims


def test_where_another_run_is_at_work_nothing_is_looked_at(made: Callable[..., Workshop]) -> None:
    shop = made(OPENS, foreign=True)
    assert carried(shop) == MigrationOutcome(WEB, waits="another run works on this repository")
    assert (shop.looks, shop.turns, shop.sent, shop.kept) == (0, [], [], [])


def test_what_waits_is_not_learnt_and_what_is_dealt_with_is(made: Callable[..., Workshop]) -> None:
    full = {("{web}", "main"): ROW, ("{api}", "main"): OTHER}
    for limits, held in ((Limits(pace=1), 0), (Limits(pace=2), 2)):
        shop = made(looked(held=2), rows=full, limits=limits)
        assert bool(carried(shop).waits) is (held == 0)
        assert shop.row.held == held


# Again


AGAIN = [
    *(refused(kind=kind) for kind in (Cause.CONFLICT, Cause.SERVER, Cause.UNREACHABLE, Cause.TOO_SLOW, Cause.GARBLED)),
    refused("branch not found", part="source"),
    Moved("it has moved"),
]
FINAL = [
    refused(kind=Cause.FORBIDDEN),
    refused("branch not found", Cause.FORBIDDEN, "source"),
    refused("no such branch", part="source"),
    refused("branch not found", part="destination"),
    refused(),
    refused(kind=Cause.SPENT),
]


@pytest.mark.parametrize("error", AGAIN, ids=str)
def test_after_an_answer_that_does_not_tell_everything_is_read_again(
    made: Callable[..., Workshop], error: Exception
) -> None:
    shop = made(OPENS, REPAIRS, errors={"POST": [error]})
    assert carried(shop).done is Act.REPAIR
    assert shop.slept == [1.0]
    shop = made(OPENS, errors={"POST": [error] * 3})
    assert carried(shop).done is Act.OPEN
    assert shop.slept == [1.0, 2.0, 3.0]
    shop = made(OPENS, errors={"POST": [error] * 4})
    with pytest.raises(type(error)):
        carried(shop)
    assert (shop.slept, shop.looks, shop.claims, shop.opener.granted) == ([1.0, 2.0, 3.0], 4, [], {})


@pytest.mark.parametrize("error", FINAL, ids=str)
def test_another_refusal_is_final(made: Callable[..., Workshop], error: ApiError) -> None:
    shop = made(OPENS, errors={"POST": [error]})
    with pytest.raises(ApiError) as raised:
        carried(shop)
    assert raised.value is error
    assert (shop.slept, shop.looks, shop.claims) == ([], 1, [])


@pytest.mark.parametrize(
    ("after", "done"),
    [(UP_TO_DATE, Act.OPEN), (PUSHED, None), (MERGED, None), (REPAIRS, Act.REPAIR)],
    ids=["as it should be", "pushed", "merged", "without its pull request"],
)
def test_what_a_lost_answer_has_done_counts_where_it_is_found_as_it_should_be(
    made: Callable[..., Workshop], after: Looked, done: Act | None
) -> None:
    shop = made(OPENS, after, errors={"POST": [refused(kind=Cause.SERVER)]}, pulls={1: pull()})
    assert carried(shop).done is done


def test_a_commit_without_a_name_is_tried_again(made: Callable[..., Workshop]) -> None:
    shop = made(OPENS, location="")
    with pytest.raises(ApiError, match="Bitbucket does not say which commit it made"):
        carried(shop)
    assert shop.looks == 4
    assert shop.states == ["committing"] * 4


def test_a_branch_that_has_moved_is_read_again(made: Callable[..., Workshop]) -> None:
    shop = made(UPDATES, UP_TO_DATE, rows=KNOWN, errors={"JOIN": [Moved("it has moved")]}, pulls={1: pull()})
    assert carried(shop).done is Act.UPDATE
    assert shop.states == ["updating", "pr-open"]


@pytest.mark.parametrize(("seconds", "looks"), [(60.0, 1), (60.5, 2), (1e6, 2)])
def test_what_was_looked_at_long_before_its_turn_is_looked_at_once_more(
    made: Callable[..., Workshop], seconds: float, looks: int
) -> None:
    shop = made(OPENS, late=[seconds, 1e6], rows={("{web}", "main"): replace(ROW, state="error")})
    carried(shop)
    assert shop.looks == looks
    assert shop.given == [None] * looks
    assert shop.sent.count(REVIEWERS) == looks
    assert shop.sent.count("POST pullrequests") == 1


@pytest.mark.parametrize("last", [False, True])
def test_the_turn_of_a_place_is_over_with_its_last_target_or_with_its_end(
    made: Callable[..., Workshop], last: bool
) -> None:
    for seen, rows, passes in (
        *((OPENS, {}, True), (REPAIRS, {}, True), (UPDATES, {}, False), (UP_TO_DATE, {}, False)),
        *((UPDATES, KNOWN, True), (UP_TO_DATE, KNOWN, False), (STOPPED, KNOWN, False)),
    ):
        shop = made(seen, rows=rows, pulls={1: pull()})
        carried(shop, last=last)
        assert ("passed" in shop.turns) is (last and passes)
