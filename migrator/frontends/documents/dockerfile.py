"""The images that `docker build` reads for a Dockerfile.

Sources: https://docs.docker.com/reference/dockerfile/ and BuildKit's frontend/dockerfile/{parser,dockerfile2llb}.
Own code, since `dockerfile-parse` 2.0.1 knows neither `COPY --from` nor `--mount` nor heredocs. `dockerfile` 3.4 wraps
BuildKit's own parser, but has no wheel for Linux on arm64 and refuses a whole file for one bad line: it checks this
reader in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from migrator.frontends.documents.interpolation import (
    Dialect,
    Expansion,
    VariableValue,
    expand,
    image_name,
    known,
    unknown,
)
from migrator.text.patterns import regex

SIZE_LIMIT = 2 * 1024 * 1024

_DIRECTIVE = regex(r"(?:#|//)\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)")
_HEREDOC = regex(r"\d*<<(-?)([^<]*)")
_DOCKERFILE_FRONTEND = regex(r"(?:.*/)?docker/dockerfile(?:-upstream)?")
# What BuildKit sets on the usual runner, Linux on amd64. https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
_PLATFORM = {"PLATFORM": "linux/amd64", "OS": "linux", "ARCH": "amd64", "VARIANT": "", "OSVERSION": ""}
_PLATFORM_ARGS = {side + key: value for side in ("TARGET", "BUILD") for key, value in _PLATFORM.items()}


class TooLarge(ValueError):
    """The text exceeds a bound; the message is a sentence."""


class Reads(StrEnum):
    """What makes the build read an image."""

    SYNTAX = "# syntax="
    FROM = "FROM"
    COPY = "COPY --from"
    MOUNT = "RUN --mount"


class ImageRef(Struct, frozen=True):
    """An image that the build reads. `line` counts from 1, and is 0 where a build argument names the image.

    `image.resolved` is the reference as the builder sees it, tag included; `image.why` says why there is none.
    """

    line: int
    reads: Reads
    image: Expansion

    @property
    def resolved(self) -> str | None:
        return self.image.resolved

    @property
    def why(self) -> str:
        return self.image.why

    @property
    def name(self) -> str | None:
        """Host and path, certain even where the tag is not; None where they are not."""
        return image_name(self.image)


def read_dockerfile(text: str, build_args: Mapping[str, str | None], target: str | None) -> tuple[ImageRef, ...]:
    """The images in the order of the file; stages and `scratch` are none.

    `build_args` are all arguments of the command; None: the value is not known, or may be missing. `target` is None
    for the last stage, and where it is not known.

    BuildKit reads only the stages that the target needs. The classic builder builds every stage up to the target, and
    which of the two runs cannot be told from a pipeline: so what either of them reads is returned. A target that is
    no stage limits nothing. Named contexts (`--build-context NAME=docker-image://…`) replace images of that name;
    that is the caller's to see.

    Lines that are no instructions are passed over. Raises TooLarge beyond 2 MiB characters.
    """
    if len(text) > SIZE_LIMIT:
        raise TooLarge("the Dockerfile is larger than 2 MiB; it is not read")
    lines = [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]
    directives = _directives(lines)
    escape = "`" if directives.get("escape", (0, ""))[1] == "`" else "\\"
    arguments = _Arguments(build_args, Dialect(escape, quotes=True, doubled=False))
    stages: list[_Stage] = []
    for line, instruction, rest in _instructions(lines, escape):
        flags, rest = _flags(rest)
        words = rest.split()
        if instruction == "FROM" and words:
            name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
            stages.append(_Stage(line, name, arguments.expand(words[0])))
        elif instruction == "ARG" and not stages:
            arguments.declare(_words(rest, escape) or words)
        elif stages:
            stages[-1].sources += [(line, *source) for source in _sources(instruction, flags)]
    reads = _resolve(stages)
    wanted = _wanted(stages, target)
    return (*_syntax(directives, build_args), *(ref for index in wanted for ref in reads[index]))


def copied(text: str) -> tuple[str, ...] | None:
    """What the instructions copy, or mount, of the main build context, as written: paths and patterns, `.` for all of
    it. None where the text is too large to tell."""
    if len(text) > SIZE_LIMIT:
        return None
    lines = [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]
    escape = "`" if _directives(lines).get("escape", (0, ""))[1] == "`" else "\\"
    found: dict[str, None] = {}
    for _, instruction, rest in _instructions(lines, escape):
        flags, rest = _flags(rest)
        if any(True for _ in _sources(instruction, flags)):
            continue
        if instruction in ("COPY", "ADD"):
            found.update(dict.fromkeys(_copied(rest, escape)))
        elif instruction == "RUN":
            mounts = (dict(option.partition("=")[::2] for option in flag.split(",")) for flag in _mounts(flags))
            found.update(dict.fromkeys(one.get("source", one.get("src", ".")) for one in mounts))
    return tuple(found)


def _copied(rest: str, escape: str) -> Sequence[str]:
    """The words of an instruction but for the last, which says where to; a list in JSON, too."""
    words = _listed(rest) or _words(rest, escape) or rest.split()
    return [re.sub(r"""['"]""", "", word) for word in words[:-1] if not _HEREDOC.fullmatch(word)]


def _listed(rest: str) -> list[str] | None:
    import json  # few files have a list

    try:
        words = json.loads(rest) if rest.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return [str(word) for word in words] if isinstance(words, list) else None


def _mounts(flags: Iterable[str]) -> Iterator[str]:
    """The options of the mounts that show the context, as a mount of no type does."""
    for flag in flags:
        name, _, value = flag.partition("=")
        if name == "--mount" and not re.search(r"(?:^|,)\s*type=(?!bind(?:,|$))", value):
            yield value


class _Stage(Struct):
    line: int
    name: str
    base: Expansion
    sources: list[tuple[int, Reads, str]] = field(default_factory=list)
    needs: set[int] = field(default_factory=set)


class _Arguments:
    """The build arguments that `FROM` can see: those declared before the first stage."""

    def __init__(self, given: Mapping[str, str | None], dialect: Dialect) -> None:
        self.given = given
        self.dialect = dialect
        self.declared: dict[str, Expansion | None] = {}

    def declare(self, words: Iterable[str]) -> None:
        for word in words:
            name, equals, default = word.partition("=")
            if name in self.given:
                value = self.given[name]
                why = f"the value of the build argument {name} is not known"
                self.declared[name] = unknown(why, names=(name,)) if value is None else known(value)
            elif equals:
                self.declared[name] = self.expand(default)
            else:
                self.declared.setdefault(name, None)

    def expand(self, text: str) -> Expansion:
        return expand(text, self._lookup, self.dialect)

    def _lookup(self, name: str) -> VariableValue:
        value = self.declared.get(name)
        if name in _PLATFORM_ARGS:
            given = self.given.get(name)
            if given is not None:
                return VariableValue(known(given), True)
            return VariableValue(unknown(f"{name} depends on the builder", by_default=_PLATFORM_ARGS[name]), None)
        if value is not None:
            # A build argument without a known value may be `--build-arg NAME` of a variable that is not set.
            return VariableValue(value, None if name in self.given and value.resolved is None else True)
        if name in self.declared:
            argument = f"the build argument {name}"
            return VariableValue(unknown(f"{argument} has no default", names=(argument,)), False)
        return VariableValue(unknown(f"no ARG before the first FROM declares {name}"), False)


def _directives(lines: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Parser directives, name → (line, value). They end at the first line that is none."""
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines, 1):
        match = _DIRECTIVE.match(line.lstrip())
        if match and match[1].lower() in ("syntax", "escape", "check"):
            found.setdefault(match[1].lower(), (number, match[2].rstrip()))
        elif number > 1 or not line.startswith("#!"):
            break
    return found


def _syntax(directives: Mapping[str, tuple[int, str]], build_args: Mapping[str, str | None]) -> Iterator[ImageRef]:
    """The frontend, which BuildKit pulls. Another one than Docker's own may read whatever it likes."""
    line, value = directives.get("syntax", (0, ""))
    if "BUILDKIT_SYNTAX" in build_args:
        line, value = 0, build_args["BUILDKIT_SYNTAX"] or ""
        if not value:
            yield ImageRef(0, Reads.SYNTAX, unknown("the value of the build argument BUILDKIT_SYNTAX is not known"))
    if not value:
        return
    ref = ImageRef(line, Reads.SYNTAX, known(value.split(maxsplit=1)[0]))
    yield ref
    if not _DOCKERFILE_FRONTEND.fullmatch(ref.name or ""):
        yield ImageRef(line, Reads.SYNTAX, unknown(f"the frontend {ref.resolved} may read other images"))


def _instructions(lines: Sequence[str], escape: str) -> Iterator[tuple[int, str, str]]:
    """(line, upper-case name, rest) of each instruction, ONBUILD taken off, continuations joined, heredocs skipped."""
    # Where a line stands last, so that a heredoc without an end costs nothing and hides nothing.
    last = {line: index for index, line in enumerate(lines)}
    last_without_tabs = {line.lstrip("\t"): index for index, line in enumerate(lines)}
    index = 0
    while index < len(lines):
        start = index
        parts: list[str] = []
        more = True
        while more and index < len(lines):
            line = lines[index]
            index += 1
            if line.lstrip().startswith("#") or (parts and not line.strip()):
                more = bool(parts)
                continue
            trimmed = line.rstrip(" \t")
            more = trimmed.endswith(escape) and not trimmed.endswith(escape * 2)
            parts.append(trimmed[:-1] if more else line)
        words = "".join(parts).split(maxsplit=1)
        if words and words[0].upper() == "ONBUILD":
            words = words[1].split(maxsplit=1) if len(words) > 1 else []
        if not words:
            continue
        name, rest = words[0].upper(), words[1] if len(words) > 1 else ""
        yield start + 1, name, rest
        if name in ("RUN", "COPY", "ADD") and "<<" in rest:
            for end, tabs in _heredocs(rest):
                if (last_without_tabs if tabs else last).get(end, -1) < index:
                    break
                while (lines[index].lstrip("\t") if tabs else lines[index]) != end:
                    index += 1
                index += 1


def _heredocs(rest: str) -> Iterator[tuple[str, bool]]:
    """(end word, leading tabs allowed) of the heredocs that an instruction opens."""
    words = _words(rest, "\\") or []
    for index, word in enumerate(words):
        if match := _HEREDOC.fullmatch(word):
            end = re.sub(r"""['"\\]""", "", match[2] or "".join(words[index + 1 : index + 2]))
            if end:
                yield end, bool(match[1])


_WORDS = {
    escape: re.compile(rf"""(?:[^\s'"{e}]++|{e}.|{e}$|'[^']*'|"(?:[^"{e}]++|{e}.)*+")++|(['"])""", re.DOTALL)
    for escape, e in (("\\", r"\\"), ("`", "`"))
}


def _words(text: str, escape: str) -> list[str] | None:
    """Words with their quotes kept; None where a quote is not closed."""
    words: list[str] = []
    for match in _WORDS[escape].finditer(text):
        if match[1]:
            return None
        words.append(match[0])
    return words


_FLAG = regex(r"""\s*(--(?:[^\s'"\\]++|\\.|\\$|'[^']*+(?:'|$)|"(?:[^"\\]++|\\.|\\$)*+(?:"|$))*+)(?=\s|$)""", re.DOTALL)


def _flags(rest: str) -> tuple[list[str], str]:
    """The `--flag=value` words that begin an instruction, unquoted, and what follows them."""
    rest = rest.rstrip()
    flags: list[str] = []
    at = 0
    while (match := _FLAG.match(rest, at)) and match[1] != "--":
        flags.append(re.sub(r"""\\(.)|['"]""", r"\1", match[1]))
        at = match.end()
    return flags, rest[at:]


def _sources(instruction: str, flags: Sequence[str]) -> Iterator[tuple[Reads, str]]:
    for flag in flags:
        name, _, value = flag.partition("=")
        if instruction in ("COPY", "ADD") and name == "--from":
            yield Reads.COPY, value
        elif instruction == "RUN" and name == "--mount":
            for option in value.split(","):
                key, _, source = option.partition("=")
                if key.strip().lower() == "from":
                    yield Reads.MOUNT, source


def _resolve(stages: Sequence[_Stage]) -> list[list[ImageRef]]:
    """The images of each stage; notes in `needs` what stages it takes from."""
    names = {stage.name: index for index, stage in enumerate(stages) if stage.name}
    earlier: dict[str, int] = {}
    reads: list[list[ImageRef]] = []
    for index, stage in enumerate(stages):
        images: list[ImageRef] = []
        base = stage.base.resolved
        if base is None and set(stage.base.unknown) <= _PLATFORM_ARGS.keys():
            # `FROM base-$TARGETARCH` picks one of the stages base-amd64, base-arm64, …
            base = stage.base.by_default
        if base is not None and base.lower() in earlier:
            stage.needs.add(earlier[base.lower()])
        elif stage.base.resolved == "":
            images.append(ImageRef(stage.line, Reads.FROM, unknown("the name of the image is empty")))
        elif stage.base.resolved != "scratch":
            images.append(ImageRef(stage.line, Reads.FROM, stage.base))
        for line, kind, source in stage.sources:
            if "$" in source:
                # BuildKit refuses these; buildah expands them.
                images.append(ImageRef(line, kind, unknown(f"{kind} takes no variables", written=source)))
            elif source.isdecimal():
                if len(source) < 10 and int(source) < len(stages):
                    stage.needs.add(int(source))
            elif source.lower() in names:
                stage.needs.add(names[source.lower()])
            elif source not in ("", "scratch"):
                images.append(ImageRef(line, kind, known(source)))
        if stage.name:
            earlier[stage.name] = index
        reads.append(images)
    return reads


def _wanted(stages: Sequence[_Stage], target: str | None) -> list[int]:
    """The stages up to the target and what those need, in the order of the file."""
    at = next((i for i, stage in enumerate(stages) if target and target.lower() in (stage.name, str(i))), None)
    wanted = set(range(len(stages) if at is None else at + 1))
    unseen = list(wanted)
    while unseen:
        new = stages[unseen.pop()].needs - wanted
        wanted |= new
        unseen += new
    return sorted(wanted)
