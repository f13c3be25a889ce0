"""Which packages npm reads and publishes in a step, as far as files of the repository say."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import Reason
from migrator.fixes.context import Context, once
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.reasons.reach import unseen_programs
from migrator.flow.events import Command
from migrator.reading.steps import StepFacts
from migrator.sinks.npm import is_npm
from migrator.sinks.npmrc import FILE, settings
from migrator.sinks.packages import Name, linkage, name_of
from migrator.sinks.shown import visible_text
from migrator.text.patterns import regex

_MOST = 8
_MANIFEST = "package.json"
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
_ROUTES = (".yarnrc.yml", ".yarnrc", "bunfig.toml", "pnpm-workspace.yaml", "lerna.json")
"""Files besides `.npmrc` that say where packages come from."""
_KINDS = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "bundleDependencies",
    "overrides",
    "resolutions",
)
_QUIET = frozenset(
    {
        "publish",
        "pack",
        "version",
        "config",
        "c",
        "set",
        "get",
        "whoami",
        "ping",
        "run",
        "run-script",
        "test",
        "t",
        "start",
        "stop",
        "restart",
        "bin",
        "prefix",
        "root",
        "help",
        "pkg",
        "-v",
        "--version",
    }
)
"""Commands that read no package of a registry."""
_PUBLISH = frozenset({"publish", "semantic-release"})
_SCOPE = regex(r"(@[\w.-]{1,100}):registry")
_PACKAGE = regex(r"@[\w.-]{1,100}/[\w.-]{1,100}|[\w.-]{1,200}")
_VERSION = regex(r"(?<=.)@.*", re.S)


class _Known(Struct, frozen=True):
    """What the repository's files say: the names of packages that are published from here (`named`), of those that they
    `depend` on, the texts that lock versions, the `scopes` that Packages gives, `*` for every package, and what cannot
    be read (`unread`). `addressed`: one of them says that it is published to Packages."""

    named: frozenset[str]
    depend: frozenset[str]
    locks: tuple[str, ...]
    scopes: frozenset[str]
    unread: str
    addressed: bool


class _Manifest(Struct, frozen=True):
    """Of a package.json: the name, '' where it has none or is never published, and what it depends on. `direct`: one of
    these is named by an address."""

    name: str
    depend: frozenset[str]
    direct: bool


def npm_packages(step: StepFacts, context: Context, login: PackagesLogin) -> Opinion:
    """Whose packages a pair that is written for npm reaches: those that a step of the repository publishes are its
    own."""
    asked, book = "whose are the packages that npm reads and publishes?", context.book
    host, base = login.login.host, _registry(login, context)
    every = [one for shell in step.shells for one in shell.trace.commands]
    commands = [one for one in every if is_npm(one.name, book)]
    fetched = any(is_npm(name, book) for one in every for name in one.wrappers)
    reading = [one for one in commands if _reads(one)]
    publishing = any(map(_publishes, commands))
    known = _known(step, context)[0]
    names = frozenset[str]().union(*(_names(one, known, host) for one in reading))
    publishing = publishing and _is_sent(commands, known, context)
    own = known.named if _published(context) else frozenset[str]()
    reasons: list[Reason] = []
    others = (one for one in unseen_programs(step, context, login) if not is_npm(one[0].name, book) or _reads(one[0]))
    granted = [f"{shown} uses only packages linked to this repository" for _, shown in others]
    picture = context.picture
    for text in sorted(names):
        name = replace(base, text=f"{base.text}/{text}")
        if picture.listed(name) or picture.shared(name):
            continue
        if text in own:
            granted.append(linkage(name.shown))
        else:
            detail = f"`npm` reads {name.shown}, which this repository does not publish"
            reasons.append(context.reason("foreign-package", detail, name.shown))
    if base.workspace and picture.other_workspace(base):
        reasons.insert(0, context.reason("other-workspace", f"{base.shown} is of another workspace", base.shown))
    if publishing:
        granted.append(linkage(f"what npm publishes at {base.shown}"))
    why = "npm fetches a program that it runs" if fetched and known.scopes else ""
    why = why or _unclear(step, reading, known, host, purpose=bool(names) or publishing)
    settled = any(pattern.startswith(f"{host}/") for pattern in context.settings.own_packages)
    if why and (step.elsewhere or not settled):
        reasons.append(context.reason("npm-packages-unknown", why, "`npm`"))
    seen = tuple(Sighting(f"it reads {one}") for one in islice(sorted(names), _MOST))
    return Opinion(asked, seen, tuple(islice(reasons, _MOST)), tuple(granted))


def _registry(login: PackagesLogin, context: Context) -> Name:
    """The registry that the pair is for, as its packages are named: `HOST/WORKSPACE`, or the host alone."""
    pair = login.login.npm
    assert pair is not None
    host, _, path = pair.address.removeprefix("//").partition("/")
    found = name_of(f"{host}/{path.partition('/')[0]}", context.book, context.settings)
    return replace(found, text=found.text.rstrip("/")) if isinstance(found, Name) else Name(host, host, "", False)


def _unclear(step: StepFacts, reading: list[Command], known: _Known, host: str, purpose: bool) -> str:
    """Why it is not known what the pair is for; '' where it is."""
    if step.elsewhere:
        return "other repositories may import this pipeline, and patless can't tell what npm reads there"
    if reading and known.unread:
        return f"patless can't tell which packages npm reads, because of {known.unread}"
    if reading and any(text.count(host) != len(_located(host).findall(text)) for text in known.locks):
        return "patless can't tell all packages in a lock file, because of the form of an address"
    if any(one.text is None for command in reading for one in command.arguments):
        return "patless can't tell which packages npm is told to read"
    return "" if purpose else "patless sees no package of the registry that npm reads or publishes"


def _reads(command: Command) -> bool:
    words = [one.text for one in command.arguments]
    first = next((text for text in words if text is None or not text.startswith("-") or text in _QUIET), "")
    if command.followed and first not in ("install", "i", "ci", "add"):
        return False
    if first == "npm" and command.name == "yarn":
        return words[1:2] not in (["publish"], ["whoami"])
    return first not in _QUIET


def _publishes(command: Command) -> bool:
    words = {one.text for one in command.arguments}
    return command.name == "semantic-release" or not words.isdisjoint(_PUBLISH)


def _is_sent(commands: list[Command], known: _Known, context: Context) -> bool:
    """Whether something says that what is published goes to Packages."""
    texts = [visible_text(word.value) for one in commands if _publishes(one) for word in one.arguments]
    return known.addressed or bool(known.scopes) or any(one in text for text in texts for one in context.book.mentions)


@once
def _known(step: StepFacts, context: Context) -> Iterator[_Known]:
    mentions = context.book.mentions
    found: list[_Manifest] = []
    locks: list[str] = []
    unread = ""
    addressed = False
    for path in context.files.paths:
        base = posixpath.basename(path)
        if base not in (_MANIFEST, *_LOCKS) or "node_modules" in path.split("/"):
            continue
        text = context.file(path)
        one = _manifest(text, mentions) if text is not None and base == _MANIFEST else None
        if text is None or (base == _MANIFEST and (one is None or one.direct)):
            unread = unread or path
        elif one is None:
            locks.append(text)
        else:
            found.append(one)
            addressed = addressed or any(mention in text for mention in mentions)
    named = frozenset(one.name for one in found if one.name)
    depend = frozenset[str]().union(*(one.depend for one in found))
    unread = unread or ("" if found else "a missing package.json")
    yield _Known(named, depend, tuple(locks), frozenset(_scopes(step, context)), unread, addressed)


def _manifest(text: str, mentions: tuple[str, ...]) -> _Manifest | None:
    """None where the text cannot be read."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    depend, told = set[str](), list[str]()
    for kind in _KINDS:
        given = found.get(kind) or {}
        depend |= {str(one) for one in given} if isinstance(given, dict | list) else set()
        told += [json.dumps(given)]
    depend |= {match for text in told for match in _ALIAS.findall(text)}
    name = found.get("name") if not found.get("private") else ""
    direct = any(mention in text for text in told for mention in mentions)
    return _Manifest(name if isinstance(name, str) else "", frozenset(depend), direct)


_ALIAS = regex(r"(?<=npm:)@[\w.-]{1,100}/[\w.-]{1,100}")


def _scopes(step: StepFacts, context: Context) -> Iterator[str]:
    """The scopes whose packages come from Packages, or may; `*` for every package."""
    mentions = context.book.mentions
    texts = [context.file(path) or "" for path in context.files.paths if posixpath.basename(path) == FILE]
    for line in (line for text in texts for line in text.splitlines()):
        key, _, told = line.partition("=")
        yield from _scope(key.strip(), told, mentions)
    for shell in step.shells:
        for one in settings(shell.trace, context.book).known:
            value = one.value.symbol()
            yield from _scope(one.name, value if value is not None and "$" not in value else mentions[0], mentions)
        for command in shell.trace.commands:
            if is_npm(command.name, context.book) and not _publishes(command) and _reads(command):
                texts = [visible_text(word.value) for word in command.arguments]
                if any("registry" in text for text in texts):
                    yield "*"
    for path in context.files.paths:
        if posixpath.basename(path) in _ROUTES and any(one in (context.file(path) or "") for one in mentions):
            yield "*"


def _scope(key: str, value: str, mentions: tuple[str, ...]) -> Iterator[str]:
    if not any(one in value for one in mentions) and "$" not in value:
        return
    if key == "registry":
        yield "*"
    elif match := _SCOPE.fullmatch(key):
        yield match[1]
    elif key.endswith("registry"):
        yield "*"


def _names(command: Command, known: _Known, host: str) -> frozenset[str]:
    """The packages of the registry that a call may read."""
    every = "*" in known.scopes
    words = [_VERSION.sub("", one.text or "") for one in command.arguments]
    found = {one for one in words if one.startswith("@") and _PACKAGE.fullmatch(one)}
    found |= set(known.depend)
    for text in known.locks:
        found |= {match[0] for scope in known.scopes - {"*"} for match in _scoped(scope).finditer(text)}
    mine = {one for one in found if every or one.partition("/")[0] in known.scopes}
    located = _located(host)
    return frozenset(
        mine
        | {match[1].replace("%40", "@").replace("%2f", "/") for text in known.locks for match in located.finditer(text)}
    )


def _scoped(scope: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(scope)}/[\w.-]{{1,100}}(?<![.-])")


def _located(host: str) -> re.Pattern[str]:
    """The name of a package in the address of its archive: `https://HOST/WORKSPACE/NAME/-/NAME-1.0.0.tgz`."""
    return re.compile(rf"{re.escape(host)}/[\w.-]{{1,100}}/((?:(?:@|%40)[\w.-]{{1,100}}(?:/|%2f))?[\w.-]{{1,100}})/-/")


def _published(context: Context) -> bool:
    """Whether some step publishes packages."""
    every = (one for step in context.steps for shell in step.shells for one in shell.trace.commands)
    return any(is_npm(one.name, context.book) and _publishes(one) for one in every)
