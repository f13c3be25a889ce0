"""YAML as nodes with the places where they stand. Nothing is constructed, nothing is dumped.

ruamel.yaml's C parser gives events; the nodes are built here, without recursion and within bounds, because the
parser's own composer crashes the process on deeply nested input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

from msgspec import Struct

from migrator.text.patterns import regex
from migrator.text.source import Source, Span

MAX_DEPTH = 200
MAX_ALIASES = 10_000
MAX_EXPANDED = 2 * 1024 * 1024
_MAX_PURE = 128 * 1024

_PROPERTY = regex(
    r"(?:[&!][^\s,\[\]{}]*)(?:[ \t]+(?:#[^\r\n]*)?|(?=[\r\n])|$)|[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)[ \t]*"
)
_CORE_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq", "int", "bool", "null", "float", "merge")}
_CONFLICT = regex(r"^(?:<{7} |={7}$|>{7} )", re.MULTILINE)
_NULL = {"", "~", "null", "Null", "NULL"}
_FLAGS = {"true": True, "false": False}


class YamlError(ValueError):
    """The text is not YAML that its reader would read the same way; `offset` counts characters from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class Scalar(Struct, frozen=True, eq=False):
    """`span` covers the scalar as written, quotes or block header included, anchor and tag left out."""

    value: str
    style: str
    span: Span

    @property
    def is_null(self) -> bool:
        return not self.style and self.value in _NULL


class Item(Struct, frozen=True, eq=False):
    """An element of a sequence, or a value of a mapping. `at` is where it is named: its own place or its alias."""

    node: Node
    at: int
    alias: bool = False


class Sequence(Struct, frozen=True, eq=False):
    items: tuple[Item, ...]
    span: Span


class Mapping(Struct, frozen=True, eq=False):
    """`entries` are in the order of the file; merge keys stand among them under `<<`."""

    entries: tuple[tuple[Node, Item], ...]
    span: Span

    def items(self) -> Iterator[tuple[str, Item]]:
        """Keys and values with merges resolved: a key of the mapping itself wins, then the earlier merged mapping.

        Keys that are not scalars are left out.
        """
        seen: set[str] = set()
        pending: list[Mapping] = [self]
        while pending:
            mapping = pending.pop(0)
            merged: list[Mapping] = []
            for key, item in mapping.entries:
                if not isinstance(key, Scalar):
                    continue
                if key.value == "<<" and not key.style:
                    merged += _mappings(item.node)
                elif key.value not in seen:
                    seen.add(key.value)
                    yield key.value, item
            pending[:0] = merged

    def get(self, key: str) -> Item | None:
        return next((item for name, item in self.items() if name == key), None)


Node = Scalar | Sequence | Mapping


def _mappings(node: Node) -> list[Mapping]:
    if isinstance(node, Mapping):
        return [node]
    if isinstance(node, Sequence):
        return [item.node for item in node.items if isinstance(item.node, Mapping)]
    return []


class _Open:
    """A collection whose end has not been read yet."""

    __slots__ = ("aliases", "anchor", "at", "copied", "items", "keys", "mapping")

    def __init__(self, mapping: bool, at: int, anchor: str | None) -> None:
        self.mapping = mapping
        self.at = at
        self.anchor = anchor
        self.items: list[Item] = []
        self.keys: set[str] = set()
        self.aliases = 0
        self.copied = 0

    def close(self, end: int) -> Sequence | Mapping:
        span = Span(self.at, max(self.at, end))
        if not self.mapping:
            return Sequence(tuple(self.items), span)
        pairs = zip(self.items[::2], self.items[1::2], strict=True)
        return Mapping(tuple((key.node, value) for key, value in pairs), span)


def read_yaml(source: Source, reader: str = "patless") -> Node | None:
    """The single document of a file, None where it is empty. `reader` is who must understand it. Raises YamlError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if source.text.startswith("\ufeff"):  # the parser skips it and does not count it, so all its places would be wrong
        raise YamlError("the file begins with two byte order marks; keep one", 0)
    try:
        try:
            return _build(source.text, _events(CParser(source.text)), reader)
        except MarkedYAMLError as error:
            # libyaml takes `web:latest` in a flow collection for a key; the pure parser follows YAML 1.2 there.
            if "':'" not in str(error.problem) or len(source.text) > _MAX_PURE:
                raise
            return _build(source.text, YAML(typ="safe", pure=True).parse(StringIO(source.text)), reader)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = min(mark.index, len(source.text)) if mark else 0
        conflict = _CONFLICT.search(source.text)
        if conflict:
            raise YamlError("a merge conflict is not resolved; resolve it", conflict.start()) from None
        problem = (error.problem or error.context or "the text is not YAML").strip()
        tab = "\\t" in problem or source.text[offset : offset + 1] == "\t"
        problem = "a tab is used to indent" if tab else problem.split(" '")[0].split(' "')[0]
        raise YamlError(f"not valid YAML ({problem}); correct the syntax", offset) from None
    except (YAMLError, ValueError) as error:
        if isinstance(error, YamlError):
            raise
        position = getattr(error, "position", 0)
        raise YamlError(
            "not valid YAML (a character that YAML does not allow); remove it",
            position if isinstance(position, int) else 0,
        ) from None


def _events(parser: Any) -> Iterator[Any]:
    while parser.check_event():
        yield parser.get_event()


def _build(text: str, events: Iterator[Any], reader: str) -> Node | None:
    stack: list[_Open] = []
    anchors: dict[str, tuple[Node, int, int]] = {}
    open_anchors: set[str] = set()
    root: Node | None = None
    documents = 0

    def place(item: Item, aliases: int, copied: int) -> None:
        """`copied` counts the characters that the aliases stand for."""
        nonlocal root
        if not stack:
            root = item.node
            return
        parent = stack[-1]
        parent.aliases += aliases
        parent.copied += copied
        if parent.aliases > MAX_ALIASES:
            raise YamlError(f"aliases expand to more than {MAX_ALIASES} places; write the steps out", item.at)
        if parent.copied > MAX_EXPANDED:
            raise YamlError("aliases expand to more than 2 MiB of text; name shorter parts, or less often", item.at)
        if parent.mapping and len(parent.items) % 2 == 0 and isinstance(item.node, Scalar):
            key = item.node
            if key.value in parent.keys and not (key.value == "<<" and not key.style):
                raise YamlError("a key appears twice in one mapping; remove one of the two", item.at)
            parent.keys.add(key.value)
        parent.items.append(item)

    for event in events:
        kind = type(event).__name__
        at = event.start_mark.index
        tag = getattr(event, "ctag", None) or getattr(event, "tag", None)
        if tag is not None and str(tag) not in _CORE_TAGS and str(tag) != "!":
            raise YamlError(f"a YAML tag that {reader} does not know; remove it", at)
        if kind == "ScalarEvent":
            at = _content(text, at)
            scalar = Scalar(event.value, event.style or "", Span(at, max(at, event.end_mark.index)))
            if event.anchor:
                anchors[event.anchor] = scalar, 0, 0
            place(Item(scalar, at), 0, 0)
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            if len(stack) >= MAX_DEPTH:
                raise YamlError(f"nested more than {MAX_DEPTH} levels deep; flatten it", at)
            if event.anchor:
                open_anchors.add(event.anchor)
            stack.append(_Open(kind == "MappingStartEvent", _content(text, at), event.anchor))
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            opened = stack.pop()
            node = opened.close(event.end_mark.index)
            if opened.anchor:
                open_anchors.discard(opened.anchor)
                anchors[opened.anchor] = node, opened.aliases, opened.copied
            place(Item(node, opened.at), opened.aliases, opened.copied)
        elif kind == "AliasEvent":
            if event.anchor in open_anchors:
                raise YamlError("an alias is inside the node that it names; remove the cycle", at)
            if event.anchor not in anchors:
                raise YamlError("an alias has no anchor before it; define the anchor first", at)
            named, aliases, copied = anchors[event.anchor]
            place(Item(named, at, alias=True), aliases + 1, copied + named.span.end - named.span.start)
        elif kind == "DocumentStartEvent":
            documents += 1
            if documents > 1:
                raise YamlError(f"the file holds several YAML documents; {reader} reads one, keep one", at)
    return root


def _content(text: str, at: int) -> int:
    """Where a node's own text begins, its anchor, tag and the comments between them passed over."""
    if at >= len(text) or text[at] not in "&!":
        return at
    while match := _PROPERTY.match(text, at):
        if match.end() == at:
            break
        at = match.end()
    return at


def every_mapping(root: Node | None) -> Iterator[Mapping]:
    """All mappings of a document, each once however many aliases lead to it, in no order."""
    pending = [root] if root is not None else []
    seen: set[Node] = set()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Sequence):
            pending += [item.node for item in node.items]
        elif isinstance(node, Mapping):
            yield node
            pending += [item.node for _, item in node.entries]


def plain(node: Node | None, *, flags: bool = False) -> object:
    """The node as mappings, lists and text, merges resolved; a node that several aliases name is built once. `flags`:
    `true` and `false` without quotes are no text."""
    built: dict[Node, object] = {}

    def build(node: Node) -> object:
        if node not in built:
            if isinstance(node, Scalar):
                flag = _FLAGS.get(node.value) if flags and not node.style else None
                built[node] = flag if flag is not None else None if node.is_null else node.value
            elif isinstance(node, Sequence):
                built[node] = [build(item.node) for item in node.items]
            else:
                built[node] = {key: build(item.node) for key, item in node.items()}
        return built[node]

    return None if node is None else build(node)
