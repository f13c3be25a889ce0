"""How a workspace is gone through, and what is told of it meanwhile."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from migrator.fleet.sharding import Shard

JOBS = 8
"""Repositories that Bitbucket is asked about at a time."""


class Terms(Struct, frozen=True):
    """How a workspace is gone through. `by` is the digest of rules and settings, `age` how old an answer may be that is
    not asked for again. `first` are uuids of repositories that are known to log in. `sparing`: the run may end before
    all is asked, so that nothing else is asked for before it is known who logs in. `shard` is the part that is asked
    for."""

    by: str
    age: timedelta = timedelta(hours=24)
    jobs: int = JOBS
    first: frozenset[str] = frozenset()
    sparing: bool = False
    shard: Shard = Shard()


class Far(Struct):
    """How far a run is: `asked` repositories of `all`, of which `kept` were known before; `doing` is the step."""

    all: int = 0
    asked: int = 0
    kept: int = 0
    doing: str = "listing the repositories"


class Ahead(Struct, frozen=True):
    """What is before a run: `kept` repositories are known, which takes `again` requests to see, and `left` are not."""

    kept: int
    again: int
    left: int
