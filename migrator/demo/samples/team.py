"""Three repositories that use one token of the workspace, each in its own way."""

from migrator.demo.samples.sample import Push, Ran, Sample, SampleVariable
from migrator.demo.store import Executable

_MOBILE = """\
image: docker:27-cli

pipelines:
  default:
    - step:
        name: Publish
        services: [docker]
        script:
          - docker login crg.apkg.io -u "$TEAM_PACKAGES_USER" -p "$TEAM_PACKAGES_TOKEN"
          - docker build -t crg.apkg.io/acme/mobile:latest .
          - docker push crg.apkg.io/acme/mobile:latest
"""
_SEARCH = """\
image: docker:27-cli

pipelines:
  default:
    - step:
        name: Publish
        services: [docker]
        script:
          - ./ci/publish.sh
"""
_SCRIPT = """\
#!/bin/sh
set -eu
printf '%s' "$TEAM_PACKAGES_TOKEN" | docker login crg.apkg.io --username "$TEAM_PACKAGES_USER" --password-stdin
docker build -t crg.apkg.io/acme/search:latest .
docker push crg.apkg.io/acme/search:latest
"""
_NOTIFY = """\
image: docker:27-cli

pipelines:
  custom:
    nightly:
      - step:
          name: Publish
          services: [docker]
          script:
            - docker login crg.apkg.io -u "$TEAM_PACKAGES_USER" -p "$TEAM_PACKAGES_TOKEN"
            - docker build -t crg.apkg.io/acme/notify:nightly .
            - docker push crg.apkg.io/acme/notify:nightly
"""

WORKSPACE = (
    SampleVariable("TEAM_PACKAGES_USER", "in-use", "team@acme.example", secured=False),
    SampleVariable("TEAM_PACKAGES_TOKEN", "in-use"),
)
"""The variables of the workspace."""
SAMPLES = (
    Sample(
        slug="mobile",
        story="Uses the token of the workspace in its pipelines file.",
        pushes=(Push(55, "Begin", {"Dockerfile": "FROM node:24-slim\n", "bitbucket-pipelines.yml": _MOBILE}),),
        ran=(Ran(0, 55),),
        project="TEAM",
    ),
    Sample(
        slug="search",
        story="Uses the token of the workspace in a script that its pipeline calls.",
        pushes=(
            Push(
                50,
                "Begin",
                {
                    "Dockerfile": "FROM rust:1.90\n",
                    "bitbucket-pipelines.yml": _SEARCH,
                    "ci/publish.sh": Executable(_SCRIPT),
                },
            ),
        ),
        ran=(Ran(0, 50),),
        project="TEAM",
    ),
    Sample(
        slug="notify",
        story="Uses the token of the workspace at night only, in a pipeline that a schedule starts.",
        pushes=(Push(45, "Begin", {"Dockerfile": "FROM python:3.13-slim\n", "bitbucket-pipelines.yml": _NOTIFY}),),
        ran=(Ran(0, 1, trigger="schedule", selector=("custom", "nightly")),),
        schedules=("nightly",),
        project="TEAM",
    ),
)
