"""`fleet migrate` against a workspace in a box: real sockets, real git."""

from __future__ import annotations

from migrator.demo.box import Box
from tests.fleet.conftest import NATIVE, PIPELINES, STORED, Desk, Watch, writes


def test_nothing_is_written_until_it_is_said(box: Box, desk: Desk) -> None:
    desk.add("web")
    done = desk.migrate()
    assert done.code == 1
    assert "web main: would open a pull request" in done.out
    assert "--open-prs" in done.out
    assert writes(box.requests) == []
    assert desk.changes() == []


def test_a_clean_repository_is_left_alone(box: Box, desk: Desk) -> None:
    desk.add("web", NATIVE)
    done = desk.open()
    assert done.code == 0
    assert "clean" in done.out
    assert writes(box.requests) == []


def test_a_pull_request_is_opened(box: Box, desk: Desk, watch: Watch) -> None:
    desk.add("web")
    head = box.head("web", "main")
    done = desk.open()
    assert done.code == 0, done.err
    (made,) = desk.pull_requests()
    assert (made.source, made.destination, made.state) == ("patless/main", "main", "OPEN")
    assert (made.close_source_branch, made.draft) == (True, False)
    assert desk.text("patless/main") == NATIVE.format(slug="web")
    assert box.head("web", "main") == head
    assert watch.commits[0]["parents"] == head
    assert f"/{PIPELINES}" in watch.commits[0]
    assert desk.migrate().code == 0
    before = len(writes(box.requests))
    assert "up-to-date" in desk.open().out
    assert len(writes(box.requests)) == before
