"""What is asked with, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct


class RegistryError(Exception):
    """The registry could not be asked, or refuses the credentials. The message is a sentence without any secret."""


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NativePair:
    """The native credentials. Neither part is ever shown."""

    username: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authorization:
    """The value of an Authorization header."""

    value: str = field(repr=False)


class Access(Struct, frozen=True):
    """What the native credentials may do with the package `name` (host, workspace, name).

    `readable` is certain where it is yes: the registry listed the package's tags. `push` is what the registry's
    token claims, which nobody verified; nothing was uploaded. `why` are clauses, one for each answer.
    """

    name: str
    readable: Answer
    push: Answer
    why: tuple[str, ...]
