"""The example for Bitbucket's own parallel steps, run in real bash as its runners would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from migrator.fleet.records import RepositoryState
from tests.fleet.boxes import fill
from tests.fleet.scan.conftest import ROOT, Desk

EXAMPLE = ROOT / "fixtures" / "fleet" / "bitbucket-pipelines.yml"


def test_a_workspace_is_scanned_in_parallel_steps_and_joined(desk: Desk) -> None:
    """Each step has a folder of its own with the artifacts of those before; `pip install patless` is done already."""
    fill(desk.box, 12)
    parallel, join = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["pipelines"]["custom"]["scan-workspace"]
    steps = [one["step"] for one in parallel["parallel"]["steps"]]
    programs = desk.home / "bin"
    programs.mkdir()
    for name, words in (("pip", "exit 0"), ("patless", f'exec "{sys.executable}" -P -m migrator "$@"')):
        (programs / name).write_text(f"#!/bin/sh\n{words}\n", encoding="ascii")
        (programs / name).chmod(0o755)
    kept = desk.home / "artifacts"
    kept.mkdir()

    def run(number: int, step: dict[str, list[str]], **variables: str) -> None:
        folder = desk.home / f"step-{number}"
        shutil.copytree(kept, folder)
        environment = desk.environment | {"PATH": f"{programs}:{os.environ['PATH']}", "BITBUCKET_WORKSPACE": "acme"}
        environment |= {"PATLESS_CACHE_DIR": str(desk.home / f"cache-{number}")} | variables
        script = "\n".join(["set -e", *step["script"]])
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        for glob in step["artifacts"]:
            for file in folder.glob(glob):
                to = kept / file.relative_to(folder)
                to.parent.mkdir(exist_ok=True)
                shutil.copy(file, to)

    for number, step in enumerate(steps):
        run(
            number,
            step,
            BITBUCKET_PARALLEL_STEP=str(number),
            BITBUCKET_PARALLEL_STEP_COUNT=str(len(steps)),
        )
    assert len(list((kept / "parts").iterdir())) == len(steps)
    assert len({path.split("/")[3] for path in desk.asked("/git/")}) == 12
    run(len(steps), join["step"])
    assert {one.state for one in desk.entries(Path("artifacts/patless-fleet.db")).values()} == {RepositoryState.SCANNED}
    assert len(desk.entries(Path("artifacts/patless-fleet.db"))) == 12
    assert (kept / "summary.txt").read_text().startswith("12 repositories: 12 scanned\n4 findings: ")
    assert "service-00000" in (kept / "packages.md").read_text()
