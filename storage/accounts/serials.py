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
"""What an account counts, and how a reservation names it."""


class Reservation(Struct, frozen=True):
    """Serials that no other transaction will ever get, and the account's number counter."""

    account: Account
    clients: range
    contacts: range
    documents: range
    counter: NumberCounter

    @property
    def new_serials(self) -> SerialPool:
        return SerialPool(iter(self.contacts), iter(self.documents))


RESERVE = (
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
    """Take serials from the account, and count its numbers on as if none of the next were taken.
    Holds the account's row until the transaction ends, so that whoever checks a number or another
    identity of the account afterwards is alone."""
    given = {"clients": clients, "contacts": contacts, "documents": documents, "numbers": numbers}
    row = statements.fetch_first(connection, RESERVE, {"account": account_id, **given})
    if row is None:
        raise NotFound("account")
    next_client, next_contact, next_document, counted, padding, *account = row
    return Reservation(
        account_from_row(account),
        range(next_client - clients, next_client),
        range(next_contact - contacts, next_contact),
        range(next_document - documents, next_document),
        NumberCounter(value=counted - numbers, stored_value=counted, padding=padding),
    )


def advance_serials(
    connection: Connection, account_id: int, *, client: int = 0, contact: int = 0
) -> None:
    """Let no serial up to these be given any more: clients from elsewhere have them."""
    for column, last in (("next_client_serial", client), ("next_contact_serial", contact)):
        behind = (ACCOUNT.c.id == account_id, ACCOUNT.c[column] <= last)
        connection.execute(update(ACCOUNT).where(*behind).values({column: last + 1}))


def save_number_counter(connection: Connection, reservation: Reservation) -> None:
    """Keep how far the number counter got, where that is not as it was expected."""
    if reservation.counter.value == reservation.counter.stored_value:
        return
    mine = ACCOUNT.c.id == reservation.account.id
    values = {"number_counter": reservation.counter.value}
    connection.execute(update(ACCOUNT).where(mine).values(values))


def is_valid_serial(number: int) -> bool:
    return 0 < number <= MAX_SERIAL


def largest_serial(wanted: Iterable[int]) -> int:
    return max(filter(is_valid_serial, wanted), default=0)
