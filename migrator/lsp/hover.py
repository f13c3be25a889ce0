"""What is to be known of a finding, where the pointer rests on it: why it is not safe, and the next steps."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from migrator.findings.records import Finding
from migrator.lsp.diagnostics import page, place_of
from migrator.lsp.opened import EditorAnswer
from migrator.lsp.positions import offset_at
from migrator.reports.document import Document, Marked, Passage, Section, Table, TableRow, Tone, listed, said
from migrator.reports.formats import markdown
from migrator.reports.subjects.findings import MEANING, TONES, reason_blocks


def hover(answer: EditorAnswer, path: str, at: types.Position) -> types.Hover | None:
    """Of all findings at a place of a file, as Markdown."""
    analysis, source = answer.analysis, answer.source(path)
    if analysis is None or source is None:
        return None
    offset = offset_at(source, at)
    found = [one for one in analysis.report.findings if one.path == path]
    found = [one for one in found if one.span.start <= offset <= one.span.end]
    if not found:
        return None
    text = "\n---\n\n".join(_markdown(answer, one) for one in found)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), place_of(answer, found[0]))


def _markdown(answer: EditorAnswer, finding: Finding) -> str:
    verdict = Marked(finding.verdict, TONES[finding.verdict])
    message = " ".join(finding.message.split())
    headline = (Marked(finding.rule, Tone.CODE), " [", verdict, f"] {message}")
    row = TableRow((), tuple(_blocks(answer, finding)), headline)
    document = Document("", "", (Section("finding", "", tables=(Table("finding", "", (), (row,)),)),))
    address = page(answer, finding.rule)
    return markdown.render(document) + (f"\n[About this rule]({address})\n" if address else "")


def _blocks(answer: EditorAnswer, finding: Finding) -> Iterator[Passage]:
    entries = answer.analysis.book.reasons if answer.analysis else {}
    yield said(f"{finding.verdict}: {MEANING[finding.verdict]}.")
    for reason in finding.reasons:
        yield from reason_blocks(reason, entries.get(reason.code), finding)
    if finding.assumptions:
        yield listed((" ".join(text.split()) for text in finding.assumptions), "Assumes")
    if finding.remaining:
        yield said(", ".join(f"`${name}`" for name in finding.remaining), "still read elsewhere in this step")
