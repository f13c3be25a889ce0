"""Hand-built listings: every verdict, every level, names and reasons that try to be more than text."""

from __future__ import annotations

from datetime import date

from migrator.bitbucket.inventory import NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.secrets.judging import ASSUMPTIONS
from migrator.secrets.records import Alive, Evidence, Listing, RemovalVerdict, StoredAt, VariableRow, Waiver
from migrator.secrets.tokens import Token, TokenRow

VALUE = "ATATT3xFfGF0sample0value0of0a0variable000"
HOSTILE = (
    "\x1b[31m\u202ered\u2066 @ada `x` | <img src=x onerror=alert(1)> ![a](https://acme.invalid)\n# head\n```\n\u061c"
)
MARCH = 1_772_582_400


def variable(key: str, level: Level = Level.REPOSITORY, environment: str | None = None) -> Variable:
    return Variable(level, key, f"{{{key.lower()}}}", True, environment)


def uses(number: int) -> tuple[Evidence, ...]:
    return tuple(
        Evidence("shell", "main", "bitbucket-pipelines.yml", line, "$PACKAGES_PAT") for line in range(1, number + 1)
    )


SHADOWING = VariableRow("web", variable("BITBUCKET_PACKAGES_TOKEN"), RemovalVerdict.SHADOWS)
OPEN_VALUE = Variable(Level.REPOSITORY, "PACKAGES_USER", "{user}", False, value=VALUE)
IN_USE = VariableRow(
    "web",
    variable("PACKAGES_PAT"),
    RemovalVerdict.IN_USE,
    (*uses(9), Evidence("mention", "main", "README.md", 3, "PACKAGES_PAT")),
    alive=(
        Alive("release/1", "Ada", MARCH, "2026-03-05"),
        Alive("stale", "Grace", 10**18, ""),
    ),
    uncovers=(Level.WORKSPACE,),
)
REMOVABLE = VariableRow("web", OPEN_VALUE, RemovalVerdict.REMOVABLE, (), ASSUMPTIONS)
ROLLBACK = VariableRow(
    "api",
    variable("API_PAT", Level.DEPLOYMENT, "Production"),
    RemovalVerdict.ROLLBACK,
    (Evidence("compose", "tag v1", "compose.yml", 7, "${API_PAT}"),),
)
MERGE = VariableRow("api", variable("LOGIN_PAT"), RemovalVerdict.AFTER_MERGE, uses(1))
WAIVED = VariableRow(
    "api",
    variable("OTHER_PAT"),
    RemovalVerdict.ACCEPTED,
    (Evidence("doubt:dump", "main", "ci/debug.sh", 2, "env |"),),
    ASSUMPTIONS,
    waivers=(Waiver("dump", "prints names only", date(2027, 1, 31), path="ci/debug.sh"),),
)
UNREAD = VariableRow(
    "api",
    Variable(Level.DEPLOYMENT, "API_PAT", "", True, "Staging"),
    RemovalVerdict.NOT_CHECKED,
    (Evidence("not-looked", "", "", 0, "Bitbucket refuses: the credential lacks the scope read:pipeline"),),
)
UNDEFINED = VariableRow(
    "web",
    Variable(Level.REPOSITORY, "REMOVED_PAT", "", False),
    RemovalVerdict.UNDEFINED,
    (Evidence("shell", "main", "bitbucket-pipelines.yml", 12, "$REMOVED_PAT"),),
)
UNKNOWN = VariableRow(
    "",
    variable("SHARED_PAT", Level.WORKSPACE),
    RemovalVerdict.CANNOT_TELL,
    (Evidence("not-looked", "", "", 0, "patless could not read ops: git says no"),),
)
TOKENS = (
    TokenRow(Token("old ci", "Ada", date(2026, 12, 1), (StoredAt(Level.REPOSITORY, "web", "", "GONE"),), ()), ()),
    TokenRow(
        Token("staging", "Grace", None, (StoredAt(Level.DEPLOYMENT, "api", "Production", "API_PAT"),), ("a server",)),
        ("the deployment variable API_PAT of Production in api is still stored (rollback-only)", "a server uses it"),
        ("the workspace variable API_PAT is stored too, but no token lists it",),
    ),
)


def listing() -> Listing:
    return Listing(
        "acme",
        (SHADOWING, UNKNOWN, ROLLBACK, UNREAD, MERGE, WAIVED, IN_USE, REMOVABLE, UNDEFINED),
        (
            ("api", NotChecked(Level.DEPLOYMENT, "Staging", "the credential lacks the scope read:pipeline")),
            ("", NotChecked(Level.WORKSPACE, None, "Bitbucket has no such page")),
        ),
        4,
        {"api": {}, "web": {}},
        (("ops", "git says no"),),
    )


def hostile() -> Listing:
    """Every text that comes from a repository, from Bitbucket or from a person says the worst."""
    row = VariableRow(
        HOSTILE,
        Variable(Level.DEPLOYMENT, HOSTILE, HOSTILE, False, HOSTILE, HOSTILE, VALUE),
        RemovalVerdict.IN_USE,
        (Evidence(HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE),),
        (HOSTILE,),
        (Alive(HOSTILE, HOSTILE, MARCH, HOSTILE),),
        (Level.REPOSITORY,),
        (Waiver(HOSTILE, HOSTILE, date(2027, 1, 31), path=HOSTILE, variable=HOSTILE),),
    )
    unread = (HOSTILE, NotChecked(Level.DEPLOYMENT, HOSTILE, HOSTILE))
    return Listing(HOSTILE, (row,), (unread,), 0, {HOSTILE: {}}, ((HOSTILE, HOSTILE),))


def hostile_tokens() -> tuple[TokenRow, ...]:
    stored = StoredAt(Level.DEPLOYMENT, HOSTILE, HOSTILE, HOSTILE)
    token = Token(HOSTILE, HOSTILE, date(2026, 12, 1), (stored,), (HOSTILE,))
    return (TokenRow(token, (HOSTILE,), (HOSTILE,)),)


def empty() -> Listing:
    return Listing("acme", (), heads={"web": {}})
