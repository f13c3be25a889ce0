"""What `fix --diff` prints, `git apply` takes, and the result is the bytes that `fix` would write."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.reports.diff import Side, diff, for_people
from migrator.reports.paint import Paint
from migrator.text.source import Source

OLD, NEW = b"-p $OLD", b"-p $NEW"
LINES = b"".join(b"line %d\n" % number for number in range(30))


def make(path: str, before: bytes, after: bytes) -> bytes:
    return diff(path, Side(Source.decode(path, before)), Side(Source.decode(path, after))).data


def apply(root: Path, path: str, before: bytes, patch: bytes) -> bytes:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(before)
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "apply", "-"], cwd=root, input=patch, check=True)
    return target.read_bytes()


@pytest.mark.parametrize("data", [b"", b"a\n", b"a"], ids=["empty", "a line", "no final newline"])
def test_nothing_differs_nothing_is_printed(data: bytes) -> None:
    assert make("a.yml", data, data) == b""


BYTES = {
    "the first line": OLD + b"\n" + LINES,
    "the last line": LINES + OLD + b"\n",
    "no final newline": LINES + OLD,
    "a change near a missing final newline": OLD + b"\nend",
    "crlf": LINES.replace(b"\n", b"\r\n") + OLD + b"\r\n" + LINES.replace(b"\n", b"\r\n"),
    "crlf without the last": b"a\r\n" + OLD + b"\r\nb",
    "cr only": b"a\r" + OLD + b"\rb\r",
    "mixed newlines": b"a\r\n" + OLD + b"\nb\rc\n",
    "byte order mark on the changed line": b"\xef\xbb\xbf" + OLD + b"\nb\n",
    "byte order mark in the context": b"\xef\xbb\xbfa\n" + OLD + b"\nb\n",
    "other line separators": "a\u2028b\x85\x0c\n".encode() + OLD + b"\n\x0b\n",
    "trailing blanks and tabs": b"a  \t\n\t" + OLD + b" \n   \n",
    "two changes close together": OLD + b"\n" + LINES[:42] + OLD + b"\n",
    "two changes far apart": OLD + b"\n" + LINES + OLD + b"\n",
    "only that line": OLD,
    "many": b"\n".join([OLD, b"x"] * 500),
}


@pytest.mark.parametrize("before", BYTES.values(), ids=BYTES.keys())
def test_git_applies_it_byte_for_byte(before: bytes, tmp_path: Path) -> None:
    after = before.replace(OLD, NEW)
    assert apply(tmp_path, "bitbucket-pipelines.yml", before, make("bitbucket-pipelines.yml", before, after)) == after


@pytest.mark.parametrize("more", [b"x\ny", b"x\ny\nz"], ids=["one line more", "two lines more"])
def test_git_applies_an_edit_that_adds_lines(more: bytes, tmp_path: Path) -> None:
    before = LINES + OLD + b"\n" + LINES
    after = before.replace(OLD, more)
    assert apply(tmp_path, "p.yml", before, make("p.yml", before, after)) == after


NAMES = [
    "my pipelines.yml",
    "a/b c/x.yml",
    "tab\there.yml",
    'quo"te.yml',
    "back\\slash.yml",
    "new\nline.yml",
    "ünï.yml",
    os.fsdecode(b"latin-\xe9.yml"),
    " leading.yml",
    "-dash.yml",
    "trailing ",
    "esc\x1b[31m.yml",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_git_applies_it_to_a_file_with_an_odd_name(name: str, tmp_path: Path) -> None:
    assert apply(tmp_path, name, OLD + b"\n", make(name, OLD + b"\n", NEW + b"\n")) == NEW + b"\n"


def test_git_applies_the_diffs_of_several_files_at_once(tmp_path: Path) -> None:
    names = ["a.yml", "b c.yml", "d/e.yml"]
    patch = b"".join(make(name, b"1\n" + OLD, b"1\n" + NEW) for name in names)
    for name in names[:-1]:
        (tmp_path / name).write_bytes(b"1\n" + OLD)
    apply(tmp_path, names[-1], b"1\n" + OLD, patch)
    assert {(tmp_path / name).read_bytes() for name in names} == {b"1\n" + NEW}


LINE = st.sampled_from(["a", "b", "", "c\r", "é", "-", "+", " ", "\\ x", "@@ -1 +1 @@"])


@given(
    before=st.lists(LINE, max_size=12), after=st.lists(LINE, max_size=12), ends=st.tuples(st.booleans(), st.booleans())
)
def test_any_two_texts_give_a_diff_that_holds_both(
    before: list[str], after: list[str], ends: tuple[bool, bool]
) -> None:
    old, new = ("\n".join(lines) + "\n" * end for lines, end in zip((before, after), ends, strict=True))
    body = make("p", old.encode(), new.encode()).decode().split("\n")[3:-1]
    assert _patched(old, body) == new


def _patched(old: str, body: list[str]) -> str:
    """Apply a unified diff the plain way, checking removed lines and context."""
    lines, out, at = old.splitlines(keepends=True) if "\r" not in old else _split(old), [], 0
    for number, line in enumerate(body):
        bare = number + 1 < len(body) and body[number + 1] == "\\ No newline at end of file"
        text = line[1:] + ("" if bare else "\n")
        if line.startswith("@@ -") and (number == 0 or body[number][0] == "@"):
            extent = line.split()[1][1:].split(",")
            start = int(extent[0]) - (0 if extent[1:] == ["0"] else 1)
            out += lines[at:start]
            at = start
        elif line.startswith(("-", " ")):
            assert lines[at] == text
            at += 1
            out += [text] if line.startswith(" ") else []
        elif line.startswith("+"):
            out.append(text)
    return "".join(out + lines[at:])


def _split(text: str) -> list[str]:
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def test_a_terminal_gets_no_escape_of_the_file() -> None:
    shown = for_people(make("a\x1b.yml", b"\x1b[2J\r\n" + OLD + b"\r\n", b"\x1b[2J\r\n" + NEW + b"\r\n"), Paint())
    assert "\x1b" not in shown
    assert shown.splitlines()[-3:] == [" \\u001b[2J", "--p $OLD", "+-p $NEW"]
