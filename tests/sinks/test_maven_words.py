"""How Maven is called."""

from __future__ import annotations

import pytest

from migrator.sinks.maven_files import Address
from migrator.sinks.maven_words import told, words_of
from tests.flow.reading import command


@pytest.mark.parametrize(
    ("text", "properties"),
    [
        ("mvn", {}),
        ("mvn -Da=b", {"a": "b"}),
        ("mvn -D a=b=c", {"a": "b=c"}),
        ("mvn --define a=$X", {"a": "${X}"}),
        ("mvn --define=a=b", {"a": "b"}),
        ("mvn -Da", {"a": "true"}),
        ("mvn -Da=", {"a": ""}),
        ("mvn -Da=1 -Da=2", {"a": "2"}),
        ("mvn -P -Da=b", {}),
    ],
)
def test_properties_are_defined_in_every_form(text: str, properties: dict[str, str]) -> None:
    found = words_of(command(text))
    assert {name: value.symbol() for name, value in found.properties.items()} == properties


@pytest.mark.parametrize(
    ("text", "user", "others"),
    [
        ("mvn -s a deploy", ["a"], []),
        ("mvn -sa deploy", ["a"], []),
        ("mvn --settings a deploy", ["a"], []),
        ("mvn --settings=$X/a deploy", ["${X}/a"], []),
        ("mvn -s=a deploy", ["a"], []),
        ("mvn -s$X/a deploy", ["${X}/a"], []),
        ("mvn -gs$(x) deploy", [], [None]),
        ("mvn -D$X=b deploy", [], []),
        ("mvn -D$(x) deploy", [], []),
        ("mvn --define=$(x) deploy", [], []),
        ("mvn -T$X deploy", [], []),
        ("mvn -T$(x) deploy", [], []),
        ("mvn -s$(x) deploy", [None], []),
        ("mvn --settings=$(x) deploy", [None], []),
        ("mvn --settings= deploy", [""], []),
        ("mvn -D a=b deploy", [], []),
        ("mvn deploy -D", [], []),
        ("mvn deploy -P", [], []),
        ("mvn -gs a deploy", [], ["a"]),
        ("mvn -gsa deploy", [], ["a"]),
        ("mvn --global-settings a deploy", [], ["a"]),
        ("mvn -is a deploy", [], ["a"]),
        ("mvn -isa deploy", [], ["a"]),
        ("mvn --install-settings=a deploy", [], ["a"]),
        ("mvn deploy -s", [None], []),
        ("mvn -f -s deploy", [], []),
    ],
)
def test_files_of_settings_are_named_in_every_form(text: str, user: list[str | None], others: list[str | None]) -> None:
    found = words_of(command(text))
    assert [one.symbol() for one in found.user] == user
    assert [one.symbol() for one in found.others] == others
    assert found.goals == ("deploy",)


@pytest.mark.parametrize(
    ("text", "publishes"),
    [
        ("mvn deploy", True),
        ("mvn clean deploy -q", True),
        ("mvn org.apache.maven.plugins:maven-deploy-plugin:3.1.1:deploy-file", True),
        ("mvn deploy:deploy-file", True),
        ("mvn release:perform", True),
        ("mvn nexus-staging:close", True),
        ("mvn -pl deploy verify", False),
        ("mvn -Ddeploy verify", False),
        ("mvn verify", False),
        ("mvn deploying", False),
    ],
)
def test_some_goals_publish(text: str, publishes: bool) -> None:
    assert words_of(command(text)).publishes is publishes


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("mvn deploy", 0),
        ("mvn $X", 1),
        ("mvn -P $X", 0),
        ("mvn $(x)", 1),
        ("if x; then A=-s; else A=-q; fi\nmvn $A", 1),
        ("mvn --$(x)", 0),
        ("mvn -P$X", 0),
        ("mvn $X $Y", 2),
        ("export MAVEN_ARGS=-q\nmvn", 0),
        ("export MAVEN_ARGS=\nmvn", 0),
        ("export MAVEN_ARGS='-s a'\nmvn", 1),
        ("export MAVEN_ARGS=$X\nmvn", 1),
        ("export MAVEN_ARGS='-q '$X\nmvn", 1),
        ("export MAVEN_ARGS=-Da=$X\nmvn", 0),
        ("export MAVEN_OPTS=$MAVEN_OPTS' -Xmx1g'\nmvn", 0),
        ("export MAVEN_ARGS=$(x)\nmvn", 1),
        ("export MAVEN_OPTS=-Denv.A=b\nmvn", 1),
        ("export JAVA_TOOL_OPTIONS=-Dorg.apache.maven.user-settings=a\nmvn", 1),
        ("export OTHER='-s a'\nmvn", 0),
    ],
)
def test_words_that_may_name_other_settings_are_doubts(text: str, doubts: int) -> None:
    assert len(words_of(command(text)).doubts) == doubts


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("mvn deploy", []),
        ("mvn -DaltDeploymentRepository=a::https://b", [("a", "https://b")]),
        ("mvn -DaltReleaseDeploymentRepository=a::default::https://b", [("a", "https://b")]),
        ("mvn -DaltSnapshotDeploymentRepository=a::https://b", [("a", "https://b")]),
        ("mvn -DaltDeploymentRepository=$(x)", []),
        ("mvn -Durl=https://b -DrepositoryId=a", [("a", "https://b")]),
        ("mvn -Durl=https://b", [("remote-repository", "https://b")]),
        ("mvn -Durl=$(x) -DrepositoryId=$(y)", [("", "")]),
        ("mvn -DrepositoryId=a", []),
    ],
)
def test_words_name_repositories(text: str, addresses: list[tuple[str, str]]) -> None:
    assert [*told(words_of(command(text)))] == [Address(name, url, False) for name, url in addresses]
