"""The three ways out that a fleet tells: each does what it says, by the configuration that counts there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from migrator.findings.records import Finding, Verdict
from migrator.findings.settings import Settings
from migrator.fleet import operator, scanning
from migrator.fleet.operator import Operator
from migrator.fleet.records import FleetRepository
from migrator.fleet.scanning import Judge
from migrator.repositories.worktree import WorkTree
from migrator.rulebook import reading as rulebook
from migrator.rulebook.ways_out import CENTRAL, ways_out

BOOK = rulebook.load()
PIPELINES = "bitbucket-pipelines.yml"
LOGIN = """\
pipelines:
  default:
    - step:
        script:
          - docker login {registry} -u "$EMAIL" -p "$TOKEN"{more}
"""
BASE = LOGIN.format(registry="crg.apkg.io", more="\n          - docker pull crg.apkg.io/acme/base")
PUSH = LOGIN.format(registry="crg.apkg.io", more="\n          - docker push crg.apkg.io/acme/base")
HOST = LOGIN.format(registry="$REGISTRY", more=" # crg.apkg.io")
IMAGE = LOGIN.format(registry="crg.apkg.io", more="\n          - docker pull $BASE")
HELD = [("foreign-package", BASE), ("two-pushers", PUSH), ("registry-unresolved", HOST), ("image-unresolved", IMAGE)]


def judged(root: Path, told: Operator) -> Finding | None:
    """The finding of the repository `web`, as the fleet sees it."""
    judge = Judge(BOOK, Settings(today=date(2026, 11, 24)), "", operator=told).of(FleetRepository("{1}", "acme", "web"))
    elsewhere = {"crg.apkg.io/acme/base": ("api",)}
    judge = replace(judge, settings=replace(judge.settings, pushed_elsewhere=elsewhere))
    return next(iter(scanning.analyse(WorkTree(root), judge).findings), None)


def held(root: Path, code: str, text: str) -> dict[str, str]:
    """The ways out that the fleet tells of the one reason that holds it back."""
    (root / PIPELINES).write_text(text)
    found = judged(root, Operator())
    assert found
    (reason,) = [one for one in found.reasons if one.code == code]
    return dict(ways_out(BOOK.reasons[code], reason.subject, fleet_of="web"))


@pytest.mark.parametrize(("code", "text"), HELD)
def test_the_fix_is_a_line_of_the_fleets_configuration_that_settles_it(code: str, text: str, tmp_path: Path) -> None:
    way = held(tmp_path, code, text)["fix"]
    told = re.search(r"add to fleet\.toml, under `(\[\[repositories\]\])` with `(slugs = .*)`: `(.*)`", way)
    assert told
    written = "\n".join(told.groups()).replace("…", "alpine:3")
    after = judged(tmp_path, operator.parse("fleet.toml", written.encode(), tmp_path))
    assert after
    assert after.verdict is Verdict.SAFE


@pytest.mark.parametrize(("code", "text"), HELD)
def test_the_same_line_of_the_repository_settles_nothing(code: str, text: str, tmp_path: Path) -> None:
    line = held(tmp_path, code, text)["fix"].partition("]`: `")[2].removesuffix("`").replace("…", "alpine:3")
    (tmp_path / ".patless.toml").write_text(line)
    after = judged(tmp_path, Operator())
    assert after
    assert after.verdict is not Verdict.SAFE


@pytest.mark.parametrize(("code", "text"), HELD)
def test_keep_is_a_comment_that_leaves_it_out(code: str, text: str, tmp_path: Path) -> None:
    comment = held(tmp_path, code, text)["keep"].strip("`")
    (tmp_path / PIPELINES).write_text(
        text.replace("          - docker login", f"          {comment}\n          - docker login")
    )
    assert judged(tmp_path, Operator()) is None


@pytest.mark.parametrize("code", BOOK.reasons)
def test_no_way_out_of_a_fleet_is_the_configuration_of_a_repository(code: str) -> None:
    for subject in ("", "NAME", "crg.apkg.io/acme/web"):
        ways = ways_out(BOOK.reasons[code], subject, fleet_of="web")
        named = [way for _, way in ways if ".patless.toml" in way]
        assert not named or code == "pipe-version", "a fleet rewrites logins, and makes no pipe of them"
        assert not [way for _, way in ways if CENTRAL in way and "web" not in way]
