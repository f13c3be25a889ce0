"""What the network did instead of answering, as a sentence."""

from __future__ import annotations

import requests
import urllib3.exceptions as lower

from migrator.bitbucket.budget import Budget
from migrator.bitbucket.errors import ApiError, Cause
from migrator.registry.unreached import why


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
    if isinstance(reason, lower.ProtocolError) or isinstance(error, lower.ProtocolError):
        told = f"{place} closed the connection before its answer to {asked} was complete; try again later"
        return ApiError(Cause.UNREACHABLE, told)
    if isinstance(error, (requests.Timeout, requests.ConnectionError, OSError)):
        return ApiError(Cause.UNREACHABLE, why(error, place))
    return ApiError(Cause.UNREACHABLE, f"cannot ask {place} for {asked} ({type(error).__name__})")
