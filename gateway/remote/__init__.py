"""Remote services: how one is called, paced, tried again, and given up with a reason."""

from .failures import (
    AccessDenied,
    CompressedAnswer,
    DownloadRefused,
    OutcomeUnknown,
    Redirected,
    RemoteFailure,
    RetriesExhausted,
    RetryAfterTooLong,
    TooLarge,
    UntrustedCertificate,
)
from .http_client import HttpClient, RemoteResponse
from .retry_policy import CallLimits

__all__ = [
    "AccessDenied",
    "CallLimits",
    "CompressedAnswer",
    "DownloadRefused",
    "HttpClient",
    "OutcomeUnknown",
    "Redirected",
    "RemoteFailure",
    "RemoteResponse",
    "RetriesExhausted",
    "RetryAfterTooLong",
    "TooLarge",
    "UntrustedCertificate",
]
