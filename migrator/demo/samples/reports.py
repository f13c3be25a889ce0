"""Reads a package of another repository, which the native credentials do not open."""

from migrator.demo.samples.sample import Push, Ran, Sample, SampleVariable

_PIPELINES = """\
image: docker:27-cli

pipelines:
  default:
    - step:
        name: Publish
        services: [docker]
        script:
          - echo "$PACKAGES_TOKEN" | docker login crg.apkg.io -u "$PACKAGES_EMAIL" --password-stdin
          - docker build -t crg.apkg.io/acme/reports:latest .
          - docker push crg.apkg.io/acme/reports:latest
"""

SAMPLE = Sample(
    slug="reports",
    story="Builds on an image of the repository `base`: patless holds the change back, and says why.",
    pushes=(
        Push(70, "Begin", {"Dockerfile": "FROM crg.apkg.io/acme/base:1\n", "bitbucket-pipelines.yml": _PIPELINES}),
    ),
    stored=(
        SampleVariable("PACKAGES_EMAIL", "in-use", "ci@acme.example", secured=False),
        SampleVariable("PACKAGES_TOKEN", "in-use"),
    ),
    ran=(Ran(0, 70),),
)
