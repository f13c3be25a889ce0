"""The cases under `fixtures/cases` as records, and one way to run the product on them."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parent.parent / "fixtures" / "cases"
STORED = {"BB_EMAIL": "dev+ci@acme.example", "BB_PKG_TOKEN": "t*k  $HOME \\t \"q' #z"}
VERDICTS = {"safe", "unsafe", "report-only", "none"}


@dataclass(frozen=True, slots=True)
class Case:
    """What a case expects; README.md beside the cases describes each key of `case.toml`."""

    folder: Path
    title: str
    verdict: str
    reasons: frozenset[str]
    rules: frozenset[str]
    assumptions: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    stored: dict[str, str] = field(default_factory=lambda: dict(STORED))
    env: dict[str, str] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()
    username_variable: str = "BB_EMAIL"
    password_variable: str = "BB_PKG_TOKEN"
    native_username: str | None = None
    native_token: str | None = None
    differential: bool = True
    why: str = ""
    secrets: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS or not self.also <= VERDICTS:
            raise ValueError(f"{self.id}: unknown verdict")
        if not self.differential and not self.why:
            raise ValueError(f"{self.id}: differential = false needs a why")
        if self.keeps - self.stored.keys():
            raise ValueError(f"{self.id}: keeps names a variable that is not stored")
        if self.after.is_dir() != (self.verdict in {"safe", "unsafe"}):
            raise ValueError(f"{self.id}: after/ belongs to safe and unsafe cases, and only to them")

    @property
    def id(self) -> str:
        return self.folder.relative_to(CASES).as_posix()

    @property
    def before(self) -> Path:
        return self.folder / "before"

    @property
    def after(self) -> Path:
        return self.folder / "after"

    @property
    def after_unsafe(self) -> Path:
        """What `fix --unsafe-fixes` gives where it is more than `after`."""
        return self.folder / "after-unsafe"

    @property
    def verdicts(self) -> frozenset[str]:
        return (frozenset({self.verdict}) | self.also) - {"none"}

    @property
    def environment_before(self) -> dict[str, str]:
        return {**self.env, **self.stored}

    @property
    def environment_after(self) -> dict[str, str]:
        username, token = self.native_username, self.native_token
        return {
            **self.env,
            **{name: value for name, value in self.stored.items() if name in self.keeps},
            "BITBUCKET_PACKAGES_USERNAME": self.stored[self.username_variable] if username is None else username,
            "BITBUCKET_PACKAGES_TOKEN": self.stored[self.password_variable] if token is None else token,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    out: str
    err: str

    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)["findings"]
        return found


def load(folder: Path) -> Case:
    data = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    rules = data.pop("rules", [] if data["verdict"] == "none" else ["registry-login"])
    for key in ("reasons", "assumptions", "may", "also", "keeps", "secrets"):
        data[key] = frozenset(data.pop(key, ()))
    return Case(folder=folder, rules=frozenset(rules), **data)


@cache
def cases() -> tuple[Case, ...]:
    return tuple(load(path.parent) for path in sorted(CASES.glob("*/*/case.toml")))


def copy(case: Case, target: Path, *overlays: Path) -> Path:
    """A copy of the case's repository under `target`, with the files of `overlays` laid over it."""
    shutil.copytree(case.before, target)
    for overlay in overlays:
        shutil.copytree(overlay, target, dirs_exist_ok=True)
    return target


def contents(tree: Path) -> dict[str, bytes]:
    return {path.relative_to(tree).as_posix(): path.read_bytes() for path in sorted(tree.rglob("*")) if path.is_file()}


def run(argv: list[str], folder: Path) -> Outcome:
    """`patless ARGV` in `folder`: in this process, or as a program with PATLESS_FIXTURES=subprocess."""
    main = None if os.environ.get("PATLESS_FIXTURES") == "subprocess" else _main()
    return _as_program(argv, folder) if main is None else _in_process(main, argv, folder)


def _main() -> Callable[[list[str]], int] | None:
    main: Callable[[list[str]], int] | None = getattr(importlib.import_module("migrator.cli"), "main", None)
    return main


def _as_program(argv: list[str], folder: Path) -> Outcome:
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(CASES.parent.parent)}
    done = subprocess.run(
        [sys.executable, "-m", "migrator", *argv],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def _in_process(main: Callable[[list[str]], int], argv: list[str], folder: Path) -> Outcome:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(argv)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    texts = []
    for stream in (out, err):
        stream.flush()
        buffer = stream.buffer
        assert isinstance(buffer, io.BytesIO)
        texts.append(buffer.getvalue().decode())
    return Outcome(code, *texts)
