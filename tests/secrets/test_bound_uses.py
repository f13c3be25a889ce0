"""What a build reads through a file is a use of the stored variable, until each call is given another value."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.secrets.references.records import UseKind
from tests.secrets.test_overwriting import NAMES as STORED
from tests.secrets.test_overwriting import pipelines, second, uses

POM = (
    "<project><groupId>com.acme</groupId><artifactId>web</artifactId><distributionManagement><repository>"
    "<id>bb</id><url>https://maven.apkg.io/acme</url></repository></distributionManagement></project>\n"
)
SERVER = (
    "<server><id>bb</id>\n<username>${env.PACKAGES_USER}</username>\n<password>${env.PACKAGES_PAT}</password></server>"
)
SETTINGS = f"<settings><servers>{SERVER}</servers></settings>\n"
BIND = 'PACKAGES_USER="$BITBUCKET_PACKAGES_USERNAME" PACKAGES_PAT="$BITBUCKET_PACKAGES_TOKEN"'
CALL = "mvn -s ci/s.xml deploy"
FILES = {"pom.xml": POM, "ci/s.xml": SETTINGS}
AT = "publishing { repositories { maven { url = 'https://maven.apkg.io/acme'; CREDENTIALS } } }\n"
BUILD = {
    "build.gradle": AT.replace(
        "CREDENTIALS",
        "credentials { username = System.getenv('PACKAGES_USER')\npassword = System.getenv('PACKAGES_PAT') }",
    )
}
NAMED = {"build.gradle": AT.replace("CREDENTIALS", "name = 'bb'; credentials(PasswordCredentials)")}
PUBLISH = "./gradlew publish"
PROJECT = "ORG_GRADLE_PROJECT_bb"
GIVEN = f'{PROJECT}Username="$BITBUCKET_PACKAGES_USERNAME" {PROJECT}Password="$BITBUCKET_PACKAGES_TOKEN" {PUBLISH}'
UPLOAD = "twine upload --repository-url https://pypi.apkg.io/acme d/*"
UPLOADED = 'TWINE_USERNAME="$BITBUCKET_PACKAGES_USERNAME" TWINE_PASSWORD="$BITBUCKET_PACKAGES_TOKEN" '
PACKAGE = {"setup.cfg": "[metadata]\n"}
NAMES = (
    (NAMED, (f"{PROJECT}Username", f"{PROJECT}Password")),
    (PACKAGE, ("TWINE_USERNAME", "TWINE_PASSWORD")),
)
"""What a client takes by names of its own, which no file names."""
FREE = {
    "the call is given others": (pipelines(f"{BIND} {CALL}"), FILES),
    "the script sets others": (pipelines(f"export {BIND}", CALL), FILES),
    "a second step that reads other settings": (pipelines(f"{BIND} {CALL}", more=second("mvn -B verify")), FILES),
    "a build file": (pipelines(f"{BIND} {PUBLISH}"), BUILD),
    "properties that nobody names": (pipelines(GIVEN), NAMED),
    "an upload that is given others": (pipelines(UPLOADED + UPLOAD, "make"), PACKAGE),
    "one behind a wrapper": (pipelines(f"{UPLOADED}timeout 60 {UPLOAD}"), PACKAGE),
}
HELD = {
    "the call as it was": (pipelines(CALL), FILES),
    "a second call": (pipelines(f"{BIND} {CALL}", CALL), FILES),
    "a second step": (pipelines(f"{BIND} {CALL}", more=second(CALL)), FILES),
    "a program that is told the file": (pipelines(f"{BIND} {CALL}", more=second("ruby x.rb ci/s.xml")), FILES),
    "one half": (pipelines(f'PACKAGES_USER="$BITBUCKET_PACKAGES_USERNAME" {CALL}'), FILES),
    "a branch": (pipelines(f'if [ "$X" ]; then export {BIND}; fi', CALL), FILES),
    "a program that nobody knows": (pipelines(f"{BIND} {CALL}", more=second('"$WHAT" deploy')), FILES),
    "a build file, and a call as it was": (pipelines(f"{BIND} {PUBLISH}", PUBLISH), BUILD),
    "a build file, and another task": (pipelines(f"{BIND} {PUBLISH}", more=second("./gradlew test")), BUILD),
    "properties, and a call as it was": (pipelines(GIVEN, PUBLISH), NAMED),
    "properties, and a call as it was in the same line": (pipelines(f"{GIVEN}; {PUBLISH}"), NAMED),
    "an upload as it was": (pipelines(UPLOAD), PACKAGE),
    "an upload as it was behind another": (pipelines(UPLOADED + UPLOAD, UPLOAD), PACKAGE),
    "an upload as it was in the same line": (pipelines(f"{UPLOADED}{UPLOAD}; {UPLOAD}"), PACKAGE),
    "an upload in a script": (pipelines(UPLOADED + UPLOAD, "sh ci.sh"), PACKAGE | {"ci.sh": "twine upload d/*\n"}),
    "an upload that sudo runs": (pipelines(f"{UPLOADED}sudo {UPLOAD}"), PACKAGE),
}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    trees: dict[frozenset[str], dict[str, dict[str, str]]] = {}
    for kind, cases in (("free", FREE), ("held", HELD)):
        for number, (text, files) in enumerate(cases.values()):
            own = frozenset(next((names for known, names in NAMES if known.items() <= files.items()), STORED))
            trees.setdefault(own, {})[f"{kind}{number}"] = {"bitbucket-pipelines.yml": text, **files}
    found: dict[str, list[UseKind]] = {}
    for names, each in trees.items():
        found |= uses(tmp_path_factory.mktemp("trees"), each, names=names)
    return {name: [str(kind) for kind in kinds] for name, kinds in found.items()}


@pytest.mark.parametrize("number", range(len(FREE)), ids=FREE)
def test_a_name_that_no_call_finds_the_stored_value_by_is_no_use(used: dict[str, list[str]], number: int) -> None:
    assert used[f"free{number}"] == []


@pytest.mark.parametrize("number", range(len(HELD)), ids=HELD)
def test_a_name_by_which_one_may_find_it_is(used: dict[str, list[str]], number: int) -> None:
    assert used[f"held{number}"]


def test_a_name_that_is_written_into_the_step_is_the_stored_variable(tmp_path: Path) -> None:
    script = f"cat > s.xml <<EOF\n{SETTINGS.replace('env.', '')}EOF\nmvn -s s.xml deploy"
    text = pipelines("|\n" + "".join(f"            {line}\n" for line in script.splitlines()))
    assert uses(tmp_path, {"main": {"bitbucket-pipelines.yml": text, "pom.xml": POM}})["main"] == ["shell", "shell"]
