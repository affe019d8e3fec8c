"""What a dialect is, and the HTTP plumbing that all dialects share."""

from .bodies import body_of, parsed_json, refuse_unstorable, reply, shaped, stream_of
from .failures import (
    Broken,
    Forbidden,
    Malformed,
    NoRoute,
    Rejected,
    Render,
    Renderable,
    TooLarge,
    Unauthenticated,
    Unconfirmed,
    Unsupported,
    WrongMethod,
)
from .ignored import ignored_headers, unknown_keys
from .serving import AuthMiddleware, Dialect, account_of, ask, assemble, carry, route, tell

__all__ = [
    "AuthMiddleware",
    "Broken",
    "Dialect",
    "Forbidden",
    "Malformed",
    "NoRoute",
    "Rejected",
    "Render",
    "Renderable",
    "TooLarge",
    "Unauthenticated",
    "Unconfirmed",
    "Unsupported",
    "WrongMethod",
    "account_of",
    "ask",
    "assemble",
    "body_of",
    "carry",
    "ignored_headers",
    "parsed_json",
    "refuse_unstorable",
    "reply",
    "route",
    "shaped",
    "stream_of",
    "tell",
    "unknown_keys",
]
