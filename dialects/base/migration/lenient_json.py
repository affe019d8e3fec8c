"""Reads a JSON object of another server into a shape, and refuses no object for its contents. Pure.

1. Decode the object as the shape at once: nearly every object fits.
2. If it does not fit, decode it field by field. A value that its field cannot hold, and a key that
   the shape does not have, become losses. Objects and lists inside are read in the same way.
3. Values that stay raw JSON are not decoded, so only their encoding is checked.

A shape is a Struct that forbids unknown fields and needs none.
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

EMPTY_VALUES = frozenset({b"", b"null", b'""', b"false", b"0", b"0.0", b"[]", b"{}"})
EMPTY_SIZE_LIMIT = 16
"""No empty value has this many bytes, white space between its parts included."""
OBJECT_DECODER = msgspec.json.Decoder(dict[str, Raw])
LIST_DECODER = msgspec.json.Decoder(list[Raw])
RawValue: TypeAlias = bytes | Raw
DECODE_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class ShapeField(NamedTuple):
    """A field of a shape: its decoder, and the shape of its object or of the items of its list.

    `shape` is None for a field that holds neither.
    """

    name: str
    decoder: msgspec.json.Decoder[Any]
    shape: type[Struct] | None
    is_list: bool


def read_object(raw: bytes, shape: type[Shape]) -> tuple[Shape, list[Loss]]:
    """Return the object in its shape, and a loss for each value that the shape cannot hold.

    Raises Invalid for text that is no JSON object.
    """
    losses: list[Loss] = []
    try:
        return decode_at_once(raw, shape) or decode_checked_by_field(raw, shape, losses), losses
    except DECODE_ERRORS as error:
        raise Invalid(Problem((), "is no JSON object")) from error


def decode_at_once(raw: bytes, shape: type[Shape]) -> Shape | None:
    """Return the object in its shape, or None if it does not fit."""
    try:
        given = decoder_of(shape).decode(raw)
    except msgspec.ValidationError:
        return None
    for raw_value in map(bytes, filter(None, raw_values_of(shape)(given))):
        if raw_value not in EMPTY_VALUES:
            refuse_unreadable(raw_value)
    return given


def decode_checked_by_field(raw: bytes, shape: type[Shape], losses: list[Loss]) -> Shape:
    refuse_unreadable(raw)
    return decode_by_field(raw, shape, "", losses)


@functools.cache
def raw_values_of(shape: type[Struct]) -> Callable[[Struct], tuple[Any, ...]]:
    """Return a getter of the shape's raw values. Shapes inside this shape must have none."""
    names = [f.name for f in structs.fields(shape) if Raw in {f.type, *get_args(f.type)}]
    # A getter of one name gives no tuple.
    return attrgetter(*names, *names[:1]) if names else no_values


def no_values(_given: Struct) -> tuple[()]:
    return ()


def refuse_unreadable(raw: bytes) -> None:
    """Raise one of `DECODE_ERRORS` if the text is no UTF-8 or has half a surrogate pair.

    Raw JSON is stored undecoded, so msgspec has not checked its encoding.
    """
    str(raw, "utf-8")
    if b"\\ud" in raw or b"\\uD" in raw:
        msgspec.json.decode(raw)  # msgspec refuses half a surrogate pair


def decode_part(raw: RawValue, shape: type[Shape], path: str, losses: list[Loss]) -> Shape:
    try:
        return decoder_of(shape).decode(raw)
    except msgspec.ValidationError:
        return decode_by_field(raw, shape, path, losses)


@functools.cache
def build_decoder(shape: type[Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)


def decoder_of(shape: type[Shape]) -> msgspec.json.Decoder[Shape]:
    # The cache has no type for each shape: mypy needs this variable.
    decoder: msgspec.json.Decoder[Shape] = build_decoder(shape)
    return decoder


def decode_by_field(raw: RawValue, shape: type[Shape], path: str, losses: list[Loss]) -> Shape:
    """Return the fields that can be read, and add a loss for each value that cannot."""
    fields, values = fields_of_shape(shape), {}
    for key, raw_value in OBJECT_DECODER.decode(raw).items():
        where, field = f"{path}{key}", fields.get(key)
        if field is None:
            report_unread(raw_value, where, losses)
        elif (value := read_field(field, raw_value, where, losses)) is not UNSET:
            values[field.name] = value
    return shape(**values)


@functools.cache
def fields_of_shape(shape: type[Struct]) -> dict[str, ShapeField]:
    return {field.encode_name: shape_field(field) for field in structs.fields(shape)}


def shape_field(field: structs.FieldInfo) -> ShapeField:
    types = get_args(field.type) or (field.type,)
    items = next((get_args(type_)[0] for type_ in types if get_origin(type_) is list), None)
    classes = [type_ for type_ in (items, *types) if isinstance(type_, type)]
    nested = next((class_ for class_ in classes if issubclass(class_, Struct)), None)
    decoder = msgspec.json.Decoder(field.type)
    return ShapeField(field.name, decoder, nested, is_list=items is not None)


def read_field(field: ShapeField, raw: Raw, where: str, losses: list[Loss]) -> Any:
    try:
        return field.decoder.decode(raw)
    except msgspec.ValidationError:
        first = bytes(raw)[:1]
    if field.shape is not None and field.is_list and first == b"[":
        return read_list(raw, field.shape, where, losses)
    if field.shape is not None and not field.is_list and first == b"{":
        return decode_by_field(raw, field.shape, f"{where}.", losses)
    return report_unread(raw, where, losses)


def read_list(raw: Raw, shape: type[Struct], where: str, losses: list[Loss]) -> list[Struct]:
    """Return the objects of a list. Other items are left out and leave no gap."""
    objects = []
    for n, item in enumerate(LIST_DECODER.decode(raw)):
        if bytes(item)[:1] == b"{":
            objects.append(decode_part(item, shape, f"{where}[{n}].", losses))
        else:
            report_unread(item, f"{where}[{n}]", losses)
    return objects


def report_unread(raw: Raw, where: str, losses: list[Loss]) -> UnsetType:
    if not is_empty(raw):
        losses.append(make_loss(where, value_text(raw)))
    return UNSET


def is_empty(raw: Raw) -> bool:
    """Whether a JSON value is one of those by which servers say that there is no value."""
    text = bytes(raw)
    return len(text) < EMPTY_SIZE_LIMIT and b"".join(text.split()) in EMPTY_VALUES


def value_text(raw: Raw) -> str:
    """Return the text of a JSON string, and the JSON of any other value."""
    text = bytes(raw).decode()
    return msgspec.json.decode(raw, type=str) if text.startswith('"') else text
