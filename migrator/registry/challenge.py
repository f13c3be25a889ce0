"""How a registry wants to be asked: the header WWW-Authenticate.

https://distribution.github.io/distribution/spec/auth/token/ and RFC 9110, section 11.6.1
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from migrator.text.patterns import regex

_SCHEME = regex(r"[\s,]*([A-Za-z]+)(?:\s+|$)")
_PARAMETER = regex(r'[\s,]*([A-Za-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')


class Basic(Struct, frozen=True):
    """The pair itself goes along with every request."""


class Bearer(Struct, frozen=True):
    """The pair buys tokens at `realm`, an address."""

    realm: str
    service: str = ""


def parse(header: str) -> Basic | Bearer | None:
    """The first challenge that can be met, tokens preferred; None where there is none."""
    found: Basic | None = None
    for scheme, parameters in _challenges(header):
        if scheme == "bearer" and parameters.get("realm"):
            return Bearer(parameters["realm"], parameters.get("service", ""))
        if scheme == "basic":
            found = Basic()
    return found


def _challenges(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    at = 0
    while scheme := _SCHEME.match(header, at):
        at = scheme.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(header, at):
            quoted, plain = parameter[2], parameter[3]
            parameters[parameter[1].lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            at = parameter.end()
        yield scheme[1].lower(), parameters
