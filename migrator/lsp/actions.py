"""The fixes of an open file as edits that an editor makes, and the comments that keep a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

from lsprotocol import types
from msgspec.structs import replace

from migrator.checkouts.analysis import Analysis, concerns, refusal
from migrator.findings.masking import shows_none
from migrator.findings.records import Finding, Verdict
from migrator.findings.selection import Scope
from migrator.findings.settings import Fixing
from migrator.findings.withholding import withhold
from migrator.fixes import applying
from migrator.fixes.applying import FileChange
from migrator.lsp.diagnostics import NAME, diagnostics, place_of
from migrator.lsp.opened import EditorAnswer
from migrator.lsp.positions import offset_at, position_at, range_of
from migrator.repositories.worktree import WorkTree
from migrator.rulebook.ways_out import ways_out
from migrator.text.mask import printable

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{NAME}"
KINDS = (types.CodeActionKind.QuickFix.value, FIX_ALL)
_NATIVE = f"{NAME}: use native credentials"


def actions(
    answer: EditorAnswer, path: str, within: types.Range, only: Sequence[str] | None, *, versioned: bool
) -> list[types.CodeAction]:
    """What can be done in a range of a file, of the kinds that are asked for. `versioned`: the editor takes edits of a
    certain version."""
    analysis, view, source = answer.analysis, answer.view, answer.source(path)
    if analysis is None or view is None or source is None:
        return []
    found: list[types.CodeAction] = []
    start, end = offset_at(source, within.start), offset_at(source, within.end)
    every = diagnostics(answer, path)
    for finding in analysis.report.findings if _asked(KINDS[0], only) else ():
        if finding.path == path and finding.span.start <= end and start <= finding.span.end:
            shown = [one for one in every if _is_of(answer, one, finding)]
            found += _of_finding(answer, analysis, view, finding, shown, versioned)
    if _asked(FIX_ALL, only) and (changes := fixes_of_file(answer, path)):
        edit = _edit(answer, analysis, changes, versioned)
        found.append(types.CodeAction(f"{NAME}: make all safe fixes in this file", kind=FIX_ALL, edit=edit))
    return found


@lru_cache(maxsize=2)
def fixes_of_file(answer: EditorAnswer, path: str) -> tuple[FileChange, ...]:
    """What `patless fix PATH` changes, but for what would show a literal credential. Editors ask whenever the cursor
    moves."""
    analysis, view = answer.analysis, answer.view
    if analysis is None or view is None:
        return ()
    scope = Scope(frozenset({path}), (), analysis.scope.exclude)
    report = analysis.report
    mine = [one for one in report.findings if concerns(scope, one) and shows_none(one, report)]
    left = tuple(withhold(mine, report.findings))
    return applying.plan(replace(report, findings=left), Fixing(), partial(refusal, view, scope)).changes


def _of_finding(
    answer: EditorAnswer,
    analysis: Analysis,
    view: WorkTree,
    finding: Finding,
    shown: list[types.Diagnostic],
    versioned: bool,
) -> Iterator[types.CodeAction]:
    group = together(finding, analysis.report.findings)
    if finding.edits and (changes := _changes(analysis, view, group)):
        safe = all(one.verdict is Verdict.SAFE for one in group)
        codes = dict.fromkeys(reason.code for one in group for reason in one.reasons)
        more = f" in all {len(group)} logins that belong together" if len(group) > 1 else ""
        yield types.CodeAction(
            f"{_NATIVE}{more}" if safe else f"{_NATIVE}{more} (unsafe: {', '.join(codes)})",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=shown,
            is_preferred=True if safe else None,
            edit=_edit(answer, analysis, changes, versioned),
        )
    for code, comment in _comments(analysis, finding):
        edit = _above(answer, finding, comment, versioned)
        title = f"{NAME}: keep it, ignore {code} with a comment"
        yield types.CodeAction(title, kind=types.CodeActionKind.QuickFix, diagnostics=shown, edit=edit)


def together(finding: Finding, every: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that are fixed with one or not at all: a client keeps one credential for a registry."""
    group, rest = [finding], [one for one in every if one is not finding and one.edits]
    for mine in group:
        near = [one for one in rest if one.registry == mine.registry and set(one.uses) & set(mine.uses)]
        near = [one for one in near if one.registry] + [one for one in rest if set(one.edits) & set(mine.edits)]
        found = [one for one in rest if one in near]
        group += found
        rest = [one for one in rest if one not in found]
    return tuple(group)


def _changes(analysis: Analysis, view: WorkTree, group: tuple[Finding, ...]) -> tuple[FileChange, ...]:
    """The changes of all of the findings, verified as `patless fix` does; none where one cannot be made."""
    if not all(shows_none(one, analysis.report) for one in group):
        return ()
    report = replace(analysis.report, findings=group)
    plan = applying.plan(report, Fixing(unsafe=True), partial(refusal, view, analysis.scope))
    return () if plan.failures or plan.held else plan.changes


def _edit(
    answer: EditorAnswer, analysis: Analysis, changes: Iterable[FileChange], versioned: bool
) -> types.WorkspaceEdit:
    found: dict[str, list[types.TextEdit]] = {}
    for change in changes:
        source = answer.source(change.path) or analysis.report.sources[change.path]
        edits = {edit for one in change.findings for edit in one.edits if edit.path == change.path}
        found[change.path] = [types.TextEdit(range_of(source, one.span), one.text) for one in sorted(edits)]
    return _of_files(answer, found, versioned)


def _of_files(answer: EditorAnswer, edits: Mapping[str, list[types.TextEdit]], versioned: bool) -> types.WorkspaceEdit:
    if not versioned:
        return types.WorkspaceEdit(changes={answer.uri_of(path): made for path, made in edits.items()})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(answer.uri_of(path), answer.version_of(path)), [*made]
            )
            for path, made in edits.items()
        ]
    )


def _comments(analysis: Analysis, finding: Finding) -> Iterator[tuple[str, str]]:
    """What settles a finding by a comment, by its code; nothing in a file without comments."""
    if not finding.comment:
        return
    codes = list(dict.fromkeys(reason.code for reason in finding.reasons)) or [finding.rule]
    for code in codes:
        entry = analysis.book.reasons.get(code)
        subject = next((one.subject for one in finding.reasons if one.code == code), "")
        way = dict(ways_out(entry, subject)).get("keep", "") if entry else ""
        comment = f"# patless: ignore[{code}] the stored token stays, on purpose"
        if way.startswith(f"`# patless: ignore[{code}] "):
            comment = printable(" ".join(way.strip("`").split()))
        yield code, comment if finding.comment == "#" else f"{finding.comment} {comment}"


def _above(answer: EditorAnswer, finding: Finding, comment: str, versioned: bool) -> types.WorkspaceEdit:
    """The comment in a line of its own, as far in as the line below it."""
    source = answer.source(finding.path)
    assert source is not None
    line = source.line_span(finding.above or finding.position.line)
    text = source.text[line.start : line.end]
    blank = text[: len(text) - len(text.lstrip(" \t"))]
    end = "\r\n" if text.endswith("\r\n") else "\r" if text.endswith("\r") else "\n"
    at = position_at(source, line.start)
    edit = types.TextEdit(types.Range(at, at), f"{blank}{comment}{end}")
    return _of_files(answer, {finding.path: [edit]}, versioned)


def _is_of(answer: EditorAnswer, one: types.Diagnostic, finding: Finding) -> bool:
    return one.code == finding.rule and one.range == place_of(answer, finding)


def _asked(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a kind, or one above it, is among those that are asked for; None for all."""
    return only is None or any(kind == one or kind.startswith(f"{one}.") or not one for one in only)
