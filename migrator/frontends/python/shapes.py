"""Functions of a Python program that are given lists, or text for a shell: a copy for each shape of these.

Procedure cloning: within a copy each element of a list is a parameter of its own, and text is what is written there. A
function that changes such a parameter, or that calls itself, has no copies; their number is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from msgspec import Struct

from migrator.frontends.python import tree
from migrator.frontends.python.names import Function, Namespace
from migrator.ir.nodes import Define, Join

if TYPE_CHECKING:
    from migrator.frontends.python.calls import Called
    from migrator.frontends.python.expressions import Expressions

_MOST_COPIES = 100
_MOST_ELEMENTS = 64
_HARMLESS = {"check", "text", "timeout", "stdout", "stderr", "capture_output", "universal_newlines", "encoding"}
"""Keywords of `subprocess.run` that do not change what is run."""


class CallShape(Struct, frozen=True):
    """A function as it is called: parameters that are given a list, with the number of elements, and those that are
    given text, with its place. `plain`: what it is given by other keywords changes no command."""

    function: str
    lists: tuple[tuple[str, int], ...]
    texts: tuple[tuple[str, int], ...]
    plain: bool


class Copy(Struct, frozen=True, eq=False):
    """`define` is what defines the copy."""

    function: Function
    scope: Namespace
    name: str
    shape: CallShape
    texts: dict[str, cst.SimpleString]


def copied(
    to: Expressions,
    function: Function,
    call: Called,
    given: dict[str, cst.BaseExpression],
    extra: list[cst.BaseExpression],
) -> tuple[Define, dict[str, list[Join]]] | None:
    """The copy for a call, and the words of its lists by parameter; None where there is none. `extra` are arguments
    behind those of the parameters."""
    node = function.node
    star, named = node.params.star_arg, node.params.star_kwarg
    scope = to.names.scope.holder(node.name.value)
    lists = {name: words for name, one in given.items() if (words := _elements(to, one)) is not None}
    if isinstance(star, cst.Param) and extra:
        lists[star.name.value] = [(one, None) for one in extra]
    texts = {name: one for name, one in given.items() if isinstance(one, cst.SimpleString) and _is_run(node, name)}
    wanted = lists.keys() | texts.keys()
    bound = {name for name, _ in tree.bindings(node.body.children)} | to.facts.changing
    others = call.named.keys() - {one.name.value for one in tree.parameters(node)}
    assert scope is not None
    if not wanted or wanted & bound or node.decorators or call.starred or to.names.hidden:
        return None
    plain = isinstance(named, cst.Param) and others <= _HARMLESS
    if any(len(one) > _MOST_ELEMENTS for one in lists.values()) or (others and named is None):
        return None
    counts = tuple((name, len(words)) for name, words in lists.items())
    shape = CallShape(function.name, counts, tuple((name, to.names.start(one)) for name, one in texts.items()), plain)
    if shape not in to.copies:
        if len(to.copies) >= _MOST_COPIES:
            return None
        to.copies[shape] = None  # as long as it is made: what calls itself has none
        name = f"{function.name}({len(to.copies)})"
        to.copies[shape] = to.copy(Copy(function, scope, name, shape, texts))
    define = to.copies[shape]
    if define is None:
        return None
    to.runs(define)
    used = {one.name.value for one in (*tree.parameters(node), *tree.collecting(node)) if one in to.told}
    to.told |= {call.node} if used else set()
    for name in used & given.keys():
        _told(to, given[name])
    to.tell(*(extra if isinstance(star, cst.Param) and star.name.value in used else ()))
    return define, {
        name: [
            to.word(one) if known is None else Join((to.variable(known, one),), to.names.span(one))
            for one, known in words
        ]
        for name, words in lists.items()
    }


def _elements(to: Expressions, node: cst.BaseExpression) -> list[tuple[cst.BaseExpression, str | None]] | None:
    """The elements of a list, or the variables that they are; None where that is no list that is known."""
    if isinstance(node, cst.Name) and (listed := to.lists.get(to.names.variable(node.value) or node.value)):
        return [(node, name) for name in listed.names]
    if not isinstance(node, cst.List | cst.Tuple):
        return None
    found: list[tuple[cst.BaseExpression, str | None]] = []
    for one in node.elements:
        inner = _elements(to, one.value) if isinstance(one, cst.StarredElement) else [(one.value, None)]
        if inner is None:
            return None
        found += inner
    return found


def _told(to: Expressions, node: cst.BaseExpression) -> None:
    """A command is made of a list that a function is given, and of the lists in it."""
    to.tell(node)
    for one in tree.every(node):
        listed = to.lists.get(to.names.variable(one.value) or one.value) if isinstance(one, cst.Name) else None
        to.tell(*([listed.node] if listed else []))


def _is_run(node: cst.FunctionDef, name: str) -> bool:
    """Whether a function calls something with a parameter first, as what runs text is called."""
    return any(
        isinstance(one, cst.Call)
        and one.args
        and isinstance(one.args[0].value, cst.Name)
        and one.args[0].value.value == name
        for one in tree.every(node.body)
    )
