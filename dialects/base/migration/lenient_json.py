"""An object as another server of an API wrote it, brought into shape without refusing anything.

What has no field, and what its field cannot hold, is told as lost. Pure.
"""

import functools
from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar, get_args, get_origin

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, structs

from storage import Invalid, Problem

from .losses import Loss, make_loss

Shape = TypeVar("Shape", bound=Struct)

EMPTY = frozenset({b"", b"null", b'""', b"false", b"0", b"0.0", b"[]", b"{}"})
SHORT = 16
"""Nothing that is empty is longer, however its parts are set apart."""
TREE = msgspec.json.Decoder(dict[str, Raw])
ITEMS = msgspec.json.Decoder(list[Raw])
Piece: TypeAlias = bytes | Raw
FAULTS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Place(NamedTuple):
    """A field of a shape: how its value is read, and the shape of it or of its items."""

    name: str
    decoder: msgspec.json.Decoder[Any]
    shape: type[Struct] | None
    is_list: bool


def read_object(raw: bytes, shape: type[Shape]) -> tuple[Shape, list[Loss]]:
    """The object in a shape that forbids unknown fields and needs none, and what it has besides.

    Raises Invalid for what is no JSON object at all.
    """
    losses: list[Loss] = []
    try:
        return read_whole(raw, shape) or read_pieced(raw, shape, losses), losses
    except FAULTS as error:
        raise Invalid(Problem((), "is no JSON object")) from error


def read_whole(raw: bytes, shape: type[Shape]) -> Shape | None:
    """Nearly every object fits as it is."""
    try:
        given = decoder_of(shape).decode(raw)
    except msgspec.ValidationError:
        return None
    for piece in map(bytes, filter(None, verbatim_of(shape)(given))):
        if piece not in EMPTY:
            refuse_unreadable(piece)
    return given


def read_pieced(raw: bytes, shape: type[Shape], losses: list[Loss]) -> Shape:
    refuse_unreadable(raw)
    return read_by_field(raw, shape, "", losses)


@functools.cache
def verbatim_of(shape: type[Struct]) -> Callable[[Struct], tuple[Any, ...]]:
    """What is kept as it came, of a shape whose parts keep nothing so."""
    names = [f.name for f in structs.fields(shape) if Raw in {f.type, *get_args(f.type)}]
    return attrgetter(*names, *names[:1]) if names else nothing


def nothing(_given: Struct) -> tuple[()]:
    return ()


def refuse_unreadable(raw: bytes) -> None:
    """A value that is kept as it came is not looked into, so its encoding is checked."""
    str(raw, "utf-8")
    if b"\\ud" in raw or b"\\uD" in raw:
        msgspec.json.decode(raw)  # half a surrogate pair is not read


def whole_or_pieced(raw: Piece, shape: type[Shape], path: str, losses: list[Loss]) -> Shape:
    try:
        return decoder_of(shape).decode(raw)
    except msgspec.ValidationError:
        return read_by_field(raw, shape, path, losses)


@functools.cache
def made_decoder(shape: type[Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)


def decoder_of(shape: type[Shape]) -> msgspec.json.Decoder[Shape]:
    found: msgspec.json.Decoder[Shape] = made_decoder(shape)
    return found


def read_by_field(raw: Piece, shape: type[Shape], path: str, losses: list[Loss]) -> Shape:
    """Field by field, for an object that does not fit as a whole."""
    known, values = places(shape), {}
    for key, piece in TREE.decode(raw).items():
        where, place = f"{path}{key}", known.get(key)
        if place is None:
            report_unread(piece, where, losses)
        elif (value := read_field(place, piece, where, losses)) is not UNSET:
            values[place.name] = value
    return shape(**values)


@functools.cache
def places(shape: type[Struct]) -> dict[str, Place]:
    return {field.encode_name: place_of(field) for field in structs.fields(shape)}


def place_of(field: structs.FieldInfo) -> Place:
    kinds = get_args(field.type) or (field.type,)
    items = next((get_args(kind)[0] for kind in kinds if get_origin(kind) is list), None)
    inner = [kind for kind in (items, *kinds) if isinstance(kind, type)]
    nested = next((kind for kind in inner if issubclass(kind, Struct)), None)
    return Place(field.name, msgspec.json.Decoder(field.type), nested, is_list=items is not None)


def read_field(place: Place, piece: Raw, where: str, losses: list[Loss]) -> Any:
    try:
        return place.decoder.decode(piece)
    except msgspec.ValidationError:
        first = bytes(piece)[:1]
    if place.shape is not None and place.is_list and first == b"[":
        return read_list(piece, place.shape, where, losses)
    if place.shape is not None and not place.is_list and first == b"{":
        return read_by_field(piece, place.shape, f"{where}.", losses)
    return report_unread(piece, where, losses)


def read_list(piece: Raw, shape: type[Struct], where: str, losses: list[Loss]) -> list[Struct]:
    """The objects of a list; what is none leaves no gap."""
    found = []
    for n, item in enumerate(ITEMS.decode(piece)):
        if bytes(item)[:1] == b"{":
            found.append(whole_or_pieced(item, shape, f"{where}[{n}].", losses))
        else:
            report_unread(item, f"{where}[{n}]", losses)
    return found


def report_unread(piece: Raw, where: str, losses: list[Loss]) -> UnsetType:
    if not is_empty(piece):
        losses.append(make_loss(where, value_text(piece)))
    return UNSET


def is_empty(piece: Raw) -> bool:
    """Whether a value says nothing, in any of the ways in which servers say nothing."""
    text = bytes(piece)
    return len(text) < SHORT and b"".join(text.split()) in EMPTY


def value_text(piece: Raw) -> str:
    """A text without its quotes, anything else as it stands there."""
    text = bytes(piece).decode()
    return msgspec.json.decode(piece, type=str) if text.startswith('"') else text
