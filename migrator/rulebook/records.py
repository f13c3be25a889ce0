"""The rule book: what the files of `rules/` say, as records. Read by `migrator.rulebook.reading`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.findings.records import Finding, Reason, ScriptChange, Severity, Use, Verdict, blocking
from migrator.rulebook.sinks import Client, Escape
from migrator.text.edits import Edit
from migrator.text.source import Source, Span

CENTRAL = "fleet.toml"
"""What a way out names that is the operator's of a fleet."""
_VARIABLE = re.compile(r"(?!(?:Docker|Container)file)[A-Za-z_]\w*")
_FILE = re.compile(r"[^\s`$]*(?:[./]|Dockerfile|Containerfile)[^\s`$]*")
_KEEP = "# patless: ignore["
_UNSAFELY = "patless fix --unsafe-fixes"
_ACCEPTED = 'add to .patless.toml: baseline = "patless-baseline.json", then run: patless check --write-baseline'
_PACKAGE = re.compile(r"[\w-]+(?:\.[\w-]+)+/")


class RuleError(ValueError):
    """A rule file is wrong; the message is a sentence that begins with `path:line:column`."""


class Example(Struct, frozen=True):
    """A pipelines file before and after `fix`; `after` is None where the finding is never fixed."""

    title: str
    before: str
    after: str | None
    reasons: tuple[str, ...] = ()


class Rule(Struct, frozen=True):
    """What a rule file says about itself, and the findings of the rule. `id` is the file's name without its ending."""

    id: str
    what: str
    why: str
    url: str
    severity: Severity
    examples: tuple[Example, ...]

    def finding(
        self,
        source: Source,
        span: Span,
        message: str,
        *,
        reasons: Iterable[Reason] = (),
        assumptions: Iterable[str] = (),
        variables: Iterable[str] = (),
        remaining: Iterable[str] = (),
        registry: str | None = None,
        uses: Iterable[Use] = (),
        edits: Iterable[Edit] = (),
        changes: Iterable[ScriptChange] = (),
        severity: Severity | None = None,
    ) -> Finding:
        """A finding at a place of a file; what is given twice counts once, and a reason may rule the edits out."""
        reasons = tuple(dict.fromkeys(reasons))
        return Finding(
            rule=self.id,
            path=source.path,
            span=span,
            position=source.position(span.start),
            end=source.position(span.end),
            severity=severity or self.severity,
            message=message,
            reasons=reasons,
            assumptions=tuple(dict.fromkeys(assumptions)),
            variables=tuple(dict.fromkeys(variables)),
            remaining=tuple(dict.fromkeys(remaining)),
            registry=registry,
            uses=tuple(dict.fromkeys(uses)),
            edits=() if blocking(reasons) else tuple(sorted(set(edits))),
            changes=() if blocking(reasons) else tuple(changes),
        )


class ReasonEntry(Struct, frozen=True):
    """What a reason code means. The ways out are templates with `{subject}` and `{code}`, '' where there is none;
    `otherwise` stands for `mine` where the subject is no variable, `file` where it is a file, `described` where it has
    several words, and the ways out of the reason `package` for all where it is a package; `fleet` does where it is the
    operator of a fleet who states it for the repository `{repository}`, whose own configuration claims nothing there.
    """

    code: str
    verdict: Verdict
    what: str
    why: str
    mine: str = ""
    file: str = ""
    otherwise: str = ""
    described: str = ""
    not_mine: str = ""
    ask: str = ""
    fleet: str = ""
    package: ReasonEntry | None = None


def ways_out(
    entry: ReasonEntry, subject: str, *, fleet_of: str = "", finding: Finding | None = None
) -> tuple[tuple[str, str], ...]:
    """The ways out of a reason with what they are called, filled in: those that need a subject only if there is one,
    and of a finding those that work for it. `fleet_of` is the slug of a repository that is looked at with the
    configuration of a fleet."""
    if entry.package and _PACKAGE.match(subject):
        entry = replace(entry.package, code=entry.code)
    mine = entry.fleet if fleet_of and entry.fleet else entry.mine
    if not _VARIABLE.fullmatch(subject):
        of_file = entry.file if _FILE.fullmatch(subject) else ""
        mine = of_file or (entry.described if " " in subject else "") or entry.otherwise or mine
    templates = (("mine", mine), ("not mine", entry.not_mine), ("ask", entry.ask))
    ways = (
        (label, text.replace("{code}", entry.code).replace("{repository}", fleet_of).replace("{subject}", subject))
        for label, text in templates
        if text and (subject or "{subject}" not in text)
    )
    return tuple(ways) if finding is None else tuple(_for(finding, ways))


def _for(finding: Finding, ways: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Ways out as they work for a finding: no fix is made of one that is only reported, and a comment stands where the
    file takes one."""
    for label, way in ways:
        if way.startswith(_UNSAFELY) and finding.verdict is Verdict.REPORT_ONLY:
            continue
        if way.startswith(_KEEP) and not finding.comment:
            way = f"{_ACCEPTED}, which accepts every finding of today"
        elif way.startswith(_KEEP):
            way = way if finding.comment == "#" else f"{finding.comment} {way}"
            way = f"above line {finding.above}: {way}" if finding.above not in (0, finding.position.line) else way
        yield label, way


class Wrapper(Struct, frozen=True):
    """A program that runs the rest of its words: `options` of it take a value, `words` come before the command
    (only if they are numbers where `optional`), and so may `NAME=value` where `assignments`. The value of an option in
    `names` lists variables that it passes on or takes away, that of one in `folders` is where the command runs. Where
    there are `commands`, it runs the rest only behind one of these words. What begins with an option among `gives`, or
    a file with such an ending, is given to that program. The value of an option in `splits` is words of the command
    in one. `shows`: it writes what it runs to the log."""

    options: frozenset[str]
    words: int
    optional: bool
    assignments: bool
    names: frozenset[str]
    folders: frozenset[str]
    commands: frozenset[str]
    gives: Mapping[str, str]
    shows: bool
    splits: frozenset[str]


class Clearing(Struct, frozen=True):
    """A program that starts what it runs with another environment than its own: with one of `options`, or always where
    there are none, but for `unless`."""

    options: frozenset[str]
    unless: frozenset[str]

    def clears(self, words: Sequence[str | None]) -> bool:
        """`words` are the program's own, None for one that is not known."""
        if any(_gives(word, self.unless) for word in words if word):
            return False
        return not self.options or any(word is None or _gives(word, self.options) for word in words)


def _gives(word: str, options: Collection[str]) -> bool:
    """Whether a word is one of the options, or a cluster of letters with one."""
    cluster = word if re.fullmatch("-[A-Za-z]+", word) else ""
    return word in options or any(len(one) == 2 and one[1] in cluster for one in options)


class Writer(Struct, frozen=True):
    """A program that writes files: the `last` or `all` of its words, where one of `only` is among its options if there
    are any; and the values of its `options`."""

    words: str
    only: frozenset[str]
    options: frozenset[str]


class Launcher(Struct, frozen=True):
    """Programs that run what a file of the repository says, which `reader` reads (in `migrator/frontends/`).

    `files` are what they read without being told; without any, the first word names the file, and a file may name the
    program in its first line. `endings` are those of other files of theirs. `folders` are options that say where the
    files are, `named` those that name one, `options` others that take a value and `switches` those that take none: with
    any other option nothing is followed. `quiet` are switches that keep what runs out of the log.
    `short` are scripts that need no `run`; without any, all that are not among the program's own `commands`.
    `people`: such a file is for people too, whoever else names it. `hooks` are commands of the program, '' for none,
    with the scripts of its file that it runs with them. With one of the words `elsewhere` it reads such a file of
    another folder; where there is none in its folder, and it looks `upward`, that of one around it. `loads` are
    commands of the program that run files which it finds by itself. They show what they run where a variable of
    `tracing` is given what matches; `startup` are the variables that name what a program runs before its file.
    `partly`: the reader knows a part of the language, so that a login may stand there unseen. `libraries` of that
    language run commands in ways of their own, `accounts` log in to something else.
    """

    name: str
    reader: str
    programs: frozenset[str]
    files: tuple[str, ...]
    endings: tuple[str, ...]
    folders: frozenset[str]
    options: frozenset[str]
    named: frozenset[str]
    switches: frozenset[str]
    quiet: frozenset[str]
    short: frozenset[str]
    commands: frozenset[str]
    people: bool
    hooks: Mapping[str, tuple[str, ...]]
    elsewhere: frozenset[str]
    upward: bool
    loads: frozenset[str]
    tracing: Mapping[str, re.Pattern[str]]
    startup: Mapping[str, str]
    partly: bool
    libraries: frozenset[str]
    accounts: frozenset[str]


def unversioned(program: str) -> str:
    """The name of a program without a version behind it: `python` for `python3.11`."""
    return program.rstrip("0123456789.").rstrip("-")


class Programs(Struct, frozen=True, dict=True):
    """What programs do with words and variables. `filters` match the joined words of a filter that changes nothing but
    white space; `failing` programs do nothing but fail; `repeating` ones may run their command anew; `private` ones
    read no variables but their own, unless words or variables that match `starting` have them start others; neither
    they nor `offline` ones read packages, nor do commands that `services` far away carry out, here by their first word.
    `roots` are commands, with their words, that print the folder of the clone; `image_ids` and `image_digests` match
    the joined words of calls that print what an image on the machine is called, `reading` those of calls that write no
    file and read none that they are not told, `discreet` programs show nothing of a file that they are told; `targets`
    are options that name what is pushed, `credentials` those that give a credential for it. `carriers` run words of
    theirs as a command; `copiers` copy or show the files that they are given, `keepers` leave them where they are,
    `writers` tell which of their words are files that they write. `lookers` only look at files, `takers` take folders
    with all that is in there, `senders` do so and put it where their last word says, `remote` ones on another machine.
    `launchers` run files of the repository, `interpreters` run what is not followed; `files_untold` are those that
    other programs read. Globs of names are `documents`, which nobody runs, `listings`, which list files for a tool that
    runs none, and `common`: what programs read by its name alone, wherever it lies. `containers` are commands of
    programs that run what their words say in a container, with the files that these read untold. `prompts` are
    variables that a shell shows, with what they expand to, before commands that it traces; `bringing` ones name files
    that programs run. `modules` are options of programs that name a file without its ending, `sweepers` programs that
    run what is in a folder, `manifests` files that say which programs a package installs. `revisions` are commands of
    programs that show files as they were at a commit.
    """

    wrappers: Mapping[str, Wrapper] = field(default_factory=dict)
    clearing: Mapping[str, Clearing] = field(default_factory=dict)
    displays: frozenset[str] = frozenset()
    prompts: frozenset[str] = frozenset()
    bringing: frozenset[str] = frozenset()
    modules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    revisions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sweepers: frozenset[str] = frozenset()
    manifests: tuple[str, ...] = ()
    failing: frozenset[str] = frozenset()
    repeating: frozenset[str] = frozenset()
    filters: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    private: frozenset[str] = frozenset()
    starting: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    offline: frozenset[str] = frozenset()
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)
    harmless_sources: tuple[re.Pattern[str], ...] = ()
    harmless_evals: frozenset[str] = frozenset()
    shells: frozenset[str] = frozenset()
    roots: frozenset[str] = frozenset()
    image_ids: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    image_digests: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    reading: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    discreet: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    credentials: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    copiers: frozenset[str] = frozenset()
    keepers: frozenset[str] = frozenset()
    lookers: frozenset[str] = frozenset()
    takers: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    remote: frozenset[str] = frozenset()
    listings: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    writers: Mapping[str, Writer] = field(default_factory=dict)
    launchers: Mapping[str, Launcher] = field(default_factory=dict)
    interpreters: frozenset[str] = frozenset()
    files_untold: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    containers: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def launcher(self, program: str) -> Launcher | None:
        names = {program, unversioned(program)}
        return next((one for one in self.launchers.values() if not names.isdisjoint(one.programs)), None)

    def interprets(self, program: str) -> bool:
        """Whether it runs a file in a language that is not followed."""
        return program in self.interpreters or unversioned(program) in self.interpreters

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
        return found | {program: one.files for one in self.launchers.values() for program in sorted(one.programs)}

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


class Registry(Struct, frozen=True):
    """A Packages registry. `hosts` are exact names; `mention` is text that a file about it holds; `username` and
    `password` name the native variables; `default`: a login that names no host goes here."""

    name: str
    hosts: frozenset[str]
    mention: str
    username: str
    password: str
    default: bool = False


class BuiltIn(Struct, frozen=True):
    """The names of variables that the platform gives to every step, '' for what it does not give: `clone` holds the
    folder of the repository, `full_name` is `workspace/repository`. `others` are patterns of names of all the rest."""

    clone: str = ""
    workspace: str = ""
    repository: str = ""
    full_name: str = ""
    others: tuple[str, ...] = ()

    def gives(self, name: str) -> bool:
        """Whether the platform, or the shell of a step, gives a variable of this name."""
        named = filter(None, (self.clone, self.workspace, self.repository, self.full_name))
        return name in named or any(fnmatchcase(name, pattern) for pattern in self.others)


class Runners(Struct, frozen=True):
    """Labels of runners: `docker` ones run each step in a fresh container, `shell` ones on the host, `windows` ones
    in PowerShell; `any` may have the others. Any other label is unknown."""

    docker: frozenset[str] = frozenset()
    any: frozenset[str] = frozenset()
    shell: frozenset[str] = frozenset()
    windows: frozenset[str] = frozenset()

    def open(self, labels: Sequence[str]) -> str | None:
        """The label that may stand for a runner without containers; None where the others tell that it is none."""
        known = not self.docker.isdisjoint(labels)
        unsettled = self.shell | self.windows
        return next((one for one in labels if one in unsettled or not (known or one in self.any)), None)


class PushPipe(Struct, frozen=True):
    """The pipe that pushes a local image: `image` and `tags` are the variables it takes, tags joined by `separator`.

    It logs in to `registry`. `programs` are the clients whose local images it sees, unless one of `elsewhere` (options,
    variables and commands) names another engine; `signing` are variables that make a push sign. `tag` is the command
    that gives a local image another name. Of the clients' other commands, `idle` ones concern neither images nor
    registry, `local` ones the local images that they name, and `removes` take those away.
    """

    name: str = ""
    image: str = ""
    tags: str = ""
    separator: str = " "
    default_tag: str = ""
    registry: str = ""
    tag: str = ""
    programs: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    signing: frozenset[str] = frozenset()
    idle: frozenset[tuple[str, ...]] = frozenset()
    local: frozenset[tuple[str, ...]] = frozenset()
    removes: frozenset[tuple[str, ...]] = frozenset()


class PasswordOption(Struct, frozen=True):
    """Options of programs, with their commands, whose value is a password; with `between`, what stands behind that sign
    in it. `word` counts the words that are no options: which of them is one, 0 for none. `stdin`: so is what they are
    fed."""

    programs: tuple[str, ...]
    options: tuple[str, ...] = ()
    between: str = ""
    word: int = 0
    stdin: bool = False


class RuleBook(Struct, frozen=True):
    """`tokens` match literal credentials, `passwords` say what programs take as one."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    reasons: Mapping[str, ReasonEntry] = field(default_factory=dict)
    programs: Programs = field(default_factory=Programs)
    registries: tuple[Registry, ...] = ()
    clients: Mapping[str, Client] = field(default_factory=dict)
    escapes: tuple[Escape, ...] = ()
    built_in: BuiltIn = field(default_factory=BuiltIn)
    runners: Runners = field(default_factory=Runners)
    tokens: tuple[re.Pattern[str], ...] = ()
    passwords: tuple[PasswordOption, ...] = ()
    outputs_variable: str = ""
    push_pipe: PushPipe | None = None

    def by_program(self, program: str) -> Client | None:
        return next((client for client in self.clients.values() if program in client.programs), None)

    def registry(self, host: str) -> Registry | None:
        return next((registry for registry in self.registries if host in registry.hosts), None)

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(sorted(host for registry in self.registries for host in registry.hosts))

    @property
    def named(self) -> tuple[str, ...]:
        """What text has in it that is about a registry."""
        return tuple(dict.fromkeys((*self.hosts, *self.mentions)))

    @property
    def login_words(self) -> tuple[str, ...]:
        """Words of text that logs in, or holds a login."""
        marks = (mark for client in self.clients.values() for mark in client.login_file.marks)
        return tuple(dict.fromkeys(("login", *marks)))

    @property
    def natives(self) -> frozenset[str]:
        return frozenset(name for registry in self.registries for name in (registry.username, registry.password))

    @property
    def mentions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(registry.mention for registry in self.registries))
