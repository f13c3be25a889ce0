"""What a login reads that somebody has to store: nothing where something that was not read may set it."""

from __future__ import annotations

import pytest

from migrator.engine.needed import needed
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.names import ROOT
from migrator.platforms.bitbucket.pipelines import RUN
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.rulebook import reading as rulebook
from tests.memory import Memory

BOOK = rulebook.load()
LOGIN = 'docker login crg.apkg.io -u "$WHO" -p "$PAT"'


def names(text: str, **files: str) -> set[str]:
    every = {ROOT: text, **{name.replace("__", "/").replace("_sh", ".sh"): one for name, one in files.items()}}
    view = Memory({path: one.encode() for path, one in every.items()})
    settings = Settings(workspace="acme", repository="web")
    return {place.name for place in needed(view, [ROOT], BOOK, settings, BITBUCKET, RUN)}


def step(*script: str, more: str = "") -> str:
    items = "".join(f"          - |\n            {one}\n" for one in script)
    return f"pipelines:\n  default:\n    - step:\n{more}        script:\n{items}"


@pytest.mark.parametrize(
    "script",
    [
        ("docker login crg.apkg.io -u ${WHO:-ci} -p ${PAT:-}",),
        ("docker login crg.apkg.io -u ${WHO-ci} -p ${PAT-}",),
        (": ${PAT:=x} ${WHO:=y}", LOGIN),
        ("WHO=ci PAT=$(cat pat)", LOGIN),
        ("read -r WHO PAT < pat", LOGIN),
        ("test -f x && PAT=x WHO=y", LOGIN),
        ("A=WHO B=PAT", 'docker login crg.apkg.io -u "${!A}" -p "${!B}"'),
        ("source ./env.sh", LOGIN),
        (". /run/secrets/env", LOGIN),
        ('eval "$(get-credentials)"', LOGIN),
        ("set -a; source .env; set +a", LOGIN),
        ("export $(cat .env | xargs)", LOGIN),
        ("source <(get-credentials)", LOGIN),
        ('while read -r line; do export "$line"; done < .env', LOGIN),
        ('if [ "$BITBUCKET_BRANCH" = main ]; then PAT=x WHO=y; fi', LOGIN),
        (f'if [ -n "$PAT" ] && [ -n "$WHO" ]; then {LOGIN}; fi',),
        (f'[ -z "$PAT$WHO" ] || {LOGIN}',),
        (f'test -n "$PAT" && test -n "$WHO" && {LOGIN}',),
        ("for PAT in a b; do for WHO in c; do " + LOGIN + "; done; done",),
        (f"env -i bash -c '{LOGIN}'",),
        (f"su - ci -c '{LOGIN}'",),
        (f"ssh host '{LOGIN}'",),
        ('docker login crg.apkg.io -u "$BITBUCKET_REPO_OWNER" -p "$BITBUCKET_STEP_OIDC_TOKEN"',),
        ('docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"',),
        ('docker login registry.example.com -u "$WHO" -p "$PAT"',),
        ("docker login crg.apkg.io -u ci -p ${PAT:+x}",),
        ('echo "$WHO $PAT crg.apkg.io"',),
        ("printf -v PAT %s x; printf -v WHO %s y", LOGIN),
        ("mapfile -t PAT < pat; mapfile -t WHO < who", LOGIN),
        ('eval "$(direnv export bash)"', LOGIN),
        (f"doppler run -- bash -c '{LOGIN}'",),
        (f"op run --env-file .env -- bash -c '{LOGIN}'",),
        (f"docker run docker:cli sh -c '{LOGIN}'",),
        ("export BASH_ENV=./env.sh", f"bash -c '{LOGIN}'"),
        (f'case "$PAT$WHO" in "") echo none;; *) {LOGIN};; esac',),
        ("T=$PAT U=$WHO", f'if [ -n "$T$U" ]; then {LOGIN}; fi'.replace("$WHO", "$U").replace("$PAT", "$T")),
        ('f() { [ -z "$1$2" ] || docker login crg.apkg.io -u "$1" -p "$2"; }', 'f "$WHO" "$PAT"'),
        ('docker login crg.apkg.io -u "${WHO%x}" -p "${PAT%x}"',),
        (f"(unset PAT WHO; {LOGIN})",),
        (f'[ "$PAT$WHO" != none ] && {LOGIN}',),
        (f'test "$PAT$WHO" != none && {LOGIN}',),
        (f"[[ $PAT$WHO != none ]] && {LOGIN}",),
        (f"if [[ $PAT ]]; then {LOGIN}; fi",),
        (f"if [[ -v PAT ]]; then {LOGIN}; fi",),
        (f"if printenv PAT > /dev/null; then {LOGIN}; fi",),
        ("env | grep -q ^PAT= || exit 0", LOGIN),
        ('[ -z "$PAT" ] && exit 0', LOGIN),
        ('has() { [ -n "$PAT" ]; }', f"if has; then {LOGIN}; fi"),
        ('for k in WHO PAT; do export "$k=$(get "$k")"; done', LOGIN),
    ],
    ids=str,
)
def test_what_may_have_a_value_from_elsewhere_is_not_needed(script: tuple[str, ...]) -> None:
    assert names(step(*script)) == set()


@pytest.mark.parametrize(
    "more",
    ["        runs-on: [self.hosted, linux.shell]\n", "        runs-on: [self.hosted, ours]\n"],
)
def test_a_machine_of_one_s_own_may_have_variables_of_its_own(more: str) -> None:
    assert names(step(LOGIN, more=more)) == set()


def test_whoever_starts_a_pipeline_gives_what_it_declares() -> None:
    text = step(LOGIN).replace("  default:\n", "  custom:\n    release:\n    - variables: [{name: PAT}]\n")
    assert names(text) == {"WHO"}


def test_what_only_others_run_is_not_needed_here() -> None:
    text = step(LOGIN).replace("pipelines:\n  default:\n", "definitions:\n  pipelines:\n   x:\n")
    assert names("export: true\n" + text) == set()


def test_a_step_that_nothing_runs_is_not_needed() -> None:
    text = step(LOGIN).replace("pipelines:\n  default:\n", "definitions:\n  steps:\n")
    assert names(text + "pipelines: {default: [step: {script: [make]}]}\n") == set()


def test_a_script_of_the_repository_that_sets_it_is_seen() -> None:
    text = step("source ci/env.sh", LOGIN)
    assert names(text, ci__env_sh="WHO=ci\nPAT=$(cat pat)\n") == set()
    assert names(text, ci__env_sh="WHO=ci\n") == {"PAT"}


@pytest.mark.parametrize(
    "script",
    [
        (LOGIN,),
        ('echo "$PAT" | docker login crg.apkg.io -u "$WHO" --password-stdin',),
        ('docker login crg.apkg.io -u "${WHO:?}" -p "${PAT:?is missing}"',),
        ('test -n "$PAT" || exit 1', LOGIN),
        ('U="$WHO" T="$PAT"', 'docker login crg.apkg.io -u "$U" -p "$T"'),
        ('U="$WHO" T="$PAT"', '[ -n "$T" ] || exit 1', 'docker login crg.apkg.io -u "$U" -p "$T"'),
        (f"bash -c '{LOGIN}'",),
        (f'if [ "$BITBUCKET_BRANCH" = main ]; then {LOGIN}; fi',),
        ("make build", "npm ci", LOGIN),
        ("docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN", LOGIN),
        ('[ -n "$OTHER" ] || exit 0', 'echo "$PAT_OF_X"', "# PAT", LOGIN),
        ('skopeo copy --dest-creds "$WHO:$PAT" docker-archive:x docker://crg.apkg.io/acme/web:1',),
        ('f() { docker login crg.apkg.io -u "$1" -p "$2"; }', 'f "$WHO" "$PAT"'),
    ],
    ids=str,
)
def test_what_a_login_reads_and_nothing_sets_is_needed(script: tuple[str, ...]) -> None:
    assert names(step(*script)) == {"WHO", "PAT"}


LAUNCHED = "login:\n\tdocker login crg.apkg.io -u $(WHO) -p $(PAT)\n"


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("make login", {"Makefile": f"-include .env\n{LAUNCHED}"}),
        ("make login", {"Makefile": f"WHO ?= ci\nPAT ?= x\n{LAUNCHED}"}),
        ("make login $ARGS", {"Makefile": LAUNCHED}),
        ("just login", {"justfile": f"set dotenv-load\nlogin:\n  {LOGIN}\n"}),
        ("chamber exec service -- ./ci/login.sh", {"ci__login_sh": f"{LOGIN}\n"}),
        ("./ci/login.sh", {"ci__login_sh": f'#!/bin/sh\n[ -n "$PAT" ] || exit 0\n{LOGIN}\n'}),
        (
            "python login.py",
            {
                "login.py": "import os, subprocess\nfrom dotenv import load_dotenv\nload_dotenv()\n"
                "subprocess.run(['docker', 'login', 'crg.apkg.io', '-u', os.environ['WHO'], '-p', os.environ['PAT']])\n"
            },
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_file_that_a_step_runs_may_be_given_more(script: str, files: dict[str, str]) -> None:
    assert names(step(script), **files) == set()


def test_a_makefile_reads_what_nothing_sets() -> None:
    assert names(step("make login"), Makefile=LAUNCHED) == {"WHO", "PAT"}
    assert names(step("make login WHO=ci"), Makefile=LAUNCHED) == {"PAT"}


def test_a_script_that_cannot_be_read_says_nothing_and_the_other_one_of_its_step_does() -> None:
    after = f"        after-script:\n          - {LOGIN}\n"
    assert names(step("if [", LOGIN)) == set()
    assert names(step("if [") + after) == {"WHO", "PAT"}


def test_a_justfile_reads_what_nothing_sets() -> None:
    assert names(step("just login"), justfile=f"login:\n  {LOGIN}\n") == {"WHO", "PAT"}


def test_a_script_of_package_json_reads_what_nothing_sets() -> None:
    package = '{"scripts": {"login": "docker login crg.apkg.io -u $WHO -p $PAT"}}'
    assert names(step("npm run login"), **{"package.json": package}) == {"WHO", "PAT"}


def test_the_host_is_needed_too() -> None:
    assert names(step('docker login "$REGISTRY" -u "$WHO" -p "$PAT"')) == set()
    assert names("# crg.apkg.io\n" + step('docker login docker.io -u "$WHO" -p "$PAT"')) == set()
    text = "# crg.apkg.io\n" + step('docker login "$REGISTRY" -u "$WHO" -p "$PAT"')
    assert names(text) == {"WHO", "PAT", "REGISTRY"}


def test_a_script_that_a_step_runs_reads_it_where_it_stands() -> None:
    view = Memory({ROOT: step("./ci/login.sh").encode(), "ci/login.sh": f"#!/bin/sh\nset -e\n{LOGIN}\n".encode()})
    found = needed(view, [ROOT], BOOK, Settings(), BITBUCKET, RUN)
    assert {(place.path, place.line, place.name) for place in found} == {
        ("ci/login.sh", 3, "WHO"),
        ("ci/login.sh", 3, "PAT"),
    }
