"""Shapes of this API's objects as any of its servers writes them: every key may be missing, null,
a number for a text or a text for a number. No logic."""

from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType

Scalar: TypeAlias = str | int | float | bool | UnsetType | None


class Geolocation(Struct, kw_only=True, forbid_unknown_fields=True):
    longitude: Scalar = UNSET
    latitude: Scalar = UNSET


class Address(Struct, kw_only=True, forbid_unknown_fields=True):
    formatted: Scalar = UNSET
    entrance_no: Scalar = UNSET
    apartment: Scalar = UNSET
    floor: Scalar = UNSET
    description: Scalar = UNSET
    geolocation: Geolocation | UnsetType | None = UNSET


class Contact(Struct, kw_only=True, forbid_unknown_fields=True):
    name: Scalar = UNSET
    value: Scalar = UNSET
    type: Scalar = UNSET


class Client(Struct, kw_only=True, forbid_unknown_fields=True):
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
