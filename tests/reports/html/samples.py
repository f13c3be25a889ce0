"""A fleet that is made up, of any size, and one of hostile text."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket.records import Level
from migrator.fleet.following import Standing, StatusRow
from migrator.fleet.imports import Graph, graph
from migrator.fleet.operator import Wave
from migrator.fleet.packages import picture
from migrator.fleet.records import ChangeState, FleetRepository, Import, LedgerBranch, Migration, SeenFinding
from migrator.reports.known import Audit, Fleet, Owned, PlanOutcome
from migrator.secrets import plan
from migrator.secrets.records import Listing, RemovalVerdict, StoredAt
from migrator.secrets.signing import Signature
from migrator.secrets.tokens import Token, TokenRow
from migrator.sinks.packages import linkage
from tests.fleet.samples import branch, finding, name, pushes, reads, waits
from tests.fleet.test_packages import looked
from tests.reports import stored_samples
from tests.reports.samples import REASONS
from tests.reports.stored_samples import HOSTILE

TODAY = date(2026, 11, 24)
MOMENT = "2026-11-24T12:00:00+00:00"
MADE = "Made by patless 0.1.0 on 2026-11-24 at 12:00 UTC."
CHANGE = """\
@@ line 7 @@
         script:
-          - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"
+          - docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"
           - docker push crg.apkg.io/acme/web"""
_STANDINGS = (
    Standing.FINDINGS,
    Standing.CLEAN,
    Standing.OPEN,
    Standing.MERGED_GREEN,
    Standing.FINDINGS,
    Standing.ERROR,
)
_WAVES = (Wave("first", ("*",), "Dana Owner", date(2027, 1, 31)), None, Wave("second", ("*",)))


def fleet(size: int) -> Fleet:
    owned: list[Owned] = []
    branches: list[LedgerBranch] = []
    changes: list[Migration] = []
    for number in range(size):
        slug = f"service-{number:05}"
        standing = _STANDINGS[number % len(_STANDINGS)]
        held = _findings(slug) if standing in (Standing.FINDINGS, Standing.OPEN) else ()
        change = _change(slug, number) if standing in (Standing.OPEN, Standing.MERGED_GREEN) else None
        changes += [change] if change else []
        repository = FleetRepository(
            f"{{{slug}}}", "acme", slug, project=("CORE", "SHOP")[number % 2], main_branch="main"
        )
        row = StatusRow(slug, repository.uuid, standing, "main", len(held), len(held) // 2, change)
        owned.append(Owned(repository, row, held, _WAVES[number % 3]))
        branches.append(branch(slug, pushes(slug), *([reads("base"), *held] if held else [])))
    return Fleet("acme", tuple(owned), tuple(changes), picture(branches, Graph(), lambda *_: False), REASONS)


def audit(size: int) -> Audit:
    """A stored pair of each of as many repositories, with its evidence, and a token for every tenth."""
    slugs = [f"service-{number:05}" for number in range(size)]
    rows = [
        stored_samples.VariableRow(
            slug, stored_samples.variable(f"{name}_{slug[-5:]}"), verdict, stored_samples.uses(3)
        )
        for slug in slugs
        for name, verdict in (("PACKAGES_PAT", RemovalVerdict.ROLLBACK), ("PACKAGES_USER", RemovalVerdict.IN_USE))
    ]
    tokens = [
        TokenRow(Token(f"ci of {slug}", "Ada", TODAY, (StoredAt(Level.REPOSITORY, slug, "", "PAT"),), ()), ())
        for slug in slugs[::10]
    ]
    return Audit(Listing("acme", tuple(rows), heads={slug: {} for slug in slugs}), tuple(tokens))


def listing(size: int) -> Listing:
    """A stored pair of each of as many repositories, of every verdict, a third of them in use."""
    verdicts = [*RemovalVerdict, *([RemovalVerdict.IN_USE] * 4)]
    rows = [
        stored_samples.VariableRow(
            slug, stored_samples.variable(key), verdicts[number % len(verdicts)], stored_samples.uses(3)
        )
        for number, slug in enumerate(f"service-{number:05}" for number in range(size))
        for key in ("PACKAGES_PAT", "PACKAGES_USER")
    ]
    return Listing("acme", tuple(rows), heads={row.repository: {} for row in rows})


def audited(size: int) -> Fleet:
    """With all that an auditor asks for."""
    signed = Signature(Path("plan.json.1.sig"), "dana@acme.example", "SHA256:x")
    bad = Signature(Path("plan.json.2.sig"), "", "SHA256:y", "no such principal")
    listing = stored_samples.listing()
    rows = plan.rows(listing)
    made = plan.Plan(1, "patless 0.1.0", "acme", "", MOMENT, MOMENT, 30, "a" * 64, "b" * 64, {}, rows)
    outcomes = tuple(PlanOutcome(row, text) for row, text in zip(rows, ("deleted", ""), strict=True))
    unjudged = Token("deploys", "Lee", None, (), ("a server",))
    audit = Audit(listing, stored_samples.TOKENS, (unjudged,), made, (signed, bad), outcomes)
    return replace(fleet(size), audit=audit)


def _findings(slug: str) -> tuple[SeenFinding, ...]:
    safe = finding(7, assumptions=[linkage(name(slug))])
    unsafe = waits("base", line=20)
    return tuple(_changed(one, slug) for one in (safe, unsafe))


def _changed(one: SeenFinding, slug: str) -> SeenFinding:
    return replace(one, change=CHANGE.replace("/web", f"/{slug}"))


def _change(slug: str, number: int) -> Migration:
    opened = f"2026-{9 + number % 3:02}-{1 + number % 28:02}T10:00:00+00:00"
    state = ChangeState.MERGED if number % 6 == 3 else ChangeState.OPEN
    url = f"https://bitbucket.org/acme/{slug}/pull-requests/1"
    return Migration(f"{{{slug}}}", "main", "patless/main", state, opened, pull_request=1, url=url, opened=opened)


def hostile() -> Fleet:
    text = f"{HOSTILE}</script><script>document.title='taken'</script>"
    login = finding(7, variables=[text], assumptions=[text])
    login = replace(login, path=text, message=text, change=f"+{text}", excerpt=text, rule=text)
    repository = FleetRepository("{u}", text, text, project=text, main_branch=text)
    row = StatusRow(text, "{u}", Standing.ERROR, text, 1, 1, _change(text, 1), error=text)
    branches = [branch(text, pushes(f"crg.apkg.io/acme/{text}"), login, Import(text, text, 1), on=text)]
    seen = picture(branches, graph(branches, looked), lambda *_: False, [(text, text)])
    wave = Wave(text, ("*",), text)
    rows = plan.rows(stored_samples.listing())
    made = plan.Plan(1, text, text, "", text, text, 30, text, text, {}, tuple(replace(each, key=text) for each in rows))
    outcomes = tuple(PlanOutcome(each, text) for each in made.rows)
    audit = Audit(
        stored_samples.hostile(),
        stored_samples.hostile_tokens(),
        (),
        made,
        (Signature(Path(text.replace("/", "")), "", text, text),),
        outcomes,
    )
    return Fleet(text, (Owned(repository, row, (login,), wave),), (), seen, REASONS, audit)
