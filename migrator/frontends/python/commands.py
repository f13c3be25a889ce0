"""Calls of a Python program that start another: a command, or text for a shell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import libcst as cst
from msgspec import Struct
from msgspec.structs import replace

from migrator.frontends.python import sdk, tree
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import (
    Block,
    Call,
    ChangeDirectory,
    Constant,
    Evaluate,
    Exit,
    Expression,
    Join,
    ProgramError,
    Read,
    Redirect,
    Statement,
    StreamKind,
)
from migrator.text.patterns import regex
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.frontends.python.calls import Called
    from migrator.frontends.python.expressions import Expressions

UNTOLD = "a call that is not followed"
_RUNS = {*(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")), "pty.spawn"}
_CHECKED = {"subprocess.check_call", "subprocess.check_output"}
_SPREADS = {"asyncio.create_subprocess_exec", "asyncio.subprocess.create_subprocess_exec"}
_SHELLS = {
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_shell",
}  # fmt: skip
_REPLACES = regex(r"os\.(?:(?P<end>exec)|(?P<mode>spawn))(?P<form>[lv])p?(?P<env>e?)|os\.posix_spawnp?")
"""https://docs.python.org/3/library/os.html#process-management"""
_TEXT = "text that the program makes"
_BLANK = regex(r"\s+")


class _Started(Struct, frozen=True, eq=False):
    """What a call starts: `words` are expressions, arguments behind a star give several each; `argv` is the list whose
    first word a program takes for its own name. `changed` stands in the way of knowing how it is run."""

    words: tuple[cst.Arg | cst.BaseExpression, ...]
    argv: cst.BaseExpression | None = None
    shell: bool = False
    changed: str = ""
    ends: bool = False


def command(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """What a call starts, where it is known to start something; its value is not known."""
    if (started := _started(call)) is None:
        return sdk.command(to, call)
    if not started.words or to.names.hidden:
        untold(to, call, *(one.value for one in call.node.args))
        return None
    used = [one.value if isinstance(one, cst.Arg) else one for one in (*started.words, started.argv) if one is not None]
    redirects: tuple[Redirect, ...] = ()
    if (fed := call.named.get("input", to.facts.fed.get(call.node))) is not None:
        redirects = (Redirect(StreamKind.TEXT, to.word(fed), to.names.span(fed)),)
        used.append(fed)
    body = _shell(to, used[0], call, started.changed) if started.shell else _program(to, started, call)
    folder = call.named.get("cwd")
    if folder is not None and _set(folder) and not started.changed:
        used.append(folder)
        target = to.word(folder)
        body = (Statement(ChangeDirectory(target, target.span), target.span), *body)
    if len(body) == 1 and not started.shell:
        to.runs(body[0].node, redirects)
    elif body:
        to.runs(Block(body, to.names.span(call.node), isolated=True), redirects)
    own = (tree.elements(started.argv) or [])[:1] if started.argv is not None else []
    value = to.unknown(call.node, (*map(to.word, own), *rest(to, call, used)))
    if started.ends:
        to.runs(Evaluate((Join((value,), value.span),), value.span))
        to.leaves(Exit(value.span))
    return (value,)


def _started(call: Called) -> _Started | None:
    """The command that a call starts; None where it is not known to start one."""
    plain = tuple(one for one in call.arguments if one.keyword is None and one.star != "**")
    starred = "a call with arguments that are not known"
    if call.name in _SPREADS:
        unknown = any(one.star == "**" for one in call.arguments)
        return _Started(plain, changed=_changed(call, ("env", "executable")) or (starred if unknown else ""))
    if call.name in _RUNS | _SHELLS:
        first = call.args[0] if call.args else call.named.get("args", call.named.get("cmd"))
        shell = call.name in _SHELLS or _set(call.named.get("shell"))
        changed = _changed(call, ("env",) if shell else ("env", "executable"))
        return _Started(
            (first,) if first is not None else (), shell=shell, changed=changed or (starred if call.starred else "")
        )
    if not (match := _REPLACES.fullmatch(call.name)):
        return None
    told = plain[1 if match["mode"] else 0 :]
    environment = told[2:] if match["form"] is None else told[-1:] if match["env"] else ()
    changed = "a call with `env=`" if any(tree.dotted(one.value) != "os.environ" for one in environment) else ""
    if match["form"] == "l":
        words = (*told[:1], *(told[2:-1] if match["env"] else told[2:]))
        return _Started(words, changed=changed, ends=bool(match["end"]))
    if call.starred or len(told) < 2:
        changed = starred
    argv = told[1].value if len(told) > 1 else None
    return _Started(told[:1], argv, changed=changed, ends=bool(match["end"]))


def _set(option: cst.BaseExpression | None) -> bool:
    return option is not None and not (isinstance(option, cst.Name) and option.value in ("False", "None"))


def _changed(call: Called, options: Sequence[str]) -> str:
    """What stands in the way of knowing how a command is run."""
    return next((f"a call with `{one}=`" for one in options if one in call.named), "")


def rest(to: Expressions, call: Called, used: Sequence[cst.BaseExpression | None]) -> tuple[Join, ...]:
    return tuple(to.word(one.value) for one in call.node.args if not any(one.value is other for other in used))


def untold(to: Expressions, call: Called, *told: cst.BaseExpression) -> None:
    """Where it is not known with what, or how often, a call is made. What looks like a login is told of elsewhere."""
    if not any(below in to.facts.logins for one in told for below in tree.every(one)):
        to.runs(Call((Join((to.unknown(call.node, why=UNTOLD),), to.names.span(call.node)),), to.names.span(call.node)))


def _program(to: Expressions, started: _Started, call: Called) -> tuple[Statement, ...]:
    span = to.names.span(call.node)
    words = _words(to, started, call.node)
    if started.changed:
        words = [Join((to.unknown(call.node, why=started.changed),), span), *words]
    return (Statement(Call(tuple(words), span, told=_told(call)), span),) if words else ()


def _told(call: Called) -> bool:
    """Whether an error that the call raises may show all of its words:
    https://docs.python.org/3/library/subprocess.html#subprocess.CalledProcessError"""
    unknown = any(one.star == "**" for one in call.node.args)
    checked = unknown or call.name in _CHECKED or _set(call.named.get("check"))
    return call.name.startswith("subprocess.") and (checked or _set(call.named.get("timeout")))


def _shell(to: Expressions, first: cst.BaseExpression, call: Called, changed: str) -> tuple[Statement, ...]:
    """Text that a shell runs: read as such where it is one plain string, and nothing is in the way."""
    span = to.names.span(call.node)
    listed = tree.elements(first)
    if listed and len(listed) == 1:  # the words behind it are no commands
        first = listed[0]
    if isinstance(first, cst.Name):
        first = to.written.get(to.names.variable(first.value) or "", first)
    to.tell(first)
    text = to.names.quoted(first)
    if text and not changed and isinstance(first, cst.SimpleString):
        start = to.names.start(first) + len(first.prefix) + len(first.quote)
        try:
            return lower(text[0], lambda index: to.names.place(start + index), fixed=True)
        except ProgramError:
            pass
    unknown = Join((to.unknown(call.node, why=changed or _TEXT),), span)
    return (Statement(Call((unknown, to.word(first)), span), span),)


def _words(to: Expressions, started: _Started, node: cst.Call) -> list[Join]:
    """The words of a command; the first is not known where some of them are not."""
    words: list[Join | None] = []
    for one in started.words:
        value = one.value if isinstance(one, cst.Arg) else one
        words += [to.word(value)] if isinstance(one, cst.Arg) and not one.star else _elements(to, value)
    if started.argv is not None:
        written = tree.elements(started.argv)
        listed = _elements(to, started.argv) if written is None else list(map(to.word, written[1:]))
        words += listed if written is not None or listed[:1] == [None] else listed[1:]
    if None in words:
        return [Join((to.unknown(node),), to.names.span(node)), *filter(None, words)]
    to.tell(*started.words, *filter(None, [started.argv]))
    return list(filter(None, words))


def _elements(to: Expressions, node: cst.BaseExpression) -> list[Join | None]:
    """The elements of a list, None in front of what is not known."""
    match node:
        case cst.Name(value=name) if listed := to.lists.get(to.names.variable(name) or name):
            to.tell(listed.node)
            return [Join((to.variable(one, node),), to.names.span(node)) for one in listed.names]
        case cst.Call(func=cst.Name(value="list" | "tuple"), args=[cst.Arg(value=value, star="", keyword=None)]):
            return _elements(to, value)
        case cst.BinaryOperation(operator=cst.Add()):
            return [*_elements(to, node.left), *_elements(to, node.right)]
        case cst.List() | cst.Tuple():
            return [
                word
                for one in node.elements
                for word in (_elements(to, one.value) if isinstance(one, cst.StarredElement) else [to.word(one.value)])
            ]
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="split")), args=[]):
            return [*_split(to.parts(value), to.names.span(node))]
        case cst.Call(func=func, args=[cst.Arg(value=value)]) if to.names.full(func) == "shlex.split":
            text = to.names.quoted(value)
            if text and not any(char in text[0] for char in "\\'\"#\n"):
                return [*_split(to.parts(value), to.names.span(node))]
    return [None, to.word(node)]


def _split(parts: Iterable[Expression], span: Span) -> list[Join]:
    """Text at its blanks."""
    words: list[list[Expression]] = [[]]
    for part in parts:
        if not isinstance(part, Constant):
            words[-1].append(replace(part, splits=True) if isinstance(part, Read) else part)
            continue
        for index, text in enumerate(_BLANK.split(part.text)):
            if index:
                words.append([])
            if text:
                words[-1].append(Constant(text, part.span))
    return [Join(tuple(one), span) for one in words if one]
