"""Which branches are open changes of this tool, and of which branch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from migrator.bitbucket.errors import ApiError, Cause
from migrator.secrets import changes
from migrator.secrets.changes import destination, destinations, is_open

UNUSED: Any = None


@pytest.mark.parametrize(
    ("branch", "of"),
    [("patless/main", "main"), ("patless/feature/a", "feature/a"), ("main", ""), ("my-patless/main", ""), ("x", "dev")],
)
def test_a_change_is_of_the_branch_that_its_commit_or_its_name_says(branch: str, of: str) -> None:
    assert destination(branch, "c" if branch == "x" else "d", {"c": "dev"}) == of
    assert destination(branch, "c", {"c": "dev"}) == "dev"


def test_the_last_trailer_of_a_commit_says_where_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [b"a\0main", b"b\0old\0dev", b"c", b"d\0", b"e\0main\0", b"f\0\xff"]

    def records(root: Path, *asked: str, separator: bytes) -> Iterable[bytes]:
        assert "--branches" in asked
        assert separator == b"\n"
        return lines

    monkeypatch.setattr(changes, "records", records)
    assert destinations(Path()) == {"a": "main", "b": "dev", "f": "\udcff"}


def row(state: str = "OPEN", source: Any = ("acme/web", "x"), to: Any = ("acme/web", "main")) -> dict[str, Any]:
    def end(of: Any) -> Any:
        name, branch = of
        return {"repository": {"full_name": name} if name else None, "branch": {"name": branch}}

    return {"state": state, "source": end(source), "destination": end(to)}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([row()], True),
        ([row("MERGED"), row()], True),
        ([row(source=("Acme/Web", "x"))], True),
        ([], False),
        ([row("MERGED")], False),
        ([row(source=("fork/web", "x"))], False),
        ([row(source=("acme/web", "X"))], False),
        ([row(source=(None, "x"))], False),
        ([row(to=("acme/web", "dev"))], False),
        ([row(to=("fork/web", "main"))], False),
    ],
)
def test_a_branch_has_an_open_pull_request_of_its_own_repository(
    rows: list[dict[str, Any]], found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def linked(client: object, path: str, query: dict[str, Any]) -> Iterator[Any]:
        asked.append((path, query))
        return iter(rows)

    monkeypatch.setattr(changes, "linked", linked)
    assert is_open(UNUSED, "acme", "Web", "x", "main") == found
    assert asked == [
        (
            "/repositories/acme/Web/pullrequests",
            {"state": "OPEN", "q": 'source.branch.name="x"', "pagelen": 50},
        )
    ]
    assert not is_open(UNUSED, "acme", "web", "ä", "main")
    assert asked[1][1]["q"] == 'source.branch.name="ä"'


def test_a_pull_request_that_cannot_be_read_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def linked(*_: object) -> Iterator[Any]:
        raise ApiError(Cause.FORBIDDEN, "no")

    monkeypatch.setattr(changes, "linked", linked)
    assert not is_open(UNUSED, "acme", "web", "x", "main")
