"""The packages that a repository names, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from migrator.engine.npm_uses import npm_uses
from migrator.findings.records import Ownership, Package, PackageType, Use
from migrator.reading.repository import Reading
from migrator.rulebook.sinks import Action
from migrator.sinks.packages import Name, PushedPackages, name_of

_Entry = tuple[Use, Name, Action]


def packages(reading: Reading, picture: PushedPackages) -> Iterator[Package]:
    """By name. What only other repositories run, because a file exports it, pushes and reads no package here."""
    by_name: dict[str, list[_Entry]] = {}
    npm = tuple(npm_uses(reading))
    picture = replace(picture, pushed=picture.pushed.union(name.text for _, name, action in npm if action.writes))
    for entry in (*_of_steps(reading), *_of_build_images(reading), *npm):
        by_name.setdefault(entry[1].text, []).append(entry)
    for _, entries in sorted(by_name.items()):
        name = entries[0][1]
        ownership, why = picture.owner(name)
        pushed = tuple(sorted({use for use, _, action in entries if action.writes}))
        read = tuple(sorted({use for use, _, action in entries if action.reads}))
        if ownership is Ownership.OWN and pushed and not picture.listed(name):
            why = "pushed by this repository, but a push doesn't prove the link"
        registry = reading.book.registry(name.host)
        kind = registry.type if registry else PackageType.CONTAINER
        yield Package(name.shown, ownership, why, pushed, read, kind)


def _of_steps(reading: Reading) -> Iterator[_Entry]:
    for step in reading.facts:
        for shell in step.shells if reading.runs_here(step.step) else ():
            for use in shell.images:
                name = name_of(use.reference, reading.book, reading.settings) if use.reference else None
                if isinstance(name, Name):
                    source = shell.script.source_at(use.command.span)
                    at = source.position(shell.script.shown(use.command.span).start)
                    yield Use(source.path, at), name, use.action


def _of_build_images(reading: Reading) -> Iterator[_Entry]:
    for found in reading.pipelines.values():
        runs = {step.at for step in found.steps if reading.runs_here(step)}
        for image in found.images:
            name = name_of(image.reference, reading.book, reading.settings)
            if isinstance(name, Name) and not (image.steps and runs.isdisjoint(image.steps)):
                yield Use(found.source.path, found.source.position(image.name.span.start)), name, Action.READ
