"""A unified diff that `git apply` takes, with literal credentials masked."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from migrator.reports.paint import Paint
from migrator.text.mask import mask, printable
from migrator.text.source import Source, Span

_CONTEXT = 3
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}

Opcode = tuple[str, int, int, int, int]


class Side(Struct, frozen=True):
    """One version of a file and where its literal credentials stand, in characters of its text."""

    source: Source
    secrets: tuple[Span, ...] = ()


class Diff(Struct, frozen=True):
    """`data` is the diff of one file, b'' where nothing differs; `masked` counts its lines that hide a credential."""

    data: bytes
    masked: int = 0


def diff(path: str, before: Side, after: Side) -> Diff:
    """Only lines ended by LF are lines here, as for git: a CR stays where it is."""
    old, new = _lines(before), _lines(after)
    name = os.fsencode(path)
    body: list[bytes] = []
    hidden = 0
    for hunk in _hunks([raw for raw, _ in old], [raw for raw, _ in new]):
        body.append(_range(hunk))
        for sign, (raw, shown) in _hunk_lines(hunk, old, new):
            hidden += raw != shown
            body.append(sign + shown + (b"" if raw.endswith(b"\n") else b"\n\\ No newline at end of file\n"))
    if not body:
        return Diff(b"")
    a, b = _quoted(b"a/" + name), _quoted(b"b/" + name)
    tab = b"\t" if b" " in name and not a.startswith(b'"') else b""  # as git does, or the name ends at the blank
    head = b"diff --git " + a + b" " + b + b"\n--- " + a + tab + b"\n+++ " + b + tab + b"\n"
    return Diff(head + b"".join(body), hidden)


def for_people(data: bytes, paint: Paint) -> str:
    """The same diff for a terminal: escaped, so no longer for `git apply`, and coloured."""
    lines = []
    for line in data.decode("utf-8", "replace").split("\n"):
        text = printable(line.removesuffix("\r"))
        if line.startswith(("diff --git ", "--- ", "+++ ")):
            text = paint.bold(text)
        elif line.startswith("@@"):
            text = paint.cyan(text)
        elif line.startswith(("-", "+")):
            text = paint.red(text) if line.startswith("-") else paint.green(text)
        lines.append(text)
    return "\n".join(lines)


def _lines(side: Side) -> list[tuple[bytes, bytes]]:
    """Each line as it is and as it is shown."""
    pairs = []
    at = 0
    for text in side.source.text.split("\n"):
        end = at + len(text)
        line = text if end == len(side.source.text) else text + "\n"
        raw = line.encode("utf-8")
        hidden = _within(side.secrets, at, end)
        pairs.append((raw, mask(line, hidden, at).encode("utf-8") if hidden else raw))
        at = end + 1
    if pairs and not pairs[-1][0]:
        pairs.pop()
    if side.source.bom:
        mark = "\ufeff".encode()
        pairs[:1] = [(mark + raw, mark + shown) for raw, shown in pairs[:1] or [(b"", b"")]]
    return pairs


def _within(secrets: Collection[Span], start: int, end: int) -> list[Span]:
    """The parts of secrets on a line; its newline is never masked, or lines would run together."""
    return [
        Span(max(secret.start, start), min(secret.end, end))
        for secret in secrets
        if secret.start < end and start < secret.end
    ]


def _hunks(old: Sequence[bytes], new: Sequence[bytes]) -> list[list[Opcode]]:
    hunks: list[list[Opcode]] = []
    for tag, i1, i2, j1, j2 in _opcodes(old, new):
        if tag == "equal":
            continue
        if hunks and i1 - hunks[-1][-1][2] <= 2 * _CONTEXT:
            hunks[-1].append((tag, i1, i2, j1, j2))
        else:
            hunks.append([(tag, i1, i2, j1, j2)])
    return [_with_context(hunk, len(old)) for hunk in hunks]


def _opcodes(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Opcode]:
    """A fix hardly ever adds a line, and comparing line by line is exact then and needs no search."""
    if len(old) != len(new):
        yield from SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        return
    start = None
    for number in range(len(old) + 1):
        differs = number < len(old) and old[number] != new[number]
        if differs and start is None:
            start = number
        elif not differs and start is not None:
            yield "replace", start, number, start, number
            start = None


def _with_context(changes: list[Opcode], length: int) -> list[Opcode]:
    """The changes of one hunk with the equal lines before, between and after them."""
    lead = min(_CONTEXT, changes[0][1])
    hunk: list[Opcode] = [("equal", changes[0][1] - lead, changes[0][1], changes[0][3] - lead, changes[0][3])]
    for change in changes:
        _, _, at, _, to = hunk[-1]
        if at < change[1]:
            hunk.append(("equal", at, change[1], to, change[3]))
        hunk.append(change)
    _, _, at, _, to = hunk[-1]
    tail = min(_CONTEXT, length - at)
    hunk.append(("equal", at, at + tail, to, to + tail))
    return hunk


def _hunk_lines(
    hunk: Sequence[Opcode], old: Sequence[tuple[bytes, bytes]], new: Sequence[tuple[bytes, bytes]]
) -> Iterator[tuple[bytes, tuple[bytes, bytes]]]:
    for tag, i1, i2, j1, j2 in hunk:
        if tag == "equal":
            yield from ((b" ", line) for line in old[i1:i2])
        else:
            yield from ((b"-", line) for line in old[i1:i2])
            yield from ((b"+", line) for line in new[j1:j2])


def _range(hunk: Sequence[Opcode]) -> bytes:
    i1, i2, j1, j2 = hunk[0][1], hunk[-1][2], hunk[0][3], hunk[-1][4]
    return f"@@ -{_extent(i1, i2)} +{_extent(j1, j2)} @@\n".encode()


def _extent(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"


def _quoted(name: bytes) -> bytes:
    """A path as git writes it with core.quotePath."""
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in name):
        return name
    shown = []
    for byte in name:
        if byte in _ESCAPES:
            shown.append("\\" + _ESCAPES[byte])
        else:
            shown.append(chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")
    return f'"{"".join(shown)}"'.encode()
