"""Variables that a login to Packages uses or once used: from every version of the files that could hold one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from migrator.engine import analysis as engine
from migrator.engine.checking import rule_id
from migrator.findings.records import Report
from migrator.findings.settings import Settings
from migrator.flow.interpreter import follow
from migrator.ir.nodes import ProgramError, Quoting
from migrator.ir.values import Definition, Literal, Value, inputs
from migrator.platforms.bitbucket.names import PATHSPECS
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.prefilter.needles import LOGIN, mentions
from migrator.repositories.git import GitError
from migrator.repositories.history import versions
from migrator.repositories.objects import Objects
from migrator.repositories.refview import RefView
from migrator.rulebook.records import RuleBook
from migrator.rules import credential_leaves_step
from migrator.secrets.records import Leaving
from migrator.sinks.committed_tokens import is_kept
from migrator.sinks.credentials import origin
from migrator.sinks.logins import OTHER, find_logins
from migrator.text.patterns import regex
from migrator.text.view import Unreadable, View

LIMIT = 1024 * 1024
"""Bytes of a script that are looked into for logins."""
LEAVING = rule_id(credential_leaves_step)
_WORD = regex(rb"[A-Za-z_][A-Za-z0-9_]*")
_NAME = regex(r"(?:\$\{?|%|\benv\.)([A-Za-z_][A-Za-z0-9_]*)")


def candidates(
    objects: Objects, scripts: Sequence[str], book: RuleBook, settings: Settings, named: bool
) -> frozenset[str]:
    """The names. `scripts` are paths of files beside the pipelines files that may hold a login, or that a client reads;
    `named`: some file of the repository names Packages, and so a login may go there whose host is written elsewhere.
    Raises GitError."""
    needles = mentions(book)
    anywhere = named or _told(settings)
    known = [one for one in book.package_clients.values() if one.addresses] if any(map(is_kept, scripts)) else []
    clients = {program.encode() for one in known for program in one.programs}
    found: set[str] = set()
    history = versions(objects.root, PATHSPECS, scripts)
    sizes = objects.sizes({version.oid for version in history.versions})
    for version in history.versions:
        if sizes.get(version.oid, LIMIT + 1) > LIMIT:
            continue
        data = objects.read(version.oid)
        started = any(program in data for program in clients)
        if not any(needle in data for needle in needles) and not (anywhere and LOGIN in data) and not started:
            continue
        if BITBUCKET.is_pipelines_file(version.path):
            view = RefView(objects, version.commit)
            found |= of_pipelines(view, version.path, book, settings)
        elif is_kept(version.path):
            found.update(name for name in _NAME.findall(data.decode("utf-8", "replace")))
        else:
            found |= of_script(data, book, settings, named)
    return frozenset(name for name in found - book.natives if not book.built_in.gives(name))


def of_pipelines(view: View, path: str, book: RuleBook, settings: Settings) -> set[str]:
    report = _report(view, [path], book, settings)
    return {name for finding in report.findings for name in finding.variables} if report else set()


def leaving(view: View, book: RuleBook, settings: Settings) -> Leaving:
    """What the pipelines files of one commit say."""
    paths = [path for path in view.paths() if BITBUCKET.is_pipelines_file(path)]
    report = _report(view, paths, book, settings)
    findings = [one for one in report.findings if one.rule == LEAVING] if report else []
    unread = {one.path for one in report.skipped} if report else paths
    return Leaving(
        frozenset(name for finding in findings for name in finding.variables),
        frozenset(name.decode() for path in unread for name in _WORD.findall(_bytes(view, path))),
    )


def _bytes(view: View, path: str) -> bytes:
    try:
        return view.read(path) or b""
    except (Unreadable, GitError):
        return b""


def _report(view: View, paths: Sequence[str], book: RuleBook, settings: Settings) -> Report | None:
    """With all findings: what a repository ignores is a use nevertheless."""
    every = replace(settings, select=frozenset(), ignore=frozenset(), baseline={}, comments=False)
    try:
        return engine.analyse(view, paths, book, every, BITBUCKET)
    except (Unreadable, GitError):
        return None


def of_script(data: bytes, book: RuleBook, settings: Settings, named: bool = False) -> set[str]:
    """Shell is followed; of anything else, and of shell that cannot be, the names on lines that log in count: on those
    of a client alone, where another file says which host is meant."""
    text = data.decode("utf-8", "replace")
    here = any(mention in text for mention in book.mentions) or _told(settings)
    if not here and not named:
        return set()
    known = {
        name: (Definition(name, Value.of(Literal(value, None, Quoting.FIXED)), None, -1),)
        for name, value in {**settings.hosts, **settings.variables}.items()
        if value is not None
    }
    lines = set(_on_login_lines(text, None if here else entering(book)))
    try:
        trace = follow(text, book.programs, known, lambda path: None, book.built_in.clone)
    except ProgramError:
        return lines
    names: set[str] = set()
    logins = tuple(find_logins(trace, book))
    for login in logins:
        if login.registry is not None:
            names.update(origin(login.username, login.registry.username).stored)
            names.update(origin(login.password, login.registry.password).stored)
        elif login.host_unknown:
            names.update(inputs((login.username, login.password)))
    certain = all(not login.host_unknown and login.host != OTHER for login in logins)  # a makefile is no shell
    return names or (set() if logins and certain and not here else lines)


def entering(book: RuleBook) -> re.Pattern[bytes]:
    """What a login of a client looks like in any language."""
    programs = {re.escape(name) for one in book.clients.values() if any(one.logins) for name in one.programs}
    return re.compile(rf"\b(?:{'|'.join(sorted(programs))})\b[^\n]{{0,200}}\blogin\b".encode())


def _told(settings: Settings) -> bool:
    """Whether variables may name a registry that no text names."""
    return bool(settings.variables or settings.hosts)


def _on_login_lines(text: str, entering: re.Pattern[bytes] | None) -> Iterator[str]:
    for line in text.splitlines():
        if "login" in line and (entering is None or entering.search(line.encode())):
            yield from _NAME.findall(line)
