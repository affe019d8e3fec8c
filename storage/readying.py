"""New clients as their rows would be: all that can be done before a transaction, in any process."""

from typing import Any

from msgspec import UNSET, Struct

from . import apply, bulk
from .commands import ImportClient, ImportContact
from .errors import Invalid
from .holders import Account
from .limits import refuse_unstorable
from .makers import Makers
from .rows import client_row, contact_row
from .tables import CLIENT, CONTACT


class Ready(Struct, frozen=True, array_like=True):
    """The rows of a client and its contacts, as `bulk.plain` gives them. They hold where all that
    the client wants to be known by is free."""

    serial: int
    version: int
    client: tuple[Any, ...]
    contacts: tuple[tuple[Any, ...], ...]


def readied(command: ImportClient, account: Account, makers: Makers) -> Ready | None:
    """None for a client that cannot be stored, or needs something of its account; and for one
    that is deleted, or has files, of which there are few."""
    serial, number = command.serial, command.number
    if serial is UNSET or not number or not has_own_contacts(command):
        return None
    if command.is_deleted or command.documents:
        return None
    try:
        refuse_unstorable(command)
    except Invalid:
        return None
    birth = apply.Birth(
        account=account,
        serial=serial,
        number=number,
        serials=apply.NO_SERIALS,
        now=makers.clock(),
        makers=makers,
    )
    record = apply.created(command, birth)
    contacts = tuple(
        bulk.plain(CONTACT, contact_row(account.id, record.serial, contact))
        for contact in record.contacts
    )
    row = bulk.plain(CLIENT, client_row(account.id, record))
    return Ready(record.serial, record.version, row, contacts)


def has_own_contacts(command: ImportClient) -> bool:
    """Whether it brings contacts, and each of them a serial."""
    drafts = command.contacts or ()
    return bool(drafts) and all(
        isinstance(draft, ImportContact) and draft.serial is not None for draft in drafts
    )
