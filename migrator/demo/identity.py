"""UUIDs that are the same in every run, spelt with braces as Bitbucket does."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5


def uuid(kind: str, *names: object) -> str:
    return "{" + str(uuid5(NAMESPACE_URL, "/".join((kind, *(str(name) for name in names))))) + "}"
