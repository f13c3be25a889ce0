"""Which words of a script become native, and what the step still reads of the stored variables then."""

from __future__ import annotations

import re

import pytest

from migrator.engine.tracing import trace
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.rulebook import reading as rulebook
from tests.memory import PATH, Memory, planned, report_on, step

BOOK = rulebook.load()
PUSH = "docker push crg.apkg.io/acme/web:1"
LOGIN = "docker login crg.apkg.io -u <USR> -p"
CALLED = "f() { docker login crg.apkg.io -u <USR> -p"
TWINE = "twine upload --repository-url https://pypi.apkg.io/acme"
UV = "uv publish --publish-url https://pypi.apkg.io/acme"
TOLD = "export TWINE_USERNAME=<USR> TWINE_PASSWORD=<PAT>"
STORED = TOLD.replace("<", "$").replace(">", "")
_MARK = re.compile(r"<(\w+)>")
_IN_FRONT = re.compile(r"<(\w+)=>")


def native(name: str) -> str:
    return "BITBUCKET_PACKAGES_USERNAME" if "US" in name else "BITBUCKET_PACKAGES_TOKEN"


def before(text: str) -> str:
    return _IN_FRONT.sub("", _MARK.sub(r"$\1", text))


def after(text: str) -> str:
    text = _MARK.sub(lambda found: f"${native(found[1])}", text)
    return _IN_FRONT.sub(lambda found: f'{found[1]}="${native(found[1])}" ', text)


def block(*lines: str) -> str:
    return step("|\n" + "".join(f"            {line}\n" for text in lines for line in text.split("\n")))


@pytest.mark.parametrize(
    ("script", "stays"),
    [
        # <NAME> becomes native, <NAME=> is put in front; then what the step still reads
        ((LOGIN + " <PAT>", PUSH), ""),
        (("T=<PAT>", LOGIN + " $T", PUSH, "./x"), ""),
        (("export T=<PAT>", LOGIN + " $T", PUSH, "git fetch"), ""),
        (("export T=$PAT", LOGIN + " <T>", PUSH, "./x"), "PAT"),
        (("export T=$PAT", LOGIN + " <T>", PUSH, "$(x)"), "PAT"),
        (("export T=$PAT", LOGIN + " <T>", PUSH, "docker run -e T alpine"), "PAT"),
        (("T=$PAT", LOGIN + " <T>", PUSH, "curl $T"), "PAT"),
        (("T=$PAT; A=<T>", LOGIN + " $A", PUSH, "curl $T"), "PAT"),
        (("T=$PAT; A=$T; B=<A>", LOGIN + " $B", PUSH, "curl $A"), "PAT"),
        (("X=$PAT; export T=$X", f"{LOGIN} <T>", f"{LOGIN} <X>", PUSH, "./x"), "PAT"),
        (("T=<PAT>; A=$T; B=$T", f"{LOGIN} $A", f"{LOGIN} $B", PUSH), ""),
        (("T=<PAT>", 'test -n "$T" || exit 1', f"{LOGIN} $T", PUSH), ""),
        (("T=<PAT>; test -f x && T=<OTHER>", LOGIN + " $T", PUSH), ""),
        ((f'{CALLED} "$1"; }}; f "<PAT>"', PUSH), ""),
        ((f'{CALLED} "$1"; }}; f "<PAT>"; ./x "$PAT"', PUSH), "PAT"),
        (("export TWINE_PASSWORD=<PAT>", f'{TWINE} -u <USR> -p "$TWINE_PASSWORD" x'), ""),
        ((TOLD, f"{TWINE} x"), ""),
        ((TOLD, f"{TWINE} x", f"{TWINE} y"), ""),
        ((STORED, f"<TWINE_USERNAME=><TWINE_PASSWORD=>{TWINE} x", "twine upload y"), "USR PAT"),
        ((STORED, f"<TWINE_USERNAME=><TWINE_PASSWORD=>{TWINE} x", "./x"), "USR PAT"),
        (
            (STORED.replace("$USR", "<USR>"), f"<TWINE_PASSWORD=>{TWINE} x", "docker login -u a -p $TWINE_PASSWORD"),
            "PAT",
        ),
        (("export TWINE_USERNAME=$USR", f"<TWINE_USERNAME=><TWINE_PASSWORD=>{TWINE} x", "./x"), "USR"),
        ((f"<TWINE_USERNAME=><TWINE_PASSWORD=>nice {TWINE}",), ""),
        (('[ -n "<TWINE_PASSWORD>" ] || exit 1', f"<TWINE_USERNAME=><TWINE_PASSWORD=>{TWINE}"), ""),
        # of parameters, and of several values
        ((f'{CALLED} "${{1:?x}}"; }}; f "<PAT>"', PUSH), ""),
        (('f() { docker login "$1" -u $2 -p $3; }; f crg.apkg.io <USR> <PAT>; f docker.io $USR $PAT', PUSH), "USR PAT"),
        (('A=("<PAT>")', LOGIN + ' "${A[@]}"', PUSH), ""),
        (('T=$(echo "<PAT>")', LOGIN + ' "$T"', PUSH), ""),
        (("env -i PAT=<PAT> USR=<USR> bash -c 'docker login crg.apkg.io -u $USR -p $PAT'", PUSH), "USR PAT"),
        # tests whether they are set
        (('[ -n "<PAT><USR>" ] || exit 1', f"{LOGIN} <PAT>", PUSH), ""),
        (('[ -n "<PAT>$OTHER" ] || exit 1', f"{LOGIN} <PAT>", PUSH), ""),
        (("[[ -n ${PAT+x} ]] || exit 1", f"{LOGIN} <PAT>", PUSH), "PAT"),
        (('T=$PAT; [ -n "<T>" ] || exit 1; ./x $T', f"{LOGIN} <T>", PUSH), "PAT"),
        (('[ -n "<PAT>" ] && ' + LOGIN + " <PAT>", PUSH), ""),
    ],
    ids=str,
)
def test_the_words_that_become_native(script: tuple[str, ...], stays: str) -> None:
    report = report_on(block(*map(before, script)))
    assert [reason for one in report.findings for reason in one.reasons] == []
    (change,) = planned(report).changes
    assert change.after.decode() == block(*map(after, script))
    assert {name for one in report.findings for name in one.remaining} == set(stays.split())


PIPE = "          - pipe: acme/scan:1\n            variables:\n              A: x\n              TOKEN: "
YARN = {
    ".yarnrc.yml": 'npmRegistryServer: "https://npm.apkg.io/acme"\nnpmAuthIdent: "${PKG_USER}:${PKG_PAT}"\n',
    "package.json": '{"name": "@acme/web"}',
}
USED = {"Makefile": "x:\n\t. ./env.sh; ./login.sh\n"}


@pytest.mark.parametrize(
    ("script", "more", "files", "seen"),
    [
        (("T=<PAT>", f"{LOGIN} $T"), "", {}, []),
        (("T=<PAT>", f"{LOGIN} $T"), "", {"Makefile": f"x:\n\t./run {PATH}\n"}, []),
        (("export T=$PAT", f"{LOGIN} <T>"), PIPE + "$T\n", {}, [("a pipe is given T", None)]),
        ((f'{CALLED} "$1"; }}; f <PAT>',), PIPE + "'1'\n", {}, []),
        (("ls", "export T=$PAT", f"{LOGIN} <T>", "$X"), "", {}, [("`a program` may read T", 9)]),
        (("ls", "export T=$PAT", f"{LOGIN} <T>", "true", "./x"), "", {}, [("`x` may read T", 10)]),
        (("T=$PAT", f"{LOGIN} <T>", "bash -c 'curl $T'"), "", {}, [("something else reads T", 8)]),
        (("export PKG_USER=<USR> PKG_PAT=<PAT>", "yarn npm publish"), "", YARN, []),
        (
            ("export PKG_USER=$USR PKG_PAT=$PAT", "<PKG_USER=><PKG_PAT=>yarn npm publish", "./x"), "", YARN,
            [("`x` may read PKG_USER", 8), ("`x` may read PKG_PAT", 8)],
        ),
        ((". ./env.sh", f"{LOGIN} $T"), "", {"env.sh": "T=<PAT>\n"}, []),
        (
            (". ./env.sh", f"{LOGIN} <T>"), "", {"env.sh": "T=$PAT\n", **USED},
            [("the file that sets T is there for Makefile, too", 1)],
        ),
        (
            (". ./env.sh", "<USR=><OTHER=>./login.sh", f"{LOGIN} <T>"), "",
            {"env.sh": "T=$PAT\n", "login.sh": before(f"{LOGIN} $OTHER\n"), **USED},
            [("the file that sets T is there for Makefile, too", 1)],
        ),
        (
            ("<USR=><PAT=>./login.sh",), "", {"login.sh": f"T=$PAT\n{before(LOGIN)} $T\n", **USED}, [],
        ),
    ],
    ids=str,
)  # fmt: skip
def test_who_else_sees_a_variable_keeps_its_assignment(
    script: tuple[str, ...], more: str, files: dict[str, str], seen: list[tuple[str, int | None]]
) -> None:
    texts = {PATH: block(*script, PUSH) + more, **files}
    view = Memory({path: before(text).encode() for path, text in texts.items()})
    report = report_on(view.files)
    changed = {path: after(text) for path, text in texts.items() if after(text) != before(text)}
    assert {one.path: one.after.decode() for one in planned(report, unsafe=True).changes} == changed
    found = [
        (one.what, one.place.position.line if one.place else None)
        for place in report.findings
        for walk in trace(view, [PATH], BOOK, Settings(), BITBUCKET, place.path, place.position.line).walks
        for run in walk.runs
        for opinion in run.asked
        if opinion.asked.startswith("who else sees the variables")
        for one in opinion.seen
    ]
    assert found == seen


@pytest.mark.parametrize(
    ("script", "code", "detail", "subject"),
    [
        (
            'f() { docker login "$1" -u $USR -p $PAT; }; f crg.apkg.io; f docker.io', "registry-unresolved",
            "the login is in words that another registry's login shares", "USR",
        ),
        (
            'f() { docker login "$1" -u me -p $2; }; f crg.apkg.io $PAT; f docker.io $X', "registry-unresolved",
            "the login logs in to different registries", "docker.io",
        ),
        (
            'f() { docker login "$1" -u me -p $2; }; f crg.apkg.io $PAT; f $H $X', "registry-unresolved",
            "the login logs in to different registries", "H",
        ),
        (
            "T=$PAT; docker login crg.apkg.io -u $T -p $T", "credential-unresolved",
            "the same words also make the other login", "",
        ),
        (
            'read -r T <<< "$PAT"; docker login crg.apkg.io -u $USR -p $T', "credential-unresolved",
            "the password may be a part of what is written, or one of several", "T",
        ),
        (
            'f() { docker login crg.apkg.io -u $USR -p "$*"; ./x "$1"; }; f "$PAT"', "credential-unresolved",
            "the password is passed on among other words", "*",
        ),
        (
            "docker login crg.apkg.io -u $USR --password-stdin <<'E'\nATATT3xFfGF0abcdefg\nE", "credential-unresolved",
            "the password is written in a way that cannot be replaced", "the literal",
        ),
        (
            f"readonly TWINE_PASSWORD; {TWINE}", "credential-unresolved",
            "the credential is in TWINE_PASSWORD, which is read-only in the step", "TWINE_PASSWORD",
        ),
        *(
            (
                line, "credential-unresolved",
                "the password is given in a way that patless can't replace by a user name and a password", "the token",
            )
            for line in (
                f"{UV} -t$PAT", f"{UV} '--token' $PAT", f'A=(--token); {UV} "${{A[@]}}" $PAT',
                f'A=(--token=$PAT); {UV} "${{A[@]}}"', f'f() {{ {UV} "$@" $PAT; }}; f --token',
                f'f() {{ {UV} --token "$@"; }}; f $PAT', f"O=--token; {UV} $O $PAT",
            )
        ),
        *(
            (
                line, "credential-unresolved",
                "the password is in UV_PUBLISH_TOKEN, which patless can't replace by two variables", "UV_PUBLISH_TOKEN",
            )
            for line in (
                f'export "UV_PUBLISH_TOKEN=$PAT"; {UV}',
                f"UV_PUBLISH_TOKEN=$PAT; export UV_PUBLISH_TOKEN; {UV}", f"declare -x UV_PUBLISH_TOKEN=$PAT; {UV}",
                f"export -p UV_PUBLISH_TOKEN=$PAT; {UV}", f"set -a; UV_PUBLISH_TOKEN=$PAT; {UV}",
                f"export UV_PUBLISH_TOKEN=$PAT; {UV}; ./x", f"f() {{ UV_PUBLISH_TOKEN=$PAT {UV}; }}; f",
                f"export UV_PUBLISH_TOKEN=$PAT; f() {{ {UV}; }}; f", f"UV_PUBLISH_TOKEN=$PAT bash -c '{UV}'",
            )
        ),
        (
            f'{UV} --token "x$PAT"', "credential-unresolved", "the password is put together from several parts",
            "the parts of it",
        ),
        *(
            (
                line, "credential-unresolved",
                "the credential is in TWINE_USERNAME, and patless can't set it for this call alone", "TWINE_USERNAME",
            )
            for line in (f"sudo -E {TWINE}", f"env -i {TWINE}", f"f() {{ {TWINE}; }}; f", f"bash -c '{TWINE}'")
        ),
    ],
    ids=str,
)  # fmt: skip
def test_why_no_words_become_native(script: str, code: str, detail: str, subject: str) -> None:
    (finding,) = report_on(block(script, PUSH)).findings
    assert [(one.code, one.detail, one.subject) for one in finding.reasons][:1] == [(code, detail, subject)]
    assert not finding.edits


SPELT = 'UV_PUBLISH_USERNAME="$BITBUCKET_PACKAGES_USERNAME" UV_PUBLISH_PASSWORD="$BITBUCKET_PACKAGES_TOKEN"'
WRITTEN = '--username "$BITBUCKET_PACKAGES_USERNAME" --password "$BITBUCKET_PACKAGES_TOKEN"'


@pytest.mark.parametrize(
    ("script", "stays"),
    [
        # < > is what two variables or options take the place of
        (("export <UV_PUBLISH_TOKEN=$PAT>", UV), ""),
        (('export <UV_PUBLISH_TOKEN="$PAT">', UV), ""),
        (("export A=1 <UV_PUBLISH_TOKEN=$PAT> B=2", UV), ""),
        (("export A <UV_PUBLISH_TOKEN=$PAT>", UV), ""),
        (("declare B; export <UV_PUBLISH_TOKEN=$PAT>", UV), ""),
        (("export <UV_PUBLISH_TOKEN=$PAT>; [ -f x ] && export <UV_PUBLISH_TOKEN=$OTHER>", UV), ""),
        (("T=$PAT; export <UV_PUBLISH_TOKEN=$T>", UV), "PAT"),
        ((f"X=1 <UV_PUBLISH_TOKEN=$PAT> Y=2 {UV}",), ""),
        ((f"env <UV_PUBLISH_TOKEN=$PAT> {UV}",), ""),
        ((f"{UV} <--token $PAT> dist/*",), ""),
        ((f'{UV} <--token="$PAT"> dist/*',), ""),
        ((f"{UV} <-t $PAT>",), ""),
        ((f"{UV} <-t=$PAT>",), ""),
        ((f"{UV} <--token ATATT3xFfGF0abcdefg>",), ""),
        (("T=$PAT", f'{UV} <--token "$T">'), "PAT"),
        ((f"f() {{ {UV} <--token $1>; }}; f $PAT",), "PAT"),
    ],
    ids=str,
)
def test_a_token_alone_gives_its_place_to_the_pair(script: tuple[str, ...], stays: str) -> None:
    text = block(*script)
    report = report_on(re.sub("<(.*?)>", r"\1", text))
    (finding,) = report.findings
    assert [one.code for one in finding.reasons] == ["lone-token"]
    (change,) = planned(report, unsafe=True).changes
    assert change.after.decode() == re.sub("<(.*?)>", lambda found: WRITTEN if found[1][0] == "-" else SPELT, text)
    assert set(finding.remaining) == set(stays.split())


@pytest.mark.parametrize(
    ("call", "stays"),
    [("./x.sh", ("PAT",)), ("sudo ./x.sh", ("PAT",)), ("PAT=y ./x.sh", ()), ("sudo PAT=y ./x.sh", ()), ("ls x.sh", ())],
)
def test_what_a_file_still_reads_stays(call: str, stays: tuple[str, ...]) -> None:
    files = {
        PATH: block(before(f"{LOGIN} <PAT>"), PUSH, call).encode(),
        "x.sh": b'curl -u "$PAT" https://api.example\n',
    }
    (finding,) = report_on(files).findings
    assert finding.remaining == stays
