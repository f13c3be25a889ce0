"""The list of tokens: what may not stand in it, and when a token cannot be revoked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from migrator.bitbucket.inventory import NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.configuration.reading import ConfigurationError
from migrator.secrets.records import Leaving, Listing, RemovalVerdict, StoredAt, VariableRow
from migrator.secrets.tokens import Token, TokenRow, judged, read

TODAY = date(2026, 11, 24)
REPOSITORY = StoredAt(Level.REPOSITORY, "web", "", "PACKAGES_PAT")
DEPLOYMENT = StoredAt(Level.DEPLOYMENT, "web", "Production", "PACKAGES_PAT")
WORKSPACE = StoredAt(Level.WORKSPACE, "", "", "PACKAGES_PAT")
EVERYTHING = """\
[[tokens]]
label = "ci token"
owner = "Ada"
expires = 2027-03-01
variables = [
    { level = "repository", repository = "web", key = "PACKAGES_PAT" },
    { level = "deployment", repository = "web", environment = "Production", key = "PACKAGES_PAT" },
    { level = "workspace", key = "PACKAGES_PAT" },
]
consumers = ["staging server"]

[[tokens]]
label = "old"
owner = "Grace"
consumers = ["a laptop"]
"""


def test_an_empty_list_has_no_tokens(tmp_path: Path) -> None:
    assert read(written(tmp_path, "")) == ()


HEAD = '\n[[tokens]]\nlabel = "a"\nowner = "b"\n'
WRONG = {
    "no toml": ("a b", "{}:1:3: the file is not TOML: Expected '=' after a key in a key/value pair"),
    "another key": ("token = []", "{}:1:1: `token` is not known; known here: tokens (did you mean tokens?)"),
    "no list": ("tokens = 1", "{}:1:1: `tokens` must be a list of tables; begin each with a line [[tokens]]"),
    "no label": ('[[tokens]]\nowner = "b"', "{}:1:1: `tokens[0]` has no `label`; add it"),
    "no owner": ('[[tokens]]\nlabel = "b"', "{}:1:1: `tokens[0]` has no `owner`; add it"),
    "a value": (
        HEAD + 'value = "x"',
        "{}:5:1: `tokens[0].value` is not known; known here: consumers, expires, label, owner, variables",
    ),
    "hostile text": (
        HEAD + '"\\u001b[2J" = 1',
        "{}:5:1: `tokens[0].\\u001b[2J` is not known; known here: consumers, expires, label, owner, variables",
    ),
    "an expiry in quotes": (
        HEAD + 'expires = "2027-01-31"',
        "{}:5:1: `tokens[0].expires` must be a date; write expires = 2027-01-31, without quotes",
    ),
    "consumers that are no list": (
        HEAD + 'consumers = "a"',
        '{}:5:1: `tokens[0].consumers` must be a list; write consumers = ["…"]',
    ),
    "nowhere": (
        HEAD,
        "{}:2:1: `tokens[0]` has neither variables nor consumers; list where it is used",
    ),
    "a level that does not exist": (
        HEAD + 'variables = [{ level = "project", key = "A" }]',
        "{}:5:16: `tokens[0].variables[0].level` must be one of deployment, repository, workspace",
    ),
    "a repository variable of no repository": (
        HEAD + 'variables = [{ level = "repository", key = "A" }]',
        "{}:5:14: `tokens[0].variables[0]` has no `repository`; add it",
    ),
    "a deployment variable of no environment": (
        HEAD + 'variables = [{ level = "deployment", repository = "web", key = "A" }]',
        "{}:5:14: `tokens[0].variables[0]` has no `environment`; add it",
    ),
    "a workspace variable of a repository": (
        HEAD + 'variables = [{ level = "workspace", repository = "web", key = "A" }]',
        "{}:5:14: `tokens[0].variables[0]` holds `repository`, and a workspace variable has none; remove it",
    ),
    "one label twice": (
        (HEAD + 'consumers = ["c"]\n') * 2,
        "{}:7:1: `tokens[1]` has the label 'a' of another token; give each its own",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as error:
        read(path)
    assert str(error.value) == sentence.replace("{}", str(path))


def test_a_list_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no such list of tokens$"):
        read(tmp_path / "tokens.toml")


def test_everything_is_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert read(written(tmp_path, EVERYTHING)) == (
        Token("ci token", "Ada", date(2027, 3, 1), (REPOSITORY, DEPLOYMENT, WORKSPACE), ("staging server",)),
        Token("old", "Grace", None, (), ("a laptop",)),
    )


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration" / "tokens.md").read_text()
    example = page[page.index("[[tokens]]") :].partition("```")[0]
    (token,) = read(written(tmp_path, example))
    assert token.variables == (
        StoredAt(Level.REPOSITORY, "web", "", "PACKAGES_TOKEN"),
        StoredAt(Level.DEPLOYMENT, "checkout", "Production", "REGISTRY_TOKEN"),
        StoredAt(Level.WORKSPACE, "", "", "TEAM_PACKAGES_TOKEN"),
    )
    assert token.consumers == ("the staging server",)


@pytest.mark.parametrize(
    ("listed_as", "stored"),
    [
        (REPOSITORY, REPOSITORY),
        (DEPLOYMENT, DEPLOYMENT),
        (WORKSPACE, WORKSPACE),
        (StoredAt(Level.REPOSITORY, "web", "", "packages_pat"), REPOSITORY),
        (StoredAt(Level.DEPLOYMENT, "web", " production", "PACKAGES_PAT"), DEPLOYMENT),
    ],
)
def test_a_token_with_a_stored_variable_stays(listed_as: StoredAt, stored: StoredAt) -> None:
    (why,) = one(listed_as, listed(stored=frozenset({stored}))).why
    assert why.endswith("is still stored (no login to Packages uses it)")


def test_the_verdict_of_the_variable_is_named() -> None:
    variable = Variable(Level.REPOSITORY, "PACKAGES_PAT", "{1}", True)
    listing = listed(rows=(VariableRow("web", variable, RemovalVerdict.REMOVABLE),), stored=frozenset({REPOSITORY}))
    assert one(REPOSITORY, listing).why == ("the repository variable PACKAGES_PAT of web is still stored (removable)",)


def test_a_variable_of_the_same_name_elsewhere_does_not_keep_a_token_but_is_told() -> None:
    elsewhere = {StoredAt(Level.REPOSITORY, "api", "", name) for name in ("PACKAGES_PAT", "ANOTHER")}
    row = one(REPOSITORY, listed(stored=frozenset(elsewhere)))
    assert row.revocable
    assert row.notes == ("the repository variable PACKAGES_PAT of api is stored too, but no token lists it",)


def test_a_variable_of_another_token_is_not_told() -> None:
    other = StoredAt(Level.REPOSITORY, "api", "", "PACKAGES_PAT")
    tokens = (Token("a", "Ada", None, (REPOSITORY,), ()), Token("b", "Ada", None, (other,), ()))
    rows = judged(tokens, listed(stored=frozenset({other})), TODAY)
    assert [(row.token.label, row.revocable, row.notes) for row in rows] == [("a", True, ()), ("b", False, ())]


@pytest.mark.parametrize(
    ("stored", "where", "unread"),
    [
        (REPOSITORY, "web", NotChecked(Level.REPOSITORY, None, "a 403")),
        (DEPLOYMENT, "web", NotChecked(Level.DEPLOYMENT, None, "a 403")),
        (DEPLOYMENT, "web", NotChecked(Level.DEPLOYMENT, "production", "a 403")),
        (WORKSPACE, "", NotChecked(Level.WORKSPACE, None, "a 403")),
    ],
)
def test_a_level_that_was_not_read_keeps_a_token(stored: StoredAt, where: str, unread: NotChecked) -> None:
    row = one(stored, listed(not_checked=((where, unread),)))
    assert len(row.why) == 1
    assert row.why[0].endswith("was not checked: a 403")


@pytest.mark.parametrize(
    ("where", "unread"),
    [
        ("api", NotChecked(Level.DEPLOYMENT, None, "a 403")),
        ("web", NotChecked(Level.REPOSITORY, None, "a 403")),
        ("web", NotChecked(Level.DEPLOYMENT, "Staging", "a 403")),
    ],
)
def test_a_level_that_the_variable_is_not_on_keeps_no_token(where: str, unread: NotChecked) -> None:
    assert one(DEPLOYMENT, listed(not_checked=((where, unread),))).revocable


def test_a_repository_that_was_not_read_keeps_a_token() -> None:
    assert one(REPOSITORY, listed(heads={"api": {}})).why == (
        "the repository variable PACKAGES_PAT of web was not checked: web is not among the repositories that were read",
    )
    failed = listed(heads={"api": {}}, failed=(("web", "git says no"),))
    assert one(REPOSITORY, failed).why[0].endswith("was not checked: git says no")
    assert one(WORKSPACE, listed(heads={})).why[0].endswith("was not checked: no repository was read")


def test_a_credential_that_leaves_its_step_keeps_a_token() -> None:
    pat, other = frozenset({"PACKAGES_PAT"}), frozenset({"OTHER"})
    leaves = "a step passes $PACKAGES_PAT to something that outlives it (credential-leaves-step)"
    assert one(REPOSITORY, listed(leaving=Leaving(other, other))).revocable
    assert one(REPOSITORY, listed(leaving=Leaving(pat))).why == (leaves,)
    assert one(REPOSITORY, listed(leaving=Leaving(pat, pat))).why == (leaves,)
    assert one(REPOSITORY, listed(leaving=Leaving(other, pat))).why == (
        "patless can't read a pipelines file that names $PACKAGES_PAT, and a step in it may pass the credential on",
    )


def test_a_consumer_outside_of_pipelines_keeps_a_token() -> None:
    token = Token("a", "Ada", None, (REPOSITORY,), ("staging server",))
    (row,) = judged([token], listed(), TODAY)
    assert row.why == ("staging server uses it, as its owner says",)


def test_a_token_whose_variables_are_gone_is_revocable() -> None:
    token = Token("a", "Ada", date(2026, 11, 24), (REPOSITORY, DEPLOYMENT, WORKSPACE), ())
    assert judged([token], listed(), TODAY) == (TokenRow(token, ()),)


def test_the_first_to_expire_comes_first_and_an_expired_one_is_told() -> None:
    days = {"a day": None, "later": date(2027, 1, 1), "gone": date(2026, 11, 23), "also": date(2026, 11, 23)}
    rows = judged([Token(label, "Ada", day, (REPOSITORY,), ()) for label, day in days.items()], listed(), TODAY)
    assert [row.token.label for row in rows] == ["also", "gone", "later", "a day"]
    assert [row.notes for row in rows] == [("it expired on 2026-11-23",)] * 2 + [()] * 2


def listed(**more: object) -> Listing:
    return Listing(**{"workspace": "acme", "rows": (), "heads": {"web": {}}, **more})  # type: ignore[arg-type]


def one(stored: StoredAt, listing: Listing) -> TokenRow:
    (row,) = judged([Token("a", "Ada", None, (stored,), ())], listing, TODAY)
    return row


def written(folder: Path, text: str) -> Path:
    path = folder / "tokens.toml"
    path.write_text(text)
    return path
