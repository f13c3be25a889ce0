"""What branches of a fleet's repositories are read and judged by, before a pull request is made for them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.session import Client
from migrator.cli.failures import UsageError
from migrator.cli.fleet_options import MigrateOptions, RevertOptions
from migrator.fleet import asking, imports, operator, packages
from migrator.fleet.deciding import Policy
from migrator.fleet.exporters import Exporters
from migrator.fleet.exporting import Importers
from migrator.fleet.judging import judging
from migrator.fleet.ledger import Ledger
from migrator.fleet.looking import TargetReader
from migrator.fleet.operator import Operator
from migrator.fleet.proposal import Templates
from migrator.fleet.records import FleetRepository, by_name
from migrator.fleet.scanning import Judge
from migrator.platforms.bitbucket import starting
from migrator.registry.records import Answer
from migrator.reports.records.findings import PackageRecord, ProbeRecord, ReportRecord
from migrator.repositories import remote
from migrator.repositories.direct import Direct
from migrator.text.mask import printable


def reader(client: Client, ledger: Ledger, fleet: Operator, options: MigrateOptions | RevertOptions) -> TargetReader:
    doing = options if isinstance(options, MigrateOptions) else None
    if doing and (named := doing.choice.wave) and all(wave.name != named for wave in fleet.waves):
        raise UsageError(f"{fleet.path or operator.FILE} has no wave {printable(named)}")
    cache = cache_folder(os.environ)
    base = judging(fleet, options.rules)
    entries = by_name(ledger.entries()) if doing else []
    uuids = {entry.repository.uuid for entry in entries}
    branches = [one for one in ledger.branches() if one.entry.repository.uuid in uuids] if doing else []

    def copy(repository: FleetRepository) -> Path:
        return Path(repository.folder or remote.place(cache, repository.workspace, repository.slug))

    by = asking.by_hosts(base, ledger)
    graph = imports.graph(branches, Exporters(entries, copy, by))
    judge = _judge(by, dict(_probed(doing.probed if doing else ())), packages.elsewhere(branches, graph))
    return TargetReader(
        client=client,
        cache=cache,
        judge=judge,
        policy=Policy(doing.reopen, doing.accept_linkage) if doing else Policy(),
        texts=Templates(options.templates),
        known=starting.load((*fleet.rules, *options.rules)),
        importers=Importers(branches, Exporters(entries, copy, judge)),
        skip_ci=not (doing and doing.run_pipelines),
        direct=Direct(remote.SECONDS),
    )


def _judge(
    by: Callable[[FleetRepository], Judge],
    probed: Mapping[str, tuple[str, ...]],
    pushers: Mapping[str, Mapping[str, tuple[str, ...]]],
) -> Callable[[FleetRepository], Judge]:
    """The same, with what a probe has shown, and who else pushes what."""

    def judge(repository: FleetRepository) -> Judge:
        found = by(repository)
        own = (*found.settings.own_packages, *probed.get(repository.slug, ()))
        elsewhere = pushers.get(repository.slug, {})
        return replace(found, settings=replace(found.settings, own_packages=own, pushed_elsewhere=elsewhere))

    return judge


def _probed(given: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`SLUG=FILE`: the packages that the probe of a repository has shown to be reached by its native pair."""
    for one in given:
        slug, equals, name = one.partition("=")
        packages = _packages(Path(name)) if equals else None
        if packages is None:
            raise UsageError(
                f"--probed {printable(one)} is not SLUG=FILE with what `patless packages --probe --format json` printed"
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
