"""Every way out does what it says: as the command prints it, it is applied to a case, and the reason is settled.

A configuration line is written, a command is run, a comment is put above its line. What is advice for a person is done
by hand here, in `BY_HAND`. Reasons that only several repositories give are settled where these are: `ELSEWHERE`.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migrator.bitbucket import pipes
from migrator.rulebook import reading as rulebook
from tests import fixtures_support, pipe_support
from tests.fixtures_support import run

BOOK = rulebook.load()
ELSEWHERE = {"two-pushers", "importers-differ"}
"""`tests/fleet/test_ways.py` and `tests/fleet/test_exporting.py`."""
CASES = {
    "registry-unresolved": ("hazards/24-host-in-an-unknown-variable", "reasons/registry-unresolved-loop"),
    "credential-unresolved": ("reasons/credential-unresolved-vault",),
    "not-followed": ("files/pattern",),
    "unsupported-expansion": ("reasons/unsupported-expansion-suffix",),
    "leaves-step": ("leaving/credential-for-vault",),
    "package-client": ("reasons/package-client",),
    "npm-token": ("npm/token",),
    "committed-token": ("literals/committed",),
    "npm-encoded": ("npm/encoded-elsewhere",),
    "npm-token-wins": ("npm/token-wins",),
    "pnpm-project-file": ("npm/pnpm",),
    "lone-token": ("clients/python-upload-by-a-token",),
    "address-credential": ("pypi/in-an-address",),
    "pipe-credential": ("pypi/pipe",),
    "index-packages-unknown": ("pypi/unknown-packages",),
    "npm-packages-unknown": ("npm/unknown-packages",),
    "encoded-in-lines": ("npm/wraps",),
    "npm-settings": ("npm/another-registry",),
    "host-undocumented": ("maven/host-not-documented",),
    "build-settings": ("maven/a-test-reads-it",),
    "build-packages-unknown": ("maven/unknown-packages",),
    "shadowed": ("hazards/25-shadowed-pair",),
    "build-image": ("hazards/06-image-credentials-beside-a-login",),
    "other-workspace": ("hazards/03-other-workspace",),
    "unreadable": ("reasons/unreadable-shell", "reasons/unreadable-conflict"),
    "powershell": ("hazards/09-windows",),
    "foreign-package": ("packages/own-name-not-pushed", "evidence/foreign-in-a-test"),
    "image-unresolved": (
        "packages/compose-image-unknown",
        "packages/missing-dockerfile-by-name",
        "packages/dockerfile-argument-without-default",
        "packages/xargs-pulls",
        "evidence/host-without-a-name",
    ),
    "login-purpose-unknown": ("evidence/purpose-unknown",),
    "fixed-package": ("pipelines-shapes/definitions-pipelines",),
    "shell-runner": ("reasons/shell-runner-linux",),
    "traced": ("reasons/traced-set-x",),
    "guarded": ("guards/exit-well",),
    "mixed-logins": ("reasons/mixed-logins-two-stored", "files/pattern"),
    "bridge-reaches-more": ("bridged/argument-of-a-function", "runners/hook-of-npm"),
    "bridge-layout": ("bridged/read-only",),
    "pipe-version": ("refused-version",),
    "pipe-variables": ("refused-variables",),
    "pipe-no-push": ("refused-no-push",),
    "pipe-buildx-push": ("refused-buildx-push",),
    "pipe-multi-arch": ("refused-multi-arch",),
    "pipe-digest": ("refused-digest",),
    "pipe-push-all": ("refused-push-all",),
    "pipe-runner": ("refused-runner",),
    "pipe-condition": ("refused-condition",),
    "pipe-loop": ("refused-loop",),
    "pipe-mixed": ("refused-program",),
    "pipe-layout": ("refused-middle-of-a-block",),
    "pipe-image": ("refused-unknown-image",),
    "pipe-order": ("refused-order",),
}
BLANKS = {
    "other-workspace": "globex",
    "image-unresolved": "alpine:3",
    "login-purpose-unknown": "acme/web",
    "npm-packages-unknown": "acme/@acme/web",
    "host-undocumented": "*",
    "build-packages-unknown": "acme/com.acme:web",
    "index-packages-unknown": "acme/library",
}
"""What a person writes for `…` in a way out."""
PIPELINES = "bitbucket-pipelines.yml"
PAIR = '"$(printf %s:%s "$BITBUCKET_PACKAGES_USERNAME" "$BITBUCKET_PACKAGES_TOKEN" | base64 -w 0)"'
BY_HAND: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "packages/dockerfile-argument-without-default": {"Dockerfile": (("${BASE}", "alpine:3"),)},
    "packages/xargs-pulls": {
        PIPELINES: (("printf 'crg.apkg.io/acme/base\\n' | xargs -n1 docker pull", "docker pull alpine:3"),)
    },
    "reasons/registry-unresolved-loop": {PIPELINES: (("$registry", "crg.apkg.io"),)},
    "reasons/credential-unresolved-vault": {
        PIPELINES: (
            (
                'docker login crg.apkg.io -u "$BB_EMAIL" -p "$(vault kv get -field=token secret/registry)"',
                'echo "$TOKEN" | docker login crg.apkg.io -u "$USER" --password-stdin',
            ),
        )
    },
    "files/pattern": {
        "ci/login.sh": (("OWN_TOKEN", "BITBUCKET_PACKAGES_TOKEN"), ("OWN_USER", "BITBUCKET_PACKAGES_USERNAME"))
    },
    "reasons/unsupported-expansion-suffix": {PIPELINES: (("${BB_PKG_TOKEN%?}", "$BB_PKG_TOKEN"),)},
    "leaving/credential-for-vault": {PIPELINES: (("token=$BB_PKG_TOKEN", "token=$TOKEN_OF_THE_CLUSTER"),)},
    "hazards/25-shadowed-pair": {PIPELINES: (("          - BITBUCKET_PACKAGES_USERNAME=robot\n", ""),)},
    "hazards/06-image-credentials-beside-a-login": {
        PIPELINES: (
            (
                "image:\n  name: crg.apkg.io/acme/builder:1\n  username: $BB_EMAIL\n  password: $BB_PKG_TOKEN\n",
                "image: atlassian/default-image:4\n",
            ),
        )
    },
    "reasons/unreadable-shell": {PIPELINES: (('"$BB_PKG_TOKEN"', '"$BB_PKG_TOKEN"\n            fi'),)},
    "reasons/unreadable-conflict": {PIPELINES: ()},
    "reasons/package-client": {
        PIPELINES: (("$BB_EMAIL", "$BITBUCKET_PACKAGES_USERNAME"), ("$BB_PKG_TOKEN", "$BITBUCKET_PACKAGES_TOKEN"))
    },
    "npm/token": {
        PIPELINES: (
            (
                'echo "//npm.apkg.io/acme/:_authToken=$BB_PKG_TOKEN" >> ~/.npmrc',
                f'npm config set "//npm.apkg.io/acme/:_auth" {PAIR}',
            ),
        )
    },
    "literals/committed": {".npmrc": (("//npm.apkg.io/acme/:_auth=Y2k6bm90LWEtcmVhbC10b2tlbg==\n", ""),)},
    "npm/encoded-elsewhere": {
        PIPELINES: (
            (
                'npm config set //npm.apkg.io/acme/:_auth "$NPM_AUTH"',
                f'npm config set "//npm.apkg.io/acme/:_auth" {PAIR}',
            ),
        )
    },
    "npm/token-wins": {".npmrc": (("//npm.apkg.io/acme/:_authToken=${NPM_TOKEN}\n", ""),)},
    "npm/pnpm": {
        ".npmrc": (
            ("//npm.apkg.io/acme/:username=${BB_EMAIL}\n", ""),
            ('//npm.apkg.io/acme/:_password="${BB_PASSWORD_64}x"\n', ""),
        ),
        PIPELINES: (("- pnpm", f"- echo //npm.apkg.io/acme/:_auth={PAIR} >> ~/.npmrc\n          - pnpm"),),
    },
    "npm/wraps": {PIPELINES: (("| base64)", "| base64 -w 0)"),)},
    "hazards/09-windows": {
        PIPELINES: (
            ("$Env:BB_EMAIL", "$Env:BITBUCKET_PACKAGES_USERNAME"),
            ("$Env:BB_PKG_TOKEN", "$Env:BITBUCKET_PACKAGES_TOKEN"),
        )
    },
    "packages/missing-dockerfile-by-name": {},
    "pipelines-shapes/definitions-pipelines": {PIPELINES: (("acme/web", "acme/$BITBUCKET_REPO_SLUG"),)},
    "reasons/traced-set-x": {PIPELINES: (("- docker login", "- set +x\n          - docker login"),)},
    "refused-push-all": {
        PIPELINES: (
            ("docker push --all-tags crg.apkg.io/acme/web", "docker push crg.apkg.io/acme/web:1"),
            ("web:1\n", "web:1\n          - docker push crg.apkg.io/acme/web:2\n"),
        )
    },
    "refused-program": {
        PIPELINES: (
            ("          - ./promote.sh 1\n", ""),
            ('          - echo "$BB', '          - ./promote.sh 1\n          - echo "$BB'),
        )
    },
    "refused-middle-of-a-block": {
        PIPELINES: (("            echo done\n", "          - echo done\n"),),
    },
    "refused-unknown-image": {
        PIPELINES: (
            ("          - echo", "          - docker build -t crg.apkg.io/acme/web:1 .\n          - echo"),
            ('"$(cat image.txt)"', "crg.apkg.io/acme/web:1"),
        ),
    },
    "refused-order": {
        PIPELINES: (
            ("          - kubectl rollout restart deployment/web\n", ""),
            (
                "web:latest\n          - echo",
                "web:latest\n          - kubectl rollout restart deployment/web\n          - echo",
            ),
        )
    },
}
"""What a person changes in the files of a case, for a way out that is advice."""
ADDED = {
    "packages/missing-dockerfile-by-name": {"docker/gone.Dockerfile": "FROM alpine:3\n"},
    "refused-variables": {
        "rules/pipe.yml": "push-pipe:\n  image: IMAGE\n  tags: TAG\n",
        ".patless.toml": 'rules = ["rules"]\n',
    },
}
"""Files that such a way out adds."""


@dataclass(slots=True)
class Seen:
    """One finding as `check` prints it: where it is, and of each reason the ways out."""

    path: str
    line: int
    rule: str
    reasons: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        return {code for code, _ in self.reasons}


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of a case, and the arguments of `check` that find its reasons."""

    folder: Path
    case: str
    arguments: tuple[str, ...] = ()

    def check(self) -> tuple[list[Seen], str]:
        outcome = run(["check", *self.arguments], self.folder)
        assert outcome.code in (0, 1, 3), outcome.err
        return seen(outcome.out), outcome.out

    def with_code(self, code: str) -> tuple[Seen, dict[str, str]]:
        """The first finding that has the reason, and its ways out."""
        return next((one, ways) for one in self.check()[0] for found, ways in one.reasons if found == code)


def seen(text: str) -> list[Seen]:
    found: list[Seen] = []
    for line in text.splitlines():
        if match := re.match(r"(\S[^:]*):(\d+):\d+: ([a-z-]+) \[[a-z-]+\] ", line):
            found.append(Seen(match[1], int(match[2]), match[3]))
        elif (match := re.match(r"  = ([a-z-]+): ", line)) and match[1] in BOOK.reasons:
            found[-1].reasons.append((match[1], {}))
        elif match := re.match(r"      (fix|keep|ask): +(.+)", line):
            found[-1].reasons[-1][1][match[1]] = match[2]
    return found


EVERY = [pytest.param(code, case, id=f"{code}: {case}") for code, cases in CASES.items() for case in cases]


@pytest.fixture
def place(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr("os.fsync", lambda _: None)
    folder = tmp_path / "repository"
    if "/" in case:
        shutil.copytree(fixtures_support.CASES / case / "before", folder)
        yield Place(folder, case)
        return
    found = pipe_support.load(pipe_support.PIPES / case)
    shutil.copytree(found.before, folder)
    with pipe_support.publishing() as publisher:
        monkeypatch.setenv("PATLESS_API_URL", publisher.url)
        pipes.published.cache_clear()
        if found.published:
            publisher.publish(found.published["version"], tuple(found.published["variables"]))
        yield Place(folder, case, ("--style", "pipe", *found.args))


def test_every_reason_has_a_case() -> None:
    assert set(CASES) | ELSEWHERE == set(BOOK.reasons)


@pytest.mark.parametrize(("code", "case"), EVERY)
def test_what_settles_a_reason_settles_it(code: str, case: str, place: Place) -> None:
    one, ways = place.with_code(code)
    assert "fix" in ways
    left = apply(place, code, ways["fix"])
    assert code not in {found for other in left if other.path == one.path for found in other.codes}


@pytest.mark.parametrize(("code", "case"), EVERY)
def test_what_keeps_a_finding_keeps_it_silent(code: str, case: str, place: Place) -> None:
    before, _ = place.check()
    one, ways = place.with_code(code)
    way = ways["keep"]
    left = apply(place, code, way) if "patless: ignore[" not in way else commented(place, one, way)
    same = [other for other in before if (other.path, other.line) == (one.path, one.line)]
    assert len(left) == len(before) - len(same) or way.startswith("run `patless fix")
    assert code not in {found for other in left if other.path == one.path for found in other.codes} or len(before) > 1


@pytest.mark.parametrize(("code", "case"), EVERY)
def test_there_is_somebody_or_some_page_to_ask(code: str, case: str, place: Place) -> None:
    _, ways = place.with_code(code)
    assert "{" not in ways["ask"]


@pytest.mark.parametrize(
    "item",
    [
        """- >
            docker login crg.apkg.io -u "$USR"
            -p "$PAT"
""",
        """- docker login crg.apkg.io
            -u "$USR" -p "$PAT"
""",
        """- |
            echo "$PAT" \\
              | docker login crg.apkg.io -u "$USR" --password-stdin
""",
        """- "docker info;
            docker login crg.apkg.io -u \\"$USR\\" -p \\"$PAT\\""
""",
        """- |-
            docker info
            docker login crg.apkg.io -u "$USR" -p "$PAT"
""",
        "- node ci/login.js\n",
    ],
    ids=["folded", "plain", "continued", "quoted", "block", "javascript"],
)
def test_a_comment_takes_no_text_away_wherever_it_is_said_to_stand(item: str, tmp_path: Path) -> None:
    script = f"pipelines:\n  default:\n    - step:\n        script:\n          {item}"
    (tmp_path / PIPELINES).write_text(f"{script}          - docker pull crg.apkg.io/acme/base:1\n")
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci/login.js").write_text('require("child_process").execSync("docker login -p $PAT crg.apkg.io");\n')
    place = Place(tmp_path, "")
    (one,) = place.check()[0]
    ((_, ways),) = one.reasons
    assert commented(place, one, ways["keep"]) == []


def apply(place: Place, code: str, way: str) -> list[Seen]:
    """Do what a way out says; what is found then."""
    settings, arguments = place.folder / ".patless.toml", place.arguments
    way = way.replace("…", BLANKS.get(code, "…"))
    if match := re.fullmatch(r"add to \.patless\.toml: `(baseline = .+)`, then run `patless (.+)`, which .+", way):
        settings.write_text(match[1])
        assert run(shlex.split(match[2]), place.folder).code == 0
    elif match := re.search(r"run `patless (fix [^`]+)`", way):
        done = run([*shlex.split(match[1]), *(("--offline",) if "pipe" in match[1].split() else ())], place.folder)
        assert done.code == 0, done.err
        arguments = () if "login" in match[1] or "pipe" in match[1] else arguments
    elif match := re.search(r"add to \.patless\.toml: `(.+)`", way):
        settings.write_text(f"{match[1]}\n")
    else:
        by_hand(place)
    return Place(place.folder, place.case, arguments).check()[0]


def by_hand(place: Place) -> None:
    edits, added = BY_HAND.get(place.case, {}), ADDED.get(place.case, {})
    assert edits or added, "a way out that is neither a line of the configuration nor a command has its edit in a table"
    for path, changes in edits.items():
        text = (place.folder / path).read_text()
        if place.case.endswith("unreadable-conflict"):
            text = re.sub(r"<<<<<<< .*\n|=======\n(?:.*\n)*?>>>>>>> .*\n", "", text)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (place.folder / path).write_text(text)
    for path, text in added.items():
        (place.folder / path).parent.mkdir(exist_ok=True)
        (place.folder / path).write_text(text)


def commented(place: Place, one: Seen, way: str) -> list[Seen]:
    """Put the comment where the way out says; it settles one finding, and takes no text away."""
    above = re.match(r"above line (\d+): (.+)", way)
    number, way = (int(above[1]), above[2]) if above else (one.line, way)
    way = way.removeprefix("`").removesuffix("`")
    file = place.folder / one.path
    lines = file.read_text().splitlines(keepends=True)
    blanks = re.match(r"\s*", lines[number - 1])
    lines.insert(number - 1, f"{blanks[0] if blanks else ''}{way}\n")
    file.write_text("".join(lines))
    found, text = place.check()
    assert re.search(r"\b\d+ ignored", text)
    return found
