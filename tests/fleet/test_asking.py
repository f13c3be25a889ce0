"""Who is asked to review, how many pull requests there may be, and which description people have not edited."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.fleet import identity
from migrator.fleet.pacing import Traffic
from migrator.fleet.records import Migration
from migrator.options.fleet import Limits
from tests.fleet.workshop import (
    BODY,
    DONE,
    HEAD,
    MADE,
    NEEDS,
    NOW,
    OTHER,
    OURS,
    ROW,
    TODAY,
    WEB,
    Workshop,
    listed,
    looked,
    pull,
    refused,
)

LEE, EVE, SAM = ("{lee}", "Lee"), ("{eve}", "Eve"), ("{sam}", "Sam")
THREE = [LEE, EVE, SAM]
OPENS = looked()
OLD = identity.text("As it was.")


def carried(workshop: Workshop) -> Any:
    return workshop.opener.carry_out(WEB, workshop.place)


def asked(workshop: Workshop) -> list[list[str]]:
    """Who was named in each request for a pull request."""
    found = [one["reviewers"] for one in workshop.bodies if "reviewers" in one]
    return [[one["uuid"].strip("{}") for one in row] for row in found]


# Refused reviewers


@pytest.mark.parametrize(
    ("reviewers", "gone", "errors", "tried", "dropped"),
    [
        (THREE, [], [], ["lee eve sam"], ()),
        (THREE, [], ["Eve left"], ["lee eve sam", "lee sam"], ("Eve",)),
        (THREE, [], ["Eve left", "Sam left"], ["lee eve sam", "lee sam", "lee"], ("Eve", "Sam")),
        (THREE, ["{lee}"], ["Eve left"], ["lee eve sam", "lee sam"], ("Eve",)),
        (THREE, ["{lee}"], ["somebody"], ["lee eve sam", "eve sam"], ("Lee",)),
        (THREE, ["{lee}", "{sam}"], ["somebody"], ["lee eve sam", "eve"], ("Lee", "Sam")),
        (THREE, [], ["somebody"], ["lee eve sam", "eve sam"], ("Lee",)),
        (THREE, [], ["somebody"] * 2, ["lee eve sam", "eve sam", "lee sam"], ("Eve",)),
        (THREE, [], ["somebody"] * 3, ["lee eve sam", "eve sam", "lee sam", "lee eve"], ("Sam",)),
        (
            THREE,
            [],
            ["somebody"] * 4,
            ["lee eve sam", "eve sam", "lee sam", "lee eve", ""],
            ("Lee", "Eve", "Sam"),
        ),
        ([LEE, ("{eve}", "")], [], ["Lee left"], ["lee eve", "eve"], ("Lee",)),
        ([LEE, ("{eve}", "")], ["{eve}"], ["somebody"], ["lee eve", "lee"], ("{eve}",)),
        ([LEE], [], ["Lee left"], ["lee", ""], ("Lee",)),
    ],
)
def test_the_pull_request_is_opened_with_as_many_reviewers_as_bitbucket_takes(
    reviewers: list[tuple[str, str]], gone: list[str], errors: list[str], tried: list[str], dropped: tuple[str, ...]
) -> None:
    shop = Workshop(
        [OPENS],
        reviewers=reviewers,
        status=dict.fromkeys(gone, "inactive"),
        errors={"POST": [refused(words) for words in errors]},
    )
    outcome = carried(shop)
    assert outcome.dropped == dropped
    assert [" ".join(row) for row in asked(shop)] == tried
    assert shop.row.reviewers == tuple(f"{{{name}}}" for name in tried[-1].split())


@pytest.mark.parametrize(
    ("reviewers", "error"),
    [
        (THREE, refused("Eve left", Cause.FORBIDDEN)),
        (THREE, refused("Eve left", part="title")),
        ([], refused("somebody")),
    ],
)
def test_another_refusal_of_a_pull_request_is_none_of_its_reviewers(
    reviewers: list[tuple[str, str]], error: ApiError
) -> None:
    shop = Workshop([OPENS], reviewers=reviewers, errors={"POST": [error]})
    with pytest.raises(ApiError) as raised:
        carried(shop)
    assert raised.value is error
    assert len(asked(shop)) == 1


def test_one_that_is_refused_without_anybody_too_is_an_error() -> None:
    last = refused("nobody")
    shop = Workshop([OPENS], reviewers=[LEE, EVE], errors={"POST": [refused("x")] * 3 + [last]})
    with pytest.raises(ApiError) as raised:
        carried(shop)
    assert raised.value is last
    assert asked(shop) == [["lee", "eve"], ["eve"], ["lee"], []]


@pytest.mark.parametrize(("status", "active"), [("active", True), ("inactive", False), ("closed", False)])
def test_who_can_review_is_asked_once(status: str, active: bool) -> None:
    shop = Workshop([OPENS], status={"{lee}": status})
    assert [shop.opener._active("{lee}") for _ in range(3)] == [active] * 3
    assert shop.sent == ["GET /users/%7Blee%7D"]


def test_who_is_not_shown_can_review() -> None:
    shop = Workshop([OPENS], errors={"GET": [refused(kind=Cause.MISSING)]})
    assert shop.opener._active("{lee}")


# Limits


def waiting(*reviewers: str, state: str = "pr-open", uuid: str = "{api}") -> dict[tuple[str, str], Migration]:
    return {(uuid, "main"): replace(OTHER, uuid=uuid, reviewers=reviewers, state=state)}


ONE = Limits(per_reviewer=1)


@pytest.mark.parametrize(
    ("reviewers", "rows", "gone", "waits", "asked_are"),
    [
        (THREE, waiting("{kim}"), [], "", ["lee", "eve", "sam"]),
        (THREE, waiting("{lee}", state="merged"), [], "", ["lee", "eve", "sam"]),
        (THREE, waiting("{lee}", uuid="{web}"), [], "", ["lee", "eve", "sam"]),
        (THREE, waiting("{lee}"), [], "Lee", []),
        (THREE, waiting("{lee}", state="opening"), [], "Lee", []),
        (THREE, waiting("{sam}", "{lee}"), [], "Lee, Sam", []),
        ([("{lee}", ""), EVE], waiting("{lee}"), [], "{lee}", []),
        (THREE, waiting("{lee}", "{eve}"), ["{lee}"], "Eve", []),
        (THREE, waiting("{lee}"), ["{lee}"], "", ["eve", "sam"]),
        (THREE, waiting("{lee}", "{sam}"), ["{lee}", "{sam}"], "", ["eve"]),
        ([LEE], waiting("{lee}"), ["{lee}"], "", []),
    ],
)
def test_a_reviewer_with_enough_open_ones_is_waited_for_unless_they_have_left(
    reviewers: list[tuple[str, str]],
    rows: dict[tuple[str, str], Migration],
    gone: list[str],
    waits: str,
    asked_are: list[str],
) -> None:
    shop = Workshop([OPENS], reviewers=reviewers, rows=dict(rows), status=dict.fromkeys(gone, "inactive"), limits=ONE)
    outcome = carried(shop)
    assert (outcome.target, outcome.looked) == (WEB, OPENS)
    if waits:
        assert outcome.waits == f"reviewers who have 1 open already (--per-reviewer): {waits}"
        assert (outcome.ends, outcome.done, shop.bodies, shop.turns) == (False, None, [], ["turn 1"])
        assert not shop.opener.opened
    else:
        assert asked(shop) == [asked_are]
        left = tuple(name for uuid, name in reviewers if uuid in gone)
        assert outcome.dropped == left


@pytest.mark.parametrize(
    ("limits", "rows", "words"),
    [
        (Limits(pace=1), [OTHER], "1 opened within the hour (`--pace`); run again in 60 minutes"),
        (Limits(), [replace(OTHER, state="merged", run="red")], "paused: the first pipeline failed after 1 of 1"),
    ],
    ids=["pace", "red"],
)
def test_what_is_not_opened_for_now_ends_the_run(limits: Limits, rows: list[Migration], words: str) -> None:
    shop = Workshop([OPENS], rows={(one.uuid, one.destination): one for one in rows}, limits=limits)
    outcome = carried(shop)
    assert outcome.waits.startswith(words)
    assert (outcome.target, outcome.looked, outcome.ends, outcome.done) == (WEB, OPENS, True, None)
    assert (shop.turns, shop.bodies) == (["turn 1", "stop"], [])
    assert not shop.opener.opened


def test_limits_count_for_what_is_opened_and_not_for_what_is_changed() -> None:
    seen = looked(replace(NEEDS, tip=OURS, pull_requests=(listed(),)))
    shop = Workshop([seen], rows={("{api}", "main"): OTHER}, pulls={1: pull()}, limits=Limits(pace=1))
    assert carried(shop).done is seen.decision.act


def test_requests_are_spared_for_all_that_are_about_to_be_opened() -> None:
    shop = Workshop([OPENS], most=8)
    for name in ("a", "b", "main"):
        shop.opener.granted["{web}", name] = (NOW, ())
    with pytest.raises(ApiError, match="the pull request of web not started"):
        carried(shop)
    assert shop.spared == [(9, "the pull request of web")]
    assert shop.bodies == []


def test_traffic_is_that_of_the_ledger_and_of_what_is_about_to_be_opened() -> None:
    rows = [
        replace(OTHER, uuid="{1}", state="opening", reviewers=("{lee}",)),
        replace(OTHER, uuid="{2}", reviewers=("{lee}", "{eve}")),
        replace(OTHER, uuid="{3}", state="merged", run="red", reviewers=("{lee}",), opened=""),
        replace(OTHER, uuid="{4}", state="merged", run="green"),
        replace(OTHER, uuid="{4}", destination="next", state="merged", run="green"),
        replace(OTHER, uuid="{5}", state="declined", run="red"),
        replace(OTHER, uuid="{6}", reviewers=("{eve}",)),
        replace(OTHER, uuid="{7}", reviewers=("{sam}",)),
    ]
    shop = Workshop([OPENS], rows={(one.uuid, one.destination): one for one in rows})
    shop.opener.granted["{6}", "main"] = (5.0, ("{lee}",))
    shop.opener.granted["{7}", "main"] = (6.0, ("{kim}",))
    found = shop.opener.traffic(("{7}", "main"))
    assert found == Traffic((NOW,) * 5 + (5.0,), {"{lee}": 3, "{eve}": 1}, 2, 1)
    whole = shop.opener.traffic()
    assert whole == Traffic((NOW,) * 5 + (5.0, 6.0), {"{lee}": 3, "{eve}": 1, "{kim}": 1}, 2, 1)


def test_what_is_granted_counts_from_then_on_for_the_others() -> None:
    shop = Workshop([OPENS], reviewers=[LEE])
    found = dict[object, object]()
    post = shop.post_json

    def noted(path: str, document: dict[str, Any]) -> Any:
        found.update(shop.opener.granted)
        return post(path, document)

    shop.__dict__["post_json"] = noted
    carried(shop)
    assert found == {("{web}", "main"): (NOW, ("{lee}",))}
    assert shop.opener.opened == {("{web}", "main")}


# Descriptions


UPDATED = looked(replace(NEEDS, tip=OURS, pull_requests=(listed(),)))
UP_TO_DATE = looked(replace(NEEDS, tip=DONE, pull_requests=(listed(),)))
BEGUN = replace(ROW, described=OLD, base=HEAD, reviewers=("{lee}", "{eve}"))
TWO = [{"uuid": "{lee}"}, {"uuid": "{eve}"}]


@pytest.mark.parametrize(
    ("row", "now", "writes"),
    [
        (BEGUN, pull(description="As it was.", reviewers=TWO), True),
        (BEGUN, pull(description="As it was.  \n", reviewers=TWO), True),
        (BEGUN, pull(description="Edited.", reviewers=TWO), False),
        (BEGUN, pull(description="As it was.", state="MERGED", reviewers=TWO), False),
        (replace(BEGUN, described=""), pull(description="As it was."), False),
        (replace(BEGUN, described=identity.text(BODY)), pull(description="As it was."), False),
    ],
    ids=["as written", "other blanks", "edited", "merged", "not known", "as it should be"],
)
@pytest.mark.parametrize("state", ["pr-open", "updating"])
def test_a_description_is_written_anew_where_it_is_as_it_was_written(
    row: Migration, now: dict[str, Any], writes: bool, state: str
) -> None:
    seen = UP_TO_DATE if state == "updating" else UPDATED
    shop = Workshop([seen], rows={("{web}", "main"): replace(row, state=state)}, pulls={1: dict(now)})
    outcome = carried(shop)
    assert ("PUT pullrequests/1" in shop.sent) is writes
    assert outcome.dropped == ()
    assert shop.row.described == (identity.text(BODY) if writes else row.described)
    assert shop.row.reviewers == ("{lee}", "{eve}")
    asks = row.described == OLD
    assert shop.row.state == ("merged" if asks and now["state"] == "MERGED" else "pr-open")
    assert outcome.pull_request.description == (now["description"] if asks and not writes else BODY)
    if writes:
        put = shop.bodies[-1]
        assert (put["title"], put["description"], put["reviewers"]) == (
            "The title",
            BODY,
            [{"type": "user", **one} for one in TWO],
        )


def test_one_that_is_up_to_date_and_not_begun_keeps_its_description() -> None:
    for rows in ({("{web}", "main"): BEGUN}, {("{web}", "main"): replace(BEGUN, state="committing")}):
        shop = Workshop([UP_TO_DATE], rows=dict(rows), pulls={1: pull(description="As it was.", reviewers=TWO)})
        carried(shop)
        assert shop.sent == []
        assert shop.row.described == OLD


def test_another_answer_than_up_to_date_changes_no_description() -> None:
    seen = looked(replace(NEEDS, pull_requests=(listed(state="MERGED"),)))
    shop = Workshop([seen], rows={("{web}", "main"): replace(BEGUN, state="updating")}, pulls={1: pull()})
    carried(shop)
    assert shop.sent == []


@pytest.mark.parametrize(
    ("gone", "active"), [(["{eve}"], ("{lee}",)), (["{lee}", "{eve}"], ()), ([], ("{lee}", "{eve}"))]
)
def test_reviewers_who_have_left_go_with_a_new_description(gone: list[str], active: tuple[str, ...]) -> None:
    for seen, state in ((UPDATED, "pr-open"), (UP_TO_DATE, "updating")):
        shop = Workshop(
            [seen],
            rows={("{web}", "main"): replace(BEGUN, state=state)},
            pulls={1: pull(description="As it was.", reviewers=TWO)},
            status=dict.fromkeys(gone, "inactive"),
        )
        outcome = carried(shop)
        assert outcome.dropped == tuple(gone)
        assert asked(shop) == [[uuid.strip("{}") for uuid in active]]
        assert shop.row.reviewers == active
        assert shop.row.at == TODAY


def test_the_description_is_kept_as_bitbucket_gives_it_back() -> None:
    shop = Workshop(
        [UPDATED],
        rows={("{web}", "main"): BEGUN},
        pulls={1: pull(description="As it was.", reviewers=None)},
        answer={"description": "Shortened."},
    )
    outcome = carried(shop)
    assert asked(shop) == [[]]
    assert outcome.pull_request.description == "Shortened."
    assert (shop.row.described, shop.row.head) == (identity.text("Shortened."), MADE)
