"""What the text of an `import` names: a pipeline, or a file of pipelines, of another repository of the workspace.

The grammar (PLATFORM.md 4.4): a pipeline is `{repo}:{ref}:{pipeline-name}`, a source `{repo}:{ref}` or
`{repo}:{ref}:{file-path}`.
"""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

ROOT = "bitbucket-pipelines.yml"
_IMPORT = re.compile(r"(?P<repository>\{[0-9A-Fa-f-]{1,64}\}|[A-Za-z0-9_.-]+):(?P<ref>[^:\s]+)(?::(?P<rest>[^:\s]+))?")


class Target(Struct, frozen=True, order=True):
    """`repository` is a slug, or a UUID in braces; `ref` a branch or a tag; `pipeline` '' for any of the file."""

    repository: str
    ref: str
    path: str = ROOT
    pipeline: str = ""


def target(text: str) -> Target | None:
    """None where the text has another form."""
    found = _IMPORT.fullmatch(text)
    if found is None:
        return None
    rest = found["rest"] or ""
    if rest.lower().endswith((".yml", ".yaml")):
        return Target(found["repository"], found["ref"], posixpath.normpath(rest))
    return Target(found["repository"], found["ref"], ROOT, rest)
