"""Small repositories where one detail decides whether a login is held back, and which characters change."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from tests.memory import PATH, planned, report_on

LOGIN = 'echo "$PAT" | docker login crg.apkg.io -u "$USR" --password-stdin'
GIVEN = LOGIN.replace("$PAT", "$T")
CARRIED = 'docker login crg.apkg.io -u "$USR" --password-stdin < t'
PUSH = "docker push crg.apkg.io/acme/web:1"
LITERAL = 'docker login crg.apkg.io -u bob@acme.example -p "$T"'
NAMED = """import os, subprocess
class Registry:
    class login: ...
def login(token):
    words = ["docker", "login", "crg.apkg.io", "-u", os.environ["USR"], "-p", token]
    subprocess.run(words, check=True)
login(os.environ["PAT"])
"""
MAKEFILE = 'build:\n\t@tsc\nlogin:\n\t@docker login crg.apkg.io -u "$(USR)" -p "$(PAT)"\n'
SHELLS = "bash sh dash ash zsh ksh"
OWN = "OPTARG OPTIND REPLY MAPFILE COPROC PIPESTATUS BASH_REMATCH LINENO SECONDS RANDOM"
ANOTHER = 'docker login crg.apkg.io -u "$ANOTHER_USER" -p "$ANOTHER"'
PARTLY = """import importlib, os
TEXT = "docker login crg.apkg.io"
importlib.import_module(os.environ["TOOL"]).run(TEXT)
"""
"""A program in a language that is followed, of which a call is not."""
OTHER = """
    - step:
        script:
          - sh other.sh
"""
BROKEN = """
  branches:
    x:
      - step: [1]
"""


def pipelines(*lines: str, more: str = "") -> str:
    """A step whose script is one block of lines, and what stands behind it."""
    block = "".join(f"            {line}\n" for text in lines for line in text.splitlines())
    return f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{block}" + more.removeprefix("\n")


def held(text: str, files: dict[str, str]) -> set[str]:
    """Why the logins of a repository are held back."""
    every = {PATH: text, **files}
    report = report_on({path: data.encode() for path, data in every.items()})
    assert report.findings
    return {reason.code for finding in report.findings for reason in finding.reasons}


FREE: dict[str, tuple[tuple[str, ...], str, dict[str, str]]] = {
    "a guard that only tests something else": (('if [ -z "$PAT" ]; then test -f x; fi', LOGIN, PUSH), "", {}),
    "a guard whose default is the stored variable": (
        ('[ -n "${BITBUCKET_PACKAGES_TOKEN:-$PAT}" ] && make x', LOGIN, PUSH), "", {}
    ),
    "the last part of a path that is pushed and pulled": (
        (LOGIN, "I=$(basename x/web)", "docker push crg.apkg.io/acme/$I", "docker pull crg.apkg.io/acme/web"), "", {}
    ),
    "what another step prints": (
        (LOGIN, PUSH, "mvn -B verify"), OTHER, {"other.sh": "echo crg.apkg.io/acme/base:1\n"}
    ),
    "a class within another that is named as a function": ((PUSH, "python a.py"), "", {"a.py": NAMED}),
    "a variable that has nothing of the file which carries the password": (
        ("export TAG=1", 'echo "$PAT" > t', CARRIED, "rm t", 'mvn -v "$TAG"', PUSH), "", {}
    ),
    "a build of another folder than the one that may hold the login file": (
        (LOGIN.replace("docker", 'docker --config "own-$B"'), "docker build app", PUSH), "",
        {"app/Dockerfile": "FROM alpine\nCOPY . .\n"},
    ),
    "tests that are turned around": (
        ('if ! [ -n "$PAT" ]; then exit 1; fi', '! [ -z "$PAT" ] || exit 1', LOGIN, PUSH), "", {}
    ),
    "an empty part of a password": (('E=""', LOGIN.replace("$PAT", "$E$PAT"), PUSH), "", {}),
    "a list that is put together of two": (
        ('A=(-u "$USR")', 'A+=(-p "$PAT")', 'docker login "${A[@]}" crg.apkg.io', PUSH), "", {}
    ),
    "a loop that ends before it sets another value": (
        ("for one in 1; do T=$PAT; break; T=$(vault); done", GIVEN, PUSH), "", {}
    ),
    "commands that print nothing": (
        ('T=$(cd .; set +e; export A=1; : x; [ -n x ]; true; shift; unset A; printf %s "$PAT")', GIVEN, PUSH), "", {}
    ),
    "shells by every name": (
        (*(f"{one} -c 'docker login crg.apkg.io -u $USR -p $PAT'" for one in SHELLS.split()), PUSH), "", {}
    ),
    "a part of a file that logs in, run behind another part": (
        ("make build", "make login", PUSH), "", {"Makefile": MAKEFILE}
    ),
    "a function that takes its first word away": (
        ('login() { shift; docker login crg.apkg.io -u "$1" -p "$2"; }', 'login x "$USR" "$PAT"', PUSH), "", {}
    ),
    "another variable that is traced": (('set -x; echo "$OTHER"; T="$MORE"; set +x', LOGIN, PUSH), "", {}),
    "a program that ends by raising what needs no call": (
        ("python3 a.py", PUSH), "", {"a.py": f"{NAMED}if done:\n    raise SystemExit\n"}
    ),
    "a default that a command prints": (
        ('docker login crg.apkg.io -u ada@acme.example -p "${T:-$(basename a/q7Zk2mXw9pLd)}"', PUSH), "", {}
    ),
    "a client without words": (("docker", LOGIN, PUSH), "", {}),
}  # fmt: skip
HELD: dict[str, tuple[tuple[str, ...], str, str]] = {
    "one of two ways to a password": (
        ("T=$PAT", "test -f x && T=$(vault kv get x)", GIVEN, PUSH), "", "credential-unresolved"
    ),
    "a program that is told what the file says": (
        ('echo "$PAT" > t', 'ls "$(cat t)"', CARRIED, "rm t", PUSH), "", "credential-unresolved"
    ),
    "a call whose host may be that of Packages": (
        ('skopeo copy --dest-creds "$USR:$PAT" dir:x docker://${R:-crg.apkg.io}/acme/web',), "", "registry-unresolved"
    ),
    "a test that is turned around, and decides about more": (
        ('if ! [ -n "$PAT" ]; then make x; fi', LOGIN, PUSH), "", "guarded"
    ),
    "a list of which the begin is not known": (
        ('A+=(-u "$USR" -p "$PAT")', 'docker login "${A[@]}" crg.apkg.io', PUSH), "", "credential-unresolved"
    ),
    "a file that is read where nobody knows which one was written": (
        ('echo "$PAT" > "$ONE"', CARRIED.replace("< t", '< "$TWO"'), PUSH), "", "credential-unresolved"
    ),
    "a password that is printed behind another command": (("ls", 'echo "$PAT"', LOGIN, PUSH), "", "traced"),
    "a password that is shown on standard error": (('echo "$PAT" > /dev/stderr', LOGIN, PUSH), "", "traced"),
    "a return where no function runs": (('[ -n "$PAT" ] || return 1', LOGIN, PUSH), "", "guarded"),
    "a test where failures do not end the step": (("set +e", 'test -n "$PAT"', LOGIN, PUSH), "", "guarded"),
    "a function that returns where failures do not": (
        ("set +e", 'f() { [ -n "$PAT" ] || return 1; }', "f", LOGIN, PUSH), "", "guarded"
    ),
    "a test within what another program reads": (
        ('cat < <([ -n "$PAT" ] || exit 1; echo x)', LOGIN, PUSH), "", "guarded"
    ),
    "a test of the stored variable beside the native one": (
        ('[ -n "${BITBUCKET_PACKAGES_TOKEN:+$PAT}" ] && make x', LOGIN, PUSH), "", "guarded"
    ),
    "an element of a variable that others see": (
        ("export T=$PAT", "./deploy", GIVEN.replace("$T", "${T[0]}"), PUSH), "", "credential-unresolved"
    ),
    "an element of a list": (('T=("$PAT")', GIVEN.replace("$T", "${T[0]}"), PUSH), "", "credential-unresolved"),
    "a package of another workspace is read": (
        (LOGIN, PUSH, "docker pull crg.apkg.io/other/web"), "", "other-workspace"
    ),
    "a step that is none": ((LOGIN, PUSH), BROKEN, "unreadable"),
}  # fmt: skip
CHANGED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a user name that is written in the text of another shell": (
        ("sh -c 'docker login crg.apkg.io -u me -p $PAT'", PUSH),
        ("sh -c 'docker login crg.apkg.io -u \"$BITBUCKET_PACKAGES_USERNAME\" -p $BITBUCKET_PACKAGES_TOKEN'", PUSH),
    ),
    "a parameter that another program is given, too": (
        ('f() { docker login crg.apkg.io -u "$USR" -p "$1"; ./x "$1"; }', 'f "$PAT"', PUSH),
        (
            'f() { docker login crg.apkg.io -u "$USR" -p "${BITBUCKET_PACKAGES_TOKEN}"; ./x "$1"; }', 'f "$PAT"', PUSH
        ),
    ),
    "a parameter that has to be there, and that another program is given, too": (
        ('f() { docker login crg.apkg.io -u "$USR" -p "${1:?is missing}"; ./x "$1"; }', 'f "$PAT"', PUSH),
        (
            'f() { docker login crg.apkg.io -u "$USR" -p "${BITBUCKET_PACKAGES_TOKEN:?is missing}"; ./x "$1"; }',
            'f "$PAT"', PUSH,
        ),
    ),
    "a parameter with a default that another program is given, too": (
        ('f() { docker login crg.apkg.io -u "$USR" -p "${1:-$OTHER}"; ./x "$1"; }', 'f "$PAT"', PUSH),
        (
            'f() { docker login crg.apkg.io -u "$USR" -p "${BITBUCKET_PACKAGES_TOKEN}"; ./x "$1"; }',
            'f "$PAT"', PUSH,
        ),
    ),
    "a test of what is put together": (
        ("T=$PAT$OTHER", "[[ -v T ]] || exit 1", LOGIN, PUSH),
        ("T=$PAT$OTHER", "[[ -v T ]] || exit 1", LOGIN.replace("$PAT", "$BITBUCKET_PACKAGES_TOKEN"), PUSH),
    ),
    "what is put behind another text": (
        ("T=", "T+=$PAT", GIVEN, PUSH), ("T=", "T+=$PAT", GIVEN.replace("$T", "$BITBUCKET_PACKAGES_TOKEN"), PUSH)
    ),
    "a literal that is tested": (
        ("T=ATATT3xFfGF0abcdefg", '[ -n "$T" ] || exit 1', LITERAL, PUSH),
        (
            'T="$BITBUCKET_PACKAGES_TOKEN"', '[ -n "$T" ] || exit 1',
            LITERAL.replace("bob@acme.example", '"$BITBUCKET_PACKAGES_USERNAME"'), PUSH,
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("script", "more", "files"), FREE.values(), ids=FREE)
def test_nothing_holds_a_login_back(script: tuple[str, ...], more: str, files: dict[str, str]) -> None:
    assert held(pipelines(*script, more=more), files) == set()


MIXED: dict[str, tuple[str, dict[str, str], str, str]] = {
    # a further line of the script, files, what stands behind it, and where the step also logs in
    "a file that a file which is not followed names": (
        "ruby run.rb", {"run.rb": "require_relative 'ci/login'", "ci/login.rb": f"system '{ANOTHER}'"}, "",
        "ci/login.rb",
    ),
    "what a program reads that a recipe starts without printing it": (
        "ruby run.rb", {"run.rb": "system 'make'", "Makefile": "all:\n\t@-mvn verify\n", "pom.xml": ANOTHER}, "",
        "pom.xml",
    ),
    "a word that is several": ("with-lock ci/{login,x}.sh", {"ci/login.sh": ANOTHER}, "", "ci/login.sh"),
    "several folders in a text": ("with-lock 'sh {ci,x}/login.sh'", {"ci/login.sh": ANOTHER}, "", "ci/login.sh"),
    "a variable that is evaluated": ("eval $TOOL", {"ci/login.sh": ANOTHER}, "", "ci/login.sh"),
    "a variable that a trap runs": ("trap $TOOL EXIT", {"ci/login.sh": ANOTHER}, "", "ci/login.sh"),
    "a program that is read in part": ("python a.py", {"a.py": PARTLY}, "", "a.py"),
    "a shell that cannot be read": (
        "true", {}, f"        after-script:\n          - 'if ['\n          - '{ANOTHER}'\n",
        "`after-script`, which patless can't read",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("line", "files", "more", "where"), MIXED.values(), ids=MIXED)
def test_another_login_that_is_not_followed_holds_the_one_back_that_is(
    line: str, files: dict[str, str], more: str, where: str
) -> None:
    every = {PATH: pipelines(LOGIN, line, PUSH, more=more), **files}
    found = report_on({path: data.encode() for path, data in every.items()}).findings
    details = {(reason.code, reason.detail) for finding in found for reason in finding.reasons}
    assert ("mixed-logins", f"the step also logs in within {where}") in details
    other = {path: data.replace(" login ", " logout ") for path, data in files.items()}
    assert held(pipelines(LOGIN, line, PUSH, more=more.replace(" login ", " logout ")), other) == set()


PROGRAMS: dict[str, tuple[str, str, str]] = {
    "a loop that ends early, with another value": (
        """\
for one in (1, 2):
    token = subprocess.check_output(["vault"])
    if ready(one):
        break
    token = os.environ["PAT"]
subprocess.run(["docker", "login", "crg.apkg.io", "-u", os.environ["USR"], "-p", token], check=True)
""",
        "credential-unresolved", "the password comes from an expression of the program",
    ),
    "a host with an escape in a text with values": (
        'subprocess.run(["docker", "login", f"\\x63rg.apkg.io", "-u", os.environ["USR"], "-p", os.environ["PAT"]])',
        "registry-unresolved", "patless can't tell the value of an expression of the program, which names the registry",
    ),
    "words in bytes": (
        'client.run([b"docker", b"login", b"crg.apkg.io", b"-u", b"ada", b"-p", os.environb[b"PAT"]])',
        "credential-unresolved", "",
    ),
    "a function that hands its words on": (
        'def docker(*args):\n    client.run(args)\ndocker("login", "crg.apkg.io", "-p", os.environ["PAT"])',
        "credential-unresolved", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("program", "code", "detail"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_detail_of_a_program_holds_its_login_back(program: str, code: str, detail: str) -> None:
    """Whose words are known in part says so, and not that the program is read in part."""
    files = {
        PATH: pipelines("python3 a.py", PUSH),
        "a.py": f"import client, os, subprocess\ntoken = os.environ['PAT']\n{program}\n",
    }
    (finding,) = report_on({path: text.encode() for path, text in files.items()}).findings
    (reason,) = finding.reasons
    together = "the step puts the login together in the words of a program that comes from a call that is not followed"
    assert (reason.code, reason.detail) == (code, detail or together)


@pytest.mark.parametrize(("script", "more", "reason"), HELD.values(), ids=HELD)
def test_a_detail_holds_a_login_back(script: tuple[str, ...], more: str, reason: str) -> None:
    assert held(pipelines(*script, more=more), {}) == {reason}


def test_what_the_shell_sets_by_itself_is_no_stored_variable() -> None:
    logins = (f'docker login crg.apkg.io -u "$USR" -p "${one}"' for one in OWN.split())
    found = report_on(pipelines(*logins, PUSH)).findings
    assert [[reason.code for reason in one.reasons] for one in found] == [["credential-unresolved"]] * len(OWN.split())


def test_a_guard_that_another_step_runs_before_its_own_use_stays_and_so_does_the_login() -> None:
    asks = "          - &asks |\n            [[ -n $PAT ]] || exit 1\n"
    script = f"        script:\n{asks}          - |\n            {LOGIN}\n"
    other = "    - step:\n        script:\n          - *asks\n          - read A < x\n          - ./deploy $PAT\n"
    text = f"pipelines:\n  default:\n    - step:\n{script}          - {PUSH}\n"
    assert held(text, {}) == set()
    assert held(text + other, {}) == {"registry-unresolved"}


def test_branches_of_the_script_exclude_none_of_the_after_script() -> None:
    either = f"if test -f x; then {LOGIN}; else {LOGIN.replace('PAT', 'ANOTHER')}; fi"
    after = f"        after-script:\n          - |\n            {either}\n            {PUSH}\n"
    assert held(pipelines(either, PUSH), {}) == set()
    assert held(pipelines(either, PUSH, more=after), {}) == {"mixed-logins"}


def test_a_file_of_two_steps_is_changed_in_the_login_s_own_words() -> None:
    """Each step has the assignment among its own: it may be there for more than this login."""
    other = "  branches:\n    x:\n      - step:\n          script:\n            - docker pull crg.apkg.io/acme/web:1\n"
    text = pipelines("sh login.sh", PUSH, more=other + "            - sh login.sh\n")
    report = report_on({PATH: text.encode(), "login.sh": f"T=$PAT\n{GIVEN}\n".encode()})
    (change,) = planned(report).changes
    assert (change.path, change.after.decode().splitlines()[0]) == ("login.sh", "T=$PAT")


def test_a_problem_of_the_pipelines_file_is_said_where_something_in_there_matters() -> None:
    (one,) = report_on(pipelines(LOGIN, PUSH, more=BROKEN)).skipped
    assert (one.path, one.position.line) == (PATH, 10)
    assert not report_on(pipelines("make", more=BROKEN)).skipped


def test_what_a_wrapper_reads_in_is_the_file_nearest_to_its_folder() -> None:
    files = {"a/.envrc": "export T=$(vault)\n", "a/login.sh": 'docker login crg.apkg.io -u "$USR" -p "$T"\n'}
    assert held(pipelines("cd a", "direnv exec b sh login.sh", PUSH), files) == {"credential-unresolved"}


@pytest.mark.parametrize(
    "line",
    [
        'shutil.copy("Other", "Dockerfile")',
        'shutil.copyfile(src="Other", dst="Dockerfile")',
        'os.replace("Other", "Dockerfile")',
        'open("Dockerfile", "w").write(text)',
        'open(file="Dockerfile", mode="a")',
        'Path("Dockerfile").write_text(text)',
        'Path("Dockerfile").open("w")',
        'Path("Other").replace("Dockerfile")',
        'Path("Other").rename("Dockerfile")',
        'Path("Dockerfile").symlink_to("Other")',
        'Path("Dockerfile").write_bytes(data)',
        'os.symlink("Other", "Dockerfile")',
    ],
)
def test_a_file_that_a_program_may_write_is_not_what_stands_there(line: str) -> None:
    script = pipelines("python3 a.py", LOGIN, "docker build -t crg.apkg.io/acme/web .", PUSH)
    files = {"a.py": f"import os, shutil\nfrom pathlib import Path\n{line}\n", "Dockerfile": "FROM node\n"}
    assert held(script, files) == {"image-unresolved"}
    assert held(script, files | {"a.py": files["a.py"].replace("Dockerfile", "dist/x")}) == set()


def test_a_package_is_listed_with_who_pushes_it_and_who_reads_it() -> None:
    text = pipelines(PUSH, "docker pull crg.apkg.io/acme/base").replace(
        "script:", "image: crg.apkg.io/acme/ci\n        script:"
    )
    found = report_on(text).packages
    assert [one.why.split(",")[0] for one in found if one.pushed] == ["pushed by this repository"]
    assert [(one.name, len(one.pushed), len(one.read)) for one in found] == [
        ("crg.apkg.io/acme/base", 0, 1),
        ("crg.apkg.io/acme/ci", 0, 1),
        ("crg.apkg.io/acme/web", 1, 0),
    ]


def test_a_literal_of_two_items_is_told_and_stays() -> None:
    items = """          - 'T="abc'\n          - 'def"'\n          - docker login crg.apkg.io -u "$USR" -p "$T"\n"""
    (finding,) = report_on(
        f"pipelines:\n  default:\n    - step:\n        script:\n{items}          - {PUSH}\n"
    ).findings
    assert [reason.code for reason in finding.reasons] == ["unsupported-expansion"]


def test_an_item_of_two_steps_stays_as_it_is() -> None:
    text = pipelines(PUSH).replace(
        "          - |", f"          - &set export T=$PAT\n          - {LITERAL}\n          - |"
    )
    other = "  branches:\n    x:\n      - step:\n          script:\n            - *set\n            - ./deploy $T\n"
    (change,) = planned(report_on(text.replace("bob@acme.example", "$USR") + other)).changes
    assert "- &set export T=$PAT\n" in change.after.decode()
    assert '-p "$BITBUCKET_PACKAGES_TOKEN"' in change.after.decode()


def test_a_login_whose_text_is_read_elsewhere_is_one_finding() -> None:
    """The same item also runs where the script cannot be read."""
    shared = f"pipelines:\n  default:\n    - step:\n        script:\n          - &login |\n            {LOGIN}\n"
    rest = "  branches:\n    x:\n      - step:\n          script:\n            - *login\n            - 'if ['\n"
    (finding,) = report_on(shared + f"          - {PUSH}\n" + rest).findings
    assert [reason.code for reason in finding.reasons] == ["unreadable"]


@pytest.mark.parametrize(("script", "expected"), CHANGED.values(), ids=CHANGED)
def test_which_characters_change(script: tuple[str, ...], expected: tuple[str, ...]) -> None:
    (change,) = planned(report_on(pipelines(*script))).changes
    after = pipelines(*expected).replace('-u "$USR"', '-u "$BITBUCKET_PACKAGES_USERNAME"')
    assert change.after.decode() == after


def test_what_the_configuration_says_is_stored_goes_to_every_program_whatever_is_assigned_to_it() -> None:
    script, native = ("T=$PAT", GIVEN, "vendor-tool", PUSH), GIVEN.replace('"$USR"', '"$BITBUCKET_PACKAGES_USERNAME"')
    (change,) = planned(report_on(pipelines(*script))).changes
    assert change.after.decode() == pipelines("T=$BITBUCKET_PACKAGES_TOKEN", native, *script[2:])
    (change,) = planned(report_on(pipelines(*script), Settings(variables={"T": "x"}))).changes
    words = native.replace("$T", "$BITBUCKET_PACKAGES_TOKEN")
    assert change.after.decode() == pipelines("T=$PAT", words, *script[2:])


def test_what_cannot_be_read_is_said_whichever_way_comes_last() -> None:
    (finding,) = report_on(pipelines("T=$PAT", "test -f x && T=$(vault kv get x)", GIVEN, PUSH)).findings
    assert [reason.detail for reason in finding.reasons] == ["the password comes from the output of `vault`"]


@pytest.mark.parametrize(("end", "reasons"), [("", set()), ("\\n", {"credential-unresolved"})])
def test_a_literal_that_ends_its_line_is_more_than_the_credential(end: str, reasons: set[str]) -> None:
    login = '["docker", "login", "crg.apkg.io", "-u", os.environ["USR"], "--password-stdin"]'
    code = f'import os, subprocess\nT = "ATATT3xFfGF0abcdefg{end}"\nsubprocess.run({login}, input=T, text=True)\n'
    assert held(pipelines("python a.py", PUSH), {"a.py": code}) == reasons


OWN_FILE = 'docker --config .docker login crg.apkg.io -u "$USR" -p "$PAT"'


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        ((OWN_FILE, "docker build -t crg.apkg.io/acme/web ."), {"leaves-step"}),
        ((OWN_FILE, "docker build -t crg.apkg.io/acme/web .", OWN_FILE), {"leaves-step"}),
        (("docker build -t crg.apkg.io/acme/web .", OWN_FILE), set()),
        ((OWN_FILE, "docker build -t crg.apkg.io/acme/web app"), set()),
    ],
)
def test_a_build_behind_any_login_may_copy_its_file(script: tuple[str, ...], reasons: set[str]) -> None:
    files = dict.fromkeys(("Dockerfile", "app/Dockerfile"), "FROM alpine\nCOPY . .\n")
    assert held(pipelines(*script, PUSH), files) == reasons


@pytest.mark.parametrize(("before", "together"), [("T=$PAT", True), ("T=$OTHER", False)])
def test_a_login_whose_edit_reaches_another_one_has_its_reasons(before: str, together: bool) -> None:
    """Each of them stores in a file of its own."""
    second = 'skopeo login crg.apkg.io -u "$(vault)" -p "$T" --authfile x'
    first = LOGIN if before == "T=$OTHER" else GIVEN
    found = report_on(pipelines("test -f x", before, first, second, PUSH)).findings
    codes = [{reason.code for reason in one.reasons} for one in found]
    assert codes == [{"credential-unresolved"} if together else set(), {"credential-unresolved"}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"bash -c '$X {ANOTHER}'", True),
        ('bash -c \'$X docker login crg.apkg.io -u "$ANOTHER_USER" -p "$BITBUCKET_PACKAGES_TOKEN"\'', True),
        ("bash -c '$X docker logout crg.apkg.io'", False),
    ],
)
def test_a_login_in_text_that_is_not_followed_holds_the_one_back_that_is(line: str, reason: bool) -> None:
    first = report_on(pipelines(LOGIN, line, PUSH)).findings[0]
    assert ("mixed-logins" in {one.code for one in first.reasons}) == reason


def test_what_is_no_finding_is_left_out_and_says_why() -> None:
    scripts = {
        "docker login ghcr.io -u a -p $B": "it logs in to ghcr.io",
        "docker login -u a -p $B": "it logs in to another registry",
        "docker login $R -u a -p $B": "nothing in this repository names a Packages host",
        'docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"': (
            "it takes no stored token for Packages"
        ),
    }
    for script, why in scripts.items():
        report = report_on(pipelines(script))
        assert (report.findings, [one.why for one in report.left_out]) == ((), [why])


def test_logins_that_are_rewritten_together_in_one_step_are_held_back_by_another_step() -> None:
    """The first one stands alone in its second step; the other one cannot be read in its."""
    text = (
        "pipelines:\n  default:\n    - step:\n        script:\n"
        "          - &one docker login crg.apkg.io -u $USR -p $PAT\n"
        "          - &two docker login -u $USR -p $PAT crg.apkg.io\n"
        f"          - {PUSH}\n"
    )
    other = "  branches:\n    x:\n      - step:\n          script:\n            - {}\n            - {}\n"
    taken = "scp ~/.docker/config.json host:x"
    for second, code in (("'if ['", "unreadable"), ("docker pull $BASE", "image-unresolved"), (taken, "leaves-step")):
        found = report_on(text + other.format("*two", second)).findings
        assert [code in {reason.code for reason in one.reasons} for one in found] == [True, True]
        assert len({one.verdict for one in found}) == 1
        alone = text.replace("docker login -u $USR -p $PAT crg.apkg.io", "docker logout crg.apkg.io")
        (finding,) = report_on(alone + other.format("*two", second)).findings
        assert finding.reasons == ()


def test_a_function_of_a_client_s_name_is_no_call_of_the_client() -> None:
    call = 'skopeo copy --dest-creds "$USR:$PAT" dir:x docker://crg.apkg.io/acme/web'
    (finding,) = report_on(pipelines('skopeo() { command skopeo "$@"; }', call)).findings
    assert (finding.rule, finding.reasons) == ("registry-login", ())


@pytest.mark.parametrize(
    ("line", "carried"),
    [
        ("test -s t", True),
        ("chmod 600 t", True),
        ("touch t", True),
        ("ls -l t", True),
        ("mkdir -p x", True),
        ("mkdir -p x t", False),
        ("mkdir -p t x", False),
        ("wc -c t", False),
        ("mv t u", False),
        ("cp t u", False),
    ],
)
def test_a_file_that_carries_the_password_is_looked_at_and_no_more(line: str, carried: bool) -> None:
    reasons = held(pipelines('echo "$PAT" > t', line, CARRIED, "rm t", PUSH), {})
    assert reasons == (set() if carried else {"credential-unresolved"})


@pytest.mark.parametrize(
    ("script", "after", "taken"),
    [
        (('echo "$PAT" > t', LOGIN, PUSH), "docker build -t b .", True),
        (('echo "$PAT" > t', LOGIN, PUSH, "rm t"), "docker build -t b .", False),
        ((LOGIN, "docker build -t b .", PUSH), 'echo "$PAT" > t', False),
        ((LOGIN, "docker build -t b .", 'echo "$PAT" > t', PUSH), "true", False),
        (('echo "$PAT" > t', LOGIN, "docker build -t b .", PUSH), "true", True),
        (('echo "$PAT" > t', LOGIN, "docker build -t b app", PUSH), "true", False),
    ],
)
def test_a_build_takes_a_file_that_is_there_by_then(script: tuple[str, ...], after: str, taken: bool) -> None:
    files = dict.fromkeys(("Dockerfile", "app/Dockerfile"), "FROM alpine\nCOPY . .\n")
    text = pipelines(*script, more=f"        after-script:\n          - |\n            {after}\n")
    assert held(text, files) == ({"leaves-step"} if taken else set())


def test_files_of_pipelines_that_take_from_each_other_are_read_once() -> None:
    text = "definitions:\n  imports:\n    other: {}\n" + pipelines(LOGIN, PUSH)
    files = {PATH: text.format("ci/shared-pipelines.yml"), "ci/shared-pipelines.yml": text.format(PATH)}
    found = report_on({path: one.encode() for path, one in files.items()}).findings
    assert [(one.path, one.reasons) for one in found] == [(path, ()) for path in files]
