"""`-v` says what was read, and of each place why nothing is reported of it; a finding leads to its page."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Patless, put

HEAD = "pipelines:\n  default:\n"
STEP = """\
    - step:
        script:
          - docker login {} -u $EMAIL -p $TOKEN{}
          - docker push {}/acme/web
"""
PAGE = "https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-packages/"


def step(host: str = "crg.apkg.io", comment: str = "") -> str:
    return STEP.format(host, comment, "crg.apkg.io")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci/login.sh").write_text("docker login crg.apkg.io -u $EMAIL -p $TOKEN\n")
    native = step().replace("$EMAIL", "$BITBUCKET_PACKAGES_USERNAME").replace("$TOKEN", "$BITBUCKET_PACKAGES_TOKEN")
    kept = step(comment="  # patless: ignore[registry-login] it stays")
    call = "    - step:\n        script:\n          - . ci/login.sh\n          - docker push crg.apkg.io/acme/web\n"
    put(
        tmp_path,
        bitbucket_pipelines=HEAD + step() + native + step("ghcr.io") + kept + call,
        old__pipelines=HEAD + step(),
    )
    (tmp_path / ".patless.toml").write_text('exclude = ["old/"]\n')
    return tmp_path


def test_what_is_read_and_what_is_not_reported_is_said_beside_the_output(patless: Patless, root: Path) -> None:
    quiet = patless("check")
    run = patless("check", "-v", "ci", "bitbucket-pipelines.yml")
    assert (run.code, quiet.code, quiet.err) == (1, 1, "")
    assert run.err.splitlines() == [
        f"patless: repository {root}",
        "patless: configuration: .patless.toml",
        "patless: read bitbucket-pipelines.yml",
        "patless: read ci/login.sh",
        "patless: read old/pipelines.yml",
        "bitbucket-pipelines.yml:9:13: not reported: a login of docker: it takes no stored token for Packages",
        "bitbucket-pipelines.yml:13:13: not reported: a login of docker: it logs in to ghcr.io",
        "bitbucket-pipelines.yml:17:13: not reported: registry-login: an ignore comment settles it",
        "old/pipelines.yml:5:13: not reported: registry-login: `exclude` of the configuration leaves it out",
    ]
    beside = patless("check", "--verbose", "--ignore", "registry-login", "ci")
    assert "ci/login.sh:1:1: not reported: registry-login: `select` or `ignore` of the configuration" in beside.err
    assert "outside the paths" not in beside.err
    assert "bitbucket-pipelines.yml:5:13: not reported: registry-login: it is outside the paths of" in (
        patless("fix", "-v", "--diff", "ci").err
    )


def test_a_finding_ends_with_the_address_of_its_page(
    patless: Patless, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"  = page: {PAGE}\n\n" in patless("check").out
    assert "page:" not in patless("check", "-q").out
    monkeypatch.setenv("PATLESS_DOCS_URL", "https://docs.acme.example/patless/")
    assert "  = page: https://docs.acme.example/patless/rules/registry-login.html\n" in patless("check").out
    monkeypatch.setenv("PATLESS_DOCS_URL", "javascript:1")
    run = patless("check")
    assert (run.code, run.err) == (2, "patless: PATLESS_DOCS_URL is not an http or https URL\n")


@pytest.mark.parametrize(
    ("forced", "links"), [("", True), ("0", False)], ids=["as the terminal has it", "not where nobody wants them"]
)
def test_a_terminal_gets_a_link_in_place_of_the_address(root: Path, forced: str, links: bool) -> None:
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    with subprocess.Popen(
        [Path(sys.executable).with_name("patless"), "check"],
        cwd=root,
        env={**kept, "TERM": "xterm-256color", "FORCE_HYPERLINK": forced},
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 65536):
                text += piece
        except OSError:  # the other end is closed
            pass
        process.wait(60)
    os.close(ours)
    link = f"\x1b]8;;{PAGE}\x1b\\\x1b[36mregistry-login\x1b[0m\x1b]8;;\x1b\\".encode()
    assert ((link in text), (b"= page:" in text)) == (links, not links)
