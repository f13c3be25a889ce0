"""Whether a build takes a file into an image: it lies in a context, and is copied."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from migrator.fixes.context import Context, once
from migrator.flow.events import Command
from migrator.flow.queries import may_follow
from migrator.reading.steps import Shell, StepFacts
from migrator.sinks.contexts import BuildContext, build_contexts, builds
from migrator.sinks.images import found_by
from migrator.sinks.invocations import invocation
from migrator.sinks.keeping import WrittenFiles
from migrator.sinks.uses import Files


class Building(Struct, frozen=True):
    """A command of a step that builds of `contexts`; `files` is the repository as it finds it."""

    shell: Shell
    command: Command
    contexts: tuple[BuildContext, ...]
    files: Files

    def takes(self, path: str) -> bool:
        """`path` is one in the spelling of `spelt`, or a pattern of such."""
        return any(context.takes(path, self.files) for context in self.contexts)

    def takes_written(self, shell: Shell, written: WrittenFiles, writer: Command, path: str) -> bool:
        """Whether it takes a file that a command of the same step writes, and that nothing surely removes before."""
        if not self.may_come_after(shell, writer) or not self.takes(path):
            return False
        return not written.gone(writer, path, self.command if shell is self.shell else None)

    def may_come_after(self, shell: Shell, command: Command) -> bool:
        """Whether the build may run after a command of the same step."""
        if shell is self.shell:
            return may_follow(command, self.command)
        return self.shell.order > shell.order


@once
def buildings(facts: StepFacts, context: Context) -> Iterator[Building]:
    """What a step builds."""
    for shell in facts.shells:
        called = [one for one in (invocation(command, context.book) for command in shell.trace.commands) if one]
        building = [one for one in called if builds(one)]
        if building:
            files = found_by(shell.trace, context.book, context.file, lambda: context.files.paths)
            for one in building:
                yield Building(shell, one.command, tuple(build_contexts(one, files)), files)
