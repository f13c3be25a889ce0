"""What a pipelines file runs: its steps, their scripts and images, and where each of them is used.

PLATFORM.md 4.3 and 4.4 list the places. The reader does not depend on that list: any mapping with a `script` is a
step, wherever it stands, so that unknown and future keys are read too.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.platforms.bitbucket.imports import exports, local
from migrator.platforms.bitbucket.kept import cache_paths, kept
from migrator.platforms.records import Commands, Image, Occurrence, Pipelines, Problem, Step, Task
from migrator.text.patterns import regex
from migrator.text.source import Source
from migrator.text.yaml import Item, Mapping, Node, Scalar, Sequence, read_yaml

RUN = "pipelines"
"""Where the pipelines stand that the repository itself runs."""
EXPORTED = "definitions.pipelines"
"""Where a file that says `export: true` keeps those that other repositories import. PLATFORM.md 4.4."""
_TEMPLATE = regex(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


class _Found(Struct):
    mapping: Mapping
    script: Item
    at: int
    runs: list[Occurrence] = field(default_factory=list)
    homes: list[Occurrence] = field(default_factory=list)
    variables: dict[str, int] = field(default_factory=dict)


def read_pipelines(source: Source) -> Pipelines | None:
    """The pipelines of a file; None where the document is not one of Bitbucket's. Raises YamlError."""
    root = read_yaml(source, "Bitbucket")
    if not isinstance(root, Mapping) or not any(root.get(key) for key in ("pipelines", "definitions")):
        return None
    reader = _Reader(root)
    reader.walk()
    return Pipelines(
        source,
        tuple(reader.steps()),
        tuple(reader.images),
        tuple(local(root)),
        tuple(sorted(reader.problems, key=lambda problem: problem.at)),
    )


class _Reader:
    def __init__(self, root: Mapping) -> None:
        self.root = root
        self.found: dict[Mapping, _Found] = {}
        self.images: list[Image] = []
        self.problems: list[Problem] = []
        self._problems: set[int] = set()
        self._imaged: dict[Node, int] = {}
        options = _mapping(root.get("options"))
        self.runs_on = _strings(options.get("runs-on") if options else None)
        self.caches = cache_paths(root)
        self.exports = exports(root)

    def problem(self, at: int, message: str) -> None:
        if at not in self._problems:
            self._problems.add(at)
            self.problems.append(Problem(at, message))

    def walk(self) -> None:
        self.image(self.root, "the file")
        pending: list[tuple[Item, tuple[str, ...], dict[str, int]]] = [(Item(self.root, 0), (), {})]
        while pending:
            item, path, variables = pending.pop()
            node = item.node
            if isinstance(node, Sequence):
                variables = {**variables, **self.declared(node)}
                pending += [(child, path, variables) for child in reversed(node.items)]
            elif isinstance(node, Mapping):
                if (script := node.get("script")) and path[-1:] != ("variables",):
                    self.step(item, script, path, variables)
                elif path[:2] == ("definitions", "services") and len(path) == 3:
                    self.image(node, f"service {path[2]}")
                children = [(child, (*path, key), variables) for key, child in node.items()]
                for child, where, _ in children:
                    if where[-1] in ("step", "final") and not isinstance(child.node, Mapping) and _runs(where):
                        self.problem(child.at, f"this {where[-1]} is not a mapping; give it a script")
                pending += reversed([entry for entry in children if entry[1][-1] not in ("script", "after-script")])

    def declared(self, pipeline: Sequence) -> dict[str, int]:
        """The variables that a custom pipeline declares, with where."""
        names: dict[str, int] = {}
        for item in pipeline.items:
            listed = item.node.get("variables") if isinstance(item.node, Mapping) else None
            if listed and isinstance(listed.node, Sequence):
                for entry in listed.node.items:
                    name = _scalar(entry.node.get("name")) if isinstance(entry.node, Mapping) else None
                    if name:
                        names.setdefault(name.value, name.span.start)
        return names

    def step(self, item: Item, script: Item, path: tuple[str, ...], variables: dict[str, int]) -> None:
        assert isinstance(item.node, Mapping)
        found = self.found.setdefault(item.node, _Found(item.node, script, item.node.span.start))
        keys = path[:-1] if path[-1:] in (("step",), ("final",)) else path
        occurrence = Occurrence(".".join(keys), item.at)
        (found.runs if _runs(path) else found.homes).append(occurrence)
        found.variables.update(variables)
        self.image(item.node, "a step", (item.node.span.start,))

    def image(self, mapping: Mapping, level: str, steps: tuple[int, ...] = ()) -> None:
        item = mapping.get("image")
        if not item:
            return
        known = self._imaged.get(item.node)
        if known is not None:
            one = self.images[known]
            self.images[known] = replace(one, steps=(*one.steps, *steps) if one.steps and steps else ())
            return
        if name := _scalar(item):
            image = Image(level, _reference(name), name, steps=steps)
        elif isinstance(item.node, Mapping) and (name := _scalar(item.node.get("name"))):
            username, password = (_scalar(item.node.get(key)) for key in ("username", "password"))
            image = Image(level, _reference(name), name, username, password, steps)
        else:
            return
        self._imaged[item.node] = len(self.images)
        self.images.append(image)

    def steps(self) -> Iterator[Step]:
        """Steps that run, and those that nothing runs yet; not the home of a script that a running step merges in,
        nor that of a single command (`script: &login |`), which is no list."""
        scripts = {found.script.node for found in self.found.values() if found.runs}
        for found in self.found.values():
            script = found.script.node
            if found.runs or (isinstance(script, Sequence) and script not in scripts):
                yield self.build(found)

    def build(self, found: _Found) -> Step:
        mapping = found.mapping
        labels = mapping.get("runs-on")
        places = tuple(found.runs or found.homes)
        runs = bool(found.runs)
        script = Commands("script", tuple(self.script(found.script, "script", runs)))
        # That the native credentials are there as well is not documented: PLATFORM.md 1.5.
        after = tuple(self.script(mapping.get("after-script"), "after-script", runs))
        behind = Commands("after-script", after, ("after-script receives the native credentials",), ignored=True)
        return Step(
            found.at,
            tuple(shell for shell in (script, behind) if shell.items),
            _strings(labels) if labels else self.runs_on,
            tuple(kept(mapping, self.caches)),
            places,
            tuple(found.variables.items()),
            "the custom pipeline",
            not self.exports or any(not place.where.startswith(f"{EXPORTED}.") for place in places),
            self.exports and any(place.where.startswith(f"{EXPORTED}.") for place in places),
        )

    def script(self, item: Item | None, key: str, runs: bool) -> Iterator[Scalar | Task]:
        """The items of a script. What Bitbucket would refuse is a problem only where something runs it."""
        if item is None:
            return
        if not isinstance(item.node, Sequence):
            if runs:
                self.problem(item.at, f"this {key} is not a list; write each command as `- command`")
            return
        pending = list(item.node.items[::-1])
        while pending:
            entry = pending.pop()
            node = entry.node
            if isinstance(node, Sequence):
                pending += node.items[::-1]
            elif isinstance(node, Scalar):
                if not node.is_null:
                    yield node
                elif runs:
                    self.problem(entry.at, f"an item of this {key} is empty; remove it")
            elif pipe := _scalar(node.get("pipe")):
                variables = _mapping(node.get("variables"))
                given = tuple(_values(variables)) if variables else ()
                yield Task("a pipe", given, name=pipe.value)
            elif node.get("agent") or node.get("prompt"):
                yield Task("an agent", logged_in=True)
            elif runs:
                self.problem(entry.at, f"an item of this {key} is a mapping, not a command; quote the whole item")


def _runs(path: tuple[str, ...]) -> bool:
    return path[:1] == (RUN,) or path[:2] == tuple(EXPORTED.split("."))


def _reference(name: Scalar) -> str:
    """The name of an image with `${NAME}` for variables, which a template spells `${{NAME}}`: PLATFORM.md 3."""
    return _TEMPLATE.sub(r"${\1}", name.value.replace("${{", "${").replace("}}", "}"))


def _mapping(item: Item | None) -> Mapping | None:
    return item.node if item and isinstance(item.node, Mapping) else None


def _scalar(item: Item | None) -> Scalar | None:
    return item.node if item and isinstance(item.node, Scalar) and not item.node.is_null else None


def _strings(item: Item | None) -> tuple[str, ...]:
    if scalar := _scalar(item):
        return (scalar.value,)
    if item and isinstance(item.node, Sequence):
        return tuple(child.node.value for child in item.node.items if isinstance(child.node, Scalar))
    return ()


def _values(variables: Mapping) -> Iterator[tuple[str, Scalar]]:
    for name, item in variables.items():
        if isinstance(item.node, Scalar):
            yield name, item.node
        elif isinstance(item.node, Sequence):
            yield from ((name, child.node) for child in item.node.items if isinstance(child.node, Scalar))
