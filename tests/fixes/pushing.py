"""Steps that push an image: their lines, and what the pipe makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import yaml

from migrator.findings.records import Finding, Report
from migrator.findings.settings import PipeStyle, Settings
from migrator.fixes.pipe.engine import ContainerEngine
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from tests.flow.reading import BOOK, follow
from tests.memory import PATH, planned, report_on, step

BUILD = "docker build -t web ."
LOGIN = 'echo "$PAT" | docker login crg.apkg.io -u "$USR" --password-stdin'
WEB, API = "crg.apkg.io/acme/web:1", "crg.apkg.io/acme/api:1"
TAG, PUSH = f"docker tag web {WEB}", f"docker push {WEB}"
TAG_2, PUSH_2 = f"docker tag web {WEB[:-1]}2", f"docker push {WEB[:-1]}2"
TAG_API, PUSH_API = f"docker tag web {API}", f"docker push {API}"
STYLE = PipeStyle("1.2.3")


def written(item: str) -> str:
    """An item as it stands in YAML: in quotes, or as a block where it has several lines."""
    block = "".join(f"\n            {line}" for line in item.split("\n"))
    return f"|{block}" if "\n" in item else "'" + item.replace("'", "''") + "'"


def reported(
    *script: str,
    after: str = "",
    files: Mapping[str, str] | None = None,
    workspace: str | None = None,
    book: RuleBook | None = None,
) -> Report:
    """`after` is the one item of the after-script."""
    text = step(*map(written, script)) + (f"        after-script:\n          - {written(after)}\n" if after else "")
    every = {PATH: text, "Dockerfile": "FROM alpine\n", **(files or {})}
    encoded = {path: one.encode() for path, one in every.items()}
    return report_on(encoded, Settings(pipe=STYLE, workspace=workspace), book)


def found(*script: str, **given: Any) -> Finding:
    (finding,) = reported(*script, **given).findings
    return finding


def details(*script: str, **given: Any) -> list[str]:
    """Why no pipe takes the place of the login."""
    return [one.detail for one in found(*script, **given).reasons if one.code.startswith("pipe-")]


def piped(*script: str, **given: Any) -> list[str]:
    """The items with the pipes, each as `NAME:TAGS`; those of the after-script follow."""
    (change,) = planned(reported(*script, **given)).changes
    read = yaml.safe_load(change.after)["pipelines"]["default"][0]["step"]
    items = [*read["script"], *read.get("after-script", ())]
    return [one if isinstance(one, str) else "{IMAGE_NAME}:{TAGS}".format(**one["variables"]) for one in items]


def engine(*scripts: str, files: Mapping[str, str] | None = None) -> ContainerEngine:
    """What the commands of one script after another do with local images."""
    shells = [SimpleNamespace(order=order, trace=follow(text)) for order, text in enumerate(scripts)]
    assert BOOK.push_pipe
    return ContainerEngine(cast(StepFacts, SimpleNamespace(shells=shells)), BOOK, BOOK.push_pipe, (files or {}).get)
