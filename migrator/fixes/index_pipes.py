"""Pipes that are given a user name and a password for a Python index: the two values become the native variables."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from migrator.findings.records import PackageType, Reason
from migrator.fixes.context import Context
from migrator.fixes.opinion import Opinion
from migrator.fixes.reasons.runners import runner
from migrator.fixes.reasons.surroundings import shadowed
from migrator.flow import queries
from migrator.platforms.records import Task
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks.packages import Name, linkage, name_of, without_scheme
from migrator.sinks.readers import word_of
from migrator.text.edits import Edit
from migrator.text.patterns import regex
from migrator.text.scalars import map_scalar
from migrator.text.source import Source, Span
from migrator.text.yaml import Scalar

_VARIABLE = regex(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_PLAIN = regex(r"[\w.@+-]{1,200}")
"""A user name that is written out."""


class PipePair(Struct, frozen=True):
    """The halves of a pipe `name` for an `address` of a `host`, each with the native variable for it; `stored` are the
    variables in them, and `place` is where the first of these stands."""

    name: str
    host: str
    address: str
    halves: tuple[tuple[Scalar, str], ...]
    stored: tuple[str, ...]

    @property
    def place(self) -> Span:
        return next(scalar.span for scalar, _ in self.halves if _VARIABLE.fullmatch(scalar.value))


def pipe_pair(task: Task, book: RuleBook) -> PipePair | None:
    """What a pipe is given for an index of Packages, where each half is one stored variable, or a user name; None for
    native halves, and where something else is."""
    name = task.name.partition(":")[0]
    known = book.index_pipes.get(name)
    given = dict(task.variables)
    told = {known.username, known.password, known.address} if known else set[str]()
    if known is None or len(given) != len(task.variables) or not told <= given.keys():
        return None
    address = without_scheme(given[known.address].value.strip())
    registry = book.registry(address.partition("/")[0])
    if registry is None or registry.type is not PackageType.PYTHON or "$" in address:
        return None
    halves = (given[known.username], registry.username), (given[known.password], registry.password)
    names = [_name(scalar) for scalar, _ in halves]
    stored = tuple(dict.fromkeys(one for one in names if one and one not in book.natives))
    written = _PLAIN.fullmatch(halves[0][0].value) is not None
    if not stored or names[1] is None or (names[0] is None and not written):
        return None
    return PipePair(name, address.partition("/")[0], address, halves, stored)


def _name(scalar: Scalar) -> str | None:
    match = _VARIABLE.fullmatch(scalar.value)
    return match[1] or match[2] if match else None


def pipe_edits(source: Source, pair: PipePair) -> Iterator[Edit]:
    for scalar, native in pair.halves:
        match, runs = _VARIABLE.fullmatch(scalar.value), map_scalar(source.text, scalar)
        if runs is None or (match and native in match.groups()):
            continue
        span = match.span(1 if match[1] else 2) if match else (0, runs.length)
        yield Edit(source.path, runs.place(*span), native if match else f"${native}")


def judged_pipe(step: StepFacts, context: Context, pair: PipePair) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """Why the native halves may not do, and what is taken for granted."""
    name = name_of(pair.address, context.book, context.settings)
    assert isinstance(name, Name)
    opinions: list[Opinion] = [shadowed(step, context), runner(step.step.labels, context)]
    reasons = [reason for one in opinions for reason in one.reasons]
    detail = f"{pair.name} takes the user name and the token as variables"
    reasons.append(context.reason("pipe-credential", detail, f"`{pair.name}`"))
    if context.picture.other_workspace(name):
        detail = f"{name.shown} is a package of another workspace"
        reasons.append(context.reason("other-workspace", detail, name.shown))
    if any(map_scalar(step.pipelines.source.text, scalar) is None for scalar, _ in pair.halves):
        reasons.append(context.reason("credential-unresolved", "patless can't edit the value of a variable", pair.name))
    if step.elsewhere:
        detail = f"{name.shown} is the same package for every repository that imports this pipeline"
        reasons.append(context.reason("fixed-package", detail, name.shown))
    granted = () if context.picture.listed(name) else (linkage(name.shown),)
    return tuple(reasons), (*granted, *(text for one in opinions for text in one.assumptions))


def still_read(step: StepFacts, task: Task, pair: PipePair) -> Iterator[str]:
    """The stored variables that something else in the step reads."""
    halves = [scalar for scalar, _ in pair.halves]
    others = [scalar for one in step.tasks for _, scalar in one.variables if one is not task or scalar not in halves]
    for name in pair.stored:
        word = word_of(name)
        told = [*(scalar.value for scalar in others), *(one.script.text for one in step.shells if not one.read)]
        traces = (shell.trace for shell in step.shells)
        if any(map(word.search, told)) or any(any(queries.readers_of_input(one, name)) for one in traces):
            yield name
