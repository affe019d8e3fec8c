"""Remote services: how one is called, paced, tried again, and given up with a reason."""

from .calling import (
    Answer,
    Denied,
    Encoded,
    GaveUp,
    Limits,
    Moved,
    Refused,
    RemoteFailure,
    Service,
    ToldToWait,
    TooLarge,
    Uncertain,
    Untrusted,
)

__all__ = [
    "Answer",
    "Denied",
    "Encoded",
    "GaveUp",
    "Limits",
    "Moved",
    "Refused",
    "RemoteFailure",
    "Service",
    "ToldToWait",
    "TooLarge",
    "Uncertain",
    "Untrusted",
]
