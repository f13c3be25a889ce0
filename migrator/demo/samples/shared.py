"""A pipeline that is shared: one repository exports it, another imports it and stores the token."""

from migrator.demo.samples.sample import Push, Ran, Sample, SampleVariable

_EXPORT = """\
export: true

definitions:
  pipelines:
    publish:
      - step:
          name: Publish
          image: docker:27-cli
          services: [docker]
          script:
            - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"
            - docker build -t "crg.apkg.io/acme/$BITBUCKET_REPO_SLUG:latest" .
            - docker push "crg.apkg.io/acme/$BITBUCKET_REPO_SLUG:latest"
"""
_IMPORT = """\
pipelines:
  branches:
    main:
      import: ci-shared:main:publish
"""

EXPORTER = Sample(
    slug="ci-shared",
    story="Exports a pipeline that logs in with a token which it does not store itself.",
    pushes=(Push(100, "Share the pipeline", {"bitbucket-pipelines.yml": _EXPORT}),),
)
IMPORTER = Sample(
    slug="orders",
    story="No file here names the token; the pipeline that it imports from `ci-shared` uses it.",
    pushes=(Push(60, "Begin", {"Dockerfile": "FROM ruby:3.4\n", "bitbucket-pipelines.yml": _IMPORT}),),
    stored=(
        SampleVariable("PACKAGES_EMAIL", "in-use", "ci@acme.example", secured=False),
        SampleVariable("PACKAGES_TOKEN", "in-use"),
    ),
    ran=(Ran(0, 60),),
    project="SHOP",
)
