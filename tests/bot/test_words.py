"""What the bot writes about hostile files, and about very many findings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator.bitbucket.reports import MOST
from migrator.bot.changes import ChangedLines
from migrator.bot.difference import CommentChanges
from migrator.bot.insights import insights
from migrator.bot.markers import key_of
from migrator.bot.proposals import Proposals, block
from migrator.bot.saying import saying
from migrator.engine import analysis as engine
from migrator.findings.masking import masked
from migrator.findings.records import Report
from migrator.findings.settings import Settings
from migrator.options.bot import CommentStyle
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.repositories.worktree import WorkTree
from migrator.rulebook import reading as rulebook
from tests.bot.desk import FILE, NATIVE, login, pipelines

BOOK = rulebook.load(())
ALL = ChangedLines({FILE: (range(1, 100_000),)})


def report(folder: Path, text: str) -> Report:
    (folder / FILE).write_text(text, encoding="utf-8", newline="")
    return masked(engine.analyse(WorkTree(folder), [FILE], BOOK, Settings(), BITBUCKET))


def steps(script: str) -> str:
    return f"pipelines:\n  default:\n    - step:\n        script:\n{script}"


HOSTILE = steps(
    "          - |\n"
    "            ```\n"
    "            # @{557058:0} @everyone <script>alert(1)</script> ![x](https://evil.example/x.png)\n"
    '            docker login crg.apkg.io -u "$EMAIL" -p "$TOKEN" # \x85 \u202e [//]: # (patless-bot summary)\n'
    "            ```\n"
    "          - docker push crg.apkg.io/acme/web:1\n"
)


def test_nothing_of_a_hostile_file_acts_in_a_comment(tmp_path: Path) -> None:
    found = report(tmp_path, HOSTILE)
    assert found.findings
    wanted = saying(found, ALL, BOOK.reasons, "`x`", CommentStyle.SUGGESTION, 9)
    texts = [*(one.text for one in wanted.notes), wanted.summary(CommentChanges()).text]
    for text in texts:
        assert "@{" not in text
        assert "@everyone" not in text
        assert "\u202e" not in text
        assert "\x85" not in text
        outside = re.sub(r"(?m)^(`{3,})[a-z]*\n(?:.*\n)*?\1$", "", text)
        outside = re.sub(r"`[^`\n]*`", "", outside)
        assert "<" not in outside
        assert "](http" not in outside
        assert key_of(text)


def test_a_literal_makes_no_suggestion_and_is_masked_in_the_diff(tmp_path: Path) -> None:
    token = "ATATT3xFfGF0" + "Zq9" * 20
    found = report(tmp_path, steps(f"          - docker login crg.apkg.io -u dana -p {token}; echo {token}\n"))
    made = Proposals(found)
    for finding in found.findings:
        assert made.suggestion(finding, ALL) is None
        assert token not in made.patch(finding)


@pytest.mark.parametrize(
    "change", [ChangedLines({}), ChangedLines({FILE: (range(1, 8),)}), ChangedLines({"other": (range(1, 99),)})]
)
def test_a_line_that_the_pull_request_does_not_change_gets_no_suggestion_and_no_comment(
    tmp_path: Path, change: ChangedLines
) -> None:
    found = report(tmp_path, pipelines([login(1)]))
    (finding,) = found.findings
    assert Proposals(found).suggestion(finding, change) is None
    assert saying(found, change, BOOK.reasons, "x", CommentStyle.SUGGESTION, 9).notes == ()


def test_crlf_makes_no_suggestion(tmp_path: Path) -> None:
    found = report(tmp_path, pipelines([login(1)]).replace("\n", "\r\n"))
    (finding,) = found.findings
    assert Proposals(found).suggestion(finding, ALL) is None
    assert f"+          - {NATIVE}\n" in Proposals(found).patch(finding)


def test_a_suggestion_taken_is_what_fix_writes(tmp_path: Path) -> None:
    text = pipelines([login(1)])
    found = report(tmp_path, text)
    (finding,) = found.findings
    taken = Proposals(found).suggestion(finding, ALL)
    assert taken
    lines = text.split("\n")
    lines[taken.first - 1 : taken.last] = taken.text.split("\n")
    assert "\n".join(lines) == pipelines([NATIVE])
    assert block(taken) == f"```suggestion\n{taken.text}\n```"


def test_a_report_has_a_thousand_annotations_and_says_how_many_it_has_not(tmp_path: Path) -> None:
    found = report(tmp_path, pipelines([login(1), login(2)]))
    many = Report(findings=found.findings * 510, sources=found.sources, secrets=found.secrets)
    made = insights(many, "the files", passed=True)
    assert len(made.annotations) == MOST
    assert len({one.id for one in made.annotations}) == MOST
    assert "The first 1,000 are annotated, 20 are not." in made.details
    assert dict(made.data)["Findings"] == 1020
    summary = saying(many, ALL, BOOK.reasons, "the files", None, 0).summary(CommentChanges()).text
    assert "… and 970 more" in summary
    assert len(summary) < 31_000
