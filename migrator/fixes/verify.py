"""Read a rewritten file again: nothing but the edited scalars may differ, and those exactly as intended."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from migrator.findings.records import AddedTask, ScriptChange
from migrator.frontends import programs
from migrator.frontends.shell.comparing import same
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import ProgramError
from migrator.text import yaml
from migrator.text.edits import Conflict, Edit, splice
from migrator.text.scalars import map_scalar
from migrator.text.source import Source, Span
from migrator.text.yaml import Node, Scalar, Sequence, YamlError, plain, read_yaml


class Unverified(ValueError):
    """The rewritten file is not what was meant; nothing may be written. The message is a sentence."""


def rewrite(
    source: Source, edits: Iterable[Edit], changes: Iterable[ScriptChange] = (), beside: Iterable[Edit] = ()
) -> str:
    """The text of a YAML file with edits made and verified. Raises Unverified.

    Without `changes` only scalars may differ. With them the items of scripts do, and the scalars of edits `beside` the
    others.
    """
    beside = set(beside)
    edits = sorted({*edits, *beside})
    changed = {change.at: change for change in changes}
    try:
        text = splice(source.text, edits)
        before, after = read_yaml(source), read_yaml(Source(source.path, text))
    except (Conflict, YamlError) as error:
        raise Unverified(f"patless can't read the fixed file again ({error})") from None
    if changed:
        if plain(after) != _changed(before, changed, _edited(source, before, changed, beside)):
            raise Unverified("the items of the fixed script are not what was meant")
        return text
    if _shape(before) != _shape(after):
        raise Unverified("the fixed file has another structure")
    starts = [edit.span.start for edit in edits]
    pending = set(edits)
    for was, now in zip(_scalars(before), _scalars(after), strict=True):
        near = edits[bisect_left(starts, was.span.start) : bisect_right(starts, was.span.end)]
        inside = [edit for edit in near if edit in pending and was.span.contains(edit.span)]
        if now.value != _expected(source, was, inside):
            raise Unverified("a value of the fixed file is not what was meant")
        pending.difference_update(inside)
    if pending:
        raise Unverified("an edit lies outside of every value")
    return text


def prove(source: Source, edits: Iterable[Edit]) -> None:
    """Whether the scripts of a YAML file stay the same programs, but for the names in the expansions that are edited.

    A list is a program: its items, one after the other. A line that is put in is none of the text that must stay.
    Raises Unverified.
    """
    pending = sorted(set(edits))
    starts = [edit.span.start for edit in pending]
    root = read_yaml(source)

    def inside(scalar: Scalar) -> list[Edit]:
        near = pending[bisect_left(starts, scalar.span.start) : bisect_right(starts, scalar.span.end)]
        return [edit for edit in near if scalar.span.contains(edit.span)]

    edited = {one for one in _scalars(root) if inside(one)}
    proved: set[Scalar] = set()
    for old in (*_programs(root), *((one,) for one in edited)):
        if proved.issuperset(edited.intersection(old)):
            continue
        moved: list[Edit] = []
        at = 0
        for scalar in old:
            found = _decoded_edits(source, scalar, inside(scalar))
            moved += [replace(one, span=_shifted(one.span, at)) for one in found if one.span.start < one.span.end]
            at += len(scalar.value) + 1
        written = "\n".join(one.value for one in old)
        try:
            program = lower(written)
        except ProgramError:
            continue  # a list that is no script, or a part of one
        try:
            proven = same(program, lower(splice(written, moved)), moved)
        except ProgramError:
            proven = False
        if not proven:
            raise Unverified("a fixed script also says something else")
        proved.update(old)
    if not proved.issuperset(edited):
        raise Unverified("patless can't read a fixed script again")


def _programs(root: Node | None) -> Iterator[tuple[Scalar, ...]]:
    """The lists of a file that stand in no list, with the text of the lists in them."""
    inner = {child for node, _ in _walk(root) if isinstance(node, Sequence) for child in _children(node)}
    for node, known in _walk(root):
        if known is None and isinstance(node, Sequence) and node not in inner:
            yield tuple(_items(node))


def _items(node: Sequence) -> Iterator[Scalar]:
    pending = _children(node)[::-1]
    while pending:
        child = pending.pop()
        if isinstance(child, Sequence):
            pending += _children(child)[::-1]
        elif isinstance(child, Scalar) and not child.is_null:
            yield child


def rewrite_called(source: Source, edits: Iterable[Edit], reader: str) -> str:
    """The text of a file that a program runs, with edits made and verified by whoever reads it. Raises Unverified."""
    edits = tuple(sorted(set(edits)))
    try:
        text = splice(source.text, edits)
    except Conflict as error:
        raise Unverified(f"the edits do not fit together ({error})") from None
    if not programs.verified(reader, source.text, text, edits):
        raise Unverified("the fixed file also says something else")
    return text


def _edited(
    source: Source, root: Node | None, changes: Mapping[int, ScriptChange], beside: set[Edit]
) -> dict[Node, str]:
    """The values of scalars that edits beside changes make, in scalars that these leave. Raises Unverified."""
    if not beside:
        return {}
    inside = {one: [edit for edit in beside if one.span.contains(edit.span)] for one in _scalars(root)}
    made = {one: found for one, found in inside.items() if found and one.span.start not in changes}
    if {edit for found in made.values() for edit in found} != beside:
        raise Unverified("two fixes change the same item of a script")
    return {one: _expected(source, one, sorted(found)) for one, found in made.items()}


def _changed(root: Node | None, changes: Mapping[int, ScriptChange], edited: Mapping[Node, str]) -> object:
    """The document as mappings, lists and text, with the items of scripts changed, and the values of other scalars."""
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
                built[node] = None if node.is_null else edited.get(node, node.value)
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
    value = scalar.value
    for made in reversed(_decoded_edits(source, scalar, edits)):
        (start, stop), text = (made.span.start, made.span.end), made.text
        value = value[:start] + text + value[stop:]
    return value


def _decoded_edits(source: Source, scalar: Scalar, edits: list[Edit]) -> list[Edit]:
    """The edits as they change the decoded text of a scalar."""
    if not edits:
        return []
    runs = map_scalar(source.text, scalar)
    if runs is None:
        raise Unverified("the fix would edit a value that patless can't follow")
    made: list[Edit] = []
    for edit in edits:
        ends = range(runs.length)
        start = next(i for i in ends if runs.place(i, i + 1).start == edit.span.start)
        stop = next((i for i in ends[start:] if runs.place(i, i + 1).end == edit.span.end), start - 1) + 1
        made.append(Edit(edit.path, Span(start, stop), _decoded(edit.text, scalar.style)))
    return made


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


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
