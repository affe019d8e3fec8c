"""A crowd is made ready to be stored, column by column: at a fourth of what it costs to make one
client after the other ready.

What they become is what `readied` makes of each. The rules are those of apply.py and rows.py, said
here of whole columns; tests/laws holds the two together.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import not_
from typing import Any

import msgspec
from sqlalchemy import Boolean, Table

from storage.model.accounts import Account
from storage.model.folding import MAX_KEY_LENGTH, digits_sort_key, fold, fold_key
from storage.model.generators import Generators
from storage.model.names import display_name, join_name
from storage.rules.validation import is_storable
from storage.schema.row_mapping import search_text
from storage.schema.tables import CLIENT, CONTACT

from .columns import ClientColumns, Columns, PreparedColumns, Span, spans_of

NAME = ("classification", "organization_name", "first_name", "last_name", "middle_name")
CUSTOM_VALUES = ("custom_value1", "custom_value2", "custom_value3", "custom_value4")
FOLDED = ("vat_number", *CUSTOM_VALUES)
SEARCHED = ("id_number", "number", *CUSTOM_VALUES)
SEARCHED_OF_CONTACT = ("first_name", "last_name", "email", "phone")


def prepare_columns(
    crowd: ClientColumns, account: Account, generators: Generators
) -> PreparedColumns | None:
    """None when one of them cannot be stored."""
    clients = crowd.clients | generated_columns(crowd.clients, account, generators)
    spans = spans_of(crowd.sizes)
    contacts = contact_columns(crowd.contacts, clients, spans)
    clients |= derived_columns(clients, contacts, spans)
    columns = flags_as_numbers(CLIENT, clients), flags_as_numbers(CONTACT, contacts)
    if not all(map(is_storable, texts_of(*columns))):
        return None
    number = len(crowd.sizes)
    return PreparedColumns(
        serials=list(clients["serial"]),
        numbers=list(clients["number_folded"]),
        hashes=list(clients["client_hash"]),
        versions=list(clients.get("version") or [1] * number),
        are_archived=flags(clients.get("archived_at"), number),
        are_deleted=flags(clients.get("is_deleted"), number),
        contacts=list(crowd.contacts["serial"]),
        sizes=list(crowd.sizes),
        encoded=msgspec.msgpack.encode(columns),
    )


def flags(column: Sequence[Any] | None, number: int) -> list[bool]:
    return [False] * number if column is None else list(map(bool, column))


def texts_of(*columns: Columns) -> Iterator[str]:
    """All texts of a column in one."""
    for values in chain.from_iterable(one.values() for one in columns):
        if isinstance(values[0], str):
            yield "".join(values)


def generated_columns(clients: Columns, account: Account, generators: Generators) -> Columns:
    """What a birth gives them."""
    return {
        "uuid": [generators.new_uuid().hex for _ in clients["serial"]],
        "phone_rank": [1 if phone else 0 for phone in clients["phone"]],
        "country_id": [account.country_id if c is None else c for c in clients["country_id"]],
        "user_serial": [account.owner_serial if u is None else u for u in clients["user_serial"]],
    }


def contact_columns(given: Columns, clients: Columns, spans: Sequence[Span]) -> Columns:
    """The contacts as in records: each client's in their order, the primary one first."""
    contacts = given | rank_columns(given, spans, clients["phone_rank"])
    clients_of = zip(clients["serial"], spans, strict=True)
    contacts |= {
        "is_primary": primary_flags(given["is_primary"], spans),
        "email_folded": list(map(fold_key, given["email"])),
        "client_serial": [serial for serial, (a, b) in clients_of for _ in range(a, b)],
    }
    places = list(zip(map(not_, contacts["is_primary"]), contacts["serial"], strict=True))
    order = [n for a, b in spans for n in sorted(range(a, b), key=places.__getitem__)]
    if order != list(range(len(order))):
        return {name: [values[n] for n in order] for name, values in contacts.items()}
    return contacts


def rank_columns(contacts: Columns, spans: Iterable[Span], lasts: Iterable[int]) -> Columns:
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


def primary_flags(flags: Sequence[Any], spans: Iterable[Span]) -> list[int]:
    """The first flagged one of each client, or its first of all."""
    found = [0] * len(flags)
    for start, end in spans:
        is_first = flags[start] or not any(flags[start:end])
        found[start if is_first else flags.index(True, start, end)] = 1
    return found


def derived_columns(clients: Columns, contacts: Columns, spans: Sequence[Span]) -> Columns:
    """The columns that are derived (see rows.py)."""
    shown = list(map(display_name, *(clients.get(name) or repeat("") for name in NAME)))
    if not all(shown):
        raise ValueError("a client without a name in a crowd")
    names = fold_all(shown)
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
        "number_folded": list(map(fold_key, clients["number"])),
        "number_order": list(map(digits_sort_key, clients["number"])),
        "id_number_folded": list(map(fold_key, clients["id_number"])),
        "search": list(map(search_text, searched)),
        "display_folded": [name[:MAX_KEY_LENGTH] for name in names],
        "contact_folded": fold_all(map(join_name, first_names, last_names)),
        "contact_email_folded": fold_all(emails),
        **{f"{name}_folded": fold_all(clients[name]) for name in FOLDED},
    }


def fold_all(texts: Iterable[str]) -> list[str]:
    return [text.lower() if text.isascii() else fold(text) for text in texts]


def flags_as_numbers(table: Table, columns: Columns) -> Columns:
    flags = {name for name in columns if isinstance(table.c[name].type, Boolean)}
    return columns | {name: list(map(int, columns[name])) for name in flags}
