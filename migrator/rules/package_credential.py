"""Package clients that are given a stored credential for Packages: told, and not changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from migrator.findings.counting import several
from migrator.findings.records import Finding, Reason
from migrator.fixes.context import Context
from migrator.fixes.index_pipes import PipePair, judged_pipe, pipe_edits, pipe_pair, still_read
from migrator.flow.events import Command
from migrator.platforms.records import Task
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import PackageClient, Rule
from migrator.sinks.calls import authenticated_calls
from migrator.sinks.indexes import own_calls
from migrator.sinks.keeping import spellings
from migrator.sinks.maven import MAVEN, read_by
from migrator.sinks.npm import NPM
from migrator.sinks.npmrc import bearer, held
from migrator.sinks.package_clients import handed, host_in, kept, package_calls, runs, sets, told_by
from migrator.sinks.yarnrc import YARN
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

_UNVERSIONED = regex(r":[^/]{0,80}\Z")
_PLAIN = "package-client"
_IGNORED = "pnpm takes no credential from variables that {} names"
_YARN_TOKEN = regex(r"npmAuthToken|YARN_NPM_AUTH_TOKEN")
_WORD = regex(r"[\w.-]+")


def check(rule: Rule, context: Context) -> Iterator[Finding]:
    """A finding for each command or pipe that is given one, and for each file of the repository with one that a client
    reads."""
    reading = _ClientFiles(context)
    for step in context.steps:
        for shell in step.shells:
            known = {call.command for call in authenticated_calls(shell.trace, context.book)}
            known |= own_calls(shell.logins, context.book)
            known |= {writer for login in shell.logins for writer in login.written_by}
            for call in package_calls(shell.trace, context.book, known, reading.host):
                source, place = shell.script.source_at(call.command.span), shell.script.shown(call.command.span)
                reasons = _reasons(context, call.client, call.text)
                yield _finding(rule, step, (source, place), call.client, call.host, call.stored, reasons)
        for task in step.tasks:
            if given := pipe_pair(task, context.book):
                yield _uploads(rule, step, context, task, given)
            elif found := handed(task.variables, context.book):
                at, name = (step.pipelines.source, found.span), _UNVERSIONED.sub("", task.name)
                yield _finding(rule, step, at, name, found.host, found.stored, _reasons(context, name))
        yield from _files(rule, step, context, reading)


class _ClientFiles:
    """The files of the repository that clients read: those of a name that they look for, or that a call names."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients = context.book.package_clients
        every = {name for client in self._clients.values() for name in client.files}
        self._usual = [path for path in context.files.paths if path.rpartition("/")[2] in every]

    def host(self, command: Command, client: str) -> str:
        """The first Packages host that a file of the client names, or one with its addresses alone if variables give
        it a credential; '' for none."""
        known = self._clients[client]
        return self._named_in(self.of(known, [command])) or (self._addressed(known) if sets(command, known) else "")

    def contained(self, client: PackageClient, calls: Iterable[Command]) -> str:
        """The host in files with addresses, where one of the calls runs in a container: how such a one ties a
        credential to an address is not followed."""
        return self._addressed(client) if any(one.name not in client.programs for one in calls) else ""

    def _addressed(self, client: PackageClient) -> str:
        paths = self._context.files.paths
        return self._named_in(path for path in paths if path.rpartition("/")[2] in client.addresses)

    def _named_in(self, paths: Iterable[str]) -> str:
        texts = map(self._context.source, paths)
        return next((host for one in texts if one and (host := host_in(one.text, self._context.book))), "")

    def of(self, client: PackageClient, calls: Iterable[Command], bound: Collection[str] = ()) -> list[str]:
        """Those that `calls` name are told once: by the calls that are `bound` to them."""
        usual = [path for path in self._usual if path.rpartition("/")[2] in client.files]
        named = {path for one in calls if client.files for path in self._named(one)}
        return [*usual, *sorted(named.difference(usual, bound))]

    def _named(self, command: Command) -> Iterator[str]:
        for text in (text for one in command.arguments for text in one.value.texts):
            for place in spellings(text, command.folders, self._context.book.built_in) if text else ():
                if place in self._context.files.paths:
                    yield place


def _uploads(rule: Rule, step: StepFacts, context: Context, task: Task, given: PipePair) -> Finding:
    """The finding of a pipe whose user name and password can be replaced."""
    reasons, assumptions = judged_pipe(step, context, given)
    return rule.finding(
        *(step.pipelines.source, given.place),
        f"{given.name} reaches {given.host} with stored {several(f'${name}' for name in given.stored)}",
        reasons=reasons,
        assumptions=assumptions,
        variables=given.stored,
        remaining=still_read(step, task, given),
        registry=given.host,
        uses=step.uses,
        edits=pipe_edits(step.pipelines.source, given),
    )


def _files(rule: Rule, step: StepFacts, context: Context, reading: _ClientFiles) -> Iterator[Finding]:
    words = {name for shell in step.shells if not shell.read for name in _WORD.findall(shell.script.text)}
    commands = [one for shell in step.shells if shell.read for one in shell.trace.commands]
    logins = [login for shell in step.shells for login in shell.logins]
    judged = {one.npm.place for one in logins if one.npm and one.sinks}
    bound = {path for one in logins if one.bound for path in one.bound.files}
    for name, client in context.book.package_clients.items():
        calls = [one for one in commands if runs(one, client, context.book)]
        if not calls and client.programs.isdisjoint(words):
            continue
        for path in reading.of(client, calls, bound):
            source = context.source(path) if path not in judged else None
            found = kept(source.text, client, context.book, reading.contained(client, calls)) if source else None
            if found and name in context.book.indexes and _is_judged(step, found.stored):
                continue
            if source and found and (stored := _given(step, (name, client), path, found.stored, context)):
                encoded = stored != found.stored and not bearer(source.text, context.book)  # by the step itself
                reasons = _reasons(context, name, "" if encoded else source.text)
                if name == NPM and ("pnpm" in words or any(one.name == "pnpm" for one in commands)):
                    known = (one for one in reasons if one.code != _PLAIN)
                    reasons = (context.reason("pnpm-project-file", _IGNORED.format(path), path), *known)
                yield _finding(rule, step, (source, found.span), name, found.host, stored, reasons)


def _is_judged(step: StepFacts, names: tuple[str, ...]) -> bool:
    """Whether a login of the step is made with the variables of these names."""
    each = ({sink.variable for sink in login.sinks} for shell in step.shells for login in shell.logins)
    return any(variables.issuperset(names) for variables in each)


def _given(
    step: StepFacts, known: tuple[str, PackageClient], path: str, names: tuple[str, ...], context: Context
) -> tuple[str, ...]:
    """The stored variables that are in those which a file names, as the calls of its client find them: a step may set
    one, and from native variables."""
    if not all(shell.read for shell in step.shells):
        return names
    client = known[1]
    every = [(shell, one) for shell in step.shells for one in shell.trace.commands if runs(one, client, context.book)]
    calls = [one for shell, one in every if not _is_elsewhere(shell, one, known[0], path, context)]
    found = [one for name in names for call in calls for one in told_by(call, name, context.book)]
    return tuple(dict.fromkeys(found)) if every else names


def _is_elsewhere(shell: Shell, call: Command, client: str, path: str, context: Context) -> bool:
    """Whether a call surely reads another file, or is found as a login through this one."""
    if any(one.command is call and one.bound and path in one.bound.files for one in shell.logins):
        return True
    read = read_by(shell.trace, call, context.book, context.file) if client == MAVEN else None
    return read is not None and path not in read


def _reasons(context: Context, client: str, text: str = "") -> tuple[Reason, ...]:
    """Why patless changes nothing there; `text` is what the client is told."""
    if client == NPM and (address := bearer(text, context.book)):
        return (context.reason("npm-token", f"npm sends `_authToken` for {address} without a user name", address),)
    if client == NPM and (found := held(text, context.book))[0]:
        return (context.reason("npm-encoded", f"npm takes ${found[1]} for base64 that something else made", found[0]),)
    if client == YARN and _YARN_TOKEN.search(text):
        address = f"//{host_in(text, context.book)}/"
        return (context.reason("npm-token", "yarn sends `npmAuthToken` without a user name", address),)
    return (context.reason(_PLAIN, f"patless doesn't change how {client} is given its credentials", client),)


def _finding(
    rule: Rule,
    step: StepFacts,
    place: tuple[Source, Span],
    client: str,
    host: str,
    stored: tuple[str, ...],
    reasons: tuple[Reason, ...],
) -> Finding:
    names = several(f"${name}" for name in stored)
    message = f"{client} reaches {host} with stored {names}"
    return rule.finding(*place, message, reasons=reasons, variables=stored, uses=step.uses)
