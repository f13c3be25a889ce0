"""`--probed`: what a probe has shown of the packages of repositories."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import UNSET

from migrator.options import UsageError
from migrator.registry.records import Answer
from migrator.reports.records.findings import PackageRecord, ProbeRecord, ReportRecord
from migrator.text.mask import printable


def reached(probed: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`SLUG=FILE`: the packages that the probe of a repository has shown to be reached by its native credentials."""
    for one in probed:
        slug, equals, name = one.partition("=")
        packages = _packages(Path(name)) if equals else None
        if packages is None:
            raise UsageError(
                f"--probed {printable(one)} is not SLUG=FILE, where FILE is the output of `patless packages "
                "--probe --format json`"
            )
        yield slug, tuple(one.name for one in packages if one.probe and _reached(one.probe, one))


def _packages(path: Path) -> Sequence[PackageRecord] | None:
    """What a probe has printed into a file; None where that is not what it holds."""
    try:
        found = msgspec.convert(json.loads(path.read_bytes()), ReportRecord).packages
    except (OSError, ValueError, RecursionError, msgspec.ValidationError):
        return None
    return None if found is UNSET or not all(one.probe for one in found) else found


def _reached(probe: ProbeRecord, package: PackageRecord) -> bool:
    return probe.readable is Answer.YES and (not package.pushed or probe.push is Answer.YES)
