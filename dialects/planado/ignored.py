"""Which keys of a body had no effect: integrators lose data to keys that vanish silently."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from storage import Client

from . import wire
from .names import OTHER_KIND

HEADER = "X-Gateway-Ignored-Fields"
MOST, LONGEST = 20, 60


def ignored_headers(tree: dict[str, Any], record: Client, *, by_path: bool) -> dict[str, str]:
    """`by_path`: the request named its client in the path, where an external id has no say."""
    names = list(ignored(tree, is_organization=not record.is_individual, by_path=by_path))
    told = ", ".join(quote(name[:LONGEST]) for name in names[:MOST])
    return {HEADER: told} if names else {}


def ignored(tree: dict[str, Any], *, is_organization: bool, by_path: bool) -> Iterator[str]:
    yield from unknown(tree, wire.ClientInput, "")
    yield from (key for key in OTHER_KIND[is_organization] if key in tree)
    if by_path and "external_id" in tree:
        yield "external_id"
    address = tree.get("site_address")
    if isinstance(address, dict):
        yield from unknown(address, wire.AddressInput, "site_address.")
        yield from unknown(
            address.get("geolocation"), wire.GeolocationInput, "site_address.geolocation."
        )
    for n, entry in enumerate(tree.get("contacts") or ()):
        yield from unknown(entry, wire.ContactInput, f"contacts.{n}.")
        if not entry["value"].strip():
            yield f"contacts.{n}"


def unknown(tree: Any, shape: type[Struct], prefix: str) -> Iterator[str]:
    if isinstance(tree, dict):
        yield from (prefix + key for key in tree if key not in shape.__struct_fields__)
