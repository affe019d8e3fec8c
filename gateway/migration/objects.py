"""Single objects, understood as their dialect understands them, or not at all."""

from typing import NamedTuple

from dialects.base.migration.object_codec import ForeignSaltId, ObjectCodec, ParsedObject
from storage import Account, Identifiers, Invalid, PreparedRows

from .failures import ADVICE, WrongSalt


class RawObject(NamedTuple):
    """One object and its place in what it was read from; `problem` why it could not be read."""

    place: str
    raw: bytes
    problem: str = ""


class ReadObject(NamedTuple):
    """A piece as its dialect understands it: `told`, or else why not. Where that was done ahead,
    `ready` is the client made ready to be stored, and `wanted` what it wants to be known by."""

    place: str
    told: ParsedObject | None
    problem: str = ""
    raw: bytes = b""
    wanted: Identifiers | None = None
    ready: PreparedRows | None = None


def read_object(piece: RawObject, dump: ObjectCodec, account: Account) -> ReadObject:
    """Raises WrongSalt."""
    if piece.problem:
        return ReadObject(piece.place, None, piece.problem)
    try:
        return ReadObject(piece.place, dump.read(piece.raw, account), raw=piece.raw)
    except ForeignSaltId as failure:
        # Not one client would be found again under its id.
        raise WrongSalt(f"{failure}. {ADVICE}") from failure
    except Invalid as failure:
        return ReadObject(piece.place, None, str(failure))
