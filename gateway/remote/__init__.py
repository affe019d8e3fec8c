"""HTTP client of live services: pace, deadlines, retries, and failures with a reason.

No token, header, query or body is part of a failure.
"""

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
