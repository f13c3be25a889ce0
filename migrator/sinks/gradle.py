"""Calls of Gradle that send a credential to Packages: a block of the build file ties it to the address of a repository.

Properties of the build win in this order: `-P`, `-Dorg.gradle.project.NAME`, gradle.properties in the home folder, then
in the project, and `ORG_GRADLE_PROJECT_NAME` (https://docs.gradle.org/current/userguide/build_environment.html).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.values import Literal, Unknown, Value, union
from migrator.rulebook.records import PackageClient, RuleBook
from migrator.sinks.bound import Half, bound, held, host_of, needed
from migrator.sinks.found_files import FoundFile, Text, found_file
from migrator.sinks.gradle_files import BuildRepository, GradleBuild, HalfSource, build
from migrator.sinks.logins import BoundCall, Login
from migrator.sinks.values import is_handed, known_start, value_of, without
from migrator.text.patterns import regex

GRADLE = "gradle"
"""The name of the client in the rules."""
_PROPERTIES = "gradle.properties"
_HOME = f"~/.gradle/{_PROPERTIES}"
_STORED = "ORG_GRADLE_PROJECT_"
_SYSTEM = "org.gradle.project."
_LINE = regex(r"[ \t]*([\w.-]{1,200})[ \t]*[=: \t][ \t]*(.*)")
_TAKES = regex(
    "-I|--init-script|-b|--build-file|-c|--settings-file|-p|--project-dir|-g|--gradle-user-home|-x|--exclude-task"
)
"""Options with a value in the next word."""
_OTHER = regex("-I|--init-script|-g|--gradle-user-home")
"""Those that bring other settings along."""
_PUBLISHES = regex(r"(?:.*:)?(?:publish|upload)\w*")
_IDLE = regex(r"wrapper|help|projects|tasks|properties|init|clean")
_MOST = 200


class _GradleWords(Struct, frozen=True):
    """How Gradle was called: properties, tasks, and what of that is not known. `more`: words that are not known may be
    tasks."""

    properties: Mapping[str, Value]
    tasks: tuple[str, ...]
    doubts: tuple[str, ...]
    more: bool


class _Lines(Struct, frozen=True):
    """A gradle.properties that a call finds, and its lines."""

    file: FoundFile
    lines: Mapping[str, str]


class _Place(Struct, frozen=True):
    """A repository of a build file."""

    path: str
    said: BuildRepository

    @property
    def hosts(self) -> set[str]:
        return {host_of(one) for one in self.said.addresses}


def find_gradle_logins(flow: Flow, book: RuleBook, file: Text, listed: Callable[[], Iterable[str]]) -> Iterator[Login]:
    """The calls that certainly send what is known of a credential to a host of Packages."""
    known = book.package_clients[GRADLE]
    calls = [one for one in flow.commands if one.name in known.programs]
    if not calls:
        return
    every = list(listed())
    paths = [path for path in every if posixpath.basename(path) in known.addresses]
    texts = {path: text for path in paths[:_MOST] if (text := file(path)) is not None}
    builds = {path: build(text) for path, text in texts.items()} if any(map(book.mentioned, texts.values())) else {}
    said = {path: one for path, one in builds.items() if one is not None}
    places = [_Place(path, one) for path, each in said.items() for one in each.repositories]
    mine = [one for one in places if any(book.packages(host) for host in one.hosts)]
    committed = [path for path in every if posixpath.basename(path) == _PROPERTIES]
    for command in calls if mine else ():
        call = _call(command)
        publishes = any(map(_PUBLISHES.fullmatch, call.tasks))
        reads = any(not one.said.publishes for one in mine) and not all(map(_IDLE.fullmatch, call.tasks))
        if publishes or reads or call.more:
            properties = _properties(flow, command, committed, book, file)
            unread = next((path for path in paths if path not in said), "")
            yield _login(command, call, known, (mine, places), said, properties, unread, book)


def _login(
    command: Command,
    call: _GradleWords,
    known: PackageClient,
    found: tuple[Sequence[_Place], Sequence[_Place]],
    said: Mapping[str, GradleBuild],
    properties: Sequence[_Lines] | str,
    unread: str,
    book: RuleBook,
) -> Login:
    mine, places = found
    sources = [_pair(one.said) for one in mine]
    written = zip(*(one.said.written for one in mine), strict=True)
    given = zip(zip(*sources, strict=True), written, strict=True)
    halves = [_written(texts) or _half(pair, call, command, properties) for pair, texts in given]
    names = {one.name for pair in sources for each in pair for one in each or ()}
    address = next(one for each in mine for one in each.said.addresses if book.packages(host_of(one)))
    known_lines = () if isinstance(properties, str) else properties
    read = {one for one in names.difference(call.properties) if not _is_handed(command, one)}
    used = [one.file for one in known_lines if read & {*one.lines}]
    doubts = [*call.doubts, *_doubts(places, said, mine, call, command, unread)]
    doubts += [one.file.doubt for one in known_lines if one.file.doubt]
    paths = [one.path for one in used if one.path] + [one.path for one in mine if any(one.said.written)]
    wins = [f"{path} has a half of the credential written out" for path in paths]
    reads = [one for one in mine if not one.said.publishes]
    return bound(
        command,
        GRADLE,
        known,
        halves,
        BoundCall(
            address,
            tuple(dict.fromkeys([*(one.path for one in mine), *(one.path for one in used if one.path)])),
            tuple(dict.fromkeys(one.place for one in used if one.place)),
            tuple(dict.fromkeys(writer for one in used for writer in one.writers)),
            frozenset(names),
            tuple(dict.fromkeys((*_refused(mine, places, names), *wins))),
            tuple(dict.fromkeys(doubts)),
            any(map(_PUBLISHES.fullmatch, call.tasks)),
            *(_needed(said, host_of(address)) if reads else ((), "")),
            "a file of properties" if any(one.pieces for one in used) else "",
        ),
        book,
    )


def _call(command: Command) -> _GradleWords:
    properties: dict[str, Value] = {}
    tasks: list[str] = []
    doubts: list[str] = []
    more, known = False, True
    words = [one.value for one in command.arguments]
    while words:
        word = words.pop(0)
        head = known_start(word.alternatives[0]) if len(word.alternatives) == 1 else ""
        name = head.partition("=")[0]
        if head in ("-P", "--project-prop", "-D", "--system-prop") and words:
            known &= _define(words.pop(0), properties, head in ("-D", "--system-prop"))
        elif head.startswith(("--project-prop=", "--system-prop=")):
            known &= _define(without(word, len(name) + 1), properties, head.startswith("--s"))
        elif head.startswith(("-P", "-D")):
            known &= _define(without(word, 2), properties, head.startswith("-D"))
        elif _TAKES.fullmatch(name):
            if head == name and words:
                words.pop(0)
            if _OTHER.fullmatch(name):
                doubts.append(f"`{name}` may bring other settings")
        elif word.text is None and not head.startswith("-"):
            more = True
        elif not head.startswith("-"):
            tasks.append(head)
    for name in ("GRADLE_OPTS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "GRADLE_USER_HOME"):
        told = value_of(command, name)
        if told and (name == "GRADLE_USER_HOME" or _SYSTEM in (_SYSTEM if told.text is None else told.text)):
            doubts.append(f"{name} may bring other settings")
    if more or not known:
        doubts.append("words that patless can't tell may give the build other properties")
    return _GradleWords(properties, tuple(tasks), tuple(doubts), more)


def _define(value: Value, properties: dict[str, Value], system: bool) -> bool:
    """One of the system counts only as a property of the project, and loses against one that is given as such. False
    for one whose name is not known."""
    head = known_start(value.alternatives[0]) if len(value.alternatives) == 1 else ""
    name, equals, _ = head.partition("=")
    told = without(value, len(name) + 1)
    if not system:
        properties[name] = told
    elif name.startswith(_SYSTEM):
        properties.setdefault(name.removeprefix(_SYSTEM), told)
    return "$" not in name and bool(equals or value.text is not None)


def _properties(
    flow: Flow, command: Command, committed: Iterable[str], book: RuleBook, file: Text
) -> list[_Lines] | str:
    """The files of properties that a call may find, the strongest first; what of them is not known, as a clause. What
    the file of the home folder gives wins over each file of the project: those are without it."""
    found: list[_Lines] = []
    at_home: dict[str, str] = {}
    for place in (_HOME, *dict.fromkeys((*committed, _PROPERTIES))):
        one = found_file(flow, place, command, book, file)
        if isinstance(one, str):
            return one
        if one is not None:
            if any(command.conditional or command.branches for command in one.writers):
                return f"{place}, which the step may not write"
            lines = [
                line for line in one.text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "!"))
            ]
            pairs = [(match[1], match[2]) for line in lines if (match := _LINE.fullmatch(line))]
            if len(pairs) < len(lines):
                return f"{place}, which patless can't tell"
            found.append(_Lines(one, {name: text for name, text in pairs if name not in at_home}))
            if place == _HOME:
                at_home = dict(pairs)
    return found


def _pair(said: BuildRepository) -> tuple[tuple[HalfSource, ...] | None, tuple[HalfSource, ...] | None]:
    return said.username, said.password


def _written(texts: Sequence[str]) -> Half | None:
    """What all repositories are given as it stands in the build file."""
    return Half(union([Value.of(Literal(one)) for one in texts])) if all(texts) else None


def _half(
    sources: Sequence[tuple[HalfSource, ...] | None],
    call: _GradleWords,
    command: Command,
    properties: Sequence[_Lines] | str,
) -> Half:
    """What the repositories are given that name it in the same way."""
    if len({*sources}) > 1:
        return Half(Value.of(Unknown("several variables or properties")))
    if not (given := sources[0]):
        return Half(Value.of(Unknown("what a build file says in a way that patless can't tell")))
    untold = None
    for one in given:
        half = _property(one.name, call, command, properties) if one.property else held(command, one.name)
        if not one.property or one.name in call.properties or not half.variable or _is_set(command, half.variable):
            return half
        untold = untold or half
    assert untold is not None
    return untold


def _is_set(command: Command, name: str) -> bool:
    return value_of(command, name) is not None


def _property(name: str, call: _GradleWords, command: Command, properties: Sequence[_Lines] | str) -> Half:
    """A property of the build, from the strongest place that is known to give it one; one that nothing gives is taken
    for a stored variable. The order is that of `ProviderFactory.gradleProperty`, and Gradle 4.4 has it, too:
    https://docs.gradle.org/current/kotlin-dsl/gradle/org.gradle.api.provider/-provider-factory/gradle-property.html"""
    if name in call.properties:
        return Half(call.properties[name], name=name)
    if _is_handed(command, name):
        return held(command, f"{_STORED}{name}")
    if isinstance(properties, str):
        return Half(Value.of(Unknown(properties)))
    for one in properties:
        if name in one.lines:
            piece = one.file.piece(one.lines[name].strip())
            if piece is None and one.lines[name] != one.file.plain(one.lines[name]):
                return Half(Value.of(Unknown(f"several parts in {one.file.place}")))
            return Half(Value.of(piece or Literal(one.lines[name])), name=name)
    return held(command, f"{_STORED}{name}")


def _is_handed(command: Command, name: str) -> bool:
    """Whether the script gives a property by the variable of its name."""
    variable = f"{_STORED}{name}"
    return _is_set(command, variable) and is_handed(command, variable)


def _refused(mine: Sequence[_Place], places: Sequence[_Place], names: Iterable[str]) -> Iterator[str]:
    """Why nobody can say that the credential is for one host of Packages alone."""
    hosts = {host for one in mine for host in one.hosts}
    if "" in hosts:
        yield "patless can't tell each address of the repository"
    elif len(hosts) > 1:
        yield f"the repository is at {' or at '.join(sorted(hosts))}"
    for one in places:
        if one not in mine and (both := sorted({each.name for each in _taken(one)}.intersection(names))):
            where = next(iter(sorted(one.hosts)), "") or "another repository"
            yield f"{one.path} gives {both[0]} to {where}, too"


def _doubts(
    places: Sequence[_Place],
    said: Mapping[str, GradleBuild],
    mine: Sequence[_Place],
    call: _GradleWords,
    command: Command,
    unread: str,
) -> Iterator[str]:
    """What else may decide what is sent where."""
    if unread:
        yield f"patless can't read {unread}"
    yield from (f"{path} may change repositories" for path, one in said.items() if one.changes)
    names = sorted({one.name for each in mine for one in _taken(each)})
    for path in dict.fromkeys(one.path for one in mine):
        here = [one for each in places if each.path == path for one in _taken(each)]
        for name in names:
            written = sum(word in (name, f"{_STORED}{name}") for word in said[path].words)
            if written > sum(one.name == name for one in here):
                yield f"{path} names {name} for something else, too"
    for half in (half for each in mine for half in _pair(each.said) if half):
        first = half[0]
        given = first.name in call.properties or _is_set(command, f"{_STORED}{first.name}")
        if first.property and not given and any(not one.property for one in half):
            yield f"the build takes the property {first.name} first, if something gives it one"


def _taken(place: _Place) -> list[HalfSource]:
    return [one for half in _pair(place.said) for one in half or ()]


def _needed(said: Mapping[str, GradleBuild], host: str) -> tuple[tuple[str, ...], str]:
    """What the builds need, as in `bound.needed`; a plugin or a catalog may bring more."""
    names = {name for each in said.values() for name in each.needs}
    foreign, more = needed(names, {one for each in said.values() for one in each.groups}, host)
    return foreign, more or f"a dependency may come from {host}"
