"""What programs that only show, filter or cut their words print."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from itertools import chain

from msgspec.structs import replace

from migrator.flow.events import Argument, Command
from migrator.ir.named import located, named
from migrator.ir.paths import ROOT, Top, joined, only, patterns
from migrator.ir.values import EMPTY, Alternative, Encoded, Input, Literal, Unknown, Value, concat, unknown
from migrator.rulebook.programs import Programs
from migrator.text.patterns import regex

_DIRECTIVE = regex(r"%(%|[sbq])")
_SILENT = ("cd", "set", "export", "[", "test", ":", "true", "false", "exit", "return", "shift", "unset")


def printed(command: Command, programs: Programs, clone: str) -> Value:
    """The standard output of a command that is not followed. `clone` is the variable that names the root's folder."""
    name, arguments = command.name, command.arguments
    texts = [argument.text for argument in arguments]
    fed = [command.stdin or EMPTY]
    match name:
        case "echo":
            return echo(arguments)
        case "printf":
            return printf(arguments)
        case "pwd" if not texts and (folder := only(command.folders)) is not None:
            inside = (Literal(f"/{folder}"),) if folder else ()
            return Value.of(Input(clone, ()), *inside, Literal("\n"))
        case "dirname" if len(texts) == 1 and texts[0]:
            return Value.of(Literal(posixpath.dirname(_bare(texts[0])) or "."), Literal("\n"))
        case "basename" if len(texts) == 1 and texts[0]:
            return Value.of(Literal(posixpath.basename(_bare(texts[0])) or "/"), Literal("\n"))
    if " ".join([name, *(text or "" for text in texts)]) in programs.roots and not isinstance(command.folders, Top):
        return Value.of(Input(clone, ()), Literal("\n"))
    if (image := _image(command, programs)) is not None:
        return Value.of(Unknown(f"the output of `{name}`", image=image))
    if name == "mktemp" and _elsewhere(command):
        return Value.of(Unknown(f"the output of `{name}`", outside=True))
    pattern = programs.filters.get(name)
    told = " ".join(text or "" for text in texts)
    if pattern and None not in texts and pattern.fullmatch(told):
        value = command.stdin or Value.of(Unknown("standard input that nothing in the script feeds"))
        joins = programs.joining.get(name)
        return value.joined() if joins and joins.fullmatch(told) else value
    if name == "cat" and texts and "-" not in texts:
        return concat(_content(argument.value, command, clone) for argument in arguments)
    if name == "cat" or pattern:
        return unknown(f"a file or filter that `{name}` reads", fed, files=_shown(command, clone))
    if name in _SILENT and not (name == "cd" and "-" in texts):
        return EMPTY
    shown = _shown(command, clone) if name in programs.copiers else _as_committed(command, programs, clone)
    output = unknown(f"the output of `{name}`" if name else "the output of a command", fed, files=shown)
    encoder = programs.encoders.get(name)
    if encoder and command.stdin is not None and None not in texts and encoder.words.fullmatch(told):
        return _encoded(output, command.stdin, wraps=not encoder.whole.fullmatch(told))
    return output


def _encoded(output: Value, fed: Value, wraps: bool) -> Value:
    """The output of a call that prints in base64 what it is fed; one that breaks lines ends with one."""
    ((piece,),) = output.alternatives
    assert isinstance(piece, Unknown)
    known = replace(piece, encoded=Encoded(fed, wraps))
    return Value.of(known, Literal("\n")) if wraps else Value.of(known)


def _bare(path: str) -> str:
    """Without slashes at its end, which say nothing to these programs."""
    return path.rstrip("/") or "/"


def _elsewhere(command: Command) -> bool:
    """Whether `mktemp` makes what it names in the folder for temporary files, and nothing moves that."""
    texts = [argument.text for argument in command.arguments]
    moved = any(name == "TMPDIR" for name in (*command.environment, *(name for name, _ in command.overrides)))
    plain = all(text is not None and (text.startswith("/") or text in ("-d", "-q", "-u", "-t")) for text in texts)
    named = texts[-2:-1] == ["-t"] and all(text in ("-d", "-q", "-u", "-t") for text in texts[:-1])
    return not moved and (plain or named)


def _image(command: Command, programs: Programs) -> str | None:
    """What a call tells of an image that is on the machine: '' for its id, the name that it is told for its others."""
    ids, digests = programs.image_ids.get(command.name), programs.image_digests.get(command.name)
    if ids is None and digests is None:
        return None
    words = " ".join(argument.text or "?" for argument in command.arguments)
    if ids and ids.fullmatch(words):
        return ""
    if digests and digests.fullmatch(words):
        return command.arguments[-1].value.symbol() or None
    return None


def _content(name: Value, command: Command, clone: str) -> Value:
    """The text of a file that `cat` is told."""
    files = tuple(patterns(named(name, command.folders, clone)))
    return Value.of(Unknown("a file or filter that `cat` reads", files=files, path=name.symbol() or ""))


def _shown(command: Command, clone: str) -> Iterable[str]:
    """The files whose text a command shows: all that its words name, those that are known beside any other."""
    every = (patterns(named(one.value, command.folders, clone)) for one in command.arguments)
    return tuple(dict.fromkeys(chain.from_iterable(every)))


def _as_committed(command: Command, programs: Programs, clone: str) -> Iterable[str]:
    """The files that a command shows as they were at a commit: `git show HEAD:ci/x.sh`."""
    if not any(one.text in programs.revisions.get(command.name, ()) for one in command.arguments[:3]):
        return ()
    rows = [row for one in command.arguments for row in one.value.alternatives]
    names = [(_spelt(row).rpartition(":")[2] or "**") for row in rows]
    return patterns(joined(located(name, ROOT, clone) for name in names if not name.startswith("-")))


def _spelt(row: Alternative) -> str:
    """A row as text, `**` for what is not known of it."""
    return "".join(piece.text if isinstance(piece, Literal) else "**" for piece in row)


def echo(arguments: Sequence[Argument]) -> Value:
    """What `echo` prints. Escapes with `-e` change nothing that a credential would hold."""
    newline = True
    words = list(arguments)
    while words and (text := words[0].text) and re.fullmatch(r"-[neE]+", text):
        newline = newline and "n" not in text
        words.pop(0)
    values: list[Value] = []
    for index, word in enumerate(words):
        if index:
            values.append(Value.of(Literal(" ")))
        values.append(word.value)
    return concat([*values, Value.of(Literal("\n"))] if newline else values)


def printf(arguments: Sequence[Argument]) -> Value:
    """What `printf` prints, for formats of `%s`, `%b`, `%q` and literal text."""
    words = [word for word in arguments if word.text != "--"]
    if not words or (words[0].text or "").startswith("-v"):
        return Value.of(Unknown("what `printf` stores"))
    form = words[0].text
    if form is None:
        return words[0].value if len(words) == 1 else Value.of(Unknown("what `printf` prints"))
    if len(re.findall("%", form)) != len(_DIRECTIVE.findall(form)) + form.count("%%"):
        return Value.of(Unknown("what `printf` prints"))
    values: list[Value] = []
    rest = words[1:]
    while True:
        at = taken = 0
        for match in _DIRECTIVE.finditer(form):
            values.append(Value.of(Literal(_decode(form[at : match.start()]))))
            if match[1] == "%":
                values.append(Value.of(Literal("%")))
            elif taken < len(rest):
                values.append(rest[taken].value)
                taken += 1
            at = match.end()
        values.append(Value.of(Literal(_decode(form[at:]))))
        rest = rest[taken:]
        if not rest or not taken:
            break
    return concat([value for value in values if value.text != ""] or values)


def _decode(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\\\", "\\")
