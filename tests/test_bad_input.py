"""Input that cannot be read costs one line and the exit code 3: nothing else of the run, and not a byte of any file."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.checkouts.applying import apply
from migrator.engine import analysis as engine
from migrator.findings.records import Report
from migrator.repositories.worktree import WorkTree
from tests.fixtures_support import Outcome, contents, run
from tests.memory import step, within

LOGIN = 'docker login crg.apkg.io -u "$EMAIL" -p "$PAT"'
NATIVE = 'docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"'
GOOD = step(LOGIN, "docker push crg.apkg.io/acme/web")
FIXED = GOOD.replace(LOGIN, NATIVE)
BAD = "bitbucket-pipelines.yml"
BOMB = "x0: &x0 [docker login crg.apkg.io]\n" + "".join(
    f"x{n}: &x{n} [{', '.join([f'*x{n - 1} '] * 9)}]\n" for n in range(1, 10)
)


def indented(script: str) -> str:
    return step("|") + "".join(f"              {line}\n" for line in script.splitlines())


UNREADABLE = {
    "Latin-1": (GOOD.encode() + "# caf\u00e9\n".encode("latin-1"), 7, 6, "not UTF-8 (byte 0xe9); save it as UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), 1, 1, "UTF-16; save it as UTF-8"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), 1, 2, "NUL byte; save it as plain UTF-8"),
    "UTF-32": (GOOD.encode("utf-32-be"), 1, 1, "NUL byte; save it as plain UTF-8"),
    "NUL": (GOOD.encode() + b"#\0\n", 7, 2, "NUL byte; save it as plain UTF-8"),
    "lone surrogate": (GOOD.encode() + b"# \xed\xa0\x80\n", 7, 3, "not UTF-8"),
    "tab": (GOOD.replace("          - docker push", "\t  - docker push").encode(), 6, 1, "a tab is used to indent"),
    "unclosed quote": (GOOD.encode() + b"a: 'b\n", 8, 1, "not valid YAML"),
    "unclosed bracket": (GOOD.encode() + b"a: [b\n", 8, 1, "not valid YAML"),
    "duplicate keys": (GOOD.encode() + b"pipelines: {}\n", 7, 1, "a key appears twice in one mapping; remove one"),
    "several documents": (GOOD.encode() + b"---\na: b\n", 7, 1, "several YAML documents; Bitbucket reads one"),
    "merge conflict": (
        (GOOD + "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n").encode(),
        7,
        1,
        "a merge conflict is not resolved; resolve it",
    ),
    "YAML tag": (GOOD.encode() + b"a: !!python/object/apply:os.system [true]\n", 7, 4, "a YAML tag"),
    "undefined alias": (GOOD.encode() + b"a: *b\n", 7, 4, "an alias has no anchor before it"),
    "alias cycle": (GOOD.encode() + b"a: &a [*a ]\n", 7, 8, "inside the node that it names; remove the cycle"),
    "alias bomb": ((GOOD + BOMB).encode(), None, None, "aliases expand to more than 10000 places"),
    "aliases of a long part": (
        (GOOD + f"a: &a [{'ab,' * 9_000}]\nb: [{'*a ,' * 99}]\n").encode(), None, None, "more than 2 MiB of text",
    ),
    "50,000 brackets": ((GOOD + "a: " + "[" * 50_000).encode(), 7, 203, "nested more than 200 levels deep"),
    "50,000 dashes": ((GOOD + "a:\n" + "- " * 50_000).encode(), 8, 399, "nested more than 200 levels deep"),
    "control character": (GOOD.encode() + b"a: \x1b[31m\n", 7, 4, "a character that YAML does not allow"),
    "huge": (GOOD.encode() + b"# filler\n" * 240_000, None, None, "2 MiB"),
    "script a string": (
        f"pipelines: {{default: [{{step: {{script: '{LOGIN}'}}}}]}}".encode(), 1, 39, "this script is not a list"),
    "null step": ((GOOD + "    - step:\n").encode(), None, None, "this step is not a mapping; give it a script"),
    "null item": ((GOOD + "          -\n").encode(), None, None, "an item of this script is empty; remove it"),
    "mapping item": ((GOOD + "          - echo login: docker\n").encode(), 7, 13, "quote the whole item"),
    "unparsable shell": (step(LOGIN, "if true").encode(), 6, 13, "not valid bash; check it with `bash -n`"),
    "unclosed shell quote": (indented(f"{LOGIN}\necho 'x").encode(), None, None, "not valid bash"),
    "deep shell": (step(LOGIN, "(" * 1000 + "a" + ")" * 1000).encode(), None, None, "deep"),
    "deep substitutions": (step(LOGIN, "echo " + "$(" * 300 + "a" + ")" * 300).encode(), None, None, "deep"),
    "long shell": (indented(LOGIN + "\n" + "#" * 66_000).encode(), None, None, "longer than 64 KiB"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_line_and_the_others_are_done(name: str, tmp_path: Path) -> None:
    data, line, column, message = UNREADABLE[name]
    (tmp_path / BAD).write_bytes(data)
    (tmp_path / "other-pipelines.yml").write_bytes(GOOD.encode())
    with within(15):
        checked = run(["check"], tmp_path)
        fixed = run(["fix", "--unsafe-fixes"], tmp_path)
    for outcome in (checked, fixed):
        assert outcome.code == 3
        assert "Traceback" not in outcome.err + outcome.out
        (said,) = [one for one in outcome.err.splitlines() if one.startswith(BAD)]
        assert re.match(rf"{re.escape(BAD)}:(?:\d+:\d+:)? ", said), said
        assert message in said
        assert line is None or said.startswith(f"{BAD}:{line}:{column}: "), said
        assert len(said) < 200
    assert (tmp_path / BAD).read_bytes() == data
    assert (tmp_path / "other-pipelines.yml").read_text() == FIXED
    assert sorted(os.listdir(tmp_path)) == [BAD, "other-pipelines.yml"]


@pytest.mark.parametrize("name", [name for name in UNREADABLE if name not in ("huge", "script a string")])
def test_a_login_in_a_file_that_cannot_be_read_is_reported_and_never_rewritten(name: str, tmp_path: Path) -> None:
    (tmp_path / BAD).write_bytes(UNREADABLE[name][0])
    findings = run(["check", "--format", "json"], tmp_path).findings()
    decodable = name not in ("Latin-1", "UTF-16", "UTF-16 without a mark", "UTF-32", "NUL", "lone surrogate")
    assert {tuple(one["reasons"]) for one in findings} == ({("unreadable",)} if decodable else set())
    assert all(one["fix"] is None for one in findings)


@pytest.mark.parametrize("text", ["a: [b", "a: b: c", "\t- x", "a: *b", "[" * 50_000])
def test_a_broken_file_that_has_nothing_to_do_with_logins_is_passed_over(text: str, tmp_path: Path) -> None:
    (tmp_path / BAD).write_text(text)
    assert run(["check"], tmp_path).code == 0


# What is not a file that can be read


def _good(root: Path) -> None:
    (root / "other-pipelines.yml").write_text(GOOD)


def _after(root: Path, message: str) -> None:
    for arguments in (["check"], ["fix", "--diff"], ["fix"]):
        with within(15):
            outcome = run(arguments, root)
        assert outcome.code == 3
        (said,) = [one for one in outcome.err.splitlines() if one.startswith(BAD)]
        assert said.startswith(f"{BAD}: ")
        assert message in said
    assert (root / "other-pipelines.yml").read_text() == FIXED


def test_a_file_that_may_not_be_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _good(tmp_path)
    (tmp_path / BAD).write_text(GOOD)
    real = os.open

    def refuse(path: str, *arguments: int, **keywords: int) -> int:
        if os.fspath(path).endswith(BAD):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments, **keywords)

    monkeypatch.setattr(os, "open", refuse)
    _after(tmp_path, "no permission to read it; change its mode")


def test_a_file_that_vanishes_between_listing_and_reading_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _good(tmp_path)
    monkeypatch.setattr(WorkTree, "paths", lambda self: (BAD, "other-pipelines.yml"))
    _after(tmp_path, "no longer exists; run patless again")


def test_a_file_that_changes_between_reading_and_writing_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / BAD).write_text(GOOD)
    _good(tmp_path)

    def meanwhile(*arguments: object) -> object:
        (tmp_path / BAD).write_text("somebody else's text\n")
        return apply(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("migrator.cli.fix.apply", meanwhile)
    outcome = run(["fix"], tmp_path)
    assert outcome.code == 3
    assert f"{BAD}: not written: something else changed the file" in outcome.err
    assert (tmp_path / BAD).read_text() == "somebody else's text\n"
    assert (tmp_path / "other-pipelines.yml").read_text() == FIXED


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as made:  # the path of one has 107 bytes at most
        made.bind(path.name)


def _device(path: Path) -> None:
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root may make a device")


_NO_FILES = [_pipe, _socket, _device]


@pytest.mark.parametrize("make", _NO_FILES)
def test_what_is_no_plain_file_is_one_line_and_not_waited_for(make: Callable[[Path], None], tmp_path: Path) -> None:
    _good(tmp_path)
    make(tmp_path / BAD)
    _after(tmp_path, "not a plain file")


@pytest.mark.parametrize("make", _NO_FILES)
@pytest.mark.parametrize("command", [["check"], ["fix", "--exit-non-zero-on-fix"], ["fix", "--diff"]])
def test_what_is_no_plain_file_is_not_waited_for_where_a_hook_names_it(
    command: list[str], make: Callable[[Path], None], tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    make(tmp_path / BAD)
    done = subprocess.run(
        [sys.executable, "-m", "migrator", *command, BAD],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 3
    assert done.stderr.decode().splitlines()[0] == f"{BAD}: not read: it is not a plain file"


@pytest.mark.parametrize("make", _NO_FILES)
@pytest.mark.parametrize("name", ["Dockerfile", "ci/login.sh", "docker-compose.yml", ".env"])
def test_what_is_no_plain_file_is_not_waited_for_where_a_step_leads_to_it(
    name: str, make: Callable[[Path], None], tmp_path: Path
) -> None:
    (tmp_path / "ci").mkdir()
    make(tmp_path / name)
    (tmp_path / BAD).write_text(
        step(LOGIN, "docker build .", ". ci/login.sh", "bash ci/login.sh", "docker compose pull")
    )
    before = (tmp_path / BAD).read_bytes()
    with within(15):
        assert run(["check"], tmp_path).code in (0, 1)
        assert run(["fix"], tmp_path).code in (0, 1)
    assert (tmp_path / BAD).read_bytes() == before


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nowhere.yml", "does not exist"),
        (BAD, "round in a circle"),
        ("/etc/passwd", "leads out of the repository"),
        ("../outside.yml", "leads out of the repository"),
        (".git/config", "inside .git"),
    ],
)
def test_a_link_that_leads_astray_is_one_line_and_its_target_is_not_touched(
    target: str, message: str, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text(GOOD)
    root = tmp_path / "repository"
    root.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    _good(root)
    (root / BAD).symlink_to(target)
    _after(root, message)
    assert outside.read_text() == GOOD
    assert (root / BAD).is_symlink()


def test_a_link_inside_the_repository_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "real.yml").write_text(GOOD)
    (tmp_path / BAD).symlink_to("ci/real.yml")
    assert run(["fix"], tmp_path).code == 0
    assert (tmp_path / BAD).is_symlink()
    assert (tmp_path / "ci" / "real.yml").read_text() == FIXED


# The process


def _bounded(arguments: list[str], folder: Path) -> Outcome:
    """The command as a process of its own, with at most 1 GiB of memory and 60 seconds of processor time."""
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (60, 60))\n"
        "from migrator.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, check=False)
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_process_of_bounded_memory_and_time_gets_through_all_of_them_at_once(tmp_path: Path) -> None:
    for number, (data, *_) in enumerate(UNREADABLE.values()):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        (folder / BAD).write_bytes(data)
    (tmp_path / "last").mkdir()
    (tmp_path / "last" / BAD).write_text(GOOD)
    before = contents(tmp_path)
    outcome = _bounded(["fix", "--unsafe-fixes"], tmp_path)
    assert outcome.code == 3
    assert "Traceback" not in outcome.err
    lines = [line for line in outcome.err.splitlines() if BAD in line]
    assert [line[:2] for line in lines] == [f"{number:02}" for number in range(len(UNREADABLE))]
    assert contents(tmp_path) == {**before, f"last/{BAD}": FIXED.encode()}


@pytest.mark.parametrize("end", ["crash", "hang"])
@pytest.mark.parametrize("command", [["check"], ["packages"], ["check", "--format", "json"], ["fix"]])
def test_a_repository_that_ends_its_process_or_never_ends_is_one_line_and_the_others_are_done(
    command: list[str], end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bad", "good", "more"):
        (tmp_path / name / ".git").mkdir(parents=True)
        (tmp_path / name / BAD).write_text(GOOD)
    real = engine.analyse

    def analyse(view: WorkTree, *arguments: Any) -> Report:
        if view.root.name == "bad":
            time.sleep(1000 if end == "hang" else 0)
            os.kill(os.getpid(), signal.SIGKILL)
        return real(view, *arguments)

    monkeypatch.setattr(engine, "analyse", analyse)
    monkeypatch.setattr("migrator.checkouts.analysis._SECONDS", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with within(60):
        outcome = run(command, tmp_path)
    why = {"crash": "ended the process that did", "hang": "takes longer than 2 seconds"}[end]
    assert f"bad: not read: analyzing it {why}; check its files, or leave it out" in outcome.err
    assert outcome.code == 3
    assert "Traceback" not in outcome.err
    assert "good" in outcome.out
    assert "more" in outcome.out
    if command == ["fix"]:
        assert [(tmp_path / name / BAD).read_text() == FIXED for name in ("bad", "good", "more")] == [False, True, True]


# What scanned files say to terminals

_ESCAPES = {
    "in an image": "docker pull crg.apkg.io/acme/base\\e[31m:1",
    "in a program": "\\e]0;title\\a-tool build",
    "in a file name": "docker build -f \\e[2JDockerfile .",
    "in a variable's value": "A=\\e[31m && docker push crg.apkg.io/acme/$A",
    "bidirectional": "docker pull crg.apkg.io/acme/\u202eesab\u202c:1",
    "C1": "docker pull crg.apkg.io/acme/\\x9b31m:1",
    "BEL": "docker pull crg.apkg.io/acme/x\\a:1",
}
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("command", _ESCAPES.values(), ids=_ESCAPES)
def test_escapes_of_scanned_files_never_reach_the_output_raw(command: str, tmp_path: Path) -> None:
    login = LOGIN.replace('"', '\\"')
    (tmp_path / BAD).write_text(step(f'"{login}"', f'"{command}"'))
    for arguments in (
        ["check"],
        ["check", "--quiet"],
        ["check", "--format", "json"],
        ["packages"],
        ["packages", "--format", "json"],
        ["fix", "--format", "json"],
        ["fix", "--unsafe-fixes"],
    ):
        outcome = run(arguments, tmp_path)
        assert outcome.code in (0, 1), outcome.err
        assert not _RAW.search(outcome.out), arguments
        assert not _RAW.search(outcome.err), arguments


def test_escapes_of_a_path_never_reach_the_output_raw(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[31m\nb"
    folder.mkdir()
    (folder / BAD).write_text(GOOD)
    (folder / "x-pipelines.yml").write_text(GOOD + "a: [\n")
    for arguments in (["check"], ["check", "--format", "json"], ["fix", "--diff"], ["fix"]):
        outcome = run(arguments, tmp_path)
        assert not _RAW.search(outcome.out), arguments
        assert not _RAW.search(outcome.err), arguments


def test_a_path_with_a_newline_and_an_escape_is_fixed_like_any_other(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[31m\nb"
    folder.mkdir()
    (folder / BAD).write_text(GOOD)
    assert run(["fix"], tmp_path).code == 0
    assert contents(tmp_path) == {f"a\x1b[31m\nb/{BAD}": FIXED.encode()}


def test_a_diff_for_a_terminal_shows_what_would_turn_the_text_around(tmp_path: Path) -> None:
    (tmp_path / BAD).write_text(GOOD + "# \u202egnp.exe\n")
    shown = run(["fix", "--diff", "--color", "always"], tmp_path).out
    assert "\u202e" not in shown
    assert "\\u202e" in shown


# Literal credentials

_ATLASSIAN = "ATATT3xFfGF0" + "Zq8" * 9
_PLAIN = "hunter2-correct-horse"
_LITERALS = {
    "-p": "docker login crg.apkg.io -u ci -p {}",
    "-p joined": "docker login crg.apkg.io -u ci -p{}",
    "--password=": "docker login crg.apkg.io -u ci --password={}",
    "quoted": "docker login crg.apkg.io -u ci -p \"{}\"",
    "single-quoted": "docker login crg.apkg.io -u ci -p '{}'",
    "echo": "echo {} | docker login crg.apkg.io -u ci --password-stdin",
    "printf": "printf '%s' '{}' | docker login crg.apkg.io -u ci --password-stdin",
    "here-string": "docker login crg.apkg.io -u ci --password-stdin <<< {}",
    "assigned": "T={}; docker login crg.apkg.io -u ci -p $T",
    "exported": "export T={} && docker login crg.apkg.io -u ci -p $T",
    "default": "docker login crg.apkg.io -u ci -p ${{T:-{}}}",
    "function": "l() {{ docker login crg.apkg.io -u ci -p $1; }}; l {}",
    "bash -c": "bash -c 'docker login crg.apkg.io -u ci -p {}'",
    "another registry": "docker login crg.apkg.io -u ci -p $P && docker login -u ci -p {}",
    "uncertain registry": "docker login $R -u ci -p {} # apkg.io",
    "unreadable": "docker login crg.apkg.io -u ci -p {} ; if",
    "split words": "W='-u ci -p {}'; docker login $W crg.apkg.io",
    "unreadable echo": "echo {} | docker login crg.apkg.io -u ci --password-stdin ; if",
    "unreadable, continued": "docker login crg.apkg.io \\\n  -u ci \\\n  -p {} ; if",
    "unreadable here-string": "docker login crg.apkg.io --password-stdin <<<'{}' ; if",
    "a script within": "bash -c 'docker login crg.apkg.io -u ci -p {} ; if'",
    "another machine": "ssh host docker login crg.apkg.io -u ci -p {}",
    "another machine, quoted": 'ssh host "docker login crg.apkg.io -u ci --password={}"',
    "after-words": "docker login -u ci -p {} crg.apkg.io && docker pull crg.apkg.io/acme/base",
}  # fmt: skip
_EVERYWHERE = [
    ["check"],
    ["check", "--quiet"],
    ["check", "--color", "always"],
    ["check", "--format", "json"],
    ["packages"],
    ["packages", "--format", "json"],
    ["fix", "--diff", "--unsafe-fixes"],
    ["fix", "--diff", "--unsafe-fixes", "--color", "always"],
    ["fix", "--format", "json", "--unsafe-fixes"],
]


@pytest.mark.parametrize("literal", [_ATLASSIAN, _PLAIN], ids=["of Atlassian's form", "of any form"])
@pytest.mark.parametrize("name", _LITERALS)
def test_a_literal_credential_is_in_no_output(name: str, literal: str, tmp_path: Path) -> None:
    command = _LITERALS[name].format(literal)
    (tmp_path / BAD).write_text(indented(command))
    said = _said(tmp_path, literal)
    if name not in ("split words", "unreadable", "unreadable, continued"):  # another line is shown, or more is masked
        assert f"‹literal, {len(literal)} characters›" in said


_SPLIT = f"docker login crg.apkg.io -u ci -p\n  {_PLAIN}"
_ELSEWHERE = {
    "comment": GOOD + f"# {_ATLASSIAN}\n",
    "beside": step(f"{LOGIN} # {_ATLASSIAN}"),
    "variable of the file": step(f"X={_ATLASSIAN} {LOGIN}"),
    "image": GOOD.replace(
        "        script",
        f"        image: {{name: crg.apkg.io/acme/b, username: a, password: {_PLAIN}}}\n        script",
    ),
    "pipe": step(LOGIN, f"pipe: a/b:1\n            variables: {{T: {_ATLASSIAN}}}"),
    "cluster": step(
        "kubectl create secret docker-registry x --docker-server=crg.apkg.io --docker-username=a "
        f"--docker-password={_PLAIN}"
    ),
    "ssh": step(f'ssh host "docker login crg.apkg.io -u a -p {_ATLASSIAN}"'),
    "Windows": step(f"docker login crg.apkg.io -u ci -p {_PLAIN}").replace(
        "        script", "        runs-on: windows\n        script"
    ),
    "broken with a login": step(f"docker login crg.apkg.io -u ci -p {_PLAIN}") + "a: [",
    "context of a change": step(LOGIN, f"echo {_PLAIN} | docker login crg.apkg.io -u a --password-stdin ; if").replace(
        "- docker", "- docker", 1
    ),
    "broken": GOOD + f"a: [{_ATLASSIAN}\n",
    "heredoc": indented(f"docker login crg.apkg.io -u ci --password-stdin <<E\n{_PLAIN}\nE\n"),
    "key": GOOD + f"{_ATLASSIAN}: x\n{_ATLASSIAN}: y\n",
    "split over lines": f"pipelines: {{default: [{{step: {{script: ['{_SPLIT}']}}}}]}}\n",
}


@pytest.mark.parametrize("name", _ELSEWHERE)
def test_a_literal_credential_elsewhere_is_in_no_output(name: str, tmp_path: Path) -> None:
    (tmp_path / BAD).write_text(_ELSEWHERE[name])
    _said(tmp_path, _ATLASSIAN if _ATLASSIAN in _ELSEWHERE[name] else _PLAIN)


def _said(folder: Path, literal: str) -> str:
    said = ""
    for arguments in _EVERYWHERE:
        outcome = run(arguments, folder)
        assert outcome.code in (0, 1, 3), outcome.err
        assert literal not in outcome.out, arguments
        assert literal not in outcome.err, arguments
        said += outcome.out + outcome.err
    return said


def test_a_token_in_a_crash_s_report_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / BAD).write_text(step(f"docker login crg.apkg.io -u a -p {_ATLASSIAN}"))
    from migrator.engine import analysis as engine

    def crash(*_: object) -> None:
        raise RuntimeError(f"cannot handle -p {_ATLASSIAN}")

    monkeypatch.setattr(engine, "analyse", crash)
    monkeypatch.setenv("PATLESS_DEBUG", "1")
    outcome = run(["check"], tmp_path)
    assert outcome.code == 70
    assert _ATLASSIAN not in outcome.out + outcome.err
