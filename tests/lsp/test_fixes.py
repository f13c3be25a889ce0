"""What an editor is offered for the cases: together, the fixes are what `patless fix` writes."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from migrator.cli.failures import sentence
from migrator.lsp.actions import actions
from migrator.lsp.analyst import EditedRepository
from migrator.lsp.diagnostics import diagnostics, place_of
from migrator.lsp.hover import hover
from migrator.lsp.opened import OpenFile
from migrator.options.analysis import AnalysisOptions
from tests.fixtures_support import Case, cases, contents, run
from tests.lsp.editor import edited
from tests.lsp.test_positions import asked

PATH = "bitbucket-pipelines.yml"
_ALL = [one for one in cases() if (one.before / PATH).is_file()]
_SAMPLE = [*_ALL[::25], *(one for one in _ALL if re.search("crlf|byte-order-mark$|emoji", one.id))]


@pytest.mark.parametrize("case", _SAMPLE, ids=lambda case: case.id)
def test_the_fixes_of_a_case(case: Case, tmp_path: Path) -> None:
    root = Path(shutil.copytree(case.before, tmp_path / "repository"))
    files = {path: data for path, data in contents(root).items() if b"\0" not in data}
    held = {path: (OpenFile((root / path).as_uri(), 1, data.decode()),) for path, data in files.items()}
    answer = EditedRepository(root).answer(held, AnalysisOptions())
    assert answer.analysis
    found = [one for path in held for one in diagnostics(answer, path)]
    assert {one.code for one in found} >= case.rules
    made: dict[str, dict[tuple[int, ...], dict[str, object]]] = {}
    for finding in answer.analysis.report.findings:
        place = place_of(answer, finding)
        assert hover(answer, finding.path, place.start)
        for action in actions(answer, finding.path, place, ["quickfix"], versioned=False):
            for uri, edits in (action.edit.changes or {}).items() if action.edit and action.is_preferred else ():
                of_file = made.setdefault(Path(unquote(uri.removeprefix("file://"))).relative_to(root).as_posix(), {})
                for one in edits:
                    start, end = one.range.start, one.range.end
                    key = (start.line, start.character, end.line, end.character)
                    of_file[key] = {"range": asked(one.range), "newText": one.new_text}
    texts = {path: edited(held[path][0].text, [*edits.values()]) for path, edits in made.items()}
    after = contents(case.after) if case.verdict == "safe" else {}
    assert {path: text.encode() for path, text in texts.items()} == after


def test_the_server_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An extra that is not installed, and an editor at the other end."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    alone = run(["lsp"], tmp_path)
    monkeypatch.setitem(sys.modules, "pygls", None)
    without = run(["lsp"], tmp_path)
    assert (alone.code, alone.out, without.code, without.out) == (2, "", 2, "")
    assert alone.err == "patless: an editor starts `patless lsp` and talks to it; see the guide for editors\n"
    assert without.err == "patless: the language server needs pygls; run `pip install 'patless[lsp]'`\n"


def test_an_error_is_a_sentence_without_text_of_others() -> None:
    assert sentence(ValueError("a secret")).startswith("internal error (ValueError")
    assert "a secret" not in sentence(ValueError("a secret"))
