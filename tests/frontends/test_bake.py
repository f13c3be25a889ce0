"""Bake files: what is read, what is refused with its place, and that hostile ones cost no time."""

from __future__ import annotations

import time

import pytest

from migrator.frontends.documents.bake import BakeError, BakeName, read_bake


def test_a_target_has_what_it_inherits() -> None:
    file = read_bake(
        "docker-bake.hcl",
        'variable "TAG" { default = "1" }\n'
        'target "_base" {\n  args = { A = "1", B = null }\n  tags = ["x"]\n}\n'
        '# a comment\n/* another */\ntarget "web" {\n  inherits = ["_base"]\n  args = {\n    A = "2"\n  }\n'
        '  tags = ["web:${TAG}", TAG]\n  no-cache = true\n}\n'
        'group "default" { targets = ["web"] }\n',
    )
    (target,) = file.chosen(["default"]) or ()
    assert file.variables == {"TAG": "1"}
    assert target.mapped["args"] == {"A": ("2",), "B": None}
    assert target.several["tags"] == (("web:", BakeName("TAG")), (BakeName("TAG"),))


def test_json_says_the_same() -> None:
    text = '{"target": {"web": {"context": "app", "tags": ["a${X}"], "args": {"N": 3}}}, "variable": {"X": {}}}'
    file = read_bake("docker-bake.json", text)
    assert file.targets["web"].single == {"context": ("app",)}
    assert file.targets["web"].mapped["args"] == {"N": ("3",)}
    assert file.variables == {"X": None}


def test_a_long_text() -> None:
    file = read_bake("a.hcl", 'target "a" {\n  dockerfile-inline = <<EOT\nFROM a\nRUN b\nEOT\n  tags = ["a"]\n}\n')
    assert file.targets["a"].single["dockerfile-inline"] == ("FROM a\nRUN b\n",)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('target "a" {\n  tags = ["${upper("a")}"]\n}\n', 2),
        ('target "a" {\n  tags = [for x in y : x]\n}\n', 2),
        ('target "a" {\n  matrix = { x = "1" }\n}\n', 2),
        ('target "a" {\n  tags = x ? "a" : "b"\n}\n', 2),
        ('target "a" {\n  tags = concat(["a"], ["b"])\n}\n', 2),
        ('target "a" {\n  tags = ["%{if x}a%{endif}"]\n}\n', 2),
        ('target "a" {\n  tags = ["$${X}"]\n}\n', 2),
        ('target "a" {\n  context = var.x\n}\n', 2),
        ('target "a" {\n  context = "a" "b"\n}\n', 2),
        ('target "a" {\n  context = "a" target = "b"\n}\n', 2),
        ('target "a" {\n  new-thing = "a"\n}\n', 2),
        ('target "a" {}\ntarget "a" {}\n', 2),
        ('tag = "a"\n', 1),
        ('function "f" {\n}\n', 1),
        ('variable "X" {\n  default = "${Y}"\n}\n', 2),
        ('target "a" {\n  inherits = ["${X}"]\n}\n', 0),
        ('target "a" {\n  inherits = ["a"]\n}\n', 0),
        ('target "a" {\n  inherits = ["b"]\n}\n', 0),
        ('target "a" {', 1),
        ('target "a" {\n  dockerfile-inline = <<EOT\nFROM a\n', 2),
    ],
)
def test_what_is_not_plain_makes_a_file_unread(text: str, line: int) -> None:
    with pytest.raises(BakeError) as raised:
        read_bake("docker-bake.hcl", text)
    assert raised.value.line == line


@pytest.mark.parametrize(
    "text", ["[]", '{"x": {}}', '{"target": {"a": {"output": [{"type": "x"}]}}}', "{", '{"a":1,"a":2}']
)
def test_json_that_is_not_plain(text: str) -> None:
    with pytest.raises(BakeError):
        read_bake("docker-bake.json", text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", "[" * 200_000),
        ("a.json", '{"a":' * 40_000),
        ("a.hcl", 'target "a" { tags = ' + "[" * 200_000),
        ("a.hcl", "/*" * 100_000),
        ("a.hcl", '"' + "\\\\" * 100_000),
        ("a.hcl", 'target "a" {\n  context = "' + "${" * 100_000 + '"\n}'),
        ("a.hcl", "a" * 300_000),
        ("a.hcl", "".join(f'target "t{n}" {{\n  inherits = ["t{n + 1}"]\n}}\n' for n in range(6_000))),
        ("a.hcl", "x<<E\n" * 40_000),
    ],
)
def test_hostile_files_cost_no_time(path: str, text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(BakeError):
        read_bake(path, text)
    assert time.monotonic() - begun < 2
