"""Shell as a tree of records with places, which are characters of the text that was given. `shfmt.py` makes them."""

from __future__ import annotations

from msgspec import Struct

from migrator.text.source import Span


class ShellError(ValueError):
    """The text is not shell that can be read; `offset` counts characters of it from 0."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


class Lit(Struct, frozen=True):
    """Literal characters as written, backslashes included."""

    text: str
    span: Span


class Single(Struct, frozen=True):
    """`'…'` or `$'…'`; `span` covers the quotes."""

    text: str
    span: Span
    dollar: bool


class Double(Struct, frozen=True):
    parts: tuple[Part, ...]
    span: Span


class Read(Struct, frozen=True):
    """`$name`, `${name}` or `${name<operator>word}`. `operator` is '' without one, `!` for indirection, and `other` for
    any expansion (length, slice, replacement …) that does not give the whole value of the variable. `names` are set by
    the index."""

    name: str
    operator: str
    word: Word | None
    name_span: Span
    span: Span
    short: bool
    index: str = ""
    names: tuple[str, ...] = ()


class Substitution(Struct, frozen=True):
    """`$(…)`, backquotes, `<(…)` or `>(…)`."""

    statements: tuple[Statement, ...]
    span: Span
    process: bool


class Other(Struct, frozen=True):
    """Arithmetic, extended globs: nothing that a credential comes from. `words` are the words inside, `names` the
    variables that arithmetic sets. `what` completes "comes from …"."""

    words: tuple[Word, ...]
    span: Span
    names: tuple[str, ...] = ()
    what: str = "arithmetic or a pattern"


Part = Lit | Single | Double | Read | Substitution | Other


class Word(Struct, frozen=True):
    parts: tuple[Part, ...]
    span: Span


class Redirect(Struct, frozen=True):
    """`operator` as written (`<`, `>`, `<<<`, `<<`, `<<-` …). `body` is a here-document's text as a word."""

    operator: str
    word: Word
    span: Span
    body: Word | None = None
    quoted: bool = False


class Assignment(Struct, frozen=True):
    name: str
    value: Word | None
    array: tuple[Word, ...] | None
    append: bool
    indexed: bool
    span: Span
    names: tuple[str, ...] = ()


class Call(Struct, frozen=True):
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    span: Span


class Declaration(Struct, frozen=True):
    """`export`, `declare`, `local`, `readonly`, `typeset`, `nameref`."""

    variant: str
    assignments: tuple[Assignment, ...]
    options: tuple[Word, ...]
    span: Span


class Binary(Struct, frozen=True):
    """`&&`, `||`, `|` or `|&`."""

    operator: str
    left: Statement
    right: Statement
    span: Span


class Group(Struct, frozen=True):
    """`{ …; }`, or `( … )` where `subshell`."""

    statements: tuple[Statement, ...]
    subshell: bool
    span: Span


class If(Struct, frozen=True):
    condition: tuple[Statement, ...]
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    span: Span


class Loop(Struct, frozen=True):
    """`for`, `select`, `while`, `until`. `words` is None for `for x` (the positional parameters)."""

    kind: str
    name: str
    words: tuple[Word, ...] | None
    condition: tuple[Statement, ...]
    body: tuple[Statement, ...]
    span: Span


class Case(Struct, frozen=True):
    word: Word
    branches: tuple[tuple[Statement, ...], ...]
    patterns: tuple[Word, ...]
    exhaustive: bool
    span: Span


class Function(Struct, frozen=True):
    name: str
    body: Statement
    span: Span


class Test(Struct, frozen=True):
    """`[[ … ]]`: the unary tests as (operator, word), and every word in it. `plain` words stand alone as a test."""

    unary: tuple[tuple[str, Word], ...]
    compared: tuple[tuple[str, Word, Word], ...]
    plain: tuple[Word, ...]
    words: tuple[Word, ...]
    span: Span


class Arithmetic(Struct, frozen=True):
    """`(( … ))` and `let`: the words inside, and the names that it may set."""

    words: tuple[Word, ...]
    span: Span
    names: tuple[str, ...] = ()


CommandNode = Call | Declaration | Binary | Group | If | Loop | Case | Function | Test | Arithmetic


class Statement(Struct, frozen=True):
    command: CommandNode | None
    redirects: tuple[Redirect, ...]
    negated: bool
    background: bool
    span: Span
