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
            f"the budget of {budget.per_hour} requests an hour is spent, so {asked} was not sent; it is shared by all "
            "runs on this machine: try again later"
        )
        return ApiError(Cause.RATE_LIMITED, sentence)
    slow = (requests.ReadTimeout, lower.ReadTimeoutError)
    if isinstance(error, slow) or isinstance(reason, slow):
        return ApiError(Cause.TOO_SLOW, f"{place} does not answer {asked} in time; try again later")
    if isinstance(error, requests.Timeout):
        return ApiError(Cause.UNREACHABLE, f"{place} cannot be reached in time")
    if isinstance(error, requests.exceptions.SSLError):
        return ApiError(Cause.UNREACHABLE, f"{place} shows a certificate that is not accepted")
    if isinstance(error, requests.exceptions.ProxyError):
        return ApiError(Cause.UNREACHABLE, f"{place} cannot be reached: the proxy refuses")
    if isinstance(error, (requests.ConnectionError, lower.ProtocolError, OSError)):
        broken = isinstance(reason, lower.ProtocolError) or isinstance(error, lower.ProtocolError)
        told = f"closed the connection before its answer to {asked} was complete" if broken else "cannot be reached"
        return ApiError(Cause.UNREACHABLE, f"{place} {told}; try again later")
    return ApiError(Cause.UNREACHABLE, f"{place} cannot be asked for {asked} ({type(error).__name__})")
