"""Raw objects, the same objects parsed by their dialect, and prepared batches of them."""

from typing import NamedTuple, Protocol

from dialects.base.migration.object_codec import ForeignSaltId, ObjectCodec, ParsedObject
from storage import Account, Identifiers, Invalid, PreparedColumns, PreparedRows

from .failures import WrongSalt


class RawObject(NamedTuple):
    """The bytes of one object, and its position in the file or list from which it was read.

    `problem` is the reason why the object could not be read from the file, else empty.
    """

    position: str
    raw: bytes
    problem: str = ""


class ReadObject(NamedTuple):
    """An object as its dialect parses it, or the `problem` why it cannot be parsed.

    `parsed` is None if there is a problem. `identifiers` and `prepared` are set if the client was
    prepared before the transaction: the identifiers that it claims, and its rows.
    """

    position: str
    parsed: ParsedObject | None
    problem: str = ""
    raw: bytes = b""
    identifiers: Identifiers | None = None
    prepared: PreparedRows | None = None


class ColumnBatchLike(Protocol):
    """A column batch of new clients, with the columns of their origins."""

    @property
    def foreign_ids(self) -> list[str]: ...
    @property
    def stamps(self) -> list[str]: ...
    @property
    def updated_at(self) -> list[int]: ...
    @property
    def prepared(self) -> PreparedColumns: ...


class PreparedBatchLike(Protocol):
    """A batch of parsed objects: a column batch, and the other objects by position."""

    @property
    def column_batch(self) -> ColumnBatchLike | None: ...
    @property
    def others(self) -> dict[int, ReadObject]: ...
    def iter_all(self) -> list[ReadObject]: ...


def read_object(raw_object: RawObject, codec: ObjectCodec, account: Account) -> ReadObject:
    """Parse an object. An invalid object is returned with its problem.

    Raises WrongSalt if another salt than the account's wrote an id of the object.
    """
    if raw_object.problem:
        return ReadObject(raw_object.position, None, raw_object.problem)
    try:
        return ReadObject(
            raw_object.position, codec.read_object(raw_object.raw, account), raw=raw_object.raw
        )
    except ForeignSaltId as failure:
        # No client would be reachable under its old id.
        raise WrongSalt(f"{failure}. {codec.salt_advice}") from failure
    except Invalid as failure:
        return ReadObject(raw_object.position, None, str(failure))
