"""Standard input and output of statements: what is fed, which files are read and written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.flow import words
from migrator.flow.events import Branch, Command, Output
from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.ir.nodes import Capture, Constant, Redirect, StreamKind
from migrator.ir.paths import GLOB, patterns
from migrator.ir.values import EMPTY, Literal, Unknown, Value, concat
from migrator.rulebook.programs import Programs

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

_OTHER = Value.of(Unknown("what else is written to the file"))
"""Where nothing goes to standard output, and the file holds other text."""
_PASSED = Value.of(Unknown("what `>(…)` prints"))
_LED = Value.of(Unknown("what is led to another stream"))
_TEMPORARY = "/tmp/"
_INCLUDES = (".", "source")
TERMINALS = ("/dev/stdout", "/dev/stderr", "/dev/tty")
"""Files that are the log of the step."""


class StreamFile(Struct, frozen=True):
    """What is in the file at `path`: the branches in which it is so, and how many commands, and how much that nobody
    has read, had been there by then."""

    path: str
    content: Value
    branches: tuple[Branch, ...]
    since: int
    unseen: int


class Streams:
    """`held` is the file that was written last, where it is known what is in there: whatever is written after it may be
    the same file by another name."""

    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder
        self.held: StreamFile | None = None

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
        written = [one for one in redirects if one.kind is StreamKind.WRITE]
        files = tuple(
            Output(
                self.value(one, state, frame),
                _OTHER if one.partial and output == EMPTY else output,
                state.folders,
            )
            for one in written
        )
        moved = any(map(_moves, redirects))
        if not files:
            return _LED if moved and output != EMPTY else output
        self.recorder.writes_files(files, since)
        self.held = None if self.recorder.silent else self.hold(redirects, files, state, frame)
        taken = [(one, file.path.text) for one, file in zip(written, files, strict=True) if moved or not one.aside]
        if any(words.is_stream(one.value) for one, _ in taken):
            return _PASSED
        return output if all(path in TERMINALS for _, path in taken) else EMPTY

    def value(self, redirect: Redirect, state: State, frame: Frame) -> Value:
        """Tracing shows the words of commands, and no redirections."""
        return self.machine.expressions.value(redirect.value, state, frame.but(hidden=True))

    def file(self, redirect: Redirect, state: State, frame: Frame) -> Value:
        parts = redirect.value.parts
        if len(parts) == 1 and isinstance(parts[0], Capture) and parts[0].stream:
            alone = frame.but(consumed=True, asked=False, fatal=False, inside=True)
            return self.machine.run(parts[0].body, state.copy(), alone, None)
        path = self.value(redirect, state, frame)
        self.recorder.reads_file(path)
        if (content := self.content(path, state, frame)) is not None:
            return content
        files = tuple(patterns(self.machine.place(path, state)))
        return Value.of(Unknown("a file that is read", files=files, path=path.symbol() or ""))

    # Files that the program writes and reads itself

    def hold(
        self, redirects: Sequence[Redirect], files: Sequence[Output], state: State, frame: Frame
    ) -> StreamFile | None:
        path = self.path(files[0].path, state)
        if len(files) != 1 or any(redirect.partial for redirect in redirects) or not path or not _in_order(frame):
            return None
        return StreamFile(
            path, files[0].content, frame.branches, len(self.recorder.commands), len(self.recorder.unseen)
        )

    def keep_id(self, command: Command, state: State, frame: Frame) -> None:
        """A command that has run writes the id of an image into a file that it is told."""
        options = self.machine.programs.image_id_files.get(command.name, frozenset())
        name = _told(command, options) if options and not command.followed and not self.recorder.silent else None
        path = self.path(name, state) if name and _in_order(frame) else ""
        alone = path and not self.recorder.outputs and self.machine.file(path) is None
        if path and (alone or frame.ends(state)):  # else a build that fails leaves what was there before
            content = Value.of(Unknown(f"the id that `{command.name}` writes", image=""))
            since, unseen = len(self.recorder.commands), len(self.recorder.unseen)
            self.held = StreamFile(path, content, frame.branches, since, unseen)

    def path(self, name: Value, state: State) -> str:
        """The path of a file in the repository, or of a temporary one; '' where that is not known."""
        places = self.machine.place(name, state)
        text = next(iter(patterns(places)), "") if len(tuple(patterns(places))) == 1 else name.text or ""
        inside = not text.startswith(("/", "~")) or (text.startswith(_TEMPORARY) and ".." not in text)
        return text if inside and not GLOB.search(text) else ""

    def content(self, name: Value, state: State, frame: Frame) -> Value | None:
        """What is in a file that was written on the same way, while nothing else may have written it since; None where
        that is not known."""
        held = self.held
        if held is None or self.recorder.silent or not _in_order(frame) or self.path(name, state) != held.path:
            return None
        if frame.branches[: len(held.branches)] != held.branches or len(self.recorder.unseen) > held.unseen:
            return None
        return held.content if all(map(self.writes_nothing, self.recorder.commands[held.since :])) else None

    def writes_nothing(self, command: Command) -> bool:
        """Whether a command is known to write no file but by redirections."""
        programs = self.machine.programs
        plain = command.name in (programs.keepers | programs.displays | programs.filters.keys())
        return command.followed or (plain and command.name not in _INCLUDES) or writes_nothing(command, programs)


def _told(command: Command, options: frozenset[str]) -> Value | None:
    """The value of one of the options, None where that is not given exactly once."""
    found: list[Value] = []
    for argument, following in zip(command.arguments, (*command.arguments[1:], None), strict=False):
        option, equals, text = (argument.text or "").partition("=")
        if option in options and (equals or following):
            found.append(following.value if following and not equals else Value.of(Literal(text)))
    return found[0] if len(found) == 1 else None


def writes_nothing(command: Command, programs: Programs) -> bool:
    """Whether a call is known by its words to write no file, and to read none that it is not told."""
    pattern = programs.reading.get(command.name)
    return pattern is not None and bool(pattern.fullmatch(" ".join(one.text or "?" for one in command.arguments)))


def _in_order(frame: Frame) -> bool:
    """Whether what is read before it has run before it, and only once."""
    return not frame.looped and not frame.unordered and frame.conditional == bool(frame.branches)


def _moves(redirect: Redirect) -> bool:
    """Whether it may lead standard output to another stream, such as one that a file takes. `2>&1` does not."""
    told = "".join(part.text if isinstance(part, Constant) else "?" for part in redirect.value.parts)
    return redirect.kind is StreamKind.OTHER and told != "1"


def may_fail(redirect: Redirect) -> bool:
    """Whether it opens a file; where that fails, the command does not run."""
    return redirect.kind in (StreamKind.READ, StreamKind.WRITE) and words.written(redirect.value) != "/dev/null"
