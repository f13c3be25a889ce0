"""Methods of https://docker-py.readthedocs.io/ that do what a command does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from migrator.frontends.python import commands, tree
from migrator.ir.nodes import Call, Constant, Expression, Join

if TYPE_CHECKING:
    from migrator.frontends.python.calls import Called
    from migrator.frontends.python.expressions import Expressions

_IMAGES = {"pull": "pull", "push": "push", "run": "run", "create": "create", "get_registry_data": "pull"}
_LOGIN = ("username", "password", "email", "registry")
"""The parameters of its `login`, in order."""
_BUILDS = {"path", "fileobj", "dockerfile", "buildargs", "nocache", "forcerm", "custom_context", "decode"}
"""Parameters of its `build` that others do not have."""
_OWNERS = ("images", "containers", "services", "api")
_Given = dict[str, cst.BaseExpression]


def command(to: Expressions, call: Called) -> tuple[Expression, ...] | None:
    if "docker" not in to.facts.packages or not isinstance(call.node.func, cst.Attribute):
        return None
    starred = any(one.star for one in call.node.args)
    given = dict(call.named)
    used: list[cst.BaseExpression | None]
    if call.method == "login" and (starred or "password" in given or len(call.args) > 1):
        given = {**dict(zip(_LOGIN, call.args, strict=False)), **given}
        used = [] if starred else [given[name] for name in ("username", "password", "registry") if name in given]
        words = list(_login(to, call, given))
        if not starred:
            to.told.add(call.node)
    elif call.method == "build" and (_owned(to, call.node.func.value) or not _BUILDS.isdisjoint(given)):
        given = {**dict(zip(("path", "tag"), call.args, strict=False)), **given}
        if starred or not given.keys().isdisjoint(("fileobj", "custom_context")):
            given.pop("path", None)
        used = [given[name] for name in ("path", "tag", "target", "dockerfile") if name in given]
        words = list(_build(to, call, given))
    elif call.method in _IMAGES and _owned(to, call.node.func.value):
        image = call.args[0] if call.args else given.get("repository", given.get("image", given.get("name")))
        used = [image]
        words = [to.word(image) if image is not None else _unknown(to, call)]
    else:
        return None
    if to.names.hidden:
        commands.untold(to, call)
        return None
    name = _IMAGES.get(call.method, call.method)
    made = [to.text_of("docker", call.node), to.text_of(name, call.node), *words]
    to.runs(Call(tuple(made), to.names.span(call.node)))
    rest = commands.rest(to, call, used)
    return (to.unknown(call.node, (to.word(call.node.func.value), *rest)),)


def _owned(to: Expressions, node: cst.BaseExpression) -> bool:
    """Whether something is a client, or a collection of one."""
    if isinstance(node, cst.Attribute):
        return node.attr.value in _OWNERS
    if isinstance(node, cst.Call):
        return to.names.full(node.func).startswith("docker.")
    return isinstance(node, cst.Name) and node.value in to.facts.clients


def _unknown(to: Expressions, call: Called) -> Join:
    starred = tuple(to.word(one.value) for one in call.node.args if one.star)
    return Join((to.unknown(call.node, starred),), to.names.span(call.node))


def _login(to: Expressions, call: Called, given: _Given) -> Iterator[Join]:
    starred = any(one.star for one in call.node.args)
    for option, name in (("-u", "username"), ("-p", "password"), ("", "registry")):
        if option or starred or name in given:
            yield from [to.text_of(option, call.node)] if option else []
            known = name in given and not (starred and option)
            yield to.word(given[name]) if known else _unknown(to, call)


def _build(to: Expressions, call: Called, given: _Given) -> Iterator[Join]:
    """`docker build` with the same parameters. What is not known of them is an option that is not known."""
    context = to.word(given["path"]) if "path" in given else _unknown(to, call)
    for option, name in (("-t", "tag"), ("--target", "target")):
        if name in given:
            yield from (to.text_of(option, call.node), to.word(given[name]))
    if "dockerfile" in given:
        file, span = to.word(given["dockerfile"]), to.names.span(call.node)
        yield from (to.text_of("-f", call.node), Join((*context.parts, Constant("/", span), *file.parts), span))
    for one in _elements(given.get("buildargs")):
        yield to.text_of("--build-arg", call.node)
        if isinstance(one, cst.DictElement):
            span = to.names.span(call.node)
            yield Join((*to.parts(one.key), Constant("=", span), *to.parts(one.value)), span)
        else:
            yield _unknown(to, call)
    cached = tree.elements(given["cache_from"]) if "cache_from" in given else []
    for source in [None] if cached is None else cached:
        yield from (to.text_of("--cache-from", call.node), to.word(source) if source else _unknown(to, call))
    yield context


def _elements(node: cst.BaseExpression | None) -> list[cst.BaseDictElement | None]:
    if node is None:
        return []
    return list(node.elements) if isinstance(node, cst.Dict) else [None]
