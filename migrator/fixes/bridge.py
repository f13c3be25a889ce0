"""A bridge: one line of the step gives a called file the native pair, where the file itself is not for steps alone.

An `export` before the statement that leads to the login gives the stored variables the native values. It holds for all
that the shell runs from there on, so it is refused where anything but logins may see them then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from migrator.findings.records import Reason, ScriptChange
from migrator.fixes.context import Context
from migrator.fixes.lines import comment_start, line_start
from migrator.fixes.login import PackagesLogin
from migrator.fixes.points import Point
from migrator.fixes.refused import Refused
from migrator.flow import queries
from migrator.flow.library import FIRST
from migrator.flow.queries import outermost, sites
from migrator.frontends.shell.lowering import lower
from migrator.ir.nodes import Statement
from migrator.reading.scripts import Part, Script
from migrator.sinks.readers import Readers
from migrator.text.edits import Edit
from migrator.text.source import Span

_ITEM = re.compile(r"( *)-[ \t]+(?:&[^\s,\[\]{}]+[ \t]+)?")
_NEWLINE = re.compile(r"\r\n|\r|\n")


class Bridge(Struct, frozen=True):
    """`before` is where in the script the line comes; `outsider` is who else uses the file at `path`."""

    edits: tuple[Edit, ...]
    changes: tuple[ScriptChange, ...]
    before: int
    path: str
    outsider: str


def shared_file(context: Context, login: PackagesLogin, points: Iterable[Point]) -> tuple[str, str] | None:
    """The file with other users in which the points of a login stand, and who uses it; None where there is none."""
    style, script = context.settings.called, login.shell.script
    paths = {part.source.path for p in points if (part := script.part(p.span.start)) and part.launcher}
    for path in sorted(paths) if style != "in-place" else ():
        if style == "bridge":
            return path, "--style bridge"
        if outsider := context.outsider(path):
            return path, outsider
    return None


def bridge(
    context: Context,
    login: PackagesLogin,
    logins: Sequence[PackagesLogin],
    shared: tuple[str, str],
    named: Callable[[str], bool],
) -> tuple[Bridge | None, tuple[Reason, ...]]:
    """The bridge to a login in a file that is `shared`, and reasons that hold it back; None where there is none.
    `logins` are those of the shell; `named`: does the step name a variable to a program or a pipe?"""
    path, outsider = shared
    script = login.shell.script
    reasons: list[Reason] = []
    try:
        natives = _natives(login, path, outsider)
        sites = {*login.sites, (login.command.span, login.command.calls)}
        statement = _statement(script, min(outermost(span, calls) for span, calls in sites))
        since = statement.span.start
        for name, native in natives.items():
            if more := _more(context, login, logins, name, native, since):
                raise Refused("bridge-reaches-more", f"{more} also sees {name} after the bridge", name)
            if named(name):
                raise Refused("bridge-reaches-more", f"the step hands {name} on by its name", name)
        if any(
            command.traced for command in login.shell.trace.commands if outermost(command.span, command.calls) >= since
        ):
            detail = "the script is traced (set -x) where the credential is expanded"
            reasons.append(context.reason("traced", detail, "the token"))
        line = "export " + " ".join(f'{name}="${native}"' for name, native in natives.items())
        edits, changes = _insert(context, script, statement, line)
    except Refused as refused:
        return None, (*reasons, context.reason(refused.code, refused.detail, refused.subject))
    return Bridge(edits, changes, since, path, outsider), tuple(reasons)


def _natives(login: PackagesLogin, path: str, outsider: str) -> dict[str, str]:
    """The native variable for each stored one. Raises Refused."""
    natives: dict[str, str] = {}
    for word in login.words:
        if word.origin.literals:
            detail = f"the {word.role} is written in {path}, which {outsider} uses, too"
            raise Refused("credential-unresolved", detail, path)
        for name in word.origin.stored:
            if natives.setdefault(name, word.native) != word.native:
                raise Refused("credential-unresolved", f"{name} is both user name and password", name)
    return natives


def _statement(script: Script, at: int) -> Statement:
    found = [one for one in lower(script.text) if one.span.start <= at < one.span.end]
    if at >= FIRST or not found:
        raise Refused("bridge-layout", "the call stands in no statement of the step", "the step")
    return found[0]


def _more(
    context: Context, login: PackagesLogin, logins: Sequence[PackagesLogin], name: str, native: str, since: int
) -> str:
    """What sees the variable from a place on and is no login with it, for people; '' if nothing does."""
    script, trace = login.shell.script, login.shell.trace
    words = (word for one in logins for word in one.words if word.native == native)
    covered = {one for word in words for one in sites(word.value)}
    covered |= queries.tested(trace)
    for use in queries.readers_of_input(trace, name):
        if outermost(*queries.site(use)) >= since and queries.site(use) not in covered:
            source, at = script.source_at(use.read.span), script.shown(use.read.span)
            return f"{source.path}:{source.position(at.start).line}"
    readers = Readers(trace, context.book, context.file)
    for command in queries.unfollowed(trace):
        if outermost(command.span, command.calls) >= since and readers.may_read(command, name):
            return f"`{command.name or 'a program that is not known'}`"
    first = min(one.command.order for one in logins)
    return next(queries.unseen_after(trace, first), "")


# Where the line goes


def _insert(
    context: Context, script: Script, statement: Statement, line: str
) -> tuple[tuple[Edit, ...], tuple[ScriptChange, ...]]:
    part = script.part(statement.span.start)
    if part is None or part.scalar is None or part.runs is None:
        raise Refused("bridge-layout", "the call stands where no line can be put in", "the step")
    text = part.source.text
    offset = statement.span.start - part.start
    value = part.scalar.value
    begin = value.rfind("\n", 0, offset) + 1
    at = part.runs.place(offset, offset + 1).start
    start = line_start(text, at)
    if part.style == "|" and not value[begin:offset].strip() and not text[start:at].strip():
        edit = Edit(part.source.path, Span(at, at), f"{line}{_newline(text, at)}{text[start:at]}")
        return (edit,), ()
    return _item(context, part, line)


def _item(context: Context, part: Part, line: str) -> tuple[tuple[Edit, ...], tuple[ScriptChange, ...]]:
    """The line as an item of its own before the one that holds the call, and before the comment on that."""
    text = part.source.text
    assert part.scalar is not None
    start = line_start(text, part.span.start)
    found = _ITEM.fullmatch(text, start, part.span.start)
    if part.key in context.shared_items:
        raise Refused("bridge-layout", "several scripts share the item that holds the call", "the item")
    if found is None:
        raise Refused("bridge-layout", "the item that holds the call shares its line", "the item")
    first = comment_start(text, start, found[1])
    edit = Edit(part.source.path, Span(first, first), f"{found[1]}- {line}{_newline(text, start)}")
    return (edit,), (ScriptChange(part.span.start, None, before=(line,), kept=True),)


def _newline(text: str, at: int) -> str:
    found = _NEWLINE.search(text, at) or _NEWLINE.search(text)
    return found[0] if found else "\n"
