from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import Connection, bindparam, update

from storage.database.fast_sql import statements
from storage.model.accounts import Account
from storage.model.errors import NotFound
from storage.rules.contact_changes import Serials
from storage.schema.account_tables import ACCOUNT
from storage.schema.row_mapping import ACCOUNT_COLUMNS, account_record

from .numbering import Counter

COUNTERS = {
    "next_client_serial": "clients",
    "next_contact_serial": "contacts",
    "next_document_serial": "documents",
    "number_counter": "numbers",
}
"""What an account counts, and how a reservation names it."""


class Reserved(Struct, frozen=True):
    """Serials that no other transaction will ever get, and the account's number counter."""

    account: Account
    clients: range
    contacts: range
    documents: range
    counter: Counter

    @property
    def serials(self) -> Serials:
        return Serials(iter(self.contacts), iter(self.documents))


RESERVE = (
    update(ACCOUNT)
    .where(ACCOUNT.c.id == bindparam("account"))
    .values({name: ACCOUNT.c[name] + bindparam(given) for name, given in COUNTERS.items()})
    .returning(*(ACCOUNT.c[name] for name in COUNTERS), ACCOUNT.c.number_padding, *ACCOUNT_COLUMNS)
)


def reserved(
    connection: Connection,
    account_id: int,
    *,
    clients: int = 0,
    contacts: int = 0,
    documents: int = 0,
    numbers: int = 0,
) -> Reserved:
    """Take serials from the account, and count its numbers on as if none of the next were taken.
    Holds the account's row until the transaction ends, so that whoever checks a number or another
    identity of the account afterwards is alone."""
    given = {"clients": clients, "contacts": contacts, "documents": documents, "numbers": numbers}
    row = statements.first(connection, RESERVE, {"account": account_id, **given})
    if row is None:
        raise NotFound("account")
    next_client, next_contact, next_document, counted, padding, *account = row
    return Reserved(
        account_record(account),
        range(next_client - clients, next_client),
        range(next_contact - contacts, next_contact),
        range(next_document - documents, next_document),
        Counter(value=counted - numbers, kept=counted, padding=padding),
    )


def raised(connection: Connection, account_id: int, *, client: int = 0, contact: int = 0) -> None:
    """Let no serial up to these be given any more: clients from elsewhere have them."""
    for column, last in (("next_client_serial", client), ("next_contact_serial", contact)):
        behind = (ACCOUNT.c.id == account_id, ACCOUNT.c[column] <= last)
        connection.execute(update(ACCOUNT).where(*behind).values({column: last + 1}))


def counted_on(connection: Connection, reservation: Reserved) -> None:
    """Keep how far the number counter got, where that is not as it was expected."""
    if reservation.counter.value == reservation.counter.kept:
        return
    mine = ACCOUNT.c.id == reservation.account.id
    values = {"number_counter": reservation.counter.value}
    connection.execute(update(ACCOUNT).where(mine).values(values))


LARGEST_SERIAL = 2**62
"""Whoever comes after it needs a serial too."""


def is_serial(number: int) -> bool:
    return 0 < number <= LARGEST_SERIAL


def largest(wanted: Iterable[int]) -> int:
    return max(filter(is_serial, wanted), default=0)
