"""Generated programs in files that a step runs: what `fix` changes as safe does the same by the real make, just, npm
and Python, and only logins see the native token.

PATLESS_FUZZ=n raises the number of programs of each kind.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.differential import generating, harness
from tests.differential.test_generated import leaks
from tests.fixtures_support import run

FILE = "bitbucket-pipelines.yml"
EMAIL = "dev+ci@acme.example"
STORED = {"BB_EMAIL": EMAIL, "BB_PKG_TOKEN": 't*k$HOME\\t"q#z', "OTHER_TOKEN": "another"}
WORDS = {**STORED, "BB_PKG_TOKEN": "t-k_9.z"}
"""make pastes what it expands into the text that a shell reads, so that a token with a quote breaks any recipe."""
NATIVE = {"BITBUCKET_PACKAGES_USERNAME": "BB_EMAIL", "BITBUCKET_PACKAGES_TOKEN": "BB_PKG_TOKEN"}
_NAMES = re.compile("|".join(NATIVE))
PUSH = "docker push crg.apkg.io/acme/web:1"
Program = tuple[Mapping[str, str], str]
"""The files of a program, and the commands that run it."""


def shell(pick: random.Random, variable: Callable[[str], str] = lambda name: f"${name}") -> str:
    """A login, with other commands around it."""
    user, token = variable("BB_EMAIL"), variable("BB_PKG_TOKEN")
    login = pick.choice(
        [
            f'docker login -u "{user}" -p "{token}" crg.apkg.io',
            f'echo "{token}" | docker login -u "{user}" --password-stdin crg.apkg.io',
            f"docker login crg.apkg.io --username={user} --password={token}",
            f'[ -z "{token}" ] || docker login -u "{user}" -p "{token}" crg.apkg.io',
            f'bash -c \'docker login -u "{user}" -p "{token}" crg.apkg.io\'',
            *([f"docker login -u '{user}' -p '{token}' crg.apkg.io"] if "$(" in token else []),
            f'for i in 1 2; do docker login -u "{user}" -p "{token}" crg.apkg.io && break; done',
        ]
    )
    noise = [
        "true",
        f'curl -u "me:{token}" https://acme.example',
        f"printf '%s\\n' \"{variable('OTHER_TOKEN')}\"",
        f'T="{token}"; curl "{variable("T")}"',
        "cd .",
        "echo 'a\"b' \"c'd\"",
    ]
    return " && ".join(pick.sample([login, pick.choice(noise), PUSH], 3)) if pick.random() < 0.7 else login


def makefile(pick: random.Random) -> Program:
    def variable(name: str) -> str:
        return pick.choice([f"$({name})", f"${{{name}}}", f"$${name}", f"$${{{name}}}"])

    heads = [
        "",
        "BB_PKG_TOKEN ?= nothing\n",
        "export BB_PKG_TOKEN\n",
        "T = $(BB_PKG_TOKEN)\n",
        "OTHER_TOKEN = mine\n",
        "SHELL = /bin/bash\n",
        "OTHER_TOKEN := $(BB_PKG_TOKEN)\n",
        ".PHONY: push login\n",
        "# docker login\n",
        ".SILENT:\n",
    ]
    before = pick.choice(["", "\t@echo start\n", "\t-false\n", "\t@T=1; echo $$T\n", "\tcd sub && pwd\n"])
    middle = shell(pick, variable)
    if pick.random() < 0.3:
        middle = middle.replace(" && ", " && \\\n\t\t")
    more = pick.choice(["", " other", " | other"])
    text = "".join(pick.sample(heads, 2)) + f"push:{more}\n{before}\t{pick.choice(['', '@', '-', '+'])}{middle}\n"
    text += f"other:\n\t{shell(pick, variable)}\nsub/x:\n\ttrue\n"
    call = pick.choice(
        [
            "make push",
            "make",
            "make -s push",
            "make push other",
            f"make -s BB_EMAIL={EMAIL} push",
            f"BB_EMAIL={EMAIL} make push",
        ]
    )
    return {"Makefile": text, "sub/keep": ""}, call


def justfile(pick: random.Random) -> Program:
    heads = ["", 'host := "crg.apkg.io"\n', "# docker login\n", "token := 'mine'\n", "export T := 'x'\n"]
    before = pick.choice(["", "    @echo start\n", "    -false\n", "    echo {{host}}\n", "    cd sub\n    pwd\n"])
    needs = pick.choice(["", " other"])
    head = pick.choice(heads) + ('host := "x"\n' if "{{host}}" in before else "")
    text = f"{head}push:{needs}\n{before}    {pick.choice(['', '@', '-'])}{shell(pick)}\n\nother:\n    {shell(pick)}\n"
    return {"justfile": text, "sub/keep": ""}, pick.choice(["just push", "just", "just push other", "just -q push"])


def package(pick: random.Random) -> Program:
    scripts = {"push": pick.choice([shell(pick), "npm run other", "./push.sh", 'bash push.sh "a b"'])}
    for name in ("prepush", "postpush", "other", "test", "preother"):
        if pick.random() < 0.4 or name == "other":
            scripts[name] = shell(pick)
    text = json.dumps(
        {"name": "web", "scripts": scripts}, indent=pick.choice([None, 2]), ensure_ascii=pick.random() < 0.5
    )
    if pick.random() < 0.3:
        text = text.replace("$", "\\u0024").replace("/", "\\/")
    script = f'#!/bin/bash\necho "$#:$1"\n{shell(pick)}\n'
    calls = [
        "npm run push",
        "npm run-script push",
        "npm run push -- x 'y z'",
        "npm run -s push",
        "npm test",
        "npm run other x",
    ]
    return {"package.json": text, "push.sh": script}, pick.choice(calls)


def python(pick: random.Random) -> Program:
    text = generating.python(pick)
    if pick.random() < 0.2:
        text = text.replace("\n", "\r\n")
    return {"push.py": text}, f"python3 push.py\n{PUSH}"


KINDS: dict[str, tuple[Callable[[random.Random], Program], int]] = {
    "make": (makefile, 25),
    "just": (justfile, 25),
    "npm": (package, 12),
    "python": (python, 40),
}


@pytest.mark.parametrize("kind", KINDS)
def test_safe_fixes_of_generated_programs_change_nothing_but_who_logs_in(kind: str, tmp_path: Path) -> None:
    make, count = KINDS[kind]
    count = int(os.environ.get("PATLESS_FUZZ", count))
    pick = random.Random(f"{kind}-{os.environ.get('PATLESS_SEED', '')}")
    programs = [make(pick) for _ in range(count)]
    assert list(problems(programs, tmp_path, WORDS if kind == "make" else STORED)) == []


def problems(programs: list[Program], root: Path, stored: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with what `fix` makes of the programs, each of which is a repository's only one."""
    native = {name: stored[was] for name, was in NATIVE.items()}
    marked = {name: f"native-{value}" for name, value in native.items()}
    changed = 0
    for number, (files, call) in enumerate(programs):
        before, after = root / f"{number}-before", root / f"{number}-after"
        script = "".join(f"            {line}\n" for line in call.split("\n"))
        texts = {**files, FILE: f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{script}"}
        for tree in (before, after):
            for path, text in texts.items():
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                (tree / path).write_bytes(text.encode())
                (tree / path).chmod(0o755)
        outcome = run(["fix", "--no-config", *(["--style", "in-place"] if number % 3 else [])], after)
        new = {path: (after / path).read_bytes().decode() for path in texts}
        shown = f"{call}\n{json.dumps(files, indent=1)}"
        if "Traceback" in outcome.err:
            yield f"a traceback: {shown}"
        if new == texts:
            continue
        changed += 1
        kept = {name: value for name, value in stored.items() if name in "".join(new.values())}
        if observe(before, stored) != observe(after, {**kept, **native}):
            yield f"another behaviour: {shown}\nbecomes {json.dumps(new, indent=1)}"
        yield from (f"{one}: {shown}" for one in leaks(observe(after, {**kept, **marked})))
    if 20 * changed < len(programs):
        yield f"only {changed} of {len(programs)} programs are changed"


def observe(tree: Path, variables: Mapping[str, str]) -> list[harness.Observation]:
    """What is seen, but for the names of variables in a program's text, which make and npm show."""
    found = harness.observe(tree, variables, frozenset(STORED))
    return [replace(one, shells=tuple((code, _NAMES.sub(_stored, text)) for code, text in one.shells)) for one in found]


def _stored(match: re.Match[str]) -> str:
    return NATIVE[match[0]]
