"""The preparation of new clients by columns, at a fourth of the cost of preparing each client.

Strategy:

1. Add the columns that a new client gets from its account and from the generators.
2. Complete the columns of the contacts: ranks, primary flags, the folded e-mail. Then order each
   client's contacts, the primary one first.
3. Add the columns that are derived for search and sort order.
4. Write flags as numbers, as encoded rows have them.
5. Check that everything can be stored: the texts of a column are joined and checked as one.
6. Encode all columns as MessagePack, with the identifiers that the import compares beside them.

The rows are those that `prepare_rows` makes of each client. The rules are those of
`storage/rules/client_changes.py` and `storage/schema/row_mapping.py`, repeated here for columns;
`tests/laws/test_column_reader.py` checks that both give the same rows.
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

NAME_COLUMNS = ("classification", "organization_name", "first_name", "last_name", "middle_name")
CUSTOM_VALUE_COLUMNS = ("custom_value1", "custom_value2", "custom_value3", "custom_value4")
FOLDED_COLUMNS = ("vat_number", *CUSTOM_VALUE_COLUMNS)
SEARCHED_COLUMNS = ("id_number", "number", *CUSTOM_VALUE_COLUMNS)
SEARCHED_CONTACT_COLUMNS = ("first_name", "last_name", "email", "phone")


def prepare_columns(
    parsed: ClientColumns, account: Account, generators: Generators
) -> PreparedColumns | None:
    """Prepare columns of new clients; return None when one of the clients cannot be stored."""
    clients = parsed.clients | generated_columns(parsed.clients, account, generators)
    spans = spans_of(parsed.sizes)
    contacts = contact_columns(parsed.contacts, clients, spans)
    clients |= derived_columns(clients, contacts, spans)
    columns = flags_as_numbers(CLIENT, clients), flags_as_numbers(CONTACT, contacts)
    if not all(map(is_storable, texts_of(*columns))):
        return None
    number = len(parsed.sizes)
    return PreparedColumns(
        serials=list(clients["serial"]),
        numbers=list(clients["number_folded"]),
        hashes=list(clients["client_hash"]),
        versions=list(clients.get("version") or [1] * number),
        are_archived=booleans(clients.get("archived_at"), number),
        are_deleted=booleans(clients.get("is_deleted"), number),
        contacts=list(parsed.contacts["serial"]),
        sizes=list(parsed.sizes),
        encoded=msgspec.msgpack.encode(columns),
    )


def booleans(column: Sequence[Any] | None, number: int) -> list[bool]:
    """Return whether each value is set; of a column that is missing none is."""
    return [False] * number if column is None else list(map(bool, column))


def texts_of(*columns: Columns) -> Iterator[str]:
    """Yield one text per text column: all its values joined."""
    for values in chain.from_iterable(one.values() for one in columns):
        if isinstance(values[0], str):
            yield "".join(values)


def generated_columns(clients: Columns, account: Account, generators: Generators) -> Columns:
    """Return the columns that a new client gets from its account and from the generators."""
    return {
        "uuid": [generators.new_uuid().hex for _ in clients["serial"]],
        "phone_rank": [1 if phone else 0 for phone in clients["phone"]],
        "user_serial": [account.owner_serial if u is None else u for u in clients["user_serial"]],
    }


def contact_columns(parsed: Columns, clients: Columns, spans: Sequence[Span]) -> Columns:
    """Return the complete columns of contacts, each client's in order: the primary one first."""
    contacts = parsed | rank_columns(parsed, spans, clients["phone_rank"])
    clients_of = zip(clients["serial"], spans, strict=True)
    contacts |= {
        "is_primary": primary_flags(parsed["is_primary"], spans),
        "email_folded": list(map(fold_key, parsed["email"])),
        "client_serial": [serial for serial, (a, b) in clients_of for _ in range(a, b)],
    }
    sort_keys = list(zip(map(not_, contacts["is_primary"]), contacts["serial"], strict=True))
    order = [n for a, b in spans for n in sorted(range(a, b), key=sort_keys.__getitem__)]
    if order != list(range(len(order))):
        return {name: [values[n] for n in order] for name, values in contacts.items()}
    return contacts


def rank_columns(contacts: Columns, spans: Iterable[Span], phone_ranks: Iterable[int]) -> Columns:
    """Return the ranks of e-mails and phones: behind the client's own phone, in the given order.

    The rank of an empty value is 0.
    """
    emails, phones = contacts["email"], contacts["phone"]
    email_ranks: list[int] = []
    contact_phone_ranks: list[int] = []
    for (start, end), phone_rank in zip(spans, phone_ranks, strict=True):
        rank = phone_rank
        for n in range(start, end):
            for value, ranks in ((emails[n], email_ranks), (phones[n], contact_phone_ranks)):
                rank += 1 if value else 0
                ranks.append(rank if value else 0)
    return {"email_rank": email_ranks, "phone_rank": contact_phone_ranks}


def primary_flags(flags: Sequence[Any], spans: Iterable[Span]) -> list[int]:
    """Return one primary contact per client: its first flagged one, or its first one."""
    primaries = [0] * len(flags)
    for start, end in spans:
        is_first = flags[start] or not any(flags[start:end])
        primaries[start if is_first else flags.index(True, start, end)] = 1
    return primaries


def derived_columns(clients: Columns, contacts: Columns, spans: Sequence[Span]) -> Columns:
    """Return the columns that `row_mapping.derived_values` gives each client."""
    names = list(map(display_name, *(clients.get(name) or repeat("") for name in NAME_COLUMNS)))
    if not all(names):
        raise ValueError("a client without a name in a column batch")
    folded_names = fold_all(names)
    columns = contacts["first_name"], contacts["last_name"], contacts["email"]
    starts = [start for start, _ in spans]
    first_names, last_names, emails = ([column[n] for n in starts] for column in columns)
    heads = zip(names, *(clients[name] for name in SEARCHED_COLUMNS), strict=True)
    people = list(zip(*(contacts[name] for name in SEARCHED_CONTACT_COLUMNS), strict=True))
    searched_texts = (
        list(filter(None, chain(head, *people[start:end])))
        for head, (start, end) in zip(heads, spans, strict=True)
    )
    return {
        "name_folded": folded_names,
        "number_folded": list(map(fold_key, clients["number"])),
        "number_order": list(map(digits_sort_key, clients["number"])),
        "id_number_folded": list(map(fold_key, clients["id_number"])),
        "search": list(map(search_text, searched_texts)),
        "display_folded": [name[:MAX_KEY_LENGTH] for name in folded_names],
        "contact_folded": fold_all(map(join_name, first_names, last_names)),
        "contact_email_folded": fold_all(emails),
        **{f"{name}_folded": fold_all(clients[name]) for name in FOLDED_COLUMNS},
    }


def fold_all(texts: Iterable[str]) -> list[str]:
    """Fold texts. Lower case is the folding of a text of ASCII, and quicker to get."""
    return [text.lower() if text.isascii() else fold(text) for text in texts]


def flags_as_numbers(table: Table, columns: Columns) -> Columns:
    """Return the columns with flags as 0 and 1, as encoded rows have them."""
    names = {name for name in columns if isinstance(table.c[name].type, Boolean)}
    return columns | {name: list(map(int, columns[name])) for name in names}
