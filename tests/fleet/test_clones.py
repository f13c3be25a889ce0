"""Clones on this machine, from the scan to the preview: nobody is asked, and no credential is there."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
from pathlib import Path
from unittest import mock

import pytest

from migrator.cli import main
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import FleetRepository
from tests.fleet.conftest import NATIVE, PIPELINES, PUSHING, STORED, Done

OWN = 'own-packages = ["crg.apkg.io/acme/$BITBUCKET_REPO_SLUG"]\ncontact = "the platform team"\n'
FILES = {
    "web": PUSHING.format(slug="web"),
    "api": STORED.format(slug="base"),
    "done": NATIVE.format(slug="done"),
    "broken": PUSHING.format(slug="broken") + "   - [\n",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for slug, text in FILES.items():
        folder = tmp_path / "clones" / slug
        folder.mkdir(parents=True)
        (folder / PIPELINES).write_text(text)
        person = ("-c", "user.name=Dana", "-c", "user.email=dana@acme.example")
        for words in (
            ("init", "-qb", "main"),
            ("remote", "add", "origin", f"https://bitbucket.org/acme/{slug}.git"),
            ("add", "-A"),
            (*person, "commit", "-qm", "Begin"),
        ):
            subprocess.run(["git", *words], cwd=folder, check=True)
    (tmp_path / "fleet.toml").write_text(OWN)
    return tmp_path


def fleet(home: Path, *arguments: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PATLESS_CACHE_DIR": str(home / "cache")}
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        mock.patch("socket.create_connection", side_effect=AssertionError("somebody was asked")),
        contextlib.chdir(home),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main(["fleet", *arguments])
    assert "internal error" not in err.getvalue()
    return Done(code, out.getvalue(), err.getvalue())


def test_the_whole_way_works_offline_and_each_command_says_which_is_next(home: Path) -> None:
    done = fleet(home, "scan", "--folder", "clones")
    assert (done.code, "broken: bitbucket-pipelines.yml: not valid YAML" in done.err) == (3, True)
    assert done.out.splitlines()[-1] == (
        "1 file can't be read and may hold logins; `patless fleet status` says why. Run `patless fleet migrate` to "
        "preview the pull requests."
    )
    done = fleet(home, "status", "--workspace", "acme")
    assert done.code == 3
    states = {line.split()[0]: line.split()[2] for line in done.out.splitlines()[1:5]}
    assert states == {"api": "findings", "broken": "findings", "done": "clean", "web": "findings"}
    assert done.out.endswith("Run `patless fleet migrate` to preview the pull requests.\n")
    done = fleet(home, "packages")
    assert (done.code, "broken: bitbucket-pipelines.yml" in done.out) == (3, True)
    assert "then run `patless fleet scan` again" in done.out.splitlines()[-1]
    done = fleet(home, "report")
    assert (done.code, "patless-fleet.html" in done.out) == (3, True)
    assert done.err == "patless: Run `patless fleet migrate` to preview the pull requests.\n"
    done = fleet(home, "migrate")
    assert (done.code, done.err) == (1, "")
    assert "Would open or update 1 pull request; 3 checked." in done.out
    assert "Run `patless fleet scan --workspace acme` before you open them." in done.out
    assert fleet(home, "forget", "web").out.endswith("Run `patless fleet status` to see what the ledger has.\n")


@pytest.mark.parametrize(("format", "edge"), [("text", "    "), ("markdown", "> "), ("html", "")])
def test_a_preview_shows_title_description_and_diff(home: Path, format: str, edge: str) -> None:
    fleet(home, "scan", "--folder", "clones")
    more = () if format == "text" else ("--output-file", "preview")
    done = fleet(home, "migrate", "--format", format, *more)
    assert done.code == 1, done.err
    text = done.out if format == "text" else (home / "preview").read_text()
    for one in ("Use native credentials for Bitbucket Packages", "patless/main", "**Questions**: the platform team"):
        assert one in text, one
    assert f"{edge}Pipelines in `web` log in" in text
    assert "docker login crg.apkg.io -u" in text.partition("BITBUCKET_PACKAGES_USERNAME")[2]


def test_pull_requests_are_of_bitbucket(home: Path) -> None:
    fleet(home, "scan", "--folder", "clones")
    done = fleet(home, "migrate", "--open-prs")
    assert (done.code, "run `patless fleet scan --workspace SLUG` first" in done.err) == (2, True)
    done = fleet(home, "migrate", "--open-prs", "--format", "html")
    assert (done.code, "leave out --open-prs" in done.err) == (2, True)


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["packages"],
        ["report"],
        ["migrate"],
        ["forget", "web"],
        ["merge", "patless-fleet.db", "--ledger", "b.db"],
        ["revert", "web"],
    ],
    ids=lambda command: command[0],
)
def test_a_ledger_of_another_workspace_is_refused(home: Path, command: list[str]) -> None:
    fleet(home, "scan", "--folder", "clones")
    environment = {"BITBUCKET_ACCESS_TOKEN": "none"}
    with mock.patch.dict(os.environ, environment):
        done = fleet(home, *command, "--workspace", "other")
    if command[0] == "revert":
        assert done.code == 2
        return
    assert (done.code, done.err) == (
        2,
        "patless: patless-fleet.db is of acme, not of other; pass the ledger of that workspace with --ledger\n",
    )


def test_a_slug_that_nobody_knows_is_said(home: Path) -> None:
    fleet(home, "scan", "--folder", "clones")
    done = fleet(home, "status", "web", "nosuch")
    assert (done.code, "web " in done.out, "no repository nosuch" in done.err) == (2, True, True)
    done = fleet(home, "status", "nosuch", "other-*")
    assert (done.code, done.out) == (2, "")
    assert "has no repositories nosuch, other-*; `patless fleet status` lists all" in done.err
    done = fleet(home, "migrate", "web", "nosuch")
    assert (done.code, "no repository nosuch" in done.err) == (2, True)
    (home / "fleet.toml").write_text('exclude = ["web"]\n')
    done = fleet(home, "migrate", "web")
    assert (done.code, "web is gone, archived, or excluded" in done.err) == (2, True)


def test_a_clone_of_a_listed_repository_counts_once(home: Path) -> None:
    fleet(home, "scan", "--folder", "clones")
    with Ledger(home / "patless-fleet.db") as ledger:
        ledger.put([FleetRepository("{1}", "acme", "web", main_branch="main")], "2026-11-24T12:00:00Z")
    done = fleet(home, "status", "--offline")
    assert [line.split()[2] for line in done.out.splitlines() if line.startswith("web ")] == ["skipped"]
    assert fleet(home, "packages").out.count("pushed by web") == 0


def test_what_migrate_left_alone_counts_until_a_scan_judges_it_anew(home: Path) -> None:
    (home / "fleet.toml").write_text("")
    fleet(home, "scan", "--folder", "clones")
    before = fleet(home, "status", "web").out
    assert "linkage: " in fleet(home, "migrate", "web").out
    after = fleet(home, "status", "web").out
    assert [text.splitlines()[1].split()[4] for text in (before, after)] == ["0", "1"]
    assert "linkage: patless can't tell whether" in after
    fleet(home, "migrate", "web", "--accept-linkage")
    assert fleet(home, "status", "web").out == before
    fleet(home, "migrate", "web")
    (home / "fleet.toml").write_text(OWN)
    fleet(home, "scan", "--folder", "clones")
    assert fleet(home, "status", "web").out == before
