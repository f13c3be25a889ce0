"""What files of a repository, and settings that a step writes, say of the packages that npm reads and publishes."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from msgspec import Struct

from migrator.ir.paths import matching
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks import yarnrc
from migrator.sinks.npmrc import FILE, settings
from migrator.sinks.writers import may_write
from migrator.sinks.yarnrc import yarn_settings
from migrator.text.patterns import regex

MANIFEST = "package.json"
EVERY = "*"
"""What stands for every scope, and for packages without one."""
_LOCKS = frozenset(["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"])
_ROUTES = frozenset([".yarnrc", "bunfig.toml", "pnpm-workspace.yaml", "lerna.json"])
"""Files besides `.npmrc` and yarn's that say where packages come from."""
_KINDS = (
    *("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"),
    *("bundleDependencies", "overrides", "resolutions"),
)
_ROUTE = regex(r"(@[\w.-]{1,100}):registry")
_SCOPED = regex(r"@[\w.-]{1,100}/[\w.-]{1,100}")

Text = Callable[[str], str | None]


class NpmFiles(Struct, frozen=True):
    """The names of packages that are published from here (`named`), of those that they `depend` on, the texts that lock
    versions, the `scopes` that Packages gives, and a file that cannot be read (`unread`), '' for none. `addressed`: one
    says that it is published to Packages."""

    named: frozenset[str]
    depend: frozenset[str]
    locks: tuple[str, ...]
    scopes: frozenset[str]
    unread: str
    addressed: bool

    def read(self, host: str, words: Collection[str]) -> frozenset[str]:
        """The packages of a host that a call may read which installs what the files say, and these `words`."""
        scopes = self.scopes - {EVERY}
        told = {match[0] for word in words if (match := _SCOPED.match(word))} | self.depend
        told |= {match[0] for scope in scopes for text in self.locks for match in _of(scope).finditer(text)}
        mine = {one for one in told if EVERY in self.scopes or one.partition("/")[0] in scopes}
        addresses = (match[1] for text in self.locks for match in _archive(host).finditer(text))
        return frozenset(mine | {one.replace("%40", "@").replace("%2f", "/") for one in addresses})

    def unclear(self, host: str) -> bool:
        """Whether a text that locks versions names the host in a way that names no package."""
        return any(text.count(host) != len(_archive(host).findall(text)) for text in self.locks)


class _Manifest(Struct, frozen=True):
    """Of a package.json: the name, '' where it has none or is never published, and what it depends on. `direct`: one of
    these is named by an address."""

    name: str
    depend: frozenset[str]
    direct: bool


def npm_files(step: StepFacts, paths: Collection[str], file: Text, book: RuleBook) -> NpmFiles:
    found: list[_Manifest] = []
    locks: list[str] = []
    unread = ""
    addressed = False
    for path in paths:
        base = posixpath.basename(path)
        if base not in _LOCKS and (base != MANIFEST or "node_modules" in path.split("/")):
            continue
        text = file(path)
        one = _manifest(text, book.mentions) if text is not None and base == MANIFEST else None
        if text is None or (base == MANIFEST and (one is None or one.direct)):
            unread = unread or path
        elif one is None:
            locks.append(text)
        else:
            found.append(one)
            addressed = addressed or any(mention in text for mention in book.mentions)
    named = frozenset(one.name for one in found if one.name)
    depend = frozenset[str]().union(*(one.depend for one in found))
    unread = unread or ("" if found else f"a missing {MANIFEST}") or _rewritten(step, paths, book)
    return NpmFiles(named, depend, tuple(locks), frozenset(_scopes(step, paths, file, book)), unread, addressed)


def _rewritten(step: StepFacts, paths: Collection[str], book: RuleBook) -> str:
    """A file that tells what npm reads and that the step may write itself; '' for none."""
    names = {path for path in paths if posixpath.basename(path) in {MANIFEST, *_LOCKS}} | {MANIFEST, *_LOCKS}
    written = (matching(may_write(shell.trace, book), names) for shell in step.shells)
    return next((f"{min(found)}, which the step may write" for found in written if found), "")


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
        told.append(json.dumps(given))
    depend |= {match for text in told for match in _SCOPED.findall(text)}
    name = found.get("name") if not found.get("private") else ""
    direct = any(mention in text for text in told for mention in mentions)
    return _Manifest(name if isinstance(name, str) else "", frozenset(depend), direct)


def _scopes(step: StepFacts, paths: Collection[str], file: Text, book: RuleBook) -> Iterator[str]:
    """The scopes whose packages come from Packages, or may."""
    for path in paths:
        base = posixpath.basename(path)
        text = file(path) if base in _ROUTES or base in (FILE, yarnrc.FILE) else ""
        if text is not None and base == yarnrc.FILE:
            continue
        if text is None or (base in _ROUTES and any(one in text for one in book.mentions)):
            yield EVERY
        for line in (text or "").splitlines() if base == FILE else ():
            key, _, value = line.partition("=")
            yield from _scope(key.strip(), value, book)
    for shell in step.shells:
        for one in settings(shell.trace, book).known:
            yield from _scope(one.name, one.value.symbol() or "$", book)
        found = yarn_settings(shell.trace, book, file)
        yield from (EVERY,) if found.doubts else ()
        for setting in found.known:
            if setting.name in (yarnrc.SERVER, yarnrc.PUBLISHING) and not setting.of.startswith("//"):
                shown = setting.value.symbol() or "$"
                told = setting.name == yarnrc.SERVER and ("$" in shown or any(one in shown for one in book.mentions))
                yield from (setting.of or EVERY,) if told else ()


def _scope(key: str, value: str, book: RuleBook) -> Iterator[str]:
    """The scope of a setting that says, or may say, that Packages has its packages."""
    if key.endswith("registry") and ("$" in value or any(one in value for one in book.mentions)):
        match = _ROUTE.fullmatch(key)
        yield match[1] if match else EVERY


def _of(scope: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(scope)}/[\w.-]{{1,100}}(?<![.-])")


def _archive(host: str) -> re.Pattern[str]:
    """The name of a package in the address of its archive: `https://HOST/WORKSPACE/NAME/-/NAME-1.0.0.tgz`."""
    return re.compile(rf"{re.escape(host)}/[\w.-]{{1,100}}/((?:(?:@|%40)[\w.-]{{1,100}}(?:/|%2f))?[\w.-]{{1,100}})/-/")
