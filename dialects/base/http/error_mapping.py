"""The mapping of any exception to a failure that a dialect can render."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.responses import Response

from dialects.base.protocol.failures import (
    Broken,
    Forbidden,
    Malformed,
    NoRoute,
    Postponed,
    Rejected,
    Renderable,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unconfirmed,
    Unsupported,
    WrongMethod,
)
from storage import Conflict, Invalid, Locked, NotFound, Stale, Unavailable

Render = Callable[[Renderable], Response]
"""How a dialect turns a failure into an answer."""


def failure_of(error: Exception) -> Renderable:
    """Return the failure that an exception stands for; Broken for an unexpected exception."""
    match error:
        case NotFound() | Conflict() | Invalid() | Locked() | Stale() | Unavailable():
            return error
        case Unauthenticated() | Forbidden() | Malformed() | TooLarge() | Unsupported():
            return error
        case Unconfirmed() | Rejected() | TooManyRequests() | Postponed():
            return error
        case NoRoute() | WrongMethod():
            return error
        case HTTPException(status_code=404):
            return NoRoute("no such path")
        case HTTPException(status_code=405):
            allowed = (error.headers or {}).get("Allow", "").split(", ")
            return WrongMethod(", ".join(sorted(allowed)))
        case HTTPException(status_code=400):
            return Malformed(error.detail)
        case _:
            return Broken(type(error).__name__)
