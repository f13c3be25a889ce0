"""What `bake` reads and pushes is what builds of its targets would."""

from __future__ import annotations

import pytest

from tests.sinks.test_images import BASE, HOST, WEB, images

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
    ],
)
def test_targets_are_builds(command: str, expected: list[tuple[str, str | None]]) -> None:
    assert images(command, {**_FILES, "docker-bake.hcl": _HCL}) == expected


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
    ],
)
def test_what_is_not_certain_is_unknown(command: str) -> None:
    assert images(command, {**_FILES, "docker-bake.hcl": _HCL}) == _UNKNOWN


@pytest.mark.parametrize("name", ["compose.yaml", "docker-bake.json", "docker-bake.override.hcl"])
def test_several_files_are_not_read(name: str) -> None:
    assert images("docker buildx bake", {**_FILES, "docker-bake.hcl": _HCL, name: "{}"}) == _UNKNOWN


def test_json() -> None:
    text = f'{{"group": {{"default": {{"targets": ["web"]}}}}, "target": {{"web": {{"tags": ["{WEB}:1"]}}}}}}'
    found = images("docker buildx bake --push", {**_FILES, "docker-bake.json": text})
    assert found == [("read", f"{BASE}:1"), ("push", f"{WEB}:1")]
