"""What branches of a fleet's repositories are read and judged by, before a pull request is made for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec.structs import replace

from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.session import Client
from migrator.fleet import asking, imports, packages
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
from migrator.options.fleet import MigrateOptions, RevertOptions
from migrator.platforms.bitbucket import starting
from migrator.repositories import remote
from migrator.repositories.direct import Direct


def reader(
    client: Client,
    ledger: Ledger,
    fleet: Operator,
    options: MigrateOptions | RevertOptions,
    probed: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> TargetReader:
    """`probed` are packages by the slug of whose credentials reach them. To take something back, it does not matter
    what other repositories do with the same packages."""
    cache = cache_folder(os.environ)
    migrates = options if isinstance(options, MigrateOptions) else None
    entries = by_name(ledger.entries()) if migrates else []
    uuids = {entry.repository.uuid for entry in entries}
    branches = [one for one in ledger.branches() if one.entry.repository.uuid in uuids] if migrates else []

    def copy(repository: FleetRepository) -> Path:
        return Path(repository.folder or remote.place(cache, repository.workspace, repository.slug))

    by = asking.by_hosts(judging(fleet, options.rules), ledger)
    graph = imports.graph(branches, Exporters(entries, copy, by))
    judge = _judge(by, probed, packages.elsewhere(branches, graph))
    return TargetReader(
        client=client,
        cache=cache,
        judge=judge,
        policy=Policy(migrates.reopen, migrates.accept_linkage) if migrates else Policy(),
        texts=Templates(options.templates),
        known=starting.load((*fleet.rules, *options.rules)),
        importers=Importers(branches, Exporters(entries, copy, judge)),
        skip_ci=not (migrates and migrates.run_pipelines),
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
