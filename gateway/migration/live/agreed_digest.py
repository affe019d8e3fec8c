"""Digests of what a store and a service hold, over all linked clients: equal if both agree."""

from collections.abc import Iterable, Iterator, Mapping
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


class ClientDigest(NamedTuple):
    """The digests of one client on both sides, and a mark of the link that they were made of."""

    link: int
    here: bytes
    there: bytes


KnownDigests = Mapping[int, ClientDigest]
"""Digests by serial that were made before: those of unchanged links are taken over."""


def agreed_digests(sides: Sides) -> AgreedDigests:
    """Compute the digests of both sides from the links; the service is not asked.

    A value that a service keeps otherwise than it was told, for example a text that it has cut,
    counts as ours as long as both sides show what they showed when they agreed.
    """
    return combine_digests(digest for _, digest in client_digests(sides, {}))


def combine_digests(digests: Iterable[ClientDigest]) -> AgreedDigests:
    """Return the digests over all clients, given in the order of their serials."""
    here, there, clients, different = sha256(), sha256(), 0, 0
    for digest in digests:
        here.update(digest.here)
        there.update(digest.there)
        clients += 1
        different += digest.here != digest.there
    return AgreedDigests(here.hexdigest(), there.hexdigest(), clients, different)


def client_digests(sides: Sides, known: KnownDigests) -> Iterator[tuple[int, ClientDigest]]:
    """Yield the digests of all linked clients by serial, in order.

    A known digest is right for a client that is in step: then its link has its version.
    """
    store, account, after = sides.store, sides.account, 0
    while links := store.scan_links(account.id, sides.source, after=after, limit=BATCH_SIZE):
        marks = {one.serial: hash((one.origin.version, one.origin.agreed)) for one in links}
        fresh = [s for s, mark in marks.items() if s not in known or known[s].link != mark]
        records = store.clients_by_serial(account.id, fresh)
        for serial, origin in links:
            if serial in records:
                digest = digest_client(sides, records[serial], origin)
            else:
                digest = known.get(serial)
            if digest is not None:
                yield serial, digest
        after = links[-1].serial


def digest_client(sides: Sides, record: Client, link: Origin) -> ClientDigest | None:
    """Return the digests of a client; None for a link without a base."""
    base = unpack_base(link.agreed)
    if base is None:
        return None
    shown = view_here(sides.dialect, sides.account, record, {}).view
    views = (shown, agreed_view(shown, base.here, base.there))
    here, there = (sha256(ENCODER.encode([link.foreign_id, view])).digest() for view in views)
    return ClientDigest(hash((link.version, link.agreed)), here, there)


def agreed_view(shown: View, base_here: View, base_there: View) -> View:
    """Return the service's view, with our values where both sides have agreed on them."""
    return {
        group: value if base_here.get(group) == value else base_there.get(group)
        for group, value in shown.items()
    }
