"""The sample workspace, from its scan to its merges, in each way that Bitbucket has, and back."""

from __future__ import annotations

import pytest

from migrator.demo import samples
from migrator.demo.box import Box
from migrator.demo.review import Strategy
from migrator.demo.samples import SAMPLES
from tests.fleet.conftest import Desk

OTHER = {"other.txt": "by someone else\n"}
CHANGED = {"ci-shared": "FAILED", "invoices": "PASSED", "mobile": "FAILED", "notify": "PASSED", "web": "PASSED"}
"""What becomes of the run of each change that is merged."""


@pytest.mark.parametrize("strategy", list(Strategy))
def test_each_story_goes_on_to_its_merge_and_back(box: Box, desk: Desk, strategy: Strategy) -> None:
    samples.fill(box)
    heads = {one.slug: box.head(one.slug, one.main) for one in box.state.repositories.values()}
    assert desk.run("fleet", "scan", "--workspace", "acme").code == 1
    done = desk.open("--accept-linkage", "--max-red", "100")
    assert done.code == 1, "the variables of one cannot be read"
    assert set(CHANGED) == {slug for slug in heads if f"\n{slug} main: opened" in f"\n{done.out}"}
    before = {slug: desk.text("main", slug) for slug in CHANGED}
    number = {slug: desk.pull_requests(slug)[-1].id for slug in CHANGED}
    for slug, run in CHANGED.items():
        if strategy is not Strategy.FAST_FORWARD:
            box.commit(slug, "main", OTHER, "Something else")
        box.merge(slug, number[slug], strategy)
        assert desk.text("main", slug) != before[slug]
        box.add_run(slug, "main", run)
        box.add_run(slug, "main", "PASSED" if run == "FAILED" else "FAILED", commit=box.commit(slug, "main", OTHER))
    desk.run("fleet", "status")
    rows = {row["slug"]: row for row in desk.status()}
    said = {"FAILED": "red", "PASSED": "green"}
    assert {slug: rows[slug]["run"] for slug in CHANGED} == {slug: said[run] for slug, run in CHANGED.items()}
    assert {slug for slug, row in rows.items() if row["state"] == "merged"} == set(CHANGED)
    assert len(rows) == len(SAMPLES)
    for slug in CHANGED:
        done = desk.run("fleet", "revert", slug)
        assert done.code == 0, done.out + done.err
        assert desk.text("patless-revert/main", slug) == before[slug]
        assert desk.text("patless-revert/main", slug, "other.txt") == OTHER["other.txt"]
    assert all(box.head(slug, "main") == head for slug, head in heads.items() if slug not in CHANGED)
