"""What rule files say of sinks: where programs are given hosts, credentials and images, and what they do with them.

A slot of a command is a role on a channel, `password: {option: [-p, --password], stdin: [--password-stdin]}`; what the
command does with the values of its slots is an action. `migrator.sinks` finds the sinks of a script by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property

from msgspec import Struct


class Role(StrEnum):
    """What a value is."""

    HOST = "host"
    USERNAME = "username"
    PASSWORD = "password"
    CREDENTIAL = "credential"
    """A half of a credential, or text that may hold one."""
    IMAGE = "image"
    LOGIN = "login"
    """The login that a client has stored."""
    LOGIN_FILE = "login-file"
    SCRIPT = "script"
    """Shell that another machine runs."""


class Channel(StrEnum):
    """How a program is given a value; `migrator.sinks.channels` reads each from a command."""

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


class Slot(Struct, frozen=True):
    """Where a command is given a value. `takes` are the spellings of an option or a switch, the switches that make it
    read standard input (none: it always does), variables of which the first counts that is set, which of its words
    (`first`, `last`, `rest`, `all`, or `any` of its arguments), or the value that it has by default."""

    action: Action
    role: Role
    channel: Channel
    takes: tuple[str, ...]


class BuildSyntax(Struct, frozen=True):
    """The options of a build."""

    file: frozenset[str]
    argument: frozenset[str]
    target: frozenset[str]
    tag: frozenset[str]
    cache: frozenset[str]
    cache_push: frozenset[str]
    context: frozenset[str]
    push: frozenset[str]
    output: frozenset[str]

    @property
    def valued(self) -> frozenset[str]:
        pushed = self.tag | self.cache | self.cache_push | self.output
        return self.file | self.argument | self.target | self.context | pushed


class BakeSyntax(Struct, frozen=True):
    """The options of a command that builds what a bake file says: those that name the file, a switch, and those with
    which the file alone does not say what is built."""

    file: frozenset[str]
    push: frozenset[str]
    unread: frozenset[str]


class ComposeSyntax(Struct, frozen=True):
    """What a command does with the images of a Compose project, and the options that change that: those that name its
    files and its `folder`, and switches."""

    file: frozenset[str]
    folder: frozenset[str]
    read: bool
    build: bool
    push: bool
    push_switch: frozenset[str]
    build_switch: frozenset[str]


class ClientCommand(Struct, frozen=True):
    """A sub-command of a client; one of `words` that is empty stands for a client without sub-commands. `options` are
    others that take a value. `transport` is the prefix that marks an image of a registry. What `unreadable` names
    says which images it reads, and is not read. With a switch of `publishes` what it names is pushed. `unseen`: files
    name images that it reads, too, as with any program that is not known. `archive` is the word that is the archive of
    a chart, whose name belongs to that of what is pushed."""

    words: tuple[tuple[str, ...], ...]
    options: frozenset[str]
    slots: tuple[Slot, ...]
    transport: str
    build: BuildSyntax | None
    compose: ComposeSyntax | None
    unreadable: str
    publishes: frozenset[str] = frozenset()
    unseen: bool = False
    archive: str = ""
    bake: BakeSyntax | None = None

    @property
    def valued(self) -> frozenset[str]:
        told = self.build.valued if self.build else self.bake.file if self.bake else frozenset()
        return self.options | valued(self.slots) | told

    def does(self, action: Action) -> bool:
        return any(slot.action is action for slot in self.slots)

    def which(self, *actions: Action) -> str:
        """Which of its words it does one of these with, '' for none."""
        found = (slot for slot in self.slots if slot.channel is Channel.WORD and slot.action in actions)
        return next((slot.takes[0] for slot in found), "")


class LoginFile(Struct, frozen=True):
    """Where a client keeps its logins. `slots` are what moves it, the strongest first; `paths` match the path of the
    file, `folders` one that is, or leads through, its folder. `home` is where in the home folder it is by default. Text
    that has one of the words `marks` may be such a file; variables `inline` hold the text of one."""

    slots: tuple[Slot, ...] = ()
    paths: tuple[re.Pattern[str], ...] = ()
    folders: tuple[re.Pattern[str], ...] = ()
    home: str = ""
    marks: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(name for slot in self.slots if slot.channel is Channel.ENVIRONMENT for name in slot.takes)


class Client(Struct, frozen=True, dict=True):
    """A program that logs in to registries or moves images. `options` are global ones that take a value;
    `rule` is the id of the rule that its logins are reported under, where the file that it stands in is one."""

    name: str
    programs: frozenset[str]
    options: frozenset[str]
    subclients: Mapping[str, str]
    login_file: LoginFile
    commands: tuple[ClientCommand, ...]
    rule: str

    @cached_property
    def syntaxes(self) -> Mapping[tuple[str, ...], ClientCommand]:
        """The commands by their words."""
        return {words: command for command in reversed(self.commands) for words in command.words}

    @cached_property
    def longest(self) -> int:
        """The most words that a command has."""
        return max(map(len, self.syntaxes), default=0)

    @property
    def compose(self) -> ComposeSyntax | None:
        """How its commands are told the files of a Compose project, where all of them read one."""
        found = [command.compose for command in self.commands]
        return found[0] if found and all(found) else None

    @property
    def logins(self) -> Iterator[ClientCommand]:
        return (command for command in self.commands if command.does(Action.STORE))


class Escape(Struct, frozen=True):
    """A command that takes a credential out of the step: one of `programs` with `words` in this order among its words,
    since not all of its options are known. `what` says what becomes of the credential."""

    name: str
    programs: frozenset[str]
    words: tuple[str, ...]
    slots: tuple[Slot, ...]
    what: str

    def has(self, role: Role) -> bool:
        return any(slot.role is role for slot in self.slots)


def valued(slots: Iterable[Slot]) -> frozenset[str]:
    """The options that take a value."""
    return frozenset(name for slot in slots if slot.channel is Channel.OPTION for name in slot.takes)
