"""From the characters of a scalar's value to the characters of the file, and back for what is written there.

YAML 1.2, chapters 7.3 (flow scalars) and 8.1 (block scalars). A map is used only if it decodes to exactly the value
that the YAML parser reads; otherwise the scalar is read-only.
"""

from __future__ import annotations

from bisect import bisect_right

from msgspec import Struct

from migrator.text.patterns import regex
from migrator.text.source import Span
from migrator.text.yaml import Scalar

_BREAK = regex(r"\r\n|\n|\r")
_SPECIAL = regex(r"[\\\r\n]")
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX = {"x": 2, "u": 4, "U": 8}


class ScalarMap(Struct, frozen=True):
    """Runs of the value: from character `values[i]` on it stands at `files[i]`; a run of `widths[i]` 0 is copied
    character by character, any other is one decoded run that takes that many characters of the file."""

    values: tuple[int, ...]
    files: tuple[int, ...]
    widths: tuple[int, ...]
    length: int
    style: str

    def place(self, start: int, end: int) -> Span:
        """Where the characters `start`..`end` of the value stand in the file. Raises ValueError outside of it."""
        if not 0 <= start <= end <= self.length:
            raise ValueError(f"not in the scalar: {start}..{end}")
        if start == end:
            at = self._start(start) if start < self.length else self._end(start - 1) if start else self.files[0]
            return Span(at, at)
        return Span(self._start(start), self._end(end - 1))

    def exact(self, start: int, end: int) -> bool:
        """Whether both ends are ends of what is decoded together: no edit begins or ends inside of that."""
        return all(
            index in (0, self.length)
            or not self.widths[run := bisect_right(self.values, index) - 1]
            or self.values[run] == index
            for index in (start, end)
        )

    def _start(self, index: int) -> int:
        run = bisect_right(self.values, index) - 1
        return self.files[run] + (0 if self.widths[run] else index - self.values[run])

    def _end(self, index: int) -> int:
        run = bisect_right(self.values, index) - 1
        if self.widths[run]:
            return self.files[run] + self.widths[run]
        return self.files[run] + index - self.values[run] + 1

    def encode(self, text: str) -> str:
        """`text` (one line) as it is written inside this scalar."""
        if self.style == '"':
            return text.replace("\\", "\\\\").replace('"', '\\"')
        if self.style == "$":  # a recipe of make
            return text.replace("$", "$$")
        if self.style == "'":
            return text.replace("'", "''")
        return text


class Runs:
    """Collects the runs of a text while it is decoded."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.values: list[int] = []
        self.files: list[int] = []
        self.widths: list[int] = []
        self.length = 0

    def copy(self, text: str, at: int) -> None:
        if text:
            self._add(text, at, 0)

    def decoded(self, text: str, at: int, width: int) -> None:
        if text:
            self._add(text, at, width)

    def _add(self, text: str, at: int, width: int) -> None:
        self.values.append(self.length)
        self.files.append(at)
        self.widths.append(width)
        self.text.append(text)
        self.length += len(text)

    def finish(self, style: str, at: int) -> tuple[str, ScalarMap]:
        if not self.values:
            self.values, self.files, self.widths = [0], [at], [0]
        runs = ScalarMap(tuple(self.values), tuple(self.files), tuple(self.widths), self.length, style)
        return "".join(self.text), runs


def map_scalar(text: str, scalar: Scalar) -> ScalarMap | None:
    """The map of a scalar of the file `text`; None where its value cannot be followed back with certainty."""
    start, end = scalar.span.start, scalar.span.end
    runs = Runs()
    if scalar.style in ("|", ">"):
        _block(text, start, end, scalar, runs)
    elif scalar.style == '"':
        _double(text, start + 1, end - 1, runs)
    elif scalar.style == "'":
        _flow_lines(text, start + 1, end - 1, runs, quoted=True)
    else:
        _flow_lines(text, start, end, runs, quoted=False)
    value, mapped = runs.finish(scalar.style, start)
    return mapped if value == scalar.value else None


def _flow_lines(text: str, start: int, end: int, runs: Runs, quoted: bool) -> None:
    """Plain and single-quoted scalars: line folding; in quotes a doubled quote is one."""
    at = start
    first = True
    breaks: list[Span] = []
    while True:
        found = _BREAK.search(text, at, end)
        stop = found.start() if found else end
        line_start, line_end = at, stop
        if not first:
            while line_start < line_end and text[line_start] in " \t":
                line_start += 1
        if found or not quoted:
            while line_end > line_start and text[line_end - 1] in " \t":
                line_end -= 1
        if breaks and (line_start < line_end or not found):
            _fold(breaks, runs)
            breaks = []
        if quoted:
            _single(text, line_start, line_end, runs)
        else:
            runs.copy(text[line_start:line_end], line_start)
        if not found:
            return
        breaks.append(Span(line_end, found.end()))
        at = found.end()
        first = False


def _fold(breaks: list[Span], runs: Runs) -> None:
    if len(breaks) == 1:
        runs.decoded(" ", breaks[0].start, breaks[0].end - breaks[0].start)
    for line_break in breaks[1:]:
        runs.decoded("\n", line_break.start, line_break.end - line_break.start)


def _single(text: str, start: int, end: int, runs: Runs) -> None:
    at = start
    while True:
        quote = text.find("''", at, end)
        if quote < 0:
            runs.copy(text[at:end], at)
            return
        runs.copy(text[at:quote], at)
        runs.decoded("'", quote, 2)
        at = quote + 2


def _double(text: str, start: int, end: int, runs: Runs) -> None:
    at = start
    while at < end:
        found = _SPECIAL.search(text, at, end)
        stop = found.start() if found else end
        breaks = found is not None and text[stop] != "\\"
        last = stop
        while breaks and last > at and text[last - 1] in " \t":
            last -= 1
        runs.copy(text[at:last], at)
        if found is None:
            return
        at = _double_break(text, last, end, runs) if breaks else _escape(text, stop, end, runs)


def _escape(text: str, at: int, end: int, runs: Runs) -> int:
    """What stands behind the escape at `at`. A backslash that ends the span escapes nothing, and is kept."""
    if at + 1 >= end:
        runs.copy("\\", at)
        return end
    code = text[at + 1]
    if code in "\r\n":
        stop = _BREAK.match(text, at + 1)
        after = stop.end() if stop else at + 2
        while after < end and text[after] in " \t":
            after += 1
        return after
    if code in _HEX:
        width = 2 + _HEX[code]
        try:
            runs.decoded(chr(int(text[at + 2 : at + width], 16)), at, width)
        except (ValueError, OverflowError):
            runs.decoded("\ufffd", at, width)
        return at + width
    runs.decoded(_ESCAPES.get(code, "\ufffd"), at, 2)
    return at + 2


def _double_break(text: str, at: int, end: int, runs: Runs) -> int:
    breaks: list[Span] = []
    while at < end:
        start = at
        while at < end and text[at] in " \t":
            at += 1
        found = _BREAK.match(text, at, end)
        if not found:
            break
        breaks.append(Span(start, found.end()))
        at = found.end()
    _fold(breaks, runs)
    return at


def _block(text: str, start: int, end: int, scalar: Scalar, runs: Runs) -> None:
    """Literal and folded block scalars. The value tells how the final newlines were chomped."""
    header = _BREAK.search(text, start)
    if not header:
        return
    explicit = next((int(char) for char in text[start + 1 : header.start()].split("#")[0] if char.isdigit()), 0)
    lines = _block_lines(text, header.end(), end)
    indent = _indent(text, start, explicit, lines)
    folded = scalar.style == ">"
    previous_text = previous_spaced = False
    pending: list[tuple[int, int]] = []
    for line_start, line_end, next_start in lines:
        content = line_start
        while content < line_end and content - line_start < indent and text[content] == " ":
            content += 1
        blank = content == line_end
        if blank:
            pending.append((line_end, next_start))
            continue
        spaced = text[content] in " \t"
        if previous_text:
            _block_breaks(pending, folded and not spaced and not previous_spaced, runs)
        else:
            _block_breaks([(-1, -1), *pending], False, runs, skip=True)
        runs.copy(text[content:line_end], content)
        pending = [(line_end, next_start)]
        previous_text, previous_spaced = True, spaced
    trailing = len(scalar.value) - runs.length
    for line_end, next_start in pending[: max(trailing, 0)] if previous_text else pending[:trailing]:
        runs.decoded("\n", line_end, max(next_start - line_end, 0))


def _block_breaks(breaks: list[tuple[int, int]], fold: bool, runs: Runs, skip: bool = False) -> None:
    if skip:
        breaks = breaks[1:]
    elif fold:
        if len(breaks) == 1:
            runs.decoded(" ", breaks[0][0], breaks[0][1] - breaks[0][0])
        breaks = breaks[1:]
    for start, end in breaks:
        runs.decoded("\n", start, end - start)


def _block_lines(text: str, at: int, end: int) -> list[tuple[int, int, int]]:
    lines = []
    while at < end:
        found = _BREAK.search(text, at)
        stop, after = (found.start(), found.end()) if found else (len(text), len(text))
        lines.append((at, stop, after))
        at = after
    return lines


def _indent(text: str, start: int, explicit: int, lines: list[tuple[int, int, int]]) -> int:
    widths = []
    for line_start, line_end, _ in lines:
        width = len(text[line_start:line_end]) - len(text[line_start:line_end].lstrip(" "))
        if line_start + width < line_end:
            widths.append(width)
    if not widths:
        return max((line_end - line_start for line_start, line_end, _ in lines), default=0)
    if not explicit:
        return widths[0]
    # The indicator counts from the parent's indentation, which the file states only by its own lines:
    # the smallest indentation that holds every line is the parent's plus the indicator, or more.
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    lead = len(text[line_start:start]) - len(text[line_start:start].lstrip(" -?"))
    before = text[line_start : line_start + lead]
    parents = [index for index, char in enumerate(before) if char in "-?"] or [len(before) - len(before.lstrip(" "))]
    candidates = [parent + explicit for parent in (*parents[::-1], len(before) - len(before.lstrip(" ")))]
    return next((candidate for candidate in candidates if candidate <= min(widths)), explicit)
