"""What outlives a step: artifacts, and caches by the paths that the file gives to their names. PLATFORM.md 4.3, 7."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Names

from migrator.text.yaml import Item, Mapping, Scalar, Sequence


def kept(step: Mapping, caches: Names[str, str]) -> Iterator[tuple[str, str]]:
    """The paths that a step leaves behind, with what each becomes."""
    yield from (("an artifact", path) for path in _texts(step.get("artifacts")))
    yield from (("a cache", caches[name]) for name in _texts(step.get("caches")) if name in caches)


def cache_paths(root: Mapping) -> dict[str, str]:
    """The paths of the caches that the file defines, by their names."""
    definitions = root.get("definitions")
    caches = definitions.node.get("caches") if definitions and isinstance(definitions.node, Mapping) else None
    found: dict[str, str] = {}
    for name, item in caches.node.items() if caches and isinstance(caches.node, Mapping) else ():
        path = item.node.get("path") if isinstance(item.node, Mapping) else item
        if path and isinstance(path.node, Scalar) and not path.node.is_null:
            found[name] = path.node.value
    return found


def _texts(item: Item | None) -> Iterator[str]:
    """A list in every form: `[a]`, or for artifacts `{paths: [a], upload: [{paths: [a]}]}` too."""
    pending = [item] if item else []
    while pending:
        node = pending.pop().node
        if isinstance(node, Scalar):
            yield node.value
        elif isinstance(node, Sequence):
            pending += node.items
        else:
            pending += [child for key, child in node.items() if key in ("paths", "upload")]
