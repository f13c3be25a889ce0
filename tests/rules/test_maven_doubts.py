"""Maven and a settings.xml: what is none of Packages first, then what is changed, and each doubt about it."""

from __future__ import annotations

import pytest

from migrator.findings.records import Report
from migrator.findings.settings import Settings
from tests.memory import PATH, planned, report_on

AT = "<repository><id>bb</id><url>{}</url></repository>"
HERE = "https://maven.apkg.io/acme"
NAMED = "<groupId>com.acme</groupId><artifactId>web</artifactId>"
PUBLISHES = f"<project>{NAMED}<distributionManagement>{AT}</distributionManagement></project>"
READS = f"<project>{NAMED}<repositories>{AT}</repositories>{{}}</project>"
POM = PUBLISHES.format(HERE)
SERVER = "<server><id>bb</id><username>{}</username><password>{}</password></server>"
SETTINGS = "<settings><servers>{}</servers>{}</settings>"
ENV = SERVER.format("${env.U}", "${env.T}")
FILE = SETTINGS.format(ENV, "")
DEPLOY = "mvn -s s.xml deploy"
BIND = 'U="$BITBUCKET_PACKAGES_USERNAME" T="$BITBUCKET_PACKAGES_TOKEN" '
OWN = Settings(own_packages=("maven.apkg.io/acme/*",))
OTHER_ID = POM.replace("bb", "b2")
OTHER = "<project><properties><u>https://nexus.acme.example</u></properties></project>"
PROPERTY = "<properties><u>https://maven.apkg.io</u></properties>"
DEPENDENCY = "<dependencies><dependency><groupId>{}</groupId><artifactId>x</artifactId></dependency></dependencies>"


def reported(
    script: str,
    files: dict[str, str] | None = None,
    step: str = "",
    settings: Settings | None = None,
    before: str = "",
) -> Report:
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    text = f"{before}pipelines:\n  default:\n    - step:\n{step}        script:\n          - |\n{lines}"
    given = {"pom.xml": POM, "s.xml": FILE, **(files or {}), PATH: text}
    return report_on({path: one.encode() for path, one in given.items() if one}, settings or OWN)


def told(
    script: str,
    files: dict[str, str] | None = None,
    step: str = "",
    settings: Settings | None = None,
    before: str = "",
) -> tuple[set[str], set[str]]:
    """What is said of the call: why it is no safe fix, and what is taken for granted."""
    findings = [
        one for one in reported(script, files, step, settings, before).findings if one.rule == "package-credential"
    ]
    granted = {one for finding in findings for one in finding.assumptions}
    return {reason.detail for finding in findings for reason in finding.reasons}, granted


def found(
    script: str, files: dict[str, str] | None = None, step: str = "", settings: Settings | None = None
) -> tuple[str, set[str], str]:
    """The verdict on what a script does, the reasons, and the script as `fix --unsafe-fixes` leaves it."""
    head = f"pipelines:\n  default:\n    - step:\n{step}        script:\n          - |\n"
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    report = reported(script, files, step, settings)
    changes = planned(report, unsafe=True).changes
    assert {one.path for one in changes} <= {PATH}
    left = changes[0].after.decode().removeprefix(head) if changes else lines
    verdicts = [(one.verdict.strictness, one.verdict.value) for one in report.findings]
    codes = {reason.code for one in report.findings for reason in one.reasons}
    return max(verdicts, default=(0, ""))[1], codes, "\n".join(line[12:] for line in left.splitlines())


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (DEPLOY, {"pom.xml": PUBLISHES.format("https://nexus.acme.example/")}),
        (DEPLOY, {"pom.xml": PUBLISHES.format("https://repo.maven.apache.org/maven2?apkg.io")}),
        (DEPLOY, {"pom.xml": PUBLISHES.format("https://maven.apkg.io.acme.example/")}),
        (DEPLOY, {"pom.xml": PUBLISHES.format("https://apkg.io/")}),
        (DEPLOY, {"s.xml": FILE.replace("bb", "other")}),
        (DEPLOY, {"s.xml": SETTINGS.format("", "")}),
        (DEPLOY, {"s.xml": SETTINGS.format(f"<!-- {ENV} -->", "")}),
        ("mvn deploy", {}),
        ("mvn deploy", {"settings.xml": FILE}),
        ("echo mvn -s s.xml deploy", {}),
        (f"{BIND}{DEPLOY}", {}),
        (f"export {BIND}\n{DEPLOY}", {}),
        (
            DEPLOY,
            {"s.xml": FILE.replace(".U", ".BITBUCKET_PACKAGES_USERNAME").replace(".T", ".BITBUCKET_PACKAGES_TOKEN")},
        ),
    ],
)
def test_other_hosts_other_ids_and_native_credentials_are_none(script: str, files: dict[str, str]) -> None:
    assert found(script, files) == ("", set(), script)


@pytest.mark.parametrize(
    ("script", "fixed", "files"),
    [
        (DEPLOY, f"{BIND}{DEPLOY}", {}),
        ("cd app\nmvn -s ../s.xml deploy", f"cd app\n{BIND}mvn -s ../s.xml deploy", {}),
        ("./mvnw --settings=s.xml deploy", f"{BIND}./mvnw --settings=s.xml deploy", {}),
        ("mvn -gs $BITBUCKET_CLONE_DIR/s.xml deploy", f"{BIND}mvn -gs $BITBUCKET_CLONE_DIR/s.xml deploy", {}),
        ('M="mvn -B -s s.xml"\n$M deploy', f'M="mvn -B -s s.xml"\n{BIND}$M deploy', {}),
        ("mvn -ss.xml deploy", f"{BIND}mvn -ss.xml deploy", {}),
        (
            "mkdir ~/.m2 && cp s.xml ~/.m2/settings.xml && mvn deploy",
            f"mkdir ~/.m2 && cp s.xml ~/.m2/settings.xml && {BIND}mvn deploy",
            {},
        ),
        ("cp s.xml ~/.m2/settings.xml\nmvn deploy", f"cp s.xml ~/.m2/settings.xml\n{BIND}mvn deploy", {}),
        (f"mvn clean && {DEPLOY} | tee log", f"mvn clean && {BIND}{DEPLOY} | tee log", {}),
        (DEPLOY, f"{BIND}{DEPLOY}", {"s.xml": FILE.replace("env.", "")}),
        (DEPLOY, f"{BIND}{DEPLOY}", {"s.xml": f"\ufeff<?xml version='1.0'?>\r\n{FILE}".replace("><", ">\r\n\t<")}),
        (DEPLOY, f"{BIND}{DEPLOY}", {"s.xml": FILE.replace("${env.T}", "\n <![CDATA[${env.T}]]><!-- ${env.T} -->")}),
        (
            DEPLOY,
            f"{BIND}{DEPLOY}",
            {"s.xml": SETTINGS.format(ENV + ENV.replace("bb", "b2"), ""), "b/pom.xml": POM.replace("bb", "b2")},
        ),
        (
            f"{DEPLOY} -D u=https://maven.apkg.io",
            f"{BIND}{DEPLOY} -D u=https://maven.apkg.io",
            {"pom.xml": POM.replace(HERE, "${u}/acme")},
        ),
        (DEPLOY, f"{BIND}{DEPLOY}", {"pom.xml": POM.replace(HERE, "${u}/acme").replace("<dis", f"{PROPERTY}<dis")}),
        (
            "mvn -s s.xml -DaltDeploymentRepository=bb::default::https://maven.apkg.io/acme deploy",
            f"{BIND}mvn -s s.xml -DaltDeploymentRepository=bb::default::https://maven.apkg.io/acme deploy",
            {"pom.xml": ""},
        ),
        (
            f"mvn -s s.xml deploy:deploy-file -DrepositoryId=bb -Durl={HERE}",
            f"{BIND}mvn -s s.xml deploy:deploy-file -DrepositoryId=bb -Durl={HERE}",
            {"pom.xml": ""},
        ),
        (
            f'export U=$A T="$B"\n{DEPLOY}',
            f'export U=$BITBUCKET_PACKAGES_USERNAME T="$BITBUCKET_PACKAGES_TOKEN"\n{DEPLOY}',
            {},
        ),
        (f"U=$A T=$B {DEPLOY}", f"U=$BITBUCKET_PACKAGES_USERNAME T=$BITBUCKET_PACKAGES_TOKEN {DEPLOY}", {}),
        (
            f"{DEPLOY} -pl web -Dp.u=$U --define=p.t=$T",
            f"{DEPLOY} -pl web -Dp.u=$BITBUCKET_PACKAGES_USERNAME --define=p.t=$BITBUCKET_PACKAGES_TOKEN",
            {"s.xml": FILE.replace("env.", "p.").replace(".U", ".u").replace(".T", ".t")},
        ),
    ],
)
def test_a_credential_for_packages_becomes_native_and_no_file_changes(
    script: str, fixed: str, files: dict[str, str]
) -> None:
    assert found(script, files) == ("safe", set(), fixed)


@pytest.mark.parametrize(
    ("script", "fixed", "files"),
    [
        ("sh ci.sh", f"{BIND}sh ci.sh", {"ci.sh": f"set -e\n{DEPLOY}\n"}),
        (". ./ci.sh", f"{BIND}. ./ci.sh", {"ci.sh": f"{DEPLOY}\n"}),
        ("make all", f"{BIND}make all", {"Makefile": f"all:\n\t{DEPLOY}\n"}),
        (
            "deploy() { mvn -s s.xml deploy -pl $1; }\ndeploy a\ndeploy b",
            f"deploy() {{ {BIND}mvn -s s.xml deploy -pl $1; }}\ndeploy a\ndeploy b",
            {},
        ),
    ],
)
def test_a_call_in_a_file_or_a_function_is_given_it_where_it_starts(
    script: str, fixed: str, files: dict[str, str]
) -> None:
    assert found(script, files) == ("safe", set(), fixed)


WRITTEN = SETTINGS.format(SERVER.format("$U", "${T}"), "")
NATIVE = SETTINGS.format(SERVER.format("$BITBUCKET_PACKAGES_USERNAME", "${BITBUCKET_PACKAGES_TOKEN}"), "")


@pytest.mark.parametrize(
    "script",
    [
        "cat > s.xml <<EOF\n{}\nEOF\nmvn -s s.xml deploy",
        "mkdir ~/.m2\ncat <<-EOF > $HOME/.m2/settings.xml\n<!-- made here -->\n{}\nEOF\nmvn deploy",
        'echo "{}" > s.xml\nmvn -s s.xml deploy',
        'echo "<?xml version=\'1.0\'?>" > s.xml\necho "{}" >> s.xml\nmvn -s s.xml deploy',
        'printf "%s" "{}" > s.xml\nmvn -s s.xml deploy\nrm s.xml',
        "cat > w.xml <<EOF\n{}\nEOF\ncp w.xml ~/.m2/settings.xml\nmvn deploy",
    ],
)
def test_what_a_step_writes_is_edited_where_it_stands(script: str) -> None:
    files = {"s.xml": ""}
    assert found(script.format(WRITTEN), files) == ("safe", set(), script.format(NATIVE))


def test_a_variable_whose_name_the_step_writes_is_given_to_the_call() -> None:
    head = f"cat > s.xml <<'EOF'\n{FILE}\nEOF\n"
    assert found(f"{head}{DEPLOY}", {"s.xml": ""}) == ("safe", set(), f"{head}{BIND}{DEPLOY}")


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (DEPLOY, {"b/pom.xml": PUBLISHES.format("https://nexus.acme.example/")}),
        (DEPLOY, {"b/pom.xml": PUBLISHES.format("${somewhere}/acme")}),
        (DEPLOY, {"b/pom.xml": PUBLISHES.format("https://other.apkg.io/acme")}),
        (DEPLOY, {"s.xml": SETTINGS.format(ENV + "<server><id>x</id><password>${env.T}</password></server>", "")}),
        (DEPLOY, {"s.xml": SETTINGS.format(ENV + ENV.replace("bb", "x"), "")}),
        (DEPLOY, {"s.xml": SETTINGS.format(ENV, "<profiles><profile><x>${env.T}</x></profile></profiles>")}),
        (DEPLOY, {"s.xml": FILE.replace("${env.U}", "dev@acme.example")}),
        (DEPLOY, {"s.xml": FILE.replace("${env.T}", "{jSMOWnoPFgsHVpMvz5VrIt5kRbzGpI8u}")}),
        (DEPLOY, {"s.xml": FILE.replace("${env.T}", "${env.T}x")}),
        (DEPLOY, {"s.xml": FILE.replace("${env.T}", "${env.T:-x}")}),
        (DEPLOY, {"s.xml": FILE.replace("${env.T}", "${the.token}")}),
        (DEPLOY, {"s.xml": FILE.replace("<username>${env.U}</username>", "")}),
        (DEPLOY, {"s.xml": FILE.replace("</server>", "<configuration><httpHeaders/></configuration></server>")}),
        (DEPLOY, {"s.xml": FILE.replace("</servers>", "")}),
        (DEPLOY, {"s.xml": "<!DOCTYPE settings [<!ENTITY x SYSTEM 'y'>]>" + FILE}),
        (DEPLOY, {"s.xml": ""}),
        (
            f"cat > s.xml <<EOF\n{SETTINGS.format(SERVER.format('$U', '$T') + '$MORE', '')}\nEOF\n{DEPLOY}",
            {"s.xml": ""},
        ),
        ("mvn -s $S deploy", {}),
        ("sed -i s/a/b/ s.xml\nmvn -s s.xml deploy", {}),
        ('if [ "$X" ]; then cp s.xml ~/.m2/settings.xml; else cp t.xml ~/.m2/settings.xml; fi\nmvn deploy', {}),
        (f"[ $X ] && cat > s.xml <<EOF\n{SETTINGS.format(SERVER.format('$U', '$T'), '')}\nEOF\n{DEPLOY}", {}),
        ("ln -s s.xml ~/.m2/settings.xml\nmvn deploy", {}),
        ("curl -o ~/.m2/settings.xml https://acme.example/s.xml\nmvn deploy", {}),
        (f"{DEPLOY} -s t.xml", {"t.xml": FILE}),
        (DEPLOY, {"pom.xml": POM.replace("<id>bb", "<id>${id.of.it}")}),
        (DEPLOY, {"pom.xml": POM.replace(HERE, "${u}").replace("<dis", f"{PROPERTY}<dis"), "b/pom.xml": OTHER}),
        ("deploy() { mvn -s $1 deploy; }\ndeploy s.xml\ndeploy t.xml", {"t.xml": SETTINGS.format("", "")}),
        (f"sudo {DEPLOY}", {}),
        (f"readonly T\n{DEPLOY}", {}),
        (f"U=$A\nT=$(vault read t) {DEPLOY}", {}),
        ("sh ci.sh", {"ci.sh": f"{DEPLOY}\ncurl -u $U:$T https://acme.example/\n"}),
        ("sh ci.sh", {"ci.sh": f"sudo {DEPLOY}\n"}),
        ("sudo sh ci.sh", {"ci.sh": f"{DEPLOY}\n"}),
        (f'T="${{T%x}}" {DEPLOY}', {}),
        (f"{DEPLOY} -Denv.T=$A$B", {}),
    ],
)
def test_what_is_not_surely_for_packages_alone_or_cannot_be_given_stays(script: str, files: dict[str, str]) -> None:
    verdict, codes, left = found(script, files)
    assert (verdict, left) == ("report-only", script)
    assert codes & {"credential-unresolved", "unsupported-expansion", "bridge-reaches-more"}


IN_HOME = f"cat > ~/.m2/settings.xml <<EOF\n{SETTINGS.format(SERVER.format('$U', '$T'), '')}\nEOF"


@pytest.mark.parametrize("script", ["", "cp -r ci/ssh ~/.ssh", "cp ci/x.txt ~/.m2", "mv ci/x.txt ~/bin/"])
def test_what_is_copied_beside_the_settings_changes_none_of_them(script: str) -> None:
    assert found(f"{IN_HOME}\n{script}\nmvn deploy")[0] == "safe"


@pytest.mark.parametrize(
    "script",
    [
        "cp -t ~/.m2 ci/settings.xml",
        "cp --target-directory=$HOME/.m2 ci/settings.xml",
        "cp -a ci/.m2 ~",
        "cp --recursive ci/.m2 $HOME",
        "cp -r ci/m2 ~/.m2",
        "mv ci/.m2 /root",
        "ln -s $PWD/ci/m2 ~/.m2",
        *("tar -xf m2.tar -C ~", "rsync -a ci/m2/ ~/.m2/", "unzip m2.zip -d $HOME/.m2"),
    ],
)
def test_settings_that_a_folder_may_bring_along_are_not_those_that_the_step_wrote(script: str) -> None:
    assert found(f"{IN_HOME}\n{script}\nmvn deploy")[0] in {"unsafe", "report-only"}
    assert found(f"{script}\nmvn deploy")[0] in {"unsafe", "report-only"}


MIRROR = "<mirrors><mirror><id>{}</id><url>https://nexus.acme.example/</url><mirrorOf>{}</mirrorOf></mirror></mirrors>"


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (DEPLOY, {"s.xml": SETTINGS.format(ENV, MIRROR.format("m", "*"))}),
        (DEPLOY, {"s.xml": SETTINGS.format(ENV, MIRROR.format("bb", "central"))}),
        (f"{DEPLOY} $MORE", {}),
        (f"export MAVEN_ARGS='-s other.xml'\n{DEPLOY}", {}),
        (f"export MAVEN_OPTS=-Denv.T=x\n{DEPLOY}", {}),
        (f"export MAVEN_OPTS=-DT=x\n{DEPLOY}", {"s.xml": FILE.replace("env.", "")}),
        (f"echo $LINES > $LOG\n{DEPLOY}", {}),
        (f"xmlstarlet ed -L s.xml\n{DEPLOY}", {}),
        (f"cat > s.xml <<EOF\n{WRITTEN}\nEOF\nfirebase deploy\n{DEPLOY}", {"s.xml": ""}),
        (f"{DEPLOY} -DaltDeploymentRepository=$ID::https://nexus.acme.example/", {}),
        (DEPLOY, {".mvn/maven.config": "-gs other.xml"}),
        (DEPLOY, {".mvn/jvm.config": "-Denv.T=x"}),
        (DEPLOY, {".mvn/settings.xml": FILE}),
        (DEPLOY, {"src/A.java": 'System.getenv("T")'}),
        (DEPLOY, {"pom.xml": POM.replace("</project>", "<build><x>${env.T}</x></build></project>")}),
        (DEPLOY, {"pom.xml": POM.replace("</project>", "<build><serverId>bb</serverId></build></project>")}),
        (DEPLOY, {"b/pom.xml": "<project>"}),
        (DEPLOY, {"b/pom.xml": "<settings/>"}),
        (f'bash -c "$(x)"\n{DEPLOY}', {}),
        (f"sed -i s/a/b/ pom.xml\n{DEPLOY}", {}),
        (f'eval "$(./x)"\n{DEPLOY}', {}),
        (f"cat > s.xml <<EOF\n{WRITTEN}\nEOF\nsort s.xml\n{DEPLOY}", {"s.xml": ""}),
    ],
)
def test_what_else_may_decide_what_is_sent_where_is_no_safe_fix(script: str, files: dict[str, str]) -> None:
    verdict, codes, left = found(script, files)
    assert (verdict, codes) == ("unsafe", {"build-settings"})
    assert "BITBUCKET_PACKAGES_TOKEN" in left


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (DEPLOY, {"s.xml": SETTINGS.format(ENV, MIRROR.format("m", "central"))}),
        (DEPLOY, {".mvn/maven.config": "-B\n", ".mvn/jvm.config": "-Xmx1g", "README.md": "Set U and T.\n"}),
        (DEPLOY, {"src/A.java": 'System.getenv("TX")'}),
        (f"export MAVEN_OPTS=-Xmx1g\n{DEPLOY}", {}),
        (f"{DEPLOY} -Drevision=$BITBUCKET_BUILD_NUMBER", {}),
        (f"chmod 600 s.xml\nls -l s.xml\n{DEPLOY}", {}),
        (f'test -n "$T" || exit 1\n{DEPLOY}', {}),
    ],
)
def test_what_decides_nothing_is_no_doubt(script: str, files: dict[str, str]) -> None:
    assert found(script, files)[:2] == ("safe", set())


@pytest.mark.parametrize(
    ("script", "pom", "codes"),
    [
        (DEPLOY, POM, {"host-undocumented"}),
        (DEPLOY, PUBLISHES.format("https://npm.apkg.io/acme"), set()),
        (DEPLOY, READS.format(HERE, ""), {"host-undocumented"}),
        ("mvn -s s.xml verify", READS.format(HERE, ""), {"host-undocumented", "build-packages-unknown"}),
        (DEPLOY, READS.format(HERE, DEPENDENCY.format("com.acme.core")), {"host-undocumented", "foreign-package"}),
        (DEPLOY, READS.format(HERE, DEPENDENCY.format("org.x")), {"host-undocumented", "build-packages-unknown"}),
        (DEPLOY, READS.format(HERE, DEPENDENCY.format("com.acme")).replace(">x<", ">web<"), {"host-undocumented"}),
        (DEPLOY, POM.replace("</project>", f"{DEPENDENCY.format('com.acme.core')}</project>"), {"host-undocumented"}),
    ],
)
def test_a_host_that_no_page_names_and_packages_of_others_need_review(script: str, pom: str, codes: set[str]) -> None:
    assert found(script, {"pom.xml": pom}, settings=Settings())[1] == codes


@pytest.mark.parametrize(
    ("own", "verdict"), [("maven.apkg.io/acme/*", "safe"), ("maven.apkg.io/*", "safe"), ("crg.apkg.io/*", "unsafe")]
)
def test_the_configuration_settles_it(own: str, verdict: str) -> None:
    pom = READS.format(HERE, DEPENDENCY.format("com.acme.core"))
    assert found(DEPLOY, {"pom.xml": pom}, settings=Settings(own_packages=(own,)))[0] == verdict


@pytest.mark.parametrize(
    ("script", "step", "codes"),
    [
        (f"cat > s.xml <<EOF\n{WRITTEN}\nEOF\n{DEPLOY}", "        artifacts: [s.xml]\n", {"leaves-step"}),
        (f"cat > s.xml <<EOF\n{WRITTEN}\nEOF\n{DEPLOY}", "        artifacts: ['target/**']\n", set()),
        (f"cat > s.xml <<EOF\n{WRITTEN}\nEOF\n{DEPLOY}\nscp s.xml acme.example:", "", {"leaves-step"}),
        (DEPLOY, "        artifacts: ['**']\n", set()),
        (DEPLOY, "        runs-on: [self.hosted, linux.shell]\n", {"shell-runner"}),
        (f"set -x\n{DEPLOY}", "", {"traced"}),
        (f"echo $T\n{DEPLOY}", "", {"traced"}),
    ],
)
def test_what_leaves_or_shows_it_is_told(script: str, step: str, codes: set[str]) -> None:
    files = {"s.xml": ""} if "EOF" in script else {}
    assert found(script, files, step)[1] - {"build-settings"} == codes


def test_a_registry_of_another_workspace_is_none_of_ours() -> None:
    settings = Settings(workspace="globex", own_packages=OWN.own_packages)
    assert found(DEPLOY, settings=settings)[:2] == ("report-only", {"other-workspace"})


def test_a_file_that_is_read_by_a_login_is_not_told_again_and_one_that_is_not_is() -> None:
    files = {
        "pom.xml": "",
        "s.xml": "",
        "settings.xml": SETTINGS.format(ENV, f"<profiles><profile>{READ}</profile></profiles>"),
    }
    assert found("mvn -s settings.xml deploy", files)[0] == "safe"
    assert found("mvn -s settings.xml deploy\nmvn -s $OTHER test", files)[1] == {"package-client"}


READ = f"<repositories>{AT.format(HERE)}</repositories>"


@pytest.mark.parametrize("files", [{"s.xml": FILE.replace("${env.T}", "Tr0ub4dor-3")}, {"s.xml": ""}])
def test_a_password_that_is_written_out_is_a_hardcoded_token_and_is_not_shown(files: dict[str, str]) -> None:
    written = SETTINGS.format(SERVER.format("$U", "Tr0ub4dor-3"), "")
    script = DEPLOY if files["s.xml"] else f"cat > s.xml <<EOF\n{written}\nEOF\n{DEPLOY}"
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    text = f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{lines}"
    report = report_on({path: one.encode() for path, one in {PATH: text, "pom.xml": POM, **files}.items() if one}, OWN)
    (one,) = report.findings
    assert (one.rule, one.verdict.value) == ("literal-credential", "report-only")
    assert "Tr0ub4dor" not in repr(one)
    shown = "".join(text[span.start : span.end] for span in report.secrets.get(PATH, ()))
    assert ("Tr0ub4dor-3" in shown) == ("Tr0ub4dor-3" in text)


def test_files_of_this_repository_say_nothing_of_one_that_imports_its_pipeline() -> None:
    step = f"      - step:\n          script: [{DEPLOY}]\n"
    text = f"export: true\ndefinitions:\n  pipelines:\n    shared:\n{step}"
    report = report_on({path: one.encode() for path, one in {PATH: text, "pom.xml": POM, "s.xml": FILE}.items()}, OWN)
    assert not report.findings


HERE_DOC = f"cat > s.xml <<EOF\n{WRITTEN}\nEOF\n"
AT_HOME = HERE_DOC.replace("s.xml", "~/.m2/settings.xml")


def test_what_is_configured_for_this_repository_settles_nothing_of_one_that_imports_its_pipeline() -> None:
    words = f"{AT_HOME}mvn deploy:deploy-file -DrepositoryId=bb -Durl={HERE}"
    lines = "".join(f"              {line}\n" for line in words.splitlines())
    head = "export: true\ndefinitions:\n  pipelines:\n    shared:\n      - step:\n          script:\n            - |\n"
    (one,) = report_on(f"{head}{lines}", OWN).findings
    assert [reason.code for reason in one.reasons] == ["host-undocumented"]


ELSEWHERE = "-DaltDeploymentRepository=bb::https://nexus.acme.example/"


@pytest.mark.parametrize(
    ("script", "files", "verdict"),
    [
        (DEPLOY, {".mvn/maven.config": "-B\n-ntp\n-Drevision=2\n-Dmaven.test.skip\n"}, "safe"),
        (DEPLOY, {".mvn/jvm.config": "-Xmx1g -Dfile.encoding=UTF-8\n"}, "safe"),
        (f"export MAVEN_OPTS=-Xmx1g\n{DEPLOY}", {}, "safe"),
        (DEPLOY, {".mvn/maven.config": f"{ELSEWHERE}\n"}, "unsafe"),
        (DEPLOY, {".mvn/maven.config": "-P\nother\n"}, "unsafe"),
        (f"export MAVEN_ARGS={ELSEWHERE}\n{DEPLOY}", {}, "unsafe"),
        (f"MAVEN_OPTS='-Xmx1g {ELSEWHERE}' {DEPLOY}", {}, "unsafe"),
        (f'export MAVEN_ARGS="$MORE"\n{DEPLOY}', {}, "unsafe"),
        (f'export MAVEN_ARGS="$(cat args)"\n{DEPLOY}', {}, "unsafe"),
    ],
)
def test_words_that_a_call_is_given_elsewhere_may_lead_it_elsewhere(
    script: str, files: dict[str, str], verdict: str
) -> None:
    assert found(script, files)[:2] == (verdict, {"build-settings"} if verdict == "unsafe" else set())


TOLD = "`{}` is told the file with the credential"
ELSE = "{} may name other settings"
UNREAD = "`{}` runs what patless has not read"
CACHE = "        caches: [own]\n"


@pytest.mark.parametrize(
    ("script", "files", "details"),
    [
        (f"{HERE_DOC}{DEPLOY}\nsort s.xml", {"s.xml": ""}, {TOLD.format("sort")}),
        (f"{HERE_DOC}{DEPLOY}\necho s.xml", {"s.xml": ""}, set()),
        (f"{HERE_DOC}{DEPLOY}\necho s.xml > list", {"s.xml": ""}, {TOLD.format("echo")}),
        (f"{HERE_DOC}{DEPLOY}\n$X s.xml", {"s.xml": ""}, {TOLD.format("a program")}),
        (f"{HERE_DOC}{DEPLOY}\nnode tool --in=./s.xml", {"s.xml": ""}, {TOLD.format("node")}),
        (f"{HERE_DOC}{DEPLOY}\ngradle -Px=s.xml", {"s.xml": ""}, {TOLD.format("gradle")}),
        (f"{HERE_DOC}{DEPLOY}\nfirebase deploy", {"s.xml": ""}, {TOLD.format("firebase")}),
        (f"{HERE_DOC}{DEPLOY}\nfirebase deploy-all", {"s.xml": ""}, set()),
        (f"{HERE_DOC}{DEPLOY}\nfirebase use acme", {"s.xml": ""}, set()),
        (f"{HERE_DOC}{DEPLOY} -pl a\n{DEPLOY} -pl b\nmvn -s s.xml verify", {"s.xml": ""}, set()),
        (f'echo "<!-- s.xml -->{WRITTEN}" > s.xml\n{DEPLOY}', {"s.xml": ""}, set()),
        (f'{HERE_DOC}see() {{ ls "$1"; }}\nsee s.xml\n{DEPLOY}', {"s.xml": ""}, set()),
        (
            f"{HERE_DOC}touch s.xml\ntest -f s.xml\n[ -f s.xml ]\nls s.xml\nchmod 600 s.xml\n{DEPLOY}",
            {"s.xml": ""},
            set(),
        ),
        (
            f"{HERE_DOC}{DEPLOY}\ncp s.xml x.xml\nrm s.xml\nmkdir s.xml.d\ncd s.xml.d\npushd s.xml.e",
            {"s.xml": ""},
            set(),
        ),
        (f"{AT_HOME}mvn deploy\nfirebase deploy", {}, set()),
        (f"{AT_HOME}{HERE_DOC}mvn deploy\n{DEPLOY}\nfirebase deploy", {"s.xml": ""}, {TOLD.format("firebase")}),
        (f"{AT_HOME}mvn deploy\nzip -r x.zip .m2", {}, {TOLD.format("zip")}),
        (f"{AT_HOME}mvn deploy\nzip -r x.zip .m", {}, set()),
        (f"{HERE_DOC}{DEPLOY}\nzip -r x.zip target", {"s.xml": ""}, set()),
        (f"{DEPLOY}\nsort s.xml", {}, {TOLD.format("sort")}),
        (f"{DEPLOY}\nfirebase deploy", {}, set()),
        (
            f"xvfb-run {DEPLOY}",
            {},
            {"`mvn` runs in `xvfb-run`", "the credential is in U, and patless can't set it for this call alone"},
        ),
        (f"time {DEPLOY}", {}, set()),
        (f"sed -i s/a/b/ pom.xml b/pom.xml\n{DEPLOY}", {"b/pom.xml": POM}, {"the step may write b/pom.xml"}),
        (f"sed -i s/a/b/ README.md build.gradle\n{DEPLOY}", {"README.md": "a", "build.gradle": "a"}, set()),
        (DEPLOY, {".mvn/maven.config": ELSEWHERE}, {ELSE.format(".mvn/maven.config")}),
        (
            DEPLOY,
            {".mvn/extensions.jar": "\0" * 9, "mvn/maven.config": ELSEWHERE},
            {ELSE.format(".mvn/extensions.jar")},
        ),
        *(
            (f"export {name}=-Dx=y\n{DEPLOY}", {}, {ELSE.format(name)})
            for name in ("MAVEN_ARGS", "MAVEN_OPTS", "GRADLE_OPTS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS")
        ),
        (f"JAVA_OPTS=-Dx=y\n{DEPLOY}", {}, set()),
        (f'export JAVA_OPTS="$(./options)"\n{DEPLOY}', {}, {ELSE.format("JAVA_OPTS")}),
        (f'export JAVA_OPTS="$MORE"\n{DEPLOY}', {}, {ELSE.format("JAVA_OPTS")}),
        (f"$X\n{DEPLOY}", {}, {UNREAD.format("a program")}),
        (f"bash x.sh\n{DEPLOY}", {}, {UNREAD.format("bash")}),
        (f"{DEPLOY}\n$X\nbash x.sh", {}, set()),
        (f"node x.js\n{DEPLOY}", {}, set()),
        (f". x.sh\n{DEPLOY}", {}, {"patless has not read `x.sh`, which is sourced and not in the repository"}),
        (f"bash -c 'if'\n{DEPLOY}", {}, {UNREAD.format("bash"), "patless has not read all text that the step runs"}),
        ("sh ci.sh", {"ci.sh": f"# {DEPLOY} needs U and T\n{DEPLOY}\n"}, set()),
        (DEPLOY, {"src/A.java": "getenv(T)", "src/U.java": ""}, {"src/A.java names T, too"}),
        (
            f"{DEPLOY} -Dp.u=$A -Dp.t=$B",
            {"s.xml": FILE.replace("env.", "p.").replace(".U", ".u").replace(".T", ".t"), "x": "p.t", "y": "A B U T"},
            {"x names p.t, too"},
        ),
    ],
)
def test_each_doubt_about_a_call_is_told_and_nothing_else(
    script: str, files: dict[str, str], details: set[str]
) -> None:
    assert told(script, files)[0] == details


GRANTED = "what `mvn` publishes at {} is linked to this repository"
IDLE = "patless sees no package of {} that `mvn` reads or publishes"
NO_SIGN = "the native credentials have no sign in them that XML reserves"

MAY_READ = "`mvn` may read {}, which this repository does not publish"
UNDOCUMENTED = "no documentation of the platform names {}"
NPM = "https://npm.apkg.io/acme"
RUNNING = "https://npm.apkg.io/${env.BITBUCKET_WORKSPACE}"
NEEDS = READS.format(NPM, DEPENDENCY.format("com.acme.core"))


@pytest.mark.parametrize(
    ("pom", "settings", "details", "granted"),
    [
        (POM, OWN, set(), {GRANTED.format("maven.apkg.io/acme")}),
        (POM, Settings(), {UNDOCUMENTED.format("maven.apkg.io")}, {GRANTED.format("maven.apkg.io/acme")}),
        (PUBLISHES.format(NPM), Settings(), set(), {GRANTED.format("npm.apkg.io/acme")}),
        (PUBLISHES.format(RUNNING), Settings(), set(), {GRANTED.format("npm.apkg.io/$BITBUCKET_WORKSPACE")}),
        (PUBLISHES.format(RUNNING), Settings(workspace="acme"), set(), {GRANTED.format("npm.apkg.io/acme")}),
        (PUBLISHES.format("https://npm.apkg.io"), Settings(workspace="acme"), set(), {GRANTED.format("npm.apkg.io")}),
        (PUBLISHES.format(f"{NPM}/x"), Settings(workspace="acme"), set(), {GRANTED.format("npm.apkg.io/acme")}),
    ],
)
def test_what_a_call_publishes_is_taken_for_one_of_this_repository(
    pom: str, settings: Settings, details: set[str], granted: set[str]
) -> None:
    assert told(DEPLOY, {"pom.xml": pom}, settings=settings) == (details, granted)


@pytest.mark.parametrize(
    ("url", "settings", "details"),
    [
        (NPM, Settings(), {MAY_READ.format("npm.apkg.io/acme/com.acme.core:x")}),
        (NPM, Settings(own_packages=("npm.apkg.io/acme/com.acme.core:x",)), set()),
        (NPM, Settings(shared_packages=("npm.apkg.io/acme/com.acme.core:x",)), set()),
        (
            NPM,
            Settings(own_packages=("npm.apkg.io/acme/com.acme.core:y",)),
            {MAY_READ.format("npm.apkg.io/acme/com.acme.core:x")},
        ),
        (RUNNING, Settings(own_packages=("npm.apkg.io/acme/com.acme.*",)), set()),
        ("https://npm.apkg.io/${env.W}", OWN, {MAY_READ.format("npm.apkg.io/$W/com.acme.core:x")}),
    ],
)
def test_a_package_that_a_call_may_read_is_one_of_others_unless_it_is_configured(
    url: str, settings: Settings, details: set[str]
) -> None:
    pom = READS.format(url, DEPENDENCY.format("com.acme.core"))
    assert told("mvn -s s.xml verify", {"pom.xml": pom}, settings=settings) == (details, set())


@pytest.mark.parametrize(
    ("script", "path", "kept"),
    [
        (f"{AT_HOME}mvn deploy", "~/.m2", True),
        (f"{AT_HOME}mvn deploy", "/root/.m2", True),
        (f"{AT_HOME}mvn deploy", "~/.m2/repository", False),
        (f"{AT_HOME}mvn deploy", ".", False),
        (f"{HERE_DOC}{DEPLOY}", ".", True),
        (f"{HERE_DOC}{DEPLOY}", "~/.m2", False),
        (f"{HERE_DOC}{DEPLOY}", "target", False),
    ],
)
def test_a_cache_that_keeps_the_file_is_told(script: str, path: str, kept: bool) -> None:
    caches = f"definitions:\n  caches:\n    own: {path}\n"
    details, _ = told(script, {"s.xml": ""}, CACHE, before=caches)
    assert ("a cache keeps the file with the credential" in details) is kept


def test_what_becomes_of_written_values_is_told_and_not_what_becomes_of_others() -> None:
    also = "what the step writes there also becomes a file on another machine"
    copies = "{}{}\necho {} > x\nscp x acme.example:"
    assert also in told(copies.format(HERE_DOC, DEPLOY, "$T"), {"s.xml": ""})[0]
    assert also not in told(copies.format(HERE_DOC, DEPLOY, "$OTHER_TOKEN"), {"s.xml": ""})[0]
    assert also not in told(copies.format("", DEPLOY, "$T"))[0]


def test_the_same_settings_are_written_with_signs_of_their_own_and_committed_ones_are_not() -> None:
    assert told(f"{HERE_DOC}{DEPLOY}", {"s.xml": ""})[1] == {NO_SIGN, GRANTED.format("maven.apkg.io/acme")}
    assert told(DEPLOY)[1] == {GRANTED.format("maven.apkg.io/acme")}


def test_one_that_reads_nothing_that_is_known_may_read_all() -> None:
    pom = {"pom.xml": READS.format(NPM, "")}
    assert told("mvn -s s.xml verify", pom, settings=Settings())[0] == {IDLE.format("npm.apkg.io")}
    assert told("mvn -s s.xml verify", pom, settings=Settings(own_packages=("npm.apkg.io/*",)))[0] == set()
    assert told("mvn -s s.xml deploy", pom, settings=Settings())[0] == set()
