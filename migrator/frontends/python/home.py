"""The home folder in a Python program: what names it, and the calls that take files of it.

https://docs.python.org/3/library/os.path.html#os.path.expanduser, .../pathlib.html, .../shutil.html. Programs in which
nothing names it, or a login file, have no such calls. A path is looked at as it is written: a name, a string, and what
joins these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from migrator.ir.nodes import Constant, Evaluate, Expression, Join, Read, Redirect, StreamKind

if TYPE_CHECKING:
    from migrator.frontends.python.calls import Called
    from migrator.frontends.python.expressions import Expressions

_VARIABLE = "HOME"
_SIGNS = ("expanduser", ".home(", _VARIABLE, ".docker", "config.json", "auth.json", "DOCKER_CONFIG")
_HOMES = {"pathlib.Path.home", "pathlib.PosixPath.home"}
_EXPANDS = "os.path.expanduser"
_JOINS = {_EXPANDS, "os.path.join", "pathlib.Path", "pathlib.PosixPath", "str"}
_MAKES = {"expanduser", "joinpath", "with_name", "resolve", "absolute"}
"""Methods of a path that give another one."""
_LOOKS = {
    *("exists", "is_file", "is_dir", "mkdir", "unlink", "touch", "chmod", "stat", "print", "len", "isinstance"),
    *("os.path.exists", "os.path.isfile", "os.path.isdir", "os.makedirs", "os.mkdir", "os.chmod", "os.remove"),
    *("os.unlink", "os.rmdir", "os.stat", "os.chdir", "os.path.dirname", "os.path.basename", "shutil.rmtree"),
    *("os.environ.get", "os.getenv", "os.environ.setdefault"),
}
"""What leaves a file where it is, and does not read it."""
_READS = {"read_text", "read_bytes", "open"}
"""Of a path: what reads the file."""
_FOLDERS = {"iterdir", "walk", "rename", "replace", "copy", "move"}
"""Of a path: what takes a folder with all that is in there."""
_PATTERNS = {"glob": "/", "rglob": "/**/"}
"""Of a path: what takes the files in there that match."""
_WHOLE = {
    *("shutil.copytree", "shutil.make_archive", "shutil.move", "os.walk", "os.listdir", "os.scandir", "os.rename"),
    *("distutils.dir_util.copy_tree", "add"),
}
"""Functions that do so, and the method of an archive."""


def expanded(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    """What a call gives that names the home folder; None for another one."""
    if call.name in _HOMES:
        return (_home(to, call.node),)
    if call.name == _EXPANDS and len(call.args) == len(call.node.args) == 1:
        return _below(to, to.parts(call.args[0]), call.node)
    if call.method == "expanduser" and isinstance(call.node.func, cst.Attribute) and not call.node.args:
        return _below(to, to.parts(call.node.func.value), call.node)
    return None


def _home(to: Expressions, node: cst.CSTNode) -> Read:
    span = to.names.span(node)
    return Read(_VARIABLE, span, span, fixed=True)


def _below(to: Expressions, parts: tuple[Expression, ...], node: cst.CSTNode) -> tuple[Expression, ...]:
    """A path with the home folder for its `~`; what is not known may have one. A variable may hold one: what it holds
    is that path in either spelling."""
    head = parts[0] if parts else None
    if isinstance(head, Read):
        return parts
    text = head.text if isinstance(head, Constant) else "" if head is None else None
    if text is None:
        return (to.unknown(node, (Join(parts, to.names.span(node)),)),)
    if text == "~" or text.startswith("~/"):
        return (_home(to, node), Constant(text[1:], to.names.span(node)), *parts[1:])
    return parts


def take(to: Expressions, call: Called) -> None:
    """The files that a call is given are read; of folders all that is in there, where it is known to go through it."""
    if not any(sign in to.text for sign in _SIGNS) or not {call.name, call.method}.isdisjoint(_LOOKS):
        return
    span = to.names.span(call.node)
    for path, below in _paths(call):
        parts = (*to.parts(path), Constant(below, span)) if below else to.parts(path)
        word = to.join(parts, path)
        to.runs(Evaluate((), span), (Redirect(StreamKind.READ, word, span),))


def _paths(call: Called) -> Iterator[tuple[cst.BaseExpression, str]]:
    """The paths that a call may read, each with a pattern of what it takes below."""
    if isinstance(call.node.func, cst.Attribute) and _is_path(call.node.func.value):
        path = call.node.func.value
        if call.method in _READS | _FOLDERS:
            yield path, "" if call.method in _READS else "/**"
        elif call.method in _PATTERNS:
            pattern = call.args[0].evaluated_value if call.args and isinstance(call.args[0], cst.SimpleString) else "**"
            yield path, f"{_PATTERNS[call.method]}{pattern}" if isinstance(pattern, str) else "/**"
    if call.name in _JOINS or call.method in _MAKES:
        return
    whole = not {call.name, call.method}.isdisjoint(_WHOLE)
    for path in (*call.args, *call.named.values()):
        if _is_path(path):
            yield path, "/**" if whole else ""


def _is_path(node: cst.BaseExpression) -> bool:
    """Whether an expression is a path, or names one, and runs nothing."""
    match node:
        case cst.Name() | cst.BaseString() | cst.Subscript():
            return True
        case cst.BinaryOperation(left=left, operator=cst.Divide() | cst.Add(), right=right):
            return _is_path(left) and _is_path(right)
        case cst.Call(func=func, args=args):
            method = func.attr.value if isinstance(func, cst.Attribute) else ""
            makes = (method or getattr(func, "value", "")) in _MAKES | {"home", "join", "Path", "str"}
            inner = [*([func.value] if isinstance(func, cst.Attribute) else []), *(one.value for one in args)]
            return makes and all(_is_path(one) or isinstance(one, cst.Attribute) for one in inner)
    return False
