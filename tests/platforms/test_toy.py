"""A second platform is a reader and rules: this one has other names, and every command is a shell of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.engine.analysis import analyse
from migrator.findings.records import Report, Verdict
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.platforms.platform import Platform
from migrator.platforms.records import Commands, Occurrence, Pipelines, Step, Task
from migrator.rulebook import reading as rulebook
from migrator.text.source import Source
from migrator.text.yaml import Item, Mapping, Scalar, Sequence, read_yaml
from tests.memory import Memory, planned

RULES = """\
registries:
  bitbucket-packages: {hosts: [pkg.toy], mention: pkg.toy, username: TOY_NAME, password: TOY_KEY}
built-in: {clone: TOY_ROOT, workspace: TOY_TEAM, repository: TOY_PROJECT, full-name: TOY_PATH}
runners: {docker: [boxed], shell: [bare]}
"""


def read(source: Source) -> Pipelines | None:
    jobs = entries(Item(root, 0)).get("jobs") if (root := read_yaml(source, "Toy")) else None
    return Pipelines(source, tuple(step(name, job) for name, job in entries(jobs).items())) if jobs else None


def step(name: str, job: Item) -> Step:
    keys = entries(job)
    kept = tuple(("a kept file", path.value) for path in scalars(keys.get("keep")))
    labels = tuple(label.value for label in scalars(keys.get("where")))
    return Step(job.at, tuple(shells(keys.get("do"))), labels, kept, (Occurrence(f"jobs.{name}", job.at),))


def shells(item: Item | None) -> Iterator[Commands]:
    for one in items(item):
        given = tuple(
            (name, scalar) for name, value in entries(entries(one).get("with")).items() for scalar in scalars(value)
        )
        yield Commands("sh", tuple(scalars(entries(one).get("sh"))) or (Task("a plugin", given),))


def entries(item: Item | None) -> dict[str, Item]:
    return dict(item.node.items()) if item and isinstance(item.node, Mapping) else {}


def items(item: Item | None) -> tuple[Item, ...]:
    return item.node.items if item and isinstance(item.node, Sequence) else (item,) if item else ()


def scalars(item: Item | None) -> list[Scalar]:
    return [one.node for one in items(item) if isinstance(one.node, Scalar)]


TOY = Platform("Toy", lambda path: path.endswith("/toy.yaml"), read)


FILE = "ci/toy.yaml"
LOGIN = 'echo "$PAT" | docker login pkg.toy -u "$WHO" --password-stdin'
PUSH = "docker push pkg.toy/$TOY_PATH"


def job(*commands: str, more: str = "") -> str:
    return "jobs:\n  push:\n    do:\n" + "".join(f"      - sh: {command}\n" for command in commands) + more


def report_on(text: str, folder: Path) -> Report:
    (folder / "toy.yml").write_text(RULES)
    return analyse(Memory({FILE: text.encode()}), [FILE], rulebook.load([folder]), Settings(), TOY)


def test_a_login_is_rewritten_to_the_platforms_own_pair_and_nothing_else_is(tmp_path: Path) -> None:
    text = job(LOGIN, PUSH, more="      - plugin: notify\n        with: {KEY: $PAT}\n    where: boxed\n")
    report = report_on(text, tmp_path)
    finding, handed = report.findings
    assert (handed.rule, handed.variables) == ("credential-leaves-step", ("PAT",))
    assert (finding.verdict, finding.variables, finding.remaining) == (Verdict.SAFE, ("WHO", "PAT"), ("PAT",))
    assert "pkg.toy/$TOY_TEAM/$TOY_PROJECT is linked to this repository" in finding.assumptions
    (change,) = planned(report).changes
    assert change.after.decode() == text.replace('"$PAT"', '"$TOY_KEY"').replace("$WHO", "$TOY_NAME")
    assert not report_on(change.after.decode(), tmp_path).findings


@pytest.mark.parametrize(
    ("text", "codes", "verdict"),
    [
        (job("HOST=pkg.toy", "docker login $HOST -u $U -p $PAT"), ["registry-unresolved"], Verdict.REPORT_ONLY),
        (job(LOGIN, PUSH, more="    keep: [.docker]\n"), ["leaves-step"], Verdict.REPORT_ONLY),
        (job(LOGIN, "docker pull pkg.toy/$TOY_TEAM/other"), ["foreign-package"], Verdict.UNSAFE),
        (job(LOGIN, PUSH, more="    where: bare\n"), ["shell-runner"], Verdict.UNSAFE),
    ],
    ids=["another-shell-has-other-variables", "the-login-file-is-kept", "a-later-shell-reads", "the-runner-has-no-box"],
)
def test_what_holds_a_fix_back_is_found(text: str, codes: list[str], verdict: Verdict, tmp_path: Path) -> None:
    (finding,) = report_on(text, tmp_path).findings
    assert ([reason.code for reason in finding.reasons], finding.verdict) == (codes, verdict)


def test_a_native_name_that_is_set_is_said_to_be_the_platforms(tmp_path: Path) -> None:
    (finding,) = report_on(job("TOY_KEY=mine"), tmp_path).findings
    assert finding.message == "the script sets TOY_KEY, the name of a variable that Toy provides"


def test_the_file_of_another_platform_is_none(tmp_path: Path) -> None:
    theirs = f"pipelines: {{default: [{{step: {{script: ['{LOGIN}']}}}}]}}"
    assert not TOY.is_pipelines_file("bitbucket-pipelines.yml")
    assert not BITBUCKET.is_pipelines_file(FILE)
    assert BITBUCKET.read(Source(FILE, job(LOGIN))) is None
    assert report_on(theirs, tmp_path).findings == ()
    assert BITBUCKET.read(Source(FILE, theirs)) is not None
