"""Repositories of which something cannot be known, or that stand in the way of the native credentials."""

from migrator.demo.samples.sample import Push, Ran, Sample, SampleVariable
from migrator.demo.store import Executable

_DUMP = """\
image: docker:27-cli

pipelines:
  default:
    - step:
        name: Publish
        services: [docker]
        script:
          - env | sort > environment.txt
          - ./deploy.sh environment.txt
          - docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"
          - docker push crg.apkg.io/acme/legacy:latest
"""
_NAMED = """\
image: docker:27-cli

pipelines:
  default:
    - step:
        name: Publish
        services: [docker]
        script:
          - name=${BITBUCKET_BRANCH}_TOKEN; echo "${!name}" | ./sign.sh
          - docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"
          - docker push crg.apkg.io/acme/signing:latest
"""
_NATIVE = """\
image: docker:27-cli

pipelines:
  default:
    - step:
        name: Publish
        services: [docker]
        script:
          - docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"
          - docker push crg.apkg.io/acme/gateway:latest
"""
_STORED = _NATIVE.replace("gateway", "vault").replace("BITBUCKET_PACKAGES_USERNAME", "PACKAGES_EMAIL")
_OLD = _NATIVE.replace("BITBUCKET_PACKAGES_USERNAME", "PACKAGES_EMAIL").replace(
    "BITBUCKET_PACKAGES_TOKEN", "PACKAGES_TOKEN"
)

SAMPLES = (
    Sample(
        slug="legacy",
        story="Hands all of its environment to a script: nobody can tell whether the token is in use.",
        pushes=(
            Push(240, "Begin", {"bitbucket-pipelines.yml": _OLD.replace("gateway", "legacy")}),
            Push(
                100,
                "Use the native credentials",
                {
                    "bitbucket-pipelines.yml": _DUMP,
                    "deploy.sh": Executable("#!/bin/sh\ncurl -T $1 https://deploy.acme.example/\n"),
                },
            ),
        ),
        stored=(
            SampleVariable("PACKAGES_EMAIL", "cannot-tell", "ci@acme.example", secured=False),
            SampleVariable("PACKAGES_TOKEN", "cannot-tell"),
        ),
        ran=(Ran(1, 100),),
    ),
    Sample(
        slug="signing",
        story="Reads a variable whose name is put together; a person who knows the names may accept the risk.",
        pushes=(
            Push(230, "Begin", {"bitbucket-pipelines.yml": _OLD.replace("gateway", "signing")}),
            Push(
                95,
                "Use the native credentials",
                {"bitbucket-pipelines.yml": _NAMED, "sign.sh": Executable("#!/bin/sh\ncat > key\n")},
            ),
        ),
        stored=(
            SampleVariable("PACKAGES_EMAIL", "removable-with-accepted-risk", "ci@acme.example", secured=False),
            SampleVariable("PACKAGES_TOKEN", "removable-with-accepted-risk"),
            SampleVariable("main_TOKEN"),
        ),
        ran=(Ran(1, 95),),
    ),
    Sample(
        slug="gateway",
        story="Stores a variable under the native name, so its native login is not what it seems.",
        pushes=(Push(85, "Begin", {"bitbucket-pipelines.yml": _NATIVE}),),
        stored=(SampleVariable("BITBUCKET_PACKAGES_TOKEN", "shadows-native"),),
        ran=(Ran(0, 85),),
    ),
    Sample(
        slug="vault",
        story="Shows its files to everyone and its variables to nobody: they are not checked.",
        pushes=(Push(75, "Begin", {"bitbucket-pipelines.yml": _STORED}),),
        stored=(SampleVariable("PACKAGES_EMAIL", "not-checked"),),
        restricted=True,
    ),
    Sample(slug="sandbox", story="Is empty."),
)
