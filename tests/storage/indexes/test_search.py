"""Search for a part of a text: the index finds exactly what a scan of all clients finds."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings, strategies as st

from storage.model.accounts import Account
from storage.model.commands import ChangeClient, ContactDraft, CreateAccount, CreateClient, LiveKey
from storage.model.errors import Conflict
from storage.model.folding import fold
from storage.model.queries import ClientColumn, ClientQuery, Contains, SortKey, TextColumn
from storage.model.records import LIVE_STATES, Client, State
from storage.schema.row_mapping import RowDict, client_to_row
from storage.store import Store
from tests.support.databases import Databases

ALL = ClientQuery(limit=10_000)
BY_NAME = (SortKey(column=ClientColumn.NAME),)


@pytest.fixture(scope="module")
def shelf(databases: Databases) -> Iterator[Store]:
    """One store for all examples. Each example has its own accounts among the others."""
    with databases.database() as url:
        store = Store.open(url)
        yield store
        store.close()


def an_account(store: Store) -> int:
    account = store.create_account(CreateAccount(name=str(uuid4())))
    return account.id


def find_serials(store: Store, account_id: int, **asked: Any) -> set[int]:
    page = store.list_clients(account_id, ClientQuery(limit=10_000, **asked))
    assert page.total == len(page.records)
    return {record.serial for record in page.records}


def scanned(rows: list[RowDict], column: str, term: str) -> set[int]:
    """Find the expected serials without SQL: clients whose folded text contains the term."""
    if column == "search" and "\n" in term:
        return set()
    return {row["serial"] for row in rows if fold(term) in row[column]}


SEEN_OFTEN = "aAbBÄäßﬁ01 \"'%_*^:()+-\\\n\u0301\ufffd\ufffe\uffff😀"
TEXTS = st.text(
    st.sampled_from(SEEN_OFTEN) | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    max_size=12,
)
CONTACTS = st.builds(ContactDraft, first_name=TEXTS, email=TEXTS)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "organization_name": TEXTS,
        "custom_value1": TEXTS,
        "contacts": st.lists(
            st.builds(ContactDraft, first_name=TEXTS, email=TEXTS), max_size=2
        ).map(tuple),
    },
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["create", "create", "change", "move"]), st.integers(0, 5), FIELDS),
    max_size=12,
)
CUTS = st.tuples(st.integers(0, 30), st.integers(0, 8))


def taken_step(store: Store, accounts: list[int], step: tuple[str, int, dict[str, Any]]) -> None:
    kind, which, fields = step
    account_id = accounts[which % len(accounts)]
    records = store.list_clients(account_id, ALL).records
    if kind == "create" or not records:
        store.create_clients(account_id, [CreateClient(**fields)])
        return
    chosen = records[which % len(records)]
    if kind == "move":
        state = State.DELETED if not chosen.is_deleted else State.ACTIVE
        store.set_client_state(account_id, chosen.serial, state)
    elif not chosen.is_deleted:
        store.change_client(account_id, chosen.serial, lambda _: ChangeClient(**fields))


def cut_texts(records: tuple[Client, ...], cuts: list[tuple[int, int]]) -> list[str]:
    """Return parts of existing texts, which random texts would seldom match."""
    texts = [r.name for r in records] + [r.custom_value1 for r in records]
    texts += [contact.email for r in records for contact in r.contacts]
    long = [text for text in texts if len(text) >= 3]
    return [text[at % len(text) :][:size] for text in long[:9] for at, size in cuts]


@settings(max_examples=settings.default.max_examples // 2)
@given(steps=STEPS, terms=st.lists(TEXTS, max_size=4), cuts=st.lists(CUTS, max_size=3))
def test_the_index_finds_what_a_scan_finds(shelf, steps, terms, cuts):
    accounts = [an_account(shelf), an_account(shelf)]
    for step in steps:
        taken_step(shelf, accounts, step)

    for account_id in accounts:
        records = shelf.list_clients(account_id, ALL).records
        rows = [
            client_to_row(account_id, record) | {"arrived_at": record.updated_at}
            for record in records
        ]
        for term in terms + cut_texts(records, cuts):
            by_text = find_serials(shelf, account_id, text=term)
            assert by_text == scanned(rows, "search", term)
            by_name = find_serials(shelf, account_id, name=term)
            assert by_name == scanned(rows, "name_folded", term)
            holding = Contains(column=TextColumn.CUSTOM_VALUE1, text=term)
            by_value = find_serials(shelf, account_id, contains=(holding,))
            assert by_value == scanned(rows, "custom_value1_folded", term)


HOSTILE = [
    '"',
    '"""',
    "'''",
    "%%%",
    "___",
    "***",
    'a"b',
    "ab*",
    "^abc",
    "AND",
    '"AND"',
    "abc AND def",
    "abc OR def",
    "NOT abc",
    "NEAR(",
    "NEAR(abc def, 5)",
    "search:abc",
    "{search name_folded} : abc",
    "- search : abc",
    "(abc",
    "abc + def",
    "abc\ndef",
    "\\abc\\",
    "'; DROP TABLE client; --",
    "?1 :a @b $c",
    "\ufffe\uffff\ufffd",
    "😀😀😀",
    "日本語",
]


@pytest.mark.parametrize("term", HOSTILE)
def test_no_character_has_a_meaning(store: Store, account: Account, term: str) -> None:
    holder = store.create_client(account.id, CreateClient(organization_name=f"<{term}>"))
    store.create_client(account.id, CreateClient(organization_name="abc def DROP 123", number="n"))

    expected = set() if "\n" in term else {holder.serial}
    assert find_serials(store, account.id, text=term) == expected
    assert find_serials(store, account.id, name=term) == {holder.serial}


@pytest.mark.parametrize("character", ["%", '"', "a", "ä", "\U0010ffff"])
def test_a_term_may_be_long(store: Store, account: Account, character: str) -> None:
    held = CreateClient(custom_value1="x" + character * 60_000)
    holder = store.create_client(account.id, held)
    store.create_client(account.id, CreateClient(custom_value1=character * 59_999))

    assert find_serials(store, account.id, text=character * 60_000) == {holder.serial}
    assert find_serials(store, account.id, text=character * 60_001) == set()


def test_a_long_term_counts_to_its_end(store: Store, account: Account) -> None:
    beginning = "".join(f"{n:04d}" for n in range(100))
    one, _ = store.create_clients(
        account.id, [CreateClient(custom_value1=beginning + end) for end in "ab"]
    )

    assert find_serials(store, account.id, text=beginning + "a") == {one.serial}


@pytest.mark.parametrize("term", ["x", "xy", "xyz", "é", "éx", "éxy", "ﬁ", "ß"])
def test_a_term_may_be_short(store: Store, account: Account, term: str) -> None:
    holder = store.create_client(account.id, CreateClient(organization_name=f"-{term}-"))
    store.create_client(account.id, CreateClient(organization_name="-"))

    assert find_serials(store, account.id, text=term) == {holder.serial}
    assert find_serials(store, account.id, name=term.upper()) == {holder.serial}


def test_a_nul_is_found_nowhere(store: Store, account: Account) -> None:
    store.create_client(account.id, CreateClient(organization_name="abcdef"))

    assert find_serials(store, account.id, text="abc\0def") == set()


def test_an_account_finds_its_own(store: Store) -> None:
    accounts = [an_account(store) for _ in range(3)]
    for account_id in accounts[:2]:
        store.create_clients(account_id, [CreateClient(organization_name="Needle")] * 2)

    assert [len(find_serials(store, a, text="needle")) for a in accounts] == [2, 2, 0]


def test_a_write_is_found_at_once(store: Store, account: Account) -> None:
    made = store.create_client(account.id, CreateClient(organization_name="Needle"))
    assert find_serials(store, account.id, text="needle") == {made.serial}

    store.change_client(account.id, made.serial, lambda _: ChangeClient(organization_name="Hay"))
    assert (
        find_serials(store, account.id, text="needle")
        == find_serials(store, account.id, name="edl")
        == set()
    )

    key = LiveKey(external_id="", uuid=made.uuid)
    draft = ChangeClient(contacts=(ContactDraft(email="needle@hay"),))
    store.upsert_client(account.id, key, lambda _: draft, CreateClient)
    assert find_serials(store, account.id, text="dle@h") == {made.serial}


def test_a_deleted_client_is_found_among_the_deleted(store: Store, account: Account) -> None:
    made = store.create_client(account.id, CreateClient(organization_name="Needle"))

    store.set_client_state(account.id, made.serial, State.DELETED)
    assert find_serials(store, account.id, text="needle", states=LIVE_STATES) == set()
    assert find_serials(store, account.id, text="needle") == {made.serial}

    store.set_client_state(account.id, made.serial, State.ACTIVE)
    assert find_serials(store, account.id, text="needle", states=LIVE_STATES) == {made.serial}


def test_a_purged_client_is_found_no_more(store: Store, account: Account) -> None:
    made, other = store.create_clients(account.id, [CreateClient(organization_name="Needle")] * 2)

    store.purge_client(account.id, made.serial)

    assert find_serials(store, account.id, text="needle") == {other.serial}


def test_what_was_not_written_is_not_found(store: Store, account: Account) -> None:
    store.create_client(account.id, CreateClient(number="7"))
    with pytest.raises(Conflict):
        store.create_clients(account.id, [CreateClient(number=n, id_number="n1") for n in "87"])

    assert (
        find_serials(store, account.id, text="n1")
        == find_serials(store, account.id, text="n1\n")
        == set()
    )


def test_the_first_one_is_there_whatever_it_holds(store: Store, account: Account) -> None:
    names = ["Bolt", "Needle", "Acme"]
    commands = [CreateClient(organization_name=name) for name in names]
    first, second, _ = store.create_clients(account.id, commands)

    asked = ClientQuery(text="needle", name="eed", first_serial=first.serial, sort_keys=BY_NAME)
    page = store.list_clients(account.id, asked)

    assert [record.serial for record in page.records] == [first.serial, second.serial]
    assert find_serials(store, account.id, text="needle", first_serial=2**63 - 1) == {second.serial}
