"""What all runs of one login command say together: it may stand in a function that is called several times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from msgspec import Struct

from migrator.findings.records import Finding, PresenceCheck, blocking
from migrator.fixes.context import Context
from migrator.fixes.judged_login import JudgedLogin
from migrator.fixes.judging import judge
from migrator.fixes.login import PackagesLogin
from migrator.fixes.remaining import Remaining, named
from migrator.flow.queries import outermost
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import Rule
from migrator.text.source import Span


class JudgedCommand(Struct, frozen=True, eq=False):
    """`runs` are those of one command in one shell, with something to change; `remaining` are the stored variables that
    the step still reads then."""

    step: StepFacts
    runs: tuple[JudgedLogin, ...]
    remaining: tuple[str, ...]

    @property
    def login(self) -> PackagesLogin:
        return self.runs[0].login

    @property
    def literal(self) -> bool:
        return any(one.login.literal for one in self.runs)

    def finding(self, rule: Rule, context: Context, message: str) -> Finding:
        """The finding with the edits of all runs; one that can be edited nowhere says so."""
        script, command = self.login.shell.script, self.login.command
        reasons = dict.fromkeys(reason for one in self.runs for reason in one.reasons)
        bridges = dict.fromkeys(one.bridge for one in self.runs if one.bridge and one.pipe is None)
        plan = self.runs[0].plan
        points = (point for one in self.runs if one.pipe is None for point in one.points)
        edits = [edit for point in points if (edit := script.edit(point.span, point.text))]
        edits += [one.edit for one in bridges]
        edits += plan.edits if plan else ()
        if not edits and not blocking(reasons):
            reasons[context.reason("credential-unresolved", "patless can't replace anything in the login")] = None
        kept = "".join(f"; {one.path} stays as it is for {one.outsider}" for one in list(bridges)[:1])
        return rule.finding(
            script.source_at(command.span),
            script.shown(command.span),
            f"{message}{kept}",
            reasons=reasons,
            assumptions=(assumption for one in self.runs for assumption in one.assumptions),
            variables=(name for one in self.runs for name in one.login.stored),
            remaining=self.remaining,
            registry=self.login.login.host,
            uses=self.step.uses,
            edits=edits,
            changes=plan.changes if plan else (),
            checks=() if plan else (check for one in self.runs for check in _check(one.login)),
        )


def _check(login: PackagesLogin) -> Iterator[PresenceCheck]:
    """In front of the item of the step's own script within which the credential is first read, or the login made; none
    where a script prints what its commands are given."""
    script, trace = login.shell.script, login.shell.trace
    first = min(outermost(span, calls) for span, calls in {*login.sites, (login.command.span, login.command.calls)})
    part = script.part(first)
    if part and part.scalar and not any(one.traced for one in trace.commands):
        yield PresenceCheck(part.source.path, part.span.start, login.registry.password)


class RuleContext(Context, frozen=True, eq=False, kw_only=True):
    """What rules may ask: `judged` is what is to be said of a step's login commands, found once, however many ask."""

    judged: Callable[[StepFacts], tuple[JudgedCommand, ...]]


def judged_commands(step: StepFacts, context: Context) -> tuple[JudgedCommand, ...]:
    """What is to be said of each command of a step that logs in to Packages with something else than the native
    pair."""
    handed_on = cache(partial(named, step, context.book.programs))
    judged = judge(step, context, handed_on)
    remaining = Remaining(step, judged, handed_on)
    places: dict[tuple[int, Span], list[JudgedLogin]] = {}
    for item in judged:
        if not item.login.native:
            places.setdefault((item.login.shell.order, item.login.command.span), []).append(item)

    def command(runs: Sequence[JudgedLogin]) -> JudgedCommand:
        left = (name for one in runs for name in remaining.of(one))
        return JudgedCommand(step, tuple(runs), tuple(left))

    return tuple(map(command, places.values()))
