"""What a call of Gradle finds of a credential: in its words, variables, files of properties, and the build file."""

from __future__ import annotations

import pytest

from migrator.sinks.gradle import find_gradle_logins
from migrator.sinks.logins import BoundCall, Login
from tests.flow.reading import BOOK, follow

HERE = "https://maven.apkg.io/acme"
ENV = 'username = System.getenv("U"); password = System.getenv("T")'
NAMED = 'username = findProperty("u"); password = findProperty("p")'
EITHER = 'username = findProperty("u") ?: System.getenv("U"); password = System.getenv("T")'
PROPERTIES = "ORG_GRADLE_PROJECT_"
OTHERS = "words that patless can't tell may give the build other properties"
AT_HOME = "~/.gradle/gradle.properties"


def reading(pair: str = ENV, url: str = HERE) -> str:
    return f"repositories {{ maven {{ url = '{url}'\ncredentials {{ {pair} }} }} }}\n"


def publishing(pair: str = ENV, url: str = HERE) -> str:
    return f"publishing {{ {reading(pair, url)} }}\n"


def logins(script: str, build: str, files: dict[str, str] | None = None) -> list[Login]:
    texts = {"build.gradle": build, **(files or {})}
    return list(find_gradle_logins(follow(script), BOOK, texts.get, lambda: texts))


def halves(script: str, build: str, files: dict[str, str] | None = None) -> tuple[str | None, str | None]:
    (one,) = logins(script, build, files)
    return one.username.symbol(), one.password.symbol()


def bound(script: str, build: str, files: dict[str, str] | None = None) -> BoundCall:
    (one,) = logins(script, build, files)
    assert one.bound
    return one.bound


@pytest.mark.parametrize(
    ("script", "build", "count"),
    [
        ("./gradlew publish", publishing(), 1),
        ("./gradlew :web:publishAll", publishing(), 1),
        ("gradle uploadArchives", publishing(), 1),
        ("./gradlew republish", publishing(), 0),
        ("./gradlew test", publishing(), 0),
        ("./gradlew -x publish test", publishing(), 0),
        ("./gradlew --exclude-task=test publish", publishing(), 1),
        ("./gradlew -p publish test", publishing(), 0),
        ("[ $X ] && A=-x || A=--rerun\n./gradlew $A publish", publishing(), 1),
        ("./gradlew --rerun publish", publishing(), 1),
        ("./gradlew $TASK", publishing(), 1),
        ("./gradlew $(cat tasks)", publishing(), 1),
        ("./gradlew -q$X test", publishing(), 0),
        ("mvn publish", publishing(), 0),
        ("./gradlew publish", publishing(url="https://nexus.acme.example"), 0),
        ("./gradlew publish\n./gradlew publish", publishing(), 2),
        ("./gradlew build", reading(), 1),
        ("./gradlew clean build", reading(), 1),
        ("./gradlew build", publishing() + reading(), 1),
        ("./gradlew build", publishing(url="https://nexus.acme.example") + reading(), 1),
        ("./gradlew build", publishing() + reading(url="https://nexus.acme.example"), 0),
        ("./gradlew", reading(), 0),
        ("./gradlew -q --offline", reading(), 0),
        *((f"./gradlew clean {task}", reading(), 0) for task in ("help", "tasks", "projects", "properties", "init")),
    ],
)
def test_a_call_that_publishes_or_reads_sends_the_credential(script: str, build: str, count: int) -> None:
    assert len(logins(script, build)) == count
    assert logins(script, "", {"build.txt": build}) == []


def test_files_are_listed_only_where_gradle_runs() -> None:
    def listed() -> list[str]:
        raise AssertionError

    assert list(find_gradle_logins(follow("mvn publish"), BOOK, {}.get, listed)) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("-Pu=$A -Pp=$B", ("${A}", "${B}")),
        ("-P u=$A --project-prop p=$B", ("${A}", "${B}")),
        ("--project-prop=u=$A --system-prop=org.gradle.project.p=$B", ("${A}", "${B}")),
        ("-D org.gradle.project.u=$A --system-prop org.gradle.project.p=$B", ("${A}", "${B}")),
        ("-Dorg.gradle.project.u=$A -Pu=$C -Pp=$B", ("${C}", "${B}")),
        ("-Pu=$C -Dorg.gradle.project.u=$A -Pp=$B", ("${C}", "${B}")),
        ("-Pu=$A -Pu=$C -Pp=$B=x", ("${C}", "${B}=x")),
        ("-Pu -Pp=", ("", "")),
        ("-Pu=ab -P p=c", ("ab", "c")),
        ("-Du=$A -Pp=$B", (f"${{{PROPERTIES}u}}", "${B}")),
        ("-Pu$X=$A -Pp=$B", (f"${{{PROPERTIES}u}}", "${B}")),
        ("-x -Pu=$A", (f"${{{PROPERTIES}u}}", f"${{{PROPERTIES}p}}")),
        ("-P", (f"${{{PROPERTIES}u}}", f"${{{PROPERTIES}p}}")),
    ],
)
def test_properties_are_given_in_each_spelling(words: str, found: tuple[str, str]) -> None:
    assert halves(f"./gradlew publish {words}", publishing(NAMED)) == found


@pytest.mark.parametrize(
    ("script", "doubts"),
    [
        ("./gradlew publish", []),
        ("./gradlew publish -b build.gradle --project-dir=. -x test -c settings.gradle -q$X", []),
        ("./gradlew publish $MORE", [OTHERS]),
        ("./gradlew publish -P$MORE", [OTHERS]),
        ("./gradlew publish -P $MORE", [OTHERS]),
        ("./gradlew publish -D$(x)", [OTHERS]),
        ("./gradlew publish --project-prop=$MORE", [OTHERS]),
        ("./gradlew publish -P${A}x=1", [OTHERS]),
        ("[ $X ] && A=u=1 || A=p=2\n./gradlew publish -P $A", [OTHERS]),
        ("./gradlew publish -Pa=$(x) -Dx -Dy=$A", []),
        *(
            (f"./gradlew publish {one} x", [f"`{one}` may bring other settings"])
            for one in ("-I", "--init-script", "-g")
        ),
        ("./gradlew publish --gradle-user-home=x", ["`--gradle-user-home` may bring other settings"]),
        ("export GRADLE_USER_HOME=x\n./gradlew publish", ["GRADLE_USER_HOME may bring other settings"]),
        ("export GRADLE_OPTS=-Xmx1g JAVA_OPTS=-Dx=y\n./gradlew publish", []),
        ("export GRADLE_OPTS=-Dorg.gradle.project.u=x\n./gradlew publish", ["GRADLE_OPTS may bring other settings"]),
        ("export JAVA_OPTS=$(x)\n./gradlew publish", ["JAVA_OPTS may bring other settings"]),
        ("export JAVA_TOOL_OPTIONS=$X\n./gradlew publish", ["JAVA_TOOL_OPTIONS may bring other settings"]),
    ],
)
def test_what_may_bring_other_settings_is_a_doubt(script: str, doubts: list[str]) -> None:
    assert list(bound(script, publishing()).doubts) == doubts


@pytest.mark.parametrize(
    ("script", "pair", "files", "found"),
    [
        ("./gradlew publish", ENV, {}, ("${U}", "${T}")),
        ("U=$A T=$B ./gradlew publish", ENV, {}, ("${A}", "${B}")),
        ("./gradlew publish", NAMED, {}, (f"${{{PROPERTIES}u}}", f"${{{PROPERTIES}p}}")),
        ("./gradlew publish", NAMED, {"gradle.properties": "# a\n  ! b\n\nu=x\np : y\n"}, ("x", "y")),
        ("./gradlew publish", NAMED, {"sub/gradle.properties": "u x\np=\ty\n"}, ("x", "y")),
        ("./gradlew publish", NAMED, {"gradle.properties": "u=x\nodd\n"}, (None, None)),
        ("./gradlew publish -Pu=$A", NAMED, {"gradle.properties": "u=x\np=y\n"}, ("${A}", "y")),
        (f"export {PROPERTIES}u=$A\n./gradlew publish", NAMED, {"gradle.properties": "u=x\np=y\n"}, ("${A}", "y")),
        (f"{PROPERTIES}u=$A\n./gradlew publish", NAMED, {"gradle.properties": "u=x\np=y\n"}, ("x", "y")),
        (f"export {PROPERTIES}u\n./gradlew publish", NAMED, {"gradle.properties": "u=x\np=y\n"}, ("x", "y")),
        (f"export {PROPERTIES}u=$A\n./gradlew publish", EITHER, {}, ("${A}", "${T}")),
        (f"{PROPERTIES}u=$A\n./gradlew publish", NAMED, {}, (None, f"${{{PROPERTIES}p}}")),
        (f"echo u=$A > {AT_HOME}\n./gradlew publish", NAMED, {"gradle.properties": "u=x\np=y\n"}, ("${A}", "y")),
        (f"echo u=a$A > {AT_HOME}\n./gradlew publish", NAMED, {"gradle.properties": "p=y\n"}, (None, "y")),
        (f"[ $X ] && echo u=$A > {AT_HOME}\n./gradlew publish", NAMED, {}, (None, None)),
        ("[ $X ] && echo u=$A > gradle.properties\n./gradlew publish", NAMED, {}, (None, None)),
        (f"./x > {AT_HOME}\n./gradlew publish", NAMED, {}, (None, None)),
        (f"put() {{ echo u=$A > {AT_HOME}; }}\ntrap put USR1\ntrap './gradlew publish' EXIT", NAMED, {}, (None, None)),
        (
            f"put() {{ true; }}\n[ $X ] && put() {{ echo u=$A > {AT_HOME}; }}\nput\n./gradlew publish",
            NAMED,
            {},
            (None, None),
        ),
        ("sed -i s/x/y/ gradle.properties\n./gradlew publish", NAMED, {"gradle.properties": "u=x\n"}, (None, None)),
        (f"echo odd > {AT_HOME}\n./gradlew publish", NAMED, {}, (None, None)),
        ("./gradlew publish", EITHER, {}, ("${U}", "${T}")),
        ("./gradlew publish", EITHER.replace('System.getenv("U")', "v"), {}, (f"${{{PROPERTIES}u}}", "${T}")),
        ("./gradlew publish -Pv=$A", EITHER.replace('System.getenv("U")', "v"), {}, ("${A}", "${T}")),
        ("./gradlew publish -Pu=$A", EITHER, {}, ("${A}", "${T}")),
        ("export U=$A\n./gradlew publish", EITHER, {}, ("${A}", "${T}")),
        ("./gradlew publish", EITHER, {"gradle.properties": "u=x\n"}, ("x", "${T}")),
        ("./gradlew publish", 'username = "ci"; password = System.getenv("T")', {}, ("ci", "${T}")),
    ],
)
def test_the_strongest_place_gives_each_half(
    script: str, pair: str, files: dict[str, str], found: tuple[str | None, str | None]
) -> None:
    assert halves(script, publishing(pair), files) == found


def test_several_repositories_are_given_the_same_halves_or_none_is_known() -> None:
    assert halves("./gradlew publish", publishing() + reading()) == ("${U}", "${T}")
    assert halves("./gradlew publish", publishing() + reading(ENV.replace('"U"', '"V"'))) == (None, "${T}")
    written = ENV.replace('System.getenv("U")', "'ci'")
    assert halves("./gradlew publish", publishing(written) + reading()) == (None, "${T}")
    (one,) = logins("./gradlew publish", publishing(written) + reading())
    assert one.username.unknown == "several variables or properties"
    (one,) = logins("./gradlew publish", publishing(written) + reading(written.replace("ci", "dev")))
    assert sorted(one.username.texts) == ["ci", "dev"]
    assert [sink.variable for sink in one.sinks] == ["T"]


@pytest.mark.parametrize(
    ("build", "files", "refused"),
    [
        (publishing(), {}, []),
        (publishing() + publishing(url=f"{HERE}/other"), {}, []),
        (
            publishing() + publishing(url="https://npm.apkg.io/acme"),
            {},
            ["the repository is at maven.apkg.io or at npm.apkg.io"],
        ),
        (publishing().replace(f"'{HERE}'", f"x ? '{HERE}' : '$y'"), {}, []),
        (
            publishing().replace(f"'{HERE}'", f"x ? '{HERE}' : y") + "def y = f(1)\n",
            {},
            ["patless can't tell each address of the repository"],
        ),
        (publishing() + reading(url="https://a.example"), {}, ["build.gradle gives T to a.example, too"]),
        (
            publishing() + reading().replace(f"url = '{HERE}'", ""),
            {},
            ["build.gradle gives T to another repository, too"],
        ),
        (publishing() + reading(ENV.replace('"T"', '"V"').replace('"U"', '"W"'), "https://a.example"), {}, []),
        (
            publishing("username = 'ci'; password = System.getenv('T')"),
            {},
            ["build.gradle has a half of the credential written out"],
        ),
        (
            publishing(NAMED),
            {"gradle.properties": "u=x\n"},
            ["gradle.properties has a half of the credential written out"],
        ),
        (publishing(NAMED), {"gradle.properties": "x=u\n"}, []),
    ],
)
def test_a_credential_that_is_not_for_one_host_alone_is_not_changed(
    build: str, files: dict[str, str], refused: list[str]
) -> None:
    assert list(bound("./gradlew publish", build, files).refused) == refused


@pytest.mark.parametrize(
    ("build", "files", "doubts"),
    [
        (publishing(), {"sub/build.gradle": "a {"}, ["patless can't read sub/build.gradle"]),
        (publishing(), {"sub/build.gradle": "repositories.all { }"}, ["sub/build.gradle may change repositories"]),
        (publishing() + "println System.getenv('T')\n", {}, ["build.gradle names T for something else, too"]),
        (publishing(NAMED) + "println p\n", {}, ["build.gradle names p for something else, too"]),
        (
            publishing(NAMED) + f"println System.getenv('{PROPERTIES}p')\n",
            {},
            ["build.gradle names p for something else, too"],
        ),
        (publishing(), {"sub/build.gradle": "println System.getenv('T')\n"}, []),
        (publishing("username = System.getenv('T'); password = System.getenv('T')"), {}, []),
        (
            publishing() + "println System.getenv('T')\n",
            {"sub/build.gradle": publishing()},
            ["build.gradle names T for something else, too"],
        ),
        (
            publishing(),
            {"sub/build.gradle": publishing(ENV.replace('"T"', '"V"')) + "println System.getenv('T')\n"},
            ["sub/build.gradle names T for something else, too"],
        ),
        (publishing() + reading(url="https://a.example"), {}, []),
        (publishing(EITHER), {}, ["the build takes the property u first, if something gives it one"]),
        (
            publishing(EITHER.replace("?: System", "?: q ?: System")),
            {},
            ["the build takes the property u first, if something gives it one"],
        ),
        (publishing(EITHER.replace('System.getenv("U")', "q")), {}, []),
        (publishing('username = System.getenv("U") ?: findProperty("u"); password = System.getenv("T")'), {}, []),
    ],
)
def test_what_else_decides_what_is_sent_where_is_a_doubt(build: str, files: dict[str, str], doubts: list[str]) -> None:
    assert list(bound("./gradlew publish", build, files).doubts) == doubts
    if "property u" in "".join(doubts):
        assert bound("./gradlew publish -Pu=$A", build, files).doubts == ()
        assert bound(f"export {PROPERTIES}u=$A\n./gradlew publish", build, files).doubts == ()


@pytest.mark.parametrize(
    ("build", "foreign", "unclear"),
    [
        (reading(), (), "a dependency may come from maven.apkg.io"),
        (reading() + "dependencies { api 'org.x:a:1' }", (), "org.x:a may come from maven.apkg.io"),
        (
            reading()
            + "group = 'com.acme.web'\ndependencies { api 'com.acme:a:1'; api 'org.x:a:1'; api 'com.acme.b:b:1' }",
            ("com.acme.b:b", "com.acme:a"),
            "org.x:a may come from maven.apkg.io",
        ),
        (
            reading() + "group = 'com.acme'\ndependencies { api 'com.acme:a:1' }",
            ("com.acme:a",),
            "a dependency may come from maven.apkg.io",
        ),
        (publishing() + "dependencies { api 'org.x:a:1' }", (), ""),
    ],
)
def test_packages_that_a_build_may_read_there_are_told(build: str, foreign: tuple[str, ...], unclear: str) -> None:
    told = bound("./gradlew build publish", build)
    assert (told.foreign, told.unclear, told.publishes) == (foreign, unclear, True)


def test_a_call_knows_its_files_and_who_writes_them() -> None:
    write = f'echo "u=$A" > {AT_HOME}\n'
    told = bound(
        f"{write}./gradlew build", reading(NAMED), {"gradle.properties": "p=x\n", "sub/gradle.properties": "a=b\n"}
    )
    assert (told.address, told.files, told.places) == (HERE, ("build.gradle", "gradle.properties"), (AT_HOME,))
    assert ([one.name for one in told.writers], told.names, told.publishes) == (["echo"], {"u", "p"}, False)
    assert told.raw == "a file of properties"
    told = bound("./gradlew publish -Pu=$A -Pp=$B", publishing(NAMED), {"gradle.properties": "p=x\n"})
    assert (told.files, told.places, told.raw, told.publishes) == (("build.gradle",), (), "", True)
    doubted = bound(f"{write}echo a=b > $D/gradle.properties\n./gradlew build", reading(NAMED))
    assert doubted.doubts == ("`echo` writes a file that patless can't tell",)
    told = bound(f"{write}./gradlew build", reading(NAMED))
    assert (told.files, told.refused, told.doubts) == (("build.gradle",), (), ())
    told = bound(f"export {PROPERTIES}u=$A\n./gradlew publish", publishing(NAMED), {"gradle.properties": "u=x\n"})
    assert (told.files, told.refused) == (("build.gradle",), ())
    told = bound("./gradlew publish", publishing().replace(f"'{HERE}'", f"x ? 'https://a.example' : '{HERE}'"))
    assert told.address == HERE
