"""A thousand repositories: what it costs of the API, and that each is a row. How long it takes is `make bench`."""

from __future__ import annotations

from collections import Counter

from migrator.fleet.records import State
from tests.fleet.boxes import fill
from tests.fleet.scan.conftest import Desk


def test_a_thousand_repositories_are_scanned_with_ten_requests_of_the_api(desk: Desk) -> None:
    fill(desk.box, 1000)
    done = desk.scan()
    assert done.out.startswith("1000 repositories: 1,000 scanned\n334 findings: ")
    assert Counter(one.state for one in desk.entries().values()) == {State.SCANNED: 1000}
    assert len(desk.asked("/2.0/")) == 10
    assert sum("/git/" in one.path and one.method == "POST" for one in desk.box.requests) == 2000, "no list before it"
