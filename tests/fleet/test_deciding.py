"""What is decided about one destination: no-op cases first, and what holds for any of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import PullRequest
from migrator.fleet.deciding import SENTENCES, Act, MigrationDecision, Policy, Situation, Tip, Why, decide, said

HEAD, OTHER = "a" * 40, "b" * 40
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def request(state: str = "OPEN", number: int = 1, destination: str = "main", from_here: bool = True) -> PullRequest:
    return PullRequest(
        number=number,
        state=state,
        title="T",
        description="D",
        source="patless/main",
        source_sha=Hash(OTHER),
        destination=destination,
        destination_sha=Hash(HEAD),
        repository="acme/web",
        from_here=from_here,
        reviewers=(),
        draft=False,
        close_source_branch=True,
        merge_commit=None,
        url="",
        created_on=NOW,
        updated_on=NOW,
    )


NEEDS = Situation("main", HEAD, "patless/main", change="new")
OURS, THEIRS = Tip(OTHER, True, "old"), Tip(OTHER, False, "old")
AGAIN = Policy(reopen=True)


@pytest.mark.parametrize(
    ("seen", "policy", "why"),
    [
        (replace(NEEDS, change=""), Policy(), Why.CLEAN),
        (replace(NEEDS, change="", held=("a:1",)), Policy(), Why.HELD_BACK),
        (replace(NEEDS, tip=Tip(OTHER, True, "new"), pull_requests=(request(),)), AGAIN, Why.UP_TO_DATE),
        (replace(NEEDS, tip=THEIRS, pull_requests=(request(),)), AGAIN, Why.PUSHED),
        (replace(NEEDS, tip=OURS, pull_requests=(request(destination="develop"),)), AGAIN, Why.RETARGETED),
        (replace(NEEDS, pull_requests=(request("MERGED"),)), Policy(), Why.MERGED),
        (replace(NEEDS, pull_requests=(request("DECLINED"),)), Policy(), Why.DECLINED),
        (replace(NEEDS, pull_requests=(request("SUPERSEDED"),)), Policy(), Why.DECLINED),
        (replace(NEEDS, pull_requests=(request("MERGED", 2), request("DECLINED"))), Policy(), Why.MERGED),
        (replace(NEEDS, tip=OURS, pull_requests=(request("DECLINED"),)), Policy(), Why.DECLINED),
        (replace(NEEDS, tip=THEIRS, pull_requests=(request("DECLINED"),)), Policy(), Why.DECLINED),
        (replace(NEEDS, pull_requests=(request("MERGED", 1), request("DECLINED", 2))), Policy(), Why.DECLINED),
        (replace(NEEDS, change="", shadows=("X",), carrying=("squash",)), Policy(), Why.CLEAN),
        (replace(NEEDS, tip=THEIRS, pull_requests=(request(),), shadows=("X",)), Policy(), Why.PUSHED),
    ],
    ids=lambda value: str(value) if isinstance(value, Why) else "",
)
def test_what_is_left_alone(seen: Situation, policy: Policy, why: Why) -> None:
    found = decide(seen, policy)
    assert (found.act, found.why, found.act.writes) == (Act.LEAVE, why, False)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (replace(NEEDS, tip=THEIRS), Why.NOT_OURS),
        (replace(NEEDS, branch="main"), Why.PROTECTED),
        (replace(NEEDS, protected=frozenset({"patless/main"})), Why.PROTECTED),
        (replace(NEEDS, shadows=("X (repository)",)), Why.SHADOWED),
        (replace(NEEDS, not_checked=("workspace",)), Why.NOT_CHECKED),
        (replace(NEEDS, outdated=("REGISTRY_HOST",)), Why.OUTDATED),
        (replace(NEEDS, unlinked=("web is linked to this repository",)), Why.LINKAGE),
        (replace(NEEDS, carrying=("squash",)), Why.SKIPPED),
    ],
    ids=lambda value: str(value) if isinstance(value, Why) else "",
)
def test_what_waits_for_a_person(seen: Situation, why: Why) -> None:
    found = decide(seen, Policy())
    assert (found.act, found.why, found.parent) == (Act.STOP, why, "")
    told = (*seen.shadows, *seen.not_checked, *seen.outdated, *seen.unlinked, *seen.carrying)
    assert found.about == (told or (seen.branch,))
    assert said(found) == f"{why.value}: {SENTENCES[why]} ({', '.join(found.about)})"


def test_of_several_things_in_the_way_the_first_is_told() -> None:
    seen = replace(NEEDS, shadows=("a",), not_checked=("b",), outdated=("c",), unlinked=("d",), carrying=("e",))
    order = []
    for name in ("shadows", "not_checked", "outdated", "unlinked", "carrying"):
        order.append(decide(seen, Policy()).why)
        seen = replace(seen, **{name: ()})
    assert order == [Why.SHADOWED, Why.NOT_CHECKED, Why.OUTDATED, Why.LINKAGE, Why.SKIPPED]
    assert decide(seen, Policy()).why is None


def test_what_is_left_alone_names_its_pull_request_or_what_is_held_back() -> None:
    assert said(decide(replace(NEEDS, change=""), Policy())) == "clean: nothing to change"
    assert decide(replace(NEEDS, change="", held=("a:1", "b:2")), Policy()).about == ("a:1", "b:2")
    ended = (request("MERGED", 3), request("DECLINED", 2), request("DECLINED", 4, "develop"))
    assert decide(replace(NEEDS, pull_requests=ended), Policy()).pull_request == ended[0]
    opened = (request(number=5), request("MERGED", 6), request(number=2, destination="develop"), request(number=4))
    for tip in (THEIRS, Tip(OTHER, True, "new")):
        assert decide(replace(NEEDS, tip=tip, pull_requests=opened), Policy()).pull_request == opened[3]
    assert said(MigrationDecision(Act.OPEN, HEAD)) == ""


def test_a_branch_that_people_made_anew_is_theirs_however_the_pull_request_ended() -> None:
    seen = replace(NEEDS, tip=THEIRS, pull_requests=(request("DECLINED"),))
    assert decide(seen, AGAIN).why is Why.NOT_OURS


@pytest.mark.parametrize(
    ("seen", "policy", "act", "parent"),
    [
        (NEEDS, Policy(), Act.OPEN, HEAD),
        (replace(NEEDS, pull_requests=(request(from_here=False),)), Policy(), Act.OPEN, HEAD),
        (replace(NEEDS, tip=OURS, pull_requests=(request(),)), Policy(), Act.UPDATE, OTHER),
        (replace(NEEDS, tip=OURS), Policy(), Act.REPAIR, OTHER),
        (replace(NEEDS, tip=OURS, pull_requests=(request(from_here=False),)), Policy(), Act.REPAIR, OTHER),
        (replace(NEEDS, tip=Tip(OTHER, True, "new")), Policy(), Act.REPAIR, ""),
        (replace(NEEDS, pull_requests=(request("DECLINED"),)), AGAIN, Act.OPEN, HEAD),
        (replace(NEEDS, tip=OURS, pull_requests=(request("DECLINED"),)), AGAIN, Act.REPAIR, OTHER),
        (replace(NEEDS, unlinked=("x",)), Policy(accept_linkage=True), Act.OPEN, HEAD),
        (replace(NEEDS, carrying=("x",)), Policy(accept_skip_ci=True), Act.OPEN, HEAD),
        (replace(NEEDS, pull_requests=(request(),)), Policy(), Act.OPEN, HEAD),
        (replace(NEEDS, pull_requests=(request("MERGED", from_here=False),)), Policy(), Act.OPEN, HEAD),
        (replace(NEEDS, pull_requests=(request("MERGED", destination="develop"),)), Policy(), Act.OPEN, HEAD),
        (replace(NEEDS, tip=OURS, pull_requests=(request("MERGED", 2), request())), Policy(), Act.UPDATE, OTHER),
    ],
)
def test_what_is_written(seen: Situation, policy: Policy, act: Act, parent: str) -> None:
    found = decide(seen, policy)
    assert (found.act, found.parent, found.act.writes) == (act, parent, True)
    assert found.pull_request == (seen.pull_requests[-1] if act is Act.UPDATE else None)


situations = st.builds(
    Situation,
    destination=st.sampled_from(["main", "develop"]),
    head=st.just(HEAD),
    branch=st.sampled_from(["patless/main", "main", "develop"]),
    tip=st.none() | st.builds(Tip, st.just(OTHER), st.booleans(), st.sampled_from(["", "old", "new"])),
    pull_requests=st.lists(
        st.builds(
            request,
            st.sampled_from(["OPEN", "MERGED", "DECLINED", "SUPERSEDED"]),
            st.integers(1, 9),
            st.sampled_from(["main", "develop"]),
            st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    change=st.sampled_from(["", "new"]),
    held=st.sampled_from([(), ("a:1",)]),
    protected=st.frozensets(st.sampled_from(["main", "develop"])),
    shadows=st.sampled_from([(), ("X",)]),
    not_checked=st.sampled_from([(), ("workspace",)]),
    unlinked=st.sampled_from([(), ("x",)]),
)


@given(situations, st.builds(Policy, st.booleans(), st.booleans()))
@settings(max_examples=300, deadline=None)
def test_nothing_is_written_over_people_or_into_doubt(seen: Situation, policy: Policy) -> None:
    found = decide(seen, policy)
    assert found == decide(seen, policy)
    assert found.act.writes is (found.why is None)
    if not found.act.writes:
        assert found.parent == ""
        assert found.why in SENTENCES
        return
    assert seen.change
    assert not seen.shadows
    assert not seen.not_checked
    assert not seen.unlinked or policy.accept_linkage
    assert seen.branch not in (seen.destination, *seen.protected)
    assert seen.tip is None or seen.tip.ours, "a branch that people have pushed to"
    assert found.parent in (seen.tip.sha, "") if seen.tip else found.parent == seen.head
    mine = [one for one in seen.pull_requests if one.from_here]
    assert not [one for one in mine if one.open and one.destination != seen.destination]
    if not policy.reopen and not any(one.open for one in mine):
        assert not [one for one in mine if one.destination == seen.destination], "one that has ended"
    if found.act is Act.UPDATE:
        assert found.pull_request in mine
    else:
        assert not any(one.open and seen.tip for one in mine)
