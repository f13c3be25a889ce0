"""Calls of a Python program: what they give, and what those that are known do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst
from msgspec import Struct

from migrator.frontends.python import commands, environment, home, shapes, tree, writing
from migrator.frontends.python.names import ENVIRONMENT
from migrator.ir.nodes import (
    Call,
    ChangeDirectory,
    Constant,
    Evaluate,
    Exit,
    Expression,
    Fallback,
    Havoc,
    Invoke,
    Join,
    Read,
    Redirect,
    StreamKind,
)

if TYPE_CHECKING:
    from migrator.frontends.python.expressions import Expressions
    from migrator.frontends.python.names import Function

_KEPT = {"strip", "rstrip", "lstrip", "encode", "decode"}
"""Methods that keep the text, or what is looked at of it."""
_TEXTS = {"str", "pathlib.Path", "pathlib.PosixPath"}
"""What is the text of its only argument."""
_READS = {"os.getenv", "os.environ.get"}
_SETS = {"os.putenv", "os.unsetenv"}
"""What these do is not seen by `os.environ`: https://docs.python.org/3/library/os.html#os.putenv"""
_REFLECTION = {"globals", "locals", "vars", "exec", "eval"}
"""What reads or sets variables without their names."""
_RUNS_FILES = {"runpy.run_path"}
_RUNS_MODULES = {"runpy.run_module", "importlib.import_module", "__import__"}
_DIRECTORIES = {"os.chdir", "os.fchdir", "contextlib.chdir"}
_ENDS = {"sys.exit", "exit", "quit", "os._exit", "os.abort"}


class Called(Struct, frozen=True, eq=False):
    """A call by the full name of what it calls, '' where that has none, and the method of whatever it is. `starred`:
    there are arguments that are not written out; `arguments` are all but those that change nothing."""

    node: cst.Call
    name: str
    method: str
    args: list[cst.BaseExpression]
    named: dict[str, cst.BaseExpression]
    starred: bool
    arguments: list[cst.Arg]


def lowered(to: Expressions, node: cst.Call) -> tuple[Expression, ...]:
    """What a call gives, as parts of a text; what it runs comes before."""
    arguments = [one for one in node.args if not (one.star == "**" and to.is_plain(one.value))]
    call = Called(
        node,
        to.names.full(node.func),
        node.func.attr.value if isinstance(node.func, cst.Attribute) else "",
        [one.value for one in node.args if one.keyword is None and not one.star],
        {one.keyword.value: one.value for one in node.args if one.keyword},
        any(one.star for one in arguments),
        arguments,
    )
    for path in writing.written(call):
        span = to.names.span(node)
        to.runs(Evaluate((), span), (Redirect(StreamKind.WRITE, to.word(path), span, partial=True),))
    home.take(to, call)
    for known in (home.expanded, _environment, _text, _function, _effect, commands.command):
        found = known(to, call)
        if found is not None:
            return found
    fed = to.facts.fed.values()  # what is told to a process later is read where that is started
    words = tuple(to.word(one.value) for one in node.args if not any(one.value is other for other in fed))
    if call.method == "format" and isinstance(node.func, cst.Attribute):
        return (*to.parts(node.func.value), to.unknown(node, words))
    return (to.unknown(node, (*_function_words(to, node.func), *words)),)


def _function_words(to: Expressions, function: cst.BaseExpression) -> tuple[Join, ...]:
    """What is evaluated to know what is called."""
    if isinstance(function, cst.Attribute):
        return (to.word(function.value),)
    return (to.word(function),) if to.names.full(function) == "" else ()


def _environment(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """What a call takes from the environment, or changes there."""
    node, args = call.node, call.args
    if call.name in _READS and args and not call.starred and (name := to.names.quoted(args[0])):
        default = args[1] if len(args) > 1 else call.named.get("default")
        word = to.word(default) if default is not None else None
        fallback = Fallback.DEFAULT if word else Fallback.NONE
        return (Read(name[0], to.names.span(node), name[1], fallback, word),)
    changes = call.method not in environment.READS and isinstance(node.func, cst.Attribute)
    if changes and isinstance(node.func, cst.Attribute) and to.environment(node.func.value):
        if call.method == "update" and to.names.full(node.func.value) == ENVIRONMENT:
            starred = (one.value for one in node.args if one.star)
            environment.updated(to, [*args, *starred], call.named, node)
            return (to.unknown(node),)
        one = call.method in environment.ONE
    elif call.name in _SETS:
        one = True
    else:
        return None
    rest = [value for value in (argument.value for argument in node.args) if not (one and args and value is args[0])]
    words = tuple(map(to.word, rest))
    environment.given(to, args[0] if args and one else None, None, node)
    return (to.unknown(node, words),)


def _text(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """What is the text of something else."""
    if isinstance(call.node.func, cst.Attribute) and call.method in _KEPT:
        if all(_plain(one.value) for one in call.node.args):
            return to.parts(call.node.func.value)
    elif call.name in _TEXTS and len(call.node.args) == len(call.args) == 1:
        return to.parts(call.args[0])
    return _path(to, call)


def _path(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """What is a path made of others: https://docs.python.org/3/library/pathlib.html"""
    if len(call.node.args) != len(call.args) or not call.args:
        return None
    if call.name == "os.path.join" or call.name in _TEXTS - {"str"}:
        return to.path(call.args)
    if not isinstance(call.node.func, cst.Attribute):
        return None
    if call.method == "joinpath":
        return to.path([call.node.func.value, *call.args])
    if call.method == "with_name":
        folder = to.unknown(call.node, (to.word(call.node.func.value),))
        return (folder, Constant("/", to.names.span(call.node)), *to.parts(call.args[0]))
    return None


def _plain(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.SimpleString) and node.evaluated_value in ("utf-8", "utf8", "ascii", "\n", "\r\n", " ")


def _function(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """A call of a function of the program, its arguments in the order of the parameters."""
    function = to.names.function(call.node.func)
    if function is None or to.names.scope.later:
        return None
    node, span = function.node, to.names.span(call.node)
    params = tree.parameters(node)
    taken = len(params) - len(node.params.kwonly_params)
    names = [one.name.value for one in params]
    given = {**dict(zip(names[:taken], call.args, strict=False)), **call.named}
    unknown = Join((to.unknown(call.node),), span)
    lists: dict[str, list[Join]] = {}
    if (copy := shapes.copied(to, function, call, given, call.args[taken:])) is not None:
        define, lists = copy
        others = call.named.keys() - set(names)
        to.evaluate(call.node, *(call.named[name] for name in call.named if name in others))
        arguments = tuple(
            word
            for one in (*params, *tree.collecting(node))
            for name in [one.name.value]
            for word in (lists[name] if name in lists else _argument(to, function, call, given, one))
        )
        invoke = Invoke(define.name, arguments, span)
        return (invoke,) if tree.gives(node) else (to.unknown(call.node, (Join((invoke,), span),)),)
    if call.starred or len(call.args) > taken or not given.keys() <= set(names):
        words = tuple(to.word(one.value) for one in call.node.args)
        invoke = Invoke(function.name, tuple(unknown for _ in params), span)
        return (to.unknown(call.node, (*words, Join((invoke,), span))),)
    arguments = tuple(word for one in params for word in _argument(to, function, call, given, one))
    invoke = Invoke(function.name, arguments, span)
    return (invoke,) if tree.gives(node) else (to.unknown(call.node, (Join((invoke,), span),)),)


def _argument(
    to: Expressions, function: Function, call: Called, given: dict[str, cst.BaseExpression], param: cst.Param
) -> tuple[Join, ...]:
    """What a parameter is given; nothing where it collects what is behind the others."""
    if param in tree.collecting(function.node):
        return ()
    if (one := given.get(param.name.value)) is not None:
        return (to.word(one),)
    part = to.unknown(call.node) if param.default is None else to.variable(function.default(param), call.node)
    return (Join((part,), to.names.span(call.node)),)


def _effect(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """What a call of a library does to the program."""
    span = to.names.span(call.node)
    files = [*_read(call)] if call.name in ("exec", "eval") else []
    known = call.name in _RUNS_MODULES and call.args and to.names.quoted(call.args[0])
    if call.name in _RUNS_FILES | _RUNS_MODULES and not known:
        files = [one.value for one in call.node.args[:1]]
    for one in files:
        to.runs(Call((to.text_of("python", call.node), to.word(one)), span))
    if call.name not in (*_REFLECTION, *_DIRECTORIES, *_ENDS, "setattr"):
        return None
    if call.name in _ENDS:
        to.evaluate(call.node, *call.node.args)
        to.leaves(Exit(span, call.name == "os.abort" or (to.uncaught and tree.fails(call.node.args))))
        return (to.unknown(call.node),)
    words = tuple(to.word(one.value) for one in call.node.args)
    if call.name in _REFLECTION:
        to.runs(Havoc(f"what `{call.name}` does", span, words))
    elif call.name in _DIRECTORIES:
        to.runs(ChangeDirectory(words[0] if call.args else Join((to.unknown(call.node),), span), span))
    elif len(call.args) > 1 and (name := to.names.quoted(call.args[1])):
        to.runs(Evaluate(words, span))
        to.forgets([to.names.attribute(name[0])], call.node)
    else:
        to.runs(Havoc("what `setattr` does", span, words))
    return (to.unknown(call.node),)


def _read(call: Called) -> Iterator[cst.BaseExpression]:
    """The paths of the files whose text is run: `exec(open(path).read())`, `exec(Path(path).read_text())`."""
    for one in tree.every(call.node):
        match one:
            case cst.Call(func=cst.Name(value="open"), args=[cst.Arg(value=path), *_]):
                yield path
            case cst.Call(
                func=cst.Attribute(value=cst.Call(args=[cst.Arg(value=path)]), attr=cst.Name(value="read_text"))
            ):
                yield path
