"""What a dialect is, and the HTTP plumbing that all dialects share."""

from .bodies import body_of, parsed_json, refuse_unstorable, reply, shaped, stream_of
from .conditions import expected, refuse_conditions, tag, unchanged
from .failures import (
    Broken,
    Forbidden,
    Malformed,
    NoRoute,
    Rejected,
    Render,
    Renderable,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unconfirmed,
    Unsupported,
    WrongMethod,
)
from .ignored import ignored_headers, unknown_keys
from .limiting import RateOptions
from .permitting import Endpoint, Guarded, Reads, Standing, route
from .serving import AuthMiddleware, Dialect, account_of, ask, assemble, carry, late, tell

__all__ = [
    "AuthMiddleware",
    "Broken",
    "Dialect",
    "Endpoint",
    "Forbidden",
    "Guarded",
    "Malformed",
    "NoRoute",
    "RateOptions",
    "Reads",
    "Rejected",
    "Render",
    "Renderable",
    "Standing",
    "TooLarge",
    "TooManyRequests",
    "Unauthenticated",
    "Unconfirmed",
    "Unsupported",
    "WrongMethod",
    "account_of",
    "ask",
    "assemble",
    "body_of",
    "carry",
    "expected",
    "ignored_headers",
    "late",
    "parsed_json",
    "refuse_conditions",
    "refuse_unstorable",
    "reply",
    "route",
    "shaped",
    "stream_of",
    "tag",
    "tell",
    "unchanged",
    "unknown_keys",
]
