"""A variable that every step sets before it is named is not used there: a bridge frees the stored secret."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from migrator.findings.settings import Settings
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.rulebook import reading as rulebook
from migrator.secrets.references.records import UseKind
from migrator.secrets.survey import Exported, RecentRuns, Survey

LINK = "\0link to "
NAMES = frozenset({"PACKAGES_PAT", "PACKAGES_USER"})
BRIDGE = 'export PACKAGES_USER="$BITBUCKET_PACKAGES_USERNAME" PACKAGES_PAT="$BITBUCKET_PACKAGES_TOKEN"'
SCRIPT = """\
#!/usr/bin/env bash
echo "$PACKAGES_PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin
docker push crg.apkg.io/acme/web:1
"""
PYTHON = """\
import os, subprocess
subprocess.run(["docker", "login", "crg.apkg.io", "-u", os.environ["PACKAGES_USER"], "--password-stdin"],
               input=os.environ["PACKAGES_PAT"], text=True, check=True)
"""
MAKEFILE = """\
push:
\t@echo "$(PACKAGES_PAT)" | docker login crg.apkg.io -u "$(PACKAGES_USER)" --password-stdin
"""
README = "Run ./push.sh with PACKAGES_PAT set, by hand.\n"


def pipelines(*items: str, more: str = "") -> str:
    script = "".join(f"          - {item}\n" for item in items)
    return f"pipelines:\n  default:\n    - step:\n        script:\n{script}{more}"


def files(pipeline: str, **others: str) -> dict[str, str]:
    named = {"push": "push.sh", "python": "push.py", "make": "Makefile", "readme": "README.md", "other": "other.sh"}
    return {"bitbucket-pipelines.yml": pipeline} | {named[key]: text for key, text in others.items()}


STEP = '    - step:\n        script: ["{}"]\n'
BRIDGED = pipelines(BRIDGE, "./push.sh")
FREE = {
    "a script": files(BRIDGED, push=SCRIPT),
    "a script that people run, too": files(BRIDGED, push=SCRIPT, readme=README),
    "a script that another script names, which no step runs": files(BRIDGED, push=SCRIPT, other="./push.sh\n"),
    "python": files(pipelines(BRIDGE, "python push.py"), python=PYTHON),
    "make": files(pipelines(BRIDGE, "make push"), make=MAKEFILE),
    "the step itself": files(
        pipelines(BRIDGE, 'echo "$PACKAGES_PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin')
    ),
    "a prefix": files(pipelines(BRIDGE.removeprefix("export ") + " ./push.sh"), push=SCRIPT),
    "two steps with a bridge each": files(
        pipelines(
            BRIDGE,
            "./push.sh",
            more="    - step:\n        script:\n          - " + BRIDGE + "\n          - ./push.sh\n",
        ),
        push=SCRIPT,
    ),
}
HELD = {
    "no bridge": files(pipelines("./push.sh"), push=SCRIPT),
    "a bridge behind the call": files(pipelines("./push.sh", BRIDGE), push=SCRIPT),
    "a bridge on one of two ways": files(pipelines(f'if [ "$X" ]; then {BRIDGE}; fi', "./push.sh"), push=SCRIPT),
    "a second step without a bridge": files(pipelines(BRIDGE, "./push.sh", more=STEP.format("./push.sh")), push=SCRIPT),
    "a second step that runs it by another script": files(
        pipelines(BRIDGE, "./push.sh", more=STEP.format("ruby deploy.rb")), push=SCRIPT, other="./push.sh\n"
    )
    | {"deploy.rb": "system('./other.sh')\n"},
    "a step that runs what is known only then": files(
        pipelines(BRIDGE, "./push.sh", more=STEP.format("bash $WHAT")), push=SCRIPT
    ),
    "a step of another kind of shell": files(
        pipelines(BRIDGE, "./push.sh", more="    - step:\n        runs-on: [windows]\n        script: [./push.sh]\n"),
        push=SCRIPT,
    ),
    "a pipe that is given the script": files(
        pipelines(BRIDGE, "./push.sh", "pipe: acme/run:1\n            variables: {SCRIPT: push.sh}"), push=SCRIPT
    ),
    "an after-script": files(pipelines(BRIDGE, more="        after-script: [./push.sh]\n"), push=SCRIPT),
    "a word in quotes beside an assignment": files(
        pipelines("PACKAGES_PAT=1 true; perl -e 'print $ENV{PACKAGES_PAT}'")
    ),
    "an import from elsewhere": files(BRIDGED + "  custom:\n    x: {import: ci:main:x}\n", push=SCRIPT),
    "a function that nobody calls": files(
        BRIDGED, push=SCRIPT + 'later() { curl -u "me:$PACKAGES_PAT" https://example.com; }\n'
    ),
    "more places than are kept, the last of them without a bridge": files(
        pipelines(BRIDGE, "./push.sh"),
        push=SCRIPT
        + 'echo "$PACKAGES_PAT" | cksum\n' * 60
        + "later() { curl -u me:$PACKAGES_PAT https://example.com; }\n",
    ),
    "a file of pipelines that cannot be read": files(BRIDGED, push=SCRIPT)
    | {"ci/more-pipelines.yml": "pipelines: [crg.apkg.io login\n"},
}


SECOND = {
    # what a second step runs without the bridge, and the file by which it comes to ci/push.sh or push.py
    "a pattern": ("bash ci/p*.sh", {}),
    "a pattern of words": ("bash ci/pu{sh,ll}.sh", {}),
    "a program by a pattern": ("./ci/p*", {}),
    "all of a folder": ("run-parts ci", {}),
    "each that is found": ("find . -type f -exec {} ';'", {}),
    "each that is listed": ("ls ci/*.sh | xargs -n1 bash", {}),
    "a loop": ('for f in ci/*; do "$f"; done', {}),
    "a file that is sourced by a pattern": (". ci/*.sh", {}),
    "a file that is sourced by a list": (". $(ls ci/*.sh)", {}),
    "a copy": ("cp -r ci /tmp/x; sh /tmp/x/p*", {}),
    "text for another program": ("perl -e 'system(\"sh ci/p*\")'", {}),
    "each bash that starts": ("BASH_ENV=ci/p* bash -c true", {}),
    "a program in Python that imports it": ("python -c 'import push'", {}),
    "standard input that imports it": ("echo 'import push' | python -", {}),
    "tests that import it": ("pytest", {"test_push.py": "import push\n"}),
    "a hook of git": ("git config core.hooksPath .hooks; git push", {".hooks/pre-push": "ci/push.sh\n"}),
    "a hook that another program puts there": ("npm ci; git push", {".husky/pre-push": "ci/push.sh\n"}),
    "a program's own file": ("pre-commit run -a", {".pre-commit-config.yaml": "hooks: [{entry: ci/push.sh}]\n"}),
    "a program that nobody lists": ("poe x", {"pyproject.toml": "x = './ci/push.sh'\n"}),
    "go generate": ("go generate ./...", {"x.go": "//go:generate ./ci/push.sh\n"}),
    "a script of npm's own": ("npm ci", {"package.json": '{"scripts": {"prepare": "ci/push.sh"}}\n'}),
}
PACKAGE = (
    '{"scripts": {"push": "docker login crg.apkg.io -u $PACKAGES_USER -p $PACKAGES_PAT", "prepare": "npm run push"}}'
)
LOGIN = 'echo "$PACKAGES_PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin'


def block(*lines: str) -> str:
    return pipelines("|\n" + "\n".join(f"              {line}" for line in lines))


def second(command: str) -> str:
    return f"    - step:\n        script:\n          - |\n            {command}\n"


HELD |= {
    f"a second step, {name}": {
        "bitbucket-pipelines.yml": pipelines(BRIDGE, "ci/push.sh", "python push.py", more=second(command)),
        "ci/push.sh": SCRIPT,
        "push.py": PYTHON,
        **more,
    }
    for name, (command, more) in SECOND.items()
}
HELD |= {
    "npm runs a script by itself": {
        "bitbucket-pipelines.yml": pipelines(BRIDGE, "npm run push", more=second("npm ci")),
        "package.json": PACKAGE,
    },
    "make with an option that is not known": files(
        pipelines(BRIDGE, "make push", more=second("make --trace push")), make=MAKEFILE
    ),
    "a link": files(pipelines(BRIDGE, "./push.sh", more=second("./deploy")), push=SCRIPT)
    | {"deploy": LINK + "push.sh"},
    "a link to a folder": {
        "bitbucket-pipelines.yml": pipelines(BRIDGE, "ci/push.sh", more=second("other/push.sh")),
        "ci/push.sh": SCRIPT,
        "other": LINK + "ci",
    },
    "another pipelines file that names nothing": files(BRIDGED, push=SCRIPT)
    | {"ci/more-pipelines.yml": "pipelines:\n  default:\n    - step:\n        script: ['bash $WHAT']\n"},
    "another pipelines file that names nothing and cannot be read": files(BRIDGED, push=SCRIPT)
    | {"ci/more-pipelines.yml": "pipelines: ['bash $WHAT'\n"},
    "more uses than are listed": files(
        pipelines(BRIDGE, LOGIN, more=second(f"{BRIDGE}; {LOGIN}") * 50 + second(LOGIN))
    ),
    "a trap that is set before": files(block(f"trap '{LOGIN}' EXIT".replace('"', ""), "make test", BRIDGE)),
    "an exported function": files(
        block(f"f() {{ {LOGIN}; }}", "export -f f", "find . -exec bash -c f ';'", BRIDGE, "f")
    ),
    "a function that a word which is not known may call": files(block(f"f() {{ {LOGIN}; }}", "$RUN", BRIDGE, "f")),
    "a pipe that keeps it in one of two ways": files(
        block("if [ $X ]; then shopt -s lastpipe; fi", f"true | {BRIDGE}", LOGIN)
    ),
    "a pipe that keeps it in a shell of its own": files(block("(shopt -s lastpipe)", f"true | {BRIDGE}", LOGIN)),
    "a return that leaves nothing": files(
        BRIDGED.replace(BRIDGE, "true"), push=f"if [ $X ]; then return; else {BRIDGE}; fi\n{LOGIN}\n"
    ),
    "a break that leaves nothing": files(block(f"if [ $X ]; then break; else {BRIDGE}; fi", LOGIN)),
    "a break of a function": files(
        block(f"f() {{ if [ $X ]; then break; else {BRIDGE}; fi; {LOGIN}; }}", "for i in 1; do f; done")
    ),
    "a group whose input is missing": files(block(f"{{ {BRIDGE}; }} < missing || true", LOGIN)),
    "an end whose input is missing": files(block(f"if [ $X ]; then exit < missing || true; else {BRIDGE}; fi", LOGIN)),
    "a program named like a builtin": files(block(f"if [ $X ]; then ./exit; else {BRIDGE}; fi", LOGIN)),
    "a builtin behind a wrapper": files(block(f"if [ $X ]; then sudo exit; else {BRIDGE}; fi", LOGIN)),
    "a function behind a wrapper": files(block(f"f() {{ {BRIDGE}; }}", "nohup f || true", LOGIN)),
    "a file that is sourced behind a wrapper": files(block("sudo . ./other.sh || true", LOGIN), other=BRIDGE + "\n"),
    "a comment that stands in for another word": files(
        pipelines("perl -e 'print $ENV{PACKAGES_PAT}'", "PACKAGES_PAT=x", ". ./other.sh"), other="# PACKAGES_PAT\r\n"
    ),
}
FREE |= {
    "a second step of programs that are not known": files(
        pipelines(BRIDGE, "./push.sh", more=second("npm ci && npm test; mvn -B verify -Dv=$V; pytest tests")),
        push=SCRIPT,
        readme=README,
    )
    | {"package.json": '{"scripts": {"test": "jest"}}\n', "package-lock.json": "{}" + " " * 300_000},
    "a second step that only looks at it": files(
        pipelines(BRIDGE, "./push.sh", more=second("chmod +x push.sh; ls -l push.sh; find . -name '*.orig'")),
        push=SCRIPT,
    ),
    "programs that run anything, behind the bridge": files(
        pipelines(BRIDGE, "./push.sh", "npm ci", "bash ci/*.sh", "ls | xargs -n1 sh"), push=SCRIPT
    ),
    "a function behind the bridge": files(block(BRIDGE, f"f() {{ {LOGIN}; }}", "f")),
    "a trap behind the bridge": files(block(BRIDGE, f"trap '{LOGIN}' EXIT".replace('"', ""), "make test")),
    "a pipe that keeps it": files(block("shopt -s lastpipe", f"true | {BRIDGE}", LOGIN)),
}
KEY = "//npm.apkg.io/acme/:"
NPM = {".npmrc": f"{KEY}username=${{PACKAGES_USER}}\n{KEY}_password=${{PACKAGES_PAT}}\n"}
YARN = {
    ".yarnrc.yml": "npmRegistryServer: https://npm.apkg.io/acme\nnpmAuthIdent: ${PACKAGES_USER}:${PACKAGES_PAT}\n",
}
GIVEN = BRIDGE.removeprefix("export ")
FREE |= {
    "a committed file of yarn": files(pipelines(f"{GIVEN} yarn install", f"{GIVEN} yarn test")) | YARN,
    "a committed file of npm": files(pipelines(f"{GIVEN} npm ci", "npm test", "echo done"))
    | {**NPM, "package.json": '{"scripts": {"test": "tsc"}}'},
    "a committed file and an export": files(pipelines(BRIDGE, "npm ci", "make")) | NPM,
}
HELD |= {
    "a committed file of yarn, and a second call": files(pipelines(f"{GIVEN} yarn install", "yarn test")) | YARN,
    "a committed file, and a second step": files(pipelines(f"{GIVEN} npm ci", more=STEP.format("npm ci"))) | NPM,
    "a committed file that no step reads": files(pipelines(BRIDGE, "echo npm")) | NPM,
    "a committed file, and a program that may start its client": files(pipelines(f"{GIVEN} npm ci", "mvn verify"))
    | NPM,
    "a committed file, and a script that nobody has read": files(pipelines(f"{GIVEN} npm ci", "npm test")) | NPM,
    "a committed file, and a script that starts its client": files(pipelines(f"{GIVEN} npm ci", "npm test"))
    | {**NPM, "package.json": '{"scripts": {"test": "npm ci"}}'},
    "a committed file, and another client": files(pipelines(f"{GIVEN} npm ci", "pnpm install")) | NPM,
    "a committed file, and a line beside it": files(pipelines(f"{GIVEN} npm ci", 'curl -u "$PACKAGES_PAT" x.example'))
    | NPM,
}
TREES = {f"free/{index}": tree for index, tree in enumerate(FREE.values())}
TREES |= {f"held/{index}": tree for index, tree in enumerate(HELD.values())}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[UseKind]]:
    """What each tree uses, by the name of its branch: all are branches of one repository, each without a parent."""
    return uses(tmp_path_factory.mktemp("trees"), TREES)


@pytest.mark.parametrize("index", range(len(FREE)), ids=FREE)
def test_behind_a_bridge_nothing_is_used(used: Mapping[str, list[UseKind]], index: int) -> None:
    assert not used[f"free/{index}"]


@pytest.mark.parametrize("index", range(len(HELD)), ids=HELD)
def test_where_the_stored_value_may_arrive_it_is(used: Mapping[str, list[UseKind]], index: int) -> None:
    assert used[f"held/{index}"]


def test_a_known_value_is_the_stored_one_nevertheless(tmp_path: Path) -> None:
    settings = Settings(workspace="acme", repository="web", variables={"PACKAGES_PAT": "known", "PACKAGES_USER": "ada"})
    tree = files(pipelines("export X=1 PACKAGES_PAT_2=2", "./push.sh"), push=SCRIPT)
    assert uses(tmp_path, {"main": tree}, settings)["main"]


def uses(
    root: Path,
    trees: Mapping[str, Mapping[str, str]],
    settings: Settings | None = None,
    names: Iterable[str] = NAMES,
) -> dict[str, list[UseKind]]:
    stream = bytearray()
    for branch, tree in trees.items():
        stream += f"commit refs/heads/{branch}\ncommitter Ada <ada@acme.invalid> 1700000000 +0000\ndata 0\n".encode()
        for path, text in tree.items():
            mode, data = ("120000", text.removeprefix(LINK)) if text.startswith(LINK) else ("100755", text)
            stream += f"M {mode} inline {path}\ndata {len(data.encode())}\n{data}\n".encode()
    subprocess.run(["git", "init", "--quiet", "--bare", root], check=True)
    subprocess.run(["git", "-C", root, "fast-import", "--quiet"], input=bytes(stream), check=True)
    with Objects(root) as objects:
        known = settings or Settings(workspace="acme", repository="web")
        survey = Survey(
            objects, rulebook.load(), known, RecentRuns(), lambda text: Exported(None, text), tuple(refs(root))
        )
        facts, gaps = survey.refs(frozenset(names))
    assert not gaps
    return {one.ref: [use.kind for use in one.found.references if use.kind.is_use] for one in facts}
