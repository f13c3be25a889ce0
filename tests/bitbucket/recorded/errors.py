"""What is answered where something is refused, in as many spellings as there are services."""

from __future__ import annotations

from tests.bitbucket.recorded.recording import DEPENDABOT, DOCUMENTS, DRONE, VIOLATIONS, Recording

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_TEXT = {"Content-Type": "text/plain"}
_ISSUES = "https://github.com"


def _error(message: str, **more: object) -> dict[str, object]:
    return {"type": "error", "error": {"message": message, **more}}


MISSING = Recording("error", f"{DRONE}/error.json", _error("Repository acme/none not found"), 404, _JSON)
NO_FILE = Recording("error", f"{DEPENDABOT}/file_not_found.json", _error("No such file or directory: a"), 404, _JSON)
NO_USER = Recording("error", f"{DEPENDABOT}/current_user_no_access.json", _error("Token is invalid"), 401, _JSON)
SILENT = Recording("text", f"{DOCUMENTS}/intro/#authentication", "", 401, {"Content-Type": "text/html; charset=utf-8"})
NO_PARENT = Recording(
    "error of fields",
    f"{DRONE}/content_update.json.fail",
    _error("parents: Commit not found: 1a7e", fields={"parents": []}),
    400,
    _JSON,
)
NO_REVIEWER = Recording(
    "error of fields",
    f"{_ISSUES}/renovatebot/renovate/issues/10700",
    _error("reviewers: Malformed reviewers list", fields={"reviewers": ["Malformed reviewers list"]}),
    400,
    _JSON,
)
LACKING = Recording(
    "error of scopes",
    f"{_ISSUES}/renovatebot/renovate/blob/main/lib/modules/platform/bitbucket/index.ts",
    _error(
        "Your credentials lack one or more required privilege scopes.",
        detail={"required": ["pipeline"], "granted": ["repository"]},
    ),
    403,
    _JSON,
)
RESOLVED = Recording("error", f"{VIOLATIONS}/resolve-conflict.json", _error("It has been resolved"), 409, _JSON)
REPLY = Recording("error", f"{VIOLATIONS}/resolve-not-top-level.json", _error("Not a top-level one"), 403, _JSON)
DUPLICATE = Recording(
    "error of pipelines",
    f"{_ISSUES}/Infisical/infisical/issues/6485",
    {
        "error": {
            "message": "The variable is there already",
            "detail": "The variable is there already",
            "data": {"key": "variable-service.variable.duplicate", "arguments": {}},
        }
    },
    409,
    _JSON,
)
INSIGHTS = Recording(
    "error of insights",
    f"{_ISSUES}/mc1arke/sonarqube-community-branch-plugin/issues/209",
    {"code": 400, "message": "A title is needed"},
    400,
    _JSON,
)
LIMITED = Recording(
    "text",
    f"{_ISSUES}/MitjaBezensek/SharpBucket/issues/108",
    "Rate limit for this resource has been exceeded",
    429,
    _TEXT,
)
PLAIN = Recording("text", f"{_ISSUES}/jenkinsci/bitbucket-branch-source-plugin", "Not found", 404, _TEXT)
