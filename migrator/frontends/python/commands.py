"""Calls of a Python program that start another: a command, text for a shell, the docker SDK."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import libcst as cst
from msgspec.structs import replace

from migrator.frontends.python import tree
from migrator.frontends.shell.lowering import lower
from migrator.ir.nodes import (
    Block,
    Call,
    ChangeDirectory,
    Constant,
    Expression,
    Join,
    ProgramError,
    Read,
    Redirect,
    Statement,
    StreamKind,
)
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.frontends.python.calls import Called
    from migrator.frontends.python.expressions import Expressions

UNTOLD = "a call that is not followed"
_RUNS = {f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")}
_SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
_TEXT = "text that the program makes"
_IMAGES = ("pull", "push", "run")
_LOGIN = ("username", "password", "email", "registry")
"""The parameters of its `login`, in order."""
_BLANK = re.compile(r"\s+")
_OWNERS = ("images", "containers", "api")


def command(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """What a call starts, where it is known to start something; its value is not known."""
    shell = call.name in _SHELLS
    if not shell and call.name not in _RUNS:
        return _sdk(to, call)
    first = call.args[0] if call.args else call.named.get("args")
    if first is None or to.names.hidden:
        _untold(to, call, *(one.value for one in call.node.args))
        return None
    shell = shell or _set(call.named.get("shell"))
    used = [first]
    redirects: tuple[Redirect, ...] = ()
    if (fed := call.named.get("input", to.facts.fed.get(call.node))) is not None:
        redirects = (Redirect(StreamKind.TEXT, to.word(fed), to.names.span(fed)),)
        used.append(fed)
    changed = _changed(call, ("env",) if shell else ("env", "executable"))
    body = _shell(to, first, call, changed) if shell else _program(to, first, call, changed)
    folder = call.named.get("cwd")
    if folder is not None and _set(folder) and not changed:
        used.append(folder)
        target = to.word(folder)
        body = (Statement(ChangeDirectory(target, target.span), target.span), *body)
    if len(body) == 1 and not shell:
        to.runs(body[0].node, redirects)
    elif body:
        to.runs(Block(body, to.names.span(call.node), isolated=True), redirects)
    return (to.unknown(call.node, _rest(to, call, used)),)


def _set(option: cst.BaseExpression | None) -> bool:
    return option is not None and not (isinstance(option, cst.Name) and option.value in ("False", "None"))


def _changed(call: Called, options: Sequence[str]) -> str:
    """What stands in the way of knowing how a command is run."""
    own = [f"a call with `{one}=`" for one in options if one in call.named]
    return own[0] if own else "a call with arguments that are not known" if call.starred else ""


def _rest(to: Expressions, call: Called, used: Sequence[cst.BaseExpression | None]) -> tuple[Join, ...]:
    return tuple(to.word(one.value) for one in call.node.args if not any(one.value is other for other in used))


def _untold(to: Expressions, call: Called, *told: cst.BaseExpression) -> None:
    """Where it is not known with what, or how often, a call is made. What looks like a login is told of elsewhere."""
    if not any(below in to.facts.logins for one in told for below in tree.every(one)):
        to.runs(Call((Join((to.unknown(call.node, why=UNTOLD),), to.names.span(call.node)),), to.names.span(call.node)))


def _program(to: Expressions, first: cst.BaseExpression, call: Called, changed: str) -> tuple[Statement, ...]:
    span = to.names.span(call.node)
    words = _words(to, first)
    if changed:
        words = [Join((to.unknown(call.node, why=changed),), span), *words]
    return (Statement(Call(tuple(words), span), span),) if words else ()


def _shell(to: Expressions, first: cst.BaseExpression, call: Called, changed: str) -> tuple[Statement, ...]:
    """Text that a shell runs: read as such where it is one plain string, and nothing is in the way."""
    span = to.names.span(call.node)
    listed = tree.elements(first)
    if listed and len(listed) == 1:  # the words behind it are no commands
        first = listed[0]
    to.told |= set(tree.every(first))
    text = to.names.quoted(first)
    if text and not changed and isinstance(first, cst.SimpleString):
        start = to.names.start(first) + len(first.prefix) + len(first.quote)
        try:
            return lower(text[0], lambda index: to.names.place(start + index), fixed=True)
        except ProgramError:
            pass
    unknown = Join((to.unknown(call.node, why=changed or _TEXT),), span)
    return (Statement(Call((unknown, to.word(first)), span), span),)


def _words(to: Expressions, node: cst.BaseExpression) -> list[Join]:
    """The words of a command; the first is not known where some of them are not."""
    words = _elements(to, node)
    if None in words:
        return [Join((to.unknown(node),), to.names.span(node)), *filter(None, words)]
    to.told |= set(tree.every(node))
    return list(filter(None, words))


def _elements(to: Expressions, node: cst.BaseExpression) -> list[Join | None]:
    """The elements of a list, None in front of what is not known."""
    match node:
        case cst.Name(value=name) if listed := to.lists.get(to.names.variable(name) or name):
            to.told |= set(tree.every(listed.node))
            return [Join((to.variable(one, node),), to.names.span(node)) for one in listed.names]
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


def _sdk(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """Methods of https://docker-py.readthedocs.io/ that do what a command does."""
    if "docker" not in to.facts.packages or not isinstance(call.node.func, cst.Attribute):
        return None
    if call.method == "login" and (call.starred or "password" in call.named or len(call.args) > 1):
        given = {**dict(zip(_LOGIN, call.args, strict=False)), **call.named}
        options = {"-u": given.get("username"), "-p": given.get("password")}
        if call.starred or "registry" in given:
            options[""] = given.get("registry")
    elif call.method in _IMAGES and getattr(getattr(call.node.func.value, "attr", None), "value", "") in _OWNERS:
        image = call.args[0] if call.args else call.named.get("repository", call.named.get("image"))
        options = {"": image}
    else:
        return None
    if to.names.hidden:
        _untold(to, call)
        return None
    starred = tuple(to.word(one.value) for one in call.node.args if one.star)
    unknown = Join((to.unknown(call.node, starred),), to.names.span(call.node))
    words = [to.text_of("docker", call.node), to.text_of(call.method, call.node)]
    for option, value in options.items():
        words += [to.text_of(option, call.node)] if option else []
        words += [unknown if value is None or (call.starred and option) else to.word(value)]
    to.runs(Call(tuple(words), to.names.span(call.node)))
    rest = _rest(to, call, [] if call.starred else list(options.values()))
    return (to.unknown(call.node, (to.word(call.node.func.value), *rest)),)
