"""Shapes of this API's objects in all forms in which servers write them. No logic.

Every key may be missing or null. A number may stand for a text, and a text for a number.
"""

from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType

Scalar: TypeAlias = str | int | float | bool | UnsetType | None


class Geolocation(Struct, kw_only=True, forbid_unknown_fields=True):
    """The coordinates of an address."""

    longitude: Scalar = UNSET
    latitude: Scalar = UNSET


class Address(Struct, kw_only=True, forbid_unknown_fields=True):
    """The `site_address` of a client."""

    formatted: Scalar = UNSET
    entrance_no: Scalar = UNSET
    apartment: Scalar = UNSET
    floor: Scalar = UNSET
    description: Scalar = UNSET
    geolocation: Geolocation | UnsetType | None = UNSET


class Contact(Struct, kw_only=True, forbid_unknown_fields=True):
    """One line of a client's `contacts`: a phone number or an e-mail."""

    name: Scalar = UNSET
    value: Scalar = UNSET
    type: Scalar = UNSET


class Client(Struct, kw_only=True, forbid_unknown_fields=True):
    """A client object."""

    uuid: Scalar = UNSET
    external_id: Scalar = UNSET
    name: Scalar = UNSET
    organization: Scalar = UNSET
    organization_name: Scalar = UNSET
    first_name: Scalar = UNSET
    last_name: Scalar = UNSET
    middle_name: Scalar = UNSET
    site_address: Address | UnsetType | None = UNSET
    contacts: list[Contact] | UnsetType | None = UNSET
    version: Scalar = UNSET
    created_at: Scalar = UNSET
    updated_at: Scalar = UNSET
