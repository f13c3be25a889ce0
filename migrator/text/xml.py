"""XML as elements with their text, read within limits.

A document type makes entities, and so text that stands nowhere, or that grows without end: what has one is not read
(https://docs.python.org/3/library/xml.html#xml-security). Nothing is ever written back.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

_MOST_ELEMENTS = 50_000
_DEEPEST = 100


class XmlError(ValueError):
    """The text is no XML that is read; the message completes "is not read: …"."""


class Element(Struct, eq=False):
    """`text` is the text of the element itself, without comments, references resolved and blanks at its ends left out.
    `name` has no prefix. `start` is the position of its tag in the text that was read."""

    name: str
    start: int
    attributes: tuple[str, ...] = ()
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Element]:
        """The elements at a path of names below this one."""
        if not names:
            yield self
            return
        for child in self.children:
            if child.name == names[0]:
                yield from child.all(*names[1:])

    def one(self, name: str) -> str:
        """The text of the child of that name; '' without one. Raises XmlError where there are several."""
        found = [child.text for child in self.children if child.name == name]
        if len(found) > 1:
            raise XmlError(f"it has `{name}` twice in the same place")
        return found[0] if found else ""

    def every(self) -> Iterator[Element]:
        """This one and all below, in the order in which they begin."""
        pending = [self]
        while pending:
            found = pending.pop()
            yield found
            pending += reversed(found.children)


def read_xml(text: str) -> Element:
    """The root of a document. Raises XmlError."""
    from xml.parsers import expat

    data = text.removeprefix("\ufeff").encode("utf-8", "replace")
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    roots: list[Element] = []
    around: list[tuple[Element, list[str]]] = []
    count = at = seen = 0

    def begins(name: str, attributes: dict[str, str]) -> None:
        nonlocal count, at, seen
        count += 1
        if count > _MOST_ELEMENTS or len(around) >= _DEEPEST:
            raise XmlError("it has too many elements")
        at, seen = at + len(data[seen : parser.CurrentByteIndex].decode()), parser.CurrentByteIndex
        found = Element(name.rpartition(":")[2], at, tuple(attributes.values()))
        (around[-1][0].children if around else roots).append(found)
        around.append((found, []))

    def ends(_: str) -> None:
        found, pieces = around.pop()
        found.text = "".join(pieces).strip()

    def says(piece: str) -> None:
        around[-1][1].append(piece)

    def declares(*_: object) -> None:
        raise XmlError("it has a document type")

    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = says, declares
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise XmlError(f"it is no XML in line {error.lineno}") from None
    return roots[0]
