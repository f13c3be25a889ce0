"""The real pnpm 10 and 11, before and after `fix`, and what arrives at its registry.

PATLESS_NPM names the folder of npm's modules with `pnpm10`, `pnpm11`, and a Node.js that runs them, where the one that
is installed is too old for that.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.memory import PATH, planned, report_on
from tests.rules.npm_registry import HOST, MANIFEST, NATIVE, NATIVE_PAIR, PAIR, STORED, Registry, serving

MODULES = Path(os.environ.get("PATLESS_NPM", "/nowhere"))
PROGRAMS = {"10": "pnpm10/bin/pnpm.cjs", "11": "pnpm11/bin/pnpm.mjs"}
ROUTE = f"@acme:registry=https://{HOST}/acme/\n"
ENCODED = '$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64 -w 0)'
AUTH = f"//{HOST}/acme/:_auth="
HALVES = f'//{HOST}/acme/:username=$PKG_USER\n//{HOST}/acme/:_password=$(printf %s "$PKG_PAT" | base64 -w 0)'
PUBLISH, ADD = "pnpm publish --no-git-checks", "pnpm add @acme/base"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as made:
        yield made


@pytest.fixture(params=PROGRAMS)
def pnpm(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the command. It is started by bash, as other shells drop variables such as `npm_config_//…`."""
    program = MODULES / PROGRAMS[request.param]
    own = next(MODULES.glob("node-linux-*/bin/node"), None) or shutil.which("node")
    if not program.is_file() or own is None:
        (pytest.fail if os.environ.get("PATLESS_REQUIRE_ALL") == "1" else pytest.skip)(
            f"pnpm {request.param} is absent"
        )
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "pnpm"
    command.write_text(f'#!/bin/bash\nexec {shlex.quote(str(own))} {shlex.quote(str(program))} "$@"\n')
    command.chmod(0o755)
    (folder / "node").symlink_to(own)
    return folder


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        (f'echo "{AUTH}{ENCODED}" >> ~/.npmrc\n{PUBLISH}', "safe"),
        (f"cat >> .npmrc <<EOF\n{HALVES}\nEOF\n{ADD}", "unsafe"),
    ],
    ids=["home", "project"],
)
def test_what_arrives_is_the_native_pair_where_the_stored_one_did(
    script: str, verdict: str, pnpm: Path, registry: Registry, tmp_path: Path
) -> None:
    fixed = _fixed(script, verdict)
    assert _sent(script, STORED, pnpm, registry, tmp_path / "before") == [f"Basic {PAIR}"]
    assert _sent(fixed, NATIVE, pnpm, registry, tmp_path / "after") == [f"Basic {NATIVE_PAIR}"]


def test_nothing_arrives_of_variables_that_a_committed_file_names(
    pnpm: Path, registry: Registry, tmp_path: Path
) -> None:
    """Which is why there is no fix, and a reason of its own."""
    committed = f"{AUTH}${{PKG_AUTH}}\n"
    script = f"export PKG_AUTH={ENCODED}\n{ADD}"
    assert _fixed(script, "report-only", committed) == script
    assert _sent(script, STORED, pnpm, registry, tmp_path, committed) == []
    assert registry.asked


def test_a_token_beside_the_pair_is_what_arrives(pnpm: Path, registry: Registry, tmp_path: Path) -> None:
    script = f'echo "{AUTH}{ENCODED}" >> ~/.npmrc\necho "//{HOST}/acme/:_authToken=$OLD" >> ~/.npmrc\n{ADD}'
    assert _fixed(script, "report-only") == script
    assert _sent(script, {**STORED, "OLD": "old"}, pnpm, registry, tmp_path) == ["Bearer old"]


@pytest.mark.parametrize(("pnpm", "arrives"), [("10", []), ("11", [f"Basic {PAIR}"])], indirect=["pnpm"])
def test_only_pnpm_11_takes_a_variable_in_front_of_the_call(
    arrives: list[str], pnpm: Path, registry: Registry, tmp_path: Path
) -> None:
    """So whether there is something to fix depends on its version, and there is no fix."""
    script = f'env "npm_config_{AUTH}{ENCODED}" {ADD}'
    assert _fixed(script, "report-only") == script
    assert _sent(script, STORED, pnpm, registry, tmp_path) == arrives
    assert registry.asked


def _sent(
    script: str, variables: dict[str, str], pnpm: Path, registry: Registry, folder: Path, committed: str = ""
) -> list[str]:
    """The credentials that arrive while a script runs in a repository of its own, each once."""
    (folder / "home").mkdir(parents=True)
    (folder / "package.json").write_text(registry.here(MANIFEST))
    (folder / ".npmrc").write_text(registry.here(ROUTE + committed))
    registry.asked.clear()
    path = f"{pnpm}:{os.environ['PATH']}"
    quiet = {"npm_config_update_notifier": "false", "npm_config_fetch_retries": "0"}
    environment = {"PATH": path, "HOME": str(folder / "home"), "CI": "true", **quiet, **variables}
    subprocess.run(
        ["bash", "-ec", registry.here(script)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return [one for one in dict.fromkeys(registry.asked) if one.strip()]


def _fixed(script: str, verdict: str, committed: str = "") -> str:
    """The script as `fix --unsafe-fixes` leaves it; the finding of it has the verdict."""
    head = "pipelines:\n  default:\n    - step:\n        script:\n          - |\n"
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    files = {PATH: f"{head}{lines}", "package.json": MANIFEST, ".npmrc": ROUTE + committed}
    report = report_on({path: text.encode() for path, text in files.items()})
    assert {one.verdict.value for one in report.findings} == {verdict}
    changes = planned(report, unsafe=True).changes
    text = changes[0].after.decode().removeprefix(head) if changes else lines
    return "\n".join(line.removeprefix(" " * 12) for line in text.splitlines())
