"""What is found about variables in files. Nothing here holds text of a file but the fixed words of a form and names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UseKind(StrEnum):
    """How a file uses the name of a variable; see `rules/references/forms.yml`. `is_use` tells uses from the rest."""

    SHELL = "shell"
    POWERSHELL = "powershell"
    BATCH = "batch"
    PYTHON = "python"
    NODE = "node"
    JAVA = "java"
    MAVEN = "maven"
    RUBY = "ruby"
    GO = "go"
    PHP = "php"
    DOTNET = "dotnet"
    RUST = "rust"
    TERRAFORM = "terraform"
    GRADLE = "gradle"
    MAKE = "make"
    DOCKERFILE = "dockerfile"
    BUILD_SECRET = "build-secret"
    CONTAINER = "container"
    """Handed on to a container by its bare name, as in `docker run -e X`."""
    COMPOSE = "compose"
    DOTENV = "dotenv"
    ENVSUBST = "envsubst"
    EXPORT = "export"
    PRINTENV = "printenv"
    INDIRECT = "indirect"
    TEMPLATE = "template"
    PIPE = "pipe"
    """A value of a pipe's `variables`, or of a child pipeline's `input-variables`."""
    SERVICE = "service"
    IMAGE = "image"
    IMPLICIT = "implicit"
    """A program stands here that reads the variable without its name being written anywhere."""
    WORD = "word"
    """Outside of prose and comments, in no form that is known: a use, for nobody can tell that it is none."""
    DECLARATION = "declaration"
    """A custom pipeline asks for a variable of this name, which shadows the stored one there."""
    ASSIGNMENT = "assignment"
    """A variable of this name is set."""
    OVERWRITTEN = "overwritten"
    """Every step that comes here has set the variable before, so that its stored value is not used."""
    MENTION = "mention"

    @property
    def is_use(self) -> bool:
        return self not in (UseKind.DECLARATION, UseKind.ASSIGNMENT, UseKind.OVERWRITTEN, UseKind.MENTION)


class OpaqueKind(StrEnum):
    """Why a file may use variables that it does not name; see `rules/references/opaque.yml`."""

    DUMP = "dump"
    """The whole environment is printed, piped or handed on."""
    INDIRECT = "indirect"
    """A variable is read by a name that is computed."""
    EVAL = "eval"
    ENV_FILE = "env-file"
    ENV_HOST = "env-host"
    ENVSUBST = "envsubst"
    PART = "part"
    """A part of the name, beside what may put the rest to it."""
    SPELLING = "spelling"
    """The name with other separators or in another case, as relaxed binding and libraries of settings read it."""
    ELSEWHERE = "elsewhere"
    """A file of another system names it, which has variables of its own."""
    FIELDS = "fields"
    """A library fills the fields of a record from variables named like them."""
    DOWNLOAD = "download"
    """A script from elsewhere is run."""
    PIPE = "pipe"
    """A pipe can read variables that its user does not name (PLATFORM.md, section 5, 28)."""
    IMPORT = "import"
    SUBMODULE = "submodule"
    LFS = "lfs"
    BINARY = "binary"
    """Not text, and holds the name that is in `text`."""
    LARGE = "large"
    """Too large to be read as text, and holds the name that is in `text`."""
    PROGRAM = "program"
    """Not text, and can be run."""

    @property
    def is_text(self) -> bool:
        """Whether it stands in a text that a program may run or read: any that is not known may read all of those."""
        return self not in (
            OpaqueKind.SUBMODULE,
            OpaqueKind.LFS,
            OpaqueKind.BINARY,
            OpaqueKind.LARGE,
            OpaqueKind.PROGRAM,
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """`line` and `column` count from 1, columns in characters. `text` is the form as it is written around the name:
    fixed words and names only, so that no literal of the file is in it."""

    name: str
    kind: UseKind
    path: str
    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Places as in a Reference; `text` is what was found, such as `env |`, an env file's path or an import's source.
    `name` is the one variable that it is about, wherever it stands; '' for any that a step sees which leads there."""

    kind: OpaqueKind
    path: str
    line: int
    column: int
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class NotLooked:
    """A file or link, or with the path '' a whole commit, that says nothing. `why` is a sentence without its end."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one file, or one commit, says. All in the order of their places."""

    references: tuple[Reference, ...] = ()
    opaque: tuple[Doubt, ...] = ()
    not_looked: tuple[NotLooked, ...] = ()


NOTHING = Found()
