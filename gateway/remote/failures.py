"""What can go wrong with a call: setbacks, after which it may be tried again, and failures, which
end it. None of them tells a header, a query or a body."""

import socket
import ssl

import httpx
from msgspec import Struct

from storage import Failure

LONGEST_CHAIN = 5


class HttpCall(Struct, frozen=True, kw_only=True):
    """`is_repeatable`: made twice, it leaves the same behind as made once."""

    method: str
    path: str
    accept: str = "application/json"
    params: dict[str, str] | None = None
    body: bytes | None = None
    is_repeatable: bool = True


class RemoteFailure(Failure):
    """A call of a remote service came to nothing."""

    def __init__(self, call: HttpCall, reason: str) -> None:
        super().__init__(f"{call.method} {call.path}: {reason}")
        self.method = call.method
        self.path = call.path
        self.reason = reason


class AccessDenied(RemoteFailure):
    """The server does not take the token, or not for this."""


class Redirected(RemoteFailure):
    """The server points somewhere else; a secret must not follow."""


class CompressedAnswer(RemoteFailure):
    """The answer is compressed, though nobody asked for it: a few bytes might become millions."""


class TooLarge(RemoteFailure):
    """The answer is longer than whoever asked can hold."""


class UntrustedCertificate(RemoteFailure):
    """Somebody answers in the server's name whose certificate proves nothing."""


class DownloadRefused(RemoteFailure):
    """What was to be carried is not to be had."""

    def __init__(self, call: HttpCall, status: int) -> None:
        super().__init__(call, f"the server answered {status}")
        self.status = status


class RetryAfterTooLong(RemoteFailure):
    """The server wants to be left alone for longer than is worth waiting: `seconds`."""

    def __init__(self, call: HttpCall, reason: str, seconds: float) -> None:
        super().__init__(call, reason)
        self.seconds = seconds


class RetriesExhausted(RemoteFailure):
    """Tried until there was no more use in it."""


class OutcomeUnknown(RemoteFailure):
    """It may have been done, or not: to try again might do it twice."""

    def __init__(self, call: HttpCall, reason: str) -> None:
        super().__init__(call, f"it may have been done, or not: {reason}")


class AttemptFailure(Exception):
    """One try came to nothing.

    `asked`: seconds the server wants us to wait. `is_certain`: the server has done nothing.
    `ends`: the failure that this is, where to try again is of no use.
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
    """What happened, in words of our own: those of a foreign exception may quote a request."""
    match error:
        case httpx.ConnectError():
            return connect_failure(origin(error))
        case httpx.ConnectTimeout():
            return AttemptFailure("the server could not be reached in time", is_certain=True)
        case httpx.TimeoutException():
            return AttemptFailure("the answer took too long")
        case httpx.RemoteProtocolError():
            return AttemptFailure("the answer was cut short or is not HTTP")
        case _:
            return AttemptFailure("the connection broke")


def connect_failure(error: BaseException) -> AttemptFailure:
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


def origin(error: BaseException) -> BaseException:
    """What the system said. httpcore hides it as a context, and foreign causes may go in a ring."""
    for _ in range(LONGEST_CHAIN):
        if isinstance(error, OSError):
            break
        error = error.__cause__ or error.__context__ or error
    return error
