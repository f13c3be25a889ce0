"""A pair that a step writes for npm, and all that may come between: none of it is safe, and each is told why."""

from __future__ import annotations

import pytest

from migrator.findings.records import Finding
from migrator.findings.settings import Settings
from tests.memory import PATH, report_on, step

WEB = '{"name": "@acme/web", "publishConfig": {"registry": "https://npm.apkg.io/acme/"}}'
UI = '{"name": "@acme/web", "dependencies": {"@acme/ui": "1"}}'
BUILT = WEB.replace("}}", '}, "scripts": {"build": "tsc"}, "dependencies": {"@acme/ui": "1"}}')
BY_ADDRESS = '{"dependencies": {"x": "https://npm.apkg.io/acme/x/-/x-1.tgz"}}'
ROUTE = {".npmrc": "@acme:registry=https://npm.apkg.io/acme/\n"}
VALUE = '$(printf %s:%s "$U" "$T" | base64 -w 0)'
KEY = "//npm.apkg.io/acme/:"
HOME = f'echo "{KEY}_auth={VALUE}" >> ~/.npmrc'
HERE = HOME.replace("~/", "")
PUBLISH = f"{HOME}\nnpm publish"


def pairs(
    script: str, files: dict[str, str] | None = None, step: str = "", settings: Settings | None = None
) -> list[Finding]:
    """What is found of the pair that a script writes, or hands on."""
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    text = f"pipelines:\n  default:\n    - step:\n{step}        script:\n          - |\n{lines}"
    given = {PATH: text, "package.json": WEB, **(files or {})}
    found = report_on({path: one.encode() for path, one in given.items()}, settings).findings
    return [one for one in found if one.rule == "package-credential" and {"U", "PKG_AUTH"}.intersection(one.variables)]


def pair(
    script: str, files: dict[str, str] | None = None, step: str = "", settings: Settings | None = None
) -> tuple[str, set[str]]:
    """The verdict on the pair that a script writes, and the reasons."""
    known = pairs(script, files, step, settings)
    codes = {reason.code for one in known for reason in one.reasons}
    return max((one.verdict.strictness, one.verdict.value) for one in known)[1], codes


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (PUBLISH, {}),
        (f"{HERE}\nnpm publish", {}),
        (f"{HOME}\nchmod 600 ~/.npmrc\nnpm publish\nrm -f ~/.npmrc", {}),
        (f"{HOME}\nnpm ci\nnpm publish", {}),
        (f"({HOME})\nnpm publish", {}),
        (f"{HOME}\nnpm publish", {".npmrc": "//npm.apkg.io/:_authToken=${BITBUCKET_PACKAGES_TOKEN}\n"}),
        (f"{HOME}\ngit push --tags\nnpm publish", {}),
        (f'test -n "$T" || exit 1\n{PUBLISH}', {}),
        (f"export X=$U Y=$T\n{PUBLISH.replace('$U', '$X').replace('$T', '$Y')}", {}),
        (f"npm config set {KEY}email ci@acme.example\n{PUBLISH}", {}),
        (f"{HERE}\ngit commit -am 1\nnpm publish", {".gitignore": ".npmrc\n"}),
        (PUBLISH, {"app.properties": "username=x\n", "yarn.lock": 'resolved "https://npm.apkg.io/acme/x-1.tgz"\n'}),
        (f"{HOME}\nnpm run build\nnpm publish", {"package.json": BUILT, **ROUTE}),
        (f"npm set @acme:registry https://npm.acme.example/\n{PUBLISH}\nnpm ci", {"package.json": BUILT}),
        *((f"{HOME}\n{wrapper} npm publish", {}) for wrapper in ("env A=1", "timeout 9", "npx", "yarn exec")),
        *((f"{HOME}\ndocker {words}\nnpm publish", {}) for words in ("pull alpine", "tag a b", "push docker.io/a/b")),
        (f"{HOME}\ndocker login docker.io -u a -p $B\nnpm publish", {}),
        (f"{HOME}\nls | xargs -n1 ls\nnpm publish", {}),
        (f"{HOME}\necho ~/.npmrc\ntest -f ~/.npmrc\nls ~/.npmrc /\nnpm publish", {}),
        (f"{HOME}\n./send deploy\nnpm publish", {}),
        (f"{HERE}\n./send deployed\nnpm run deploy\nnpm publish", {}),
        (f"export npm_config_loglevel=warn\n{PUBLISH}", {}),
        (PUBLISH, {".npmrc": "//npm.apkg.io/other/:_authToken=${X}\n"}),
        (PUBLISH, {"web/.npmrc": "//npm.acme.example/:_password=${X}\n"}),
        (f"{HOME}\nnpm publish", {"README.md": "We write `.npmrc`.\n", ".gitignore": ".npmrc\n"}),
    ],
)
def test_what_changes_nothing_about_it_is_no_doubt(script: str, files: dict[str, str]) -> None:
    assert pair(script, files) == ("safe", set())


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"{HOME}\nsudo npm publish", {}),
        (f'{HOME}\nsu node -c "npm publish"', {}),
        (f"{HOME}\ngosu node npm publish", {}),
        (f'{HOME}\nsudo -u node bash -lc "npm publish"', {}),
        (f'{HOME}\nbash -c "$COMMANDS"\nnpm publish', {}),
        (f"{HOME}\nbash <(curl https://acme.example)\nnpm publish", {}),
        (f"HOME=/x npm ci\n{PUBLISH}", {}),
        (f"export NPM_CONFIG_USERCONFIG=/x\n{PUBLISH}", {}),
        (f'export "npm_config_{KEY}_authToken=$OLD"\n{PUBLISH}', {}),
        (f'{HOME}\nenv "npm_config_{KEY}username=$OLD" npm publish', {}),
        (f"{HOME}\nnpm publish --{KEY}username=$OLD", {}),
        (f"{HOME}\nnpm login\nnpm publish", {}),
        (f'{HOME}\necho "$MORE" >> "$FILE"\nnpm publish', {}),
        (f'{HOME}\necho "$MORE" >> .npmrc\nnpm publish', {}),
        (f'{HOME}\necho -e "email=x\\n{KEY}_authToken=$OLD" >> ~/.npmrc\nnpm publish', {}),
        (f"{HOME}\nenvsubst < npmrc.tpl > .npmrc\nnpm publish", {}),
        (f"{HOME}\ncp ci/npmrc .npmrc\nnpm publish", {}),
        (f"{HOME}\nsed -i s/a/b/ ~/.npmrc\nnpm publish", {}),
        (f"{HOME}\ncat ~/.npmrc\nnpm publish", {}),
        (f"{HOME}\ncurl -d @- https://acme.example < ~/.npmrc\nnpm publish", {}),
        (f"{HOME}\ntar cf home.tar ~\nnpm publish", {}),
        (f"{HERE}\ndocker build .\nnpm publish", {"Dockerfile": "FROM node\n"}),
        (f"{HERE}\nfirebase deploy\nnpm publish", {}),
        (f"{HERE}\n./send deploy\nnpm publish", {}),
        (f"{HOME}\necho ~/.npmrc > list\nnpm publish", {}),
        (f"{HOME}\nls | xargs -n1 npm publish", {}),
        (f"{HOME}\nls | xargs cat x npmrc\nnpm publish", {}),
        (f"{HOME}\ncp x /\nnpm publish", {}),
        (f"{HOME}\n$X y\nnpm publish", {}),
        (f"{HOME}\ndocker save a\nnpm publish", {}),
        (f"export npm_config_registry=x\n{PUBLISH}", {}),
        (PUBLISH, {"web/.npmrc": f"{KEY}_password=${{X}}\n"}),
        (f"{HERE}\nnpm publish", {".npmrc": "//npm.acme.example/:_password=${X}\n"}),
        (PUBLISH, {"x.sh": "npm login\n"}),
        (f'eval "$(./settings)"\n{PUBLISH}', {}),
        (f"source ./settings.sh\n{PUBLISH}", {}),
        (f"{HOME}\npython x.py\nnpm publish", {"x.py": "open('.npmrc', 'w').write('x')\n"}),
        (f"{HOME}\nmake all\nnpm publish", {"Makefile": "all:\n\t./x >> ~/.npmrc\n"}),
        (PUBLISH, {".npmrc": f"{KEY}username=${{BITBUCKET_PACKAGES_USERNAME}}\n"}),
        (PUBLISH, {".npmrc": "//${HOST}/:_authToken=${BITBUCKET_PACKAGES_TOKEN}\n"}),
        (PUBLISH, {"web/.npmrc": "\0x"}),
        (PUBLISH, {".npmrc": "_auth=${BITBUCKET_PACKAGES_TOKEN}\n"}),
        (f'{HOME}\necho "_auth=$OLD" >> .npmrc\nnpm publish', {}),
        (f"cat > .npmrc <<EOF\n{KEY}_auth={VALUE}\n//acme.example/:_authToken=$OLD\nEOF\nnpm publish", {}),
        (f"{HOME}\n{HOME.replace('acme', 'other')}\nnpm publish", {}),
    ],
)
def test_what_may_set_or_take_what_npm_is_given_is_no_safe_fix(script: str, files: dict[str, str]) -> None:
    verdict, codes = pair(script, files)
    assert (verdict, "npm-settings" in codes) in {("unsafe", True), ("report-only", True)}


SENDS = "what npm publishes at npm.apkg.io/acme is linked to this repository"
USES = "`{}` uses only packages linked to this repository"
IS_OWN = "npm.apkg.io/acme/@acme/web is linked to this repository"
FOREIGN = "npm reads npm.apkg.io/acme/{}, which this repository does not publish"
NOTHING = "patless sees no package of npm.apkg.io that npm reads or publishes"
FETCHES = "npm fetches a program that it runs"
WHICH = "patless can't tell which packages npm is told to read"
EVERY = "npm may read every package from npm.apkg.io"
NOT_THERE = "npm runs in a folder that is not in the repository"
NO_MANIFEST = "npm runs in a folder whose package.json patless doesn't see"
FORM = "patless can't tell all packages in a lock file, because of the form of an address"
PLAIN = {"package.json": '{"name": "web"}'}
SELF = {"package.json": UI.replace("/ui", "/web"), **ROUTE}
BOTH = {"package.json": UI, **ROUTE}
APART = {**ROUTE, "package.json": '{"name": "web"}', "web/package.json": WEB}
WITHIN = {**ROUTE, "web/package.json": WEB, "web/a/b/x": "", "c/x": ""}


@pytest.mark.parametrize(
    ("script", "files", "details", "granted"),
    [
        ("npm publish", {}, set(), {SENDS}),
        ("npm publish", PLAIN, {NOTHING}, set()),
        ("npm publish", {**PLAIN, **ROUTE}, set(), {SENDS}),
        ("npm publish --registry https://npm.apkg.io/acme/", PLAIN, set(), {SENDS}),
        ("npm publish --registry https://npm.acme.example/", PLAIN, {NOTHING}, set()),
        ("npm pack", {}, {NOTHING}, set()),
        ("npm ci", SELF, {FOREIGN.format("@acme/web")}, {USES.format("npm ci")}),
        ("npm ci\nnpm publish", SELF, set(), {USES.format("npm ci"), IS_OWN, SENDS}),
        (
            "npm ci\nsemantic-release",
            SELF,
            set(),
            {USES.format("npm ci"), USES.format("semantic-release"), IS_OWN, SENDS},
        ),
        ("npm ci\nnpm publish", BOTH, {FOREIGN.format("@acme/ui")}, {USES.format("npm ci"), SENDS}),
        (
            "npm ci\nnpm publish",
            {"package.json": "{"},
            {"patless can't tell which packages npm reads, because of package.json"},
            {USES.format("npm ci")},
        ),
        (
            "npm ci\nnpm publish",
            {"yarn.lock": 'resolved "https://npm.apkg.io/acme/x-1.tgz"\n'},
            {FORM},
            {USES.format("npm ci"), SENDS},
        ),
        (
            "npm ci\nnpm publish",
            {"yarn.lock": 'resolved "https://npm.apkg.io/acme/x/-/x-1.tgz"\n'},
            {FOREIGN.format("x")},
            {USES.format("npm ci"), SENDS},
        ),
        ("npm ci --registry=x\nnpm publish", {}, {EVERY}, {USES.format("npm ci"), SENDS}),
        ("npm i https://npm.apkg.io/x\nnpm publish", {}, {WHICH}, {USES.format("npm i"), SENDS}),
        ("npm i $X\nnpm publish", {}, {WHICH}, {USES.format("npm i"), SENDS}),
        ("npx tsc\nnpm publish", ROUTE, {FETCHES}, {SENDS}),
        ("npx tsc\nnpm publish", {}, set(), {SENDS}),
        ("timeout 9 npm publish", ROUTE, set(), {SENDS}),
        ("make\nnpm publish", {}, set(), {USES.format("make"), SENDS}),
        ("node publish\nnpm publish", {}, set(), {USES.format("node publish"), SENDS}),
        *((f"{call}\nnpm publish", {}, set(), {SENDS}) for call in ("npm config get x", "npm ping", "yarn npm whoami")),
    ],
)
def test_whose_packages_npm_reads_and_publishes_is_told(
    script: str, files: dict[str, str], details: set[str], granted: set[str]
) -> None:
    (one,) = pairs(f"{HOME}\n{script}", files)
    assert ({reason.detail for reason in one.reasons}, set(one.assumptions)) == (details, granted)


@pytest.mark.parametrize(
    ("call", "reads"),
    [
        *(
            (f"npm {words}", False)
            for words in ("run x", "test", "--silent run x", "-v", "--version", "start", "pkg get x")
        ),
        *(
            (f"npm {words}", True)
            for words in ("i", "--silent ci", "$X", "--prefix test ci", "-w test i", "--loglevel start i")
        ),
        *((f"yarn {words}", False) for words in ("npm publish", "npm whoami", "npm", "build", "--cwd web build")),
        *((f"yarn {words}", True) for words in ("npm info x", "install", "", "$X", "--cwd web install")),
        ("pnpm --filter test i", True),
        ("pnpm --filter web test", False),
        ("node test", False),
    ],
)
def test_a_call_that_installs_reads_what_the_manifest_names(call: str, reads: bool) -> None:
    (one,) = pairs(f"{HOME}\n{call}\nnpm publish", {**BOTH, "web/x": "", "test/x": ""})
    details = {reason.detail for reason in one.reasons}
    assert (FOREIGN.format("@acme/ui") in details) is reads


@pytest.mark.parametrize(
    ("call", "files", "details"),
    [
        *(
            (f"npm {words} ci", APART, set())
            for words in ("--prefix web", "-C web", "--dir web", "--cwd web", "--cwd=web")
        ),
        ("npm --prefix=other ci", APART, {NOT_THERE}),
        ("npm --prefix other ci", APART, {NOT_THERE}),
        ("npm --prefix ../x ci", APART, {NOT_THERE}),
        ("npm --prefix . ci", APART, set()),
        ("npm ci", APART, set()),
        ("(cd $X; npm ci)", APART, {NO_MANIFEST}),
        ("npm ci", WITHIN, {NO_MANIFEST}),
        ("npm --prefix c ci", WITHIN, {NO_MANIFEST}),
        ("npm --prefix web ci", WITHIN, set()),
        ("npm --prefix web/a/b ci", WITHIN, set()),
        ("(cd web/a; npm ci)", WITHIN, set()),
        ("(cd web; npm --prefix a/b ci)", WITHIN, set()),
        ("(cd web; npm --prefix a/c ci)", WITHIN, {NOT_THERE}),
        ("(cd web; npm ci); npm ci", WITHIN, {NO_MANIFEST}),
    ],
)
def test_where_npm_runs_says_which_manifest_it_reads(call: str, files: dict[str, str], details: set[str]) -> None:
    given = {path: one.encode() for path, one in {PATH: step(HOME, call), **files}.items()}
    (one,) = report_on(given).findings
    assert {reason.detail for reason in one.reasons} - {NOTHING} == details


@pytest.mark.parametrize(
    ("script", "settings", "details"),
    [
        ("npm ci", Settings(own_packages=("npm.apkg.io/acme/@acme/ui",)), set()),
        ("npm ci", Settings(shared_packages=("npm.apkg.io/acme/@acme/ui",)), set()),
        ("npm ci", Settings(own_packages=("npm.apkg.io/acme/@acme/uix",)), {FOREIGN.format("@acme/ui")}),
        ("npm ci", Settings(workspace="acme"), {FOREIGN.format("@acme/ui")}),
        (
            "npm ci",
            Settings(workspace="globex"),
            {FOREIGN.format("@acme/ui"), "npm.apkg.io/acme is of another workspace"},
        ),
        ("echo", Settings(own_packages=("npm.apkg.io/*",)), set()),
        ("echo", Settings(own_packages=("crg.apkg.io/*",)), {NOTHING}),
    ],
)
def test_the_configuration_says_whose_packages_npm_reads(script: str, settings: Settings, details: set[str]) -> None:
    (one,) = pairs(f"{HOME}\n{script}", BOTH, settings=settings)
    assert {reason.detail for reason in one.reasons} == details


def test_a_registry_without_a_workspace_is_named_by_its_host() -> None:
    (one,) = pairs(PUBLISH.replace("/acme/", "/"), settings=Settings(workspace="globex"))
    assert (one.reasons, one.assumptions) == ((), (SENDS.replace("/acme", ""),))


@pytest.mark.parametrize(
    ("script", "files", "code"),
    [
        (f"{HOME}\nnpm ci", {"package.json": UI, **ROUTE}, "foreign-package"),
        (f"{HOME}\nnpm ci", {"package.json": UI.replace("/ui", "/web"), **ROUTE}, "foreign-package"),
        (f"{HOME}\nnpm install @acme/ui\nnpm publish", ROUTE, "foreign-package"),
        (f"{PUBLISH}\nnpm ci", {**ROUTE, "pnpm-lock.yaml": "'@acme/ui@1.0.0': {}\n"}, "foreign-package"),
        (f"{PUBLISH}\nnpm ci", {**ROUTE, "package.json": '{"overrides": {"a": {"@acme/ui": "1"}}}'}, "foreign-package"),
        (f"{PUBLISH}\nnpm ci", {"package.json": "{"}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm ci", {"web/package.json": "{"}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm ci", {"web/package.json": "[]"}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm ci", {"bun.lockb": "\0"}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm ci", {"web/package.json": BY_ADDRESS}, "npm-packages-unknown"),
        (f"{PUBLISH}\nyarn", {".yarnrc.yml": "npmRegistryServer: https://npm.apkg.io/acme/\n"}, "npm-packages-unknown"),
        (f"{PUBLISH}\ncd $FOLDER\nnpm ci", {}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm --prefix=other ci", {}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm ci", {"yarn.lock": 'resolved "https://npm.apkg.io/acme/x-1.tgz"\n'}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm ci --registry https://npm.apkg.io/acme/", {}, "npm-packages-unknown"),
        (f"npm set registry https://npm.apkg.io/acme/\n{PUBLISH}\nnpm ci", {}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm install $PACKAGE", {}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm install https://npm.apkg.io/acme/x/-/x-1.tgz", {}, "npm-packages-unknown"),
        (f"{PUBLISH}\ngit clone $OTHER other\ncd other\nnpm ci", {}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpm --prefix other ci", {}, "npm-packages-unknown"),
        (f"{PUBLISH}\ncp ci.json package.json\nnpm ci", {}, "npm-packages-unknown"),
        (f"{PUBLISH}\nnpx @acme/tool", ROUTE, "npm-packages-unknown"),
        (HOME, {}, "npm-packages-unknown"),
        (f"{HOME}\nmake", {}, "npm-packages-unknown"),
        (f"{HOME}\nnpm publish", {"package.json": '{"name": "web"}'}, "npm-packages-unknown"),
    ],
)
def test_a_package_that_may_be_foreign_is_no_safe_fix(script: str, files: dict[str, str], code: str) -> None:
    assert pair(script, files) == ("unsafe", {code})


@pytest.mark.parametrize(
    ("own", "verdict"),
    [
        ("npm.apkg.io/acme/@acme/ui", "safe"),
        ("npm.apkg.io/acme/*", "safe"),
        ("npm.apkg.io/acme/@acme/uix", "unsafe"),
        ("crg.apkg.io/*", "unsafe"),
    ],
)
def test_the_configuration_settles_whose_a_package_is(own: str, verdict: str) -> None:
    files = {"package.json": UI, **ROUTE}
    assert pair(f"{HOME}\nnpm ci", files, settings=Settings(own_packages=(own,)))[0] == verdict


def test_a_registry_of_another_workspace_is_none_of_ours() -> None:
    assert pair(PUBLISH, settings=Settings(workspace="globex")) == ("report-only", {"other-workspace"})


@pytest.mark.parametrize(
    ("script", "step", "codes"),
    [
        (f"{HERE}\nnpm publish", "        artifacts: ['**']\n", {"leaves-step"}),
        (f"{HERE}\nnpm publish", "        artifacts: [.npmrc]\n", {"leaves-step"}),
        (f"{HERE}\nnpm publish", "        artifacts: ['dist/**']\n", set()),
        (f"{HERE}\nscp -r . acme.example:\nnpm publish", "", {"leaves-step"}),
        (f"{HERE}\ngit add -A\nnpm publish", "", {"leaves-step"}),
        (PUBLISH, "        after-script: [npm publish]\n", {"npm-settings"}),
        (PUBLISH, "        after-script: [echo]\n", set()),
        (PUBLISH, "        runs-on: [self.hosted, linux.shell]\n", {"shell-runner"}),
        (f"set -x\n{PUBLISH}", "", {"traced"}),
        (f'{HOME}\necho "{KEY}_authToken=$OLD" >> ~/.npmrc\nnpm publish', "", {"npm-token-wins", "npm-settings"}),
        (f"{HOME}\nnpm set {KEY[:-1]}x/:_authToken $OLD\nnpm publish", "", {"npm-token-wins", "npm-settings"}),
        (PUBLISH.replace('"$T"', '"$U${T%x}"'), "", {"unsupported-expansion"}),
        (PUBLISH.replace('%s:%s "$U"', '%s:%s%s "$U" "$U"'), "", {"credential-unresolved"}),
    ],
)
def test_what_leaves_shows_or_outweighs_it_is_told(script: str, step: str, codes: set[str]) -> None:
    assert pair(script, step=step)[1] == codes


@pytest.mark.parametrize(
    "script",
    [
        f'if [ -n "$X" ]; then\n{HOME}\nfi\nnpm publish',
        f"for x in a b; do\n{HOME}\ndone\nnpm publish",
        f"write() {{\n{HOME}\n}}\nwrite\nnpm publish",
        f"{HOME}\n{HOME}\nnpm publish",
        f"{HOME.replace('>>', '| tee -a')}\nnpm publish",
        f"cd ~\n{HERE}\nnpm publish",
        f"{HOME.replace('~', '..')}\nnpm publish",
        f'npm config set "{KEY}_auth" "{VALUE}" --location=project\nnpm publish',
        f'sudo npm config set "{KEY}_auth" "{VALUE}"\nnpm publish',
        f"echo \"{KEY}_auth='{VALUE}'\" >> ~/.npmrc\nnpm publish",
    ],
)
def test_what_is_not_surely_written_once_stays_as_it_is(script: str) -> None:
    assert pair(script) == ("report-only", {"package-client"})


@pytest.mark.parametrize(
    ("script", "files", "place"),
    [
        (f'{HOME}\necho "{KEY}_authToken=$OLD" >> .npmrc\nnpm publish', {}, ".npmrc"),
        (f"{HOME}\nnpm set {KEY}_authToken $OLD\nnpm publish", {}, "~/.npmrc"),
        (PUBLISH, {"web/.npmrc": f"{KEY}_authToken=${{OLD}}\n"}, "web/.npmrc"),
    ],
)
def test_a_token_that_npm_takes_instead_is_told_with_where_it_stands(
    script: str, files: dict[str, str], place: str
) -> None:
    lines = "".join(f"\n            {line}" for line in script.splitlines())
    given = {PATH: step(f"|{lines}"), "package.json": WEB, **files}
    found = report_on({path: text.encode() for path, text in given.items()}).findings
    details = {reason.detail for one in found for reason in one.reasons if reason.code == "npm-token-wins"}
    assert details == {f"`_authToken` for {KEY[:-1]} in {place} wins over the user name and the password"}


SETS = 'npm set "//npm.apkg.io/acme/:_auth" "$(printf %s:%s "$U" "$T" | base64 -w 0)"'
PIPE = ("npm publish", "pipe: acme/x:1")


@pytest.mark.parametrize(
    ("items", "cache", "codes"),
    [
        ((SETS, "npm publish"), "", set()),
        ((SETS, "npm publish"), "~/", {"leaves-step"}),
        ((SETS, "npm publish"), "/root", {"leaves-step"}),
        ((SETS, "npm publish"), "~/.npm", set()),
        ((HERE, *PIPE), "", {"npm-settings"}),
        ((HOME, *PIPE), "", set()),
    ],
)
def test_a_cache_with_the_file_and_a_pipe_that_sees_it_count(
    items: tuple[str, ...], cache: str, codes: set[str]
) -> None:
    caches = f"definitions:\n  caches:\n    h: {cache}\n" if cache else ""
    lines = "".join(f"            - {item}\n" for item in items)
    used = "          caches: [h]\n" if cache else ""
    step = f"      - step:\n{used}          script:\n{lines}"
    text = f"{caches}pipelines:\n  default:\n{step}"
    (found,) = report_on({PATH: text.encode(), "package.json": WEB.encode()}).findings
    assert {reason.code for reason in found.reasons} == codes


def test_who_imports_a_pipeline_may_read_other_packages() -> None:
    step = f"      - step:\n          script:\n            - {HOME}\n            - npm publish\n"
    text = f"export: true\ndefinitions:\n  pipelines:\n    shared:\n{step}"
    report = report_on({PATH: text.encode(), "package.json": WEB.encode()})
    assert {reason.code for one in report.findings for reason in one.reasons} == {"npm-packages-unknown"}


AUTH = f"{KEY}_auth=${{PKG_AUTH}}\n"
BY_VARIABLE = {".npmrc": AUTH}
SETS_IT = "the step sets `{}`"
UNREAD = "`{}` runs what patless has not read"
TOLD = "`{}` is told a file with settings of npm"
FOLDER = "`{}` is told the folder with the settings of npm"
STARTS = "`{}` starts npm in a way that patless doesn't follow"
ALONG = "`{}` may take the file with the settings of npm along"
NAMES = "{} names settings of npm"
HAS = "{} has `{}` for {}"
WINS = "`_authToken` for {} in {} wins over the user name and the password"
READS = "the step reads the file with the settings of npm"
ELSEWHERE = "`npm` looks for its settings in another home folder"
INTO = "the step writes a credential for acme.example into the same file"
LONG = "`base64` without `-w 0` breaks a long value into lines, and the native token may be longer"
BREAK = "the step encodes a line break with the token; `printf %s` prints none"
BEARER = "_authToken=${BITBUCKET_PACKAGES_TOKEN}\n"


@pytest.mark.parametrize(
    ("before", "files", "details"),
    [
        *((f"export {name}=x", {}, {SETS_IT.format(name)}) for name in ("npm_config_x", "PNPM_CONFIG_X", "YARN_NPM_X")),
        ("export npm_config_cachex=x", {}, {SETS_IT.format("npm_config_cachex")}),
        ("NPM_CONFIG_X=x ls", {}, {SETS_IT.format("NPM_CONFIG_X")}),
        ("NPM_CONFIG_X=x", {}, {SETS_IT.format("NPM_CONFIG_X")}),
        *(
            (f"export NPM_CONFIG_{name}=x", {}, set())
            for name in ("CACHE", "LOGLEVEL", "FUND", "AUDIT", "PROGRESS", "YES", "COLOR", "UPDATE_NOTIFIER")
        ),
        ("export HOME=/x", {}, {ELSEWHERE}),
        ("HOME=/x npm ci", {}, {ELSEWHERE}),
        ("HOME=/x ls", {}, set()),
        ("sudo npm ci", {}, {"`npm` runs in `sudo`"}),
        ("sudo ls", {}, set()),
        *((f"npm {word}", {}, {"`npm` logs in or out"}) for word in ("login", "logout", "adduser", "add-user")),
        ("npm run login", {}, set()),
        ("node login", {}, set()),
        ("su -c 'npm x'", {}, {STARTS.format("su")}),
        ("find . -exec npm x", {}, {STARTS.format("find")}),
        ("find . -exec ls", {}, set()),
        ('f() { ls "$1"; }; f ~/.npmrc', {}, set()),
        ("node x ~/.npmrc", {}, {TOLD.format("node")}),
        ('node "$(date)"', {}, set()),
        ("node --userconfig=x", {}, {TOLD.format("node")}),
        ("node --globalconfig=x", {}, {TOLD.format("node")}),
        ("node //x/:_auth", {}, {TOLD.format("node")}),
        ("node //x/:username", {}, {TOLD.format("node")}),
        ("node //x/:email", {}, set()),
        ("node <<< .npmrc", {}, {TOLD.format("node")}),
        ("node <<< package.json", {}, set()),
        ("echo ~/.npmrc > x", {}, {TOLD.format("echo")}),
        ("echo ~/.npmrc ~; ls ~/.npmrc ~", {}, set()),
        ("cat < .npmrc", {}, {READS}),
        ("cat < README.md", {}, set()),
        ("node x ~", {}, {FOLDER.format("node")}),
        ("node x /root", {}, {FOLDER.format("node")}),
        ("node x /", {}, {FOLDER.format("node")}),
        ("node x ~/src", {}, set()),
        ("docker save a", {}, {ALONG.format("docker")}),
        ("docker run a", {}, {ALONG.format("docker")}),
        ("docker tag a b; docker pull a", {}, set()),
        ("env -i bash -c ls", {}, {"a part of the step runs in another environment"}),
        (". x.sh", {}, {"patless has not read `x.sh`, which is sourced and not in the repository"}),
        ("bash -c if", {}, {UNREAD.format("bash"), "patless has not read all text that the step runs"}),
        ("bash -c ls", {}, set()),
        ("$X", {}, {UNREAD.format("a program")}),
        ("bash x.sh", {}, {UNREAD.format("bash")}),
        ('echo "_auth=$OLD" >> ~/.npmrc', {}, {"the step sets `_auth` for no registry"}),
        ('echo "email=$OLD" >> ~/.npmrc', {}, set()),
        ('echo "//acme.example/:_auth=$OLD" >> ~/.npmrc', {}, {INTO, TOLD.format("echo")}),
        ('echo "//acme.example/:_auth=$OLD" >> .npmrc', {}, {TOLD.format("echo")}),
        ('echo "//acme.example/:always-auth=$OLD" >> ~/.npmrc', {}, set()),
        ("npm set //acme.example/:_authToken $OLD", {}, {INTO, TOLD.format("npm")}),
        ("npm set //npm.apkg.io/other/:_authToken $OLD", {}, {TOLD.format("npm")}),
        ("", {"web/.npmrc": "\0x"}, {"patless can't read web/.npmrc"}),
        ("", {"web/.npmrc": f"{KEY}username=a\n"}, {HAS.format("web/.npmrc", "username", "npm.apkg.io")}),
        ("", {"web/.npmrc": f"{KEY}email=a\n"}, set()),
        ("", {"web/.npmrc": "//acme.example/:username=a\n"}, set()),
        ("", {"web/.npmrc": f"{KEY}{BEARER}"}, {WINS.format(KEY[:-1], "web/.npmrc")}),
        ("", {"web/.npmrc": f"{KEY[:-1]}x/:{BEARER}"}, {WINS.format(f"{KEY[:-1]}x/", "web/.npmrc")}),
        ("", {"web/.npmrc": f"//npm.apkg.io/:{BEARER}"}, set()),
        ("", {"web/.npmrc": f"//npm.apkg.io/acmex/:{BEARER}"}, set()),
        ("", {"web/.npmrc": f"//crg.apkg.io/acme/:{BEARER}"}, set()),
        ("", {"web/.npmrc": "${X}=1\n"}, {"web/.npmrc has a key that npm puts together"}),
        ("", {"web/.npmrc": "a=${X}\n#${X}=1\n"}, set()),
        ("", {"web/.npmrc": " _password = x\n"}, {"web/.npmrc has a credential for no registry"}),
        *(
            ("", {"x.sh": text}, {NAMES.format("x.sh")})
            for text in (
                "npmrc",
                "_authToken",
                "npm_config_",
                "npm config",
                "npm set",
                ":_auth",
                ":_password",
                "npm login",
            )
        ),
        ("", {"x.sh": "npm ci", ".gitignore": ".npmrc"}, set()),
    ],
)
def test_each_doubt_about_a_pair_of_npm_is_told_and_nothing_else(
    before: str, files: dict[str, str], details: set[str]
) -> None:
    script = f"{HOME}\n{before}\nnpm publish"
    assert {reason.detail for one in pairs(script, files) for reason in one.reasons} == details


@pytest.mark.parametrize(
    ("before", "files", "details"),
    [
        ("firebase deploy", {}, {"`firebase` may send the file with the settings of npm"}),
        ("firebase deployed", {}, set()),
        ("npm run deploy", {}, set()),
        ("", {".npmrc": "//acme.example/:username=a\n"}, {HAS.format(".npmrc", "username", "acme.example")}),
        ("", {"web/.npmrc": "//acme.example/:username=a\n"}, set()),
    ],
)
def test_a_file_in_the_clone_has_doubts_of_its_own(before: str, files: dict[str, str], details: set[str]) -> None:
    script = f"{HERE}\n{before}\nnpm publish"
    assert {reason.detail for one in pairs(script, files) for reason in one.reasons} == details


@pytest.mark.parametrize(
    ("after", "used"),
    [
        *(
            (word, True)
            for word in ("npm x", "npx x", "pnpm x", "pnpx x", "yarn", "bun x", "bunx x", "lerna", "changeset")
        ),
        *((word, False) for word in ("echo snpm", "echo", "ls node_modules")),
        ("cat .npmrc", True),
    ],
)
def test_another_shell_of_the_step_that_uses_npm_is_a_doubt(after: str, used: bool) -> None:
    (one,) = pairs(PUBLISH, step=f"        after-script: [{after}]\n")
    doubt = {"`after-script` uses or changes the settings of npm, too"}
    assert {reason.detail for reason in one.reasons} == (doubt if used else set())


@pytest.mark.parametrize(
    ("script", "files", "details", "granted"),
    [
        (
            "npm publish",
            BY_VARIABLE,
            set(),
            {"nothing that `npm publish` runs uses PKG_AUTH", "the step has `base64` with `-w`"},
        ),
        (
            f"export PKG_AUTH={VALUE}\nnpm publish",
            BY_VARIABLE,
            set(),
            {"nothing that `npm publish` runs uses PKG_AUTH"},
        ),
        (
            "npm publish",
            {**BY_VARIABLE, "web/.npmrc": f"{KEY}_auth=x\n"},
            {HAS.format("web/.npmrc", "_auth", "npm.apkg.io")},
            {"nothing that `npm publish` runs uses PKG_AUTH", "the step has `base64` with `-w`"},
        ),
        (PUBLISH, {}, set(), set()),
        (PUBLISH.replace("base64 -w 0", "base64"), {}, {LONG}, set()),
        (PUBLISH.replace('printf %s:%s "$U" "$T"', "echo $U:$T"), {}, {BREAK}, set()),
    ],
)
def test_what_encodes_a_pair_is_a_doubt_or_taken_for_granted(
    script: str, files: dict[str, str], details: set[str], granted: set[str]
) -> None:
    (one,) = pairs(script, files)
    assert {reason.detail for reason in one.reasons} == details
    assert set(one.assumptions) == {SENDS, *granted}
