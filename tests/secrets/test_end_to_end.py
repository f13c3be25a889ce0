"""The command against a workspace in a box: real sockets, real git, real ssh-keygen, real kills.

Where the process itself is what is tested (kills, signatures, what is written and printed by it) it is the installed
command; elsewhere the same function runs in this process, which saves its start.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest
from msgspec.structs import replace

from migrator.bitbucket.session import Client
from migrator.cli import main
from migrator.demo import samples
from migrator.demo.box import Box
from migrator.secrets import plan as plans
from tests.demo.contract import watched
from tests.full_disk import full_disk
from tests.terminals import Terminal, terminal

PATLESS = str(Path(sys.executable).parent / "patless")
WAIVER = """
[[waivers]]
doubt = "indirect"
path = "bitbucket-pipelines.yml"
reason = "the names are those of branches, and no branch is called PACKAGES"
until = 2099-01-31
"""
NATIVE = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"
          - docker push crg.apkg.io/acme/tool:latest
"""
STORED = NATIVE.replace("BITBUCKET_PACKAGES_USERNAME", "PACKAGES_EMAIL").replace(
    "BITBUCKET_PACKAGES_TOKEN", "PACKAGES_TOKEN"
)
VALUE = "ATATT3xVALUEthatNOBODYmaySEE"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    def rows(self) -> dict[tuple[str, str, str], dict[str, object]]:
        """The variables by repository, environment and key."""
        return {(r["repository"], r["environment"] or "", r["key"]): r for r in json.loads(self.out)["variables"]}


@dataclass
class Desk:
    """A person's machine: a folder of its own, an environment, and everything that was printed there."""

    box: Box
    home: Path
    token: str
    said: list[str] = field(default_factory=list)
    installed: bool = False

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "PATLESS_API_URL": self.box.api_url,
            "PATLESS_CACHE_DIR": str(self.home / "cache"),
            "PATLESS_REQUESTS_PER_HOUR": "1000000",
            "BITBUCKET_ACCESS_TOKEN": self.token,
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def run(self, *arguments: str, typed: str = "", **variables: str) -> Done:
        """`typed` at a terminal; '' where there is none."""
        environment = self.environment() | variables
        run = self._installed if self.installed else self._here
        done = run(arguments, environment, typed)
        self.said += [done.out, done.err]
        assert "Traceback" not in done.err
        assert "internal error" not in done.err, done.err
        return done

    def _here(self, arguments: Sequence[str], environment: Mapping[str, str], typed: str) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch.object(sys, "stdin", Terminal(typed) if typed else io.StringIO()),
            contextlib.chdir(self.home),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(arguments)
        return Done(code, out.getvalue(), err.getvalue())

    def _installed(self, arguments: Sequence[str], environment: Mapping[str, str], typed: str) -> Done:
        with terminal(typed) as stdin:
            done = subprocess.run(
                [PATLESS, *arguments],
                cwd=self.home,
                env=environment,
                stdin=stdin,
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
        return Done(done.returncode, done.stdout, done.stderr)

    def secrets(self, *arguments: str, typed: str = "", **variables: str) -> Done:
        return self.run("secrets", *arguments, typed=typed, **variables)

    def apply(self, *arguments: str, plan: str = "plan.json", typed: str = "acme\n", **variables: str) -> Done:
        """Without a signature."""
        return self.secrets("apply", plan, "--unsigned", *arguments, typed=typed, **variables)

    def list(self, *arguments: str, **variables: str) -> Done:
        return self.secrets("list", "--workspace", "acme", "--format", "json", *arguments, **variables)

    def plan(self, *arguments: str) -> Done:
        return self.secrets("plan", "--workspace", "acme", *arguments)


@pytest.fixture
def box() -> Iterator[Box]:
    with watched() as found:
        yield found


@pytest.fixture
def desk(box: Box, tmp_path: Path) -> Iterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    found = Desk(box, home, box.token())
    yield found
    written = [path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name != "backup.jsonl"]
    for secret in (found.token, VALUE, "not-a-real-secret"):
        assert all(secret not in said for said in found.said), "a secret was printed"
        assert all(secret.encode() not in data for data in written), "a secret was written"


def tool(box: Box, *, stored: bool = False) -> str:
    """A repository that was migrated by hand, and the uuid of its token."""
    box.add_repository("tool", {"main": {"bitbucket-pipelines.yml": STORED}})
    if not stored:
        box.commit("tool", "main", {"bitbucket-pipelines.yml": NATIVE})
    return box.add_variable("PACKAGES_TOKEN", VALUE, repository="tool")


def uuids(box: Box) -> set[str]:
    every = set(box.variables())
    for slug in box.state.repositories:
        every |= set(box.variables(slug))
        for environment in box.state.repositories[slug].environments.values():
            every |= set(environment.variables)
    return every


# Listing


def test_a_repository_that_nobody_may_see_is_a_sentence_and_exit_4(desk: Desk) -> None:
    done = desk.list("--repo", "nothing")
    assert done.code == 4
    assert done.err.count("\n") == 1


def test_without_a_credential_nothing_is_asked(desk: Desk) -> None:
    done = desk.list("--repo", "tool", BITBUCKET_ACCESS_TOKEN="")
    assert done.code == 2
    assert not desk.box.requests


def test_the_sample_workspace_is_judged_as_its_stories_say(desk: Desk) -> None:
    samples.fill(desk.box)
    (desk.home / "waivers.toml").write_text(WAIVER)
    done = desk.list("--all", "--config", "waivers.toml")
    expected = {
        (sample.slug, stored.environment, stored.key): stored.verdict
        for sample in samples.SAMPLES
        for stored in sample.stored
        if stored.verdict
    } | {("", "", stored.key): stored.verdict for stored in samples.team.WORKSPACE}
    assert {place: row["verdict"] for place, row in done.rows().items()} == expected
    assert done.code == 1


def test_one_repository_cannot_speak_for_the_workspace(desk: Desk) -> None:
    tool(desk.box)
    desk.box.add_variable("PACKAGES_TOKEN", VALUE)
    rows = desk.list("--repo", "tool").rows()
    assert rows["tool", "", "PACKAGES_TOKEN"]["verdict"] == "removable"
    assert rows["", "", "PACKAGES_TOKEN"]["verdict"] == "cannot-tell"
    assert desk.list("--all").rows()["", "", "PACKAGES_TOKEN"]["verdict"] == "removable"


def test_a_repository_of_the_workspace_that_cannot_be_read_leaves_its_variables_in_doubt(desk: Desk) -> None:
    tool(desk.box)
    desk.box.add_variable("PACKAGES_TOKEN", VALUE)
    desk.box.add_repository("hidden", {"main": {"bitbucket-pipelines.yml": NATIVE}})
    desk.box.faults.add("/git/acme/hidden.git*", status=403, times=1000)
    done = desk.list("--all")
    assert done.rows()["", "", "PACKAGES_TOKEN"]["verdict"] == "cannot-tell"
    assert done.code == 3


def test_every_page_of_variables_is_read_whatever_next_says(desk: Desk) -> None:
    tool(desk.box)
    for number in range(249):
        desk.box.add_variable(f"OTHER_{number}", VALUE, repository="tool")
    last = desk.box.add_variable("PACKAGES_EMAIL", "ci@acme.example", repository="tool", secured=False)
    rows = desk.list("--repo", "tool").rows()
    assert rows["tool", "", "PACKAGES_EMAIL"]["uuid"] == last


def test_a_storm_of_429_is_waited_out(desk: Desk) -> None:
    tool(desk.box)
    desk.box.faults.add("/2.0/repositories/acme/tool/pipelines_config/variables", status=429, times=2)
    assert desk.list("--repo", "tool").rows()["tool", "", "PACKAGES_TOKEN"]["verdict"] == "removable"


def test_a_value_is_used_to_know_the_registry_and_shown_nowhere(desk: Desk) -> None:
    files = {"bitbucket-pipelines.yml": STORED.replace("crg.apkg.io", "$REGISTRY")}
    desk.box.add_repository("tool", {"main": files})
    desk.box.add_variable("REGISTRY", "crg.apkg.io", repository="tool", secured=False)
    desk.box.add_variable("PACKAGES_TOKEN", VALUE, repository="tool", secured=False)
    assert desk.list("--repo", "tool").rows()["tool", "", "PACKAGES_TOKEN"]["verdict"] == "in-use"


# Plans


def test_what_is_in_use_comes_into_no_plan(desk: Desk) -> None:
    tool(desk.box, stored=True)
    done = desk.plan("--repo", "tool")
    assert done.code == 0
    assert not (desk.home / "plan.json").exists()


def test_a_page_has_csv_and_json_beside_it_and_never_in_place_of_the_plan(desk: Desk) -> None:
    tool(desk.box)
    assert desk.plan("--repo", "tool", "--format", "html", "--output-file", "plan.html").code == 0
    assert plans.read(desk.home / "plan.json").rows
    listed = json.loads((desk.home / "plan.html.json").read_text())
    assert [(one["key"], one["verdict"]) for one in listed["variables"]] == [("PACKAGES_TOKEN", "removable")]
    assert '"PACKAGES_TOKEN","yes","removable"' in (desk.home / "plan.html.csv").read_text()
    assert (desk.home / "plan.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"schema_version": 1', '"schema_version":1', 3),
        ('"verdict": "removable"', '"verdict": "in-use"', 3),
        ('"verdict": "removable"', '"verdict": "removable-with-accepted-risk"', 3),
        ('"evidence": []', '"evidence": [[]]', 3),
        ("PACKAGES_TOKEN", "PACKAGES_OTHER", 1),
    ],
)
def test_a_plan_that_was_touched_removes_nothing(old: str, new: str, code: int, desk: Desk) -> None:
    tool(desk.box)
    assert desk.plan("--repo", "tool").code == 0
    path = desk.home / "plan.json"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    before = uuids(desk.box)
    assert desk.apply().code == code
    assert uuids(desk.box) == before


def test_nothing_goes_that_is_not_in_the_plan(desk: Desk) -> None:
    desk.installed = True
    samples.fill(desk.box)
    assert desk.plan("--all").code == 0
    planned = {row["uuid"] for row in json.loads((desk.home / "plan.json").read_text())["rows"]}
    before = uuids(desk.box)
    done = desk.apply("--backup", "backup.jsonl")
    assert (done.code, before - uuids(desk.box)) == (0, planned)
    assert planned
    backup = desk.home / "backup.jsonl"
    assert backup.stat().st_mode & 0o777 == 0o600
    assert "ci@acme.example" in backup.read_text()


def test_without_anybody_to_ask_and_without_yes_nothing_goes(desk: Desk, keys: Mapping[str, Path]) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool", "--sign", str(keys["dana"]))
    done = desk.secrets("apply", "plan.json", *ALLOWED)
    assert (done.code, "pass `--yes`" in done.err) == (2, True)
    assert desk.secrets("apply", "plan.json", *ALLOWED, typed="2\n").code == 2
    assert uuid in uuids(desk.box)
    assert desk.secrets("apply", "plan.json", *ALLOWED, typed="1\n").code == 0


@pytest.mark.parametrize(
    ("options", "typed", "said"),
    [
        (("--yes",), "", "who answers for the plan; pass --allowed-signers FILE, or --unsigned"),
        (("--yes", "--unsigned"), "", "sign the plan, and pass --allowed-signers"),
        (("--yes", "--unsigned"), "1\n", "that was not acme; nothing done"),
        (("--unsigned",), "acme2\n", "that was not acme; nothing done"),
        (("--unsigned", "--allowed-signers", "allowed"), "acme\n", "not both"),
        (("--unsigned", "--require-signatures", "1"), "acme\n", "not both"),
    ],
)
def test_nothing_goes_by_a_plan_that_nobody_answers_for(
    options: tuple[str, ...], typed: str, said: str, desk: Desk, keys: Mapping[str, Path]
) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool")
    desk.installed = True
    done = desk.secrets("apply", "plan.json", *options, typed=typed)
    assert (done.code, said in done.err) == (2, True), done.err
    assert uuid in uuids(desk.box)
    assert desk.apply().code == 0
    assert "signatures: none" in desk.secrets("verify", "plan.json").out


def test_a_value_that_is_not_secured_stays_without_a_backup(desk: Desk) -> None:
    tool(desk.box)
    uuid = desk.box.add_variable("PACKAGES_EMAIL", "ci@acme.example", repository="tool", secured=False)
    desk.plan("--repo", "tool")
    done = desk.apply()
    assert (done.code, "pass `--backup FILE`" in done.err) == (2, True)
    assert uuid in uuids(desk.box)


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "said"),
    [
        ((), {}, 2, "pass `--backup FILE`"),
        (("--backup", "plan.json"), {}, 3, "plan.json"),
        (("--backup", "other"), {}, 3, "something other than complete lines of a backup"),
        (("--backup", "no/such/folder/b"), {}, 3, "no/such/folder"),
        (("--backup", "b", "--sign", "plan.json"), {}, 2, "ssh-keygen does not sign"),
        (("--backup", "b"), {"BITBUCKET_ACCESS_TOKEN": "weak"}, 4, "lacks the scope pipeline:variable"),
        (("--backup", "b"), {"ROOM": "3"}, 4, "3 of 1,000,000 requests are left for this hour, and this takes 4"),
    ],
    ids=["no backup", "the plan", "another file", "no folder", "key", "scopes", "budget"],
)
def test_everything_that_can_refuse_does_so_before_the_first_removal(
    arguments: tuple[str, ...], variables: dict[str, str], code: int, said: str, desk: Desk
) -> None:
    tool(desk.box)
    desk.box.add_variable("PACKAGES_EMAIL", "ci@acme.example", repository="tool", secured=False)
    (desk.home / "other").write_text("exclude = []\n")
    (desk.home / "other").chmod(0o600)
    desk.plan("--repo", "tool")
    before = uuids(desk.box)
    if variables.get("BITBUCKET_ACCESS_TOKEN"):
        variables = {"BITBUCKET_ACCESS_TOKEN": desk.box.token("repository", "pipeline")}
    room = int(variables["ROOM"]) if "ROOM" in variables else Client.room
    with mock.patch.object(Client, "room", (lambda client: room) if isinstance(room, int) else room):
        done = desk.apply(*arguments, **variables)
    assert (done.code, said in done.err) == (code, True), done.out + done.err
    assert uuids(desk.box) == before
    assert not [one for one in desk.box.requests if one.method == "DELETE"]
    log = desk.home / "plan.json.log"
    assert not log.exists() or "started" not in log.read_text()


def test_a_value_that_a_full_disk_cuts_is_kept_in_bitbucket(desk: Desk) -> None:
    tool(desk.box)
    value = "ci@acme.example" * 20_000
    uuid = desk.box.add_variable("PACKAGES_EMAIL", value, repository="tool", secured=False)
    desk.plan("--repo", "tool")
    desk.installed = True
    with full_disk(256 * 1024):  # enough for git and its cache
        done = desk.apply("--backup", "backup.jsonl")
    assert (done.code, uuid in uuids(desk.box)) == (3, True)
    assert "patless could not save its value, so it stays" in done.out
    assert (desk.home / "backup.jsonl").read_bytes() == b""
    assert desk.apply("--backup", "backup.jsonl").code == 0
    assert value in (desk.home / "backup.jsonl").read_text()


@pytest.mark.parametrize(
    "options",
    [
        ("--backup", "plan.json.log"),
        ("--backup", "./plan.json"),
        ("--backup", "same", "--log", "same"),
        ("--backup", "link"),
        ("--backup", "pipe"),
        ("--backup", "/dev/null"),
        ("--backup", "notes"),
        ("--log", "plan.json"),
        ("--log", "pipe"),
        ("--log", "link"),
        ("--log", "/dev/null"),
    ],
)
def test_files_of_a_removal_are_three_plain_ones_before_anything_is_removed(
    desk: Desk, options: tuple[str, ...]
) -> None:
    tool(desk.box)
    desk.box.add_variable("PACKAGES_EMAIL", "ci@acme.example", repository="tool", secured=False)
    desk.plan("--repo", "tool")
    (desk.home / "link").symlink_to("target")
    os.mkfifo(desk.home / "pipe")
    (desk.home / "notes").write_text("not mine\n")
    (desk.home / "notes").chmod(0o640)
    before = uuids(desk.box)
    desk.installed = True
    done = desk.apply(*options)
    assert (done.code, uuids(desk.box)) == (3, before)
    assert done.err.count("\n") == 1
    assert (desk.home / "notes").stat().st_mode & 0o777 == 0o640
    assert not (desk.home / "target").exists()


def test_a_pipe_or_a_link_is_no_plan(desk: Desk) -> None:
    tool(desk.box)
    desk.plan("--repo", "tool")
    os.mkfifo(desk.home / "pipe")
    (desk.home / "link").symlink_to("plan.json")
    for name in ("pipe", "link", "/dev/zero"):
        assert desk.apply(plan=name).code == 3
        assert desk.secrets("verify", name).code == 3


def test_a_use_that_appears_after_the_plan_keeps_the_variable(desk: Desk) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool")
    desk.box.commit("tool", "release/1.x", {"bitbucket-pipelines.yml": STORED})
    done = desk.apply()
    assert (done.code, uuid in uuids(desk.box)) == (1, True)
    assert "it is in-use now" in done.out


def test_a_push_that_changes_nothing_of_meaning_does_not_stand_in_the_way(desk: Desk) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool")
    desk.box.commit("tool", "main", {"README.md": "PACKAGES_TOKEN is no more.\n"})
    assert desk.apply().code == 0
    assert uuid not in uuids(desk.box)


def test_an_expired_plan_is_no_plan(desk: Desk) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool")
    path = desk.home / "plan.json"
    path.write_text(plans.text(replace(plans.read(path), expires="2026-01-01T00:00:00+00:00")))
    assert desk.apply().code == 2
    assert uuid in uuids(desk.box)


def test_a_token_that_may_not_remove_is_told_so_and_nothing_goes(desk: Desk) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool")
    weak = desk.box.token("repository", "pipeline")
    done = desk.apply(BITBUCKET_ACCESS_TOKEN=weak)
    assert (done.code, uuid in uuids(desk.box)) == (4, True)
    assert "pipeline:variable" in done.out + done.err


def test_a_variable_that_is_gone_already_is_done(desk: Desk) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool")
    del desk.box.variables("tool")[uuid]
    done = desk.apply()
    assert done.code == 0
    assert "gone: PACKAGES_TOKEN" in done.out


def test_a_run_that_is_killed_is_finished_by_the_next(desk: Desk) -> None:
    tool(desk.box)
    for number in range(4):
        slug = f"tool-{number}"
        desk.box.add_repository(slug, {"main": {"bitbucket-pipelines.yml": STORED}})
        desk.box.commit(slug, "main", {"bitbucket-pipelines.yml": NATIVE})
        desk.box.add_variable("PACKAGES_TOKEN", VALUE, repository=slug)
    desk.plan("--all")
    planned = {row["uuid"] for row in json.loads((desk.home / "plan.json").read_text())["rows"]}
    assert len(planned) == 5
    variables = "/2.0/repositories/acme/*/pipelines_config/variables/*"
    desk.box.faults.add(variables, method="DELETE", delay=60, after=2, times=100)
    with terminal("acme\n") as stdin:
        process = subprocess.Popen(
            [PATLESS, "secrets", "apply", "plan.json", "--unsigned"],
            cwd=desk.home,
            env=desk.environment(),
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _until(lambda: len(planned & uuids(desk.box)) == 3)
    time.sleep(0.5)  # the third removal is on its way
    process.send_signal(signal.SIGKILL)
    process.wait()
    desk.box.faults.clear()
    desk.installed = True
    assert planned & uuids(desk.box)
    assert desk.apply().code == 0
    assert not planned & uuids(desk.box)
    assert desk.secrets("verify", "plan.json").code == 0


def test_a_log_that_was_touched_is_found_out(desk: Desk) -> None:
    tool(desk.box)
    desk.plan("--repo", "tool")
    desk.apply()
    assert desk.secrets("verify", "plan.json").code == 0
    log = desk.home / "plan.json.log"
    log.write_text(log.read_text().replace('"deleted"', '"refused"', 1))
    assert desk.secrets("verify", "plan.json").code == 3


# Signatures


@pytest.fixture
def keys(desk: Desk) -> Mapping[str, Path]:
    """Private keys of people, and `allowed` with all but the stranger's."""
    found = {}
    lines = []
    for name in ("dana", "lee", "stranger"):
        key = desk.home / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        found[name] = key
        if name != "stranger":
            lines.append(f"{name}@acme.example {key.with_suffix('.pub').read_text()}")
    (desk.home / "allowed").write_text("".join(lines))
    return found


ALLOWED = ("--allowed-signers", "allowed")
TWO = (*ALLOWED, "--require-signatures", "2")


@pytest.mark.parametrize(
    ("signers", "options", "code"),
    [
        ((), ALLOWED, 2),
        (("stranger",), ALLOWED, 2),
        (("dana",), ALLOWED, 0),
        (("dana",), TWO, 2),
        (("dana", "dana"), (*TWO, "--applied-by", "sam@acme.example"), 2),
        (("dana", "lee"), TWO, 2),
        (("dana", "lee"), (*TWO, "--applied-by", "Lee@acme.example"), 2),
        (("dana", "lee"), (*TWO, "--applied-by", "sam@acme.example"), 0),
        (("dana", "lee", "stranger"), (*TWO, "--applied-by", "sam@acme.example"), 2),
    ],
    ids=[
        "none",
        "of a stranger",
        "one",
        "one of two",
        "one person twice",
        "tell who applies",
        "by one who applies",
        "two",
        "two and a stranger",
    ],
)
def test_signatures_decide(
    signers: tuple[str, ...], options: tuple[str, ...], code: int, desk: Desk, keys: Mapping[str, Path]
) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool", *(word for name in signers for word in ("--sign", str(keys[name]))))
    desk.installed = True
    assert desk.secrets("apply", "plan.json", "--yes", *options).code == code
    assert (uuid in uuids(desk.box)) == (code != 0)


def test_a_signature_of_another_plan_is_none(desk: Desk, keys: Mapping[str, Path]) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool", "--sign", str(keys["dana"]))
    time.sleep(1.1)
    desk.plan("--repo", "tool")
    assert desk.secrets("apply", "plan.json", "--yes", *ALLOWED).code == 2
    assert uuid in uuids(desk.box)


def test_offline_too_nobody_who_applied_counts_as_a_signer(desk: Desk, keys: Mapping[str, Path]) -> None:
    tool(desk.box)
    desk.plan("--repo", "tool", "--sign", str(keys["dana"]), "--sign", str(keys["lee"]))
    assert desk.secrets("verify", "plan.json", *TWO).code == 0
    assert desk.secrets("apply", "plan.json", "--yes", *ALLOWED, "--applied-by", "dana@acme.example").code == 0
    assert desk.secrets("verify", "plan.json", *ALLOWED).code == 0
    checked = desk.secrets("verify", "plan.json", *TWO)
    assert (checked.code, "signers: 1 of 2 required by others than dana@acme.example" in checked.out) == (1, True)


def test_offline_a_log_without_a_person_proves_no_four_eyes(desk: Desk, keys: Mapping[str, Path]) -> None:
    tool(desk.box)
    desk.plan("--repo", "tool", "--sign", str(keys["dana"]), "--sign", str(keys["lee"]))
    assert desk.secrets("apply", "plan.json", "--yes", *ALLOWED).code == 0
    checked = desk.secrets("verify", "plan.json", *TWO)
    assert (checked.code, "the log does not say who applied the plan" in checked.out) == (1, True)


def test_the_owner_of_an_api_token_applies_under_no_other_name(desk: Desk, keys: Mapping[str, Path]) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool", "--sign", str(keys["dana"]), "--sign", str(keys["lee"]))
    own = {"BITBUCKET_ACCESS_TOKEN": "", "ATLASSIAN_ACCOUNT_EMAIL": "lee@acme.example", "ATLASSIAN_API_TOKEN": "x"}
    refused = desk.secrets("apply", "plan.json", "--yes", *TWO, "--applied-by", "sam@acme.example", **own)
    assert (refused.code, "the API token belongs to lee@acme.example" in refused.err) == (2, True)
    assert uuid in uuids(desk.box)


def test_one_key_with_two_names_is_one_signer(desk: Desk, keys: Mapping[str, Path]) -> None:
    uuid = tool(desk.box)
    public = keys["dana"].with_suffix(".pub").read_text()
    (desk.home / "allowed").write_text(f"dana@acme.example,lee@acme.example {public}sam@acme.example {public}")
    desk.plan("--repo", "tool", "--sign", str(keys["dana"]), "--sign", str(keys["dana"]))
    desk.installed = True
    refused = desk.secrets("apply", "plan.json", "--yes", *TWO, "--applied-by", "kim@acme.example")
    assert (refused.code, "1 valid signatures" in refused.err) == (2, True)
    assert desk.secrets("verify", "plan.json", *TWO).code == 1
    assert uuid in uuids(desk.box)


@pytest.mark.parametrize("by", [("--applied-by", "kim@acme.example"), ()], ids=["under another name", "without a name"])
def test_whoever_applies_is_no_signer_by_the_key_that_signs_the_log(
    by: tuple[str, ...], desk: Desk, keys: Mapping[str, Path]
) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool", "--sign", str(keys["dana"]), "--sign", str(keys["lee"]))
    desk.installed = True
    refused = desk.secrets("apply", "plan.json", "--yes", *TWO, "--sign", str(keys["lee"]), *by)
    assert (refused.code, "1 valid signatures" in refused.err) == (2, True)
    assert uuid in uuids(desk.box)


def test_a_log_that_is_signed_shows_forgery_and_one_that_is_not_says_so(desk: Desk, keys: Mapping[str, Path]) -> None:
    tool(desk.box)
    desk.plan("--repo", "tool", "--sign", str(keys["dana"]))
    desk.installed = True
    signed = desk.secrets("apply", "plan.json", "--yes", *ALLOWED, "--sign", str(keys["lee"]))
    assert (signed.code, "signed the log as" in signed.err) == (0, True)
    log, (kept,) = desk.home / "plan.json.log", desk.home.glob("*.logsig")
    checked = desk.secrets("verify", "plan.json", *ALLOWED)
    assert (checked.code, "lee@acme.example with SHA256:" in checked.out) == (0, True)
    assert "lines 1 to 4" in checked.out
    assert "not forgery" not in checked.out

    forged: list[str] = []  # as whoever may write to the file can: another event, and hashes that follow
    for line in log.read_text().splitlines():
        previous = hashlib.sha256(forged[-1].encode()).hexdigest() if forged else "0" * 64
        entry = json.loads(line) | {"previous": previous, "by": "sam@acme.example"}
        forged.append(json.dumps(entry, sort_keys=True))
    whole = log.read_text()
    log.write_text("".join(f"{line}\n" for line in forged))
    checked = desk.secrets("verify", "plan.json", *ALLOWED)
    assert (checked.code, "it is not lee@acme.example's signature of this log" in checked.out) == (1, True)
    kept.rename(desk.home / "away")
    checked = desk.secrets("verify", "plan.json", *ALLOWED)
    assert (checked.code, "the chain alone shows damage, not forgery" in checked.out) == (0, True)
    log.write_text(whole)
    (desk.home / "away").rename(kept)
    checked = desk.secrets("verify", "plan.json")
    assert (checked.code, "signatures: NOT CHECKED: plan.json." in checked.out) == (1, True)


def test_a_key_that_signs_nothing_is_found_out_before_anything_is_removed(desk: Desk) -> None:
    uuid = tool(desk.box)
    desk.plan("--repo", "tool")
    assert desk.apply("--sign", "plan.json").code == 2
    assert uuid in uuids(desk.box)


def test_whoever_signs_sees_what_and_is_asked(desk: Desk, keys: Mapping[str, Path]) -> None:
    tool(desk.box)
    desk.plan("--repo", "tool")
    key = ("--key", str(keys["dana"]))
    for typed, code in (("", 2), ("2\n", 2), ("1\n", 0)):
        done = desk.secrets("sign", "plan.json", *key, typed=typed)
        assert done.code == code
        assert "  PACKAGES_TOKEN in tool: removable" in done.err
        assert "Assumes:\n  " in done.err
        assert bool(list(desk.home.glob("*.sig"))) is (code == 0)
    assert desk.secrets("sign", "plan.json", "--key", str(keys["lee"]), "--yes").code == 0


def test_a_plan_is_not_begun_with_a_key_that_signs_nothing_nor_over_one_that_was_applied(desk: Desk) -> None:
    tool(desk.box)
    (desk.home / "no-key").write_text("no key\n")
    asked = len(desk.box.requests)
    assert desk.plan("--repo", "tool", "--sign", "no-key").code == 2
    assert len(desk.box.requests) == asked
    desk.plan("--repo", "tool")
    assert desk.apply().code == 0
    plan = (desk.home / "plan.json").read_bytes()
    again = desk.plan("--repo", "tool")
    assert (again.code, "plan.json has a log, plan.json.log" in again.err) == (2, True)
    assert (desk.home / "plan.json").read_bytes() == plan


def test_a_signature_of_another_than_the_log_names_is_not_good(desk: Desk, keys: Mapping[str, Path]) -> None:
    tool(desk.box)
    desk.plan("--repo", "tool")
    done = desk.apply("--applied-by", "dana@acme.example", "--sign", str(keys["lee"]))
    assert done.code == 0
    checked = desk.secrets("verify", "plan.json", *ALLOWED, "--require-signatures", "0")
    assert (checked.code, "lee@acme.example signed what dana@acme.example applied" in checked.out) == (1, True)


SECRETS = {
    "ATLASSIAN_API_TOKEN": "",
    "NPM_AUTH": "word-of-npm",
    "DATABASE_URL": "postgres://word-of-postgres@db/x",
    "AWS_SECRET_ACCESS_KEY": "word-of-aws",
    "DOCKER_AUTH_CONFIG": "word-of-docker",
    "BITBUCKET_PACKAGES_TOKEN": "word-of-packages",
    "GIT_ASKPASS": "word-of-askpass",
    "UNHEARD_OF": "word-of-somebody",
}


def test_child_processes_get_no_credential_that_they_do_not_need(desk: Desk, keys: Mapping[str, Path]) -> None:
    """Stand-ins in PATH write down their words and their environment, and run the real program."""
    tool(desk.box)
    (desk.home / "bin").mkdir()
    for name in ("git", "ssh-keygen"):
        program = desk.home / "bin" / name
        said = f'{{ echo "PROGRAM {name} $*"; /usr/bin/env; }} >> {desk.home}/ran'
        program.write_text(f'#!/bin/sh\n{said}\nexec {shutil.which(name)} "$@"\n')
        program.chmod(0o755)
    given = SECRETS | {"PATH": f"{desk.home}/bin:{os.environ['PATH']}"}
    desk.installed = True
    assert desk.secrets("plan", "--workspace", "acme", "--repo", "tool", "--sign", str(keys["dana"]), **given).code == 0
    assert desk.secrets("apply", "plan.json", "--yes", *ALLOWED, "--sign", str(keys["lee"]), **given).code == 0
    (desk.home / "web").mkdir()
    (desk.home / "web" / "bitbucket-pipelines.yml").write_text(STORED)
    subprocess.run(["git", "init", "-q", "web"], cwd=desk.home, check=True)
    assert desk.run("check", "web", **given).code == 1
    ran = (desk.home / "ran").read_text()
    runs = ran.split("PROGRAM ")[1:]
    assert {one.split()[0] for one in runs} == {"git", "ssh-keygen"}
    assert not [name for name, value in SECRETS.items() if value and value in ran]
    with_token = {one.splitlines()[0] for one in runs if desk.token in one or "Authorization" in one}
    talking = ("ls-remote", "fetch", "push")
    assert with_token, "git has the credential where it talks to Bitbucket"
    assert all(any(f" {word} " in words for word in talking) for words in with_token), with_token
    (desk.home / "ran").unlink()


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)
