"""What must hold for any bytes, one function for each kind of input. `python -m tests.fuzz` feeds them.

Only the refusals that a reader documents may leave it. Whatever else is raised, and whatever takes long, is a fault.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from migrator.frontends.shfmt import MAX_TEXT

from migrator.configuration import baselines
from migrator.configuration import reading as configuration
from migrator.findings import ignores, masking
from migrator.findings.records import Report
from migrator.findings.selection import Scope
from migrator.findings.settings import Settings
from migrator.fixes.applying import FileChange
from migrator.frontends.documents.compose import read_compose
from migrator.frontends.documents.dockerfile import read_dockerfile
from migrator.reports.diff import Side, diff
from migrator.rulebook import reading as rulebook
from migrator.text.edits import Edit, splice
from migrator.text.source import Source, Undecodable
from migrator.text.yaml import YamlError, plain, read_yaml
from tests.memory import PATH, planned, report_on
from tests.reports import said as saying

_BOOK = rulebook.load()
_FOLDER = Path(tempfile.mkdtemp(prefix="patless-fuzz-"))


def pipelines(data: bytes) -> None:
    """A pipelines file, from its bytes to every output."""
    _whole({PATH: data})


def shell(data: bytes) -> None:
    """The script of a step; it is given as a block, so that only shell is read."""
    body = data[:MAX_TEXT].decode("utf-8", "ignore")
    lines = "".join(f"              {line}\n" for line in body.splitlines())
    script = f'docker login crg.apkg.io -u "$A" -p "$B"\n              docker push crg.apkg.io/acme/web\n{lines}'
    _whole(
        {PATH: f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n              {script}".encode()}
    )


def rules(data: bytes) -> None:
    """A file of the user's rules."""
    _put("rules/a.yml", data)
    try:
        book = rulebook.load((_FOLDER / "rules",))
    except rulebook.RuleError:
        return
    planned(report_on(_SAMPLE, book=book), unsafe=True)


def settings(data: bytes) -> None:
    """The same bytes as a configuration, as a baseline, and as a comment beside a finding."""
    _put(configuration.FILE, data)
    _put("baseline.json", data)
    try:
        found = configuration.find(_FOLDER)
    except configuration.ConfigurationError:
        found = configuration.Configuration()
    Scope(exclude=found.exclude).holds("ci/" + PATH)
    report_on(_SAMPLE, Settings(variables=found.variables, own_packages=found.own_packages), _BOOK)
    try:
        known = baselines.read(_FOLDER / "baseline.json") or {}
    except configuration.ConfigurationError:
        known = {}
    report = report_on(_SAMPLE, Settings(baseline=known), _BOOK)
    assert all(str(count) for count in report.stale.values())
    line = data.decode("utf-8", "replace").replace("\n", " ").replace("\r", " ")
    ignores.read(Source(PATH, f"- docker login {line}\n"), 1, date(2026, 1, 1))


def builds(data: bytes) -> None:
    """A Dockerfile and a compose file, alone and where a step leads to them."""
    body = data.decode("utf-8", "replace")
    read_dockerfile(body, {"A": "b", "C": None}, None)
    with contextlib.suppress(YamlError):
        read_compose([plain(read_yaml(Source("compose.yml", body)))], {"A": "b", "C": None})
    _whole({PATH: _SAMPLE.encode(), "Dockerfile": data, "docker-compose.yml": data})


TARGETS: dict[str, Callable[[bytes], None]] = {one.__name__: one for one in (pipelines, shell, rules, settings, builds)}

_SAMPLE = """pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$A" -p "$B"
          - docker build -t crg.apkg.io/acme/web . && docker push crg.apkg.io/acme/web
          - docker-compose pull
"""


def _whole(files: dict[str, bytes]) -> None:
    report = report_on(files, Settings(), _BOOK)
    plan = planned(report, unsafe=True)
    assert not plan.failures, "a rewrite was not what was meant"
    for change in plan.changes:
        _only_the_edits(report, change)
    _silent(files[PATH], report, plan.changes)
    rewritten = {**files, **{change.path: change.after for change in plan.changes}}
    again = planned(report_on(rewritten, Settings(), _BOOK), unsafe=True)
    assert not again.changes, "a second fix changes something again"


def _only_the_edits(report: Report, change: FileChange) -> None:
    source = report.sources[change.path]
    edits: set[Edit] = {edit for finding in change.findings for edit in finding.edits if edit.path == change.path}
    assert change.after == source.encode(splice(source.text, sorted(edits)))
    read_yaml(Source.decode(change.path, change.after))


def _silent(data: bytes, report: Report, changes: tuple[FileChange, ...]) -> None:
    """No output holds what looks like a token in the file."""
    try:
        source = Source.decode(PATH, data)
    except Undecodable:
        return
    tokens = {match[0] for pattern in _BOOK.tokens for match in pattern.finditer(source.text)}
    shown = masking.masked(report)
    said = [
        saying.as_json(shown),
        saying.as_sarif(shown, _BOOK.rules),
        saying.as_junit(shown, _BOOK),
        saying.as_github(shown, _BOOK),
        saying.as_gitlab(shown, _BOOK),
        saying.check(shown, _BOOK.reasons),
        saying.fixed([], list(shown.findings), shown),
        *saying.skipped(shown),
    ]
    for change in changes:
        edits = {edit for finding in change.findings for edit in finding.edits if edit.path == change.path}
        known = shown.secrets.get(change.path, ())
        before, after = (Source.decode(change.path, part) for part in (change.before, change.after))
        made = diff(change.path, Side(before, known), Side(after, masking.after_edits(known, edits)))
        said.append(made.data.decode("utf-8", "replace"))
    assert not any(token in one for token in tokens for one in said), "a token is shown"


def _put(name: str, data: bytes) -> None:
    path = _FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
