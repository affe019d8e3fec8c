"""The keys of a body that had no effect in this API."""

from collections.abc import Iterator
from typing import Any

from dialects.base.protocol.ignored_fields import unknown_keys
from storage import Client

from ..protocol import wire
from .names import OTHER_KIND


def ignored_keys(tree: dict[str, Any], record: Client, *, by_path: bool) -> Iterator[str]:
    """Yield the keys of a body that had no effect on the client.

    `by_path`: the request named its client in the path, so `external_id` in the body has no effect.
    """
    yield from unknown_keys(tree, "", wire.ClientInput)
    yield from (key for key in OTHER_KIND[not record.is_individual] if key in tree)
    if by_path and "external_id" in tree:
        yield "external_id"
    address = tree.get("site_address")
    if isinstance(address, dict):
        yield from unknown_keys(address, "site_address.", wire.AddressInput)
        place = address.get("geolocation")
        yield from unknown_keys(place, "site_address.geolocation.", wire.GeolocationInput)
    for n, entry in enumerate(tree.get("contacts") or ()):
        yield from unknown_keys(entry, f"contacts.{n}.", wire.ContactInput)
        if not entry["value"].strip():
            yield f"contacts.{n}"
