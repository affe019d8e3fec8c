"""Remote services: how one is called, paced, tried again, and given up with a reason."""

from .failures import (
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
from .http_client import Answer, Service
from .retry_policy import Limits

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
