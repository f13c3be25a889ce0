"""Literal credentials in files that are not shell, or not followed at all, stand in no output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures_support import run

SHELLS = {
    "piped through what is not known": 'docker login -u ada -p "$(echo LITERAL | rev)" crg.apkg.io',
    "cut": 'P=LITERAL; docker login -u ada -p "${P%x}" crg.apkg.io',
    "of an array": 'P=(ada LITERAL); docker login -u ada -p "${P[1]}" crg.apkg.io',
    "read": 'read P <<< LITERAL; docker login -u ada -p "$P" crg.apkg.io',
}
SDK = 'import docker; docker.from_env().login(username="ada", registry="crg.apkg.io", '
RUN = 'import subprocess; subprocess.run(["docker", "login", "crg.apkg.io", "-u", "ada", '
PYTHON = {
    "escaped": SDK + 'password="\\x41LITERAL")',
    "joined": SDK + 'password="".join(["LITERAL"]))',
    "in a lambda": SDK + 'password=(lambda: "LITERAL")())',
    "in a comprehension": SDK + 'password=[one for one in ["LITERAL"]][0])',
    "among arguments": SDK + '**{"password": "LITERAL"})',
    "bytes": RUN + '"--password-stdin"], input=b"LITERAL")',
    "a list behind a list": RUN + '"-p"] + ["LITERAL"])',
    "elements of a list": RUN + '*["-p", "LITERAL"]])',
    "words of a text": 'import shlex, subprocess; subprocess.run(shlex.split("docker login crg.apkg.io -p LITERAL"))',
    "put in by a sign": 'import os; os.system("docker login -u ada -p %s crg.apkg.io" % "LITERAL")',
    "put in by a method": 'import os; os.system("docker login -u ada -p {} crg.apkg.io".format("LITERAL"))',
    "between texts": 'import os; os.system("docker login -u ada --password " + "LITERAL" + " crg.apkg.io")',
}
OTHERS = {
    "with blanks": 'system("docker", "login", "-u", "ada", "-p", "a LITERAL b", "crg.apkg.io")',
    "with a dollar sign": 'system("docker", "login", "-u", "ada", "-p", "$LITERAL", "crg.apkg.io")',
    "a regular expression": 'login("crg.apkg.io", /LITERAL/.source)',
    "a comment": "# login to crg.apkg.io with LITERAL",
    "a few characters": "login(user: 'ada', password: 'LITERAL', host: 'crg.apkg.io')",
    "words without quotes": "system(*%w[docker login -u ada LITERAL crg.apkg.io])",
}
FILES = {
    f"ci/{index}.{ending}": text
    for ending, texts in (("sh", SHELLS), ("py", PYTHON), ("rb", OTHERS))
    for index, text in enumerate(texts.values())
}
PROGRAMS = {"sh": "bash", "py": "python3", "rb": "ruby"}
LITERALS = {path: f"pw{number}X" for number, path in enumerate(FILES, start=10)}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each format says of all the files at once, each with a literal of its own."""
    root: Path = tmp_path_factory.mktemp("repository")
    (root / "ci").mkdir()
    steps = ""
    for path, text in FILES.items():
        (root / path).write_text(text.replace("LITERAL", LITERALS[path]) + "\n")
        steps += f"    - step:\n        script: [{PROGRAMS[path.rpartition('.')[2]]} {path}]\n"
    (root / "bitbucket-pipelines.yml").write_text(f"pipelines:\n  default:\n{steps}")
    formats = {name: run(["check", "--format", name], root).out for name in ("text", "json", "sarif", "html")}
    formats |= {f"trace of {path}": run(["explain", "--trace", f"{path}:1"], root).out for path in FILES}
    return formats | {"diff": (fixed := run(["fix", "--diff", "--unsafe-fixes"], root)).out + fixed.err}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path}: {FILES[path]}")
def test_a_literal_is_in_no_output_and_its_login_is_reported(shown: dict[str, str], path: str) -> None:
    assert f"{path}:1:" in shown["text"]
    assert "\nfinding\n" in shown[f"trace of {path}"]
    assert not [name for name, text in shown.items() if LITERALS[path] in text]
