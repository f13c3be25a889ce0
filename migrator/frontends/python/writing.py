"""Files that a Python program writes, by what it calls for that.

https://docs.python.org/3/library/functions.html#open, .../pathlib.html, .../shutil.html and .../os.html. That a file is
opened for writing counts, and not what is written to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from migrator.frontends.python.calls import Called

_OPENS = {"open", "io.open", "codecs.open"}
_SECOND = {
    *("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"),
    *("os.rename", "os.replace", "os.link", "os.symlink"),
}
"""What writes where its second argument says."""
_METHODS = {"write_text", "write_bytes", "symlink_to", "hardlink_to"}
"""Of a path: what writes there."""
_MOVES = {"rename", "replace"}
"""Of a path: what writes where the only argument says. Texts have a `replace` too, with two."""


def written(call: Called) -> Iterator[cst.BaseExpression]:
    """The paths that a call may write to."""
    unknown = [one.value for one in call.arguments if one.star]
    if call.name in _OPENS:
        if _writes(call, 1):
            yield from [*call.args[:1], *_named(call, "file"), *unknown][:1]
    elif call.name in _SECOND:
        yield from [*call.args[1:2], *_named(call, "dst"), *unknown][:1]
    elif isinstance(call.node.func, cst.Attribute):
        path = call.node.func.value
        if call.method in _METHODS or (call.method == "open" and not call.name and _writes(call, 0)):
            yield path
        elif call.method in _MOVES and len(call.args) + len(call.named) == 1:
            yield from [*call.args, *_named(call, "target")]


def _writes(call: Called, at: int) -> bool:
    """Whether the mode, the argument at that place, is another one than for reading; what is not known may be."""
    mode = next(iter([*call.args[at : at + 1], *_named(call, "mode")]), None)
    if mode is None:
        return call.starred
    text = mode.evaluated_value if isinstance(mode, cst.SimpleString) else None
    return not isinstance(text, str) or bool(set("wax+") & set(text))


def _named(call: Called, name: str) -> list[cst.BaseExpression]:
    return [call.named[name]] if name in call.named else []
