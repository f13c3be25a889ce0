"""Hand-built reports: every verdict, a literal credential, hostile text, an edit in an anchored step."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.findings.records import Finding, Ownership, Package, Reason, Report, Severity, Skipped, Use, Verdict
from migrator.rulebook.records import Example, ReasonEntry, Rule, RuleBook
from migrator.text.edits import Edit
from migrator.text.source import Position, Source, Span

PATH = "bitbucket-pipelines.yml"
LITERAL = "ATATT3xFfGF0sample0literal0credential0000"
TEXT = f"""\
pipelines:
  default:
    - step: &publish
        script:
          - docker login crg.apkg.io -u "$BB_EMAIL" -p "$BB_TOKEN"
          - docker push crg.apkg.io/acme/web
    - step:
        script:
          - docker login crg.apkg.io -u "$BB_EMAIL" -p {LITERAL}
          - docker pull crg.apkg.io/acme/base \x1b[31m
          - >-
            echo "$BB_TOKEN" |
            docker login "$HOST" -u "$BB_EMAIL" --password-stdin
"""

REASONS = {
    "foreign-package": ReasonEntry(
        code="foreign-package",
        verdict=Verdict.UNSAFE,
        what="the step reads a package that this repository does not push",
        why="The native pair reaches only packages that are linked to the running repository.",
        fix='add to .patless.toml: `own-packages = ["{subject}"]`',
        keep="`# patless: ignore[{code}] pulled with the stored token`",
        ask="the page of {subject} in Bitbucket shows its repository",
    ),
    "registry-unresolved": ReasonEntry(
        code="registry-unresolved",
        verdict=Verdict.REPORT_ONLY,
        what="the registry is not certain",
        why="The value is set where it cannot be seen.",
        fix='add to .patless.toml: `variables.{subject} = "crg.apkg.io"`',
        keep="`# patless: ignore[{code}] another registry`",
    ),
}
BOOK = RuleBook(
    rules={
        "registry-login": Rule(
            id="registry-login",
            what="A login to Bitbucket Packages with a stored credential.",
            why="Every step has a pair of its own.\nIt is short-lived.",
            url="https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-packages/",
            severity=Severity.WARNING,
            examples=(
                Example(
                    title="docker with flags",
                    before="script:\n  - docker login crg.apkg.io -u $U -p $P\n",
                    after="script:\n  - docker login crg.apkg.io"
                    " -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN\n",
                ),
                Example(
                    title="a registry that patless can't identify",
                    before="script:\n  - docker login $R -u $U -p $P\n",
                    after=None,
                    reasons=("registry-unresolved",),
                ),
            ),
        )
    },
    reasons=REASONS,
)


def source(text: str = TEXT, path: str = PATH) -> Source:
    return Source.decode(path, text.encode())


def finding(found: Source, start: str, end: str, edits: tuple[tuple[str, str], ...] = (), **more: object) -> Finding:
    """The finding from the first `start` to the next `end`; `edits` replace texts that stand between."""
    first = found.text.index(start)
    last = found.text.index(end, first) + len(end)
    span = Span(first, last)
    made = tuple(
        Edit(found.path, Span(at, at + len(old)), new)
        for old, new in edits
        for at in [found.text.index(old, first)]
        if at < last
    )
    base = Finding(
        rule="registry-login",
        path=found.path,
        span=span,
        position=found.position(span.start),
        end=found.position(span.end),
        severity=Severity.WARNING,
        message="the login to crg.apkg.io uses a stored credential",
        reasons=more.pop("reasons", ()),  # type: ignore[arg-type]
        edits=made,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def safe(found: Source) -> Finding:
    return finding(
        found,
        'docker login crg.apkg.io -u "$BB_EMAIL" -p "$BB_TOKEN"',
        '$BB_TOKEN"',
        (("$BB_EMAIL", "$BITBUCKET_PACKAGES_USERNAME"), ("$BB_TOKEN", "$BITBUCKET_PACKAGES_TOKEN")),
        assumptions=("crg.apkg.io/acme/web is linked to this repository",),
        variables=("BB_EMAIL", "BB_TOKEN"),
        remaining=("BB_TOKEN",),
        registry="crg.apkg.io",
        uses=(Use(found.path, Position(5, 13)), Use(found.path, Position(40, 9))),
    )


def unsafe(found: Source) -> Finding:
    return finding(
        found,
        f'docker login crg.apkg.io -u "$BB_EMAIL" -p {LITERAL}',
        LITERAL,
        (("$BB_EMAIL", "$BITBUCKET_PACKAGES_USERNAME"), (LITERAL, "$BITBUCKET_PACKAGES_TOKEN")),
        rule="literal-credential",
        severity=Severity.ERROR,
        message=f"the token {LITERAL} stands in the file; revoke it",
        reasons=(
            Reason(
                "foreign-package",
                Verdict.UNSAFE,
                "crg.apkg.io/acme/base is read in this step and not pushed by this repository",
                "crg.apkg.io/acme/base",
            ),
        ),
        variables=("BB_EMAIL",),
        registry="crg.apkg.io",
        uses=(Use(found.path, Position(9, 13)),),
    )


def report_only(found: Source) -> Finding:
    return finding(
        found,
        'echo "$BB_TOKEN" |',
        "--password-stdin",
        message="the login to $HOST \x1b[2Jmay be one to Bitbucket Packages",
        severity=Severity.NOTE,
        reasons=(Reason("registry-unresolved", Verdict.REPORT_ONLY, "$HOST is set nowhere that can be read", "HOST"),),
        variables=("BB_EMAIL", "BB_TOKEN"),
        uses=(Use(found.path, Position(11, 13)),),
    )


def report() -> Report:
    found = source()
    at = found.text.index(LITERAL)
    return Report(
        findings=(report_only(found), unsafe(found), safe(found)),
        skipped=(
            Skipped("odd\x1bname-pipelines.yml", Position(3, 7), "not valid YAML; close the bracket"),
            Skipped(
                "big-pipelines.yml", None, "it is larger than 2 MiB, the most that is read; split it or exclude it"
            ),
        ),
        packages=(
            Package(
                "crg.apkg.io/acme/web",
                Ownership.OWN,
                "pushed by this repository",
                pushed=(Use(PATH, Position(6, 13)), Use(PATH, Position(41, 9))),
                read=(Use("Dockerfile", Position(1, 6)),),
            ),
            Package(
                "crg.apkg.io/acme/base",
                Ownership.FOREIGN,
                "read, and not pushed here",
                read=(Use(PATH, Position(10, 13)),),
            ),
        ),
        sources={PATH: found},
        secrets={PATH: (Span(at, at + len(LITERAL)),)},
        files=(PATH, "other-pipelines.yml", "third-pipelines.yml"),
        ignored=1,
    )


def clean() -> Report:
    return Report(files=(PATH, "other-pipelines.yml"))
