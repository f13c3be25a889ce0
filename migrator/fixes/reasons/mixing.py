"""Logins that change together: those that share a client's credential, and those that share an edit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from migrator.findings.records import Reason, Verdict, blocking
from migrator.fixes.context import Context
from migrator.fixes.judged_login import JudgedLogin
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.flow.queries import may_both_run, sources
from migrator.text.source import Span

_SHOWN = 4
"""The most other logins that an answer names."""


def mixed(judged: Sequence[JudgedLogin], context: Context) -> list[JudgedLogin]:
    """All logins of a step to one host and login file are rewritten together or not at all. A login file that cannot
    be told may be any."""
    untold = {item.login.registry.name for item in judged if item.login.login.config == "?"}
    groups: dict[tuple[str, str], list[JudgedLogin]] = {}
    for item in judged:
        registry, login = item.login.registry.name, item.login.login
        any_file = registry in untold and login.alone is None
        groups.setdefault((registry, "" if any_file else login.config), []).append(item)
    answers = {item: answer for group in groups.values() for item, answer in _group(group, context)}
    return [answers[item] for item in judged]


def _group(group: Sequence[JudgedLogin], context: Context) -> Iterator[tuple[JudgedLogin, JudgedLogin]]:
    """Each login of a client's login file with the reasons that the others give it; one that nothing speaks against has
    those of the logins with the same credential."""
    every = (reason for item in group for reason in item.reasons)
    report_only = tuple(dict.fromkeys(reason for reason in every if reason.verdict is Verdict.REPORT_ONLY))
    kinds: dict[object, list[JudgedLogin]] = {}
    for item in group:
        kinds.setdefault(item.login.signature, []).append(item)
    held = {
        kind: tuple(dict.fromkeys(reason for item in items for reason in item.reasons)) for kind, items in kinds.items()
    }
    for item in group:
        own = item.login.signature
        others = (other for kind, others in kinds.items() if kind != own for other in others)
        partners = () if blocking(item.reasons) else report_only
        found = (other.login for other in others if _beside(item.login, other.login))
        beside = tuple(islice(found, _SHOWN))
        seen = tuple(Sighting(one.login.client, one.shell.script, one.command.span) for one in beside)
        detail = "the step also logs in to the same registry with other credentials"
        mixed = (context.reason("mixed-logins", detail, item.login.login.host),) if partners or beside else ()
        left = (*mixed, *partners) or (() if item.reasons else held[own])
        answer = Opinion("which logins of the step have other credentials?", seen, left)
        yield item, replace(item, opinions=(*item.opinions, answer))


def _beside(first: PackagesLogin, second: PackagesLogin) -> bool:
    """Whether both may run in one run of the step."""
    return first.shell is not second.shell or may_both_run(first.command, second.command)


def together(judged: Sequence[JudgedLogin]) -> list[JudgedLogin]:
    """Logins that an edit changes together share their reasons, whatever file keeps each: the least fixed point, which
    only adds reasons that some login of the step has."""
    added: list[list[Reason]] = [[] for _ in judged]
    reasons = [list(item.reasons) for item in judged]
    pairs = tuple(_pairs(judged))
    changed = bool(pairs)
    while changed:
        changed = False
        for first, second in pairs:
            missing = [reason for reason in reasons[second] if reason not in reasons[first]]
            reasons[first] += missing
            added[first] += missing
            changed = changed or bool(missing)
    asked = "which reasons do the logins have that its changes reach?"
    answers = [Opinion(asked, reasons=tuple(more)) for more in added]
    return [replace(item, opinions=(*item.opinions, answers[number])) for number, item in enumerate(judged)]


def _pairs(judged: Sequence[JudgedLogin]) -> Iterator[tuple[int, int]]:
    """Where an edit of the first stands where the credential of the second comes from, in one shell; by their numbers.

    The places are searched by bisection, since a script may have thousands of each.
    """
    sources: dict[tuple[int, Span], dict[int, None]] = {}
    for number, item in enumerate(judged):
        if not item.login.native:
            for span in _sources(item):
                sources.setdefault((item.login.shell.order, span), {})[number] = None
    if not sources:
        return
    starts: dict[int, list[Span]] = {}
    for shell, span in sorted(sources):
        starts.setdefault(shell, []).append(span)
    longest = max(span.end - span.start for _, span in sources)
    for number, item in enumerate(judged):
        shell = item.login.shell.order
        spans = starts.get(shell, [])
        found: dict[int, None] = {}
        for point in item.points:
            first = bisect_left(spans, point.span.end - longest, key=_start)
            last = bisect_right(spans, point.span.start, key=_start)
            for span in spans[first:last]:
                if span.contains(point.span):
                    found |= sources[shell, span]
        yield from ((number, other) for other in found)


def _sources(item: JudgedLogin) -> Iterator[Span]:
    yield from (span for span, _ in item.login.sites)
    for word in item.login.words:
        yield from (definition.word.span for definition in sources(word.value) if definition.word)


def _start(span: Span) -> int:
    return span.start
