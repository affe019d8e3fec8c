"""A client made of a command without any store: for those who only want to see it."""

from itertools import count

from msgspec import UNSET

from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.model.generators import Generators
from storage.model.records import Client

from .client_changes import NewClientContext, new_client
from .contact_changes import SerialPool
from .validation import refuse_unstorable

PADDING = 4
SPAN = 1000
"""Serials for the contacts of one client, so that each client's are its own."""


def preview_client(
    command: ImportClient, account: Account, place: int, generators: Generators
) -> Client:
    """The client as it would be the `place`-th of an empty account. Raises Invalid for what no
    store holds."""
    refuse_unstorable(command)
    context = NewClientContext(
        account=account,
        serial=place if command.serial is UNSET else command.serial,
        number=command.number or str(place).zfill(PADDING),
        serials=SerialPool(count(place * SPAN), count(1)),
        now=generators.clock(),
        generators=generators,
    )
    return new_client(command, context)
