"""What stands around a login in its step."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.points import Point
from migrator.ir.values import inputs
from migrator.reading.hidden import hidden_logins
from migrator.reading.shadows import shadows
from migrator.reading.steps import Shell, StepFacts
from migrator.reading.unfollowed import logging_in, logins_in_parts
from migrator.sinks.logins import Login
from migrator.sinks.shown import shows_login


def surroundings(
    step: StepFacts, context: Context, login: PackagesLogin, points: Collection[Point], unseen: Iterable[str]
) -> tuple[Opinion, ...]:
    """Reasons from what else runs the login's text, and what else logs in. `points` are where the login is edited,
    `unseen` what logs in besides and is not followed."""
    spans = (login.command.span, *(point.span for point in points))
    parts = (login.shell.script.part(span.start) for span in spans)
    codes = dict.fromkeys(context.unread_items.get(part.key) for part in parts if part)
    same = "the same text also runs in a step that patless can't read"
    elsewhere = (context.reason(code, same, "the other step") for code in codes if code)
    perhaps = [one for shell in step.shells for one in shell.logins if _may_be_the_same(one, login)]
    if login.login.alone is not None:  # no other login takes the place of its credential
        perhaps, unseen = [], ()
    others = dict.fromkeys((*unseen, *(f"a login whose registry comes from {one.host_subject}" for one in perhaps)))
    detail, host = "the step also logs in within {}", login.login.host
    unknown = (context.reason("mixed-logins", detail.format(what), host) for what in others)
    broken = context.reason("unreadable", "patless can't read a part of the file", step.pipelines.source.path)
    return (
        Opinion("which steps that cannot be read run the same text?", reasons=tuple(elsewhere)),
        Opinion("what else may log in to the registry?", tuple(map(Sighting, others)), tuple(unknown)),
        Opinion("what of the pipelines file cannot be read?", reasons=(broken,) if step.pipelines.problems else ()),
    )


def _may_be_the_same(other: Login, login: PackagesLogin) -> bool:
    """Whether a login whose registry is not certain may be one to the same registry: one of those that it may log in to
    is, or nobody can tell and it gives the same password."""
    if other.alone is not None:
        return False
    if other.perhaps is login.registry:
        return True
    given, own = inputs([other.password]), inputs([login.login.password])
    return other.host_unknown and not set(given).isdisjoint(own)


def shadowed(step: StepFacts, context: Context) -> Opinion:
    names = dict.fromkeys(shadow.name for shadow in shadows(step, context.book.natives))
    detail = "the step sets {}, which may override the native variable"
    reasons = (context.reason("shadowed", detail.format(name), name) for name in names)
    return Opinion("what sets a variable with a native name?", tuple(map(Sighting, names)), tuple(reasons))


def unseen_logins(
    step: StepFacts, context: Context, logins: Iterable[PackagesLogin]
) -> tuple[tuple[str, ...], Opinion]:
    """What logs in to Packages with credentials that are not native, and is none of the `logins`; and what is taken
    for granted of files of which it is not known whether they run."""
    hidden = [one.what for shell in step.shells for one in hidden_logins(shell, context.book)]
    files, granted = logging_in(step, context.files, context.book, context.followed)
    seen = {login.shell.script.source_at(login.command.span).path for login in logins}
    parts = [path for path, _ in logins_in_parts(step, context.book) if path not in seen]
    failed = [f"`{shell.commands.name}`, which patless can't read" for shell in step.shells if _fails(shell, context)]
    asked = "which files with a login may run, though that is not known?"
    return (*hidden, *files, *parts, *failed), Opinion(asked, assumptions=tuple(granted))


def _fails(shell: Shell, context: Context) -> bool:
    """Whether a shell shows a login, and cannot be read: bash runs what stands before the place that it cannot read."""
    text = shell.script.text
    return shell.failure is not None and shows_login(text, context.book) is not None
