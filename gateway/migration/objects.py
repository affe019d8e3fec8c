"""Single objects, understood as their dialect understands them, or not at all."""

from typing import NamedTuple

from dialects.base.migration.object_codec import ForeignSaltId, ObjectCodec, ParsedObject
from storage import Account, Identifiers, Invalid, PreparedRows

from .failures import ADVICE, WrongSalt


class RawObject(NamedTuple):
    """One object and its place in what it was read from; `problem` why it could not be read."""

    position: str
    raw: bytes
    problem: str = ""


class ReadObject(NamedTuple):
    """A piece as its dialect understands it: `told`, or else why not. Where that was done ahead,
    `ready` is the client made ready to be stored, and `wanted` what it wants to be known by."""

    position: str
    parsed: ParsedObject | None
    problem: str = ""
    raw: bytes = b""
    identifiers: Identifiers | None = None
    prepared: PreparedRows | None = None


def read_object(raw_object: RawObject, codec: ObjectCodec, account: Account) -> ReadObject:
    """Raises WrongSalt."""
    if raw_object.problem:
        return ReadObject(raw_object.position, None, raw_object.problem)
    try:
        return ReadObject(
            raw_object.position, codec.read_object(raw_object.raw, account), raw=raw_object.raw
        )
    except ForeignSaltId as failure:
        # Not one client would be found again under its id.
        raise WrongSalt(f"{failure}. {ADVICE}") from failure
    except Invalid as failure:
        return ReadObject(raw_object.position, None, str(failure))
