"""YAML documents as people write them: every scalar style, odd indents, three newlines, comments between."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

_WORDS = st.sampled_from(
    ["docker", "login", "-u", "$USER", '"$PAT"', "'x'", "a#b", "a:b", "é", "日本", "🐳", "\\", "\\n", "|", ">", "-",
     "{}", "''", '"', "`id`", "%s", "&&", "||", "*", "!", "?", "[", "]", "{", ",", "\u00a0", "=", "~", "<<"]
)  # fmt: skip
_REST = st.sampled_from(
    ["login", "-u", "$X", '"$Y"', "'z'", "a#b", "a:b", "|", ">", "🐳", "\\", ",", "[", "]", "&", "*"]
)
_LINE = st.lists(_WORDS, min_size=1, max_size=5).map(" ".join)
_NEWLINES = st.sampled_from(["\n", "\r\n", "\r"])
_BLANKS = st.sampled_from(["", "", "", " ", "  ", "\t"])
_SPACES = st.sampled_from(["", "", " ", "  "])  # PyYAML takes no tab behind a plain scalar
_COMMENT = st.sampled_from(["", "", "# a comment: 'with' \"quotes\"", "# - not: an item", "#"])


@dataclass(frozen=True, slots=True)
class Document:
    """`text` is a mapping `script` of a list; what its items say is for a reader to tell."""

    text: str
    newline: str


@st.composite
def _plain(draw: st.DrawFn, indent: str) -> str:
    first = draw(st.sampled_from(["docker", "echo", "$X", "é", "a'b", 'x"y', "-u", "a#b", "\\n", "<", "="]))
    rest = draw(st.lists(_REST, max_size=4))
    text = " ".join([first, *rest])
    for more in draw(st.lists(st.sampled_from(["--password-stdin", "&& next", "| last"]), max_size=2)):
        text += draw(_SPACES) + "\n" * draw(st.integers(1, 3)) + f"{indent} {draw(_SPACES)}{more}"
    return text + draw(st.sampled_from(["", "", " ", "  # after"]))


@st.composite
def _single(draw: st.DrawFn, indent: str) -> str:
    lines = [line.replace("'", "''") for line in draw(st.lists(_LINE, min_size=1, max_size=3))]
    return f"'{_folded(draw, lines, indent)}'{draw(st.sampled_from(['', ' ', '  # after']))}"


@st.composite
def _double(draw: st.DrawFn, indent: str) -> str:
    lines = []
    for line in draw(st.lists(_LINE, min_size=1, max_size=3)):
        text = line.replace("\\", "\\\\").replace('"', '\\"')
        escape = draw(st.sampled_from(["", "", "\\n", "\\t", "\\x41", "\\u00e9", "\\U0001F433", "\\ ", "\\e", "\\N"]))
        text += escape + draw(st.sampled_from(["", "", "\\"]))
        lines.append(text)
    if lines[-1].endswith("\\") and (len(lines[-1]) - len(lines[-1].rstrip("\\"))) % 2:
        lines[-1] += "\\"
    return f'"{_folded(draw, lines, indent)}"{draw(st.sampled_from(["", " ", "  # after"]))}'


def _folded(draw: st.DrawFn, lines: list[str], indent: str) -> str:
    text = draw(_BLANKS) + lines[0]
    for line in lines[1:]:
        even = not (len(text) - len(text.rstrip("\\"))) % 2
        blanks = draw(_BLANKS) if even else ""
        text += blanks + "\n" * (draw(st.integers(1, 3)) if even else 1) + f"{indent} {draw(_BLANKS)}{line}"
    return text + draw(_BLANKS.map(lambda blank: blank.replace("\t", " ")))


@st.composite
def _block(draw: st.DrawFn, indent: str) -> str:
    inner = " " * draw(st.integers(1, 4))
    lead = draw(st.sampled_from(["", "", "", " ", "  "]))
    header = draw(st.sampled_from(["|", ">"])) + draw(st.sampled_from(["", "-", "+"]))
    explicit = bool(lead)
    if explicit:
        header = header[0] + str(len(inner)) + header[1:]
    text = header + draw(st.sampled_from(["", "", " ", "  # why"]))
    for number, line in enumerate(draw(st.lists(_LINE, min_size=1, max_size=4))):
        blank = draw(st.sampled_from([0, 0, 0, 1, 2])) if number else 0
        text += "\n" + "\n" * blank
        more = lead if number == 0 else draw(st.sampled_from(["", "", " ", "   "]))
        text += f"{indent}{inner}{more}{line}{draw(_BLANKS)}"
    return text + "\n" * draw(st.sampled_from([0, 0, 1, 2]))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A mapping with a list of scalars, and a mapping beside it."""
    indent = " " * draw(st.integers(0, 4))
    dashes = "-" + " " * draw(st.integers(1, 4))
    lines = [draw(_COMMENT), "script:"]
    for number in range(draw(st.integers(1, 4))):
        anchor = draw(st.sampled_from(["", "", "", f"&it{number} ", "!!str "]))
        kind = draw(st.sampled_from([_plain, _single, _double, _block]))
        lines += [f"{indent}{dashes}{anchor}{draw(kind(indent))}"]
        lines += [indent + comment for comment in [draw(_COMMENT)] if comment]
    lines += ["after:", f"  key: {draw(_plain('   '))}", '  "quoted key": x']
    newline = draw(_NEWLINES)
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))
    return Document(text.replace("\n", newline), newline)
