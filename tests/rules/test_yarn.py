"""The real yarn, before and after `fix`, and what arrives at its registry.

PATLESS_NPM names the folder of npm's modules with `@yarnpkg/cli-dist`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.memory import PATH, planned, report_on
from tests.rules.npm_registry import HOST, MANIFEST, NATIVE, NATIVE_PAIR, PAIR, STORED, Registry, serving

MODULES = Path(os.environ.get("PATLESS_NPM", "/nowhere"))
SERVER = f'npmRegistryServer: "https://{HOST}/acme/"\n'
SCOPE = f'npmScopes:\n  acme:\n    npmRegistryServer: "https://{HOST}/acme/"\n'
OF_REGISTRY = f'{SERVER}npmRegistries:\n  "//{HOST}/acme/":\n    npmAuthIdent: '
SET = 'yarn config set npmAuthIdent "$PKG_USER:$PKG_PAT"'
ENCODED = '$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64 -w 0)'
LOCK = """__metadata:
  version: 8
  cacheKey: 10c0

"@acme/web@workspace:.":
  version: 0.0.0-use.local
  resolution: "@acme/web@workspace:."
  languageName: unknown
  linkType: soft
"""
HEAD = "pipelines:\n  default:\n    - step:\n        script:\n          - |\n"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as made:
        yield made


@pytest.mark.parametrize(
    ("script", "committed"),
    [
        (f"{SET}\nyarn npm publish", SERVER),
        ('YARN_NPM_AUTH_IDENT="$PKG_USER:$PKG_PAT" yarn npm publish', SERVER),
        ("yarn npm publish", f'{OF_REGISTRY}"${{PKG_USER}}:${{PKG_PAT}}"\n'),
        ("export IDENT=$PKG_USER:$PKG_PAT\nyarn npm publish", f'{OF_REGISTRY}"${{IDENT:-}}"\n'),
        (f"cat > .yarnrc.yml <<EOF\n{OF_REGISTRY}{ENCODED}\nEOF\nyarn npm publish", None),
    ],
    ids=["config", "variable", "committed", "exported", "written"],
)
def test_what_arrives_is_the_native_pair_where_the_stored_one_did(
    script: str, committed: str | None, registry: Registry, tmp_path: Path
) -> None:
    fixed = _fixed(script, committed)
    assert _sent(script, committed, STORED, registry, tmp_path / "before") == [f"Basic {PAIR}"]
    assert _sent(fixed, committed, {**STORED, **NATIVE}, registry, tmp_path / "after") == [f"Basic {NATIVE_PAIR}"]


def test_every_call_fails_without_a_variable_that_a_committed_file_names(registry: Registry, tmp_path: Path) -> None:
    """Which is why a fix sets it for each."""
    committed = f'{OF_REGISTRY}"${{PKG_USER}}:${{PKG_PAT}}"\n'
    fixed = _fixed("yarn config get npmRegistryServer\nyarn npm publish", committed)
    assert fixed.count('PKG_PAT="$BITBUCKET_PACKAGES_TOKEN" yarn ') == 2
    script = "! yarn config get npmRegistryServer && ! yarn npm publish && echo both"
    assert _run(script, committed, {}, registry, tmp_path).stdout.endswith("both\n")
    assert not registry.asked


def test_a_scope_without_a_registry_to_publish_to_does_not_take_its_own(registry: Registry, tmp_path: Path) -> None:
    """Which is why the registry of a scope alone is no proof that a pair goes there."""
    committed = f'{SCOPE}    npmAuthIdent: "${{PKG_USER}}:${{PKG_PAT}}"\n'
    script = "yarn npm publish"
    text = f"{HEAD}            {script}\n"
    files = {PATH: text.encode(), "package.json": b'{"name": "@acme/web"}', ".yarnrc.yml": committed.encode()}
    assert {one.verdict.value for one in report_on(files).findings} == {"report-only"}


def _sent(script: str, committed: str | None, variables: dict[str, str], registry: Registry, folder: Path) -> list[str]:
    """The credentials that arrive while a script runs in a repository of its own, each once in a row."""
    done = _run(script, committed, variables, registry, folder)
    assert registry.asked, done.stdout + done.stderr
    return list(dict.fromkeys(registry.asked))


def _run(
    script: str, committed: str | None, variables: dict[str, str], registry: Registry, folder: Path
) -> subprocess.CompletedProcess[str]:
    (folder / "home").mkdir(parents=True)
    (folder / "package.json").write_text(registry.here(MANIFEST))
    (folder / "yarn.lock").write_text(LOCK)
    if committed is not None:
        (folder / ".yarnrc.yml").write_text(registry.here(committed))
    registry.asked.clear()
    told = {"YARN_ENABLE_TELEMETRY": "0", "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1", "YARN_HTTP_RETRY": "0"}
    path = f"{MODULES / '.bin'}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder / "home"), **told, **variables}
    return subprocess.run(
        ["bash", "-ec", registry.here(script)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _fixed(script: str, committed: str | None) -> str:
    """The script as `fix` leaves it; each finding of it is safe, and none is left."""
    if not (MODULES / "@yarnpkg").is_dir() or not shutil.which("node"):
        (pytest.fail if os.environ.get("PATLESS_REQUIRE_ALL") == "1" else pytest.skip)("@yarnpkg/cli-dist is not there")
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    files = {PATH: f"{HEAD}{lines}".encode(), "package.json": MANIFEST.encode()}
    files |= {".yarnrc.yml": committed.encode()} if committed else {}
    report = report_on(files)
    assert {one.verdict.value for one in report.findings} == {"safe"}
    (change,) = planned(report).changes
    assert not report_on({**files, PATH: change.after}).findings
    text = change.after.decode().removeprefix(HEAD)
    return "\n".join(line.removeprefix(" " * 12) for line in text.splitlines())
