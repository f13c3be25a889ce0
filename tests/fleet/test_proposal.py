"""The words of a pull request: within a screen, and nothing of a repository acts in them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from migrator.findings.records import Reason, Verdict
from migrator.fleet import identity
from migrator.fleet.proposal import _LINES, _NAMES, LONGEST, ChangedFile, Proposal, Stays, Templates, _codes, proposal
from migrator.platforms.bitbucket.starting import Release, load, matches, releases
from migrator.rulebook import reading as rulebook
from migrator.text import markup
from migrator.text.toml import ConfigurationError
from tests.memory import PATH, report_on, step

HOSTILE = "x`` @{712020:ab}\n```\n# <script>alert(1)</script> [a](https://evil.example) \x1b[31m\u202e @all -->"
OURS = (
    "[How Packages authentication works](https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-packages/)"
)
WAYS = (
    (
        "fix",
        'add to fleet.toml, under `[[repositories]]` with `slugs = ["web"]`: '
        '`own-packages = ["crg.apkg.io/acme/base"]`',
    ),
    ("keep", "`# patless: ignore[foreign-package] linked to another repository`"),
    ("ask", "the package's page in Bitbucket shows the repository"),
)
WHOLE = Proposal(
    "acme",
    "web",
    "main",
    (ChangedFile("bitbucket-pipelines.yml", (12, 14)),),
    (Stays("ci/pipelines.yml", 3, "foreign-package", "The step reads a package.", "crg.apkg.io/acme/base", WAYS),),
    ("PACKAGES_TOKEN",),
    ("PACKAGES_EMAIL",),
    ("crg.apkg.io/acme/my_web is linked to this repository",),
    (Release("default", "docker push"),),
    ("orders", "sales"),
    ("sales at v1",),
    "Dana Owner",
    date(2027, 1, 31),
    "first",
)


def test_the_whole_text(snapshot: SnapshotAssertion) -> None:
    assert Templates().render("body", WHOLE) == snapshot


def test_the_least_text(snapshot: SnapshotAssertion) -> None:
    assert Templates().render("body", Proposal("acme", "web", "main", (ChangedFile("a.yml", (1,)),))) == snapshot


def test_it_fits_one_screen_however_much_there_is_to_say() -> None:
    many = Proposal(
        *("w" * 300, "r" * 300, "d" * 300),
        tuple(ChangedFile(f"{'p' * 300}{n}", tuple(range(1, 900))) for n in range(900)),
        tuple(Stays(f"{n}{'q' * 300}", n, "c" * 99, "w" * 300, "s" * 300, WAYS) for n in range(900)),
        *(tuple(f"{'V' * 200}{n}" for n in range(900)) for _ in range(3)),
        tuple(Release(f"{n}{'z' * 300}", "x" * 300) for n in range(900)),
        *(tuple(f"{'i' * 200}{n}" for n in range(900)) for _ in range(2)),
        "o" * 900,
        date(2027, 1, 31),
        "n" * 900,
    )
    text = Templates().render("body", many)
    assert len(text.splitlines()) <= 48
    assert len(text) < 15_000


def test_nothing_of_a_repository_acts() -> None:
    hostile = Proposal(
        *(HOSTILE, HOSTILE, HOSTILE),
        (ChangedFile(HOSTILE, (1,)),),
        (Stays(HOSTILE, 1, HOSTILE, HOSTILE, HOSTILE, (("fix", HOSTILE),)),),
        *((HOSTILE,), (HOSTILE,), (HOSTILE,)),
        (Release(HOSTILE, HOSTILE),),
        *((HOSTILE,), (HOSTILE,)),
        HOSTILE,
        None,
        HOSTILE,
    )
    text = Templates().render("body", hostile)
    assert "@{" not in text
    assert "@all" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not re.search(r"^\s*```", text, re.MULTILINE), "no fence begins"
    assert not re.search(r"^\s*#", text, re.MULTILINE), "no heading begins"
    assert text.count(OURS) == 1, "the one link is ours"
    outside = re.sub(r"(?<!\\)`[^`\n]*`", "", text.replace(OURS, ""))
    assert not set("@<") & set(outside)
    assert "https:" not in outside
    assert not re.search(r"(?<!\\)\]\(", outside), "no link"


def test_a_template_reads_no_file_and_reaches_no_python(tmp_path: Path) -> None:
    for source in ("{% include 'title.j2' %}", "{{ repository.__class__.__mro__ }}", "{{ changed.append(1) }}"):
        (tmp_path / "title.j2").write_text(source)
        with pytest.raises(ConfigurationError, match=r"title\.j2"):
            Templates(tmp_path).render("title", WHOLE)
    (tmp_path / "title.j2").write_text("{% if x %}\n{% end %}")
    with pytest.raises(ConfigurationError, match=r"title\.j2:2: cannot use the template"):
        Templates(tmp_path).render("title", WHOLE)


@pytest.mark.parametrize(
    ("pattern", "branch", "whether"),
    [
        ("**", "patless/main", True),
        ("*", "patless/main", False),
        ("patless/*", "patless/main", True),
        ("main", "patless/main", False),
        ("{patless,x}/*", "patless/main", True),
        ("p?tless/main", "patless/main", True),
    ],
)
def test_globs_of_branches(pattern: str, branch: str, whether: bool) -> None:
    assert matches(pattern, branch) is whether


SAFE = "pipelines: {default: [step: {script: [make test, echo docker push]}]}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SAFE, []),
        ("pipelines: {branches: {main: [step: {script: [docker push x]}]}}", []),
        ("pipelines: {custom: {x: [step: {script: [docker push x]}]}}", []),
        ("pipelines: {default: [step: {script: [pipe: atlassian/slack-notify:2.0.0]}]}", []),
        ("pipelines: {branches: {'**': [step: {script: [true]}]}, default: [step: {script: [docker push x]}]}", []),
        ("pipelines: {default: [step: {script: ['make && sudo docker push x']}]}", [("default", "docker push")]),
        ("pipelines: {default: [step: {script: ['A=1 docker push x']}]}", [("default", "docker push")]),
        (
            "pipelines: {default: [step: {deployment: production, script: [make]}]}",
            [("default", "deployment: production")],
        ),
        (
            "pipelines: {default: [parallel: {steps: [step: {script: [helm upgrade x]}]}]}",
            [("default", "helm upgrade")],
        ),
        ("pipelines: {default: [stage: {environment: x, steps: []}]}", [("default", "environment: x")]),
        (
            "pipelines: {branches: {'p*/**': [step: {script: [pipe: a/deploy:1]}]}}",
            [("branches.p*/**", "pipe: a/deploy:1")],
        ),
        ("pipelines: {pull-requests: {'**': [step: {script: [scp a b]}]}}", [("pull-requests.**", "scp")]),
        (
            "{triggers: {x: []}, pipelines: {custom: {x: [step: {script: [docker push x]}]}}}",
            [("custom.x", "docker push")],
        ),
        ("a: &s {script: [docker push x]}\npipelines: {default: [step: *s]}", [("default", "docker push")]),
        ("pipelines: [", []),
    ],
)
def test_what_a_branch_would_publish(text: str, found: list[tuple[str, str]]) -> None:
    told = releases(text.encode(), "patless/main", load())
    assert [(one.pipeline, one.what) for one in told] == found


def test_marks_survive_a_message_and_a_server() -> None:
    marks = identity.Marks("a" * 64, identity.seal("0" * 40, {"a": b"1"}))
    assert identity.marks(identity.signed("Title\n\nBody", marks, "main")) == marks
    assert identity.marks("Patless-Change: nothing") == identity.Marks()


def test_a_seal_is_of_its_parent_its_paths_and_their_content() -> None:
    made = identity.seal("p", {"a": b"1", "b": b"2"})
    assert made == identity.seal("p", {"b": b"2", "a": b"1"})
    others = [("q", {"a": b"1", "b": b"2"}), ("p", {"a": b"1"}), ("p", {"a": b"2", "b": b"1"}), ("p", {"ab": b"12"})]
    assert made not in [identity.seal(*other) for other in others]


def test_a_title_is_one_short_line_and_a_message_is_not(tmp_path: Path) -> None:
    for part in ("title", "message"):
        (tmp_path / f"{part}.j2").write_text("  Use the native pair\nhere\n" + "x" * 900)
    title, message = (Templates(tmp_path).render(part, WHOLE) for part in ("title", "message"))
    assert title.startswith("Use the native pair here x")
    assert len(title) < 300
    assert message == "Use the native pair\nhere\n" + "x" * 900


def test_of_many_names_the_rest_is_counted() -> None:
    names = [f"V{number}" for number in range(_NAMES + 1)]
    assert "more" not in _codes(names[:_NAMES])
    assert _codes(names).endswith(f"{markup.code(names[_NAMES - 1])}, and 1 more")


BOOK = rulebook.load()
LOGINS = report_on(
    step(
        'docker login crg.apkg.io -u "$USER_A" -p "$TOKEN_A"',
        "docker push crg.apkg.io/acme/web",
        "|\n            echo $TOKEN_B | docker login crg.apkg.io -u $USER_B --password-stdin",
    )
)
FIRST, SECOND = LOGINS.findings
EMPTY = Proposal("acme", "web", "main")


def test_what_is_changed_is_told_by_file_and_line() -> None:
    made = [replace(SECOND, variables=(), assumptions=("b", "a")), replace(FIRST, variables=(), assumptions=("a", "c"))]
    told = proposal(EMPTY, LOGINS, made, [], BOOK.reasons, {})
    assert told.changed == (ChangedFile(PATH, (5, 8)),)
    assert told.assumptions == ("b", "a", "c")
    assert (told.stays, told.freed, told.kept, told.hardcoded) == ((), (), (), False)


@pytest.mark.parametrize(
    ("made", "remaining", "held", "freed", "kept"),
    [
        (("U", "T"), (), (), ("U", "T"), ()),
        (("U", "T"), ("T",), (), ("U",), ("T",)),
        (("U", "T"), (), ("T", "U"), (), ("U", "T")),
        (("U", "T"), ("Z",), ("B", "A"), ("U", "T"), ("A", "B", "Z")),
        (("U", "T"), (), ("A", "U"), ("T",), ("U", "A")),
    ],
)
def test_only_a_variable_that_no_login_reads_any_more_is_freed(
    made: tuple[str, ...],
    remaining: tuple[str, ...],
    held: tuple[str, ...],
    freed: tuple[str, ...],
    kept: tuple[str, ...],
) -> None:
    changed, left = replace(FIRST, variables=made, remaining=remaining), replace(SECOND, variables=held)
    told = proposal(EMPTY, LOGINS, [changed, changed], [left], BOOK.reasons, {})
    assert (told.freed, told.kept) == (freed, kept)


def test_a_token_in_a_file_is_told_of_what_is_changed_alone() -> None:
    hardcoded = replace(SECOND, rule="literal-credential")
    assert proposal(EMPTY, LOGINS, [FIRST, hardcoded], [], BOOK.reasons, {}).hardcoded
    assert not proposal(EMPTY, LOGINS, [FIRST], [hardcoded], BOOK.reasons, {}).hardcoded


def test_what_stays_says_its_strictest_reason_and_where_that_is_explained() -> None:
    doubt = Reason("foreign-package", Verdict.UNSAFE, "", "crg.apkg.io/acme/base")
    worse = Reason("powershell", Verdict.REPORT_ONLY, "", "it")
    pages = {"powershell": "https://acme.example/p", FIRST.rule: "https://acme.example/rule"}
    held = [
        replace(FIRST, reasons=(doubt, worse, doubt), edits=()),
        replace(FIRST, reasons=(doubt,)),
        replace(FIRST, reasons=()),
        replace(FIRST, reasons=(replace(worse, code="of-nobody"),), edits=()),
    ]
    stays = proposal(EMPTY, LOGINS, [], held, BOOK.reasons, pages).stays
    assert [(one.code, one.subject, one.page) for one in stays] == [
        ("powershell", "it", pages["powershell"]),
        ("foreign-package", doubt.subject, pages[FIRST.rule]),
        (FIRST.rule, "", pages[FIRST.rule]),
        (FIRST.rule, "", pages[FIRST.rule]),
    ]
    assert [one.what for one in stays[1:3]] == [BOOK.reasons["foreign-package"].what, FIRST.message]
    assert [bool(one.ways) for one in stays] == [True, True, False, False]
    assert {(one.path, one.line) for one in stays} == {(PATH, 5)}
    assert {one.page for one in proposal(EMPTY, LOGINS, [], held, BOOK.reasons, {}).stays} == {""}


def test_what_is_in_fleet_toml_is_told_of_what_is_shown_alone() -> None:
    one, other = WHOLE.stays[0], Stays("a.yml", 1, "c", "What.", ways=(("keep", "here"),))
    assert replace(EMPTY, stays=(other, other, other, one)).central
    assert not replace(EMPTY, stays=(other, other, other, other, one)).central
    assert replace(EMPTY, assumptions=("x", "web is linked to this repository")).linkage
    assert not replace(EMPTY, assumptions=("web is linked",)).linkage


def test_each_part_has_its_bounds(tmp_path: Path) -> None:
    for part in ("title", "branch", "message", "body", "revert-body"):
        (tmp_path / f"{part}.j2").write_text("\n x\n" + "y" * 2 * LONGEST + "\n")
    lengths = {
        part: len(Templates(tmp_path).render(part, WHOLE))
        for part in ("title", "branch", "message", "body", "revert-body")
    }
    assert lengths == {
        "title": 250,
        "branch": 250,
        "message": 2 * LONGEST + 2,
        "body": LONGEST + 1,
        "revert-body": LONGEST + 1,
    }


@pytest.mark.parametrize(
    "source",
    [
        *("{{ 1 / 0 }}", "{{ unknown }}", "{{ names + repository }}", "{{ stays[7].path }}", "{{ '{0}'.format() }}"),
        *("{{ 1|dictsort }}", "{{ repository.index('z') }}"),
    ],
)
def test_a_template_that_cannot_be_used_is_named(tmp_path: Path, source: str) -> None:
    (tmp_path / "title.j2").write_text(source)
    with pytest.raises(ConfigurationError, match=r"title\.j2: cannot use the template: "):
        Templates(tmp_path).render("title", WHOLE)


@pytest.mark.parametrize("part", ["title", "body"])
def test_a_template_without_its_file_is_the_built_in_one(tmp_path: Path, part: str) -> None:
    (tmp_path / "message.j2").write_bytes(b"\xff")
    assert Templates(tmp_path).render(part, WHOLE) == Templates().render(part, WHOLE)
    with pytest.raises(ConfigurationError, match=r"message\.j2: cannot read the template: UnicodeDecodeError"):
        Templates(tmp_path).render("message", WHOLE)


def test_a_template_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(path: Path, **_: object) -> str:
        raise PermissionError

    (tmp_path / "title.j2").write_text("")
    monkeypatch.setattr(Path, "read_text", refuses)
    with pytest.raises(ConfigurationError, match=r"title\.j2: cannot read the template: PermissionError"):
        Templates(tmp_path).render("title", WHOLE)


def test_a_line_with_a_block_alone_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "body.j2").write_text("a\n  {% if repository %}\nb\n  {% endif %}\nc\n")
    assert Templates(tmp_path).render("body", WHOLE) == "a\nb\nc\n"


def test_of_many_lines_the_rest_is_counted() -> None:
    def body(count: int) -> str:
        return Templates().render("body", replace(EMPTY, changed=(ChangedFile("a.yml", tuple(range(1, count + 1))),)))

    assert f"{_LINES - 1}, and {_LINES}" in body(_LINES)
    assert f"{_LINES}, and 1 more" in body(_LINES + 1)


def test_filters_are_plain_in_a_line_and_marked_up_in_a_body(tmp_path: Path) -> None:
    for part in ("title", "body"):
        (tmp_path / f"{part}.j2").write_text("{{ repository|code }} {{ owner|prose }} {{ owner }}\n")
    about = replace(WHOLE, owner="*Dana*")
    assert Templates(tmp_path).render("title", about) == "web *Dana* *Dana*"
    assert Templates(tmp_path).render("body", about) == f"`web` {markup.prose('*Dana*')} {markup.text('*Dana*')}\n"


def test_the_address_of_what_explains_a_reason_cannot_end_its_link() -> None:
    (stays,) = WHOLE.stays
    about = replace(WHOLE, stays=(replace(stays, page="https://docs.acme.example/a) b"),))
    assert "[Why](https://docs.acme.example/a%29%20b)" in Templates().render("body", about)
