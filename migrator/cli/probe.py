"""`patless packages --probe`: ask the registry which of the repository's packages the native pair reaches.

Which hosts are asked, the operator says: the built-in rules and those of --rules. Rules of the repository itself may
name more packages, which are listed; but where only they know the host, it is not asked.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping

from migrator.checkouts.analysis import analyse, rulebook
from migrator.checkouts.together import Together
from migrator.cli import console, exits
from migrator.cli.check import aside
from migrator.cli.packages import reading
from migrator.cli.pipeline_step import HOW
from migrator.cli.telling import telling
from migrator.configuration import own_packages
from migrator.configuration import reading as configuration
from migrator.findings.counting import many
from migrator.findings.records import Package
from migrator.findings.settings import Settings
from migrator.options import UsageError
from migrator.options.analysis import PackagesOptions, Sources
from migrator.options.output import Format
from migrator.registry.names import NotResolved, resolved
from migrator.registry.probe import probe
from migrator.registry.records import Access, Answer, NativePair
from migrator.reports import formats
from migrator.reports.subjects import probe as reports
from migrator.repositories.writing import NotWritten
from migrator.rulebook import reading as books
from migrator.rulebook.records import Registry, RuleBook
from migrator.sinks.packages import Name, PushedPackages
from migrator.text.mask import printable

_OWN_RULES = "not asked: only the repository's own rules name this host; name them with --rules to ask it"


def run(options: PackagesOptions, sources: Sources) -> int:
    """Print what the registry says, write what follows from it if asked to, and return the exit code."""
    if options.write and sources.no_config:
        raise UsageError("--write changes the configuration, and --no-config says that there is none; drop one of them")
    analyses = analyse(reading(options, sources))
    if len(analyses) != 1:
        raise UsageError("--probe asks for one repository; name the folder of it")
    (analysis,) = analyses
    settled = rulebook(analysis.root, sources)[1]
    begun, packages = time.monotonic(), analysis.report.packages
    asking = many(len(packages), "package")
    with telling(lambda: f"asking about {asking}, for {time.monotonic() - begun:.0f} seconds"):
        accesses, errors = _asked(packages, books.load(sources.rules), os.environ)
    new = _new(analysis.report.packages, accesses, PushedPackages(Settings(own_packages=settled.own_packages)))
    path, written, failure = settled.path or configuration.FILE, "", ""
    if options.write and new:
        try:
            file = sources.config.absolute() if sources.config else analysis.root / path
            own_packages.write(file, new, new=not settled.path)
            written = path
        except NotWritten as error:
            failure = f"patless: {path} was not written: {error}"
    probed = reports.Probed(accesses, new, own_packages.lines(new) if new else "", written, errors)
    all_of = Together.of(analyses)
    aside(all_of, options.color)
    subject = reports.subject(all_of.report, probed)
    console.out(formats.write(options.format, subject, console.paint(options.color, sys.stdout)))
    console.err([*(f"patless: {error}" for error in errors), *([failure] if failure else [])])
    if options.format is Format.TEXT and not written:
        console.err(["", HOW.removesuffix("\n")])
    if errors:
        return exits.REFUSED
    return exits.code(unread=bool(all_of.report.skipped or failure), left=False, exit_zero=False)


def _asked(
    packages: Iterable[Package], book: RuleBook, environment: Mapping[str, str]
) -> tuple[dict[str, Access], tuple[str, ...]]:
    """What the registries say, by the packages' names, and why one said nothing. `book` is the operator's.

    Raises UsageError without a pair.
    """
    packages = list(packages)
    named = {package.name: package.name.partition("/")[0] for package in packages}
    known = {host: registry for host in named.values() if (registry := book.registry(host))}
    pairs = {host: _pair(host, known[host], environment) for host in sorted(known)}
    found: dict[str, Access] = {}
    asking: dict[str, dict[str, str]] = {}
    for package in packages:
        if named[package.name] not in known:
            found[package.name] = Access("", Answer.UNKNOWN, Answer.UNKNOWN, (_OWN_RULES,))
            continue
        try:
            name = resolved(package.name, environment)
        except NotResolved as error:
            found[package.name] = Access("", Answer.UNKNOWN, Answer.UNKNOWN, (str(error),))
        else:
            asking.setdefault(name.partition("/")[0], {})[package.name] = name
    errors = list[str]()
    for host, names in asking.items():
        answers = probe(host, dict.fromkeys(names.values()), pairs[host])
        by_name = {access.name: access for access in answers.accesses}
        found |= {shown: by_name[name] for shown, name in names.items()}
        errors += [answers.error] if answers.error else []
    return found, tuple(errors)


def _pair(host: str, registry: Registry, environment: Mapping[str, str]) -> NativePair:
    """The native pair. No rule makes a probe send anything else."""
    natives = books.load().natives
    if other := next((name for name in (registry.username, registry.password) if name not in natives), None):
        raise UsageError(f"--probe sends native credentials only, and rules name ${printable(other)} for {host}")
    missing = [name for name in (registry.username, registry.password) if not environment.get(name)]
    if missing:
        names, verb = " and ".join(missing), "are" if len(missing) > 1 else "is"
        raise UsageError(
            f"{names} {verb} not set or empty, so {host} cannot be asked; the pair exists in a step of Bitbucket "
            f"Pipelines only. {HOW}"
        )
    return NativePair(environment[registry.username], environment[registry.password])


def _new(packages: Iterable[Package], accesses: Mapping[str, Access], known: PushedPackages) -> tuple[str, ...]:
    """The names to add: certainly readable, not listed yet, and not pushed here without a grant to push."""
    names = set[str]()
    for package in packages:
        access = accesses[package.name]
        if access.readable is Answer.YES and not (package.pushed and access.push is Answer.NO):
            host, workspace = access.name.split("/")[:2]
            if not known.listed(Name(access.name, host, workspace, True)):
                names.add(access.name)
    return tuple(sorted(names))
