"""One part of a fleet for each of several machines."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from msgspec import Struct

from migrator.options import UsageError

STEP, COUNT = "BITBUCKET_PARALLEL_STEP", "BITBUCKET_PARALLEL_STEP_COUNT"
"""Of a parallel step: its number, from 0, and how many there are.

https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
"""


class Shard(Struct, frozen=True):
    """Part `number`, from 0, of `count`: which one a repository belongs to follows from its uuid alone."""

    number: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.number < self.count:
            raise UsageError(f"there is no part {self.number + 1} of {self.count}")

    @classmethod
    def of(cls, text: str, environment: Mapping[str, str]) -> Shard:
        """`3/16` is the third of sixteen; without it, what Bitbucket Pipelines says of a parallel step, else all of
        it. Raises UsageError."""
        if text:
            found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
            if found is None:
                raise UsageError("--shard is such as 3/16, the third of sixteen parts")
            return cls(int(found[1]) - 1, int(found[2]))
        step, count = environment.get(STEP, ""), environment.get(COUNT, "")
        if step.isdecimal() and count.isdecimal() and len(step) < 5 and len(count) < 5:
            return cls(int(step), int(count))
        return cls()

    def holds(self, uuid: str) -> bool:
        return int.from_bytes(hashlib.sha256(uuid.encode()).digest()[:8], "big") % self.count == self.number

    def __str__(self) -> str:
        return f"{self.number + 1}/{self.count}"
