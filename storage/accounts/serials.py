"""Reserves serials and client numbers from the counters in an account's row."""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import Connection, bindparam, update

from storage.database.fast_sql import statements
from storage.model.accounts import Account
from storage.model.errors import NotFound
from storage.model.limits import MAX_SERIAL
from storage.rules.contact_changes import SerialPool
from storage.schema.account_tables import ACCOUNT
from storage.schema.row_mapping import ACCOUNT_COLUMNS, account_from_row

from .numbering import NumberCounter

COUNTERS = {
    "next_client_serial": "clients",
    "next_contact_serial": "contacts",
    "next_document_serial": "documents",
    "number_counter": "numbers",
}
"""The counter columns of an account, and their names in a reservation."""


class Reservation(Struct, frozen=True):
    """Serials that no other transaction will ever get, with the account and its number counter."""

    account: Account
    clients: range
    contacts: range
    documents: range
    counter: NumberCounter

    @property
    def new_serials(self) -> SerialPool:
        """The reserved serials for contacts and documents, to be taken one by one."""
        return SerialPool(iter(self.contacts), iter(self.documents))


UPDATE_COUNTERS = (
    update(ACCOUNT)
    .where(ACCOUNT.c.id == bindparam("account"))
    .values({name: ACCOUNT.c[name] + bindparam(given) for name, given in COUNTERS.items()})
    .returning(*(ACCOUNT.c[name] for name in COUNTERS), ACCOUNT.c.number_padding, *ACCOUNT_COLUMNS)
)


def reserve_serials(
    connection: Connection,
    account_id: int,
    *,
    clients: int = 0,
    contacts: int = 0,
    documents: int = 0,
    numbers: int = 0,
) -> Reservation:
    """Reserve serials of an account, and move its number counter on by `numbers`. Raises NotFound.

    The number counter is moved on as if none of the next numbers were in use:
    `save_number_counter` corrects it. The account's row stays locked until the transaction ends, so
    only one transaction at a time checks numbers and other identities of the account.
    """
    amounts = {"clients": clients, "contacts": contacts, "documents": documents, "numbers": numbers}
    row = statements.fetch_first(connection, UPDATE_COUNTERS, {"account": account_id, **amounts})
    if row is None:
        raise NotFound("account")
    next_client, next_contact, next_document, next_number, padding, *account = row
    return Reservation(
        account_from_row(account),
        range(next_client - clients, next_client),
        range(next_contact - contacts, next_contact),
        range(next_document - documents, next_document),
        NumberCounter(value=next_number - numbers, stored_value=next_number, padding=padding),
    )


def advance_serials(
    connection: Connection, account_id: int, *, client: int = 0, contact: int = 0
) -> None:
    """Move an account's serial counters behind these serials, which imported clients have."""
    for column, last in (("next_client_serial", client), ("next_contact_serial", contact)):
        is_behind = (ACCOUNT.c.id == account_id, ACCOUNT.c[column] <= last)
        connection.execute(update(ACCOUNT).where(*is_behind).values({column: last + 1}))


def save_number_counter(connection: Connection, reservation: Reservation) -> None:
    """Save the number counter, unless it is where `reserve_serials` has already put it."""
    if reservation.counter.value == reservation.counter.stored_value:
        return
    own_row = ACCOUNT.c.id == reservation.account.id
    values = {"number_counter": reservation.counter.value}
    connection.execute(update(ACCOUNT).where(own_row).values(values))


def is_valid_serial(number: int) -> bool:
    """Return whether a number can be the serial of a client or contact."""
    return 0 < number <= MAX_SERIAL


def largest_serial(numbers: Iterable[int]) -> int:
    """Return the largest valid serial, or 0 if there is none."""
    return max(filter(is_valid_serial, numbers), default=0)
