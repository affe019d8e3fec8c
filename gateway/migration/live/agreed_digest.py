"""Digests of what a store and a service hold, over all linked clients: equal if both agree."""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

import msgspec

from dialects.base.migration.field_groups import View
from gateway.migration.agreements import view_here
from gateway.migration.counterparts import Sides
from gateway.migration.packed_base import unpack_base
from storage import Client, Origin

BATCH_SIZE = 1000
ENCODER = msgspec.json.Encoder(order="deterministic")


class AgreedDigests(NamedTuple):
    """The digests of both sides, the number of linked clients, and of those that differ.

    `there` is what the service showed when the two last agreed about a client.
    """

    here: str
    there: str
    clients: int
    different: int


def agreed_digests(sides: Sides) -> AgreedDigests:
    """Compute the digests of both sides from the links; the service is not asked.

    A value that a service keeps otherwise than it was told, for example a text that it has cut,
    counts as ours as long as both sides show what they showed when they agreed.
    """
    here, there, clients, different = sha256(), sha256(), 0, 0
    for record, link in iter_linked(sides):
        base = unpack_base(link.agreed)
        if base is None:
            continue
        shown = view_here(sides.dialect, sides.account, record, {}).view
        agreed = agreed_view(shown, base.here, base.there)
        own, theirs = (ENCODER.encode([link.foreign_id, view]) for view in (shown, agreed))
        here.update(own)
        there.update(theirs)
        clients += 1
        different += own != theirs
    return AgreedDigests(here.hexdigest(), there.hexdigest(), clients, different)


def iter_linked(sides: Sides) -> Iterator[tuple[Client, Origin]]:
    """Yield the linked clients with their links, in the order of their serials."""
    store, account, after = sides.store, sides.account, 0
    while links := store.scan_links(account.id, sides.source, after=after, limit=BATCH_SIZE):
        records = store.clients_by_serial(account.id, [link.serial for link in links])
        yield from ((records[one.serial], one.origin) for one in links if one.serial in records)
        after = links[-1].serial


def agreed_view(shown: View, base_here: View, base_there: View) -> View:
    """Return the service's view, with our values where both sides have agreed on them."""
    return {
        group: value if base_here.get(group) == value else base_there.get(group)
        for group, value in shown.items()
    }
