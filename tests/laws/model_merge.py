"""What a client of the model gets of one that it takes in, besides contacts and money."""

from typing import Any

from storage.model.records import Client
from tests.laws.model_contacts import last_rank

SERVICE = "entrance_no", "floor", "apartment", "description", "longitude", "latitude"
SHIPPING = "address1", "address2", "city", "state", "postal_code", "country_id"


def taken_fields(client: Client, source: Client) -> dict[str, Any]:
    """Return the fields that are empty here and not there."""
    taken: dict[str, Any] = {}
    for note in ("private_notes", "public_notes"):
        taken[note] = getattr(client, note) or getattr(source, note)
    address = ["service_text", *SERVICE, *[f"shipping_{name}" for name in SHIPPING]]
    if all(getattr(client, name) in ("", None) for name in address):
        taken |= {name: getattr(source, name) for name in address}
    if not client.external_id and not source.is_deleted:
        taken["external_id"] = source.external_id
    if source.phone and not client.phone:
        taken |= {"phone": source.phone, "phone_rank": last_rank(client) + 1}
    return taken
