"""A presence check in front of the script item that first uses the native credentials: `: "${NAME:?is empty …}"`.

npm, twine, and Maven say no more than "401" where the pair is empty; with the check the step ends there, and says which
variable it lacks (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06_02).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Sequence as Several

from msgspec import Struct

from migrator.findings.records import PresenceCheck
from migrator.fixes.pipe.lines import comment_start, line_start
from migrator.fixes.verify import Unverified
from migrator.text import yaml
from migrator.text.edits import Conflict, Edit, splice
from migrator.text.patterns import regex
from migrator.text.source import Source, Span
from migrator.text.yaml import Item, Node, Scalar, Sequence, YamlError, read_yaml

_DASH = regex(r"( *)-[ \t]+")
_NEWLINE = regex(r"\r\n|\r|\n")


class _NewItem(Struct, frozen=True):
    """A list of a file, counted from its top, and the item of it that gets a check in front."""

    number: int
    index: int
    text: str


def command(variable: str) -> str:
    """Ends a script, and says why, where a variable is empty or not set."""
    return f': "${{{variable}:?is empty, so this step has no native credentials}}"'


def checked(source: Source, edits: Several[Edit], checks: Collection[PresenceCheck]) -> tuple[list[Edit], str]:
    """The edits that put `checks` into a pipelines file, each once in each list that holds its item, and the text with
    them and with the other `edits` of the file. Raises Unverified where a check can't stand there."""
    wanted = {one.at: command(one.variable) for one in checks}
    try:
        lists = list(_lists(read_yaml(source)))
        places = [one for number, each in enumerate(lists) if (one := _place(number, each, wanted))]
        added = [_insertion(source, lists[one.number], one) for one in places]
        plain = read_yaml(Source(source.path, splice(source.text, edits)))
        text = splice(source.text, [*edits, *added])
        made = read_yaml(Source(source.path, text))
    except (Conflict, YamlError):
        raise Unverified("a presence check would share its line there") from None
    if yaml.plain(made) != _expected(plain, places):
        raise Unverified("a presence check would be part of another command there")
    return added, text


def _place(number: int, one: Sequence, wanted: Mapping[int, str]) -> _NewItem | None:
    """Where a list gets its check, if it has an item that wants one, and none in front of it."""
    for index, item in enumerate(one.items):
        if isinstance(item.node, Scalar) and (text := wanted.get(item.node.span.start)):
            before = {each.node.value for each in one.items[:index] if isinstance(each.node, Scalar)}
            return None if text in before else _NewItem(number, index, text)
    return None


def _insertion(source: Source, within: Sequence, place: _NewItem) -> Edit:
    """Raises Unverified."""
    text, item = source.text, within.items[place.index]
    written = "'" + place.text.replace("'", "''") + "'"
    if text[within.span.start] == "[":
        return Edit(source.path, Span(item.at, item.at), f"{written}, ")
    start = line_start(text, item.at)
    dash = _DASH.fullmatch(text, start, item.at)
    if dash is None:
        raise Unverified("the item shares its line with something else, or has an anchor")
    newline = _NEWLINE.search(text)
    at = comment_start(text, start, dash[1])
    return Edit(source.path, Span(at, at), f"{dash[1]}- {written}{newline[0] if newline else chr(10)}")


def _lists(root: Node | None) -> Iterator[Sequence]:
    """Every list of a document once, in an order that is the same for the same structure."""
    seen: set[Node] = set()
    pending = [root] if root else []
    while pending:
        node = pending.pop()
        if node in seen or isinstance(node, Scalar):
            continue
        seen.add(node)
        if isinstance(node, Sequence):
            yield node
        items: list[Item] = [*node.items] if isinstance(node, Sequence) else [item for _, item in node.entries]
        pending += [item.node for item in items]


def _expected(root: Node | None, places: Collection[_NewItem]) -> object:
    """The document as mappings, lists, and text, with the checks."""
    lists = list(_lists(root))
    added = {lists[one.number]: one for one in places}
    built: dict[Node, object] = {}

    def build(node: Node) -> object:
        if node not in built:
            if isinstance(node, Sequence):
                items = [build(item.node) for item in node.items]
                if one := added.get(node):
                    items.insert(one.index, one.text)
                built[node] = items
            elif isinstance(node, Scalar):
                built[node] = yaml.plain(node)
            else:
                built[node] = {key: build(item.node) for key, item in node.items()}
        return built[node]

    return None if root is None else build(root)
