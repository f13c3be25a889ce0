"""Which deployments the steps of a pipelines file have."""

from __future__ import annotations

from migrator.secrets.records import deployment
from migrator.text.source import Source, Undecodable
from migrator.text.yaml import Scalar, YamlError, every_mapping, read_yaml

_DEPLOYING = ("deployment", "environment")


def environments(data: bytes) -> frozenset[str] | None:
    """The deployments that a pipelines file names, as `deployment` spells them; None where that cannot be told.

    A step or stage names one by `deployment` or `environment` (PLATFORM.md 4.1).
    """
    try:
        root = read_yaml(Source.decode("", data))
    except (YamlError, Undecodable):
        return None
    found: set[str] = set()
    for mapping in every_mapping(root):
        for key, item in mapping.entries:
            if isinstance(key, Scalar) and key.value in _DEPLOYING and isinstance(item.node, Scalar):
                if "$" in item.node.value:
                    return None
                found.add(deployment(item.node.value))
    return frozenset(found)
