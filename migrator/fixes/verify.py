"""Read a rewritten file again: nothing but the edited scalars may differ, and those exactly as intended."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping

from migrator.findings.records import AddedTask, ScriptChange
from migrator.frontends import programs
from migrator.text import yaml
from migrator.text.edits import Conflict, Edit, splice
from migrator.text.scalars import map_scalar
from migrator.text.source import Source
from migrator.text.yaml import Node, Scalar, Sequence, YamlError, plain, read_yaml


class Unverified(ValueError):
    """The rewritten file is not what was meant; nothing may be written. The message is a sentence."""


def rewrite(source: Source, edits: Iterable[Edit], changes: Iterable[ScriptChange] = ()) -> str:
    """The text of a YAML file with edits made and verified. Raises Unverified.

    Without `changes` only scalars may differ; with them the items of scripts do, and nothing else.
    """
    edits = sorted(set(edits))
    changed = {change.at: change for change in changes}
    try:
        text = splice(source.text, edits)
        before, after = read_yaml(source), read_yaml(Source(source.path, text))
    except (Conflict, YamlError) as error:
        raise Unverified(f"the rewritten file cannot be read again ({error})") from None
    if changed:
        if plain(after) != _changed(before, changed):
            raise Unverified("the items of the rewritten script are not what was meant")
        return text
    old, new = list(_scalars(before)), list(_scalars(after))
    if _shape(before) != _shape(after) or len(old) != len(new):
        raise Unverified("the rewritten file has another structure")
    starts = [edit.span.start for edit in edits]
    pending = set(edits)
    for was, now in zip(old, new, strict=True):
        near = edits[bisect_left(starts, was.span.start) : bisect_right(starts, was.span.end)]
        inside = [edit for edit in near if edit in pending and was.span.contains(edit.span)]
        if now.value != _expected(source, was, inside):
            raise Unverified("a value of the rewritten file is not what was meant")
        pending.difference_update(inside)
    if pending:
        raise Unverified("an edit lies outside of every value")
    return text


def rewrite_called(source: Source, edits: Iterable[Edit], reader: str) -> str:
    """The text of a file that a program runs, with edits made and verified by whoever reads it. Raises Unverified."""
    edits = tuple(sorted(set(edits)))
    try:
        text = splice(source.text, edits)
    except Conflict as error:
        raise Unverified(f"the edits do not fit together ({error})") from None
    if not programs.verified(reader, source.text, text, edits):
        raise Unverified("the rewritten file says something else, too")
    return text


def _changed(root: Node | None, changes: Mapping[int, ScriptChange]) -> object:
    """The document as mappings, lists and text, with the items of scripts changed."""
    built: dict[Node, object] = {}

    def items(node: Node) -> list[object]:
        change = changes.get(node.span.start) if isinstance(node, Scalar) else None
        if change is None:
            return [build(node)]
        left: list[object] = [] if change.value is None else [change.value]
        return [*left, *map(_item, change.added)]

    def build(node: Node) -> object:
        if node not in built:
            if isinstance(node, Scalar):
                built[node] = None if node.is_null else node.value
            elif isinstance(node, Sequence):
                built[node] = [new for item in node.items for new in items(item.node)]
            else:
                built[node] = {key: build(item.node) for key, item in node.items()}
        return built[node]

    return None if root is None else build(root)


def _item(added: str | AddedTask) -> object:
    if isinstance(added, str):
        return added
    run, variables = added.keys
    return {run: added.name, variables: dict(added.variables)}


def _expected(source: Source, scalar: Scalar, edits: list[Edit]) -> str:
    if not edits:
        return scalar.value
    runs = map_scalar(source.text, scalar)
    if runs is None:
        raise Unverified("a value that cannot be followed would be edited")
    value = scalar.value
    for edit in reversed(edits):
        ends = range(runs.length)
        start = next(i for i in ends if runs.place(i, i + 1).start == edit.span.start)
        stop = next((i for i in ends[start:] if runs.place(i, i + 1).end == edit.span.end), start - 1) + 1
        text = _decoded(edit.text, scalar.style)
        value = value[:start] + text + value[stop:]
    return value


def _decoded(text: str, style: str) -> str:
    if style == '"':
        return text.replace('\\"', '"').replace("\\\\", "\\")
    return text.replace("''", "'") if style == "'" else text


def _children(node: Sequence | yaml.Mapping) -> list[Node]:
    if isinstance(node, Sequence):
        return [item.node for item in node.items]
    return [child for key, item in node.entries for child in (key, item.node)]


def _walk(root: Node | None) -> Iterator[tuple[Node, int | None]]:
    """Every node, parents first, an alias as the node that it names and the number of that, which counts from 0."""
    numbers: dict[Node, int] = {}
    pending = [root] if root else []
    while pending:
        node = pending.pop()
        known = numbers.get(node)
        yield node, known
        if known is None:
            numbers[node] = len(numbers)
            pending += [] if isinstance(node, Scalar) else _children(node)


def _scalars(root: Node | None) -> Iterator[Scalar]:
    yield from (node for node, known in _walk(root) if known is None and isinstance(node, Scalar))


def _shape(root: Node | None) -> list[tuple[str, int]]:
    """The structure without values."""
    return [("alias", known) if known is not None else _kind(node) for node, known in _walk(root)]


def _kind(node: Node) -> tuple[str, int]:
    return (f"scalar{node.style}", 0) if isinstance(node, Scalar) else (type(node).__name__, len(_children(node)))
