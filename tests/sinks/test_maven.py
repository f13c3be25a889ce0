"""What a call of Maven finds in its settings, and why that may be more than one credential for one host."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.ir.values import Value
from migrator.rulebook.sinks import Role
from migrator.sinks.logins import BoundCall, Login
from migrator.sinks.maven import find_maven_logins, read_by
from migrator.sinks.npmrc import NpmPair
from tests.flow.reading import BOOK, follow

AT = "<repository><id>bb</id><url>{}</url></repository>"
HERE, NPM, NEXUS = "https://maven.apkg.io/acme", "https://npm.apkg.io/acme", "https://nexus.acme.example/"
NAMED = "<groupId>com.acme</groupId><artifactId>web</artifactId>"
PUBLISHES = f"<project>{NAMED}<distributionManagement>{AT}</distributionManagement></project>"
POM = PUBLISHES.format(HERE)
OTHER = POM.replace("bb", "other")
SERVER = "<server><id>bb</id><username>{}</username><password>{}</password></server>"
SETTINGS = "<settings><servers>{}</servers>{}</settings>"
ENV = SERVER.format("${env.U}", "${env.T}")
FILE = SETTINGS.format(ENV, "")
DEPLOY = "mvn -s s.xml deploy"
PROFILE = "<profiles><profile><repositories>{}</repositories></profile></profiles>"
NAMES_U = PUBLISHES.format("${u}")
PROPERTY = f"<project><properties><u>{NPM}</u></properties></project>"
NEXT = ENV.replace("bb", "b2")


def logins(script: str, files: dict[str, str] | None = None) -> list[Login]:
    given = {path: text for path, text in {"pom.xml": POM, "s.xml": FILE, **(files or {})}.items() if text}
    return [*find_maven_logins(follow(script), BOOK, given.get, lambda: sorted(given))]


def call(script: str, files: dict[str, str] | None = None) -> BoundCall:
    (one,) = logins(script, files)
    assert one.bound is not None
    return one.bound


def written(text: str, path: str = "s.xml") -> str:
    return f"cat > {path} <<EOF\n{text}\nEOF\n"


def shown(value: Value) -> str:
    """A value as text, or why it is not known."""
    return value.unknown or value.symbol() or ""


# Which calls are logins


def test_rules_without_maven_find_no_login() -> None:
    given = {"pom.xml": POM, "s.xml": FILE}
    assert [*find_maven_logins(follow(DEPLOY), replace(BOOK, package_clients={}), given.get, given.keys)] == []


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("echo mvn deploy", {}),
        ("mvn deploy", {}),
        (DEPLOY, {"pom.xml": ""}),
        (DEPLOY, {"pom.xml": "", "web/other.xml": POM}),
        (DEPLOY, {"pom.xml": PUBLISHES.format(NEXUS)}),
        (DEPLOY, {"pom.xml": OTHER}),
        (DEPLOY, {"s.xml": FILE.replace("bb", "other")}),
        ("mvn -s $S deploy", {"pom.xml": PUBLISHES.format(NEXUS)}),
        (f"{DEPLOY} -Du='${{a}}' -Da='${{b}}' -Db='${{c}}' -Dc='${{d}}' -Dd={NPM}", {"pom.xml": NAMES_U}),
        (f'{DEPLOY} -Du="$(x)"', {"pom.xml": NAMES_U, "b/pom.xml": PROPERTY}),
        ("mvn -s none.xml deploy", {"pom.xml": f"<project>{NEXUS}?apkg.io<x>{NPM}</x></project>"}),
    ],
)
def test_a_call_without_a_server_for_packages_is_no_login(script: str, files: dict[str, str]) -> None:
    assert logins(script, files) == []


@pytest.mark.parametrize(
    ("script", "files", "address"),
    [
        (DEPLOY, {}, HERE),
        (DEPLOY, {"pom.xml": "", "web/pom.xml": POM}, HERE),
        (DEPLOY, {"pom.xml": "", "s.xml": SETTINGS.format(ENV, PROFILE.format(AT.format(NPM)))}, NPM),
        (DEPLOY, {"s.xml": SETTINGS.format(NEXT, PROFILE.format(AT.format(NPM).replace("bb", "b2")))}, NPM),
        (f"mvn -gs s.xml deploy:deploy-file -DrepositoryId=bb -Durl={NPM}", {"pom.xml": ""}, NPM),
        (f"mvn -s s.xml deploy -DaltDeploymentRepository=bb::{NPM}", {"pom.xml": ""}, NPM),
        (DEPLOY, {"a/pom.xml": OTHER.replace(HERE, NPM)}, HERE),
        (DEPLOY, {"pom.xml": PROPERTY, "b/pom.xml": NAMES_U}, NPM),
        (f"{DEPLOY} -Du={NPM}", {"pom.xml": NAMES_U}, NPM),
        (f"{DEPLOY} -Du={NPM}", {"pom.xml": NAMES_U, "b/pom.xml": PROPERTY.replace("npm", "maven")}, NPM),
        (f"{DEPLOY} -Dh=npm -Dd=acme", {"pom.xml": PUBLISHES.format("https://${h}.apkg.io/${d}")}, NPM),
        (f"{DEPLOY} -Di=bb", {"pom.xml": POM.replace("bb", "${i}")}, HERE),
        (f"{DEPLOY} -Du='${{a}}' -Da='${{b}}' -Db='${{c}}' -Dc={NPM}", {"pom.xml": NAMES_U}, NPM),
        (f"mvn -s s.xml deploy:deploy-file -Dx=$(x) -DrepositoryId=bb -Durl={NPM}", {"pom.xml": ""}, NPM),
        ("cp s.xml ~/.m2/settings.xml\nmvn deploy", {}, HERE),
    ],
)
def test_the_address_that_a_server_is_for_may_stand_in_any_of_its_files(
    script: str, files: dict[str, str], address: str
) -> None:
    assert call(script, files).address == address


# The halves


@pytest.mark.parametrize(
    ("username", "password", "words", "found", "variables", "names"),
    [
        ("${env.U}", "${T}", "", ("${U}", "${T}"), "U T", {"U", "T"}),
        ("${env.U}", "{abc}", "", ("${U}", "s.xml, where Maven has encrypted it"), "U", {"U"}),
        ("${env.U}", "", "", ("${U}", "nothing in s.xml"), "U", {"U"}),
        ("${env.U}", "x${env.T}", "", ("${U}", "what Maven puts together in s.xml"), "U", {"U"}),
        ("${env.U}", "x{", "", ("${U}", "x{"), "U", {"U"}),
        ("${the.user}", "${T}", "", ("the property the.user, which patless doesn't see", "${T}"), "T", {"T"}),
        ("${env.U}", "${T}", "-DT=$X -Denv.U=$Y", ("${Y}", "${X}"), "", {"U", "T"}),
        ("${env.U}", "${T}", "-DU=$Y -Denv.T=$X", ("${Y}", "${T}"), "T", {"U", "T"}),
        ("${the.user}", "${env.T}", "-Dthe.user=$Y", ("${Y}", "${T}"), "T", {"the.user", "T"}),
    ],
)
def test_a_half_is_what_the_settings_name(
    username: str, password: str, words: str, found: tuple[str, str], variables: str, names: set[str]
) -> None:
    (one,) = logins(f"{DEPLOY} {words}", {"s.xml": SETTINGS.format(SERVER.format(username, password), "")})
    assert (shown(one.username), shown(one.password)) == found
    assert " ".join(sink.variable for sink in one.sinks) == variables
    assert one.bound
    assert one.bound.names == names
    assert (one.bound.files, one.bound.places, one.bound.writers, one.bound.raw) == (("s.xml",), (), (), "")


@pytest.mark.parametrize(
    ("username", "password", "found", "variables", "raw"),
    [
        ("$U", "$T", ("${U}", "${T}"), "", "XML"),
        ("$U", "$(x)", ("${U}", "the output of `x`"), "", "XML"),
        ("dev", "x", ("dev", "x"), "", ""),
        ("$U", r"\${env.T}", ("${U}", "${T}"), "T", ""),
        ("$U", "a$T", ("${U}", "several parts in the settings"), "", "XML"),
        ("$U", "{$T}", ("${U}", "several parts in the settings"), "", "XML"),
        (r"\${env.U}", "", ("${U}", "nothing in the settings"), "U", ""),
        (r"\${env.U}", r"a\${env.T}", ("${U}", "what Maven puts together in the settings"), "U", ""),
        (r"\${env.U}", "{abc}", ("${U}", "the settings, where Maven has encrypted it"), "U", ""),
    ],
)
def test_a_half_is_what_the_step_writes_into_the_settings(
    username: str, password: str, found: tuple[str, str], variables: str, raw: str
) -> None:
    script = f"{written(SETTINGS.format(SERVER.format(username, password), ''))}{DEPLOY}"
    (one,) = logins(script, {"s.xml": ""})
    assert (shown(one.username), shown(one.password)) == found
    assert " ".join(sink.variable for sink in one.sinks) == variables
    assert one.bound
    assert (one.bound.files, one.bound.places, one.bound.refused, one.bound.raw) == ((), ("s.xml",), (), raw)
    assert [writer.name for writer in one.bound.writers] == ["cat"]


# What is in the way

WRITTEN_OUT = SETTINGS.format(SERVER.format("dev@acme.example", "Tr0ub4dor-3"), "")
TWO = {"s.xml": SETTINGS.format(ENV + NEXT, "")}
DIFFERENT = "several servers take their credentials from different variables"


@pytest.mark.parametrize(
    ("files", "refused"),
    [
        ({}, []),
        ({"s.xml": WRITTEN_OUT}, ["s.xml has the user name written out", "s.xml has the password written out"]),
        ({"s.xml": SETTINGS.format(SERVER.format("${env.U}", "x"), "")}, ["s.xml has the password written out"]),
        ({"s.xml": SETTINGS.format(SERVER.format("${env.U}", "{x}"), "")}, []),
        ({"s.xml": SETTINGS.format(SERVER.format("${env.U}", "x{"), "")}, ["s.xml has the password written out"]),
        ({"s.xml": SETTINGS.format(SERVER.format("x", ""), "")}, ["s.xml has the user name written out"]),
        ({"b/pom.xml": PUBLISHES.format("${x}/")}, ["patless can't tell each address that is for the id `bb`"]),
        (
            {"b/pom.xml": PUBLISHES.format("${x}/"), "c/pom.xml": PUBLISHES.format(NEXUS)},
            ["patless can't tell each address that is for the id `bb`"],
        ),
        ({"b/pom.xml": PUBLISHES.format(NEXUS)}, ["the id `bb` is for maven.apkg.io and for nexus.acme.example"]),
        ({"b/pom.xml": PUBLISHES.format(NEXUS).replace("bb", "b2")}, []),
        (
            {"pom.xml": NAMES_U, "b/pom.xml": PROPERTY, "c/pom.xml": PROPERTY.replace(NPM, NEXUS)},
            ["the id `bb` is for nexus.acme.example and for npm.apkg.io"],
        ),
        (
            {"b/pom.xml": PUBLISHES.format(NPM)},
            [
                "the id `bb` is for maven.apkg.io and for npm.apkg.io",
                "the settings are for maven.apkg.io and for npm.apkg.io",
            ],
        ),
        (
            TWO | {"b/pom.xml": PUBLISHES.format(NPM).replace("bb", "b2")},
            ["the settings are for maven.apkg.io and for npm.apkg.io"],
        ),
        (
            {"s.xml": FILE.replace("</server>", "<configuration/></server>")},
            ["the server `bb` has `configuration` beside the user name and the password"],
        ),
        (TWO | {"b/pom.xml": POM.replace("bb", "b2")}, []),
        (
            {"s.xml": SETTINGS.format(ENV + NEXT.replace(".T", ".X"), ""), "b/pom.xml": POM.replace("bb", "b2")},
            [DIFFERENT],
        ),
        (
            {"s.xml": SETTINGS.format(ENV + NEXT.replace(".U", ".X"), ""), "b/pom.xml": POM.replace("bb", "b2")},
            [DIFFERENT],
        ),
        (TWO, ["the settings give T to the server `b2`, too", "the settings give U to the server `b2`, too"]),
        (
            {
                "s.xml": SETTINGS.format(
                    NEXT.replace(".U", ".X").replace(".T", ".Y") + ENV + NEXT.replace("b2", "b3"), ""
                )
            },
            ["the settings give T to the server `b3`, too", "the settings give U to the server `b3`, too"],
        ),
        ({"s.xml": SETTINGS.format(ENV, "<x>${T}</x>")}, ["the settings give T to something else, too"]),
        ({"s.xml": SETTINGS.format(ENV, "<x>${env.U}</x>")}, ["the settings give U to something else, too"]),
        ({"s.xml": SETTINGS.format(ENV, "<x>${X}${env.X}</x>")}, []),
        ({"s.xml": SETTINGS.format(SERVER.format("${env.T}", "${T}"), "")}, []),
    ],
)
def test_nobody_can_say_that_a_credential_is_for_one_host_where_that_is_told(
    files: dict[str, str], refused: list[str]
) -> None:
    assert list(call(DEPLOY, files).refused) == refused


MIRROR = "<mirrors><mirror><id>{}</id><url>https://nexus.acme.example/</url><mirrorOf>{}</mirrorOf></mirror></mirrors>"
INSTEAD = "the mirror `{}` may take the place of the repository"
MORE = "</project>"


@pytest.mark.parametrize(
    ("script", "files", "doubts"),
    [
        (DEPLOY, {}, []),
        (f"{DEPLOY} $MORE", {}, ["words of `mvn` that patless can't tell may name other settings"]),
        (DEPLOY, {"b/pom.xml": "<project>"}, ["patless can't read a pom.xml"]),
        (DEPLOY, {"s.xml": SETTINGS.format(ENV, MIRROR.format("m", "central"))}, []),
        (DEPLOY, {"s.xml": SETTINGS.format(ENV, MIRROR.format("m", "*"))}, [INSTEAD.format("m")]),
        (DEPLOY, {"s.xml": SETTINGS.format(ENV, MIRROR.format("bb", "central"))}, [INSTEAD.format("bb")]),
        (
            DEPLOY,
            {"pom.xml": POM.replace(MORE, f"<x>bb</x>{MORE}")},
            ["pom.xml names the id `bb` for something else, too"],
        ),
        (DEPLOY, {"pom.xml": POM.replace(MORE, f"<x>b2</x>{MORE}")}, []),
        (DEPLOY, {"b/pom.xml": f"<project><x>bb</x>{MORE}"}, ["pom.xml names the id `bb` for something else, too"]),
        (
            DEPLOY,
            {"pom.xml": POM.replace("<distr", "<x>other</x><distr").replace(MORE, f"<y>bb</y>{MORE}")},
            ["pom.xml names the id `bb` for something else, too"],
        ),
        (
            DEPLOY,
            {"b/pom.xml": POM.replace("bb", "${x}").replace(HERE, NEXUS)},
            ["patless can't tell the id of each repository"],
        ),
        (f"echo $LINES > $LOG\n{DEPLOY}", {}, ["`echo` writes a file that patless can't tell"]),
        (f"export MAVEN_OPTS=-DT=x\n{DEPLOY}", {}, ["MAVEN_OPTS may name other settings"]),
        (f"export MAVEN_ARGS=-DU=x\n{DEPLOY}", {}, ["MAVEN_ARGS may name other settings"]),
        (f"export MAVEN_OPTS=-DX=x\n{DEPLOY}", {}, []),
        (f"export MAVEN_OPTS=$(x)\n{DEPLOY}", {}, ["MAVEN_OPTS may name other settings"]),
    ],
)
def test_what_else_may_decide_what_is_sent_where_is_a_doubt(
    script: str, files: dict[str, str], doubts: list[str]
) -> None:
    assert list(call(script, files).doubts) == doubts


UNTOLD = "settings in a file that patless can't tell"


@pytest.mark.parametrize(
    ("words", "files", "why"),
    [
        ("-s $S", {}, UNTOLD),
        ("-s s.xml -gs $S", {}, UNTOLD),
        ("-s s.xml -s s.xml", {}, "settings that the call names twice"),
        ("-s none.xml", {}, "none.xml, which is not there"),
        ("-s s.xml -gs none.xml", {}, "none.xml, which is not there"),
        ("-s none.xml", {"pom.xml": POM.replace("bb", "${x}")}, "none.xml, which is not there"),
        ("-s s.xml", {"s.xml": "<x/>"}, "s.xml, which patless doesn't read: it has no `settings`"),
        ("-s s.xml", {"pom.xml": POM.replace("bb", "${x}")}, "a server whose id patless can't tell"),
        (
            "-s s.xml",
            {"pom.xml": POM.replace("bb", "${x}"), "b/pom.xml": POM},
            "a server whose id patless can't tell",
        ),
    ],
)
def test_a_call_whose_settings_are_not_known_has_a_credential_that_is_not_known(
    words: str, files: dict[str, str], why: str
) -> None:
    for goal, publishes, unclear in (("deploy", True, ""), ("verify", False, "pom.xml alone does not tell them")):
        (one,) = logins(f"mvn {words} {goal}", files)
        assert (one.username.unknown, one.password.unknown, one.sinks) == (why, why, ())
        assert one.bound == BoundCall(HERE, publishes=publishes, unclear=unclear)


READS = f"<project>{NAMED}<repositories>{AT}</repositories>{{}}</project>"
NEEDS = "<dependency><groupId>{}</groupId><artifactId>x</artifactId></dependency>"


def test_a_file_that_cannot_be_read_may_need_more_where_nothing_else_is_known() -> None:
    files = {"pom.xml": READS.format(NPM, ""), "b/pom.xml": "<project>"}
    assert call(DEPLOY, files).unclear == "a pom.xml that patless can't read may need more"
    files["pom.xml"] = READS.format(NPM, NEEDS.format("org.else"))
    assert call(DEPLOY, files).unclear == "org.else:x may come from npm.apkg.io"


@pytest.mark.parametrize(
    ("pom", "foreign", "unclear"),
    [
        (READS.format(NPM, NEEDS.format("com.acme.core")), ("com.acme.core:x",), ""),
        (READS.format(NPM, NEEDS.format("org.else")), (), "org.else:x may come from npm.apkg.io"),
        (POM.replace(MORE, NEEDS.format("com.acme.core") + MORE), (), ""),
    ],
)
def test_what_may_come_from_a_host_is_told_where_it_is_read_from(
    pom: str, foreign: tuple[str, ...], unclear: str
) -> None:
    found = call("mvn -s s.xml verify", {"pom.xml": pom})
    assert (found.foreign, found.unclear, found.publishes) == (foreign, unclear, False)


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ("-s s.xml", {"s.xml"}),
        ("-s s.xml -gs g.xml", {"s.xml", "g.xml"}),
        ("", set()),
        ("-s none.xml", None),
        ("-s $S", None),
        ("-s s.xml $MORE", None),
    ],
)
def test_the_files_that_a_call_reads_are_known_or_it_may_read_any(words: str, files: set[str] | None) -> None:
    flow = follow(f"mvn {words} deploy")
    given = {"s.xml": FILE, "g.xml": FILE}
    assert read_by(flow, flow.commands[-1], BOOK, given.get) == files


def test_a_project_that_is_listed_and_not_there_is_not_read() -> None:
    given = {"pom.xml": POM, "s.xml": FILE}
    (one,) = find_maven_logins(follow(DEPLOY), BOOK, given.get, lambda: ["b/pom.xml", "pom.xml"])
    assert one.bound
    assert one.bound.doubts == ("patless can't read a pom.xml",)


def test_what_is_written_into_one_of_several_files_stands_in_a_text_with_signs_of_its_own() -> None:
    second = SETTINGS.format(SERVER.format("$U", "$T").replace("bb", "b2"), "")
    found = call(
        f"{written(second, 'g.xml')}mvn -gs g.xml -s s.xml deploy",
        {"s.xml": WRITTEN_OUT, "b/pom.xml": POM.replace("bb", "b2")},
    )
    assert (found.files, found.places, found.raw) == (("s.xml",), ("g.xml",), "XML")


def test_the_first_settings_that_have_a_server_count() -> None:
    weaker = FILE.replace(".T", ".X").replace(".U", ".Y")
    (one,) = logins("mvn -s s.xml -gs g.xml deploy", {"g.xml": weaker})
    assert (shown(one.username), shown(one.password)) == ("${U}", "${T}")
    assert one.bound
    assert (one.bound.files, one.bound.names) == (("s.xml",), {"U", "T"})


def test_a_call_takes_its_credential_from_variables_where_its_files_name_them() -> None:
    (one,) = logins(DEPLOY)
    (literal,) = logins(DEPLOY, {"s.xml": WRITTEN_OUT})
    pair = NpmPair("maven.apkg.io", "", (), ())
    assert (one.by_variables, one.variables) == (True, {"U", "T"})
    assert (literal.by_variables, literal.variables) == (False, set())
    assert replace(one, bound=None, npm=pair).by_variables
    assert not replace(one, bound=None).by_variables
    assert not replace(one, registry=None).by_variables
    assert not replace(one, alone=None).by_variables
    assert (one.variable(Role.PASSWORD), replace(one, alone=None).variable(Role.PASSWORD)) == ("T", "")
    assert one.written_by == ()
    (written_one,) = logins(f"{written(FILE.replace('$', chr(92) + '$'))}{DEPLOY}", {"s.xml": ""})
    assert [command.name for command in written_one.written_by] == ["cat"]
