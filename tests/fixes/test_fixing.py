"""Which fixes are made: whole or not at all, within what may be written, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from migrator.findings.records import Finding, PresenceCheck, Reason, Report, Severity, Verdict
from migrator.findings.settings import Fixing
from migrator.fixes.applying import FixPlan, plan
from migrator.fixes.verify import Unverified, rewrite
from migrator.text.edits import Edit
from migrator.text.source import Position, Source, Span
from tests.memory import PATH, planned, report_on, step

TEXTS = {"a.yml": "- login $OLD $here\n", "b.yml": "- login $OLD there\n"}


def finding(*paths: str, verdict: Verdict = Verdict.SAFE, old: str = "OLD", new: str = "NEW") -> Finding:
    edits = tuple(
        Edit(path, Span(TEXTS[path].index(old), TEXTS[path].index(old) + len(old)), new)
        for path in paths
        if verdict is not Verdict.REPORT_ONLY
    )
    reasons = () if verdict is Verdict.SAFE else (Reason("traced", verdict, "it is traced"),)
    place = Span(2, 7), Position(1, 3), Position(1, 8)
    return Finding("registry-login", paths[0], *place, Severity.WARNING, "a login", reasons=reasons, edits=edits)


def report(*findings: Finding) -> Report:
    return Report(findings=findings, sources={path: Source(path, text) for path, text in TEXTS.items()})


def everywhere(path: str) -> str | None:
    return None


def test_nothing_found_is_nothing_changed() -> None:
    assert plan(report(), Fixing(unsafe=True), everywhere) == FixPlan((), ())


@pytest.mark.parametrize(
    ("verdict", "unsafe", "made"),
    [
        (Verdict.SAFE, False, True),
        (Verdict.SAFE, True, True),
        (Verdict.UNSAFE, False, False),
        (Verdict.UNSAFE, True, True),
        (Verdict.REPORT_ONLY, False, False),
        (Verdict.REPORT_ONLY, True, False),
    ],
)
def test_the_verdict_decides_what_is_made_and_what_is_held(verdict: Verdict, unsafe: bool, made: bool) -> None:
    one = finding("a.yml", verdict=verdict)
    result = plan(report(one), Fixing(unsafe), everywhere)
    assert [change.after for change in result.changes] == ([b"- login $NEW $here\n"] if made else [])
    assert result.held == (() if made else (one,))


def test_a_fix_that_would_touch_what_may_not_be_written_is_withheld_whole() -> None:
    both, single = finding("a.yml", "b.yml"), finding("a.yml", old="here", new="HERE")
    result = plan(report(both, single), Fixing(), lambda path: "outside" if path == "b.yml" else None)
    assert [(change.path, change.after) for change in result.changes] == [("a.yml", b"- login $OLD $HERE\n")]
    assert result.held == (both,)


def test_a_fix_over_two_files_changes_both() -> None:
    result = plan(report(finding("a.yml", "b.yml")), Fixing(), everywhere)
    assert [change.path for change in result.changes] == ["a.yml", "b.yml"]
    assert len({id(found) for change in result.changes for found in change.findings}) == 1


def test_a_change_settles_the_findings_of_its_file_alone() -> None:
    one, other = finding("a.yml"), finding("b.yml")
    changes = plan(report(one, other), Fixing(), everywhere).changes
    assert [(change.path, change.findings) for change in changes] == [("a.yml", (one,)), ("b.yml", (other,))]


def test_two_findings_that_share_an_edit_make_it_once() -> None:
    one, other = finding("a.yml"), finding("a.yml")
    (change,) = plan(report(one, other), Fixing(), everywhere).changes
    assert change.after == b"- login $NEW $here\n"
    assert change.findings == (one, other)


def test_a_byte_order_mark_stays() -> None:
    marked = Report(findings=(finding("a.yml"),), sources={"a.yml": Source("a.yml", TEXTS["a.yml"], bom=True)})
    (change,) = plan(marked, Fixing(), everywhere).changes
    assert change.before == "\ufeff- login $OLD $here\n".encode()
    assert change.after == "\ufeff- login $NEW $here\n".encode()


def test_a_file_that_does_not_verify_is_a_failure_and_neither_changed_nor_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(source: Source, *rest: Any) -> str:
        if source.path == "a.yml":
            raise Unverified("something else differs")
        return rewrite(source, *rest)

    monkeypatch.setattr("migrator.fixes.applying.rewrite", refuse)
    result = plan(report(finding("a.yml"), finding("b.yml")), Fixing(), everywhere)
    assert [change.path for change in result.changes] == ["b.yml"]
    assert result.held == ()
    (failure,) = result.failures
    assert failure.startswith("a.yml: something else differs; patless wrote nothing to it")


def test_checks_that_may_not_be_written_are_named_by_the_lines_of_their_own_file() -> None:
    checks = (PresenceCheck("a.yml", 7, "T"), PresenceCheck("b.yml", 11, "T"), PresenceCheck("b.yml", 2, "T"))
    sources = {"a.yml": Source("a.yml", TEXTS["a.yml"]), "b.yml": Source("b.yml", "- ls\n- a\n- b\n")}
    found = Report(findings=(replace(finding("a.yml"), checks=checks),), sources=sources)
    made = plan(found, Fixing(guard=True), lambda path: "outside" if path == "b.yml" else None)
    assert made.unguarded == (("b.yml", 1, "outside"), ("b.yml", 3, "outside"))
    assert [change.after for change in made.changes] == [b"- login $NEW $here\n"]


# Fix twice is fix once

_LOGINS = st.sampled_from(
    [
        'docker login crg.apkg.io -u "$EMAIL" -p "$PAT"',
        "docker login -u $EMAIL -p $PAT crg.apkg.io",
        "echo $PAT | docker login crg.apkg.io -u ${EMAIL} --password-stdin",
        "printf '%s' \"${PAT}\" | docker login --username=$EMAIL --password-stdin https://crg.apkg.io",
        "docker login crg.apkg.io -u 'ci@acme.example' -p \"${PAT:-}\"",
        "docker login crg.apkg.io -u$EMAIL --password-stdin <<< $PAT",
        "podman login crg.apkg.io -u $EMAIL -p $PAT || exit 1",
        "export U=$EMAIL P=$PAT && docker login crg.apkg.io -u $U -p $P",
        'if [ -n "$PAT" ]; then docker login crg.apkg.io -u $EMAIL -p $PAT; fi',
        'l() { docker login crg.apkg.io -u "$1" -p "$2"; }; l $EMAIL $PAT',
        "docker login docker.io -u $EMAIL -p $PAT",
        "docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN",
        "docker login crg.apkg.io -u $EMAIL -p ${BITBUCKET_PACKAGES_TOKEN:-$PAT}",
    ]
)
_OTHERS = st.sampled_from(
    ["docker push crg.apkg.io/acme/web", "docker pull crg.apkg.io/acme/base", "make", "set -x", "echo é 🐳", "true"]
)


@st.composite
def _item(draw: st.DrawFn, command: str) -> str:
    """A command as an item of a list, in a style that can hold it."""
    style = draw(st.sampled_from(["|", ">", "'", '"', "", "|-", ">+", "two lines"]))
    inner = "\n              "
    if style.startswith(("|", ">")):
        text = command.replace(" -u", f" \\{inner}-u", 1) if style[0] == "|" else command
        return f"{style}{draw(st.sampled_from(['', '  # why']))}{inner}{text}"
    if style == "'":
        return "'" + command.replace("'", "''") + "'"
    if style == '"':
        return '"' + command.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return command.replace(" -u", f"{inner}-u", 1) if style == "two lines" else command


@st.composite
def _pipelines(draw: st.DrawFn) -> bytes:
    pairs = draw(st.lists(st.tuples(_LOGINS, _OTHERS), min_size=1, max_size=3))
    text = "# é\n" + step(*[draw(_item(command)) for pair in pairs for command in pair])
    if draw(st.booleans()):
        text = text.replace("- step:", "- step: &it") + "  branches: {main: [{step: *it}]}\n"
    text = text.rstrip("\n") + draw(st.sampled_from(["", "\n", "\n\n# end"]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


@settings(max_examples=60)
@given(_pipelines(), st.booleans())
def test_fixing_twice_is_fixing_once_and_touches_nothing_else(data: bytes, unsafe: bool) -> None:
    first = planned(report_on({PATH: data}), unsafe=unsafe)
    assert first.failures == ()
    if not first.changes:
        return
    (change,) = first.changes
    edits = sorted({edit for found in change.findings for edit in found.edits})
    _only_edited(data, change.after, edits)
    pairs = list(_differences(_load(data), _load(change.after)))
    assert pairs
    assert all("BITBUCKET_PACKAGES_" in after for _, after in pairs)
    again = report_on({PATH: change.after})
    assert again.skipped == ()
    assert planned(again, unsafe=unsafe).changes == ()


def test_most_of_the_generated_pipelines_are_rewritten() -> None:
    made = []

    @settings(max_examples=40)
    @given(_pipelines())
    def count(data: bytes) -> None:
        made.append(bool(planned(report_on({PATH: data}), unsafe=True).changes))

    count()
    assert sum(made) > len(made) / 3


def _only_edited(before: bytes, after: bytes, edits: list[Edit]) -> None:
    """Every stretch of text between the edits is there, in order, with the edits' texts between."""
    mark = b"\xef\xbb\xbf"
    assert before.startswith(mark) == after.startswith(mark)
    text, rest, at = before.removeprefix(mark).decode(), after.removeprefix(mark).decode(), 0
    for edit in edits:
        piece = text[at : edit.span.start] + edit.text
        assert rest.startswith(piece)
        rest, at = rest[len(piece) :], edit.span.end
    assert rest == text[at:]


def _load(data: bytes) -> Any:
    return yaml.load(data.decode("utf-8-sig"), yaml.BaseLoader)


def _differences(before: Any, after: Any) -> Iterator[tuple[str, str]]:
    assert type(before) is type(after)
    if isinstance(before, dict):
        assert list(before) == list(after)
        for key in before:
            yield from _differences(before[key], after[key])
    elif isinstance(before, list):
        assert len(before) == len(after)
        for pair in zip(before, after, strict=True):
            yield from _differences(*pair)
    elif before != after:
        yield before, after
