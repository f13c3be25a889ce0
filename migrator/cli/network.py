"""A client of Bitbucket for one command, which is never silent for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from migrator.bitbucket.session import Client
from migrator.cli.telling import telling
from migrator.findings.counting import many


@contextmanager
def client() -> Iterator[Client]:
    """The client that the environment describes; what it does is said meanwhile. Raises SetUpError."""
    with Client.of() as one, told(one):
        yield one


@contextmanager
def told(one: Client) -> Iterator[None]:
    """What a client does is said meanwhile."""
    begun = time.monotonic()

    def text() -> str:
        asked = f"; asked for last: {one.asking}" if one.asking else ""
        return f"{time.monotonic() - begun:.0f} seconds, {many(one.sent, 'request')}{asked}"

    with telling(text):
        yield
