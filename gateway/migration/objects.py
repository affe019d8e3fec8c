"""Single objects, understood as their dialect understands them, or not at all."""

from typing import NamedTuple

from dialects.base.migration.object_codec import Dump, StrangeId, Told
from storage import Account, Invalid, Ready, Wanted

from .failures import ADVICE, WrongSalt


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
