"""A commit through the API.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/#api-repositories-workspace-repo-slug-src-post;
what branch and parents mean together is the table of BITBUCKET_API.md 2.3. Metadata in the query is not looked at.
"""

from __future__ import annotations

from migrator.demo import forms, store
from migrator.demo.messages import Refusal, Response, error
from migrator.demo.routes import Route, RoutedRequest
from migrator.demo.scopes import WRITE_REPOSITORY
from migrator.demo.state import Repository
from migrator.text.patterns import regex

_METADATA = ("message", "author", "parents", "branch", "files")
_AUTHOR = regex(r"[^<>\n]{1,200} <[^<>\n]{1,200}>")


def _commit(call: RoutedRequest) -> Response:
    repository = call.repository()
    fields = forms.fields(call.request)
    meta = {name: content.decode("utf-8", "replace") for name, content in fields if name in _METADATA}
    files: dict[str, str | bytes | None] = {
        name.lstrip("/"): content for name, content in fields if name not in _METADATA
    }
    for name, content in fields:
        if name == "files":
            files.setdefault(content.decode("utf-8", "replace").lstrip("/"), None)
    author = meta.get("author") or call.credential.user.git_author
    if not _AUTHOR.fullmatch(author):
        return error(400, "The author is not of the form Name <mail>")
    if any(not path or ".." in path.split("/") or path.split("/")[0] == ".git" for path in files):
        return error(400, "A path of the commit is not one of a file in a repository")
    branch = meta.get("branch") or repository.main
    start = _start(repository, branch, meta.get("parents", ""))
    commit = store.NewCommit(branch, files, meta.get("message") or "Edited", author, call.now(), start)
    try:
        made = call.workspace.write(repository, [commit])[0]
    except store.StoreError:
        return error(409, "The commit could not be applied: the branch is another one by now")
    return Response(201, headers={"Location": call.url(repository.slug, "commit", made)})


def _start(repository: Repository, branch: str, parent: str) -> str:
    """Where the commit begins, empty is the branch's tip or else the main branch. Raises Refusal."""
    tip = store.branches(repository.folder).get(branch)
    if not parent:
        return ""
    revision = store.resolve(repository.folder, parent)
    if revision is None:
        raise Refusal(error(400, f"parents: Commit not found: {parent}", fields={"parents": []}))
    if tip is not None and tip != revision:
        raise Refusal(error(409, f"The parent is not the tip of {branch}"))
    return revision


ROUTES = (Route("POST", "/repositories/{workspace}/{repository}/src", WRITE_REPOSITORY, _commit),)
