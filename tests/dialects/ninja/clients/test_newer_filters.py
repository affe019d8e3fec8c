"""Filters that newer servers know: parts of texts, comma-separated lists, time ranges."""

from datetime import UTC, datetime

import pytest

from tests.dialects.ninja.steps import find_names, import_client


@pytest.fixture
def three(ninja):
    group = ninja.post("/group_settings", json={"name": "Gold"}).json()["data"]["id"]
    ninja.created(
        name="One",
        custom_value1="Very Important",
        vat_number="DÉ 123",
        country_id="276",
        industry_id="3",
        classification="business",
        group_settings_id=group,
        assigned_user_id="Wpmbk5ezJn",
    )
    ninja.created(name="Two", country_id="724", industry_id="4", size_id="2", custom_value4="x_y")
    ninja.created(name="Three", classification="individual", custom_value2="Große Ärgernisse")
    return group


FOUND = [
    ("custom_value1=IMPORT", ["One"]),
    ("custom_value4=_", ["Two"]),
    ("custom_value4=%25", []),
    ("custom_value2=%C3%84RGER", ["Three"]),
    ("custom_value2=grosse+argern", ["Three"]),
    ("custom_value2=%C3%9F", ["Three"]),
    ("custom_value3=grosse", []),
    ("vat_number=de+1", ["One"]),
    ("vat_number=%C3%A9", ["One"]),
    ("country_id=276", ["One"]),
    ("country_id=276,724", ["One", "Two"]),
    ("country_id=999", []),
    ("country_id=x", []),
    ("industry_id=4,3", ["One", "Two"]),
    ("size_id=2", ["Two"]),
    ("classification=business,individual", ["One", "Three"]),
    ("classification=BUSINESS", ["One"]),
    ("assigned_user_ids=Wpmbk5ezJn", ["One"]),
    ("assigned_user_ids=nonsense", []),
    ("created_between=0,9999999999", ["One", "Two", "Three"]),
    ("created_between=0,1", []),
    ("updated_between=2020-01-01,2021-01-01T00:00:00Z", []),
    ("updated_between=0", ["One", "Two", "Three"]),
    ("country_id=276&industry_id=4", []),
    ("country_id=", ["One", "Two", "Three"]),
]


@pytest.mark.parametrize(("query", "names"), FOUND)
def test_a_newer_filter_finds(ninja, three, query, names):
    assert [c["name"] for c in ninja.listed(query)] == names


@pytest.mark.parametrize("name", ["group", "group_settings_id"])
def test_clients_of_a_group_are_found(ninja, three, name):
    assert [c["name"] for c in ninja.listed(f"{name}={three}")] == ["One"]


def test_both_ends_of_a_span_are_in_it(ninja):
    made = ninja.created(name="Acme")
    second = made["created_at"]

    assert ninja.listed(f"created_between={second},{second + 1}")
    assert not ninja.listed(f"created_between={second + 1},{second + 2}")


ENDS = [
    ("1704164645", True),
    ("2024-01-02T03:04:05Z", True),
    ("2024-01-02T03:04:05.000Z", True),
    ("2024-01-02T03:04:05.7Z", True),
    ("2024-01-02T03:04:05.699999Z", False),
    ("1704164644", False),
]


@pytest.mark.parametrize(("end", "is_in"), ENDS)
def test_a_whole_second_at_the_end_of_a_span_is_in_it(ninja, store, account, end, is_in):
    made = datetime(2024, 1, 2, 3, 4, 5, 700_000, tzinfo=UTC)
    import_client(store, account, "Acme", created_at=made, updated_at=made)

    names = ["Acme"] if is_in else []
    assert find_names(ninja, created_between=f"0,{end}") == names
    assert find_names(ninja, updated_between=f"0,{end}") == names


def test_a_second_is_a_span_from_its_beginning_to_its_end(ninja, store, account):
    for name, microsecond in [("first", 0), ("last", 999_999)]:
        made = datetime(2024, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC)
        import_client(store, account, name, created_at=made)

    [second] = {client["created_at"] for client in ninja.listed()}
    assert find_names(ninja, created_between=f"{second},{second}") == ["first", "last"]
    assert find_names(ninja, created_between=f"{second + 1},{second + 1}") == []
