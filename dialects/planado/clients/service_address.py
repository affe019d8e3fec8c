"""The service address: one text and five details in this API, one of two forms in a record.

The two forms of a record are a text and a structured shipping address.
"""

import re
from decimal import Decimal

from msgspec import UNSET, UnsetType, structs

from storage import COUNTRIES, Address, Client, Problem

from ..protocol import wire
from ..protocol.messages import check_length
from .names import ClientFields

MAX_LENGTHS = dict.fromkeys(("formatted", "description"), 5000) | dict.fromkeys(
    ("entrance_no", "floor", "apartment"), 100
)
DETAILS = ("entrance_no", "floor", "apartment", "description")
NUMBER_PATTERN = re.compile(r"[-+]?[0-9]{1,20}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?")
EMPTY_ADDRESS = wire.Address()
NO_SHIPPING = {
    "shipping_address1": "",
    "shipping_address2": "",
    "shipping_city": "",
    "shipping_state": "",
    "shipping_postal_code": "",
    "shipping_country_id": None,
}


def shown_address(record: Client) -> wire.Address | None:
    """Return the service address of a client; None if it has none."""
    address = wire.Address(
        formatted=read_text(shown_text(record)),
        entrance_no=read_text(record.entrance_no),
        apartment=read_text(record.apartment),
        floor=read_text(record.floor),
        description=read_text(record.description),
        geolocation=shown_place(record),
    )
    return None if address == EMPTY_ADDRESS else address


def shown_text(record: Client) -> str:
    """Return the text form, else the shipping address in one line, else the billing address."""
    if record.service_text is not None:
        return record.service_text
    shipping, billing = record.shipping_address, record.billing_address
    # Every client has a billing country: a country alone is no address.
    return format_address(shipping) or (format_address(billing) if non_blank(*billing[:-1]) else "")


def shown_place(record: Client) -> wire.Geolocation | None:
    """Return the coordinates of a client; None if one of them is missing."""
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
    """Return the texts that have more than white space, in order."""
    return [text for text in texts if text.strip()]


def changed_address(
    given: wire.AddressInput | UnsetType | None, record: Client | None, problems: list[Problem]
) -> ClientFields:
    """Return the fields that a given address changes.

    It replaces the complete address: a new street must not keep the old coordinates, and
    an empty object is the only way to clear the address. Null is refused, except for a client that
    is shown without an address. Invalid values add problems.
    """
    if given is UNSET or (given is None and record and shown_address(record) is None):
        return {}
    if given is None:
        problems.append(Problem(("site_address",), "must be an object"))
        return {}
    shown = (shown_address(record) if record else None) or EMPTY_ADDRESS
    address = read_address(given, problems)
    changes = {k: v for k, v in structs.asdict(address).items() if v != getattr(shown, k)}
    for name, text in changes.items():
        if name in MAX_LENGTHS:
            check_length(("site_address", name), text or "", MAX_LENGTHS[name], problems)
    fields: ClientFields = {name: changes[name] or "" for name in DETAILS if name in changes}
    if "formatted" in changes:
        fields |= NO_SHIPPING | {"service_text": address.formatted or ""}
    if "geolocation" in changes:
        place = address.geolocation
        fields |= {
            "longitude": place.longitude if place else None,
            "latitude": place.latitude if place else None,
        }
    return fields


def read_address(given: wire.AddressInput, problems: list[Problem]) -> wire.Address:
    """Read the address of a request. Invalid coordinates add problems."""
    return wire.Address(
        formatted=read_text(given.formatted),
        entrance_no=read_text(given.entrance_no),
        apartment=read_text(given.apartment),
        floor=read_text(given.floor),
        description=read_text(given.description),
        geolocation=read_place(given.geolocation, problems),
    )


def read_text(given: str | float | UnsetType | None) -> str | None:
    """Read a text or a number as text; None for a blank text.

    A house number may come as a JSON number. It is written without an exponent.
    """
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
    """Return the number that a text writes; None for a text that is no number."""
    return float(text) if NUMBER_PATTERN.fullmatch(text.strip()) else None
