"""Many repositories: what they cost of the API, and that each is a row. `PATLESS_FLEET=1000` takes a thousand; how long
they take is `make bench`."""

from __future__ import annotations

import os
from collections import Counter

from migrator.fleet.records import RepositoryState
from tests.fleet.boxes import fill
from tests.fleet.scan.conftest import Desk

COUNT = int(os.environ.get("PATLESS_FLEET", "101"))


def test_a_hundred_repositories_cost_one_request_of_the_api(desk: Desk) -> None:
    fill(desk.box, COUNT)
    done = desk.scan()
    assert done.out.startswith(f"{COUNT} repositories: {COUNT:,} scanned\n{len(range(0, COUNT, 3))} findings: ")
    assert Counter(one.state for one in desk.entries().values()) == {RepositoryState.SCANNED: COUNT}
    assert len(desk.asked("/2.0/")) == -(-COUNT // 100)
    assert sum("/git/" in one.path and one.method == "POST" for one in desk.box.requests) == 2 * COUNT, (
        "no list before it"
    )
