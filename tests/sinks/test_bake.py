"""What `bake` reads and pushes is what builds of its targets would."""

from __future__ import annotations

from itertools import product

import pytest

from migrator.ir.paths import Paths, Top
from migrator.sinks.images import find_images
from tests.flow.reading import BOOK, follow
from tests.sinks.test_images import BASE, HOST, SEVERAL, WEB, images

_FILES = {"Dockerfile": f"FROM {BASE}:1\n", "app/Dockerfile": "FROM alpine\n", "app/Other": f"FROM {BASE}:2\n"}
_HCL = f"""
variable "TAG" {{ default = "1" }}
variable "REG" {{ default = "{HOST}/acme" }}
target "_base" {{ context = "." }}
target "default" {{
  inherits = ["_base"]
  tags = ["{WEB}:latest"]
  cache-from = ["type=registry,ref={HOST}/acme/cache:1"]
}}
target "app" {{
  context = "app"
  output = ["type=registry"]
  tags = ["{HOST}/acme/app"]
}}
target "other" {{
  context = "app"
  dockerfile = "Other"
}}
target "linked" {{
  context = "app"
  contexts = {{ web = "target:default" }}
  tags = ["{HOST}/acme/linked"]
}}
target "named" {{
  context = "app"
  tags = ["${{REG}}/web"]
}}
target "inline" {{
  dockerfile-inline = "FROM {BASE}:3"
}}
target "far" {{
  context = "https://example.com/a.git"
}}
target "above" {{
  context = "app"
  dockerfile = "/Dockerfile"
}}
target "undeclared" {{ tags = [X] }}
"""
_MORE = f"""
variable "REG" {{ default = "{HOST}/acme" }}
variable "OWN" {{}}
variable "A" {{ default = "a" }}
variable "B" {{ default = "b" }}
variable "C" {{ default = "c" }}
variable "D" {{ default = "d" }}
variable "E" {{ default = "e" }}
group "made" {{ targets = ["first", "second"] }}
group "empty" {{ targets = [] }}
target "app" {{ context = "app" }}
target "first" {{
  context = "app"
  tags = ["{WEB}:made"]
}}
target "second" {{ dockerfile-inline = "FROM {WEB}:made" }}
target "stage" {{
  dockerfile = "Stages"
  target = "one"
}}
target "args" {{
  dockerfile = "Args"
  args = {{ FROM = "redis", BY = null }}
}}
target "named" {{
  dockerfile-inline = "FROM base"
  contexts = {{ base = "docker-image://{BASE}:4", "other" = "sub" }}
}}
target "linked" {{
  context = "app"
  tags = ["{WEB}:linked"]
  output = ["type=registry"]
}}
target "twice" {{
  context = "app"
  contexts = {{ image = "docker-image://{BASE}:4", a = "target:linked", b = "target:linked" }}
}}
target "chain" {{
  dockerfile-inline = "FROM scratch"
  contexts = {{ a = "target:twice" }}
}}
target "gone" {{
  context = "app"
  contexts = {{ a = "target:nothing" }}
}}
target "where" {{
  context = "app"
  contexts = {{ a = "target:app${{OWN}}" }}
}}
target "which" {{
  context = "app"
  contexts = {{ a = OWN }}
}}
target "null" {{
  context = "app"
  contexts = {{ a = null }}
}}
target "owned" {{
  context = "app"
  tags = ["${{OWN}}/web"]
}}
target "untagged" {{
  context = "app"
  tags = [""]
}}
target "four" {{
  context = "app"
  tags = ["${{A}}${{B}}${{C}}${{D}}"]
}}
target "five" {{
  context = "app"
  tags = ["${{A}}${{B}}${{C}}${{D}}${{E}}"]
}}
target "moved" {{ context = OWN }}
target "perhaps" {{ context = A }}
target "below" {{ context = "${{OWN}}/app" }}
target "remote" {{ context = "github.com/acme/web" }}
target "person" {{ context = "a@b" }}
target "other" {{ context = "target:app" }}
target "written" {{ dockerfile-inline = "FROM ${{REG}}/base" }}
target "held" {{ dockerfile-inline = OWN }}
target "missing" {{ dockerfile-inline = X }}
target "argued" {{
  context = "app"
  args = {{ A = X }}
}}
target "file" {{ dockerfile = "${{OWN}}/Dockerfile" }}
target "files" {{ dockerfile = "${{A}}/Dockerfile" }}
target "staged" {{
  dockerfile = "Stages"
  target = X
}}
target "nothing-told" {{ dockerfile = "" }}
"""
_FOLDERS = {
    **{f"{name}/Dockerfile": "FROM alpine\n" for name in ("github.com/acme/web", "a@b", "target:app", "a", "x/app")},
    "Dockerfile": "FROM alpine\n",
    "Stages": f"FROM node AS one\nFROM {BASE}:5\n",
    "Args": "ARG FROM=node\nARG BY=mysql\nFROM $FROM\nFROM $BY\n",
    "app/Dockerfile": "FROM alpine\n",
}
_EITHER = [(one, f"${{{one.upper()}}}") for one in "abcd"]
_READ = [("read", f"{BASE}:1"), ("read", f"{HOST}/acme/cache:1")]
_UNKNOWN = [("read", None)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("docker buildx bake", _READ),
        ("docker bake", _READ),
        ("docker buildx bake -f docker-bake.hcl", _READ),
        ("docker buildx bake --push", [*_READ, ("push", f"{WEB}:latest")]),
        ("docker buildx bake app", [("read", "alpine"), ("push", f"{HOST}/acme/app")]),
        ("docker buildx bake other", [("read", f"{BASE}:2")]),
        ("docker buildx bake inline", [("read", f"{BASE}:3")]),
        ("docker buildx bake --push linked", [("read", "alpine"), ("push", f"{HOST}/acme/linked"), *_READ]),
        ("export REG=a.io\ndocker buildx bake --push named", [("read", "alpine"), ("push", "a.io/web")]),
        ("REG=a.io docker buildx bake --push named", [("read", "alpine"), ("push", "a.io/web")]),
        ("docker buildx bake --push named", [("read", "alpine"), ("push", WEB), ("push", "${REG}/web")]),
        ("export REG\ndocker buildx bake --push named", [("read", "alpine"), ("push", WEB), ("push", "${REG}/web")]),
        (
            "REG=a.io\ndocker buildx bake --push named",
            [("read", "alpine"), ("push", WEB), ("push", "${REG}/web"), ("push", "a.io/web")],
        ),
        (
            "export REG=a.io\nenv -i docker buildx bake --push named",
            [("read", "alpine"), ("push", WEB), ("push", "${REG}/web"), ("push", "a.io/web")],
        ),
        ("A=1 REG=a.io docker buildx bake --push named", [("read", "alpine"), ("push", "a.io/web")]),
        (
            f"docker buildx bake linked\ndocker run {WEB}:latest",
            [("read", "alpine"), *_READ, ("read", f"{WEB}:latest")],
        ),
    ],
)
def test_targets_are_builds(command: str, expected: list[tuple[str, str | None]]) -> None:
    assert images(command, {**_FILES, "docker-bake.hcl": _HCL}) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("made", [("read", f"{WEB}:made"), ("read", "alpine"), ("push", f"{WEB}:made")]),
        ("stage", [("read", "node")]),
        ("args", [("read", "redis"), ("read", None)]),
        ("named", [("read", f"{BASE}:4")]),
        ("twice", [("read", f"{BASE}:4"), ("read", "alpine"), ("read", "alpine")]),
        ("chain", [("read", f"{BASE}:4"), ("read", "alpine"), ("read", "alpine")]),
        ("owned", [("read", "alpine"), ("push", "${OWN}/web")]),
        ("untagged", [("read", "alpine")]),
        ("four", [("read", "alpine"), *[("push", "".join(one)) for one in product(*_EITHER)]]),
        ("five", [("read", "alpine"), ("push", None)]),
        *((name, _UNKNOWN) for name in ("gone", "where", "null", "moved", "perhaps", "below", "remote", "person")),
        *(
            (name, _UNKNOWN)
            for name in ("other", "written", "held", "missing", "argued", "file", "files", "nothing-told")
        ),
        *((name, _UNKNOWN) for name in ("empty", "app gone", "staged")),
        ("which", [("read", None), ("read", "alpine")]),
    ],
)
def test_each_part_of_a_target_counts(target: str, expected: list[tuple[str, str | None]]) -> None:
    files = {**_FOLDERS, "docker-bake.hcl": _MORE}
    assert images(f"docker buildx bake --push {target}", files, listed=files) == expected


@pytest.mark.parametrize(
    "command",
    [
        "docker buildx bake nothing",
        "docker buildx bake far",
        "docker buildx bake above",
        "docker buildx bake undeclared",
        'docker buildx bake "$T"',
        "docker buildx bake --set default.context=x",
        "docker buildx bake --print",
        "docker buildx bake -f other.hcl",
        "docker buildx bake -f docker-bake.hcl -f more.hcl",
        "docker buildx bake -f -",
        "export BUILDX_BAKE_FILE=x.hcl\ndocker buildx bake",
        "echo > docker-bake.hcl\ndocker buildx bake",
        "echo > docker-bake.override.hcl\ndocker buildx bake",
        "docker buildx bake https://example.com/a.git",
        "docker buildx bake app far",
        "export BUILDX_BAKE_GIT_CONTEXT=x\ndocker buildx bake",
        "./x > docker-bake.override.hcl\ndocker buildx bake",
    ],
)
def test_what_is_not_certain_is_unknown(command: str) -> None:
    assert images(command, {**_FILES, "docker-bake.hcl": _HCL}) == _UNKNOWN


@pytest.mark.parametrize(
    "name",
    [
        *("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"),
        *("docker-bake.json", "docker-bake.override.json", "docker-bake.override.hcl"),
    ],
)
def test_several_files_are_not_read(name: str) -> None:
    assert images("docker buildx bake", {**_FILES, "docker-bake.hcl": _HCL, name: "{}"}) == _UNKNOWN


@pytest.mark.parametrize("folders", [SEVERAL, Top("`cd`")])
def test_what_is_built_in_a_folder_that_is_not_known_is_not(folders: Paths) -> None:
    files = {f"{name}/docker-bake.hcl": _HCL for name in SEVERAL}
    for options in ("", "-f $BITBUCKET_CLONE_DIR/a/docker-bake.hcl"):
        assert images(f"docker buildx bake {options}", files, folders) == _UNKNOWN


def test_the_file_is_looked_for_where_the_command_runs() -> None:
    files = {"sub/docker-bake.hcl": 'target "default" {}', "sub/Dockerfile": "FROM alpine\n"}
    assert images("cd sub\ndocker buildx bake", files) == [("read", "alpine")]
    deep = {"sub/docker-bake.hcl": 'target "default" { dockerfile = "Gone" }'}
    (use,) = find_images(follow("cd sub\ndocker buildx bake"), BOOK, deep.get)
    assert use.subject == "Gone"
    other = {"sub/ci.json": '{"target": {"default": {"context": "sub"}}}', "sub/Dockerfile": "FROM alpine\n"}
    assert images("docker buildx bake -f sub/ci.json", other) == [("read", "alpine")]


@pytest.mark.parametrize(
    ("options", "file", "text", "why"),
    [
        ("", "compose.yaml", "services: {}", "a bake file is not read"),
        ("-f compose.yaml", "compose.yaml", "services: {}", "a bake file is not read"),
        ("", "docker-bake.hcl", "\n\nx", "only groups, targets and variables are read (docker-bake.hcl:3)"),
        ("", "docker-bake.json", "[]", "the bake file has another shape than is read (docker-bake.json)"),
        ("", "docker-bake.hcl", "", "what is built of docker-bake.hcl is not known"),
        (
            "",
            "docker-bake.hcl",
            'target "default" { dockerfile = "Gone" }',
            "the Dockerfile Gone is not in the repository, or the step changes it",
        ),
    ],
)
def test_why_it_is_not_known_is_said(options: str, file: str, text: str, why: str) -> None:
    (use,) = find_images(follow(f"docker buildx bake {options}"), BOOK, {file: text}.get)
    assert (use.reference, use.why) == (None, why)


def test_json() -> None:
    text = f'{{"group": {{"default": {{"targets": ["web"]}}}}, "target": {{"web": {{"tags": ["{WEB}:1"]}}}}}}'
    found = images("docker buildx bake --push", {**_FILES, "docker-bake.json": text})
    assert found == [("read", f"{BASE}:1"), ("push", f"{WEB}:1")]
