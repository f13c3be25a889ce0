"""What is true of a Python program as a whole, wherever it is when it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

import libcst as cst
from msgspec import Struct
from msgspec.structs import replace

from migrator.frontends.python import tree
from migrator.frontends.python.names import ENVIRONMENT, Names
from migrator.text.patterns import regex

_COPIERS = ("dict", "copy.copy", "copy.deepcopy")
_LOGIN = regex(r"\blogin\b")
_PASSWORD = regex(r"\s(?:-p\b|--password)")
_LOGS_IN = regex(r"[a-z] login(?: -\S+ \S+){0,4} [\w-]+\.[\w.-]+")


class LoginLike(Struct, frozen=True, eq=False):
    """The words of what looks like a login, what the call that is given them is given `beside` them, and the function,
    class or module that they stand in."""

    words: list[cst.BaseExpression]
    beside: list[cst.BaseExpression]
    scope: cst.CSTNode


class Facts(Struct, frozen=True, eq=False):
    """`packages` are what is imported; `clients` are names of clients of the docker SDK; `fed` is what a process is
    told later, by the call that starts it; `same` are names of the environment, `copies` of copies of it; `changing`
    are names whose value changes otherwise than by assignment; `counts` is how often a name stands there; `called` are
    names of what is called, `passed` those that are used otherwise than to call them where it is known with what;
    `caught` are functions that run where exceptions are caught; `logins` are what looks like the words of a login, with
    these words."""

    packages: frozenset[str]
    clients: frozenset[str]
    fed: dict[cst.CSTNode, cst.BaseExpression]
    same: frozenset[str]
    copies: frozenset[str]
    changing: frozenset[str]
    counts: Counter[str]
    called: frozenset[str]
    passed: frozenset[str]
    caught: frozenset[str]
    logins: dict[cst.CSTNode, LoginLike]


def _logs_in(text: str) -> bool:
    login = _LOGIN.search(text)
    return (login is not None and _PASSWORD.search(text, login.end()) is not None) or _LOGS_IN.search(text) is not None


def gather(names: Names, accounts: Collection[str] = ()) -> Facts:
    """`accounts` are libraries that log in to something else than a registry."""
    nodes = list(tree.every(names.module))
    imports = [tree.imported(one) for one in nodes if isinstance(one, tree.IMPORTS)]
    given = [
        (target, one.value)
        for one in nodes
        if isinstance(one, cst.Assign)
        for to in one.targets
        for target in tree.stored(to.target)
    ]
    copies: set[str] = set()
    for name, value in given:
        if copied(value, names, copies):
            copies.add(name)
    packages = frozenset(full.partition(".")[0] for found in imports for full in found.values())
    return Facts(
        packages,
        frozenset(name for name, value in given if _is_client(value, names)),
        dict(_feeding(nodes)),
        frozenset(name for name, value in given if names.full(value) == ENVIRONMENT),
        frozenset(copies),
        frozenset(_changing(nodes)),
        Counter(one.value for one in nodes if isinstance(one, cst.Name)),
        frozenset(_called(names.module)),
        frozenset(_passed(names.module)),
        _caught(nodes, names),
        dict(_logins(names.module, packages, accounts)),
    )


def copied(node: cst.BaseExpression, names: Names, copies: frozenset[str] | set[str]) -> bool:
    """Whether an expression holds the environment as a whole, or takes something from what holds it."""
    while isinstance(node, cst.Subscript | cst.Attribute | cst.Call):
        if names.full(node) == ENVIRONMENT:
            return True
        if isinstance(node, cst.Call) and names.full(node.func) in _COPIERS:
            return any(copied(argument.value, names, copies) for argument in node.args)
        node = node.func if isinstance(node, cst.Call) else node.value
    if isinstance(node, cst.Dict):
        unpacked = (one.value for one in node.elements if isinstance(one, cst.StarredDictElement))
        return any(copied(one, names, copies) for one in unpacked)
    if isinstance(node, cst.BinaryOperation):
        return copied(node.left, names, copies) or copied(node.right, names, copies)
    return isinstance(node, cst.Name) and node.value in copies


def _is_client(node: cst.BaseExpression, names: Names) -> bool:
    return isinstance(node, cst.Call) and names.full(node.func).startswith("docker.")


def _feeding(nodes: list[cst.CSTNode]) -> Iterator[tuple[cst.Call, cst.BaseExpression]]:
    """Calls of `Popen` with what their one `communicate` gives to the process."""
    processes: dict[str, list[cst.Call]] = {}
    given: dict[str, list[cst.BaseExpression | None]] = {}
    for node in nodes:
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value) if call := _started(
                value
            ):
                processes.setdefault(name, []).append(call)
            case cst.WithItem(item=cst.Call() as call, asname=cst.AsName(name=cst.Name(value=name))):
                processes.setdefault(name, []).append(call)
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="communicate")), args=args):
                told = (one for one in args if not one.star and (one.keyword is None or one.keyword.value == "input"))
                fed = next((one.value for one in told), None)
                if isinstance(value, cst.Name):
                    given.setdefault(value.value, []).append(fed)
                elif isinstance(value, cst.Call) and fed is not None:
                    yield value, fed
    for name, inputs in given.items():
        calls = processes.get(name, [])
        if len(calls) == len(inputs) == 1 and inputs[0] is not None:
            yield calls[0], inputs[0]


def _started(node: cst.BaseExpression) -> cst.Call | None:
    """The call whose value it is, awaited or not."""
    inner = node.expression if isinstance(node, cst.Await) else node
    return inner if isinstance(inner, cst.Call) else None


def _changing(nodes: list[cst.CSTNode]) -> Iterator[str]:
    """`x[0] = 1`, `x.append(1)`, `x += [1]`."""
    for node in nodes:
        match node:
            case cst.Attribute(value=cst.Name(value=name)) | cst.AugAssign(target=cst.Name(value=name)):
                yield name
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.Del(target=target):
                for one in tree.every(target):
                    if isinstance(one, cst.Subscript) and isinstance(one.value, cst.Name):
                        yield one.value.value


def _passed(module: cst.Module) -> Iterator[str]:
    """A lambda is called with who knows what, and so is what it calls."""
    pending: list[tuple[cst.CSTNode, bool]] = [(module, False)]
    while pending:
        node, unknown = pending.pop()
        inner = tree.below(node)
        match node:
            case cst.Name(value=name):
                yield name
            case cst.Attribute(value=value):
                inner = [value]
            case cst.Arg(value=value):
                inner = [value]
            case cst.Call(func=cst.Name() as name, args=args) if not unknown:
                inner = list(args)
            case cst.FunctionDef() | cst.ClassDef() | cst.Param():
                inner = [one for one in inner if one is not node.name]
            case _ if isinstance(node, (*tree.IMPORTS, cst.Global, cst.Nonlocal)):
                inner = []
        pending += [(one, unknown or isinstance(node, cst.Lambda)) for one in inner]


def suppresses(node: cst.CSTNode, names: Names) -> bool:
    """Whether a block goes on behind its end when an exception ends it."""
    return isinstance(node, cst.With) and any(
        isinstance(one.item, cst.Call) and names.full(one.item.func) == "contextlib.suppress" for one in node.items
    )


def _caught(nodes: list[cst.CSTNode], names: Names) -> frozenset[str]:
    calls = {one.name.value: set(_called(one)) for one in nodes if isinstance(one, cst.FunctionDef)}
    guarded = (one.body for one in nodes if isinstance(one, cst.Try | cst.TryStar | cst.With) and _guards(one, names))
    pending = {name for body in guarded for name in _called(body)}
    found: set[str] = set()
    while pending:
        name = pending.pop()
        found.add(name)
        pending |= calls.get(name, set()) - found
    return frozenset(found)


def _guards(node: cst.CSTNode, names: Names) -> bool:
    return not isinstance(node, cst.With) or suppresses(node, names)


def _called(node: cst.CSTNode) -> Iterator[str]:
    for one in tree.every(node):
        if isinstance(one, cst.Call) and isinstance(one.func, cst.Name):
            yield one.func.value


def _logins(
    module: cst.Module, packages: frozenset[str], accounts: Collection[str]
) -> Iterator[tuple[cst.CSTNode, LoginLike]]:
    """Words, strings, and calls of what is named `login` or is given credentials; not a string that stands alone, as
    documentation does."""
    elsewhere = not packages.isdisjoint(accounts) and not any("docker" in one or "podman" in one for one in packages)
    elsewhere = elsewhere or any(
        isinstance(one, cst.FunctionDef) and one.name.value == "login" for one in tree.every(module)
    )
    pending: list[tuple[cst.CSTNode, _Around]] = [(module, _Around(module))]
    while pending:
        node, around = pending.pop()
        match node:
            case cst.List() | cst.Tuple() | cst.Set():
                words = [one.value for one in node.elements]
                if any(map(_is_login, words)):
                    yield node, LoginLike(words, around.beside(node), around.scope)
            case cst.Call():
                words = [one.value for one in node.args]
                named = bool(words) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "login"
                named = named and not elsewhere
                given = any(one.keyword and one.keyword.value == "auth_config" for one in node.args)
                if named or given or any(map(_is_login, words)):
                    yield node, LoginLike(words, [], around.scope)
            case cst.BaseString():
                if _logs_in(cst.Module(()).code_for_node(node)):
                    text = around.whole or node
                    yield node, LoginLike([text], around.beside(text), around.scope)
                continue
        if not isinstance(node, cst.Expr) or not isinstance(node.value, cst.BaseString):
            pending += [(one, around.within(node, one)) for one in reversed(tree.below(node))]


class _Around(Struct, frozen=True, eq=False):
    """What an expression stands in: a function, class or the module; the text that the program makes of it, None for
    none; and what else the call is given that is given it."""

    scope: cst.CSTNode
    whole: cst.BaseExpression | None = None
    given: tuple[cst.BaseExpression, ...] = ()

    def beside(self, node: cst.CSTNode) -> list[cst.BaseExpression]:
        return [one for one in self.given if one is not node]

    def within(self, node: cst.CSTNode, part: cst.CSTNode) -> _Around:
        """For a part of an expression that stands there. Text is made by `"…" + x`, `"…" % x`, `"…".format(x)` and
        `" ".join(["…", x])`."""
        match node:
            case cst.FunctionDef() | cst.ClassDef():
                return _Around(node)
            case cst.BinaryOperation(operator=cst.Add() | cst.Modulo()):
                return replace(self, whole=self.whole or node)
            case cst.Call(func=cst.Attribute(attr=cst.Name(value=method)) as func) if part is func or method == "join":
                return replace(self, whole=self.whole or node)
            case cst.Call(args=args):
                return _Around(self.scope, given=tuple(one.value for one in args))
            case cst.List() | cst.Tuple():
                return replace(self, given=tuple(self.beside(node)))
            case cst.Attribute() | cst.Arg() | cst.Element():
                return self
        return _Around(self.scope)


def _is_login(word: cst.BaseExpression) -> bool:
    return isinstance(word, cst.SimpleString) and word.evaluated_value in ("login", b"login")
