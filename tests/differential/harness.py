"""Runs every step of a pipelines file in real bash, among stand-ins that record what they are asked to do.

Two runs of the same step with the same log did the same things, as far as the world can tell.
"""

from __future__ import annotations

import atexit
import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

NATIVE = ("BITBUCKET_PACKAGES_USERNAME", "BITBUCKET_PACKAGES_TOKEN")
SECONDS = 10
DEFAULTS = {
    "BITBUCKET_WORKSPACE": "acme",
    "BITBUCKET_REPO_SLUG": "web",
    "BITBUCKET_REPO_FULL_NAME": "acme/web",
    "BITBUCKET_COMMIT": "0123456789abcdef0123456789abcdef01234567",
    "BITBUCKET_BRANCH": "main",
    "BITBUCKET_BUILD_NUMBER": "7",
    "CI": "true",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_NPM = {"npm_config_logs_max": "0", "npm_config_update_notifier": "false"}
"""https://docs.npmjs.com/cli/using-npm/config: it leaves no files, and asks nobody."""
_SAID = {"npm_lifecycle_script"}
"""What npm says of the script that it runs: its text."""
_HERE = Path(__file__).parent
RECORDED = (_HERE / "recorded.txt").read_text().split()
REAL = (_HERE / "real.txt").read_text().split()
_ABSOLUTE = re.compile(rf"(?<![\w./-])/usr/(?:local/)?bin/(?=(?:{'|'.join(RECORDED)})\b)")


@dataclass(frozen=True, slots=True)
class Step:
    """The shell text of one step. `where` is the path of keys to it."""

    where: str
    script: str
    after_script: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What one step did: for each shell its exit code and output; the calls; the files that it left, by path.

    What it complained of, or traced, is no part of it: the names of variables stand there.
    """

    where: str
    shells: tuple[tuple[int, str], ...]
    calls: str
    files: tuple[tuple[str, str], ...]
    errors: str = field(default="", compare=False)


def steps(document: bytes, where: str = "") -> list[Step]:
    """The different steps of a pipelines document, anchors and merges resolved by PyYAML."""
    found: dict[tuple[str, str], Step] = {}
    for step in _walk(yaml.safe_load(document.decode("utf-8-sig")), where):
        found.setdefault((step.script, step.after_script), step)
    return list(found.values())


def observe(
    tree: Path,
    variables: Mapping[str, str],
    hidden: frozenset[str],
    failing_logins: int = 0,
    wanted: Callable[[Step], bool] = lambda _: True,
) -> list[Observation]:
    """Run every step that is `wanted` of every pipelines file under `tree`, each in a copy of its own.

    `variables` come on top of `DEFAULTS`; the environment of recorded calls is logged but for `hidden`.
    The first `failing_logins` logins of a step fail.
    """
    return [
        _run(tree, step, variables, hidden, failing_logins)
        for path in sorted(tree.rglob("*pipelines.yml"))
        for step in steps(path.read_bytes(), path.relative_to(tree).as_posix())
        if wanted(step)
    ]


def _walk(node: object, where: str) -> Iterator[Step]:
    if isinstance(node, dict):
        script, after_script = _text(node.get("script")), _text(node.get("after-script"))
        if script or after_script:
            yield Step(where, script, after_script)
        for key, value in node.items():
            yield from _walk(value, f"{where}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _walk(value, f"{where}/{number}")


def _text(script: object) -> str:
    return "\n".join(_items(script)) if isinstance(script, list) else ""


def _items(script: list[object]) -> Iterator[str]:
    for item in script:
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            yield from _items(item)


def _run(
    tree: Path, step: Step, variables: Mapping[str, str], hidden: frozenset[str], failing_logins: int
) -> Observation:
    with tempfile.TemporaryDirectory(prefix="differential-") as folder:
        base = Path(folder).resolve()
        for name in ("home", "state"):
            (base / name).mkdir()
        clone = base / "clone"
        shutil.copytree(tree, clone, symlinks=True)
        before = _files(clone)
        environment = {
            **DEFAULTS,
            "BITBUCKET_CLONE_DIR": str(clone),
            "BITBUCKET_PIPELINES_VARIABLES_PATH": str(base / "home" / "output-variables"),
            "HOME": str(base / "home"),
            "PATH": f"{_true_ones(tree, base)}:{_programs() / 'recorded'}:{_programs() / 'real'}",
            **({"PYTHONPATH": str(_HERE / "modules")} if next(tree.rglob("*.py"), None) else {}),
            **(_NPM if next(tree.rglob("package.json"), None) else {}),
            **variables,
        }
        unlogged = hidden | _SAID | environment.keys() - {"HOME"} | {*NATIVE, "PWD", "OLDPWD", "SHLVL", "_"}
        _tell(base, unlogged, failing_logins)
        ran = [_shell(base, clone, text, environment) for text in (step.script, step.after_script) if text.strip()]
        log = base / "state" / "log"
        calls = log.read_text(errors="surrogateescape") if log.exists() else ""
        left = _files(base / "home") + tuple(entry for entry in _files(clone) if entry not in before)
        return Observation(
            where=step.where,
            shells=tuple((code, out.replace(folder, "<run>")) for code, out, _ in ran),
            calls=calls.replace(folder, "<run>"),
            files=tuple((path, text.replace(folder, "<run>")) for path, text in left),
            errors="".join(errors for _, _, errors in ran),
        )


def _true_ones(tree: Path, base: Path) -> Path:
    """A folder with the programs that run files of the tree, which must be the real ones then."""
    folder = base / "programs"
    folder.mkdir()
    beside = Path(sys.executable).with_name
    for pattern, program, at in (
        ("[Mm]akefile", "make", shutil.which("make")),
        ("justfile", "just", shutil.which(beside("just"))),
        ("package.json", "npm", shutil.which("npm")),
        ("package.json", "node", shutil.which("node")),
        ("*.py", "python3", os.path.realpath(sys.executable)),
    ):
        if next(tree.rglob(pattern), None) is not None:
            if at is None:
                raise RuntimeError(f"the differential run needs {program} on PATH")
            (folder / program).symlink_to(at)
    return folder


def _tell(base: Path, unlogged: frozenset[str], failing_logins: int) -> None:
    """The stand-ins' settings stand in a file: a variable of theirs would not get through `sudo` or `env -i`."""
    values = {
        "LOG": base / "state" / "log",
        "STATE": base / "state",
        "CLONE": base / "clone",
        "FAILING": failing_logins,
        "HIDDEN": " ".join(sorted(unlogged)),
    }
    lines = [f"{key}={shlex.quote(str(value))}\n" for key, value in values.items()]
    (_programs() / "settings").write_text("".join(lines))


@functools.cache
def _programs() -> Path:
    """The folder of the programs that steps find, made once a process and removed at its end: `recorded` are the
    stand-ins, `real` the harmless ones."""
    if (bash := shutil.which("bash")) is None:
        raise RuntimeError("the differential run needs bash on PATH")
    folder = Path(tempfile.mkdtemp(prefix="differential-programs-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "real").mkdir()
    (folder / "recorded").mkdir()
    program = folder / "program"
    program.write_text(f"#!{bash}\n. {shlex.quote(str(folder / 'settings'))}\n{(_HERE / 'standin.sh').read_text()}")
    program.chmod(0o755)
    for name in RECORDED:
        (folder / "recorded" / name).symlink_to(program)
    for name in REAL:
        if found := shutil.which(name):
            (folder / "real" / name).symlink_to(found)
    return folder


def _shell(base: Path, clone: Path, text: str, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """The exit code of a shell, its output, and its errors."""
    script = base / "state" / "script"
    script.write_text(_ABSOLUTE.sub(lambda _: f"{_programs() / 'recorded'}/", text) + "\n")
    try:
        done = subprocess.run(
            [_programs() / "real" / "bash", "-e", script],
            cwd=clone,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, "time limit", ""
    out, errors = (text.decode(errors="surrogateescape") for text in (done.stdout, done.stderr))
    return done.returncode, out, errors


def _files(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple(
        (path.relative_to(folder).as_posix(), path.read_text(errors="surrogateescape"))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("pipelines.yml") and ".npm" not in path.parts
    )
