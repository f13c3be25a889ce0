"""Verdicts on stored variables: what keeps one, what does not, and what only a person can answer for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from migrator.bitbucket.inventory import NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.secrets.judging import ASSUMPTIONS, MOST, judge, undefined
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
from migrator.secrets.references.records import NOTHING, Doubt, Found, NotLooked, OpaqueKind, Reference, UseKind
from migrator.secrets.rows import _unchecked

TODAY = date(2026, 11, 24)
NATIVES = frozenset({"BITBUCKET_PACKAGES_TOKEN", "BITBUCKET_PACKAGES_USERNAME"})
PAT = Variable(Level.REPOSITORY, "PAT", "{1}", True)
DEPLOYED = Variable(Level.DEPLOYMENT, "PAT", "{2}", True, " Production", "{e}")
SHARED = Variable(Level.WORKSPACE, "PAT", "{3}", True)
FILE = "bitbucket-pipelines.yml"


def use(name: str = "PAT", kind: UseKind = UseKind.SHELL, path: str = FILE) -> Found:
    return Found(references=(Reference(name, kind, path, 9, 1, f"${name}"),))


def doubt(kind: OpaqueKind = OpaqueKind.DUMP, path: str = "ci/debug.sh", text: str = "env |") -> Found:
    name = text if kind in (OpaqueKind.BINARY, OpaqueKind.LARGE) else ""
    return Found(opaque=(Doubt(kind, path, 2, 1, text, name),))


def ref(name: str = "main", found: Found = NOTHING, **more: object) -> RefFacts:
    base = RefFacts(name, Stand.NOW, f"commit of {name}", 1_772_582_400, "Ada", found, True)
    return replace(base, **{"reached": frozenset({"ci/debug.sh"}), **more})


def tag(name: str = "tag v1", found: Found = NOTHING, **more: object) -> RefFacts:
    return ref(name, found, stand=Stand.AGAIN, **more)


def change(branch: str = "main", found: Found = NOTHING) -> RefFacts:
    return ref(f"patless/{branch}", found, change_of=branch)


def repository(*refs: RefFacts, slug: str = "web", **more: object) -> RepositoryFacts:
    return replace(RepositoryFacts(slug, refs, frozenset({"PAT"})), **more)


def judged(
    *refs: RefFacts, variable: Variable = PAT, waivers: tuple[Waiver, ...] = (), today: date = TODAY
) -> VariableRow:
    return judge(variable, [repository(*refs)], natives=NATIVES, waivers=waivers, today=today)


KEPT = {
    "a use on a branch": ([ref(found=use())], RemovalVerdict.IN_USE),
    "a use in a run that is not at its end": ([ref("run 7", use())], RemovalVerdict.IN_USE),
    "a use on one of two branches": ([ref(), ref("release/1", use())], RemovalVerdict.IN_USE),
    "a word in no form that is known": ([ref(found=use(kind=UseKind.WORD))], RemovalVerdict.IN_USE),
    "a use beside a doubt": ([ref(found=use()), ref("b", doubt())], RemovalVerdict.IN_USE),
    "a use in a pipeline from elsewhere": (
        [ref(uses_elsewhere=(("PAT", Evidence("shell", "main", "ci@main:x.yml", 3, "$PAT")),))],
        RemovalVerdict.IN_USE,
    ),
    "a doubt": ([ref(found=doubt())], RemovalVerdict.CANNOT_TELL),
    "a doubt beside a use that a change takes away": (
        [ref(found=use()), change(), ref("b", doubt())],
        RemovalVerdict.CANNOT_TELL,
    ),
    "a doubt in a pipeline from elsewhere": (
        [ref(doubts_elsewhere=(Evidence("doubt:eval", "main", "ci@main:x.yml", 3, "eval"),))],
        RemovalVerdict.CANNOT_TELL,
    ),
    "a binary that holds the name": (
        [ref(found=doubt(OpaqueKind.BINARY, "far/away.bin", "PAT"))],
        RemovalVerdict.CANNOT_TELL,
    ),
    "an import that cannot be read": (
        [ref(found=doubt(OpaqueKind.IMPORT, FILE, "ci:main:x"), unresolved=frozenset({"ci:main:x"}))],
        RemovalVerdict.CANNOT_TELL,
    ),
    "a reached file that was not read": (
        [ref(found=Found(not_looked=(NotLooked("ci/debug.sh", "it is too large"),)))],
        RemovalVerdict.CANNOT_TELL,
    ),
    "a commit that was not read": (
        [ref(found=Found(not_looked=(NotLooked("", "git says no"),)))],
        RemovalVerdict.CANNOT_TELL,
    ),
    "a use that a change takes away": ([ref(found=use()), change()], RemovalVerdict.AFTER_MERGE),
    "a use that a change leaves": ([ref(found=use()), change(found=use())], RemovalVerdict.IN_USE),
    "a use on a branch beside that of a change": (
        [ref(found=use()), change(), ref("release/1", use())],
        RemovalVerdict.IN_USE,
    ),
    "a change of another branch": ([ref(found=use()), change("release/1")], RemovalVerdict.IN_USE),
    "a use that a change takes away, and one in a tag": (
        [ref(found=use()), change(), tag(found=use())],
        RemovalVerdict.AFTER_MERGE,
    ),
    "a use in a tag": ([ref(), tag(found=use())], RemovalVerdict.ROLLBACK),
    "a doubt in a tag": ([ref(), tag(found=doubt())], RemovalVerdict.ROLLBACK),
}
FREE = {
    "no branch at all": [],
    "branches without it": [ref(), ref("release/1"), tag()],
    "a use of another name": [ref(found=use("OTHER_PAT")), tag(found=use("pat"))],
    "a mention": [ref(found=use(kind=UseKind.MENTION, path="README.md"))],
    "a variable of that name that is set": [ref(found=use(kind=UseKind.ASSIGNMENT))],
    "a custom pipeline that asks for it": [ref(found=use(kind=UseKind.DECLARATION))],
    "a use where nothing runs": [ref(found=use(), runs=False)],
    "a doubt where nothing runs": [ref(found=doubt(), runs=False)],
    "a doubt that no step leads to": [ref(found=doubt(path="docs/example.sh"))],
    "a file that no step leads to and that was not read": [
        ref(found=Found(not_looked=(NotLooked("docs/large", "it is too large"),)))
    ],
    "a binary that holds another name": [ref(found=doubt(OpaqueKind.BINARY, "ci/debug.sh", "OTHER"))],
    "an import that was read": [ref(found=doubt(OpaqueKind.IMPORT, FILE, "ci:main:x"), reached=frozenset({FILE}))],
    "a use of another name elsewhere": [ref(uses_elsewhere=(("OTHER", Evidence("shell", "", "", 1, "")),))],
}


@pytest.mark.parametrize("refs", FREE.values(), ids=FREE.keys())
def test_what_does_not_keep_a_variable(refs: list[RefFacts]) -> None:
    row = judged(*refs)
    assert row.verdict is RemovalVerdict.REMOVABLE
    assert row.assumptions == ASSUMPTIONS


@pytest.mark.parametrize(("refs", "verdict"), KEPT.values(), ids=KEPT.keys())
def test_what_keeps_a_variable(refs: list[RefFacts], verdict: RemovalVerdict) -> None:
    row = judged(*refs)
    assert row.verdict is verdict
    assert row.evidence
    assert row.assumptions == ()
    assert not row.verdict.may_go


def test_a_mention_is_shown_though_it_keeps_nothing() -> None:
    row = judged(ref(found=use(kind=UseKind.MENTION, path="README.md")))
    assert row.evidence == (Evidence("mention", "main", "README.md", 9, "$PAT"),)


@pytest.mark.parametrize("name", sorted(NATIVES))
def test_a_variable_with_the_name_of_a_native_one_shadows_it_whatever_uses_it(name: str) -> None:
    row = judged(ref(found=use(name)), variable=Variable(Level.REPOSITORY, name, "{1}", True))
    assert row.verdict is RemovalVerdict.SHADOWS


def test_a_gap_in_a_repository_leaves_it_open() -> None:
    row = judge(
        PAT, [repository(ref(), gaps=("patless could not read its runs",))], natives=(), waivers=(), today=TODAY
    )
    assert row.verdict is RemovalVerdict.CANNOT_TELL
    assert row.evidence == (Evidence("not-looked", "", "", 0, "patless could not read its runs"),)


def test_a_level_that_could_not_be_read_may_hold_what_is_not_seen_there() -> None:
    facts = repository(ref(), variables=(PAT,), not_checked=(NotChecked(Level.REPOSITORY, None, "forbidden"),))
    (row,) = _unchecked([replace(facts, candidates=frozenset({"PAT", "OTHER"}))] * 2)
    assert (row.variable.key, row.verdict) == ("OTHER", RemovalVerdict.NOT_CHECKED)


# Branches that keep it


def test_the_branches_that_keep_it_are_listed_the_oldest_first() -> None:
    old = ref("release/1", use(), committed=1, author="Grace", last_run="2026-11-01")
    row = judged(ref(found=with_use(use())), old, tag(found=use()), ref("clean"))
    assert row.alive == (Alive("release/1", "Grace", 1, "2026-11-01"), Alive("main", "Ada", 1_772_582_400, ""))


@pytest.mark.parametrize("refs", [[ref(found=doubt())], [tag(found=use())], [ref(found=use()), change()]])
def test_only_uses_keep_a_branch_in_the_list(refs: list[RefFacts]) -> None:
    assert judged(*refs).alive == ()


# Deployments


@pytest.mark.parametrize(
    ("environments", "verdict"),
    [
        (frozenset({"production"}), RemovalVerdict.IN_USE),
        (frozenset({"staging"}), RemovalVerdict.REMOVABLE),
        (frozenset[str](), RemovalVerdict.REMOVABLE),
        (None, RemovalVerdict.IN_USE),
    ],
)
def test_a_deployment_variable_is_seen_by_steps_of_its_deployment_only(
    environments: frozenset[str] | None, verdict: RemovalVerdict
) -> None:
    refs = [ref(found=use(), environments=environments), ref("b", doubt(), environments=environments)]
    assert judged(*refs, variable=DEPLOYED).verdict is verdict
    assert judged(*refs).verdict is RemovalVerdict.IN_USE


# The workspace


def workspace(*repositories: RepositoryFacts, missing: tuple[str, ...] = ()) -> VariableRow:
    return judge(SHARED, repositories, natives=NATIVES, waivers=(), today=TODAY, missing=missing)


def test_a_workspace_variable_goes_only_if_no_repository_uses_it() -> None:
    web, api = repository(ref()), repository(ref(found=use()), slug="api")
    assert workspace(web).verdict is RemovalVerdict.REMOVABLE
    row = workspace(web, api)
    assert (row.verdict, row.repository) == (RemovalVerdict.IN_USE, "")
    assert [one.branch for one in row.alive] == ["api:main"]


def test_a_repository_that_was_not_read_leaves_a_workspace_variable_open() -> None:
    row = workspace(repository(ref()), missing=("api could not be read",))
    assert (row.verdict, row.evidence[0].text) == (RemovalVerdict.CANNOT_TELL, "api could not be read")


def test_a_workspace_variable_is_hidden_where_the_repository_has_one_of_that_name() -> None:
    assert workspace(repository(ref(found=use()), variables=(PAT, SHARED))).verdict is RemovalVerdict.REMOVABLE
    assert workspace(repository(ref(found=use()), variables=(DEPLOYED, SHARED))).verdict is RemovalVerdict.IN_USE
    other = Variable(Level.REPOSITORY, "OTHER", "{4}", True)
    assert workspace(repository(ref(found=use()), variables=(other, SHARED))).verdict is RemovalVerdict.IN_USE


@pytest.mark.parametrize(
    ("variable", "uncovers"),
    [
        (DEPLOYED, (Level.REPOSITORY, Level.WORKSPACE)),
        (PAT, (Level.WORKSPACE,)),
        (SHARED, ()),
        (Variable(Level.DEPLOYMENT, "OTHER", "{4}", True, "Production"), ()),
    ],
)
def test_what_comes_through_once_it_is_gone(variable: Variable, uncovers: tuple[Level, ...]) -> None:
    facts = repository(ref(), variables=(DEPLOYED, PAT, SHARED))
    assert judge(variable, [facts], natives=(), waivers=(), today=TODAY).uncovers == uncovers


# Waivers

WAIVER = Waiver("dump", "prints names only", TODAY, path="ci/debug.sh", variable="PAT")


@pytest.mark.parametrize("waiver", [WAIVER, replace(WAIVER, path=""), replace(WAIVER, variable="")])
def test_a_doubt_that_a_person_answers_for_does_not_keep_it(waiver: Waiver) -> None:
    row = judged(ref(found=doubt()), waivers=(waiver,))
    assert (row.verdict, row.waivers, row.assumptions) == (RemovalVerdict.ACCEPTED, (waiver,), ASSUMPTIONS)
    assert row.evidence == (Evidence("doubt:dump", "main", "ci/debug.sh", 2, "env |"),)


@pytest.mark.parametrize(
    "waiver",
    [
        replace(WAIVER, until=TODAY - timedelta(days=1)),
        replace(WAIVER, doubt="eval"),
        replace(WAIVER, path="ci/other.sh"),
        replace(WAIVER, variable="OTHER"),
    ],
    ids=["it ended yesterday", "of another doubt", "of another file", "of another variable"],
)
def test_a_waiver_of_something_else_or_one_that_ended_settles_nothing(waiver: Waiver) -> None:
    row = judged(ref(found=doubt()), waivers=(waiver,))
    assert (row.verdict, row.waivers) == (RemovalVerdict.CANNOT_TELL, ())


def test_a_waiver_settles_no_use() -> None:
    everything = tuple(Waiver(str(kind), "all is well", TODAY) for kind in (*OpaqueKind, *UseKind))
    assert judged(ref(found=use()), waivers=everything).verdict is RemovalVerdict.IN_USE


def test_a_waiver_of_one_doubt_leaves_the_other() -> None:
    both = Found(opaque=(*doubt().opaque, *doubt(OpaqueKind.EVAL).opaque))
    row = judged(ref(found=both), waivers=(WAIVER,))
    assert (row.verdict, [one.kind for one in row.evidence]) == (RemovalVerdict.CANNOT_TELL, ["doubt:eval"])


@pytest.mark.parametrize(
    ("refs", "verdict", "evidence"),
    [
        (
            [ref(found=use()), change(), ref("b", use())],
            RemovalVerdict.IN_USE,
            ["shell b", "shell main"],
        ),
        (
            [ref(found=use()), change(), ref("b", doubt()), tag(found=use())],
            RemovalVerdict.CANNOT_TELL,
            ["doubt:dump b", "shell main"],
        ),
        ([ref(found=use()), change(), tag(found=use())], RemovalVerdict.AFTER_MERGE, ["shell main"]),
        (
            [ref(), tag(found=use()), tag("tag v2", doubt())],
            RemovalVerdict.ROLLBACK,
            ["shell tag v1", "doubt:dump tag v2"],
        ),
        ([ref(found=use(kind=UseKind.MENTION))], RemovalVerdict.REMOVABLE, ["mention main"]),
    ],
    ids=lambda value: str(value) if isinstance(value, RemovalVerdict) else "",
)
def test_what_shows_the_verdict_comes_first_then_what_a_change_takes_away(
    refs: list[RefFacts], verdict: RemovalVerdict, evidence: list[str]
) -> None:
    row = judged(*refs)
    assert (row.verdict, [f"{one.kind} {one.ref}" for one in row.evidence]) == (verdict, evidence)


# Whatever else is there

_FOUND = st.builds(
    lambda *parts: Found(
        tuple(one for part in parts for one in part.references),
        tuple(one for part in parts for one in part.opaque),
        tuple(one for part in parts for one in part.not_looked),
    ),
    st.sampled_from([Found(), use(), use("OTHER"), use(kind=UseKind.MENTION)]),
    st.sampled_from([Found(), doubt(), doubt(path="docs/x.sh"), doubt(OpaqueKind.LARGE, "x.bin", "PAT")]),
)
_REFS = st.lists(
    st.builds(
        lambda name, found, stand, runs, of: ref(name, found, stand=stand, runs=runs, change_of=of),
        st.sampled_from(["main", "release/1", "patless/main", "tag v1"]),
        _FOUND,
        st.sampled_from(Stand),
        st.booleans(),
        st.sampled_from(["", "main", "release/1"]),
    ),
    max_size=5,
    unique_by=lambda one: one.ref,
)
_WAIVERS = st.lists(
    st.builds(
        Waiver,
        st.sampled_from([str(kind) for kind in OpaqueKind]),
        st.sampled_from(["", "ci/debug.sh"]),
        st.sampled_from(["", "PAT"]),
        st.just("known"),
        st.sampled_from([TODAY, TODAY - timedelta(days=1)]),
    ),
    max_size=3,
)


@given(refs=_REFS, waivers=_WAIVERS, variable=st.sampled_from([PAT, DEPLOYED, SHARED]), place=st.integers(0, 5))
def test_with_one_more_branch_that_uses_it_no_variable_may_go(
    refs: list[RefFacts], waivers: list[Waiver], variable: Variable, place: int
) -> None:
    added = ref("another", use(), environments=frozenset({"production"}))
    more = [*refs[:place], added, *refs[place:]]
    row = judge(variable, [repository(*more)], natives=NATIVES, waivers=waivers, today=TODAY)
    assert row.verdict is RemovalVerdict.IN_USE
    assert "another" in [one.branch.removeprefix("web:") for one in row.alive]


@given(refs=_REFS, waivers=_WAIVERS, at=st.integers(0, 4))
def test_with_one_more_use_on_a_branch_that_is_there_no_kept_variable_may_go(
    refs: list[RefFacts], waivers: list[Waiver], at: int
) -> None:
    before = judged(*refs, waivers=tuple(waivers)).verdict
    more = [
        replace(one, found=with_use(one.found)) if number == at and one.runs else one for number, one in enumerate(refs)
    ]
    after = judged(*more, waivers=tuple(waivers)).verdict
    if more != refs:
        assert not after.may_go
    else:
        assert after is before


def with_use(found: Found) -> Found:
    return Found((*found.references, *use().references), found.opaque, found.not_looked)


# Many branches


def test_of_many_branches_that_show_the_same_twenty_are_kept_and_the_others_counted() -> None:
    row = judged(*(ref(f"b{number:03}", use(), committed=number) for number in range(200)))
    assert (row.verdict, len(row.evidence), row.evidence_others, row.places) == (RemovalVerdict.IN_USE, 20, 180, 200)
    assert [one.ref for one in row.evidence] == [f"b{number:03}" for number in range(20)]
    assert (len(row.alive), row.alive_others, row.branches) == (20, 180, 200)
    assert row.alive[0].committed == 0, "the oldest first"


def test_twenty_are_kept_as_they_are() -> None:
    row = judged(*(ref(f"b{number:03}", use()) for number in range(MOST)))
    assert (len(row.evidence), row.evidence_others, len(row.alive), row.alive_others) == (20, 0, 20, 0)


def test_a_place_that_one_branch_alone_has_is_kept_before_others_of_the_same() -> None:
    many = [ref(f"b{number:03}", use()) for number in range(200)]
    row = judged(*many, ref("z", use(path="ci/last.sh")))
    assert row.evidence[-1].path == "ci/last.sh"
    assert (len(row.evidence), row.evidence_others) == (20, 181)


def test_what_is_waived_is_kept_whole_for_whoever_signs() -> None:
    waiver = Waiver("dump", "it is a log of ours", TODAY + timedelta(days=1), "ci/debug.sh")
    row = judged(*(ref(f"b{number:03}", doubt()) for number in range(200)), waivers=(waiver,))
    assert (row.verdict, len(row.evidence), row.evidence_others) == (RemovalVerdict.ACCEPTED, 200, 0)


def test_mentions_on_many_branches_are_counted_too() -> None:
    row = judged(*(ref(f"b{number:03}", use(kind=UseKind.MENTION)) for number in range(200)))
    assert (row.verdict, len(row.evidence), row.evidence_others) == (RemovalVerdict.REMOVABLE, 20, 180)


def test_a_variable_that_is_nowhere_has_twenty_places_too() -> None:
    needs = [(("GONE", Evidence("shell", f"b{number}", FILE, 9, "$GONE")),) for number in range(200)]
    refs = [ref(f"b{number}", needs=one) for number, one in enumerate(needs)]
    (row,) = undefined([repository(*refs)], NATIVES)
    assert (row.verdict, len(row.evidence), row.evidence_others) == (RemovalVerdict.UNDEFINED, 20, 180)
