"""Which packages a step reaches with a login, and whether the native pair reaches them too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrator.findings.records import Reason
from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.flow.events import Command
from migrator.flow.queries import after, may_both_run, may_follow, unseen_before
from migrator.ir.values import Literal
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.sinks import Action
from migrator.sinks.login_files import gives_login_file
from migrator.sinks.packages import Name, Unresolved, distinct_workspaces, linkage, name_of, without_tag
from migrator.sinks.uses import ImageUse

_SHOWN_WORD = re.compile(r"[A-Za-z0-9_./:@-]{1,40}")


def reach(step: StepFacts, context: Context, login: PackagesLogin) -> tuple[Opinion, ...]:
    """What the step pushes and reads with a login, and what may read packages unseen."""
    found = [(shell, use) for shell, use in _images(step, login) if may_both_run(login.command, use.command)]
    images = [use for _, use in found]
    names: list[tuple[Shell, ImageUse, Name]] = []
    unresolved: dict[str, str] = {}
    pushed = {use.reference for use in images if use.action.writes}
    for shell, use in found:
        if use.reference is None:
            if use.action.reads:
                unresolved.setdefault(use.subject, use.why)
            continue
        name = name_of(use.reference, context.book, context.settings)
        if isinstance(name, Unresolved):
            if use.action.reads and use.reference not in pushed:
                unresolved.setdefault(name.subject, f"{name.subject} has no known value")
        elif isinstance(name, Name) and name.host in login.registry.hosts:
            names.append((shell, use, name))
    detail = "an image that is read is not known: {}"
    unknown = (context.reason("image-unresolved", detail.format(why), subject) for subject, why in unresolved.items())
    pushes = () if names else tuple(_unnamed(context, images))
    return (
        _owned(context, names),
        Opinion("which images that it may read are not known?", reasons=tuple(unknown)),
        Opinion("which images that it may push are not known?", assumptions=pushes),
        Opinion("what may read packages with it, unseen?", assumptions=tuple(_programs(context, login))),
        Opinion("what may set its variables, unseen?", assumptions=tuple(_unseen(login))),
    )


def _images(step: StepFacts, login: PackagesLogin) -> Iterator[tuple[Shell, ImageUse]]:
    """What the login can matter to: what comes after it in its shell, and the step's later shells."""
    for shell in step.shells:
        for use in shell.images:
            if (shell is login.shell and may_follow(login.command, use.command)) or shell.order > login.shell.order:
                yield shell, use


def _owned(context: Context, names: Sequence[tuple[Shell, ImageUse, Name]]) -> Opinion:
    """Whose packages they are."""
    workspaces = distinct_workspaces(name for _, _, name in names)
    seen: list[Sighting] = []
    reasons: list[Reason] = []
    assumptions: list[str] = []
    for shell, use, name in names:
        settled = context.picture.listed(name) or (use.action.reads and context.picture.shared(name))
        what = f"it {use.action} {name.shown}{', which the configuration lists' if settled else ''}"
        seen.append(Sighting(what, shell.script, use.command.span))
        if settled:
            continue
        if reason := _foreign(context, use, name, several=len(workspaces) > 1):
            reasons.append(reason)
        else:
            assumptions.append(linkage(name.shown))
    return Opinion("whose are the packages that it is used for?", tuple(seen), tuple(reasons), tuple(assumptions))


def _foreign(context: Context, use: ImageUse, name: Name, several: bool) -> Reason | None:
    """Why the native pair may not reach a package; None where it does if the package is linked to the repository.
    `several`: the step names packages of several workspaces."""
    picture, reason, shown = context.picture, context.reason, name.shown
    pushed = name.text in picture.pushed
    reads = use.action.reads
    foreign = several and not context.settings.workspace and reads and "${" not in name.workspace and not pushed
    if foreign or picture.other_workspace(name):
        return reason("other-workspace", f"{shown} is a package of another workspace", shown)
    if pushed and (others := context.settings.pushed_elsewhere.get(shown)):
        return reason("two-pushers", f"{shown} is pushed by {' and '.join(others)} as well", shown)
    if not reads or pushed:
        return None
    if not name.complete:
        return reason("image-unresolved", f"{shown} is read, and a part of its name is not known", shown)
    return reason("foreign-package", f"{shown} is read, and this repository does not push it", shown)


def _unnamed(context: Context, images: Sequence[ImageUse]) -> Iterator[str]:
    """Assumptions on images that are pushed, and of which nobody knows whether they are packages."""
    for use in images:
        if use.action is not Action.PUSH:
            continue
        if use.reference is None:
            yield f"an image that is pushed ({use.why}) is linked to this repository"
        elif isinstance(name_of(use.reference, context.book, context.settings), Unresolved):
            shown = re.sub(r"\$\{(\w+)\}", r"$\1", without_tag(use.reference))
            yield f"{shown}, which is pushed, is linked to this repository"


def _programs(context: Context, login: PackagesLogin) -> Iterator[str]:
    """Programs that reading does not follow may read packages, too."""
    book = context.book
    for command in after(login.shell.trace, login.command):
        client = book.by_program(command.name) is not None
        idle = command.followed or command.name in book.programs.inert
        if gives_login_file(command, book) if client else not idle:
            yield f"`{_shown_command(command)}` reads no other package"


def _unseen(login: PackagesLogin) -> Iterator[str]:
    """What runs before the login in its shell, is not read, and may set the variables that it uses."""
    stored = " and ".join(f"${name}" for name in login.stored)
    for what in unseen_before(login.shell.trace, login.command) if stored else ():
        yield f"{what} does not set {stored}"


def _shown_command(command: Command) -> str:
    words = [command.name or "a command"]
    for argument in command.arguments[:1]:
        first = argument.value.alternatives[0][:1]
        if argument.text and _SHOWN_WORD.fullmatch(argument.text) and first and isinstance(first[0], Literal):
            words.append(argument.text)
    return " ".join(words)
