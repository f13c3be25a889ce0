"""Which places of evidence are kept of many, and in which order verdicts and branches are told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.bitbucket.inventory import NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.secrets.judging import MOST, _kept, judge, undefined
from migrator.secrets.records import (
    Alive,
    Evidence,
    RefFacts,
    RemovalVerdict,
    RepositoryFacts,
    Stand,
    VariableRow,
    Waiver,
)
from migrator.secrets.references.records import Doubt, Found, OpaqueKind, Reference, UseKind
from tests.secrets.test_judging import PAT, TODAY

FIRST = Evidence("shell", "b000", "a.sh", 1, "$PAT")
EVERY = tuple(replace(FIRST, ref=f"b{number:03}") for number in range(MOST))


@pytest.mark.parametrize("other", [{"kind": "word"}, {"path": "b.sh"}, {"line": 2}, {"text": "${PAT"}], ids=str)
def test_another_place_is_kept_before_another_branch_with_the_same(other: dict[str, str | int]) -> None:
    last = replace(FIRST, ref="z", **other)
    kept = _kept((*EVERY, last))
    assert kept == (*EVERY[: MOST - 1], last)
    assert _kept(EVERY) == EVERY
    assert _kept((*EVERY, replace(FIRST, ref="z"))) == EVERY


def facts(*refs: RefFacts, slug: str = "web", **more: object) -> RepositoryFacts:
    return replace(RepositoryFacts(slug, refs, frozenset({"PAT"})), **more)


def ref(name: str, *kinds: UseKind, committed: int = 0, **more: object) -> RefFacts:
    found = Found(tuple(Reference("PAT", kind, "a.sh", 1, 1, "$PAT") for kind in kinds))
    return replace(RefFacts(name, Stand.NOW, name, committed, "Ada", found, True), **more)


def judged(*repositories: RepositoryFacts, variable: Variable = PAT, **more: object) -> VariableRow:
    given: dict[str, object] = {"natives": (), "waivers": (), "today": TODAY, **more}
    return judge(variable, repositories, **given)  # type: ignore[arg-type]


def test_branches_come_by_their_last_commit_and_then_by_name() -> None:
    use = UseKind.SHELL
    row = judged(
        facts(ref("b", use, committed=2, last_run="2026-01-01"), ref("c", use, committed=1), ref("a", use, committed=2))
    )
    assert row.alive == (Alive("c", "Ada", 1, ""), Alive("a", "Ada", 2, ""), Alive("b", "Ada", 2, "2026-01-01"))
    assert [one.ref for one in row.evidence] == ["b", "c", "a"]


def test_evidence_of_a_variable_of_the_workspace_names_its_repository() -> None:
    shared = Variable(Level.WORKSPACE, "PAT", "{3}", True)
    one = ref("main", UseKind.SHELL, UseKind.MENTION)
    row = judged(facts(one), facts(one, slug="api", gaps=("no runs",)), variable=shared, missing=["a clause"])
    assert [(seen.kind, seen.ref, seen.text) for seen in row.evidence] == [
        ("shell", "web:main", "$PAT"),
        ("shell", "api:main", "$PAT"),
        ("mention", "web:main", "$PAT"),
        ("mention", "api:main", "$PAT"),
    ]
    quiet = judged(facts(ref("main")), facts(slug="api", gaps=("no runs",)), variable=shared, missing=["a clause"])
    assert (quiet.verdict, quiet.repository) == (RemovalVerdict.CANNOT_TELL, "")
    assert [seen.text for seen in quiet.evidence] == ["a clause", "api: no runs"]
    assert [seen.text for seen in judged(facts(gaps=("no runs",))).evidence] == ["no runs"]


def test_what_a_commit_says_in_another_repository_counts_where_a_step_sees_the_variable() -> None:
    elsewhere = Evidence("shell", "main", "ci:x.yml", 1, "$PAT")
    doubt = Evidence("doubt:dump", "main", "ci:x.yml", 2, "env")
    one = ref("main", uses_elsewhere=(("OTHER", elsewhere), ("PAT", elsewhere)), doubts_elsewhere=(doubt,))
    assert judged(facts(one)).evidence == (elsewhere,)
    assert judged(facts(replace(one, uses_elsewhere=()))).evidence == (doubt,)
    assert judged(facts(replace(one, runs=False))).verdict is RemovalVerdict.REMOVABLE
    deployed = Variable(Level.DEPLOYMENT, "PAT", "{2}", True, "Live", "{e}")
    for environments, verdict in (
        (None, RemovalVerdict.IN_USE),
        (frozenset({"live"}), RemovalVerdict.IN_USE),
        (frozenset({"test"}), RemovalVerdict.REMOVABLE),
    ):
        row = judged(facts(replace(one, environments=environments)), variable=deployed)
        assert row.verdict is verdict


@pytest.mark.parametrize(
    ("doubt", "more", "counts"),
    [
        (Doubt(OpaqueKind.DUMP, "a.sh", 1, 1, "env"), {"reached": frozenset({"a.sh"})}, True),
        (Doubt(OpaqueKind.DUMP, "a.sh", 1, 1, "env"), {}, False),
        (Doubt(OpaqueKind.PART, "a.sh", 1, 1, "P", "PAT"), {}, True),
        (Doubt(OpaqueKind.PART, "a.sh", 1, 1, "P", "OTHER"), {"reached": frozenset({"a.sh"})}, False),
        (Doubt(OpaqueKind.IMPORT, "a.yml", 1, 1, "ci:main"), {"unresolved": frozenset({"ci:main"})}, True),
        (Doubt(OpaqueKind.IMPORT, "a.yml", 1, 1, "ci:main"), {"reached": frozenset({"a.yml"})}, False),
    ],
    ids=str,
)
def test_a_doubt_counts_where_a_step_leads_to_it(doubt: Doubt, more: dict[str, object], counts: bool) -> None:
    one = replace(ref("main", **more), found=Found(opaque=(doubt,)))
    row = judged(facts(one))
    expected = Evidence(f"doubt:{doubt.kind}", "main", doubt.path, 1, doubt.text)
    assert row.evidence == ((expected,) if counts else ())
    again = judged(facts(replace(one, stand=Stand.AGAIN)))
    assert again.verdict is (RemovalVerdict.ROLLBACK if counts else RemovalVerdict.REMOVABLE)
    waiver = Waiver(str(doubt.kind), "we looked", TODAY)
    accepted = judged(facts(one), waivers=(Waiver("other", "no", TODAY), waiver, waiver))
    assert accepted.waivers == ((waiver,) if counts else ())
    assert accepted.verdict is (RemovalVerdict.ACCEPTED if counts else RemovalVerdict.REMOVABLE)


def test_names_that_no_level_has_come_by_name_and_not_where_a_level_is_hidden() -> None:
    use = Evidence("shell", "main", "a.sh", 1, "$X")
    one = ref("main", needs=(("Z", use), ("A", use), ("Z", use), ("NATIVE", use), ("PAT", use)))
    repository = facts(one, variables=(PAT,))
    hidden = replace(repository, not_checked=(NotChecked(Level.WORKSPACE, None, "forbidden"),))
    rows = list(undefined([hidden, repository], {"NATIVE"}))
    assert [(row.repository, row.variable.key, row.evidence, row.evidence_others) for row in rows] == [
        ("web", "A", (use,), 0),
        ("web", "Z", (use,), 0),
    ]
