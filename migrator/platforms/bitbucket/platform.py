"""Bitbucket Pipelines, for the core."""

from __future__ import annotations

from migrator.platforms.bitbucket.names import is_pipelines_file
from migrator.platforms.bitbucket.pipelines import read_pipelines
from migrator.platforms.platform import Platform

BITBUCKET = Platform("Pipelines", is_pipelines_file, read_pipelines, task=("pipe", "variables"))
