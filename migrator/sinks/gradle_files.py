"""What build files of Gradle say of repositories: their addresses, and where each half of their credentials comes from.

https://docs.gradle.org/current/userguide/declaring_repositories_basics.html. A build file is a program, in Groovy or
Kotlin, and only blocks of a plain shape are read: `maven { url = …; credentials { username = …; password = … } }`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

from msgspec import Struct, field

from migrator.text.patterns import regex

_TOKEN = regex(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'(?:[^'\\\n]|\\.)*+'?"
    r"|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
    r"|[A-Za-z_]\w*|\n|\S",
    16,  # re.DOTALL
)
_STRING = regex(r'"""(.*)"""|\'\'\'(.*)\'\'\'|"(.*)"|\'(.*)\'', 16)
_ENVIRONMENT = regex(
    r'System\.getenv\("(\w{1,200})"\)|System\.getenv\(\)\["(\w{1,200})"\]|System\.env\.(\w{1,200})'
    r'|System\.env\["(\w{1,200})"\]|providers\.environmentVariable\("(\w{1,200})"\)(?:\.get\(\)|\.orNull)?'
)
_PROPERTY = regex(
    r'(?:project\.|settings\.)?(?:findProperty|property)\("([\w.-]{1,200})"\)'
    r'|(?:project\.)?properties\["([\w.-]{1,200})"\]|"\$\{?(\w{1,200})\}?"'
    r'|providers\.gradleProperty\("([\w.-]{1,200})"\)(?:\.get\(\)|\.orNull)?'
)
_PLAIN = regex(r'"([^"\\$`]{1,400})"')
_NAME = regex(r"[A-Za-z_]\w{0,200}")
_CAST = regex(r"(?:as String\??|!!|\??\.toString\(\)|asString\??)\Z")
_BY_NAME = regex(r"PasswordCredentials(?:::class(?:\.java)?|\.class)?")
_DELEGATED = regex(r"(?:: String (?:\? )?)?by (?:project|settings)\b")
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_NOTHING = frozenset({"null", '""'})
_DEEPEST = 60
_MOST = 200_000
_FOLLOWED, _SEVERAL, _LONGEST = 4, 8, 400


_CHANGED = regex(
    r"\brepositories\s{0,9}\.\s{0,9}(?:all|each|forEach|configureEach|withType|named|getByName|find\w{0,9}|matching"
    r"|when\w{0,40})\b"
)
"""What may change a repository that a block has named."""


class HalfSource(Struct, frozen=True):
    """A variable of the environment, or a property of the build, by its name."""

    name: str
    property: bool


class BuildRepository(Struct, frozen=True):
    """A repository of a build file. `addresses` are those that it may have, `username` and `password` the sources that
    a half is taken from, the first with a value, None where they are not known. It `publishes`, or is read from.
    `written` are the halves that stand there as they are, '' for one that does not."""

    addresses: tuple[str, ...]
    username: tuple[HalfSource, ...] | None
    password: tuple[HalfSource, ...] | None
    publishes: bool
    written: tuple[str, str] = ("", "")


class GradleBuild(Struct, frozen=True):
    """`words` are all names and texts that it has, in code; `needs` the packages that it names as `group:name`, and
    `groups` those of its projects. `changes`: it may change repositories besides naming them."""

    repositories: tuple[BuildRepository, ...]
    words: tuple[str, ...]
    needs: frozenset[str]
    groups: frozenset[str]
    changes: bool = False


class _Block(Struct, eq=False):
    """What stands before a brace, and the lines and blocks in it."""

    head: str
    lines: list[str] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)

    def all(self) -> Iterator[tuple[tuple[str, ...], _Block]]:
        """Each block below, with the heads around it."""
        pending: list[tuple[tuple[str, ...], _Block]] = [((), self)]
        while pending:
            around, one = pending.pop()
            for inner in one.blocks:
                yield around, inner
                pending.append(((*around, inner.head), inner))


@lru_cache(maxsize=256)
def build(text: str) -> GradleBuild | None:
    """What a build file says; None where it cannot be read."""
    tokens = _tokens(text)
    root = _blocks(tokens) if tokens is not None else None
    if tokens is None or root is None:
        return None
    known = _assigned(root)
    found = [
        _repository(around, block, known) for around, block in root.all() if block.head.partition("(")[0] == "maven"
    ]
    words = tuple(one for token in _declared(tokens) for one in _NAME.findall(token))
    lines = [line for around, block in root.all() if block.head == "dependencies" for line in block.lines]
    needs = {":".join(parts[:2]) for line in lines for one in _texts(line) if len(parts := one.split(":")) > 1}
    groups = {one for value in known.get("group", ()) for one in _texts(value)}
    changes = _CHANGED.search(text) is not None
    return GradleBuild(tuple(found), words, frozenset(needs), frozenset(groups), changes)


def _tokens(text: str) -> list[str] | None:
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token[0] in "\"'":
            if not _STRING.fullmatch(token) or token in ('"""', "'''"):
                return None
            text = token.strip(token[0])
            plain = text if token[0] == '"' else text.replace("$", "`")  # which nothing is put into
            found.append(f'"{plain}"')
        elif not token.startswith(("//", "/*")):
            found.append(token)
        if len(found) > _MOST:
            return None
    return found


def _declared(tokens: Sequence[str]) -> Iterator[str]:
    """The tokens without the names that Kotlin takes properties by: `val NAME: String by project`."""
    for at, token in enumerate(tokens):
        behind = " ".join(tokens[at + 1 : at + 6])
        if not (tokens[max(at - 1, 0)] in ("val", "var") and _DELEGATED.match(behind)):
            yield token


def _blocks(tokens: Sequence[str]) -> _Block | None:
    """The blocks of a file; None where its braces do not fit together."""
    root = _Block("")
    around = [root]
    line: list[str] = []
    closing: list[str] = []
    for token in (*tokens, "\n"):
        if token == "{" and not closing:
            inner = _Block(_joined(line))
            around[-1].blocks.append(inner)
            around.append(inner)
            line = []
            if len(around) > _DEEPEST:
                return None
            continue
        if token in _PAIRS:
            closing.append(_PAIRS[token])
        elif token in ")]}" and closing and token != closing.pop():
            return None
        elif token in "\n;}" and not closing:
            if line:
                around[-1].lines.append(_joined(line))
            line = []
            if token == "}":
                around.pop()
            if not around:
                return None
            continue
        if token not in "\n;":
            line.append(token)
    return root if around == [root] and not closing else None


def _joined(tokens: Sequence[str]) -> str:
    """Tokens as they are written without blanks, but for those between two words."""
    text = ""
    for token in tokens:
        apart = text and (text[-1].isalnum() or text[-1] in '_"') and (token[0].isalnum() or token[0] in '_"')
        text += f" {token}" if apart else token
    return text


def _assigned(root: _Block) -> Mapping[str, list[str]]:
    """What names are set to, wherever."""
    found: dict[str, list[str]] = {}
    for block in (root, *(one for _, one in root.all())):
        for line in block.lines:
            name, equals, value = line.partition("=")
            if equals and not value.startswith("="):
                called = name.rpartition(" ")[2].partition(":")[0]
                found.setdefault(called.removeprefix("project.").removeprefix("ext."), []).append(value)
            elif line.startswith("group "):
                found.setdefault("group", []).append(line.removeprefix("group "))
    return found


def _repository(around: Sequence[str], block: _Block, known: Mapping[str, list[str]]) -> BuildRepository:
    urls = [value for line in block.lines if (value := _value(line, "url")) is not None]
    urls += [block.head] if "(" in block.head else []
    addresses = tuple(dict.fromkeys(one for value in urls for one in _addresses(value, known)))
    publishes = any(head.startswith("publishing") for head in around)
    username = password = None
    written = ("", "")
    if given := [one for one in block.blocks if one.head == "credentials"]:
        username, password = (_given(given, name, known) for name in ("username", "password"))
        written = (_written(given, "username"), _written(given, "password"))
    elif any(_by_name(line) for line in (*block.lines, *(one.head for one in block.blocks))):
        names = [value for line in block.lines if (value := _value(line, "name")) is not None]
        texts = [one for value in names for one in _texts(value)] if names else ["maven"]
        if len(texts) == 1 and _NAME.fullmatch(texts[0]):
            username, password = ((HalfSource(f"{texts[0]}{half}", True),) for half in ("Username", "Password"))
    return BuildRepository(addresses, username, password, publishes, written)


def _by_name(line: str) -> bool:
    found = line.removeprefix("credentials").strip(" ()")
    return line.startswith("credentials") and bool(_BY_NAME.fullmatch(found))


def _given(blocks: Sequence[_Block], name: str, known: Mapping[str, list[str]]) -> tuple[HalfSource, ...] | None:
    values = _values(blocks, name)
    return _sources(values[0], known, _FOLLOWED) if len(values) == 1 else None


def _written(blocks: Sequence[_Block], name: str) -> str:
    values = _values(blocks, name)
    match = _PLAIN.fullmatch(_bare(values[0])) if len(values) == 1 else None
    return match[1] if match else ""


def _values(blocks: Sequence[_Block], name: str) -> list[str]:
    return [value for one in blocks for line in one.lines if (value := _value(line, name)) is not None]


def _value(line: str, name: str) -> str | None:
    """What a line sets a property to: `url = X`, `url X`, `url(X)`, `setUrl(X)`."""
    setter = f"set{name.capitalize()}("
    for start in (f"{name}=", f"{name} ", f"{name}(", setter):
        if line.startswith(start):
            rest = line.removeprefix(start)
            return rest.removesuffix(")") if start.endswith("(") else rest
    return None


def _sources(value: str, known: Mapping[str, list[str]], most: int) -> tuple[HalfSource, ...] | None:
    found: list[HalfSource] = []
    for one in _bare(value).split("?:"):
        part = _bare(one)
        if len(found) > _SEVERAL:
            return None
        if part in _NOTHING:
            continue
        if match := _ENVIRONMENT.fullmatch(part):
            found.append(HalfSource(next(filter(None, match.groups())), False))
        elif match := _PROPERTY.fullmatch(part):
            found.append(HalfSource(next(filter(None, match.groups())), True))
        elif _NAME.fullmatch(part) and part not in known:
            found.append(HalfSource(part, True))
        elif _NAME.fullmatch(part) and len(known[part]) == 1 and most:
            inner = _sources(known[part][0], known, most - 1)
            if inner is None:
                return None
            found += inner
        else:
            return None
    return tuple(found) or None


def _bare(value: str) -> str:
    """A value without what makes it text, and without brackets around all of it."""
    text = value.strip(" ")
    while match := _CAST.search(text):
        text = text[: match.start()].rstrip(" ")
    if len(text) > _LONGEST or not text.startswith("("):
        return text
    depths = list(accumulate((sign == "(") - (sign == ")") for sign in text))
    return _bare(text[1:-1]) if depths[-1] == 0 and min(depths[:-1]) > 0 else text


def _addresses(value: str, known: Mapping[str, list[str]]) -> Iterator[str]:
    """The texts of which one is the address; '' where there may be another. Each name is followed once."""
    pending, seen = [value], set[str]()
    while pending:
        one = pending.pop()
        texts = [text for text in _texts(one) if "://" in text]
        names = {name for name in _NAME.findall(_without_texts(one)) if name in known}
        yield from texts
        pending += (inner for name in sorted(names - seen) for inner in known[name])
        seen |= names
        if not texts and not names:
            yield ""


def _texts(value: str) -> list[str]:
    return value.split('"')[1::2]


def _without_texts(value: str) -> str:
    return " ".join(value.split('"')[::2])
