"""Several machines that share a workspace: each asks for its own repositories, and joined they know what one knows."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.demo.box import Box
from migrator.fleet.sharding import Shard
from tests.bench import storing
from tests.secrets.test_end_to_end import STORED, VALUE, Desk
from tests.secrets.test_sweeping import box as box
from tests.secrets.test_sweeping import of, verdicts

COUNT, PARTS = 12, 4
ALL = ("--workspace", "acme", "--all")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert VALUE.encode() not in kept


def machine(box: Box, home: Path, name: str) -> Desk:
    """A machine of its own, with the installed command."""
    folder = home / name
    folder.mkdir()
    return Desk(box, folder, box.token(), installed=True)


def workspace(box: Box) -> None:
    """With logins to what the workspace stores, an importer and its exporter: what one part alone cannot tell."""
    storing.fill(box, COUNT)
    exported = STORED.replace("pipelines:\n  default:", "export: true\npipelines:\n  custom:\n    publish:").replace(
        "    - step:\n        script:", "      - step:\n          script:"
    )
    box.add_repository("shared", {"main": {"bitbucket-pipelines.yml": exported}})
    for number in range(3):
        importing = "pipelines:\n  custom:\n    publish:\n      import: shared:main:publish\n"
        box.add_repository(f"web-{number}", {"main": {"bitbucket-pipelines.yml": importing}})
        box.add_variable("PACKAGES_TOKEN", VALUE, repository=f"web-{number}")
    for key in ("PACKAGES_EMAIL", "PACKAGES_TOKEN", "PACKAGES_PAT"):
        box.add_variable(key, VALUE)


def test_shards_that_are_merged_are_a_single_run_byte_for_byte(box: Box, home: Path) -> None:
    workspace(box)
    single = machine(box, home, "single")
    assert single.list("--all").code in (0, 1)
    joined = machine(box, home, "joined")
    ledgers = []
    for number in random.Random(5).sample(range(PARTS), PARTS):
        part = machine(box, home, f"part-{number}")
        assert part.list("--all", "--shard", f"{number + 1}/{PARTS}").code in (0, 1)
        ledgers.append(str(part.home / "patless-fleet.db"))
    done = joined.run("fleet", "merge", *ledgers)
    assert done.code == 0, done.err
    box.forget_requests()
    for format in ("json", "text", "markdown"):
        one, other = (each.secrets("list", *ALL, "--format", format) for each in (joined, single))
        assert (one.code, timeless(one.out)) == (other.code, timeless(other.out))
        assert "web-2" in one.out
    asked = of(box)
    assert max(len(asked[slug]) for slug in asked if slug) <= 2 * 2 * 3, "nothing that the parts know is asked again"


def timeless(text: str) -> str:
    """Without the one moment that differs between two runs of anything: when the oldest answer was given."""
    found, count = re.subn(r'("since": "|the oldest from )[-0-9]+T[0-9:]+\+00:00', r"\1", text)
    assert count == 1
    return found


def test_a_part_asks_for_its_own_and_says_what_it_cannot_tell(box: Box, home: Path) -> None:
    workspace(box)
    desk = machine(box, home, "part")
    uuids = {slug: one.uuid for slug, one in box.state.repositories.items()}
    seen: list[str] = []
    for number in range(PARTS):
        box.forget_requests()
        done = desk.list("--all", "--shard", f"{number + 1}/{PARTS}")
        document = json.loads(done.out)
        mine = {slug for slug, uuid in uuids.items() if Shard(number, PARTS).holds(uuid)}
        assert {slug for slug in of(box) if slug} == mine
        assert document["summary"]["repositories"] == len(mine)
        assert document["summary"]["other_parts"] == len(uuids) - len(mine)
        shared = {key: verdict for (slug, _, key), verdict in verdicts(document).items() if not slug}
        assert not {"removable", "rollback-only", "after-merge"} & set(shared.values())
        seen += mine
    assert sorted(seen) == sorted(uuids)


def test_parts_of_one_ledger_do_not_wait_for_each_other(box: Box, home: Path) -> None:
    workspace(box)
    desk = machine(box, home, "part")
    for number in range(PARTS):
        desk.list("--all", "--shard", f"{number + 1}/{PARTS}", "--ledger", "all.db")
    box.forget_requests()
    assert desk.list("--all", "--ledger", "all.db").code in (0, 1)
    asked = of(box)
    assert max(len(asked[slug]) for slug in asked if slug) <= 2


def test_a_plan_needs_the_whole(box: Box, home: Path) -> None:
    desk = machine(box, home, "part")
    assert desk.secrets("plan", "--workspace", "acme", "--all", "--shard", "1/4").code == 2


@pytest.mark.parametrize("given", [("--shard", "5/4", "--all"), ("--shard", "a", "--all"), ("--shard", "1/4")])
def test_a_part_is_one_of_a_workspace(box: Box, home: Path, given: tuple[str, ...]) -> None:
    box.add_repository("web", {"main": {"README.md": "Text\n"}})
    desk = machine(box, home, "part")
    done = desk.secrets("list", "--workspace", "acme", "--repo", "web", *given)
    assert done.code == 2
    shutil.rmtree(desk.home)


def test_a_parallel_step_is_a_part_by_itself(box: Box, home: Path) -> None:
    workspace(box)
    desk = machine(box, home, "part")
    done = desk.list("--all", BITBUCKET_PARALLEL_STEP="1", BITBUCKET_PARALLEL_STEP_COUNT="4")
    assert json.loads(done.out)["summary"]["other_parts"] > 0
