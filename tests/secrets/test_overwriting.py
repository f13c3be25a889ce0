"""A variable that every step sets before it is named is not used there: a bridge frees the stored secret."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from migrator import rulebook
from migrator.core.settings import Settings
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.secrets.references.records import Kind
from migrator.secrets.survey import Exported, Runs, Survey

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


@pytest.mark.parametrize("tree", FREE.values(), ids=FREE)
def test_behind_a_bridge_nothing_is_used(tmp_path: Path, tree: Mapping[str, str]) -> None:
    assert not uses(tmp_path, tree)


@pytest.mark.parametrize("tree", HELD.values(), ids=HELD)
def test_where_the_stored_value_may_arrive_it_is(tmp_path: Path, tree: Mapping[str, str]) -> None:
    assert any(kind is not Kind.MENTION for kind in uses(tmp_path, tree))


def test_a_known_value_is_the_stored_one_nevertheless(tmp_path: Path) -> None:
    settings = Settings(workspace="acme", repository="web", variables={"PACKAGES_PAT": "known", "PACKAGES_USER": "ada"})
    tree = files(pipelines("export X=1 PACKAGES_PAT_2=2", "./push.sh"), push=SCRIPT)
    assert uses(tmp_path, tree, settings)


def uses(root: Path, tree: Mapping[str, str], settings: Settings | None = None) -> list[Kind]:
    for path, text in tree.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    for command in (
        ["init", "--quiet", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=Ada", "-c", "user.email=ada@acme.invalid", "commit", "--quiet", "-m", "a change"],
    ):
        subprocess.run(["git", "-C", root, *command], check=True)
    with Objects(root) as objects:
        known = settings or Settings(workspace="acme", repository="web")
        survey = Survey(objects, rulebook.load(), known, Runs(), lambda text: Exported(None, text), tuple(refs(root)))
        (facts,), gaps = survey.refs(NAMES)
    assert not gaps
    return [one.kind for one in facts.found.references if one.kind.is_use]
