"""A program as data: what it does, in nodes that belong to no language. A frontend lowers a language to these.

A construct that is not understood is `Havoc`, never silence. Whoever lowers drops nothing: each expression of the
source stands in some node, at least in an `Evaluate` or an `Opaque`, for what it reads and runs.

A `Span` counts characters in the space of positions of everything that is followed together: each text has a range of
its own there, as in Go's `token.FileSet`, so that a span alone says in which text it is. It is the identity of a place,
with the call string where a function is run several times. A new kind of node needs a case in `migrator/flow/`; a new
language needs none.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from migrator.text.source import Span


class ProgramError(ValueError):
    """The text is no program that can be read; `offset` counts characters of it from 0."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


# Expressions


class Quoting(Enum):
    """How literal text is written, which decides how something can be written in its place. FIXED: nothing can."""

    BARE = "bare"
    SINGLE = "single"
    DOUBLE = "double"
    FIXED = "fixed"


class Constant(Struct, frozen=True):
    """Literal text, decoded. `span` covers the quotes where `quoting` is SINGLE, and is None for generated text.
    `fixed`: nothing can be written in its place, however it is quoted. `reads` is what a read looks like that can be
    written in place of all of `span`, `{}` standing for the name of the variable; '' where the quoting decides.
    """

    text: str
    span: Span | None
    quoting: Quoting = Quoting.FIXED
    fixed: bool = False
    reads: str = ""


class Fallback(Enum):
    """What a read gives where the variable is unset or empty."""

    NONE = "none"
    DEFAULT = "default"
    ASSIGN = "assign"
    """The default, which the variable is set to as well."""
    REQUIRE = "require"
    """Nothing: the program ends there."""
    ALTERNATIVE = "alternative"
    """Nothing; where it is set, `word` stands for its value."""


class Alter(Enum):
    """What a change makes of a text."""

    PREFIX = "prefix"
    """What the pattern matches is taken from its beginning: the shortest there is, or the longest (`every`)."""
    SUFFIX = "suffix"
    """The same from its end."""
    REPLACE = "replace"
    """`other` stands in the place of the first match, or of each (`every`)."""
    SLICE = "slice"
    """What is left is `length` characters from `offset` on; negative ones count from the end."""
    UPPER = "upper"
    """The first letter, or all of them (`every`)."""
    LOWER = "lower"


class Change(Struct, frozen=True):
    """A change of a value that is understood. `pattern`: the texts between what may be anything."""

    alter: Alter
    pattern: tuple[str, ...] = ()
    other: str = ""
    every: bool = False
    offset: int = 0
    length: int | None = None


class Read(Struct, frozen=True):
    """An expansion of a variable. `name_span` is where only the name is written.

    `through`: what is read is not the value itself; `indirect` where the value names what is read, `changed` where it
    is its length, a part, or another form of it, as `change` says where that is understood. `braced`: something else
    can be written between the name and the end of the expansion. `splits`: blanks in the value make several words.
    `fixed`: no other name can be written there. `index` is that of an array, `words` are evaluated for it or for the
    change, `sets` are variables that this sets.
    """

    name: str
    span: Span
    name_span: Span
    fallback: Fallback = Fallback.NONE
    word: Join | None = None
    through: str = ""
    braced: bool = False
    splits: bool = False
    fixed: bool = False
    index: str = ""
    words: tuple[Join, ...] = ()
    sets: tuple[str, ...] = ()
    change: Change | None = None


class Capture(Struct, frozen=True):
    """What nodes that run in a process of their own write to standard output. `stream`: as the path of a file."""

    body: tuple[Statement, ...]
    span: Span
    stream: bool = False


class Template(Struct, frozen=True):
    """Quoted text with expansions in it: always one word. `span` covers the quotes."""

    parts: tuple[Expression, ...]
    span: Span


class Invoke(Struct, frozen=True):
    """What a function of the program returns."""

    function: str
    arguments: tuple[Join, ...]
    span: Span


class Opaque(Struct, frozen=True):
    """A value that is made in a way that is not known. `body` runs first, then `words` are evaluated; `sets` are
    variables that this sets, `why` completes "comes from …"."""

    words: tuple[Join, ...]
    span: Span
    why: str
    sets: tuple[str, ...] = ()
    body: tuple[Statement, ...] = ()


Expression = Constant | Read | Capture | Template | Invoke | Opaque


class Join(Struct, frozen=True):
    """Expressions one after the other, as one text: a word of a command, a value."""

    parts: tuple[Expression, ...]
    span: Span


# Nodes


class Assign(Struct, frozen=True):
    """A variable is set to `value`, or to the list of `elements`; to neither where it is only named.

    `indexed`: only a part of it is; `words` are evaluated for the index, `sets` are variables that it sets. `exported`:
    started programs see it.
    """

    name: str
    value: Join | None
    span: Span
    elements: tuple[Join, ...] | None = None
    append: bool = False
    indexed: bool = False
    words: tuple[Join, ...] = ()
    sets: tuple[str, ...] = ()
    exported: bool = False


class Declare(Struct, frozen=True):
    """Assignments with what is said of the variables: `exported`, `local` to the function, another name for the one
    that the value names (`alias`). `words` are declarations that show only when they run. `dumps`: variables are shown,
    all of them where none is named. `options`: those of the shell are as before when the function returns."""

    assignments: tuple[Assign, ...]
    words: tuple[Join, ...]
    span: Span
    exported: bool = False
    local: bool = False
    alias: bool = False
    dumps: bool = False
    options: bool = False


class Call(Struct, frozen=True):
    """A command: a program, a function or a builtin, whichever its first word names when it runs. `overrides` are
    set for it alone. `told`: where it fails, what started it shows its words."""

    words: tuple[Join, ...]
    span: Span
    overrides: tuple[Assign, ...] = ()
    told: bool = False


class Pipe(Struct, frozen=True):
    """What `left` writes is what `right` reads."""

    left: Statement
    right: Statement
    span: Span


class Chain(Enum):
    """How a branch is written where it is a condition itself: `a && b`, `a || b`."""

    AND = "and"
    OR = "or"


class If(Struct, frozen=True):
    condition: tuple[Statement, ...]
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    span: Span
    chain: Chain | None = None


class Loop(Struct, frozen=True):
    """`variable` takes each of `items` in turn ('' where there is no variable; None: the parameters)."""

    variable: str
    items: tuple[Join, ...] | None
    condition: tuple[Statement, ...]
    body: tuple[Statement, ...]
    span: Span


class Switch(Struct, frozen=True):
    subject: Join
    branches: tuple[tuple[Statement, ...], ...]
    patterns: tuple[Join, ...]
    exhaustive: bool
    span: Span


class Block(Struct, frozen=True):
    """Statements that belong together. `isolated`: in a process of their own, which begins with a copy of the state.
    `unordered`: they may run at any time of the program, or not at all."""

    body: tuple[Statement, ...]
    span: Span
    isolated: bool = False
    unordered: bool = False


class Define(Struct, frozen=True):
    """A function. `parameters` name its arguments in order; None: they are positional."""

    name: str
    body: Statement
    span: Span
    parameters: tuple[tuple[str, Span], ...] | None = None


class Return(Struct, frozen=True):
    """The running function ends with a value."""

    value: Join
    span: Span


class Break(Struct, frozen=True):
    """The innermost loop ends; `again`: only its present round."""

    span: Span
    again: bool = False


class Exit(Struct, frozen=True):
    """The program ends. `failing`: surely with a failure, which nothing in it catches."""

    span: Span
    failing: bool = False


class Ask(Enum):
    """What a test of a value asks."""

    EMPTY = "empty"
    """Whether there is something in it; `negated`: whether there is nothing."""
    DEFINED = "defined"
    """`operand` is the name of the variable."""
    SAME = "same"
    OTHER = "other"


class Asked(Struct, frozen=True):
    ask: Ask
    operand: Join
    other: Join | None = None
    negated: bool = False


class Test(Struct, frozen=True):
    """A condition on values. `words` are all that are evaluated for it, in order."""

    asked: tuple[Asked, ...]
    words: tuple[Join, ...]
    span: Span


class Evaluate(Struct, frozen=True):
    """Expressions are evaluated for what they read and run. `sets` are variables that get a computed value."""

    words: tuple[Join, ...]
    span: Span
    sets: tuple[str, ...] = ()


class ChangeDirectory(Struct, frozen=True):
    target: Join
    span: Span


class Havoc(Struct, frozen=True):
    """Something that is not understood: it may set any variable, and read any. `words` are what it is given, `why`
    completes "comes from …"."""

    why: str
    span: Span
    words: tuple[Join, ...] = ()


Node = (
    Assign
    | Declare
    | Call
    | Pipe
    | If
    | Loop
    | Switch
    | Block
    | Define
    | Return
    | Break
    | Exit
    | Test
    | Evaluate
    | ChangeDirectory
    | Havoc
)


class StreamKind(Enum):
    """Where a statement's standard input comes from, or its output goes to."""

    TEXT = "text"
    DOCUMENT = "document"
    """Text that is written out over several lines."""
    READ = "read"
    WRITE = "write"
    OTHER = "other"
    """Another stream, which stays in the process."""


class Redirect(Struct, frozen=True):
    """`value` is the text, or the path of the file. `raw`: the text is taken as it is written, without expansions.
    `written`: where the document is written, None where what is written there is not its text. `partial`: a file that
    is written holds other text than what goes to standard output, too; `aside`: nothing of that goes there."""

    kind: StreamKind
    value: Join
    span: Span
    raw: bool = False
    written: Span | None = None
    partial: bool = False
    aside: bool = False


class Statement(Struct, frozen=True):
    """A node with its streams. `detached`: it runs beside what follows. None as the node: the redirects alone."""

    node: Node | None
    span: Span
    redirects: tuple[Redirect, ...] = ()
    negated: bool = False
    detached: bool = False
