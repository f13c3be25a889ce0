"""The real npm, before and after `fix`, and what arrives at its registry."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.memory import PATH, planned, report_on
from tests.rules.npm_registry import HOST, MANIFEST, NATIVE, NATIVE_PAIR, PAIR, STORED, Registry, serving

ENCODED = '$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64 -w 0)'
TO_HOME = ">> ~/.npmrc\nnpm publish"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as made:
        yield made


def _sent(script: str, variables: dict[str, str], registry: Registry, folder: Path, committed: str = "") -> list[str]:
    """The credentials that arrive while a script runs in a repository of its own, each once in a row."""
    (folder / "home").mkdir(parents=True)
    (folder / "package.json").write_text(registry.here(MANIFEST))
    (folder / ".npmrc").write_text(registry.here(committed))
    registry.asked.clear()
    quiet = {"npm_config_update_notifier": "false", "npm_config_logs_max": "0", "npm_config_fetch_retries": "0"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), **quiet, **variables}
    done = subprocess.run(
        ["bash", "-ec", registry.here(script)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert registry.asked, done.stderr
    return list(dict.fromkeys(registry.asked))


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        (f'echo "//{HOST}/acme/:_auth=$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64 -w0)" {TO_HOME}', "safe"),
        (
            f'npm config set //{HOST}/acme/:username "$PKG_USER"\n'
            f'npm set "//{HOST}/acme/:_password=$(echo -n "$PKG_PAT" | base64 | tr -d \'\\n\')"\nnpm publish',
            "safe",
        ),
        (
            f"cat > .npmrc <<EOF\n//{HOST}/acme/:username=$PKG_USER\n"
            f'//{HOST}/acme/:_password=$(printf %s "$PKG_PAT" | base64 -w 0)\nEOF\nnpm publish',
            "safe",
        ),
    ],
    ids=["auth", "commands", "heredoc"],
)
def test_what_arrives_is_the_native_pair_where_the_stored_one_did(
    script: str, verdict: str, registry: Registry, tmp_path: Path
) -> None:
    fixed = _fixed(script, verdict)
    assert _sent(script, STORED, registry, tmp_path / "before") == [f"Basic {PAIR}"]
    assert _sent(fixed, NATIVE, registry, tmp_path / "after") == [f"Basic {NATIVE_PAIR}"]


@pytest.mark.parametrize(
    ("script", "committed"),
    [
        ("npm publish", "_auth=${PKG_AUTH}\n"),
        ("npm publish", "username=${PKG_USER}\n_password=${PKG_64}\n"),
        (f"export PKG_AUTH={ENCODED}\nnpm publish", "_auth=${PKG_AUTH}\n"),
        (f'env "npm_config_//{HOST}/acme/:_auth={ENCODED}" npm publish', ""),
    ],
    ids=["auth", "halves", "exported", "environment"],
)
def test_what_npm_takes_from_variables_arrives_as_the_native_pair(
    script: str, committed: str, registry: Registry, tmp_path: Path
) -> None:
    file = "".join(f"//{HOST}/acme/:{line}\n" for line in committed.splitlines())
    fixed = _fixed(script, "safe", file)
    stored = {**STORED, "PKG_AUTH": _base64(PAIR), "PKG_64": _base64(STORED["PKG_PAT"])}
    assert _sent(script, stored, registry, tmp_path / "before", file) == [f"Basic {PAIR}"]
    assert _sent(fixed, {**stored, **NATIVE}, registry, tmp_path / "after", file) == [f"Basic {NATIVE_PAIR}"]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_token_that_base64_breaks_into_lines_does_not_arrive(registry: Registry, tmp_path: Path) -> None:
    """Which is why such a fix is not safe."""
    script = f'echo "//{HOST}/acme/:_auth=$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64)" {TO_HOME}'
    fixed = _fixed(script, "unsafe")
    assert _sent(script, STORED, registry, tmp_path / "before") == [f"Basic {PAIR}"]
    assert _sent(fixed, NATIVE, registry, tmp_path / "after") != [f"Basic {NATIVE_PAIR}"]


def test_a_token_beside_the_pair_is_what_arrives(registry: Registry, tmp_path: Path) -> None:
    """Which is why there is no fix then."""
    pair = f'echo "//{HOST}/acme/:_auth=$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64 -w0)"'
    script = f'{pair} >> ~/.npmrc\necho "//{HOST}/acme/:_authToken=$OLD" {TO_HOME}'
    assert _fixed(script, "report-only") == script
    assert _sent(script, {**STORED, "OLD": "old"}, registry, tmp_path) == ["Bearer old"]


def _fixed(script: str, verdict: str, committed: str = "") -> str:
    """The script as `fix --unsafe-fixes` leaves it; the finding of it has the verdict."""
    if not shutil.which("npm"):
        (pytest.fail if os.environ.get("PATLESS_REQUIRE_ALL") == "1" else pytest.skip)("npm is not installed")
    head = "pipelines:\n  default:\n    - step:\n        script:\n          - |\n"
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    files = {PATH: f"{head}{lines}".encode(), "package.json": MANIFEST.encode(), ".npmrc": committed.encode()}
    report = report_on(files)
    assert {one.verdict.value for one in report.findings} == {verdict}
    changes = planned(report, unsafe=True).changes
    text = changes[0].after.decode().removeprefix(head) if changes else lines
    return "\n".join(line.removeprefix(" " * 12) for line in text.splitlines())
