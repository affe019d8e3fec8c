"""Every failure that a dialect can be asked to render: the store's, and those only HTTP knows."""

from storage import Conflict, Failure, Invalid, Locked, NotFound, Stale, Unavailable


class Unauthenticated(Failure):
    """No credential, or one that opens nothing here."""


class Forbidden(Failure):
    """The credential is known, but does not allow this."""


class Unconfirmed(Failure):
    """A final operation was asked for without the account's password."""


class Malformed(Failure):
    """The body cannot be read at all."""


class Rejected(Failure):
    """The request makes no sense as asked; carries the sentence that says why."""


class TooLarge(Failure):
    """The body is larger than this API takes."""


class Unsupported(Failure):
    """The body is encoded in a way that is not read here."""


class TooManyRequests(Failure):
    """The token has made more calls than it may, for now."""

    def __init__(self, retry_after: int) -> None:
        """`retry_after` is in seconds."""
        super().__init__(f"may be made in {retry_after} s")
        self.retry_after = retry_after


class NoRoute(Failure):
    """No such path."""


class WrongMethod(Failure):
    """The path exists, but not for this method."""

    def __init__(self, allowed: str) -> None:
        super().__init__(f"allowed here: {allowed}")
        self.allowed = allowed


class Broken(Failure):
    """A defect on our side; its traceback is in the log and nowhere else."""


Renderable = (
    NotFound
    | Conflict
    | Invalid
    | Locked
    | Stale
    | Unavailable
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
"""The closed set of failures: every dialect's `render` covers all of them."""
