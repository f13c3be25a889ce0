"""A bridge: the one command of the step that starts a called file gets assignments in front, where the file itself is
not for steps alone.

`PAT="$NATIVE" make login` gives the stored variables the native values for what the command runs, and
for nothing else: also where it is a function, `.` or `source`
(https://www.gnu.org/software/bash/manual/html_node/Environment.html). So what may see them is what runs within it, and
of that the same is asked as of an edit in place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec import Struct

from migrator.findings.records import Reason
from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.points import Point
from migrator.fixes.prefixes import calls, in_front, is_called, is_read_only
from migrator.fixes.refused import Refused
from migrator.fixes.visibility import Visibility
from migrator.flow import queries
from migrator.flow.events import Command, Flow, VariableUse
from migrator.flow.queries import Site, outermost
from migrator.ir.values import Input
from migrator.reading.scripts import Script
from migrator.text.edits import Edit
from migrator.text.source import Span

_STAYING = frozenset({".", "source", "eval", "exec"})
"""Special builtins: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_14"""


class Bridge(Struct, frozen=True):
    """`call` is the command in the step's own script; `outsider` is who else uses the file at `path`."""

    edit: Edit
    call: Span
    path: str
    outsider: str


def shared_file(context: Context, login: PackagesLogin, points: Collection[Point]) -> tuple[str, str] | None:
    """The file with other users in which the points of a login stand, and who uses it; None where there is none. A file
    whose call takes variables stays as it is for whoever runs it."""
    script = login.shell.script
    if is_called(login) and not points:
        path = script.source_at(login.command.span).path
        return path, context.other_user(path) or "people who run it themselves"
    paths = {part.source.path for p in points if (part := script.part(p.span.start)) and part.launcher}
    found = ((path, context.other_user(path)) for path in sorted(paths))
    return next(((path, outsider) for path, outsider in found if outsider), None)


def bridge(
    login: PackagesLogin, visibility: Visibility, shared: tuple[str, str], named: Callable[[str], str]
) -> tuple[Bridge | None, tuple[Reason, ...]]:
    """The bridge to a login in a file that is `shared`, and reasons that hold it back; None where there is none.
    `named`: to which program or pipe the step names a variable."""
    path, outsider = shared
    context, script = visibility.context, login.shell.script
    reasons: list[Reason] = []
    try:
        natives = _natives(login, path, outsider)
        call = _call(login)
        for name in natives:
            if more := _more(visibility, login, name, call) or named(name):
                raise Refused("bridge-reaches-more", f"{more} also sees {name} with the bridge", name)
        if call is None:
            detail = "no single command of the step starts everything that reads the credential"
            raise Refused("bridge-layout", detail, "the step")
        if any(command.traced for command in _within(visibility.trace, call)):
            detail = "the script prints its commands (`set -x`) where it uses the credential"
            reasons.append(context.reason("traced", detail, "the token"))
        if call.name in _STAYING and (set_again := _set_again(visibility.trace, call, natives)):
            detail = f"what `{call.name}` reads sets {set_again}, which would not stay after it"
            raise Refused("bridge-layout", detail, set_again)
        if fixed := next((name for name in natives if is_read_only(script, name)), ""):
            raise Refused("bridge-layout", f"{fixed} is read-only in the step", fixed)
        edit = _insert(script, call, natives)
    except Refused as refused:
        return None, (*reasons, context.reason(refused.code, refused.detail, refused.subject))
    return Bridge(edit, call.span, path, outsider), tuple(reasons)


def _natives(login: PackagesLogin, path: str, outsider: str) -> dict[str, str]:
    """The native variable for each stored one. Raises Refused."""
    natives: dict[str, str] = {}
    if login.login.token:
        detail = f"two variables have to take the token's place, in {path}, which {outsider} also uses"
        raise Refused("credential-unresolved", detail, path)
    for word in login.words:
        if word.whole:
            detail = f"{path} starts what takes a user name and a token in one variable, or in base64"
            raise Refused("bridge-layout", detail, word.variable)
        if word.origin.literals:
            detail = f"the {word.role} is written in {path}, which {outsider} also uses"
            raise Refused("credential-unresolved", detail, path)
        for name in word.origin.stored:
            if natives.setdefault(name, word.native) != word.native:
                raise Refused("credential-unresolved", f"{name} is both user name and password", name)
    return natives


def _set_again(trace: Flow, call: Command, names: Iterable[str]) -> str:
    """A variable that is set within a call whose assignments hold for it alone, though it stays otherwise, or later."""
    wanted = {*names}
    return next((one.name for one in trace.definitions if one.name in wanted and call.order <= one.order), "")


def _call(login: PackagesLogin) -> Command | None:
    """The innermost command of the step's own script within which the credential is read and the login made. The login
    may also come after it, where what it has read stays."""
    script, trace = login.shell.script, login.shell.trace
    sites = {*login.sites, (login.command.span, login.command.calls)}
    standing = calls(script)
    found = [
        one
        for one in trace.commands
        if one.followed
        and one.span.start in standing
        and all(calls and _inside(one, calls[0]) for _, calls in sites)
        and all(calls[0] < one.span.end for _, calls in _reads(login))
    ]
    return max(found, key=lambda one: one.span.start, default=None)


def _reads(login: PackagesLogin) -> Iterator[Site]:
    """Where the values of stored variables are taken: bash has the ones of a bridge within its call alone."""
    for piece in (one for word in login.words for one in word.value.pieces if isinstance(one, Input)):
        read = piece.provenance[-1] if piece.provenance else None
        yield (read.read.span, read.calls) if read else (login.command.span, login.command.calls)


def _inside(call: Command | None, position: int) -> bool:
    """Whether something runs because of the call, or after it where its assignments stay: in a shell that is not bash,
    those in front of `.` do. Anything may be where the credential reaches into no one call."""
    if call is None:
        return True
    return call.span.start <= position and (position < call.span.end or call.name in _STAYING)


def _within(trace: Flow, call: Command | None) -> list[Command]:
    """The call, and the commands that run because of it, in text that it is given included."""
    return [one for one in trace.commands if _inside(call, outermost(one.span, one.calls))]


def _more(visibility: Visibility, login: PackagesLogin, name: str, call: Command | None) -> str:
    """What sees a variable within the call and is no login with it, for people; '' if nothing does."""
    script, trace = login.shell.script, visibility.trace
    for use in queries.readers_of_input(trace, name):
        if _inside(call, outermost(*queries.site(use))) and visibility.foreign_use(use):
            span = _in_the_end(visibility, use).read.span
            source, at = script.source_at(span), script.shown(span)
            return f"{source.path}:{source.position(at.start).line}"
    for command in _within(trace, call):
        seen = not command.followed and queries.input_arrives(command, name) and not visibility.takes(command, name)
        if seen and visibility.readers.may_read(command, name):
            return f"`{command.name or 'a program that is not known'}`"
    return next((one.what for one in trace.opaque if _inside(call, outermost(one.span, one.calls))), "")


def _in_the_end(visibility: Visibility, use: VariableUse) -> VariableUse:
    """The read that a value goes to through assignments and arguments: each is passed once, so that it ends."""
    trace = visibility.trace
    passed: set[Span] = set()
    while use.read.span not in passed:
        passed.add(use.read.span)
        held = (one for one in trace.definitions if one.word and one.word.span.contains(use.read.span))
        later = (read for one in held for read in queries.readers(trace, one) if visibility.foreign_use(read))
        use = next(later, use)
    return use


def _insert(script: Script, call: Command, natives: dict[str, str]) -> Edit:
    """The assignments in front of the call's first word. Raises Refused."""
    point = in_front(call, {name: f'"${native}"' for name, native in natives.items()})
    edit = script.edit(point.span, point.text)
    if edit is None:
        raise Refused("bridge-layout", "patless can't put assignments in front of the call", "the step")
    return edit
