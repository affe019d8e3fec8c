"""The order of the list."""

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.dialects.ninja.steps import find_names, import_client, pagination

COLUMNS = ["name", "contact", "contact_email"]
"""What changes with the contacts of a nameless client."""


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name|asc", "A b C"),
        ("name|desc", "C b A"),
        ("name|sideways", "C b A"),
        ("name|ASC", "C b A"),
        ("display_name|asc", "A b C"),
        ("city|asc", "C A b"),
        ("balance|asc", "A C b"),
        ("balance|desc", "b C A"),
        ("created_at|asc", "A b C"),
        ("created_at|desc", "C b A"),
        ("id|desc", "A C b"),
        ("id|asc", "b C A"),
    ],
)
def test_clients_are_sorted_by(ninja, store, account, sort, order):
    for name, balance, city, day in [("b", 100, "Z", 2), ("C", 20, "X", 3), ("A", -3, "Y", 1)]:
        fields = {"balance": Decimal(balance), "created_at": datetime(2024, 1, day, tzinfo=UTC)}
        import_client(store, account, name, city=city, **fields)

    assert find_names(ninja, sort=sort) == order.split()


@pytest.mark.parametrize("sort", ["", "name", "name|asc|desc", "|", "documents|desc"])
def test_what_is_no_sorting_is_ignored(ninja, sort):
    for name in "BCA":
        ninja.created(name=name)

    assert find_names(ninja, sort=sort) == ["B", "C", "A"]


def test_another_way_of_naming_the_direction_is_ignored(ninja):
    for name in "BCA":
        ninja.created(name=name)

    assert find_names(ninja, sort="name", sort_dir="asc") == ["B", "C", "A"]


@pytest.mark.parametrize(("direction", "step"), [("asc", 1), ("desc", -1)])
def test_numbers_are_sorted_by_the_value_of_their_digits(ninja, direction, step):
    for number in ["INV-10", "9", "0100", "INV-2"]:
        ninja.created(name=number, number=number)

    ordered = ["INV-2", "9", "INV-10", "0100"][::step]
    assert find_names(ninja, sort=f"number|{direction}") == ordered


def contact_list(*given):
    """Return contacts as JSON. The first one is the primary contact."""
    keys = ("first_name", "last_name", "email")
    return [dict(zip(keys, texts, strict=True)) for texts in given]


@pytest.fixture
def towns(ninja):
    """Clients with equal values in some of these fields: name, city, postal code."""
    for name, city, code in [("a", "X", "2"), ("b", "Y", "1"), ("c", "X", "1"), ("d", "Y", "1")]:
        ninja.created(name=name, city=city, postal_code=code)


SEVERAL = [
    ("sort[]=city|asc&sort[]=name|desc", "cadb"),
    ("sort[0]=city|desc&sort[1]=name|asc", "bdac"),
    ("sort[1]=city|desc&sort[0]=name|asc", "bdac"),
    ("sort[]=postal_code|asc&sort[]=city|asc&sort[]=name|desc", "cdba"),
    ("sort[]=name|desc", "dcba"),
]


@pytest.mark.parametrize(("query", "order"), SEVERAL)
def test_several_columns_count_in_the_order_given(ninja, towns, query, order):
    assert [client["name"] for client in ninja.listed(query)] == list(order)


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_clients_that_are_equal_in_all_columns_follow_their_ids(ninja, towns, direction):
    other = {"asc": "desc", "desc": "asc"}[direction]
    listed = ninja.listed(f"sort[]=postal_code|{direction}&sort[]=city|{other}")

    order = {"asc": "bdca", "desc": "acbd"}[direction]
    assert [client["name"] for client in listed] == list(order)


IGNORED = [
    "sort[]=nothing|asc&sort[]=name|desc",
    "sort[]=name&sort[]=&sort[]=|&sort[]=name|desc",
    "sort[][x]=city|asc&sort[]=name|desc",
    "sort[]=name|desc&sort[]=name|asc&sort[]=display_name|asc",
    "sort=city|asc&sort[]=name|desc",
    "sort[]=city|asc&sort=name|desc",
]


@pytest.mark.parametrize("query", IGNORED)
def test_what_is_no_sorting_or_is_there_twice_does_not_count(ninja, towns, query):
    assert [client["name"] for client in ninja.listed(query)] == list("dcba")


def test_more_columns_than_anybody_needs_do_not_count(ninja, towns):
    ten = "address1 address2 phone state website id_number vat_number size_id country_id balance"
    query = "&".join(f"sort[]={column}|asc" for column in ten.split())

    listed = ninja.listed(f"{query}&sort[]=name|desc")

    assert [client["name"] for client in listed] == list("abcd")


def test_the_links_keep_every_column(ninja, towns):
    links = pagination(ninja, "per_page=1&sort[]=city|asc&sort[]=name|desc")["links"]

    sorts = [value for name, value in parse_qsl(urlsplit(links["next"]).query) if name == "sort[]"]
    assert sorts == ["city|asc", "name|desc"]


@pytest.fixture
def contacts(ninja):
    """Clients with and without a name, identified by their numbers."""
    ninja.created(
        number="1", name="mm", contacts=contact_list(("Zoë", "", "c@x"), ("A", "", "a@x"))
    )
    ninja.created(number="2", contacts=contact_list(("Élan", "Vital", "B@x")))
    ninja.created(number="3", contacts=contact_list(("", "", "Ärger@x"), ("A", "", "a@x")))
    ninja.created(number="4", name="Älter", contacts=contact_list(("elan", "vitae", "")))
    ninja.created(number="5")


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("contact|asc", "35421"),
        ("contact|desc", "12435"),
        ("contacts|asc", "35421"),
        ("contact_email|asc", "45321"),
        ("contact_email|desc", "12345"),
        ("name|asc", "54321"),
        ("display_name|asc", "54321"),
        ("name|desc", "12345"),
    ],
)
def test_the_primary_contact_counts_without_case_and_accents(ninja, contacts, sort, order):
    listed = ninja.listed(f"sort={sort}")

    assert [client["number"] for client in listed] == list(order)


@pytest.mark.parametrize("column", ["name", "display_name"])
def test_a_nameless_client_is_sorted_where_its_display_name_belongs(ninja, column):
    ninja.created(contacts=contact_list(("", "", ""), ("Zoe", "", "")))
    ninja.created(contacts=contact_list(("Yves", "", "")))
    ninja.created(name="Zora")
    ninja.created(contacts=contact_list(("", "", ""), ("", "", "x@x"), ("Ada", "", "")))

    listed = ninja.listed(f"sort={column}|asc")

    assert [client["display_name"] for client in listed] == ["x@x", "Yves ", "Zoe ", "Zora"]


def test_a_change_of_contacts_alone_changes_the_order(ninja):
    one = ninja.created(number="1", contacts=contact_list(("Ada", "", "a@x"), ("Zoë", "", "z@x")))
    ninja.created(number="2", contacts=contact_list(("Bob", "", "b@x")))
    ada, zoe = one["contacts"]

    ninja.put(one["id"], {"contacts": [ada | {"is_primary": False}, zoe | {"is_primary": True}]})
    turned = [[c["number"] for c in ninja.listed(f"sort={by}|asc")] for by in COLUMNS]
    ninja.put(one["id"], {"contacts": [ada]})
    back = [[c["number"] for c in ninja.listed(f"sort={by}|asc")] for by in COLUMNS]

    assert (turned, back) == ([["2", "1"]] * 3, [["1", "2"]] * 3)


def test_equal_clients_keep_one_order_over_the_pages(ninja):
    for n in range(6):
        ninja.created(name=str(n), city="Bonn")

    pages = [find_names(ninja, sort="city|asc", per_page="2", page=str(p)) for p in (1, 2, 3)]

    assert pages == [["0", "1"], ["2", "3"], ["4", "5"]]
