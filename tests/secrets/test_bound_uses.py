"""What a build reads through a file is a use of the stored variable, until each call is given another value."""

from __future__ import annotations

from pathlib import Path

import pytest

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
FREE = {
    "the call is given others": pipelines(f"{BIND} {CALL}"),
    "the script sets others": pipelines(f"export {BIND}", CALL),
    "a second step that reads other settings": pipelines(f"{BIND} {CALL}", more=second("mvn -B verify")),
}
HELD = {
    "the call as it was": pipelines(CALL),
    "a second call": pipelines(f"{BIND} {CALL}", CALL),
    "a second step": pipelines(f"{BIND} {CALL}", more=second(CALL)),
    "a program that is told the file": pipelines(f"{BIND} {CALL}", more=second("ruby x.rb ci/s.xml")),
    "one half": pipelines(f'PACKAGES_USER="$BITBUCKET_PACKAGES_USERNAME" {CALL}'),
    "a branch": pipelines(f'if [ "$X" ]; then export {BIND}; fi', CALL),
    "a program that nobody knows": pipelines(f"{BIND} {CALL}", more=second('"$WHAT" deploy')),
}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    trees = {
        f"{kind}{number}": {"bitbucket-pipelines.yml": text, "pom.xml": POM, "ci/s.xml": SETTINGS}
        for kind, cases in (("free", FREE), ("held", HELD))
        for number, text in enumerate(cases.values())
    }
    found = uses(tmp_path_factory.mktemp("trees"), trees)
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
