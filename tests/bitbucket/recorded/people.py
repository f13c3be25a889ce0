"""Users, workspaces and projects. Only an account itself says whether it is active, and old users have a name less."""

from __future__ import annotations

from tests.bitbucket.recorded.recording import (
    API,
    DEPENDABOT,
    DOCUMENTS,
    DRONE,
    PROJECT,
    PYTHON,
    WOODPECKER,
    Recording,
    links,
    page,
    person,
    uuid,
)

_ACCOUNT = person() | {
    "links": links(f"{API}/2.0/users/dana", "self", "avatar", "repositories", "snippets", "html", "hooks"),
    "created_on": "2020-09-15T23:20:25.652712+00:00",
    "is_staff": False,
    "account_status": "active",
    "location": "Bern",
}
_OLD = {
    "username": "dana",
    "website": None,
    "display_name": "Dana Owner",
    "account_id": "557058:0d2cbe6a",
    "links": links(f"{API}/2.0/users/dana", "hooks", "self", "repositories", "html", "followers", "avatar"),
    "created_on": "2015-05-07T23:02:27.652712+00:00",
    "is_staff": False,
    "location": None,
    "type": "user",
    "uuid": uuid("Dana Owner"),
}
_WORKSPACE = {
    "created_on": "2020-10-28T12:00:00.0+00:00",
    "is_private": True,
    "links": links(
        f"{API}/2.0/workspaces/acme",
        *("avatar", "html", "members", "owners", "projects", "repositories", "self", "snippets"),
    ),
    "name": "Acme",
    "slug": "acme",
    "type": "workspace",
    "uuid": uuid("acme"),
}

USER = Recording("user", f"{WOODPECKER}/APIUser.json", _ACCOUNT)
OLD_USER = Recording("user", f"{DRONE}/user.json", _OLD, whole=False)
BARE_USER = Recording("user", f"{DEPENDABOT}/current_user.json", {"uuid": uuid("Dana Owner")}, whole=False)
GONE_USER = Recording("user", f"{WOODPECKER}/APIUser.json", _ACCOUNT | {"account_status": "inactive", "location": None})

WORKSPACE = Recording("workspace", f"{PYTHON}/workspaces/TestWorkspace1/GET", _WORKSPACE)
WORKSPACES = Recording(
    "workspaces of a user",
    f"{DOCUMENTS}/api-group-workspaces/#api-user-workspaces-get",
    page(
        {
            "type": "workspace_access",
            "administrator": True,
            "workspace": {
                "type": "workspace_base",
                "uuid": uuid("acme"),
                "slug": "acme",
                "links": links(f"{API}/2.0/workspaces/acme", "avatar", "self"),
            },
        }
    ),
)
OLD_WORKSPACES = Recording(
    "workspaces of a user",
    f"{DRONE}/user_workspaces.json",
    page(
        {
            "workspace": {
                "slug": "acme",
                "name": "Acme",
                "uuid": uuid("acme"),
                "links": links(f"{API}/2.0/workspaces/acme", "avatar", "html"),
            },
            "permission": "owner",
            "last_accessed": "2024-04-12T08:21:30.000000+00:00",
        },
        size=None,
        next="",
    ),
    whole=False,
)
PROJECTS = Recording(
    "projects",
    f"{PYTHON}/repositories/TestWorkspace1/GET",
    page(
        {
            "key": "CORE",
            "links": links(f"{API}/2.0/workspaces/acme/projects/CORE", "avatar", "html", "self"),
            "name": "Core",
            "type": "project",
            "uuid": uuid("CORE"),
        }
    ),
)

DEFAULT_REVIEWERS = Recording("default reviewers", f"{PROJECT}/default-reviewers/GET", page(person("Rene Reviewer")))
EFFECTIVE_REVIEWERS = Recording(
    "effective default reviewers",
    f"{DOCUMENTS}/api-group-pullrequests/#api-repositories-workspace-repo-slug-effective-default-reviewers-get",
    page(
        {"type": "default_reviewer", "reviewer_type": "repository", "user": person("Rene Reviewer")},
        {"type": "default_reviewer", "reviewer_type": "project", "user": person("Rene Reviewer")},
        {"type": "default_reviewer", "reviewer_type": "project", "user": None},
    ),
)
