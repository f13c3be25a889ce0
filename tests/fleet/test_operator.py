"""fleet.toml, and what a scanned repository's own configuration may take away from it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from migrator.engine import analysis as engine
from migrator.findings.records import BaselineEntry, Ownership, Verdict
from migrator.findings.settings import Settings
from migrator.fleet import operator
from migrator.fleet.operator import Operator, Override, Wave
from migrator.fleet.restricting import Restriction, restriction
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.rulebook import reading as rulebook
from migrator.text.toml import ConfigurationError
from migrator.text.view import Unreadable

EVERYTHING = """\
own-packages = ["$BITBUCKET_REPO_SLUG", "${BITBUCKET_REPO_SLUG}-*"]
shared-packages = ["crg.apkg.io/acme/base*"]
variables = { REGISTRY = "crg.apkg.io", STAGE = "test" }
rules = ["rules"]
select = ["registry-login"]
ignore = ["traced"]
exclude = ["sandbox-*"]

[[repositories]]
slugs = ["checkout", "web-*"]
own-packages = ["shop"]
variables = { STAGE = "live" }
exclude = ["vendor/"]

[[waves]]
name = "first"
slugs = ["api", "web-*"]
owner = "Dana Owner <dana@acme.example>"
due = 2027-01-31

[[waves]]
name = "rest"
slugs = ["*"]
"""


class Files(Struct, frozen=True):
    """A View of files in memory; None is one that cannot be read."""

    files: Mapping[str, bytes | None]

    def paths(self) -> Iterable[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes | None:
        if path in self.files and self.files[path] is None:
            raise Unreadable("it is not a plain file")
        return self.files.get(path)


def parsed(text: str, folder: Path = Path()) -> Operator:
    return operator.parse("fleet.toml", text.encode(), folder)


def test_an_empty_file_states_nothing() -> None:
    found = parsed("")
    assert found == Operator(path="fleet.toml")
    assert not found.excluded("web")
    assert found.wave("web") is None
    assert found.settings("acme", "web") == Settings(workspace="acme", repository="web")


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "fleet.toml").write_text(EVERYTHING)
    assert operator.read(tmp_path / "fleet.toml") == Operator(
        own_packages=("$BITBUCKET_REPO_SLUG", "${BITBUCKET_REPO_SLUG}-*"),
        shared_packages=("crg.apkg.io/acme/base*",),
        variables={"REGISTRY": "crg.apkg.io", "STAGE": "test"},
        rules=(tmp_path / "rules",),
        select=("registry-login",),
        ignore=("traced",),
        exclude=("sandbox-*",),
        overrides=(Override(("checkout", "web-*"), ("shop",), {"STAGE": "live"}, ("vendor/",)),),
        waves=(
            Wave("first", ("api", "web-*"), "Dana Owner <dana@acme.example>", date(2027, 1, 31)),
            Wave("rest", ("*",)),
        ),
        path=str(tmp_path / "fleet.toml"),
    )


def test_an_override_adds_to_what_holds_for_all(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    found = parsed(EVERYTHING, tmp_path)
    shop, api = (found.settings("acme", slug) for slug in ("web-shop", "api"))
    assert shop.own_packages == ("acme/web-shop", "acme/web-shop-*", "acme/shop")
    assert shop.variables == {"REGISTRY": "crg.apkg.io", "STAGE": "live"}
    assert (api.own_packages, api.variables["STAGE"]) == (("acme/api", "acme/api-*"), "test")
    assert (api.workspace, api.repository) == ("acme", "api")
    assert found.files_left_out("checkout") == ("vendor/",)
    assert found.files_left_out("api") == ()
    assert found.excluded("sandbox-1")
    assert not found.excluded("my-sandbox-1")
    wave, rest = found.wave("web-shop"), found.wave("worker")
    assert wave is not None
    assert rest is not None
    assert (wave.name, rest.name) == ("first", "rest")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "own_packages = []",
            "fleet.toml:1:1: `own_packages` is not known; known here: ",
        ),
        (
            "\nown-packages = ['web']",
            "fleet.toml:2:17: `own-packages[0]` is 'web', which claims packages for every repository; add "
            "$BITBUCKET_REPO_SLUG, or move it to its [[repositories]]",
        ),
        (
            "own-packages = ['$BITBUCKET_REPO_SLUGS']",
            "fleet.toml:1:17: `own-packages[0]` is '$BITBUCKET_REPO_SLUGS', which claims ",
        ),
        ("rules = ['nowhere']", "fleet.toml:1:10: `rules[0]` names the folder 'nowhere', which does not exist"),
        ("[variables]\nPORT = 1", 'fleet.toml:2:1: `variables.PORT` must be text; write PORT = "…"'),
        ("[[repositories]]\n", "fleet.toml:1:1: `repositories[0]` has no `slugs`; add it"),
        (
            "[[repositories]]\nslugs = []",
            'fleet.toml:2:1: `repositories[0].slugs` names no repository; write slugs = ["web", "api-*"]',
        ),
        (
            "[[repositories]]\nslugs = ['a']\n\n[[repositories]]\nslugs = ['b']\nvariables = { '$A' = 'x' }",
            "fleet.toml:6:15: `repositories[1].variables.$A` is not a valid variable name",
        ),
        (
            "[[repositories]]\nslugs = ['a']\nwave = 1",
            "fleet.toml:3:1: `repositories[0].wave` is not known; known here: exclude, own-packages, slugs, variables",
        ),
        (
            "[repositories]\nslugs = ['a']",
            "fleet.toml:1:1: `repositories` must be a list of tables; begin each with a line [[repositories]]",
        ),
        (
            "[[waves]]\nname = 'a'\nslugs = ['*']\ndue = '2027'",
            "fleet.toml:4:1: `waves[0].due` must be a date; write due = 2027-01-31, without quotes",
        ),
        (
            "[[waves]]\nname = 'a'\nslugs = ['a']\n[[waves]]\nname = 'a'\nslugs = ['b']",
            "fleet.toml:5:1: `waves[1].name` has the name 'a' of another wave; give each its own",
        ),
        (
            "[[waves]]\nname = 'a\\u001b[31m'\nslugs = ['a']\nx = 1",
            "fleet.toml:4:1: `waves[0].x` is not known; known here: due, name, owner, slugs",
        ),
        (
            "own-packages = ['\\u001b[31m']",
            "fleet.toml:1:17: `own-packages[0]` is '\\u001b[31m', which claims ",
        ),
        ("x = ", "fleet.toml: the file is not TOML: Invalid value (at end of document)"),
    ],
)
def test_what_is_wrong_is_a_sentence_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parsed(text)
    assert str(error.value).startswith(sentence)
    assert "\x1b" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such configuration of a fleet"):
        operator.read(tmp_path / "fleet.toml")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigurationError):
        assert parsed(text).path == "fleet.toml"


PIPELINES = b"""\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"
          - docker pull crg.apkg.io/acme/base:1
          - docker push crg.apkg.io/acme/web
"""


def judged(settings: Settings) -> tuple[Verdict, list[str], list[Ownership]]:
    report = engine.analyse(
        Files({"bitbucket-pipelines.yml": PIPELINES}),
        ["bitbucket-pipelines.yml"],
        rulebook.load(()),
        settings,
        BITBUCKET,
    )
    (finding,) = report.findings
    return finding.verdict, [reason.code for reason in finding.reasons], [one.ownership for one in report.packages]


def test_a_shared_package_is_read_with_the_native_pair_and_is_nobodys_own() -> None:
    text = 'shared-packages = ["base"]'
    foreign = judged(parsed("").settings("acme", "web"))
    shared = judged(parsed(text).settings("acme", "web"))
    assert foreign == (Verdict.UNSAFE, ["foreign-package"], [Ownership.FOREIGN, Ownership.OWN])
    assert shared == (Verdict.SAFE, [], [Ownership.SHARED, Ownership.OWN])


def test_a_package_that_another_repository_pushes_too_is_held_back_until_someone_says_whose_it_is() -> None:
    both = {"crg.apkg.io/acme/web": ("site", "www")}
    settings = Settings(workspace="acme", shared_packages=("acme/base",), pushed_elsewhere=both)
    listed = replace(settings, own_packages=("acme/web",))
    assert judged(settings)[:2] == (Verdict.UNSAFE, ["two-pushers"])
    assert judged(listed)[:2] == (Verdict.SAFE, [])


OWN = b"""\
own-packages = ["*"]
variables = { REGISTRY = "crg.apkg.io" }
rules = ["ci/rules"]
select = ["build-image-credentials"]
ignore = ["traced"]
exclude = ["vendor/"]
baseline = "./ci/known.json"
"""
KNOWN = (
    b'{"schema_version": 1, "findings": [{"rule": "registry-login", "path": "a.yml", "snippet": "docker", "count": 2}]}'
)


@pytest.mark.parametrize(
    "files",
    [
        {".patless.toml": OWN, "ci/known.json": KNOWN},
        {"pyproject.toml": b"[tool.patless]\n" + OWN, "ci/known.json": KNOWN},
    ],
    ids=["own file", "pyproject"],
)
def test_a_repository_can_only_restrict(files: dict[str, bytes]) -> None:
    found = restriction(Files(files))
    assert found == Restriction(("traced",), ("vendor/",), {BaselineEntry("registry-login", "a.yml", "docker"): 2})
    before = Settings(variables={"A": "1"}, ignore=frozenset({"guarded"}), workspace="acme")
    after = found.applied(before)
    assert after.ignore == {"guarded", "traced"}
    assert (after.variables, after.own_packages, after.select) == (before.variables, (), frozenset())


@pytest.mark.parametrize(
    "files",
    [{}, {".patless.toml": b""}, {"pyproject.toml": b"[tool.ruff]"}, {"pyproject.toml": b"# patless\n[tool.x]"}],
    ids=["none", "empty", "another tool", "only its name"],
)
def test_without_a_configuration_nothing_is_restricted(files: dict[str, bytes]) -> None:
    assert restriction(Files(files)) == Restriction()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({".patless.toml": None}, ".patless.toml: cannot read the configuration: it is not a plain file"),
        ({".patless.toml": b"exlude = []"}, ".patless.toml:1:1: `exlude` is not known; known here: "),
        ({"pyproject.toml": b"[tool]\npatless = 1"}, "pyproject.toml:2:1: `tool.patless` must be a table"),
        (
            {".patless.toml": b"baseline = 'x'"},
            ".patless.toml:1:1: `baseline` names a file that is",
        ),
        ({".patless.toml": b"baseline = '/x'", "/x": KNOWN}, ".patless.toml:1:1: `baseline` names a file that is"),
        (
            {".patless.toml": b"baseline = 'a/../../x'", "../x": KNOWN},
            ".patless.toml:1:1: `baseline` names a file that is",
        ),
        ({".patless.toml": b"baseline = 'x'", "x": None}, "x: cannot read the baseline"),
        ({".patless.toml": b"baseline = 'x'", "x": b"[]"}, "x: not a baseline: its schema_version is not 1"),
    ],
)
def test_what_cannot_be_read_is_refused(files: dict[str, bytes | None], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        restriction(Files(files))
    assert str(error.value).startswith(sentence)
