"""Calls of Maven that send a credential to Packages: the id of a server ties it to the address of a repository.

https://maven.apache.org/settings.html#servers
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.values import Literal, Unknown, Value, union
from migrator.rulebook.records import PackageClient, RuleBook
from migrator.sinks.bound import Half, bound, held, host_of
from migrator.sinks.found_files import FoundFile, Text, found_file, place_of
from migrator.sinks.logins import BoundCall, Login
from migrator.sinks.maven_files import POM, Address, MavenSettings, ServerEntry, settings
from migrator.sinks.maven_projects import MavenProjects
from migrator.sinks.maven_words import TOLD, MavenWords, told, words_of
from migrator.sinks.values import value_of
from migrator.text.patterns import regex

MAVEN = "maven"
"""The name of the client in the rules."""
_HOME = "~/.m2/settings.xml"
_ENV = regex(r"\$\{env\.([A-Za-z_]\w{0,200})\}")
_PROPERTY = regex(r"\$\{([^{}$:]{1,200})\}")
_NAME = regex(r"[A-Za-z_]\w{0,200}")
_MOST, _FOLLOWED = 500, 4


class _ReadSettings(Struct, frozen=True):
    """A settings.xml of a call, and what it says."""

    file: FoundFile
    said: MavenSettings


def find_maven_logins(flow: Flow, book: RuleBook, file: Text, listed: Callable[[], Iterable[str]]) -> Iterator[Login]:
    """The calls that certainly send what is known of a credential to a host of Packages."""
    known = book.package_clients.get(MAVEN)
    calls = [one for one in flow.commands if known and one.name in known.programs]
    if known is None or not calls:
        return
    paths = [path for path in listed() if posixpath.basename(path) == POM]
    if not any(book.mentioned(file(path) or "") for path in paths):
        calls = [one for one in calls if _names_packages(flow, one, book, file)]
    projects = MavenProjects.of(paths, file) if calls else MavenProjects((), False)
    for command in calls:
        if login := _login(flow, command, known, projects, book, file):
            yield login


def _names_packages(flow: Flow, command: Command, book: RuleBook, file: Text) -> bool:
    """Whether the words of a call, or its settings, name a host of Packages."""
    call = words_of(command)
    files, _ = _files(flow, command, call, book, file)
    texts = [value.symbol() or "" for value in call.properties.values()]
    texts += [one.file.plain(text) for one in files for text in one.said.texts]
    return any(map(book.mentioned, texts))


def _login(
    flow: Flow,
    command: Command,
    known: PackageClient,
    projects: MavenProjects,
    book: RuleBook,
    file: Text,
) -> Login | None:
    call = words_of(command)
    files, unclear = _files(flow, command, call, book, file)
    servers = _servers(files)
    given = [*told(call), *(one for found in files for one in _plain(found))]
    given += projects.addresses
    addresses = [one for each in given for one in _resolved(each, call, projects)]
    packages = [one for one in addresses if book.packages(host_of(one.url))]
    if not unclear and any("$" in one.id for one in packages):
        unclear = "a server whose id patless can't tell"
    if unclear:
        first = packages[0].url if packages else ""
        untold = Half(Value.of(Unknown(unclear)))
        why = "" if call.publishes else f"{POM} alone does not tell them"
        alone = BoundCall(first, publishes=call.publishes, unclear=why)
        return bound(command, MAVEN, known, (untold, untold), alone, book) if first else None
    hosts: dict[str, set[str]] = {}
    for one in addresses:
        hosts.setdefault(one.id, set()).add(host_of(one.url))
    mine = {id: found for id, found in servers.items() if any(book.packages(one) for one in hosts.get(id, ()))}
    if not mine:
        return None
    ours = [one for one in packages if one.id in mine]
    halves = [_halves(server, found, call, command) for server, found in mine.values()]
    names = [_joined([pair[at] for pair in halves]) for at in (0, 1)]
    variables = {one.variable for pair in halves for one in pair} - {""}
    named = {one.name for pair in halves for one in pair} - {""}
    used = [found.file for _, found in mine.values()]
    reads = any(one.reads for one in ours)
    doubts = [*call.doubts, *_doubts(mine, files, projects), *_overridden(command, addresses, named)]
    refused = [*_refused(mine, hosts, halves, book), *_shared(mine, servers, files, named)]
    return bound(
        command,
        MAVEN,
        known,
        names,
        BoundCall(
            ours[0].url,
            tuple(dict.fromkeys(one.path for one in used if one.path)),
            tuple(dict.fromkeys(one.place for one in used if one.place)),
            tuple(dict.fromkeys(writer for one in used for writer in one.writers)),
            frozenset(named),
            tuple(dict.fromkeys(refused)),
            tuple(dict.fromkeys(doubts)),
            call.publishes,
            *(projects.needed(host_of(ours[0].url)) if reads else ((), "")),
            "XML" if any(one.pieces for one in used) and not variables else "",
        ),
        book,
    )


def read_by(flow: Flow, command: Command, book: RuleBook, file: Text) -> frozenset[str] | None:
    """The files of the repository in which a call of Maven finds credentials; None where that is not known."""
    call = words_of(command)
    files, unclear = _files(flow, command, call, book, file)
    return None if unclear or call.doubts else frozenset(one.file.path for one in files)


def _files(
    flow: Flow, command: Command, call: MavenWords, book: RuleBook, file: Text
) -> tuple[list[_ReadSettings], str]:
    """The settings that a call reads, the strongest first, and what of them is not known, '' for nothing."""
    if len(call.user) > 1:
        return [], "settings that the call names twice"
    places = [place_of(one, command, book) for one in call.user] or [_HOME]
    places += [place_of(one, command, book) for one in call.others]
    found: list[_ReadSettings] = []
    for place in places:
        text = found_file(flow, place, command, book, file) if place else "settings in a file that patless can't tell"
        if text is None and place == _HOME:
            continue
        if not isinstance(text, FoundFile):
            return found, text or f"{place}, which is not there"
        said = settings(text.text)
        if isinstance(said, str):
            return found, f"{place}, which patless doesn't read: {said}"
        found.append(_ReadSettings(text, said))
    return found, ""


def _servers(files: Sequence[_ReadSettings]) -> dict[str, tuple[ServerEntry, _ReadSettings]]:
    """The servers by their ids; the first file that has one counts."""
    servers: dict[str, tuple[ServerEntry, _ReadSettings]] = {}
    for one in files:
        for server in one.said.servers:
            servers.setdefault(one.file.plain(server.id), (server, one))
    return servers


def _plain(found: _ReadSettings) -> Iterator[Address]:
    for one in found.said.addresses:
        yield Address(found.file.plain(one.id), found.file.plain(one.url), one.reads)


def _resolved(given: Address, call: MavenWords, projects: MavenProjects) -> Iterator[Address]:
    """An address for each value that the properties in it may have, as far as these are known."""
    pending = [(given, _FOLLOWED)]
    for _ in range(_MOST):
        if not pending:
            return
        one, most = pending.pop()
        match = _PROPERTY.search(f"{one.id} {one.url}") if most else None
        values = _property(match[1], call, projects) if match else []
        if match is None or not values:
            yield one
            continue
        for value in values:
            id, url = one.id.replace(match[0], value), one.url.replace(match[0], value)
            pending.append((Address(id, url, one.reads), most - 1))


def _property(name: str, call: MavenWords, projects: MavenProjects) -> list[str]:
    """The values that a property may have."""
    if name in call.properties:
        return [text] if (text := call.properties[name].symbol()) is not None else []
    return projects.properties.get(name, [])


def _halves(server: ServerEntry, found: _ReadSettings, call: MavenWords, command: Command) -> tuple[Half, Half]:
    return _half(server.username, found, call, command), _half(server.password, found, call, command)


def _half(text: str, found: _ReadSettings, call: MavenWords, command: Command) -> Half:
    where = found.file.path or "the settings"
    if piece := found.file.piece(text):
        return Half(Value.of(piece))
    if match := _ENV.fullmatch(text) or _PROPERTY.fullmatch(text):
        name = match[1]
        if name in call.properties:
            return Half(call.properties[name], name=name)
        if match.re.pattern == _ENV.pattern and f"env.{name}" in call.properties:
            return Half(call.properties[f"env.{name}"], name=name)
        if _NAME.fullmatch(name):
            return held(command, name)
        return Half(Value.of(Unknown(f"the property {name}, which patless doesn't see")))
    if found.file.pieces and text != found.file.plain(text):
        return Half(Value.of(Unknown(f"several parts in {where}")))
    if "${" in text:
        return Half(Value.of(Unknown(f"what Maven puts together in {where}")))
    if text.startswith("{"):
        return Half(Value.of(Unknown(f"{where}, where Maven has encrypted it")))
    return Half(Value.of(Literal(text))) if text else Half(Value.of(Unknown(f"nothing in {where}")))


def _joined(halves: Sequence[Half]) -> Half:
    """What several servers are given; where they take it from several variables, these are told apart by `_refused`."""
    return Half(union(one.value for one in halves), next((one.variable for one in halves if one.variable), ""))


def _refused(
    mine: Mapping[str, tuple[ServerEntry, _ReadSettings]],
    hosts: Mapping[str, set[str]],
    halves: Sequence[tuple[Half, Half]],
    book: RuleBook,
) -> Iterator[str]:
    """Why nobody can say that the credential is for one host of Packages alone."""
    found = {host for id in mine for host in hosts[id]}
    for server, one in mine.values():
        for what, text in (("user name", server.username), ("password", server.password)):
            if one.file.path and text and "${" not in text and not text.startswith("{"):
                yield f"{one.file.path} has the {what} written out"
    for id, (server, _) in mine.items():
        if "" in hosts[id]:
            yield f"patless can't tell each address that is for the id `{id}`"
        elif len(hosts[id]) > 1:
            yield f"the id `{id}` is for {' and for '.join(sorted(hosts[id]))}"
        if server.more:
            yield f"the server `{id}` has `{server.more}` beside the user name and the password"
    if len({host for host in found if book.packages(host)}) > 1:
        yield f"the settings are for {' and for '.join(sorted(found))}"
    if any(len({pair[at].variable for pair in halves}) > 1 for at in (0, 1)):
        yield "several servers take their credentials from different variables"


def _shared(
    mine: Mapping[str, tuple[ServerEntry, _ReadSettings]],
    servers: Mapping[str, tuple[ServerEntry, _ReadSettings]],
    files: Sequence[_ReadSettings],
    named: Iterable[str],
) -> Iterator[str]:
    """What else takes a value by names that would be given another."""
    texts = [text for one in files for text in one.said.texts]
    for name in sorted(named):
        own = sum(f in (f"${{env.{name}}}", f"${{{name}}}") for s, _ in mine.values() for f in (s.username, s.password))
        if sum(_names(text, name) for text in texts) == own:
            continue
        other = (
            id for id, (one, _) in servers.items() if id not in mine and _names(f"{one.username} {one.password}", name)
        )
        whose = next(other, "")
        yield f"the settings give {name} to {f'the server `{whose}`' if whose else 'something else'}, too"


def _names(text: str, name: str) -> int:
    """How often a text reads what has the name."""
    return sum(match[1] == name for form in (_ENV, _PROPERTY) for match in form.finditer(text))


def _doubts(
    mine: Mapping[str, tuple[ServerEntry, _ReadSettings]],
    files: Sequence[_ReadSettings],
    projects: MavenProjects,
) -> Iterator[str]:
    """What else may decide what is sent where."""
    if projects.unread:
        yield f"patless can't read a {POM}"
    for mirror in (mirror for one in files for mirror in one.said.mirrors):
        if mirror.of != "central" or mirror.id in mine:
            yield f"the mirror `{mirror.id}` may take the place of the repository"
    for each in projects.every:
        texts = [text for text in each.texts if text in mine]
        if len(texts) > sum(one.id in mine for one in each.addresses):
            yield f"{POM} names the id `{texts[0]}` for something else, too"
    for one in files:
        if one.file.doubt:
            yield one.file.doubt


def _overridden(command: Command, addresses: Iterable[Address], named: Iterable[str]) -> Iterator[str]:
    """What may win over what the files say."""
    if any("$" in one.id for one in addresses):
        yield "patless can't tell the id of each repository"
    for name in TOLD:
        value = value_of(command, name)
        text = (value.symbol() or "") if value else ""
        if any(f"-D{one}=" in text for one in named):
            yield f"{name} may name other settings"
