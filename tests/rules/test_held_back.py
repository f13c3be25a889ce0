"""Logins that are held back, or found at all, though what speaks against them is known in part: whole reports."""

from __future__ import annotations

import base64
import gzip

import pytest

from migrator.findings.records import Report
from tests.memory import PATH, planned, report_on, step

L = 'echo "$PAT" | docker login -u "$USR" --password-stdin crg.apkg.io'
L2 = 'echo "$PAT2" | docker login -u "$USR2" --password-stdin crg.apkg.io'
P = "docker push crg.apkg.io/acme/web:1"
F = "docker pull crg.apkg.io/foreign/x:1"
HEAD = "import os, subprocess, sys\nPAT, USR = os.environ['PAT'], os.environ['USR']\n"
R = "subprocess.run(['docker', 'login', '-u', USR, '--password-stdin', 'crg.apkg.io'], input=PAT, text=True)"
MAKE = f"auth:\n\t{L.replace('$', '$$')}\n"
PULL = "subprocess.run(['docker', 'pull', 'crg.apkg.io/foreign/x:1'])"


def report(script: str, files: dict[str, str]) -> Report:
    block = "\n".join(("|", *(f"            {line}" for line in script.split("\n"))))
    return report_on({PATH: step(block).encode(), **{name: text.encode() for name, text in files.items()}})


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"for s in a b; do if [ $s = a ]; then {L}; {P}; else {F}; fi; done", {}),
        (f"for s in a b; do case $s in a) {L};; b) {F};; esac; done\n{P}", {}),
        (f"f() {{ if [ $1 = a ]; then {L}; else {F}; fi; }}\nfor m in a b; do f $m; done\n{P}", {}),
        (f"while {{ if x; then {L}; else {F}; fi; }}; do y; done\n{P}", {}),
        (f"for s in a b; do (cd $s && ./login.sh); done\n{P}", {"a/login.sh": L, "b/login.sh": F}),
        (f'for f in ci/*.sh; do . "$f"; done\n{P}', {"ci/a.sh": L, "ci/b.sh": F}),
        (f"case $X in a) {L} ;;& *) {F} ;; esac\n{P}", {}),
        (f"case $X in a) set -x ;& b) {L} ;; esac\n{P}", {}),
        (f'login() {{ {L}; }}\n"$ACTION"\n{F}\n{P}', {}),
        (f"{L}\nif cd a; then ./go.sh; else ./go.sh; fi\n{P}", {"a/go.sh": "true", "go.sh": F}),
        (f"{L}\ncd b || ./a/go.sh\n{P}", {"a/go.sh": F}),
        (f"{L}\nenv -C a ./go.sh\n{P}", {"a/go.sh": F}),
        (f"trap 'set -x' DEBUG\n{L}\n{P}", {}),
        (f"python3 l.py\n{P}", {"l.py": f"{HEAD}def go(): {R}\ndef no(): pass\nif sys.argv: go = no\ngo()\n{PULL}\n"}),
        (f"python3 l.py\n{P}", {"l.py": f"{HEAD}class A:\n    def go(self): {R}\nA().go()\n{PULL}\n"}),
        (f"python3 l.py\n{P}", {"l.py": f"{HEAD}def go(): {R}\ng2 = go\ng2()\n{PULL}\n"}),
        (f"python3 l.py\n{P}", {"l.py": f"{HEAD}for a in sys.argv:\n    if a: {R}\n    else: {PULL}\n"}),
        (
            f"{L2}\npython3 l.py\n{P}",
            {"l.py": f"{HEAD}try:\n    from shared import pull\nexcept ImportError:\n    def pull(): {PULL}\npull()\n"},
        ),
    ],
)
def test_what_may_run_after_a_login_holds_it_back(script: str, files: dict[str, str]) -> None:
    found = report(script, files).findings
    assert found
    assert not [one for one in found if one.rule == "registry-login" and one.verdict.value == "safe"]


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"for s in a b; do make -C $s auth; done\n{P}", {"a/Makefile": MAKE, "b/Makefile": MAKE}),
        (f"trap ./go.sh EXIT\ncd a\nmake test\ncd ..\n{P}", {"a/go.sh": L, "go.sh": "true"}),
        (f"cd a || true\n./go.sh\n{P}", {"a/go.sh": "true", "go.sh": L}),
        (f"cd build || true\n./go.sh\n{P}", {"go.sh": L}),
        (f"while cd a; do ./go.sh; break; done\n{P}", {"a/go.sh": L}),
        (f"pushd -n a\n./go.sh\n{P}", {"a/go.sh": "true", "go.sh": L}),
        (f"env --chdir=a ./go.sh\n{P}", {"a/go.sh": L}),
        ("python3 l.py", {"l.py": f"{HEAD}if sys.argv:\n    def go(): {R}\nelse:\n    def go(): pass\ngo()\n"}),
        ("python3 l.py", {"l.py": f"{HEAD}def go(): {R}\ngo()\ndef go(): {PULL}\ngo()\n"}),
    ],
)
def test_a_login_that_may_run_is_found(script: str, files: dict[str, str]) -> None:
    assert report(script, files).findings


def test_a_folder_of_several_that_is_not_read_leaves_what_is_taken_for_granted() -> None:
    script = f"{L}\nfor s in a b; do (cd $s && ./go.sh); done\n{P}"
    (finding,) = report(script, {"a/go.sh": "echo login apkg.io"}).findings
    assert any("go.sh" in one for one in finding.assumptions)


def test_two_bridges_stand_at_one_place() -> None:
    files = {"a/Makefile": MAKE, "b/Makefile": MAKE.replace("PAT", "PAT2")}
    found = report(f"for s in a b; do (cd $s && make auth); done\n{P}", files)
    assert planned(found).changes == ()
    made = planned(found, unsafe=True)
    (change,) = made.changes
    assert made.failures == ()
    assert [change.after.count(name) for name in (b" PAT=", b" PAT2=", b"; do (cd $s && USR=")] == [1, 1, 1]


def test_a_name_that_no_file_system_has_is_not_there() -> None:
    (finding,) = report(f"sh $'\\ud800.sh'\n{L}\n{P}", {}).findings
    assert finding.rule == "registry-login"


PULLS = "#!/bin/sh\ndocker pull crg.apkg.io/acme/base:1\n"
MOUNTS = 'services:\n  ci:\n    image: docker:cli\n    volumes: ["${HOME}/.docker:/root/.docker"]\n'
HARMLESS = MOUNTS.replace("${HOME}/.docker:/root/.docker", "./data:/data")
SHADOWS = "export BITBUCKET_PACKAGES_TOKEN=a\n"
LOGS_IN = f"#!/bin/sh\n{L}\n"
PACKED = b'#!/bin/sh\ntail -n +4 "$0" | gunzip | sh\nexit 0\n'


def reasons(script: str, files: dict[str, str | bytes]) -> set[tuple[str, str]]:
    """Where the findings are, and why each is held back; '' for one that is safe."""
    block = "\n".join(("|", *(f"            {line}" for line in script.split("\n"))))
    texts = {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
    found = report_on({PATH: step(block).encode(), "Dockerfile": b"FROM alpine\n", **texts}).findings
    return {(one.path, reason) for one in found for reason in {why.code for why in one.reasons} or {""}}


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (
            "docker compose run ci",
            {"compose.yml": HARMLESS, "x.txt": PULLS},
        ),
        ("direnv exec . make", {".envrc": "export A=1\n"}),
        ("direnv exec . ./x.sh", {".envrc": 'export T="$STORED"\n', "x.sh": "#!/bin/sh\necho done\n"}),
        ("git config core.hooksPath h\ngit hook run x", {"h/x": "#!/bin/sh\necho done\n"}),
        ("git config credential.helper store\ngit push", {"base.txt": PULLS}),
        ("git add a\ngit commit -m x", {"base.txt": PULLS}),
        ("jq -r '.a | .b' x.json\nsed -i s/a/b/ x\nawk '{print $1}' x", {"base.txt": PULLS}),
        ("sh x.sh", {"x.sh": PACKED + gzip.compress(b"echo done\n", mtime=0)}),
        ("docker build --iidfile id .\nread -r i < id\ndocker run $i", {}),
        ("docker build -q . > id\nIFS= read -r i < id; docker run $i", {}),
        ('read -r i <<< "$(docker build -q .)"\ndocker run $i', {}),
    ],
)
def test_what_is_seen_to_do_nothing_with_the_login_leaves_it_safe(script: str, files: dict[str, str | bytes]) -> None:
    assert reasons(f"{L}\n{P}\n{script}", files) == {(PATH, "")}


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("docker compose run ci", {"compose.yml": MOUNTS, "x.txt": PULLS}),
        ("direnv exec ci true", {"ci/.envrc": PULLS}),
        ("git hook run pre-push", {"hooks/pre-push": PULLS}),
        ("git config core.hooksPath h\ngit commit -m x", {"h/pre-commit": PULLS}),
        ("ln -s ../../ci/x.sh .git/hooks/pre-commit\ngit commit -m x", {"ci/x.sh": PULLS}),
        ("git bisect run sh x.txt", {"x.txt": PULLS}),
        ("awk 'BEGIN{system(\"sh x.txt\")}'", {"x.txt": PULLS}),
        ("tar xf a.tar --to-command='sh x.txt'", {"x.txt": PULLS}),
        ("sh x.sh", {"x.sh": PACKED + gzip.compress(PULLS.encode(), mtime=0)}),
        ("gunzip -c x.gz | sh", {"x.gz": gzip.compress(PULLS.encode(), mtime=0)}),
        (f"echo {base64.b64encode(PULLS.encode()).decode()} | base64 -d | sh", {}),
        ("read -r i < names\ndocker pull $i", {"names": "crg.apkg.io/foreign/x:1\n"}),
        ("docker build --iidfile id .\n./x > id\nread -r i < id\ndocker run $i", {}),
    ],
)
def test_what_starts_something_else_may_pull_with_the_login(script: str, files: dict[str, str | bytes]) -> None:
    assert reasons(f"{L}\n{P}\n{script}", files) & {(PATH, "foreign-package"), (PATH, "image-unresolved")}


@pytest.mark.parametrize(
    ("script", "files", "found"),
    [
        ("direnv exec ci true", {"ci/.envrc": LOGS_IN}, ("ci/.envrc", "bridge-layout")),
        (
            "direnv exec . ./x.sh",
            {".envrc": "export BITBUCKET_PACKAGES_TOKEN=a\n", "x.sh": LOGS_IN},
            ("x.sh", "shadowed"),
        ),
        ("ln -s ../../ci/x.sh .git/hooks/x\ngit hook run x", {"ci/x.sh": LOGS_IN}, ("ci/x.sh", "not-followed")),
        ("./x.sh", {"x.sh": PACKED + gzip.compress(LOGS_IN.encode(), mtime=0)}, (PATH, "not-followed")),
        ("./x.sh", {"x.sh": PACKED + b"\x00\x01\x02", "y": "crg.apkg.io"}, (PATH, "not-followed")),
    ],
)
def test_a_login_that_something_else_starts_is_found(
    script: str, files: dict[str, str | bytes], found: tuple[str, str]
) -> None:
    assert found in reasons(f"{script}\n{P}", files)
