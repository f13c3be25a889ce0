"""The words of a pull request: within a screen, and nothing of a repository acts in them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from migrator.fleet import identity
from migrator.fleet.proposal import _NAMES, ChangedFile, Proposal, Stays, Templates, _codes
from migrator.platforms.bitbucket.starting import Release, load, matches, releases
from migrator.text import markup
from migrator.text.toml import ConfigurationError

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
        ("patless?main", "patless/main", False),
        ("patless/main?", "patless/main", False),
        ("patless/mai", "patless/main", False),
        ("p*s/*n", "patless/main", True),
        ("p*n", "patless/main", False),
        ("p**n", "patless/main", True),
        ("**/main", "patless/main", True),
        ("patless**", "patless/main", True),
        ("x**", "patless/main", False),
        ("{a,aa}**ab", "aab", True),
        ("{aa,a}*ab", "aab", True),
        ("{main", "{main", True),
        ("main}", "main}", True),
        ("a" * 4096, "main", False),
        ("a" * 4097, "main", True),
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
        ("pipelines: {default: [step: {script: [docker push x, helm push y]}]}", [("default", "docker push")]),
        ("pipelines: {default: [step: {script: [[make, [docker push x]]]}]}", [("default", "docker push")]),
        ("pipelines: {default: [step: {script: [make], after-script: [docker push x]}]}", [("default", "docker push")]),
        ("pipelines: {default: [step: {script: ['make || scp a b']}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: ['make | ssh a']}]}", [("default", "ssh")]),
        ("pipelines: {default: [step: {script: ['make; A=1 B= scp a b']}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: ['make & docker   push x']}]}", [("default", "docker push")]),
        ('pipelines: {default: [step: {script: ["make\\nscp a b"]}]}', [("default", "scp")]),
        ("pipelines: {default: [step: {script: [docker push]}]}", [("default", "docker push")]),
        ("pipelines: {default: [step: {script: [docker pushes x, sshpass x, make A=1 scp]}]}", []),
        ("pipelines: {default: [step: {deployment: {name: x}}]}", [("default", "deployment")]),
        ("pipelines: {default: [step: {script: [pipe: 'docker://a/b:1']}]}", [("default", "pipe: docker://a/b:1")]),
        ("pipelines: {default: [step: {script: [pipe: 'docker://atlassian/slack-notify:2']}]}", []),
        ("pipelines: {default: [step: {script: [pipe: [a]]}]}", []),
        ("pipelines: {pull-requests: {main: [step: {script: [scp a b]}]}}", []),
        ("pipelines: {default: [step: {script: [scp a b]}]}\n# \0", []),
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
