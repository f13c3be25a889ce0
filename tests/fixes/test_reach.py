"""Which packages a login reaches: what holds its fix back, and what this takes for granted."""

from __future__ import annotations

import json

import pytest

from migrator.findings.settings import Settings
from tests.memory import PATH, report_on

LOGIN = "docker login crg.apkg.io -u $U -p $P\n"
WEB = "crg.apkg.io/acme/web"
PUSH, PULL = f"docker push {WEB}:1", f"docker pull {WEB}:1"
OWN = "docker push crg.apkg.io/$BITBUCKET_WORKSPACE/{}"
HERE = "pipelines:\n  default:\n    - step:\n"
SHARED = "export: true\ndefinitions:\n  pipelines:\n    shared:\n      - step:\n"
LINKED = "{} is linked to this repository"
USES = "{} uses only packages linked to this repository"
SETS = "`./y.sh`, which is sourced and not in the repository, does not set {}"
PURPOSE = "patless sees nothing that uses the login, and {} runs after it"
FOREIGN = "the step reads {}, which this repository does not push"
WHICH = "patless can't tell which image the step reads: {}"
PART = "the step reads {}, and patless can't tell all of its name"
OTHER = "{} is a package of another workspace"
BOTH = "the step pushes {} and a package of another workspace; a repository is in one workspace"
SAME = "{} is the same package for every repository that imports this pipeline"
NAMED = "{}, which this repository does not push, is named in y.txt:1, and `x.sh` may read it"


def said(
    script: str, files: dict[str, str] | None = None, settings: Settings | None = None, head: str = HERE
) -> tuple[set[str], set[str]]:
    indent = " " * (head.index("- step") - head.rindex("\n", 0, head.index("- step")) + 3)
    given = {PATH: f"{head}{indent}script:\n{indent}  - {json.dumps(script)}\n", **(files or {})}
    findings = report_on({path: text.encode() for path, text in given.items()}, settings).findings
    return {one.detail for each in findings for one in each.reasons}, {
        one for each in findings for one in each.assumptions
    }


@pytest.mark.parametrize(
    ("script", "details", "granted"),
    [
        (PUSH, set(), {LINKED.format(WEB)}),
        (PULL, {FOREIGN.format(WEB)}, set()),
        (f"{PUSH}\n{PULL}", set(), {LINKED.format(WEB)}),
        (f"{PULL}\n{PUSH}", set(), {LINKED.format(WEB)}),
        ("docker pull $I", {WHICH.format("I has no known value")}, set()),
        ("docker pull $I\ndocker push $I", set(), {LINKED.format("$I, which is pushed,")}),
        ("docker push $I:1", set(), {LINKED.format("$I, which is pushed,")}),
        (
            "docker push $(made)",
            set(),
            {
                LINKED.format("an image that is pushed (its name comes from the output of `made`)"),
                USES.format("`made`"),
            },
        ),
        ("docker pull $(made)", {WHICH.format("its name comes from the output of `made`")}, {USES.format("`made`")}),
        ("docker pull crg.apkg.io/$W/web", {PART.format("crg.apkg.io/$W/web")}, set()),
        ("docker pull crg.apkg.io/acme/$X", {PART.format("crg.apkg.io/acme/$X")}, set()),
        ("docker push crg.apkg.io/acme/$X", set(), {LINKED.format("crg.apkg.io/acme/$X")}),
        ("docker pull nginx; docker pull ghcr.io/acme/web", set(), set()),
        (f"{PUSH}\ndocker push crg.apkg.io/b/web", {BOTH.format(WEB), BOTH.format("crg.apkg.io/b/web")}, set()),
        (f"{PUSH}\ndocker pull crg.apkg.io/b/web", {OTHER.format("crg.apkg.io/b/web")}, {LINKED.format(WEB)}),
        (f"{PULL}\ndocker pull crg.apkg.io/b/web", {OTHER.format(WEB), OTHER.format("crg.apkg.io/b/web")}, set()),
        (
            f"{PUSH}\n{OWN.format('x')}",
            set(),
            {LINKED.format(WEB), LINKED.format("crg.apkg.io/$BITBUCKET_WORKSPACE/x")},
        ),
        ("./x.sh", {PURPOSE.format("`x.sh`")}, {USES.format("`x.sh`")}),
        ("make; ./x.sh", {PURPOSE.format("`make`")}, {USES.format("`make`"), USES.format("`x.sh`")}),
        (f"./x.sh\n{PUSH}", set(), {USES.format("`x.sh`"), LINKED.format(WEB)}),
        ("./x.sh\ndocker push $I", set(), {USES.format("`x.sh`"), LINKED.format("$I, which is pushed,")}),
        ("./x.sh\ndocker pull $I", {WHICH.format("I has no known value")}, {USES.format("`x.sh`")}),
        ("node tool --fast", {PURPOSE.format("`node tool`")}, {USES.format("`node tool`")}),
        ("node --fast", {PURPOSE.format("`node --fast`")}, {USES.format("`node --fast`")}),
        ("node 'a b'", {PURPOSE.format("`node`")}, {USES.format("`node`")}),
        ("node", {PURPOSE.format("`node`")}, {USES.format("`node`")}),
        ("ls; true; docker version; docker run nginx; xargs ls; find . -name x", set(), set()),
        ("find . -exec tool {} \\;", {PURPOSE.format("`find .`")}, {USES.format("`find .`")}),
    ],
)
def test_what_comes_after_a_login_says_which_packages_it_reaches(
    script: str, details: set[str], granted: set[str]
) -> None:
    assert said(f"{LOGIN}{script}") == (details, granted)


@pytest.mark.parametrize(
    ("script", "granted"),
    [
        (f"{PUSH}\n{LOGIN}", set()),
        (f"if [ $X ]; then\n{LOGIN}else\n{PUSH}\nfi", set()),
        (f"./x.sh\n{LOGIN}", set()),
        (f"if [ $X ]; then\n{LOGIN}else\n./x.sh\nfi", set()),
        (f"while [ $X ]; do\n{PUSH}\n{LOGIN}done", {LINKED.format(WEB)}),
        (f". ./y.sh\n{LOGIN}{PUSH}", {LINKED.format(WEB), SETS.format("$U and $P")}),
        (f". ./y.sh\n{LOGIN.replace('$U', 'acme')}{PUSH}", {LINKED.format(WEB), SETS.format("$P")}),
    ],
)
def test_only_what_may_run_after_a_login_uses_it(script: str, granted: set[str]) -> None:
    assert said(script) == (set(), granted)


@pytest.mark.parametrize(
    ("script", "settings", "details", "granted"),
    [
        (PUSH, Settings(own_packages=(WEB,)), set(), set()),
        (PULL, Settings(own_packages=(WEB,)), set(), set()),
        (PUSH, Settings(shared_packages=(WEB,)), set(), {LINKED.format(WEB)}),
        (PULL, Settings(shared_packages=(WEB,)), set(), set()),
        (PULL, Settings(own_packages=("crg.apkg.io/acme/x",)), {FOREIGN.format(WEB)}, set()),
        (PUSH, Settings(workspace="globex"), {OTHER.format(WEB)}, set()),
        (PULL, Settings(workspace="globex"), {OTHER.format(WEB)}, set()),
        (
            f"{PUSH}\ndocker push crg.apkg.io/b/web",
            Settings(workspace="acme"),
            {OTHER.format("crg.apkg.io/b/web")},
            {LINKED.format(WEB)},
        ),
        (PUSH, Settings(pushed_elsewhere={WEB: ("a", "b")}), {f"{WEB} is also pushed by a and b"}, set()),
        (PULL, Settings(pushed_elsewhere={WEB: ("a", "b")}), {FOREIGN.format(WEB)}, set()),
        ("./x.sh", Settings(own_packages=("crg.apkg.io/acme/x",)), set(), {USES.format("`x.sh`")}),
        ("./x.sh", Settings(workspace="acme"), {PURPOSE.format("`x.sh`")}, {USES.format("`x.sh`")}),
    ],
)
def test_the_configuration_says_whose_images_they_are(
    script: str, settings: Settings, details: set[str], granted: set[str]
) -> None:
    assert said(f"{LOGIN}{script}", settings=settings) == (details, granted)


BASE = "crg.apkg.io/acme/base"


@pytest.mark.parametrize(
    ("text", "settings", "details"),
    [
        (f"{BASE}:1", Settings(), {NAMED.format(BASE), PURPOSE.format("`x.sh`")}),
        ("ghcr.io/acme/base:1", Settings(), {PURPOSE.format("`x.sh`")}),
        (f"{BASE}:1", Settings(own_packages=(BASE,)), set()),
        (f"{BASE}:1", Settings(shared_packages=(BASE,)), set()),
    ],
)
def test_what_a_text_names_may_be_read_by_a_program_that_is_not_followed(
    text: str, settings: Settings, details: set[str]
) -> None:
    assert said(f"{LOGIN}./x.sh", {"y.txt": f"{text}\n"}, settings)[0] == details
    assert said(LOGIN, {"y.txt": f"{text}\n"}, settings)[0] == set()


@pytest.mark.parametrize(
    ("script", "details", "granted"),
    [
        (PUSH, {SAME.format(WEB)}, set()),
        (PULL, {SAME.format(WEB)}, set()),
        (OWN.format("x"), {SAME.format("crg.apkg.io/$BITBUCKET_WORKSPACE/x")}, set()),
        (
            OWN.format("$BITBUCKET_REPO_SLUG"),
            set(),
            {LINKED.format("crg.apkg.io/$BITBUCKET_WORKSPACE/$BITBUCKET_REPO_SLUG")},
        ),
        (
            "docker push crg.apkg.io/$BITBUCKET_REPO_FULL_NAME",
            set(),
            {LINKED.format("crg.apkg.io/$BITBUCKET_WORKSPACE/$BITBUCKET_REPO_SLUG")},
        ),
        ("docker push crg.apkg.io/acme/$X", set(), {LINKED.format("crg.apkg.io/acme/$X")}),
    ],
)
def test_one_package_is_none_of_each_repository_that_imports_the_pipeline(
    script: str, details: set[str], granted: set[str]
) -> None:
    assert said(f"{LOGIN}{script}", head=SHARED) == (details, granted)
    settled = Settings(own_packages=("crg.apkg.io/*",))
    assert said(f"{LOGIN}{script}", settings=settled, head=SHARED)[0] == details
