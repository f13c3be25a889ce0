"""What stands around a login in its step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from migrator.fixes.context import Context, Opinion
from migrator.fixes.login import PackagesLogin
from migrator.fixes.points import Point
from migrator.reading.hidden import hidden_logins
from migrator.reading.steps import StepFacts
from migrator.reading.unfollowed import logging_in


def surroundings(
    step: StepFacts, context: Context, login: PackagesLogin, points: Collection[Point], unseen: Iterable[str]
) -> Iterator[Opinion]:
    """What else runs the login's text, and what else logs in. `points` are where the login is edited, `unseen` is what
    logs in besides and is not followed."""
    spans = (login.command.span, *(point.span for point in points))
    parts = (login.shell.script.part(span.start) for span in spans)
    for code in dict.fromkeys(context.unread_items.get(part.key) for part in parts if part):
        if code:
            yield context.reason(code, "the same text also runs in a step that cannot be read", "the other step")
    perhaps = (one for shell in step.shells for one in shell.logins if one.perhaps is login.registry)
    uncertain = (f"a login whose registry comes from {one.host_subject}" for one in perhaps)
    for what in dict.fromkeys((*unseen, *uncertain)):
        yield context.reason("mixed-logins", f"the step also logs in within {what}", login.login.host)
    if step.pipelines.problems:
        yield context.reason("unreadable", "a part of the file cannot be read", "the file")


def unseen_logins(step: StepFacts, context: Context) -> tuple[tuple[str, ...], tuple[Opinion, ...]]:
    """What logs in to Packages with something else than the native pair, and is not followed; and what is taken for
    granted of files of which it is not known whether they run."""
    hidden = [one.what for shell in step.shells for one in hidden_logins(shell, context.book)]
    files, granted = logging_in(step, context.files, context.book, context.followed)
    return (*hidden, *files), tuple(granted)
