"""A pair that yarn is given, and all that may come between: no finding where it is not one of Packages, and none that
is safe where something else may set or take it."""

from __future__ import annotations

from textwrap import indent

import pytest

from migrator.findings.settings import Settings
from migrator.flow import files
from migrator.reading.literals import literals
from migrator.rulebook import reading as rulebook
from migrator.text.literals import apart
from tests.memory import PATH, planned, report_on, step

HOST = "npm.apkg.io"
WEB = f'{{"name": "@acme/web", "publishConfig": {{"registry": "https://{HOST}/acme/"}}}}'
UI = '{"name": "@acme/web", "dependencies": {"@acme/ui": "1"}}'
SERVER = f'npmRegistryServer: "https://{HOST}/acme/"\n'
SCOPE = f'npmScopes:\n  acme:\n    npmRegistryServer: "https://{HOST}/acme/"\n'
PAIR = f'npmRegistries:\n  "//{HOST}/acme/":\n    npmAuthIdent: "${{PKG_USER}}:${{PKG_PAT}}"\n'
OTHER = PAIR.replace(HOST, "npm.acme.example")
COMMITTED = {".yarnrc.yml": f"{SERVER}{PAIR}"}
TOP = {".yarnrc.yml": SERVER}
USER, TOKEN = "BITBUCKET_PACKAGES_USERNAME", "BITBUCKET_PACKAGES_TOKEN"
IDENT = '"$PKG_USER:$PKG_PAT"'
SET = f"yarn config set npmAuthIdent {IDENT}"
BY_VARIABLE = f"export YARN_NPM_AUTH_IDENT={IDENT}"
PUBLISH = "yarn npm publish"
NATIVE = 'PKG_USER="$BITBUCKET_PACKAGES_USERNAME" PKG_PAT="$BITBUCKET_PACKAGES_TOKEN"'


def _files(script: str, files: dict[str, str] | None = None, step: str = "") -> dict[str, bytes]:
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    text = f"pipelines:\n  default:\n    - step:\n{step}        script:\n          - |\n{lines}"
    return {path: one.encode() for path, one in {PATH: text, "package.json": WEB, **(files or {})}.items()}


def found(
    script: str, files: dict[str, str] | None = None, step: str = "", settings: Settings | None = None
) -> tuple[str, set[str]]:
    """The strictest verdict, and the reasons."""
    findings = report_on(_files(script, files, step), settings).findings
    every = [(one.verdict.strictness, one.verdict.value) for one in findings if one.rule == "package-credential"]
    return max(every, default=(0, "none"))[1], {reason.code for one in findings for reason in one.reasons}


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("yarn install", {}),
        ("yarn install", {".yarnrc.yml": "nodeLinker: node-modules\n"}),
        ("yarn install", TOP),
        (PUBLISH, {".yarnrc.yml": f"npmRegistryServer: https://npm.acme.example\n{OTHER}"}),
        (SET + "\n" + PUBLISH, {".yarnrc.yml": SERVER.replace(HOST, "npm.acme.example")}),
        (f"{BY_VARIABLE}\n{PUBLISH}", {"package.json": WEB.replace(HOST, "npm.acme.example")}),
        ("make", COMMITTED),
        ("echo yarn install", COMMITTED),
        (f"{NATIVE} {PUBLISH}", COMMITTED),
        (f"export {NATIVE}\n{PUBLISH}", COMMITTED),
        (PUBLISH, {".yarnrc.yml": f"{SERVER}{PAIR}".replace("PKG_PAT", TOKEN).replace("PKG_USER", USER)}),
    ],
)
def test_other_registries_native_pairs_and_files_that_nobody_reads_are_none(script: str, files: dict[str, str]) -> None:
    assert found(script, files) == ("none", set())


UNREADABLE = "#" * 3_000_000
"""More than is read of a file."""


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (PUBLISH, COMMITTED),
        (f"yarn build\n{PUBLISH}", {**COMMITTED, "package.json": f'{WEB[:-1]}, "scripts": {{"build": "yarn lint"}}}}'}),
        (PUBLISH, {".yarnrc.yml": f"{SERVER}{PAIR}".replace("}", ":-}"), "README.md": "Set PKG_PAT in .yarnrc.yml.\n"}),
        (f"{SET}\n{PUBLISH}", TOP),
        (f"yarn config set -H npmScopes.acme.npmAuthIdent {IDENT}\n{PUBLISH}", TOP),
        (f"{BY_VARIABLE}\n{PUBLISH}", TOP),
        (f"export YARN_NPM_REGISTRY_SERVER=https://{HOST}/acme/\n{BY_VARIABLE}\n{PUBLISH}", {}),
        (f"cat > .yarnrc.yml <<'EOF'\n{SERVER}{PAIR}EOF\n{PUBLISH}", {}),
        (f"export PKG_USER=$A PKG_PAT=$B\n{PUBLISH}", COMMITTED),
        (f"[ -n $X ] || export PKG_USER=$A PKG_PAT=$B\n{PUBLISH}", COMMITTED),
        (f"cd web\n{PUBLISH}", {**COMMITTED, "web/package.json": WEB}),
        (f"{PUBLISH}\nrm -f ~/.yarnrc.yml", COMMITTED),
        (f"time -p {PUBLISH}", COMMITTED),
    ],
)
def test_a_pair_of_which_all_is_known_is_safe_and_native_afterwards(script: str, files: dict[str, str]) -> None:
    assert found(script, files) == ("safe", set())
    given = _files(script, files)
    (change,) = planned(report_on(given)).changes
    assert change.path == PATH
    assert not report_on({**given, PATH: change.after}).findings


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (PUBLISH, {**COMMITTED, "ci.js": "send(process.env.PKG_PAT)\n"}),
        (PUBLISH, {**COMMITTED, "ci/settings.sh": "yarn config set npmAuthIdent $X\n"}),
        (f"{BY_VARIABLE}\n{PUBLISH}", {".yarnrc.yml": f'{SERVER}npmAuthIdent: "a:${{BITBUCKET_PACKAGES_TOKEN}}"\n'}),
        (f"{SET}\nyarn config set -H npmAuthIdent {IDENT}\n{PUBLISH}", TOP),
        (f"{SET}\nyarn config set $KEY $VALUE\n{PUBLISH}", TOP),
        (f"{SET}\necho $MORE >> .yarnrc.yml\n{PUBLISH}", TOP),
        (f"{SET}\nsed -i s/a/b/ .yarnrc.yml\n{PUBLISH}", TOP),
        (f"{SET}\ncat .yarnrc.yml\n{PUBLISH}", TOP),
        (f"{SET}\nyarn npm login\n{PUBLISH}", TOP),
        (f"{SET}\nHOME=/x {PUBLISH}", TOP),
        (f"{SET}\nsudo {PUBLISH}", TOP),
        (f"{SET}\nbash -c '$X'\n{PUBLISH}", TOP),
        (f"export YARN_RC_FILENAME=.other.yml\n{SET}\n{PUBLISH}", TOP),
        (f"cat >> .yarnrc.yml <<EOF\n{PAIR.replace('{', '').replace('}', '')}EOF\n{PUBLISH}", TOP),
        (f"{SET}\n{PUBLISH}", {**TOP, "package.json": WEB.replace(HOST, "npm.acme.example")}),
        (f"{SET}\n{PUBLISH}", {**TOP, "web/.yarnrc.yml": UNREADABLE}),
    ],
)
def test_what_may_set_or_take_what_yarn_is_given_is_no_safe_fix(script: str, files: dict[str, str]) -> None:
    verdict, codes = found(script, files)
    assert (verdict, "npm-settings" in codes) in {("unsafe", True), ("report-only", True)}


@pytest.mark.parametrize(
    ("script", "files", "codes"),
    [
        (PUBLISH, {".yarnrc.yml": f"{SERVER}{PAIR}".replace("Ident", "Token")}, {"npm-token"}),
        (f"export YARN_NPM_AUTH_TOKEN=$PKG_PAT\n{PUBLISH} --registry https://{HOST}", {}, {"npm-token"}),
        (f"{BY_VARIABLE}\nexport YARN_NPM_AUTH_TOKEN=$PKG_PAT\n{PUBLISH}", TOP, {"npm-token-wins"}),
        (PUBLISH, {".yarnrc.yml": f"{SERVER}{PAIR}    npmAuthToken: x\n"}, {"npm-token-wins"}),
        (PUBLISH, {".yarnrc.yml": f"{SERVER}{PAIR}{OTHER.partition(chr(10))[2]}"}, {"package-client"}),
        (f"timeout 60 sudo {PUBLISH}", COMMITTED, {"credential-unresolved"}),
        (f"readonly PKG_PAT\n{PUBLISH}", COMMITTED, {"credential-unresolved"}),
        (f"export PKG_PAT=$(vault read x)\n{PUBLISH}", COMMITTED, {"credential-unresolved"}),
        ("make", {**COMMITTED, "Makefile": f"all:\n\t{PUBLISH}\n"}, {"credential-unresolved"}),
        (f"{BY_VARIABLE}\n{PUBLISH}", {".yarnrc.yml": SCOPE, "package.json": "{}"}, {"package-client"}),
        (
            f"{BY_VARIABLE}\n{PUBLISH}\nYARN_NPM_REGISTRY_SERVER=https://npm.acme.example {PUBLISH}",
            TOP,
            {"package-client"},
        ),
    ],
)
def test_what_can_not_be_shown_to_become_native_is_told(script: str, files: dict[str, str], codes: set[str]) -> None:
    verdict, given = found(script, files)
    assert (verdict, given >= codes) == ("report-only", True), given


@pytest.mark.parametrize(
    ("script", "files", "code"),
    [
        ("yarn install", COMMITTED, "npm-packages-unknown"),
        ("yarn install", {".yarnrc.yml": f"{SCOPE}{PAIR}", "package.json": UI}, "foreign-package"),
        ("yarn install", {".yarnrc.yml": f"{SCOPE}{PAIR}", "package.json": "{"}, "npm-packages-unknown"),
    ],
)
def test_a_package_that_may_be_foreign_is_no_safe_fix(script: str, files: dict[str, str], code: str) -> None:
    assert found(script, files) == ("unsafe", {code})


def test_the_configuration_settles_whose_a_package_is() -> None:
    own = Settings(own_packages=(f"{HOST}/acme/@acme/ui",))
    assert found("yarn install", {".yarnrc.yml": f"{SCOPE}{PAIR}", "package.json": UI}, settings=own)[0] == "safe"


def test_a_registry_of_another_workspace_is_none_of_ours() -> None:
    assert found(PUBLISH, COMMITTED, settings=Settings(workspace="globex")) == ("report-only", {"other-workspace"})


@pytest.mark.parametrize(("kept", "codes"), [("[.yarnrc.yml]", {"leaves-step"}), ("['dist/**']", set())])
def test_a_file_that_the_step_writes_and_keeps_leaves_it(kept: str, codes: set[str]) -> None:
    assert found(f"{SET}\n{PUBLISH}", TOP, f"        artifacts: {kept}\n")[1] == codes


def test_a_committed_file_with_names_alone_may_be_kept() -> None:
    assert found(PUBLISH, COMMITTED, "        artifacts: [.yarnrc.yml]\n") == ("safe", set())


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (BY_VARIABLE, ""),
        ('npmAuthIdent: "${PKG_USER}:${PKG_PAT}"', ""),
        ("yarn config set npmAuthIdent $(make ident)", ""),
        ("yarn is given `npmAuthIdent` in several places", ""),
        ("export YARN_NPM_AUTH_IDENT=me:s3cr3tw0rd", "s3cr3tw0rd"),
        ('npmAuthIdent: "$PKG_USER:s3cr3tw0rd"', "s3cr3tw0rd"),
        ("yarn config set npmAuthIdent bWU6czNjcjN0dzByZA==", "bWU6czNjcjN0dzByZA=="),
    ],
)
def test_only_what_is_written_out_of_a_pair_is_masked(text: str, masked: str) -> None:
    spans = literals(text, rulebook.load())
    shown = [text[span.start : span.end] for span in apart(spans)]
    assert [one.rpartition(":")[2] for one in shown] == ([masked] if masked else [])


HANDS = "{} names {}, which `yarn npm` hands to what it runs"


@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        ("tool.js", "env.pkg_pat", "PKG_PAT"),
        ("tool.js", "PKG_PAT + PKG_USER", "PKG_USER and PKG_PAT"),
        ("web/package.json", '{"x": "$PKG_PAT"}', "PKG_PAT"),
        ("tool.bin", "\0PKG_PAT", "PKG_PAT"),
        ("web/.yarnrc.yml", "# PKG_PAT", ""),
        (".gitignore", "PKG_PAT", ""),
        ("README.md", "PKG_PAT", ""),
        ("tool.js", "PKG-PAT", ""),
    ],
)
def test_a_file_that_names_a_variable_is_told_with_its_name(path: str, text: str, named: str) -> None:
    (one,) = report_on(_files(PUBLISH, {**COMMITTED, path: text})).findings
    assert [reason.detail for reason in one.reasons] == ([HANDS.format(path, named)] if named else [])
    assert set(one.assumptions) == ({LINKED} if named else {BOTH, LINKED})


def test_of_more_files_than_are_looked_through_any_may_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_MOST_BYTES_HELD", 10)
    (one,) = report_on(_files(PUBLISH, COMMITTED)).findings
    assert {reason.detail for reason in one.reasons} >= {
        "what may set it is one of more files than are looked through",
        "patless can't tell which files name PKG_USER and PKG_PAT (one of more files than are looked through), which "
        "`yarn npm` hands to what it runs",
    }


def test_no_more_than_four_of_many_files_are_told() -> None:
    many = {f"{name}.js": "PKG_PAT" for name in "edcba"}
    (one,) = report_on(_files(PUBLISH, {**COMMITTED, **many})).findings
    assert [reason.detail for reason in one.reasons] == [HANDS.format(f"{name}.js", "PKG_PAT") for name in "abcd"]


RAN = "nothing that `yarn npm` runs uses {}"
LINE = 'echo "npmAuthIdent: $PKG_USER:$PKG_PAT"'
SERVED = f"YARN_NPM_REGISTRY_SERVER=https://{HOST}/acme/"
BOTH = RAN.format("PKG_USER and PKG_PAT")
LINKED = "what npm publishes at npm.apkg.io/acme is linked to this repository"
PLAIN = "YAML reads the native user name and token as plain text"
SEVERAL = "yarn is given `npmAuthIdent` in several places"
IN_FILE = "`npmAuthToken` in .yarnrc.yml may win over `npmAuthIdent`"
WINS = "`{}` may win over `npmAuthIdent`"
SETS = "the step sets `{}`"
UNREAD = "`{}` runs what patless has not read"
TOLD = "`{}` is told a file with settings of yarn"
NAMES = "{} names settings of yarn"
WRITE = f"cat > .yarnrc.yml <<EOF\n{SERVER}{PAIR}EOF\n".replace("{", "").replace("}", "")
ENCODED = '"$(printf %s:%s "$A" "$B" | base64 -w 0)"'
ALONE = "the credential is in PKG_USER, and patless can't set it for this call alone"
TOP_TOKEN = {".yarnrc.yml": f"{SERVER}{PAIR}npmAuthToken: x\n"}
SCOPE_TOKEN = {".yarnrc.yml": f"{SERVER}{PAIR}npmScopes:\n  x:\n    npmAuthToken: x\n"}
OTHER_TOKEN = {".yarnrc.yml": f'{SERVER}{PAIR}  "//npm.acme.example":\n    npmAuthToken: x\n'}
SAME_TOKEN = {".yarnrc.yml": f"{SERVER}{PAIR}    npmAuthToken: x\n"}
BESIDE = {".yarnrc.yml": f'{SERVER}npmAuthIdent: "a:${{BITBUCKET_PACKAGES_TOKEN}}"\n'}


@pytest.mark.parametrize(
    ("script", "files", "details"),
    [
        (PUBLISH, TOP_TOKEN, {IN_FILE}),
        (PUBLISH, SCOPE_TOKEN, {IN_FILE}),
        (PUBLISH, SAME_TOKEN, {IN_FILE}),
        (PUBLISH, OTHER_TOKEN, set()),
        (f"{SET}\nyarn config set -H npmAuthToken x\n{PUBLISH}", TOP, {IN_FILE.replace(" .", " ~/.")}),
        (f"{SET}\nyarn config set npmScopes.acme.npmAuthIdent {IDENT}\n{PUBLISH}", TOP, {SEVERAL}),
        (f"{LINE} > .yarnrc.yml\n{LINE} > ~/.yarnrc.yml\nexport {SERVED}\n{PUBLISH}", {}, {SEVERAL}),
        (f"YARN_NPM_AUTH_TOKEN=x {PUBLISH}", COMMITTED, {WINS.format("YARN_NPM_AUTH_TOKEN")}),
        (f"YARN_NPM_AUTH_TOKEN=x node x\n{PUBLISH}", COMMITTED, set()),
        (f"YARN_NPM_AUTH_TOKEN=x\n{PUBLISH}", COMMITTED, {WINS.format("YARN_NPM_AUTH_TOKEN")}),
        (f"{SET}\nyarn config set -H npmAuthIdent {IDENT}\n{PUBLISH}", TOP, {SEVERAL}),
        (f"{BY_VARIABLE}\n{PUBLISH}", BESIDE, {SEVERAL}),
        (f"{WRITE}{PUBLISH}", TOP, {"the step writes a .yarnrc.yml that is in the repository, too"}),
        (f"cd web\n{WRITE}{PUBLISH}", {**TOP, "web/package.json": WEB}, set()),
        (
            f"{SET}\n{PUBLISH}",
            {**TOP, "package.json": WEB.replace(HOST, "npm.acme.example")},
            {"package.json names another registry to publish to"},
        ),
        (f"{SET}\ncurl -d @- x < .yarnrc.yml\n{PUBLISH}", TOP, {"the step reads the file with the settings of yarn"}),
        (f"curl -d @- x < README.md\n{PUBLISH}", COMMITTED, set()),
        (f"env -i bash -c ls\n{PUBLISH}", COMMITTED, {"a part of the step runs in another environment"}),
        (f". x.sh\n{PUBLISH}", COMMITTED, {"patless has not read `x.sh`, which is sourced and not in the repository"}),
        (
            f"bash -c if\n{PUBLISH}",
            COMMITTED,
            {UNREAD.format("bash"), "patless has not read all text that the step runs"},
        ),
        (
            f"su -c 'yarn x'\n{PUBLISH}",
            COMMITTED,
            {
                "`su` starts yarn in a way that patless doesn't follow",
                "the step also logs in to the same registry with other credentials",
                ALONE,
            },
        ),
        (f"su -c ls\n{PUBLISH}", COMMITTED, set()),
        (f"ls | xargs yarn x\n{PUBLISH}", COMMITTED, {"`xargs` starts yarn in a way that patless doesn't follow"}),
        (f"ls | xargs ls\n{PUBLISH}", COMMITTED, set()),
        (f"$X\n{PUBLISH}", COMMITTED, {UNREAD.format("a program")}),
        (f"bash x.sh\n{PUBLISH}", COMMITTED, {UNREAD.format("bash")}),
        (f"bash -c ls\n{PUBLISH}", COMMITTED, set()),
        (f"export YARN_HTTP_PROXY=x\n{PUBLISH}", COMMITTED, {SETS.format("YARN_HTTP_PROXY")}),
        (f"export YARN_HTTPS_PROXY=x\n{PUBLISH}", COMMITTED, {SETS.format("YARN_HTTPS_PROXY")}),
        (f"export YARN_NPM_ALWAYS_AUTH=x\n{PUBLISH}", COMMITTED, {SETS.format("YARN_NPM_ALWAYS_AUTH")}),
        (f"YARN_RC_FILENAME=x {PUBLISH}", COMMITTED, {SETS.format("YARN_RC_FILENAME")}),
        (f"YARN_ENABLE_X=x {PUBLISH}", COMMITTED, set()),
        (f"YARN_NPM_REGISTRY_SERVER=https://{HOST}/acme {PUBLISH}", COMMITTED, set()),
        (f"HOME=x {PUBLISH}", COMMITTED, {"`yarn` looks for its settings in another home folder"}),
        (f"export HOME=/x\n{PUBLISH}", COMMITTED, {"`yarn` looks for its settings in another home folder"}),
        (f"HOME=x ls\n{PUBLISH}", COMMITTED, set()),
        (f"YARN_RC_FILENAME=x ls\n{PUBLISH}", COMMITTED, {SETS.format("YARN_RC_FILENAME")}),
        (f"YARN_RC_FILENAME=x\n{PUBLISH}", COMMITTED, {SETS.format("YARN_RC_FILENAME")}),
        (f"A=x {PUBLISH}", COMMITTED, set()),
        (f"{SET}\nsudo {PUBLISH}", TOP, {"`yarn` runs in `sudo`"}),
        (f"{SET}\nsudo ls\n{PUBLISH}", TOP, set()),
        (
            f"{SET}\nyarn npm login\n{PUBLISH}",
            TOP,
            {"`yarn` logs in or out", "npm may read every package from npm.apkg.io"},
        ),
        (
            f"{SET}\nyarn npm logout\n{PUBLISH}",
            TOP,
            {"`yarn` logs in or out", "npm may read every package from npm.apkg.io"},
        ),
        (f"{SET}\nyarn npm whoami\n{PUBLISH}", TOP, set()),
        (f"{SET}\nyarn run login\n{PUBLISH}", TOP, set()),
        (f"cat .yarnrc.yml\n{PUBLISH}", COMMITTED, {TOLD.format("cat")}),
        (f"cat README.md\n{PUBLISH}", COMMITTED, set()),
        (f"node x npmAuthIdent\n{PUBLISH}", COMMITTED, {TOLD.format("node")}),
        (f"echo .yarnrc.yml\nls .yarnrc.yml\ntest -f .yarnrc.yml\n{PUBLISH}", COMMITTED, set()),
        (f"echo .yarnrc.yml > x\n{PUBLISH}", COMMITTED, {TOLD.format("echo")}),
        (f'f() {{ ls "$1"; }}\nf .yarnrc.yml\n{PUBLISH}', COMMITTED, set()),
        (f"yarn config get npmAuthIdent\n{PUBLISH}", COMMITTED, set()),
        *(
            (PUBLISH, {**COMMITTED, "x.sh": text}, {NAMES.format("x.sh")})
            for text in ("yarn config set a b", "yarn npm login", "YARN_NPM_X", "npmAuthToken", ".yarnrc.yml")
        ),
        (PUBLISH, {**COMMITTED, "x.sh": "yarn install", ".gitignore": ".yarnrc.yml"}, set()),
        (PUBLISH, {**COMMITTED, "web/.yarnrc.yml": SERVER}, set()),
        (
            PUBLISH,
            {**COMMITTED, "web/.yarnrc.yml": "# npmAuthIdent is set elsewhere\n"},
            {NAMES.format("web/.yarnrc.yml")},
        ),
        (PUBLISH, {**COMMITTED, "web/.yarnrc.yml": UNREADABLE}, {"patless can't read web/.yarnrc.yml"}),
        (PUBLISH, {**COMMITTED, "web/x.yml": UNREADABLE}, set()),
    ],
)
def test_each_doubt_about_a_pair_is_told_and_nothing_else(
    script: str, files: dict[str, str], details: set[str]
) -> None:
    findings = report_on(_files(script, files)).findings
    assert {reason.detail for one in findings for reason in one.reasons} == details


@pytest.mark.parametrize(
    ("after", "details"),
    [
        ("yarnpkg x", {"`after-script` uses or changes the settings of yarn, too"}),
        ("rm .yarnrc.yml", {"`after-script` uses or changes the settings of yarn, too"}),
        ("yarning x", set()),
    ],
)
def test_another_shell_of_the_step_that_uses_yarn_is_a_doubt(after: str, details: set[str]) -> None:
    findings = report_on(_files(f"{SET}\n{PUBLISH}", TOP, f"        after-script: [{after}]\n")).findings
    assert {reason.detail for one in findings for reason in one.reasons} == details


@pytest.mark.parametrize(
    ("script", "files", "granted"),
    [
        (PUBLISH, COMMITTED, {BOTH, LINKED}),
        (f"{SET}\n{PUBLISH}", TOP, {LINKED}),
        (f"{BY_VARIABLE}\n{PUBLISH}", TOP, {RAN.format("YARN_NPM_AUTH_IDENT"), LINKED}),
        (f"{WRITE}{PUBLISH}", {}, {PLAIN, LINKED}),
        (f"{WRITE.replace('$PKG_USER:$PKG_PAT', ENCODED[1:-1])}{PUBLISH}", {}, {LINKED}),
    ],
)
def test_what_is_taken_for_granted_depends_on_where_the_pair_stands(
    script: str, files: dict[str, str], granted: set[str]
) -> None:
    (one,) = report_on(_files(script, files)).findings
    assert (set(one.assumptions), one.reasons) == (granted, ())


@pytest.mark.parametrize(
    ("sets", "files", "details"),
    [
        (SET, TOP, {"a pipe sees the file with the settings of yarn"}),
        (SET.replace("set ", "set -H "), TOP, set()),
        ("echo", COMMITTED, set()),
        (f"|\n            cat > .yarnrc.yml <<'EOF'\n{indent(SERVER + PAIR, ' ' * 12)}            EOF", {}, set()),
    ],
)
def test_a_pipe_sees_the_file_that_the_step_writes_into_the_repository(
    sets: str, files: dict[str, str], details: set[str]
) -> None:
    given = {PATH: step(sets, PUBLISH, "pipe: acme/x:1"), "package.json": WEB, **files}
    (one,) = report_on({path: text.encode() for path, text in given.items()}).findings
    assert {reason.detail for reason in one.reasons} == details


@pytest.mark.parametrize(
    ("encodes", "details"),
    [
        ("printf %s:%s $A $B | base64 -w 0", set()),
        (
            "printf %s:%s $A $B | base64",
            {"`base64` without `-w 0` breaks a long value into lines, and the native token may be longer"},
        ),
        ("echo $A:$B | base64 -w 0", {"the step encodes a line break with the token; `printf %s` prints none"}),
    ],
)
def test_a_line_that_may_break_is_told(encodes: str, details: set[str]) -> None:
    (one,) = report_on(_files(f'yarn config set npmAuthIdent "$({encodes})"\n{PUBLISH}', TOP)).findings
    assert {reason.detail for reason in one.reasons} == details
