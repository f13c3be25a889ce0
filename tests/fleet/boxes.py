"""Workspaces of many repositories, made by copying a few."""

from __future__ import annotations

import shutil
from pathlib import Path

from migrator.demo.box import Box

LOGIN = """\
image: atlassian/default-image:4
pipelines:
  default:
    - step:
        services: [docker]
        script:
          - echo "$PACKAGES_PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin
          - docker build -t crg.apkg.io/acme/$BITBUCKET_REPO_SLUG:$BITBUCKET_BUILD_NUMBER .
          - docker push crg.apkg.io/acme/$BITBUCKET_REPO_SLUG:$BITBUCKET_BUILD_NUMBER
"""
QUIET = "pipelines:\n  default:\n    - step:\n        script: [make test]\n"
_CODE = {f"src/module_{number}.py": f"VALUE = {number}\n" * 40 for number in range(20)}


def fill(box: Box, count: int) -> None:
    """`count` repositories: of three, one logs in, one has another pipeline, one has none."""
    texts = (LOGIN, QUIET, "")
    originals: list[Path] = []
    for number, text in enumerate(texts[:count]):
        files = {"Dockerfile": "FROM alpine:3\n", **_CODE} | ({"bitbucket-pipelines.yml": text} if text else {})
        originals.append(box.add_repository(slug(number), {"main": files}).folder)
    for number in range(len(texts), count):
        made = box.state.add_repository(slug(number), slug(number), "CORE", "main")
        shutil.copytree(originals[number % len(texts)], made.folder, dirs_exist_ok=True)


def slug(number: int) -> str:
    return f"service-{number:05}"
