"""Demo clients: invented, complete, harmless, and always the same."""

import re
from collections import Counter
from datetime import UTC, datetime
from uuid import RFC_4122

import pytest
from msgspec import UNSET, structs

from gateway.demo.clients import demo_clients, demo_generators
from storage.model.commands import CreateAccount, ImportClient
from storage.model.countries import COUNTRIES
from storage.model.queries import ClientQuery
from storage.store import Store

ADDRESS_FIELDS = ("address1", "city", "postal_code")
SHIPPING_FIELDS = tuple(f for f in ImportClient.__struct_fields__ if f.startswith("shipping_"))
SHAPES = {
    203: r"\d{3} \d\d",
    250: r"\d{5}",
    276: r"\d{5}",
    616: r"\d\d-\d{3}",
    724: r"\d{5}",
    826: r"[A-Z]{1,2}\d \d[A-Z]{2}",
    840: r"\d{5}(-\d{4})?",
}


@pytest.fixture(scope="module")
def clients() -> list[ImportClient]:
    return demo_clients(0, 2000)


def list_demo_clients(makers_start: int, *ranges: tuple[int, int]):
    """Create these ranges of demo clients in a new store, and return the list of its clients."""
    store = Store.open("sqlite://", demo_generators(makers_start))
    account = store.create_account(CreateAccount(name="demo"))
    for start, stop in ranges:
        store.create_clients(account.id, demo_clients(start, stop))
    page = store.list_clients(account.id, ClientQuery(limit=1000))
    store.close()
    return page


def share(clients: list[ImportClient], condition) -> float:
    return sum(map(condition, clients)) / len(clients)


def test_a_client_is_the_same_in_whatever_range_it_is_made(clients):
    pieces = [demo_clients(n, n + 7) for n in range(0, 70, 7)]

    assert [client for piece in pieces for client in piece] == clients[:70]
    assert demo_clients(1234, 1235) == [clients[1234]]
    assert demo_clients(5, 5) == []


def test_a_client_is_the_same_in_whatever_process_it_is_made():
    (client,) = demo_clients(42, 43)

    assert client.contacts[0].email == "lenka.cerna.42@example.org"


def test_the_store_numbers_the_clients(clients):
    assert all(client.number is UNSET for client in clients)


def test_every_client_has_two_contacts_and_the_first_is_primary(clients):
    pairs = [client.contacts for client in clients]

    assert all([c.is_primary for c in pair] == [True, False] for pair in pairs)
    assert all(c.email and c.first_name and c.last_name for pair in pairs for c in pair)
    assert all(first.phone for first, _ in pairs)
    assert 0.7 < share(pairs, lambda pair: bool(pair[1].phone)) < 0.9


def test_three_of_ten_are_individuals_and_the_others_organizations(clients):
    people = [c for c in clients if c.classification == "individual"]
    organizations = [c for c in clients if c.classification != "individual"]

    assert 0.25 < len(people) / len(clients) < 0.35
    assert all(c.first_name and c.last_name and not c.organization_name for c in people)
    assert all(c.organization_name and c.first_name is UNSET for c in organizations)
    assert {c.classification for c in organizations} == {"", "business", "company"}


def test_mail_and_web_addresses_are_on_reserved_domains_only(clients):
    emails = [contact.email for client in clients for contact in client.contacts]
    websites = [client.website for client in clients if client.website]

    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\.\d+@example\.(com|org|net)", e) for e in emails)
    assert all(re.fullmatch(r"https://www\.example\.(com|org|net)/[a-z]+-\d+", w) for w in websites)
    assert len(set(emails)) == len(emails)
    assert websites


def test_names_come_in_many_letters(clients):
    letters = set("".join(contact.last_name for c in clients for contact in c.contacts))

    assert set("üßñéłáěř") <= letters


def test_every_client_has_a_billing_address_of_its_country(clients):
    assert all(getattr(client, field) for client in clients for field in ADDRESS_FIELDS)
    assert {client.country_id for client in clients} == SHAPES.keys() <= COUNTRIES.keys()
    assert all(re.fullmatch(SHAPES[c.country_id], c.postal_code) for c in clients)


def test_a_service_address_has_one_of_its_two_forms_or_none(clients):
    def form(client: ImportClient) -> str:
        is_structured = all(getattr(client, field) is not UNSET for field in SHIPPING_FIELDS)
        is_text = client.service_text is not UNSET
        return {(True, False): "structured", (False, True): "text", (False, False): "none"}[
            is_structured, is_text
        ]

    forms = Counter(map(form, clients))

    assert all(400 < forms[word] < 600 for word in ("structured", "text"))


def test_a_text_address_is_on_the_map_near_its_town(clients):
    (client, *_) = (c for c in clients if c.service_text is not UNSET and c.city == "Berlin")

    assert client.service_text.endswith(" Berlin, Germany")
    assert 13.3 < client.longitude < 13.5
    assert 52.4 < client.latitude < 52.6


def test_money_has_two_places_and_is_often_zero(clients):
    amounts = [(c.balance, c.paid_to_date, c.credit_balance) for c in clients]

    assert {amount.as_tuple().exponent for trio in amounts for amount in trio} == {-2}
    assert all(0.3 < share(amounts, lambda t, n=n: t[n] == 0) < 0.95 for n in range(3))
    assert min(min(trio) for trio in amounts) == 0


def test_the_clients_lived_from_2019_to_2025(clients):
    years = {client.created_at.year for client in clients}

    assert years == set(range(2019, 2026))
    assert all(c.created_at <= c.updated_at < datetime(2026, 1, 1, tzinfo=UTC) for c in clients)
    assert any(c.created_at.microsecond for c in clients)


def test_few_clients_are_archived_and_very_few_deleted(clients):
    deleted = [c for c in clients if c.is_deleted]
    archived = [c for c in clients if c.archived_at and not c.is_deleted]

    assert 5 <= len(deleted) <= 40
    assert 35 <= len(archived) <= 90
    assert all(c.archived_at == c.updated_at for c in deleted + archived)


def test_id_numbers_and_external_ids_are_unique(clients):
    id_numbers = [c.id_number for c in clients if c.classification != "individual"]
    external_ids = [c.external_id for c in clients if c.external_id]

    assert all(id_numbers)
    assert len(set(id_numbers)) == len(id_numbers)
    assert len(set(external_ids)) == len(external_ids)
    assert 0.4 < len(external_ids) / len(clients) < 0.6


def test_the_same_account_made_twice_in_other_batches_is_identical():
    once = list_demo_clients(0, (0, 100))
    again = list_demo_clients(0, (0, 1), (1, 60), (60, 100))

    assert once == again
    assert once.total == 100


def test_an_account_grows_with_makers_that_start_where_it_ends():
    first, second = demo_generators(0), demo_generators(100)

    uuids = [first.new_uuid() for _ in range(100)] + [second.new_uuid() for _ in range(100)]

    assert len(set(uuids)) == 200
    assert uuids == sorted(uuids)


def test_demo_makers_make_well_formed_values():
    generators = demo_generators(7)

    uuid, moments = generators.new_uuid(), [generators.clock(), generators.clock()]

    assert (uuid.version, uuid.variant) == (7, RFC_4122)
    assert re.fullmatch("[0-9A-Za-z]{40}", generators.random_text(40))
    assert moments == sorted(moments)
    assert {moment.tzinfo for moment in moments} == {UTC}


def test_a_store_keeps_two_hundred_clients_as_they_were_made(store, account):
    commands = demo_clients(0, 200)

    records = store.create_clients(account.id, commands)

    page = store.list_clients(account.id, ClientQuery(limit=1000))
    assert page.records == records
    assert [r.number for r in records] == [f"{n:04d}" for n in range(1, 201)]
    assert all(kept(record, command) for record, command in zip(records, commands, strict=True))


def kept(record, command) -> bool:
    given = structs.asdict(command)
    del given["contacts"], given["origins"]
    return all(getattr(record, field) == v for field, v in given.items() if v is not UNSET)


def test_ninja_shows_the_demo_clients_whole(ninja, store, account):
    records = store.create_clients(account.id, demo_clients(0, 200))

    shown = ninja.listed("per_page=500&sort=id|asc&status=active,archived,deleted")

    assert [c["number"] for c in shown] == [r.number for r in records]
    assert [c["name"] for c in shown] == [r.name for r in records]
    assert all(len(c["contacts"]) == 2 and c["settings"]["currency_id"] for c in shown)
    assert [c["balance"] for c in shown] == [float(r.balance) for r in records]


def test_planado_shows_the_demo_clients_that_are_not_deleted(planado, store, account):
    records = store.create_clients(account.id, demo_clients(0, 60))

    shown = [planado.shown(str(r.uuid)) for r in records if not r.is_deleted]

    assert all(client["name"] and client["site_address"]["formatted"] for client in shown)
    assert {client["organization"] for client in shown} == {True, False}
