"""Standard input and output of statements: what is fed, which files are read and written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.flow import words
from migrator.flow.events import Output
from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.ir.nodes import Capture, Redirect, StreamKind
from migrator.ir.paths import patterns
from migrator.ir.values import EMPTY, Literal, Unknown, Value, concat

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

TERMINALS = ("/dev/stdout", "/dev/stderr", "/dev/tty")
"""Files that are the log of the step."""


class Streams:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder

    def inputs(self, redirects: Sequence[Redirect], state: State, frame: Frame, stdin: Value | None) -> Value | None:
        """What standard input holds after the redirections, None where nothing is fed."""
        for redirect in redirects:
            match redirect.kind:
                case StreamKind.TEXT:
                    stdin = concat([self.value(redirect, state, frame), Value.of(Literal("\n"))])
                case StreamKind.DOCUMENT:
                    stdin = self.value(redirect, state, frame)
                case StreamKind.READ:
                    stdin = self.file(redirect, state, frame)
                case StreamKind.OTHER:
                    self.value(redirect, state, frame)
        return stdin

    def outputs(self, redirects: Sequence[Redirect], state: State, frame: Frame, output: Value, since: int) -> Value:
        """What is left of standard output when files have taken theirs; which files, goes to the event of the last
        command, if there was one `since` that many."""
        files = tuple(
            Output(self.value(redirect, state, frame), output, state.folders)
            for redirect in redirects
            if redirect.kind is StreamKind.WRITE and redirect.value.parts
        )
        if not files:
            return output
        self.recorder.writes_files(files, since)
        return output if all(file.path.text in TERMINALS for file in files) else EMPTY

    def value(self, redirect: Redirect, state: State, frame: Frame) -> Value:
        """Tracing shows the words of commands, and no redirections."""
        return self.machine.expressions.value(redirect.value, state, frame.but(hidden=True))

    def file(self, redirect: Redirect, state: State, frame: Frame) -> Value:
        parts = redirect.value.parts
        if len(parts) == 1 and isinstance(parts[0], Capture) and parts[0].stream:
            alone = frame.but(consumed=True, asked=False, fatal=False)
            return self.machine.run(parts[0].body, state.copy(), alone, None)
        path = self.value(redirect, state, frame)
        self.recorder.reads_file(path)
        files = tuple(patterns(self.machine.place(path, state)))
        return Value.of(Unknown("a file that is read", files=files, path=path.symbol() or ""))


def may_fail(redirect: Redirect) -> bool:
    """Whether it opens a file; where that fails, the command does not run."""
    return redirect.kind in (StreamKind.READ, StreamKind.WRITE) and words.written(redirect.value) != "/dev/null"
