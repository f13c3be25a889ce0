"""The script that starts a build tool is the tool, for all that is known of that; any other script is followed."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step

GRADLE = '#!/bin/sh\neval "set -- $JAVA_OPTS"\nexec "$JAVACMD" -classpath gradle/wrapper/gradle-wrapper.jar "$@"\n'
MAVEN = '#!/bin/sh\n. .mvn/wrapper/maven-wrapper.properties\nexec java MavenWrapperMain "$@"\n'
LOGIN = 'echo "$T" | docker login -u "$U" --password-stdin crg.apkg.io\n'


def said(name: str, text: str) -> list[str]:
    """The assumptions on what runs after a login, and the reasons about it."""
    files = {PATH: step(LOGIN.strip(), "docker push crg.apkg.io/acme/web:1", f"./{name} check"), name: text}
    (one,) = report_on({path: text.encode() for path, text in files.items()}).findings
    return [*one.assumptions, *(reason.code for reason in one.reasons)]


@pytest.mark.parametrize(("name", "text"), [("gradlew", GRADLE), ("mvnw", MAVEN)])
def test_one_that_starts_the_tool_is_taken_for_it(name: str, text: str) -> None:
    linked = "crg.apkg.io/acme/web is linked to this repository"
    assert said(name, text) == [linked, f"`{name} check` uses only packages linked to this repository"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gradlew", GRADLE.replace("gradle-wrapper.jar", "x.jar")),
        ("build.sh", GRADLE),
        ("gradlew", f"{GRADLE}# docker login\n"),
        ("gradlew", f"{GRADLE}# crg.apkg.io\n"),
    ],
)
def test_any_other_is_followed(name: str, text: str) -> None:
    assert f"`{name} check` uses only packages linked to this repository" not in said(name, text)
