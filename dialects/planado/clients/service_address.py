"""The service address: one text and five details here, one of two forms in the record."""

import re
from decimal import Decimal
from typing import Any

from msgspec import UNSET, UnsetType, structs

from storage import COUNTRIES, Address, Client, Problem

from ..protocol import wire
from ..protocol.messages import check_length

Fields = dict[str, Any]

LONGEST = dict.fromkeys(("formatted", "description"), 5000) | dict.fromkeys(
    ("entrance_no", "floor", "apartment"), 100
)
DETAILS = ("entrance_no", "floor", "apartment", "description")
NUMBER = re.compile(r"[-+]?[0-9]{1,20}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?")
NOTHING = wire.Address()
NO_SHIPPING = {
    "shipping_address1": "",
    "shipping_address2": "",
    "shipping_city": "",
    "shipping_state": "",
    "shipping_postal_code": "",
    "shipping_country_id": None,
}


def shown_address(record: Client) -> wire.Address | None:
    address = wire.Address(
        formatted=read_text(shown_text(record)),
        entrance_no=read_text(record.entrance_no),
        apartment=read_text(record.apartment),
        floor=read_text(record.floor),
        description=read_text(record.description),
        geolocation=shown_place(record),
    )
    return None if address == NOTHING else address


def shown_text(record: Client) -> str:
    """The text form, else the structured address in one line, else the billing address."""
    if record.service_text is not None:
        return record.service_text
    shipping, billing = record.shipping_address, record.billing_address
    # Every client has a billing country; alone it is no address.
    return format_address(shipping) or (format_address(billing) if non_blank(*billing[:-1]) else "")


def shown_place(record: Client) -> wire.Geolocation | None:
    if record.longitude is None or record.latitude is None:
        return None
    return wire.Geolocation(longitude=record.longitude, latitude=record.latitude)


def format_address(address: Address) -> str:
    country = COUNTRIES.get(address.country_id or 0)
    parts = (
        address.address1,
        address.address2,
        " ".join(non_blank(address.postal_code, address.city)),
        address.state,
        country.name if country else "",
    )
    return ", ".join(non_blank(*parts))


def non_blank(*texts: str) -> list[str]:
    return [text for text in texts if text.strip()]


def changed_address(
    given: wire.AddressInput | UnsetType | None, record: Client | None, problems: list[Problem]
) -> Fields:
    """What a given address changes on the shown one. It replaces the whole: a new street must
    not keep the old coordinates, and an empty object is the only way to clear.

    Null is refused, except as the echo of a client that is shown without an address.
    """
    if given is UNSET or (given is None and record and shown_address(record) is None):
        return {}
    if given is None:
        problems.append(Problem(("site_address",), "must be an object"))
        return {}
    shown = (shown_address(record) if record else None) or NOTHING
    told = read_address(given, problems)
    changed = {k: v for k, v in structs.asdict(told).items() if v != getattr(shown, k)}
    for name, text in changed.items():
        if name in LONGEST:
            check_length(("site_address", name), text or "", LONGEST[name], problems)
    fields: Fields = {name: changed[name] or "" for name in DETAILS if name in changed}
    if "formatted" in changed:
        fields |= NO_SHIPPING | {"service_text": told.formatted or ""}
    if "geolocation" in changed:
        place = told.geolocation
        fields |= {
            "longitude": place.longitude if place else None,
            "latitude": place.latitude if place else None,
        }
    return fields


def read_address(given: wire.AddressInput, problems: list[Problem]) -> wire.Address:
    return wire.Address(
        formatted=read_text(given.formatted),
        entrance_no=read_text(given.entrance_no),
        apartment=read_text(given.apartment),
        floor=read_text(given.floor),
        description=read_text(given.description),
        geolocation=read_place(given.geolocation, problems),
    )


def read_text(given: str | float | UnsetType | None) -> str | None:
    """Blank is as good as none; a house number may come as a number, and is written as one."""
    if given is UNSET or given is None:
        return None
    text = given if isinstance(given, str) else f"{Decimal(str(given)).normalize():f}"
    return text if text.strip() else None


def read_place(
    given: wire.GeolocationInput | UnsetType | None, problems: list[Problem]
) -> wire.Geolocation | None:
    if given is UNSET or given is None:
        return None
    longitude = read_degrees("longitude", given.longitude, 180, problems)
    latitude = read_degrees("latitude", given.latitude, 90, problems)
    if longitude is None and latitude is None:
        return None
    if longitude is None or latitude is None:
        name = "longitude" if longitude is None else "latitude"
        problems.append(Problem(("site_address", "geolocation", name), "is missing"))
        return None
    return wire.Geolocation(longitude=longitude, latitude=latitude)


def read_degrees(
    name: str, given: float | str | UnsetType | None, most: int, problems: list[Problem]
) -> float | None:
    text = read_text(given)
    if text is None:
        return None
    path = ("site_address", "geolocation", name)
    degrees = given if isinstance(given, float) else to_float(text)
    if degrees is None:
        problems.append(Problem(path, "must be a number"))
        return 0
    if not -most <= degrees <= most:
        problems.append(Problem(path, f"must be between -{most} and {most}"))
    return degrees


def to_float(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text.strip()) else None
