"""Ids and numbers that stand until the service that gives them has given a client its own. Pure.

In an account that is in sync with an Invoice Ninja, clients are born under serials and numbers that
no client of it can have.
"""

from storage.model.records import Client

FIRST_PROVISIONAL_SERIAL = 2**31
"""Beyond every serial of a real server, and small enough for the search index, which keeps serials
of 32 bits."""


def is_provisional(serial: int) -> bool:
    """Return whether a serial stands only until another server gives the client one."""
    return serial >= FIRST_PROVISIONAL_SERIAL


def provisional_number(serial: int) -> str | None:
    """Return the number of a client with a provisional serial, None for any other serial."""
    if not is_provisional(serial):
        return None
    return f"P-{serial - FIRST_PROVISIONAL_SERIAL + 1:04}"


def has_provisional_number(record: Client) -> bool:
    """Return whether nobody but this store has given a client its number."""
    return record.number == provisional_number(record.serial)
