"""A step as it was read: its shells, what runs in them, and which logins and images that means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import Use
from migrator.findings.settings import Settings
from migrator.flow import interpreter
from migrator.flow.events import Environment, Flow
from migrator.flow.library import Library, Placed
from migrator.frontends.shell.programs import read_ahead
from migrator.ir.nodes import ProgramError, Quoting
from migrator.ir.paths import NONE, matching
from migrator.ir.values import Definition, Literal, Value
from migrator.platforms.records import Commands, Pipelines, Step, Task
from migrator.prefilter.needles import ENCODING
from migrator.reading.again import AskedFiles, FlowMemo, FollowedShell
from migrator.reading.scripts import Part, Script
from migrator.rulebook.records import RuleBook
from migrator.sinks.calls import find_calls
from migrator.sinks.credential_files import find_written_logins
from migrator.sinks.gradle import find_gradle_logins
from migrator.sinks.images import find_images
from migrator.sinks.index_urls import find_url_logins
from migrator.sinks.indexes import find_index_logins, index_uploads
from migrator.sinks.logins import Login, find_logins
from migrator.sinks.maven import find_maven_logins
from migrator.sinks.npm import find_npm_logins
from migrator.sinks.npm_variables import find_npm_variables
from migrator.sinks.uses import ImageUse
from migrator.sinks.writers import written
from migrator.sinks.yarn import find_yarn_logins
from migrator.text.source import Source

_NOTHING = Flow((), (), (), (), (), ())


class Shell(Struct, frozen=True, eq=False):
    """One shell of a step, which is given `commands`; `order` counts those of the step. `failure` says why it could
    not be read, `trace` is empty then. `read`: it was followed; a script that names none of the programs that matter is
    not."""

    script: Script
    commands: Commands
    order: int
    trace: Flow = _NOTHING
    logins: tuple[Login, ...] = ()
    images: tuple[ImageUse, ...] = ()
    failure: ProgramError | None = None
    read: bool = False


class StepFacts(Struct, frozen=True, eq=False):
    """What is known of one step. `uses` are the places that run it. `windows`: its scripts are not shell. `elsewhere`:
    it is judged for repositories that import it, and nobody knows which those are."""

    pipelines: Pipelines
    step: Step
    shells: tuple[Shell, ...]
    uses: tuple[Use, ...]
    windows: bool
    elsewhere: bool = False

    @property
    def tasks(self) -> Iterator[Task]:
        yield from (item for shell in self.step.shells for item in shell.items if isinstance(item, Task))

    @property
    def called(self) -> Iterator[Part]:
        """The programs in files that the step runs, and that are followed."""
        yield from (part for shell in self.shells for part in shell.script.called)

    @property
    def logins(self) -> Iterator[Login]:
        """The logins that certainly go to a Packages registry, and calls with a credential of their own."""
        yield from (login for shell in self.shells for login in shell.logins if login.registry)


class StepReader:
    """Reads steps of one repository. `source` gives one of its files. `thorough`: scripts that name nothing that
    matters are followed, too. `seen` gives the text of files, too, that are not read. `memo` has what was followed the
    last time."""

    def __init__(
        self,
        book: RuleBook,
        settings: Settings,
        source: Callable[[str], Source | None],
        listed: Callable[[], Iterable[str]],
        thorough: bool = False,
        seen: Callable[[str], str | None] | None = None,
        memo: FlowMemo | None = None,
    ) -> None:
        self.book = book
        self.thorough = thorough
        self.memo = memo
        self.asked = asked = AskedFiles(source, listed, seen or self.file)
        self.source = asked.source
        self.told = _definitions(settings.variables)
        self.stored = _definitions({name: host for name, host in settings.hosts.items() if host is not None})
        programs = {program for client in book.clients.values() for program in client.programs}
        programs = programs.union(*(escape.programs for escape in book.escapes.values()))
        self.words = (*programs, *book.natives, *book.mentions, ENCODING.decode())
        every = ("",)  # in any text
        words = every if thorough else self.words
        if memo is not None:
            memo.begin(book, settings)
        clone, shelf = book.built_in.clone, memo.shelf if memo else None
        self.library = Library(asked.file, asked.listed, book.programs, words, clone, asked.seen, asked.once, shelf)

    def file(self, path: str) -> str | None:
        return self.asked.file(path)

    def finds_address(self, texts: Sequence[str]) -> bool:
        """Whether scripts name a package client for which a file of the repository has the address of Packages."""
        programs = {name for one in self.book.package_clients.values() if one.addresses for name in one.programs}
        named = {one for one in programs if any(one in text for text in texts)}
        return bool(named) and not named.isdisjoint(self.addressed)

    @cached_property
    def addressed(self) -> frozenset[str]:
        """The programs of those clients."""
        clients = [one for one in self.book.package_clients.values() if one.addresses]
        named = {name: [one for one in clients if name in one.addresses] for one in clients for name in one.addresses}
        found: set[str] = set()
        for path in self.asked.listed():
            for one in named.get(path.rpartition("/")[2], ()):
                text = self.file(path) if not found.issuperset(one.programs) else None
                if text and any(mention in text for mention in self.book.mentions):
                    found |= one.programs
        return frozenset(found)

    def read_ahead(self, steps: Iterable[tuple[Pipelines, Step]]) -> None:
        """Parse together what the steps run, as far as `read` is going to look at it."""
        texts = (Script.join(found.source, one.items).text for found, step in steps for one in step.shells)
        read_ahead(text for text in texts if self.thorough or any(word in text for word in self.words))

    def read(self, pipelines: Pipelines, step: Step, follow: bool = True, elsewhere: bool = False) -> StepFacts:
        """`follow`: the step runs in this repository, whose files it may run. `elsewhere`: who else runs it is not
        known."""
        source = pipelines.source
        uses = tuple(Use(source.path, source.position(occurrence.at)) for occurrence in step.occurrences)
        windows = any(label in self.book.runners.windows for label in step.labels)
        known = self.known(step) if follow and not elsewhere else self.told
        shells = [
            Shell(Script.join(source, commands.items), commands, order) for order, commands in enumerate(step.shells)
        ]
        texts = [shell.script.text for shell in shells]
        named = self.thorough or any(word in text for text in texts for word in self.words)
        named = named or self.finds_address(texts)
        read = tuple(shell if windows else self.shell(shell, named, follow, known) for shell in shells)
        return StepFacts(pipelines, step, read, uses, windows, elsewhere)

    def known(self, step: Step) -> Environment:
        """What variables hold when a step of the repository begins. Who starts a pipeline that declares a variable may
        give it another value than the stored one."""
        declared = {name for name, _ in step.variables}
        return {**{name: one for name, one in self.stored.items() if name not in declared}, **self.told}

    def shell(self, shell: Shell, named: bool, follow: bool, known: Environment) -> Shell:
        """`named`: a script of the step names something that matters, so that what another one does matters, too."""
        script = shell.script
        if not (named or (follow and self.library.leads(script.text))):
            return shell
        try:
            found = self.followed(shell, follow, known)
        except ProgramError as error:
            return replace(shell, failure=error)
        return replace(
            shell,
            script=replace(script, called=tuple(map(self.part, found.trace.called))),
            trace=found.trace,
            logins=found.logins,
            images=found.images,
            read=True,
        )

    def followed(self, shell: Shell, follow: bool, known: Environment) -> FollowedShell:
        """What comes of a shell, taken over from the last time where it rests on the same. Raises ProgramError."""
        text, ignored = shell.script.text, shell.commands.ignored
        key = (text, follow, ignored, frozenset(known))
        if self.memo is not None and (kept := self.memo.take(key, self.asked.hold)):
            return kept
        answers = self.asked.begin()
        trace = self.trace(text, follow, ignored, known)
        images = (
            *find_images(trace, self.book, self.file, self.library.listed),
            *index_uploads(trace, self.book, self.file, self.library.listed),
        )
        calls = find_calls(trace, images, self.book)
        file, listed = (self.file, self.asked.listed) if follow else (_no_file, tuple)
        npm = (*find_npm_logins(trace, self.book), *find_npm_variables(trace, self.book, file))
        yarn = find_yarn_logins(trace, self.book, file)
        builds = (
            *find_maven_logins(trace, self.book, file, listed),
            *find_gradle_logins(trace, self.book, file, listed),
        )
        indexed = (
            *find_index_logins(trace, self.book, self.file, self.library.listed),
            *find_url_logins(trace, self.book, self.file),
            *find_written_logins(trace, self.book),
        )
        logins = (*find_logins(trace, self.book), *calls, *npm, *yarn, *builds, *indexed)
        found = FollowedShell(trace, logins, images, answers)
        if self.memo is not None:
            self.memo.keep(key, found)
        return found

    def trace(self, text: str, follow: bool, ignored: bool, known: Environment) -> Flow:
        """Follow a script and the files that it runs, but for those that it writes itself. Raises ProgramError."""
        changed = NONE
        library, clone = self.library if follow else None, self.book.built_in.clone
        while True:
            trace = interpreter.follow(text, self.book.programs, known, self.file, clone, library, changed, ignored)
            wrong = matching(written(trace, self.book), {placed.fragment.path for placed in trace.called})
            if not wrong:
                return trace
            changed |= wrong

    def part(self, placed: Placed) -> Part:
        fragment = placed.fragment
        source = self.source(fragment.path)
        assert source is not None
        return Part(
            placed.start, source, fragment.runs.place(0, fragment.runs.length), fragment.runs, None, placed.launcher
        )


def _no_file(path: str) -> None:
    """What there is of a repository that nobody knows."""


def _definitions(values: Mapping[str, str]) -> Environment:
    return {
        name: (Definition(name, Value.of(Literal(text, None, Quoting.FIXED)), None, -1),)
        for name, text in values.items()
    }
