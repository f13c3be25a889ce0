"""What a Python program does to the environment that the programs that it starts get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from migrator.ir.nodes import Assign, Expression, Havoc

if TYPE_CHECKING:
    from migrator.frontends.python.expressions import Expressions

READS = {"get", "copy", "keys", "values", "items", "__getitem__", "__contains__"}
ONE = {"pop", "setdefault", "__setitem__", "__delitem__"}
"""Methods that change the variable that their first argument names."""
_MADE = "a change of the environment"


def given(
    to: Expressions, key: cst.BaseExpression | None, parts: tuple[Expression, ...] | None, node: cst.CSTNode
) -> None:
    """A variable of the environment has a value from now on, None where it is not known; any of them where its name is
    not known."""
    name = to.names.quoted(key) if key is not None else None
    if name is None:
        words = (*([to.word(key)] if key is not None else ()), *([to.join(parts, node)] if parts is not None else ()))
        to.runs(Havoc(_MADE, to.names.span(node), words))
    else:
        _set(to, name[0], (to.unknown(node),) if parts is None else parts, node)


def updated(
    to: Expressions, values: Iterable[cst.BaseExpression], named: Mapping[str, cst.BaseExpression], node: cst.CSTNode
) -> None:
    """`os.environ.update({…}, X=…)`, `os.environ |= {…}`."""
    for value in values:
        for one in value.elements if isinstance(value, cst.Dict) else [value]:
            if isinstance(one, cst.DictElement):
                given(to, one.key, to.parts(one.value), node)
            else:
                given(to, None, to.parts(one if isinstance(one, cst.BaseExpression) else one.value), node)
    for name, value in named.items():
        _set(to, name, to.parts(value), node)


def _set(to: Expressions, name: str, parts: tuple[Expression, ...], node: cst.CSTNode) -> None:
    to.runs(Assign(name, to.join(parts, node), to.names.span(node), exported=True))
