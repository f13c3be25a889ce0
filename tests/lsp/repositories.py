"""Repositories that tests open in an editor."""

from __future__ import annotations

import subprocess
from pathlib import Path

PIPELINES = """image: atlassian/default-image:4
pipelines:
  default:
    - step:
        name: Publish 🚀
        script:
          - echo "𝒫 🚀" && echo "$PACKAGES_PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin
          - docker build -t crg.apkg.io/acme/web:$BITBUCKET_BUILD_NUMBER .
          - docker push crg.apkg.io/acme/web:$BITBUCKET_BUILD_NUMBER
    - step:
        script:
          - docker login -u "$READER" -p "$READER_TOKEN" crg.apkg.io
          - docker run crg.apkg.io/acme/tools@sha256:0a1b lint
    - step:
        script:
          - ./ci/login.sh
          - docker push crg.apkg.io/acme/web:latest
"""
SCRIPT = """#!/usr/bin/env bash
set -e
echo "$BB_TOKEN" | docker login -u "$BB_EMAIL" --password-stdin crg.apkg.io
"""


def repository(folder: Path, files: dict[str, str | bytes] | None = None) -> Path:
    """With git, as `acme/web` of Bitbucket."""
    for name, text in (files or {"bitbucket-pipelines.yml": PIPELINES, "ci/login.sh": SCRIPT}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o755)
    if not (folder / "Dockerfile").exists():
        (folder / "Dockerfile").write_text("FROM scratch\n")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    subprocess.run(["git", "-C", folder, "remote", "add", "origin", "git@bitbucket.org:acme/web.git"], check=True)
    subprocess.run(["git", "-C", folder, "add", "--all"], check=True)
    return folder


def many_steps(number: int) -> str:
    """A pipelines file of ten lines a step, each with a login."""
    steps = (
        f"""    part-{at}:
      - step:
          name: Publish part {at}
          services: [docker]
          script:
            - docker build -t crg.apkg.io/acme/part-{at}:$BITBUCKET_COMMIT .
            - echo "$PACKAGES_TOKEN" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin
            - docker push crg.apkg.io/acme/part-{at}:$BITBUCKET_COMMIT
            - echo done {at}
            - docker logout crg.apkg.io
"""
        for at in range(number)
    )
    return f"pipelines:\n  branches:\n{''.join(steps)}"
