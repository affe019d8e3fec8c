"""Failures that a dialect can render: those of the store and those of an HTTP request."""

from storage import Conflict, Failure, Invalid, Locked, NotFound, Stale, Unavailable


class Unauthenticated(Failure):
    """The request has no credential, or one that gives no access here."""


class Forbidden(Failure):
    """The credential is known, but does not allow the request."""


class Unconfirmed(Failure):
    """An operation that cannot be undone was requested without the account's password."""


class Malformed(Failure):
    """The body cannot be parsed."""


class Rejected(Failure):
    """The request contradicts itself or the record. The message is the sentence that says why."""


class TooLarge(Failure):
    """The body is larger than this API accepts."""


class Unsupported(Failure):
    """The body has a Content-Encoding that is not supported."""


class TooManyRequests(Failure):
    """The token has used up its rate limit."""

    def __init__(self, retry_after: int) -> None:
        """`retry_after`: seconds until the next call is allowed."""
        super().__init__(f"may be made in {retry_after} s")
        self.retry_after = retry_after


class Postponed(Failure):
    """The token cannot write for some seconds, because its account is being cut over."""


class NoRoute(Failure):
    """The path does not exist."""


class WrongMethod(Failure):
    """The path exists, but does not allow the method.

    `allowed`: the allowed methods with commas between them, as in the Allow header.
    """

    def __init__(self, allowed: str) -> None:
        super().__init__(f"allowed here: {allowed}")
        self.allowed = allowed


class Broken(Failure):
    """A defect of the server. Its traceback is in the log and nowhere else."""


Renderable = (
    NotFound
    | Conflict
    | Invalid
    | Locked
    | Stale
    | Unavailable
    | Postponed
    | Unauthenticated
    | Forbidden
    | Unconfirmed
    | Malformed
    | Rejected
    | TooLarge
    | Unsupported
    | TooManyRequests
    | NoRoute
    | WrongMethod
    | Broken
)
"""The closed set of failures: the `render` function of every dialect covers all of them."""
