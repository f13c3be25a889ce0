"""Logins to Packages with stored credentials: the verdict on each, and the edits that make it native."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from migrator.core.audits import guards
from migrator.core.audits.context import Context
from migrator.core.audits.leaving import login_file_leaves
from migrator.core.audits.runners import runner_reasons
from migrator.core.audits.shadowed import shadowing
from migrator.core.findings import Finding, Reason, Severity, Verdict
from migrator.core.rules import Registry
from migrator.core.scripts import Part
from migrator.core.steps import Shell, StepFacts
from migrator.core.text import Span
from migrator.credentials.images import Action, ImageUse, compose_variables
from migrator.credentials.logins import Login
from migrator.credentials.origin import (
    Fixed,
    Obstacle,
    Origin,
    Point,
    assignments,
    origin,
    points,
    references,
    replaced,
)
from migrator.credentials.packages import Elsewhere, Name, Unresolved, distinct_workspaces, name_of, without_tag
from migrator.credentials.trace import Command
from migrator.credentials.values import Definition, Stored, Text, Value

_SHOWN_WORD = re.compile(r"[A-Za-z0-9_./:@-]{1,40}")
Site = tuple[Span, tuple[int, ...]]


@dataclass(slots=True, eq=False)
class _Judged:
    """A login while it is being judged."""

    shell: Shell
    login: Login
    registry: Registry
    username: Origin
    password: Origin
    reasons: list[Reason] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    points: set[Point] = field(default_factory=set)

    @property
    def native(self) -> bool:
        """Nothing to change: both come from the native pair on every way."""
        return all(
            not part.stored and not part.literals and part.obstacle is None for part in (self.username, self.password)
        )

    @property
    def stored(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.username.stored, *self.password.stored)))

    @property
    def signature(self) -> tuple[object, ...]:
        texts = (tuple(text.text for text in part.literals) for part in (self.username, self.password))
        return (self.username.stored, self.password.stored, self.username.native, self.password.native, *texts)

    @property
    def sites(self) -> frozenset[Site]:
        return references(self.login.username) | references(self.login.password)

    @property
    def blocked(self) -> bool:
        return any(reason.verdict is Verdict.REPORT_ONLY for reason in self.reasons)


def audit(facts: StepFacts, context: Context) -> Iterator[Finding]:
    """The findings of one step's logins."""
    judged = [
        _judge(shell, login, login.registry) for shell in facts.shells for login in shell.logins if login.registry
    ]
    for shell in facts.shells:
        _Shell(facts, context, shell, [item for item in judged if item.shell is shell]).judge()
    _mix(judged, context)
    places: dict[tuple[int, Span], list[_Judged]] = {}
    for item in judged:
        if not item.native:
            places.setdefault((id(item.shell), item.login.command.span), []).append(item)
    for items in places.values():
        yield _finding(facts, context, items)
    for shell in facts.shells:
        yield from _uncertain(facts, context, shell)


def _judge(shell: Shell, login: Login, registry: Registry | None) -> _Judged:
    assert registry is not None
    return _Judged(
        shell, login, registry, origin(login.username, registry.username), origin(login.password, registry.password)
    )


class _Shell:
    """Judges the logins of one shell together, since they share its variables."""

    def __init__(self, facts: StepFacts, context: Context, shell: Shell, judged: list[_Judged]) -> None:
        self.facts = facts
        self.context = context
        self.shell = shell
        self.trace = shell.trace
        self.judged = judged
        self.covered: frozenset[Site] = frozenset[Site]().union(*(item.sites for item in judged))
        self.tested = {
            (presence.param.span, presence.context) for presence in self.trace.presences if presence.param is not None
        }
        self.movable_words: dict[Span, bool] = {}

    def judge(self) -> None:
        for item in self.judged:
            if not item.native:
                self.obstacles(item)
                self.surroundings(item)
                self.packages(item)
                self.exposure(item)
                self.guards(item)

    # Where to edit

    def obstacles(self, item: _Judged) -> None:
        for part, value, native, role in (
            (item.username, item.login.username, item.registry.username, "user name"),
            (item.password, item.login.password, item.registry.password, "password"),
        ):
            obstacle = part.obstacle
            if obstacle is None:
                try:
                    item.points |= set(points(value, native, self.movable))
                except Fixed as error:
                    obstacle = error.obstacle
            if obstacle:
                self.add(item, obstacle, role)
        if conflict := self.conflict(item):
            self.add(item, conflict, "login")
        for point in item.points:
            if self.shell.script.edit(point.span, point.text) is None:
                obstacle = Obstacle(
                    "unsupported-expansion", "is written over several lines or not followed in the YAML"
                )
                self.add(item, obstacle, "credential")
                break

    def add(self, item: _Judged, obstacle: Obstacle, role: str) -> None:
        detail = f"the {role} {obstacle.detail}"
        item.reasons.append(self.context.reason(obstacle.code, detail, obstacle.subject))

    def movable(self, definition: Definition) -> bool:
        """May this assignment be changed instead of what uses it?"""
        word = definition.word
        if word is None:
            return False
        if word.span not in self.movable_words:
            same = [other for other in self.trace.definitions if other.word and other.word.span == word.span]
            self.movable_words[word.span] = all(self.private(other) for other in same)
        return self.movable_words[word.span]

    def private(self, definition: Definition) -> bool:
        """Nothing but these logins, and tests whether it is set, can see the variable."""
        assert definition.word is not None
        part = self.shell.script.part(definition.word.span.start)
        if part is not None and id(part.scalar) in self.context.shared_items:
            return False
        for use in self.trace.uses:
            site = (use.param.span, use.context)
            if definition in use.definitions and site not in self.covered and site not in self.tested:
                return False
        if definition.positional:
            return True
        name = re.compile(rf"\b{re.escape(definition.name)}\b")
        if any(name.search(scalar.value) for pipe in self.facts.pipes for _, scalar in pipe.variables):
            return False
        later = (command for command in self.trace.commands if command.order > definition.order)
        return not any(self.reads(command, definition, name) for command in later)

    def reads(self, command: Command, definition: Definition, name: re.Pattern[str]) -> bool:
        """Could a program that is run read the variable from its environment?"""
        exported = definition.name in command.exported and definition in command.environment.get(definition.name, ())
        if not exported or command.followed:
            return False
        client = self.context.book.by_program(command.name)
        if client is None and command.name not in self.context.book.programs.private:
            return True
        texts = [argument.value.symbol() or "" for argument in command.arguments]
        bare = [text.replace(f"${{{definition.name}}}", "") for text in texts]
        if any(name.search(text) or text.startswith("--env-file") for text in bare):
            return True
        if client and (client.name == "compose" or ("compose" in client.subclients and "compose" in texts[:6])):
            files = [text for text in texts if text.endswith((".yml", ".yaml"))] or [
                "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"
            ]  # fmt: skip
            found = [
                (path, text) for path in files if (text := self.context.file(_join(command.folder, path))) is not None
            ]
            return not found or definition.name in compose_variables(iter(found))
        return False

    def conflict(self, item: _Judged) -> Obstacle | None:
        """Words that an edit would change must not serve another purpose in another call of the same function."""
        for point in item.points:
            for use in self.trace.uses:
                site = (use.param.span, use.context)
                if use.param.span.contains(point.span) and site not in self.covered and site not in self.tested:
                    return Obstacle(
                        "registry-unresolved", "is in words that another registry's login shares", use.param.name
                    )
        span = item.login.command.span
        for other in self.shell.logins:
            elsewhere = other.command.span == span and other.registry is not item.registry
            if elsewhere and any(span.contains(point.span) for point in item.points):
                return Obstacle(
                    "registry-unresolved", "logs in to different registries", other.host_subject or other.host
                )
        return None

    # What stands around the login

    def surroundings(self, item: _Judged) -> None:
        reason = self.context.reason
        for name in dict.fromkeys(shadow.name for shadow in shadowing(self.facts, self.context)):
            item.reasons.append(
                reason("shadowed", f"the step sets {name}, which may override the native variable", name)
            )
        for subject, what in login_file_leaves(self.facts, self.context.book):
            item.reasons.append(reason("leaves-step", f"the step hands its login on: {what}", subject))
        for code in dict.fromkeys(self.context.unread_items.get(id(part.scalar)) for part in self.parts(item)):
            if code:
                detail = "the same text also runs in a step that cannot be read"
                item.reasons.append(reason(code, detail, "the other step"))
        if self.facts.pipelines.problems:
            item.reasons.append(reason("unreadable", "a part of the file cannot be read", "the file"))
        reasons, assumptions = runner_reasons(self.facts.step.runs_on, self.context)
        item.reasons += reasons
        item.assumptions += assumptions
        if item.shell.after:
            item.assumptions.append("after-script receives the native pair")

    def parts(self, item: _Judged) -> list[Part]:
        """The items of the script that hold the login or one of its edits."""
        spans = [item.login.command.span, *(point.span for point in item.points)]
        return [part for span in spans if (part := self.shell.script.part(span.start))]

    def packages(self, item: _Judged) -> None:
        images = [use for use in self.images(item) if not use.command.exclusive(item.login.command)]
        names: list[tuple[ImageUse, Name]] = []
        unresolved: dict[str, str] = {}
        pushed = {use.reference for use in images if use.action is Action.PUSH}
        for use in images:
            if use.reference is None:
                if use.action is Action.READ:
                    unresolved.setdefault(use.subject, use.why)
                continue
            name = name_of(use.reference, self.context.book, self.context.settings)
            if isinstance(name, Unresolved):
                if use.action is Action.READ and use.reference not in pushed:
                    unresolved.setdefault(name.subject, f"{name.subject} has no known value")
            elif isinstance(name, Name) and name.host in item.registry.hosts:
                names.append((use, name))
        self.owners(item, names)
        for subject, why in unresolved.items():
            item.reasons.append(
                self.context.reason("image-unresolved", f"an image that is read is not known: {why}", subject)
            )
        if not names:
            for use in images:
                if use.action is Action.PUSH and use.reference and isinstance(self.name(use), Unresolved):
                    shown = re.sub(r"\$\{(\w+)\}", r"$\1", without_tag(use.reference))
                    item.assumptions.append(f"{shown}, which is pushed, is linked to this repository")
        self.programs(item)

    def name(self, use: ImageUse) -> Name | Elsewhere | Unresolved:
        return name_of(use.reference or "", self.context.book, self.context.settings)

    def images(self, item: _Judged) -> Iterator[ImageUse]:
        """What the login can matter to: what comes after it in its shell, and the after-script."""
        for shell in self.facts.shells:
            for use in shell.images:
                if (shell is item.shell and use.command.order > item.login.command.order) or (
                    shell.after and not item.shell.after
                ):
                    yield use

    def owners(self, item: _Judged, names: Sequence[tuple[ImageUse, Name]]) -> None:
        picture, reason = self.context.picture, self.context.reason
        several = distinct_workspaces(name for _, name in names)
        for use, name in names:
            if picture.listed(name):
                continue
            shown = name.shown
            elsewhere = picture.other_workspace(name) or (
                not self.context.settings.workspace
                and len(several) > 1
                and use.action is Action.READ
                and "${" not in name.workspace
                and name.text not in picture.pushed
            )
            if elsewhere:
                item.reasons.append(reason("other-workspace", f"{shown} is a package of another workspace", shown))
            elif use.action is Action.PUSH or (name.text in picture.pushed):
                item.assumptions.append(f"{shown} is linked to this repository")
            elif not name.complete:
                detail = f"{shown} is read, and a part of its name is not known"
                item.reasons.append(reason("image-unresolved", detail, shown))
            else:
                detail = f"{shown} is read, and this repository does not push it"
                item.reasons.append(reason("foreign-package", detail, shown))

    def programs(self, item: _Judged) -> None:
        """Programs that reading does not follow may read packages, too."""
        book = self.context.book
        known = book.programs.private | book.programs.offline | set(book.programs.filters)
        for command in item.shell.trace.commands:
            later = command.order > item.login.command.order and not command.exclusive(item.login.command)
            if later and command.name not in known and not command.followed and not book.by_program(command.name):
                item.assumptions.append(f"`{_shown_command(command)}` reads no other package")

    # Where the credential shows

    def exposure(self, item: _Judged) -> None:
        sites = item.sites
        readers = {use.command for use in self.trace.uses if (use.param.span, use.context) in sites}
        traced = item.login.command.xtrace or any(c.xtrace for c in self.trace.commands if c.order in readers)
        traced = traced or any(definition.xtrace for definition in assignments(item.login.password))
        if traced:
            detail = "the script is traced (set -x) where the credential is expanded"
            item.reasons.append(self.context.reason("traced", detail, "the token"))
        shown = self.displayed(item)
        if shown:
            detail = f"{shown} is printed elsewhere in the step"
            item.reasons.append(self.context.reason("traced", detail, shown))

    def displayed(self, item: _Judged) -> str | None:
        secret = set(item.password.stored)
        for shell in self.facts.shells:
            for command in shell.trace.commands:
                if command.name not in self.context.book.programs.displays or command.consumed:
                    continue
                if any(
                    output.path.text not in ("/dev/stdout", "/dev/stderr", "/dev/tty") for output in command.outputs
                ):
                    continue
                for argument in command.arguments:
                    for piece in argument.value.pieces:
                        if isinstance(piece, Stored) and piece.name in secret:
                            return piece.name
        return None

    # Tests whether the stored variable is set

    def guards(self, item: _Judged) -> None:
        guard = guards.guards(
            item.login, item.sites, self.trace, self.context.book, self.judged_commands(item), self.covered
        )
        native = dict.fromkeys(item.username.stored, item.registry.username)
        native |= dict.fromkeys(item.password.stored, item.registry.password)
        for presence in guard.presences:
            stored = next(
                (piece.name for piece in presence.value.pieces if isinstance(piece, Stored) and piece.name in native),
                None,
            )
            if stored is None or presence.name_span == Span(0, 0):
                continue
            moved = {
                definition for definition in assignments(presence.value) if definition.word and self.movable(definition)
            }
            if not moved:
                item.points.add(replaced(presence.param, presence.name_span, native[stored]))
        for name in guard.wider:
            detail = f"a test whether {name} is set decides about more than the login"
            item.reasons.append(self.context.reason("guarded", detail, name))

    def judged_commands(self, item: _Judged) -> set[int]:
        return {other.login.command.order for other in self.judged if other.registry is item.registry}


def _mix(judged: Sequence[_Judged], context: Context) -> None:
    """All logins to one host and login file are rewritten together or not at all."""
    groups: dict[tuple[str, str], list[_Judged]] = {}
    for item in judged:
        groups.setdefault((item.registry.name, item.login.config), []).append(item)
    for group in groups.values():
        blocking = {
            reason: None
            for item in group
            if item.blocked
            for reason in item.reasons
            if reason.verdict is Verdict.REPORT_ONLY
        }
        for item in group:
            others = [
                other for other in group if other is not item and other.login.command.span != item.login.command.span
            ]
            mixed = any(other.signature != item.signature and not _apart(item, other) for other in others)
            partner = not item.blocked and any(other.blocked for other in others)
            if not mixed and not partner:
                continue
            detail = "the step logs in to the same registry with other credentials, too"
            item.reasons.append(context.reason("mixed-logins", detail, item.login.host))
            if partner:
                item.reasons += list(blocking)


def _apart(first: _Judged, second: _Judged) -> bool:
    return first.shell is second.shell and first.login.command.exclusive(second.login.command)


def _finding(facts: StepFacts, context: Context, items: Sequence[_Judged]) -> Finding:
    """What all runs of one login command say together: it may stand in a function that is called several times."""
    item = items[0]
    script = item.shell.script
    edits = [edit for one in items for point in one.points if (edit := script.edit(point.span, point.text))]
    reasons = dict.fromkeys(reason for one in items for reason in one.reasons)
    if not edits and not any(one.blocked for one in items):
        reasons[context.reason("credential-unresolved", "nothing in the login can be replaced")] = None
    literal = any(text.text.strip() for one in items for text in one.password.literals)
    return context.finding(
        "literal-credential" if literal else item.login.rule,
        script.source,
        script.shown(item.login.command.span),
        _message(item, literal),
        reasons=reasons,
        assumptions=[assumption for one in items for assumption in one.assumptions],
        variables=[name for one in items for name in one.stored],
        remaining=[name for one in items for name in _remaining(facts, one)],
        registry=item.login.host,
        uses=facts.uses,
        edits=edits,
    )


def _message(item: _Judged, literal: bool) -> str:
    client, host = item.login.client, item.login.host
    if literal:
        return f"{client} logs in to {host} with a token that is written here; revoke the token where it was made"
    if not item.stored:
        return f"{client} logs in to {host} without the native variables"
    names = " and ".join(f"${name}" for name in item.stored)
    return f"{client} logs in to {host} with the stored {names}"


def _remaining(facts: StepFacts, item: _Judged) -> list[str]:
    """The stored variables that something in the step still reads after the change."""
    remaining: list[str] = []
    for name in item.stored:
        word = re.compile(rf"\b{re.escape(name)}\b")
        inside = any(word.search(scalar.value) for pipe in facts.pipes for _, scalar in pipe.variables)
        for shell in facts.shells:
            edited = [point.span for point in item.points] if shell is item.shell else []
            for use in shell.trace.uses:
                if use.param.name == name and None in use.definitions:
                    inside = inside or not any(
                        use.param.span.contains(span) or span.contains(use.param.span) for span in edited
                    )
        if inside:
            remaining.append(name)
    return remaining


def _uncertain(facts: StepFacts, context: Context, shell: Shell) -> Iterator[Finding]:
    """Logins whose registry is not certain, in a repository that mentions a Packages host."""
    for login in shell.logins:
        if not login.host_unknown or not context.mentioned(facts):
            continue
        natives = [origin(value, name) for value, name in _natives(login, context)]
        stored = tuple(
            dict.fromkeys(name for part in natives for name in part.stored if name not in context.book.natives)
        )
        if not natives[1].stored and not natives[1].literals:
            continue
        detail = f"the registry comes from {login.host_subject}, which has no certain value here"
        yield context.finding(
            login.rule,
            shell.script.source,
            shell.script.shown(login.command.span),
            f"{login.client} logs in to a registry that is not certain",
            reasons=[context.reason("registry-unresolved", detail, login.host_subject)],
            variables=stored,
            uses=facts.uses,
            severity=Severity.NOTE,
        )


def _natives(login: Login, context: Context) -> Iterator[tuple[Value, str]]:
    registry = context.book.registries[0]
    yield login.username, registry.username
    yield login.password, registry.password


def _shown_command(command: Command) -> str:
    words = [command.name or "a command"]
    for argument in command.arguments[:1]:
        first = argument.value.alternatives[0][:1]
        if argument.text and _SHOWN_WORD.fullmatch(argument.text) and first and isinstance(first[0], Text):
            words.append(argument.text)
    return " ".join(words)


def _join(folder: str | None, path: str) -> str:
    return f"{folder}/{path}" if folder else path
