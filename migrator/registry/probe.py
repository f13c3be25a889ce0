"""Ask a registry what the native credentials may do with each of some packages. Reads only: nothing is uploaded."""

from __future__ import annotations

import json
from collections.abc import Iterable

from msgspec import Struct

from migrator.registry import addresses, tokens
from migrator.registry.challenge import Basic, Bearer, parse
from migrator.registry.http import Http, RegistryReply
from migrator.registry.records import Access, Answer, Authorization, NativePair, RegistryError
from migrator.text.patterns import regex

_CODE = regex(r"[A-Z_]{1,40}")


class Probe(Struct, frozen=True):
    """`error` says why the registry answered for some packages only, or for none; '' where it answered for all."""

    accesses: tuple[Access, ...]
    error: str = ""


def probe(host: str, names: Iterable[str], pair: NativePair) -> Probe:
    """Ask `host` for the packages `names` of it, in order, until it fails to answer."""
    left, found = list(names), list[Access]()
    try:
        with Http() as http:
            asking = _Asking.at(http, host, pair)
            while left:
                found.append(asking.access(left[0]))
                del left[0]
    except RegistryError as error:
        unknown = (Access(name, Answer.UNKNOWN, Answer.UNKNOWN, ("not asked: see the error",)) for name in left)
        return Probe((*found, *unknown), str(error))
    return Probe(tuple(found))


class _Asking(Struct, frozen=True):
    http: Http
    base: str
    challenge: Basic | Bearer | None
    pair: NativePair

    @classmethod
    def at(cls, http: Http, host: str, pair: NativePair) -> _Asking:
        """Knock, and see that the credentials are let in. Raises RegistryError."""
        base = addresses.base(host)
        knock = http.get(f"{base}/v2/")
        if knock.status == 200:
            return cls(http, base, None, pair)
        challenge = parse(knock.headers.get("WWW-Authenticate", "")) if knock.status == 401 else None
        if challenge is None:
            raise RegistryError(f"{host} answers {knock.status}, as no registry does")
        if isinstance(challenge, Bearer):
            addresses.checked(challenge.realm, base, "the token server")
            refused = tokens.ask(http, challenge, pair) is None
        else:
            refused = http.get(f"{base}/v2/", tokens.basic(pair)).status in (401, 403)
        if refused:
            raise RegistryError(
                f"{host} refuses the native credentials: they are not this step's, have expired, or a variable "
                "has one of their names"
            )
        return cls(http, base, challenge, pair)

    def access(self, name: str) -> Access:
        path = name.partition("/")[2]
        if self.challenge is None:
            why = "the registry answers anybody, so its answer says nothing about the native credentials"
            return Access(name, Answer.UNKNOWN, Answer.UNKNOWN, (why,))
        if isinstance(self.challenge, Basic):
            readable, why = self._readable(path, tokens.basic(self.pair))
            return Access(name, readable, Answer.UNKNOWN, (why, "push: this registry does not tell without an upload"))
        token = self._token(self.challenge, path, "pull")
        readable, why = (
            (Answer.NO, "no token to read it") if token is None else self._readable(path, token.authorization)
        )
        push, claim = self._push(self.challenge, path)
        return Access(name, readable, push, (why, claim))

    def _token(self, challenge: Bearer, path: str, actions: str) -> tokens.RegistryToken | None:
        return tokens.ask(self.http, challenge, self.pair, f"repository:{path}:{actions}")

    def _push(self, challenge: Bearer, path: str) -> tuple[Answer, str]:
        token = self._token(challenge, path, "pull,push")
        if token is None:
            return Answer.NO, "push: no token for it"
        actions = token.actions(path)
        if actions is None:
            return Answer.UNKNOWN, "push: the token does not say, and patless uploads nothing to try"
        return (Answer.YES, "push: granted by the token") if "push" in actions else (Answer.NO, "push: not granted")

    def _readable(self, path: str, authorization: Authorization) -> tuple[Answer, str]:
        reply = self.http.get(f"{self.base}/v2/{path}/tags/list", authorization, {"n": "1"})
        if reply.status == 200:
            if _lists_tags(reply):
                return Answer.YES, "an answer that is not a list of tags"
            return Answer.UNKNOWN, "an answer that is no list of tags"
        said = _said(reply)
        if reply.status in (401, 403):
            return Answer.NO, f"reading it is refused ({said})"
        if reply.status == 404:
            return Answer.UNKNOWN, f"not there, never pushed to, or hidden from this repository ({said})"
        return Answer.UNKNOWN, f"an answer that patless does not expect ({said})"


def _lists_tags(reply: RegistryReply) -> bool:
    document = _document(reply)
    return isinstance(document, dict) and "tags" in document


def _said(reply: RegistryReply) -> str:
    """Status and error codes, never the registry's free text, which could repeat what it was sent."""
    document = _document(reply)
    errors = document.get("errors") if isinstance(document, dict) else None
    codes = [error.get("code") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    return " ".join(
        [str(reply.status), *(code for code in codes[:3] if isinstance(code, str) and _CODE.fullmatch(code))]
    )


def _document(reply: RegistryReply) -> object:
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
