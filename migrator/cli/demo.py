"""`patless demo`: a workspace on this machine, and a newcomer's way through it. Its report stays, and nothing else."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from migrator.bitbucket.credentials import TOKEN, Credentials
from migrator.cli import console, exits
from migrator.demo import samples, walk
from migrator.demo.box import Box
from migrator.demo.walk import Interlude, Scene
from migrator.fleet import operator
from migrator.options import UsageError
from migrator.options.output import Colour
from migrator.reports.paint import Paint
from migrator.repositories.git import needed
from migrator.secrets.changes import BRANCH
from migrator.text.waiting import kill

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TMPDIR", "PYTHONPATH")
"""All that a command of the walk gets of the caller's environment, so none of the caller's credentials."""
_GIT = f"[user]\n\tname = Dana Owner\n\temail = {walk.SIGNER}\n[core]\n\tfsync = none\n"
"""Nothing here has to survive the machine, so git need not wait for the disk."""
_SECONDS = 120
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class _WrongEnd(Exception):
    """A command did not do what the walk says. The message is a sentence."""


def run(color: Colour, *, keep: bool = False, open: bool = False) -> int:
    """Take the walk, and return the exit code. `keep`: leave the workspace until Ctrl-C. `open`: show the report."""
    for program in ("git", "ssh-keygen"):
        if not shutil.which(program):
            raise UsageError(f"the demo needs {program}; install it")
    paint = console.paint(color, sys.stdout)
    with (
        _stoppable(),
        tempfile.TemporaryDirectory(prefix="patless-demo-") as folder,
        Box(hourly=None, within=Path(folder)) as box,
    ):
        samples.fill(box)
        home = Path(folder).resolve() / "home"
        home.mkdir()
        desk = _Desk(home, box, box.token(), paint)
        desk.furnish()
        console.out(paint.bold(_welcome(box)))
        try:
            _take(desk, walk.steps(box.clone_url(walk.CLONE)))
        except _WrongEnd as error:
            console.err([f"patless: {error}"])
            return exits.INTERNAL
        report = _kept(desk.home / walk.REPORT)
        console.out(f"\nThe page is {report}\n")
        if open:
            webbrowser.open(report.as_uri())
        if keep:
            _stay(desk)
    console.out(
        paint.bold("\nThe workspace is removed. Run `patless check` in your own repository; it changes nothing.\n")
    )
    return exits.CLEAN


def _kept(report: Path) -> Path:
    """A copy of the report, and of what lies beside it, in a folder that stays."""
    folder = Path(tempfile.mkdtemp(prefix="patless-report-"))
    try:
        for path in report.parent.glob(f"{report.name}*"):
            shutil.copy(path, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder / report.name


def _stay(desk: _Desk) -> None:
    """Until Ctrl-C. The credential for the workspace is in a file, as it is for a person who tries things."""
    file = desk.home / "env.sh"
    wanted = ("PATLESS_API_URL", "PATLESS_CACHE_DIR", TOKEN)
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in desk.environment().items() if name in wanted]
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.writelines(lines)
    with suppress(KeyboardInterrupt):
        console.out(
            f"\nThe workspace stays at {desk.box.origin} until Ctrl-C here. In another terminal:\n"
            f"  $ cd {shlex.quote(str(desk.home))} && . ./env.sh\n"
            f"  $ patless fleet status\n"
        )
        threading.Event().wait()


def _welcome(box: Box) -> str:
    count = len(box.state.repositories)
    return (
        f"The workspace `{box.workspace}` with {count} repositories is at {box.origin}, on this machine only.\n"
        "patless and git use it as they would use Bitbucket, and ask no other machine.\n"
    )


def _take(desk: _Desk, steps: tuple[Scene, ...]) -> None:
    number = 0
    for step in steps:
        if step.says:
            number += 1
            console.out(f"\n{desk.paint.cyan(f'{number}. {step.says}')}\n")
        desk.act(step.before)
        console.out(f"{desk.paint.bold(f'$ {shlex.join(step.command)}')}\n")
        done = desk.run(step)
        console.out(step.shown(done.stdout) if done.returncode == step.code else done.stdout)
        if done.returncode != step.code:
            raise _WrongEnd(
                f"`{shlex.join(step.command)}` ended with exit code {done.returncode}, but the demo expects "
                f"{step.code}; please report this with the output above"
            )
        if step.command[0] == "patless":
            console.out(f"{desk.paint.dim(f'(exit code {done.returncode})')}\n")


@dataclass(frozen=True, slots=True)
class _Desk:
    """A newcomer's machine: a home folder, and an environment that holds the credential for the box."""

    home: Path
    box: Box
    token: str = field(repr=False)
    paint: Paint

    def furnish(self) -> None:
        """A person for git, and an SSH key with the list of those whose signatures count."""
        (self.home / ".gitconfig").write_text(_GIT, encoding="utf-8")
        key = self.home / walk.KEY
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", walk.SIGNER, "-f", str(key)]
        subprocess.run(
            command, check=True, env=needed(), stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
        )
        public = key.with_suffix(".pub").read_text(encoding="ascii")
        (self.home / walk.ALLOWED).write_text(f"{walk.SIGNER} {public}", encoding="ascii")

    def act(self, act: Interlude) -> None:
        """What people do in Bitbucket, or in an editor."""
        if act is Interlude.STATE:
            (self.home / operator.FILE).write_text(walk.FLEET, encoding="utf-8")
        if act is Interlude.MERGE:
            requests = self.box.state.repositories[walk.MERGED].pull_requests
            number = next(each.id for each in requests if each.source.startswith(BRANCH))
            self.box.add_run(walk.MERGED, "main", commit=self.box.merge(walk.MERGED, number))

    def run(self, step: Scene) -> subprocess.CompletedProcess[str]:
        """What the step's command prints on both streams, and its exit code. Raises _WrongEnd where it hangs."""
        program, *arguments = step.command
        environment = self.environment()
        if program == "patless":
            command = [sys.executable, "-P", "-m", "migrator", *arguments]
        else:
            command = [program, *arguments]
            signed = Credentials.of(environment)
            environment |= signed.git_environment(self.box.clone_url(walk.CLONE), self.box.api_url, environment)
        with subprocess.Popen(
            command,
            cwd=self.home if step.beside else self.home / walk.CLONE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                printed, _ = process.communicate(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                kill(process)
                raise _WrongEnd(f"`{shlex.join(step.command)}` needs more than {_SECONDS} seconds") from None
            except BaseException:
                kill(process)  # what it has started, too, which would go on to write where all is removed
                raise
        return subprocess.CompletedProcess(command, process.returncode, printed)

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONIOENCODING": "utf-8",
            "PATLESS_API_URL": self.box.api_url,
            "PATLESS_CACHE_DIR": str(self.home / "cache"),
            "PATLESS_REQUESTS_PER_HOUR": "1000000",
            TOKEN: self.token,
            "FORCE_COLOR" if self.paint.on else "NO_COLOR": "1",
        }


@contextmanager
def _stoppable() -> Iterator[None]:
    """Whoever ends the process leaves nothing behind, as with Ctrl-C; and who does so twice does not end that."""
    usual = (signal.SIG_DFL, signal.default_int_handler)
    before = {each: signal.getsignal(each) for each in _STOPS}
    stops = {each: handler for each, handler in before.items() if handler in usual}

    def stop(*_: object) -> None:
        for each in stops:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in stops:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each, handler in stops.items():
            if signal.getsignal(each) is stop:  # else the process ends, and nothing more is to come in between
                signal.signal(each, handler)
