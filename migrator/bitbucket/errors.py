"""What Bitbucket refuses and what comes back garbled, as sentences without any secret.

Shapes of errors: https://developer.atlassian.com/cloud/bitbucket/rest/intro/ and BITBUCKET_API.md section 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from migrator.text.mask import printable
from migrator.text.patterns import regex

_SCOPE = regex(r"[a-z][a-z:_-]{0,59}")
CREDENTIAL_HEADERS = ("X-OAuth-Scopes", "X-Credential-Type", "X-RateLimit-Limit", "X-RateLimit-NearLimit")
"""Seen on answers, and documented in part: BITBUCKET_API.md sections 2 and 4."""
_SHOWN = 200
"""Characters of a server's own words that are shown."""


class SetUpError(Exception):
    """What this machine gives is wrong or missing: a credential, an address, a file. The message is a sentence."""


class Cause(StrEnum):
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    GONE = "gone"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate-limited"
    INVALID = "invalid"
    SERVER = "server"
    UNREACHABLE = "unreachable"
    ELSEWHERE = "elsewhere"
    """An address of an answer leads to another host."""
    GARBLED = "garbled"
    INCOMPLETE = "incomplete"
    """A list that is shorter or longer than it says."""
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    SPENT = "spent"
    """The run may send no more requests, as it was told."""


class ApiError(Exception):
    """Bitbucket could not be asked, refuses, or answers what cannot be used. The message is a sentence.

    `status` is None where there was no answer. `required` and `granted` are the scopes that a 403 names, else empty.
    `fields` are the parts of what was sent that are refused, with Bitbucket's words about each.
    """

    def __init__(
        self,
        kind: Cause,
        sentence: str,
        *,
        status: int | None = None,
        required: tuple[str, ...] = (),
        granted: tuple[str, ...] = (),
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind, sentence)  # all that is needed to make it again, so that it passes between processes
        self.kind = kind
        self.status = status
        self.required = required
        self.granted = granted
        self.fields: Mapping[str, str] = {} if fields is None else fields

    def __str__(self) -> str:
        return str(self.args[1])


_KINDS = {
    401: (Cause.UNAUTHORISED, "Bitbucket rejects the credential for {} (401): wrong, revoked, or expired"),
    403: (Cause.FORBIDDEN, "Bitbucket forbids {} (403)"),
    404: (Cause.MISSING, "{}: not found, or not visible to this credential (404)"),
    409: (Cause.CONFLICT, "Bitbucket refuses {} (409): it conflicts with the current state"),
    410: (Cause.GONE, "{}: no longer there (410)"),
    429: (Cause.RATE_LIMITED, "Bitbucket answers {} with 429, its request limit; try again in an hour"),
    555: (Cause.SERVER, "Bitbucket took too long for {} (555); try again later"),
}
_ADVICE = {401: "; make a new one, and check it with `patless doctor`", 404: "; check the name"}


def refusal(status: int, headers: Mapping[str, str], body: bytes, asked: str, hide: Callable[[str], str]) -> ApiError:
    """The error for an answer that is none of success. `asked` is method and path; `hide` takes credentials out."""
    kind, sentence = _kind(status)
    said, required, granted = _said(headers, body, hide)
    told = sentence.format(asked)
    if required:
        has = f" (it has {', '.join(granted)})" if granted else ""
        told += f": the credential lacks {', '.join(required)}{has}; create one that has it"
    elif said:
        told += f": {said}"
    told += _ADVICE.get(status, "")
    fields = _fields(body, hide)
    return ApiError(kind, told, status=status, required=required, granted=granted, fields=fields)


def shown(text: str) -> str:
    """A server's own words as they may be shown: one line, bounded, control characters spelt out."""
    line = printable(" ".join(text[: 50 * _SHOWN].split()))
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def scopes(values: object, hide: Callable[[str], str]) -> tuple[str, ...]:
    """The scopes in a list, without what is none."""
    found = [hide(one) for one in values[:50] if isinstance(one, str)] if isinstance(values, list) else []
    return tuple(one for one in found if _SCOPE.fullmatch(one))


def _kind(status: int) -> tuple[Cause, str]:
    if status in _KINDS:
        return _KINDS[status]
    if status >= 500:
        return Cause.SERVER, f"Bitbucket fails on {{}} ({status}); try again later"
    if status >= 400:
        return Cause.INVALID, f"Bitbucket does not accept {{}} ({status})"
    return Cause.GARBLED, f"Bitbucket answers {{}} with {status}, which patless does not expect"


def _fields(body: bytes, hide: Callable[[str], str]) -> dict[str, str]:
    try:
        found = json.loads(body)["error"]["fields"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return {}
    named = list(found.items())[:10] if isinstance(found, dict) else []
    texts = ((name, " ".join(map(str, words)) if isinstance(words, list) else str(words)) for name, words in named)
    return {shown(hide(name)): shown(hide(words)) for name, words in texts}


def _said(
    headers: Mapping[str, str], body: bytes, hide: Callable[[str], str]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    text = body.decode("utf-8", "replace").strip()
    if "html" in headers.get("Content-Type", "").lower() or text.startswith("<"):
        return "the answer is a web page; something between here and Bitbucket may have sent it", (), ()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return ("" if text.startswith(("{", "[")) else shown(hide(text))), (), ()
    # Code Insights answers without the usual `error` around it: BITBUCKET_API.md 8, fact 9
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return (shown(hide(error)) if isinstance(error, str) else ""), (), ()
    detail = error.get("detail")
    words = list(dict.fromkeys(one for one in (error.get("message"), detail) if isinstance(one, str)))
    fields = error.get("fields")
    words += [f"({', '.join(sorted(map(str, fields))[:10])})"] if isinstance(fields, dict) and fields else []
    named = detail if isinstance(detail, dict) else {}
    return shown(hide(" ".join(words))), scopes(named.get("required"), hide), scopes(named.get("granted"), hide)
