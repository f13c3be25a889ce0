"""What rule files say of sinks: where programs are given hosts, credentials and images, and what they do with them.

A slot of a command is a role on a channel, `password: {option: [-p, --password], stdin: [--password-stdin]}`; what the
command does with the values of its slots is an action. `migrator.sinks` finds the sinks of a script by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from migrator.rulebook.entries import RuleEntry, Switches, Words, outside
from migrator.text.patterns import Pattern

Which = Literal["first", "last", "rest", "all", "any"]
_NO_WORDS = "name the sub-commands, or write `words: []` where the client has none"


class Role(StrEnum):
    """What a value is."""

    HOST = "host"
    USERNAME = "username"
    PASSWORD = "password"
    CREDENTIAL = "credential"
    """A half of a credential, or text that may hold one."""
    TOKEN = "token"
    """A password to which its client adds a user name."""
    IMAGE = "image"
    LOGIN = "login"
    """The login that a client has stored."""
    LOGIN_FILE = "login-file"
    SCRIPT = "script"
    """Shell that another machine runs."""


class Channel(StrEnum):
    """How a program is given a value; `migrator.sinks.channels` reads each from a command."""

    DASH = "dash"
    """Standard input, where `-` is the value of an option."""
    OPTION = "option"
    SWITCH = "switch"
    WORD = "word"
    STDIN = "stdin"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


class Action(StrEnum):
    """What becomes of a value."""

    STORE = "stores"
    """A login: later commands use it."""
    USE = "uses"
    """This call alone is made with it."""
    READ_WITH = "reads-with"
    """The same, for what the call reads."""
    PUSH_WITH = "pushes-with"
    """The same, for what the call pushes."""
    LEAVE = "leaves"
    """Something that outlives the step is given it."""
    PUSH = "pushes"
    CACHE = "caches"
    """A build pushes what it cached, which is no image to run."""
    PULL = "pulls"
    """The registry is asked, whatever images are there already."""
    READ = "reads"
    """An image of that name will do that the step has made."""
    NAME = "names"
    """The step makes a local image of that name."""

    @property
    def writes(self) -> bool:
        return self in (Action.PUSH, Action.CACHE)

    @property
    def reads(self) -> bool:
        return self in (Action.PULL, Action.READ)


ALONE = (Action.USE, Action.READ_WITH, Action.PUSH_WITH)
"""A credential is given to one call, and nothing is stored."""


class Slot(Struct, frozen=True):
    """Where a command is given a value. `takes` are the spellings of an option or a switch, the switches that make it
    read standard input (none: it always does), variables of which the first counts that is set, which of its words
    (`first`, `last`, `rest`, `all`, or `any` of its arguments), or the value that it has by default."""

    action: Action
    role: Role
    channel: Channel
    takes: tuple[str, ...]


class BuildSyntax(RuleEntry, frozen=True):
    """The options of a build."""

    file: frozenset[str] = frozenset()
    argument: frozenset[str] = frozenset()
    target: frozenset[str] = frozenset()
    tag: frozenset[str] = frozenset()
    cache: frozenset[str] = frozenset()
    cache_push: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    push: frozenset[str] = frozenset()
    output: frozenset[str] = frozenset()

    @property
    def valued(self) -> frozenset[str]:
        pushed = self.tag | self.cache | self.cache_push | self.output
        return self.file | self.argument | self.target | self.context | pushed


class BakeSyntax(RuleEntry, frozen=True):
    """The options of a command that builds what a bake file says: those that name the file, a switch, and those with
    which the file alone does not say what is built."""

    file: frozenset[str] = frozenset()
    push: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


class ComposeSyntax(RuleEntry, frozen=True):
    """What a command does with the images of a Compose project, and the options that change that: those that name its
    files and its `folder`, and switches."""

    file: frozenset[str] = frozenset()
    folder: frozenset[str] = frozenset()
    read: bool = False
    build: bool = False
    push: bool = False
    push_switch: frozenset[str] = frozenset()
    build_switch: frozenset[str] = frozenset()


class Channels(RuleEntry, frozen=True):
    """How a command is given a value: see `Slot`."""

    word: Which | None = None
    dash: tuple[str, ...] = ()
    option: tuple[str, ...] = ()
    switch: tuple[str, ...] = ()
    stdin: Switches | None = None
    environment: tuple[str, ...] = ()
    default: str = ""

    def taken(self) -> Iterator[tuple[Channel, tuple[str, ...]]]:
        """The channels that there are, with what they take."""
        for name in self.__struct_fields__:
            takes = getattr(self, name)
            if takes or isinstance(takes, Switches):
                yield Channel(name), takes if isinstance(takes, tuple) else (takes,)


class Stores(RuleEntry, frozen=True, kw_only=True):
    username: Channels | None = None
    password: Annotated[Channels, Meta(description="say where the password is given")]
    token: Channels | None = None
    host: Channels | None = None


class Uses(RuleEntry, frozen=True):
    username: Channels | None = None
    password: Channels | None = None
    credential: Channels | None = None
    token: Channels | None = None


class Moves(RuleEntry, frozen=True):
    image: Channels | None = None


class Leaves(RuleEntry, frozen=True):
    host: Channels | None = None
    credential: Channels | None = None
    login: Channels | None = None
    login_file: Channels | None = None
    script: Channels | None = None


class ClientCommand(RuleEntry, frozen=True, dict=True):
    """A sub-command of a client; one without `words` stands for a client without sub-commands. `options` are
    others that take a value. `transport` is the prefix that marks an image of a registry. What `unreadable` names
    says which images it reads, and is not read. With a switch of `publishes` what it names is pushed. `unseen`: files
    name images that it reads, too, as with any program that is not known. `archive` is the word that is the archive of
    a chart, whose name belongs to that of what is pushed. `stored`: a user name and a password that the script does not
    give come from the variables of their slots, as no other variable gives them."""

    words: Annotated[tuple[Words, ...], Meta(description=_NO_WORDS)]
    options: frozenset[str] = frozenset()
    stores: Stores | None = None
    uses: Uses | None = None
    reads_with: Uses | None = None
    pushes_with: Uses | None = None
    pushes: Moves | None = None
    pulls: Moves | None = None
    reads: Moves | None = None
    names: Moves | None = None
    transport: str = ""
    build: BuildSyntax | None = None
    compose: ComposeSyntax | None = None
    bake: BakeSyntax | None = None
    unreadable: str = ""
    publishes: frozenset[str] = frozenset()
    unseen: bool = False
    archive: Which | None = None
    stored: bool = False

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        actions = (Action.STORE, *ALONE, Action.NAME, Action.PULL, Action.READ, Action.PUSH)
        return tuple(slot for action in actions for slot in _slots(action, getattr(self, action.replace("-", "_"))))

    @cached_property
    def valued(self) -> frozenset[str]:
        told = self.build.valued if self.build else self.bake.file if self.bake else frozenset()
        return self.options | valued(self.slots) | told

    def does(self, action: Action) -> bool:
        return any(slot.action is action for slot in self.slots)

    def which(self, *actions: Action) -> str:
        """Which of its words it does one of these with, '' for none."""
        found = (slot for slot in self.slots if slot.channel is Channel.WORD and slot.action in actions)
        return next((slot.takes[0] for slot in found), "")


class LoginFile(RuleEntry, frozen=True):
    """Where a client keeps its logins. Options or `variables` move it; `paths` match the path of the
    file, `folders` one that is, or leads through, its folder. `home` is where in the home folder it is by default. Text
    that has one of the words `marks` may be such a file; variables `inline` hold the text of one."""

    option: tuple[str, ...] = ()
    variables: tuple[str, ...] = field(name="environment", default=())
    paths: tuple[Pattern, ...] = ()
    folders: tuple[Pattern, ...] = ()
    home: str = ""
    marks: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()

    @property
    def slots(self) -> Iterator[Slot]:
        """What moves it, the strongest first."""
        for channel, takes in ((Channel.OPTION, self.option), (Channel.ENVIRONMENT, self.variables)):
            if takes:
                yield Slot(Action.STORE, Role.LOGIN_FILE, channel, takes)


class RegistryClient(RuleEntry, frozen=True, dict=True):
    """A program that logs in to registries or moves images. `options` are global ones that take a value;
    `rule` is the id of the rule that its logins are reported under, where the file that it stands in is one."""

    programs: Annotated[frozenset[str], Meta(description="name the programs that have this command line")]
    options: frozenset[str] = frozenset()
    subclients: Mapping[str, str] = field(default_factory=dict)
    login_file: LoginFile = field(default_factory=LoginFile)
    commands: tuple[ClientCommand, ...] = ()
    name: str = outside()
    rule: str = outside("(rule)")

    @cached_property
    def syntaxes(self) -> Mapping[tuple[str, ...], ClientCommand]:
        """The commands by their words."""
        return {words: command for command in reversed(self.commands) for words in command.words or ((),)}

    @cached_property
    def longest(self) -> int:
        """The most words that a command has."""
        return max(map(len, self.syntaxes), default=0)

    @property
    def compose(self) -> ComposeSyntax | None:
        """How its commands are told the files of a Compose project, where all of them read one."""
        found = [command.compose for command in self.commands]
        return found[0] if found and all(found) else None

    @cached_property
    def logins(self) -> tuple[ClientCommand, ...]:
        return tuple(command for command in self.commands if command.does(Action.STORE))


class Escape(RuleEntry, frozen=True, dict=True):
    """A command that takes a credential out of the step: one of these programs with `words` in this order among its
    words, since not all of its options are known. `what` says what becomes of the credential."""

    program: str | frozenset[str]
    leaves: Leaves
    what: str
    words: tuple[str, ...] = ()
    name: str = outside()

    @cached_property
    def programs(self) -> frozenset[str]:
        return frozenset((self.program,)) if isinstance(self.program, str) else self.program

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(_slots(Action.LEAVE, self.leaves))

    def has(self, role: Role) -> bool:
        return any(slot.role is role for slot in self.slots)


def valued(slots: Iterable[Slot]) -> frozenset[str]:
    """The options that take a value."""
    return frozenset(name for slot in slots if slot.channel is Channel.OPTION for name in slot.takes)


def _slots(action: Action, roles: RuleEntry | None) -> Iterator[Slot]:
    for name in roles.__struct_fields__ if roles else ():
        channels: Channels | None = getattr(roles, name)
        for channel, takes in channels.taken() if channels else ():
            yield Slot(action, Role(name.replace("_", "-")), channel, takes)
