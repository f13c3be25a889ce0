"""The picture of packages: who pushes and reads, what is odd, and what settling one frees."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from migrator.findings.records import Ownership, Verdict
from migrator.fleet.imports import Graph, ImporterView, Pin, graph
from migrator.fleet.packages import Picture, Secret, elsewhere, picture
from migrator.fleet.records import Import, LedgerBranch
from migrator.reports.paint import Paint
from migrator.sinks.packages import linkage
from tests.fleet.samples import PIPELINES, branch, finding, name, pushes, reads, reason, waits
from tests.reports import said
from tests.reports.stored_samples import HOSTILE

SCHEMA = json.loads(files("migrator.reports").joinpath("fleet-packages.schema.json").read_text())


def of(
    *branches: LedgerBranch, settled: Callable[[str, str], bool] = lambda slug, package: False, **more: object
) -> Picture:
    shared = more.pop("graph", Graph())
    assert isinstance(shared, Graph)
    return picture(branches, shared, settled, **more)  # type: ignore[arg-type]


def names(found: Picture) -> list[str]:
    return [known.name.rpartition("/")[2] for known in found.packages]


def test_nothing_read_is_no_package() -> None:
    assert of() == Picture()
    assert of(branch("web", read=False)).packages == ()


def test_a_package_that_its_pusher_alone_reads_is_settled() -> None:
    (known,) = of(branch("web", pushes("web", 9), reads("web", 10, whose=Ownership.OWN))).packages
    assert (known.contested, known.foreign, known.open) == (False, (), False)


def test_a_shared_package_is_nobodys_foreign_read() -> None:
    assert not of(branch("web", reads("base", whose=Ownership.SHARED))).packages[0].open


def test_a_foreign_read_names_its_producer() -> None:
    (known,) = of(branch("base", pushes("base")), branch("web", reads("base"))).packages
    assert [party.repository for party in known.pushers] == ["base"]
    assert known.foreign == ("web",)


def test_a_reader_that_the_fleet_calls_the_owner_is_not_foreign() -> None:
    (known,) = of(branch("web", reads("base")), settled=lambda slug, package: slug == "web").packages
    assert known.foreign == ()
    assert known.readers[0].settled


def test_one_use_on_several_branches_is_one_place() -> None:
    branches = [branch("web", pushes("web", 9, 12), on=on) for on in ("main", "release/1", "release/2")]
    places = of(*branches).packages[0].pushers[0].places
    assert [(place.line, place.branches) for place in places] == [
        (9, ("main", "release/1", "release/2")),
        (12, ("main", "release/1", "release/2")),
    ]


def test_two_pushers_hold_back_both_until_one_is_named() -> None:
    login = finding(7, assumptions=[linkage(name("web"))])
    branches = [branch(slug, pushes("web"), login) for slug in ("site", "www")]
    (known,) = of(*branches).packages
    assert known.contested
    assert known.unlocks.repositories == ("site", "www")
    assert elsewhere(branches, Graph()) == {
        "site": {name("web"): ("www",)},
        "www": {name("web"): ("site",)},
    }
    (settled,) = of(*branches, settled=lambda slug, package: slug == "site").packages
    assert settled.contested
    assert settled.unlocks.repositories == ("www",)


def test_the_push_of_one_repository_alone_is_in_no_doubt() -> None:
    assert elsewhere([branch("web", pushes("web")), branch("api", reads("web"))], Graph()) == {}


def test_settling_frees_what_waits_for_that_package_alone() -> None:
    found = of(
        branch("web", reads("base"), reads("tool", 9), waits("base"), waits("base", "tool", line=12)),
        branch("api", reads("base"), waits("base"), finding(20, reason("base-reason"))),
    )
    base = next(known for known in found.packages if known.name == name("base")).unlocks
    assert (base.findings, base.partly, base.repositories) == (2, 1, ("api", "web"))
    assert base.secrets == ()  # in both another login keeps the token


def test_a_variable_goes_with_the_last_login_that_is_held_back() -> None:
    logins = (waits("base"), waits("base", line=20), finding(30))  # the last one changes in any case
    found = of(branch("web", reads("base"), *logins))
    assert found.packages[0].unlocks.secrets == (Secret("web", "PACKAGES_TOKEN"),)
    kept = of(branch("web", reads("base"), *logins, finding(40, reason("guarded"))))
    assert kept.packages[0].unlocks.secrets == ()


def test_a_variable_that_the_step_still_reads_stays() -> None:
    login = replace(waits("base"), remaining=("PACKAGES_TOKEN",))
    assert of(branch("web", reads("base"), login)).packages[0].unlocks.secrets == ()


def test_what_nothing_can_settle_is_not_freed() -> None:
    login = finding(7, reason("foreign-package", name("base")), reason("leaves-step", "scp", Verdict.REPORT_ONLY))
    unlocks = of(branch("web", reads("base"), login)).packages[0].unlocks
    assert (unlocks.findings, unlocks.partly) == (0, 1)


def test_what_frees_most_secrets_is_first() -> None:
    found = of(
        branch("a", reads("few"), waits("few")),
        branch("b", reads("many"), waits("many")),
        branch("c", reads("many"), waits("many")),
        branch("d", reads("none"), pushes("own")),
    )
    assert names(found) == ["many", "few", "none", "own"]


# Shared pipelines

IMPORT = Import("ci-shared:main:publish", PIPELINES, 4)


def looked(branch: LedgerBranch, one: Import, aim: object) -> ImporterView:
    slug = branch.entry.repository.slug
    pin = Pin.TAG if ":v1:" in one.text else Pin.BRANCH
    if "gone" in one.text:
        return ImporterView("ci-shared", why="patless fetched no branch or tag of this name")
    return ImporterView(
        "ci-shared", pin, "c" * 40, (pushes(slug, 14),), (finding(13, assumptions=[linkage(name(slug))]),)
    )


def test_a_shared_pipeline_pushes_the_packages_of_those_who_import_it() -> None:
    branches = [branch("ci-shared", finding(13)), branch("orders", IMPORT), branch("sales", IMPORT)]
    found = of(*branches, graph=graph(branches, looked))
    assert {known.name: [party.repository for party in known.pushers] for known in found.packages} == {
        name("orders"): ["orders"],
        name("sales"): ["sales"],
    }
    assert found.packages[0].pushers[0].places[0].shared == "ci-shared@main"
    (shared,) = found.shared
    assert [one.repository for one in shared.importers] == ["orders", "sales"]
    (login,) = shared.findings
    assert login.assumptions == (linkage(name("orders")), linkage(name("sales")))
    assert not shared.bump


def test_an_import_at_a_tag_needs_a_new_tag() -> None:
    branches = [branch("orders", IMPORT), branch("sales", Import("ci-shared:v1:publish", PIPELINES, 4))]
    found = graph(branches, looked)
    assert [(shared.target.ref, shared.bump) for shared in found.shared] == [("main", False), ("v1", True)]


def test_a_tag_without_findings_needs_none() -> None:
    found = graph(
        [branch("sales", Import("ci-shared:v1:publish", PIPELINES, 4))], lambda *_: ImporterView("ci", Pin.TAG)
    )
    assert not found.shared[0].bump


def test_the_strictest_importer_decides() -> None:
    strict = reason("leaves-step", "scp", Verdict.REPORT_ONLY)

    def look(branch: LedgerBranch, one: Import, aim: object) -> ImporterView:
        return ImporterView("ci", Pin.BRANCH, "", (), (finding(13, *([strict] if branch.name == "strict" else [])),))

    (shared,) = graph([branch("a", IMPORT), branch("a", IMPORT, on="strict")], look).shared
    assert [(one.verdict, one.reasons) for one in shared.findings] == [(Verdict.REPORT_ONLY, (strict,))]


@pytest.mark.parametrize("text", ["publish", "a b:main:x", ":main:x", "publish@shared", HOSTILE])
def test_an_import_of_no_known_form_is_said(text: str) -> None:
    found = graph([branch("orders", Import(text, PIPELINES, 4))], looked)
    assert [shared.why for shared in found.shared] == ["patless doesn't know this form of import"]


def test_a_source_without_a_pipeline_uses_nothing_and_is_said() -> None:
    found = graph([branch("orders", Import("ci-shared:main", PIPELINES, 4))], looked)
    assert [shared.why for shared in found.shared] == ["it names a source but no pipeline of it"]
    assert not any(run.packages for run in found.runs)


# What holds of any fleet

_packages = st.sampled_from(["a", "b", "c"])
_slugs = st.sampled_from(["s1", "s2", "s3", "s4"])
_lines = st.integers(1, 3)
_of = st.one_of(
    st.builds(pushes, _packages, _lines),
    st.builds(reads, _packages, _lines, whose=st.sampled_from(Ownership)),
    st.builds(lambda names, line: waits(*names, line=line), st.lists(_packages, max_size=2), _lines),
    st.builds(lambda line: finding(line, reason("guarded")), _lines),
)
_branches = st.lists(
    st.builds(lambda slug, on, of: branch(slug, *of, on=on), _slugs, st.sampled_from(["main", "x"]), st.lists(_of)),
    unique_by=lambda one: (one.entry.repository.slug, one.name),
    max_size=6,
)


@given(_branches)
def test_every_use_is_counted_once(branches: list[LedgerBranch]) -> None:
    expected = {
        (slug, package.name, kind, use.path, use.position.line, one.name)
        for one in branches
        for slug in [one.entry.repository.slug]
        for package in (one.seen.packages if one.seen else ())
        for kind, uses in (("push", package.pushed), ("read", package.read))
        for use in uses
    }
    counted = Counter(
        (party.repository, known.name, kind, place.path, place.line, on)
        for known in of(*branches).packages
        for kind, parties in (("push", known.pushers), ("read", known.readers))
        for party in parties
        for place in party.places
        for on in place.branches
    )
    assert set(counted) == expected
    assert set(counted.values()) <= {1}


@given(_branches, st.randoms(use_true_random=False))
def test_ranks_do_not_depend_on_the_order_of_reading(branches: list[LedgerBranch], order: random.Random) -> None:
    shuffled = order.sample(branches, len(branches))
    assert of(*shuffled) == of(*branches)


@given(_branches)
def test_no_finding_is_freed_twice_and_no_secret_is_kept_by_another_login(branches: list[LedgerBranch]) -> None:
    found = of(*branches)
    logins = {(one.entry.repository.slug, each) for one in branches for each in (one.seen.findings if one.seen else ())}
    assert sum(known.unlocks.findings for known in found.packages) <= len(logins)
    for known in found.packages:
        for secret in known.unlocks.secrets:
            assert all(
                {reason.subject for reason in each.reasons} <= {known.name}
                for slug, each in logins
                if slug == secret.repository and secret.name in each.variables
            )


@given(_branches)
def test_json_is_as_its_schema_says(branches: list[LedgerBranch]) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(said.picture_as_json(of(*branches))))


# What is shown


def sample() -> Picture:
    branches = [
        branch("base", pushes("base", 9)),
        branch("web", pushes("web", 9), reads("base", 8), waits("base"), on="main"),
        branch("web", pushes("web", 9), reads("base", 8), waits("base"), on="release/1"),
        branch("site", pushes("web", 11), finding(7, assumptions=[linkage(name("web"))])),
        branch("tools", *(reads("lost", line) for line in range(1, 7))),
        branch("ci-shared", finding(13)),
        branch("orders", IMPORT),
        branch("sales", Import("ci-shared:v1:publish", PIPELINES, 4)),
        branch("stock", Import("ci-shared:gone:publish", PIPELINES, 4)),
    ]
    settled = {("base", name("base"))}
    return picture(
        branches,
        graph(branches, looked),
        lambda slug, package: (slug, package) in settled,
        [("vault", "git ls-remote is refused: no access")],
    )


def test_the_picture_as_text(snapshot: SnapshotAssertion) -> None:
    assert said.picture(sample()) == snapshot


def test_the_picture_as_markdown(snapshot: SnapshotAssertion) -> None:
    assert said.picture_as_markdown(sample()) == snapshot


def test_the_picture_as_json(snapshot: SnapshotAssertion) -> None:
    assert said.picture_as_json(sample()) == snapshot
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(said.picture_as_json(sample())))


def test_no_package_is_a_sentence(snapshot: SnapshotAssertion) -> None:
    assert said.picture(Picture()) == snapshot
    assert said.picture_as_markdown(Picture()) == snapshot


def test_colours_are_all_that_paint_adds() -> None:
    assert re.sub(r"\x1b\[\d+m", "", said.picture(sample(), Paint(True))) == said.picture(sample())


def test_hostile_names_stay_text() -> None:
    hostile = f"crg.apkg.io/acme/{HOSTILE}"
    branches = [
        branch(HOSTILE, pushes(hostile), Import(HOSTILE, HOSTILE, 1), on=HOSTILE),
        branch("other", reads(hostile), waits(hostile)),
    ]
    found = picture(branches, graph(branches, looked), lambda *_: False, [(HOSTILE, HOSTILE)])
    text, marked = said.picture(found), said.picture_as_markdown(found)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069]", text + marked)
    outside = re.sub(r"`[^`\n]*`", "", marked)
    assert not any(part in outside for part in ("`", "@", "<", "![", "](", "\\u", "# head"))
    assert said.picture_as_json(found).isascii()
