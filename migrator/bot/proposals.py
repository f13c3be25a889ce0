"""The change that a finding's fix makes, as a block of Markdown: a diff, or a suggestion that a reviewer can take.

That Bitbucket Cloud knows blocks called `suggestion` is documented nowhere: BITBUCKET_API.md section 2.4. So they are
made on request only, and only where they can be right: for lines that stand together, whole and unmasked.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from migrator.bot.changes import ChangedLines
from migrator.findings.masking import rewritten
from migrator.findings.records import Finding, Report
from migrator.fixes.verify import Unverified, rewrite
from migrator.reports.diff import Side, diff
from migrator.text.edits import splice
from migrator.text.markup import unmentioned
from migrator.text.mask import printable
from migrator.text.patterns import regex
from migrator.text.source import Source

_LINES = 80
_TICKS = regex(r"`{3,}")


class Suggestion(Struct, frozen=True):
    """New text for the lines from `first` to `last`, without the last newline."""

    first: int
    last: int
    text: str


class Proposals:
    """The fixes of the findings of one report. Those of a file are verified together, once."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._good: dict[str, bool] = {}

    def patch(self, finding: Finding) -> str:
        """The fix as a fenced diff, '' where there is none. Literal credentials are masked in it: it is to be read."""
        shown: list[str] = []
        for path in sorted({edit.path for edit in finding.edits}):
            made = self._rewritten(path, finding)
            if made is not None:
                text = diff(path, *made).data.decode("utf-8", "replace")
                shown += text.rstrip("\n").split("\n")[1:]
        if len(shown) > _LINES:
            shown = [*shown[:_LINES], f"… and {len(shown) - _LINES} more lines"]
        return _fenced("diff", [unmentioned(printable(line.removesuffix("\r"))) for line in shown]) if shown else ""

    def suggestion(self, finding: Finding, change: ChangedLines) -> Suggestion | None:
        """The fix as new text for lines of `change`, None where it is none that can be taken as it stands."""
        paths = {edit.path for edit in finding.edits}
        made = self._rewritten(finding.path, finding) if paths == {finding.path} else None
        if made is None or diff(finding.path, *made).masked:
            return None
        old, new = (side.source.text.split("\n") for side in made)
        start = _same(old, new)
        end = _same(old[start:][::-1], new[start:][::-1])
        was, now = old[start : len(old) - end], new[start : len(new) - end]
        text = "\n".join(now)
        mixed = len(was) == len(now) and any(one == other for one, other in zip(was, now, strict=True))
        if not was or not now or mixed or "\r" in text or unmentioned(printable(text)) != text:
            return None
        first, last = start + 1, start + len(was)
        return Suggestion(first, last, text) if change.whole(finding.path, first, last) else None

    def _rewritten(self, path: str, finding: Finding) -> tuple[Side, Side] | None:
        """The file before and after this one fix, None where the result does not verify."""
        if path not in self._good:
            self._good[path] = self._verified(path)
        if not self._good[path]:
            return None
        source = self._report.sources[path]
        edits = [edit for edit in finding.edits if edit.path == path]
        text = splice(source.text, edits)
        known = tuple(self._report.secrets.get(path, ()))
        return Side(source, known), Side(Source(path, text, source.bom), rewritten(self._report, known, edits, text))

    def _verified(self, path: str) -> bool:
        mine = [finding for finding in self._report.findings if any(edit.path == path for edit in finding.edits)]
        edits = [edit for finding in mine for edit in finding.edits if edit.path == path]
        beside = [edit for finding in mine if not finding.changes for edit in finding.edits if edit.path == path]
        changes = [change for finding in mine for change in finding.changes]
        try:
            rewrite(self._report.sources[path], edits, changes, beside)
        except Unverified:
            return False
        return True


def block(suggested: Suggestion) -> str:
    return _fenced("suggestion", suggested.text.split("\n"))


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines are the same at the beginning of both."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _fenced(language: str, lines: Sequence[str]) -> str:
    """Fenced by more backticks than any line has in a row."""
    longest = max((len(found) for line in lines for found in _TICKS.findall(line)), default=2)
    fence = "`" * (longest + 1)
    return "\n".join((f"{fence}{language}", *lines, fence))
