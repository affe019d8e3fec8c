"""Many new clients column by column: made ready to be stored at a fourth of what it costs to make
one after the other ready.

What they become is what `readied` makes of each. The rules are those of apply.py and rows.py, said
here of whole columns; tests/laws holds the two together.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate, chain, repeat
from operator import not_
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Table

from . import bulk
from .columns import EPOCH, LARGEST_AMOUNT, MONEY_PLACES
from .folding import LONGEST_KEY, digits_order, fold, folded_key
from .holders import Account
from .limits import LARGEST, NUL
from .makers import Makers
from .naming import joined, shown_name
from .readying import ENCODER, Ready, Rows
from .records import Client, Contact
from .rows import client_values, contact_values, search_text
from .tables import CLIENT, CONTACT
from .wanting import Wanted

Columns = dict[str, Sequence[Any]]
Span = tuple[int, int]

MICROSECONDS = 1_000_000
NAME = ("classification", "organization_name", "first_name", "last_name", "middle_name")
CUSTOM_VALUES = ("custom_value1", "custom_value2", "custom_value3", "custom_value4")
FOLDED = ("vat_number", *CUSTOM_VALUES)
SEARCHED = ("id_number", "number", *CUSTOM_VALUES)
SEARCHED_OF_CONTACT = ("first_name", "last_name", "email", "phone")


class Crowd(NamedTuple):
    """New clients as another service tells them: by a field's name, what each of them says.

    `contacts` are those of all clients, one client's after the other's, and `sizes` how many each
    has. Times are `moments`, amounts `amounts`; a field that is missing has its default. All say
    a serial, a number, a hash and times, their country and user or None for the account's, and a
    name; all have a contact, which says its serial, key and times; none is deleted or has files.
    """

    clients: Columns
    contacts: Columns
    sizes: Sequence[int]


class Arrived(NamedTuple):
    """One of a crowd."""

    wanted: Wanted
    ready: Ready


def moments(seconds: Iterable[int]) -> list[int | None]:
    """Whole seconds since 1970, 0 for none, as rows have moments."""
    return [second * MICROSECONDS if second else None for second in seconds]


def amounts(values: Sequence[Decimal]) -> list[int] | None:
    """As rows have them; None when one of them is not exactly what a row can have."""
    found = [0] * len(values)
    for n, value in enumerate(values):
        if value:
            if value.adjusted() > LARGEST_AMOUNT.adjusted():
                return None
            found[n] = int(value.scaleb(MONEY_PLACES))
            if abs(found[n]) > LARGEST or Decimal(found[n]).scaleb(-MONEY_PLACES) != value:
                return None
    return found


def arrived(crowd: Crowd, account: Account, makers: Makers) -> list[Arrived] | None:
    """All of them, made ready; None when one of them cannot be stored."""
    clients = crowd.clients | born(crowd.clients, account, makers)
    contacts, spans = settled(crowd, clients)
    clients |= compared(clients, contacts, spans)
    rows = in_rows(CLIENT, CLIENT_DEFAULTS | {"account_id": account.id}, clients)
    people = list(in_rows(CONTACT, CONTACT_DEFAULTS | {"account_id": account.id}, contacts))
    written = [
        ENCODER.encode(Rows(row, people[a:b])) for row, (a, b) in zip(rows, spans, strict=True)
    ]
    if any(NUL in one for one in written):
        return None
    versions = clients.get("version") or repeat(1)
    archived = map(bool, clients.get("archived_at") or repeat(None))
    ready = map(Ready, versions, archived, written)
    return list(map(Arrived, wanted(clients, crowd.contacts["serial"], spans), ready))


def born(clients: Columns, account: Account, makers: Makers) -> Columns:
    """What a birth gives them."""
    return {
        "uuid": [makers.uuid().hex for _ in clients["serial"]],
        "phone_rank": [1 if phone else 0 for phone in clients["phone"]],
        "country_id": [account.country_id if c is None else c for c in clients["country_id"]],
        "user_serial": [account.owner_serial if u is None else u for u in clients["user_serial"]],
    }


def settled(crowd: Crowd, clients: Columns) -> tuple[Columns, list[Span]]:
    """The contacts in the order of a record, the primary one first, and where each client's are."""
    ends = list(accumulate(crowd.sizes))
    spans = list(zip([0, *ends], ends, strict=False))
    contacts = crowd.contacts | ranked(crowd.contacts, spans, clients["phone_rank"])
    contacts |= {
        "is_primary": primary(contacts["is_primary"], spans),
        "email_folded": list(map(folded_key, contacts["email"])),
        "client_serial": [
            serial
            for serial, (a, b) in zip(clients["serial"], spans, strict=True)
            for _ in range(a, b)
        ],
    }
    places = list(zip(map(not_, contacts["is_primary"]), contacts["serial"], strict=True))
    order = [n for a, b in spans for n in sorted(range(a, b), key=places.__getitem__)]
    if order != list(range(len(order))):
        contacts = {name: [values[n] for n in order] for name, values in contacts.items()}
    return contacts, spans


def ranked(contacts: Columns, spans: Iterable[Span], lasts: Iterable[int]) -> Columns:
    """Their e-mails and phones behind the client's own phone, in the order in which they came."""
    emails, phones = contacts["email"], contacts["phone"]
    ranks: dict[str, list[int]] = {"email_rank": [], "phone_rank": []}
    of_emails, of_phones = ranks.values()
    for (start, end), last in zip(spans, lasts, strict=True):
        rank = last
        for n in range(start, end):
            for value, found in ((emails[n], of_emails), (phones[n], of_phones)):
                rank += 1 if value else 0
                found.append(rank if value else 0)
    return dict(ranks)


def primary(flags: Sequence[Any], spans: Iterable[Span]) -> list[int]:
    """The first flagged one of each client, or its first of all."""
    found = [0] * len(flags)
    for start, end in spans:
        is_first = flags[start] or not any(flags[start:end])
        found[start if is_first else flags.index(True, start, end)] = 1
    return found


def compared(clients: Columns, contacts: Columns, spans: Sequence[Span]) -> Columns:
    """The columns that are derived (see rows.py)."""
    shown = list(map(shown_name, *(clients.get(name) or repeat("") for name in NAME)))
    if not all(shown):
        raise ValueError("a client without a name in a crowd")
    names = folded(shown)
    firsts = contacts["first_name"], contacts["last_name"], contacts["email"]
    chosen = [start for start, _ in spans]
    first_names, last_names, emails = ([column[n] for n in chosen] for column in firsts)
    heads = zip(shown, *(clients[name] for name in SEARCHED), strict=True)
    people = list(zip(*(contacts[name] for name in SEARCHED_OF_CONTACT), strict=True))
    searched = (
        list(filter(None, chain(head, *people[start:end])))
        for head, (start, end) in zip(heads, spans, strict=True)
    )
    return {
        "name_folded": names,
        "number_folded": list(map(folded_key, clients["number"])),
        "number_order": list(map(digits_order, clients["number"])),
        "id_number_folded": list(map(folded_key, clients["id_number"])),
        "search": list(map(search_text, searched)),
        "display_folded": [name[:LONGEST_KEY] for name in names],
        "contact_folded": folded(map(joined, first_names, last_names)),
        "contact_email_folded": folded(emails),
        **{f"{name}_folded": folded(clients[name]) for name in FOLDED},
    }


def folded(texts: Iterable[str]) -> list[str]:
    return [text.lower() if text.isascii() else fold(text) for text in texts]


def wanted(clients: Columns, people: Sequence[int], spans: Iterable[Span]) -> Iterator[Wanted]:
    found = zip(
        clients["serial"], clients["number_folded"], clients["client_hash"], spans, strict=True
    )
    for serial, number, client_hash, (start, end) in found:
        yield Wanted(serial, None, number, None, client_hash, tuple(people[start:end]))


def in_rows(table: Table, defaults: dict[str, Any], columns: Columns) -> Iterator[tuple[Any, ...]]:
    """Row by row; truth values are whole numbers there."""
    for name, column in table.c.items():
        if name in columns and isinstance(column.type, Boolean):
            columns = columns | {name: list(map(int, columns[name]))}
    return zip(
        *(columns.get(name) or repeat(value) for name, value in defaults.items()), strict=False
    )


def defaults_of(table: Table, values: list[Any]) -> dict[str, Any]:
    """What stands in a row where nothing is said."""
    return dict(zip(table.c.keys(), bulk.plain(table, values), strict=True))


SOMEBODY = Contact(serial=0, contact_key="", created_at=EPOCH, updated_at=EPOCH)
NOBODY = Client(
    uuid=UUID(int=0),
    serial=0,
    number="",
    created_at=EPOCH,
    updated_at=EPOCH,
    user_serial=0,
    client_hash="",
)
CLIENT_DEFAULTS = defaults_of(CLIENT, client_values(0, NOBODY))
CONTACT_DEFAULTS = defaults_of(CONTACT, contact_values(0, 0, SOMEBODY))
