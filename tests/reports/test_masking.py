"""A literal credential is in no output, wherever its text comes back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.findings import naming
from migrator.findings.masking import after_edits, masked
from migrator.findings.records import Skipped
from migrator.reports.diff import Side, diff, for_people
from migrator.reports.paint import Paint
from migrator.text.edits import Edit, splice
from migrator.text.mask import mask
from migrator.text.source import Source, Span
from tests.reports import said, samples

SHOWN = "‹literal, 41 characters›"


def test_a_report_without_literals_is_as_it_was() -> None:
    assert masked(samples.clean()) == samples.clean()


def test_no_output_shows_the_literal() -> None:
    report = samples.report()
    report = masked(replace(report, skipped=(Skipped("a.yml", None, f"odd: {samples.LITERAL}"),)))
    held, unsafe, safe = report.findings
    outputs = [
        said.check(report, samples.REASONS),
        said.check(report, samples.REASONS, quiet=True),
        "\n".join(said.skipped(report)),
        said.fixed([safe, unsafe], [held], report, Paint()),
        said.as_json(report),
        said.packages_of(report),
    ]
    assert not [output for output in outputs if samples.LITERAL in output]
    assert SHOWN in outputs[0]


def test_a_repetition_elsewhere_is_masked_too() -> None:
    report = samples.report()
    found = samples.source(samples.TEXT + f"# old token: {samples.LITERAL}\n")
    secrets = masked(replace(report, sources={samples.PATH: found})).secrets[samples.PATH]
    assert samples.LITERAL not in mask(found.text, secrets)


def test_a_short_literal_is_masked_only_where_it_was_found() -> None:
    found = samples.source("docker login -u admin -p x\nadmin: true\n")
    at = found.text.index("admin")
    report = replace(samples.report(), findings=(), sources={samples.PATH: found})
    report = replace(report, secrets={samples.PATH: (Span(at, at + 5),)})
    assert mask(found.text, masked(report).secrets[samples.PATH]).endswith("\nadmin: true\n")


def test_a_diff_masks_removed_lines_and_context_and_says_so() -> None:
    before = samples.source("a\n" + samples.LITERAL + "\nb\n-p " + samples.LITERAL + "\n")
    first, second = (Span(at, at + 41) for at in (2, before.text.rindex(samples.LITERAL)))
    edits = [Edit(samples.PATH, second, "$TOKEN")]
    after = samples.source(splice(before.text, edits))
    made = diff(samples.PATH, Side(before, (first, second)), Side(after, after_edits((first, second), edits)))
    assert made.masked == 2
    assert made.data.decode().splitlines()[3:] == [
        "@@ -1,4 +1,4 @@",
        " a",
        f" {SHOWN}",
        " b",
        f"--p {SHOWN}",
        "+-p $TOKEN",
    ]
    assert samples.LITERAL not in for_people(made.data, Paint(True))


@pytest.mark.parametrize(
    ("edits", "left"),
    [
        ([], [(4, 8)]),
        ([(0, 1, "longer")], [(9, 13)]),
        ([(0, 4, "")], [(0, 4)]),
        ([(4, 8, "$T")], []),
        ([(3, 9, "$T")], []),
        ([(5, 6, "--")], [(4, 5), (7, 9)]),
        ([(2, 6, "x")], [(3, 5)]),
        ([(6, 12, "x")], [(4, 6)]),
        ([(8, 9, "abc")], [(4, 8)]),
    ],
    ids=["none", "before", "up to it", "all of it", "around it", "inside", "over its start", "over its end", "behind"],
)
def test_secrets_move_with_edits(edits: list[tuple[int, int, str]], left: list[tuple[int, int]]) -> None:
    made = [Edit("p", Span(start, end), new) for start, end, new in edits]
    moved = after_edits([Span(4, 8)], made)
    assert moved == tuple(Span(*one) for one in left)
    after = splice("....SSSS....", made)
    assert all(set(after[one.start : one.end]) == {"S"} for one in moved)
    assert "S" not in mask(after, moved)


def test_paths_of_several_repositories_are_renamed_everywhere() -> None:
    renamed = naming.renamed(samples.report(), lambda path: f"web/{path}")
    assert {one.path for one in renamed.findings} == {f"web/{samples.PATH}"}
    assert {edit.path for one in renamed.findings for edit in one.edits} == {f"web/{samples.PATH}"}
    assert renamed.sources[f"web/{samples.PATH}"] == Source(f"web/{samples.PATH}", samples.TEXT)
    assert set(renamed.secrets) == {f"web/{samples.PATH}"}
    together = naming.merged([renamed, samples.report()])
    assert (len(together.findings), len(together.files), together.ignored) == (6, 6, 2)
