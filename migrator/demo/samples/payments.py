"""The change is proposed and not merged yet."""

from migrator.demo.samples.sample import LEE, Opened, Push, Ran, Sample, SampleVariable

_STORED = """\
image: docker:27-cli

pipelines:
  default:
    - step:
        name: Publish
        services: [docker]
        script:
          - docker login crg.apkg.io --username "$PACKAGES_EMAIL" --password "$PACKAGES_TOKEN"
          - docker build -t crg.apkg.io/acme/payments:latest .
          - docker push crg.apkg.io/acme/payments:latest
"""
_NATIVE = _STORED.replace("$PACKAGES_EMAIL", "$BITBUCKET_PACKAGES_USERNAME").replace(
    "$PACKAGES_TOKEN", "$BITBUCKET_PACKAGES_TOKEN"
)

SAMPLE = Sample(
    slug="payments",
    story="A pull request of patless is open; the token can go once it is merged.",
    pushes=(
        Push(180, "Begin", {"Dockerfile": "FROM golang:1.25\n", "bitbucket-pipelines.yml": _STORED}, author=LEE),
        Push(1, "Use the native credentials", {"bitbucket-pipelines.yml": _NATIVE}, "patless/main"),
    ),
    stored=(
        SampleVariable("PACKAGES_EMAIL", "after-merge", "ci@acme.example", secured=False),
        SampleVariable("PACKAGES_TOKEN", "after-merge"),
    ),
    ran=(Ran(0, 180),),
    opened=(Opened("patless/main", "Use the native credentials of Bitbucket Packages", "One line changes."),),
    project="SHOP",
)
