"""What pipelines take from other files and repositories of the workspace, and what the text of an `import` names.

The grammar (https://support.atlassian.com/bitbucket-cloud/docs/share-pipelines-configurations and the schema of the
file): a pipeline is `{repo}:{ref}:{pipeline-name}` or `{pipeline-name}@{source}`, where `definitions.imports` has the
source by its name, as `{file-path}`, `{repo}:{ref}` or `{repo}:{ref}:{file-path}`. A source alone runs nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from migrator.platforms.bitbucket.names import ROOT
from migrator.text.patterns import regex
from migrator.text.yaml import Item, Mapping, Node, Scalar, every_mapping

_IMPORT = regex(
    r"(?:(?P<of>[^:@\s]+)@)?(?P<repository>\{[0-9A-Fa-f-]{1,64}\}|[A-Za-z0-9_.-]+):(?P<ref>[^:\s]+)(?::(?P<rest>[^:\s]+))?"
)


class ImportTarget(Struct, frozen=True, order=True):
    """`repository` is a slug, or a UUID in braces; `ref` a branch or a tag; `pipeline` '' for a source alone."""

    repository: str
    ref: str
    path: str = ROOT
    pipeline: str = ""


def imports(root: Node | None) -> Iterator[tuple[str, int]]:
    """The imports of pipelines of other repositories, with where they stand: as `target` reads them, the source in
    place of its name."""
    sources, declared = _sources(root)
    for mapping in every_mapping(root):
        text = _text(mapping.get("import")) if mapping not in declared else None
        if text is None:
            continue
        pipeline, _, name = text.value.partition("@")
        source = sources.get(name)
        if source is None or ":" in source.value:  # else a file of this repository
            yield text.value if source is None else f"{pipeline}@{source.value}", text.span.start


def local(root: Node | None) -> Iterator[str]:
    """The paths of the repository's own files that are a source."""
    for source in _sources(root)[0].values():
        if ":" not in source.value and source.value.strip() and not source.is_null:
            yield source.value.removeprefix("./")


def exports(root: Node | None) -> bool:
    """Whether other repositories may import the pipelines in `definitions`."""
    said = _text(root.get("export")) if isinstance(root, Mapping) else None
    return said is not None and said.value.lower() == "true"


def target(text: str) -> ImportTarget | None:
    """What an import names, a pipeline with its source spelt out (`publish@ci-shared:main`) too; None where the text
    has another form."""
    found = _IMPORT.fullmatch(text)
    if found is None:
        return None
    rest = found["rest"] or ""
    if found["of"]:
        return ImportTarget(found["repository"], found["ref"], posixpath.normpath(rest or ROOT), found["of"])
    if rest.lower().endswith((".yml", ".yaml")):
        return ImportTarget(found["repository"], found["ref"], posixpath.normpath(rest))
    return ImportTarget(found["repository"], found["ref"], ROOT, rest)


def _sources(root: Node | None) -> tuple[dict[str, Scalar], set[Node]]:
    """What `definitions.imports` says by name, and the mappings in which it does."""
    definitions = root.get("definitions") if isinstance(root, Mapping) else None
    found = definitions.node.get("imports") if definitions and isinstance(definitions.node, Mapping) else None
    sources: dict[str, Scalar] = {}
    declared = {found.node} if found else set[Node]()
    for name, item in found.node.items() if found and isinstance(found.node, Mapping) else ():
        declared.add(item.node)
        text = _text(item.node.get("import") if isinstance(item.node, Mapping) else item)
        if text:
            sources[name] = text
    return sources, declared


def _text(item: Item | None) -> Scalar | None:
    return item.node if item and isinstance(item.node, Scalar) and item.node.value else None
