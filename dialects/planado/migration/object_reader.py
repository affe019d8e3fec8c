"""What one object of this API says, read leniently: in this API's own input shapes, so that it is
compared as a request is, and what has no place."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from dialects.base.migration import lenient_json
from dialects.base.migration.losses import Loss, loss
from storage import Invalid, Problem, split_name

from ..clients.contacts import Line, line
from ..clients.names import PARTS, Fields, filled
from ..clients.service_address import read_text, to_float
from ..clients.translate import TYPES
from ..protocol import wire
from ..protocol.scalars import UUID_SHAPE, read_moment
from . import object_shapes

T = TypeVar("T")
YES, NO = frozenset({"true", "1"}), frozenset({"false", "0"})
LONGEST_INTEGER = 18


class Said(Struct, frozen=True, kw_only=True):
    """An object read. What it does not tell is UNSET."""

    uuid: UUID
    external_id: str | UnsetType | None
    is_organization: bool
    names: Fields
    """One of an organization, up to three of a person; nothing when there is none."""
    address: wire.AddressInput | UnsetType
    lines: list[Line] | UnsetType
    version: int | UnsetType
    created_at: datetime | UnsetType
    updated_at: datetime | UnsetType
    label: str
    lost: tuple[Loss, ...]


def read(raw: bytes) -> Said:
    given, lost = lenient_json.read(raw, object_shapes.Client)
    uuid = said_uuid(given)
    external_id = UNSET if given.external_id is UNSET else text_of(given.external_id) or None
    is_organization = said_kind(given, lost)
    names = said_names(given, lost, is_organization=is_organization)
    return Said(
        uuid=uuid,
        external_id=external_id,
        is_organization=is_organization,
        names=names,
        address=said_address(given.site_address, lost),
        lines=said_lines(given.contacts, lost),
        version=said("version", given.version, to_integer, lost),
        created_at=said("created_at", given.created_at, to_moment, lost),
        updated_at=said("updated_at", given.updated_at, to_moment, lost),
        label=f"{external_id or uuid} {' '.join(filter(None, names.values()))}".strip(),
        lost=tuple(lost),
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


def said_uuid(given: object_shapes.Client) -> UUID:
    text = text_of(given.uuid)
    if not text:
        raise Invalid(Problem(("uuid",), "is missing"))
    if not UUID_SHAPE.fullmatch(text):
        raise Invalid(Problem(("uuid",), "is no uuid"))
    return UUID(text)


def said_kind(given: object_shapes.Client, lost: list[Loss]) -> bool:
    """An object that does not say it is of the kind whose names it has."""
    word = text_of(given.organization).lower()
    if word in YES or word in NO:
        return word in YES
    if word:
        lost.append(loss("organization", word))
    has_parts = any(text_of(getattr(given, part)) for part in PARTS)
    return bool(text_of(given.organization_name)) or not has_parts


def said_names(given: object_shapes.Client, lost: list[Loss], *, is_organization: bool) -> Fields:
    """The names of its kind, or else the one that is derived of them; the other kind's are lost."""
    told = {name: getattr(given, name) for name in ("organization_name", *PARTS)}
    texts = {name: filled(text_of(value)) for name, value in told.items() if value is not UNSET}
    own = ("organization_name",) if is_organization else PARTS
    lost += [loss(name, text) for name, text in texts.items() if text and name not in own]
    name = text_of(given.name)
    mine = {part: text for part, text in texts.items() if part in own}
    if any(mine.values()) or not filled(name):
        return mine if any(mine.values()) else {}
    return dict(zip(own, (name,) if is_organization else split_name(name), strict=True))


def said_address(
    given: object_shapes.Address | UnsetType | None, lost: list[Loss]
) -> wire.AddressInput | UnsetType:
    """Null is the address of a client that has none: an empty one."""
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
        geolocation=said_place(given.geolocation, lost),
    )


def said_place(
    given: object_shapes.Geolocation | UnsetType | None, lost: list[Loss]
) -> wire.GeolocationInput | None:
    """Half a place is none."""
    if given is UNSET or given is None:
        return None
    path = "site_address.geolocation"
    longitude = said(f"{path}.longitude", given.longitude, to_degrees, lost)
    latitude = said(f"{path}.latitude", given.latitude, to_degrees, lost)
    if longitude is UNSET or latitude is UNSET:
        halves = {"longitude": longitude, "latitude": latitude}
        lost += [loss(f"{path}.{k}", str(v)) for k, v in halves.items() if v is not UNSET]
        return None
    return wire.GeolocationInput(longitude=longitude, latitude=latitude)


def said_lines(
    given: list[object_shapes.Contact] | UnsetType | None, lost: list[Loss]
) -> list[Line] | UnsetType:
    if given is UNSET or given is None:
        return UNSET
    found = (said_line(n, contact, lost) for n, contact in enumerate(given))
    return [told for told in found if told is not None]


def said_line(n: int, given: object_shapes.Contact, lost: list[Loss]) -> Line | None:
    """Entries that hold no value hold nothing; other sorts of values have no place here."""
    name, value, sort = text_of(given.name), text_of(given.value), text_of(given.type)
    if sort in TYPES and value.strip():
        return line(wire.ContactInput(name=name, value=value, type=sort))
    if value.strip() or name.strip():
        lost.append(loss(f"contacts[{n}]", f"{sort} {name} {value}"))
    return None


def said(
    field: str, value: object_shapes.Scalar, read: Callable[[str], T | None], lost: list[Loss]
) -> T | UnsetType:
    """What a value comes to; lost when it comes to nothing, UNSET when there is none."""
    text = "" if value is UNSET or value is None else str(value)
    if not text.strip():
        return UNSET
    found = read(text)
    if found is None:
        lost.append(loss(field, text))
        return UNSET
    return found


def to_integer(text: str) -> int | None:
    text = text.removesuffix(".0")
    is_whole = text.isascii() and text.isdigit() and len(text) <= LONGEST_INTEGER
    return int(text) if is_whole else None


def to_moment(text: str) -> datetime | None:
    try:
        return read_moment(text)
    except ValueError:
        return None


def to_degrees(text: str) -> float | None:
    degrees = to_float(text)
    return degrees if degrees is not None and math.isfinite(degrees) else None
