"""The difference between the comments that are wanted and those that are there."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from migrator.bitbucket.comments import Comment, CommentLines
from migrator.bot.difference import CommentChanges, Wanted, notes, summary
from migrator.bot.markers import OPENING, SUMMARY, key_of, marked

ME, LEE = "{me}", "{lee}"


def key(number: int) -> str:
    return f"{number:032x}:1"


def wanted(number: int, words: str = "") -> Wanted:
    return Wanted(key(number), marked(f"{OPENING}: {number} {words}", key(number)), CommentLines("p.yml", number))


def there(id: int, number: int, author: str = ME, **more: object) -> Comment:
    text = marked(f"{OPENING}: {number} ", key(number))
    given = {"deleted": False, "reply": False, "resolved": False, "resolver": "", **more}
    return Comment(id=id, author=author, text=text, path="p.yml", line=number, **given)  # type: ignore[arg-type]


def test_what_is_there_as_it_should_be_is_left() -> None:
    assert notes([wanted(1)], {key(1)}, [there(9, 1)], ME, 9) == CommentChanges(kept=1)


def test_white_space_that_a_server_takes_away_is_no_difference() -> None:
    stored = there(9, 1)
    assert not notes([wanted(1, " ")], {key(1)}, [stored], ME, 9).update


def test_comments_of_others_are_never_in_a_plan_whatever_they_hold() -> None:
    comments = [there(1, 1, LEE), there(2, 2, LEE), there(3, 2, ME, reply=True), there(4, 3, "")]
    assert notes([wanted(1)], {key(1)}, comments, ME, 9) == CommentChanges(create=(wanted(1),))
    assert notes([wanted(1)], {key(1)}, comments, None, 9) == CommentChanges(create=(wanted(1),))


def test_a_quotation_is_no_comment_of_the_bot() -> None:
    mine = marked(f"{OPENING}: all", SUMMARY)
    quoted = "\n".join(f"> {line}" for line in mine.splitlines())
    for text in (quoted, f"Look: {mine}", f"{mine}\n\nI say.", mine.replace("summary", "0" * 32), ""):
        assert key_of(text) is None
    assert key_of(mine) == key_of(f"{mine}\n") == SUMMARY


def test_what_is_fixed_is_resolved_and_only_once() -> None:
    plan = notes([], set(), [there(1, 1), there(2, 2, resolved=True, resolver=ME)], ME, 9)
    assert plan == CommentChanges(resolve=(1,))


def test_without_comments_on_lines_those_of_findings_that_are_left_stay() -> None:
    assert notes([], {key(1)}, [there(1, 1)], ME, 9) == CommentChanges()


def test_the_limit_counts_what_is_there_first() -> None:
    plan = notes([wanted(1), wanted(2), wanted(3)], {key(1), key(2), key(3)}, [there(9, 3)], ME, 2)
    assert (plan.create, plan.kept, plan.left_out) == ((wanted(1),), 1, 1)


def test_a_summary_is_changed_in_place_and_not_begun_without_need() -> None:
    new = Wanted(SUMMARY, marked(f"{OPENING}: new", SUMMARY))
    old = Comment(7, ME, marked(f"{OPENING}: old", SUMMARY), False, False, None, None, False, "")
    assert summary(new, [old], ME, needed=False) == CommentChanges(update=((7, new.text),), kept=1)
    assert summary(new, [], ME, needed=False) == CommentChanges()
    assert summary(new, [], ME, needed=True) == CommentChanges(create=(new,))


NUMBERS = st.integers(1, 5)
COMMENTS = st.lists(
    st.tuples(NUMBERS, st.sampled_from([ME, LEE]), st.sampled_from([(), ("deleted",), ("resolved",), ("reply",)])),
    max_size=8,
)


@given(st.sets(NUMBERS), COMMENTS, st.integers(0, 6))
def test_carried_out_a_plan_leaves_nothing_to_do_and_others_alone(
    numbers: set[int], rows: list[tuple[int, str, tuple[str, ...]]], limit: int
) -> None:
    comments = [
        there(id, number, author, **dict.fromkeys(flags, True), **({"resolver": ME} if "resolved" in flags else {}))
        for id, (number, author, flags) in enumerate(rows, 1)
    ]
    asked = [wanted(number) for number in sorted(numbers)]
    alive = {one.key for one in asked}
    plan = notes(asked, alive, comments, ME, limit)
    mine = {one.id for one in comments if one.author == ME}
    touched = {*plan.resolve, *plan.reopen, *plan.remove, *(id for id, _ in plan.update)}
    assert touched <= mine
    again = notes(asked, alive, carried_out(plan, comments), ME, limit)
    assert not any((again.create, again.update, again.resolve, again.reopen, again.remove))
    assert again.kept <= max(limit, plan.kept)


def carried_out(plan: CommentChanges, comments: list[Comment]) -> list[Comment]:
    after = []
    for one in comments:
        if one.id in plan.remove:
            one = dataclasses.replace(one, deleted=True, text="")
        if one.id in plan.resolve:
            one = dataclasses.replace(one, resolved=True, resolver=ME)
        if one.id in plan.reopen:
            one = dataclasses.replace(one, resolved=False, resolver="")
        after.append(dataclasses.replace(one, text=dict(plan.update).get(one.id, one.text)))
    made = [
        Comment(
            100 + number,
            ME,
            one.text,
            False,
            False,
            one.place and one.place.path,
            one.place and one.place.line,
            False,
            "",
        )
        for number, one in enumerate(plan.create)
    ]
    return [*after, *made]
