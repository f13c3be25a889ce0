"""Which packages of a repository the native credentials reach, and which of them are to be known as its own.

Which hosts are asked, the operator says: the built-in rules and those of --rules. Rules of the repository itself may
name more packages, which are listed; but where only they know the host, it is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrator.findings.records import Package
from migrator.options import UsageError
from migrator.registry import indexes
from migrator.registry.names import NotResolved, resolved
from migrator.registry.probe import probe
from migrator.registry.records import Access, Answer, NativePair
from migrator.rulebook import reading as books
from migrator.rulebook.records import Registry, RuleBook
from migrator.sinks.packages import Name, PushedPackages
from migrator.text.mask import printable

_OWN_RULES = "not asked: only the repository's own rules name this host; pass them with --rules to ask it"


def asked(
    packages: Iterable[Package], book: RuleBook, environment: Mapping[str, str], how: str
) -> tuple[dict[str, Access], tuple[str, ...]]:
    """What the registries say, by the packages' names, and why one said nothing. `book` is the operator's.

    Raises UsageError without a pair; `how` says where there is one.
    """
    packages = list(packages)
    named = {package.name: package.name.partition("/")[0] for package in packages}
    known = {host: one for host in named.values() if (one := book.registry(host)) and _is_asked(one)}
    pairs = {host: _pair(host, known[host], environment, how) for host in sorted(known)}
    found: dict[str, Access] = {}
    asking: dict[str, dict[str, str]] = {}
    for package in packages:
        if named[package.name] not in known:
            found[package.name] = Access("", Answer.UNKNOWN, Answer.UNKNOWN, (_OWN_RULES,))
            continue
        try:
            name = resolved(package.name, environment, known[named[package.name]].type)
        except NotResolved as error:
            found[package.name] = Access("", Answer.UNKNOWN, Answer.UNKNOWN, (str(error),))
        else:
            asking.setdefault(name.partition("/")[0], {})[package.name] = name
    errors = list[str]()
    for host, names in asking.items():
        each, kind = dict.fromkeys(names.values()), known[host].type
        answers = probe(host, each, pairs[host]) if known[host].images else indexes.probe(kind, host, each, pairs[host])
        by_name = {access.name: access for access in answers.accesses}
        found |= {shown: by_name[name] for shown, name in names.items()}
        errors += [answers.error] if answers.error else []
    return found, tuple(errors)


def _is_asked(registry: Registry) -> bool:
    return registry.images or registry.type in indexes.ASKED


def _pair(host: str, registry: Registry, environment: Mapping[str, str], how: str) -> NativePair:
    """The native credentials. No rule makes a probe send anything else."""
    natives = books.load().natives
    if other := next((name for name in (registry.username, registry.password) if name not in natives), None):
        raise UsageError(f"--probe sends only native credentials, but a rule names ${printable(other)} for {host}")
    missing = [name for name in (registry.username, registry.password) if not environment.get(name)]
    if missing:
        names, verb = " and ".join(missing), "are" if len(missing) > 1 else "is"
        raise UsageError(
            f"can't ask {host}: no native credentials ({names} {verb} not set or empty); run this in a Pipelines "
            f"step. {how}"
        )
    return NativePair(environment[registry.username], environment[registry.password])


def new(packages: Iterable[Package], accesses: Mapping[str, Access], known: PushedPackages) -> tuple[str, ...]:
    """The names to add: certainly readable, not listed yet, and not pushed here without a grant to push."""
    names = set[str]()
    for package in packages:
        access = accesses[package.name]
        if access.readable is Answer.YES and not (package.pushed and access.push is Answer.NO):
            host, workspace = access.name.split("/")[:2]
            if not known.listed(Name(access.name, host, workspace, True, False)):
                names.add(access.name)
    return tuple(sorted(names))
