"""What the network did instead of answering, as a sentence."""

from __future__ import annotations

import requests
import urllib3.exceptions as lower

from migrator.bitbucket.budget import Budget
from migrator.bitbucket.errors import ApiError, Cause


def fault(error: Exception, asked: str, place: str, budget: Budget) -> ApiError:
    """The error for one of requests or urllib3. Never the exception's own text, which can quote what was sent."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, lower.MaxRetryError) else cause
    if type(error) is requests.Timeout:  # of the limiter; those of the network are subclasses
        sentence = (
            f"this machine has used its {budget.per_hour} requests an hour, which all runs share, so patless did "
            f"not send {asked}; try again later"
        )
        return ApiError(Cause.RATE_LIMITED, sentence)
    slow = (requests.ReadTimeout, lower.ReadTimeoutError)
    if isinstance(error, slow) or isinstance(reason, slow):
        return ApiError(Cause.TOO_SLOW, f"{place} does not answer {asked} in time; try again later")
    if isinstance(error, requests.Timeout):
        return ApiError(Cause.UNREACHABLE, f"cannot reach {place} in time")
    if isinstance(error, requests.exceptions.SSLError):
        return ApiError(Cause.UNREACHABLE, f"patless does not accept the certificate of {place}")
    if isinstance(error, requests.exceptions.ProxyError):
        return ApiError(Cause.UNREACHABLE, f"cannot reach {place}: the proxy refuses")
    if isinstance(error, (requests.ConnectionError, lower.ProtocolError, OSError)):
        broken = isinstance(reason, lower.ProtocolError) or isinstance(error, lower.ProtocolError)
        told = f"closed the connection before its answer to {asked} was complete" if broken else "cannot be reached"
        return ApiError(Cause.UNREACHABLE, f"{place} {told}; try again later")
    return ApiError(Cause.UNREACHABLE, f"cannot ask {place} for {asked} ({type(error).__name__})")
