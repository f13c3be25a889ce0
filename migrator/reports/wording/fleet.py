"""The words of what people read about the packages of a fleet. Text of others is not escaped yet."""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct

from migrator.findings.counting import many
from migrator.fleet.imports import Importer, Pin, Shared
from migrator.fleet.packages import FleetPackage, PackageUse, Party, Picture, Unlocked

FIRST = 10
"""How many packages are named as the first to settle."""
PLACES = 4
"""How many places of one repository people are shown."""


def whose(known: FleetPackage) -> str:
    """What is odd about who pushes and reads a package, '' for nothing."""
    if known.contested:
        return f"{len(known.pushers)} repositories push it, but it is linked to one at most"
    if known.foreign and not known.pushers:
        return "read, but no scanned repository pushes it"
    return "read by repositories that do not push it" if known.foreign else ""


def gain(unlocked: Unlocked) -> str:
    """What settling it would free."""
    more = f"; {many(unlocked.partly, 'login')} would still wait for something else" if unlocked.partly else ""
    if not unlocked.findings:
        return f"unblocks nothing by itself{more}"
    repositories = many(len(unlocked.repositories), "repository", "repositories")
    secrets = many(len(unlocked.secrets), "stored variable")
    return f"unblocks {many(unlocked.findings, 'login')} in {repositories}, and {secrets}{more}"


class Way(Struct, frozen=True):
    """One way to settle whose a package is: `lines` are for fleet.toml."""

    what: str
    lines: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """TOML takes a key without a table above the first table only."""
        return "in fleet.toml" if self.lines[0].startswith("[") else "at the top of fleet.toml"


def ways(known: FleetPackage) -> Iterator[Way]:
    """What settles it, and where to ask."""
    short = json.dumps(known.name.partition("/")[2], ensure_ascii=False)  # a JSON string is one of TOML too
    if known.foreign and not known.contested:
        yield Way("if every repository can read it", (f"shared-packages = [{short}]",))
    owner = known.pushers[0].repository if known.contested else known.foreign[0] if known.foreign else ""
    if owner:
        slug = json.dumps(owner, ensure_ascii=False)
        lines = ("[[repositories]]", f"slugs = [{slug}]", f"own-packages = [{short}]")
        yield Way(f"if it is linked to {owner}", lines)
    yield Way("ask: its page in Bitbucket shows the repository that it is linked to")


def place(one: PackageUse) -> str:
    at = f"{one.path}:{one.line}:{one.column}"
    return f"{one.shared}:{at}" if one.shared else at


def on(one: PackageUse) -> str:
    """The branches of a place in a few words."""
    return one.branches[0] if len(one.branches) == 1 else f"{len(one.branches)} branches"


def parties(found: tuple[Party, ...]) -> str:
    return ", ".join(party.repository for party in found) or "-"


def pinned(shared: Shared) -> str:
    """`ci-shared at the branch main`."""
    what = {Pin.BRANCH: "the branch ", Pin.TAG: "the tag ", Pin.UNKNOWN: ""}[shared.pin]
    return f"{shared.target.repository} at {what}{shared.target.ref}" if shared.target.ref else shared.target.repository


def exported(shared: Shared) -> str:
    return f"{shared.target.pipeline} of {shared.target.path}" if shared.target.pipeline else shared.target.path


def imported(one: Importer) -> str:
    return f"{one.repository} on {one.branch}: {one.path}:{one.line}"


def next_step(shared: Shared) -> str:
    """What its findings ask for, '' where there are none."""
    if not shared.findings:
        return ""
    aim = shared.target
    if shared.bump:
        return (
            f"change {aim.repository} on a branch and tag it; then name that tag instead of {aim.ref} in each "
            "importer. A change of the branch alone reaches none of them"
        )
    return f"change the branch {aim.ref} of {aim.repository}; its merge reaches every importer"


def total(picture: Picture) -> str:
    contested = sum(known.contested for known in picture.packages)
    foreign = sum(bool(known.foreign) for known in picture.packages)
    found = many(len(picture.packages), "package")
    found += f" in {many(picture.repositories, 'repository that was read', 'repositories that were read')}: "
    found += f"{contested} pushed by several repositories, {foreign} read by repositories that do not push them"
    if picture.shared:
        bumps = sum(shared.bump for shared in picture.shared)
        found += f"; {many(len(picture.shared), 'shared pipeline')}, {many(bumps, 'new tag')} needed"
    return f"{found}."
