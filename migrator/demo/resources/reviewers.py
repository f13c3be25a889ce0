"""Default reviewers, which the box does not add to a pull request by itself (BITBUCKET_API.md 2.4 leaves it open).

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
"""

from __future__ import annotations

from migrator.demo import paging
from migrator.demo.messages import Answer
from migrator.demo.routes import Call, Route
from migrator.demo.scopes import READ_PULL_REQUEST


def _list(call: Call) -> Answer:
    about = {"type": "default_reviewer", "reviewer_type": "repository"}
    return paging.page(call.request, [{**about, "user": person.shown()} for person in call.repository().reviewers])


ROUTES = (Route("GET", "/repositories/{workspace}/{repository}/effective-default-reviewers", READ_PULL_REQUEST, _list),)
