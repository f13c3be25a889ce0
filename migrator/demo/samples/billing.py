"""The main branch is done, a release branch of someone who left is not."""

from migrator.demo.samples.sample import LEE, SAM, Push, Ran, Sample, SampleVariable

_STORED = """\
image: docker:27-cli

pipelines:
  branches:
    '{main,release/*}':
      - step:
          name: Publish
          services: [docker]
          script:
            - docker login -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN" crg.apkg.io
            - docker build -t crg.apkg.io/acme/billing:$BITBUCKET_COMMIT .
            - docker push crg.apkg.io/acme/billing:$BITBUCKET_COMMIT
"""
_NATIVE = _STORED.replace("$PACKAGES_EMAIL", "$BITBUCKET_PACKAGES_USERNAME").replace(
    "$PACKAGES_TOKEN", "$BITBUCKET_PACKAGES_TOKEN"
)

SAMPLE = Sample(
    slug="billing",
    story="The main branch is migrated; release/2.x still needs the token, and its last author has left.",
    pushes=(
        Push(500, "Begin", {"Dockerfile": "FROM eclipse-temurin:21\n", "bitbucket-pipelines.yml": _STORED}),
        Push(150, "Fix rounding", {"CHANGES": "2.0.1 rounding\n"}, "release/2.x", SAM),
        Push(90, "Use the native credentials", {"bitbucket-pipelines.yml": _NATIVE}, author=LEE),
    ),
    stored=(
        SampleVariable("PACKAGES_EMAIL", "in-use", "ci@acme.example", secured=False),
        SampleVariable("PACKAGES_TOKEN", "in-use"),
    ),
    ran=(Ran(1, 150, "release/2.x", selector=("branches", "{main,release/*}")), Ran(2, 90)),
    project="SHOP",
)
