"""Failures of a call, which end it, and of one attempt, after which the call may be retried.

No failure contains a header, a query or a body: they can be secret.
"""

import socket
import ssl

import httpx
from msgspec import Struct

from storage import Failure

from .file_form import FileForm

MAX_CHAIN_LENGTH = 5
"""Exceptions that are followed from one to its cause."""


class HttpCall(Struct, frozen=True, kw_only=True):
    """A call of a remote service, which can take several attempts.

    `is_repeatable`: two equal requests have the same effect as one.
    """

    method: str
    path: str
    accept: str = "application/json"
    params: dict[str, str] | None = None
    body: bytes | None = None
    form: FileForm | None = None
    is_repeatable: bool = True


class RemoteFailure(Failure):
    """A call of a remote service has failed."""

    def __init__(self, call: HttpCall, reason: str) -> None:
        super().__init__(f"{call.method} {call.path}: {reason}")
        self.method = call.method
        self.path = call.path
        self.reason = reason


class AccessDenied(RemoteFailure):
    """The server refuses the token, at least for this call."""


class Redirected(RemoteFailure):
    """The server redirects to another address. The token must not be sent there."""


class CompressedAnswer(RemoteFailure):
    """The answer is compressed, although the request does not allow that.

    A few compressed bytes can become millions.
    """


class TooLarge(RemoteFailure):
    """The answer is longer than the limit of the call."""


class UntrustedCertificate(RemoteFailure):
    """The certificate of the server cannot be verified, so that it may be another server."""


class DownloadRefused(RemoteFailure):
    """The server answers a download with the status of an error."""

    def __init__(self, call: HttpCall, status: int) -> None:
        super().__init__(call, f"the server answered {status}")
        self.status = status


class RetryAfterTooLong(RemoteFailure):
    """The server asks to wait `seconds`, which is longer than the limit."""

    def __init__(self, call: HttpCall, reason: str, seconds: float) -> None:
        super().__init__(call, reason)
        self.seconds = seconds


class RetriesExhausted(RemoteFailure):
    """The call has failed as often, or for as long, as its limits allow."""


class OutcomeUnknown(RemoteFailure):
    """The request may have been executed or not. A retry could execute it twice."""

    def __init__(self, call: HttpCall, reason: str) -> None:
        super().__init__(call, f"it may have been done, or not: {reason}")


class AttemptFailure(Exception):
    """The failure of one attempt of a call.

    `retry_after`: seconds that the server asks to wait. `is_certain`: the server has certainly not
    executed the request. `final_failure`: the failure of the call, if a retry is of no use.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int = 0,
        retry_after: float | None = None,
        is_certain: bool = False,
        final_failure: type[
            AccessDenied | Redirected | CompressedAnswer | TooLarge | UntrustedCertificate
        ]
        | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after
        self.is_certain = is_certain
        self.final_failure = final_failure


def attempt_failure(error: httpx.TransportError) -> AttemptFailure:
    """Translate an exception of httpx into our own words: its message can quote the request."""
    match error:
        case httpx.ConnectError():
            return connect_failure(find_os_error(error))
        case httpx.ConnectTimeout():
            return AttemptFailure("the server could not be reached in time", is_certain=True)
        case httpx.TimeoutException():
            return AttemptFailure("the answer took too long")
        case httpx.RemoteProtocolError():
            return AttemptFailure("the answer was cut short or is not HTTP")
        case _:
            return AttemptFailure("the connection broke")


def connect_failure(error: BaseException) -> AttemptFailure:
    """Return the failure to connect; the server has certainly executed nothing."""
    match error:
        case ConnectionRefusedError():
            return AttemptFailure("the connection was refused", is_certain=True)
        case socket.gaierror():
            return AttemptFailure("the name of the server was not found", is_certain=True)
        case ssl.SSLCertVerificationError():
            reason = "the certificate of the server cannot be trusted"
            return AttemptFailure(reason, is_certain=True, final_failure=UntrustedCertificate)
        case ssl.SSLError():
            return AttemptFailure("the server did not agree on TLS", is_certain=True)
        case _:
            return AttemptFailure("the server could not be reached", is_certain=True)


def find_os_error(error: BaseException) -> BaseException:
    """Find the OSError behind an exception of httpx; without one, return the last cause.

    httpcore hides it as the context of its own exception. Causes can form a ring, so that only
    `MAX_CHAIN_LENGTH` of them are followed.
    """
    for _ in range(MAX_CHAIN_LENGTH):
        if isinstance(error, OSError):
            break
        error = error.__cause__ or error.__context__ or error
    return error
