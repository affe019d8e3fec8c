"""A client made of a command without any store: for those who only want to see it."""

from itertools import count

from msgspec import UNSET

from .apply import Birth, Serials, created
from .commands import ImportClient
from .holders import Account
from .limits import refuse_unstorable
from .makers import Makers
from .records import Client

PADDING = 4
SPAN = 1000
"""Serials for the contacts of one client, so that each client's are its own."""


def imagined(command: ImportClient, account: Account, place: int, makers: Makers) -> Client:
    """The client as it would be the `place`-th of an empty account. Raises Invalid for what no
    store holds."""
    refuse_unstorable(command)
    birth = Birth(
        account=account,
        serial=place if command.serial is UNSET else command.serial,
        number=command.number or str(place).zfill(PADDING),
        serials=Serials(count(place * SPAN), count(1)),
        now=makers.clock(),
        makers=makers,
    )
    return created(command, birth)
