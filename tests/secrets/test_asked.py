"""What an answer depends on besides Bitbucket: the rules, the configuration, this version."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.findings.settings import Settings
from migrator.options import UsageError
from migrator.options.analysis import Sources
from migrator.options.secrets import ListingOptions
from migrator.secrets import asked
from migrator.secrets import asking as asking_module
from migrator.secrets.asking import Asking, runs_of
from migrator.secrets.records import Waiver
from migrator.secrets.survey import RecentRuns

UNUSED: Any = None
ASKING = Asking(UNUSED, "acme", Path(), UNUSED, Settings())
RULE = "clients:\n  ship:\n    programs: [ship]\n    commands: []\n"


def test_other_rules_are_another_digest(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    options = ListingOptions(tmp_path)
    own = replace(options, sources=Sources(rules=(tmp_path / "rules",)))
    before = asked.rules_digest(options)
    (tmp_path / "rules" / "ship.yml").write_text(RULE)
    after = asked.rules_digest(own)
    assert before == asked.rules_digest(options) != after
    (tmp_path / "rules" / "ship.yml").write_text(RULE.replace("ship]", "boat]"))
    assert len({before, after, asked.rules_digest(own)}) == 3
    assert asked.digest(options, ASKING) != asked.digest(own, ASKING)


def test_another_word_on_variables_is_another_digest(tmp_path: Path) -> None:
    waiver = Waiver("eval", "known", date(2027, 1, 31))
    every = [
        ASKING,
        replace(ASKING, settings=Settings(variables={"A": "b"})),
        replace(ASKING, settings=Settings(own_packages=("acme/*",))),
        replace(ASKING, waivers=(waiver,)),
        replace(ASKING, waivers=(replace(waiver, until=date(2027, 2, 1)),)),
    ]
    assert ASKING.leaving, "what leaves its step is looked for where nobody says otherwise"
    options = ListingOptions(tmp_path)
    assert len({asked.configuration_digest(one) for one in every}) == len(every)
    assert len({asked.digest(options, one) for one in every}) == len(every)
    assert asked.digest(options, ASKING) == asked.digest(options, replace(ASKING, workspace="other"))


@pytest.mark.parametrize(("failure", "ends"), [(Cause.FORBIDDEN, False), (Cause.UNAUTHORISED, True)])
def test_runs_are_asked_for_once_from_the_window_on(
    failure: Cause, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    one: Any = SimpleNamespace(slug="web")
    since: list[datetime] = []

    def window(client: object, workspace: str, slug: str, begin: datetime) -> SimpleNamespace:
        since.append(begin)
        return SimpleNamespace(runs=(), ever=())

    def refused(*_: object) -> None:
        raise ApiError(failure, "no")

    asking = replace(ASKING, now=datetime(2026, 3, 31, tzinfo=UTC), rollback_window=30, known_runs={})
    monkeypatch.setattr(asking_module.pipelines, "window", window)
    assert runs_of(asking, one) == runs_of(asking, one) == RecentRuns((), ever=False)
    assert since == [datetime(2026, 3, 1, tzinfo=UTC)]
    monkeypatch.setattr(asking_module.pipelines, "window", refused)
    asking = replace(asking, known_runs={})
    if ends:
        with pytest.raises(ApiError):
            runs_of(asking, one)
    else:
        assert runs_of(asking, one) == RecentRuns((), "no")


@pytest.mark.parametrize(
    ("options", "remote", "expected"),
    [
        ({}, ("acme", "web"), ("acme", "web")),
        ({"workspace": "other"}, ("acme", "web"), ("other", "web")),
        ({"repo": "api"}, ("acme", "web"), ("acme", "api")),
        ({"workspace": "other", "repo": "api"}, None, ("other", "api")),
        ({"workspace": "other", "all": True}, None, ("other", "")),
        ({}, None, None),
        ({"workspace": "other"}, None, None),
        ({"repo": "api"}, None, None),
    ],
)
def test_workspace_and_repository_are_told_or_those_of_the_remote(
    options: dict[str, Any],
    remote: tuple[str, str] | None,
    expected: tuple[str, str] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asked, "remote_slug", lambda root: remote)
    if expected is None:
        with pytest.raises(UsageError, match="origin"):
            asked.names(ListingOptions(tmp_path, **options))
    else:
        assert asked.names(ListingOptions(tmp_path, **options)) == expected


OWN = SimpleNamespace(variables=("PAT",))


def branch(uuid: str, seen: Any, workspace: str = "acme") -> Any:
    return SimpleNamespace(entry=SimpleNamespace(repository=SimpleNamespace(uuid=uuid, workspace=workspace)), seen=seen)


def test_who_logs_in_and_how_many_have_pipelines_is_what_a_scan_has_seen() -> None:
    other = SimpleNamespace(variables=())
    every = [
        branch("{1}", None),
        branch("{2}", SimpleNamespace(files=("a",), findings=(other, OWN))),
        branch("{3}", SimpleNamespace(files=("a",), findings=(other,))),
        branch("{4}", SimpleNamespace(files=(), findings=())),
        branch("{5}", SimpleNamespace(files=("a",), findings=(OWN,)), "other"),
    ]
    ledger: Any = SimpleNamespace(branches=lambda: every)
    assert asked._seen(ledger, "acme") == (frozenset({"{2}"}), 0.5)
    assert asked._seen(ledger, "nobody") == (frozenset(), asked._SHARE)


@pytest.mark.parametrize(
    ("bounds", "sparing"),
    [
        ({}, False),
        ({"max_requests": 9}, True),
        ({"deadline": 60.0}, True),
        ({"max_requests": 9, "deadline": 60.0}, True),
    ],
)
def test_whoever_may_not_ask_for_all_asks_for_those_that_log_in_first(
    bounds: dict[str, Any], sparing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(asked.sweeping, "of_workspace", lambda asking, ledger, terms, far, begins: given.append(terms))
    options = ListingOptions(tmp_path)
    options = replace(options, lasting=replace(options.lasting, **bounds))
    ledger: Any = SimpleNamespace(branches=lambda: [branch("{1}", SimpleNamespace(files=("a",), findings=(OWN,)))])
    asked.of_workspace(options, ASKING, ledger, UNUSED, UNUSED, lambda client, share: UNUSED)
    assert [(one.sparing, one.first) for one in given] == [(sparing, frozenset({"{1}"}))]
