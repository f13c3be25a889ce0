from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import CredentialKind, Credentials
from migrator.bitbucket.retries import Patience
from migrator.bitbucket.session import LIMIT, Client
from tests.bitbucket import farend
from tests.bitbucket.farend import FarEnd

TOKEN = "ATCTT3xFfGN0-stored_token=1A2B"
CREDENTIALS = Credentials(CredentialKind.ACCESS_TOKEN, TOKEN)
QUICK = Patience(first=0.001, longest=0.01, limited=4, failed=2, connect=5, near=0.5, silence=5, whole=10)
HURRIED = replace(QUICK, silence=0.3, whole=0.3)
"""For what never comes: a busy machine may need longer for what does."""
FREE = Budget(per_hour=1_000_000, per_second=10_000, wait=10)


@pytest.fixture
def end() -> Iterator[FarEnd]:
    with farend.running() as found:
        yield found


@pytest.fixture
def other() -> Iterator[FarEnd]:
    with farend.running() as found:
        yield found


Clients = Callable[..., Client]


@pytest.fixture
def clients(end: FarEnd) -> Iterator[Clients]:
    """Makes clients of the far end that are in a hurry; options are those of `Client`."""
    made: list[Client] = []

    def make(
        credentials: Credentials = CREDENTIALS, budget: Budget = FREE, patience: Patience = QUICK, limit: int = LIMIT
    ) -> Client:
        made.append(Client(end.base, credentials, budget, patience, limit))
        return made[-1]

    yield make
    for one in made:
        one.__exit__()


@pytest.fixture
def client(clients: Clients) -> Client:
    return clients()
