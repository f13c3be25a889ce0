"""A rewritten login does what it should: the real client, run by real bash, logs in to a real registry with the pair.

`docker login` needs no engine: where none answers, the client asks the registry itself, and tries http after https on
127.0.0.0/8 (docker 20.10 and 28 seen to do so).
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest

from tests.differential.harness import NATIVE as NAMES
from tests.fixtures_support import Case, cases, contents, copy
from tests.registry import clients
from tests.registry.conftest import NATIVE, STORED
from tests.registry.server import Registry

# What can be swapped in the text: a login by the docker command as PATH finds it, to the host spelt out whole and
# without a port, in a case that leaves no stored login.
_LOGIN = re.compile(rb"(?<![\w./-])docker\b[^\n|;&]*\blogin\b")
_EVERY = 1 if os.environ.get("PATLESS_CASES") == "all" else 10


def _applies(case: Case) -> bool:
    if not case.after.is_dir() or not case.differential or case.also:
        return False
    text = b"\n".join(contents(case.after).values())
    host = clients.HOST.encode()
    if b"sometool" in text:  # a program that is made up is not there to be run
        return False
    return host in text and host + b":" not in text and _LOGIN.search(text) is not None


def _sample() -> list[Case]:
    """The first case of each group and every tenth after it, by name; all with PATLESS_CASES=all."""
    groups = itertools.groupby(filter(_applies, cases()), key=lambda case: case.id.partition("/")[0])
    return [case for _, group in groups for case in itertools.islice(group, 0, None, _EVERY)]


SAMPLE = _sample()


def _one_stored_pair(case: Case) -> bool:
    """Whether every login before takes its two words from the same two variables."""
    values = {case.native_username, case.native_token} == {None}
    return values and len(case.stored) == 2 and not case.env.keys() & set(NAMES)


def _id(case: Case) -> str:
    return case.id


def _after(case: Case, token: str) -> dict[str, str]:
    return {**case.environment_after, **dict(zip(NAMES, (NATIVE[0], token), strict=True))}


def test_the_sample_has_something_of_each_group_and_is_no_handful() -> None:
    assert len(SAMPLE) >= 30
    assert {"flags", "stdin", "wrappers"} <= {case.id.partition("/")[0] for case in SAMPLE}


@pytest.mark.parametrize("case", SAMPLE, ids=_id)
def test_the_wrong_pair_is_refused(case: Case, registry: Registry, docker: str, tmp_path: Path) -> None:
    tree = copy(case, tmp_path / "tree", case.after)
    ran = clients.run(tree, registry.host, _after(case, "wrong"), {"docker": docker}, tmp_path / "scratch")
    assert ran.logins
    assert all(login.refused for login in ran.logins), ran.logins


@pytest.mark.parametrize("case", [case for case in SAMPLE if _one_stored_pair(case)], ids=_id)
def test_the_stored_pair_logs_in_before(case: Case, registry: Registry, docker: str, tmp_path: Path) -> None:
    pair = dict(zip((case.username_variable, case.password_variable), STORED, strict=True))
    tree = copy(case, tmp_path / "tree")
    variables = {**case.environment_before, **pair}
    _logs_in(clients.run(tree, registry.host, variables, {"docker": docker}, tmp_path / "scratch"), STORED)


@pytest.mark.parametrize("case", SAMPLE, ids=_id)
def test_the_native_pair_logs_in_after(case: Case, registry: Registry, docker: str, tmp_path: Path) -> None:
    tree = copy(case, tmp_path / "tree", case.after)
    variables = _after(case, NATIVE[1])
    _logs_in(clients.run(tree, registry.host, variables, {"docker": docker}, tmp_path / "scratch"), NATIVE)


def _logs_in(ran: clients.Ran, pair: tuple[str, str]) -> None:
    assert ran.logins
    for login in ran.logins:
        assert login.code == 0, login.said
        assert set(login.stored) == {pair}
    assert [code for step in ran.steps for code, _ in step.shells if code] == []
