from __future__ import annotations

from collections.abc import Iterator

import pytest

from migrator.demo.box import Box
from tests.demo.client import Client
from tests.demo.contract import watched

PIPELINES = "pipelines:\n  default: []\n"


@pytest.fixture
def box() -> Iterator[Box]:
    """With one repository, `web`: two branches, one of them with a slash in its name, and a tag."""
    with watched() as box:
        files = {
            "main": {"bitbucket-pipelines.yml": PIPELINES, "ci/a b.sh": "true\n", "ci/deep/er.txt": "é\r\n"},
            "release/1": {"bitbucket-pipelines.yml": "pipelines: {}\n"},
        }
        box.add_repository("web", files, tags={"v1": "main"})
        yield box


@pytest.fixture
def user(box: Box) -> Client:
    """With an access token that may do everything."""
    return Client(box, bearer=box.token())


@pytest.fixture
def person(box: Box) -> Client:
    """The workspace's owner with an API token that may do everything."""
    return Client(box, api_token=box.api_token())
