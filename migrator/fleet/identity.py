"""What makes two changes the same change, and a commit one of this tool's.

Places do not count: a file that grew elsewhere needs the same change. The commit message carries what the commit
brings, for which branch, and a seal over its parent and the files that it writes, so that a commit which people have
amended, rebased or written themselves does not pass for one of this tool's. No literal credential goes into any: lines
are masked first, and files count by the name that git gives their content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha1, sha256

from msgspec import Struct

from migrator.findings.records import Report
from migrator.secrets.changes import TRAILER
from migrator.text.edits import Edit
from migrator.text.mask import mask
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

_TRAILER = regex(r"^Patless-(Change|Seal): ([0-9a-f]{64})$", re.MULTILINE)


class Marks(Struct, frozen=True):
    """What a message says of its commit; '' where it says nothing."""

    change: str = ""
    seal: str = ""


def change(edits: Iterable[Edit], report: Report) -> str:
    """A name for what the edits do, '' for none: the lines before and after each, in their order, without places."""
    parts = [_lines(edit, report.sources[edit.path], report.secrets.get(edit.path, ())) for edit in sorted(set(edits))]
    return _digest(part for one in parts for part in one) if parts else ""


def seal(parent: str, files: Mapping[str, bytes]) -> str:
    """Over a commit's parent and the content of all files that it writes, by path."""
    return _digest([parent, *(part for path in sorted(files) for part in (path, _blob(files[path])))])


def text(description: str) -> str:
    """A name for a description, which is the same where a server has only normalised its blanks."""
    return _digest(line.rstrip() for line in description.strip().splitlines())


def signed(message: str, marks: Marks, destination: str) -> str:
    """The message with the marks and the branch that the commit is for, in lines at its end as git has them."""
    lines = (f"Patless-Change: {marks.change}", f"Patless-Seal: {marks.seal}", f"{TRAILER}: {destination}")
    return "\n".join((message.rstrip(), "", *lines, ""))


def marks(message: str) -> Marks:
    """The last ones that it has."""
    found = dict(_TRAILER.findall(message))
    return Marks(found.get("Change", ""), found.get("Seal", ""))


def _blob(data: bytes) -> str:
    """https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""
    return sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def _lines(edit: Edit, source: Source, secrets: tuple[Span, ...]) -> tuple[str, str, str]:
    first, last = source.position(edit.span.start).line, source.position(edit.span.end).line
    whole = Span(source.line_span(first).start, source.line_span(last).end)

    def shown(start: int, end: int) -> str:
        return mask(source.text[start:end], secrets, start)

    after = shown(whole.start, edit.span.start) + edit.text + shown(edit.span.end, whole.end)
    return edit.path, shown(whole.start, whole.end), after


def _digest(parts: Iterable[str]) -> str:
    """Each part with its length, so that no two lists look alike."""
    found = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        found.update(b"%d:" % len(data))
        found.update(data)
    return found.hexdigest()
