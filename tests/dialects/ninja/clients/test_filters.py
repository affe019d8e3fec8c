"""Each filter of the list alone, and some filters together."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from storage.model.commands import ContactDraft
from tests.dialects.ninja.steps import NOBODY, find_names, group_of, import_client
from tests.support.arrivals import let_arrive_when_changed

BALANCES = {"A": "-5", "B": "0", "C": "9.99", "D": "10", "E": "15.5", "F": "20"}
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def balances(store, account):
    for name, balance in BALANCES.items():
        import_client(store, account, name, balance=Decimal(balance))


@pytest.fixture
def states(ninja):
    clients = {name: ninja.created(name=name)["id"] for name in ["active", "archived", "deleted"]}
    ninja.post("/clients/bulk", json={"action": "archive", "ids": [clients["archived"]]})
    ninja.delete(f"/clients/{clients['deleted']}")
    return clients


@pytest.fixture
def days(store, account):
    for n in range(3):
        day = NEW_YEAR + timedelta(days=n)
        later = day + timedelta(days=10)
        import_client(store, account, f"day {n + 1}", created_at=day, updated_at=later)
    let_arrive_when_changed(store, account.id)


@pytest.mark.parametrize(
    ("condition", "matching"),
    [
        ("lt:10", "ABC"),
        ("lte:10", "ABCD"),
        ("gt:10", "EF"),
        ("gte:10", "DEF"),
        ("eq:10", "D"),
        ("eq:10.00", "D"),
        ("lt:-5", ""),
        ("lte:-5", "A"),
        ("gt:0", "CDEF"),
        ("eq:9.99", "C"),
        ("eq:9.990000001", ""),
        ("is:10", "D"),
        ("10", "ABCDEF"),
        ("", "ABCDEF"),
    ],
)
def test_a_balance(ninja, balances, condition, matching):
    assert find_names(ninja, balance=condition) == list(matching)


@pytest.mark.parametrize(
    ("bounds", "matching"),
    [
        ("10:20", "DEF"),
        ("-5:0", "AB"),
        ("9.99:9.99", "C"),
        ("20:10", ""),
        ("10", "ABCDEF"),
        ("1:2:3", "ABCDEF"),
        ("", "ABCDEF"),
    ],
)
def test_a_balance_between(ninja, balances, bounds, matching):
    assert find_names(ninja, between_balance=bounds) == list(matching)


@pytest.mark.parametrize("param", ["created_at", "updated_at"])
@pytest.mark.parametrize(
    "written",
    ["{:%s}", "{:%Y-%m-%d}", "{:%Y-%m-%dT%H:%M:%SZ}", "{:%Y-%m-%dT%H:%M:%S.000Z}", "{:%F %T}"],
)
def test_a_moment_is_the_earliest_to_be_found(ninja, days, param, written):
    second = NEW_YEAR + timedelta(days=1 if param == "created_at" else 11)
    text = written.replace("%s", str(int(second.timestamp()))).format(second)

    assert find_names(ninja, **{param: text}) == ["day 2", "day 3"]


@pytest.mark.parametrize("param", ["created_at", "updated_at"])
@pytest.mark.parametrize("text", ["", "nonsense", "2024-13-40", "2024-01-02T99:00:00Z"])
def test_what_is_no_moment_is_ignored(ninja, days, param, text):
    assert find_names(ninja, **{param: text}) == ["day 1", "day 2", "day 3"]


@pytest.mark.parametrize(
    "text",
    ["4102444800", "31.12.2098", "12/31/2098", "2099-01-01"],
)
def test_a_moment_later_than_all_finds_nothing(ninja, days, text):
    assert find_names(ninja, created_at=text) == []


@pytest.mark.parametrize("text", ["1", "-1", "1e9", "2098", "4102444800000", "9 years ago"])
def test_numbers_are_seconds_and_milliseconds_are_ignored(ninja, days, text):
    assert find_names(ninja, created_at=text) == ["day 1", "day 2", "day 3"]


@pytest.mark.parametrize("value", ["is_deleted=true", "is_deleted=TRUE", "is_deleted=01"])
def test_the_deleted_ones_are_asked_for(ninja, states, value):
    assert [client["name"] for client in ninja.listed(value)] == ["deleted"]


@pytest.mark.parametrize(
    "value", ["is_deleted", "is_deleted=", "is_deleted[]=1", "is_deleted=0", "is_deleted=banana"]
)
def test_what_is_no_yes_leaves_the_deleted_out(ninja, states, value):
    assert [client["name"] for client in ninja.listed(value)] == ["active", "archived"]


def test_another_number_than_one_is_no_state(ninja, states):
    assert ninja.listed("is_deleted=2") == []


@pytest.mark.parametrize(
    ("status", "matching"),
    [
        ("active", ["active"]),
        ("archived", ["archived"]),
        ("deleted", ["deleted"]),
        ("active,deleted", ["active", "deleted"]),
        ("active,archived,deleted", ["active", "archived", "deleted"]),
        ("active,unheard", ["active"]),
        ("unheard", ["active", "archived", "deleted"]),
        ("", ["active", "archived", "deleted"]),
    ],
)
def test_a_status(ninja, states, status, matching):
    assert find_names(ninja, status=status) == matching


@pytest.mark.parametrize(
    ("value", "matching"),
    [
        ("false", ["active", "archived"]),
        ("true", ["active", "archived", "deleted"]),
        ("", ["active", "archived", "deleted"]),
    ],
)
def test_with_trashed_only_takes_the_deleted_away(ninja, states, value, matching):
    assert find_names(ninja, with_trashed=value) == matching


def test_one_client_by_its_id(ninja, states):
    assert find_names(ninja, client_id=states["archived"]) == ["archived"]


@pytest.mark.parametrize("param", ["client_id", "group"])
@pytest.mark.parametrize("nobody", [NOBODY, "garbage", "17", "a" * 30_000])
def test_an_id_of_nobody_finds_nothing(ninja, states, param, nobody):
    assert find_names(ninja, **{param: nobody}) == []


def test_a_group(ninja):
    one, other = (group_of(ninja, name=name)["id"] for name in ("One", "Other"))
    ninja.created(name="in", group_settings_id=one)
    ninja.created(name="out", group_settings_id=other)

    assert find_names(ninja, group=one) == ["in"]


def test_one_client_may_be_added_in_front(ninja, states):
    first = states["deleted"]

    assert find_names(ninja, status="active", **{"with": first}) == ["deleted", "active"]
    assert find_names(ninja, **{"with": first}) == ["deleted", "active", "archived"]
    assert find_names(ninja, **{"with": "garbage"}) == ["active", "archived", "deleted"]


@pytest.mark.parametrize(
    "param",
    ["apply", "split", "filters", "without_deleted_clients", "filter_deleted_clients", "vendor_id"],
)
def test_an_unknown_condition_is_ignored(ninja, states, param):
    assert find_names(ninja, **{param: "true"}) == ["active", "archived", "deleted"]


@pytest.mark.parametrize(
    ("conditions", "matching"),
    [
        ({"status": "active", "filter": "a"}, ["active"]),
        ({"status": "active,archived", "is_deleted": "true"}, []),
        ({"status": "deleted", "with_trashed": "false"}, []),
        ({"name": "d", "is_deleted": "false"}, ["archived"]),
        ({"balance": "gt:0", "status": "deleted"}, []),
        ({"balance": "eq:0", "created_at": "1", "name": "t"}, ["active", "deleted"]),
    ],
)
def test_conditions_must_all_be_met(ninja, states, conditions, matching):
    assert find_names(ninja, **conditions) == matching


def test_every_condition_at_once(ninja, store, account):
    contact = ContactDraft(email="ada@acme.example", first_name="Ada")
    fields = {"balance": Decimal(5), "number": "N", "id_number": "I", "contacts": (contact,)}
    import_client(store, account, "Acme", **fields)
    import_client(store, account, "Acme too", balance=Decimal(5))

    query = {"balance": "gte:5", "between_balance": "1:5", "email": "ada@acme.example"}
    query |= {"number": "N", "id_number": "I", "filter": "ada", "created_at": "1"}
    assert find_names(ninja, **query, is_deleted="false", include="contacts", per_page="1") == [
        "Acme"
    ]
