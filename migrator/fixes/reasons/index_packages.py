"""Which packages the clients of a Python index read and publish with a login, and whose they are."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from migrator.findings.records import PackageType, Reason
from migrator.fixes.context import Context, once
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.reasons.reach import unseen_programs
from migrator.flow.events import Command
from migrator.flow.queries import may_both_run, may_follow
from migrator.ir.paths import matching, only
from migrator.reading.python_locks import PROJECT, locked_packages, project_names, spelt_in_indexes
from migrator.reading.steps import StepFacts
from migrator.rulebook.indexes import IndexClient
from migrator.rulebook.sinks import Channel
from migrator.sinks.indexes import runs, word
from migrator.sinks.invocations import parse
from migrator.sinks.keeping import within
from migrator.sinks.packages import Name, linkage, name_of
from migrator.sinks.writers import may_write

_MOST = 8
_SECTION = frozenset({"-r", "--repository"})
_DEFAULT = "pypi"
"""The section of which twine uses the halves where it is told none."""
_UPLOADERS = frozenset({"twine", "uv", "poetry"})
_UPLOADS = frozenset({"upload", "publish"})
_ASKED = "whose are the packages that it reads from the index?"


def index_packages(step: StepFacts, context: Context, login: PackagesLogin) -> tuple[Opinion, ...]:
    """Nothing for a login to another kind of registry."""
    if login.registry.type is not PackageType.PYTHON:
        return ()
    if login.login.writers:
        return (_by_file(step, context, login),)
    client = context.book.indexes.get(login.login.client)
    if client is None:
        return ()
    calls = [*_calls(step, login, client)]
    reading = [one for one in calls if _reads(one, client, context)]
    names, why = _read(step, context, login, reading, client)
    granted = [f"{shown} uses only packages linked to this repository" for shown in _others(step, context, login)]
    own = _own(step, context) if names else ()
    reasons: list[Reason] = []
    seen: list[Sighting] = []
    for address in sorted(names):
        name = name_of(address, context.book, context.settings)
        assert isinstance(name, Name)
        seen.append(Sighting(f"it reads {name.shown}"))
        if context.picture.listed(name) or context.picture.shared(name):
            continue
        if spelt_in_indexes(name.text.rpartition("/")[2]) in own and not context.picture.other_workspace(name):
            granted.append(linkage(name.shown))
            continue
        code = "other-workspace" if context.picture.other_workspace(name) else "foreign-package"
        detail = f"{login.login.client} reads {name.shown}, which this repository does not publish"
        reasons.append(context.reason(code, detail, name.shown))
    if names and not why:
        granted.append(f"{client.lock} is up to date")
    granted += _published(login, context, client, calls)
    if not calls and login.login.alone is None:
        why = f"patless sees nothing that uses the login to {login.login.host}"
    if why and (step.elsewhere or not _settled(login, context)):
        reasons.append(context.reason("index-packages-unknown", why, f"`{login.login.client}`"))
    return (
        *in_an_address(context, login),
        Opinion(_ASKED, tuple(islice(seen, _MOST)), tuple(islice(reasons, _MOST)), tuple(granted)),
    )


def _published(login: PackagesLogin, context: Context, client: IndexClient, calls: Sequence[Command]) -> Iterator[str]:
    """What uploads take for granted: that no token is stored, which the client would take instead."""
    uploads = any(_uploads(one, client, context) for one in calls)
    if uploads and login.login.alone is None:
        yield linkage(f"what {login.login.client} publishes at {login.login.host}")
    told = any(one.channel is Channel.OPTION for one in login.login.sinks)
    if uploads and client.token and not told:
        index = login.login.config.split(" ")[1]
        yield f"no variable {client.token.format(index)} takes the place of the user name and the token"


def in_an_address(context: Context, login: PackagesLogin) -> Iterator[Opinion]:
    """That an address may need the native token in other characters."""
    if login.login.address:
        detail = f"the credential is a part of the address that {login.login.client} reads"
        reason = context.reason("address-credential", detail, f"`{login.login.client}`")
        yield Opinion("does an address take the token as it is?", reasons=(reason,))


def _by_file(step: StepFacts, context: Context, login: PackagesLogin) -> Opinion:
    """The same of a login in a file: twine publishes with it, and nobody knows what another program reads."""
    host, shown = login.login.host, login.login.client
    section = login.login.config.partition(" ")[2]
    named = [parse(one.arguments, _SECTION).values(_SECTION) for one in _later(step, login) if one.name == shown]
    uploads = any(section == (values[-1].text if values else _DEFAULT) for values in named)
    granted = [f"{one} uses only packages linked to this repository" for one in _others(step, context, login)]
    if uploads:
        return Opinion(_ASKED, assumptions=(linkage(f"what {shown} publishes at {host}"), *granted))
    why = f"any program may read packages of {host} with {login.login.config.partition(' ')[0]}"
    reason = context.reason("index-packages-unknown", why, "the step")
    return Opinion(_ASKED, (), () if _settled(login, context) and not step.elsewhere else (reason,), tuple(granted))


def _settled(login: PackagesLogin, context: Context) -> bool:
    return any(pattern.startswith(f"{login.login.host}/") for pattern in context.settings.own_packages)


def _later(step: StepFacts, login: PackagesLogin) -> Iterator[Command]:
    """What is not followed and runs after a login, whatever it is."""
    for shell in step.shells:
        for command in shell.trace.commands:
            same = shell is login.shell and may_follow(login.command, command) and command is not login.command
            later = same or shell.order > login.shell.order
            if later and not command.followed and may_both_run(login.command, command):
                yield command


def _calls(step: StepFacts, login: PackagesLogin, client: IndexClient) -> Iterator[Command]:
    """The calls of the client that may use a login: the one that is given it, or those after it."""
    if login.login.alone is not None:
        yield login.command
        return
    yield from (one for one in _later(step, login) if runs(one, client))


def _others(step: StepFacts, context: Context, login: PackagesLogin) -> Iterator[str]:
    """The programs that may start the client unseen, after it keeps the login."""
    if login.login.alone is None:
        client = context.book.indexes.get(login.login.client)
        own = client.programs if client else frozenset({login.login.client})
        yield from (shown for one, shown in unseen_programs(step, context, login) if one.name not in own)


def _reads(command: Command, client: IndexClient, context: Context) -> bool:
    called = word(command, client, context.book)
    return called not in client.idle and not _uploads(command, client, context)


def _uploads(command: Command, client: IndexClient, context: Context) -> bool:
    called = word(command, client, context.book)
    return called == "publish" or (client.uploads is not None and called == client.uploads.command)


@once
def _own(_: StepFacts, context: Context) -> Iterator[str]:
    """The names of the repository's projects, where a step of it publishes packages."""
    every = (one for step in context.steps for shell in step.shells for one in shell.trace.commands)
    if any(one.name in _UPLOADERS and any(word.text in _UPLOADS for word in one.arguments[:1]) for one in every):
        for path in context.files.paths:
            if posixpath.basename(path) == PROJECT:
                yield from project_names(context.file(path) or "")


class _Lock(Struct, frozen=True):
    """A lock file of the repository; `text` is None where it cannot be read, or the step may write it."""

    path: str
    text: str | None

    def covers(self, command: Command) -> bool:
        """Whether a call runs in its folder, or below."""
        folder, place = only(command.folders), posixpath.dirname(self.path)
        return folder is not None and (not place or within(folder, [place]))


@once
def _locks(step: StepFacts, context: Context) -> Iterator[_Lock]:
    names = {client.lock for client in context.book.indexes.values() if client.lock}
    paths = [path for path in context.files.paths if posixpath.basename(path) in names]
    changed = {one for shell in step.shells for one in matching(may_write(shell.trace, context.book), paths)}
    yield from (_Lock(path, None if path in changed else context.file(path)) for path in paths)


def _read(
    step: StepFacts, context: Context, login: PackagesLogin, reading: Sequence[Command], client: IndexClient
) -> tuple[frozenset[str], str]:
    """The packages of the index that lock files name, and why these may not be all; '' where they are."""
    if not reading:
        return frozenset(), ""
    host, shown = login.login.host, login.login.client
    if step.elsewhere:
        where = "other repositories may import this pipeline, and patless can't tell what {} reads there"
        return frozenset(), where.format(shown)
    locks = [one for one in _locks(step, context) if posixpath.basename(one.path) == client.lock]
    found = frozenset(one for lock in locks for one in locked_packages(lock.text or "", host))
    free = next((one for one in reading if word(one, client, context.book) not in client.locked), None)
    if free is not None:
        first = word(free, client, context.book)
        called = f"`{shown} {first}`" if first else f"`{shown}`"
        return found, f"{called} may read any package of {host}"
    if any(one.text is None for one in locks):
        return found, f"patless can't tell what is in {client.lock}"
    if not found:
        return found, f"no {client.lock} names a package of {host}"
    if not all(any(lock.covers(one) for lock in locks) for one in reading):
        return found, f"{shown} runs in a folder without a {client.lock}, as far as patless can tell"
    return found, ""
