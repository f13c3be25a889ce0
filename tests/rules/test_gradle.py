"""The real Gradle, before and after `fix`, and a repository that writes down who asks.

Debian's Gradle is old, and knows no credentials by the name of a repository; what it reads from variables, options, and
files of properties has not changed since
(https://docs.gradle.org/current/userguide/build_environment.html#sec:project_properties).
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

HOST = "maven.apkg.io"
STORED = {"PKG_USER": "dev@acme.example", "PKG_PAT": "stored t*ken="}
NATIVE = {"BITBUCKET_PACKAGES_USERNAME": "native user", "BITBUCKET_PACKAGES_TOKEN": "native $t*ken'\"=x"}
PAIR, NATIVE_PAIR = ":".join(STORED.values()), ":".join(NATIVE.values())
BUILD = """repositories {{
  maven {{
    url = "https://maven.apkg.io/acme"
    credentials {{
      username = {}
      password = {}
    }}
  }}
}}
configurations {{ base }}
dependencies {{ base "com.acme:base:1" }}
task build {{ doLast {{ configurations.base.files }} }}
"""
PROPERTIES = BUILD.format('findProperty("pkgUser")', 'project.property("pkgPass")')
COMMITTED = {"gradle.properties": "pkgUser=old\npkgPass=committed\n"}
GRADLE = "gradle --no-daemon -q build"
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"


@pytest.fixture
def repository() -> Iterator[tuple[str, list[str]]]:
    with recording() as made:
        yield made


@pytest.mark.parametrize(
    ("script", "build"),
    [
        (f'{GRADLE} "-PpkgPass=$PKG_PAT"', BUILD.format('System.getenv("PKG_USER")', 'findProperty("pkgPass")')),
        (
            'mkdir ~/.gradle\nprintf "pkgUser=%s\\npkgPass=%s\\n" "$PKG_USER" "$PKG_PAT" '
            f"> ~/.gradle/gradle.properties\n{GRADLE}",
            PROPERTIES,
        ),
    ],
    ids=["option", "home"],
)
def test_what_arrives_is_the_native_pair_where_the_stored_one_did(
    script: str, build: str, repository: tuple[str, list[str]], tmp_path: Path
) -> None:
    """What a committed file of properties says loses against both."""
    files = {"build.gradle": build, **COMMITTED}
    verdict, fixed = _fixed(script, files)
    assert verdict == "unsafe"
    assert _sent(script, files, STORED, repository, tmp_path / "before") == {f"Basic {PAIR}"}
    assert _sent(fixed, files, {**STORED, **NATIVE}, repository, tmp_path / "after") == {f"Basic {NATIVE_PAIR}"}


def test_a_variable_wins_over_a_committed_property(repository: tuple[str, list[str]], tmp_path: Path) -> None:
    files = {"build.gradle": PROPERTIES, **COMMITTED}
    script = f'export ORG_GRADLE_PROJECT_pkgUser="$PKG_USER" ORG_GRADLE_PROJECT_pkgPass="$PKG_PAT"\n{GRADLE}'
    _, fixed = _fixed(script, files)
    assert _sent(fixed, files, {**STORED, **NATIVE}, repository, tmp_path) == {f"Basic {NATIVE_PAIR}"}


def _sent(
    script: str, files: dict[str, str], variables: dict[str, str], repository: tuple[str, list[str]], folder: Path
) -> set[str]:
    """The credentials that arrive while a script runs in a repository with these files."""
    address, asked = repository
    (folder / "home").mkdir(parents=True)
    for path, text in files.items():
        (folder / path).write_text(text.replace(f"https://{HOST}", address))
    options = f"{QUICK} -Duser.home={folder / 'home'}"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "JAVA_OPTS": options, **variables}
    asked.clear()
    done = subprocess.run(
        ["bash", "-ec", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert asked, done.stdout + done.stderr
    return set(asked)


def _fixed(script: str, files: dict[str, str]) -> tuple[str, str]:
    """The verdict, and the script as `fix --unsafe-fixes` leaves it; no other file changes."""
    if not shutil.which("gradle"):
        (pytest.fail if os.environ.get("PATLESS_REQUIRE_ALL") == "1" else pytest.skip)("gradle is not installed")
    head = "pipelines:\n  default:\n    - step:\n        script:\n          - |\n"
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    given = {PATH: f"{head}{lines}", **files}
    report = report_on({path: text.encode() for path, text in given.items()})
    changes = planned(report, unsafe=True).changes
    assert {one.path for one in changes} <= {PATH}
    text = changes[0].after.decode().removeprefix(head) if changes else lines
    (verdict,) = {one.verdict.value for one in report.findings}
    return verdict, "\n".join(line.removeprefix(" " * 12) for line in text.splitlines())
