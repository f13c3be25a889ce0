"""What makes two changes the same change, and a commit one of this tool's.

Places do not count: a file that grew elsewhere needs the same change. The commit message carries both: what the commit
brings, and a seal over its parent and the files that it writes, so that a commit which people have amended, rebased or
written themselves does not pass for one of this tool's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from msgspec import Struct

from migrator.core.findings import Edit
from migrator.core.text import Source, Span

_TRAILER = re.compile(r"^Patless-(Change|Seal): ([0-9a-f]{64})$", re.MULTILINE)


class Marks(Struct, frozen=True):
    """What a message says of its commit; '' where it says nothing."""

    change: str = ""
    seal: str = ""


def change(edits: Iterable[Edit], sources: Mapping[str, Source]) -> str:
    """A name for what the edits do, '' for none: the lines before and after each, in their order, without places."""
    parts = [_lines(edit, sources[edit.path]) for edit in sorted(set(edits))]
    return _digest(part for one in parts for part in one) if parts else ""


def seal(parent: str, files: Mapping[str, bytes]) -> str:
    """Over a commit's parent and the content of all files that it writes, by path."""
    return _digest([parent, *(part for path in sorted(files) for part in (path, sha256(files[path]).hexdigest()))])


def text(description: str) -> str:
    """A name for a description, which is the same where a server has only normalised its blanks."""
    return _digest(line.rstrip() for line in description.strip().splitlines())


def signed(message: str, marks: Marks) -> str:
    """The message with the marks, in lines at its end as git has them."""
    return f"{message.rstrip()}\n\nPatless-Change: {marks.change}\nPatless-Seal: {marks.seal}\n"


def marks(message: str) -> Marks:
    """The last ones that it has."""
    found = dict(_TRAILER.findall(message))
    return Marks(found.get("Change", ""), found.get("Seal", ""))


def _lines(edit: Edit, source: Source) -> tuple[str, str, str]:
    first, last = source.position(edit.span.start).line, source.position(edit.span.end).line
    whole = Span(source.line_span(first).start, source.line_span(last).end)
    after = source.text[whole.start : edit.span.start] + edit.text + source.text[edit.span.end : whole.end]
    return edit.path, source.text[whole.start : whole.end], after


def _digest(parts: Iterable[str]) -> str:
    """Each part with its length, so that no two lists look alike."""
    found = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        found.update(b"%d:" % len(data))
        found.update(data)
    return found.hexdigest()
