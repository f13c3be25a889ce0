"""Rules and reason codes, described from their own files."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from migrator.reports.paint import Paint
from migrator.rulebook.records import Example, ReasonEntry, Rule, RuleBook
from migrator.rulebook.ways_out import ways_out
from migrator.text.mask import printable

_WIDTH = 100
"""Of paragraphs, in characters."""


def listing(book: RuleBook, paint: Paint = Paint()) -> str:
    """Every rule and every reason code, a line each."""
    width = max((len(code) for code in (*book.rules, *book.reasons)), default=0)
    lines = [paint.bold("Rules: what patless finds")]
    lines += [f"  {paint.cyan(f'{rule.id:<{width}}')}  {_line(rule.what)}" for _, rule in sorted(book.rules.items())]
    lines += ["", paint.bold("Reasons: why a fix is not safe")]
    for code, entry in sorted(book.reasons.items()):
        lines.append(f"  {paint.verdict(entry.verdict, f'{code:<{width}}')}  {entry.verdict}: {_line(entry.what)}")
    lines += ["", "Run `patless explain NAME` for more about one of them."]
    return "\n".join(lines) + "\n"


def rule(entry: Rule, paint: Paint = Paint()) -> str:
    lines = [
        f"{paint.bold(entry.id)} (rule, {entry.severity})",
        "",
        *_paragraph(entry.what),
        "",
        *_paragraph(entry.why),
    ]
    if entry.url:
        lines += ["", f"See {printable(entry.url)}"]
    for example in entry.examples:
        lines += ["", *_example(example, paint)]
    return "\n".join(lines) + "\n"


def reason(entry: ReasonEntry, paint: Paint = Paint()) -> str:
    lines = [f"{paint.bold(entry.code)} (reason, {paint.verdict(entry.verdict)})", ""]
    lines += [*_paragraph(entry.what), "", *_paragraph(entry.why)]
    found = ways_out(entry, "NAME")
    if found:
        lines += ["", paint.bold("Next steps")]
    lines += [f"  {f'{label}:'.ljust(5)} {_line(way)}" for label, way in found]
    return "\n".join(lines) + "\n"


def _example(example: Example, paint: Paint) -> Iterator[str]:
    held = f" ({', '.join(example.reasons)})" if example.reasons else ""
    yield paint.bold(f"Example: {_line(example.title)}{held}")
    before = example.before.splitlines()
    if example.after is None:
        yield from (f"    {printable(line)}" for line in before)
        yield "  never fixed"
        return
    after = example.after.splitlines()
    changed = before != after
    for number, line in enumerate(before):
        same = number < len(after) and after[number] == line
        if same or not changed:
            yield f"    {printable(line)}"
            continue
        yield paint.red(f"  - {printable(line)}")
        if number < len(after):
            yield paint.green(f"  + {printable(after[number])}")
    yield from (paint.green(f"  + {printable(line)}") for line in after[len(before) :])


def _paragraph(text: str) -> list[str]:
    return [line for part in text.strip().splitlines() for line in textwrap.wrap(printable(part), _WIDTH) or [""]]


def _line(text: str) -> str:
    return printable(" ".join(text.split()))
