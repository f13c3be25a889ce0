"""What a pipelines file runs: its steps, their scripts and images, and where each of them is used.

PLATFORM.md 4.3 and 4.4 list the places. The reader does not depend on that list: any mapping with a `script` is a
step, wherever it stands, so that unknown and future keys are read too.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.text.source import Source
from migrator.text.yaml import Item, Mapping, Node, Scalar, Sequence

_RUNS = (("pipelines",), ("definitions", "pipelines"))


class Pipe(Struct, frozen=True, eq=False):
    """A pipe item: `variables` are the names it is given and the scalars that hold their values."""

    name: str
    variables: tuple[tuple[str, Scalar], ...]
    at: int


class Agent(Struct, frozen=True, eq=False):
    """An agent task item; nothing of it is shell."""

    at: int


Command = Scalar
ScriptItem = Command | Pipe | Agent


class Image(Struct, frozen=True, eq=False):
    """An `image:` of the file, a step or a service. `level` says which, for people. `steps` are the places (`at`) of
    the steps that run in it, empty where it is not a step's."""

    level: str
    name: Scalar
    at: int
    username: Scalar | None = None
    password: Scalar | None = None
    steps: tuple[int, ...] = ()


class Occurrence(Struct, frozen=True, eq=False):
    """One place that runs a step: `where` is the path of keys, such as `pipelines.branches.main`."""

    where: str
    at: int


class Step(Struct, frozen=True, eq=False):
    """A step as it runs, merges resolved. `variables` are the names that custom pipelines declare for it."""

    name: str
    at: int
    script: tuple[ScriptItem, ...]
    after_script: tuple[ScriptItem, ...]
    runs_on: tuple[str, ...]
    artifacts: tuple[str, ...]
    caches: tuple[str, ...]
    occurrences: tuple[Occurrence, ...]
    variables: tuple[tuple[str, int], ...] = ()

    def runs_in(self, where: str) -> bool:
        """Whether a place at or below `where` runs it."""
        return any(f"{occurrence.where}.".startswith(f"{where}.") for occurrence in self.occurrences)


class Problem(Struct, frozen=True):
    """A part of the file that Bitbucket would refuse, and that is therefore not read."""

    at: int
    message: str


class Pipelines(Struct, frozen=True):
    """`imports` are the paths of this repository's files that `definitions.imports` names; `cache_paths` maps a
    cache's name to the paths it keeps. `exports`: other repositories may run its `definitions.pipelines`."""

    source: Source
    steps: tuple[Step, ...] = ()
    images: tuple[Image, ...] = ()
    imports: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    cache_paths: tuple[tuple[str, str], ...] = ()
    exports: bool = False


class _Found(Struct):
    mapping: Mapping
    at: int
    runs: list[Occurrence] = field(default_factory=list)
    homes: list[Occurrence] = field(default_factory=list)
    variables: dict[str, int] = field(default_factory=dict)


def read_pipelines(source: Source, root: Node | None) -> Pipelines | None:
    """The pipelines of a file; None where the document is not one of Bitbucket's."""
    if not isinstance(root, Mapping) or not any(root.get(key) for key in ("pipelines", "definitions")):
        return None
    reader = _Reader(root)
    reader.walk()
    return Pipelines(
        source,
        tuple(reader.steps()),
        tuple(reader.images),
        tuple(reader.imports()),
        tuple(sorted(reader.problems, key=lambda problem: problem.at)),
        tuple(reader.caches()),
        reader.exports(),
    )


class _Reader:
    def __init__(self, root: Mapping) -> None:
        self.root = root
        self.found: dict[int, _Found] = {}
        self.images: list[Image] = []
        self.problems: list[Problem] = []
        self._problems: set[int] = set()
        self._imaged: dict[int, int] = {}
        options = _mapping(root.get("options"))
        self.runs_on = _strings(options.get("runs-on") if options else None)

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
                if node.get("script") and path[-1:] != ("variables",):
                    self.step(item, path, variables)
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

    def step(self, item: Item, path: tuple[str, ...], variables: dict[str, int]) -> None:
        assert isinstance(item.node, Mapping)
        found = self.found.setdefault(id(item.node), _Found(item.node, item.node.span.start))
        keys = path[:-1] if path[-1:] in (("step",), ("final",)) else path
        occurrence = Occurrence(".".join(keys), item.at)
        (found.runs if _runs(path) else found.homes).append(occurrence)
        found.variables.update(variables)
        self.image(item.node, "a step", (item.node.span.start,))

    def image(self, mapping: Mapping, level: str, steps: tuple[int, ...] = ()) -> None:
        item = mapping.get("image")
        if not item:
            return
        known = self._imaged.get(id(item.node))
        if known is not None:
            one = self.images[known]
            self.images[known] = replace(one, steps=(*one.steps, *steps) if one.steps and steps else ())
            return
        if name := _scalar(item):
            image = Image(level, name, name.span.start, steps=steps)
        elif isinstance(item.node, Mapping) and (name := _scalar(item.node.get("name"))):
            username, password = (_scalar(item.node.get(key)) for key in ("username", "password"))
            image = Image(level, name, name.span.start, username, password, steps)
        else:
            return
        self._imaged[id(item.node)] = len(self.images)
        self.images.append(image)

    def steps(self) -> Iterator[Step]:
        """Steps that run, and those that nothing runs yet; not the home of a script that a running step merges in,
        nor that of a single command (`script: &login |`), which is no list."""
        run = [found for found in self.found.values() if found.runs]
        scripts = {id(script.node) for found in run if (script := found.mapping.get("script"))}
        for found in self.found.values():
            script = found.mapping.get("script")
            if found.runs or (script and isinstance(script.node, Sequence) and id(script.node) not in scripts):
                yield self.build(found)

    def build(self, found: _Found) -> Step:
        mapping = found.mapping
        name = _scalar(mapping.get("name"))
        labels = mapping.get("runs-on")
        return Step(
            name.value if name else "",
            found.at,
            tuple(self.script(mapping.get("script"), "script", bool(found.runs))),
            tuple(self.script(mapping.get("after-script"), "after-script", bool(found.runs))),
            _strings(labels) if labels else self.runs_on,
            tuple(_paths(mapping.get("artifacts"))),
            _strings(mapping.get("caches")),
            tuple(found.runs or found.homes),
            tuple(found.variables.items()),
        )

    def script(self, item: Item | None, key: str, runs: bool) -> Iterator[ScriptItem]:
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
                yield Pipe(pipe.value, tuple(_values(variables)) if variables else (), pipe.span.start)
            elif node.get("agent") or node.get("prompt"):
                yield Agent(entry.at)
            elif runs:
                self.problem(entry.at, f"an item of this {key} is a mapping, not a command; quote the whole item")

    def imports(self) -> Iterator[str]:
        definitions = _mapping(self.root.get("definitions"))
        imports = _mapping(definitions.get("imports")) if definitions else None
        for _, item in imports.items() if imports else ():
            source = _scalar(item) or (_scalar(item.node.get("import")) if isinstance(item.node, Mapping) else None)
            if source and ":" not in source.value and source.value.strip():
                yield source.value.removeprefix("./")

    def exports(self) -> bool:
        said = _scalar(self.root.get("export"))
        return said is not None and said.value.lower() == "true"

    def caches(self) -> Iterator[tuple[str, str]]:
        definitions = _mapping(self.root.get("definitions"))
        caches = _mapping(definitions.get("caches")) if definitions else None
        for name, item in caches.items() if caches else ():
            path = _scalar(item) or (_scalar(item.node.get("path")) if isinstance(item.node, Mapping) else None)
            if path:
                yield name, path.value


def _runs(path: tuple[str, ...]) -> bool:
    return any(path[: len(prefix)] == prefix for prefix in _RUNS)


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


def _paths(item: Item | None) -> Iterator[str]:
    """Artifact paths in every form: a list, or `{paths: […], upload: [{paths: […]}]}`."""
    pending = [item] if item else []
    while pending:
        node = pending.pop().node
        if isinstance(node, Scalar):
            yield node.value
        elif isinstance(node, Sequence):
            pending += node.items
        else:
            pending += [child for key, child in node.items() if key in ("paths", "upload")]


def _values(variables: Mapping) -> Iterator[tuple[str, Scalar]]:
    for name, item in variables.items():
        if isinstance(item.node, Scalar):
            yield name, item.node
        elif isinstance(item.node, Sequence):
            yield from ((name, child.node) for child in item.node.items if isinstance(child.node, Scalar))
