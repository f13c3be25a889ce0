"""The part of a fleet's page for whoever audits: stored variables, tokens, the plan, and what the page cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.findings.counting import many
from migrator.reports.document import Column, Passage, Section, Table, TableRow, Tone, copied, listed, said
from migrator.reports.known import Audit, KeptVariable, PlanOutcome
from migrator.reports.subjects import secrets
from migrator.secrets.plan import Plan
from migrator.secrets.signing import Signature

_SIGNATURES = (("valid", Tone.GOOD), ("invalid", Tone.BAD))


def sections(audit: Audit) -> Iterator[Section]:
    if audit.listing:
        yield from secrets.stored(audit.listing, audit.tokens)
    elif audit.kept or audit.unread:
        yield _kept(audit)
    yield from secrets.tokens_section(audit.tokens, audit.unjudged, page=True)
    if audit.listing:
        yield from secrets.doubts(audit.listing, page=True)
    if audit.plan:
        yield _plan(audit.plan, audit.signatures, audit.outcomes)
    missing = tuple(_missing(audit))
    if missing:
        lead = "Missing input, and the option that adds it."
        yield Section("not-given", "Not given", lead, blocks=(listed(missing),))


def _kept(audit: Audit) -> Section:
    columns = (
        Column("Variable", "name"),
        Column("Repository"),
        Column("Level", "mark"),
        Column("Deployment"),
        Column("Secured", "mark"),
        Column("Seen"),
    )
    rows = tuple(TableRow(_cells(one)) for one in audit.kept)
    tables = [
        Table(
            "kept-rows",
            "Variables of logins",
            columns,
            rows,
            empty="The scan saw no stored variable that a login uses.",
        )
    ]
    if audit.unread:
        unread = tuple(TableRow(one) for one in audit.unread)
        tables.append(Table("not-looked-at", "Not checked", (Column("What", "name"), Column("Why")), unread))
    return Section(
        "secrets",
        "Stored variables",
        "As `fleet scan --for-secrets` saw those that a login to Packages uses or once used. It gives no verdict.",
        tables=tuple(tables),
    )


def _cells(one: KeptVariable) -> tuple[str, ...]:
    variable = one.variable
    secured = "yes" if variable.secured else "no"
    day = one.at.partition("T")[0]
    return variable.key, one.repository or "–", str(variable.level), variable.environment or "–", secured, day


def _plan(plan: Plan, signatures: Sequence[Signature] | None, outcomes: Sequence[PlanOutcome]) -> Section:
    """Its digests, who has signed it, and what was carried out."""
    signed = tuple(
        TableRow((one.file.name, "valid" if one.signer else "invalid", one.signer or one.why, one.key))
        for one in signatures or ()
    )
    facts = (("plan", plan.digest), ("rules", plan.rules), ("configuration", plan.configuration))
    heads = (Column("File", "name"), Column("State", "mark"), Column("Who, or what is wrong"), Column("Key"))
    none = "No signature was checked." if signatures is None else "Nobody has signed it."
    done = tuple(TableRow((f"{one.row.key} in {one.row.place}", _done(one)), tuple(_why(one))) for one in outcomes)
    return Section(
        "audit",
        "The plan",
        f"{many(len(plan.rows), 'variable')} of {plan.workspace}; made {plan.created} by {plan.tool}, valid until "
        f"{plan.expires}; checked {many(plan.window, 'day')} of past runs.",
        blocks=tuple(copied(digest, f"SHA-256 of the {what}") for what, digest in facts),
        tables=(
            Table("signatures", "Signatures", heads, signed, _SIGNATURES, empty=none),
            Table("outcomes", "Outcomes", (Column("Variable", "name"), Column("Outcome", "mark")), done),
        ),
    )


def _done(one: PlanOutcome) -> str:
    return one.text or "not deleted"


def _why(one: PlanOutcome) -> Iterator[Passage]:
    """On what the plan rests."""
    row = one.row
    yield said(str(row.verdict), "Verdict")
    if row.evidence:
        lines = [" ".join(f"{each.kind} {each.ref} {each.path} {each.text}".split()) for each in row.evidence[:50]]
        yield listed(lines, "Evidence")
    if row.waivers:
        lines = [" ".join(f"{each.doubt} until {each.until}: {each.reason}".split()) for each in row.waivers]
        yield listed(lines, "Waived")
    if row.assumptions:
        yield listed((" ".join(each.split()) for each in row.assumptions), "Assumes")


def _missing(audit: Audit) -> Iterator[str]:
    if audit.listing is None:
        yield (
            "The verdicts of stored variables, with evidence and waivers: pass --secrets with the output of "
            "`patless secrets list --all --format json`."
        )
        if not (audit.kept or audit.unread):
            yield "The stored variables: run `patless fleet scan --for-secrets`, which adds them to the ledger."
    if not (audit.tokens or audit.unjudged):
        yield "Tokens and when they expire: pass --tokens with the owners' tokens.toml."
    elif audit.unjudged:
        yield (
            "Which tokens you can revoke: pass --secrets with the output of "
            "`patless secrets list --all --tokens tokens.toml --format json`."
        )
    if audit.plan is None:
        yield "A plan, its signatures, and what was deleted: pass --plan."
    elif audit.signatures is None:
        yield "Whether the signatures of the plan are valid: pass --allowed-signers."
