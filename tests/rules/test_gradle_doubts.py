"""Gradle and a build file: what is none of Packages first, then what is changed, and each doubt about it."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from tests.memory import PATH, planned, report_on, step

HERE = "https://maven.apkg.io/acme"
REPOSITORY = 'repositories {{\n  maven {{\n    name = "bb"\n    url = uri("{}")\n    {}\n  }}\n}}\n'
NAMED = "credentials(PasswordCredentials)"
PAIR = "credentials {{\n      username = {}\n      password = {}\n    }}"
ENV = PAIR.format('System.getenv("U")', "System.getenv('T')")
PROPERTIES = PAIR.format('findProperty("bbUser")', 'project.property("bbToken") as String')
PUBLISH = "./gradlew publish"
NATIVE = ("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN")
BIND = 'U="{}" T="{}" '.format(*NATIVE)
STORED = 'ORG_GRADLE_PROJECT_bb{}="{}" ORG_GRADLE_PROJECT_bb{}="{}" '
BY_NAME = STORED.format("Username", NATIVE[0], "Password", NATIVE[1])
SECRET = "ci-s3cr3t-Wd7hQ"
OWN = Settings(own_packages=("maven.apkg.io/acme/*",))


def publishing(credentials: str, url: str = HERE) -> str:
    return f"publishing {{\n{REPOSITORY.format(url, credentials)}}}\n"


BUILD = publishing(ENV)


def found(
    script: str, build: str = BUILD, files: dict[str, str] | None = None, settings: Settings | None = None
) -> tuple[str, set[str], str]:
    """The verdict on what a script does, the reasons, and the script as `fix --unsafe-fixes` leaves it."""
    head = "pipelines:\n  default:\n    - step:\n        script:\n          - |\n"
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    given = {PATH: f"{head}{lines}", "build.gradle": build, **(files or {})}
    report = report_on({path: one.encode() for path, one in given.items() if one}, settings or OWN)
    changes = planned(report, unsafe=True).changes
    assert {one.path for one in changes} <= {PATH}
    left = changes[0].after.decode().removeprefix(head) if changes else lines
    verdicts = [(one.verdict.strictness, one.verdict.value) for one in report.findings]
    codes = {reason.code for one in report.findings for reason in one.reasons}
    return max(verdicts, default=(0, ""))[1], codes, "\n".join(line[12:] for line in left.splitlines())


@pytest.mark.parametrize(
    ("script", "build"),
    [
        (PUBLISH, publishing(ENV, "https://nexus.acme.example/")),
        (PUBLISH, publishing(ENV, "https://maven.apkg.io.acme.example/")),
        (PUBLISH, f"// {HERE}\n{publishing(ENV, 'https://nexus.acme.example/')}"),
        (PUBLISH, f"/* {BUILD} */\nrepositories {{ mavenCentral() }}\n"),
        ("./gradlew test", BUILD),
        ("./gradlew wrapper", f"{REPOSITORY.format(HERE, ENV)}"),
        (f"{BIND}{PUBLISH}", BUILD),
        (f"export {BIND}\n{PUBLISH}", BUILD),
        (f"{BY_NAME}{PUBLISH}", publishing(NAMED)),
        (f"{PUBLISH} -PbbUser={NATIVE[0]} -PbbToken={NATIVE[1]}", publishing(PROPERTIES)),
        (PUBLISH, BUILD.replace('"U"', '"BITBUCKET_PACKAGES_USERNAME"').replace("'T'", "'BITBUCKET_PACKAGES_TOKEN'")),
    ],
)
def test_other_hosts_other_tasks_and_native_credentials_are_none(script: str, build: str) -> None:
    assert found(script, build) == ("", set(), script)


@pytest.mark.parametrize(
    ("script", "fixed", "build"),
    [
        (PUBLISH, f"{BIND}{PUBLISH}", BUILD),
        ("gradle :web:publishMaven", f"{BIND}gradle :web:publishMaven", BUILD),
        (PUBLISH, f"{BIND}{PUBLISH}", publishing(PAIR.format("System.env.U", "System.env['T'] ?: ''"))),
        (
            PUBLISH,
            f"{BIND}{PUBLISH}",
            publishing("credentials { username System.getenv('U'); password System.getenv('T') }"),
        ),
        (
            PUBLISH,
            f"{BIND}{PUBLISH}",
            "def user = System.getenv('U')\n"
            + publishing(PAIR.format("user", 'providers.environmentVariable("T").get()')),
        ),
        (PUBLISH, f"{BIND}{PUBLISH}", BUILD.replace('url = uri("', 'setUrl("').replace("\n", "\r\n")),
        (PUBLISH, f"{BIND}{PUBLISH}", f"def where = '{HERE}'\n" + BUILD.replace(f'uri("{HERE}")', "where")),
        (PUBLISH, f"{BY_NAME}{PUBLISH}", publishing(NAMED)),
        (PUBLISH, f"{BY_NAME}{PUBLISH}", publishing("credentials PasswordCredentials")),
        (
            f"export ORG_GRADLE_PROJECT_bbUsername=$A ORG_GRADLE_PROJECT_bbPassword=$B\n{PUBLISH}",
            f"export ORG_GRADLE_PROJECT_bbUsername={NATIVE[0]} ORG_GRADLE_PROJECT_bbPassword={NATIVE[1]}\n{PUBLISH}",
            publishing(NAMED),
        ),
        (
            f'{PUBLISH} -PbbUser=$A "-PbbToken=$B"',
            f'{PUBLISH} -PbbUser={NATIVE[0]} "-PbbToken={NATIVE[1]}"',
            publishing(PROPERTIES),
        ),
        (
            f"{PUBLISH} --project-prop=bbUser=$A -Dorg.gradle.project.bbToken=$B",
            f"{PUBLISH} --project-prop=bbUser={NATIVE[0]} -Dorg.gradle.project.bbToken={NATIVE[1]}",
            publishing(PROPERTIES),
        ),
        (
            f'mkdir ~/.gradle\nprintf "bbUser=%s\\nbbToken=%s\\n" "$A" "$B" > ~/.gradle/gradle.properties\n{PUBLISH}',
            f'mkdir ~/.gradle\nprintf "bbUser=%s\\nbbToken=%s\\n" "{NATIVE[0]}" "{NATIVE[1]}"'
            f" > ~/.gradle/gradle.properties\n{PUBLISH}",
            publishing(PROPERTIES),
        ),
        (
            f"cat > gradle.properties <<EOF\nbbUser=$A\nbbToken = $B\nEOF\n{PUBLISH}",
            f"cat > gradle.properties <<EOF\nbbUser={NATIVE[0]}\nbbToken = {NATIVE[1]}\nEOF\n{PUBLISH}",
            publishing(PROPERTIES),
        ),
    ],
)
def test_a_credential_for_packages_becomes_native_and_no_file_changes(script: str, fixed: str, build: str) -> None:
    assert found(script, build) == ("safe", set(), fixed)


def test_the_script_that_starts_gradle_is_gradle() -> None:
    script = '#!/bin/sh\neval "set -- $JAVA_OPTS"\nexec "$JAVACMD" -jar gradle/wrapper/gradle-wrapper.jar "$@"\n'
    assert found(PUBLISH, BUILD, {"gradlew": script}) == ("safe", set(), f"{BIND}{PUBLISH}")
    assert found(PUBLISH, BUILD, {"gradlew": script.replace("gradle-wrapper", "x")})[0] == "report-only"


def test_a_build_in_kotlin_is_read_too() -> None:
    build = (
        f'publishing {{ repositories {{ maven("{HERE}") {{\n name = "bb"\n credentials(PasswordCredentials::class)\n'
        "} } }\n"
    )
    assert found(PUBLISH, "", {"build.gradle.kts": build}) == ("safe", set(), f"{BY_NAME}{PUBLISH}")
    build = "val token: String by project\n" + publishing(PAIR.format('System.getenv("U")!!', "token"))
    script = f'{PUBLISH} "-Ptoken=$B"'
    fixed = f'U="{NATIVE[0]}" {PUBLISH} "-Ptoken={NATIVE[1]}"'
    assert found(script, "", {"build.gradle.kts": build}) == ("safe", set(), fixed)


@pytest.mark.parametrize(
    ("script", "build", "files"),
    [
        (PUBLISH, BUILD + publishing(ENV, "https://nexus.acme.example/"), {}),
        (PUBLISH, BUILD, {"api/build.gradle": publishing(ENV, "https://nexus.acme.example/")}),
        (PUBLISH, BUILD, {"api/build.gradle": publishing(ENV.replace('"U"', '"V"'))}),
        (PUBLISH, publishing(PAIR.format('"dev@acme.example"', "System.getenv('T')")), {}),
        (PUBLISH, publishing(PAIR.format("System.getenv('U')", "file('t').text")), {}),
        (PUBLISH, publishing("credentials { password = System.getenv('T') }"), {}),
        (PUBLISH, publishing("credentials(HttpHeaderCredentials) { name = 'x' }"), {}),
        (PUBLISH, BUILD.replace(f'uri("{HERE}")', f'x ? "{HERE}" : "https://nexus.acme.example/"'), {}),
        (PUBLISH, publishing(PROPERTIES), {"gradle.properties": "bbUser = ci\nbbToken = x\n"}),
        (PUBLISH, publishing(NAMED), {"gradle.properties": "bbUsername=ci\n"}),
        (f"./props > ~/.gradle/gradle.properties\n{PUBLISH}", publishing(PROPERTIES), {}),
        (f"curl -o ~/.gradle/gradle.properties $X\n{PUBLISH}", publishing(PROPERTIES), {}),
        (f"cat > gradle.properties <<EOF\nbbUser=$A$X\nbbToken=$B\nEOF\n{PUBLISH}", publishing(PROPERTIES), {}),
        (PUBLISH, BUILD.replace(f'uri("{HERE}")', "x") + f'def x = f(1)\nmaven {{ url = "{HERE}" }}', {}),
        (f'[ $X ] || echo "bbUser=$A" > gradle.properties\n{PUBLISH}', publishing(PROPERTIES), {}),
        (f"sudo {PUBLISH}", BUILD, {}),
        (f"readonly U\n{PUBLISH}", BUILD, {}),
        (f"U=$(vault read u)\nexport U\n{PUBLISH}", BUILD, {}),
    ],
)
def test_what_is_not_surely_for_packages_alone_or_cannot_be_given_stays(
    script: str, build: str, files: dict[str, str]
) -> None:
    verdict, codes, left = found(script, build, files)
    assert (verdict, left) == ("report-only", script)
    assert "credential-unresolved" in codes


@pytest.mark.parametrize(
    ("script", "build", "files"),
    [
        (f"{PUBLISH} $MORE", BUILD, {}),
        (f"{PUBLISH} -I init.gradle", BUILD, {}),
        (f"export GRADLE_USER_HOME=.gradle\n{PUBLISH}", BUILD, {}),
        (f"export GRADLE_OPTS=-Dorg.gradle.project.x=y\n{PUBLISH}", BUILD, {}),
        (PUBLISH, BUILD, {"src/A.java": 'System.getenv("T")'}),
        (PUBLISH, BUILD, {"gradle/other.gradle": "println System.getenv('T')"}),
        (PUBLISH, f"println System.getenv('T')\n{BUILD}", {}),
        (PUBLISH, BUILD, {"api/build.gradle": "a {"}),
        (PUBLISH, publishing(PAIR.format('findProperty("u") ?: System.getenv("U")', "System.getenv('T')")), {}),
        (f"sed -i s/a/b/ build.gradle\n{PUBLISH}", BUILD, {}),
    ],
)
def test_what_else_may_decide_what_is_sent_where_is_no_safe_fix(script: str, build: str, files: dict[str, str]) -> None:
    verdict, codes, left = found(script, build, files)
    assert (verdict, codes) == ("unsafe", {"build-settings"})
    assert "BITBUCKET_PACKAGES_TOKEN" in left


READS = REPOSITORY.format(HERE, ENV)
NEEDS = 'group = "com.acme"\ndependencies {{ implementation "{}:core:1" }}\n'


@pytest.mark.parametrize(
    ("script", "build", "codes"),
    [
        (PUBLISH, BUILD, {"host-undocumented"}),
        (PUBLISH, publishing(ENV, "https://npm.apkg.io/acme"), set()),
        ("./gradlew build", READS, {"host-undocumented", "build-packages-unknown"}),
        ("./gradlew build", READS + NEEDS.format("org.x"), {"host-undocumented", "build-packages-unknown"}),
        (
            "./gradlew build",
            READS + NEEDS.format("com.acme"),
            {"host-undocumented", "foreign-package", "build-packages-unknown"},
        ),
        (PUBLISH, BUILD + NEEDS.format("com.acme"), {"host-undocumented"}),
    ],
)
def test_a_host_that_no_page_names_and_packages_of_others_need_review(script: str, build: str, codes: set[str]) -> None:
    assert found(script, build, settings=Settings())[1] == codes


@pytest.mark.parametrize("how", ["all {", "configureEach {", "withType(MavenArtifactRepository) {", "named('bb') {"])
def test_what_changes_a_repository_that_is_named_is_a_doubt(how: str) -> None:
    more = f"{BUILD}\nallprojects {{ repositories.{how} url = 'https://nexus.acme.example' }} }}\n"
    assert found(PUBLISH, more)[:2] == ("unsafe", {"build-settings"})
    assert found(PUBLISH, f"{BUILD}\nallprojects {{ repositories.mavenCentral() }}\n")[0] == "safe"


def test_a_build_with_more_files_than_are_read_is_a_doubt() -> None:
    more = {f"p{number:03}/build.gradle": "repositories { mavenCentral() }\n" for number in range(200)}
    assert found(PUBLISH, files=more)[:2] == ("unsafe", {"build-settings"})


@pytest.mark.parametrize(
    ("half", "rule"),
    [
        ("'" + SECRET + "'", "literal-credential"),
        (f'"{SECRET}"', "literal-credential"),
        ("token", "package-credential"),
    ],
)
def test_a_token_in_a_build_file_is_told_and_not_shown(half: str, rule: str) -> None:
    files = {PATH: step(PUBLISH), "build.gradle": publishing(PAIR.format('"ci"', half))}
    (finding,) = report_on({path: text.encode() for path, text in files.items()}).findings
    assert (finding.rule, finding.verdict.value) == (rule, "report-only")
    assert SECRET not in repr(finding)


@pytest.mark.parametrize(("user", "token", "left"), [("$A", "$B", True), (*NATIVE, False)], ids=["stored", "native"])
def test_a_variable_wins_over_each_file_of_properties(user: str, token: str, left: bool) -> None:
    export = "export ORG_GRADLE_PROJECT_bbUser={} ORG_GRADLE_PROJECT_bbToken={}\n" + PUBLISH
    script, native = export.format(user, token), export.format(*NATIVE)
    written = 'printf "bbUser=%s\\nbbToken=%s\\n" "$C" "$D" > ~/.gradle/gradle.properties\n'
    committed = {"gradle.properties": "bbUser=ci\nbbToken=changeme\n"}
    named = ("unsafe", {"build-settings"}) if left else ("", set())
    assert found(script, publishing(PROPERTIES), committed) == (*named, native)
    assert found(written + script, publishing(PROPERTIES)) == ("safe" if left else "", set(), written + native)


@pytest.mark.parametrize("committed", ["gradle.properties", "web/gradle.properties"])
def test_properties_of_the_home_folder_win_over_committed_ones_that_they_name(committed: str) -> None:
    files = {committed: "bbUser=ci\nbbToken=changeme\n"}
    write = 'printf "bbUser=%s\\nbbToken=%s\\n" "{}" "{}" > ~/.gradle/gradle.properties\n' + PUBLISH
    half = 'echo "bbToken=$B" > ~/.gradle/gradle.properties\n' + PUBLISH
    assert found(half, publishing(PROPERTIES), files) == ("report-only", {"credential-unresolved"}, half)
    native = write.format(*NATIVE)
    assert found(native, publishing(PROPERTIES), files) == ("", set(), native)
    stored = found(write.format("$A", "$B"), publishing(PROPERTIES), files)
    assert stored == ("unsafe", {"build-settings"}, native)
