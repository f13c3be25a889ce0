"""What most repositories look like today: a login with a stored token, which can be rewritten as it is."""

from migrator.demo.samples.sample import LEE, Opened, Push, Ran, Sample, SampleVariable

_PIPELINES = """\
# Build on every push, release from main.
image: docker:27-cli

definitions:
  services:
    docker:
      memory: 2048
  steps:
    - step: &publish
        name: Build and publish the image
        services: [docker]
        script:
          - docker login --username "$DOCKERHUB_USERNAME" --password "$DOCKERHUB_TOKEN"   # pull limits of Docker Hub
          - export IMAGE=crg.apkg.io/acme/web
          - echo "$PACKAGES_TOKEN" | docker login crg.apkg.io -u "$PACKAGES_EMAIL" --password-stdin
          - docker build -t "$IMAGE:$BITBUCKET_COMMIT" .
          - docker push "$IMAGE:$BITBUCKET_COMMIT"

pipelines:
  default:
    - step: *publish
"""
_NIGHTLY = f"""\
{_PIPELINES}
  custom:
    nightly:
      - step:
          name: Publish the image of the night
          services: [docker]
          script:
            - echo "$PACKAGES_TOKEN" | docker login crg.apkg.io -u "$PACKAGES_EMAIL" --password-stdin
            - docker build -t crg.apkg.io/acme/web:nightly .
            - docker push crg.apkg.io/acme/web:nightly
"""
_DOCKERFILE = """\
FROM nginx:1.27-alpine
COPY index.html /usr/share/nginx/html/
"""

SAMPLE = Sample(
    slug="web",
    story="Logs in with a stored token on its main branch: patless can rewrite it.",
    pushes=(
        Push(300, "Begin", {"Dockerfile": _DOCKERFILE, "index.html": "<p>Hello.\n"}),
        Push(200, "Publish the image", {"bitbucket-pipelines.yml": _PIPELINES}),
        Push(2, "Say it in two languages", {"index.html": "<p>Hello. <p>Bonjour.\n"}, author=LEE),
        Push(1, "Publish every night", {"bitbucket-pipelines.yml": _NIGHTLY}, branch="nightly", author=LEE),
    ),
    stored=(
        SampleVariable("PACKAGES_EMAIL", "in-use", "ci@acme.example", secured=False),
        SampleVariable("PACKAGES_TOKEN", "in-use"),
        SampleVariable("DOCKERHUB_USERNAME", value="acme", secured=False),
        SampleVariable("DOCKERHUB_TOKEN"),
    ),
    ran=(Ran(1, 200), Ran(2, 2)),
    opened=(Opened("nightly", "Publish every night", "Testers want the image of the day.", author=LEE),),
)
