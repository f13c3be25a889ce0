"""A plan as a file: read only as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from migrator.bitbucket.records import Level
from migrator.secrets import plan as plans
from migrator.secrets.plan import Plan, PlanError, PlanEvidence, PlanRow, Waived
from migrator.secrets.records import RemovalVerdict

ROW = PlanRow(
    "web",
    Level.REPOSITORY,
    "",
    "",
    "PAT",
    "{1}",
    True,
    RemovalVerdict.REMOVABLE,
    plans.meaning(RemovalVerdict.REMOVABLE, []),
)
PLAN = Plan(
    1,
    "patless 1",
    "acme",
    "web",
    "2026-11-24T00:00:00+00:00",
    "2026-12-01T00:00:00+00:00",
    30,
    "rules",
    "configuration",
    {"web": {"refs/heads/\x1b[31m": "a" * 40}},
    (ROW,),
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plans.text(PLAN))
    assert plans.read(path) == PLAN
    assert "\x1b" not in path.read_text()


@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, schema_version=2),
        replace(PLAN, expires="2026-12-01T00:00:00"),
        replace(PLAN, created="soon"),
        replace(PLAN, rows=(ROW, replace(ROW, repository="api"))),
        replace(PLAN, rows=(replace(ROW, evidence=(PlanEvidence("shell", "main", "x.sh", 1, "$PAT"),)),)),
        replace(PLAN, rows=(replace(ROW, verdict=RemovalVerdict.ACCEPTED),)),
        replace(
            PLAN,
            rows=(replace(ROW, verdict=RemovalVerdict.ROLLBACK, meaning=plans.meaning(RemovalVerdict.ROLLBACK, ())),),
        ),
        replace(
            PLAN,
            rows=(
                replace(ROW, verdict=RemovalVerdict.IN_USE, meaning=plans.meaning(RemovalVerdict.IN_USE, ())),
                replace(ROW, uuid="{2}", key="OLD_PAT"),
            ),
        ),
    ],
    ids=[
        "version",
        "no zone",
        "no date",
        "one variable twice",
        "other evidence",
        "other verdict",
        "may not go",
        "one may",
    ],
)
def test_a_plan_that_nobody_wrote_is_refused(tmp_path: Path, plan: Plan) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plans.text(plan))
    with pytest.raises(PlanError):
        plans.read(path)


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff", plans.text(PLAN).encode() + b" "])
def test_what_is_no_plan_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    with pytest.raises(PlanError):
        plans.read(path)


def test_what_an_older_decoder_refuses_is_no_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused(Exception):
        """As a DecodeError is in msgspec 0.19: no ValueError."""

    def decode(*_: Any, **__: Any) -> Any:
        raise Refused

    monkeypatch.setattr(msgspec, "DecodeError", Refused)
    monkeypatch.setattr(msgspec.json, "decode", decode)
    path = tmp_path / "plan.json"
    path.write_bytes(b"{")
    with pytest.raises(PlanError):
        plans.read(path)


def test_lines_and_mentions_are_no_part_of_the_meaning() -> None:
    use = PlanEvidence("shell", "main", "x.sh", 1, "$PAT")
    same = plans.meaning(RemovalVerdict.REMOVABLE, [use])
    assert plans.meaning(RemovalVerdict.REMOVABLE, [replace(use, line=9), replace(use, kind="mention")]) == same
    for other in (replace(use, path="y.sh"), replace(use, kind="word"), replace(use, ref="b"), replace(use, text="x")):
        assert plans.meaning(RemovalVerdict.REMOVABLE, [other]) != same
    assert plans.meaning(RemovalVerdict.ACCEPTED, [use]) != same


@pytest.mark.parametrize("name", ["a.yml", "a.yaml", "clients/a.yml", "references/a.yml", "releases/a.yml"])
def test_every_file_of_rules_that_is_loaded_is_in_the_digest(tmp_path: Path, name: str) -> None:
    (tmp_path / "always.yml").write_text("tokens: []\n")
    before = plans.rules_digest([tmp_path])
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("one")
    one = plans.rules_digest([tmp_path])
    (tmp_path / name).write_text("two")
    assert len({before, one, plans.rules_digest([tmp_path])}) == 3


@pytest.mark.parametrize("until", ["soon", "", "2026-02-30", "\ud800"])
def test_a_waiver_until_no_day_is_no_plan(tmp_path: Path, until: str) -> None:
    waived = replace(ROW, verdict=RemovalVerdict.ACCEPTED, waivers=(Waived("dump", "", "", "why", until),))
    waived = replace(waived, meaning=plans.meaning(waived.verdict, waived.evidence))
    path = tmp_path / "plan.json"
    path.write_text(plans.text(replace(PLAN, rows=(waived,))))
    with pytest.raises(PlanError):
        plans.read(path)


@pytest.mark.parametrize("environment", [("", ""), ("production", "{e}")])
def test_the_variable_of_a_row_is_the_one_that_was_planned(environment: tuple[str, str]) -> None:
    name, uuid = environment
    level = Level.DEPLOYMENT if name else Level.REPOSITORY
    row = PlanRow("acme/web", level, name, uuid, "PAT", "{v}", True, RemovalVerdict.REMOVABLE, "")
    variable = row.variable
    assert (variable.environment, variable.environment_uuid) == (name or None, uuid or None)
