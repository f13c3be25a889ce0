"""A list that changes while its pages are read."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.paging import linked


class Pages:
    """Two pages of a list of repositories, from which one of the first page was removed in between."""

    base = "https://api.bitbucket.org/2.0"

    def __init__(self, *sizes: int) -> None:
        self._sizes = sizes

    def document(self, url: str, params: Any = None) -> dict[str, Any]:
        if "page=2" in url:
            return {"size": self._sizes[1], "values": [{"slug": "c"}]}
        after = f"{self.base}/repositories/acme?page=2"
        return {"size": self._sizes[0], "values": [{"slug": "a"}, {"slug": "b"}], "next": after}


def test_rows_that_moved_over_the_border_of_two_pages_are_missed_by_no_one() -> None:
    pages: Any = Pages(4, 3)
    with pytest.raises(ApiError) as caught:
        linked(pages, "/repositories/acme")
    assert caught.value.kind is Cause.INCOMPLETE


@pytest.mark.parametrize("key", ["uuid", "id", "hash", "name", "path"])
def test_a_row_that_two_pages_have_counts_once(key: str) -> None:
    """One was added in front meanwhile, so that the last of the first page comes again; where only the count tells that
    another is missing, nothing is concluded."""

    class Shifted(Pages):
        def document(self, url: str, params: Any = None) -> dict[str, Any]:
            after = f"{self.base}/repositories/acme?page=8xhd"
            if url == after:
                return {"values": [{key: "b"}, {key: "c"}], "pagelen": 0, **self.counts}
            return {"values": [{key: "a"}, {key: "b"}], "next": after, **self.counts}

        counts: dict[str, int] = {}  # noqa: RUF012

    pages: Any = Shifted()
    assert [row[key] for row in linked(pages, "/repositories/acme")] == ["a", "b", "c"]
    pages.counts = {"size": 4}
    with pytest.raises(ApiError) as caught:
        linked(pages, "/repositories/acme")
    assert caught.value.kind is Cause.INCOMPLETE


def test_a_list_that_stays_is_read() -> None:
    pages: Any = Pages(3, 3)
    assert [row["slug"] for row in linked(pages, "/repositories/acme")] == ["a", "b", "c"]
