"""Pushes a package that others read, with the native credentials, and stores nothing."""

from migrator.demo.samples.sample import Push, Ran, Sample

_PIPELINES = """\
image: docker:27-cli

pipelines:
  branches:
    main:
      - step:
          name: Publish the base image
          services: [docker]
          script:
            - docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"
            - docker build -t crg.apkg.io/acme/base:1 .
            - docker push crg.apkg.io/acme/base:1
"""

SAMPLE = Sample(
    slug="base",
    story="Has been native from the beginning; its image is what `reports` reads.",
    pushes=(Push(80, "Begin", {"Dockerfile": "FROM debian:13-slim\n", "bitbucket-pipelines.yml": _PIPELINES}),),
    ran=(Ran(0, 80),),
)
