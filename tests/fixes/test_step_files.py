"""Files with the credential that a step writes, and what takes them along."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step

LOGIN = 'echo "$PAT" | docker login crg.apkg.io -u "$USR" --password-stdin'
PUSH = "docker push crg.apkg.io/acme/web:1"
WRITE = 'echo "T=$PAT" > build.env'
COPYING = {"Dockerfile": "FROM alpine\nCOPY . .\n"}
FOLDER = 'mkdir -p conf dist; echo "$PAT" > conf/token'


def left(script: str, files: dict[str, str], tail: str = "") -> list[int]:
    """The lines of the script with a credential that leaves the step; those of `tail` count on."""
    block = "\n".join(("|", *(f"            {line}" for line in script.split("\n"))))
    texts = {PATH: step(LOGIN, PUSH, block) + tail, "Dockerfile": "FROM alpine\n", **files}
    found = report_on({path: text.encode() for path, text in texts.items()}).findings
    assert [one.verdict.value for one in found if one.rule == "registry-login"] == ["safe"]
    return [one.position.line - 7 for one in found if one.rule == "credential-leaves-step"]


@pytest.mark.parametrize(
    ("script", "files", "tail"),
    [
        (f"{WRITE}\ngit add -A && git push", {".gitignore": "*.env\n"}, ""),
        (f"{WRITE}\ncd app\ngit add -A", {"app/x": "", ".gitignore": "*.env\n"}, ""),
        (f"{WRITE}\ncd app\ngit add .", {"app/x": ""}, ""),
        (f"{WRITE}\ncd app\ngit add -A .", {"app/x": ""}, ""),
        (f"{WRITE}\ngit clone https://git.acme.example/y other\ncd other\ngit add -A", {"app/x": ""}, ""),
        (f"{WRITE}\nrm -f build.env\nnpm publish", {}, ""),
        (f"{FOLDER}\nrm -r conf\naws s3 sync . s3://b", {}, ""),
        (f"{WRITE}\nmv build.env /tmp/\nscp -r . host:", {}, ""),
        (f"npm publish\n{WRITE}", {}, ""),
        ('echo "$PAT" > /tmp/token\necho "$PAT" > ~/.token\ngit add .', {}, '        artifacts: ["**"]\n'),
        ('F=$(mktemp)\necho "$PAT" > "$F"\ngit add .', {}, ""),
        ('echo "$OTHER" > build.env\ngit add -A', {}, ""),
        ('echo "$PAT" > "$OUT"\nscp conf/a.txt host:', {"conf/a.txt": "x"}, ""),
        ('echo "$PAT" > "$HOME/x"\nscp -r conf host:', {}, ""),
        (f"{WRITE}\ngit add CHANGELOG.md src\ngit commit -am release", {}, ""),
        (f"{FOLDER}\nscp -r dist host:\ncp -r dist out\naws s3 sync out s3://b", {}, ""),
        (f"{WRITE}\ntar czf out.tgz src\ntar xzf other.tgz .\naws s3 cp out.tgz s3://b", {}, ""),
        (f"{WRITE}\ntar czf out.tgz .\ncurl -u a:b https://x.example", {}, ""),
        (f"{WRITE}\nssh host 'cd . && ls'", {}, ""),
        ('git remote add up "https://x:$PAT@bitbucket.org/acme/web"\ngit push up', {}, ""),
        ('echo "$PAT" > token\nrm token', {}, "        artifacts: [token]\n"),
        (f"{WRITE}\ngit status build.env", {}, ""),
        (f"{WRITE}\ngit() {{ :; }}\ngit add -A", {}, ""),
        (f"{WRITE}\ngit add ''", {}, ""),
        (f"{WRITE}\nrm build.env\ndocker build -t web .", COPYING, ""),
    ],
)
def test_a_file_that_nothing_takes_along_stays(script: str, files: dict[str, str], tail: str) -> None:
    assert left(script, files, tail) == []


@pytest.mark.parametrize(
    ("script", "files", "tail", "line"),
    [
        (f"{WRITE}\ngit add -A", {}, "", 2),
        (f"{WRITE}\ncd app\ngit add -fA", {"app/x": ""}, "", 3),
        (f"{WRITE}\ncd app\ngit add --all -v", {"app/x": ""}, "", 3),
        (f"{WRITE}\ncd app\ngit add . :/", {"app/x": ""}, "", 3),
        (f"{WRITE}\ngit add *.env", {}, "", 2),
        (f"{FOLDER}\ngit add -f conf", {}, "", 2),
        (f"{WRITE}\ngit commit -am release", {"build.env": "T=\n"}, "", 2),
        (f"{WRITE}\nnpm publish", {".npmignore": "src\n"}, "", 2),
        (f"{WRITE}\nif test -f x; then rm build.env; fi\nnpm publish", {}, "", 3),
        ('echo "$PAT" > "$OUT"\ngit add .', {}, "", 2),
        ('echo "$PAT" > "$OUT"\nscp -r conf host:', {}, "", 2),
        ('echo "$PAT" > "conf/$NAME"\nscp -r conf host:', {}, "", 2),
        ('sed -i "s/TOKEN/$PAT/" k8s/a.yml\nkubectl apply -f k8s/', {"k8s/a.yml": "t: TOKEN\n"}, "", 2),
        (f"{WRITE}\nzip -qr out.zip .\ncurl -F file=@out.zip https://x.example", {}, "", 3),
        (f"{WRITE}\ntar cz build.env > out.tgz\naws s3 cp out.tgz s3://b", {}, "", 3),
        (f"{WRITE}\ntar czf out.tgz --files-from=list", {}, "        artifacts: [out.tgz]\n", 2),
        (f"{WRITE}\ntar cz . | ssh host 'tar xz'", {}, "", 2),
        (f"{FOLDER}\ncp -r conf dist\naws s3 sync dist s3://b", {}, "", 3),
        (f"{WRITE}\nscp *.env host:", {}, "", 2),
        (WRITE, {}, "        after-script:\n          - git add -A && git push\n", 3),
        (WRITE, {}, "          - pipe: acme/copy:1\n            variables: {FROM: .}\n", 3),
        (f"{WRITE}\ndocker build -t web .\nrm build.env", COPYING, "", 1),
    ],
)
def test_a_file_leaves_with_what_takes_it_along(script: str, files: dict[str, str], tail: str, line: int) -> None:
    assert left(script, files, tail) == [line]
