"""Lines of a script in its file: take statements out, put a pipe item in, and touch nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrator.core.findings import Edit, PipeItem, ScriptChange
from migrator.core.scripts import Part, Script
from migrator.core.text import Span
from migrator.readers.shell import Statement

_ITEM = re.compile(r"[ ]*-[ \t]+")
_REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?")
_COMMENT = re.compile(r"[ \t]*#")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
Insert = tuple[Statement, str, PipeItem]


class Unmovable(Exception):
    """The lines do not stand alone; the message is a clause."""


class Layout:
    def __init__(self, script: Script, statements: Sequence[Statement]) -> None:
        self.script = script
        self.text = script.source.text
        self.statements = statements
        self.newline = "\r\n" if "\r\n" in self.text else "\n"

    def edits(
        self, removed: Sequence[Statement], inserts: Sequence[Insert]
    ) -> tuple[tuple[Edit, ...], tuple[ScriptChange, ...]]:
        """The edits that take `removed` out and put each insert in the place of its statement. Raises Unmovable."""
        edits: list[Edit] = []
        changes: list[ScriptChange] = []
        for part in self.script.parts:
            inside = [one for one in self.statements if self.script.part(one.span.start) is part]
            out = [one for one in inside if one in removed]
            if not out:
                continue
            if any(self.script.part(max(one.span.end - 1, one.span.start)) is not part for one in out):
                raise Unmovable("a line to take out goes on in the next item")
            here = [insert for insert in inserts if insert[0] in out]
            if len(out) == len(inside):
                edits.append(self.whole(part, here))
                changes.append(self.change(part, None, here))
            else:
                kept = [one for one in inside if one not in out]
                if here and any(one.span.start > insert[0].span.start for insert in here for one in kept):
                    raise Unmovable("other commands follow the push in the same item")
                lines, value = self.lines(part, out)
                edits += lines
                if here:
                    end = self.end(part)
                    edits.append(Edit(self.script.source.path, Span(end, end), self.items(part, here)))
                changes.append(self.change(part, value, here))
        return tuple(edits), tuple(changes)

    def change(self, part: Part, value: str | None, here: Sequence[Insert]) -> ScriptChange:
        commands = tuple(before for _, before, _ in here if before)
        return ScriptChange(part.scalar.span.start, value, commands, tuple(pipe for _, _, pipe in here))

    # Whole items

    def start(self, part: Part) -> int:
        """Where the line of an item begins; the item must be all that stands on its lines."""
        at = part.scalar.span.start
        start = max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1
        if not _ITEM.fullmatch(self.text, start, at):
            raise Unmovable("an item shares its line, has an anchor, or stands in brackets")
        return start

    def end(self, part: Part) -> int:
        """The end of an item's last line, its newline included."""
        at = part.scalar.span.end
        if part.scalar.style in ("|", ">"):
            at = len(self.text[:at].rstrip())
        rest = _REST.match(self.text, at)
        at = rest.end() if rest else at
        if at < len(self.text) and self.text[at] not in "\r\n":
            raise Unmovable("an item shares its line with something else")
        return at + 2 if self.text[at : at + 2] == "\r\n" else min(at + 1, len(self.text))

    def whole(self, part: Part, here: Sequence[Insert]) -> Edit:
        start, end = self.start(part), self.end(part)
        if here:
            return Edit(
                self.script.source.path, Span(start, end), self.items(part, here, unended=end == len(self.text))
            )
        column = part.scalar.span.start - start
        return Edit(self.script.source.path, Span(self.comments(start, column), end), "")

    def comments(self, start: int, column: int) -> int:
        """Where the comment directly above a line begins."""
        while start > 0:
            before = max(self.text.rfind("\n", 0, start - 1), self.text.rfind("\r", 0, start - 1)) + 1
            line = self.text[before:start]
            if not _COMMENT.match(line) or len(line) - len(line.lstrip(" ")) > column:
                break
            start = before
        return start

    def items(self, part: Part, here: Sequence[Insert], unended: bool = False) -> str:
        start = self.start(part)
        indent = re.match(r"[ ]*", self.text[start:])
        lead = indent[0] if indent else ""
        lines: list[str] = []
        for _, before, pipe in here:
            if before:
                lines.append(f"{lead}- {before}")
            lines += [f"{lead}- pipe: {pipe.name}", f"{lead}  variables:"]
            lines += [f"{lead}    {name}: {_scalar(value)}" for name, value in pipe.variables]
        text = "".join(line + self.newline for line in lines)
        ended = self.text[:-1].endswith(("\n", "\r")) or self.text.endswith(("\n", "\r"))
        return text.removesuffix(self.newline) if unended and not ended else text

    # Lines of a block

    def lines(self, part: Part, out: Sequence[Statement]) -> tuple[list[Edit], str]:
        """Edits that take whole lines out of a literal block, and the block's text without them."""
        if part.scalar.style != "|" or part.runs is None:
            raise Unmovable("a line to take out shares its item with other commands")
        self.start(part)
        value = part.scalar.value
        edits: list[Edit] = []
        for one in sorted(out, key=lambda one: one.span.start, reverse=True):
            start, end = one.span.start - part.start, one.span.end - part.start
            begin = value.rfind("\n", 0, start) + 1
            stop = value.find("\n", end)
            stop = len(value) if stop < 0 else stop + 1
            if value[begin:start].strip() or not re.fullmatch(r"\s*(?:;\s*)?(?:#.*)?\s*", value[end:stop]):
                raise Unmovable("a line to take out holds other commands, too")
            while begin > 0:
                before = value.rfind("\n", 0, begin - 1) + 1
                if not value[before:begin].lstrip().startswith("#"):
                    break
                begin = before
            place = part.runs.place(begin, stop)
            first = max(self.text.rfind("\n", 0, place.start), self.text.rfind("\r", 0, place.start)) + 1
            edits.append(Edit(self.script.source.path, Span(first, place.end), ""))
            value = value[:begin] + value[stop:]
        return edits, value


def _scalar(value: str) -> str:
    """A value of the pipe as YAML text."""
    if _PLAIN.fullmatch(value) and not re.fullmatch(r"[0-9._-]+|true|false|null|yes|no|on|off", value, re.IGNORECASE):
        return value
    return "'" + value.replace("'", "''") + "'"
