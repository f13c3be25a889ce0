"""Credentials that leave the step: for a server, a cluster, an artifact, a later step."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from migrator.findings.records import Finding
from migrator.fixes.context import Context
from migrator.flow.events import Command
from migrator.ir.values import Input, Literal, Value
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import Escape, Rule, RuleBook
from migrator.sinks.invocations import Parsed, parse
from migrator.sinks.logins import Login, host_of

_DOCKER_FOLDER = re.compile(r"(?:^|/)\.docker(?:/|$)")
_LOGIN = re.compile(r"\blogin\b")


def login_file_leaves(facts: StepFacts, book: RuleBook) -> Iterator[tuple[str, str]]:
    """What takes the file with the client's logins out of the step: who, and what becomes of it."""
    places = tuple(dict.fromkeys(place for login in facts.logins if (place := _place(login, book))))

    def holds(text: str) -> bool:
        return _holds_login(text, book) or any(_within(_normal(part, book), places) for part in _parts(text))

    for shell in facts.shells:
        for command in shell.trace.commands:
            for escape in _escapes(command, book):
                texts = _texts(command)
                if any(text.partition("=")[0] in escape.switches for text in texts) or (
                    escape.files and any(holds(text) for text in texts)
                ):
                    yield escape.program, escape.what
            if command.name in book.programs.copiers:
                words = [word.value.symbol() or "" for word in parse(command.arguments, frozenset()).words]
                target = len(words) > 1 and book.programs.writers.get(command.name)
                sources = words[:-1] if target else words
                if any(holds(text) or _DOCKER_FOLDER.search(text) for text in sources):
                    yield command.name, "what is copied or shown holds the login file"
        if any(holds(path.symbol() or "") for path in shell.trace.inputs):
            yield "a redirection", "what is read holds the login file"
    for kind, path in facts.step.kept:
        if (
            _holds_login(path, book)
            or _DOCKER_FOLDER.search(path)
            or any(_keeps(path, place, book) for place in places)
        ):
            yield kind, f"{kind} keeps the login file"


def _place(login: Login, book: RuleBook) -> str:
    """The file or folder that a login is kept in, '' where it is the client's own; relative to the clone directory
    where it is in there."""
    own = {name for client in book.clients.values() for name in client.config_variables}
    return "" if login.config in ("", "?", ".", *own) else _normal(login.config, book)


def _normal(path: str, book: RuleBook) -> str:
    path = path.removeprefix(f"${{{book.built_in.clone}}}/").removeprefix("${PWD}/")
    return posixpath.normpath(path) if path else ""


def _parts(text: str) -> tuple[str, str]:
    """A word, and what stands behind its last `=`."""
    return text, text.rpartition("=")[2]


def _within(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _keeps(pattern: str, place: str, book: RuleBook) -> bool:
    """Whether an artifact's pattern or a cache's path takes something along that is kept at a place."""
    pattern = _normal(pattern, book)
    return _within(pattern, [place]) or any(
        fnmatchcase(path, one) for path in (place, f"{place}/config.json") for one in (pattern, f"{pattern}/*")
    )


def check(rule: Rule, context: Context) -> Iterator[Finding]:
    """Commands that hand a Packages credential to something that outlives the step."""
    for facts in context.steps:
        for shell in facts.shells:
            for command in shell.trace.commands:
                for escape in _escapes(command, context.book):
                    stored = _handed_on(command, escape, context)
                    if stored is not None:
                        yield _finding(rule, facts, context, shell, command, escape.what, stored)
                written = _output_variables(command, context)
                if written:
                    yield _finding(rule, facts, context, shell, command, "a variable of later steps", written)


def _finding(
    rule: Rule, facts: StepFacts, context: Context, shell: Shell, command: Command, what: str, stored: Sequence[str]
) -> Finding:
    names = " and ".join(f"${name}" for name in stored) or "the credential"
    return rule.finding(
        shell.script.source_at(command.span),
        shell.script.shown(command.span),
        f"{what}, which outlives the step, is given {names}",
        reasons=[context.reason("leaves-step", f"the credential becomes {what}", command.name)],
        variables=stored,
        uses=facts.uses,
    )


def _escapes(command: Command, book: RuleBook) -> Iterator[Escape]:
    for escape in book.escapes:
        if command.name == escape.program and _in_order(escape.words, _texts(command)):
            yield escape


def _texts(command: Command) -> list[str]:
    return [argument.value.symbol() or "" for argument in command.arguments]


def _in_order(words: Sequence[str], texts: Sequence[str]) -> bool:
    rest = iter(texts)
    return all(any(text == word for text in rest) for word in words)


def _holds_login(text: str, book: RuleBook) -> bool:
    return any(pattern.fullmatch(part) for pattern in book.login_files for part in _parts(text))


def _handed_on(command: Command, escape: Escape, context: Context) -> tuple[str, ...] | None:
    """The stored variables that the command takes along; None where it takes no Packages credential."""
    book = context.book
    if escape.remote:
        values = [argument.value for argument in command.arguments] + ([command.stdin] if command.stdin else [])
        text = " ".join(_literal_text(value) for value in values)
        hosts = {host for registry in book.registries for host in registry.hosts}
        if _LOGIN.search(text) and any(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", text) for host in hosts):
            return _stored(values, book)
        return None
    if not escape.values:
        return None
    parsed = parse(command.arguments, escape.hosts | escape.values)
    values = parsed.values(escape.values)
    if escape.hosts:
        return _stored(values, book) if _names_registry(parsed, escape, book) else None
    stored = tuple(name for name in _stored(values, book) if name in context.credentials)
    return stored or None


def _names_registry(parsed: Parsed, escape: Escape, book: RuleBook) -> bool:
    hosts = {host_of(row) for value in parsed.values(escape.hosts) for row in value.alternatives}
    return any(host is not None and book.registry(host) for host in hosts)


def _output_variables(command: Command, context: Context) -> tuple[str, ...]:
    """Credentials that are written to the file of the step's output variables."""
    name = f"${{{context.book.outputs_variable}}}"
    for output in command.outputs:
        if output.path.symbol() == name:
            return tuple(name for name in _stored([output.content], context.book) if name in context.credentials)
    return ()


def _literal_text(value: Value) -> str:
    return "".join(piece.text for piece in value.pieces if isinstance(piece, Literal))


def _stored(values: Sequence[Value], book: RuleBook) -> tuple[str, ...]:
    names = dict.fromkeys(piece.name for value in values for piece in value.pieces if isinstance(piece, Input))
    return tuple(name for name in names if name not in book.natives)
