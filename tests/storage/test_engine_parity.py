"""Features that database engines treat differently: the store gives the same answers on each."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from storage.accounts.numbering import used_numbers_finder
from storage.model.accounts import Account
from storage.model.commands import (
    ChangeClient,
    ContactDraft,
    CreateAccount,
    CreateClient,
    ImportClient,
    LiveKey,
)
from storage.model.documents import DocumentDraft
from storage.model.errors import Conflict, Invalid, NotFound
from storage.model.folding import fold_key
from storage.model.queries import (
    ClientColumn,
    ClientQuery,
    Comparison,
    ComparisonOperator,
    Contains,
    DocumentQuery,
    OneOf,
    SortKey,
    TextColumn,
)
from storage.model.records import Client, Origin, State
from storage.store import Store

MANY = 70_000
"""More than PostgreSQL takes parameters in one statement."""
BEYOND = 2**63
"""The first integer that no column holds."""


def noise(length: int, seed: str) -> str:
    """Return a text that cannot be compressed, so that an index must hold all of it."""
    random = Random(seed)  # noqa: S311
    return "".join(chr(random.randrange(0x4E00, 0x9FFF)) for _ in range(length))


def list_serials(store: Store, account: Account, **asked: Any) -> list[int]:
    page = store.list_clients(account.id, ClientQuery(limit=10_000, **asked))
    assert page.total == len(page.records)
    return [record.serial for record in page.records]


LARGEST = Decimal(2**63 - 1).scaleb(-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_an_amount_beyond_all_compares_with_the_extreme_balance(
    store: Store, account: Account, sign: int
) -> None:
    add_client(store, account, balance=sign * LARGEST)
    less, more = (
        (ComparisonOperator.LT, ComparisonOperator.LTE),
        (ComparisonOperator.GT, ComparisonOperator.GTE),
    )

    for operator in ComparisonOperator:
        comparison = Comparison(operator=operator, amount=sign * (LARGEST + 1))
        is_true = operator in (less if sign == 1 else more)
        assert bool(list_serials(store, account, balance=comparison)) is is_true


def test_nobody_comes_of_nobody(store: Store, account: Account) -> None:
    assert store.create_clients(account.id, []) == ()


def test_a_client_is_not_merged_with_itself(store: Store, account: Account) -> None:
    client = add_client(store, account)

    for other in (client.serial, LiveKey(external_id=str(client.uuid), uuid=client.uuid)):
        with pytest.raises(Invalid, match="the client itself"):
            store.merge_clients(account.id, client.serial, other)

    assert store.get_client(account.id, client.serial) == client


def add_client(store: Store, account: Account, **fields: Any) -> Client:
    client = store.create_client(account.id, ImportClient(**fields))
    assert store.get_client(account.id, client.serial) == client
    return client


LONG = noise(5000, "long")


def test_texts_may_be_long(store: Store, account: Account) -> None:
    contact = ContactDraft(first_name=LONG, last_name=LONG, email=LONG, phone=LONG)
    texts = ["organization_name", "number", "id_number", "vat_number", "custom_value1", "city"]

    one = add_client(store, account, contacts=(contact,), **dict.fromkeys(texts, LONG))
    other = add_client(store, account, classification="individual", last_name=LONG)

    both = [one.serial, other.serial]
    assert (
        list_serials(store, account, name=LONG)
        == list_serials(store, account, name=LONG[9:])
        == both
    )
    for order in ClientColumn:
        assert list_serials(store, account, sort_keys=(SortKey(column=order),))


def test_a_nameless_client_may_have_a_long_contact(store: Store, account: Account) -> None:
    named = add_client(store, account, contacts=(ContactDraft(last_name=LONG),))
    mailed = add_client(store, account, contacts=(ContactDraft(email=LONG),))

    by_name = (SortKey(column=ClientColumn.NAME),)
    assert list_serials(store, account, sort_keys=by_name) == [named.serial, mailed.serial]


def test_names_sort_by_their_first_255_characters_and_then_by_age(
    store: Store, account: Account
) -> None:
    for end in ("b", "a", "", "c"):
        add_client(store, account, organization_name="x" * 255 + end)
    add_client(store, account, organization_name="x" * 254 + "w")

    assert list_serials(store, account, sort_keys=(SortKey(column=ClientColumn.NAME),)) == [
        5,
        1,
        2,
        3,
        4,
    ]


@pytest.mark.parametrize("length", [254, 255, 256, 257, 5000])
def test_long_texts_are_equal_only_when_all_of_them_is(
    store: Store, account: Account, length: int
) -> None:
    text = noise(length, "a") + "É"
    one = add_client(
        store, account, number=text, id_number=text, contacts=(ContactDraft(email=text),)
    )
    add_client(store, account, number=text[:-1] + "a", id_number=text[:-1] + "a")

    for asked in ({"number": text}, {"id_number": text}, {"email": text}):
        ((field, value),) = asked.items()
        assert list_serials(store, account, **{field: value.lower()}) == [one.serial]
        assert list_serials(store, account, **{field: value + "x"}) == []


@pytest.mark.parametrize("field", ["number", "id_number"])
def test_a_long_identity_is_unique_too(store: Store, account: Account, field: str) -> None:
    add_client(store, account, **{field: LONG + "é"})

    with pytest.raises(Conflict):
        add_client(store, account, **{field: LONG + "É"})

    assert add_client(store, account, **{field: LONG + "f"}).serial == 2


@pytest.mark.parametrize("field", ["number", "id_number"])
def test_no_text_passes_for_the_short_form_of_another(
    store: Store, account: Account, field: str
) -> None:
    add_client(store, account, **{field: LONG})

    assert add_client(store, account, **{field: fold_key(LONG)}).serial == 2


@pytest.mark.parametrize("text", ["é" * 501, LONG])
def test_a_key_that_no_index_holds_is_refused(store: Store, account: Account, text: str) -> None:
    for fields in (
        {"external_id": text},
        {"origins": (Origin(source=text, foreign_id="1"),)},
        {"origins": (Origin(source="ninja", foreign_id=text),)},
    ):
        with pytest.raises(Invalid):
            add_client(store, account, **fields)
    with pytest.raises(Invalid):
        store.create_account(CreateAccount(name=text))


def test_the_longest_key_is_held(store: Store, account: Account) -> None:
    random = Random(7)  # noqa: S311
    text = "".join(chr(random.randrange(0x20000, 0x2A000)) for _ in range(500))
    origins = (Origin(source="planado", foreign_id=text),)

    client = add_client(store, account, external_id=text, origins=origins)

    assert store.get_client(account.id, LiveKey(external_id=text)) == client
    assert store.client_origins(account.id, client.serial) == origins
    store.set_client_state(account.id, client.serial, State.DELETED)
    assert add_client(store, account, external_id=text).serial == 2


def test_an_origin_has_one_client(store: Store, account: Account) -> None:
    origin = Origin(source="ninja", foreign_id="1")
    add_client(store, account, origins=(origin,))

    with pytest.raises(Conflict):
        add_client(store, account, origins=(origin,))
    with pytest.raises(Conflict):
        add_client(store, account, origins=(Origin(source="ninja", foreign_id="2"),) * 2)


NUL = "ab\0cd"
ASKED_FOR_NUL: list[dict[str, Any]] = [
    {field: NUL} for field in ("name", "text", "email", "number", "id_number")
]
ASKED_FOR_NUL += [{"contains": (Contains(column=c, text=NUL),)} for c in TextColumn]
ASKED_FOR_NUL += [{"one_of": (OneOf(column=ClientColumn.CLASSIFICATION, values=(NUL,)),)}]


@pytest.mark.parametrize("asked", ASKED_FOR_NUL, ids=str)
def test_a_nul_is_found_nowhere(store: Store, account: Account, asked: Any) -> None:
    texts = ["organization_name", "number", "id_number", "classification", "custom_value1"]
    for text in ("ab", "abcd", "ab cd", "cd"):
        contacts = (ContactDraft(email=text),)
        add_client(store, account, contacts=contacts, **dict.fromkeys(texts, text))

    assert list_serials(store, account, **asked) == []


def test_nobody_has_a_nul_in_their_key(store: Store, account: Account) -> None:
    add_client(store, account, external_id="ab")

    with pytest.raises(NotFound):
        store.get_client(account.id, LiveKey(external_id=NUL))
    with pytest.raises(NotFound):
        store.get_account(NUL)
    with pytest.raises(Invalid):
        store.list_newest_clients(account.id, ClientQuery(), LiveKey(external_id=NUL))
    assert store.find_access("ninja", NUL) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"organization_name": NUL},
        {"external_id": NUL},
        {"settings": NUL},
        {"extras": {"ninja": NUL}},
        {"contacts": (ContactDraft(email=NUL),)},
        {"origins": (Origin(source="ninja", foreign_id=NUL),)},
        {"private_notes": "\ud800"},
    ],
    ids=str,
)
def test_what_one_engine_could_not_store_none_does(
    store: Store, account: Account, fields: Any
) -> None:
    with pytest.raises(Invalid):
        add_client(store, account, **fields)

    client = add_client(store, account)
    if "origins" not in fields and "external_id" not in fields and "extras" not in fields:
        with pytest.raises(Invalid):
            store.change_client(account.id, client.serial, lambda _: ChangeClient(**fields))
    assert list_serials(store, account) == [client.serial]


@pytest.mark.parametrize("key", [BEYOND, 10**30, -BEYOND - 1, -1, 0, 2**32])
def test_a_serial_that_nobody_has_is_not_found(store: Store, account: Account, key: int) -> None:
    client = add_client(store, account)

    with pytest.raises(NotFound):
        store.get_client(account.id, key)
    with pytest.raises(NotFound):
        store.get_document(account.id, key)
    assert list_serials(store, account, serials=(key, client.serial)) == [client.serial]
    assert list_serials(store, account, first_serial=key) == [client.serial]
    assert store.set_client_states(account.id, [key], State.DELETED) == ()
    assert store.groups_by_serial(account.id, [key]) == {}
    with pytest.raises(NotFound):
        store.revoke_token(key)


@pytest.mark.parametrize(
    "column", [ClientColumn.COUNTRY, ClientColumn.INDUSTRY, ClientColumn.GROUP, ClientColumn.SIZE]
)
@pytest.mark.parametrize("value", [2**31, 2**32, BEYOND, 10**30, -1])
def test_a_number_that_nobody_has_is_found_nowhere(
    store: Store, account: Account, column: ClientColumn, value: int
) -> None:
    among = OneOf(column=column, values=(value, 4))
    client = add_client(store, account, **{column.value: 4})
    add_client(store, account, **{column.value: 5})

    assert list_serials(store, account, one_of=(among,)) == [client.serial]


def test_numbers_may_be_larger_than_32_bits(store: Store, account: Account) -> None:
    draft = DocumentDraft(
        name="a.png", type="png", hash="a", size=2**40, width=2**32 - 1, height=2**31
    )
    fields = ["country_id", "shipping_country_id", "industry_id", "size_id", "group_serial"]
    contact = ContactDraft(email="a", email_rank=2**40)

    client = add_client(
        store, account, documents=(draft,), contacts=(contact,), **dict.fromkeys(fields, 2**40)
    )

    assert client.documents[0].width == 2**32 - 1


def test_more_values_may_be_asked_for_than_a_statement_takes(
    store: Store, account: Account
) -> None:
    client = add_client(store, account, group_serial=7, classification="x")
    numbers = tuple(range(1, MANY))
    words = tuple(f"word {n}" for n in numbers)

    assert list_serials(store, account, serials=numbers) == [client.serial]
    among = (OneOf(column=ClientColumn.GROUP, values=numbers),)
    assert list_serials(store, account, one_of=among) == [client.serial]
    among = (OneOf(column=ClientColumn.CLASSIFICATION, values=(*words, "X")),)
    assert list_serials(store, account, one_of=among) == [client.serial]
    assert store.list_documents(account.id, DocumentQuery(client_serials=numbers)).total == 0
    assert store.groups_by_serial(account.id, numbers) == {}
    assert len(store.set_client_states(account.id, numbers, State.ARCHIVED)) == 1


def test_many_clients_may_come_at_once(store: Store, account: Account) -> None:
    key = uuid4()
    add_client(store, account, number="n7", id_number="i7", external_id=str(key))
    commands = [
        CreateClient(number=f"n{n}", id_number=f"i{n}", external_id=str(UUID(int=key.int + n)))
        for n in range(MANY)
    ]

    with pytest.raises(Conflict) as refused:
        store.create_clients(account.id, commands)

    assert set(refused.value.fields) == {"number", "id_number", "external_id"}
    numbers = [command.number for command in commands]
    taken = store._read(lambda connection: used_numbers_finder(connection, account.id)(numbers))
    assert taken == {"n7"}


@pytest.mark.parametrize("offset", [2**31, 2**63 - 1, BEYOND])
def test_a_list_may_be_asked_for_from_far_behind_its_end(
    store: Store, account: Account, offset: int
) -> None:
    add_client(store, account)

    page = store.list_clients(account.id, ClientQuery(offset=offset))

    assert (page.records, page.total) == ((), 1)


@pytest.mark.parametrize("year", [1, 1582, 1969, 1970, 2038, 9999])
def test_times_are_exact_to_the_microsecond(store: Store, account: Account, year: int) -> None:
    moment = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)

    client = add_client(store, account, created_at=moment, archived_at=moment, last_login=moment)

    assert client.created_at == client.last_login == moment
    assert list_serials(store, account, created_from=moment, created_to=moment) == [client.serial]


@pytest.mark.parametrize(
    "number", [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 2**53 + 1.0, 1e22, -180.0, 1e-7]
)
def test_floats_are_exact(store: Store, account: Account, number: float) -> None:
    client = add_client(store, account, longitude=number, latitude=-number)

    assert (client.longitude, client.latitude) == (number, -number)


ORDERED = [
    "",
    " ",
    "!",
    "0",
    "10",
    "9",
    "_",
    "a",
    "a b",
    "ab",
    "z",
    "ß",
    "æ",
    "ж",
    "日",
    "\uffff",
    "😀",
]


def test_texts_sort_by_code_point(store: Store, account: Account) -> None:
    shuffled = Random(7).sample(ORDERED, len(ORDERED))  # noqa: S311
    for text in shuffled:
        add_client(
            store, account, organization_name=text, city=text, contacts=(ContactDraft(email="z"),)
        )

    records = store.list_clients(
        account.id, ClientQuery(sort_keys=(SortKey(column=ClientColumn.CITY),))
    ).records

    assert [record.city for record in records] == sorted(ORDERED)
