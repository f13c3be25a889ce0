"""Why nobody answered, told apart by what to do about it: a name, a proxy, a certificate, or the network."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions as lower

from migrator.text.patterns import regex

_DEPTH = 12
_REFUSED = regex(r"Tunnel connection failed: (\d{3})")
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXPIRED, _OTHER_NAME, _OTHER_ADDRESS = 10, 62, 64
"""https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/"""


def why(error: BaseException, place: str) -> str:
    """The sentence about an error of requests or urllib3 that is no answer, with what to do. Never the error's own
    text, which can quote what was sent."""
    every = list(_chain(error))
    if any(isinstance(one, (requests.exceptions.ProxyError, lower.ProxyError)) for one in every):
        return f"cannot reach {place}: {_proxy(every)}"
    if any(isinstance(one, (requests.exceptions.SSLError, lower.SSLError, ssl.SSLError)) for one in every):
        return f"patless does not accept the certificate of {place}: {_certificate(every)}"
    if any(isinstance(one, (socket.gaierror, lower.NameResolutionError)) for one in every):
        return f"cannot reach {place}: its name has no address (DNS); check the name, and the network of this machine"
    late = any(isinstance(one, (requests.ConnectTimeout, TimeoutError)) for one in every)
    what = "no connection in time" if late else "no connection"
    return f"cannot reach {place}: {what}; check the network, set HTTPS_PROXY if it has a proxy, or try again later"


def _proxy(every: list[BaseException]) -> str:
    name = next((one for one in _PROXIES if os.environ.get(one)), "HTTPS_PROXY")
    code = next((found[1] for one in every if (found := _REFUSED.search(str(one)))), "")
    if code == "407":
        return f"the proxy needs a user name and a password (407); put them into {name}"
    if code:
        return f"the proxy refuses ({code}); ask whoever runs it to let this host through"
    if any(isinstance(one, (socket.gaierror, lower.NameResolutionError)) for one in every):
        return f"the name of the proxy has no address (DNS); correct {name}"
    return f"the proxy does not answer; correct or unset {name}"


def _certificate(every: list[BaseException]) -> str:
    code = next((one.verify_code for one in every if isinstance(one, ssl.SSLCertVerificationError)), None)
    if code is None:
        return "TLS failed; check which program between here and there answers"
    if code == _EXPIRED:
        return "it has expired; check the clock of this machine, and tell whoever runs the host"
    if code in (_OTHER_NAME, _OTHER_ADDRESS):
        return "it is for another name; check the address, and which program between here and there answers"
    return "this machine does not know who signed it; name the file of your company's authority in REQUESTS_CA_BUNDLE"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those within it; each at most once, and so it ends."""
    seen: list[BaseException] = []
    pending: list[object] = [error]
    while pending and len(seen) < _DEPTH:
        one = pending.pop(0)
        if isinstance(one, BaseException) and not any(one is other for other in seen):
            seen.append(one)
            yield one
            pending += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
