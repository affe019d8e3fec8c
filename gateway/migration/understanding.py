"""Single objects, understood as their dialect understands them, or not at all."""

from typing import NamedTuple

from dialects.base import Dump, StrangeId, Told
from storage import Account, Failure, Invalid, Ready, Wanted

ADVICE = (
    "Old ids only go on working under the salt that wrote them (HASH_SALT in that server's .env):"
    " make an account with it, `gateway account create NAME --hash-salt SALT`, and use that one."
)


class WrongSalt(Failure):
    """The ids were written with another salt than the account's; nothing has been written."""


class Piece(NamedTuple):
    """One object and its place in what it was read from; `problem` why it could not be read."""

    place: str
    raw: bytes
    problem: str = ""


class Read(NamedTuple):
    """A piece as its dialect understands it: `told`, or else why not. Where that was done ahead,
    `ready` is the client made ready to be stored, and `wanted` what it wants to be known by."""

    place: str
    told: Told | None
    problem: str = ""
    raw: bytes = b""
    wanted: Wanted | None = None
    ready: Ready | None = None


def understood(piece: Piece, dump: Dump, account: Account) -> Read:
    """Raises WrongSalt."""
    if piece.problem:
        return Read(piece.place, None, piece.problem)
    try:
        return Read(piece.place, dump.read(piece.raw, account), raw=piece.raw)
    except StrangeId as failure:
        # Not one client would be found again under its id.
        raise WrongSalt(f"{failure}. {ADVICE}") from failure
    except Invalid as failure:
        return Read(piece.place, None, str(failure))
