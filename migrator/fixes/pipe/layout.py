"""Lines of a script in its file: take statements out, put a pipe item in, and touch nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from migrator.findings.records import AddedTask, ScriptChange
from migrator.fixes.pipe.lines import comment_start, line_start
from migrator.fixes.refused import Refused
from migrator.ir.nodes import Statement
from migrator.reading.scripts import Part, Script
from migrator.text.edits import Edit
from migrator.text.patterns import regex
from migrator.text.source import Span

_ITEM = regex(r"( *)-[ \t]+")
_REST = regex(r"[ \t]*(?:#[^\r\n]*)?")
_ENDED = regex(r"\s*+(?:;\s*+)?(?:#.*+)?\s*+")
_HEADER = regex(r"[|>][-+0-9]*")
_NEWLINE = regex(r"\r\n|\r|\n")
_PLAIN = regex(r"[A-Za-z][A-Za-z0-9._/-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
Insert = tuple[Statement, str, AddedTask]
"""A pipe, the command that must run before it ('' for none), and the statement in whose place it comes."""


class Layout:
    """`shared` are the items that stand in several different scripts: what is right for one is not for another."""

    def __init__(self, script: Script, statements: Sequence[Statement], shared: Collection[object]) -> None:
        self.script = script
        self.text = script.source.text
        self.statements = statements
        self.shared = shared

    def edits(
        self, removed: Sequence[Statement], inserts: Sequence[Insert]
    ) -> tuple[tuple[Edit, ...], tuple[ScriptChange, ...]]:
        """The edits that take `removed` out and put each insert in the place of its statement. Raises Refused."""
        edits: list[Edit] = []
        changes: list[ScriptChange] = []
        above: Part | None = None
        for part in self.script.parts:
            inside = [one for one in self.statements if self.script.part(one.span.start) is part]
            out = [one for one in inside if one in removed]
            if not out:
                above = part
                continue
            if any(self.script.part(max(one.span.end - 1, one.span.start)) is not part for one in inside):
                raise Refused("pipe-layout", "a command of the item goes on in the next item")
            if part.key in self.shared:
                raise Refused("pipe-layout", "another script shares the item")
            here = [insert for insert in inserts if insert[0] in out]
            kept = [one for one in inside if one not in out]
            if not kept:
                if above and not here and "+" in self.header(above):
                    raise Refused(
                        "pipe-layout", "the block above keeps the empty lines at its end, and would get others"
                    )
                edits.append(self.whole(part, here))
                above = None
                changes.append(_change(part, None, here))
                continue
            if any(one.span.start > insert[0].span.start for insert in here for one in kept):
                raise Refused("pipe-layout", "other commands follow the push in the same item")
            lines, value = self.lines(part, out)
            above = None
            edits += lines
            if here:
                edits.append(self.behind(part, here, lines))
            changes.append(_change(part, self.chomped(part, value, followed=bool(here)), here))
        return tuple(edits), tuple(changes)

    def edit(self, start: int, end: int, text: str) -> Edit:
        return Edit(self.script.source.path, Span(start, end), text)

    # Whole items

    def start(self, part: Part) -> tuple[int, str]:
        """Where the line of an item begins, and the blanks before the dash: nothing else may stand on its lines."""
        start = line_start(self.text, part.span.start)
        found = _ITEM.fullmatch(self.text, start, part.span.start)
        if found is None:
            raise Refused("pipe-layout", "an item shares its line, has an anchor, or is in brackets")
        return start, found[1]

    def end(self, part: Part) -> int:
        """The end of an item's last line, its newline included."""
        at = part.span.end
        if part.style in ("|", ">"):
            at = len(self.text[:at].rstrip())
        rest = _REST.match(self.text, at)
        at = rest.end() if rest else at
        if at < len(self.text) and self.text[at] not in "\r\n":
            raise Refused("pipe-layout", "an item shares its line with something else")
        return at + 2 if self.text[at : at + 2] == "\r\n" else min(at + 1, len(self.text))

    def whole(self, part: Part, here: Sequence[Insert]) -> Edit:
        """The pipes in the place of an item; where there are none, its comment goes with it."""
        (start, lead), end = self.start(part), self.end(part)
        if here:
            return self.edit(start, end, self.items(part, here, ended=self.text[:end].endswith(("\n", "\r"))))
        return self.edit(comment_start(self.text, start, lead), end, "")

    def items(self, part: Part, here: Sequence[Insert], ended: bool) -> str:
        """The lines of the new items. `ended`: the last one ends in a newline."""
        start, lead = self.start(part)
        found = _NEWLINE.search(self.text, start) or _NEWLINE.search(self.text)
        newline = found[0] if found else "\n"
        lines: list[str] = []
        for _, before, pipe in here:
            run, variables = pipe.keys
            lines += [f"{lead}- {before}"] if before else []
            lines += [f"{lead}- {run}: {pipe.name}", f"{lead}  {variables}:"]
            lines += [f"{lead}    {name}: {_scalar(value)}" for name, value in pipe.variables]
        return newline.join(lines) + (newline if ended else "")

    # Lines of a block

    def lines(self, part: Part, out: Sequence[Statement]) -> tuple[list[Edit], str]:
        """Edits that take whole lines out of a literal block, and the block's text without them."""
        if part.style != "|" or part.runs is None:
            raise Refused("pipe-layout", "a line to remove shares its item with other commands")
        self.start(part)
        value = part.scalar.value if part.scalar else ""
        edits: list[Edit] = []
        for one in sorted(out, key=lambda one: one.span.start, reverse=True):
            start, end = one.span.start - part.start, one.span.end - part.start
            begin = value.rfind("\n", 0, start) + 1
            stop = value.find("\n", end)
            stop = len(value) if stop < 0 else stop + 1
            if value[begin:start].strip() or not _ENDED.fullmatch(value, end, stop):
                raise Refused("pipe-layout", "a line to remove also holds other commands")
            while begin > 0:
                above = value.rfind("\n", 0, begin - 1) + 1
                if not value[above:begin].lstrip().startswith("#"):
                    break
                begin = above
            place = part.runs.place(begin, stop)
            edits.append(self.edit(line_start(self.text, place.start), self.newline(place.end), ""))
            value = value[:begin] + value[stop:]
        if value.lstrip("\n").startswith((" ", "\t")):
            raise Refused(
                "pipe-layout", "the first line that would be left in a block is indented more than the others"
            )
        return edits, value

    def newline(self, at: int) -> int:
        """The end of a line whose text ends at a character: its newline belongs to it, even where no text has it."""
        if self.text[:at].endswith(("\n", "\r")):
            return at
        return at + len(found[0]) if (found := _NEWLINE.match(self.text, at)) else at

    def header(self, part: Part) -> str:
        """What begins a block scalar, such as `|-`; '' for other scalars."""
        found = _HEADER.match(self.text, part.span.start) if part.style in ("|", ">") else None
        return found[0] if found else ""

    def chomped(self, part: Part, value: str, followed: bool) -> str:
        """The text of a block as its header (`|`, `|-`) leaves its end; `followed`: not at the file's end."""
        indicators = self.header(part)
        bare = value.rstrip("\n")
        if "+" in indicators:
            raise Refused("pipe-layout", "a block keeps the empty lines at its end, which would be other lines then")
        return bare if "-" in indicators or (bare == value and not followed) else f"{bare}\n"

    def behind(self, part: Part, here: Sequence[Insert], lines: Sequence[Edit]) -> Edit:
        """The new items behind a block."""
        end = self.end(part)
        open_ended = not self.text[:end].endswith(("\n", "\r"))
        last_gone = any(edit.span.end == end for edit in lines)
        text = self.items(part, here, ended=not open_ended)
        return self.edit(end, end, f"\n{text}" if open_ended and not last_gone else text)


def _change(part: Part, value: str | None, here: Sequence[Insert]) -> ScriptChange:
    added: list[str | AddedTask] = []
    for _, before, pipe in here:
        added += [before, pipe] if before else [pipe]
    return ScriptChange(part.span.start, value, tuple(added))


def _scalar(value: str) -> str:
    """A value of the pipe as YAML text."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return "'" + value.replace("'", "''") + "'"
