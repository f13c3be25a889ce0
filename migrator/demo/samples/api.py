"""Migrated by hand long ago; nobody thought of the token, which is still stored."""

from migrator.demo.samples.sample import LEE, Push, Ran, Sample, SampleVariable

_STORED = """\
image: docker:27-cli

pipelines:
  branches:
    main:
      - step:
          name: Publish
          services: [docker]
          script:
            - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"
            - docker build -t crg.apkg.io/acme/api:latest .
            - docker push crg.apkg.io/acme/api:latest
"""
_NATIVE = _STORED.replace("$PACKAGES_EMAIL", "$BITBUCKET_PACKAGES_USERNAME").replace(
    "$PACKAGES_TOKEN", "$BITBUCKET_PACKAGES_TOKEN"
)
_README = """\
# api

Until this summer the pipeline needed `PACKAGES_TOKEN`, which Dana made. It does not any more.
"""

SAMPLE = Sample(
    slug="api",
    story="Migrated by hand months ago; only its README still mentions the token, so the token can go.",
    pushes=(
        Push(400, "Begin", {"Dockerfile": "FROM python:3.13-slim\n", "bitbucket-pipelines.yml": _STORED}),
        Push(120, "Use the native credentials", {"bitbucket-pipelines.yml": _NATIVE, "README.md": _README}, author=LEE),
    ),
    stored=(
        SampleVariable("PACKAGES_EMAIL", "removable", "ci@acme.example", secured=False),
        SampleVariable("PACKAGES_TOKEN", "removable"),
    ),
    ran=(Ran(0, 400), Ran(1, 120), Ran(1, 40)),
)
