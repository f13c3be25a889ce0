"""What a run was told: the frozen form of options and configuration that the core understands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct, field

from migrator.findings.records import BaselineEntry

FILE = ".patless.toml"
"""Where the configuration is, at the root of a repository."""


class Fixing(Struct, frozen=True):
    """Which fixes are asked for: `unsafe` ones too, and with a presence check in front of what they use (`guard`)."""

    unsafe: bool = False
    guard: bool = False


class PipeStyle(Struct, frozen=True):
    """`fix --style pipe`: `version` of the pipe, '' where it is not known; `variables` that its own description
    names, None where that was not read; `unread` is a clause that says why not."""

    version: str = ""
    variables: frozenset[str] | None = None
    unread: str = "patless did not read its description"


class Settings(Struct, frozen=True):
    """`variables` are values that the configuration states for certain. `hosts` are stored variables that have to do
    with a Packages registry, and what each holds in every step that the repository itself runs and that declares no
    variable of that name; None where that is not known. `own_packages` are globs of package names
    that are known to be linked to this repository, `shared_packages` of those that the native credentials of any
    repository can read. `pushed_elsewhere` are packages that other repositories push, with their slugs. `workspace` and
    `repository` are slugs, None where unknown.
    `select` and `ignore` hold rule ids and reason codes; an empty `select` selects everything.
    `pipe` is there where logins that serve pushes only become the push pipe. `today` decides whether an ignore
    comment with `until=` still counts; None: it always does. `comments` false: no ignore comment counts. `baseline`
    holds findings to leave out, and how many. `called` is how a file that steps run gets the native credentials:
    `in-place`, by a `bridge`, or ''.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str | None] = field(default_factory=dict)
    own_packages: tuple[str, ...] = ()
    shared_packages: tuple[str, ...] = ()
    pushed_elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    workspace: str | None = None
    repository: str | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    today: date | None = None
    comments: bool = True
    baseline: Mapping[BaselineEntry, int] = field(default_factory=dict)
    pipe: PipeStyle | None = None
    called: str = ""
