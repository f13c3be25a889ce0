"""How Maven is called: what its words say of properties, settings, goals, and repositories.

https://maven.apache.org/ref/current/maven-embedder/cli.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.values import Literal, Unknown, Value
from migrator.sinks.maven_files import Address
from migrator.sinks.values import value_of, without
from migrator.text.patterns import regex

_TAKES = regex(
    "-f|--file|-P|--activate-profiles|-pl|--projects|-T|--threads|-l|--log-file|-rf|--resume-from|-b|--builder|-t"
    "|--toolchains|-gt|--global-toolchains|-emp|--encrypt-master-password|-ep|--encrypt-password"
)
"""Options with a value in the next word."""
_USER, _OTHERS = frozenset({"-s", "--settings"}), ("-gs", "--global-settings", "-is", "--install-settings")
_GLUED = regex("-s|-gs|-is")
"""In one word with their value."""
_ALTERNATIVE = ("altDeploymentRepository", "altReleaseDeploymentRepository", "altSnapshotDeploymentRepository")
_PUBLISHES = regex(r"(?:.*:)?deploy(?:-file)?|release:perform|nexus-staging:.*")
TOLD = ("MAVEN_ARGS", "MAVEN_OPTS", "JAVA_TOOL_OPTIONS")
_TELLS = regex(r"-Denv\.|(?:\A|\s)(?:\$\{|(?:-s|-gs|--settings|--global-settings)\b)|settings")


class MavenWords(Struct, frozen=True):
    """How Maven was called: properties, files with settings, goals, and what of that is not known."""

    properties: Mapping[str, Value]
    user: tuple[Value, ...]
    others: tuple[Value, ...]
    goals: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def publishes(self) -> bool:
        return any(map(_PUBLISHES.fullmatch, self.goals))


def words_of(command: Command) -> MavenWords:
    properties: dict[str, Value] = {}
    given: dict[str, list[Value]] = {"user": [], "others": []}
    goals: list[str] = []
    doubts: list[str] = []
    words = [one.value for one in command.arguments]
    while words:
        word = words.pop(0)
        text = word.symbol()
        head = text if text is not None else _start(word)
        name, equals, _ = head.partition("=")
        if text in ("-D", "--define") and words:
            _define(words.pop(0), properties)
        elif head.startswith("-D"):
            _define(without(word, 2), properties)
        elif head.startswith("--define="):
            _define(without(word, len("--define=")), properties)
        elif name in _USER or name in _OTHERS:
            if equals or text is None:  # in one word
                place = without(word, len(name) + len(equals))
            else:
                place = words.pop(0) if words else Value.of(Unknown("nothing"))
            given["user" if name in _USER else "others"].append(place)
        elif match := _GLUED.match(head):
            given["user" if match[0] == "-s" else "others"].append(without(word, match.end()))
        elif _TAKES.fullmatch(text or "") and words:
            words.pop(0)
        elif word.text is None and not head.startswith("-"):
            doubts.append("words of `mvn` that patless can't tell may name other settings")
        elif not head.startswith("-"):
            goals.append(head)
    for name in TOLD:
        value = value_of(command, name)
        text = value.symbol() if value else ""
        if text is None or _TELLS.search(text.replace(f"${{{name}}}", "")):
            doubts.append(f"{name} may name other settings")
    return MavenWords(properties, tuple(given["user"]), tuple(given["others"]), tuple(goals), tuple(doubts))


def _start(value: Value) -> str:
    first = value.alternatives[0][:1]
    return first[0].text if len(value.alternatives) == 1 and first and isinstance(first[0], Literal) else ""


def _define(value: Value, properties: dict[str, Value]) -> None:
    name, equals, _ = _start(value).partition("=")
    properties[name] = without(value, len(name) + 1) if equals else Value.of(Literal("true"))


def told(call: MavenWords) -> Iterator[Address]:
    """The repositories that the words of a call name: `-DaltDeploymentRepository=ID::URL`, or with a layout between."""
    for name in _ALTERNATIVE:
        if name in call.properties and (text := call.properties[name].symbol()):
            parts = text.split("::")
            yield Address(parts[0], parts[-1], False)
    if "url" in call.properties:
        one = call.properties.get("repositoryId")
        yield Address(one.symbol() or "" if one else "remote-repository", call.properties["url"].symbol() or "", False)
