"""Repositories, and what git holds: branches, tags, commits, files, differences. Hashes have 40 characters here."""

from __future__ import annotations

from typing import Any

from tests.bitbucket.recorded.recording import (
    API,
    CLONE,
    DEPENDABOT,
    DEVLAKE,
    DOCUMENTS,
    DRONE,
    JENKINS,
    PROJECT,
    WEB,
    Recording,
    commit_within,
    links,
    page,
    person,
    rendered,
    uuid,
    within,
)

HEAD, PARENT = "a" * 40, "b" * 40
_PAYLOAD = f"{JENKINS}/payload/2.0-repositories-amuniz-test-repos"

_CLONES = [
    {"name": "https", "href": f"{CLONE}/acme/web.git"},
    {"name": "ssh", "href": "git@example.com:acme/web.git"},
]
_REPOSITORY: dict[str, Any] = within() | {
    "links": {
        **links(WEB, "self", "html", "avatar", "pullrequests", "commits", "forks", "watchers", page="acme/web"),
        **links(WEB, "branches", "tags", "downloads", "source", "hooks"),
        "clone": _CLONES,
    },
    "slug": "web",
    "description": "",
    "scm": "git",
    "website": None,
    "owner": person(),
    "workspace": {
        "type": "workspace",
        "uuid": uuid("acme"),
        "name": "Acme",
        "slug": "acme",
        "links": links(f"{API}/2.0/workspaces/acme", "avatar", "html", "self"),
    },
    "is_private": True,
    "project": {
        "type": "project",
        "key": "CORE",
        "uuid": uuid("CORE"),
        "name": "Core",
        "links": links(f"{API}/2.0/workspaces/acme/projects/CORE", "self", "html", "avatar"),
    },
    "fork_policy": "no_public_forks",
    "created_on": "2018-09-21T14:59:44.135183+00:00",
    "updated_on": "2026-11-24T12:00:00.000000+00:00",
    "size": 51200,
    "language": "",
    "mainbranch": {"name": "main", "type": "branch"},
    "override_settings": {"default_merge_strategy": True, "branching_model": True},
    "parent": None,
    "enforced_signed_commits": None,
    "has_issues": False,
    "has_wiki": False,
}
REPOSITORY = Recording("repository", f"{JENKINS}/BitbucketCloudApiClientTest/getRepositoryPayload.json", _REPOSITORY)
EMPTY_REPOSITORY = Recording(
    "repository", f"{DOCUMENTS}/api-group-repositories/", _REPOSITORY | {"mainbranch": None, "size": 0}
)
REPOSITORIES = Recording(
    "repositories",
    f"{DEVLAKE}_repositories.csv",
    page(
        {key: value for key, value in _REPOSITORY.items() if key not in ("parent", "enforced_signed_commits")},
        page=None,
        size=None,
    ),
    whole=False,
)
WHOLE_REPOSITORIES = Recording(
    "repositories",
    f"{PROJECT.rpartition('/')[0]}/GET",
    page(_REPOSITORY, _REPOSITORY | {"uuid": uuid("new"), "slug": "new", "mainbranch": None}),
)
NO_REPOSITORIES = Recording("repositories", f"{DRONE}/repos_empty.json", page(pagelen=1), whole=False)


def _author(name: str | None = "Dana Owner") -> dict[str, Any]:
    """`user` is there where Bitbucket knows the address."""
    raw = f"{name or 'Sam Former'} <dana@example.com>"
    return {"type": "author", "raw": raw, **({"user": person(name)} if name else {})}


def commit(sha: str = HEAD, author: str | None = "Dana Owner") -> dict[str, Any]:
    """As the target of a branch."""
    at = f"{WEB}/commit/{sha}"
    return {
        "type": "commit",
        "hash": sha,
        "date": "2026-11-24T12:00:00+00:00",
        "author": _author(author),
        "message": "Change\n",
        "links": links(at, "self", "html", "diff", "approve", "comments", "statuses", "patch"),
        "parents": [commit_within(PARENT)],
        "repository": within(),
    }


def _listed(sha: str = HEAD, author: str | None = "Dana Owner") -> dict[str, Any]:
    return commit(sha, author) | {"summary": rendered("Change\n")}


def _branch(name: str, author: str | None = "Dana Owner") -> dict[str, Any]:
    return {
        "name": name,
        "target": commit(author=author),
        "links": links(f"{WEB}/refs/branches/{name}", "commits", "self", "html"),
        "default_merge_strategy": "merge_commit",
        "merge_strategies": ["merge_commit", "squash", "fast_forward"],
        "type": "branch",
    }


def _tag(name: str, light: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "type": "tag",
        "message": None if light else f"Release {name}\n",
        "date": None if light else "2026-11-24T12:00:00+00:00",
        "tagger": None if light else _author(),
        "target": commit(),
        "links": links(f"{WEB}/refs/tags/{name}", "self", "commits", "html"),
    }


BRANCH = Recording("branch", f"{_PAYLOAD}-refs-branches-feature_2FBB-1.json", _branch("feature/one"))
BRANCHES = Recording(
    "branches",
    f"{_PAYLOAD}-refs-branches_pagelen_100.json",
    page(_branch("feature/one", author=None), _branch("main"), pagelen=100),
)
TAG = Recording("tag", f"{_PAYLOAD}-refs-tags-v0.0.0.json", _tag("v0.0.0"))
LIGHT_TAG = Recording("tag", "https://github.com/solrevdev/solrevdev.bbx/blob/main/CLAUDE.md", _tag("v1", light=True))
TAGS = Recording(
    "tags",
    f"{_PAYLOAD}-refs-tags_pagelen_100.json",
    page(_tag('special-"$;><&#=@!|.,/test'), _tag("v0.0.0"), _tag("v1", light=True), pagelen=100, size=None),
)
OLD_TAGS = Recording(
    "tags", f"{DEPENDABOT}/business_tags.json", page(_tag("v0.0.0"), page=None, size=None), whole=False
)

COMMIT = Recording(
    "commit", f"{_PAYLOAD}-commit-{'046d9a3c1532acf4cf08fe93235c00e4d673c1d2'}.json", _listed() | {"participants": []}
)
OLD_COMMIT = Recording(
    "commit",
    f"{DRONE}/commit.json",
    _listed() | {"author": {"raw": "Sam Former <sam@example.com>"}, "participants": []},
    whole=False,
)
COMMITS = Recording(
    "commits",
    f"{PROJECT}/pullrequests/1/commits/GET",
    page(_listed(), _listed(PARENT, author=None), size=None),
)

_FILE = {
    "path": "ci/deploy.sh",
    "commit": commit_within(HEAD),
    "type": "commit_file",
    "attributes": [],
    "escaped_path": "ci/deploy.sh",
    "size": 12,
    "mimetype": None,
    "links": links(f"{WEB}/src/{HEAD}/ci/deploy.sh", "self", "meta", "history"),
}
_FOLDER = {
    "path": "ci",
    "commit": commit_within(HEAD),
    "type": "commit_directory",
    "links": links(f"{WEB}/src/{HEAD}/ci", "self", "meta", "history"),
}
FILE = Recording("file", f"{_PAYLOAD}-src-master-folder_2Ffile.properties_format_meta.json", _FILE)
FOLDER = Recording(
    "folder", f"{DRONE}/content_list.json", page(_FOLDER, _FILE, _FILE | {"mimetype": "text/x-sh"}, size=None)
)
CONTENT = Recording("content", f"{_PAYLOAD}-src-folder_2Ffile.properties_at_master.json", "true\n")
WRITTEN = Recording(
    "written",
    f"{DOCUMENTS}/api-group-source/#api-repositories-workspace-repo-slug-src-post",
    "",
    201,
    {"Location": f"{WEB}/commit/{HEAD}", "Content-Type": "text/html; charset=utf-8"},
)


def _changed(path: str) -> dict[str, Any]:
    at = f"{WEB}/src/{HEAD}/{path}"
    return {"path": path, "type": "commit_file", "escaped_path": path, "links": links(at, "self")}


def _stat(status: str, old: Any, new: Any) -> dict[str, Any]:
    return {"type": "diffstat", "lines_added": 2, "lines_removed": 1, "status": status, "old": old, "new": new}


DIFFSTAT = Recording(
    "diffstat",
    f"{_PAYLOAD}-diffstat-feature_2Fdiffstat..174561d.json",
    page(
        _stat("modified", _changed("ci/deploy.sh"), _changed("ci/deploy.sh")),
        _stat("added", None, _changed("new.txt")),
        _stat("removed", _changed("old.txt"), None),
        _stat("renamed", _changed("from.txt"), _changed("to.txt")),
        pagelen=500,
    ),
)
OLD_DIFFSTAT = Recording(
    "diffstat",
    f"{DRONE}/diffstat.json",
    page(_stat("removed", _changed("old.txt"), {"path": "", "type": "commit_file", "links": links(WEB, "self")})),
    whole=False,
)
DIFF = Recording("diff", f"{DRONE}/pr_file_diff.text", "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n")
