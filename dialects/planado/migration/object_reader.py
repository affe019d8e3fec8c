"""Reads one object of this API as input shapes of this API, and refuses no value that it can skip.

1. `lenient_json` brings the object into `object_shapes.Client`.
2. Each field is read here. Names, address and contacts become the shapes of a request, so that
   they are compared with a record as a request is.

A value that no column can hold becomes a loss.
"""

import math
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from dialects.base.migration import lenient_json
from dialects.base.migration.losses import Loss, make_loss
from storage import Invalid, Problem, split_name

from ..clients.contacts import ContactLine, contact_line
from ..clients.names import PARTS, ClientFields, blank_to_empty
from ..clients.service_address import read_text, to_float
from ..clients.translate import ENTRY_TYPES
from ..protocol import wire
from ..protocol.scalars import UUID_SHAPE, read_moment
from . import object_shapes

T = TypeVar("T")
TRUE_TEXTS, FALSE_TEXTS = frozenset({"true", "1"}), frozenset({"false", "0"})
MAX_INTEGER_DIGITS = 18


class ParsedFields(Struct, frozen=True, kw_only=True):
    """The parsed fields of an object. A missing field is UNSET."""

    uuid: UUID
    external_id: str | UnsetType | None
    is_organization: bool
    names: ClientFields
    """The one name of an organization or up to three parts of a person's. Empty without a name."""
    address: wire.AddressInput | UnsetType
    lines: list[ContactLine] | UnsetType
    version: int | UnsetType
    created_at: datetime | UnsetType
    updated_at: datetime | UnsetType
    label: str
    losses: tuple[Loss, ...]


def read_fields(raw: bytes) -> ParsedFields:
    """Return the parsed fields of an object. Raises Invalid for an object that is no client."""
    given, losses = lenient_json.read_object(raw, object_shapes.Client)
    uuid = uuid_field(given)
    external_id = UNSET if given.external_id is UNSET else text_of(given.external_id) or None
    is_organization = kind_field(given, losses)
    names = name_fields(given, losses, is_organization=is_organization)
    return ParsedFields(
        uuid=uuid,
        external_id=external_id,
        is_organization=is_organization,
        names=names,
        address=address_field(given.site_address, losses),
        lines=contact_lines(given.contacts, losses),
        version=parse_field("version", given.version, to_integer, losses),
        created_at=parse_field("created_at", given.created_at, to_moment, losses),
        updated_at=parse_field("updated_at", given.updated_at, to_moment, losses),
        label=f"{external_id or uuid} {' '.join(filter(None, names.values()))}".strip(),
        losses=tuple(losses),
    )


def text_of(value: object_shapes.Scalar) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return read_text(value) or ""
        case _:
            return ""


def uuid_field(given: object_shapes.Client) -> UUID:
    text = text_of(given.uuid)
    if not text:
        raise Invalid(Problem(("uuid",), "is missing"))
    if not UUID_SHAPE.fullmatch(text):
        raise Invalid(Problem(("uuid",), "is no uuid"))
    return UUID(text)


def kind_field(given: object_shapes.Client, losses: list[Loss]) -> bool:
    """Whether the client is an organization. Without `organization` its names decide."""
    text = text_of(given.organization).lower()
    if text in TRUE_TEXTS or text in FALSE_TEXTS:
        return text in TRUE_TEXTS
    if text:
        losses.append(make_loss("organization", text))
    has_parts = any(text_of(getattr(given, part)) for part in PARTS)
    return bool(text_of(given.organization_name)) or not has_parts


def name_fields(
    given: object_shapes.Client, losses: list[Loss], *, is_organization: bool
) -> ClientFields:
    """Return the names of the client's kind; names of the other kind become losses.

    If they are all empty, they are taken from `name`, which a server builds from them.
    """
    values = {name: getattr(given, name) for name in ("organization_name", *PARTS)}
    texts = {
        name: blank_to_empty(text_of(value)) for name, value in values.items() if value is not UNSET
    }
    columns = ("organization_name",) if is_organization else PARTS
    losses += [
        make_loss(name, text) for name, text in texts.items() if text and name not in columns
    ]
    own_texts = {column: text for column, text in texts.items() if column in columns}
    if any(own_texts.values()):
        return own_texts
    name = text_of(given.name)
    if not blank_to_empty(name):
        return {}
    return dict(zip(columns, (name,) if is_organization else split_name(name), strict=True))


def address_field(
    given: object_shapes.Address | UnsetType | None, losses: list[Loss]
) -> wire.AddressInput | UnsetType:
    """Return the address in its input shape. Null is an empty address."""
    if given is UNSET:
        return UNSET
    if given is None:
        return wire.AddressInput()
    return wire.AddressInput(
        formatted=text_of(given.formatted),
        entrance_no=text_of(given.entrance_no),
        apartment=text_of(given.apartment),
        floor=text_of(given.floor),
        description=text_of(given.description),
        geolocation=location_field(given.geolocation, losses),
    )


def location_field(
    given: object_shapes.Geolocation | UnsetType | None, losses: list[Loss]
) -> wire.GeolocationInput | None:
    """Return the coordinates, None if one of the two is missing. The other one becomes a loss."""
    if given is UNSET or given is None:
        return None
    path = "site_address.geolocation"
    longitude = parse_field(f"{path}.longitude", given.longitude, to_degrees, losses)
    latitude = parse_field(f"{path}.latitude", given.latitude, to_degrees, losses)
    if longitude is UNSET or latitude is UNSET:
        halves = {"longitude": longitude, "latitude": latitude}
        losses += [make_loss(f"{path}.{k}", str(v)) for k, v in halves.items() if v is not UNSET]
        return None
    return wire.GeolocationInput(longitude=longitude, latitude=latitude)


def contact_lines(
    given: list[object_shapes.Contact] | UnsetType | None, losses: list[Loss]
) -> list[ContactLine] | UnsetType:
    if given is UNSET or given is None:
        return UNSET
    lines = (contact_line_field(n, contact, losses) for n, contact in enumerate(given))
    return [line for line in lines if line is not None]


def contact_line_field(
    n: int, given: object_shapes.Contact, losses: list[Loss]
) -> ContactLine | None:
    """Return the line of a contact, None without a value. An unknown type becomes a loss."""
    name, value, type_ = text_of(given.name), text_of(given.value), text_of(given.type)
    if type_ in ENTRY_TYPES and value.strip():
        return contact_line(wire.ContactInput(name=name, value=value, type=type_))
    if value.strip() or name.strip():
        losses.append(make_loss(f"contacts[{n}]", f"{type_} {name} {value}"))
    return None


def parse_field(
    field: str, value: object_shapes.Scalar, read: Callable[[str], T | None], losses: list[Loss]
) -> T | UnsetType:
    """Return the value that `read` makes of the text, UNSET without a text.

    A text for which `read` returns None becomes a loss.
    """
    text = "" if value is UNSET or value is None else str(value)
    if not text.strip():
        return UNSET
    parsed = read(text)
    if parsed is None:
        losses.append(make_loss(field, text))
        return UNSET
    return parsed


def to_integer(text: str) -> int | None:
    text = text.removesuffix(".0")
    is_integer = text.isascii() and text.isdigit() and len(text) <= MAX_INTEGER_DIGITS
    return int(text) if is_integer else None


def to_moment(text: str) -> datetime | None:
    """Return the moment that a text stands for, None if it stands for none."""
    try:
        return read_moment(text)
    except ValueError:
        return None


def to_degrees(text: str) -> float | None:
    degrees = to_float(text)
    return degrees if degrees is not None and math.isfinite(degrees) else None
