"""The judgement of a step's logins to Packages: each question is put once, and the answers are joined in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from migrator.findings.records import Reason
from migrator.fixes.bridge import bridge, shared_file
from migrator.fixes.context import Context
from migrator.fixes.departures import departures
from migrator.fixes.judged_login import JudgedLogin
from migrator.fixes.login import PackagesLogin, packages_logins
from migrator.fixes.lone_token import lone_token
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.placing import Placement, place_all
from migrator.fixes.reasons.build_calls import build_call
from migrator.fixes.reasons.carrying import carrying
from migrator.fixes.reasons.exposure import exposure
from migrator.fixes.reasons.index_packages import index_packages
from migrator.fixes.reasons.leaving import handed_on, leaving
from migrator.fixes.reasons.mixing import mixed, together
from migrator.fixes.reasons.npm import npm
from migrator.fixes.reasons.reach import reach
from migrator.fixes.reasons.runners import runner
from migrator.fixes.reasons.surroundings import shadowed, surroundings, unseen_logins
from migrator.fixes.reasons.yarn import yarn
from migrator.fixes.visibility import Visibility
from migrator.reading.steps import Shell, StepFacts

if TYPE_CHECKING:
    from migrator.fixes.pipe.planning import PipePlan

Named = Callable[[str], str]
"""To what a step hands a variable on by its name."""


def judge(step: StepFacts, context: Context, named: Named) -> list[JudgedLogin]:
    """The logins of a step, in the order of running."""
    logins = packages_logins(step)
    if not logins:
        return []
    shadows, leaves = shadowed(step, context), leaving(step, context)
    left = departures(step, context)
    unseen, granted = unseen_logins(step, context, logins)
    labelled = runner(step.step.labels, context)
    judged: list[JudgedLogin] = []
    for shell in step.shells:
        mine = [login for login in logins if login.shell is shell]
        visibility = Visibility(step, context, shell, mine)
        placements = place_all(mine, visibility)
        for login, placement in zip(mine, placements, strict=True):
            if login.native:
                judged.append(JudgedLogin(login))
                continue
            stored = login.login.alone is None
            opinions = (
                *placement.opinions,
                *lone_token(context, login),
                shadows,
                *((leaves,) if stored else ()),
                handed_on(left, context, login, placement.points),
                carrying(step, context, login, mine),
                *surroundings(step, context, login, placement.points, unseen),
                labelled,
                *((granted,) if stored else ()),
                Opinion(f"what does `{shell.commands.name}` assume?", assumptions=shell.commands.assumes),
                *reach(step, context, login),
                *npm(step, context, login, left),
                *yarn(step, context, login, left),
                *build_call(step, context, login, left),
                *index_packages(step, context, login),
                *exposure(step, context, login, placement.points),
                placement.clashes,
            )
            judged.append(_judged(login, visibility, placement, opinions, named))
    judged = together(mixed(judged, context))
    return _piped(step, context, judged) if context.settings.pipe else judged


def _judged(
    login: PackagesLogin,
    visibility: Visibility,
    placement: Placement,
    opinions: tuple[Opinion, ...],
    named: Named,
) -> JudgedLogin:
    """The answers for one login; where it stands in a file with other users, a bridge is in the place of its points."""
    asked = "who else uses the file that would be edited?"
    shared = shared_file(visibility.context, login, placement.points)
    if shared is None:
        return JudgedLogin(login, (*opinions, Opinion(asked)), placement.points)
    found, reasons = bridge(login, visibility, shared, named)
    path, outsider = shared
    return JudgedLogin(login, (*opinions, Opinion(asked, (Sighting(f"{path}: {outsider}"),), reasons)), bridge=found)


def _pushes_images(login: PackagesLogin) -> bool:
    """Whether it is a login that a pipe may stand for, and not a call, nor one to an index of other packages."""
    return login.login.alone is None and login.registry.images


def _crossed(
    shell: Shell, plan: PipePlan, judged: Sequence[JudgedLogin], mine: Sequence[JudgedLogin]
) -> JudgedLogin | None:
    """Another login that is edited in an item of the script which the plan changes."""
    changed = {change.at for change in plan.changes}
    for item in judged:
        parts = [shell.script.part(point.span.start) for point in item.points if item.login.shell is shell]
        if item not in mine and any(part and part.scalar and part.span.start in changed for part in parts):
            return item
    return None


def _piped(step: StepFacts, context: Context, judged: Sequence[JudgedLogin]) -> list[JudgedLogin]:
    """The logins of each shell as the push pipe, or with the reason why not: one plan takes all of them out."""
    from migrator.fixes.pipe import planning

    piped: list[JudgedLogin] = []
    for shell in step.shells:
        mine = [item for item in judged if item.login.shell is shell and _pushes_images(item.login)]
        piped += [item for item in judged if item.login.shell is shell and item not in mine]
        if all(item.login.native for item in mine):
            piped += mine
            continue
        planned = planning.plan(step, context, shell, [item.login for item in mine])
        if not isinstance(planned, Reason) and (other := _crossed(shell, planned, judged, mine)):
            clause = f"an item to change also gives `{other.login.login.client}` a stored token"
            planned = context.reason("pipe-layout", clause, "the item")
        reasons = tuple(dict.fromkeys(reason for item in mine for reason in planning.assumed(item.reasons)))
        asked = "can a pipe push instead?"
        if isinstance(planned, Reason):
            answer = Opinion(asked, reasons=(planned,))
        else:
            answer = Opinion(asked, assumptions=planned.assumptions)
        for item in mine:
            still = Opinion("what holds for the shell's logins all the same?", (), reasons, item.assumptions)
            piped.append(replace(item, opinions=(still, answer), pipe=planned))
    return piped
