"""Preview of a client: the record that an import would create, made without a store."""

from itertools import count

from msgspec import UNSET

from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.model.generators import Generators
from storage.model.records import Client

from .client_changes import NewClientContext, new_client
from .contact_changes import SerialPool
from .validation import refuse_unstorable

NUMBER_WIDTH = 4
"""Digits of a generated number, padded with zeros."""
SERIALS_PER_CLIENT = 1000
"""Contact serials that each previewed client has for its own contacts."""


def preview_client(
    command: ImportClient, account: Account, position: int, generators: Generators
) -> Client:
    """Return the client that a command would create as number `position` of an empty account.

    Raises Invalid for values that no store can hold.
    """
    refuse_unstorable(command)
    context = NewClientContext(
        account=account,
        serial=position if command.serial is UNSET else command.serial,
        number=command.number or str(position).zfill(NUMBER_WIDTH),
        serials=SerialPool(count(position * SERIALS_PER_CLIENT), count(1)),
        now=generators.clock(),
        generators=generators,
    )
    return new_client(command, context)
