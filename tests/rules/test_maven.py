"""The real Maven, before and after `fix`, and a repository that writes down who asks.

Maven is made to look for a parent, which takes no plugin: it finds the credential by the id of the repository in the
same way for everything that it reads or publishes (https://maven.apache.org/settings.html#servers).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.memory import PATH, planned, report_on
from tests.rules.recording import recording

STORED = {"PKG_USER": "dev@acme.example", "PKG_PAT": "stored t*ken="}
NATIVE = {"BITBUCKET_PACKAGES_USERNAME": "native user", "BITBUCKET_PACKAGES_TOKEN": "native $t*ken'\"=\\x"}
PAIR, NATIVE_PAIR = ":".join(STORED.values()), ":".join(NATIVE.values())
HOST = "maven.apkg.io"
REPOSITORY = "<repository><id>{}</id><url>https://{}/acme</url></repository>"
POM = (
    "<project><modelVersion>4.0.0</modelVersion>"
    "<parent><groupId>com.acme</groupId><artifactId>base</artifactId><version>1</version></parent>"
    "<artifactId>web</artifactId><repositories>"
    f"{REPOSITORY.format('packages', HOST)}{REPOSITORY.format('central', 'repo.acme.example')}"
    "</repositories></project>"
)
SETTINGS = (
    "<settings><servers><server><id>packages</id><username>{}</username><password>{}</password></server>"
    "</servers></settings>"
)
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"


@pytest.fixture
def repository() -> Iterator[tuple[str, list[str]]]:
    with recording() as made:
        yield made


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (
            'mvn -B -s settings.xml "-Dt=$PKG_PAT" validate',
            {"settings.xml": SETTINGS.format("${env.PKG_USER}", "${t}")},
        ),
        (
            f"mkdir -p ~/.m2\ncat > ~/.m2/settings.xml <<EOF\n{SETTINGS.format('$PKG_USER', '${PKG_PAT}')}\nEOF\n"
            'mvn -B -s "$HOME/.m2/settings.xml" validate',
            {},
        ),
    ],
    ids=["committed", "written"],
)
def test_what_arrives_is_the_native_pair_where_the_stored_one_did(
    script: str, files: dict[str, str], repository: tuple[str, list[str]], tmp_path: Path
) -> None:
    if not shutil.which("mvn"):
        (pytest.fail if os.environ.get("PATLESS_REQUIRE_ALL") == "1" else pytest.skip)("mvn is not installed")
    given = {"pom.xml": POM, **files}
    fixed = _fixed(script, given)
    assert _sent(script, given, STORED, repository, tmp_path / "before") == {f"Basic {PAIR}"}
    assert _sent(fixed, given, NATIVE, repository, tmp_path / "after") == {f"Basic {NATIVE_PAIR}"}


def _sent(
    script: str, files: dict[str, str], variables: dict[str, str], repository: tuple[str, list[str]], folder: Path
) -> set[str]:
    """The credentials that arrive while a script runs in a repository with these files."""
    address, asked = repository
    (folder / "home").mkdir(parents=True)
    for path, text in files.items():
        moved = text.replace(f"https://{HOST}", address).replace("https://repo.acme.example", address)
        (folder / path).write_text(moved)
    options = f"{QUICK} -Duser.home={folder / 'home'}"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "MAVEN_OPTS": options, **variables}
    asked.clear()
    done = subprocess.run(
        ["bash", "-ec", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert asked, done.stdout + done.stderr
    return set(asked)


def _fixed(script: str, files: dict[str, str]) -> str:
    """The script as `fix --unsafe-fixes` leaves it; no other file changes."""
    head = "pipelines:\n  default:\n    - step:\n        script:\n          - |\n"
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    given = {PATH: f"{head}{lines}", **files}
    report = report_on({path: text.encode() for path, text in given.items()})
    (changed,) = planned(report, unsafe=True).changes
    assert changed.path == PATH
    text = changed.after.decode().removeprefix(head)
    return "\n".join(line.removeprefix(" " * 12) for line in text.splitlines())
