"""Ids that a service gives: clients that were born here get the ones that they have there.

Who knows a client by its former id goes on finding it.
"""

from collections.abc import Iterator

from msgspec import UNSET

from gateway.migration.agreements import Counterpart
from gateway.migration.counterparts import Sides
from gateway.remote.http_client import HttpClient
from storage import (
    FIRST_PROVISIONAL_SERIAL,
    Client,
    ClientLink,
    GivenSerials,
    ImportContact,
    NotFound,
)

from .service_writer import ServiceWriter


def adopt_ids(sides: Sides, record: Client, shown: Counterpart) -> Client:
    """Give a client here, and its contacts, the ids that a service shows; return it."""
    codec = sides.dialect.codec
    serial = codec.serial_of(shown.origin.foreign_id, sides.account)
    if serial is None or serial == record.serial:
        return record
    drafts = codec.read_object(shown.raw, sides.account).command.contacts
    contacts = {
        draft.contact_key: draft.serial
        for draft in (() if drafts is UNSET else drafts)
        if isinstance(draft, ImportContact) and draft.contact_key and draft.serial
    }
    given = GivenSerials(serial, contacts)
    return sides.store.adopt_serials(sides.account.id, record.serial, given)


def adopt_linked_ids(sides: Sides, service: HttpClient) -> None:
    """Give the linked clients that still have provisional ids those that the service shows.

    Raises RemoteFailure.
    """
    if not sides.dialect.codec.has_serials:
        return
    reader = ServiceWriter(sides, service, is_dry_run=True)
    for link in iter_provisional(sides):
        if is_known_by(sides, link):
            continue  # it has the id already, or cannot have it
        shown = reader.fetch(link.origin.foreign_id, link.origin)
        if shown is not None:
            adopt_ids(sides, sides.store.get_client(sides.account.id, link.serial), shown)


def iter_provisional(sides: Sides) -> Iterator[ClientLink]:
    """Iterate over the links of clients with provisional serials."""
    after = FIRST_PROVISIONAL_SERIAL - 1
    store, account = sides.store, sides.account
    while links := store.scan_links(account.id, sides.source, after=after):
        yield from links
        after = links[-1].serial


def is_known_by(sides: Sides, link: ClientLink) -> bool:
    """Whether the id that a client has on the service leads to a client here."""
    serial = sides.dialect.codec.serial_of(link.origin.foreign_id, sides.account)
    try:
        return serial is None or bool(sides.store.get_client(sides.account.id, serial))
    except NotFound:
        return False
