"""Every pattern of the code and of the built-in rules, with how it is used, and input that would make it slow."""

from __future__ import annotations

import ast
import importlib
import itertools
import pkgutil
import re
import re._constants as kinds
import re._parser as parser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import migrator
from migrator.rulebook import reading
from migrator.secrets.references import rules as references
from migrator.text.patterns import Regex

SEARCHES = frozenset({"search", "finditer", "findall", "sub", "subn", "split"})
WHOLE = frozenset({"match", "fullmatch"})
_AT = "\x00\x01!"
"""What most patterns refuse."""


class Used(NamedTuple):
    """`where` is for people; `methods` are those that are called on it anywhere."""

    where: str
    pattern: re.Pattern[str]
    methods: frozenset[str]


def every() -> Iterator[Used]:
    """Of the code: what modules and their classes hold, and what stands in a call. Of the rules: all."""
    package = Path(migrator.__file__).parent
    names = [one.name for one in pkgutil.walk_packages([str(package)], "migrator.")]
    names = [one for one in names if not one.startswith("migrator.demo")]  # the box answers nobody but this machine
    trees = {}
    for name in names:
        if not name.endswith("__main__"):
            found = importlib.import_module(name)
            trees[name] = ast.parse(Path(str(found.__file__)).read_text())
    called = {name: _called(tree) for name, tree in trees.items()}
    for name, tree in trees.items():
        for variable, pattern in _held(vars(importlib.import_module(name))):
            private = [called[name]] if variable.startswith("_") else called.values()
            methods = frozenset[str]().union(*(one.get(variable, frozenset()) for one in private))
            if isinstance(pattern.pattern, str):
                yield Used(f"{name}.{variable}", pattern, methods or SEARCHES | WHOLE)
        yield from _inline(name, tree)
    for where, pattern in _records("rules", reading.load(), set()):
        yield Used(where, pattern, WHOLE if "tokens" not in where else SEARCHES | WHOLE)
    for where, pattern in _records("references", references.load(), set()):
        yield Used(where, pattern, frozenset({"match"}) if where == "references._others" else SEARCHES)


def _held(held: dict[str, Any]) -> Iterator[tuple[str, re.Pattern[str]]]:
    for variable, value in held.items():
        if pattern := _compiled(value):
            yield variable, pattern
        elif isinstance(value, (tuple, list, frozenset, set)):
            yield from ((variable, one) for one in _flat(value))
        elif isinstance(value, dict):
            yield from ((variable, one) for one in _flat(value.values()))


def _flat(values: Any) -> Iterator[re.Pattern[str]]:
    for value in values:
        if pattern := _compiled(value):
            yield pattern
        elif isinstance(value, (tuple, list)):
            yield from _flat(value)


def _compiled(value: Any) -> re.Pattern[Any] | None:
    """What it is or stands for. Raises re.error."""
    if isinstance(value, Regex):
        return re.compile(value.pattern, value.flags)
    return value if isinstance(value, re.Pattern) else None


def _called(tree: ast.AST) -> dict[str, frozenset[str]]:
    """The methods that are called on each name. A name that goes anywhere else may be searched with."""
    found: dict[str, set[str]] = {}
    receivers = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            receivers.add(node.value)
            if node.attr in SEARCHES | WHOLE:
                found.setdefault(name, set()).add(node.attr)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in receivers:
            found.setdefault(node.id, set()).update(SEARCHES | WHOLE)
    return {name: frozenset(methods) for name, methods in found.items()}


def _inline(name: str, tree: ast.AST) -> Iterator[Used]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in SEARCHES | WHOLE
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield Used(f"{name}:{node.lineno}", re.compile(node.args[0].value), frozenset({node.func.attr}))


def _records(where: str, value: Any, seen: set[int]) -> Iterator[tuple[str, re.Pattern[str]]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if pattern := _compiled(value):
        yield where, pattern
    elif names := getattr(value, "__struct_fields__", ()) or getattr(value, "__dataclass_fields__", ()):
        for name in names:
            yield from _records(f"{where}.{name}", getattr(value, name), seen)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _records(f"{where}.{key}", one, seen)
    elif isinstance(value, (tuple, list, frozenset)):
        for one in value:
            yield from _records(where, one, seen)


# Input that is as bad as the pattern allows


def hostile(pattern: re.Pattern[str], sizes: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """What the pattern matches up to one of its repetitions, the repeated again and again, and then what it refuses:
    one text of each size."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    given = dict.fromkeys(
        (before, unit, end)
        for before, body in itertools.islice(_pumps(tree, ""), 60)
        for unit in (body, before + body)
        if unit
        for end in (_AT, "")
    )
    letters = sorted(set(_letters(tree)) | set(" \ta0"))[:10]
    given |= dict.fromkeys(("", one, _AT) for one in letters)
    given |= dict.fromkeys(("", one + other, _AT) for one, other in itertools.combinations(letters[:6], 2))
    for before, unit, end in given:
        yield tuple((before + unit * (size // len(unit)))[: size + len(before)] + end for size in sizes)


def _pumps(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    for operation, argument in tree:
        if operation in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            for sample in _samples(argument[2], 4):
                if argument[1] > 1:
                    yield before, sample
            yield from _pumps(argument[2], before)
        elif operation == kinds.SUBPATTERN:
            yield from _pumps(argument[3], before)
        elif operation == kinds.ATOMIC_GROUP:
            yield from _pumps(argument, before)
        elif operation == kinds.BRANCH:
            for branch in argument[1]:
                yield from _pumps(branch, before)
        elif operation in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from _pumps(argument[1], before)
        before += _sample([(operation, argument)])


def _samples(tree: Any, most: int) -> Iterator[str]:
    """A few texts that the tree matches."""
    tree = list(tree)
    if len(tree) == 1 and tree[0][0] == kinds.SUBPATTERN:
        yield from _samples(tree[0][1][3], most)
    elif len(tree) == 1 and tree[0][0] == kinds.BRANCH:
        for branch in tree[0][1][1][:most]:
            yield from _samples(branch, 1)
    elif len(tree) == 1 and tree[0][0] == kinds.IN:
        yield from itertools.islice(dict.fromkeys(_members(tree[0][1])), most)
    else:
        yield _sample(tree)


def _sample(tree: Any) -> str:
    """A text that the tree matches, as far as that is told from one look at each part."""
    text = ""
    for operation, argument in tree:
        if operation == kinds.LITERAL:
            text += chr(argument)
        elif operation == kinds.NOT_LITERAL:
            text += "a" if argument != ord("a") else "b"
        elif operation == kinds.ANY:
            text += "a"
        elif operation == kinds.IN:
            text += next(_members(argument), "a")
        elif operation in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            text += _sample(argument[2]) * max(argument[0], 1 if argument[0] else 0)
        elif operation == kinds.SUBPATTERN:
            text += _sample(argument[3])
        elif operation == kinds.ATOMIC_GROUP:
            text += _sample(argument)
        elif operation == kinds.BRANCH:
            text += _sample(argument[1][0])
    return text


def _members(members: Any) -> Iterator[str]:
    """Some characters of a set, blanks first: several parts of a pattern tend to take them."""
    members = list(members)
    if members and members[0][0] == kinds.NEGATE:
        refused = re.compile("[" + "".join(re.escape(one) for one in _members(members[1:])) + "]")
        categories = {argument for kind, argument in members[1:] if kind == kinds.CATEGORY}
        for one in " \ta0-\"$\\'x:=":
            blank = one in " \t" and kinds.CATEGORY_SPACE in categories
            word = (one.isalnum()) and kinds.CATEGORY_WORD in categories
            if not refused.match(one) and not blank and not word:
                yield one
        return
    for kind, argument in members:
        if kind == kinds.CATEGORY:
            yield {kinds.CATEGORY_SPACE: " ", kinds.CATEGORY_DIGIT: "0", kinds.CATEGORY_NOT_DIGIT: "a"}.get(
                argument, "-" if argument == kinds.CATEGORY_NOT_WORD else "a"
            )
        elif kind == kinds.LITERAL:
            yield chr(argument)
        elif kind == kinds.RANGE:
            yield chr(argument[0])


def _letters(tree: Any) -> Iterator[str]:
    for operation, argument in tree:
        if operation == kinds.LITERAL:
            yield chr(argument)
        elif operation == kinds.IN:
            yield from itertools.islice(_members(argument), 4)
        elif operation in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            yield from _letters(argument[2])
        elif operation == kinds.SUBPATTERN:
            yield from _letters(argument[3])
        elif operation == kinds.ATOMIC_GROUP:
            yield from _letters(argument)
        elif operation == kinds.BRANCH:
            for branch in argument[1]:
                yield from _letters(branch)
        elif operation in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from _letters(argument[1])
