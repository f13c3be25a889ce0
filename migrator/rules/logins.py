"""Logins to Packages with stored credentials: the verdict on each, and the edits that make it native."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.findings.records import Finding, Reason, Severity, Verdict
from migrator.fixes.bridge import bridge
from migrator.fixes.judged import Judged
from migrator.fixes.origin import assignments, origin
from migrator.fixes.placing import Placer
from migrator.flow.events import Flow, VariableUse
from migrator.ir.values import Value, symbol
from migrator.reading.scripts import Part
from migrator.reading.steps import Shell, StepFacts
from migrator.rules import unfollowed
from migrator.rules.context import Context
from migrator.rules.exposure import exposure
from migrator.rules.leaving import login_file_leaves
from migrator.rules.reach import reach
from migrator.rules.runners import runner_reasons
from migrator.rules.shadowed import shadowing
from migrator.rules.unread import hidden_logins
from migrator.sinks.logins import Login
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.fixes.pipe import planning as pipe


def audit(facts: StepFacts, context: Context) -> Iterator[Finding]:
    """The findings of one step's logins."""
    judged = [
        Judged(
            shell, login, registry, origin(login.username, registry.username), origin(login.password, registry.password)
        )
        for shell in facts.shells
        for login in shell.logins
        if (registry := login.registry)
    ]
    around = _around(facts, context) if judged else _Around()
    named = cache(lambda name: _named(facts, name))
    for shell in facts.shells:
        mine = [item for item in judged if item.shell is shell]
        placer = Placer(facts, context, shell, mine)
        for item in mine:
            if not item.native:
                placer.place(item)
                placer.follow_guards(item)
                _surroundings(facts, context, item, around)
                reach(facts, context, item)
                exposure(facts, context, item)
        placer.clashes()
        if shell.script.called:
            bridge(context, shell, mine, placer.may_read, named)
    _mix(judged, context)
    pipes = _pipes(facts, context, judged)
    places: dict[tuple[int, Span], list[Judged]] = {}
    for item in judged:
        if not item.native:
            places.setdefault((id(item.shell), item.login.command.span), []).append(item)
    for items in places.values():
        yield _finding(facts, context, judged, items, pipes, named)
    for shell in facts.shells:
        yield from _uncertain(facts, context, shell)


class _Around(Struct, frozen=True):
    """What is the same for every login of a step: reasons, what else logs in unseen, and what is taken for granted."""

    reasons: tuple[Reason, ...] = ()
    hidden: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


def _around(facts: StepFacts, context: Context) -> _Around:
    reasons = [
        context.reason("shadowed", f"the step sets {name}, which may override the native variable", name)
        for name in dict.fromkeys(shadow.name for shadow in shadowing(facts, context))
    ]
    reasons += [
        context.reason("leaves-step", f"the step hands its login on: {what}", subject)
        for subject, what in login_file_leaves(facts, context.book)
    ]
    hidden = [one.what for shell in facts.shells for one in hidden_logins(shell, context.book)]
    files, assumptions = unfollowed.hidden(facts, context)
    return _Around(tuple(reasons), (*hidden, *files), tuple(assumptions))


def _surroundings(facts: StepFacts, context: Context, item: Judged, around: _Around) -> None:
    """Reasons and assumptions from what stands around the login in its step."""
    reason = context.reason
    item.reasons += around.reasons
    for code in dict.fromkeys(context.unread_items.get(part.key) for part in _parts(item)):
        if code:
            detail = "the same text also runs in a step that cannot be read"
            item.reasons.append(reason(code, detail, "the other step"))
    hidden = [
        *around.hidden,
        *(
            f"a login whose registry comes from {login.host_subject}"
            for shell in facts.shells
            for login in shell.logins
            if login.perhaps is item.registry
        ),
    ]
    for what in dict.fromkeys(hidden):
        item.reasons.append(reason("mixed-logins", f"the step also logs in within {what}", item.login.host))
    if facts.pipelines.problems:
        item.reasons.append(reason("unreadable", "a part of the file cannot be read", "the file"))
    reasons, assumptions = runner_reasons(facts.step.runs_on, context)
    item.reasons += reasons
    item.assumptions += [*assumptions, *around.assumptions]
    if item.shell.after:
        item.assumptions.append("after-script receives the native pair")


def _parts(item: Judged) -> list[Part]:
    """The items of the script that hold the login or one of its edits."""
    spans = [item.login.command.span, *(point.span for point in item.points)]
    return [part for span in spans if (part := item.shell.script.part(span.start))]


def _mix(judged: Sequence[Judged], context: Context) -> None:
    """All logins to one host and login file are rewritten together or not at all."""
    groups: dict[tuple[str, str], list[Judged]] = {}
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
        for item, mixed in zip(group, _mixed(group), strict=True):
            partner = bool(blocking) and not item.blocked
            if not mixed and not partner:
                continue
            detail = "the step logs in to the same registry with other credentials, too"
            item.reasons.append(context.reason("mixed-logins", detail, item.login.host))
            if partner:
                item.reasons += list(blocking)
    _together(judged)


def _mixed(group: Sequence[Judged]) -> list[bool]:
    """For each login, whether one with other credentials may run beside it."""
    kinds: dict[tuple[object, ...], list[Judged]] = {}
    for item in group:
        kinds.setdefault(item.signature, []).append(item)
    return [
        any(not _apart(item, other) for kind, others in kinds.items() if kind != item.signature for other in others)
        for item in group
    ]


def _together(judged: Sequence[Judged]) -> None:
    """Logins that an edit changes together share their reasons, whatever file keeps each."""
    pairs = list(_pairs(judged))
    changed = bool(pairs)
    while changed:
        changed = False
        for item, other in pairs:
            missing = [reason for reason in other.reasons if reason not in item.reasons]
            item.reasons += missing
            changed = changed or bool(missing)


def _pairs(judged: Sequence[Judged]) -> Iterator[tuple[Judged, Judged]]:
    """Where an edit of the first stands where the credential of the second comes from, in one shell."""
    sources: dict[tuple[int, Span], dict[int, Judged]] = {}
    for other in judged:
        if not other.native:
            spans = [span for span, _ in other.sites]
            for value in (other.login.username, other.login.password):
                spans += [definition.word.span for definition in assignments(value) if definition.word]
            for span in spans:
                sources.setdefault((id(other.shell), span), {})[id(other)] = other
    starts: dict[int, list[Span]] = {}
    for shell, span in sources:
        starts.setdefault(shell, []).append(span)
    for spans in starts.values():
        spans.sort()
    longest = max((span.end - span.start for _, span in sources), default=0)
    for item in judged:
        spans = starts.get(id(item.shell), [])
        found: dict[int, Judged] = {}
        for point in item.points:
            first = bisect_left(spans, point.span.end - longest, key=_start)
            last = bisect_right(spans, point.span.start, key=_start)
            for span in spans[first:last]:
                if span.contains(point.span):
                    found |= sources[id(item.shell), span]
        yield from ((item, other) for other in found.values() if other is not item)


def _start(span: Span) -> int:
    return span.start


def _apart(first: Judged, second: Judged) -> bool:
    return first.shell is second.shell and first.login.command.exclusive(second.login.command)


def _pipes(facts: StepFacts, context: Context, judged: Sequence[Judged]) -> dict[int, pipe.PipePlan]:
    """With `--style pipe`: the plan of each shell whose logins become the push pipe; elsewhere, the reason why not."""
    if context.settings.pipe is None:
        return {}
    from migrator.fixes.pipe import planning as pipe

    plans: dict[int, pipe.PipePlan] = {}
    for shell in facts.shells:
        mine = [item for item in judged if item.shell is shell]
        if all(item.native for item in mine):
            continue
        planned = pipe.plan(facts, context, shell, mine)
        reasons = list(dict.fromkeys(reason for item in mine for reason in pipe.assumed(item.reasons)))
        if isinstance(planned, Reason):
            reasons.append(planned)
        else:
            plans[id(shell)] = planned
        for item in mine:  # one plan takes all of them out
            item.reasons = list(reasons)
            item.assumptions += [] if isinstance(planned, Reason) else planned.assumptions
    return plans


def _finding(
    facts: StepFacts,
    context: Context,
    judged: Sequence[Judged],
    items: Sequence[Judged],
    pipes: Mapping[int, pipe.PipePlan],
    named: Callable[[str], bool],
) -> Finding:
    """What all runs of one login command say together: it may stand in a function that is called several times.

    `judged` are all of the step's logins, `named` says whether the step names a variable to a program or a pipe.
    """
    item = items[0]
    script = item.shell.script
    planned = pipes.get(id(item.shell))
    edits = [edit for one in items for point in one.points if (edit := script.edit(point.span, point.text))]
    bridges = list(dict.fromkeys(one.bridge for one in items if one.bridge))
    edits += [edit for one in bridges for edit in one.edits]
    if context.settings.pipe:
        edits = list(planned.edits) if planned else []
    reasons = dict.fromkeys(reason for one in items for reason in one.reasons)
    if not edits and not any(one.blocked for one in items):
        reasons[context.reason("credential-unresolved", "nothing in the login can be replaced")] = None
    literal = any(text.text.strip() for one in items for text in one.password.literals)
    return context.finding(
        "literal-credential" if literal else item.login.rule,
        script.source_at(item.login.command.span),
        script.shown(item.login.command.span),
        _message(item, literal) + (f"; {bridges[0].path} stays as it is for {bridges[0].outsider}" if bridges else ""),
        reasons=reasons,
        assumptions=[assumption for one in items for assumption in one.assumptions],
        variables=[name for one in items for name in one.stored],
        remaining=[name for one in items for name in _remaining(facts, judged, one, planned, named)],
        registry=item.login.host,
        uses=facts.uses,
        edits=edits,
        changes=planned.changes if planned else [change for one in bridges for change in one.changes],
    )


def _message(item: Judged, literal: bool) -> str:
    client, host = item.login.client, item.login.host
    if literal:
        return f"{client} logs in to {host} with a token that is written here; revoke the token where it was made"
    if not item.stored:
        return f"{client} logs in to {host} without the native variables"
    names = " and ".join(f"${name}" for name in item.stored)
    return f"{client} logs in to {host} with the stored {names}"


def _remaining(
    facts: StepFacts,
    judged: Sequence[Judged],
    item: Judged,
    planned: pipe.PipePlan | None,
    named: Callable[[str], bool],
) -> list[str]:
    """The stored variables that something in the step still reads after the change, and after that of every login of
    the step whose change is safe."""
    changed = [one for one in judged if one is item or (one.safe and not one.native)]

    def gone(shell: Shell, use: VariableUse) -> bool:
        mine = [one for one in changed if one.shell is shell]
        start = use.calls[0] if use.calls else use.read.span.start
        if planned and shell is item.shell:
            spans = list(planned.removed)
        else:
            spans = [point.span for one in mine for point in one.points]
        bridged = any(one.bridge is not None and start >= one.bridge.before for one in mine)
        return bridged or any(use.read.span.contains(span) or span.contains(use.read.span) for span in spans)

    def read(name: str) -> bool:
        uses = ((shell, use) for shell in facts.shells for use in shell.trace.uses)
        stored = ((shell, use) for shell, use in uses if use.read.name == name and None in use.definitions)
        return named(name) or any(not gone(shell, use) for shell, use in stored)

    return [name for name in item.stored if read(name)]


def _named(facts: StepFacts, name: str) -> bool:
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(word.search(scalar.value) for pipe in facts.pipes for _, scalar in pipe.variables) or any(
        _by_name(word, name, shell.trace) for shell in facts.shells
    )


def _by_name(word: re.Pattern[str], name: str, trace: Flow) -> bool:
    """`docker run -e NAME`, `for each in NAME`: a program or an indirection is told the variable's name."""
    values = [argument.value for command in trace.commands for argument in command.arguments]
    values += [definition.value for definition in trace.definitions]
    texts = {symbol(row) or "" for value in values for row in value.alternatives}
    return any(word.search(text.replace(f"${{{name}}}", "")) for text in texts)


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
            shell.script.source_at(login.command.span),
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
