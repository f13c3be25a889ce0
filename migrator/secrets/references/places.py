"""Where in a pipelines file a name stands: the values of pipes, services and images are uses of their own kind.

https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.secrets.references.records import UseKind
from migrator.text.source import Source, Span
from migrator.text.yaml import Mapping, Node, Scalar, Sequence, YamlError, every_mapping, read_yaml


@dataclass(frozen=True, slots=True)
class ScalarPlace:
    """A scalar of the file. `kind` is what a reference in it is."""

    span: Span
    kind: UseKind


def places(source: Source) -> list[ScalarPlace]:
    """The scalars with a meaning of their own, sorted; none where the file is no YAML."""
    try:
        root = read_yaml(source)
    except YamlError:
        return []
    found = {place.span: place for mapping in every_mapping(root) for place in _of(mapping)}
    return sorted(found.values(), key=lambda place: place.span)


def _of(node: Mapping) -> Iterator[ScalarPlace]:
    children = {key.value: item.node for key, item in node.entries if isinstance(key, Scalar)}
    for key in ("variables", "input-variables"):
        variables = children.get(key)
        if isinstance(variables, Sequence):
            yield from _declared(variables)
        elif isinstance(variables, Mapping):
            yield from _given(variables, UseKind.PIPE if "pipe" in children or key != "variables" else UseKind.SERVICE)
    image = children.get("image")
    if isinstance(image, Mapping):
        yield from (ScalarPlace(scalar.span, UseKind.IMAGE) for scalar in _scalars(image))
    elif isinstance(image, Scalar):
        yield ScalarPlace(image.span, UseKind.IMAGE)


def _declared(variables: Sequence) -> Iterator[ScalarPlace]:
    for item in variables.items:
        name = item.node.get("name") if isinstance(item.node, Mapping) else None
        if name is not None and isinstance(name.node, Scalar):
            yield ScalarPlace(name.node.span, UseKind.DECLARATION)


def _given(variables: Mapping, kind: UseKind) -> Iterator[ScalarPlace]:
    for key, item in variables.entries:
        if isinstance(key, Scalar) and not (isinstance(item.node, Scalar) and item.node.is_null):
            yield ScalarPlace(key.span, UseKind.ASSIGNMENT)
        yield from (ScalarPlace(scalar.span, kind) for scalar in _scalars(item.node))


def _scalars(root: Node) -> Iterator[Scalar]:
    """Not behind aliases' own places: what an anchor holds is found where it is written."""
    pending, seen = [root], set[tuple[type[Node], Span]]()
    while pending:
        node = pending.pop()
        if (type(node), node.span) in seen:
            continue
        seen.add((type(node), node.span))
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            pending += [item.node for item in node.items]
        else:
            pending += [item.node for _, item in node.entries]
