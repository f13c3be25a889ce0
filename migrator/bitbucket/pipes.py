"""A published pipe: its versions are the tags of its repository, its variables are named in its `pipe.yml`.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/ and
https://support.atlassian.com/bitbucket-cloud/docs/write-a-pipe-for-bitbucket-pipelines/
"""

from __future__ import annotations

import os
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from msgspec import Struct

from migrator.bitbucket import addresses
from migrator.bitbucket.addresses import split
from migrator.bitbucket.errors import SetUpError
from migrator.text import yaml
from migrator.text.patterns import regex
from migrator.text.source import Source, Undecodable

if TYPE_CHECKING:
    import requests

_VERSION = regex(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
_PAGES = 10
_SECONDS = 5
"""How long an answer may be silent; all of it may take four times that."""
_CHUNK = 64 * 1024
_MAX_BYTES = 1024 * 1024


class Unreachable(Exception):
    """Bitbucket could not be asked, or its answer is none; the message is a sentence."""


class PublishedPipe(Struct, frozen=True):
    """`variables` are the names that the pipe's own description has."""

    version: str
    variables: frozenset[str]


@lru_cache(maxsize=8)
def published(name: str, version: str = "") -> PublishedPipe:
    """The pipe `workspace/name` at a version, by default the newest. Raises Unreachable."""
    import requests
    from urllib3.exceptions import HTTPError

    from migrator.registry.bounded import bounded

    base = api_url()
    repository = f"{base}/repositories/{'/'.join(quote(part, safe='') for part in name.split('/'))}"
    with requests.Session() as session:
        session.auth = _nobody  # else requests looks for a password in ~/.netrc
        session.mount(f"{base}/", bounded(requests.adapters.HTTPAdapter(), 4 * _SECONDS, _MAX_BYTES))
        try:
            chosen = version or _newest(session, repository, name)
            text = _get(session, f"{repository}/src/{quote(chosen, safe='')}/pipe.yml").decode("utf-8")
        except (requests.RequestException, HTTPError, OSError) as error:
            from migrator.registry.unreached import why

            raise Unreachable(why(error, urlsplit(base).netloc)) from None
        except UnicodeDecodeError:
            raise Unreachable(f"the pipe.yml of {name} is not text") from None
    return PublishedPipe(chosen, _variables(text, name))


def api_url() -> str:
    """The API's base URL; `PATLESS_API_URL` names another one. Plain http is for this machine only."""
    try:
        return addresses.api_url(os.environ)
    except SetUpError as error:
        raise Unreachable(str(error)) from None


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _newest(session: requests.Session, repository: str, name: str) -> str:
    versions: list[tuple[int, ...]] = []
    url = f"{repository}/refs/tags?pagelen=100&fields=values.name,next"
    for _ in range(_PAGES):
        page = _json(_get(session, url))
        values = page.get("values")
        for entry in values if isinstance(values, list) else ():
            match = _VERSION.fullmatch(str(entry.get("name", ""))) if isinstance(entry, dict) else None
            if match:
                versions.append(tuple(int(part) for part in match.groups()))
        following = page.get("next")
        if not isinstance(following, str) or split(following)[:2] != split(repository)[:2]:
            break
        url = following
    if not versions:
        raise Unreachable(f"the repository of {name} has no tag that is a version")
    return ".".join(str(part) for part in max(versions))


def _json(data: bytes) -> dict[str, Any]:
    import json

    try:
        page = json.loads(data)
    except (ValueError, RecursionError):
        raise Unreachable("Bitbucket's answer is not JSON") from None
    return page if isinstance(page, dict) else {}


def _get(session: requests.Session, url: str) -> bytes:
    import requests

    data = bytearray()
    until = time.monotonic() + 4 * _SECONDS
    headers = {"Accept-Encoding": "identity"}  # what is not packed cannot grow
    prepared = session.prepare_request(requests.Request("GET", url, headers=headers))
    settings = session.merge_environment_settings(prepared.url or "", {}, True, None, None)
    # Not Session.send, which reads a redirect's whole body and parses its target, whatever either is.
    with session.get_adapter(url).send(prepared, timeout=_SECONDS, **settings) as answer:  # type: ignore[arg-type]
        if answer.status_code != 200:
            raise Unreachable(f"Bitbucket answered {answer.status_code} for {urlsplit(url).path}")
        while chunk := answer.raw.read1(_CHUNK):
            data += chunk
            if len(data) > _MAX_BYTES:
                raise Unreachable("Bitbucket's answer is larger than 1 MiB")
            if time.monotonic() > until:
                raise Unreachable("Bitbucket's answer takes too long")
    return bytes(data)


def _variables(text: str, name: str) -> frozenset[str]:
    try:
        document = yaml.plain(yaml.read_yaml(Source.decode("pipe.yml", text.encode())))
    except (yaml.YamlError, Undecodable):
        raise Unreachable(f"patless can't read the pipe.yml of {name}") from None
    entries = document.get("variables") if isinstance(document, dict) else None
    names = [entry.get("name") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return frozenset(name for name in names if isinstance(name, str))
