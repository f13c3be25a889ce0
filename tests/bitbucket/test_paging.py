"""Lists come whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.paging import counted, latest, linked
from migrator.bitbucket.rows import text
from migrator.bitbucket.session import Client
from tests.bitbucket.farend import Answer, Asked, FarEnd, pages, said, variable

ROWS = [variable(number) for number in range(250)]
POISON = "http://127.0.0.1:1/rest/1.0/accounts/acme"


def incomplete(call: Callable[[], object]) -> str:
    with pytest.raises(ApiError) as error:
        call()
    assert error.value.kind in (Cause.INCOMPLETE, Cause.GARBLED)
    return str(error.value)


def uuids(found: list[dict[str, object]]) -> list[object]:
    return [row["uuid"] for row in found]


# Counted


@pytest.mark.parametrize("length", [249, 251, 100, 0, 350], ids=lambda length: f"size {length}")
def test_a_list_that_is_not_as_long_as_it_says_is_refused(end: FarEnd, client: Client, length: int) -> None:
    end.answer = pages(ROWS, size=length, next=None)
    assert "patless concludes nothing from it" in incomplete(lambda: counted(client, "/x"))


@pytest.mark.parametrize("more", [{}, {"pagelen": 0}, {"pagelen": None}], ids=["said", "zero", "unsaid"])
@pytest.mark.parametrize("count", [0, 1, 100, 250, 300])
def test_a_list_without_a_count_is_read_until_a_page_is_short_or_empty(
    end: FarEnd, client: Client, count: int, more: dict[str, object]
) -> None:
    end.answer = pages(ROWS[:count] if count <= 250 else [*ROWS, *map(variable, range(250, 300))], size=None, **more)
    assert len(counted(client, "/x")) == count
    assert len(end.asked) == (count // 100 + 1 if not more else -(-count // 100) + 1)


def test_a_server_that_gives_shorter_pages_than_it_is_asked_for_and_no_count_is_read_whole(
    end: FarEnd, client: Client
) -> None:
    def short(asked: Asked) -> Answer:
        at = 10 * (int(asked.query["page"]) - 1)
        return said({"values": ROWS[at : at + 10]})

    end.answer = short
    assert uuids(counted(client, "/x")) == uuids(ROWS)


def test_a_list_without_a_count_that_does_not_move_on_is_refused(end: FarEnd, client: Client) -> None:
    end.answer = lambda asked: said({"values": ROWS[:100]})
    assert "lists an entry twice" in incomplete(lambda: counted(client, "/x"))
    end.answer = lambda asked: said({"values": ROWS[:100]} | ({"size": 100} if asked.query["page"] == "2" else {}))
    assert "had no count of its entries and then 100" in incomplete(lambda: counted(client, "/x"))


@pytest.mark.parametrize("size", [-1, True, "250", 2.5, 10**30, 100_001])
def test_a_list_without_a_count_that_can_be_is_refused(end: FarEnd, client: Client, size: object) -> None:
    end.answer = pages(ROWS, size=size)
    incomplete(lambda: counted(client, "/x"))
    assert len(end.asked) == 1


def test_a_list_that_changes_meanwhile_is_refused(end: FarEnd, client: Client) -> None:
    end.answer = lambda asked: pages(ROWS if asked.query["page"] == "1" else ROWS[:240])(asked)
    assert "had 250 entries and then 240, so it changed meanwhile; try again" in incomplete(
        lambda: counted(client, "/x")
    )


def test_an_entry_that_comes_twice_is_refused(end: FarEnd, client: Client) -> None:
    end.answer = pages([*ROWS[:199], ROWS[0]])
    assert "lists an entry twice" in incomplete(lambda: counted(client, "/x"))


def test_a_server_that_always_answers_the_first_page_is_refused(end: FarEnd, client: Client) -> None:
    end.answer = lambda asked: said({"size": 250, "page": 1, "values": ROWS[:100]})
    assert "returned a page other than 2" in incomplete(lambda: counted(client, "/x"))
    end.answer = lambda asked: said({"size": 250, "values": ROWS[:100]})
    assert "lists an entry twice" in incomplete(lambda: counted(client, "/x"))


@pytest.mark.parametrize("values", [None, {}, "x", [1], [None], [{}], [{"uuid": 1}], [{"uuid": ""}]])
def test_values_of_another_shape_are_refused(end: FarEnd, client: Client, values: object) -> None:
    end.answer = lambda asked: said({"size": 1, "values": values})
    incomplete(lambda: counted(client, "/x"))


def test_a_failure_on_a_later_page_is_no_shorter_list(end: FarEnd, client: Client) -> None:
    end.answer = lambda asked: Answer(404) if asked.query["page"] == "3" else pages(ROWS)(asked)
    with pytest.raises(ApiError) as error:
        counted(client, "/x")
    assert error.value.kind is Cause.MISSING


@pytest.mark.parametrize("link", [POISON, None, "", "x", 3], ids=["poisoned", "missing", "empty", "relative", "number"])
def test_250_rows_come_in_three_pages_whatever_next_says(end: FarEnd, other: FarEnd, client: Client, link: str) -> None:
    end.answer = pages(ROWS, next=other.url if link == POISON else link)
    assert counted(client, "/x") == ROWS
    assert [one.query for one in end.asked] == [{"pagelen": "100", "page": str(page)} for page in (1, 2, 3)]
    assert other.asked == []


@pytest.mark.parametrize("beyond", [pages(ROWS[:200]), lambda asked: Answer(404), lambda asked: Answer(400)])
def test_after_a_full_last_page_there_must_be_nothing(
    end: FarEnd, client: Client, beyond: Callable[[Asked], Answer]
) -> None:
    end.answer = lambda asked: beyond(asked) if asked.query["page"] == "3" else pages(ROWS[:200])(asked)
    assert counted(client, "/x") == ROWS[:200]
    assert len(end.asked) == 3


def test_an_empty_list_is_one_request(end: FarEnd, client: Client) -> None:
    end.answer = pages([])
    assert counted(client, "/x") == []
    assert len(end.asked) == 1


def test_a_server_with_shorter_pages_is_read_to_the_end(end: FarEnd, client: Client) -> None:
    def ten(asked: Asked) -> Answer:
        page = int(asked.query["page"])
        return said({"size": 25, "page": page, "pagelen": 10, "values": ROWS[:25][(page - 1) * 10 : page * 10]})

    end.answer = ten
    assert len(counted(client, "/x")) == 25


# The newest of a list


def dated(count: int) -> list[dict[str, object]]:
    return [variable(number, on=f"2026-11-{1 + number // 24:02d}T{number % 24:02d}:00:00Z") for number in range(count)]


RUNS = dated(250)


@pytest.mark.parametrize(("after", "asked"), [(240, ["1", "3"]), (120, ["1", "3", "2"]), (0, ["1", "3", "2"])])
def test_the_newest_are_read_from_the_end(end: FarEnd, client: Client, after: int, asked: list[str]) -> None:
    end.answer = pages(RUNS)
    found = latest(client, "/x", lambda row: row["uuid"] == RUNS[after]["uuid"], key="on")
    assert uuids(found) == uuids(RUNS[:after:-1])
    assert [one.query["page"] for one in end.asked] == asked
    assert {one.query["sort"] for one in end.asked} == {"on"}


def test_all_are_read_where_none_is_old_enough(end: FarEnd, client: Client) -> None:
    end.answer = pages(RUNS)
    assert uuids(latest(client, "/x", lambda row: False, key="on")) == uuids(RUNS[::-1])
    end.answer = pages([])
    assert latest(client, "/x", lambda row: False, key="on") == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (pages(RUNS[::-1]), "is not in the order of on"),
        (pages(RUNS, size=300), "has 50 entries on page 3 and says 300 in all"),
        (pages(RUNS, size=None), "does not say how long it is"),
        (pages([*RUNS[:249], RUNS[248]]), "has 249 entries and says 250"),
        (pages([variable(1)]), "is not in the order of on"),
        (pages([variable(1, on="yesterday")]), "not what it should be"),
        (pages([variable(1, on="2026-11-01T00:00:00")]), "not what it should be"),
    ],
)
def test_the_newest_of_a_list_that_disagrees_are_refused(
    end: FarEnd, client: Client, answer: Callable[[Asked], Answer], why: str
) -> None:
    end.answer = answer
    assert why in incomplete(lambda: latest(client, "/x", lambda row: False, key="on"))


def test_one_that_starts_meanwhile_disturbs_nothing(end: FarEnd, client: Client) -> None:
    more = dated(251)
    end.answer = lambda asked: pages(RUNS if len(end.asked) == 1 else more)(asked)
    assert len(latest(client, "/x", lambda row: False, key="on")) == 251
    end.asked.clear()
    end.answer = lambda asked: pages(RUNS if len(end.asked) == 1 else RUNS[:200])(asked)
    assert "became shorter meanwhile" in incomplete(lambda: latest(client, "/x", lambda row: False, key="on"))


# Linked


def chain(end: FarEnd, *links: object, **last: object) -> Callable[[Asked], Answer]:
    """Page n has the row n and leads to the n-th link."""

    def answer(asked: Asked) -> Answer:
        at = int(asked.query.get("at", "0"))
        more = {"next": links[at]} if at < len(links) else last
        return said({"values": [{"uuid": str(at)}], **more})

    return answer


def test_230_rows_come_by_their_links(end: FarEnd, client: Client) -> None:
    end.answer = chain(end, *(f"{end.url}/opaque?at={number}" for number in range(1, 230)))
    assert [text(row, "uuid") for row in linked(client, "/x", {"q": "a"})] == [str(number) for number in range(230)]
    assert (end.asked[0].query, end.asked[1].path) == ({"pagelen": "100", "q": "a"}, "/opaque")


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.2:{port}/x",
        "https://127.0.0.1:{port}/x",
        "http://localhost:{port}/x",
        "http://127.0.0.1:1/x",
        "http://a:b@127.0.0.1:{port}/x",
        "//127.0.0.2/x",
        "http://[",
        "file:///etc/passwd",
    ],
)
def test_a_link_to_another_origin_is_not_followed_and_the_list_is_refused(
    end: FarEnd, client: Client, link: str
) -> None:
    end.answer = chain(end, link.format(port=end.url.rpartition(":")[2]))
    with pytest.raises(ApiError) as error:
        linked(client, "/x")
    assert error.value.kind in (Cause.ELSEWHERE, Cause.GARBLED)
    assert len(end.asked) == 1


def test_a_circle_and_a_list_without_an_end_are_refused(end: FarEnd, client: Client) -> None:
    end.answer = chain(end, f"{end.url}/x?at=1", f"{end.url}/x?at=2", f"{end.url}/x?at=1")
    assert "leads back to an earlier page" in incomplete(lambda: linked(client, "/x"))
    end.answer = chain(end, *(f"{end.url}/x?at={number}" for number in range(1, 20)))
    assert "has more than 5 pages" in incomplete(lambda: linked(client, "/x", pages=5))


def test_a_list_that_ends_before_its_count_is_refused(end: FarEnd, client: Client) -> None:
    end.answer = chain(end, f"{end.url}/x?at=1", size=3)
    assert "has 2 entries and says 3" in incomplete(lambda: linked(client, "/x"))
    end.answer = chain(end, f"{end.url}/x?at=1", size=2)
    assert len(linked(client, "/x")) == 2


@pytest.mark.parametrize("link", [1, ["x"], {"href": "x"}])
def test_a_link_that_is_none_is_refused(end: FarEnd, client: Client, link: object) -> None:
    end.answer = chain(end, link)
    incomplete(lambda: linked(client, "/x"))
