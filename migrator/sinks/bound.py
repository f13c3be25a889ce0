"""Calls that read their credential through a file, which names variables or holds the values: what a call finds there,
and the login that it is.

Where a file of the repository names the variables, they can be given other values in front of the call alone, and the
file stays as it is. So this is for any client whose files do that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.values import Input, Unknown, Value
from migrator.rulebook.records import PackageClient, RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.channels import Sink
from migrator.sinks.logins import BoundCall, Login
from migrator.sinks.values import is_handed, value_of
from migrator.text.patterns import regex

_ADDRESS = regex(r"[a-z][a-z0-9+.-]{0,20}://(?:[^/@\s]{0,200}@)?([A-Za-z0-9.-]{1,200})(?::\d{1,5})?(?:[/?#]|\Z)", 2)


class Half(Struct, frozen=True):
    """What a call finds where its file has a half of the credential; `variable` is the one that it takes it from, ''
    where the file holds it, or words of the call. `name` is what the file names it by."""

    value: Value
    variable: str = ""
    name: str = ""


def held(command: Command, name: str) -> Half:
    """What a program finds in a variable."""
    value = value_of(command, name)
    if value is None:
        return Half(Value.of(Input(name, ())), name, name)
    return Half(value if is_handed(command, name) else Value.of(Unknown(f"{name}, which is not exported")), name, name)


def host_of(address: str) -> str:
    """The host in an address; '' where it is not known."""
    match = _ADDRESS.match(address)
    return match[1].lower() if match else ""


def bound(
    command: Command, client: str, known: PackageClient, halves: Sequence[Half], call: BoundCall, book: RuleBook
) -> Login:
    """The login of a call that is given a user name and a password, for the host of its address."""
    host = host_of(call.address)
    roles = zip((Role.USERNAME, Role.PASSWORD), halves, strict=True)
    sinks = tuple(
        Sink(Action.USE, role, Channel.ENVIRONMENT, client, one.value, command.span, one.variable)
        for role, one in roles
        if one.variable
    )
    username, password = halves
    return Login(
        command,
        client,
        known.rule,
        sinks,
        host,
        book.packages(host),
        "",
        None,
        username.value,
        password.value,
        f"{client} {command.order}",
        (),
        bound=call,
    )


def needed(names: Iterable[str], projects: Iterable[str], host: str) -> tuple[tuple[str, ...], str]:
    """Of packages as `group:name`, those whose group is of the organization of one of the `projects`; and what else may
    come from a host, as a clause, '' for nothing."""
    groups = {_organization(one) for one in projects}
    foreign = sorted(one for one in names if _organization(one) in groups)
    more = sorted(set(names).difference(foreign))
    return tuple(foreign), f"{more[0]} may come from {host}" if more else ""


def _organization(name: str) -> tuple[str, ...]:
    """`com.acme` of `com.acme.web:api`."""
    return tuple(name.partition(":")[0].split(".")[:2])
