"""Which packages a step reaches with a login, and whether the native pair reaches them too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrator.fixes.judged import Judged
from migrator.flow.events import Command
from migrator.ir.values import Literal
from migrator.reading.steps import StepFacts
from migrator.rulebook.sinks import Action
from migrator.rules.context import Context
from migrator.sinks.login_files import gives_login_file
from migrator.sinks.packages import Name, Unresolved, distinct_workspaces, linkage, name_of, without_tag
from migrator.sinks.uses import ImageUse

_SHOWN_WORD = re.compile(r"[A-Za-z0-9_./:@-]{1,40}")


def reach(facts: StepFacts, context: Context, item: Judged) -> None:
    """Add reasons and assumptions for what the step pushes and reads with a login."""
    images = [use for use in _images(facts, item) if not use.command.exclusive(item.login.command)]
    names: list[tuple[ImageUse, Name]] = []
    unresolved: dict[str, str] = {}
    pushed = {use.reference for use in images if use.action.writes}
    for use in images:
        if use.reference is None:
            if use.action.reads:
                unresolved.setdefault(use.subject, use.why)
            continue
        name = name_of(use.reference, context.book, context.settings)
        if isinstance(name, Unresolved):
            if use.action.reads and use.reference not in pushed:
                unresolved.setdefault(name.subject, f"{name.subject} has no known value")
        elif isinstance(name, Name) and name.host in item.registry.hosts:
            names.append((use, name))
    _owners(context, item, names)
    for subject, why in unresolved.items():
        item.reasons.append(context.reason("image-unresolved", f"an image that is read is not known: {why}", subject))
    if not names:
        for use in images:
            if use.action is not Action.PUSH:
                continue
            if use.reference is None:
                item.assumptions.append(f"an image that is pushed ({use.why}) is linked to this repository")
            elif isinstance(name_of(use.reference, context.book, context.settings), Unresolved):
                shown = re.sub(r"\$\{(\w+)\}", r"$\1", without_tag(use.reference))
                item.assumptions.append(f"{shown}, which is pushed, is linked to this repository")
    _programs(context, item)
    _unseen(item)


def _images(facts: StepFacts, item: Judged) -> Iterator[ImageUse]:
    """What the login can matter to: what comes after it in its shell, and the after-script."""
    for shell in facts.shells:
        for use in shell.images:
            if (shell is item.shell and _later(use.command, item)) or (shell.after and not item.shell.after):
                yield use


def _later(command: Command, item: Judged) -> bool:
    """Whether a command may run after the login: in a loop, what stands before it does, too."""
    return command.order > item.login.command.order or (command.looped and item.login.command.looped)


def _owners(context: Context, item: Judged, names: Sequence[tuple[ImageUse, Name]]) -> None:
    picture, reason = context.picture, context.reason
    several = distinct_workspaces(name for _, name in names)
    for use, name in names:
        if picture.listed(name) or (use.action.reads and picture.shared(name)):
            continue
        shown = name.shown
        elsewhere = picture.other_workspace(name) or (
            not context.settings.workspace
            and len(several) > 1
            and use.action.reads
            and "${" not in name.workspace
            and name.text not in picture.pushed
        )
        if elsewhere:
            item.reasons.append(reason("other-workspace", f"{shown} is a package of another workspace", shown))
        elif name.text in picture.pushed and (others := context.settings.pushed_elsewhere.get(shown)):
            detail = f"{shown} is pushed by {' and '.join(others)} as well"
            item.reasons.append(reason("two-pushers", detail, shown))
        elif use.action.writes or (name.text in picture.pushed):
            item.assumptions.append(linkage(shown))
        elif not name.complete:
            detail = f"{shown} is read, and a part of its name is not known"
            item.reasons.append(reason("image-unresolved", detail, shown))
        else:
            detail = f"{shown} is read, and this repository does not push it"
            item.reasons.append(reason("foreign-package", detail, shown))


def _programs(context: Context, item: Judged) -> None:
    """Programs that reading does not follow may read packages, too."""
    book = context.book
    for command in item.shell.trace.commands:
        later = _later(command, item) and not command.exclusive(item.login.command)
        client = book.by_program(command.name) is not None
        idle = command.followed or book.programs.reads_no_package(command.name)
        if later and (gives_login_file(command, book) if client else not idle):
            item.assumptions.append(f"`{_shown_command(command)}` reads no other package")


def _unseen(item: Judged) -> None:
    """What runs before the login in its shell, is not read, and may set the variables that it uses."""
    stored = " and ".join(f"${name}" for name in item.stored)
    for opaque in item.shell.trace.opaque:
        if stored and opaque.order <= item.login.command.order:
            item.assumptions.append(f"{opaque.what} does not set {stored}")


def _shown_command(command: Command) -> str:
    words = [command.name or "a command"]
    for argument in command.arguments[:1]:
        first = argument.value.alternatives[0][:1]
        if argument.text and _SHOWN_WORD.fullmatch(argument.text) and first and isinstance(first[0], Literal):
            words.append(argument.text)
    return " ".join(words)
