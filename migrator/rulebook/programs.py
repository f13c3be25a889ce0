"""What the rule book knows of programs, as records: what they run, write, show and hand on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, Self

from msgspec import field

from migrator.rulebook.entries import Count, RuleEntry
from migrator.text.patterns import Pattern, regex

_READS = regex(r"^def (?:read\(request|verified\(before)\b", re.MULTILINE)


class Wrapper(RuleEntry, frozen=True):
    """A program that runs the rest of its words: `options` of it take a value, `words` come before the command
    (only if they are numbers where `optional`), and so may `NAME=value` where `assignments`. The value of an option in
    `names` lists variables that it passes on or takes away, that of one in `folders` is where the command runs. Where
    there are `commands`, of one word or two, it runs the rest only behind one of these. What begins with an option
    among `gives`, or a file with such an ending, is given to that program. The value of an option in `splits` is words
    of the command in one. `shows`: it writes what it runs to the log. Before that it reads in the shell file `sources`
    of the folder that the first of its `words` names, or of the nearest around that. `hands_on`: what it runs finds the
    variables that are set for it, unchanged."""

    options: frozenset[str] = frozenset()
    words: Count = Count()
    optional: bool = False
    assignments: bool = False
    names: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    gives: Mapping[str, str] = field(default_factory=dict)
    shows: bool = False
    splits: frozenset[str] = frozenset()
    sources: str = ""
    hands_on: bool = False


class Clearing(RuleEntry, frozen=True):
    """A program that starts what it runs with another environment than its own: with one of `options`, or always where
    there are none, but for `unless`."""

    options: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()

    def clears(self, words: Sequence[str | None]) -> bool:
        """`words` are the program's own, None for one that is not known."""
        if any(_gives(word, self.unless) for word in words if word):
            return False
        return not self.options or any(word is None or _gives(word, self.options) for word in words)


def _gives(word: str, options: Collection[str]) -> bool:
    """Whether a word is one of the options, the beginning of a long one, or a cluster of letters with one."""
    if word.startswith("--"):
        return len(word) > 2 and any(one.startswith(word) for one in options)
    cluster = word if re.fullmatch("-[A-Za-z]+", word) else ""
    return word in options or any(len(one) == 2 and one[1] in cluster for one in options)


class Gathering(RuleEntry, frozen=True):
    """The `words` of a call that takes along all that is in its folder, of one among them that takes what is `anywhere`
    in the clone, of one that takes what it is `told`, and of one that takes the files of the repository that have
    `changed`. What is left out, the first file of `ignored` says that is there; files with a name in `never` always
    are."""

    words: Pattern
    anywhere: Pattern | None = None
    told: Pattern | None = None
    changed: Pattern | None = None
    ignored: tuple[str, ...] = ()
    never: frozenset[str] = frozenset()


class Encoder(RuleEntry, frozen=True):
    """The `words` of a call that prints in base64 what it is fed, and of one that breaks it into no lines."""

    words: Pattern
    whole: Pattern


class Writer(RuleEntry, frozen=True):
    """A program that writes files: the `last` or `all` of its words, where one of `only` is among its options if there
    are any; and the values of its `options`."""

    words: Literal["last", "all"] | None = None
    only: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()


@cache
def readers() -> tuple[str, ...]:
    """The frontends that read files that programs run: modules and packages with `read(request)` and
    `verified(before, after, edits)`. None is loaded for it."""
    folder = Path(__file__).parents[1] / "frontends"
    files = {path.stem: path for path in folder.glob("*.py")} | {p.parent.name: p for p in folder.glob("*/__init__.py")}
    return tuple(sorted(name for name, path in files.items() if len(_READS.findall(path.read_text("utf-8"))) == 2))


class Reader(str):
    """The name of a frontend that reads files that programs run."""

    @classmethod
    def read(cls, value: Any) -> Self:
        if value not in readers():
            raise ValueError(f"must be one of {', '.join(readers())}")
        return cls(value)


class Launcher(RuleEntry, frozen=True):
    """Programs that run what a file of the repository says, which `reader` reads (in `migrator/frontends/`)."""

    reader: Reader
    programs: frozenset[str]
    files: tuple[str, ...] = ()
    """What they read without being told; without any, the first word names the file, and a file may name the program
    in its first line."""
    endings: tuple[str, ...] = ()
    """Of other files of theirs."""
    folders: frozenset[str] = frozenset()
    """Options that say where the files are."""
    options: frozenset[str] = frozenset()
    """Other options that take a value. With any option that stands nowhere here nothing is followed."""
    named: frozenset[str] = frozenset()
    """Options that name a file."""
    switches: frozenset[str] = frozenset()
    """Options that take no value."""
    quiet: frozenset[str] = frozenset()
    """Switches that keep what runs out of the log."""
    short: frozenset[str] = frozenset()
    """Scripts that need no `run`; without any, all that are not among the program's own `commands`."""
    commands: frozenset[str] = frozenset()
    people: bool = False
    """Such a file is for people too, whoever else names it."""
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Commands of the program, '' for none, with the scripts of its file that it runs with them."""
    elsewhere: frozenset[str] = frozenset()
    """With one of these words it reads such a file of another folder."""
    upward: bool = False
    """Where there is no such file in its folder, it reads that of one around it."""
    loads: frozenset[str] = frozenset()
    """Commands of the program that run files which it finds by itself."""
    tracing: Mapping[str, Pattern] = field(default_factory=dict)
    """Variables that make it show what it runs, where they are given what matches."""
    startup: Mapping[str, str] = field(default_factory=dict)
    """Variables that name what it runs before its file."""
    partly: bool = False
    """The reader knows a part of the language, so that a login may stand there unseen."""
    libraries: frozenset[str] = frozenset()
    """Libraries of that language that run commands in ways of their own."""
    accounts: frozenset[str] = frozenset()
    """Libraries of that language that log in to something else."""


def unversioned(program: str) -> str:
    """The name of a program without a version behind it: `python` for `python3.11`."""
    return program.rstrip("0123456789.").rstrip("-")


class Programs(RuleEntry, frozen=True, dict=True):
    """What programs do with words and variables; `rules/programs.yml` says it. Sets are of names of programs where
    nothing else stands below them, and patterns match the joined words of one call, white space between them."""

    wrappers: Mapping[str, Wrapper] = field(default_factory=dict)
    clearing: Mapping[str, Clearing] = field(default_factory=dict)
    run_modules: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Modules that an interpreter, without its version, runs behind `-m` as the programs of their names."""
    displays: frozenset[str] = frozenset()
    """They print their words and do nothing else."""
    prompts: frozenset[str] = frozenset()
    """Variables that a shell shows, with what they expand to, before commands that it traces."""
    bringing: frozenset[str] = frozenset()
    """Variables that name files which programs run, or folders of such."""
    modules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Options that name a file without its ending."""
    revisions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Commands that show files as they were at a commit, `REF:PATH`."""
    restoring: Mapping[str, Pattern] = field(default_factory=dict)
    """Calls that put another version in the place of the files that they name."""
    patching: Mapping[str, Pattern] = field(default_factory=dict)
    """Calls that change files which their words do not name."""
    sweepers: frozenset[str] = frozenset()
    """They run what is in a folder that they are told."""
    manifests: tuple[str, ...] = ()
    """Globs of the names of files that say which programs a package installs."""
    failing: frozenset[str] = frozenset()
    """They do nothing but fail."""
    repeating: frozenset[str] = frozenset()
    """They may run their command anew."""
    filters: Mapping[str, Pattern] = field(default_factory=dict)
    """Calls that change nothing but white space of what they are fed."""
    joining: Mapping[str, Pattern] = field(default_factory=dict)
    """Those of them that take out all newlines."""
    encoders: Mapping[str, Encoder] = field(default_factory=dict)
    private: frozenset[str] = frozenset()
    """They read no variables but their own, and no packages, unless `starting` says otherwise."""
    starting: Mapping[str, Pattern] = field(default_factory=dict)
    """Words, names of variables or written files with which a private or offline program starts others."""
    asking: Mapping[str, Pattern] = field(default_factory=dict)
    """What of it only starts what is asked for a credential, and uses no packages."""
    revealing: Mapping[str, Pattern] = field(default_factory=dict)
    """The same, with which it reads any variable itself."""
    offline: frozenset[str] = frozenset()
    """They read no packages, unless `starting` says otherwise."""
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The first words of commands that something far away carries out: they read no packages."""
    harmless_sources: tuple[Pattern, ...] = ()
    """Files that a script may source without a change of variables of the credential."""
    harmless_evals: frozenset[str] = frozenset()
    """What they print may be evaluated without such a change."""
    shells: frozenset[str] = frozenset()
    """They start a shell of another user."""
    roots: frozenset[str] = frozenset()
    """Commands, with their words, that print the folder of the clone."""
    image_ids: Mapping[str, Pattern] = field(default_factory=dict)
    """Calls that print the id of an image which is on the machine."""
    image_digests: Mapping[str, Pattern] = field(default_factory=dict)
    """Calls that print the names with digests that an image has on the machine."""
    image_id_files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Options with which a program writes such an id into a file."""
    reading: Mapping[str, Pattern] = field(default_factory=dict)
    """Calls that write no file, and read none that they are not told."""
    discreet: frozenset[str] = frozenset()
    """They show nothing of a file that they are told."""
    gathering: Mapping[str, Gathering] = field(default_factory=dict)
    """Calls that take along all that is in the folder where they run, or files of it."""
    packing: frozenset[str] = frozenset()
    """They make archives of files."""
    unpacking: Mapping[str, Pattern] = field(default_factory=dict)
    """Calls of those that only take files out of one."""
    targets: frozenset[str] = frozenset()
    """Options that name the image that is pushed, of programs that are no clients."""
    credentials: frozenset[str] = frozenset()
    """Options that give such a program a credential for it."""
    carriers: frozenset[str] = frozenset()
    """They run words of theirs as a command, in a way that is not followed."""
    copiers: frozenset[str] = frozenset()
    """They copy or show the files that they are given."""
    keepers: frozenset[str] = frozenset()
    """They leave the files that they are given where they are."""
    searching: Mapping[str, Pattern] = field(default_factory=dict)
    """Those of them that show lines of the files, but for calls in which this stands."""
    listers: frozenset[str] = frozenset()
    """They print the names of the files in a folder."""
    lookers: frozenset[str] = frozenset()
    """They only look at files."""
    takers: frozenset[str] = frozenset()
    """They take folders with all that is in there."""
    senders: frozenset[str] = frozenset()
    """They do so, and put it where their last word says."""
    remote: frozenset[str] = frozenset()
    """They do so on another machine."""
    listings: frozenset[str] = frozenset()
    """Globs of the names of files that list files for a tool that runs none."""
    common: frozenset[str] = frozenset()
    """Globs of names that programs read wherever such a file lies."""
    writers: Mapping[str, Writer] = field(default_factory=dict)
    launchers: Mapping[str, Launcher] = field(default_factory=dict)
    interpreters: frozenset[str] = frozenset()
    """They run files in languages that are not followed."""
    files_untold: Mapping[str, tuple[str, ...]] = field(name="untold", default_factory=dict)
    """Files that other programs than launchers read without being told."""
    documents: tuple[str, ...] = ()
    """Globs of the names of files that nobody runs."""
    code: tuple[str, ...] = ()
    """Globs of the names of files in which no client keeps a login."""
    containers: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Commands that run what their words say in a container, with the files that these read untold."""

    def launcher(self, program: str) -> Launcher | None:
        found = [self._launching[name] for name in (program, unversioned(program)) if name in self._launching]
        return min(found, key=lambda one: one[0])[1] if found else None

    @cached_property
    def _launching(self) -> dict[str, tuple[int, Launcher]]:
        """The first launcher that a program is one of, and where it stands among all."""
        listed = reversed(list(enumerate(self.launchers.values())))
        return {program: (order, one) for order, one in listed for program in one.programs}

    def interprets(self, program: str) -> bool:
        """Whether it runs a file in a language that is not followed."""
        return program in self.interpreters or unversioned(program) in self.interpreters

    def contained(self, program: str, words: Iterable[str | None]) -> tuple[str, ...] | None:
        """The files that a program reads which runs these words in a container; None where it runs none."""
        told = tuple(words)
        for called, files in self.containers.get(program, {}).items():
            rest = iter(told)
            if all(word in rest for word in called.split()):
                return files
        return None

    def hands_on(self, program: str) -> bool:
        """Whether what it runs finds the variables that are set for it."""
        wrapper = self.wrappers.get(program)
        return wrapper.hands_on if wrapper else unversioned(program) in self.run_modules

    @cached_property
    def showing(self) -> frozenset[str]:
        """The wrappers that write what they run to the log."""
        return frozenset(name for name, wrapper in self.wrappers.items() if wrapper.shows)

    @cached_property
    def inert(self) -> frozenset[str]:
        """Programs that run nothing of the repository, and read no package of a registry."""
        return self.private | self.offline | self.displays | self.filters.keys()

    def idles(self, program: str, words: Iterable[str | None]) -> bool:
        """Whether a program that is told these words runs nothing of the repository, and reads no package."""
        starts = self.starting.get(program)
        return program in self.inert and not (starts and any(starts.search(word) for word in words if word))

    @cached_property
    def known(self) -> frozenset[str]:
        """The programs of which something is known but that a package or a step may put them there."""
        told = (self.wrappers, self.untold, self.containers, self.clearing, self.writers)
        return self.inert.union(*told, self.carriers, self.shells, self.interpreters, self.copiers, self.keepers)

    @cached_property
    def untold(self) -> dict[str, tuple[str, ...]]:
        """The files that a program reads without being told."""
        found = dict(self.files_untold)
        for launcher in self.launchers.values():
            for program in launcher.programs:
                found[program] = (*launcher.files, *found.get(program, ()))
        return found

    @cached_property
    def leading(self) -> dict[str, tuple[str, ...]]:
        """The programs that run files, with the names of the files that they read without being told, `{}` for any; and
        what enters folders, so that any may be meant."""
        given = self.wrappers.keys() | self.shells | {"source", ".", "exec", "eval"}
        told = self.interpreters | self.files_untold.keys() - self.inert
        found = dict.fromkeys(sorted(given), ()) | dict.fromkeys(
            sorted(self.carriers | self.sweepers | told | {"cd", "pushd", "popd"}), ("{}",)
        )
        return found | {name: self.untold[name] for one in self.launchers.values() for name in sorted(one.programs)}

    @cached_property
    def doubted(self) -> dict[str, frozenset[str]]:
        """Words of programs with which they may run any file: in a container, or in another folder."""
        found = {name: frozenset(one.split()[-1] for one in each) for name, each in self.containers.items()}
        launchers = [one for one in self.launchers.values() if one.elsewhere]
        return found | {name: one.elsewhere for one in launchers for name in one.programs}

    @cached_property
    def understood(self) -> dict[str, frozenset[str]]:
        """The options of launchers that read a file untold, for which each other one may say that it is another."""
        return {
            name: one.switches | one.quiet | one.options | one.folders | one.named
            for one in self.launchers.values()
            if one.files and not one.elsewhere
            for name in one.programs
        }
