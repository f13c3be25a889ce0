"""What one recorded answer is, where its shape comes from, and the parts that come again in many of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

API = "https://api.example.com"
"""In the place of the API's origin; who serves a recording puts its own there."""
SITE = "https://example.com"
CLONE = "https://dana@example.com"
WEB = f"{API}/2.0/repositories/acme/web"

_GITHUB = "https://github.com"
JENKINS = (
    f"{_GITHUB}/jenkinsci/bitbucket-branch-source-plugin/blob/master/src/test/resources/com/cloudbees/jenkins/plugins/"
    "bitbucket/client"
)
DRONE = f"{_GITHUB}/drone/go-scm/blob/master/scm/driver/bitbucket/testdata"
DEVLAKE = f"{_GITHUB}/apache/incubator-devlake/blob/main/backend/plugins/bitbucket/e2e/raw_tables/_raw_bitbucket_api"
PYTHON = f"{_GITHUB}/atlassian-api/atlassian-python-api/blob/master/tests/responses/bitbucket/cloud/2.0"
VIOLATIONS = (
    f"{_GITHUB}/tomasbjerre/violation-comments-to-bitbucket-cloud-lib/blob/master/src/test/resources/se/bjurr/"
    "violations/comments/bitbucketcloud/lib/realpr"
)
DANGER = f"{_GITHUB}/danger/danger-js/blob/main/source/platforms/_tests/fixtures"
DEPENDABOT = f"{_GITHUB}/dependabot/dependabot-core/blob/main/common/spec/fixtures/bitbucket"
WOODPECKER = f"{_GITHUB}/woodpecker-ci/woodpecker/blob/main/server/forge/bitbucket/fixtures"
DESKTOP = f"{_GITHUB}/theBGuy/GitDesktop/blob/main/src-tauri/src/forge/bitbucket_findings.rs"
DOCUMENTS = "https://developer.atlassian.com/cloud/bitbucket/rest"
"""Where nobody has published a recording: the shape is that of the description, with what issues tell besides."""

PROJECT = f"{PYTHON}/repositories/TestWorkspace1/testrepository1"


@dataclass(frozen=True, slots=True)
class Recording:
    """An answer with the keys, types, nulls, lengths and spellings of the public recording at `source`, and with
    values of our own. `body` is JSON, or text as it comes.

    `kind` is what is answered; recordings of one kind are compared with the box's answers together. `whole`: all that
    Bitbucket sends today is in it; False where fields were picked, or have come or gone since.
    """

    kind: str
    source: str
    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    whole: bool = True


def uuid(name: str) -> str:
    return "{" + str(uuid5(NAMESPACE_URL, name)) + "}"


def links(at: str, *names: str, page: str = "") -> dict[str, Any]:
    """`self` is `at`, `html` is `page` of the site, and the others are below `at`."""
    places = {"self": at, "html": f"{SITE}/{page}", "avatar": f"{SITE}/avatar/{page}.png"}
    return {name: {"href": places.get(name, f"{at}/{name}")} for name in names}


def person(name: str = "Dana Owner") -> dict[str, Any]:
    """A user within something else: no word of whether the account is active."""
    found = quote(uuid(name))
    return {
        "display_name": name,
        "links": links(f"{API}/2.0/users/{found}", "self", "avatar", "html", page=found),
        "type": "user",
        "uuid": uuid(name),
        "account_id": f"557058:{uuid(name)[1:-1]}",
        "nickname": name.split()[0],
    }


def rendered(raw: str) -> dict[str, Any]:
    return {"type": "rendered", "raw": raw, "markup": "markdown", "html": f"<p>{raw}</p>" if raw else ""}


def within(slug: str = "web") -> dict[str, Any]:
    """A repository within something else."""
    at = f"{API}/2.0/repositories/acme/{slug}"
    return {
        "type": "repository",
        "full_name": f"acme/{slug}",
        "links": links(at, "self", "html", "avatar", page=f"acme/{slug}"),
        "name": slug,
        "uuid": uuid(slug),
    }


def commit_within(sha: str) -> dict[str, Any]:
    return {"hash": sha, "links": links(f"{WEB}/commit/{sha}", "self", "html", page=sha), "type": "commit"}


def page(*rows: Any, **more: Any) -> dict[str, Any]:
    """With what pages mostly say; `more` replaces it or, where None, takes it away."""
    found = {"pagelen": 10, "values": list(rows), "page": 1, "size": len(rows)} | more
    return {key: value for key, value in found.items() if value is not None}
