"""Which packages a step reaches with a login, and whether the native credentials reach them too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from migrator.findings.counting import several
from migrator.findings.records import PackageType, Reason
from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.flow.events import Argument, Command
from migrator.flow.queries import may_both_run, may_follow, unseen_before
from migrator.flow.runs import idles
from migrator.ir.paths import Paths, Top, joined
from migrator.ir.values import Literal, Value
from migrator.reading.evidence import NamedPackage
from migrator.reading.steps import Shell, StepFacts
from migrator.reading.unfollowed import runs
from migrator.rulebook.programs import Programs
from migrator.rulebook.sinks import Action
from migrator.sinks.compose import compose_binds
from migrator.sinks.invocations import invocation
from migrator.sinks.login_files import gives_login_file
from migrator.sinks.packages import Name, Unresolved, distinct_workspaces, linkage, name_of, without_tag
from migrator.sinks.readers import Readers
from migrator.sinks.uses import ImageUse
from migrator.text.patterns import regex

_MOST = 8
"""The most packages that reasons name for one login."""
_SHOWN_WORD = regex(r"[A-Za-z0-9_./:@-]{1,40}")


def reach(step: StepFacts, context: Context, login: PackagesLogin) -> tuple[Opinion, ...]:
    """What the step pushes and reads with a login, and what may read packages unseen."""
    alone = login.login.alone
    found = [(shell, use) for shell, use in _images(step, login) if may_both_run(login.command, use.command)]
    if alone is not None:
        found = [(login.shell, use) for use in alone]
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
    detail = "patless can't tell which image the step reads: {}"
    unknown = (context.reason("image-unresolved", detail.format(why), subject) for subject, why in unresolved.items())
    pushes = tuple(_unnamed(context, images))
    kept = alone is None and login.registry.type is not PackageType.PYTHON  # `index_packages` asks for those
    return (
        _owned(context, names, step.elsewhere),
        Opinion("which images that it may read are not known?", reasons=tuple(unknown)),
        Opinion("which images that it may push are not known?", assumptions=pushes),
        *([_programs(step, context, login, explained=bool(names or unresolved or pushes))] if kept else []),
        Opinion("what may set its variables, unseen?", assumptions=tuple(_unseen(login))),
    )


def _images(step: StepFacts, login: PackagesLogin) -> Iterator[tuple[Shell, ImageUse]]:
    """What the login can matter to: what comes after it in its shell, and the step's later shells."""
    for shell in step.shells:
        for use in shell.images:
            if (shell is login.shell and may_follow(login.command, use.command)) or shell.order > login.shell.order:
                yield shell, use


def _owned(context: Context, names: Sequence[tuple[Shell, ImageUse, Name]], elsewhere: bool) -> Opinion:
    """Whose packages they are. `elsewhere`: other repositories use them, and it is not known which."""
    workspaces = distinct_workspaces(name for _, _, name in names)
    pushed = context.picture.workspaces | distinct_workspaces(name for _, use, name in names if use.action.writes)
    seen: list[Sighting] = []
    reasons: list[Reason] = []
    assumptions: list[str] = []
    for shell, use, name in names:
        settled = context.picture.listed(name) or (use.action.reads and context.picture.shared(name))
        what = f"it {use.action} {name.shown}{', which the configuration lists' if settled else ''}"
        seen.append(Sighting(what, shell.script, use.command.span))
        if elsewhere and (reason := _fixed(context, use, name)):
            reasons.append(reason)
            continue
        if settled:
            continue
        rivals = pushed if use.action.writes else workspaces
        if reason := _foreign(context, use, name, several=len(rivals) > 1):
            reasons.append(reason)
        else:
            assumptions.append(linkage(name.shown))
    return Opinion(
        "which packages is it used for, and are they linked here?",
        tuple(seen),
        tuple(reasons),
        tuple(assumptions),
    )


def _foreign(context: Context, use: ImageUse, name: Name, several: bool) -> Reason | None:
    """Why the native credentials may not reach a package; None where they do if it is linked to the repository.
    `several`: packages of several workspaces are named, or pushed, while the repository is in one."""
    picture, reason, shown = context.picture, context.reason, name.shown
    pushed = name.text in picture.pushed
    unsettled = several and not context.settings.workspace and "${" not in name.workspace
    foreign = unsettled and (use.action.writes or not pushed)
    if use.action.writes and foreign:
        detail = f"the step pushes {shown} and a package of another workspace; a repository is in one workspace"
        return reason("other-workspace", detail, shown)
    if foreign or picture.other_workspace(name):
        return reason("other-workspace", f"{shown} is a package of another workspace", shown)
    if pushed and (others := context.settings.pushed_elsewhere.get(shown)):
        return reason("two-pushers", f"{shown} is also pushed by {' and '.join(others)}", shown)
    if not use.action.reads or pushed:
        return None
    if not name.complete:
        return reason(
            "image-unresolved", f"the step reads {shown}, and patless can't tell all of its name", name.pattern
        )
    return reason("foreign-package", f"the step reads {shown}, which this repository does not push", shown)


def _fixed(context: Context, use: ImageUse, name: Name) -> Reason | None:
    """Why a package cannot be one of each repository that runs the step: it is the same one for all of them."""
    own = (context.book.built_in.repository, context.book.built_in.full_name)
    if not name.complete or any(f"${{{variable}}}" in (use.reference or "") for variable in own):
        return None
    detail = f"{name.shown} is the same package for every repository that imports this pipeline"
    return context.reason("fixed-package", detail, name.shown)


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


def _programs(step: StepFacts, context: Context, login: PackagesLogin, explained: bool) -> Opinion:
    """What programs that reading does not follow may read with the login: whatever a text of the repository names, and
    for the rest they are taken to read no other package. Where nothing is `explained` by what was read, the login is
    there for one of them, and nobody knows what for."""
    book = context.book
    reasons: dict[str, Reason] = {}
    assumptions: dict[str, None] = {}
    unseen: list[str] = []
    sources = (step.pipelines.source, *(part.source for part in step.called))
    each = {shell.order: Readers(shell.trace, book, context.file) for shell in step.shells}
    for shell, command, paths in _after(step, context, login):
        readers = each[shell.order]
        starts = readers.uses_others(command)
        if not starts and not _may_use_login(command, readers):
            continue
        shown = _shown_command(command)
        unseen.append(shown)
        assumptions[f"{shown} uses only packages linked to this repository"] = None
        started = _started(shell, command, context) if starts else context.files.may_start(command)
        found = context.texts.evidence(joined((paths, *started)), sources)
        if isinstance(found, Top):
            reasons[shown] = context.reason("image-unresolved", f"what {shown} may read is {found.why}", shown)
            continue
        texts = tuple(found)
        pushed = {one.mention.reference for one in texts if one.mention.pushed and not one.mention.open}
        explained = explained or any(one.mention.reference in pushed or not _not_known(context, one) for one in texts)
        for one in texts:
            if name := _not_known(context, one):
                if one.mention.reference in pushed:
                    assumptions[linkage(name.shown)] = None
                else:
                    reasons.setdefault(name.shown, _evident(context, shown, one, name))
    if unseen and not explained and not context.settings.own_packages:
        detail = f"patless sees nothing that uses the login, and {unseen[0]} runs after it"
        reasons["purpose"] = context.reason("login-purpose-unknown", detail, unseen[0])
    asked = "what may read packages with it, unseen?"
    return Opinion(asked, reasons=tuple(islice(reasons.values(), _MOST)), assumptions=tuple(assumptions))


def unseen_programs(step: StepFacts, context: Context, login: PackagesLogin) -> Iterator[tuple[Command, str]]:
    """The programs after a login that may use packages of which their words do not tell, and their names for people."""
    for shell, command, _ in _after(step, context, login):
        readers = Readers(shell.trace, context.book, context.file)
        if readers.uses_others(command) or _may_use_login(command, readers):
            yield command, _shown_command(command)


def _started(shell: Shell, command: Command, context: Context) -> Iterator[Paths]:
    """What a program may start that any of its calls, or a file that the script puts somewhere, tells to."""
    for one in shell.trace.commands:
        if one.name == command.name:
            yield from context.files.may_start(one)
    yield from context.files.copied(shell.trace.commands)


def _may_use_login(command: Command, readers: Readers) -> bool:
    """Whether a command may read packages that its words do not name."""
    called = invocation(command, readers.book)
    if called is None:
        return not _idle(command, readers.book.programs)
    compose = called.syntax.compose if called.syntax else None
    mounted = compose_binds(called, compose, readers.files) if compose else ()
    given = [*command.arguments, *(Argument(Value.of(Literal(text)), None) for text in mounted)]
    unseen = called.syntax is not None and called.syntax.unseen
    return unseen or gives_login_file(replace(command, arguments=tuple(given)), readers.book)


def _idle(command: Command, programs: Programs) -> bool:
    """Whether a program runs nothing of the repository, and reads no package with a login of the step."""
    first = command.arguments[0].text if command.arguments else None
    if command.name in programs.carriers:
        return idles(command, programs)
    return command.name in programs.inert or first in programs.services.get(command.name, ())


def _after(step: StepFacts, context: Context, login: PackagesLogin) -> Iterator[tuple[Shell, Command, Paths]]:
    """What is not followed and may run after a login in its step, with the files that each runs."""
    for shell in step.shells:
        for command, paths in runs(shell, context.files, context.book):
            later = shell.order > login.shell.order or (shell is login.shell and may_follow(login.command, command))
            if later and may_both_run(login.command, command):
                yield shell, command, paths


def _not_known(context: Context, evidence: NamedPackage) -> Name | None:
    """The package that a text names, where no step pushes it and the configuration does not settle it."""
    picture = context.picture
    name = name_of(evidence.mention.reference, context.book, context.settings)
    if not isinstance(name, Name) or picture.listed(name) or picture.shared(name) or name.text in picture.pushed:
        return None
    return name


def _evident(context: Context, shown: str, evidence: NamedPackage, name: Name) -> Reason:
    where = f"is named in {evidence.path}:{evidence.position.line}, and {shown} may read it"
    if evidence.mention.open or not name.complete:
        pattern = replace(name, complete=not evidence.mention.open).pattern
        return context.reason(
            "image-unresolved", f"a package of {name.host}, with only a part of its name, {where}", pattern
        )
    detail = f"{name.shown}, which this repository does not push, {where}"
    return context.reason("foreign-package", detail, name.shown)


def _unseen(login: PackagesLogin) -> Iterator[str]:
    """What runs before the login in its shell, is not read, and may set the variables that it uses."""
    stored = several(f"${name}" for name in login.stored)
    for what in unseen_before(login.shell.trace, login.command) if stored else ():
        yield f"{what} does not set {stored}"


def _shown_command(command: Command) -> str:
    if not command.name:
        return "a program that is not known"
    words = [command.name]
    for argument in command.arguments[:1]:
        first = argument.value.alternatives[0][:1]
        if argument.text and _SHOWN_WORD.fullmatch(argument.text) and first and isinstance(first[0], Literal):
            words.append(argument.text)
    return f"`{' '.join(words)}`"
