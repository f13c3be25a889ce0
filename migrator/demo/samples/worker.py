"""Migrated by hand last month: what runs now is clean, what could be run again is not."""

from migrator.demo.samples.sample import Push, Ran, Sample, SampleVariable

_STORED = """\
image: docker:27-cli

pipelines:
  branches:
    main:
      - step:
          name: Publish
          services: [docker]
          script:
            - echo $REGISTRY_TOKEN | docker login crg.apkg.io --username $REGISTRY_USER --password-stdin
            - docker build -t crg.apkg.io/acme/worker:$BITBUCKET_BUILD_NUMBER .
            - docker push crg.apkg.io/acme/worker:$BITBUCKET_BUILD_NUMBER
"""
_NATIVE = _STORED.replace("$REGISTRY_TOKEN", "$BITBUCKET_PACKAGES_TOKEN").replace(
    "$REGISTRY_USER", "$BITBUCKET_PACKAGES_USERNAME"
)

SAMPLE = Sample(
    slug="worker",
    story="Migrated by hand three weeks ago; a tag and a run of last month would need the token to run again.",
    pushes=(
        Push(220, "Begin", {"Dockerfile": "FROM golang:1.25\n", "bitbucket-pipelines.yml": _STORED}),
        Push(21, "Use the native credentials", {"bitbucket-pipelines.yml": _NATIVE}),
    ),
    stored=(
        SampleVariable("REGISTRY_USER", "rollback-only", "ci@acme.example", secured=False),
        SampleVariable("REGISTRY_TOKEN", "rollback-only"),
    ),
    tags={"v1.4.0": 0, "v1.5.0": 1},
    ran=(Ran(0, 25), Ran(1, 21)),
)
