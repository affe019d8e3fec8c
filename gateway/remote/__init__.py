"""Remote services: how one is called, paced, tried again, and given up with a reason."""

from .calling import Answer, Service
from .pacing import Limits
from .setbacks import (
    Denied,
    Encoded,
    GaveUp,
    Moved,
    Refused,
    RemoteFailure,
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
