"""Which registry a value names: certainly a Packages one, certainly another, or one that cannot be told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from migrator.ir.values import Alternative, Literal, Value
from migrator.rulebook.records import Registry, RuleBook
from migrator.sinks.values import subject_of

_OTHER = "another registry"
_SCHEME = re.compile(r"(?:https?|oci|docker)://")


class Host(Struct, frozen=True):
    """`registry` is the Packages registry that it certainly is; where that is None, `unknown` says that it is not
    certain, `subject` what it comes from, and `perhaps` a registry that it may be."""

    name: str = ""
    registry: Registry | None = None
    unknown: bool = False
    subject: str = ""
    perhaps: Registry | None = None


def host(values: Sequence[Value], book: RuleBook) -> Host:
    """The host that a call names; where it names none, or '', the default one counts."""
    if len(values) > 1:
        return Host(unknown=True, subject="the words of the login")
    default = next((min(registry.hosts) for registry in book.registries if registry.default), "")
    found = {host_of(row) for row in values[0].alternatives} if values else {""}
    hosts = {one if one is None else one or default for one in found}
    known = sorted(one for one in hosts if one is not None)
    registries = [registry for one in known if (registry := book.registry(one))]
    if len(known) == len(hosts) and (len(hosts) == 1 or not registries):
        return Host(known[0], next(iter(registries), None))
    if not any(_may_be_packages(row, book) for row in values[0].alternatives):
        return Host(_OTHER)
    return Host(unknown=True, subject=subject_of(values[0]), perhaps=next(iter(registries), None))


def _may_be_packages(alternative: Alternative, book: RuleBook) -> bool:
    """Could the host be one of Packages, whatever the parts are that are not known?

    `$ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com` cannot.
    """
    pattern = ""
    for piece in alternative:
        if not isinstance(piece, Literal):
            pattern += ".*"
            continue
        text = piece.text if pattern else without_scheme(piece.text)
        before, slash, _ = text.partition("/")
        pattern += re.escape(before.lower())
        if slash:
            break
    hosts = [one for registry in book.registries for one in registry.hosts]
    return any(re.fullmatch(pattern, one) for one in hosts)


def without_scheme(text: str) -> str:
    found = _SCHEME.match(text)
    return text[found.end() :] if found else text


def canonical(name: str) -> str:
    """A host in the spelling that the rules have."""
    return name.lower().removesuffix(":443")


def host_of(alternative: Alternative) -> str | None:
    """The host before the first slash, scheme and default port left out; None where it is not literal."""
    text = ""
    complete = True
    for piece in alternative:
        if not isinstance(piece, Literal):
            complete = False
            break
        text += piece.text
    name, slash, _ = without_scheme(text.strip()).partition("/")
    return canonical(name) if slash or complete else None
