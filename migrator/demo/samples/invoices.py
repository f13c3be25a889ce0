"""What a migration is for: a stored token that nothing needs once one pull request is merged."""

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
          - docker build -t crg.apkg.io/acme/invoices:latest .
          - docker push crg.apkg.io/acme/invoices:latest
"""

SAMPLE = Sample(
    slug="invoices",
    story="Ran last two months ago: once its one login is rewritten nothing can need the stored token.",
    pushes=(Push(60, "Begin", {"Dockerfile": "FROM python:3.13-slim\n", "bitbucket-pipelines.yml": _PIPELINES}),),
    stored=(
        SampleVariable("PACKAGES_EMAIL", "in-use", "ci@acme.example", secured=False),
        SampleVariable("PACKAGES_TOKEN", "in-use"),
    ),
    ran=(Ran(0, 60),),
)
