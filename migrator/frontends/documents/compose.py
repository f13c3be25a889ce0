"""What a Compose project builds, reads and interpolates.

Source: https://docs.docker.com/reference/compose-file/ (services, build, include, merge). Takes parsed YAML as plain
Python values, aliases and merge keys (`<<`) applied; opens no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from migrator.frontends.documents.interpolation import Expansion, interpolate, interpolated_names, known, unknown
from migrator.text import yaml
from migrator.text.yaml import Node, Scalar, plain

_IMAGE_CONTEXT = "docker-image://"
_INLINE_LIMIT = 256 * 1024
_EXTENDS_LIMIT = 32
_T = TypeVar("_T")


class BuildArgument(Struct, frozen=True):
    """A build argument. Without a value in the file, Compose takes it from its environment."""

    name: str
    value: Expansion


class NamedContext(Struct, frozen=True):
    """An entry of `additional_contexts`: it stands for any image or stage called `name` in the Dockerfile.

    `image` is what it pulls; None where it is a folder, a repository, another service, ….
    """

    name: str
    source: Expansion
    image: Expansion | None


class Build(Struct, frozen=True):
    """How a service's image is built; None and () where the file says nothing.

    `context` and `dockerfile` are paths or URLs as written, variables expanded; their defaults are `.` and `Dockerfile`
    in the context. `cache_from` and `cache_to` hold the caches that are images. `tags` are names besides the service's.
    """

    context: Expansion | None
    dockerfile: Expansion | None = None
    dockerfile_inline: Expansion | None = None
    args: tuple[BuildArgument, ...] = ()
    target: Expansion | None = None
    cache_from: tuple[Expansion, ...] = ()
    cache_to: tuple[Expansion, ...] = ()
    contexts: tuple[NamedContext, ...] = ()
    tags: tuple[Expansion, ...] = ()

    @property
    def build_args(self) -> dict[str, str | None]:
        """For `read_dockerfile`."""
        return {argument.name: argument.value.resolved for argument in self.args}


class Service(Struct, frozen=True):
    """`image` is pulled, and is the name of what `build` makes where there is one. `mounts` are images used as volumes,
    `binds` what else is mounted, as `SOURCE:TARGET` or the source alone.

    `profiles` and `depends_on` are names, variables expanded where they can be.
    """

    name: str
    image: Expansion | None
    build: Build | None
    mounts: tuple[Expansion, ...] = ()
    binds: tuple[Expansion, ...] = ()
    pull_policy: str | None = None
    profiles: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()


class UnreadPart(Struct, frozen=True):
    """Something that may name more images. `path` is the file as written, '' where it is a part of the files given."""

    path: str
    why: str


class ComposeFile(Struct, frozen=True):
    """The files of a project together.

    `models` are OCI artifacts that the project pulls. `env_files` are as written. Unless `unread` is empty, there may
    be more of everything.
    """

    services: tuple[Service, ...] = ()
    models: tuple[Expansion, ...] = ()
    env_files: tuple[str, ...] = ()
    unread: tuple[UnreadPart, ...] = ()


def read_compose(documents: Sequence[object], variables: Mapping[str, str | None]) -> ComposeFile:
    """Read the files of one `docker compose -f A -f B`; of two that say the same thing the later one counts.

    `variables` are what Compose can see: those of the step and of `.env`. A value of None is not known; a variable that
    is missing may be set all the same. Values under the tags `!reset` and `!override` are read like others.
    """
    reader = _Reading(variables)
    services: dict[str, Service] = {}
    bases: dict[str, str] = {}
    models: list[Expansion] = []
    for document in documents:
        if document is None:
            continue
        if not isinstance(document, dict):
            reader.miss("the file is not a mapping")
            continue
        reader.include(document.get("include"))
        models += reader.models(document.get("models"))
        for name, body in reader.services(document):
            reader.env_file(body.get("env_file"))
            service = reader.service(name, body)
            services[name] = _merge(services[name], service) if name in services else service
            base = reader.base(name, body.get("extends"))
            if base is not None:
                bases[name] = base
    extended = tuple(reader.extend(service, services, bases) for service in services.values())
    unread = tuple(dict.fromkeys(reader.unread))
    return ComposeFile(extended, tuple(models), tuple(dict.fromkeys(reader.env_files)), unread)


def environment_names(root: Node | None) -> frozenset[str]:
    """The variables that a file takes from the environment: interpolated anywhere, handed on by a bare name
    (`environment: [TOKEN]`), or held by a secret or a configuration."""
    document = plain(root)
    if root is None or not isinstance(document, dict):
        return frozenset()
    handed_on = (name for _, body in _Reading({}).services(document) for name in _handed_on(body))
    return frozenset((*_interpolated(root), *_external(document), *handed_on))


class _Reading:
    """Reads each part whatever its shape, and notes what it could not read."""

    def __init__(self, variables: Mapping[str, str | None]) -> None:
        self.variables = variables
        self.unread: list[UnreadPart] = []
        self.env_files: list[str] = []

    def miss(self, why: str, path: str = "") -> None:
        self.unread.append(UnreadPart(path, why))

    def services(self, document: Mapping[object, object]) -> Iterator[tuple[str, Mapping[object, object]]]:
        """Services; in the first file format, without a key `services`, they stand at the top."""
        found = document.get("services")
        if found is None and "version" not in document and "services" not in document:
            for name, body in document.items():
                if isinstance(body, dict) and body.keys() & {"image", "build"} and not _spelt(name).startswith("x-"):
                    yield _spelt(name), body
        elif isinstance(found, dict):
            for name, body in found.items():
                if isinstance(body, dict):
                    yield _spelt(name), body
                elif body is not None:
                    self.miss(f"the service {_spelt(name)} is not a mapping")
        elif found is not None:
            self.miss("`services` is not a mapping")

    def service(self, name: str, body: Mapping[object, object]) -> Service:
        every = _list(body.get("volumes"))
        volumes = [entry for entry in every if isinstance(entry, dict)]
        others = [volume.get("source") for volume in volumes if volume.get("type") != "image"]
        policy = body.get("pull_policy")
        depends_on = body.get("depends_on")
        return Service(
            name,
            image=self.text(body.get("image")),
            build=self.build(name, body.get("build")),
            mounts=self.texts(volume.get("source") for volume in volumes if volume.get("type") == "image"),
            binds=self.texts([*(entry for entry in every if isinstance(entry, str)), *others]),
            pull_policy=policy if isinstance(policy, str) else None,
            profiles=self.names(body.get("profiles")),
            depends_on=self.names(list(depends_on) if isinstance(depends_on, dict) else depends_on),
        )

    def build(self, service: str, body: object) -> Build | None:
        if body is None:
            return None
        if isinstance(body, str):
            return Build(context=self.text(body))
        if not isinstance(body, dict):
            self.miss(f"the build of the service {service} is not a mapping")
            return None
        contexts = [(name, self.text(source)) for name, source in _pairs(body.get("additional_contexts"))]
        return Build(
            context=self.text(body.get("context")),
            dockerfile=self.text(body.get("dockerfile")),
            dockerfile_inline=self.text(body.get("dockerfile_inline"), _INLINE_LIMIT),
            args=tuple(self.argument(name, value) for name, value in _pairs(body.get("args"))),
            target=self.text(body.get("target")),
            cache_from=tuple(self.caches(body.get("cache_from"))),
            cache_to=tuple(self.caches(body.get("cache_to"))),
            contexts=tuple(NamedContext(name, source, _context_image(source)) for name, source in contexts if source),
            tags=self.texts(_list(body.get("tags"))),
        )

    def argument(self, name: str, value: object) -> BuildArgument:
        if value is None:
            found = self.variables.get(name)
            why = f"{name} is taken from the environment"
            return BuildArgument(name, unknown(why, names=(name,)) if found is None else known(found))
        return BuildArgument(name, self.text(value) or unknown(f"the value of {name} is not text"))

    def caches(self, entries: object) -> Iterator[Expansion]:
        for entry in _list(entries):
            if not isinstance(entry, str) or not ("type=" in entry or "ref=" in entry):
                yield from self.texts([entry])
                continue
            options = dict(_pairs(entry.split(",")))
            kind = self.text(options.get("type", "registry"))
            if kind is None or kind.resolved in (None, "registry"):
                yield from self.texts([options.get("ref")])

    def models(self, body: object) -> tuple[Expansion, ...]:
        if body is not None and not isinstance(body, dict):
            self.miss("`models` is not a mapping")
        entries = body.values() if isinstance(body, dict) else ()
        return self.texts([entry.get("model") for entry in entries if isinstance(entry, dict)])

    def include(self, body: object) -> None:
        for entry in _list(body):
            paths = _list(entry.get("path") if isinstance(entry, dict) else entry)
            moved = isinstance(entry, dict) and entry.get("project_directory") is not None
            for path in paths:
                self.miss("the file is included", path if isinstance(path, str) and not moved else "")
            if isinstance(entry, dict):
                self.env_file(entry.get("env_file"))

    def base(self, name: str, body: object) -> str | None:
        """The service of these files that a service extends."""
        if isinstance(body, str):
            return body
        if not isinstance(body, dict):
            if body is not None:
                self.miss(f"`extends` of the service {name} is not a mapping")
            return None
        path, service = body.get("file"), body.get("service")
        if path is not None:
            self.miss(f"the service {name} extends a service of the file", path if isinstance(path, str) else "")
            return None
        return service if isinstance(service, str) else None

    def extend(self, service: Service, services: Mapping[str, Service], bases: Mapping[str, str]) -> Service:
        chain = [service.name]
        while (base := bases.get(chain[-1])) is not None:
            if base not in services or base in chain or len(chain) == _EXTENDS_LIMIT:
                self.miss(f"what the service {service.name} extends is not found")
                break
            chain.append(base)
        for name in chain[1:]:
            # `extends` takes over all but what ties a service to others.
            service = _merge(replace(services[name], name=service.name, depends_on=()), service)
        return service

    def env_file(self, body: object) -> None:
        for entry in _list(body):
            path = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(path, str):
                self.env_files.append(path)
            elif path is not None:
                self.miss("a path in `env_file` is not text")

    def text(self, value: object, limit: int | None = None) -> Expansion | None:
        """A scalar expanded; None for null."""
        if value is None:
            return None
        if isinstance(value, str):
            return interpolate(value, self.variables, limit) if limit else interpolate(value, self.variables)
        if isinstance(value, int):
            return known(_spelt(value))
        # Not even a float: `3.10` would have become 3.1.
        return unknown("it is not text")

    def texts(self, values: Iterable[object]) -> tuple[Expansion, ...]:
        return tuple(text for text in map(self.text, values) if text is not None)

    def names(self, values: object) -> tuple[str, ...]:
        return tuple(text.written if text.resolved is None else text.resolved for text in self.texts(_list(values)))


def _merge(first: Service, second: Service) -> Service:
    return Service(
        second.name,
        image=second.image or first.image,
        build=_merge_builds(first.build, second.build),
        mounts=_union(first.mounts, second.mounts),
        binds=_union(first.binds, second.binds),
        pull_policy=second.pull_policy or first.pull_policy,
        profiles=_union(first.profiles, second.profiles),
        depends_on=_union(first.depends_on, second.depends_on),
    )


def _merge_builds(first: Build | None, second: Build | None) -> Build | None:
    if first is None or second is None:
        return second or first
    return Build(
        context=second.context or first.context,
        dockerfile=second.dockerfile or first.dockerfile,
        dockerfile_inline=second.dockerfile_inline or first.dockerfile_inline,
        args=tuple({argument.name: argument for argument in (*first.args, *second.args)}.values()),
        target=second.target or first.target,
        cache_from=_union(first.cache_from, second.cache_from),
        cache_to=_union(first.cache_to, second.cache_to),
        contexts=tuple({context.name: context for context in (*first.contexts, *second.contexts)}.values()),
        tags=_union(first.tags, second.tags),
    )


def _union(first: tuple[_T, ...], second: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _context_image(source: Expansion) -> Expansion | None:
    prefix = source.prefix
    if prefix.startswith(_IMAGE_CONTEXT):
        start = len(_IMAGE_CONTEXT)
        default = source.by_default[start:] if source.by_default is not None else None
        resolved = source.resolved[start:] if source.resolved is not None else None
        written = source.written.removeprefix(_IMAGE_CONTEXT)
        return Expansion(written, resolved, prefix[start:], default, source.why, source.unknown)
    return source if source.resolved is None and _IMAGE_CONTEXT.startswith(prefix) else None


def _spelt(value: object) -> str:
    """A scalar that YAML took for something else than text."""
    if isinstance(value, int):
        # Python refuses to write integers of more than 4,300 digits in decimals.
        return str(value).lower() if value.bit_length() < 10_000 else hex(value)
    return value if isinstance(value, str) else type(value).__name__


def _list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    """A mapping, or a list of `name=value` and bare `name`; a bare name has the value None."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield _spelt(name), item
        return
    for entry in _list(value):
        if isinstance(entry, str):
            name, equals, text = entry.partition("=")
            yield name.strip(), text if equals else None


def _handed_on(body: Mapping[object, object]) -> Iterator[str]:
    """Variables that a service or its build takes from the environment by a bare name."""
    build = body.get("build")
    for pairs in (body.get("environment"), build.get("args") if isinstance(build, dict) else None):
        for name, value in _pairs(pairs):
            if value is None and "$" not in name:
                yield name


def _external(document: Mapping[object, object]) -> Iterator[str]:
    """Variables that secrets and configs hold: `secrets: {npm: {environment: NPM_TOKEN}}`."""
    for key in ("secrets", "configs"):
        entries = document.get(key)
        for entry in entries.values() if isinstance(entries, dict) else ():
            if isinstance(entry, dict) and isinstance(entry.get("environment"), str):
                yield entry["environment"]


def _interpolated(root: Node) -> Iterator[str]:
    """The variables in any value, at any depth; shared parts are looked at once."""
    seen: set[Node] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Scalar):
            yield from interpolated_names(node.value)
        elif isinstance(node, yaml.Mapping):
            waiting += [item.node for _, item in node.items()]
        else:
            waiting += [item.node for item in node.items]
