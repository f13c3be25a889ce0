"""The hourly budget is one for all processes, and nothing secret is in its file."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import CredentialKind
from migrator.bitbucket.errors import ApiError, Cause, SetUpError
from tests.bitbucket.conftest import TOKEN, Clients
from tests.bitbucket.farend import FarEnd

WORKER = """
import sys
from pathlib import Path
from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import CredentialKind, Credentials
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.session import Client

base, file, token = sys.argv[1], Path(sys.argv[2]), sys.stdin.read()
budget = Budget(file, "access token", per_hour=10, per_second=5, wait=3)
sent = 0
with Client(base, Credentials(CredentialKind.ACCESS_TOKEN, token), budget) as client:
    try:
        for _ in range(8):
            client.get("/x")
            sent += 1
    except ApiError as error:
        print(error)
print(sent)
"""


SPENT = (
    "this machine has used its 10 requests an hour, which all runs share, so patless did not send GET /x; "
    "try again later"
)


def worker(end: FarEnd, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", WORKER, end.base, str(folder / "budget.sqlite3")],
        input=TOKEN,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert TOKEN not in done.stdout + done.stderr
    return done.stdout.splitlines()


def test_a_second_run_has_what_the_first_left(end: FarEnd, tmp_path: Path) -> None:
    assert worker(end, tmp_path) == ["8"]
    assert worker(end, tmp_path) == [SPENT, "2"]
    assert len(end.asked) == 10
    for file in tmp_path.iterdir():
        assert TOKEN.encode() not in file.read_bytes()


def test_processes_at_the_same_time_share_a_budget(end: FarEnd, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        outputs = list(pool.map(lambda _: worker(end, tmp_path), range(3)))
    assert sum(int(lines[-1]) for lines in outputs) == len(end.asked)
    assert 10 <= len(end.asked) <= 10 + 2, "each of the others may count at the same moment"
    assert {line for lines in outputs for line in lines[:-1]} == {SPENT}


def test_no_more_than_so_many_a_second_are_sent(end: FarEnd, clients: Clients) -> None:
    client = clients(budget=Budget(per_hour=1000, per_second=2, wait=0.2))
    client.get("/x")
    client.get("/x")
    with pytest.raises(ApiError) as error:
        client.get("/x")
    assert (error.value.kind, len(end.asked)) == (Cause.RATE_LIMITED, 2)


def test_another_label_is_another_budget(clients: Clients, tmp_path: Path, end: FarEnd) -> None:
    for label in ("one", "two"):
        clients(budget=Budget(tmp_path / "b", label, per_hour=6, per_second=5, wait=0.1)).get("/x")
    assert len(end.asked) == 2


def test_a_file_that_is_none_is_a_sentence(clients: Clients, tmp_path: Path, end: FarEnd) -> None:
    (tmp_path / "b").write_bytes(b"no database " * 100)
    client = clients(budget=Budget(tmp_path / "b"))
    with pytest.raises(SetUpError, match="delete it, or set PATLESS_CACHE_DIR"):
        client.get("/x")
    assert end.asked == []


def test_the_file_is_in_the_user_s_cache_unless_another_folder_is_named(tmp_path: Path) -> None:
    named = Budget.of({"PATLESS_CACHE_DIR": str(tmp_path / "a" / "b")}, CredentialKind.API_TOKEN)
    assert named.file == tmp_path / "a" / "b" / "bitbucket-requests.sqlite3"
    assert (tmp_path / "a" / "b").stat().st_mode & 0o77 == 0
    of_user = Budget.of({"XDG_CACHE_HOME": str(tmp_path), "PATLESS_BUDGET_LABEL": "ci"}, CredentialKind.API_TOKEN)
    assert (of_user.file, of_user.label) == (tmp_path / "patless" / "bitbucket-requests.sqlite3", "API token ci")


def test_a_file_in_place_of_the_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(SetUpError, match="set PATLESS_CACHE_DIR to another folder"):
        Budget.of({"PATLESS_CACHE_DIR": str(tmp_path / "a" / "b")}, "x")


@pytest.mark.parametrize("hourly", [1, 2, 5, 6])
def test_a_small_budget_is_one_as_well(clients: Clients, end: FarEnd, hourly: int) -> None:
    client = clients(budget=Budget(per_hour=hourly, wait=3))
    for _ in range(hourly):
        client.get("/x")
    with pytest.raises(ApiError, match="this machine has used its"):
        client.get("/x")
    assert len(end.asked) == hourly
