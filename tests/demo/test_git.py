"""Real git against the box, over HTTP."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from migrator.demo.box import Box
from tests.demo.client import REPOSITORY, Client


def git(*arguments: str, folder: Path | None = None, login: str = "") -> subprocess.CompletedProcess[str]:
    """git with a login that is not in a URL and not in its arguments."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    environment |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "credential.helper", "LOGIN": login}
    environment["GIT_CONFIG_VALUE_0"] = '!f() { printf "username=%s\\npassword=%s\\n" $LOGIN; }; f' if login else ""
    person = ("-c", "user.name=Lee", "-c", "user.email=lee@acme.example")
    return subprocess.run(
        ["git", *person, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def with_token(box: Box, *scopes: str) -> str:
    return f"x-token-auth {box.token(*scopes)}"


def test_nobody_gets_nothing(box: Box) -> None:
    done = git("ls-remote", box.clone_url("web"))
    assert done.returncode == 128
    assert done.stdout == ""


@pytest.mark.parametrize("user", ["x-bitbucket-api-token-auth", "someone"])
def test_a_token_with_a_user_name_that_is_not_its_own_gets_nothing(box: Box, user: str) -> None:
    done = git("ls-remote", box.clone_url("web"), login=f"{user} {box.token()}")
    assert "Authentication failed" in done.stderr


def test_a_repository_that_is_hidden_is_not_found(box: Box) -> None:
    login = f"x-token-auth {box.token(repositories=['other'])}"
    assert "not found" in git("ls-remote", box.clone_url("web"), login=login).stderr


def test_only_git_itself_is_served(box: Box) -> None:
    client = Client(box, bearer=box.token())
    for path in ("config", "HEAD", "objects/info/packs", "info/refs", "../web.git/HEAD", "git-upload-archive"):
        assert client.get(f"{box.origin}/git/acme/web.git/{path}").status_code == 404


def test_a_token_that_may_read_may_not_push(box: Box, tmp_path: Path) -> None:
    login = with_token(box, "repository")
    assert git("clone", "--quiet", box.clone_url("web"), ".", folder=tmp_path, login=login).returncode == 0
    before = box.head("web", "main")
    git("commit", "--quiet", "--allow-empty", "-m", "More", folder=tmp_path)
    done = git("push", "--quiet", folder=tmp_path, login=login)
    assert "403" in done.stderr
    assert box.head("web", "main") == before


@pytest.mark.parametrize("user", ["x-bitbucket-api-token-auth", "dana.owner@acme.example"])
def test_an_api_token_lists_branches(box: Box, user: str) -> None:
    done = git("ls-remote", "--heads", box.clone_url("web"), login=f"{user} {box.api_token('read:repository')}")
    assert done.stdout.splitlines() == [
        f"{box.head('web', 'main')}\trefs/heads/main",
        f"{box.head('web', 'release/1')}\trefs/heads/release/1",
    ]


def test_the_link_of_the_repository_is_cloned(box: Box, user: Client, tmp_path: Path) -> None:
    link, ssh = user.get(REPOSITORY).json()["links"]["clone"]
    assert (link["name"], ssh["name"]) == ("https", "ssh")
    done = git("clone", "--quiet", "--depth=1", link["href"], ".", folder=tmp_path, login=with_token(box))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "ci/deep/er.txt").read_bytes() == "é\r\n".encode()


def test_what_is_pushed_is_what_the_api_says(box: Box, user: Client, tmp_path: Path) -> None:
    login = with_token(box)
    before = user.get(REPOSITORY).json()["updated_on"]
    git("clone", "--quiet", box.clone_url("web"), ".", folder=tmp_path, login=login)
    (tmp_path / "new.bin").write_bytes(os.urandom(3_000_000))  # more than git sends in one piece
    git("add", ".", folder=tmp_path)
    git("commit", "--quiet", "-m", "More", folder=tmp_path)
    done = git("push", "--quiet", "origin", "HEAD:refs/heads/feature/x", folder=tmp_path, login=login)
    assert done.returncode == 0, done.stderr
    head = git("rev-parse", "HEAD", folder=tmp_path).stdout.strip()
    assert user.get(f"{REPOSITORY}/refs/branches/feature%2Fx").json()["target"]["hash"] == head
    assert user.get(f"{REPOSITORY}/src/{head}/new.bin").content == (tmp_path / "new.bin").read_bytes()
    assert user.get(REPOSITORY).json()["updated_on"] > before


def test_an_annotated_tag_is_the_commit_that_it_names(box: Box, user: Client, tmp_path: Path) -> None:
    login = with_token(box)
    git("clone", "--quiet", box.clone_url("web"), ".", folder=tmp_path, login=login)
    git("tag", "-a", "v2", "-m", "Two", folder=tmp_path)
    git("push", "--quiet", "origin", "v2", folder=tmp_path, login=login)
    rows = user.rows(f"{REPOSITORY}/refs/tags", q='name="v2"')
    assert [row["target"]["hash"] for row in rows] == [box.head("web", "main")]


def test_parts_of_a_repository_cannot_be_left_out(box: Box, tmp_path: Path) -> None:
    """As it is said of Bitbucket Cloud (BITBUCKET_API.md 4): the whole is sent."""
    url = box.clone_url("web")
    done = git("clone", "--quiet", "--bare", "--filter=blob:none", url, ".", folder=tmp_path, login=with_token(box))
    assert "filtering not recognized" in done.stderr


def test_git_is_in_the_log_and_meets_faults(box: Box) -> None:
    box.faults.add("/git/*", 503, times=1)
    login = with_token(box)
    assert "503" in git("ls-remote", box.clone_url("web"), login=login).stderr
    assert git("ls-remote", box.clone_url("web"), login=login).returncode == 0
    assert box.requests[0].fault
    assert {asked.path.split("/")[1] for asked in box.requests} == {"git"}
    assert login.split()[1] not in repr(box.requests)


def test_a_clone_that_is_cut_short_fails(box: Box, tmp_path: Path) -> None:
    box.faults.add("/git/*/git-upload-pack", method="POST", truncate=30)
    done = git("clone", "--quiet", box.clone_url("web"), ".", folder=tmp_path, login=with_token(box))
    assert done.returncode == 128
