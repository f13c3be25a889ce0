"""What rule files say of clients that find a user name and a password by the name of an index or a repository."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import field

from migrator.rulebook.entries import RuleEntry, outside


class IndexSettings(RuleEntry, frozen=True):
    """A sub-command that keeps settings, `command KEY VALUE…`, and how keys begin for an address, for a user name and a
    password, and for a token alone."""

    command: str
    address: str
    pair: str
    token: str


class IndexUploads(RuleEntry, frozen=True):
    """A sub-command that uploads to the index that an option names, with options for a user name and a password."""

    command: str
    name: frozenset[str]
    username: frozenset[str]
    password: frozenset[str]
    options: frozenset[str] = frozenset()


class IndexPublishing(RuleEntry, frozen=True):
    """A sub-command that publishes to the address at `key` of the index that an option, or a variable, names."""

    command: str
    key: str
    option: frozenset[str] = frozenset()
    variables: tuple[str, ...] = ()


class IndexClient(RuleEntry, frozen=True):
    """A client of indexes with names. `username`, `password`, `token` and `address` are names of variables, `{}`
    standing for the name in upper case; `options` and `variables` hold `NAME=URL`. The tables at `files` have a `name`
    and a `url`. `lock` is the file that names the packages which the commands `locked` read; `idle` ones read none.

    The options `urls`, the variables `url_variables` and the settings `url_keys` (`config set KEY URL`) hold addresses
    that may have a user name and a password in them; so do the files that the options `requirements` name, where
    `${NAME}` is a variable."""

    programs: frozenset[str]
    username: str = ""
    password: str = ""
    token: str = ""
    address: str = ""
    options: frozenset[str] = frozenset()
    variables: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    lock: str = ""
    locked: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()
    settings: IndexSettings | None = None
    urls: frozenset[str] = frozenset()
    url_variables: tuple[str, ...] = ()
    url_keys: frozenset[str] = frozenset()
    requirements: frozenset[str] = frozenset()
    uploads: IndexUploads | None = None
    publishing: IndexPublishing | None = None
    rule: str = outside("(rule)")


class IndexPipe(RuleEntry, frozen=True):
    """A pipe that uploads to an index, with the names of the variables that it takes for that."""

    username: str
    password: str
    address: str
