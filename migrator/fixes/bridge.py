"""A bridge: one line of the step gives a called file the native pair, where the file itself is not for steps alone.

The step exports the stored variables anew, so that what it runs from there on sees the native values in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from migrator.findings.records import ScriptChange
from migrator.fixes.judged import Bridge, Judged
from migrator.fixes.origin import references
from migrator.flow.events import Command, VariableUse
from migrator.flow.library import FIRST
from migrator.frontends.shell.lowering import lower
from migrator.ir.nodes import Statement
from migrator.reading.scripts import Part, Script
from migrator.reading.steps import Shell
from migrator.rules.context import Context
from migrator.text.edits import Edit
from migrator.text.source import Span

_ITEM = re.compile(r"( *)-[ \t]+(?:&[^\s,\[\]{}]+[ \t]+)?")
_NEWLINE = re.compile(r"\r\n|\r|\n")
Reads = Callable[[Command, str], bool]


class _Refused(Exception):
    def __init__(self, code: str, detail: str, subject: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.subject = subject


def bridge(
    context: Context, shell: Shell, judged: Sequence[Judged], reads: Reads, named: Callable[[str], bool]
) -> None:
    """Give the logins of a shell that would be edited in files with other callers a bridge, or the reason why there is
    none. `reads`: whether a program may read a variable from its environment; `named`: whether the step names one to a
    program or a task."""
    for item in judged:
        if item.native or not (found := _shared(context, shell, item)):
            continue
        path, outsider = found
        try:
            item.bridge = _bridge(context, shell, judged, item, path, outsider, reads, named)
        except _Refused as refused:
            item.reasons.append(context.reason(refused.code, refused.detail, refused.subject))
        item.points.clear()


def _shared(context: Context, shell: Shell, item: Judged) -> tuple[str, str] | None:
    """The file that would be edited, and who else uses it."""
    style = context.settings.called
    paths = {part.source.path for p in item.points if (part := shell.script.part(p.span.start)) and part.launcher}
    for path in sorted(paths) if style != "in-place" else ():
        if style == "bridge":
            return path, "--style bridge"
        if outsider := context.outsider(path):
            return path, outsider
    return None


def _bridge(
    context: Context,
    shell: Shell,
    judged: Sequence[Judged],
    item: Judged,
    path: str,
    outsider: str,
    reads: Reads,
    named: Callable[[str], bool],
) -> Bridge:
    natives: dict[str, str] = {}
    for part, native, role in (
        (item.username, item.registry.username, "user name"),
        (item.password, item.registry.password, "password"),
    ):
        if part.literals:
            detail = f"the {role} is written in {path}, which {outsider} uses, too"
            raise _Refused("credential-unresolved", detail, path)
        for name in part.stored:
            if natives.setdefault(name, native) != native:
                raise _Refused("credential-unresolved", f"{name} is both user name and password", name)
    sites = {*item.sites, (item.login.command.span, item.login.command.calls)}
    first = min(_outermost(span, calls) for span, calls in sites)
    statement = _statement(shell.script, first)
    for name, native in natives.items():
        if more := _more(shell, judged, name, native, statement.span.start, reads):
            raise _Refused("bridge-reaches-more", f"{more} also sees {name} after the bridge", name)
        if named(name):
            raise _Refused("bridge-reaches-more", f"the step hands {name} on by its name", name)
    if any(c.traced for c in shell.trace.commands if _of(c) >= statement.span.start):
        detail = "the script is traced (set -x) where the credential is expanded"
        item.reasons.append(context.reason("traced", detail, "the token"))
    line = "export " + " ".join(f'{name}="${native}"' for name, native in natives.items())
    edits, changes = _insert(context, shell.script, statement, line)
    return Bridge(edits, changes, statement.span.start, path, outsider)


def _outermost(span: Span, calls: tuple[int, ...]) -> int:
    """Where in the step's own text something happens."""
    return calls[0] if calls else span.start


def _of(command: Command) -> int:
    return _outermost(command.span, command.calls)


def _statement(script: Script, at: int) -> Statement:
    found = [one for one in lower(script.text) if one.span.start <= at < one.span.end]
    if at >= FIRST or not found:
        raise _Refused("bridge-layout", "the call stands in no statement of the step", "the step")
    return found[0]


def _more(shell: Shell, judged: Sequence[Judged], name: str, native: str, since: int, reads: Reads) -> str:
    """What sees the variable from a place on and is no login with it, for people; '' if nothing does."""
    covered = {
        site
        for item in judged
        for value, role in (
            (item.login.username, item.registry.username),
            (item.login.password, item.registry.password),
        )
        if role == native
        for site in references(value)
    }
    tested = {(test.read.span, test.calls) for test in shell.trace.presences if test.read is not None}

    def other(use: VariableUse) -> bool:
        site = (use.read.span, use.calls)
        return use.read.name == name and None in use.definitions and site not in covered and site not in tested

    for use in shell.trace.uses:
        if _outermost(use.read.span, use.calls) >= since and other(use):
            source, at = shell.script.source_at(use.read.span), shell.script.shown(use.read.span)
            return f"{source.path}:{source.position(at.start).line}"
    for command in shell.trace.commands:
        if _of(command) >= since and not command.followed and reads(command, name):
            return f"`{command.name or 'a program that is not known'}`"
    logins = [item.login.command.order for item in judged]
    return next((one.what for one in shell.trace.opaque if logins and one.order > min(logins)), "")


# Where the line goes


def _insert(
    context: Context, script: Script, statement: Statement, line: str
) -> tuple[tuple[Edit, ...], tuple[ScriptChange, ...]]:
    part = script.part(statement.span.start)
    if part is None or part.scalar is None or part.runs is None:
        raise _Refused("bridge-layout", "the call stands where no line can be put in", "the step")
    text = part.source.text
    offset = statement.span.start - part.start
    value = part.scalar.value
    begin = value.rfind("\n", 0, offset) + 1
    at = part.runs.place(offset, offset + 1).start
    start = _line(text, at)
    if part.style == "|" and not value[begin:offset].strip() and not text[start:at].strip():
        edit = Edit(part.source.path, Span(at, at), f"{line}{_newline(text, at)}{text[start:at]}")
        return (edit,), ()
    return _item(context, part, line)


def _item(context: Context, part: Part, line: str) -> tuple[tuple[Edit, ...], tuple[ScriptChange, ...]]:
    """The line as an item of its own before the one that holds the call, and before the comment on that."""
    text = part.source.text
    assert part.scalar is not None
    start = _line(text, part.span.start)
    found = _ITEM.fullmatch(text, start, part.span.start)
    if part.key in context.shared_items:
        raise _Refused("bridge-layout", "several scripts share the item that holds the call", "the item")
    if found is None:
        raise _Refused("bridge-layout", "the item that holds the call shares its line", "the item")
    comment = re.compile(rf"{found[1]}#")
    first = start
    while first > 0 and comment.match(text, above := _line(text, first - (2 if text[:first].endswith("\r\n") else 1))):
        first = above
    edit = Edit(part.source.path, Span(first, first), f"{found[1]}- {line}{_newline(text, start)}")
    return (edit,), (ScriptChange(part.span.start, None, before=(line,), kept=True),)


def _line(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _newline(text: str, at: int) -> str:
    found = _NEWLINE.search(text, at) or _NEWLINE.search(text)
    return found[0] if found else "\n"
