"""Ask a registry of npm or Python what the native credentials may read. Reads only: nothing is uploaded.

https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md#getpackage and https://peps.python.org/pep-0503/. Neither
protocol has a question about publishing. That of Packages for Python is not documented, so only a page of the package's
own files counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

from migrator.findings.records import PackageType
from migrator.registry import addresses, tokens
from migrator.registry.http import Http, RegistryReply
from migrator.registry.probe import Probe
from migrator.registry.records import Access, Answer, Authorization, NativePair, RegistryError

ASKED = frozenset({PackageType.NPM, PackageType.PYTHON})
_PUSH = "push: this registry does not tell without an upload"
_ANYBODY = "the registry answers anybody, so its answer says nothing about the native credentials"


def probe(kind: PackageType, host: str, names: Iterable[str], pair: NativePair) -> Probe:
    """As of a registry of images: ask `host` for the packages `names` of it, in order, until it fails to answer."""
    left, found = list(names), list[Access]()
    try:
        with Http() as http:
            while left:
                found.append(_access(http, kind, left[0], tokens.basic(pair)))
                del left[0]
    except RegistryError as error:
        unknown = (Access(name, Answer.UNKNOWN, Answer.UNKNOWN, ("not asked: see the error",)) for name in left)
        return Probe((*found, *unknown), str(error))
    return Probe(tuple(found))


def _access(http: Http, kind: PackageType, name: str, authorization: Authorization) -> Access:
    url = _url(kind, name)
    if http.get(url).status == 200:
        return Access(name, Answer.UNKNOWN, Answer.UNKNOWN, (_ANYBODY,))
    answer, why = _readable(kind, name, http.get(url, authorization))
    return Access(name, answer, Answer.UNKNOWN, (why, _PUSH))


def _url(kind: PackageType, name: str) -> str:
    host, workspace, package = name.split("/", 2)
    base = f"{addresses.base(host)}/{workspace}"
    return f"{base}/{quote(package, safe='@')}" if kind is PackageType.NPM else f"{base}/simple/{package}/"


def _readable(kind: PackageType, name: str, reply: RegistryReply) -> tuple[Answer, str]:
    if reply.status == 200:
        if _describes(kind, name.split("/", 2)[2], reply):
            return Answer.YES, "the registry describes the package"
        return Answer.UNKNOWN, "an answer that does not describe the package"
    if reply.status == 403:
        return Answer.NO, "reading it is refused (403)"
    if reply.status == 401:
        return Answer.UNKNOWN, "refused, for the package or for the credentials (401)"
    if reply.status == 404:
        return Answer.UNKNOWN, "not there, never published, or hidden from this repository (404)"
    return Answer.UNKNOWN, f"an answer that patless does not expect ({reply.status})"


def _describes(kind: PackageType, package: str, reply: RegistryReply) -> bool:
    if kind is PackageType.PYTHON:
        return b"<a " in reply.body and b"href" in reply.body
    try:
        document = json.loads(reply.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("name") == package and "versions" in document
