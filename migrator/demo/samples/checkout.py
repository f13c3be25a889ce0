"""Each deployment has its own token, and one of the same name for all other steps."""

from migrator.demo.samples.sample import Push, Ran, Sample, SampleVariable

_PIPELINES = """\
image: docker:27-cli

pipelines:
  branches:
    main:
      - step:
          name: Publish
          services: [docker]
          script:
            - docker login "$REGISTRY" -u "$REGISTRY_USER" -p "$REGISTRY_TOKEN"
            - docker build -t "$REGISTRY/acme/checkout:$BITBUCKET_COMMIT" .
            - docker push "$REGISTRY/acme/checkout:$BITBUCKET_COMMIT"
      - step:
          name: Take it to staging
          deployment: Staging
          services: [docker]
          script:
            - docker login "$REGISTRY" -u "$REGISTRY_USER" -p "$REGISTRY_TOKEN"
            - docker pull "$REGISTRY/acme/checkout:$BITBUCKET_COMMIT"
            - docker tag "$REGISTRY/acme/checkout:$BITBUCKET_COMMIT" "$REGISTRY/acme/checkout:staging"
            - docker push "$REGISTRY/acme/checkout:staging"
      - step:
          name: Take it to production
          deployment: Production
          trigger: manual
          script:
            - ssh deploy@checkout.acme.example "docker login $REGISTRY -u $REGISTRY_USER -p $REGISTRY_TOKEN && ./up"
"""

SAMPLE = Sample(
    slug="checkout",
    story="One key on two levels: the production server logs in with a token that no pipeline can replace.",
    pushes=(Push(90, "Begin", {"Dockerfile": "FROM node:24-slim\n", "bitbucket-pipelines.yml": _PIPELINES}),),
    stored=(
        SampleVariable("REGISTRY", value="crg.apkg.io", secured=False),
        SampleVariable("REGISTRY_USER", "in-use", "ci@acme.example", secured=False),
        SampleVariable("REGISTRY_TOKEN", "in-use"),
        SampleVariable("REGISTRY_TOKEN", "in-use", environment="Staging"),
        SampleVariable("REGISTRY_TOKEN", "in-use", environment="Production"),
    ),
    ran=(Ran(0, 90), Ran(0, 4, status="PAUSED")),
    project="SHOP",
)
