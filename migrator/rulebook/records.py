"""The rule book: what the files of `rules/` say, as records. Read by `migrator.rulebook.reading`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property

from msgspec import field
from msgspec.structs import replace

from migrator.findings.records import (
    Finding,
    PackageType,
    PresenceCheck,
    Reason,
    ScriptChange,
    Severity,
    Use,
    Verdict,
    blocking,
)
from migrator.rulebook.entries import Count, RuleEntry, Words, outside
from migrator.rulebook.indexes import IndexClient, IndexPipe
from migrator.rulebook.programs import Programs
from migrator.rulebook.sinks import Escape, RegistryClient, Role, valued
from migrator.text.edits import Edit
from migrator.text.patterns import Pattern
from migrator.text.source import Source, Span


class RuleError(ValueError):
    """A rule file is wrong; the message is a sentence that begins with `path:line:column`."""


class Example(RuleEntry, frozen=True):
    """A pipelines file before and after `fix`; `after` is None where the finding is never fixed."""

    title: str
    before: str
    after: str | None = None
    reasons: tuple[str, ...] = ()


class Rule(RuleEntry, frozen=True):
    """What a rule file says about itself, and the findings of the rule. `id` is the file's name without its ending."""

    what: str
    why: str
    url: str
    severity: Severity = Severity.WARNING
    examples: tuple[Example, ...] = ()
    id: str = outside()

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
        checks: Iterable[PresenceCheck] = (),
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
            checks=tuple(dict.fromkeys(checks)),
        )


class ReasonEntry(RuleEntry, frozen=True):
    """What a reason code means. The next steps are templates with `{subject}` and `{code}`, '' where there is none;
    `otherwise` replaces `fix` where the subject is no variable, `file` where it is a file, `described` where it has
    several words, and the next steps of the reason `package` all where it is a package; `fleet` does where it is the
    operator of a fleet who states it for the repository `{repository}`, whose own configuration claims nothing there.
    """

    verdict: Verdict
    what: str
    why: str
    fix: str = ""
    file: str = ""
    otherwise: str = ""
    described: str = ""
    keep: str = ""
    ask: str = ""
    fleet: str = ""
    package: ReasonEntry | None = None
    code: str = outside()


class Registry(RuleEntry, frozen=True):
    """A Packages registry. `hosts` are exact names; `mention` is text that a file about it holds; `username` and
    `password` name the native variables; `default`: a login that names no host goes here. `type` is that of its
    packages."""

    hosts: frozenset[str]
    mention: str
    username: str
    password: str
    default: bool = False
    type: PackageType = PackageType.CONTAINER
    name: str = outside()

    @property
    def images(self) -> bool:
        """Whether its packages are container images."""
        return self.type is PackageType.CONTAINER


class BuiltIn(RuleEntry, frozen=True):
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


class Runners(RuleEntry, frozen=True):
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


class PushPipe(RuleEntry, frozen=True):
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
    idle: frozenset[Words] = frozenset()
    local: frozenset[Words] = frozenset()
    removes: frozenset[Words] = frozenset()


class PasswordOption(RuleEntry, frozen=True):
    """Options of programs, with their commands, whose value is a password; with `between`, what stands behind that sign
    in it. `word` counts the words that are no options: which of them is one, 0 for none. `stdin`: so is what they are
    fed."""

    programs: tuple[str, ...]
    options: tuple[str, ...] = ()
    between: str = ""
    word: Count = Count()
    stdin: bool = False

    def __post_init__(self) -> None:
        if not (self.options or self.word or self.stdin):
            raise ValueError("has no `options`; add it")


class PackageClient(RuleEntry, frozen=True):
    """A client of packages that are no images, as far as it is known how it is given a credential: its `programs`, the
    names of `files` that it reads, with what stands before a credential in there, and names of `variables`. `addresses`
    are names of files that say for which host it is, apart from the credential. `rule` is as in a client of a
    registry."""

    programs: frozenset[str]
    files: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    rule: str = outside("(rule)")


class Sections(RuleEntry, frozen=True):
    """What any rule file may say, beside what programs do and what a rule says about itself. `tokens` match literal
    credentials, `passwords` say what programs take as one."""

    reasons: Mapping[str, ReasonEntry] = field(default_factory=dict)
    registries: Mapping[str, Registry] = field(default_factory=dict)
    clients: Mapping[str, RegistryClient] = field(default_factory=dict)
    escapes: Mapping[str, Escape] = field(default_factory=dict)
    package_clients: Mapping[str, PackageClient] = field(default_factory=dict)
    indexes: Mapping[str, IndexClient] = field(default_factory=dict)
    index_pipes: Mapping[str, IndexPipe] = field(default_factory=dict)
    built_in: BuiltIn = field(default_factory=BuiltIn)
    runners: Runners = field(default_factory=Runners)
    tokens: tuple[Pattern, ...] = ()
    passwords: tuple[PasswordOption, ...] = ()
    outputs_variable: str = ""
    push_pipe: PushPipe | None = None


class RuleBook(Sections, frozen=True, dict=True):
    """What all rule files say together."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    programs: Programs = field(default_factory=Programs)

    def by_program(self, program: str) -> RegistryClient | None:
        return self._clients.get(program)

    @cached_property
    def _clients(self) -> dict[str, RegistryClient]:
        """The first client that a program is."""
        return {program: client for client in reversed([*self.clients.values()]) for program in client.programs}

    @cached_property
    def literals(self) -> dict[str, tuple[Span, ...]]:
        """Where literal credentials stand in texts that were asked about, for who asks again."""
        return {}

    @cached_property
    def escaping(self) -> dict[str, tuple[Escape, ...]]:
        """The escapes of a program."""
        programs = {program for one in self.escapes.values() for program in one.programs}
        return {name: tuple(one for one in self.escapes.values() if name in one.programs) for name in programs}

    @cached_property
    def credential_options(self) -> frozenset[str]:
        """The options that give a credential to something that outlives a step."""
        slots = (slot for escape in self.escapes.values() if escape.has(Role.HOST) for slot in escape.slots)
        return valued(slot for slot in slots if slot.role is Role.CREDENTIAL)

    @cached_property
    def password_options(self) -> frozenset[str]:
        """The options that give a password to a login."""
        logins = (command for client in self.clients.values() for command in client.logins)
        return valued(slot for command in logins for slot in command.slots if slot.role is Role.PASSWORD)

    def registry(self, host: str) -> Registry | None:
        return next((registry for registry in self.registries.values() if host in registry.hosts), None)

    def mentioned(self, text: str) -> bool:
        """Whether text mentions a host of Packages."""
        return any(mention in text for mention in self.mentions)

    def packages(self, host: str) -> Registry | None:
        """The registry at a host, or at any other host of Packages, which takes the same credentials as far as that is
        known."""
        known = self.registry(host)
        like = next((one for one in self.registries.values() if host.endswith(f".{one.mention}")), None)
        if known or like is None:
            return known
        made = replace(like, hosts=frozenset({host}), default=False, type=PackageType.OTHER, name=host)
        return self._unlisted.setdefault(host, made)

    @cached_property
    def _unlisted(self) -> dict[str, Registry]:
        """Of each host one."""
        return {}

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """Those of registries of images."""
        return tuple(sorted(host for one in self.registries.values() if one.images for host in one.hosts))

    def has_images(self, host: str) -> bool:
        return any(one.images and host in one.hosts for one in self.registries.values())

    @cached_property
    def named(self) -> tuple[str, ...]:
        """What text has in it that is about a registry."""
        return tuple(dict.fromkeys((*self.hosts, *self.mentions)))

    @cached_property
    def login_words(self) -> tuple[str, ...]:
        """Words of text that logs in, or holds a login."""
        marks = (mark for client in self.clients.values() for mark in client.login_file.marks)
        return tuple(dict.fromkeys(("login", *marks)))

    @cached_property
    def natives(self) -> frozenset[str]:
        return frozenset(name for one in self.registries.values() for name in (one.username, one.password))

    @cached_property
    def mentions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(registry.mention for registry in self.registries.values()))
